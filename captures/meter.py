"""How far the reading of some files is, for who waits."""

from __future__ import annotations

from collections.abc import Callable

Tick = Callable[[int, int, int], None]  # bytes done, bytes to do (0: not known), packets done


class Meter:
    """The bytes of files that are read one after the other, as they lie on the disk, and the packets in them."""

    def __init__(self, tick: Tick | None = None, total: int = 0) -> None:
        self.packets = 0
        self._tick = tick
        self._total = total
        self._before = 0

    def at(self, position: int) -> None:
        """Say how many bytes of the present file are done."""
        if self._tick:
            self._tick(self._before + position, self._total, self.packets)

    def end(self, size: int) -> None:
        """Leave a file of a size."""
        self._before += size
        self.at(0)
