"""Connections whose beginning a log told, and whose end is awaited: a bounded number of them.

What is never ended, or whose name is used again, or what is pushed out by others, becomes a record with unknown
counters.
"""

from __future__ import annotations

from typing import NamedTuple

from cloison.captures.logs.rows import Rows
from cloison.captures.records import Sink
from cloison.flows.table import INITIATOR_AB, ONE_WAY
from cloison.netmodel.finding import say

MOST_OPEN = 1 << 17  # connections, some 500 bytes each

Name = tuple[object, ...]


class Opening(NamedTuple):
    """A connection that began: from its initiator to its responder, when (ns), and in which line."""

    source: tuple[int, int]
    target: tuple[int, int]
    source_port: int
    target_port: int
    protocol: int
    time: int
    point: int
    number: int


class Openings:
    """The connections of one log that are open."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._open: dict[Name, Opening] = {}
        self._forgotten = 0

    def keep(self, name: Name, begun: Opening) -> None:
        """Await the end of a connection; one of the same name was never ended."""
        if name in self._open:
            self.unfinished(self._open.pop(name))
        elif len(self._open) >= MOST_OPEN:
            self._forgotten += 1
            self.unfinished(self._open.pop(next(iter(self._open))))
        self._open[name] = begun

    def take(self, name: Name) -> Opening | None:
        """Return the connection of a name, which is awaited no longer; None when there is none."""
        return self._open.pop(name, None)

    def unfinished(self, begun: Opening) -> None:
        """Add the record of a connection that is known by its beginning alone."""
        self._rows.add(
            begun.source, begun.target, begun.source_port, begun.target_port, begun.protocol, begun.time, begun.time,
            0, 0, number=begun.number, point=begun.point, tells=INITIATOR_AB | ONE_WAY,
        )  # fmt: skip

    def close(self) -> None:
        """Add what was never ended."""
        for begun in self._open.values():
            self.unfinished(begun)
        self._open.clear()

    def say(self, sink: Sink) -> None:
        """Tell the sink what was pushed out."""
        if self._forgotten:
            sink.note(say(
                "{count} {count:connection was|connections were} still open when {most} others were: counted apart from"
                " {count:its end|their ends}",
                "{count} {count:connexion restait ouverte|connexions restaient ouvertes} quand {most} autres"
                " l’étaient : {count:comptée|comptées} à part de leur fin",
                count=self._forgotten, most=MOST_OPEN))  # fmt: skip
