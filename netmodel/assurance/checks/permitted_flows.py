"""permitted-flows: what the filters permit is the matrix, at every administration interface first (13.2.e).

An interface is looked at when the filters whose configurations are given are all that stands between its zone and the
others. What a filter permits too much is a breach; what it does not permit of a line is a warning: the line may be
obsolete, and nothing is open that should not be. Captures refute by a conversation with an interface, on its service,
that no live line leads there from where it was opened; what forwards may have opened it for others, and tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.effective import not_compared
from cloison.netmodel.assurance.evidence import Contact, Departure, Evidence
from cloison.netmodel.assurance.searching.exposure import Offered
from cloison.netmodel.assurance.subjects.interfaces import family
from cloison.netmodel.facts import EndpointFacts, Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.ownership import Owner

_KINDS = ("administration", "supervision")
_UNFILTERED = Text(
    "the configuration of every filter between its zone and the others",
    "la configuration de chaque filtre entre sa zone et les autres",
)


def _interfaces(network: Network) -> tuple[EndpointFacts, ...]:
    return tuple(facts for facts in network.endpoints.values() if facts.endpoint.kind in _KINDS)


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    interfaces = _interfaces(network)
    guarded, missing = _guarded(evidence, interfaces)
    at_interfaces: list[Departure] = []
    elsewhere: list[Departure] = []
    for permitted in evidence.effective.values():
        for item in permitted.departures:
            near = any(_touches(network, item, facts) for facts in interfaces)
            (at_interfaces if near else elsewhere).append(item)
    rules = sum(item.rules for item in evidence.effective.values())
    lines = sum(item.lines for item in evidence.effective.values())
    seen = say(
        "{n} of {all} administration and supervision {all:interface|interfaces} behind compared filters",
        "{n} des {all} {all:interface|interfaces} d’administration et de supervision derrière des filtres comparés",
        n=guarded, all=len(interfaces),
    )  # fmt: skip
    absent = None
    if not interfaces:
        absent = say(
            "the map has no administration or supervision endpoint",
            "la carte n’a aucune interface d’administration ou de supervision",
        )
    compared = say(
        "{rules} {rules:rule|rules} against {lines} {lines:line|lines}",
        "{rules} {rules:règle|règles} face à {lines} {lines:ligne|lignes}",
        rules=rules, lines=lines,
    )  # fmt: skip
    return Outcome((
        Part(seen, {"effective": guarded}, tuple(_breaches(at_interfaces)), tuple(missing), absent, "interfaces",
             not_compared(evidence)),
        *_observed(evidence, interfaces),
        Part(compared, {"effective": rules}, tuple(_breaches(elsewhere)), name="matrix", rest=not_compared(evidence)),
    ))  # fmt: skip


def _observed(evidence: Evidence, interfaces: tuple[EndpointFacts, ...]) -> tuple[Part, ...]:
    """Return what captures show at the interfaces beyond the matrix."""
    if evidence.observed is None or not interfaces:
        return ()
    network = evidence.network
    at: dict[str, list[EndpointFacts]] = {}
    for facts in interfaces:
        for name in family(network, facts.asset):
            at.setdefault(name, []).append(facts)
    leading = _leading(network, interfaces)
    breaches = []
    for edge in evidence.observed.edges:
        source, target = edge.contact.source, edge.contact.target
        if source.asset and network.assets[source.asset].forwards:
            continue
        if _needs_no_line(network, source, target):
            continue
        for facts in at.get(target.asset, ()):
            lines = leading.get(facts.id, ())
            served = edge.contact.low in facts.service_set.fields(edge.contact.protocol)
            if (
                facts.interface in ("", target.interface)
                and served
                and not _listed(network, edge.contact, facts, lines)
            ):
                message = say(
                    "{n} {n:conversation|conversations} seen from {source} to {endpoint}, in no line",
                    "{n} {n:conversation vue|conversations vues} de {source} vers {endpoint}, dans aucune ligne",
                    n=edge.conversations,
                    source=source.asset or source.subnet or source.zone,
                    endpoint=facts.id,
                )
                breaches.append(Breach(Ref("endpoint", facts.id), message, (edge.span,), graph="observed"))
    count = len(evidence.observed.edges)
    seen = say("{n} observed {n:contact|contacts}", "{n} {n:échange observé|échanges observés}", n=count)
    return (Part(seen, {"observed": count}, tuple(breaches), name="interfaces"),)


def _needs_no_line(network: Network, source: Owner, target: Owner) -> bool:
    inside = network.zones[target.zone].inside
    if source.zone != target.zone or inside == "matrix":
        return False
    return inside == "zone" or source.subnet == target.subnet


def _leading(network: Network, interfaces: tuple[EndpointFacts, ...]) -> dict[str, list[Line]]:
    """Return the live lines that lead to each interface, on one of its services."""
    offered = Offered(network, interfaces)
    found: dict[str, list[Line]] = {}
    for line in network.lines:
        for facts in offered.by(line) if line.live else ():
            found.setdefault(facts.id, []).append(line)
    return found


def _listed(network: Network, contact: Contact, facts: EndpointFacts, lines: Iterable[Line]) -> bool:
    """Tell whether one of the lines to an interface may lead there from where a contact was opened, on its service."""
    source = contact.source
    own = frozenset(family(network, source.asset)) if source.asset else frozenset()
    for line in lines:
        for here, there in line.pairs():
            if not there.points.overlaps(facts.end.points):
                continue
            if not any(contact.low in services.fields(contact.protocol) for _, services in line.services_to(there)):
                continue
            if here.kind == "any" or (
                not own.isdisjoint(here.assets)
                if source.asset
                else source.subnet in here.subnets
                if source.subnet
                else source.zone in here.zones
            ):
                return True
    return False


def _breaches(departures: list[Departure]) -> Iterator[Breach]:
    for item in departures:
        if item.kind == "excess":
            yield Breach(Ref("asset", item.device), item.message, item.spans, item.witness, graph="effective")
        else:
            yield Breach(
                Ref("line", item.line), item.message, item.spans, item.witness, "warning", _OBSOLETE, graph="effective"
            )


_OBSOLETE = say(
    "Take the line out of the matrix if it is obsolete, else open it.",
    "Retirer la ligne de la matrice si elle est obsolète, sinon l’ouvrir.",
)


def _touches(network: Network, item: Departure, facts: EndpointFacts) -> bool:
    if item.kind == "missing":
        return any(end.points.overlaps(facts.end.points) for end in network.line[item.line].targets)
    homes = [
        home
        for name in network.assets[facts.asset].members
        for home in network.assets[name].interfaces.values()
        if facts.interface in ("", home.name)
    ]
    held = [facts.end.points, *(home.points for home in homes)]
    return any(points.overlaps(product.destination) for points in held for product in item.products)


def _guarded(evidence: Evidence, interfaces: tuple[EndpointFacts, ...]) -> tuple[int, list[Missing]]:
    """Return how many interfaces no way reaches that leaves the compared filters out, and those that one does."""
    network = evidence.network
    parts = network.topology.without(tuple(evidence.effective))
    guarded, missing = 0, []
    for facts in interfaces:
        zones = {zone for zone in facts.end.zones if zone in network.zones}
        own = {name for zone in zones for name in (zone, *network.zones[zone].parts)}
        own |= {name for name, zone in network.zones.items() if zones & set(zone.parts)}
        open_ = any(
            parts.joined(("zone", zone), ("zone", other)) for zone in sorted(zones) for other in network.zones
            if other not in own
        )  # fmt: skip
        if open_:
            missing.append(Missing(Ref("endpoint", facts.id), _UNFILTERED))
        else:
            guarded += 1
    return guarded, missing


def _applies(evidence: Evidence) -> Message | None:
    if evidence.network.topology.forwarding:
        return None
    return say("the map has no equipment that filters or forwards", "la carte n’a aucun équipement qui filtre")


CHECK = Check(
    name="permitted-flows",
    title=Text("The filters permit the matrix and nothing else", "Les filtres permettent la matrice et rien d’autre"),
    why=Text(
        "A matrix that no filter enforces authorises nothing: what passes is what the configurations permit.",
        "Une matrice qu’aucun filtre n’applique n’autorise rien : ce qui passe est ce que permettent les "
        "configurations.",
    ),
    remedy=Text(
        "Narrow the rule to its lines, or declare and justify the line that it lacks.",
        "Restreindre la règle à ses lignes, ou déclarer et justifier la ligne qui lui manque.",
    ),
    severity="error",
    run=_run,
    needs=("declared", "effective"),
    refines=("observed",),
    applies=_applies,
    parts=("interfaces", "matrix"),
)
