"""Numbers at an index of a window that is known to be inside, in network order unless their name says otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.flows.compiled import Int

U1, U2, U3 = np.uint64(1), np.uint64(2), np.uint64(3)


def be16(window: Any, at: Int) -> Int:
    """Return the big-endian 16-bit value at an index that is known to be inside."""
    # An unsigned index cannot count from the end: the compiler needs no test, and joins the bytes into one load.
    i = np.uint64(at)
    return (np.int64(window[i]) << 8) | np.int64(window[i + U1])


def be32(window: Any, at: Int) -> Int:
    """Return the big-endian 32-bit value at an index that is known to be inside."""
    i = np.uint64(at)
    return (
        (np.int64(window[i]) << 24)
        | (np.int64(window[i + U1]) << 16)
        | (np.int64(window[i + U2]) << 8)
        | np.int64(window[i + U3])
    )


def be64(window: Any, at: Int) -> Int:
    """Return the big-endian 64-bit value at an index that is known to be inside, its bits as signed."""
    return (be32(window, at) << 32) | be32(window, at + 4)


def le16(window: Any, at: Int) -> Int:
    """Return the little-endian 16-bit value at an index that is known to be inside."""
    i = np.uint64(at)
    return np.int64(window[i]) | (np.int64(window[i + U1]) << 8)


def le32(window: Any, at: Int) -> Int:
    """Return the little-endian 32-bit value at an index that is known to be inside."""
    return le16(window, at) | (le16(window, at + 2) << 16)
