"""Where the fields of a block's records lie: one walk over records of both layouts, which notes places and no values.

Source: nfdump's ``nfxV3.h`` (records of type 11: elements with their lengths) and, for versions 1.6, ``nffile.h``
(records of types 1 and 10: extensions in the order of an extension map).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.compiled import Int

Array = npt.NDArray[Any]

# Types of records: of traffic; read apart; known, and not of traffic. Any other is counted.
V0, MAP, EXPORTER, OLD_SAMPLER, V2, V3, SAMPLER = 1, 2, 7, 9, 10, 11, 15
_QUIET = (3, 4, 5, 6, 8, 12, 13, 14, 0x8001, 0x8002)

# Rows of the places, a column a record: where the record, or what it has of an element, begins in the block's room; 0
# where it has none. ORDER: the number of the record among those of traffic, from 0. RECORD: of type 11; COMMON: of
# types 1 and 10. The OLD ones are layouts of 1.6; BIFLOW: MISC, where it is long enough to tell of it.
(
    ORDER, RECORD, COMMON, GENERIC, V4, V6, MISC, BIFLOW, COUNTS, VLAN, NSEL, XLATE4, XLATE6, XLATE_PORTS, NEL, VRF,
    LAYER2, PACKETS4, PACKETS8, BYTES4, BYTES8, OLD_MISC, OLD_VLAN, OLD_OUT_PACKETS4, OLD_OUT_PACKETS8,
    OLD_OUT_BYTES4, OLD_OUT_BYTES8, OLD_NEL, OLD_RECEIVED,
) = range(29)  # fmt: skip
PLACES = 29

# Of elements, by their number: the place that they give and the bytes that they must have, without their header.
_ELEMENTS = ((1, GENERIC, 48), (2, V4, 8), (3, V6, 32), (4, MISC, 12), (5, COUNTS, 24), (6, VLAN, 8), (19, NSEL, 16),
             (20, XLATE4, 8), (21, XLATE6, 32), (22, XLATE_PORTS, 4), (25, NEL, 8), (36, VRF, 8), (38, LAYER2, 24))
BIFLOW_BYTES = 14  # of MISC
# Of extensions, by their number: their bytes and the place that they give.
_EXTENSIONS = {
    4: (4, 0), 5: (8, 0), 6: (4, 0), 7: (8, 0), 8: (4, OLD_MISC), 9: (4, 0), 10: (16, 0), 11: (4, 0), 12: (16, 0),
    13: (4, OLD_VLAN), 14: (4, OLD_OUT_PACKETS4), 15: (8, OLD_OUT_PACKETS8), 16: (4, OLD_OUT_BYTES4),
    17: (8, OLD_OUT_BYTES8), 18: (4, 0), 19: (8, 0), 20: (16, 0), 21: (16, 0), 22: (40, 0), 23: (4, 0), 24: (16, 0),
    25: (4, 0), 26: (8, 0), 27: (8, OLD_RECEIVED), 37: (20, NSEL), 38: (4, XLATE_PORTS), 39: (8, XLATE4),
    40: (32, XLATE6), 41: (24, 0), 42: (24, 0), 43: (72, 0), 45: (24, 0), 46: (12, OLD_NEL), 47: (8, 0), 48: (8, 0),
}  # fmt: skip
IPV6, PACKETS_64, BYTES_64 = 1, 2, 4  # flags of COMMON

# What is counted: records of traffic, those that cannot be read, those without their map, of unknown types; without
# addresses. THERE: bits of the places that any record of this walk has; EVER: that any had since the places were zero.
TRAFFIC, MALFORMED, WITHOUT_MAP, UNKNOWN, NOT_IP, THERE, EVER = range(7)
COUNTED = 7
DONE, FULL, APART, LIE = range(4)  # why it stops


def _table() -> Array:
    table = np.zeros((64, 2), dtype=np.int64)
    for number, place, least in _ELEMENTS:
        table[number] = place, least
    return table


ELEMENTS = _table()  # place (0: none) and least bytes, by number


class Maps:
    """The extension maps of a file: for each, where its extensions begin after a record's fixed part."""

    def __init__(self) -> None:
        self.slots = np.full(1 << 16, -1, dtype=np.int64)  # of a map's number: its row
        self.rows = np.zeros((16, PLACES + 1), dtype=np.int64)  # offsets by place, -1 none; at the end all their bytes
        self.unknown: set[int] = set()
        self._used = 0

    def learn(self, number: int, extensions: Sequence[int]) -> None:
        """Note a map; what follows an extension that is not known is not found, and ``unknown`` tells of it."""
        row = int(self.slots[number])
        if row < 0:
            row = self._used
            self._used += 1
            if row == len(self.rows):
                self.rows = np.concatenate([self.rows, np.zeros_like(self.rows)])
            self.slots[number] = row
        self.rows[row] = -1
        at = 0
        for extension in extensions:
            if extension not in _EXTENSIONS:
                self.unknown.add(extension)
                break
            size, place = _EXTENSIONS[extension]
            if place:
                self.rows[row, place] = at
            at += size
        self.rows[row, PLACES] = at


def walk(
    room: Any, at: Int, stop: Int, little: bool, elements: Any, slots: Any, rows: Any, places: Any, counts: Any
) -> tuple[Int, Int, Int]:
    """Note the places of records of traffic in ``room[at:stop]``; return how many, where it stopped and why.

    ``APART``: a record is to be read apart; ``LIE``: a record is longer than what is left of the block.
    """
    found = np.int64(0)
    counts[THERE] = 0
    ever = counts[EVER]
    while stop - at >= 4:
        kind, size = half(room, at, little), half(room, at + 2, little)
        if size < 4 or size > stop - at:
            return _ended(counts, ever, found, at, LIE)
        if kind == V3 or kind == V2 or kind == V0:
            if found == places.shape[1]:
                return _ended(counts, ever, found, at, FULL)
            for place in range(PLACES):
                if (ever >> place) & 1:
                    places[place, found] = 0
            places[ORDER, found] = counts[TRAFFIC]
            counts[TRAFFIC] += 1
            if kind == V3:
                fault = _elements(room, at, at + size, little, elements, places, found, counts)
            else:
                fault = _extensions(room, at, at + size, little, slots, rows, places, found, counts)
            if fault:
                counts[fault] += 1
                ever = np.int64(-1)  # it may have left some
            else:
                found += 1
            ever |= counts[THERE]
        elif kind == MAP or kind == EXPORTER or kind == SAMPLER or kind == OLD_SAMPLER:
            return _ended(counts, ever, found, at, APART)
        elif kind not in _QUIET:
            counts[UNKNOWN] += 1
        at += size
    return _ended(counts, ever, found, at, DONE if stop == at else LIE)


def _ended(counts: Any, ever: Int, found: Int, at: Int, why: Int) -> tuple[Int, Int, Int]:
    counts[EVER] = ever
    return found, at, np.int64(why)


def half(room: Any, at: Int, little: bool) -> Int:
    """Return 16 bits of the room."""
    if little:
        return np.int64(room[at]) | (np.int64(room[at + 1]) << 8)
    return (np.int64(room[at]) << 8) | np.int64(room[at + 1])


def _elements(room: Any, at: Int, end: Int, little: bool, elements: Any, places: Any, column: Int, counts: Any) -> Int:
    """Note the elements of a record of type 11; return what is wrong with it, 0 nothing."""
    if end - at < 12:
        return np.int64(MALFORMED)
    places[RECORD, column] = at
    there = np.int64(1 << RECORD)
    number = half(room, at + 4, little)
    at += 12
    while number > 0:
        number -= 1
        if end - at < 4:
            return np.int64(MALFORMED)
        kind, length = half(room, at, little), half(room, at + 2, little)
        if length < 4 or length > end - at:
            return np.int64(MALFORMED)
        if kind < 64 and elements[kind, 0] != 0:
            if length - 4 < elements[kind, 1]:
                return np.int64(MALFORMED)
            places[elements[kind, 0], column] = at + 4
            there |= np.int64(1) << elements[kind, 0]
            if kind == 4 and length - 4 >= BIFLOW_BYTES:
                places[BIFLOW, column] = at + 4
                there |= 1 << BIFLOW
        at += length
    if places[GENERIC, column] == 0:
        return np.int64(MALFORMED)
    counts[THERE] |= there
    return np.int64(0)


def _extensions(room: Any, at: Int, end: Int, little: bool, slots: Any, rows: Any, places: Any, column: Int, counts: Any) -> Int:
    """Note the extensions of a record of types 1 and 10; return what is wrong with it, 0 nothing."""
    new = half(room, at, little) == V2
    fixed = np.int64(32 if new else 28)
    if end - at < fixed:
        return np.int64(MALFORMED)
    places[COMMON, column] = at
    there = np.int64(1 << COMMON)
    flags = half(room, at + 4, little) if new else np.int64(room[at + 4])
    row = slots[half(room, at + 6, little)]
    if row < 0:
        return np.int64(WITHOUT_MAP)
    at += fixed
    places[V6 if flags & IPV6 else V4, column] = at
    at += 32 if flags & IPV6 else 8
    places[PACKETS8 if flags & PACKETS_64 else PACKETS4, column] = at
    at += 8 if flags & PACKETS_64 else 4
    places[BYTES8 if flags & BYTES_64 else BYTES4, column] = at
    at += 8 if flags & BYTES_64 else 4
    if end - at < rows[row, PLACES]:
        return np.int64(MALFORMED)
    for place in range(PLACES):
        if rows[row, place] >= 0:
            places[place, column] = at + rows[row, place]
        if places[place, column] != 0:
            there |= np.int64(1) << place
    counts[THERE] |= there
    return np.int64(0)
