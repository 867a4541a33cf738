"""Forbidden crossings: every chain of lines from some places to others, one for each way in and each way on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cloison.netmodel.assurance.chains import Arrival, arrivals, chain
from cloison.netmodel.assurance.check import Breach
from cloison.netmodel.facts import End
from cloison.netmodel.finding import Ref, say
from cloison.netmodel.network import Network
from cloison.netmodel.reach import Hop, Reached

_MOST_VISITED = 600_000  # vertices of all searches for one rule: some seconds at most
_TOLD = 20  # what telling a chain costs, in vertices
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
    end: End  # the end of the last line where the target lies


@dataclass(frozen=True)
class Targets:
    """What must not be reached. ``touched`` returns the targets that an end touches."""

    network: Network
    refs: tuple[Ref, ...]
    touched: Callable[[End], tuple[Ref, ...]]
    vertices: Mapping[Ref, frozenset[int]] = field(init=False)

    def __post_init__(self) -> None:
        reach = self.network.reach
        held = {
            item: frozenset(reach.into("asset", item.id) if item.kind == "asset" else reach.inner(item.kind, item.id))
            for item in self.refs
        }
        object.__setattr__(self, "vertices", held)

    @property
    def stop(self) -> frozenset[int]:
        """Every vertex of every target: chains end there."""
        return frozenset().union(*self.vertices.values())


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
) -> Found:
    """Return the chains of two lines or more from ``starts`` to a target.

    There is one chain for each (start, first line, last line, target), a shortest one. One search from all starts
    decides whether there is anything to be found; only then each start, and each first line, is followed apart, so
    that no chain hides behind a shorter one. That ends with a budget: on a map where everything reaches everything the
    chains that are left out are counted.
    """
    search = _Search(network, targets, frozenset(without_pivots), frozenset(without_lines))
    whole = search.reach([vertex for start in starts for vertex in network.reach.starts(start.kind, start.id)])
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
        more = sum((hit[0].line.id, hit[2]) not in told for hit in search.hits(whole, arrived, least=2))
    order = sorted(found)
    return Found(lines, tuple(found[key] for key in order[:_MOST_CHAINS]), more + max(0, len(order) - _MOST_CHAINS))


@dataclass(slots=True)
class _Search:
    """Searches for one set of targets, with what they cost so far."""

    network: Network
    targets: Targets
    without_pivots: frozenset[str]
    without_lines: frozenset[str]
    stop: frozenset[int] = field(init=False)
    visited: int = 0

    def __post_init__(self) -> None:
        self.stop = self.targets.stop

    @property
    def spent(self) -> bool:
        """Whether the budget is used up."""
        return self.visited >= _MOST_VISITED

    def reach(self, starts: Sequence[int], without: Collection[str] = ()) -> Reached:
        reached = self.network.reach.reachable(
            starts,
            without_pivots=self.without_pivots,
            without_lines=self.without_lines.union(without),
            stop=self.stop,
        )
        self.visited += len(reached.order) + _OVERHEAD
        return reached

    def chains(self, start: Ref) -> Iterator[Crossing]:
        """Yield the chains from one start, each first line followed apart, until the budget is spent."""
        if self.spent:
            return
        starts = self.network.reach.starts(start.kind, start.id)
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
        for item, end, target, place in self.hits(reached, arrived, least=2):
            self.visited += _TOLD
            yield Crossing(start, item.first, item.line.id, target, chain(reached, item.vertex, place), end)
            if self.spent:
                return

    def hits(self, reached: Reached, arrived: Sequence[Arrival], least: int) -> Iterator[tuple[Arrival, End, Ref, int]]:
        """Yield each arrival by ``least`` lines or more that is at a target, and the vertex where it is."""
        reach = self.network.reach
        seen: set[tuple[str, Ref]] = set()
        for item in arrived:
            if item.length < least:
                continue
            for end in item.line.targets:
                for target in self.targets.touched(end):
                    held = self.targets.vertices.get(target)
                    if held is None or (item.line.id, target) in seen:
                        continue
                    near = reach.targets[reach.offsets[item.vertex] : reach.offsets[item.vertex + 1]]
                    place = min(
                        (vertex for vertex in near if vertex in reached),
                        key=lambda vertex: (vertex not in held, vertex),
                        default=None,
                    )
                    if place is None or (place not in held and not any(vertex in reached for vertex in held)):
                        continue
                    seen.add((item.line.id, target))
                    yield item, end, target, place


def more_chains(network: Network, found: Found) -> Breach:
    """Return the breach that counts the chains which are not told one by one."""
    message = say(
        "{n} more chains of lines break this rule; they are not told one by one",
        "{n} autres suites de lignes enfreignent cette règle ; elles ne sont pas détaillées",
        n=found.more,
    )
    subject = Ref("map", network.model.name)
    return Breach(subject, message, (network.document.span(("flows",), key=True),))
