"""What the beginning of a file shows: whether it can be read, in which format, and when its first packet was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import numpy as np

from cloison.captures import formats
from cloison.captures.listing import File
from cloison.captures.packets import RECORD_WIDTH, TIME
from cloison.captures.stream import WINDOW, Format, Stream, open_source, unknown_content
from cloison.netmodel.finding import Message
from cloison.netmodel.registry import load

HEAD = 32  # bytes that a format gets to recognise itself
GLANCE = 1 << 16  # bytes in which the first packet is looked for, before a whole window


@cache
def known_formats() -> Mapping[str, Format]:
    """Return every format by its name."""
    return load(formats, "FORMAT")


@dataclass(slots=True)
class Glance:
    """One file before it is read: ``begin`` is the time of its first packet (ns), where it had to be found.

    ``stream`` is the file itself where it stays open: it is alone, or standard input, which cannot be opened twice.
    """

    path: str
    size: int
    problem: Message | None = None
    chosen: Format | None = None
    compression: str = ""
    begin: int | None = None
    stream: Stream | None = None

    def open(self, room: int = WINDOW) -> Stream | None:
        """Return the file's stream, from its beginning; ``None`` and a ``problem`` where there is none."""
        if self.stream or self.problem:
            return self.stream
        opened = open_source(self.path)
        if isinstance(opened, Message):
            self.problem = opened
            return None
        raw, self.size = opened
        stream = Stream(raw, self.size, room)
        stream.refill(HEAD)
        head = stream.window[: min(HEAD, stream.stop)].tobytes()
        self.compression = stream.compression
        self.chosen = next((entry for entry in known_formats().values() if entry.recognises(head)), None)
        if self.chosen is None:
            self.problem = unknown_content(stream)
            stream.close()
            return None
        return stream


def glance(file: File, *, alone: bool) -> Glance:
    """Return what the beginning of a file shows; the time of its first packet is not asked of what is ``alone``."""
    found = Glance(file.path, file.size, file.problem)
    if alone or file.path == "-":
        found.stream = found.open()
        if found.stream and not alone:
            found.begin = _begin(found.stream, found.chosen)
        return found
    for room in (GLANCE, WINDOW):
        stream = found.open(room)
        if stream is None:
            break
        found.begin = _begin(stream, found.chosen)
        stream.close()
        if found.begin is not None:
            break
    return found


def _begin(stream: Stream, chosen: Format | None) -> int | None:
    """Return the time of the first packet in a stream's window, out of which nothing is taken."""
    assert chosen is not None
    inside = Stream(BytesIO(stream.window[stream.start : stream.stop].tobytes()), 0, stream.stop)
    inside.refill(HEAD)
    record = np.zeros((1, RECORD_WIDTH), dtype=np.int64)
    return int(record[0, TIME]) if chosen.walk(inside, False).next(record) else None
