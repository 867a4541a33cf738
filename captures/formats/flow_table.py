"""Any table of flows as separated values whose first line names its columns, in English or French.

Source: RFC 4180 for quotes; :mod:`cloison.captures.logs.naming` for the names.
"""

from __future__ import annotations

from csv import Error as CsvError
from csv import reader

import numpy as np

from cloison.captures.logs.kinds import Kind
from cloison.captures.logs.lines import Lines, read_lines
from cloison.captures.logs.naming import UNSET, Named, give_rows, is_flows, named, say_unknown
from cloison.captures.logs.rows import Points
from cloison.captures.logs.tables import Tables
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.netmodel.finding import Message, Text

_SEPARATORS = ("\t", ";", ",", "|")
MOST_COLUMNS = 1000
_LOOKED_AT = 1000  # lines, for the first time in them


def _header(line: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the separator of a header and the names in it, when it names both ends of a flow."""
    for separator in _SEPARATORS:
        names = tuple(name.strip().strip('"').strip() for name in line.lstrip("#").rstrip("\r").split(separator))
        if 1 < len(names) <= MOST_COLUMNS and is_flows(names):
            return separator, names
    return None


def _recognises(head: bytes) -> bool:
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").partition(b"\n")[0]
    return _header(line.decode("utf-8", "replace")) is not None


class _Table:
    """One table: its header is known after the first chunk, and the kinds of its times with it."""

    def __init__(self, tables: Tables, sink: Sink) -> None:
        self._tables = tables
        self._sink = sink
        self._points = Points(sink)
        self._separator = ""
        self._names: tuple[str, ...] = ()
        self._columns: Named | None = None
        self._kinds: dict[str, Kind] | None = None
        self.problem: Message | None = None

    def take(self, lines: Lines) -> None:
        """Take some lines; the header is the first of the first ones."""
        if not self._names:
            self._begin(lines.text(0))
            lines = lines.only(np.arange(len(lines)) > 0)
        if self._columns is None:
            if len(lines):
                self._sink.leave("record-malformed", len(lines))
            return
        if not len(lines):
            return
        if self._kinds is None:
            self._kinds = self._columns.kinds(self._first(lines, self._columns.times))
        table = self._tables.separated(
            lines, self._names, self._kinds, separator=self._separator, quote='"', unset=UNSET
        )
        if len(table):
            give_rows(self._sink, table, self._columns, self._points)

    def _begin(self, line: str) -> None:
        self._sink.leave("other-record")
        self._separator, self._names = _header(line) or (",", ("",))
        columns = named(self._names)
        if isinstance(columns, Message):
            self.problem = columns
            return
        self._columns = columns
        say_unknown(self._sink, columns)

    def _first(self, lines: Lines, times: tuple[str, ...]) -> dict[str, str]:
        """Return the first value of each column of times, of the first lines that have one."""
        found: dict[str, str] = {}
        for line in range(min(len(lines), _LOOKED_AT)):
            try:
                values = next(reader([lines.text(line)], delimiter=self._separator), [])
            except CsvError:  # no row, which is counted when the lines are read
                continue
            for name in times:
                at = self._names.index(name)
                text = values[at].strip() if at < len(values) else ""
                if text not in UNSET:
                    found.setdefault(name, text)
            if len(found) == len(times):
                break
        return found


def _read(stream: Stream, sink: Sink) -> Message | None:
    with Tables(sink) as tables:
        table = _Table(tables, sink)
        for lines in read_lines(stream, sink):
            table.take(lines)
    return stream.problem or table.problem


FORMAT = RecordFormat(
    name="flow-table",
    title=Text("table of flows with named columns (CSV, TSV)", "tableau de flux aux colonnes nommées (CSV, TSV)"),
    recognises=_recognises,
    read=_read,
    broad=True,
)
