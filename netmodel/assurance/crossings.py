"""Forbidden crossings: every chain of lines from some places to others, one for each way in and each way on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cloison.netmodel.assurance.chains import Arrival, arrivals, chain
from cloison.netmodel.facts import End
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network
from cloison.netmodel.reach import Hop, Reached

_MOST_FIRST = 64  # first lines that are each followed apart; beyond, the shortest chains stand for all


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


def crossings(
    network: Network,
    starts: Sequence[Ref],
    targets: Targets,
    *,
    without_pivots: Collection[str] = (),
    without_lines: Collection[str] = (),
) -> tuple[frozenset[str], list[Crossing]]:
    """Return the lines that are reached from ``starts``, and the chains of two lines or more to a target.

    There is one chain for each (start, first line, last line, target), a shortest one. One search from all starts
    decides whether there is anything to be found; only then is each start followed apart.
    """
    reach = network.reach
    stop = targets.stop
    begun = [vertex for start in starts for vertex in reach.starts(start.kind, start.id)]
    whole = reach.reachable(begun, without_pivots=without_pivots, without_lines=without_lines, stop=stop)
    arrived = list(arrivals(network, whole))
    lines = frozenset(item.line.id for item in arrived)
    found: list[Crossing] = []
    if any(_crossings(network, starts[0], whole, arrived, targets, least=1)):
        for start in starts:
            found += _from(network, start, targets, stop, without_pivots, without_lines)
    return lines, found


def _from(
    network: Network,
    start: Ref,
    targets: Targets,
    stop: frozenset[int],
    without_pivots: Collection[str],
    without_lines: Collection[str],
) -> list[Crossing]:
    """Return the chains from one start: each first line is followed apart, so that none hides behind a shorter one."""
    reach = network.reach
    starts = reach.starts(start.kind, start.id)
    whole = reach.reachable(starts, without_pivots=without_pivots, without_lines=without_lines, stop=stop)
    arrived = list(arrivals(network, whole))
    found = {(item.target, item.first, item.last): item for item in _crossings(network, start, whole, arrived, targets)}
    firsts = tuple(dict.fromkeys(item.first for item in arrived if item.length == 1))
    if len(firsts) <= _MOST_FIRST:
        for first in firsts:
            others = {*without_lines, *(item for item in firsts if item != first)}
            alone = reach.reachable(starts, without_pivots=without_pivots, without_lines=others, stop=stop)
            for item in _crossings(network, start, alone, list(arrivals(network, alone)), targets):
                found.setdefault((item.target, item.first, item.last), item)
    return [found[key] for key in sorted(found)]


def _crossings(
    network: Network, start: Ref, reached: Reached, arrived: list[Arrival], targets: Targets, least: int = 2
) -> Iterator[Crossing]:
    reach = network.reach
    seen: set[tuple[str, Ref]] = set()
    for item in arrived:
        if item.length < least:
            continue
        near = frozenset(reach.targets[reach.offsets[item.vertex] : reach.offsets[item.vertex + 1]])
        for end in item.line.targets:
            for target in targets.touched(end):
                if target not in targets.vertices:
                    continue
                if (item.line.id, target) in seen:
                    continue
                held = targets.vertices[target]
                place = next((vertex for vertex in sorted(held & near) if vertex in reached), None)
                if place is None:
                    place = next((vertex for vertex in sorted(near) if vertex in reached), None)
                    if place is None or reached.first(held) is None:
                        continue
                seen.add((item.line.id, target))
                yield Crossing(start, item.first, item.line.id, target, chain(reached, item.vertex, place), end)
