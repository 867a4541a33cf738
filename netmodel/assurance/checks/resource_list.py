"""resource-list: the map lists every resource, hardware or virtual (SecNumCloud 13.1.a, first bullet).

The inventory and the map are one list, so that what can be missing is: the kind of a resource; an address that the map
writes in a network of the provider and that no resource bears; and a resource that no network of the map holds.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.equipment import listed
from cloison.netmodel.assurance.subjects.perimeter import PROVIDER
from cloison.netmodel.facts import AssetFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_KIND = Text("its kind, physical or virtual (`kind`)", "son genre, physique ou virtuel (`kind`)")


def _listed(network: Network) -> list[AssetFacts]:
    return [facts for facts in network.assets.values() if listed(network, facts)]


def _unborne(network: Network) -> list[Breach]:
    """Return a breach for each group that writes addresses in networks of the provider which nothing listed bears."""
    breaches = []
    for name in network.model.groups:
        end = network.ends.get(name)
        if end is None:
            continue
        places = dict.fromkeys(
            (owner.subnet or owner.zone, leaf.id)
            for leaf in end.leaves
            if leaf.kind == "literal"
            for owner in leaf.owners
            if not owner.asset
            and network.zones[owner.zone].owner_kind in PROVIDER
            and not network.zones[owner.zone].public
        )
        if places:
            message = say(
                "the group {group} writes {addresses}, in {places}, which no resource of the map bears",
                "le groupe {group} écrit {addresses}, dans {places}, qu’aucune ressource de la carte ne porte",
                group=name,
                addresses=tuple(dict.fromkeys(address for _, address in places)),
                places=tuple(dict.fromkeys(place for place, _ in places)),
            )
            span = network.document.span(("groups", name), key=True)
            breaches.append(Breach(Ref("group", name), message, (span,)))
    return breaches


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    resources = _listed(network)
    missing = tuple(Missing(Ref("asset", facts.id), _KIND) for facts in resources if facts.asset.kind is None)
    breaches = _unborne(network)
    for facts in resources:
        if facts.zones or facts.cluster or facts.asset.watches:
            continue
        subject = Ref("asset", facts.id)
        message = say(
            "{asset} is listed, and no network of the map holds it",
            "{asset} figure dans la liste, et aucun réseau de la carte ne le contient",
            asset=facts.id,
        )
        breaches.append(
            Breach(
                subject,
                message,
                cited(network, subject),
                severity="note",
                remedy=say("Write the addresses of its interfaces.", "Écrire les adresses de ses interfaces."),
            )
        )
    seen = say(
        "{n} {n:resource|resources} of the provider, {virtual} of them virtual, {groups} {groups:group|groups}",
        "{n} {n:ressource|ressources} du prestataire, dont {virtual} {virtual:virtuelle|virtuelles}, {groups} "
        "{groups:groupe|groupes}",
        n=len(resources),
        virtual=sum(facts.asset.kind == "virtual" for facts in resources),
        groups=len(network.model.groups),
    )
    return one(Part(seen, {"declared": len(resources)}, tuple(breaches), missing))


def _applies(evidence: Evidence) -> Message | None:
    if _listed(evidence.network):
        return None
    return say("the map has no equipment of the provider", "la carte n’a aucun équipement du prestataire")


CHECK = Check(
    name="resource-list",
    title=Text("Every resource is listed", "Chaque ressource figure dans la liste"),
    why=Text(
        "What is on the network and in no list is watched, corrected and withdrawn by nobody.",
        "Ce qui est sur le réseau et dans aucune liste n’est surveillé, corrigé ni retiré par personne.",
    ),
    remedy=Text(
        "Write the resource among the assets, with its kind and its address, and name it instead of its address.",
        "Écrire la ressource parmi les biens, avec son genre et son adresse, et la nommer au lieu de son adresse.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
