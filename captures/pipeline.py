"""Counting on a second core: batches are counted in a thread of their own, in their order, while the next are decoded.

The compiled kernels run without the interpreter's lock; what is counted is the same as without the thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Add = Callable[[Array, Array, Array], None]

AHEAD = 2  # batches that may wait or be counted while another one is decoded
BUFFERS = AHEAD + 2  # of records and of packets: those, the one that is filled, and the one that was just given up


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Here:
    """Counts each batch at once."""

    def __init__(self, add: Add) -> None:
        self.add = add

    def turn(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing waits."""


class Aside:
    """Counts batches in a thread; the arrays of one must stay as they are until ``AHEAD`` others were given."""

    def __init__(self, add: Add) -> None:
        self._add = add
        self._given: SimpleQueue[tuple[Array, Array, Array] | None] = SimpleQueue()
        self._done: SimpleQueue[BaseException | None] = SimpleQueue()
        self._sent = self._counted = self._turned = 0
        self._thread = Thread(target=self._count, name="counting", daemon=True)
        self._thread.start()

    def add(self, window: Array, records: Array, packets: Array) -> None:
        """Have a batch counted."""
        self._wait(self._sent - AHEAD + 1)
        self._given.put((window, records, packets))
        self._sent += 1

    def turn(self) -> None:
        """Wait for what was given before the last turn: its window, one of two, is about to be written over."""
        self._wait(self._turned)
        self._turned = self._sent

    def close(self) -> None:
        """Wait for everything, and end the thread; an error of the counting is raised here or before."""
        try:
            self._wait(self._sent)
        finally:
            self._given.put(None)
            self._thread.join()

    def _wait(self, number: int) -> None:
        while self._counted < number:
            error = self._done.get()
            self._counted += 1
            if error is not None:
                self._counted = self._sent  # the thread counts no more
                raise error

    def _count(self) -> None:
        with np.errstate(over="ignore"):  # as where it is counted at once
            while (batch := self._given.get()) is not None:
                try:
                    self._add(*batch)
                except BaseException as error:
                    self._done.put(error)
                    return
                self._done.put(None)
