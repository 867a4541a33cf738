"""The same conversation seen at several probes, or twice by one, made one row.

Rows are the same conversation when they have the same two ends, ports, protocol and VRFs, no VNIs of which the map
knows none, or the same, and overlap in time.
Evidence is joined, so that the best decides; packets and bytes are the most that one probe counted in each direction.
What one probe tells apart (a port used again at the instant at which it was given up) is not joined for itself; where
another probe saw it as one, its parts are added before they are compared.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.judging.loops import blocks_of
from cloison.flows.judging.matrix import Matrix
from cloison.flows.judging.place import Places, unknown_vni
from cloison.flows.orient import ICMP, ICMP6
from cloison.flows.table import EVIDENCE, FIRST_SEEN_LATE, FlowTable

Array = npt.NDArray[Any]

_FROM_A = sum(bit for name, bit in EVIDENCE.items() if name.endswith("_AB"))
_FROM_B = sum(bit for name, bit in EVIDENCE.items() if name.endswith("_BA"))
_ECHO, _ECHO6 = 8 << 8, 128 << 8
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63)


def merge(matrix: Matrix, table: FlowTable, places: Places, streams: Array) -> tuple[FlowTable, Array]:
    """Return the table, and its rows (i8, ascending) that are each a conversation; that of the earliest packet is kept.

    ``streams`` (i8) numbers each source's stream: files of one stream are one probe.

    The other rows stay where they are, without their ICMP errors, and columns in which nothing changes are the same:
    a copy of a whole table to join two rows would cost as much as the table.
    """
    every = np.arange(len(table), dtype=np.int64)
    if not _may_repeat(table):
        return table, every
    named = _named(table)
    like, hashed = _like_another(matrix, table, places, named)
    if not len(like):
        return table, every
    part = table.take(like)
    keys, turned = _keys(matrix, part, places.take(like), named)
    order = np.lexsort((part.packet, part.source, part.first, hashed))
    same = np.ones(len(part) - 1, dtype=bool)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    group = np.append(0, np.cumsum(~same))
    # the latest end so far within each group: ranks of ends, raised so that groups never mix
    last = part.last[order]
    ranks = np.empty(len(last), dtype=np.int64)
    ranks[np.argsort(last, kind="stable")] = np.arange(len(last))
    so_far = np.sort(last)[np.maximum.accumulate(group * len(last) + ranks) % len(last)]
    overlaps = same & (part.first[order][1:] <= so_far[:-1])
    if not overlaps.any():
        return table, every
    part, turned = part.take(order), turned[order]
    observers = _observers(part, streams)
    run = np.append(0, np.cumsum(~overlaps))
    overlaps &= _differs(observers, run)[run[1:]]  # one probe alone tells two conversations
    if not overlaps.any():
        return table, every
    starts = np.flatnonzero(np.append(True, ~overlaps))
    first = like[order[starts]]  # the rows that are kept, in the place of those that they are joined with
    kept = np.ones(len(table), dtype=bool)
    kept[like] = False
    kept[first] = True
    changed = {}
    for name, column in _reduced(part, turned, observers, starts).items():
        before = getattr(table, name)
        if (before[first] != column).any():
            changed[name] = before.copy()
            changed[name][first] = column
    if table.errors[~kept].any():
        changed["errors"] = np.where(kept, changed.get("errors", table.errors), np.uint32(0))
    return replace(table, **changed), np.flatnonzero(kept)


def _like_another(matrix: Matrix, table: FlowTable, places: Places, named: bool) -> tuple[Array, Array]:
    """Return the rows (i8, ascending) that may be the same conversation as another one, and the hash (u8) of each.

    All that are the same as another are among them, and few others.
    """
    hashed = np.empty(len(table), dtype=np.uint64)
    for block in blocks_of(len(table)):
        keys, _ = _keys(matrix, table.take(block), places.take(block), named)
        mixed = np.zeros(len(keys[0]), dtype=np.uint64)
        for position, key in enumerate(keys):
            mixed = (mixed ^ key.astype(np.uint64)) * np.uint64(_MIX[position % len(_MIX)])
            mixed ^= mixed >> np.uint64(29)
        hashed[block] = mixed
    ordered = np.sort(hashed)
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    if not len(repeated):
        return np.zeros(0, dtype=np.int64), repeated
    parts = []
    for block in blocks_of(len(table)):
        found = np.minimum(np.searchsorted(repeated, hashed[block]), len(repeated) - 1)
        parts.append(np.flatnonzero(repeated[found] == hashed[block]) + block.start)
    like = np.concatenate(parts)
    return like, hashed[like]


def _may_repeat(table: FlowTable) -> bool:
    return len(table) > 1 and any(
        bool((column != column[0]).any()) for column in (table.source, table.point, table.vlan, table.vni, table.tunnel)
    )


def _named(table: FlowTable) -> bool:
    """Return whether every source tells the identifiers of ICMP queries; flow records and audits tell none."""
    asks = ((table.protocol == ICMP) & (table.b_port == _ECHO)) | ((table.protocol == ICMP6) & (table.b_port == _ECHO6))
    return not (asks & (table.a_port == 0)).any()


def _keys(matrix: Matrix, table: FlowTable, places: Places, named: bool) -> tuple[list[Array], Array]:
    """Return the columns that must be equal, the lower end first, and whether A is the upper one.

    ``named``: ICMP's identifiers are compared; otherwise the queries of two ends at one time are one conversation.
    """
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
    identifier = table.a_port if named else np.zeros_like(table.a_port)
    message = np.where(ported, 0, identifier.astype(np.uint32) << np.uint32(16) | table.b_port)
    protocol = table.protocol.astype(np.int64)
    if (table.vni >= 0).any():  # nothing says that two networks which the map does not know are one
        protocol |= (unknown_vni(matrix.network, table).astype(np.int64) + 1) << 8
    return [*keys, protocol, message], turned


def _observers(table: FlowTable, streams: Array) -> list[Array]:
    """Return the columns that tell where rows were seen, those left out in which all are alike."""
    columns = (streams[table.source], table.point, table.vlan, table.vni, table.tunnel)
    return [column for column in columns if (column != column[0]).any()]


def _differs(observers: list[Array], run: Array) -> Array:
    """Return for each run whether its rows were seen at several places."""
    starts = np.flatnonzero(np.append(True, np.diff(run) != 0))
    found: Array = np.zeros(len(starts), dtype=bool)
    for column in observers:
        found |= np.maximum.reduceat(column, starts) != np.minimum.reduceat(column, starts)
    return found


def _reduced(table: FlowTable, turned: Array, observers: list[Array], starts: Array) -> dict[str, Array]:
    """Return one value for each run of rows, as its first row names the sides, of the columns that joining changes."""
    sizes = np.diff(np.append(starts, len(table)))
    flip = turned != np.repeat(turned[starts], sizes)
    evidence = np.where(flip, _flipped(table.evidence), table.evidence).astype(np.uint32)
    run = np.repeat(np.arange(len(starts)), sizes)
    inner = np.lexsort((*observers, run))  # within each run, what one probe saw lies together
    new = np.append(True, np.diff(run) != 0)
    for column in observers:
        new[1:] |= column[inner][1:] != column[inner][:-1]
    seen = np.flatnonzero(new)  # where each probe's rows of each run begin
    runs = np.flatnonzero(np.append(True, np.diff(run[seen]) != 0))

    def most(one: Array, other: Array | None = None) -> Array:
        values = one if other is None else np.where(flip, other, one)
        found: Array = np.maximum.reduceat(np.add.reduceat(values[inner], seen, dtype=values.dtype), runs)
        return found

    return {
        "last": np.maximum.reduceat(table.last, starts),
        "packets_ab": most(table.packets_ab, table.packets_ba),
        "packets_ba": most(table.packets_ba, table.packets_ab),
        "bytes_ab": most(table.bytes_ab, table.bytes_ba),
        "bytes_ba": most(table.bytes_ba, table.bytes_ab),
        "errors": most(table.errors),
        "evidence": np.bitwise_or.reduceat(evidence, starts),
        "sampled": np.minimum.reduceat(table.sampled, starts),
    }


def _flipped(evidence: Array) -> Array:
    """Return the evidence with A and B exchanged; that the first packet came late then says nothing."""
    kept = evidence & np.uint32(~(_FROM_A | _FROM_B | FIRST_SEEN_LATE) & 0xFFFFFFFF)
    swapped = (evidence & np.uint32(_FROM_A)) << np.uint32(1) | (evidence & np.uint32(_FROM_B)) >> np.uint32(1)
    found: Array = kept | swapped
    return found
