"""The objects of a JSON document that is not one object a line: a large array, or objects over several lines each.

Only where each object begins and ends is found here, so that a document of any size is read in bounded memory; what is
in an object is duckdb's to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.logs.lines import CHUNK, MARK, NEWLINE, Lines, lines_of
from cloison.captures.records import Sink
from cloison.captures.stream import LARGEST, Stream
from cloison.netmodel.finding import Message, say

Array = npt.NDArray[Any]

QUOTE, BACKSLASH, OPEN, CLOSE = b'"\\{}'
_BETWEEN = np.isin(np.arange(256), list(b" \t\r\n,[]"))  # what may stand between objects

_STRING = re.compile(rb'[^"]*+"((?:[^"\\]|\\.)*+)"\s*+(:?)', re.DOTALL)


def names_in(head: bytes) -> frozenset[str]:
    """Return the names of members in the first bytes of JSON objects, at any depth; nothing when it is no such text."""
    if not head.removeprefix(MARK).lstrip(b" \t\r\n[").startswith(b"{"):
        return frozenset()
    found, at = set(), 0
    while match := _STRING.match(head, at):  # one after the other: what is not closed is looked at once
        at = match.end()
        if match[2]:
            found.add(match[1].decode("utf-8", "replace"))
    return frozenset(found)


class Objects:
    """The objects of a stream that lie ``depth`` objects deep, each as a line, with the number of its first line.

    Depth 0 are objects on their own or in arrays, 1 those that are anywhere in such an object. Objects of more than
    16 MiB, or with control characters, are left to the sink as ``record-malformed``, and so is text between objects
    at depth 0. ``problem`` says afterwards why only a part could be read.
    """

    def __init__(self, stream: Stream, sink: Sink, depth: int = 0) -> None:
        self.problem: Message | None = None
        self._stream = stream
        self._sink = sink
        self._depth = depth
        self._level = 0  # objects that are open where the stream stands
        self._number = 1

    def __iter__(self) -> Iterator[Lines]:
        stream = self._stream
        stream.refill(len(MARK))
        if stream.window[stream.start : stream.start + len(MARK)].tobytes() == MARK:
            stream.start += len(MARK)
        wanted = CHUNK
        while self.problem is None:
            stream.refill(wanted)
            self._sink.tick()
            held = stream.window[stream.start : stream.stop]
            begins, ends, level = self._find(held)
            if len(ends):
                yield from self._lines(held, begins[: len(ends)], ends)
                wanted = CHUNK
            elif self.problem is not None:
                return
            elif stream.ended:
                self._finish(held, begins, level)
                return
            elif len(held) >= LARGEST:
                self._sink.leave("record-malformed")
                self._stop()
            else:
                wanted = 2 * len(held)

    def _find(self, held: Array) -> tuple[Array, Array, int]:
        """Return where objects begin, where they end (the last may not), and how many are open at the end."""
        quotes = np.flatnonzero(held == QUOTE)
        slashes = held == BACKSLASH
        if slashes.any() and len(quotes):
            places = np.arange(len(held), dtype=np.int32)
            last = np.maximum.accumulate(np.where(slashes, -1, places))
            before = np.maximum(quotes - 1, 0)
            quotes = quotes[(before - last[before]) % 2 == 0]
        braces = np.flatnonzero((held == OPEN) | (held == CLOSE))
        braces = braces[np.searchsorted(quotes, braces) % 2 == 0]
        opens = held[braces] == OPEN
        levels = self._level + np.cumsum(np.where(opens, 1, -1))
        if len(levels) and levels.min() < 0:  # one is closed that was never opened: believe what comes before
            keep = int(np.argmax(levels < 0))
            braces, opens, levels = braces[:keep], opens[:keep], levels[:keep]
            if not (~opens & (levels == self._depth)).any():
                self._sink.leave("record-malformed")
                self._stop()
        begins = braces[opens & (levels == self._depth + 1)]
        ends = braces[~opens & (levels == self._depth)]
        return begins, ends, int(levels[-1]) if len(levels) else self._level

    def _lines(self, held: Array, begins: Array, ends: Array) -> Iterator[Lines]:
        taken = int(ends[-1]) + 1
        held = held[:taken]
        edges = np.zeros(taken + 1, dtype=np.int8)
        edges[begins] += 1
        edges[ends + 1] -= 1
        inside = np.cumsum(edges[:taken], dtype=np.int8)
        if self._depth == 0:
            astray = np.flatnonzero((inside == 0) & ~_BETWEEN[held])
            self._leave(len(np.unique(np.searchsorted(begins, astray))))
        newlines = np.flatnonzero(held == NEWLINE)
        numbers = self._number + np.searchsorted(newlines, begins)
        inside[ends] += 1
        text = np.repeat(held, inside)
        text[(text == NEWLINE) | (text == 13) | (text == 9)] = 32
        text[np.cumsum(ends - begins + 2) - 1] = NEWLINE
        self._stream.start += taken
        self._level = self._depth
        self._number += len(newlines)
        lines, refused = lines_of(text.tobytes(), 0, LARGEST)
        self._leave(refused)
        yield from Lines(lines.data, lines.ends, numbers[lines.numbers]).pieces()

    def _finish(self, held: Array, begins: Array, level: int) -> None:
        """Say at the end of the stream whether it was one of the document too."""
        self._stream.start = self._stream.stop
        astray = self._depth == 0 and not len(begins) and not _BETWEEN[held].all()
        if len(begins) or astray:
            self._leave(1)
        if level:
            self.problem = say("it is cut inside a JSON object: what comes before was judged",
                               "il est tronqué dans un objet JSON : ce qui précède a été jugé")  # fmt: skip

    def _stop(self) -> None:
        self.problem = say("what follows line {number} is no JSON that can be read: what comes before was judged",
                           "ce qui suit la ligne {number} n’est pas du JSON lisible : ce qui précède a été jugé",
                           number=self._number)  # fmt: skip

    def _leave(self, count: int) -> None:
        if count:
            self._sink.leave("record-malformed", count)
