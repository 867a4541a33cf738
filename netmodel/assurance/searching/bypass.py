"""What leads past what it should pass: vertex cuts of the reach graph and of layer 3, with the bypass as witness.

Traffic passes *through* some assets where every line by itself has no layer-3 way without them, or every chain of lines
pivots on one of them. Whatever is left when their pivots and the lines that they cut are taken away is a bypass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cloison.netmodel.assurance.searching.crossings import Found, crossings
from cloison.netmodel.assurance.searching.ends import Ends, named_alone
from cloison.netmodel.assurance.searching.places import Places
from cloison.netmodel.assurance.searching.targets import Targets
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network


@dataclass(frozen=True, slots=True)
class Joined:
    """A line that joins some of the sources to some of the targets by itself."""

    line: Line
    sources: tuple[Ref, ...]
    targets: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Bypass:
    """What leads from sources to targets past some assets.

    ``direct`` are lines alone, ``chains`` those of several lines. ``looked`` counts the lines that were looked at by
    themselves, ``followed`` those that chains reach, ``cut`` those that the assets cut at layer 3.
    """

    direct: tuple[Joined, ...]
    chains: Found
    looked: int
    followed: int
    cut: int


def bypass(
    network: Network, sources: Places, targets: Places, through: Collection[str] = (), *, chains: bool = True
) -> Bypass:
    """Return what leads from sources to targets, by a line or by a chain, and passes none of the ``through`` assets.

    Without any such asset that is all that leads from the ones to the others. ``chains`` says whether several lines in
    a row are followed.
    """
    ends = Ends(network)
    allowed = frozenset(through)
    cut = network.lines_cut(allowed) if allowed else frozenset()
    goals = tuple(item for item in targets.refs if not (item.kind == "asset" and item.id in allowed))
    direct: list[Joined] = []
    looked = 0
    for line in network.lines:
        if not line.live or line.id in cut:
            continue
        looked += 1
        here, there = joins(network, ends, line, sources, targets, allowed)
        if there:
            direct.append(Joined(line, tuple(here), tuple(there)))
    found = Found(frozenset(), (), 0)
    if chains:
        found = crossings(
            network,
            sources.refs,
            Targets(network, goals, allowed),
            without_pivots=allowed,
            without_lines=cut,
            direct={(item.line.id, place) for item in direct for place in item.targets},
        )
    return Bypass(tuple(direct), found, looked, len(found.lines), len(cut))


def joins(
    network: Network, ends: Ends, line: Line, sources: Places, targets: Places, allowed: frozenset[str]
) -> tuple[Collection[Ref], Collection[Ref]]:
    """Return the sources and the targets that a line joins by itself; it may be by none of the ``allowed`` assets."""
    here: dict[Ref, None] = {}
    there: dict[Ref, None] = {}
    for source, target in line.pairs():
        for place, other in _met(network, ends, (source, target), (sources, targets), allowed):
            here[place] = there[other] = None
    return here, there


def _met(
    network: Network, ends: Ends, pair: tuple[End, End], places: tuple[Places, Places], allowed: frozenset[str]
) -> Iterator[tuple[Ref, Ref]]:
    source, target = pair
    start = () if _is_allowed(network, source, allowed) else places[0].touched(source)
    goal = places[1].touched(target) if start and not _is_allowed(network, target, allowed) else ()
    for place in start if goal else ():
        spoken = ends.within(source, place)
        yield from ((place, other) for other in goal if not spoken.isdisjoint(ends.within(target, other)))


def _is_allowed(network: Network, end: End, allowed: frozenset[str]) -> bool:
    """Tell whether an end is nothing but assets through which traffic has to pass."""
    if not allowed or not named_alone(network, end):
        return False
    return all(
        asset in allowed
        or network.assets[asset].cluster in allowed
        or not allowed.isdisjoint(network.assets[asset].members)
        for asset in end.assets
    )
