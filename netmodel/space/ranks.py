"""Rules on small integers: cuts of addresses become ranks, services become sets of numbered atoms.

Two values with the same rank lie in the same sets, so that every question about the sets has the same answer about
their ranks. IPv4, IPv6 and every VRF are on one line; a group of addresses stays one interval set, never expanded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar

from cloison.netmodel.space.intervals import IntervalSet, Range
from cloison.netmodel.space.services import ServiceSet

_MOST_ATOMS = 1 << 21

_Value = TypeVar("_Value", IntervalSet, ServiceSet)


class BudgetError(Exception):
    """The work that an exact answer asks for is more than was granted; ``rules`` were not looked at."""

    def __init__(self, rules: Sequence[int] = ()) -> None:
        super().__init__("budget")
        self.rules = rules


class Ruled(Protocol):
    """Anything that holds the packets of a product."""

    @property
    def source(self) -> IntervalSet:
        """Points."""
        ...

    @property
    def destination(self) -> IntervalSet:
        """Points."""
        ...

    @property
    def services(self) -> ServiceSet:
        """What is asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Axis:
    """Distinct sets on one axis, in ranks; ``cuts[rank]`` is the least value of a rank."""

    sets: tuple[IntervalSet, ...]
    cuts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Atoms:
    """Distinct service sets as sets of atoms; atom ``x * len(classes) + y`` is a block of low fields and sources."""

    sets: tuple[IntervalSet, ...]
    cuts: tuple[int, ...]
    classes: tuple[IntervalSet, ...]

    def services(self, atoms: Iterable[int]) -> ServiceSet:
        """Return the least packets of each atom."""
        count = len(self.classes)
        return ServiceSet.union(
            ServiceSet(((self.cuts[atom // count], self.cuts[atom // count], self.classes[atom % count]),))
            for atom in atoms
        )


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rules by the numbers of their sets: ``boxes[i]`` is (source, destination, service) of rule i."""

    sources: Axis
    destinations: Axis
    atoms: Atoms
    boxes: tuple[tuple[int, int, int], ...]


def ranked(rules: Sequence[Ruled]) -> Ranked:
    """Return rules in ranks, none of them empty; raises ``BudgetError`` when their services make too many atoms."""
    sources, source_of = _distinct([rule.source for rule in rules])
    destinations, destination_of = _distinct([rule.destination for rule in rules])
    services, service_of = _distinct([rule.services for rule in rules])
    return Ranked(
        _axis(sources),
        _axis(destinations),
        _atoms(services),
        tuple(zip(source_of, destination_of, service_of, strict=True)),
    )


def _distinct(values: Sequence[_Value]) -> tuple[list[_Value], list[int]]:
    """Return the distinct values and, for each value, its place among them; the same object is hashed once."""
    places: dict[_Value, int] = {}
    known: dict[int, int] = {}
    of = []
    for value in values:
        place = known.get(id(value))
        if place is None:
            place = known[id(value)] = places.setdefault(value, len(places))
        of.append(place)
    return list(places), of


def _axis(sets: Sequence[IntervalSet]) -> Axis:
    cuts = sorted({cut for item in sets for low, high in item.ranges for cut in (low, high + 1)})
    rank = {cut: number for number, cut in enumerate(cuts)}
    return Axis(
        tuple(IntervalSet(tuple((rank[low], rank[high + 1] - 1) for low, high in item.ranges)) for item in sets),
        tuple(cuts),
    )


def _atoms(sets: Sequence[ServiceSet]) -> Atoms:
    cuts = sorted({cut for item in sets for low, high, _ in item.segments for cut in (low, high + 1)})
    rank = {cut: number for number, cut in enumerate(cuts)}
    sources, _ = _distinct([sources for item in sets for _, _, sources in item.segments])
    classes, members = _classes(sources)
    count = len(classes)
    work = len(cuts) * count
    of = dict(zip(sources, members, strict=True))
    found = []
    for item in sets:
        ranges: list[Range] = []
        for low, high, among in item.segments:
            first, last = rank[low], rank[high + 1] - 1
            if len(of[among]) == count:
                ranges.append((first * count, last * count + count - 1))
                continue
            work += (last - first + 1) * len(of[among])
            if work > _MOST_ATOMS:
                break
            ranges += ((x * count + y, x * count + y) for x in range(first, last + 1) for y in of[among])
        if work > _MOST_ATOMS:
            raise BudgetError
        found.append(IntervalSet.union(ranges))
    return Atoms(tuple(found), tuple(cuts), classes)


def _classes(sets: Sequence[IntervalSet]) -> tuple[tuple[IntervalSet, ...], list[list[int]]]:
    """Return the coarsest partition that every set is a union of, and the numbers of each set's parts."""
    toggles: dict[int, int] = {}
    for number, item in enumerate(sets):
        for low, high in item.ranges:
            for cut in (low, high + 1):
                toggles[cut] = toggles.get(cut, 0) ^ 1 << number
    cuts = sorted(toggles)
    parts: dict[int, list[Range]] = {}
    holders = 0
    for low, after in pairwise(cuts):
        holders ^= toggles[low]
        if holders:
            parts.setdefault(holders, []).append((low, after - 1))
    classes = tuple(IntervalSet.union(ranges) for ranges in parts.values())
    members: list[list[int]] = [[] for _ in sets]
    for place, holders in enumerate(parts):
        for number in _bits(holders):
            members[number].append(place)
    return classes, members


def _bits(mask: int) -> Iterable[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
