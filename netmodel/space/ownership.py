"""Whose an address is: VRFs that see others, nested prefixes, addresses of assets, and where no line is needed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from cloison.netmodel.space.addresses import GLOBAL, MULTICAST, VRF_SHIFT
from cloison.netmodel.space.intervals import IntervalSet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LAST = (1 << VRF_SHIFT) - 1
_LOW = (1 << 64) - 1


class Owner(NamedTuple):
    """Where a point lies. ``subnet``, ``asset`` and ``interface`` (a bare name) are empty where there is none."""

    zone: str
    subnet: str = ""
    asset: str = ""
    interface: str = ""


class Claim(NamedTuple):
    """A prefix of one VRF, or an asset's address, and the index of its owner; ``length`` counts in 128 bits."""

    low: int
    high: int
    length: int
    owner: int


class Segment(NamedTuple):
    """A range of addresses of one VRF with one owner, once nested claims are cut out of those around them."""

    low: int
    high: int
    length: int
    owner: int


class Tables(NamedTuple):
    """What each address means to a VRF, for vectorised lookup; row i holds from its start to the next row's.

    ``starts_hi`` and ``starts_lo`` are the halves of the first address (uint64, sorted, the first row starts at 0),
    ``owner`` an index into ``Ownership.owners`` or -1 where unmapped, ``vrf`` the index of the VRF of the point.
    """

    starts_hi: NDArray[np.uint64]
    starts_lo: NDArray[np.uint64]
    owner: NDArray[np.int32]
    vrf: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Layer:
    """The segments of one VRF, sorted and disjoint, and the owner of its ``global`` addresses (-1: none)."""

    segments: tuple[Segment, ...]
    lows: tuple[int, ...]
    everywhere: int = -1

    def at(self, address: int) -> Segment | None:
        """Return the segment that holds the address."""
        place = bisect_right(self.lows, address) - 1
        return self.segments[place] if place >= 0 and address <= self.segments[place].high else None


@dataclass(frozen=True, slots=True)
class Ownership:
    """Addresses to owners. ``sees`` lists, for each VRF, the indices of the VRFs that it sees.

    Lookup: the VRF's own prefixes, longest first; then those of the VRFs that it sees, longest first and in the order
    in which they are written; then ``global`` where it is its own or seen; else unmapped. Sight does not pass on.
    ``inside_keys`` has a number for each owner: no line is needed between equal keys that are not negative.
    """

    vrfs: tuple[str, ...]
    sees: tuple[tuple[int, ...], ...]
    layers: tuple[Layer, ...]
    owners: tuple[Owner, ...]
    inside_keys: tuple[int, ...] = ()
    indices: Mapping[str, int] = field(default_factory=dict)
    _keys: Mapping[Owner, int] = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    def of(
        vrfs: Sequence[str],
        sees: Sequence[Sequence[int]],
        claims: Sequence[Sequence[Claim]],
        everywhere: Sequence[int],
        owners: Sequence[Owner],
        inside_keys: Sequence[int] = (),
    ) -> Ownership:
        """Build from the claims of each VRF (nested or disjoint) and the owner of ``global`` in each (-1: none)."""
        layers = []
        for own, owner in zip(claims, everywhere, strict=True):
            segments = tuple(_flat(own))
            layers.append(Layer(segments, tuple(item.low for item in segments), owner))
        return Ownership(
            tuple(vrfs), tuple(tuple(item) for item in sees), tuple(layers), tuple(owners), tuple(inside_keys),
            {name: index for index, name in enumerate(vrfs)}, dict(zip(owners, inside_keys, strict=False)),
        )  # fmt: skip

    def resolve(self, vrf: str, address: int) -> int | None:
        """Return the point that an address seen in a VRF is; multicast stays in it, ``None`` is unmapped.

        Raises ``KeyError`` for a VRF that is not declared.
        """
        index = self.indices[vrf]
        found = self.locate(index, address)
        if found is None:
            return index << VRF_SHIFT | address if address in MULTICAST else None
        return found[0] << VRF_SHIFT | address

    def locate(self, vrf: int, address: int) -> tuple[int, int] | None:
        """Return the VRF and the owner (both indices) of an address seen in the VRF of that index."""
        own = self.layers[vrf].at(address)
        if own is not None:
            return vrf, own.owner
        best: tuple[int, int] | None = None
        longest = -1
        for other in self.sees[vrf]:
            seen = self.layers[other].at(address)
            if seen is not None and seen.length > longest:
                best, longest = (other, seen.owner), seen.length
        if best is None and address in GLOBAL:
            for other in (vrf, *self.sees[vrf]):
                if self.layers[other].everywhere >= 0:
                    return other, self.layers[other].everywhere
        return best

    def owner_index(self, point: int) -> int:
        """Return the index of the owner of a point in its own VRF, -1 when there is none."""
        layer = self.layers[point >> VRF_SHIFT]
        segment = layer.at(point & LAST)
        if segment is not None:
            return segment.owner
        return layer.everywhere if (point & LAST) in GLOBAL else -1

    def owner(self, point: int) -> Owner | None:
        """Return the owner of a point in its own VRF."""
        index = self.owner_index(point)
        return self.owners[index] if index >= 0 else None

    def segments_between(self, vrf: int, low: int, high: int) -> Iterator[Segment]:
        """Yield the segments of the VRF of that index that hold an address from ``low`` to ``high``."""
        layer = self.layers[vrf]
        place = max(bisect_right(layer.lows, low) - 1, 0)
        while place < len(layer.segments) and layer.segments[place].low <= high:
            if layer.segments[place].high >= low:
                yield layer.segments[place]
            place += 1

    def touching(self, low: int, high: int) -> Iterator[int]:
        """Yield the owners (indices, with repeats) of the points between two points of one VRF, both included."""
        vrf, free, last = low >> VRF_SHIFT, low & LAST, high & LAST
        gaps = []
        for segment in self.segments_between(vrf, free, last):
            yield segment.owner
            if segment.low > free:
                gaps.append((free, segment.low - 1))
            free = segment.high + 1
        if free <= last:
            gaps.append((free, last))
        everywhere = self.layers[vrf].everywhere
        if everywhere >= 0 and GLOBAL.overlaps(IntervalSet(tuple(gaps))):
            yield everywhere

    def inside(self, one: Owner, other: Owner) -> bool:
        """Say whether no line is needed between two owners."""
        key = self._keys.get(one, -1)
        return key >= 0 and key == self._keys.get(other, -1)

    def tables(self, vrf: str) -> Tables:
        """Return what every address means to a VRF; not kept: hold on to it.

        Raises ``KeyError`` for a VRF that is not declared.
        """
        import numpy as np

        index = self.indices[vrf]
        rows: list[tuple[int, int, int]] = [(0, -1, index)]
        for other in (index, *self.sees[index]):
            if self.layers[other].everywhere >= 0:
                owner = self.layers[other].everywhere
                rows = _overlaid(rows, [(low, high, owner, other) for low, high in GLOBAL.ranges])
                break
        rows = _overlaid(rows, self._seen(index))
        rows = _overlaid(rows, [(item.low, item.high, item.owner, index) for item in self.layers[index].segments])
        starts = [row[0] for row in rows]
        return Tables(
            np.array([start >> 64 for start in starts], np.uint64),
            np.array([start & _LOW for start in starts], np.uint64),
            np.array([row[1] for row in rows], np.int32),
            np.array([row[2] for row in rows], np.int32),
        )

    def _seen(self, index: int) -> list[tuple[int, int, int, int]]:
        others = self.sees[index]
        if len(others) == 1:
            return [(item.low, item.high, item.owner, others[0]) for item in self.layers[others[0]].segments]
        bounds = {item.low for other in others for item in self.layers[other].segments}
        bounds |= {item.high + 1 for other in others for item in self.layers[other].segments}
        marks = sorted(bounds)
        found = []
        for low, after in pairwise(marks):
            best = None
            for other in others:
                segment = self.layers[other].at(low)
                if segment is not None and (best is None or segment.length > best[0]):
                    best = (segment.length, segment.owner, other)
            if best is not None:
                found.append((low, after - 1, best[1], best[2]))
        return found


def _flat(claims: Iterable[Claim]) -> Iterable[Segment]:
    """Cut nested claims out of those around them: disjoint segments in order."""
    stack: list[Claim] = []
    cursor = 0
    for claim in sorted(claims, key=lambda item: (item.low, -item.high, item.length)):
        while stack and stack[-1].high < claim.low:
            top = stack.pop()
            if cursor <= top.high:
                yield Segment(cursor, top.high, top.length, top.owner)
                cursor = top.high + 1
        if stack and cursor < claim.low:
            yield Segment(cursor, claim.low - 1, stack[-1].length, stack[-1].owner)
        cursor = claim.low
        stack.append(claim)
    while stack:
        top = stack.pop()
        if cursor <= top.high:
            yield Segment(cursor, top.high, top.length, top.owner)
            cursor = top.high + 1


def _overlaid(
    rows: list[tuple[int, int, int]], ranges: Sequence[tuple[int, int, int, int]]
) -> list[tuple[int, int, int]]:
    """Put sorted disjoint (low, high, owner, vrf) over rows of (start, owner, vrf) that cover every address."""
    if not ranges:
        return rows
    starts = [row[0] for row in rows]
    laid: list[tuple[int, int, int]] = []
    place = 0
    for low, high, owner, vrf in ranges:
        until = bisect_left(starts, low)
        laid.extend(rows[place:until])
        if laid and laid[-1][0] == low:
            laid.pop()  # the tail of the range before starts here
        laid.append((low, owner, vrf))
        place = max(bisect_right(starts, high + 1), until)
        if high < LAST:
            under = rows[place - 1]
            laid.append((high + 1, under[1], under[2]))
    laid.extend(rows[place:])
    return laid
