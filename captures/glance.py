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
from cloison.captures.records import RecordFormat
from cloison.captures.stream import WINDOW, Format, Stream, open_source, unknown_content
from cloison.netmodel.finding import Message
from cloison.netmodel.registry import load

HEAD = 32  # bytes that a format of packets gets to recognise itself
RECORDS_HEAD = 1 << 16  # and one of flow records
GLANCE = 1 << 16  # bytes in which the first packet is looked for, before a whole window


@cache
def packet_formats() -> Mapping[str, Format]:
    """Return the formats of packets, by name."""
    return {name: entry for name, entry in load(formats, "FORMAT").items() if isinstance(entry, Format)}


@cache
def record_formats() -> tuple[RecordFormat, ...]:
    """Return the formats of flow records, those with weak marks last."""
    entries = [entry for entry in load(formats, "FORMAT").values() if isinstance(entry, RecordFormat)]
    return tuple(sorted(entries, key=lambda entry: entry.broad))


@dataclass(slots=True)
class Glance:
    """One file before it is read: ``begin`` is the time of its first packet or message (ns), where it had to be found.

    ``stream`` is the file itself where it stays open: it is alone, or standard input, which cannot be opened twice.
    """

    path: str
    size: int
    problem: Message | None = None
    chosen: Format | RecordFormat | None = None
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
        self.compression = stream.compression
        self.chosen = _format_of(stream)
        if self.chosen is None:
            self.problem = unknown_content(stream, (*packet_formats(), *(entry.name for entry in record_formats())))
            stream.close()
            return None
        return stream


def _format_of(stream: Stream) -> Format | RecordFormat | None:
    stream.refill(RECORDS_HEAD)
    head = stream.window[stream.start : min(stream.stop, stream.start + RECORDS_HEAD)].tobytes()
    for entry in packet_formats().values():
        if entry.recognises(head[:HEAD]):
            return entry
    return next((entry for entry in record_formats() if entry.recognises(head)), None)


def glance(file: File, *, alone: bool) -> Glance:
    """Return what the beginning of a file shows; the time of its first packet is not asked of what is ``alone``."""
    found = Glance(file.path, file.size, file.problem)
    if alone or file.path == "-":
        found.stream = found.open()
        if found.stream and not alone and found.chosen:
            found.begin = _begin(found.stream, found.chosen)
        return found
    for room in (GLANCE, WINDOW):
        stream = found.open(room)
        if stream is None:
            break
        with stream:
            assert found.chosen is not None
            found.begin = _begin(stream, found.chosen)
        if found.begin is not None or isinstance(found.chosen, RecordFormat):
            break
    return found


def _begin(stream: Stream, chosen: Format | RecordFormat) -> int | None:
    """Return the time of the first packet or message in a stream's window, out of which nothing is taken."""
    if isinstance(chosen, RecordFormat):
        head = stream.window[stream.start : min(stream.stop, stream.start + RECORDS_HEAD)].tobytes()
        return chosen.begin(head) if chosen.begin else None
    inside = Stream(BytesIO(stream.window[stream.start : stream.stop].tobytes()), 0, stream.stop)
    inside.refill(HEAD)
    record = np.zeros((1, RECORD_WIDTH), dtype=np.int64)
    return int(record[0, TIME]) if chosen.walk(inside, False).next(record) else None
