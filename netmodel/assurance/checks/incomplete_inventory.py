"""incomplete-inventory: equipment has its six items (SecNumCloud 8.1.a), applications theirs (13.1.a).

That names, MAC addresses and addresses within a VRF are unique, and that an address lies in its subnet, is asked
when the map is read: a map where they are not is no map. Captures refute by a host of the provider that answers or
opens conversations in a subnet where the inventory has no equipment at its address; where equipment stands for its
subnet (DHCP) any host of it may be the one. Captures tell no MAC address of a host behind a router, and none is asked.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.equipment import listed
from cloison.netmodel.facts import AssetFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_KIND = Text("kind (physical or virtual)", "genre (physique ou virtuel)")
_ADDRESS = Text("identification: IP address", "identification : adresse IP")
_MAC = Text("identification: MAC address", "identification : adresse MAC")
_FUNCTION = Text("function", "fonction")
_MODEL = Text("model", "modèle")
_PLACE = Text("location", "localisation")
_OWNER = Text("owner", "propriétaire")
_NEED = Text("security need", "besoin de sécurité")
_ASSETS = Text("assets", "biens")


def _lacking(network: Network, facts: AssetFacts) -> tuple[Text, ...]:
    """Return the items that the entry lacks.

    A virtual machine has no model, and lies where what it runs on lies. A member of a cluster shares its function.
    """
    asset = facts.asset
    virtual = asset.kind == "virtual"
    lacking: list[Text] = [] if asset.kind else [_KIND]
    if any(not home.addresses and not home.stands for home in facts.interfaces.values()):
        lacking.append(_ADDRESS)
    if any(not home.mac for home in facts.interfaces.values()):
        lacking.append(_MAC)
    cluster = network.assets.get(facts.cluster)
    if not facts.functions and not asset.role and not (cluster and cluster.asset.role):
        lacking.append(_FUNCTION)
    if not asset.model and not virtual:
        lacking.append(_MODEL)
    if not asset.site and not (virtual and asset.over):
        lacking.append(_PLACE)
    if not facts.owner:
        lacking.append(_OWNER)
    if not asset.sensitivity and asset.sensitive is None:
        lacking.append(_NEED)
    return tuple(lacking)


def _equipment(network: Network) -> Part:
    equipment = [facts for facts in network.assets.values() if listed(network, facts)]
    breaches = []
    for facts in equipment:
        lacking = _lacking(network, facts)
        if lacking:
            message = say("{asset} lacks {lacking}", "il manque à {asset} : {lacking}", asset=facts.id, lacking=lacking)
            subject = Ref("asset", facts.id)
            breaches.append(Breach(subject, message, cited(network, subject)))
    seen = say("six items of {n} {n:asset|assets}", "six rubriques de {n} {n:bien|biens}", n=len(equipment))
    return Part(seen, {"declared": len(equipment)}, tuple(breaches), name="equipment")


def _observed(evidence: Evidence) -> tuple[Part, ...]:
    """Return what captures show of hosts of the provider that the inventory does not have, one breach a subnet."""
    if evidence.observed is None:
        return ()
    network = evidence.network
    breaches: dict[str, Breach] = {}
    for edge in evidence.observed.edges:
        for owner in (edge.contact.source, edge.contact.target):
            zone = network.zones[owner.zone]
            if owner.asset or zone.public or zone.owner_kind not in ("", "provider") or _leased(network, owner.subnet):
                continue
            place = Ref("subnet", owner.subnet) if owner.subnet else Ref("zone", owner.zone)
            message = say(
                "a host of {place} is seen that the inventory does not have",
                "on voit dans {place} un hôte que l’inventaire n’a pas",
                place=place.id,
            )
            breaches.setdefault(place.id, Breach(place, message, (edge.span,), graph="observed"))
    count = len(evidence.observed.edges)
    seen = say("{n} observed {n:contact|contacts}", "{n} {n:échange observé|échanges observés}", n=count)
    return (Part(seen, {"observed": count}, tuple(breaches.values()), name="equipment"),)


def _leased(network: Network, subnet: str) -> bool:
    """Tell whether equipment stands for a subnet, so that any host of it may be the one."""
    return bool(subnet) and any(
        home.stands and subnet in home.subnets
        for name in network.subnets[subnet].assets
        for home in network.assets[name].interfaces.values()
    )


def _applications(network: Network) -> Part:
    applications = network.model.applications
    breaches = []
    for name, application in applications.items():
        lacking = (
            *((_FUNCTION,) if not application.function else ()),
            *((_ASSETS,) if not application.assets else ()),
        )
        if lacking:
            message = say(
                "the application {name} lacks {lacking}",
                "il manque à l’application {name} : {lacking}",
                name=name,
                lacking=lacking,
            )
            subject = Ref("application", name)
            breaches.append(Breach(subject, message, cited(network, subject)))
    if not applications:
        message = say(
            "the map names no application that supports the service",
            "la carte ne nomme aucune application qui supporte le service",
        )
        span = network.document.span(("applications",), key=True)
        breaches.append(Breach(Ref("map", network.model.name), message, (span,), severity="warning"))
    seen = say("{n} {n:application|applications}", "{n} {n:application|applications}", n=len(applications))
    return Part(seen, {"declared": len(applications)}, tuple(breaches), name="applications")


def _run(evidence: Evidence) -> Outcome:
    return Outcome((_equipment(evidence.network), *_observed(evidence), _applications(evidence.network)))


def _applies(evidence: Evidence) -> Message | None:
    if any(listed(evidence.network, facts) for facts in evidence.network.assets.values()):
        return None
    return say("the map has no equipment of the provider", "la carte n’a aucun équipement du prestataire")


CHECK = Check(
    name="incomplete-inventory",
    title=Text("The inventory has its six items for each asset", "L’inventaire a ses six rubriques pour chaque bien"),
    why=Text(
        "Equipment that cannot be identified, located or attributed cannot be protected, nor told from an intruder’s.",
        "Un équipement qu’on ne sait ni identifier, ni localiser, ni attribuer ne peut être protégé, "
        "ni distingué de celui d’un intrus.",
    ),
    remedy=Text(
        "Complete the entry: addresses and MAC, function or role, model, site, owner, sensitivity.",
        "Compléter l’entrée : adresses IP et MAC, fonction ou rôle, modèle, site, propriétaire, sensibilité.",
    ),
    severity="error",
    run=_run,
    refines=("observed",),
    applies=_applies,
    parts=("equipment", "applications"),
)
