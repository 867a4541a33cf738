"""Records of one layout, as columns: every field is a strided view, whatever the number of records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.exporting.templates import Layout

Array = npt.NDArray[Any]

MILLI, MICRO, SECOND = 10**6, 10**3, 10**9
MOST_MS = 1 << 42  # ms since 1970: the year 2109


@dataclass(frozen=True, slots=True)
class Heads:
    """What the headers of messages say of each record (int64, or one number for all).

    ``time`` is ns since 1970 when it was exported; ``uptime`` the exporter's clock in ms then, -1 when it is not told;
    ``began`` ns since 1970 of the clock's zero where an option told it, else 0.
    """

    time: Any
    uptime: Any
    began: Any


class Columns:
    """The records of a buffer (uint8), ``number`` of them in a layout."""

    def __init__(self, buffer: Array, number: int, layout: Layout) -> None:
        self._buffer = buffer
        self._number = number
        self._size = layout.size
        self._places = layout.places

    def __len__(self) -> int:
        return self._number

    def __contains__(self, element: int) -> bool:
        return element in self._places

    def view(self, offset: int, size: int) -> Array:
        """Return bytes of every record: unsigned, in network order; sizes 1, 2, 4 and 8."""
        return np.ndarray((self._number,), f">u{size}", self._buffer.data, offset, (self._size,))

    def get(self, element: int) -> Array:
        """Return a field of up to 8 bytes (RFC 7011 section 6.2), as int64 or narrower unsigned."""
        offset, size = self._places[element]
        if size in (1, 2, 4):
            return self.view(offset, size)
        if size == 8:
            return self.view(offset, size).view(">i8").astype(np.int64)
        found = np.zeros(self._number, dtype=np.int64)
        for part in (4, 2, 1):
            while size >= part:
                found <<= 8 * part
                found |= self.view(offset, part)
                offset, size = offset + part, size - part
        return found

    def size(self, element: int) -> int:
        """Return the bytes of a field, 0 where the records have none."""
        return self._places.get(element, (0, 0))[1]

    def first(self, *elements: int) -> Array | None:
        """Return the first of some elements that the records have."""
        return next((self.get(element) for element in elements if element in self._places), None)

    def wide(self, element: int) -> tuple[Array, Array]:
        """Return the halves of an IPv6 address."""
        offset, _ = self._places[element]
        return self.view(offset, 8).astype(np.int64), self.view(offset + 8, 8).astype(np.int64)


def leave_out(batch: Array, which: Array, left: Counter[str], reason: str) -> None:
    """Mark records that are left out, for the first reason that is found."""
    chosen = which & (batch[word.PROTOCOL] >= 0)
    number = int(np.count_nonzero(chosen))
    if number:
        left[reason] += number
        batch[word.PROTOCOL][chosen] = -1
