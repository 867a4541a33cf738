"""Two-way conversations out of flow records: the sink of every format of records, in memory bounded by conversations.

One-way records of both directions join in one row, and so do those into which an exporter cut a long conversation, as
long as no silence between them is longer than the inactivity limit. Each observation point keeps rows of its own: what
two exporters tell of the same conversation is joined later, and not added up.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures import pairing as row
from cloison.captures import records as word
from cloison.captures.conversations import Timeouts
from cloison.captures.packets import ICMP, ICMPV6, TCP, UDP
from cloison.flows.compiled import compiled
from cloison.flows.judging.likeness import hash_of
from cloison.flows.ledger import REASONS
from cloison.flows.table import (
    ANSWER_AB,
    ANSWERED,
    FIN_AB,
    FIN_BA,
    FIRST_SEEN_LATE,
    FLAGS_AB,
    FLAGS_BA,
    INITIATOR_AB,
    INITIATOR_BA,
    ONE_WAY,
    QUERY_AB,
    QUERY_BA,
    RST_AB,
    RST_BA,
    FlowTable,
    LineSeen,
    table_of,
)
from cloison.flows.wire import IN_CLEAR
from cloison.netmodel.finding import Message

Array = npt.NDArray[Any]

BLOCK = 1 << 16  # rows that are spread at once
MOST_POINTS = 1 << 16  # that a table can number
MOST_NOTES = 32

FIN, SYN, RST, ACK = 1, 2, 4, 16

# type of an ICMP message -> the query's type, whether it answers; -1 an error, whose conversation no record tells
_QUERY, _IS_ANSWER = np.arange(256), np.zeros(256, dtype=bool)
_QUERY6, _IS_ANSWER6 = np.arange(256), np.zeros(256, dtype=bool)
for _answer, _asked in ((0, 8), (14, 13), (16, 15), (18, 17), (43, 42)):
    _QUERY[_answer], _IS_ANSWER[_answer] = _asked, True
for _answer in (129, 140, 145, 161):
    _QUERY6[_answer], _IS_ANSWER6[_answer] = _answer - 1, True
_ECHO = 8 << 8
_ASKS, _ASKS6 = (8, 13, 15, 17, 42), (128, 139, 144, 160)
_ERRORS, _ERRORS6 = (3, 4, 11, 12), (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a source of flow records holds.

    ``table`` has one row a conversation and observation point (column ``source`` is 0); each of the ``records`` is in a
    row or in ``ledger`` (by a name of ``REASONS``); ``first`` and ``last`` are ns since 1970 UTC; ``lines`` are what an
    earlier audit says of lines.
    """

    table: FlowTable
    records: int
    ledger: Mapping[str, int]
    first: int
    last: int
    notes: tuple[Message, ...]
    lines: tuple[LineSeen, ...]


class Recorder:
    """The sink of one source; ``fast``: by compiled kernels. ``room`` changes the memory and never the result."""

    def __init__(self, timeouts: Timeouts, tick: Callable[[], None], *, fast: bool, room: int = 1 << 12) -> None:
        self._pair = compiled(row.pair) if fast else row.pair
        self._index = compiled(row.index_rows) if fast else row.index_rows
        self._limits = timeouts.limits()
        self._tick = tick
        self._seed = np.int64(int.from_bytes(os.urandom(8), "big", signed=True))  # no source is built against it
        self._rows = np.empty((room, row.PAIR_WIDTH), dtype=np.int64)
        self._slots = _slots(room)
        self._used = 0
        self._points: dict[tuple[object, ...], int] = {}
        self._two_way = np.zeros(MOST_POINTS, dtype=bool)
        self._ledger: Counter[str] = Counter()
        self._notes: list[Message] = []
        self._lines: list[LineSeen] = []
        self._records = 0
        self._first, self._last = row.NEVER, 0

    def add(self, batch: Array) -> None:
        """Take the records of a batch."""
        batch, errors = _ordered(batch)
        if errors:
            self.leave("icmp-error-record", errors)
        number = batch.shape[1]
        if not number:
            return
        self._records += number
        self.period(int(batch[word.FIRST].min()), int(batch[word.LAST].max()))
        tells = (batch[word.TELLS] & (INITIATOR_AB | INITIATOR_BA) != 0) | (batch[word.BACK_PACKETS] > 0)
        self._two_way[batch[word.POINT][tells]] = True
        done = 0
        with np.errstate(over="ignore"):  # a hash overflows by design, where it is not compiled
            while True:
                done, used = self._pair(
                    batch, done, number, self._rows, self._used, self._slots, self._limits, self._seed
                )
                self._used = int(used)
                if done == number:
                    break
                rows = self._rows
                self._rows = np.empty((len(rows) * 2, row.PAIR_WIDTH), dtype=np.int64)
                self._rows[: self._used] = rows
                self._slots = _slots(len(self._rows))
                self._index(self._rows, self._used, self._slots, self._seed)
        self._tick()

    def leave(self, reason: str, count: int = 1) -> None:
        """Count records that are in no conversation."""
        if reason not in REASONS:
            raise ValueError(f"no such reason: {reason}")
        if count:
            self._ledger[reason] += count
            self._records += count

    def point(self, *what: object) -> int:
        """Return the number of an observation point, its exporter first; beyond ``MOST_POINTS`` all are one."""
        if what not in self._points and len(self._points) == MOST_POINTS - 1:
            return MOST_POINTS - 1
        return self._points.setdefault(what, len(self._points))

    def note(self, said: Message) -> None:
        """Keep what the reader must know of this source; the same words once, and a bounded number of them."""
        if len(self._notes) < MOST_NOTES and said not in self._notes:
            self._notes.append(said)

    def line(self, seen: LineSeen) -> None:
        """Take what an earlier audit says of a line."""
        self._lines.append(seen)

    def period(self, first: int, last: int) -> None:
        """Widen the time that the source covers."""
        self._first = min(self._first, max(first, 0))
        self._last = min(max(self._last, last), row.MOST)

    def tick(self) -> None:
        """Say that some of the stream was read."""
        self._tick()

    def done(self) -> Recorded:
        """Return what was recorded, conversations in the order of their first records; nothing can be added after."""
        rows, used = self._rows, self._used
        self._slots = np.empty(0, dtype=np.int64)
        for start in range(0, used, BLOCK):
            part = rows[start : min(start + BLOCK, used)]
            both = (part[:, row.PACKETS_A] > 0) & (part[:, row.PACKETS_B] > 0)
            self._two_way[part[both, row.WHERE] >> 32] = True
        if len(self._points) > 1:
            self._two_way[_opposite(rows[:used], self._exporters())] = True
        columns = {name: np.empty(used, dtype) for name, dtype in _COLUMNS.items()}
        columns["source"] = np.zeros(used, dtype="u4")
        for stop in range(used, 0, -BLOCK):
            start = max(stop - BLOCK, 0)
            self._spread(rows[start:stop], {name: values[start:stop] for name, values in columns.items()})
            if rows.base is None:
                rows.resize((start, row.PAIR_WIDTH), refcheck=False)  # rows and columns are never there together
        first = 0 if self._first == row.NEVER else self._first
        return Recorded(
            table_of(columns), self._records, dict(sorted(self._ledger.items())), first, self._last,
            tuple(self._notes), tuple(self._lines),
        )  # fmt: skip

    def _exporters(self) -> Array:
        """Return i8, a number for each point: that of what it was named by first."""
        numbers: dict[object, int] = {}
        found = np.zeros(MOST_POINTS, dtype=np.int64)
        for what, point in self._points.items():
            found[point] = numbers.setdefault(what[0], len(numbers))
        return found

    def _spread(self, rows: Array, columns: Mapping[str, Array]) -> None:
        """Write rows into their columns, A the side that was seen first."""
        for name, place in _PLAIN.items():
            columns[name][:] = _picked(rows, place)
        wire = rows[:, row.TOLD]
        wire = np.where(wire & word.GUESSED, 0, wire)
        for name, (shift, mask) in _WIRE.items():
            columns[name][:] = (wire >> shift) & mask
        columns["wire_state"][:] = np.where(wire & word.CLEAR, IN_CLEAR, 0)
        columns["vni"][:] = (rows[:, row.WHERE] & 0xFFFFFFFF) - 1
        first_a, first_b = rows[:, row.FIRST_A], rows[:, row.FIRST_B]
        swapped = first_b < first_a
        columns["first"][:] = np.minimum(first_a, first_b)
        for name, one, other in _SIDES:
            columns[name][:] = np.where(swapped, _picked(rows, other), _picked(rows, one))
        told = rows[:, row.EVIDENCE]
        told = np.where(
            swapped,
            ((told & row.FROM_A) << 1) | ((told & row.FROM_B) >> 1) | (told & ~(row.FROM_A | row.FROM_B)),
            told,
        )
        flags_a, flags_b = rows[:, row.FLAGS_A], rows[:, row.FLAGS_B]
        flags = np.where(swapped, flags_b, flags_a), np.where(swapped, flags_a, flags_b)
        told |= _from_flags(*flags, columns, first_a != first_b)
        limits = np.where(columns["protocol"] == UDP, self._limits[1], self._limits[2])
        late = (columns["first"] - self._first > limits) & (columns["protocol"] != TCP) & (first_a != first_b)
        told |= np.where(late, FIRST_SEEN_LATE, 0)
        told |= np.where(self._two_way[columns["point"]], 0, ONE_WAY)
        columns["evidence"][:] = told
        # The identifier of an ICMP query is A's port, whoever was seen first.
        control = (columns["protocol"] == ICMP) | (columns["protocol"] == ICMPV6)
        alone = (told & (QUERY_AB | QUERY_BA) == 0) & (columns["a_port"] == _ECHO) & (columns["b_port"] != _ECHO)
        turned = np.flatnonzero(control & ((told & QUERY_BA != 0) | alone))
        ports = columns["a_port"][turned]
        columns["a_port"][turned] = columns["b_port"][turned]
        columns["b_port"][turned] = ports


def _opposite(rows: Array, exporters: Array) -> Array:
    """Return the points of which one saw one side of a conversation, and another of its exporter the other side.

    Some exporters tell replies as egress: both directions are then told, at two points.
    """
    key, sent = np.empty(len(rows), dtype=np.uint64), np.empty(len(rows), dtype=bool)
    for start in range(0, len(rows), BLOCK):
        here = slice(start, min(start + BLOCK, len(rows)))
        part = rows[here].view(np.uint64)
        ends = [
            hash_of([part[:, high], part[:, low], part[:, row.KEY] >> np.uint64(shift) & np.uint64(0xFFFF)])
            for high, low, shift in ((row.A_HI, row.A_LO, 48), (row.B_HI, row.B_LO, 32))
        ]
        protocol = part[:, row.KEY] >> np.uint64(24) & np.uint64(0xFF)
        key[here] = hash_of([ends[0] + ends[1], protocol, exporters[rows[here, row.WHERE] >> 32]])
        sent[here] = (ends[0] < ends[1]) == (rows[here, row.PACKETS_A] > 0)  # by the end whose hash is the lesser
    distinct, group = np.unique(key, return_inverse=True)
    sides = [np.bincount(group[which], minlength=len(distinct)) > 0 for which in (sent, ~sent)]
    found: Array = rows[(sides[0] & sides[1])[group], row.WHERE] >> 32
    return found


def _picked(rows: Array, place: tuple[int, int, int]) -> Array:
    position, shift, mask = place
    found: Array = (rows[:, position] >> shift) & mask
    return found


# column -> word of a row, shift, mask
_PLAIN: Mapping[str, tuple[int, int, int]] = {
    "protocol": (row.KEY, 24, 0xFF),
    "vlan": (row.KEY, 0, 0xFFFFFF),
    "last": (row.LATEST, 0, -1),
    "point": (row.WHERE, 32, 0xFFFF),
    "packet": (row.LEAST_NUMBER, 0, -1),
    "sampled": (row.MOST_SAMPLED, 0, 0xFFFFFFFF),
}
# column -> shift and mask of what was recognised; it is of the conversation, and in A's column whoever said it
_WIRE = {
    "wire_ab": (0, word.KNOWN_WIRE), "wire_version": (8, 0xFFFF), "wire_cipher": (24, 0xFFFF),
    "wire_group": (40, 0xFFFF),
}  # fmt: skip
# column, where its value is when the first side is A, and when it is B
_SIDES = (
    ("a_hi", (row.A_HI, 0, -1), (row.B_HI, 0, -1)),
    ("a_lo", (row.A_LO, 0, -1), (row.B_LO, 0, -1)),
    ("b_hi", (row.B_HI, 0, -1), (row.A_HI, 0, -1)),
    ("b_lo", (row.B_LO, 0, -1), (row.A_LO, 0, -1)),
    ("a_port", (row.KEY, 48, 0xFFFF), (row.KEY, 32, 0xFFFF)),
    ("b_port", (row.KEY, 32, 0xFFFF), (row.KEY, 48, 0xFFFF)),
    ("packets_ab", (row.PACKETS_A, 0, -1), (row.PACKETS_B, 0, -1)),
    ("packets_ba", (row.PACKETS_B, 0, -1), (row.PACKETS_A, 0, -1)),
    ("bytes_ab", (row.BYTES_A, 0, -1), (row.BYTES_B, 0, -1)),
    ("bytes_ba", (row.BYTES_B, 0, -1), (row.BYTES_A, 0, -1)),
)
_COLUMNS = {
    "protocol": "u1", "vlan": "u4", "vni": "i4", "first": "i8", "last": "i8", "point": "u2", "packet": "u8",
    "sampled": "u4", "wire_ab": "u1", "wire_state": "u1", "wire_version": "u2", "wire_cipher": "u2", "wire_group": "u2",
    "evidence": "u4", "a_hi": "u8", "a_lo": "u8", "b_hi": "u8", "b_lo": "u8",
    "a_port": "u2", "b_port": "u2", "packets_ab": "u8", "packets_ba": "u8", "bytes_ab": "u8", "bytes_ba": "u8",
}  # fmt: skip


def _from_flags(a: Array, b: Array, columns: Mapping[str, Array], apart: Array) -> Array:
    """Return what OR-ed TCP flags tell; ``apart``: A was seen before B, and not at the same time.

    Who sent a SYN and never an ACK asked; one packet that is a SYN-ACK or a refusal answers. Where both sides sent SYN
    and ACK, the one that was seen first asked.
    """
    tcp = columns["protocol"] == TCP
    one = (columns["packets_ab"] == 1, columns["packets_ba"] == 1)
    sides = [(np.where(tcp, flags, 0), alone) for flags, alone in zip((a, b), one, strict=True)]
    syn = [flags & (SYN | ACK) == SYN for flags, _ in sides]
    handshake = [flags & (SYN | ACK) == SYN | ACK for flags, _ in sides]
    answers = [
        alone & ((flags & (SYN | ACK | RST) == SYN | ACK) | (flags & (SYN | RST) == RST)) for flags, alone in sides
    ]
    asked_a = (syn[0] & ~syn[1]) | (answers[1] & ~answers[0]) | (handshake[0] & handshake[1] & apart & ~answers[0])
    asked_b = (syn[1] & ~syn[0]) | (answers[0] & ~answers[1])
    told = np.where(asked_a & ~asked_b, FLAGS_AB, 0) | np.where(asked_b & ~asked_a, FLAGS_BA, 0)
    told |= np.where(handshake[0] | handshake[1], ANSWERED, 0)
    for (flags, _), fin, rst in zip(sides, (FIN_AB, FIN_BA), (RST_AB, RST_BA), strict=True):
        told |= np.where(flags & FIN != 0, fin, 0) | np.where(flags & RST != 0, rst, 0)
    found: Array = told.astype(np.int64)
    return found


def _ordered(batch: Array) -> tuple[Array, int]:
    """Return a batch with the keys of ICMP messages as captures of packets have them, without errors; their number."""
    protocol = batch[word.PROTOCOL]
    control = (protocol == ICMP) | (protocol == ICMPV6)
    if not control.any():
        return batch, 0
    batch = batch.copy()
    kind = (batch[word.TARGET_PORT] >> 8) & 0xFF
    four = protocol == ICMP
    error = control & np.where(four, np.isin(kind, _ERRORS), np.isin(kind, _ERRORS6))
    answer = control & np.where(four, _IS_ANSWER[kind], _IS_ANSWER6[kind])
    asks = control & np.where(four, np.isin(kind, _ASKS), np.isin(kind, _ASKS6))
    query = np.where(four, _QUERY[kind], _QUERY6[kind])
    identifier = batch[word.SOURCE_PORT].copy()
    batch[word.SOURCE_PORT][answer] = (query << 8)[answer]
    batch[word.TARGET_PORT][answer] = identifier[answer]
    batch[word.TELLS][asks] |= QUERY_AB
    # An exporter that knows no type writes 0/0, which reads as an echo reply, and of ICMPv6, which has no type 0 (RFC
    # 4443 section 2.1: reserved), as nothing: unless the request is seen as well, who asked is not known.
    echo = answer & four & (query == 8)
    batch[word.TELLS][echo | (control & ~four & (kind == 0))] |= FLAGS_AB | FLAGS_BA
    batch[word.TELLS][answer & ~echo] |= QUERY_BA | ANSWER_AB
    errors = int(error.sum())
    return (batch[:, ~error] if errors else batch), errors


def _slots(rows: int) -> Array:
    return np.zeros(1 << (2 * rows - 1).bit_length(), dtype=np.int64)
