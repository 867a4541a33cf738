"""A device's space in which each packet has its interface: a copy of a point for each interface that it may be behind.

Where the map leaves open on which interface something arrives, each term by itself is in doubt; all of them together
may still be sure: what is equal for every copy is equal whichever interface it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cloison.flows.configuration import Hook
from cloison.flows.verifying.lowering import Pieces, Space
from cloison.netmodel.sides import Sides, families
from cloison.netmodel.space.addresses import VRF_SHIFT
from cloison.netmodel.space.intervals import EMPTY, IntervalSet

_COPY = VRF_SHIFT + 32  # copies lie beyond all VRFs
_MOST_CELLS = 4_000


def split(sides: Sides, hook: Hook) -> Space | None:
    """Return the space of copies; nothing where every point has its interface, or where there are too many pieces."""
    unsure = {name: port.possible - port.sure for name, port in sides.ports.items()}
    open_ = _union(*unsure.values())
    if not open_ or len(sides.units) * 2 * (len(unsure) + 1) > _MOST_CELLS:
        return None
    copies = {name: points.shifted((place + 1) << _COPY) for place, (name, points) in enumerate(unsure.items())}
    ports = {}
    for name, port in sides.ports.items():
        behind = _union(port.sure, copies[name])
        ports[name] = replace(port, sure=behind, possible=behind)
    vrfs = tuple(vrf + (place << 32) for place in range(len(unsure) + 1) for vrf in sides.vrfs)
    copier = Copier(sides)
    units = tuple(replace(unit, points=copier.copied(unit.points)) for unit in sides.units)
    apart = replace(sides, units=units, ports=ports, vrfs=vrfs)
    return Space(apart, _cells(apart, copies, hook))


@dataclass(slots=True)
class Copier:
    """Brings points of the plain space into that of copies; what was brought once is the same object again."""

    sides: Sides
    _unsure: tuple[IntervalSet, ...] = field(init=False)
    _moved: IntervalSet = field(init=False)
    _known: dict[IntervalSet, IntervalSet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._unsure = tuple(port.possible - port.sure for port in self.sides.ports.values())
        self._moved = _union(*self._unsure) - self.sides.loose

    def copied(self, points: IntervalSet) -> IntervalSet:
        """Return points with their copies; what is loose may be behind no interface of the map, too."""
        known = self._known.get(points)
        if known is None:
            copies = [(points & mine).shifted((place + 1) << _COPY) for place, mine in enumerate(self._unsure)]
            known = self._known[points] = _union(points - self._moved, *copies)
        return known


def _cells(sides: Sides, copies: dict[str, IntervalSet], hook: Hook) -> Pieces:
    """Return what may meet the device: nothing arrives and leaves again by one interface that is only supposed."""
    cells: list[tuple[IntervalSet, IntervalSet]] = []
    own = families(sides.own, sides.vrfs)
    everyone = families(sides.around, sides.vrfs)
    if hook == "output":
        return tuple((mine, half) for mine, half in zip(own, everyone, strict=True) if mine and half)
    behind = {name: port.sure for name, port in sides.ports.items()}
    named = _union(*behind.values())
    for unit in sides.units:
        for four, half in enumerate(families(unit.points, sides.vrfs)):
            target = own[four] if hook == "input" else everyone[four] - half
            for name, points in (*behind.items(), ("", half - named)):
                source = half & points
                other = target - copies.get(name, EMPTY)
                if source and other:
                    cells.append((source, other))
    return tuple(cells)


def _union(*sets: IntervalSet) -> IntervalSet:
    return IntervalSet.union(span for points in sets for span in points.ranges)
