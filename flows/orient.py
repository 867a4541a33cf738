"""Who initiated each conversation, how surely, and whether the other side answered.

The order of evidence is that of the design: SYN, reversed SYN-ACK, what the protocol says, what an exporter says or its
flags, the first packet when it comes late enough, the ports, else nothing. The matrix has no say: a server that
connects out *from* port 443 must not look authorised. Every decision is a table over a few bits, made of rules below of
which the first that holds counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.compiled import compiled
from cloison.flows.judging.loops import blocks_of, orient_loop
from cloison.flows.table import (
    ANSWER_AB,
    ANSWER_BA,
    ANSWERED,
    FIN_AB,
    FIN_BA,
    FIRST_SEEN_LATE,
    FLAGS_AB,
    FLAGS_BA,
    ICMP_ERROR_AB,
    ICMP_ERROR_BA,
    ONE_WAY,
    PAYLOAD_AB,
    PAYLOAD_BA,
    QUERY_AB,
    QUERY_BA,
    REFUSED_AB,
    REFUSED_BA,
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
            np.ascontiguousarray(table.sampled), _ported(), known_ports, np.uint32(FIRST_SEEN_LATE),
            np.uint16(EPHEMERAL), _initiators(), _answers(), np.array([pair for _, *pair in _SAID], dtype=np.uint32),
            decision, answered,
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

_INITIATOR_BITS = 16


def _initiator_index(table: FlowTable, known_ports: Array) -> Array:
    evidence = table.evidence
    index = (evidence & 0b1111).astype(np.int32)  # SYN_AB SYN_BA SYNACK_AB SYNACK_BA
    index |= ((evidence >> 4) & 0b110000).astype(np.int32)  # QUERY_AB QUERY_BA
    index |= ((evidence & FIRST_SEEN_LATE) != 0).astype(np.int32) << 6
    index |= (table.packets_ab > 0).astype(np.int32) << 7
    index |= (table.packets_ba > 0).astype(np.int32) << 8
    rows = _ported()[table.protocol]
    known_a, known_b = known_ports[rows, table.a_port], known_ports[rows, table.b_port]
    index |= (known_a & ~known_b & (table.b_port >= EPHEMERAL)).astype(np.int32) << 9
    index |= (known_b & ~known_a & (table.a_port >= EPHEMERAL)).astype(np.int32) << 10
    index |= ((table.protocol == ICMP) | (table.protocol == ICMP6)).astype(np.int32) << 11
    index |= ((evidence >> 8) & 0b1111 << 12).astype(np.int32)  # INITIATOR_AB INITIATOR_BA FLAGS_AB FLAGS_BA
    return index


@cache
def _ported() -> Array:
    rows = np.zeros(256, dtype=np.intp)
    for protocol, row in PORTED.items():
        rows[protocol] = row
    return rows


@cache
def _initiators() -> Array:
    """Return the decision of each index, u1: the first rule that holds, in the order of the design."""
    (
        syn_ab, syn_ba, synack_ab, synack_ba, query_ab, query_ba, late, seen_a, seen_b, ports_a, ports_b, icmp,
        said_ab, said_ba, flags_ab, flags_ba,
    ) = _all_bits(_INITIATOR_BITS)  # fmt: skip
    both = seen_a & seen_b
    rules = (
        (syn_ab & syn_ba, _SPLIT | CERTAIN << _SURE),
        (syn_ab, CERTAIN << _SURE),
        (syn_ba, _SWAPPED | CERTAIN << _SURE),
        (synack_ba & ~synack_ab & both, CERTAIN << _SURE),
        (synack_ab & ~synack_ba & both, _SWAPPED | CERTAIN << _SURE),
        (synack_ba & ~synack_ab, PROBABLE << _SURE),
        (synack_ab & ~synack_ba, _SWAPPED | PROBABLE << _SURE),
        (query_ab & query_ba, _SPLIT | CERTAIN << _SURE),
        (query_ab, CERTAIN << _SURE),
        (query_ba, _SWAPPED | CERTAIN << _SURE),
        (said_ab & ~said_ba, CERTAIN << _SURE),
        (said_ba & ~said_ab, _SWAPPED | CERTAIN << _SURE),
        (icmp & flags_ab & flags_ba, ASSUMED << _SURE),
        (icmp & ~seen_b, CERTAIN << _SURE),  # a message that asks nothing and answers nothing: its sender
        (flags_ab & ~flags_ba, PROBABLE << _SURE),
        (flags_ba & ~flags_ab, _SWAPPED | PROBABLE << _SURE),
        (late, PROBABLE << _SURE),
        (ports_a, _SWAPPED | PROBABLE << _SURE),
        (ports_b, PROBABLE << _SURE),
    )
    return _first_that_holds(rules, ASSUMED << _SURE)


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
    (8, REFUSED_AB, REFUSED_BA),
    (9, FLAGS_AB, FLAGS_BA),
    (10, ANSWERED, ANSWERED),
    (11, ONE_WAY, ONE_WAY),
)
_ANSWER_BITS = 17


def _answer_index(table: FlowTable, swapped: Array, split: Array) -> Array:
    evidence = table.evidence
    index = np.zeros(len(table), dtype=np.int32)
    for bit, straight, reversed_ in _SAID:
        wanted = np.where(swapped, np.uint32(reversed_), np.uint32(straight))
        index |= ((evidence & wanted) == wanted).astype(np.int32) << bit
    seen_a, seen_b = table.packets_ab > 0, table.packets_ba > 0
    index |= np.where(swapped, seen_b, seen_a).astype(np.int32) << 12
    index |= np.where(swapped, seen_a, seen_b).astype(np.int32) << 13
    index |= (table.protocol == TCP).astype(np.int32) << 14
    index |= (table.sampled > 1).astype(np.int32) << 15
    index |= split.astype(np.int32) << 16
    return index


@cache
def _answers() -> Array:
    """Return the answer of each index, u1. ``synack`` to ``answer`` and ``rst`` come from the responder, ``syn``,
    ``query`` and ``flags`` from the initiator; ``icmp`` and ``stopped`` refuse what the initiator sent."""
    (
        synack, rst, fin, payload, answer, syn, query, icmp, stopped, flags, answered, one_way, asked, replied, tcp,
        sampled, split,
    ) = _all_bits(_ANSWER_BITS)  # fmt: skip
    refused = icmp | stopped
    partly = sampled | one_way  # that nothing was seen says nothing
    rules = (
        (replied & ~asked, REPLY_ONLY),
        # whose payload it is cannot be told, only what names its conversation counts
        (split & (synack | answer), YES),
        (split & (rst | refused | query), NO),
        (split, UNKNOWN),
        (tcp & (synack | payload | fin | answer | answered | (replied & ~rst & ~syn & ~flags)), YES),
        (tcp & (rst | refused), NO),
        (tcp & (syn | flags) & ~replied & ~partly, NO),
        (tcp, UNKNOWN),
        (replied | answered, YES),
        (refused | ~partly, NO),
    )
    return _first_that_holds(rules, UNKNOWN)


def _all_bits(count: int) -> list[Array]:
    """Return bool[2**count] for each bit of an index."""
    index = np.arange(1 << count)
    return [(index >> bit) & 1 != 0 for bit in range(count)]


def _first_that_holds(rules: Sequence[tuple[Array, int]], otherwise: int) -> Array:
    values = [np.uint8(value) for _, value in rules]
    found: Array = np.select([holds for holds, _ in rules], values, np.uint8(otherwise))
    return found
