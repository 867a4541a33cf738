"""Two-way conversations out of packets: one hash table, in one pass, in memory bounded by the conversations.

Rows are appended in the order of their first packets and never move but to close the gaps of those that ended; so the
order of the result is that of the packets, whatever the size of the table.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.counting import (
    A_HI,
    A_LO,
    B_HI,
    B_LO,
    BEFORE,
    BYTES_AB,
    BYTES_BA,
    DONE,
    EVIDENCE,
    FIRST,
    FRAGMENT_WIDTH,
    FRAGMENTS,
    KEY,
    LAST,
    NOW,
    NUMBER,
    PACKETS,
    ROW_WIDTH,
    ROWS,
    STARTED,
    STATE_WIDTH,
    TOLD,
    TUNNEL_AT,
    counter,
    indexer,
)
from cloison.captures.greetings import HELD_AT, MOST, NUMBER_MASK, Heard
from cloison.captures.memory import Rows
from cloison.captures.packets import ICMP, ICMPV6, LEDGER, TCP, UDP
from cloison.captures.telling import CHOSEN, PACKET, SHOWN, told
from cloison.flows.table import COLUMNS, QUERY_BA, FlowTable, constant, table_of

Array = npt.NDArray[Any]

BLOCK = 1 << 16  # rows that are moved at once


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds of inactivity that end a conversation."""

    tcp: float = 300.0
    udp: float = 120.0
    other: float = 30.0

    def limits(self) -> Array:
        """Return the limits in ns, int64[3]: TCP, UDP, the rest."""
        return np.array([int(min(limit, 10**9) * 10**9) for limit in (self.tcp, self.udp, self.other)], dtype=np.int64)


class Conversations:
    """The conversations of one source, filled batch by batch.

    ``ledger`` counts the packets that are in none, its second row those that another packet carried; ``carried`` counts
    all that others carried.

    ``room`` is the number of rows to begin with: it changes the memory and never the result, but that conversations
    which ended are put aside when it is used up.
    """

    def __init__(self, timeouts: Timeouts, fast: bool, room: int = 1 << 16) -> None:
        self._count = counter(fast)
        self._index = indexer(fast)
        self._limits = timeouts.limits()
        # A seed that a capture cannot know: no capture is built to fall into few slots. No result depends on it.
        self._seed = np.int64(int.from_bytes(os.urandom(8), "big", signed=True))
        self._memory = Rows(room, ROW_WIDTH)
        self._slots = _slots(room)
        self._state = np.zeros(STATE_WIDTH, dtype=np.int64)
        self._fragments = np.zeros((FRAGMENTS, FRAGMENT_WIDTH), dtype=np.int64)
        self._hashes = np.zeros(0, dtype=np.int64)
        self._told = told()
        self._aside: list[Array] = []
        self.ledger = np.zeros((2, len(LEDGER)), dtype=np.int64)
        self.carried = 0

    @property
    def packets(self) -> int:
        """Return how many packets were added, with all that each of them carries."""
        return int(self._state[BEFORE])

    def resume(self) -> None:
        """Begin to watch anew: what comes first after a pause may have begun in it, and is not seen late."""
        self._state[STARTED] = 0

    def add(self, window: Array, records: Array, packets: Array) -> None:
        """Count what a decoder gave: records and their packets (columns of :mod:`packets`), whose payloads lie in a
        window."""
        number = len(packets)
        if len(self._hashes) < number:
            self._hashes = np.zeros(number, dtype=np.int64)
        done = 0
        while True:
            done = self._count(
                window, packets, records, done, number, self._rows, self._slots, self._state, self._fragments,
                self.ledger, self._limits, self._seed, self._hashes, self._told,
            )  # fmt: skip
            if done == number:
                break
            self._make_room()
        self._state[BEFORE] += len(records)
        self.carried += number - len(records)

    @property
    def _rows(self) -> Array:
        return self._memory.rows

    @property
    def heard(self) -> Heard:
        """Return what was kept of the greetings of conversations."""
        return Heard(*self._told[1:])

    def _make_room(self) -> None:
        used = self._set_aside()
        rows = self._rows
        if used > len(rows) * 3 // 4:
            self._memory = Rows(len(rows) * 2, ROW_WIDTH)
            self._rows[:used] = rows[:used]
        self._state[ROWS] = used
        self._slots = _slots(len(self._rows))
        self._index(self._rows, used, self._slots, self._seed)

    def _set_aside(self) -> int:
        """Put the rows aside that ended, close their gaps, and return how many are left."""
        now = self._state[NOW]
        used = int(self._state[ROWS])
        left = 0
        for start in range(0, used, BLOCK):
            block = self._rows[start : min(start + BLOCK, used)]
            protocol = (block[:, KEY] >> 24) & 0xFF
            limit = np.where(
                protocol == TCP, self._limits[0], np.where(protocol == UDP, self._limits[1], self._limits[2])
            )
            ended = (block[:, NUMBER] & DONE != 0) | (now - block[:, LAST] > limit)
            if ended.any():
                self._aside.append(block[ended])
                block = block[~ended]
            self._rows[left : left + len(block)] = block
            left += len(block)
        return left

    def table(self, source: int, vnis: Array) -> FlowTable:
        """Return all conversations, in the order of their first packets; nothing can be added afterwards.

        ``vnis`` has the VNI of each tunnel (i4), and what is in none at the end.

        Rows are given back to the system as they are spread into columns: both are never there together.
        """
        used = int(self._state[ROWS])
        stop = used + sum(len(rows) for rows in self._aside)
        columns = {column.name: np.empty(stop, column.dtype) for column in COLUMNS if column.name in _FROM_ROWS}
        self._slots, self._fragments = np.empty(0, dtype=np.int64), np.empty((0, FRAGMENT_WIDTH), dtype=np.int64)
        while used:
            start = max(used - BLOCK, 0)
            stop = _spread(self._rows[start:used], columns, stop)
            used = start
            self._memory.give_back(used)
        while self._aside:
            stop = _spread(self._aside.pop(), columns, stop)
        number, tunnel = columns["packet"], columns["tunnel"]
        if len(number) > 1 and not (number[1:] > number[:-1]).all():
            order = np.lexsort((tunnel, number))  # what a tunnel carries has a higher number than what is around it
            for name in columns:
                columns[name] = columns[name][order]
        columns["source"] = constant(source, "u4", len(number))
        if len(vnis) > 1:
            columns["vni"] = vnis[columns["tunnel"]]
        else:
            del columns["tunnel"], tunnel  # there was none
        return table_of(columns)


# column -> word of a row, shift, mask
_FROM_ROWS = {
    "a_hi": (A_HI, 0, -1),
    "a_lo": (A_LO, 0, -1),
    "b_hi": (B_HI, 0, -1),
    "b_lo": (B_LO, 0, -1),
    "a_port": (KEY, 48, 0xFFFF),
    "b_port": (KEY, 32, 0xFFFF),
    "protocol": (KEY, 24, 0xFF),
    "vlan": (KEY, 0, 0xFFFFFF),
    "first": (FIRST, 0, -1),
    "last": (LAST, 0, -1),
    "packets_ab": (PACKETS, 0, 0xFFFFFFFF),
    "packets_ba": (PACKETS, 32, 0xFFFFFFFF),
    "bytes_ab": (BYTES_AB, 0, -1),
    "bytes_ba": (BYTES_BA, 0, -1),
    "errors": (EVIDENCE, 32, 0xFFFFFFFF),
    "evidence": (EVIDENCE, 0, 0xFFFFFFFF),
    "packet": (NUMBER, 0, (1 << TUNNEL_AT) - 1),
    "tunnel": (NUMBER, TUNNEL_AT, 0x3FFFF),
    "wire_ab": (TOLD + SHOWN, 0, 0xFF),
    "wire_ba": (TOLD + SHOWN, 8, 0xFF),
    "wire_state": (TOLD + SHOWN, 16, 0xFF),
    "wire_version": (TOLD + CHOSEN, 0, 0xFFFF),
    "wire_cipher": (TOLD + CHOSEN, 16, 0xFFFF),
    "wire_group": (TOLD + CHOSEN, 32, 0xFFFF),
    "wire_packet": (TOLD + PACKET, 0, NUMBER_MASK),
    "said": (TOLD + PACKET, HELD_AT, MOST - 1),
}


def _spread(rows: Array, columns: dict[str, Array], stop: int) -> int:
    """Write rows into the columns before ``stop`` and return where they begin."""
    start = stop - len(rows)
    for name, (word, shift, mask) in _FROM_ROWS.items():
        columns[name][start:stop] = (rows[:, word] >> shift) & mask
    columns["tunnel"][start:stop] -= 1
    # Where the first packet was ICMP's answer, the identifier is on B's side of the key.
    protocol = columns["protocol"][start:stop]
    turned = ((protocol == ICMP) | (protocol == ICMPV6)) & (columns["evidence"][start:stop] & QUERY_BA != 0)
    a_port, b_port = columns["a_port"][start:stop], columns["b_port"][start:stop]
    a_port[turned], b_port[turned] = b_port[turned], a_port[turned]
    return start


def _slots(rows: int) -> Array:
    return np.zeros(1 << (2 * rows - 1).bit_length(), dtype=np.int64)
