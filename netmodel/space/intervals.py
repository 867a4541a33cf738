"""Exact sets of integers as sorted, disjoint, never adjacent, inclusive ranges."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

Range = tuple[int, int]

_low = itemgetter(0)
_high = itemgetter(1)


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """An immutable set of integers in its only form: equal sets have equal ``ranges``.

    The constructor trusts that ``ranges`` is in that form (sorted, disjoint, not adjacent); :meth:`of` brings any
    ranges to it.
    """

    ranges: tuple[Range, ...] = ()

    @staticmethod
    def of(*ranges: Range) -> IntervalSet:
        """Return the union of inclusive ranges, in any order; raises ``ValueError`` for a reversed one."""
        return IntervalSet.union(ranges)

    @staticmethod
    def union(ranges: Iterable[Range]) -> IntervalSet:
        """Return the union of inclusive ranges, in any order; raises ``ValueError`` for a reversed one."""
        merged: list[Range] = []
        end = -1  # of the last range merged
        for item in sorted(ranges):
            low, high = item
            if high < low:
                raise ValueError(f"reversed range {low}-{high}")
            if merged and low <= end + 1:
                if high > end:
                    merged[-1] = (merged[-1][0], high)
                    end = high
            else:
                merged.append(item)
                end = high
        return IntervalSet(tuple(merged))

    @property
    def size(self) -> int:
        """How many integers are in the set."""
        return sum(high - low + 1 for low, high in self.ranges)

    def least(self) -> int:
        """Return the least integer; raises ``ValueError`` when there is none."""
        if not self.ranges:
            raise ValueError("an empty set has no least integer")
        return self.ranges[0][0]

    def greatest(self) -> int:
        """Return the greatest integer; raises ``ValueError`` when there is none."""
        if not self.ranges:
            raise ValueError("an empty set has no greatest integer")
        return self.ranges[-1][1]

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __contains__(self, value: int) -> bool:
        position = bisect_right(self.ranges, value, key=_low)
        return position > 0 and value <= self.ranges[position - 1][1]

    def __or__(self, other: IntervalSet) -> IntervalSet:
        if not self.ranges:
            return other
        return IntervalSet.union(self.ranges + other.ranges) if other.ranges else self

    def __and__(self, other: IntervalSet) -> IntervalSet:
        return IntervalSet(tuple(self._common(other)))

    def __sub__(self, other: IntervalSet) -> IntervalSet:
        if not self.ranges or not other.ranges:
            return self
        left: list[Range] = []
        for low, high in self.ranges:
            position = bisect_left(other.ranges, low, key=_high)
            while position < len(other.ranges) and other.ranges[position][0] <= high:
                cut_low, cut_high = other.ranges[position]
                if low < cut_low:
                    left.append((low, cut_low - 1))
                low = cut_high + 1  # the rest of this range
                position += 1
            if low <= high:
                left.append((low, high))
        return IntervalSet(tuple(left))

    def __le__(self, other: IntervalSet) -> bool:
        for low, high in self.ranges:
            position = bisect_right(other.ranges, low, key=_low)
            if not position or high > other.ranges[position - 1][1]:
                return False
        return True

    def complement(self, within: IntervalSet) -> IntervalSet:
        """Return what of ``within`` is not in the set."""
        return within - self

    def overlaps(self, other: IntervalSet) -> bool:
        """Say whether the sets share an integer."""
        mine, theirs = self.ranges, other.ranges
        if not mine or not theirs or mine[0][0] > theirs[-1][1] or theirs[0][0] > mine[-1][1]:
            return False
        return next(self._common(other), None) is not None

    def shifted(self, by: int) -> IntervalSet:
        """Return the set with ``by`` added to every integer."""
        return IntervalSet(tuple((low + by, high + by) for low, high in self.ranges))

    def _common(self, other: IntervalSet) -> Iterator[Range]:
        few, many = (
            (self.ranges, other.ranges) if len(self.ranges) <= len(other.ranges) else (other.ranges, self.ranges)
        )
        for low, high in few:
            position = bisect_left(many, low, key=_high)
            while position < len(many) and many[position][0] <= high:
                yield max(low, many[position][0]), min(high, many[position][1])
                position += 1


EMPTY = IntervalSet()
