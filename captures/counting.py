"""The kernels that count packets in the rows of their conversations: one hash table, open addressing, both directions.

A row is 16 words of 64 bits; a slot holds the number of a row, from 1, and 32 bits of its hash.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.packets import FIRST_FRAGMENT, LATER_FRAGMENT, QUOTED, TCP, UDP, reason
from cloison.captures.telling import SETTLED, WORDS, begin, tell
from cloison.flows.compiled import Int, Kernel, compiled, prefetch
from cloison.flows.table import (
    FIN_AB,
    FIN_BA,
    FIRST_SEEN_LATE,
    QUERY_AB,
    QUERY_BA,
    RST_AB,
    RST_BA,
    SYN_AB,
    SYNACK_AB,
)

# Words of a row: A's and B's addresses, the key as A's packets have it, first and last time, packets (from A in the
# low half, from B in the high half), bytes from A, bytes from B, evidence with the errors << 32, number of the first
# packet with the tunnel around it (1 + its number, 0 none) << TUNNEL_AT, and DONE when a newer row took its place.
A_HI, A_LO, B_HI, B_LO, KEY, FIRST, LAST, PACKETS, BYTES_AB, BYTES_BA, EVIDENCE, NUMBER = range(12)
TOLD = 12  # where the words of :mod:`telling` begin
ROW_WIDTH = TOLD + WORDS
TUNNEL_AT = 44  # more packets than can be read in a week at 20 million a second
DONE = 1 << 62
MOST_PACKETS = (1 << 31) - 2  # of one side of one row; then another row begins

AB_BITS = 0b0100_0001_0101_0101_0101  # evidence that a packet of A gives
BA_BITS = AB_BITS << 1
BOTH_BITS = 0b0011_1100_0000_0000_0000
ENDED = FIN_AB | FIN_BA | RST_AB | RST_BA

FRAGMENTS = 16384  # first fragments that are remembered, 64 bytes each
FRAGMENT_WIDTH = 8
FRAGMENT_WAYS = 8
FRAGMENT_LIFE = 60 * 10**9  # ns; RFC 8200 section 4.5 and RFC 791 leave reassembly no more
AHEAD = 8  # packets between a question to memory and the use of its answer

# Words of the state that the kernel keeps between batches. BEFORE: records of the source before these.
ROWS, STARTED, START, NOW, BEFORE = range(5)
STATE_WIDTH = 5


R_FRAGMENT = reason("fragment")


def counter(fast: bool) -> Kernel:
    """Return ``count``, compiled or plain."""
    return compiled(count) if fast else count


def indexer(fast: bool) -> Kernel:
    """Return ``index``, compiled or plain."""
    return compiled(index) if fast else index


def mixed(high: Int, low: Int, port: Int, seed: Int) -> Int:
    """Return 64 bits that depend on all bits of one side (a multiply and shift hash, seeded)."""
    bits = ((high ^ seed) * -7046029254386353131) ^ ((low + port * 2654435761) * -4417276706812531889)
    bits ^= (bits >> 29) & 0x7FFFFFFFF
    bits = (bits + seed) * -4658895280553007687
    return bits ^ ((bits >> 32) & 0xFFFFFFFF)


def _hashed(a_hi: Int, a_lo: Int, b_hi: Int, b_lo: Int, key: Int, tunnel: Int, seed: Int) -> Int:
    """Return the same 64 bits for both directions of a conversation."""
    sides = mixed(a_hi, a_lo, (key >> 48) & 0xFFFF, seed) + mixed(b_hi, b_lo, (key >> 32) & 0xFFFF, seed)
    bits = (sides ^ (key & 0xFFFFFFFF) ^ (tunnel << 32)) * -7046029254386353131
    return bits ^ ((bits >> 31) & 0x1FFFFFFFF)


def _fragment(packets: Any, i: Int, fragments: Any, seed: Int, time: Int, key: Int, first: bool) -> Int:
    """Remember the ports of a first fragment, or return the whole key of a later one; -1 when it is not known.

    A bounded table: within the few places that an identification may take, the oldest one is given up.
    """
    identity = (packets[i, 7] << 32) | (key & 0xFFFFFFFF)
    used = 1 + packets[i, 13]  # by a fragment in that tunnel
    bits = mixed(packets[i, 0] ^ packets[i, 2], packets[i, 1] + packets[i, 3] * 3, used, seed ^ identity)
    home = bits & (FRAGMENTS - 1)
    place = home
    oldest = fragments[home, 6]
    for way in range(FRAGMENT_WAYS):
        at = (home + way) & (FRAGMENTS - 1)
        same = (
            fragments[at, 7] == used
            and fragments[at, 0] == packets[i, 0]
            and fragments[at, 1] == packets[i, 1]
            and fragments[at, 2] == packets[i, 2]
            and fragments[at, 3] == packets[i, 3]
            and fragments[at, 4] == identity
        )
        if same:
            if first:
                place = at
                break
            age = time - fragments[at, 6]
            return fragments[at, 5] if -FRAGMENT_LIFE <= age <= FRAGMENT_LIFE else np.int64(-1)
        if fragments[at, 7] == 0:
            place = at
            break
        if fragments[at, 6] < oldest:
            oldest = fragments[at, 6]
            place = at
    if not first:
        return np.int64(-1)
    for word in range(4):
        fragments[place, word] = packets[i, word]
    fragments[place, 4] = identity
    fragments[place, 5] = key
    fragments[place, 6] = time
    fragments[place, 7] = used
    return key


def _carried(packets: Any, i: Int) -> Int:
    """Return 1 where a packet is inside another one of its record, else 0: the part of the ledger."""
    return np.int64(1) if i > 0 and packets[i - 1, 12] == packets[i, 12] else np.int64(0)


def _ask_slot(packets: Any, i: Int, slots: Any, hashes: Any, seed: Int) -> None:
    hashes[i] = _hashed(packets[i, 0], packets[i, 1], packets[i, 2], packets[i, 3], packets[i, 4], packets[i, 13], seed)
    prefetch(slots, hashes[i] & (len(slots) - 1))


def _ask_row(rows: Any, slots: Any, at: Int) -> None:
    row = (slots[at] & 0xFFFFFFFF) - 1
    if row >= 0:
        prefetch(rows, row * ROW_WIDTH)
        prefetch(rows, row * ROW_WIDTH + ROW_WIDTH // 2)


def count(
    window: Any, packets: Any, records: Any, start: Int, stop: Int, rows: Any, slots: Any, state: Any, fragments: Any,
    ledger: Any, limits: Any, seed: Int, hashes: Any, told: Any,
) -> Int:  # fmt: skip
    """Count packets ``start`` to ``stop`` of a batch in their rows; return where it stopped because rows are full."""
    used = state[0]
    mask = np.int64(len(slots) - 1)
    for i in range(start, min(start + 2 * AHEAD, stop)):
        _ask_slot(packets, i, slots, hashes, seed)
    for i in range(start, min(start + AHEAD, stop)):
        _ask_row(rows, slots, hashes[i] & mask)
    for i in range(start, stop):
        # Memory is asked for a slot, and later for its row, some packets ahead of their use.
        if i + 2 * AHEAD < stop:
            _ask_slot(packets, i + 2 * AHEAD, slots, hashes, seed)
        if i + AHEAD < stop:
            _ask_row(rows, slots, hashes[i + AHEAD] & mask)
        what = packets[i, 5]
        record = packets[i, 12]
        time = records[record, 3]
        if state[1] == 0:
            state[1] = 1
            state[2] = time
        state[3] = time
        if what < 0:
            ledger[_carried(packets, i), -1 - what] += 1
            continue
        key = packets[i, 4]
        tunnel = packets[i, 13]
        wanted = hashes[i]
        if what & (FIRST_FRAGMENT | LATER_FRAGMENT):
            first = what & FIRST_FRAGMENT != 0
            whole = _fragment(packets, i, fragments, seed, time, key, first)
            if whole == -1:
                ledger[_carried(packets, i), -1 - R_FRAGMENT] += 1
                continue
            key = whole
            wanted = _hashed(packets[i, 0], packets[i, 1], packets[i, 2], packets[i, 3], key, tunnel, seed)
        protocol = (key >> 24) & 0xFF
        limit = limits[0] if protocol == TCP else limits[1] if protocol == UDP else limits[2]
        turned = ((key >> 16) & 0xFFFF00000000) & 0xFFFF00000000
        turned |= ((key >> 32) & 0xFFFF) << 48
        turned |= key & 0xFFFFFFFF
        tag = (wanted >> 32) & 0xFFFFFFFF
        at = wanted & mask
        row = np.int64(-1)
        from_a = True
        while slots[at] != 0:
            slot = slots[at]
            if (slot >> 32) & 0xFFFFFFFF == tag:
                known = (slot & 0xFFFFFFFF) - 1
                if (
                    rows[known, 4] == key
                    and rows[known, 0] == packets[i, 0]
                    and rows[known, 1] == packets[i, 1]
                    and rows[known, 2] == packets[i, 2]
                    and rows[known, 3] == packets[i, 3]
                    and (rows[known, 11] >> TUNNEL_AT) & 0x3FFFF == tunnel
                ):
                    row = known
                    break
                if (
                    rows[known, 4] == turned
                    and rows[known, 0] == packets[i, 2]
                    and rows[known, 1] == packets[i, 3]
                    and rows[known, 2] == packets[i, 0]
                    and rows[known, 3] == packets[i, 1]
                    and (rows[known, 11] >> TUNNEL_AT) & 0x3FFFF == tunnel
                ):
                    row = known
                    from_a = False
                    break
            at = (at + 1) & mask
        if row >= 0:
            packed = rows[row, 7]
            if (
                time - rows[row, 6] > limit
                or rows[row, 5] - time > limit
                or (what & (SYN_AB | QUOTED) == SYN_AB and rows[row, 10] & ENDED != 0)
                or packed & 0xFFFFFFFF > MOST_PACKETS
                or packed >> 32 > MOST_PACKETS
                or rows[row, 10] >> 32 > MOST_PACKETS
            ):
                if used < len(rows):
                    rows[row, 11] |= DONE
                row = np.int64(-1)
                from_a = True
        if row < 0:
            if used == len(rows):
                state[0] = used
                return i
            row = used
            used += 1
            for word in range(4):
                rows[row, word] = packets[i, word]
            rows[row, 4] = key
            rows[row, 5] = time
            rows[row, 6] = time
            for word in range(7, 11):
                rows[row, word] = 0
            for word in range(TOLD, ROW_WIDTH):
                rows[row, word] = 0
            rows[row, 11] = (state[4] + record + 1) | (tunnel << TUNNEL_AT)
            # A TCP segment that opens nothing may follow a long silence: it says nothing of who began.
            if time - state[2] > limit and protocol != TCP and not what & QUOTED:
                rows[row, 10] = FIRST_SEEN_LATE
            slots[at] = (tag << 32) | (row + 1)
        else:
            if time > rows[row, 6]:
                rows[row, 6] = time
            if time < rows[row, 5]:
                rows[row, 5] = time
        side = np.int64(0) if from_a else np.int64(1)
        if protocol == TCP and what & (SYN_AB | SYNACK_AB | QUOTED) in (SYN_AB, SYNACK_AB):
            begin(rows[row, TOLD:], side, packets[i, 11])
        if packets[i, 8] and rows[row, TOLD] & (SETTLED << side) == 0 and not what & QUOTED:
            alone = rows[row, 7] >> 32 == 0 if from_a else rows[row, 7] & 0xFFFFFFFF == 0
            said = tell(
                window, packets[i, 8], packets[i, 9], packets[i, 10], packets[i, 11], packets[i, 4],
                rows[row, TOLD:], side, alone, state[4] + record + 1, told,
            )  # fmt: skip
            if said and (rows[row, 10] | what) & (QUERY_AB | QUERY_BA) == 0:
                what |= said  # what the header said, or an earlier payload, stands
        evidence = what & (AB_BITS | BA_BITS | BOTH_BITS)
        if not from_a:
            evidence = ((what & AB_BITS) << 1) | ((what & BA_BITS) >> 1) | (what & BOTH_BITS)
        if what & QUOTED:
            rows[row, 10] += 1 << 32
        elif from_a:
            rows[row, 7] += 1
            rows[row, 8] += packets[i, 6]
        else:
            rows[row, 7] += 1 << 32
            rows[row, 9] += packets[i, 6]
        rows[row, 10] |= evidence
    state[0] = used
    return stop


def index(rows: Any, used: Int, slots: Any, seed: Int) -> None:
    """Fill empty ``slots`` (int64, a power of two of them) with the rows that are not done."""
    mask = np.int64(len(slots) - 1)
    for row in range(used):
        if rows[row, 11] & DONE:
            continue
        tunnel = (rows[row, 11] >> TUNNEL_AT) & 0x3FFFF
        bits = _hashed(rows[row, 0], rows[row, 1], rows[row, 2], rows[row, 3], rows[row, 4], tunnel, seed)
        at = bits & mask
        while slots[at] != 0:
            at = (at + 1) & mask
        slots[at] = (((bits >> 32) & 0xFFFFFFFF) << 32) | (row + 1)
