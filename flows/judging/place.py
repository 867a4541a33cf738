"""Where each end of a conversation lies: the VRF it was seen in, then the class of its address.

A VNI settles the VRF, else a VLAN, else the probe, else the user's word; of what a tunnel carries, the VNI or the VLAN
inside alone, for neither probe nor user speaks of another network. Where nothing does, every VRF is a candidate, and
the ends must be the same points whichever is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.judging.cells import NOWHERE, OWNED, UNSURE
from cloison.flows.judging.loops import blocks_of, locate
from cloison.flows.judging.matrix import Matrix
from cloison.flows.table import FlowTable
from cloison.netmodel.network import Network

Array = npt.NDArray[Any]

Candidates = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """The classes (i4) of A and of B of each row, and the candidates among which they were read.

    ``hint`` i4 indexes ``hints``, tuples of indexes of VRFs; one of a single VRF settled the reading.
    """

    a: Array
    b: Array
    hint: Array
    hints: tuple[Candidates, ...]

    def take(self, rows: Any) -> Places:
        """Return the places of some rows, in their order."""
        return Places(self.a[rows], self.b[rows], self.hint[rows], self.hints)


def place(matrix: Matrix, table: FlowTable, settled: Sequence[Candidates]) -> Places:
    """Return the classes of both ends of each row; ``settled`` has the VRFs of each source, none when unknown."""
    hint, hints = _hints(matrix.network, table, settled)
    a = np.empty(len(table), dtype=np.int32)
    b = np.empty(len(table), dtype=np.int32)
    for index, candidates in enumerate(hints):
        view = matrix.view(candidates)
        if len(hints) == 1:
            for block in blocks_of(len(table)):
                a[block] = locate(view, table.a_hi[block], table.a_lo[block], matrix.fast)
                b[block] = locate(view, table.b_hi[block], table.b_lo[block], matrix.fast)
        else:
            rows = np.flatnonzero(hint == index)
            a[rows] = locate(view, table.a_hi[rows], table.a_lo[rows], matrix.fast)
            b[rows] = locate(view, table.b_hi[rows], table.b_lo[rows], matrix.fast)
        if len(candidates) > 1:
            _agree(matrix, table, candidates, np.flatnonzero((hint == index) & ((a == UNSURE) | (b == UNSURE))), a, b)
    return Places(a, b, hint, hints)


def elsewhere(matrix: Matrix, hi: Array, lo: Array) -> Array:
    """Return bool: whether some VRF of the map owns the address."""
    found = locate(matrix.view(tuple(range(len(matrix.network.ownership.vrfs)))), hi, lo, matrix.fast)
    owned: Array = (matrix.cells.classes.flags[found] & OWNED != 0) | (found == UNSURE)
    return owned


def _agree(matrix: Matrix, table: FlowTable, candidates: Candidates, rows: Array, a: Array, b: Array) -> None:
    """Read unsure rows in each candidate that knows both ends; keep the ends on which all of them agree."""
    if not len(rows):
        return
    part = table.take(rows)
    agreed = [np.full(len(rows), NOWHERE, dtype=np.int32) for _ in range(2)]
    met = [np.zeros(len(rows), dtype=bool) for _ in range(2)]
    flags = matrix.cells.classes.flags
    for vrf in candidates:
        view = matrix.view((vrf,))
        ends = (
            locate(view, part.a_hi, part.a_lo, matrix.fast),
            locate(view, part.b_hi, part.b_lo, matrix.fast),
        )
        both = (flags[ends[0]] & OWNED != 0) & (flags[ends[1]] & OWNED != 0)
        for side, here in enumerate(ends):
            clash = both & met[side] & (agreed[side] != here)
            agreed[side] = np.where(clash, UNSURE, np.where(both & ~met[side], here, agreed[side]))
            met[side] |= both
    for side, column in enumerate((a, b)):
        column[rows] = np.where(met[side], agreed[side], column[rows])


def _hints(network: Network, table: FlowTable, settled: Sequence[Candidates]) -> tuple[Array, tuple[Candidates, ...]]:
    every = tuple(range(len(network.ownership.vrfs)))
    default = [candidates or every for candidates in settled] or [every]
    numbers: dict[Candidates, int] = {}
    by_source = np.array([numbers.setdefault(item, len(numbers)) for item in default], dtype=np.int32)[table.source]
    within = table.tunnel >= 0
    if len(every) == 1 or not (table.vlan.any() or (table.vni >= 0).any() or within.any()):
        return by_source, tuple(numbers)
    vlans, vnis = _carried(network)
    default_of = np.where(within, numbers.setdefault(every, len(numbers)), by_source)
    before = tuple(numbers)
    packed = table.vlan.astype(np.uint64) | (table.vni.astype(np.int64) + 1).astype(np.uint64) << np.uint64(24)
    packed |= default_of.astype(np.uint64) << np.uint64(49)
    seen, inverse = np.unique(packed, return_inverse=True)
    of_seen = np.empty(len(seen), dtype=np.int32)
    for index, value in enumerate(seen.tolist()):
        vlan, vni = value & 0xFFFFFF, (value >> 24 & 0x1FFFFFF) - 1
        if vni >= 0:  # what an unknown overlay carries says nothing of the network around it
            found = vnis.get(vni, every)
        else:
            found = vlans.get(vlan & 0xFFF) or vlans.get(vlan >> 12) or before[value >> 49]
        of_seen[index] = numbers.setdefault(found, len(numbers))
    return of_seen[inverse].astype(np.int32), tuple(numbers)


def unknown_vni(network: Network, table: FlowTable) -> Array:
    """Return the VNI of each row (i4) where the map has none like it, else -1."""
    _, vnis = _carried(network)
    found: Array = np.where(np.isin(table.vni, list(vnis)), np.int32(-1), table.vni)
    return found


def _carried(network: Network) -> tuple[Mapping[int, Candidates], Mapping[int, Candidates]]:
    """Return the VRFs of each VLAN and of each VNI; a number may be used again on another carrier."""
    vlans: dict[int, set[int]] = {}
    vnis: dict[int, set[int]] = {}
    for facts in network.subnets.values():
        vrf = network.ownership.indices[facts.vrf]
        if facts.subnet.vlan is not None:
            vlans.setdefault(facts.subnet.vlan, set()).add(vrf)
        if facts.subnet.vni is not None:
            vnis.setdefault(facts.subnet.vni, set()).add(vrf)
    return (
        {number: tuple(sorted(found)) for number, found in vlans.items()},
        {number: tuple(sorted(found)) for number, found in vnis.items()},
    )


def watched(network: Network, probe: str) -> Candidates:
    """Return the VRFs of what a probe watches, none where the map does not say."""
    found: set[int] = set()
    for name in network.assets[probe].asset.watches:
        asset, _, interface = name.partition("/")
        if asset not in network.assets:  # an interconnection: its zones' addresses may be of several VRFs
            continue
        homes = network.assets[asset].interfaces
        for facts in [homes[interface]] if interface in homes else homes.values():
            found.add(network.ownership.indices[facts.vrf])
    return tuple(sorted(found))
