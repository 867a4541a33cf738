"""Many sets of points at once: which of them some points touch, at the cost of what they touch and not of all."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from cloison.netmodel.space.intervals import IntervalSet


@dataclass(slots=True)
class Cuts:
    """Sets of points by number, cut where any of them begins or ends."""

    sets: Sequence[IntervalSet]
    _starts: list[int] = field(init=False)
    _held: list[tuple[int, ...]] = field(init=False)  # sets of each segment; it ends where the next begins

    def __post_init__(self) -> None:
        events: list[tuple[int, int, int]] = []
        for number, points in enumerate(self.sets):
            for low, high in points.ranges:
                events += ((low, 1, number), (high + 1, 0, number))
        events.sort()
        active: set[int] = set()
        self._starts, self._held = [-1], [()]
        for place, (at, begins, number) in enumerate(events):
            if begins:
                active.add(number)
            else:
                active.discard(number)
            if place + 1 == len(events) or events[place + 1][0] != at:
                self._starts.append(at)
                self._held.append(tuple(active))

    def touched(self, points: IntervalSet) -> tuple[int, ...]:
        """Return the sets that share a point with these, by number, in order."""
        found: set[int] = set()
        for low, high in points.ranges:
            at = max(bisect_right(self._starts, low) - 1, 0)
            while at < len(self._starts) and self._starts[at] <= high:
                found.update(self._held[at])
                at += 1
        return tuple(sorted(found))
