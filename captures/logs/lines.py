"""The lines of a text log, in chunks of bounded memory: whole lines, numbered, of text that any reader can be given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.records import Sink
from cloison.captures.stream import Stream
from cloison.netmodel.finding import Message, say

Array = npt.NDArray[Any]

CHUNK = 1 << 22  # bytes of lines that are read at once
MOST = 1 << 16  # lines that are handed over at once
LONGEST = 1 << 20  # bytes of a line that is believed
TAB, NEWLINE = 9, 10
MARK = b"\xef\xbb\xbf"  # of UTF-8, where an editor wrote one


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of a log, none of them blank.

    ``data`` (uint8) holds them one after the other, each with one newline after it; ``ends`` (int64) are the places of
    these newlines; ``numbers`` (int64) are their numbers in the source, from 1. The text is UTF-8 without control
    characters other than tabs.
    """

    data: Array
    ends: Array
    numbers: Array

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def begins(self) -> Array:
        """Where each line begins in ``data``."""
        return np.concatenate((np.zeros(1, dtype=np.int64), self.ends + 1))[: len(self.ends)]

    def line_of(self, places: Array) -> Array:
        """Return which line each place of ``data`` is in."""
        return np.searchsorted(self.ends, places)

    def text(self, line: int) -> str:
        """Return a line, without its newline."""
        begin = self.ends[line - 1] + 1 if line else 0
        return self.data[begin : self.ends[line]].tobytes().decode("utf-8")

    def starting(self, mark: bytes) -> Array:
        """Return which lines start with some bytes (bool[lines])."""
        begins, room = self.begins, self.ends - self.begins
        found = room >= len(mark)
        for at, byte in enumerate(mark):
            found[found] = self.data[begins[found] + at] == byte
        return found

    def since(self, places: Sequence[int], states: Sequence[int]) -> Array:
        """Return the state of each line: that of the last of ``places`` (ascending) that is no later, else 0."""
        before = np.searchsorted(np.asarray(places, dtype=np.int64), np.arange(len(self)), side="right")
        return np.asarray([0, *states], dtype=np.int64)[before]

    def pieces(self) -> Iterator[Lines]:
        """Yield the lines in parts of at most ``MOST``."""
        for start in range(0, len(self), MOST):
            begin = int(self.ends[start - 1]) + 1 if start else 0
            ends, numbers = self.ends[start : start + MOST], self.numbers[start : start + MOST]
            yield Lines(self.data[begin : int(ends[-1]) + 1], ends - begin, numbers)

    def only(self, chosen: Array) -> Lines:
        """Return the lines of a mask."""
        if chosen.all():
            return self
        sizes = self.ends - self.begins + 1
        ends = np.cumsum(sizes[chosen]) - 1
        return Lines(self.data[np.repeat(chosen, sizes)], ends, self.numbers[chosen])


def lines_of(data: bytes, number: int, longest: int = LONGEST) -> tuple[Lines, int]:
    """Return the lines of a piece of text whose first line has this number, and how many were refused.

    Refused are lines with control characters, and those of more than ``longest`` bytes. Bytes that are not UTF-8
    (another character set in a name) become U+FFFD: addresses and numbers do not need them.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        data = data.decode("utf-8", "replace").encode("utf-8")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    if not data.endswith(b"\n"):
        data = data.removesuffix(b"\r") + b"\n"
    letters = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(letters == NEWLINE)
    every = Lines(letters, ends, np.arange(number, number + len(ends), dtype=np.int64))
    sizes = ends - every.begins
    there = sizes > 0
    good = there & (sizes <= longest)
    control = np.flatnonzero((letters < 32) & (letters != NEWLINE) & (letters != TAB))
    if len(control):
        good[every.line_of(control)] = False
    return every.only(good), int(np.count_nonzero(there & ~good))


def read_lines(stream: Stream, sink: Sink) -> Iterator[Lines]:
    """Yield the lines of a stream, chunk by chunk; those that are refused are left as ``record-malformed``.

    A last line without its newline counts as a line, unless the stream broke off there.
    """
    number = 1
    stream.refill(len(MARK))
    if stream.window[stream.start : stream.start + len(MARK)].tobytes() == MARK:
        stream.start += len(MARK)
    while True:
        stream.refill(CHUNK)
        sink.tick()
        held = stream.window[stream.start : stream.stop]
        if not len(held):
            return
        newlines = np.flatnonzero(held == NEWLINE)
        if len(newlines):
            taken = int(newlines[-1]) + 1
            lines, refused = lines_of(held[:taken].tobytes(), number)
            stream.start += taken
            number += len(newlines)
        elif stream.ended:
            lines, refused = lines_of(held.tobytes(), number)
            stream.start = stream.stop
            if stream.problem is not None:
                lines, refused = lines.only(np.zeros(len(lines), dtype=bool)), refused + len(lines)
        else:
            _pass_line(stream, sink)
            lines, refused = lines_of(b"", number)
            refused, number = 1, number + 1
        if refused:
            sink.leave("record-malformed", refused)
        yield from lines.pieces()


def _pass_line(stream: Stream, sink: Sink) -> None:
    """Pass over a line that is longer than a chunk."""
    while True:
        newlines = np.flatnonzero(stream.window[stream.start : stream.stop] == NEWLINE)
        if len(newlines):
            stream.start += int(newlines[0]) + 1
            return
        stream.start = stream.stop
        if not stream.refill(1):
            return
        sink.tick()


def no_header() -> Message:
    """Return what is wrong with a log whose header was refused as a line."""
    return say("its header holds control characters or is too long: what follows it was not read",
               "son en-tête contient des caractères de contrôle ou est trop long : ce qui le suit n’a pas été "
               "lu")  # fmt: skip
