"""The flow matrix as a table: a pair of address classes and a service to the most specific line.

Lines between small ends are spread over pairs of classes. Large ends would multiply them, so they lie in layers of
their own: a class is looked up by itself, by the set of large ends around it, and as ``any``. Pairs with the same lines
share a row, and a row is a sorted list of services, each with the rank of the line that wins there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.compiled import compiled
from cloison.flows.judging.loops import EMPTY_SLOT, NO_RANK, fill_loop, match_loop

Array = npt.NDArray[Any]


SERVICE_BITS = 24  # protocol << 16 | low field


@dataclass(frozen=True, slots=True)
class Rows:
    """Lists of services. ``start`` i8 is where each row's entries begin (one more than there are rows).

    An entry holds ``low``..``high`` (protocol << 16 | low field, u4) for any source port at any time: entries of a row
    are sorted and disjoint, ``key`` i8 is ``row << 24 | low``. Limited entries also ask for a source port and a time.
    """

    start: Array
    key: Array
    low: Array
    high: Array
    rank: Array
    limited_start: Array
    limited: Array  # i8[n, 7]: low, high, first source port, last one, from, until, rank


@dataclass(slots=True)
class Matcher:
    """What finds a line. Ids of an address: its class, ``around[class]`` (its large ends), and ``everything``.

    ``keys`` u8 are ``source id << 32 | target id``, sorted, with the ``row`` of each. ``leaves`` and ``enters`` u2 say
    by class in which layers (3 x 3 bits) it can be a source or a target at all. ``line`` gives a rank's line.
    """

    around: Array
    everything: int
    leaves: Array
    enters: Array
    keys: Array
    row: Array
    rows: Rows
    line: Array
    layers: tuple[int, ...]
    _slots: tuple[Any, ...] = ()

    def slots(self) -> tuple[Any, ...]:
        """Return the keys as an open hash table (u8, 2**64 - 1 is free), the row of each slot, and its shift."""
        if not self._slots:
            bits = max(int(len(self.keys) * 2).bit_length(), 4)
            slots = np.full(1 << bits, EMPTY_SLOT, dtype=np.uint64)
            rows = np.zeros(1 << bits, dtype=np.int32)
            compiled(fill_loop)(self.keys, self.row, slots, rows, np.uint64(64 - bits))
            self._slots = (slots, rows, np.uint64(64 - bits))
        return self._slots

    def ids(self, classes: Array, level: int) -> Array:
        """Return the ids of classes at a level: 0 by itself, 1 by its large ends, 2 as any."""
        if level == 0:
            return classes.astype(np.uint64)
        if level == 1:
            return self.around[classes].astype(np.uint64)
        return np.full(len(classes), self.everything, dtype=np.uint64)


def match(
    matcher: Matcher, source: Array, target: Array, service: Array, source_port: Array, time: Array, fast: bool
) -> tuple[Array, Array]:
    """Return what lines say of each conversation from a source class to a target class.

    i4, the rank of the most specific line, or ``NO_RANK``; and bool, whether a line live at that time joins the
    classes, for any service. ``service`` u4 is ``protocol << 16 | low field``, ``time`` i8 ns since 1970 UTC;
    ``fast``: compiled.
    """
    if fast:
        found, joined = np.empty(len(source), dtype=np.int32), np.empty(len(source), dtype=bool)
        match_into(matcher, source, target, service, source_port, time, found, joined)
        return found, joined
    found, joined = np.full(len(source), NO_RANK, dtype=np.int32), np.zeros(len(source), dtype=bool)
    for at, row in _rows_of(matcher, source, target):
        rank, live = _in_rows(matcher.rows, row, service[at], source_port[at], time[at])
        found[at] = np.minimum(found[at], rank)
        joined[at] |= live
    return found, joined


def match_into(
    matcher: Matcher, source: Array, target: Array, service: Array, source_port: Array, time: Array, found: Array,
    joined: Array,
) -> None:  # fmt: skip
    """Fill ``found`` and ``joined`` with what :func:`match` returns, compiled."""
    slots, slot_rows, shift = matcher.slots()
    rows = matcher.rows
    compiled(match_loop)(
        source, target, service, source_port, time, matcher.around, matcher.everything, matcher.leaves,
        matcher.enters, slots, slot_rows, shift, rows.start, rows.low, rows.high, rows.rank, rows.limited_start,
        rows.limited, found, joined,
    )  # fmt: skip


def _rows_of(matcher: Matcher, source: Array, target: Array) -> Any:
    """Yield (positions, rows) for each layer in which some pairs have a row."""
    both = matcher.leaves[source] & matcher.enters[target]
    for layer in matcher.layers:
        at = np.flatnonzero(both & (1 << layer))
        if not len(at) or not len(matcher.keys):
            continue
        key = matcher.ids(source[at], layer // 3) << np.uint64(32) | matcher.ids(target[at], layer % 3)
        place = np.minimum(np.searchsorted(matcher.keys, key), len(matcher.keys) - 1)
        hit = matcher.keys[place] == key
        if hit.any():
            yield at[hit], matcher.row[place[hit]]


def _in_rows(rows: Rows, row: Array, service: Array, source_port: Array, time: Array) -> tuple[Array, Array]:
    found = np.full(len(row), NO_RANK, dtype=np.int32)
    joined = rows.start[row + 1] > rows.start[row]
    if len(rows.key):
        key = row.astype(np.int64) << SERVICE_BITS | service.astype(np.int64)
        place = np.searchsorted(rows.key, key, side="right") - 1
        good = (place >= rows.start[row]) & (rows.high[place] >= service)
        found[good] = rows.rank[place[good]]
    for here, entry in _limited(rows, row):
        asked = rows.limited[entry]
        live = (asked[:, 4] <= time[here]) & (time[here] < asked[:, 5])
        joined[here] |= live
        good = live & (asked[:, 0] <= service[here]) & (service[here] <= asked[:, 1])
        good &= (asked[:, 2] <= source_port[here]) & (source_port[here] <= asked[:, 3])
        found[here[good]] = np.minimum(found[here[good]], asked[good, 6].astype(np.int32))
    return found, joined


def _limited(rows: Rows, row: Array) -> Any:
    """Yield (positions, limited entries): the first entry of each row that has one, then the second, and so on."""
    entry = rows.limited_start[row]
    end = rows.limited_start[row + 1]
    here = np.flatnonzero(entry < end)
    while len(here):
        yield here, entry[here]
        entry[here] += 1
        here = here[entry[here] < end[here]]
