"""The sides of lines: the ends that a list of names stands for, and what every line with that list shares."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloison.netmodel.compiling.ends import Ends, check_end, find_end
from cloison.netmodel.compiling.problems import Problems, Route
from cloison.netmodel.facts import End
from cloison.netmodel.space.addresses import MAPPED, VRF_SHIFT
from cloison.netmodel.space.intervals import EMPTY, IntervalSet, Range
from cloison.netmodel.space.ownership import LAST

Families = tuple[IntervalSet, IntervalSet]  # IPv4 and IPv6 points
_LAST_V4 = MAPPED | 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Side:
    """The ends of one side with their IPv4 and IPv6 points.

    ``zone`` is set where there is one end and it lies in one zone; ``offered`` are the endpoints among the ends.
    """

    ends: tuple[End, ...]
    four: IntervalSet
    six: IntervalSet
    zone: str = ""
    offered: tuple[End, ...] = ()


@dataclass(slots=True)
class Sides:
    """Reads lists of names as sides; ``known`` are those without error, which need not be read again."""

    ends: Ends
    problems: Problems
    known: dict[tuple[str, ...], Side] = field(default_factory=dict)
    _families: dict[str | tuple[str, ...], Families] = field(default_factory=dict)

    def read(self, names: tuple[str, ...], line: str, key: str) -> Side:
        """Return the side that a line writes under ``key``: what of it is no end is left out after its error."""
        found = []
        for place, name in enumerate(names):
            route: Route = ("flows", line, key, place)
            end = find_end(name, self.ends, self.problems, route)
            if end is not None and (end.kind == "any" or check_end(end, self.problems, route)):
                found.append(end)
        ends = tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)
        if len(ends) == 1:
            zone = ends[0].zones[0] if len(ends[0].zones) == 1 else ""
            side = Side(ends, *by_family(ends[0].points), zone, ends if ends[0].kind == "endpoint" else ())
        else:
            side = Side(ends, *self.families(ends), "", tuple(end for end in ends if end.kind == "endpoint"))
        if len(found) == len(names):
            self.known[names] = side
        return side

    def families(self, ends: tuple[End, ...]) -> Families:
        """Return the IPv4 and the IPv6 points of some ends together."""
        key = ends[0].id if len(ends) == 1 else tuple(end.id for end in ends)
        known = self._families.get(key)
        if known is None:
            points = ends[0].points if len(ends) == 1 else IntervalSet.union(
                item for end in ends for item in end.points.ranges)  # fmt: skip
            known = self._families[key] = by_family(points)
        return known


def by_family(points: IntervalSet) -> Families:
    """Return the IPv4 and the IPv6 points of a set."""
    four: list[Range] = []
    six: list[Range] = []
    for low, high in points.ranges:
        base = low >> VRF_SHIFT << VRF_SHIFT
        first, last = base | MAPPED, base | _LAST_V4
        if first <= low and high <= last:
            four.append((low, high))
        elif high < first or (low > last and high <= base | LAST):
            six.append((low, high))
        else:  # around IPv4, or over several VRFs
            while low <= high:
                end = min(high, base | LAST)
                if low < first:
                    six.append((low, min(end, first - 1)))
                if low <= last and end >= first:
                    four.append((max(low, first), min(end, last)))
                if end > last:
                    six.append((max(low, last + 1), end))
                low = base = end + 1
                first, last = base | MAPPED, base | _LAST_V4
    if not six:
        return points, EMPTY
    if not four:
        return EMPTY, points
    return IntervalSet(tuple(four)), IntervalSet.union(six)
