"""The lines of a text log, some thousands at a time, and the records that their texts give, batch by batch."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from cloison.captures.records import BATCH, RECORD_WORDS, Sink
from cloison.captures.stream import Stream
from cloison.netmodel.space.protocols import PROTOCOLS

LONGEST = 1 << 16  # bytes of a line that is believed
MOST = (1 << 63) - 1


def blocks(stream: Stream, sink: Sink) -> Iterator[tuple[int, list[bytes]]]:
    """Yield whole lines without their ends, and the number of the first one (from 1).

    A line longer than ``LONGEST`` is left to the sink as malformed. The last line may lack its end.
    """
    number = 1
    while True:
        if not stream.refill(LONGEST) and stream.start == stream.stop:
            return
        data = stream.window[stream.start : stream.stop].tobytes()
        end = len(data) if stream.ended else data.rfind(b"\n") + 1
        if end == 0:
            _pass_over(stream, sink)
            number += 1
            continue
        stream.start += end
        lines = data[:end].split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        sink.tick()
        if len(lines) and max(map(len, lines)) <= LONGEST:
            yield number, lines
        else:
            for at, line in enumerate(lines, number):
                if len(line) <= LONGEST:
                    yield at, [line]
                else:
                    sink.leave("record-malformed")
        number += len(lines)


def _pass_over(stream: Stream, sink: Sink) -> None:
    """Pass over a line that is longer than the window, whose end is yet to come."""
    sink.leave("record-malformed")
    while stream.start < stream.stop or stream.refill(1):
        ends = np.flatnonzero(stream.window[stream.start : stream.stop] == 10)
        if len(ends):
            stream.start += int(ends[0]) + 1
            return
        stream.start = stream.stop
        sink.tick()


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


@lru_cache(maxsize=1 << 10)
def protocol(text: str) -> int | None:
    """Return the number of a protocol that is written as a number or by its keyword, else None."""
    number = whole(text, 255)
    return PROTOCOLS.get(text.strip().lower()) if number is None else number
