"""Forbidden crossings: every chain of lines from some places to others, one for each way in and each way on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cloison.netmodel.assurance.check import Breach
from cloison.netmodel.assurance.searching.chains import Arrival, arrivals, chain
from cloison.netmodel.assurance.searching.ends import families
from cloison.netmodel.assurance.searching.targets import Targets
from cloison.netmodel.finding import Ref, say
from cloison.netmodel.network import Network
from cloison.netmodel.reach import Hop, Reached
from cloison.netmodel.space.intervals import IntervalSet

_MOST_VISITED = 600_000  # vertices of all searches for one rule: some seconds at most
_MOST_TOLD = 2_000  # chains that are looked at one by one
_MOST_CHAINS = 500  # chains of one rule that are told one by one
_OVERHEAD = 2_000  # what a search costs before its first vertex, in vertices


@dataclass(frozen=True, slots=True)
class Crossing:
    """A chain from ``start`` to ``target``: its first line, its last, and the shortest way between them."""

    start: Ref
    first: str
    last: str
    target: Ref
    hops: tuple[Hop, ...]
    relayed: bool  # whether it ends on relays alone, on services that their endpoints offer


@dataclass(frozen=True, slots=True)
class Found:
    """The chains that were found, the lines that the search reached, and how many chains more it came across."""

    lines: frozenset[str]
    chains: tuple[Crossing, ...]
    more: int


def crossings(
    network: Network,
    starts: Sequence[Ref],
    targets: Targets,
    *,
    without_pivots: Collection[str] = (),
    without_lines: Collection[str] = (),
    direct: Collection[tuple[str, Ref]] = (),
) -> Found:
    """Return the chains from ``starts`` to a target, save the lines alone that ``direct`` has: (line, target).

    There is one chain for each (start, first line, last line, target), a shortest one. One search from all starts
    decides whether there is anything to be found; only then each start, and each first line, is followed apart, so
    that no chain hides behind a shorter one. That ends with a budget: on a map where everything reaches everything the
    chains that are left out are counted.
    """
    search = _Search(network, targets, frozenset(without_pivots), frozenset(without_lines), frozenset(direct),
                     _zones(network, starts))  # fmt: skip
    whole = search.reach([vertex for start in starts for vertex in search.begin(start)])
    arrived = list(arrivals(network, whole))
    lines = frozenset(item.line.id for item in arrived)
    if not any(search.hits(whole, arrived, least=1)):
        return Found(lines, (), 0)
    found: dict[tuple[Ref, str, str, Ref], Crossing] = {}
    for start in starts:
        for item in search.chains(start):
            found.setdefault((item.target, item.first, item.last, start), item)
    more = 0
    if search.spent:
        told = {(item.last, item.target) for item in found.values()}
        more = sum((hit[0].line.id, hit[1]) not in told for hit in search.hits(whole, arrived, least=2))
    order = sorted(found)
    return Found(lines, tuple(found[key] for key in order[:_MOST_CHAINS]), more + max(0, len(order) - _MOST_CHAINS))


def _zones(network: Network, starts: Iterable[Ref]) -> frozenset[str]:
    """Return the zones among the starts and those within them; what is within a public zone without being so is not."""
    return frozenset(
        zone
        for start in starts
        if start.kind == "zone"
        for zone in (start.id, *network.zones[start.id].parts)
        if network.zones[zone].public or not network.zones[start.id].public
    )


@dataclass(slots=True)
class _Search:
    """Searches for one set of targets, with what they cost so far."""

    network: Network
    targets: Targets
    without_pivots: frozenset[str]
    without_lines: frozenset[str]
    direct: frozenset[tuple[str, Ref]]  # what lines alone were found to join
    zones: frozenset[str]  # of all starts
    stop: frozenset[int] = field(init=False)
    visited: int = 0
    told: int = 0  # chains, some of them more than once
    _below: dict[int, dict[Ref, tuple[int, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stop = self.targets.stop

    @property
    def spent(self) -> bool:
        """Whether the budget is used up."""
        return self.visited >= _MOST_VISITED or self.told >= _MOST_TOLD

    def reach(self, starts: Sequence[int], without: Collection[str] = ()) -> Reached:
        reached = self.network.reach.reachable(
            starts,
            without_pivots=self.without_pivots,
            without_lines=self.without_lines.union(without),
            stop=self.stop,
        )
        self.visited += len(reached.order) + _OVERHEAD
        return reached

    def begin(self, start: Ref) -> tuple[int, ...]:
        """Return where chains start: in a place, and on equipment there that has no foot outside all the starts."""
        network = self.network
        found = dict.fromkeys(network.reach.starts(start.kind, start.id))
        for zone in (start.id, *network.zones[start.id].parts) if start.kind == "zone" else ():
            for name in network.zones[zone].assets if zone in self.zones else ():
                if self.zones.issuperset(network.reach.homes(name)):
                    found |= dict.fromkeys(network.reach.find("asset", name, "out"))
        return tuple(found)

    def chains(self, start: Ref) -> Iterator[Crossing]:
        """Yield the chains from one start, each first line followed apart, until the budget is spent."""
        if self.spent:
            return
        starts = self.begin(start)
        whole = self.reach(starts)
        arrived = list(arrivals(self.network, whole))
        yield from self.crossings(start, whole, arrived)
        firsts = tuple(dict.fromkeys(item.first for item in arrived if item.length == 1))
        for first in firsts if len(firsts) > 1 else ():
            if self.spent:
                return
            alone = self.reach(starts, [item for item in firsts if item != first])
            yield from self.crossings(start, alone, list(arrivals(self.network, alone)))

    def crossings(self, start: Ref, reached: Reached, arrived: Sequence[Arrival]) -> Iterator[Crossing]:
        """Yield the chains of a search from one start."""
        for item, target, place in self.hits(reached, arrived, least=2):
            if self.told >= _MOST_TOLD:
                return
            self.told += 1
            relayed = self.network.reach.vertices[place[-1]].side == "relay"
            yield Crossing(start, item.first, item.line.id, target, chain(reached, item.vertex, *place), relayed)

    def hits(
        self, reached: Reached, arrived: Sequence[Arrival], least: int
    ) -> Iterator[tuple[Arrival, Ref, tuple[int, ...]]]:
        """Yield each arrival at a target, and the vertices from its line to there.

        What a line alone was found to join counts from ``least`` lines on. An asset that has another foot in a target
        is a way into it, however short.
        """
        reach = self.network.reach
        seen: set[tuple[str, Ref]] = set()
        for item in arrived:
            near = [
                vertex
                for vertex in reach.targets[reach.offsets[item.vertex] : reach.offsets[item.vertex + 1]]
                if vertex in reached and reach.vertices[vertex].side != "line"
            ]
            near.sort(key=lambda vertex: reach.vertices[vertex].side != "relay", reverse=True)  # the worst comes first
            below = {target: place for vertex in reversed(near) for target, place in self.below(vertex).items()}
            for target, place in self.named(item, near):
                below.setdefault(target, place)
            for target, place in below.items():
                if (item.line.id, target) in seen or (item.length < least and (item.line.id, target) in self.direct):
                    continue
                seen.add((item.line.id, target))
                yield item, target, place

    def named(self, item: Arrival, near: Iterable[int]) -> Iterator[tuple[Ref, tuple[int, ...]]]:
        """Yield the public targets where a line names the foot of equipment that has others elsewhere."""
        feet = self.targets.feet
        if not feet:
            return
        network, reach = self.network, self.network.reach
        family = reach.vertices[item.vertex].family
        for first in near:
            group = reach.vertices[first].kind == "group"
            inside = reach.targets[reach.offsets[first] : reach.offsets[first + 1]] if group else ()
            for place in ((first,), *((first, vertex) for vertex in inside)):
                for target in feet.get(place[-1], ()):
                    top = reach.vertices[place[-1]].id
                    there = _points(network, target) & IntervalSet.union(
                        span for name in (top, *network.assets[top].members) if name in network.assets
                        for span in network.assets[name].points.ranges
                    )  # fmt: skip
                    if any(
                        end.kind not in ("zone", "subnet", "any") and family in families(end.points & there)
                        for end in item.line.targets
                    ):
                        yield target, place

    def below(self, vertex: int) -> dict[Ref, tuple[int, ...]]:
        """Return the targets that an arrival at a vertex means, each with the vertices from there to it.

        These are what lies there or has a foot there, the pools of a VPN that ends nothing, and where the map lets
        chains move without a line.
        """
        found = self._below.get(vertex)
        if found is not None:
            return found
        reach, at = self.network.reach, self.targets.at
        found = self._below[vertex] = {}
        before = {vertex: -1}
        queue = [vertex]
        for here in queue:  # grows as it goes
            kind, name, _, _ = reach.vertices[here]
            for target in at.get(here, ()):
                if target not in found:
                    found[target] = _trail(before, here)
            if here in self.targets.stop or (kind == "asset" and name in self.without_pivots):
                continue
            for child in reach.targets[reach.offsets[here] : reach.offsets[here + 1]]:
                if child not in before and reach.vertices[child].side != "line":
                    before[child] = here
                    queue.append(child)
        return found


def _points(network: Network, place: Ref) -> IntervalSet:
    return network.zones[place.id].points if place.kind == "zone" else network.subnets[place.id].points


def _trail(before: Mapping[int, int], vertex: int) -> tuple[int, ...]:
    trail = [vertex]
    while before[trail[-1]] >= 0:
        trail.append(before[trail[-1]])
    return tuple(reversed(trail))


def more_chains(network: Network, found: Found) -> Breach:
    """Return the breach that counts the chains which are not told one by one."""
    message = say(
        "{n} more chains of lines break this rule; they are not told one by one",
        "{n} autres suites de lignes enfreignent cette règle ; elles ne sont pas détaillées",
        n=found.more,
    )
    subject = Ref("map", network.model.name)
    return Breach(subject, message, (network.document.span(("flows",), key=True),))
