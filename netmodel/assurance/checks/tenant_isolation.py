"""tenant-isolation: no line, no chain of lines and no shared place leads from one tenant to another (9.7.a)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.chains import chain, pivots, shown, spans
from cloison.netmodel.assurance.searching.ends import Ends, along, ref
from cloison.netmodel.assurance.subjects.shared_places import shared_places
from cloison.netmodel.assurance.subjects.tenants import Tenants
from cloison.netmodel.assurance.subjects.third_parties import TOO_MUCH
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.reach import Hop, Reached

_MOST_VISITED = 600_000  # vertices of all searches from single tenants
_MOST_CHAINS = 500  # chains that are told one by one
_BY_LINES = Text("a chain of lines leads from {source} to {target}", "une suite de lignes mène de {source} à {target}")
_WITHOUT = Text("{source} leads to {target} without any line", "{source} mène à {target} sans aucune ligne")
_SEVERAL = -2  # reached from more than one tenant


def _exchange(line: Line, parties: Iterable[str]) -> bool:
    """Tell whether every one of these tenants approved the line."""
    return {approval.party for approval in line.flow.approved}.issuperset(parties)


def _direct(network: Network, ends: Ends) -> tuple[int, int, list[Breach]]:
    breaches = []
    concerned = exchanges = 0
    for line in network.lines:
        if not line.live:
            continue
        sources = {tenant for end in line.sources for tenant in ends.tenants(end)}
        targets = {tenant for end in line.targets for tenant in ends.tenants(end)}
        concerned += bool(sources or targets)
        both = sources | targets
        if not sources or not targets or len(both) < 2:
            continue
        meeting = _meeting(line, ends)
        if not meeting:
            continue
        if _exchange(line, meeting):
            exchanges += 1
            continue
        approved = {approval.party for approval in line.flow.approved}
        message = say(
            "{line} joins the tenants {tenants}, and {lacking} did not approve it",
            "{line} relie les commanditaires {tenants}, sans l’approbation de {lacking}",
            line=line.id,
            tenants=tuple(sorted(meeting)),
            lacking=tuple(sorted(meeting - approved)),
        )
        breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    return concerned, exchanges, breaches


def _meeting(line: Line, ends: Ends) -> frozenset[str]:
    """Return the tenants that a line joins to others: not those that it joins only to themselves."""
    met: set[str] = set()
    for source, target in line.pairs():
        here, there = ends.tenants(source), ends.tenants(target)
        for family in (4, 6) if here and there and len({*here, *there}) > 1 else ():
            speak = {tenant for tenant, held in here.items() if family in held}
            hear = {tenant for tenant, held in there.items() if family in held}
            if speak and hear and len(speak | hear) > 1:
                met |= speak | hear
    return frozenset(met)


def _suspects(network: Network, tenants: Tenants) -> frozenset[str]:
    """Return the tenants whose places are reached from another tenant, in one pass over the reach graph.

    Each vertex is marked with the tenant that reaches it, or as reached from several; so it is visited twice at most.
    """
    reach = network.reach
    marks = [-1] * len(reach.vertices)
    queue: list[int] = []
    for number, tenant in enumerate(tenants.names):
        for vertex in tenants.starts(tenant):
            if marks[vertex] != number:
                marks[vertex] = number if marks[vertex] == -1 else _SEVERAL
                queue.append(vertex)
    offsets, targets = reach.offsets, reach.targets
    for vertex in queue:  # grows as it goes
        mark = marks[vertex]
        for target in targets[offsets[vertex] : offsets[vertex + 1]]:
            if marks[target] == -1:
                marks[target] = mark
                queue.append(target)
            elif marks[target] not in (mark, _SEVERAL):
                marks[target] = _SEVERAL
                queue.append(target)
    return frozenset(
        tenant
        for number, tenant in enumerate(tenants.names)
        if any(marks[vertex] not in (-1, number) for vertex in tenants.inside(tenant))
    )


def _chained(network: Network, ends: Ends, tenants: Tenants, suspects: frozenset[str]) -> tuple[list[Breach], int]:
    """Return the chains of two lines or more between two tenants: through tenants alone where there is such a one.

    Also returns how many tenants were not followed, once the budget of a map that joins everything was used up.
    """
    reach = network.reach
    others = {
        vertex
        for zone in network.zones.values()
        if zone.owner_kind != "tenant"
        for vertex in reach.inner("zone", zone.id)
    }
    goals = {name: tenants.inside(name) for name in sorted(suspects)}
    provider = frozenset(others.difference(*(tenants.inside(name) for name in tenants.names))) | {
        vertex
        for name in network.assets
        if not tenants.theirs(Ref("asset", name))
        for vertex in reach.find("asset", name, "in")
    }
    # a tenant's machine in a public network speaks by the lines that name it, not as the public does
    machines = {
        vertex
        for name in network.assets
        if all(network.zones[zone].public for zone in reach.homes(name))
        for vertex in reach.find("asset", name, "out")
    }
    public = frozenset(
        vertex
        for name, zone in network.zones.items()
        if zone.public
        for vertex in (
            *reach.find("zone", name, "out"),
            *(number for subnet in zone.subnets for number in reach.find("subnet", subnet, "out")),
        )
    )
    breaches: list[Breach] = []
    visited = 0
    for place, start in enumerate(tenants.names):
        if visited >= _MOST_VISITED or len(breaches) >= _MOST_CHAINS:
            return breaches, len(tenants.names) - place
        begun = tenants.starts(start)
        remote = tuple(vertex for vertex in begun if vertex in machines)
        begun = tuple(vertex for vertex in begun if vertex not in machines)
        outside = public.difference(begun)
        tried = [(begun, provider), (remote, provider | outside), (begun, frozenset()), (remote, outside)]
        searches = [(reach.reachable(starts, stop=stop), starts, stop) for starts, stop in tried if starts]
        visited += sum(len(reached.order) for reached, _, _ in searches)
        for goal, vertices in goals.items():
            if goal == start:
                continue
            found = (_way(network, (start, goal), *search, vertices) for search in searches)
            hops = next((way for way in found if way), ())
            lines = [hop.line for hop in hops if hop.line]
            if hops and (len(lines) != 1 or not {start, goal} <= _meeting(network.line[lines[0]], ends)):
                breaches.append(_breach(network, tenants, start, goal, hops))
    return breaches, 0


def _way(
    network: Network,
    pair: tuple[str, str],
    reached: Reached,
    begun: tuple[int, ...],
    stop: frozenset[int],
    goal: frozenset[int],
) -> tuple[Hop, ...]:
    """Return the shortest chain to a tenant, past what the two exchange with the approval of both."""
    hops = _shortest(reached, goal)
    if any(_exchange(network.line[hop.line], pair) for hop in hops if hop.line):
        allowed = {line.id for line in network.lines if _exchange(line, pair)}
        hops = _shortest(network.reach.reachable(begun, stop=stop, without_lines=allowed), goal)
    return hops


def _shortest(reached: Reached, goal: frozenset[int]) -> tuple[Hop, ...]:
    vertex = reached.first(sorted(goal))
    return () if vertex is None else chain(reached, vertex)


def _breach(network: Network, tenants: Tenants, start: str, goal: str, hops: tuple[Hop, ...]) -> Breach:
    foreign = tuple(dict.fromkeys(place.id for place in pivots(hops) if not tenants.theirs(place)))
    if foreign:
        message = say(
            "a chain of lines leads from {source} to {target} through {pivots} of the provider",
            "une suite de lignes mène de {source} à {target} en passant par {pivots} du prestataire",
            source=start,
            target=goal,
            pivots=foreign,
        )
        remedy = say(
            "Make it a relay reached on its endpoint alone, or give each tenant its own.",
            "En faire un relais atteint sur sa seule interface, ou en donner un à chaque commanditaire.",
        )
        return Breach(
            Ref("party", goal), message, spans(network, hops), shown(network, hops), severity="warning", remedy=remedy
        )
    text = _BY_LINES if any(hop.line for hop in hops) else _WITHOUT
    message = Message(text, {"source": start, "target": goal})
    return Breach(Ref("party", goal), message, spans(network, hops), shown(network, hops))


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    tenants = Tenants(network)
    ends = Ends(network)
    concerned, exchanges, breaches = _direct(network, ends)
    breaches += shared_places(network)
    suspects = _suspects(network, tenants)
    missing: tuple[Missing, ...] = ()
    if suspects:
        chained, left = _chained(network, ends, tenants, suspects)
        breaches += chained
        if left:
            missing = (Missing(Ref("map", network.model.name), TOO_MUCH),)
    count = len(tenants.names)
    seen = say(
        "{tenants} tenants, {pairs} ordered pairs of them, {lines} lines at their ends, "
        "{exchanges} approved exchanges, {places} subnets, {vrfs} VRFs",
        "{tenants} commanditaires, {pairs} couples ordonnés, {lines} lignes à leurs extrémités, "
        "{exchanges} échanges approuvés, {places} sous-réseaux, {vrfs} VRF",
        tenants=count,
        pairs=count * (count - 1),
        lines=concerned,
        exchanges=exchanges,
        places=len(network.subnets),
        vrfs=len(network.model.vrfs),
    )
    return one(Part(seen, {"declared": count * (count - 1)}, tuple(breaches), missing))


def _applies(evidence: Evidence) -> Message | None:
    if len(Tenants(evidence.network).names) > 1:
        return None
    return say("fewer than two tenants have anything on the map", "moins de deux commanditaires figurent sur la carte")


def _forbids(network: Network) -> Callable[[Contact], bool]:
    """Return whether a contact joins two tenants; their approved exchanges are lines, and so never asked about."""

    def tenant(zone: str, asset: str) -> str:
        facts = network.assets.get(asset)
        if facts is not None and facts.owner:
            return facts.owner if facts.owner_kind == "tenant" else ""
        return network.zones[zone].owner if network.zones[zone].owner_kind == "tenant" else ""

    def forbids(contact: Contact) -> bool:
        here = tenant(contact.source.zone, contact.source.asset)
        there = tenant(contact.target.zone, contact.target.asset)
        return bool(here and there and here != there)

    return forbids


CHECK = Check(
    name="tenant-isolation",
    title=Text("No tenant leads to another", "Aucun commanditaire ne mène à un autre"),
    why=Text(
        "A tenant who reaches another, even by way of shared equipment, has crossed what was sold as a wall.",
        "Qui atteint un autre commanditaire, fût-ce par un équipement partagé, a franchi le cloisonnement promis.",
    ),
    remedy=Text(
        "Take the line out, or have both tenants approve it: an `approved` entry with `party` for each of them.",
        "Retirer la ligne, ou la faire approuver par les deux : une entrée `approved` avec `party` pour chacun.",
    ),
    severity="error",
    run=_run,
    refines=("effective", "observed"),
    applies=_applies,
    forbids=_forbids,
)
