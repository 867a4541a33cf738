"""Who initiated each conversation, how surely, and whether the other side answered.

The order of evidence is that of the design: SYN, reversed SYN-ACK, what the protocol says, the first packet when it
comes late enough, the ports, else nothing. The matrix has no say: a server that connects out *from* port 443 must not
look authorised. Every decision is a table over a few bits, filled by plain functions below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.compiled import compiled
from cloison.flows.judging.loops import blocks_of, orient_loop
from cloison.flows.table import (
    ANSWER_AB,
    ANSWER_BA,
    FIN_AB,
    FIN_BA,
    FIRST_SEEN_LATE,
    ICMP_ERROR_AB,
    ICMP_ERROR_BA,
    PAYLOAD_AB,
    PAYLOAD_BA,
    QUERY_AB,
    QUERY_BA,
    RST_AB,
    RST_BA,
    SYN_AB,
    SYN_BA,
    SYNACK_AB,
    SYNACK_BA,
    UNREACHABLE,
    FlowTable,
)

Array = npt.NDArray[Any]

ASSUMED, PROBABLE, CERTAIN = range(3)
CERTAINTIES = ("assumed", "probable", "certain")
YES, NO, REPLY_ONLY, UNKNOWN = range(4)
ANSWERS = ("yes", "no", "reply-only", "unknown")

TCP, UDP, SCTP, ICMP, ICMP6 = 6, 17, 132, 1, 58
EPHEMERAL = 32768  # design rule 6: the other port is this or above
PORTED = {TCP: 1, UDP: 2, SCTP: 3}  # protocol -> row of a table of known ports

_SWAPPED, _SPLIT, _SURE = 1, 2, 2  # result of a decision: swapped | split | certainty << _SURE


@dataclass(frozen=True, slots=True)
class Orientation:
    """One row a conversation; there are more of them than of rows in the table where both sides initiated.

    ``row`` i8 into the table, ascending but for the second halves of split rows, which come last; ``swapped`` bool: B
    initiated; ``certainty`` u1 index of ``CERTAINTIES``; ``answered`` u1 index of ``ANSWERS``; ``split`` bool: the
    row holds two conversations, and each counts the packets of its own initiator only.
    """

    row: Array
    swapped: Array
    certainty: Array
    answered: Array
    split: Array

    def __len__(self) -> int:
        return len(self.row)


def orient(table: FlowTable, known_ports: Array, rows: Array | None = None, *, fast: bool = False) -> Orientation:
    """Return the initiators of a table's conversations; ``fast``: by a compiled loop.

    ``rows`` (i8, ascending) are those that are conversations, when not all of them are.
    ``known_ports`` is bool[4, 65536]: whether a port is declared or in the catalogue, by the rows of ``PORTED``
    (row 0 is for protocols without ports and holds nothing).
    """
    decision = np.empty(len(table), dtype=np.uint8)
    answered = np.empty(len(table), dtype=np.uint8)
    if fast:
        compiled(orient_loop)(
            table.evidence, table.protocol, table.a_port, table.b_port, table.packets_ab, table.packets_ba,
            table.sampled, _ported(), known_ports, np.uint32(FIRST_SEEN_LATE), np.uint16(EPHEMERAL), _initiators(),
            _answers(), np.array([pair for _, *pair in _SAID], dtype=np.uint32), decision, answered,
        )  # fmt: skip
    for block in () if fast else blocks_of(len(table)):
        part = table.take(block)
        chosen = decision[block] = _initiators()[_initiator_index(part, known_ports)]
        answered[block] = answers(part, (chosen & _SWAPPED).astype(bool), (chosen & _SPLIT).astype(bool))
    row = np.arange(len(table), dtype=np.int64) if rows is None else rows
    if len(row) < len(table):
        decision, answered = decision[row], answered[row]
    swapped = (decision & _SWAPPED).astype(bool)
    split = (decision & _SPLIT).astype(bool)
    certainty = decision >> _SURE
    both = np.flatnonzero(split)
    if not len(both):
        return Orientation(row, swapped, certainty, answered, split)
    second = table.take(row[both])
    other = ~swapped[both]
    return Orientation(
        np.concatenate([row, row[both]]),
        np.concatenate([swapped, other]),
        np.concatenate([certainty, certainty[both]]),
        np.concatenate([answered, answers(second, other, split[both])]),
        np.concatenate([split, split[both]]),
    )


def answers(table: FlowTable, swapped: Array, split: Array) -> Array:
    """Return the index of ``ANSWERS`` of each row, read with B as the initiator where ``swapped``."""
    return _answers()[_answer_index(table, swapped, split)]


# --- the initiator -----------------------------------------------------------------------------------------------

_INITIATOR_BITS = 12


def _initiator_index(table: FlowTable, known_ports: Array) -> Array:
    evidence = table.evidence
    index = (evidence & 0b1111).astype(np.int16)  # SYN_AB SYN_BA SYNACK_AB SYNACK_BA
    index |= ((evidence >> 4) & 0b110000).astype(np.int16)  # QUERY_AB QUERY_BA
    index |= ((evidence & FIRST_SEEN_LATE) != 0).astype(np.int16) << 6
    index |= (table.packets_ab > 0).astype(np.int16) << 7
    index |= (table.packets_ba > 0).astype(np.int16) << 8
    rows = _ported()[table.protocol]
    known_a, known_b = known_ports[rows, table.a_port], known_ports[rows, table.b_port]
    index |= (known_a & ~known_b & (table.b_port >= EPHEMERAL)).astype(np.int16) << 9
    index |= (known_b & ~known_a & (table.a_port >= EPHEMERAL)).astype(np.int16) << 10
    index |= ((table.protocol == ICMP) | (table.protocol == ICMP6)).astype(np.int16) << 11
    return index


@cache
def _ported() -> Array:
    rows = np.zeros(256, dtype=np.intp)
    for protocol, row in PORTED.items():
        rows[protocol] = row
    return rows


@cache
def _initiators() -> Array:
    return np.array([_initiator(*bits) for bits in _all_bits(_INITIATOR_BITS)], dtype=np.uint8)


def _initiator(
    syn_ab: bool, syn_ba: bool, synack_ab: bool, synack_ba: bool, query_ab: bool, query_ba: bool, late: bool,
    seen_a: bool, seen_b: bool, ports_a: bool, ports_b: bool, icmp: bool,
) -> int:  # fmt: skip
    if syn_ab and syn_ba:
        return _SPLIT | CERTAIN << _SURE
    if syn_ab or syn_ba:
        return (_SWAPPED if syn_ba else 0) | CERTAIN << _SURE
    if synack_ab != synack_ba:
        return (_SWAPPED if synack_ab else 0) | (CERTAIN if seen_a and seen_b else PROBABLE) << _SURE
    if query_ab and query_ba:
        return _SPLIT | CERTAIN << _SURE
    if query_ab or query_ba:
        return (_SWAPPED if query_ba else 0) | CERTAIN << _SURE
    if icmp and not seen_b:  # a message that asks nothing and answers nothing: its sender
        return CERTAIN << _SURE
    if late:
        return PROBABLE << _SURE
    if ports_a or ports_b:
        return (_SWAPPED if ports_a else 0) | PROBABLE << _SURE
    return ASSUMED << _SURE


# --- the answer --------------------------------------------------------------------------------------------------

# bit of the index, evidence when A initiated, evidence when B did
_SAID = (
    (0, SYNACK_BA, SYNACK_AB),
    (1, RST_BA, RST_AB),
    (2, FIN_BA, FIN_AB),
    (3, PAYLOAD_BA, PAYLOAD_AB),
    (4, ANSWER_BA, ANSWER_AB),
    (5, SYN_AB, SYN_BA),
    (6, QUERY_AB, QUERY_BA),
    (7, ICMP_ERROR_AB | UNREACHABLE, ICMP_ERROR_BA | UNREACHABLE),
)
_ANSWER_BITS = 13


def _answer_index(table: FlowTable, swapped: Array, split: Array) -> Array:
    evidence = table.evidence
    index = np.zeros(len(table), dtype=np.int16)
    for bit, straight, reversed_ in _SAID:
        wanted = np.where(swapped, np.uint32(reversed_), np.uint32(straight))
        index |= ((evidence & wanted) == wanted).astype(np.int16) << bit
    seen_a, seen_b = table.packets_ab > 0, table.packets_ba > 0
    index |= np.where(swapped, seen_b, seen_a).astype(np.int16) << 8
    index |= np.where(swapped, seen_a, seen_b).astype(np.int16) << 9
    index |= (table.protocol == TCP).astype(np.int16) << 10
    index |= (table.sampled > 1).astype(np.int16) << 11
    index |= split.astype(np.int16) << 12
    return index


@cache
def _answers() -> Array:
    return np.array([_answer(*bits) for bits in _all_bits(_ANSWER_BITS)], dtype=np.uint8)


def _answer(
    synack: bool, rst: bool, fin: bool, payload: bool, answer: bool, syn: bool, query: bool, refused: bool,
    asked: bool, replied: bool, tcp: bool, sampled: bool, split: bool,
) -> int:  # fmt: skip
    """``synack`` to ``answer`` come from the responder, ``syn`` and ``query`` from the initiator."""
    if replied and not asked:
        return REPLY_ONLY
    if split:  # whose payload it is cannot be told, only what names its conversation counts
        good, bad = synack or answer, rst or refused or query
        return YES if good else NO if bad else UNKNOWN
    if tcp:
        if synack or payload or fin or answer or (replied and not rst and not syn):
            return YES
        if rst or refused:
            return NO
        return NO if syn and not replied and not sampled else UNKNOWN
    if replied:
        return YES
    return NO if refused or not sampled else UNKNOWN


def _all_bits(count: int) -> Iterator[tuple[bool, ...]]:
    for bits in product((False, True), repeat=count):
        yield bits[::-1]  # the first argument is bit 0
