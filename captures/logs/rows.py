"""Records that texts give one by one: their addresses, numbers and protocols, and batches of them for a sink."""

from __future__ import annotations

import socket
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.logs.columns import Addresses
from cloison.captures.records import BATCH, RECORD_WORDS, Sink

Array = npt.NDArray[Any]

MOST = (1 << 63) - 1
MOST_POINTS = 1 << 14


class Rows:
    """Records one by one, given to a sink batch by batch. ``close`` gives the last ones."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._rows: list[tuple[int, ...]] = []

    def add(
        self, source: tuple[int, int], target: tuple[int, int], source_port: int, target_port: int, protocol: int,
        first: int, last: int, packets: int, size: int, *, number: int, point: int = 0, tells: int = 0,
        back_packets: int = 0, back_size: int = 0, flags: int = -1, back_flags: int = -1, wire: int = 0,
        vlans: int = 0, vni: int = -1, sampled: int = 1,
    ) -> None:  # fmt: skip
        """Take a record, words as in :mod:`cloison.captures.records`; every number is in 64 bits with a sign."""
        self._rows.append((
            *source, *target, source_port, target_port, protocol, first, last, packets, size, back_packets, back_size,
            flags, back_flags, tells, wire, vlans, vni, sampled, point, number,
        ))  # fmt: skip
        if len(self._rows) >= BATCH:
            self.close()

    def close(self) -> None:
        """Give what was not given yet."""
        if self._rows:
            batch = np.array(self._rows, dtype=np.int64)
            assert batch.shape[1] == RECORD_WORDS
            self._rows.clear()
            self._sink.add(np.ascontiguousarray(batch.T))


class Points:
    """The observation points of a source, each asked of the sink once; those past ``MOST_POINTS`` are one."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._known: dict[tuple[str, ...], int] = {}

    def __call__(self, *what: str) -> int:
        """Return the number of a point that some texts tell from the others."""
        known = self._known.get(what)
        if known is None:
            if len(self._known) > MOST_POINTS:
                return self._known[()]
            if len(self._known) == MOST_POINTS:
                what = ()
            known = self._known[what] = self._sink.point(*(text[:255] for text in what))
        return known


def lower(source: Addresses, target: Addresses, source_port: Array, target_port: Array) -> npt.NDArray[np.bool_]:
    """Return of which records the source comes before the target, by address and port: for an answer it is turned."""
    found = source_port < target_port
    for one, other in ((source.low, target.low), (source.high, target.high)):
        found = np.where(one == other, found, one < other)
    return found


@lru_cache(maxsize=1 << 16)
def address(text: str) -> tuple[int, int] | None:
    """Return the two halves of an address as signed 64-bit patterns, IPv4 as ::ffff:a.b.c.d; None when it is none."""
    try:
        if ":" in text:
            data = socket.inet_pton(socket.AF_INET6, text)
        else:
            data = b"\0" * 10 + b"\xff\xff" + socket.inet_pton(socket.AF_INET, text)
    except (OSError, ValueError):  # a null character and a surrogate are a ValueError
        return None
    return int.from_bytes(data[:8], "big", signed=True), int.from_bytes(data[8:], "big", signed=True)


def whole(text: str | bytes | None, most: int = MOST) -> int | None:
    """Return the value of decimal digits when it is at most ``most``, else None."""
    if not text or len(text) > 19 or not text.isdigit() or not text.isascii():
        return None
    value = int(text)
    return value if value <= most else None
