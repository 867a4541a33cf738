"""Data that came before its template: kept in bounded memory until the template comes."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.exporting import sets
from cloison.captures.exporting.templates import Key

Array = npt.NDArray[Any]

MOST = 1 << 24  # bytes
EACH = 256  # bytes that a set takes beside its own


class Held:
    """The sets that wait, by the key of their template."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Key, deque[tuple[bytes, Array]]] = OrderedDict()
        self._bytes = 0

    def put(self, window: Array, rows: Array, key: Key) -> int:
        """Keep sets of a window; return how many, the oldest of all, were given up for them."""
        waiting = self._waiting.setdefault(key, deque())
        for row in rows:
            data = window[row[sets.S_AT] : row[sets.S_STOP]].tobytes()
            waiting.append((data, row.copy()))
            self._bytes += len(data) + EACH
        gone = 0
        while self._bytes > MOST:
            oldest = next(iter(self._waiting.values()))
            self._bytes -= len(oldest.popleft()[0]) + EACH
            gone += 1
            if not oldest:
                self._waiting.popitem(last=False)
        return gone

    def has_room(self, rows: Array) -> bool:
        """Return whether sets can be kept without giving up others."""
        return self._bytes + int((rows[:, sets.S_STOP] - rows[:, sets.S_AT] + EACH).sum()) <= MOST

    def take(self, key: Key) -> tuple[Array, Array] | None:
        """Return the sets that waited for a template, and a window that holds them; they wait no more."""
        waiting = self._waiting.pop(key, None)
        if not waiting:
            return None
        rows = np.array([row for _, row in waiting])
        sizes = np.array([len(data) for data, _ in waiting])
        self._bytes -= int(sizes.sum()) + EACH * len(rows)
        rows[:, sets.S_STOP] = np.cumsum(sizes)
        rows[:, sets.S_AT] = rows[:, sets.S_STOP] - sizes
        return np.frombuffer(b"".join(data for data, _ in waiting), dtype=np.uint8).copy(), rows

    def rest(self) -> int:
        """Give up everything that still waits; return how many sets that is."""
        number = sum(map(len, self._waiting.values()))
        self._waiting.clear()
        self._bytes = 0
        return number
