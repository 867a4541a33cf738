"""Rows of 64-bit words on whole pages of memory: none lies on more lines of the cache than it must.

The pages are large ones where the system has them, and can be given back while the rows before them stay.
"""

from __future__ import annotations

import mmap
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

WORD = 8  # bytes
LARGE = 1 << 22  # bytes from which on large pages save more than they waste


class Rows:
    """``rows`` (int64[number, width]) hold nothing in particular until they are written."""

    def __init__(self, number: int, width: int) -> None:
        size = max(number * width * WORD, 1)
        # Shared pages, which are what comes unasked, are neither large nor given back.
        private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}
        self._pages = mmap.mmap(-1, size, **private)
        self._row = width * WORD
        if size >= LARGE:
            self._advise("MADV_HUGEPAGE", 0, size)
        self.rows: Array = np.frombuffer(self._pages, dtype=np.int64, count=number * width).reshape(number, width)

    def __len__(self) -> int:
        return len(self.rows)

    def give_back(self, start: int) -> None:
        """Give the pages of the rows from one on back to the system: they are not read any more."""
        first = -(-start * self._row // mmap.PAGESIZE) * mmap.PAGESIZE
        last = len(self._pages) // mmap.PAGESIZE * mmap.PAGESIZE
        if first < last:
            self._advise("MADV_DONTNEED", first, last - first)

    def _advise(self, name: str, start: int, size: int) -> None:
        advice = getattr(mmap, name, None)  # not every system has it
        if advice is not None:
            with suppress(OSError):  # nor every kernel: it is advice
                self._pages.madvise(advice, start, size)
