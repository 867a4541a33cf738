"""The inner loops of judging, written to be compiled: addresses to classes, pairs of classes to lines.

Below ``MANY`` conversations in all, NumPy does the same: compiling would cost more than it saves. Either way the work
goes in blocks of ``BLOCK`` rows, whose columns stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.compiled import compiled

Array = npt.NDArray[Any]

MANY = 200_000
BLOCK = 1 << 16
NO_RANK = (1 << 31) - 1
EMPTY_SLOT = (1 << 64) - 1
_MIX = 0x9E3779B97F4A7C15  # 2**64 / golden ratio: Fibonacci hashing, Knuth, TAOCP 3, section 6.4


def blocks_of(length: int) -> Iterator[slice]:
    """Yield the slices that cut a length into blocks."""
    for start in range(0, length, BLOCK):
        yield slice(start, min(start + BLOCK, length))


def locate(view: Any, hi: Array, lo: Array, fast: bool) -> Array:
    """Return i4, the classes of addresses (two u8 halves) in a ``view.View``; ``fast``: compiled."""
    if not fast:
        return _locate_few(view, hi, lo)
    found = np.empty(len(hi), dtype=np.int32)
    compiled(locate_loop)(hi, lo, *view.tree(), view.hi, view.lo, view.of, found)
    return found


def _locate_few(view: Any, hi: Array, lo: Array) -> Array:
    found = np.empty(len(hi), dtype=np.int32)
    v4 = (hi == 0) & (lo >> np.uint64(32) == 0xFFFF)
    address = (lo[v4] & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    found[v4] = view.of_v4[np.searchsorted(view.v4, address, side="right") - 1]
    rest = ~v4
    high, low = hi[rest], lo[rest]
    first = np.zeros(len(high), dtype=np.int64)
    last = np.full(len(high), len(view.hi), dtype=np.int64)
    while len(first) and int((last - first).max()) > 1:  # the start at `first` is never after the address
        middle = (first + last) >> 1
        before = (view.hi[middle] < high) | ((view.hi[middle] == high) & (view.lo[middle] <= low))
        before &= last - first > 1
        first = np.where(before, middle, first)
        last = np.where(before | (last - first <= 1), last, middle)
    found[rest] = view.of[first]
    return found


def locate_loop(
    hi: Array, lo: Array, blocks: Array, parts: Array, leaves: Array, upper: Array, slots: Array, slot_first: Array,
    slot_last: Array, shift: np.uint64, view_hi: Array, view_lo: Array, view_of: Array, found: Array,
) -> None:  # fmt: skip
    """Fill ``found`` with the classes of addresses; the tables are those of ``View.tree``."""
    mask = np.uint64(len(slots) - 1)
    for at in range(len(hi)):
        high, low = hi[at], lo[at]
        if high == 0 and low >> np.uint64(32) == 0xFFFF:
            node = blocks[(low >> np.uint64(16)) & np.uint64(0xFFFF)]
            if node < 0:
                node = parts[(np.int64(~node) << 8) | np.int64((low >> np.uint64(8)) & np.uint64(0xFF))]
                if node < 0:
                    node = leaves[(np.int64(~node) << 8) | np.int64(low & np.uint64(0xFF))]
            found[at] = node
            continue
        place = high * np.uint64(_MIX) >> shift
        while slots[place] != high and slot_last[place] != 0:
            place = (place + np.uint64(1)) & mask
        if slot_last[place] != 0:  # the starts of this /64, and the one before them
            first, last = np.int64(slot_first[place]), np.int64(slot_last[place])
        else:
            prefix = high >> np.uint64(48)
            first, last = max(np.int64(upper[prefix]) - 1, np.int64(0)), np.int64(upper[prefix + np.uint64(1)])
        while last - first > 1:
            middle = (first + last) >> 1
            if view_hi[middle] < high or (view_hi[middle] == high and view_lo[middle] <= low):
                first = middle
            else:
                last = middle
        found[at] = view_of[first]


def fill_64_loop(
    keys: Array, first: Array, last: Array, slots: Array, slot_first: Array, slot_last: Array, shift: np.uint64
) -> None:
    """Put the ranges of keys in an open hash table of 2**(64 - shift) slots, at most half full; a last of 0 is free."""
    mask = np.uint64(len(slots) - 1)
    for at in range(len(keys)):
        place = keys[at] * np.uint64(_MIX) >> shift
        while slot_last[place] != 0:
            place = (place + np.uint64(1)) & mask
        slots[place] = keys[at]
        slot_first[place] = first[at]
        slot_last[place] = last[at]


def fill_loop(keys: Array, rows: Array, slots: Array, slot_rows: Array, shift: np.uint64) -> None:
    """Put keys and their rows in an open hash table, at most half full, of 2**(64 - shift) slots."""
    mask = np.uint64(len(slots) - 1)
    for at in range(len(keys)):
        place = keys[at] * np.uint64(_MIX) >> shift
        while slots[place] != np.uint64(EMPTY_SLOT):
            place = (place + np.uint64(1)) & mask
        slots[place] = keys[at]
        slot_rows[place] = rows[at]


def match_loop(
    source: Array, target: Array, service: Array, source_port: Array, time: Array, around: Array, everything: int,
    leaves: Array, enters: Array, slots: Array, slot_rows: Array, shift: np.uint64, start: Array, low: Array,
    high: Array, rank: Array, limited_start: Array, limited: Array, found: Array,
    joined: Array,
) -> None:  # fmt: skip
    """Fill ``found`` with the least rank of the lines from each source class to its target class.

    ``joined``: whether a line live at that time joins them, for any service.
    """
    mask = np.uint64(len(slots) - 1)
    for at in range(len(source)):
        best = NO_RANK
        meets = False
        both = leaves[source[at]] & enters[target[at]]
        layer = 0
        while both:
            if both & 1:
                of_source, of_target = layer // 3, layer % 3
                one = source[at] if of_source == 0 else around[source[at]] if of_source == 1 else everything
                other = target[at] if of_target == 0 else around[target[at]] if of_target == 1 else everything
                key = np.uint64(one) << np.uint64(32) | np.uint64(other)
                place = key * np.uint64(_MIX) >> shift
                while slots[place] != key and slots[place] != np.uint64(EMPTY_SLOT):
                    place = (place + np.uint64(1)) & mask
                if slots[place] == key:
                    row = slot_rows[place]
                    asked = service[at]
                    first, last = start[row], start[row + 1]
                    meets |= first < last
                    while last - first > 4:
                        middle = (first + last) >> 1
                        if low[middle] <= asked:
                            first = middle
                        else:
                            last = middle
                    for entry in range(first, last):
                        if low[entry] <= asked <= high[entry]:
                            best = min(best, rank[entry])
                    for entry in range(limited_start[row], limited_start[row + 1]):
                        if limited[entry, 4] <= time[at] < limited[entry, 5]:
                            meets = True
                            if (
                                limited[entry, 0] <= asked <= limited[entry, 1]
                                and limited[entry, 2] <= source_port[at] <= limited[entry, 3]
                            ):
                                best = min(best, limited[entry, 6])
            both >>= 1
            layer += 1
        found[at] = best
        joined[at] = meets


def read_loop(
    row: Array, swapped: Array, certainty: Array, protocol: Array, a_port: Array, b_port: Array, first: Array,
    a: Array, b: Array, inside: Array, special: Array, is_inside: np.uint8, is_open: np.uint8, is_later: np.uint8,
    source: Array, target: Array, service: Array, source_port: Array, time: Array, code: Array,
) -> None:  # fmt: skip
    """Fill the ends, the service and the time of conversations, and a first code.

    ``is_inside`` where both ends need no line; ``is_later`` where one look is not enough: an assumed initiator, a
    special class, a protocol that may be link control; else ``is_open``.
    """
    for at in range(len(row)):
        here = row[at]
        number = protocol[here]
        icmp = number == 1 or number == 58
        if swapped[at]:
            source[at], target[at] = b[here], a[here]
        else:
            source[at], target[at] = a[here], b[here]
        if swapped[at] and not icmp:
            low, port = a_port[here], b_port[here]
        else:
            low, port = b_port[here], a_port[here]
        service[at] = np.uint32(number) << np.uint32(16) | np.uint32(low)
        source_port[at] = port
        time[at] = first[here]
        one, other = source[at], target[at]
        kind = low >> 8
        if (
            certainty[at] == 0
            or special[one]
            or special[other]
            or number == 2
            or number == 112
            or (number == 17 and (low == 67 or low == 68 or low == 546 or low == 547))
            or (number == 1 and kind == 5)
            or (number == 58 and kind >= 130 and kind <= 143)
        ):
            code[at] = is_later
        elif inside[one] >= 0 and inside[one] == inside[other]:
            code[at] = is_inside
        else:
            code[at] = is_open


def settle_loop(
    code: Array, rank: Array, line_of: Array, verdict_of: Array, is_granted: np.uint8, is_open: np.uint8,
    verdict: Array, line: Array, left: Array,
) -> int:  # fmt: skip
    """Fill codes, verdicts and lines from the codes of ``read_loop`` and ranks; put the others' positions in ``left``.

    Returns how many are left.
    """
    count = 0
    for at in range(len(code)):
        if code[at] == is_open and rank[at] != NO_RANK:
            code[at] = is_granted
            line[at] = line_of[rank[at]]
        if code[at] < len(verdict_of):
            verdict[at] = verdict_of[code[at]]
        else:
            left[count] = at
            count += 1
    return count


def orient_loop(
    evidence: Array, protocol: Array, a_port: Array, b_port: Array, packets_ab: Array, packets_ba: Array,
    sampled: Array, ported: Array, known: Array, late: np.uint32, ephemeral: np.uint16, initiators: Array,
    answers: Array, said: Array, decision: Array, answered: Array,
) -> None:  # fmt: skip
    """Fill the decisions and the answers; the indexes of both tables are those of :mod:`cloison.flows.orient`.

    ``said`` u4[12, 2] is, for each bit of the answer, the evidence when A initiated and when B did.
    """
    for at in range(len(evidence)):
        bits = evidence[at]
        row = ported[protocol[at]]
        known_a, known_b = known[row, a_port[at]], known[row, b_port[at]]
        seen_a, seen_b = packets_ab[at] > 0, packets_ba[at] > 0
        index = np.int64(bits & np.uint32(0b1111)) | np.int64((bits >> np.uint32(4)) & np.uint32(0b110000))
        index |= np.int64(bits & late != 0) << 6 | np.int64(seen_a) << 7 | np.int64(seen_b) << 8
        index |= np.int64(known_a and not known_b and b_port[at] >= ephemeral) << 9
        index |= np.int64(known_b and not known_a and a_port[at] >= ephemeral) << 10
        index |= np.int64(protocol[at] == 1 or protocol[at] == 58) << 11
        index |= np.int64((bits >> np.uint32(8)) & np.uint32(0b1111 << 12))
        found = initiators[index]
        decision[at] = found
        turned = np.int64(found & 1)
        index = np.int64(0)
        for bit in range(len(said)):
            wanted = said[bit, turned]
            index |= np.int64(bits & wanted == wanted) << bit
        asked, replied = (seen_b, seen_a) if turned else (seen_a, seen_b)
        index |= np.int64(asked) << 12 | np.int64(replied) << 13 | np.int64(protocol[at] == 6) << 14
        index |= np.int64(sampled[at] > 1) << 15 | np.int64(found & 2 != 0) << 16
        answered[at] = answers[index]
