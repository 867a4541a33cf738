"""Where the fields of a block's records lie: one walk over records of both layouts, which notes places and no values.

Source: nfdump's ``nfxV3.h`` (records of type 11: elements with their lengths) and, for versions 1.6, ``nffile.h``
(records of types 1 and 10: extensions in the order of an extension map).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cloison.flows.compiled import Int

Array = npt.NDArray[Any]

# Types of records: of traffic; of what is needed to read these; known, and of no use here. Any other is counted.
V0, V2, V3 = 1, 10, 11
MAP, EXPORTER, OLD_SAMPLER, SAMPLER = 2, 7, 9, 15
_QUIET = (3, 4, 5, 6, 8, 12, 13, 14, 0x8001, 0x8002)

# Rows of the places, a column a record: where the record, or what it has of an element, begins in the block's room; 0
# where it has none. ORDER: the number of the record among those of traffic, from 0. RECORD: of type 11; COMMON: of
# types 1 and 10. The OLD ones are layouts of 1.6; BIFLOW: MISC, where it is long enough to tell of it. WHO and RATE are
# no places: row of ``Known.exporters``, 0 none; the sampling rate of its exporter, 0 not known.
(
    ORDER, RECORD, COMMON, GENERIC, V4, V6, MISC, BIFLOW, COUNTS, VLAN, NSEL, XLATE4, XLATE6, XLATE_PORTS, NEL, VRF,
    LAYER2, PACKETS4, PACKETS8, BYTES4, BYTES8, OLD_MISC, OLD_VLAN, OLD_OUT_PACKETS4, OLD_OUT_PACKETS8,
    OLD_OUT_BYTES4, OLD_OUT_BYTES8, OLD_NEL, OLD_RECEIVED, WHO, RATE,
) = range(31)  # fmt: skip
PLACES = 31

# Of elements, by their number: the place that they give and the bytes that they must have, without their header.
_ELEMENTS = (
    (1, GENERIC, 48),
    (2, V4, 8),
    (3, V6, 32),
    (4, MISC, 12),
    (5, COUNTS, 24),
    (6, VLAN, 8),
    (19, NSEL, 16),
    (20, XLATE4, 8),
    (21, XLATE6, 32),
    (22, XLATE_PORTS, 4),
    (25, NEL, 8),
    (36, VRF, 8),
    (38, LAYER2, 24),
)
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

# What is counted: records of traffic, those that cannot be read, those without their map, of unknown types, without
# addresses; maps and exporters that are known. STRANGE: an extension of which no map can tell the length, 0 none.
# THERE: bits of the places that any record of this walk has; EVER: that any had since the places were zero.
TRAFFIC, MALFORMED, WITHOUT_MAP, UNKNOWN, NOT_IP, MAPS, EXPORTERS, STRANGE, THERE, EVER = range(10)
COUNTED = 10
DONE, FULL, GROW, LIE = range(4)  # why a walk stops
MOST_EXPORTERS = 4096  # that are told apart by what the file says of them
MOST_RATE = (1 << 32) - 1


class Known(NamedTuple):
    """What records of a file tell of its other records, and what the format itself does (``of_format``)."""

    elements: Array  # of a number below 64: place (0: none), least bytes
    extensions: Array  # of a number below 64: bytes (-1: not known), place (0: none)
    slots: Array  # of a map's number: its row, -1 none
    maps: Array  # a row a map: offsets by place after the fixed part of a record, -1 none; at the end all their bytes
    who: Array  # of an exporter's number: its row, 0 none, -1 none and in use
    exporters: Array  # a row each, from 1: address (two words), identifier
    rates: Array  # of an exporter's number, 0 for all: one packet in so many, 0 not known

    @classmethod
    def of_format(cls) -> Known:
        """Return what is known before anything is read."""
        elements = np.zeros((64, 2), dtype=np.int64)
        extensions = np.full((64, 2), -1, dtype=np.int64)
        for number, place, least in _ELEMENTS:
            elements[number] = place, least
        for number, (size, place) in _EXTENSIONS.items():
            extensions[number] = size, place
        return cls(
            elements, extensions, np.full(1 << 16, -1, dtype=np.int64), np.zeros((8, PLACES + 1), dtype=np.int64),
            np.zeros(1 << 16, dtype=np.int64), np.zeros((MOST_EXPORTERS, 3), dtype=np.int64),
            np.zeros(1 << 16, dtype=np.int64),
        )  # fmt: skip

    def grown(self) -> Known:
        """Return the same with room for twice as many maps: no more than there are numbers."""
        return self._replace(maps=np.concatenate([self.maps, np.zeros_like(self.maps)]))


def walk(
    room: Any, at: Int, stop: Int, little: bool, known: Known, places: Any, counts: Any
) -> tuple[Int, Int, Int]:  # fmt: skip
    """Note the places of records of traffic in ``room[at:stop]``; return how many, where it stopped and why.

    ``FULL``: there is no column left; ``GROW``: no row for a map; ``LIE``: a record is longer than what is left.
    """
    found = np.int64(0)
    counts[THERE] = 0
    why = np.int64(LIE)
    while stop - at >= 4:
        kind, size = half(room, at, little), half(room, at + 2, little)
        if size < 4 or size > stop - at:
            return found, at, why
        if kind in (V3, V2, V0):
            if found == places.shape[1]:
                return found, at, np.int64(FULL)
            for place in range(PLACES):
                if (counts[EVER] >> place) & 1:
                    places[place, found] = 0
            places[ORDER, found] = counts[TRAFFIC]
            counts[TRAFFIC] += 1
            if kind == V3:
                fault = _elements(room, at, at + size, little, known, places, found, counts)
            else:
                fault = _extensions(room, at, at + size, little, known, places, found, counts)
            if fault:
                counts[fault] += 1
                counts[EVER] = -1  # it may have left some
            else:
                found += 1
                counts[EVER] |= counts[THERE]
        elif kind == MAP:
            if not _learn(room, at, at + size, little, known, counts):
                return found, at, np.int64(GROW)
        elif kind == EXPORTER:
            if size >= 32:
                _meet(room, at, little, known, counts)
        elif kind == OLD_SAMPLER:
            if size >= 16:
                _rate(known, half(room, at + 14, little), word(room, at + 8, little))
        elif kind == SAMPLER:
            packets = word(room, at + 16, little) if size >= 24 else np.int64(0)
            if packets > 0:
                _rate(known, half(room, at + 4, little), (packets + word(room, at + 20, little)) // packets)
        elif kind not in _QUIET:
            counts[UNKNOWN] += 1
        at += size
    if at == stop:
        why = np.int64(DONE)
    return found, at, why


def _learn(room: Any, at: Int, end: Int, little: bool, known: Known, counts: Any) -> bool:
    """Note an extension map (``nfx.h``); return whether there was a row for it."""
    if end - at < 8:
        return True
    number = half(room, at + 4, little)
    row = known.slots[number]
    if row < 0:
        row = counts[MAPS]
        if row == len(known.maps):
            return False
        counts[MAPS] += 1
        known.slots[number] = row
    for place in range(PLACES):
        known.maps[row, place] = -1
    at += 8
    offset = np.int64(0)
    while end - at >= 2:
        extension = half(room, at, little)
        at += 2
        if extension == 0:
            break
        if extension >= 64 or known.extensions[extension, 0] < 0:
            counts[STRANGE] = extension  # what follows it cannot be found
            break
        place = known.extensions[extension, 1]
        if place != 0:
            known.maps[row, place] = offset
        offset += known.extensions[extension, 0]
    known.maps[row, PLACES] = offset
    return True


def _meet(room: Any, at: Int, little: bool, known: Known, counts: Any) -> None:
    """Note an exporter. One of whose records some went before it keeps its number for a name."""
    number = half(room, at + 26, little)
    row = known.who[number]
    high, low, identifier = long(room, at + 8, little), long(room, at + 16, little), word(room, at + 28, little)
    if row < 0 or (
        row > 0
        and known.exporters[row, 0] == high
        and known.exporters[row, 1] == low
        and known.exporters[row, 2] == identifier
    ):
        return
    row = counts[EXPORTERS] + 1
    if row < len(known.exporters):
        counts[EXPORTERS] = row
        known.exporters[row, 0], known.exporters[row, 1], known.exporters[row, 2] = high, low, identifier
        known.who[number] = row


def _rate(known: Known, number: Int, rate: Int) -> None:
    known.rates[number] = max(known.rates[number], min(rate, np.int64(MOST_RATE)))


def _name(known: Known, number: Int, places: Any, column: Int) -> None:
    """Note who exported a record, and its sampling rate."""
    if known.who[number] == 0:
        known.who[number] = -1
    places[WHO, column] = max(known.who[number], np.int64(0))
    rate = known.rates[number]
    places[RATE, column] = rate if rate > 0 else known.rates[0]


def half(room: Any, at: Int, little: bool) -> Int:
    """Return 16 bits of the room."""
    if little:
        return np.int64(room[at]) | (np.int64(room[at + 1]) << 8)
    return (np.int64(room[at]) << 8) | np.int64(room[at + 1])


def word(room: Any, at: Int, little: bool) -> Int:
    """Return 32 bits of the room."""
    if little:
        return half(room, at, True) | (half(room, at + 2, True) << 16)
    return (half(room, at, False) << 16) | half(room, at + 2, False)


def long(room: Any, at: Int, little: bool) -> Int:
    """Return 64 bits of the room, the highest of them a sign."""
    if little:
        return word(room, at, True) | (word(room, at + 4, True) << 32)
    return (word(room, at, False) << 32) | word(room, at + 4, False)


def _elements(room: Any, at: Int, end: Int, little: bool, known: Known, places: Any, column: Int, counts: Any) -> Int:
    """Note the elements of a record of type 11; return what is wrong with it, 0 nothing."""
    if end - at < 12:
        return np.int64(MALFORMED)
    places[RECORD, column] = at
    _name(known, half(room, at + 8, little), places, column)
    there = np.int64(1 << RECORD | 1 << WHO | 1 << RATE)
    number = half(room, at + 4, little)
    at += 12
    while number > 0:
        number -= 1
        if end - at < 4:
            return np.int64(MALFORMED)
        kind, length = half(room, at, little), half(room, at + 2, little)
        if length < 4 or length > end - at:
            return np.int64(MALFORMED)
        if kind < 64 and known.elements[kind, 0] != 0:
            if length - 4 < known.elements[kind, 1]:
                return np.int64(MALFORMED)
            places[known.elements[kind, 0], column] = at + 4
            there |= np.int64(1) << known.elements[kind, 0]
            if kind == 4 and length - 4 >= BIFLOW_BYTES:
                places[BIFLOW, column] = at + 4
                there |= 1 << BIFLOW
        at += length
    if places[GENERIC, column] == 0:
        return np.int64(MALFORMED)
    counts[THERE] |= there
    return np.int64(0)


def _extensions(room: Any, at: Int, end: Int, little: bool, known: Known, places: Any, column: Int, counts: Any) -> Int:
    """Note the extensions of a record of types 1 and 10; return what is wrong with it, 0 nothing."""
    new = half(room, at, little) == V2
    fixed = np.int64(32 if new else 28)
    if end - at < fixed:
        return np.int64(MALFORMED)
    places[COMMON, column] = at
    _name(known, half(room, at + 28, little) if new else np.int64(room[at + 5]), places, column)
    there = np.int64(1 << COMMON)
    flags = half(room, at + 4, little) if new else np.int64(room[at + 4])
    row = known.slots[half(room, at + 6, little)]
    if row < 0:
        return np.int64(WITHOUT_MAP)
    at += fixed
    places[V6 if flags & IPV6 else V4, column] = at
    at += 32 if flags & IPV6 else 8
    places[PACKETS8 if flags & PACKETS_64 else PACKETS4, column] = at
    at += 8 if flags & PACKETS_64 else 4
    places[BYTES8 if flags & BYTES_64 else BYTES4, column] = at
    at += 8 if flags & BYTES_64 else 4
    if end - at < known.maps[row, PLACES]:
        return np.int64(MALFORMED)
    for place in range(PLACES):
        if known.maps[row, place] >= 0:
            places[place, column] = at + known.maps[row, place]
        if places[place, column] != 0:
            there |= np.int64(1) << place
    counts[THERE] |= there
    return np.int64(0)
