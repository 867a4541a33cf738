"""third-party-access: the third parties that can reach tenants' data are those listed (SecNumCloud 15.1.b).

The list is what the parties' `access` says; it is compared with who reaches, by a line or a chain of lines, what holds
tenants' data (`data: tenant`, and tenants' own zones). What the public at large is permitted is no access of a third
party, whose addresses lie in the public network too. An access that is listed and that the map does not show may be by
other ways than the network: it is told, and no breach.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.chains import shown, spans
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.subjects.holdings import DATA, holds
from cloison.netmodel.assurance.subjects.perimeter import is_service
from cloison.netmodel.assurance.subjects.third_parties import TOO_MUCH, Access, access, owner_of, places_of
from cloison.netmodel.finding import Message, Ref, Step, Text, Witness, say
from cloison.netmodel.network import Network

_KIND = "tenant"


def _message(party: str, start: Ref, target: Ref, last: str) -> Message:
    return say(
        "{party}, from {start}, reaches the data of tenants in {target} by {last}, and is not listed as having access",
        "{party}, depuis {start}, atteint par {last} les données de commanditaires dans {target}, sans figurer parmi "
        "les tiers qui y ont accès",
        party=party,
        start=start.id,
        target=target.id,
        last=last,
    )


def _reached(network: Network, found: Access) -> Iterator[tuple[str, Ref, Breach]]:
    """Yield how third parties reach data: whose access, to what, and the breach that it is if nobody listed it."""
    for joined in found.direct:
        line = ref(joined.line)
        for start in joined.sources:
            party = owner_of(network, start)
            for target in joined.targets:
                message = _message(party, start, target, joined.line.id)
                yield party, target, Breach(
                    Ref("party", party), message, cited(network, line), along(network, joined.line)
                )  # fmt: skip
    for chain in found.chains:
        party = owner_of(network, chain.start)
        message = _message(party, chain.start, chain.target, chain.last)
        where = spans(network, chain.hops)
        yield party, chain.target, Breach(Ref("party", party), message, where, shown(network, chain.hops))


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    third = frozenset(_third_parties(network))
    places = places_of(network, third)
    data = tuple(Ref("zone", name) for name, zone in network.zones.items() if holds(network, zone, _KIND))
    listed = {name for name, party in network.model.parties.items() if _KIND in party.access}
    breaches: list[Breach] = []
    able: set[str] = set()
    for place in places:
        if place in data:
            owner = owner_of(network, place)
            able.add(owner)
            if owner not in listed:
                breaches.append(_hosted(network, owner, place))
    found = access(network, tuple(place for place in places if place not in data), data)
    told: set[tuple[str, Ref]] = set()
    for owner, target, breach in _reached(network, found):
        able.add(owner)
        if owner not in listed and (owner, target) not in told:
            told.add((owner, target))
            breaches.append(breach)
    for owner in sorted(listed - able):
        if owner in third and not found.more:
            breaches.append(_unseen(network, owner))
    said = any(is_service(zone) and zone.owner_kind != _KIND and holds(network, zone, _KIND) is not None
               for zone in network.zones.values())  # fmt: skip
    whole = Ref("map", network.model.name)
    missing = [*(() if said else (Missing(whole, DATA),)), *((Missing(whole, TOO_MUCH),) if found.more else ())]
    seen = say(
        "{parties} third {parties:party|parties}, {able} of them able to reach the data of tenants in {data} "
        "{data:zone|zones}, {lines} {lines:line|lines} followed",
        "{parties} tiers, dont {able} {able:en mesure|en mesure} d’atteindre les données de commanditaires dans {data} "
        "{data:zone|zones}, {lines} {lines:ligne suivie|lignes suivies}",
        parties=len(third),
        able=len(able),
        data=len(data),
        lines=found.followed,
    )
    return one(Part(seen, {"declared": len(third)}, tuple(breaches), tuple(missing)))


def _hosted(network: Network, owner: str, place: Ref) -> Breach:
    message = say(
        "{party} holds the data of tenants in {place}, and is not listed as having access",
        "{party} détient des données de commanditaires dans {place}, sans figurer parmi les tiers qui y ont accès",
        party=owner,
        place=place.id,
    )
    return Breach(Ref("party", owner), message, cited(network, place), Witness("facts", (Step(place),)))


def _unseen(network: Network, owner: str) -> Breach:
    subject = Ref("party", owner)
    message = say(
        "{party} is listed as having access to the data of tenants, and no line of the map gives it",
        "{party} figure parmi les tiers qui ont accès aux données de commanditaires, et aucune ligne de la carte ne le "
        "lui donne",
        party=owner,
    )
    remedy = say(
        "Say in the declaration by what other way it has access, or take it off the list.",
        "Dire dans la déclaration par quel autre moyen il y accède, ou le retirer de la liste.",
    )
    return Breach(subject, message, cited(network, subject, "access"), severity="note", remedy=remedy)


def _third_parties(network: Network) -> tuple[str, ...]:
    return tuple(name for name, party in network.model.parties.items() if party.kind == "third-party")


def _applies(evidence: Evidence) -> Message | None:
    if _third_parties(evidence.network):
        return None
    return say("the map has no third party", "la carte n’a aucun tiers")


CHECK = Check(
    name="third-party-access",
    title=Text(
        "Third parties that can reach tenants’ data are listed",
        "Les tiers qui peuvent atteindre les données des commanditaires sont listés",
    ),
    why=Text(
        "A tenant can object to whom it knows of: an access that nobody listed is one that it never accepted. What "
        "is open to whoever is on a public network is no access of a third party.",
        "Un commanditaire ne peut s’opposer qu’à qui il connaît : un accès que nul n’a listé est un accès qu’il "
        "n’a pas accepté. Ce qui est ouvert à quiconque est sur un réseau public n’est pas l’accès d’un tiers.",
    ),
    remedy=Text(
        "Cut the chain that is shown, or write `access: tenant` on the party and inform the tenants.",
        "Couper la suite de lignes montrée, ou écrire `access: tenant` sur la partie et en informer les "
        "commanditaires.",
    ),
    severity="error",
    run=_run,
    refines=("effective",),
    applies=_applies,
)
