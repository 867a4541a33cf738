"""incomplete-inventory: equipment has its six items (SecNumCloud 8.1.a), applications theirs (13.1.a)."""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
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


def _of_the_service(network: Network, facts: AssetFacts) -> bool:
    """Tell whether the provider must list this: not a cluster, whose members are listed, nor others' equipment.

    Equipment without an owner belongs to whoever owns the zones where it lies.
    """
    if facts.members:
        return False
    kinds = {facts.owner_kind} if facts.owner_kind else {network.zones[zone].owner_kind for zone in facts.zones}
    return not kinds or not kinds.isdisjoint(("", "provider"))


def _equipment(network: Network) -> Part:
    listed = [facts for facts in network.assets.values() if _of_the_service(network, facts)]
    breaches = []
    for facts in listed:
        lacking = _lacking(network, facts)
        if lacking:
            message = say("{asset} lacks {lacking}", "il manque à {asset} : {lacking}", asset=facts.id, lacking=lacking)
            subject = Ref("asset", facts.id)
            breaches.append(Breach(subject, message, cited(network, subject)))
    seen = say("six items of {n} {n:asset|assets}", "six rubriques de {n} {n:bien|biens}", n=len(listed))
    return Part(seen, {"declared": len(listed)}, tuple(breaches), name="equipment")


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
    return Outcome((_equipment(evidence.network), _applications(evidence.network)))


def _applies(evidence: Evidence) -> Message | None:
    if any(_of_the_service(evidence.network, facts) for facts in evidence.network.assets.values()):
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
    applies=_applies,
    parts=("equipment", "applications"),
)
