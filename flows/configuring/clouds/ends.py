"""Ends of a rule of both address families, as products of one family each; addresses that stand for others."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet


class Ends(NamedTuple):
    """Addresses by family."""

    whole: IntervalSet
    v4: IntervalSet
    v6: IntervalSet


def split(addresses: IntervalSet) -> Ends:
    """Return addresses by family."""
    if addresses <= V4:
        return Ends(addresses, addresses, EMPTY)
    v4 = addresses & V4
    return Ends(addresses, v4, addresses & V6 if v4 else addresses)


EVERYWHERE = split(ANY)
NOWHERE = split(EMPTY)


def pairs(sources: Ends, destinations: Ends) -> Iterator[tuple[IntervalSet, IntervalSet]]:
    """Yield the ends of a rule of one family after the other, none that is empty; two ends of any address as one."""
    if sources.whole == ANY and destinations.whole == ANY:
        yield ANY, ANY
        return
    if sources.v4 and destinations.v4:
        yield sources.v4, destinations.v4
    if sources.v6 and destinations.v6:
        yield sources.v6, destinations.v6


def by_family(sources: IntervalSet, destinations: IntervalSet) -> Iterator[tuple[IntervalSet, IntervalSet]]:
    """Yield what :func:`pairs` yields, of addresses of both families."""
    return pairs(split(sources), split(destinations))


def together(sets: Iterable[IntervalSet]) -> IntervalSet:
    """Return the union of any number of sets."""
    return IntervalSet.union(chain.from_iterable(each.ranges for each in sets))


class Aliases:
    """Outside addresses that stand for inside ones (an elastic or floating address), one for one."""

    def __init__(self, of: Iterable[tuple[int, int]]) -> None:
        self._pairs = sorted(of)
        self._outside = [outside for outside, _ in self._pairs]
        self._set = IntervalSet.union((outside, outside) for outside in self._outside)

    def hidden(self, addresses: IntervalSet) -> IntervalSet:
        """Return the inside addresses that are not in a set whose outside addresses are."""
        if not self._pairs or not addresses.overlaps(self._set):
            return EMPTY
        found: list[tuple[int, int]] = []
        for low, high in (addresses & self._set).ranges:
            place = bisect_left(self._outside, low)
            while place < len(self._outside) and self._outside[place] <= high:
                found.append((self._pairs[place][1], self._pairs[place][1]))
                place += 1
        return IntervalSet.union(found) - addresses
