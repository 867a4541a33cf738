"""The kernel that adds flow records to the rows of their conversations: one hash table, both directions.

A row is 19 words of 64 bits; a slot holds the number of a row, from 1, and 32 bits of its hash.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.packets import TCP, UDP
from cloison.captures.records import (
    ANSWER,
    BACK_BYTES,
    BACK_FLAGS,
    BACK_PACKETS,
    BYTES,
    CHOICE,
    CLEAR,
    FIRST,
    FLAGS,
    GUESSED,
    KNOWN_WIRE,
    LAST,
    LOOKED,
    NUMBER,
    PACKETS,
    POINT,
    PROTOCOL,
    SAMPLED,
    SOURCE_HI,
    SOURCE_LO,
    SOURCE_PORT,
    TARGET_HI,
    TARGET_LO,
    TARGET_PORT,
    TELLS,
    VLANS,
    VNI,
    WIRE,
)
from cloison.flows.compiled import Int
from cloison.flows.table import EVIDENCE as BITS

# Words of a row: addresses, the key as A's records have it (as in :mod:`counting`), the observation point << 32 | VNI +
# 1, first time of each side (NEVER: none of its packets was counted), last time, packets and bytes of each side, TCP
# flags of each side (KNOWN when they were told), evidence, the least number of a record, the greatest sampling, the
# protocol that was recognised (bits of WIRE), and above them how many sampled payloads were looked at.
(
    A_HI, A_LO, B_HI, B_LO, KEY, WHERE, FIRST_A, FIRST_B, LATEST, PACKETS_A, PACKETS_B, BYTES_A, BYTES_B, FLAGS_A,
    FLAGS_B, EVIDENCE, LEAST_NUMBER, MOST_SAMPLED, TOLD,
) = range(19)  # fmt: skip
PAIR_WIDTH = 19
TRIES_AT, TRIES = 60, 7  # sampled payloads of a conversation that are looked at
NEVER = (1 << 63) - 1
KNOWN = 1 << 16
MOST = (1 << 62) - 1  # packets, bytes, or ns: no exporter counts as many, and two such numbers add up without overflow

FROM_A = sum(bit for name, bit in BITS.items() if name.endswith("_AB"))
FROM_B = FROM_A << 1


def pair(
    batch: Any, start: Int, stop: Int, rows: Any, used: Int, slots: Any, limits: Any, seed: Int
) -> tuple[Int, Int]:  # fmt: skip
    """Add records ``start`` to ``stop`` of a batch to their rows; return where it stopped, and how many rows are used.

    It stops early when ``rows`` are full.

    ``limits`` int64[3] are the inactivity limits in ns (TCP, UDP, the rest); ``slots`` int64, a power of two of them.
    """
    mask = np.int64(len(slots) - 1)
    for i in range(start, stop):
        protocol = batch[PROTOCOL, i]
        limit = limits[0] if protocol == TCP else limits[1] if protocol == UDP else limits[2]
        key = (batch[SOURCE_PORT, i] << 48) | (batch[TARGET_PORT, i] << 32) | (protocol << 24) | batch[VLANS, i]
        turned = (batch[TARGET_PORT, i] << 48) | (batch[SOURCE_PORT, i] << 32) | (protocol << 24) | batch[VLANS, i]
        where = (batch[POINT, i] << 32) | (batch[VNI, i] + 1)
        a_hi, a_lo, b_hi, b_lo = batch[SOURCE_HI, i], batch[SOURCE_LO, i], batch[TARGET_HI, i], batch[TARGET_LO, i]
        bits = _hashed(a_hi, a_lo, b_hi, b_lo, key, where, seed)
        tag = (bits >> 32) & 0xFFFFFFFF
        at = bits & mask
        row = np.int64(-1)
        from_a = True
        while slots[at] != 0:
            if (slots[at] >> 32) & 0xFFFFFFFF == tag:
                known = (slots[at] & 0xFFFFFFFF) - 1
                if rows[known, WHERE] == where:
                    if (
                        rows[known, KEY] == key
                        and rows[known, A_HI] == a_hi
                        and rows[known, A_LO] == a_lo
                        and rows[known, B_HI] == b_hi
                        and rows[known, B_LO] == b_lo
                    ):
                        row = known
                        break
                    if (
                        rows[known, KEY] == turned
                        and rows[known, A_HI] == b_hi
                        and rows[known, A_LO] == b_lo
                        and rows[known, B_HI] == a_hi
                        and rows[known, B_LO] == a_lo
                    ):
                        row = known
                        from_a = False
                        break
            at = (at + 1) & mask
        # An exporter may say anything: neither counters nor times may overflow.
        first, last = _bounded(batch[FIRST, i]), _bounded(batch[LAST, i])
        last = max(first, last)
        if row >= 0 and (
            first - rows[row, LATEST] > limit or min(rows[row, FIRST_A], rows[row, FIRST_B]) - last > limit
        ):
            row = np.int64(-1)  # the slot goes over to a newer row
            from_a = True
        if row < 0:
            if used == len(rows):
                return i, used
            row = used
            used += 1
            rows[row, A_HI], rows[row, A_LO], rows[row, B_HI], rows[row, B_LO] = a_hi, a_lo, b_hi, b_lo
            rows[row, KEY] = key
            rows[row, WHERE] = where
            rows[row, FIRST_A] = NEVER
            rows[row, FIRST_B] = NEVER
            rows[row, LATEST] = last
            for word in range(PACKETS_A, LEAST_NUMBER):
                rows[row, word] = 0
            rows[row, TOLD] = 0
            rows[row, LEAST_NUMBER] = batch[NUMBER, i]
            rows[row, MOST_SAMPLED] = batch[SAMPLED, i]
            slots[at] = (tag << 32) | (row + 1)
        _add(batch, i, rows, row, from_a, first, last)
    return stop, used


def _add(batch: Any, i: Int, rows: Any, row: Int, from_a: bool, first: Int, last: Int) -> None:
    """Add what one record counts and tells to its row."""
    mine = np.int64(0) if from_a else np.int64(1)
    if batch[PACKETS, i] > 0 or batch[BACK_PACKETS, i] == 0:
        rows[row, FIRST_A + mine] = min(rows[row, FIRST_A + mine], first)
    else:
        rows[row, FIRST_B - mine] = min(rows[row, FIRST_B - mine], first)
    rows[row, LATEST] = max(rows[row, LATEST], last)
    rows[row, PACKETS_A + mine] = min(rows[row, PACKETS_A + mine] + _bounded(batch[PACKETS, i]), MOST)
    rows[row, PACKETS_B - mine] = min(rows[row, PACKETS_B - mine] + _bounded(batch[BACK_PACKETS, i]), MOST)
    rows[row, BYTES_A + mine] = min(rows[row, BYTES_A + mine] + _bounded(batch[BYTES, i]), MOST)
    rows[row, BYTES_B - mine] = min(rows[row, BYTES_B - mine] + _bounded(batch[BACK_BYTES, i]), MOST)
    if batch[FLAGS, i] >= 0:
        rows[row, FLAGS_A + mine] |= KNOWN | (batch[FLAGS, i] & 0xFFFF)
    if batch[BACK_FLAGS, i] >= 0:
        rows[row, FLAGS_B - mine] |= KNOWN | (batch[BACK_FLAGS, i] & 0xFFFF)
    tells = batch[TELLS, i]
    if not from_a:
        tells = ((tells & FROM_A) << 1) | ((tells & FROM_B) >> 1) | (tells & ~(FROM_A | FROM_B))
    rows[row, EVIDENCE] |= tells
    rows[row, LEAST_NUMBER] = min(rows[row, LEAST_NUMBER], batch[NUMBER, i])
    rows[row, MOST_SAMPLED] = max(rows[row, MOST_SAMPLED], batch[SAMPLED, i])
    rows[row, TOLD] = _recognised(rows[row, TOLD], batch[WIRE, i])


def _recognised(known: Int, said: Int) -> Int:
    """Return what is known of a conversation's protocol, after one more record.

    What a recorder says stands. Of samples, some payloads are looked at; one that is no guess counts at once, two
    guesses when they are the same; a responder's choice counts, else the highest version.
    """
    if said & LOOKED == 0:
        return known if known & KNOWN_WIRE else known | said
    if (known >> TRIES_AT) & TRIES == TRIES:
        return known
    known += 1 << TRIES_AT
    number, mine = said & KNOWN_WIRE, known & KNOWN_WIRE
    sure = mine != 0 and known & GUESSED == 0
    if number == 0 or (sure and number != mine):
        return known
    if number != mine:
        return (known & (TRIES << TRIES_AT)) | (said & ~LOOKED)
    known = (known & ~GUESSED) | (said & CLEAR)
    version, before = (said >> 8) & 0xFFFF, (known >> 8) & 0xFFFF
    if version != 0 and (said & ANSWER != 0 or (known & ANSWER == 0 and version > before)):
        known = (known & ~CHOICE) | (said & (CHOICE | ANSWER))
    return known


def _bounded(value: Int) -> Int:
    """Return a counter or a time within what can be believed."""
    return min(max(value, np.int64(0)), np.int64(MOST))


def index_rows(rows: Any, used: Int, slots: Any, seed: Int) -> None:
    """Fill empty ``slots`` with rows, the newest of each key."""
    mask = np.int64(len(slots) - 1)
    for back in range(used):
        row = used - 1 - back
        bits = _hashed(
            rows[row, A_HI], rows[row, A_LO], rows[row, B_HI], rows[row, B_LO], rows[row, KEY], rows[row, WHERE], seed
        )
        tag = (bits >> 32) & 0xFFFFFFFF
        at = bits & mask
        while slots[at] != 0:
            at = (at + 1) & mask
        slots[at] = (tag << 32) | (row + 1)


def _hashed(a_hi: Int, a_lo: Int, b_hi: Int, b_lo: Int, key: Int, where: Int, seed: Int) -> Int:
    """Return the same 64 bits for both directions (a multiply and shift hash, seeded)."""
    sides = _mixed(a_hi, a_lo, (key >> 48) & 0xFFFF, seed) + _mixed(b_hi, b_lo, (key >> 32) & 0xFFFF, seed)
    bits = (sides ^ (key & 0xFFFFFFFF) ^ (where * -4417276706812531889)) * -7046029254386353131
    return bits ^ ((bits >> 31) & 0x1FFFFFFFF)


def _mixed(high: Int, low: Int, port: Int, seed: Int) -> Int:
    """Return 64 bits that depend on all bits of one side."""
    bits = ((high ^ seed) * -7046029254386353131) ^ ((low + port * 2654435761) * -4417276706812531889)
    bits ^= (bits >> 29) & 0x7FFFFFFFF
    bits = (bits + seed) * -4658895280553007687
    return bits ^ ((bits >> 32) & 0xFFFFFFFF)
