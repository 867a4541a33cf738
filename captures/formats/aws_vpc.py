"""AWS VPC flow logs as text: values between spaces, in the order of a header, or in that of version 2 without one.

Read are the files in S3, whatever fields were chosen, and what CloudWatch exports (a time before each record).
Source: as :mod:`cloison.captures.logs.vpc`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cloison.captures.logs.lines import Lines, read_lines
from cloison.captures.logs.rows import Points
from cloison.captures.logs.tables import Tables
from cloison.captures.logs.vpc import DEFAULT, UNSET, WANTED, give_flows, lacking
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.netmodel.finding import Message, Text, say

MOST_CHANGES = 100  # of the fields in one log, each of which costs a call

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_SURE = ("srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr")
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ")
_RECORD = re.compile(  # of version 2, without a header
    rb"2 (?:\d{12}|unknown) eni-[0-9a-z-]+ (?:[0-9a-f.:]+ [0-9a-f.:]+|- -)(?: (?:\d+|-)){5} \d+ \d+"
    rb" (?:ACCEPT|REJECT|-) (?:OK|NODATA|SKIPDATA)"
)


def _header(text: str) -> tuple[str, ...] | None:
    """Return the names of fields in a line, when it is a header."""
    names = tuple(text.split())
    if not any(name in _SURE for name in names) or not all(_NAME.fullmatch(name) for name in names):
        return None
    return names


def _recognises(head: bytes) -> bool:
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\n").partition(b"\n")[0][:4096].rstrip(b"\r ")
    if _RECORD.fullmatch(_STAMP.sub(b"", line, count=1)):
        return True
    names = _header(line.decode("ascii", "replace"))
    return names is not None and len(names) > 1


class _Headers:
    """The headers of one log: the same again is passed over, another one changes the fields of what follows."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._names: tuple[str, ...] = DEFAULT
        self._changes = 0

    def parts(self, lines: Lines) -> Iterator[tuple[tuple[str, ...], Lines]]:
        """Yield the lines that are no header, in parts of the same fields."""
        data = lines.data.tobytes()
        kept = np.ones(len(lines), dtype=bool)
        begun, at = 0, -1
        while (at := data.find(b"srcaddr", at + 1)) >= 0:
            line = int(lines.line_of(np.array([at]))[0])
            at = int(lines.ends[line])  # the rest of the line has nothing new
            names = _header(lines.text(line))
            if names is None:
                continue
            kept[line] = False
            self._sink.leave("other-record")
            if names != self._names and self._changes < MOST_CHANGES:
                yield self._names, _between(lines, begun, line, kept)
                begun, self._names = line + 1, names
                self._changes += 1
        yield self._names, _between(lines, begun, len(lines), kept)

    @property
    def problem(self) -> Message | None:
        """Why not every record could be read, if so."""
        if self._changes < MOST_CHANGES:
            return None
        return say("its fields change more than {most} times: what comes after was not read",
                   "ses champs changent plus de {most} fois : la suite n’a pas été lue", most=MOST_CHANGES)  # fmt: skip


def _between(lines: Lines, first: int, last: int, kept: npt.NDArray[np.bool_]) -> Lines:
    """Return the kept ones of some lines."""
    start = int(lines.ends[first - 1]) + 1 if first else 0
    stop = int(lines.ends[last - 1]) + 1 if last else 0
    part = Lines(lines.data[start:stop], lines.ends[first:last] - start, lines.numbers[first:last])
    return part.only(kept[first:last])


def _read(stream: Stream, sink: Sink) -> Message | None:
    headers = _Headers(sink)
    refused: Message | None = None
    points = Points(sink)
    with Tables(sink) as tables:
        for lines in read_lines(stream, sink):
            for names, part in headers.parts(lines):
                if not len(part):
                    continue
                missing = lacking(names) or headers.problem
                if missing is not None:
                    refused = refused or missing
                    sink.leave("record-malformed", len(part))
                    continue
                stamped = names is DEFAULT and _STAMP.match(part.text(0).encode()) is not None
                columns = ("timestamp", *names) if stamped else names
                give_flows(sink, tables.separated(part, columns, WANTED, separator=" ", unset=UNSET), points)
    return stream.problem or refused


FORMAT = RecordFormat(
    name="aws-vpc",
    title=Text("AWS VPC flow log", "journal de flux d’un VPC d’AWS"),
    recognises=_recognises,
    read=_read,
)
