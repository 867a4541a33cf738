"""Addresses to numbers, looked up by column: sorted starts, and small tables that find them without a search."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.compiled import compiled
from cloison.flows.judging.loops import fill_64_loop
from cloison.netmodel.space.addresses import MAPPED

Array = npt.NDArray[Any]

_MASK64 = (1 << 64) - 1


@dataclass(slots=True)
class View:
    """Addresses to classes, as read from one place: sorted starts, each valid to the next one, the first is 0.

    ``hi``, ``lo`` u8 and ``of`` i4 hold the whole line; ``v4`` u4 and ``of_v4`` i4 its IPv4 part.
    """

    hi: Array
    lo: Array
    of: Array
    v4: Array
    of_v4: Array
    _tree: tuple[Any, ...] = ()

    def tree(self) -> tuple[Any, ...]:
        """Return the tables of ``loops.locate_loop``, made once.

        IPv4 by 16, 8 and 8 bits: ``blocks``, ``parts``, ``leaves`` i4, a class or the complement of the next table's
        number. IPv6: the range of starts of a /64 in which one lies (open hash table: key, first, last, shift), else
        by its upper 16 bits.
        """
        if not self._tree:
            self._tree = (*_v4_tree(self.v4, self.of_v4), *_v6_tree(self.hi, self.lo))
        return self._tree


def _v4_tree(starts: Array, of: Array) -> tuple[Array, Array, Array]:
    wide = starts.astype(np.int64)

    def classes(addresses: Array) -> Array:
        return of[np.searchsorted(wide, addresses.ravel(), side="right") - 1].astype(np.int32)

    cut_24 = np.unique(wide[wide & 0xFF != 0] >> 8)
    cut_16 = np.unique(wide[wide & 0xFFFF != 0] >> 16)
    below = np.arange(256)
    leaves = classes((cut_24[:, None] << 8) + below)
    parts = classes((cut_16[:, None] << 16) + (below << 8))
    block = np.searchsorted(cut_16, cut_24 >> 8)
    parts[(block << 8) + (cut_24 & 0xFF)] = ~np.arange(len(cut_24), dtype=np.int32)
    blocks = classes(np.arange(65536) << 16)
    blocks[cut_16] = ~np.arange(len(cut_16), dtype=np.int32)
    return blocks, parts, leaves


def _v6_tree(hi: Array, lo: Array) -> tuple[Array, Array, Array, Array, np.uint64]:
    edges = np.arange(65536, dtype=np.uint64) << np.uint64(48)
    upper = np.append(np.searchsorted(hi, edges), len(hi)).astype(np.int32)
    keys, first, count = np.unique(hi, return_index=True, return_counts=True)
    bits = max(int(len(keys) * 2).bit_length(), 4)
    slots = np.zeros(1 << bits, dtype=np.uint64)
    slot_first = np.zeros(1 << bits, dtype=np.int32)
    slot_last = np.zeros(1 << bits, dtype=np.int32)  # 0: free
    shift = np.uint64(64 - bits)
    lasts = (first + count).astype(np.int32)
    # a /64 whose first start is not its first address begins in the cell before
    firsts = (first - (lo[first] != 0)).astype(np.int32)
    compiled(fill_64_loop)(keys, firsts, lasts, slots, slot_first, slot_last, shift)
    return upper, slots, slot_first, slot_last, shift


def view_of(cells: list[tuple[int, int]]) -> View:
    """Return the view of sorted (first address, class)."""
    starts: list[int] = []
    of: list[int] = []
    for start, here in cells:
        if not of or of[-1] != here:
            starts.append(start)
            of.append(here)
    hi = np.array([start >> 64 for start in starts], dtype=np.uint64)
    lo = np.array([start & _MASK64 for start in starts], dtype=np.uint64)
    classes = np.array(of, dtype=np.int32)
    first = bisect_right(starts, MAPPED) - 1
    last = bisect_right(starts, MAPPED | 0xFFFFFFFF)
    v4 = np.array([max(start - MAPPED, 0) for start in starts[first:last]], dtype=np.uint32)
    return View(hi, lo, classes, v4, classes[first:last])
