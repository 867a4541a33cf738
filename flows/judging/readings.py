"""How a conversation may be read: which end began it, and what a translated address stands for.

The matrix speaks of real ends. An outside address is read as the ends inside, each in its turn, when the packet is one
that the device would translate: as a target by a destination or static translation of that service, as a source by a
source or static one (then also as itself: the device speaks too).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.judging.matrix import Matrix
from cloison.flows.judging.place import Places
from cloison.flows.orient import ASSUMED, ICMP, ICMP6, Orientation
from cloison.flows.table import FlowTable
from cloison.netmodel.facts import TranslationFacts
from cloison.netmodel.space.addresses import MAPPED, VRF_SHIFT
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import OPENING, ServiceSet

Array = npt.NDArray[Any]

_ADDRESS = (1 << VRF_SHIFT) - 1
_MOST = 5_000_000  # readings of translated addresses; beyond, an address is read as its first inside ends only


@dataclass(frozen=True, slots=True)
class Readings:
    """One row a reading; the first ones are one a conversation, in their order.

    ``of`` i8 indexes the conversations; ``swapped`` bool: B is the source; ``source`` and ``target`` i4 are classes;
    ``service`` u4 is protocol << 16 | low field, ``source_port`` u2; ``*_translated`` i2 index the matrix's
    translations (-1 none).
    """

    of: Array
    swapped: Array
    source: Array
    target: Array
    service: Array
    source_port: Array
    source_translated: Array
    target_translated: Array

    def __len__(self) -> int:
        return len(self.of)


def readings_of(matrix: Matrix, table: FlowTable, places: Places, orientation: Orientation) -> Readings:
    """Return every reading of the conversations of an orientation."""
    first = _read(table, places, orientation, np.arange(len(orientation)), orientation.swapped)
    assumed = np.flatnonzero(orientation.certainty == ASSUMED)
    second = _read(table, places, orientation, assumed, ~orientation.swapped[assumed])
    both = _joined([first, second]) if len(assumed) else first
    return _translated(matrix, table, orientation, both) if matrix.translations else both


def _read(table: FlowTable, places: Places, orientation: Orientation, of: Array, swapped: Array) -> Readings:
    row = orientation.row[of]
    if len(row) == len(table) and len(orientation) == len(table):
        part, a, b = table, places.a, places.b
    else:
        part, a, b = table.take(row), places.a[row], places.b[row]
    service, source_port = asked(part, swapped)
    nothing = np.full(len(of), -1, dtype=np.int16)
    return Readings(
        of,
        swapped,
        np.where(swapped, b, a),
        np.where(swapped, a, b),
        service,
        source_port,
        nothing,
        nothing,
    )


def asked(table: FlowTable, swapped: Array) -> tuple[Array, Array]:
    """Return the service (u4, protocol << 16 | low field) and the source port of each row; B asks where ``swapped``."""
    icmp = (table.protocol == ICMP) | (table.protocol == ICMP6)
    turned = swapped & ~icmp  # an ICMP message has one type, whoever sent it
    low = np.where(turned, table.a_port, table.b_port)
    source_port: Array = np.where(turned, table.b_port, table.a_port)
    return table.protocol.astype(np.uint32) << np.uint32(16) | low, source_port


def _joined(parts: list[Readings]) -> Readings:
    return Readings(*(np.concatenate([getattr(part, name) for part in parts]) for name in Readings.__slots__))


def _translated(matrix: Matrix, table: FlowTable, orientation: Orientation, readings: Readings) -> Readings:
    marked = np.array(
        [bool(members) and members[-1] >= matrix.first_mark for members in matrix.cells.classes.ends], dtype=bool
    )
    touched = np.flatnonzero(marked[readings.source] | marked[readings.target])
    if not len(touched):
        return readings
    changed = Readings(*(getattr(readings, name).copy() for name in Readings.__slots__))
    more: list[tuple[int, int, int, int, int, int]] = []  # reading, source, target, service, translations
    stands = _Stands(matrix)
    for at in touched.tolist():
        row = int(orientation.row[readings.of[at]])
        swapped = bool(readings.swapped[at])
        ends = [
            int(table.a_hi[row]) << 64 | int(table.a_lo[row]),
            int(table.b_hi[row]) << 64 | int(table.b_lo[row]),
        ]
        service = int(readings.service[at])
        sources = stands.source(int(readings.source[at]), ends[swapped])
        targets = stands.target(int(readings.target[at]), ends[not swapped], service, int(readings.source_port[at]))
        every = [(*one, *other) for one in sources for other in targets]
        for place, (source, by_source, target, by_target, inner) in enumerate(every):
            if place == 0:
                changed.source[at], changed.target[at], changed.service[at] = source, target, inner
                changed.source_translated[at], changed.target_translated[at] = by_source, by_target
            elif len(more) < _MOST:
                more.append((at, source, target, inner, by_source, by_target))
    if not more:
        return changed
    added = np.array(more, dtype=np.int64)
    which = added[:, 0]
    extra = Readings(
        readings.of[which],
        readings.swapped[which],
        added[:, 1].astype(np.int32),
        added[:, 2].astype(np.int32),
        added[:, 3].astype(np.uint32),
        readings.source_port[which],
        added[:, 4].astype(np.int16),
        added[:, 5].astype(np.int16),
    )
    return _joined([changed, extra])


class _Stands:
    """What addresses of a class stand for; answers are kept."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.inside = [_inside(item) for item in matrix.translations]
        self.paired = [_paired(item, inside) for item, inside in zip(matrix.translations, self.inside, strict=True)]
        self.classes = [matrix.cells.of_points(points) for points in self.inside]
        self.memo: dict[tuple[int, ...], list[tuple[int, int, int]]] = {}

    def marks(self, here: int) -> list[int]:
        first = self.matrix.first_mark
        return [end - first for end in self.matrix.cells.classes.ends[here] if end >= first]

    def behind(self, translation: int, address: int, vrf: int) -> tuple[int, ...]:
        shift = self.paired[translation]
        if shift is None:
            return self.classes[translation]
        return (self.matrix.cells.of_point((vrf << VRF_SHIFT | address) + shift),)

    def source(self, here: int, address: int) -> list[tuple[int, int]]:
        """Return (class, translation)."""
        vrf = int(self.matrix.cells.classes.vrf[here])
        found = [
            (inner, mark)
            for mark in self.marks(here)
            if self.matrix.translations[mark].kind in ("source", "static")
            for inner in self.behind(mark, address, vrf)
        ]
        return [*found, (here, -1)]

    def target(self, here: int, address: int, service: int, source_port: int) -> list[tuple[int, int, int]]:
        """Return (class, translation, service inside); the address itself when nothing translates that service."""
        marks = self.marks(here)
        key = (here, service, source_port, address if any(self.paired[mark] is not None for mark in marks) else 0)
        if key not in self.memo:
            vrf = int(self.matrix.cells.classes.vrf[here])
            found = []
            for mark in marks:
                item = self.matrix.translations[mark]
                inner = _inner_service(item, service, source_port) if item.kind in ("destination", "static") else None
                if inner is not None:
                    found += [(one, mark, inner) for one in self.behind(mark, address, vrf)]
            self.memo[key] = found or [(here, -1, service)]
        return self.memo[key]


def _inside(item: TranslationFacts) -> IntervalSet:
    """Return the points inside, of the family of the outside addresses where there are some."""
    points = IntervalSet.union(span for end in item.inside for span in end.points.ranges)
    families = {_family(low) for low, _ in item.outside.ranges}
    same = [span for span in points.ranges if _family(span[0]) in families]
    return IntervalSet(tuple(same)) if same else points


def _family(point: int) -> bool:
    return (point & _ADDRESS) >> 32 == MAPPED >> 32


def _paired(item: TranslationFacts, inside: IntervalSet) -> int | None:
    """Return what leads from an outside point to its inside point when a static translation pairs them one to one."""
    if item.kind != "static" or len(item.outside.ranges) != 1 or len(inside.ranges) != 1:
        return None
    if item.outside.size != inside.size:
        return None
    return inside.least() - item.outside.least()


def _inner_service(item: TranslationFacts, service: int, source_port: int) -> int | None:
    """Return the service inside that a service outside becomes; nothing when it is not translated."""
    if not item.services:
        return service
    protocol, low = service >> 16, service & 0xFFFF
    for outside, inside in item.services:
        if outside.holds(protocol, low, source_port, OPENING):
            there = inside.fields(protocol)
            if not there:
                return _only(inside, service)
            first = outside.fields(protocol)
            if there.size == first.size and len(there.ranges) == len(first.ranges) == 1:
                return protocol << 16 | (low - first.least() + there.least())
            return protocol << 16 | there.least()
    return None


def _only(inside: ServiceSet, service: int) -> int:
    return inside.segments[0][0] if inside.segments else service
