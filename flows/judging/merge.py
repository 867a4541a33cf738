"""The same conversation seen at several probes, or twice by one, made one row.

Rows are the same conversation when they have the same two ends, ports, protocol and VRFs and overlap in time.
Evidence is joined, so that the best decides; packets and bytes are the most that one probe counted in each direction.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.judging.matrix import Matrix
from cloison.flows.judging.place import Places
from cloison.flows.orient import ICMP, ICMP6
from cloison.flows.table import EVIDENCE, FIRST_SEEN_LATE, FlowTable

Array = npt.NDArray[Any]

_FROM_A = sum(bit for name, bit in EVIDENCE.items() if name.endswith("_AB"))
_FROM_B = sum(bit for name, bit in EVIDENCE.items() if name.endswith("_BA"))
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63)


def merge(matrix: Matrix, table: FlowTable, places: Places) -> tuple[FlowTable, Places]:
    """Return the table and the places with one row a conversation; the row of the earliest packet says where."""
    if not _may_repeat(table):
        return table, places
    keys, turned = _keys(matrix, table, places)
    hashed = np.zeros(len(table), dtype=np.uint64)
    for position, key in enumerate(keys):
        hashed = (hashed ^ key.astype(np.uint64)) * np.uint64(_MIX[position % len(_MIX)])
        hashed ^= hashed >> np.uint64(29)
    order = np.lexsort((table.packet, table.source, table.first, hashed))
    same = np.ones(len(table) - 1, dtype=bool)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    group = np.append(0, np.cumsum(~same))
    # the latest end so far within each group: ranks of ends, raised so that groups never mix
    last = table.last[order]
    ranks = np.empty(len(last), dtype=np.int64)
    ranks[np.argsort(last, kind="stable")] = np.arange(len(last))
    so_far = np.sort(last)[np.maximum.accumulate(group * len(last) + ranks) % len(last)]
    overlaps = same & (table.first[order][1:] <= so_far[:-1])
    if not overlaps.any():
        return table, places
    starts = np.flatnonzero(np.append(True, ~overlaps))
    rows = _reduced(table.take(order), turned[order], starts)
    back = np.argsort(order[starts], kind="stable")  # in the order of their first rows
    return rows.take(back), places.take(order[starts][back])


def _may_repeat(table: FlowTable) -> bool:
    return len(table) > 1 and any(
        bool((column != column[0]).any()) for column in (table.source, table.vlan, table.vni, table.tunnel)
    )


def _keys(matrix: Matrix, table: FlowTable, places: Places) -> tuple[list[Array], Array]:
    """Return the columns that must be equal, the lower end first, and whether A is the upper one."""
    ported = (table.protocol != ICMP) & (table.protocol != ICMP6)
    a_port, b_port = np.where(ported, table.a_port, 0), np.where(ported, table.b_port, 0)
    turned = table.a_hi > table.b_hi
    equal = table.a_hi == table.b_hi
    turned |= equal & (table.a_lo > table.b_lo)
    turned |= equal & (table.a_lo == table.b_lo) & (a_port > b_port)
    vrf = matrix.cells.classes.vrf
    pairs = (
        (table.a_hi, table.b_hi),
        (table.a_lo, table.b_lo),
        (a_port, b_port),
        (vrf[places.a], vrf[places.b]),
    )
    keys = [side for one, other in pairs for side in (np.where(turned, other, one), np.where(turned, one, other))]
    message = np.where(ported, 0, table.a_port.astype(np.uint32) << np.uint32(16) | table.b_port)
    return [*keys, table.protocol, message], turned


def _reduced(table: FlowTable, turned: Array, starts: Array) -> FlowTable:
    """Return one row for each run of rows, as its first row names the sides."""
    sizes = np.diff(np.append(starts, len(table)))
    flip = turned != np.repeat(turned[starts], sizes)
    first = table.take(starts)
    evidence = np.where(flip, _flipped(table.evidence), table.evidence).astype(np.uint32)

    def most(one: Array, other: Array) -> Array:
        return np.maximum.reduceat(np.where(flip, other, one), starts)

    return FlowTable(
        first.a_hi, first.a_lo, first.b_hi, first.b_lo, first.a_port, first.b_port, first.protocol, first.first,
        np.maximum.reduceat(table.last, starts),
        most(table.packets_ab, table.packets_ba),
        most(table.packets_ba, table.packets_ab),
        most(table.bytes_ab, table.bytes_ba),
        most(table.bytes_ba, table.bytes_ab),
        np.maximum.reduceat(table.errors, starts),
        np.bitwise_or.reduceat(evidence, starts),
        first.vlan, first.vni, first.tunnel, first.source, first.packet,
        np.minimum.reduceat(table.sampled, starts),
    )  # fmt: skip


def _flipped(evidence: Array) -> Array:
    """Return the evidence with A and B exchanged; that the first packet came late then says nothing."""
    kept = evidence & np.uint32(~(_FROM_A | _FROM_B | FIRST_SEEN_LATE) & 0xFFFFFFFF)
    swapped = (evidence & np.uint32(_FROM_A)) << np.uint32(1) | (evidence & np.uint32(_FROM_B)) >> np.uint32(1)
    found: Array = kept | swapped
    return found
