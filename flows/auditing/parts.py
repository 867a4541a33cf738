"""Conversations by column, a part at a time, in the order of their first packets; and which of them are alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.judge import REASONS
from cloison.flows.judging.claims import CLEARTEXT, WEAK, WRONG
from cloison.flows.judging.readings import asked
from cloison.flows.table import FlowTable
from cloison.flows.wire import Wire, seen, wire_text

Array = npt.NDArray[Any]

_WIRE_FIELDS = (("wire_ab", 8), ("wire_ba", 8), ("wire_state", 8), ("wire_version", 16), ("wire_cipher", 16))
_BY_WIRE = [code for code, (_, reason) in enumerate(REASONS) if reason in (CLEARTEXT, WEAK, WRONG)]

PART = 1 << 12  # conversations whose columns are there at once: lists of whole columns cost more than the columns


@dataclass(frozen=True, slots=True)
class Part:
    """Some conversations in columns of equal length; ``source`` is the initiator.

    ``reason``, ``severity``, ``answered`` and ``certainty`` index their words, ``service`` u4 is protocol << 16 | low
    field, ``*_owner`` index the network's owners, ``*_inner`` the matrix's translations, ``vrf`` the network's VRFs,
    ``line`` and ``rule`` those of the verdicts, ``file`` the sources (-1 none); times are ns since 1970 UTC. ``wire``
    u8 packs the columns ``wire_*`` but the group and the packet; ``packet`` is the one that shows the reason; ``said``
    counts the greetings of ``file``; ``swapped``: its B is the initiator.
    """

    reason: Array
    severity: Array
    source_hi: Array
    source_lo: Array
    target_hi: Array
    target_lo: Array
    service: Array
    source_port: Array
    vrf: Array
    source_owner: Array
    target_owner: Array
    source_inner: Array
    target_inner: Array
    line: Array
    rule: Array
    first: Array
    last: Array
    packets: Array
    bytes: Array
    answered: Array
    certainty: Array
    vni: Array
    tunnel: Array
    file: Array
    packet: Array
    wire: Array
    said: Array
    swapped: Array

    def __len__(self) -> int:
        return len(self.reason)

    def take(self, at: Any) -> Part:
        """Return the conversations of an index, a mask or a slice, in its order."""
        return Part(*(getattr(self, item.name)[at] for item in fields(Part)))


def parts(audit: Audit, rows: Array) -> Iterator[Part]:
    """Yield some verdicts (i8) by column, in the order of their first packets."""
    rows = in_order(audit, rows)
    for start in range(0, len(rows), PART):
        yield part_of(audit, rows[start : start + PART])


def in_order(audit: Audit, rows: Array) -> Array:
    """Return verdicts in the order of their first packets; they often are already."""
    verdicts, table = audit.verdicts, audit.table
    for start in range(0, len(rows), PART):
        here = rows[start : start + PART + 1]
        of = verdicts.row[here]
        first, source, packet = table.first[of], table.source[of], table.packet[of]
        same = first[1:] == first[:-1]
        after = (first[1:] > first[:-1]) | (same & (source[1:] > source[:-1]))
        if not (after | (same & (source[1:] == source[:-1]) & (packet[1:] > packet[:-1]))).all():
            break
    else:
        return rows
    of = verdicts.row[rows]
    order = np.lexsort((verdicts.swapped[rows], table.packet[of], table.source[of], table.first[of]))
    sorted_: Array = rows[order]
    return sorted_


def part_of(audit: Audit, rows: Array) -> Part:
    """Return some verdicts by column, in their order."""
    verdicts = audit.verdicts
    part = audit.table.take(verdicts.row[rows])
    swapped, split = verdicts.swapped[rows], verdicts.split[rows]
    service, source_port = asked(part, swapped)
    sent = np.where(swapped, part.packets_ba, part.packets_ab), np.where(swapped, part.bytes_ba, part.bytes_ab)
    return Part(
        verdicts.reason[rows], verdicts.severity[rows], np.where(swapped, part.b_hi, part.a_hi),
        np.where(swapped, part.b_lo, part.a_lo), np.where(swapped, part.a_hi, part.b_hi),
        np.where(swapped, part.a_lo, part.b_lo), service, source_port, _vrfs(audit, rows),
        audit.owners(rows, source=True), audit.owners(rows, source=False), verdicts.source_translated[rows],
        verdicts.target_translated[rows], verdicts.line[rows], verdicts.rule[rows], part.first, part.last,
        np.where(split, sent[0], part.packets_ab + part.packets_ba),
        np.where(split, sent[1], part.bytes_ab + part.bytes_ba), verdicts.answered[rows], verdicts.certainty[rows],
        part.vni, part.tunnel, *_showing(verdicts.reason[rows], part), _wire(part), part.said, swapped,
    )  # fmt: skip


def _showing(reason: Array, part: FlowTable) -> tuple[Array, Array]:
    """Return source and number of the packet to look at: what refutes a claim, else the conversation's first."""
    told = np.isin(reason, _BY_WIRE) & (part.wire_packet > 0)
    return np.where(told, part.wire_source, part.source), np.where(told, part.wire_packet, part.packet)


def _wire(part: FlowTable) -> Array:
    packed = np.zeros(len(part), dtype=np.uint64)
    for name, bits in _WIRE_FIELDS:
        packed = packed << np.uint64(bits) | getattr(part, name).astype(np.uint64)
    return packed


@lru_cache(maxsize=1 << 14)
def wire_of(wires: tuple[Wire, ...], packed: int) -> str:
    """Return in a few words what a value of ``Part.wire`` shows; empty when no payload was looked at."""
    values = []
    for _, bits in reversed(_WIRE_FIELDS):
        values.append(packed & (1 << bits) - 1)
        packed >>= bits
    ab, ba, state, version, cipher = reversed(values)
    return wire_text(seen(wires, ab, ba, state, version, cipher, 0))


def _vrfs(audit: Audit, rows: Array) -> Array:
    """Return the VRF in which each conversation was read, else that of its source, -1 when neither is known."""
    places, verdicts = audit.places, audit.verdicts
    settled = np.array([item[0] if len(item) == 1 else -1 for item in places.hints] or [-1])
    read = settled[places.hint[verdicts.row[rows]]] if len(rows) else np.zeros(0, dtype=np.int64)
    found: Array = np.where(read >= 0, read, audit.matrix.cells.classes.vrf[verdicts.source[rows]])
    return found
