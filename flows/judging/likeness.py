"""Which rows are alike in some columns: by a hash, and exactly where hashes lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio


def hash_of(keys: Sequence[Array]) -> Array:
    """Return u8, a hash of each row of some columns."""
    mixed = np.zeros(len(keys[0]), dtype=np.uint64)
    for key in keys:
        mixed = (mixed ^ key.astype(np.uint64)) * _MIX
        mixed ^= mixed >> np.uint64(29)
    return mixed


def alike(keys: Sequence[Array]) -> tuple[Array, Array]:
    """Return where each group of rows with equal keys first appears, ascending, and the group of each row (i8)."""
    mixed = hash_of(keys)
    _, first, group = np.unique(mixed, return_index=True, return_inverse=True)
    if any(bool((key != key[first[group]]).any()) for key in keys):  # forged: two keys with one hash
        order = np.lexsort(tuple(keys))
        new = np.zeros(len(order), dtype=bool)
        new[:1] = True
        for key in keys:
            new[1:] |= key[order][1:] != key[order][:-1]
        group = np.empty(len(order), dtype=np.int64)
        group[order] = np.cumsum(new) - 1
        first = order[new]  # a stable sort: the least row of each group
    back = np.argsort(first)
    rank = np.empty(len(back), dtype=np.int64)
    rank[back] = np.arange(len(back))
    return first[back], rank[group]
