"""Boxes of packets (products of five dimensions), parts of a match, and how they are joined and cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cloison.netmodel.finding import Message
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

MOST_PARTS = 20_000
"""The most parts that one rule is cut into; above it the rule is undecided."""


class Box(NamedTuple):
    """A product of packets; ``None`` is any interface."""

    sources: IntervalSet
    destinations: IntervalSet
    services: ServiceSet
    arriving: frozenset[str] | None
    leaving: frozenset[str] | None


class Part(NamedTuple):
    """One box of a match; with a doubt, it holds at most these packets and perhaps none."""

    box: Box
    doubt: Message | None = None


Match = tuple[Part, ...]

WHOLE = Box(ANY, ANY, EVERY_SERVICE, None, None)
WHOLE_V4 = Box(V4, V4, EVERY_SERVICE, None, None)
WHOLE_V6 = Box(V6, V6, EVERY_SERVICE, None, None)
ALL: Match = (Part(WHOLE),)
NOTHING: Match = ()


class TooManyError(Exception):
    """A match that would be cut into more parts than is worth it."""


def box(
    sources: IntervalSet = ANY,
    destinations: IntervalSet = ANY,
    services: ServiceSet = EVERY_SERVICE,
    arriving: frozenset[str] | None = None,
    leaving: frozenset[str] | None = None,
) -> Box:
    """Return a box, whole in every dimension that is not given."""
    return Box(sources, destinations, services, arriving, leaving)


def one(found: Box, doubt: Message | None = None) -> Match:
    """Return the match of one box."""
    return (Part(found, doubt),)


class Meeting:
    """Intersections of boxes, each pair of large sets met once."""

    __slots__ = ("_addresses", "_services")

    def __init__(self) -> None:
        self._addresses: dict[tuple[int, int], tuple[IntervalSet, IntervalSet, IntervalSet]] = {}
        self._services: dict[tuple[int, int], tuple[ServiceSet, ServiceSet, ServiceSet]] = {}

    def meet(self, left: Box, right: Box) -> Box | None:
        """Return the packets of both boxes, ``None`` when there are none; ``right`` itself where it is within."""
        sources = self._of_addresses(left[0], right[0])
        if not sources.ranges:
            return None
        destinations = self._of_addresses(left[1], right[1])
        if not destinations.ranges:
            return None
        services = self._of_services(left[2], right[2])
        if not services.segments:
            return None
        arriving = _of_names(left[3], right[3])
        if arriving is not None and not arriving:
            return None
        leaving = _of_names(left[4], right[4])
        if leaving is not None and not leaving:
            return None
        return Box(sources, destinations, services, arriving, leaving)

    def _of_addresses(self, left: IntervalSet, right: IntervalSet) -> IntervalSet:
        if left is right or left is ANY:
            return right
        if right is ANY:
            return left
        if len(left.ranges) == 1 and len(right.ranges) == 1:
            return _met(left, right)
        key = (id(left), id(right))
        known = self._addresses.get(key)
        if known is None:
            if len(self._addresses) > 100_000:
                self._addresses.clear()
            found = left & right
            if found == right:
                found = right
            elif found == left:
                found = left
            known = self._addresses[key] = (left, right, found)
        return known[2]

    def _of_services(self, left: ServiceSet, right: ServiceSet) -> ServiceSet:
        if left is right or left is EVERY_SERVICE:
            return right
        if right is EVERY_SERVICE:
            return left
        key = (id(left), id(right))
        known = self._services.get(key)
        if known is None:
            if len(self._services) > 100_000:
                self._services.clear()
            found = left & right
            if found == right:
                found = right
            elif found == left:
                found = left
            known = self._services[key] = (left, right, found)
        return known[2]


def _met(left: IntervalSet, right: IntervalSet) -> IntervalSet:
    (low, high), (from_, to) = left.ranges[0], right.ranges[0]
    if low <= from_ and to <= high:
        return right
    if from_ <= low and high <= to:
        return left
    low, high = max(low, from_), min(high, to)
    return IntervalSet(((low, high),)) if low <= high else EMPTY


def _of_names(left: frozenset[str] | None, right: frozenset[str] | None) -> frozenset[str] | None:
    if left is right or left is None:
        return right
    if right is None:
        return left
    return left & right


def both(meeting: Meeting, left: Match, right: Match) -> Match:
    """Return the packets that two matches hold; raises ``TooManyError``."""
    if left is ALL:
        return right
    if right is ALL:
        return left
    if len(left) == 1 == len(right):
        (one_box, one_doubt), (other_box, other_doubt) = left[0], right[0]
        here = meeting.meet(one_box, other_box)
        return NOTHING if here is None else (Part(here, one_doubt or other_doubt),)
    if len(left) * len(right) > MOST_PARTS:
        raise TooManyError
    found = []
    for one_box, one_doubt in left:
        for other_box, other_doubt in right:
            here = meeting.meet(one_box, other_box)
            if here is not None:
                found.append(Part(here, one_doubt or other_doubt))
    return tuple(found)


def doubted(match: Match, doubt: Message) -> Match:
    """Return the match with a doubt about every part that has none."""
    return tuple(Part(found, known or doubt) for found, known in match)


def without(meeting: Meeting, whole: Box, cuts: Iterable[Box], names: Sequence[frozenset[str]]) -> tuple[Box, ...]:
    """Return disjoint boxes for what of ``whole`` none of ``cuts`` holds; raises ``TooManyError``.

    ``names`` are all names of interfaces that a packet may arrive on, and leave by.
    """
    left: list[Box] = [whole]
    for cut in cuts:
        rest: list[Box] = []
        for item in left:
            rest += _cut(meeting, item, cut, names)
        if len(rest) > MOST_PARTS:
            raise TooManyError
        left = rest
    return tuple(left)


def _cut(meeting: Meeting, item: Box, cut: Box, names: Sequence[frozenset[str]]) -> list[Box]:
    common = meeting.meet(cut, item)
    if common is None:
        return [item]
    found: list[Box] = []
    sources = item.sources - common.sources
    if sources:
        found.append(item._replace(sources=sources))
    destinations = item.destinations - common.destinations
    if destinations:
        found.append(item._replace(sources=common.sources, destinations=destinations))
    services = item.services - common.services
    inner = item._replace(sources=common.sources, destinations=common.destinations)
    if services:
        found.append(inner._replace(services=services))
    inner = inner._replace(services=common.services)
    if cut.arriving is not None:
        arriving = (names[0] if item.arriving is None else item.arriving) - cut.arriving
        if arriving:
            found.append(inner._replace(arriving=arriving))
        inner = inner._replace(arriving=common.arriving)
    if cut.leaving is not None:
        leaving = (names[1] if item.leaving is None else item.leaving) - cut.leaving
        if leaving:
            found.append(inner._replace(leaving=leaving))
    return found
