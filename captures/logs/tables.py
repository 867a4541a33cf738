"""Tables out of the lines of a log, by duckdb: separated values, JSON, and lines that a pattern takes apart.

duckdb gets a chunk of lines in a file of memory, and nothing else: no other file, no network, no extension, one
thread, bounded memory. Its columns are given and are text; it guesses nothing. What it would refuse is refused before
it sees it, so that its rows are the lines, in their order: this is proved of every chunk.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.logs.kinds import SQL, Kind
from cloison.captures.logs.lines import NEWLINE, Lines
from cloison.captures.records import Sink

Array = npt.NDArray[Any]

MEMORY = "512MB"
FAILURES = 64  # of duckdb with one chunk, before the rest of it is left
_ROOM = 1 << 21  # bytes that duckdb keeps for a line
_LINE = "\x1f"  # a separator that is in no line: control characters are refused


@dataclass(frozen=True, slots=True)
class Values:
    """A column: ``values`` (str, or int64), which of them are ``known``, which are ``wrong``.

    What is not there (no such field, a word for "unset") is neither; its value is 0 or the empty text.
    """

    values: Array
    known: Array
    wrong: Array

    def within(self, least: int, most: int) -> Values:
        """Return the column in which values outside of both bounds are wrong."""
        inside = self.known & (self.values >= least) & (self.values <= most)
        return Values(np.where(inside, self.values, 0), inside, self.wrong | (self.known & ~inside))

    def only(self, chosen: Array) -> Values:
        """Return the rows of a mask or an index."""
        return Values(self.values[chosen], self.known[chosen], self.wrong[chosen])


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a chunk: the ``numbers`` of their lines, and the columns that were wanted, by name."""

    numbers: Array
    columns: Mapping[str, Values]

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, name: str) -> Values:
        return self.columns[name]

    def nothing(self, kind: Kind) -> Values:
        """Return a column of values that are not there."""
        none = np.zeros(len(self), dtype=bool)
        return Values(np.full(len(self), "", dtype=object) if kind is Kind.TEXT else none.astype(np.int64), none, none)

    def get(self, name: str, kind: Kind) -> Values:
        """Return a column, of values that are not there where it was not among those that were wanted."""
        return self.columns[name] if name in self.columns else self.nothing(kind)

    def renamed(self, names: Iterable[str]) -> Table:
        """Return the same columns under other names, in their order."""
        return Table(self.numbers, dict(zip(names, self.columns.values(), strict=True)))

    def only(self, chosen: Array) -> Table:
        """Return the rows of a mask or an index."""
        if chosen.dtype == bool and chosen.all():
            return self
        return Table(self.numbers[chosen], {name: column.only(chosen) for name, column in self.columns.items()})


def connect(path: str) -> Any:
    """Return a duckdb that can read one file and nothing else, in one thread and bounded memory."""
    import duckdb

    duck = duckdb.connect(":memory:")
    for setting in (
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "threads = 1",
        f"memory_limit = '{MEMORY}'",
        "temp_directory = ''",
        "enable_external_file_cache = false",  # the same file holds one chunk after the other
        "enable_progress_bar = false",
        f"allowed_paths = ['{path}']",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        duck.execute(f"SET {setting}")
    return duck


_KEPT: list[tuple[int, Any]] = []  # files of memory, each with the duckdb that can read it


def _opened() -> tuple[int, Any]:
    """Return a file of memory and a duckdb that can read it."""
    handle = os.memfd_create("lines", os.MFD_CLOEXEC)
    return handle, connect(f"/proc/self/fd/{handle}")


def failures() -> tuple[type[BaseException], ...]:
    """Return what duckdb raises because of what it reads."""
    import duckdb

    return duckdb.Error, MemoryError


def select(
    values: Mapping[str, str], wanted: Mapping[str, Kind], source: str, unset: Sequence[str], good: str = "true"
) -> str:
    """Return a query for columns out of the SQL of their texts; :func:`column` takes them from its result by place."""
    absent = ", ".join(_quoted(word) for word in unset)
    inner = ", ".join(
        f"CASE WHEN {value} NOT IN ({absent}) THEN {value} END AS t{at}" if absent else f"{value} AS t{at}"
        for at, value in enumerate(values.values())
    )
    outer = ", ".join(f"{SQL[kind].format(f't{at}')} AS v{at}, t{at} IS NOT NULL AS k{at}"
                      for at, kind in enumerate(wanted.values()))  # fmt: skip
    return f"SELECT good, {outer} FROM (SELECT {good} AS good, {inner} FROM {source})"


def column(found: Mapping[str, Array], at: int, kind: Kind) -> Values:
    """Return the column at a place of what a query of :func:`select` found."""
    return _values(found[f"v{at}"], found[f"k{at}"], kind)


class Tables:
    """duckdb, ready for the chunks of one log; use it in ``with``.

    Lines that are no row are left to the sink as ``record-malformed``: rows and lines left are all the lines given.
    A duckdb that refused nothing is kept for the next log, since it starts slower than a small log is read.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._failures = 0  # of the chunk at hand
        self._sound = True  # nothing failed of any chunk
        self._handle, self._duck = _KEPT.pop() if _KEPT else _opened()
        self._path = f"/proc/self/fd/{self._handle}"

    def __enter__(self) -> Tables:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None and self._sound:
            os.ftruncate(self._handle, 0)
            _KEPT.append((self._handle, self._duck))
        else:
            self._duck.close()
            os.close(self._handle)

    def separated(
        self,
        lines: Lines,
        names: Sequence[str],
        wanted: Mapping[str, Kind],
        *,
        separator: str,
        quote: str = "",
        unset: Sequence[str] = ("",),
    ) -> Table:
        """Return the wanted columns of separated values, whose columns are ``names``; spaces around a value are none.

        ``separator`` is one ASCII character, ``quote`` one or none (RFC 4180). A line with another number of values is
        left. A wanted name that is not among ``names`` is a column that is not there; of a name given twice the first
        column counts. ``unset`` are the values that mean nothing.
        """
        good = _separable(lines, len(names), separator, quote)
        lines = self._leave(lines, good)
        columns = ", ".join(f"{_quoted(f'c{at}')}: 'VARCHAR'" for at in range(len(names)))
        source = self._read(lines, columns, separator, quote)
        values = {name: f"trim(c{list(names).index(name)})" if name in names else "NULL::VARCHAR" for name in wanted}
        return self._table(lines, values, wanted, source, unset)

    def json(self, lines: Lines, wanted: Mapping[str, Kind], *, unset: Sequence[str] = ()) -> Table:
        """Return the wanted columns of lines that are JSON objects; a name is a JSON pointer (RFC 6901).

        A line that is no object is left. ``null`` is a value that is not there; an object or a list is its JSON.
        """
        pointers = ", ".join(_quoted(name) for name in wanted)
        valid = "COALESCE(TRY(json_type(CASE WHEN json_valid(line) THEN line END)) = 'OBJECT', false)"
        found = f"CASE WHEN object THEN json_extract_string(line, [{pointers}]) END"
        source = f"(SELECT {found} AS value, object FROM (SELECT line, {valid} AS object FROM {self._whole(lines)}))"
        values = {name: f"value[{at}]" for at, name in enumerate(wanted, 1)}
        return self._table(lines, values, wanted, source, unset, good="object")

    def matches(self, lines: Lines, pattern: str, wanted: Mapping[str, Kind]) -> Table:
        """Return the groups of a pattern (RE2: linear in the line), in the order of ``wanted``, where it is found.

        All lines are rows; a group that is empty, and every group of a line without a match, is not there.
        """
        names = ", ".join(_quoted(f"g{at}") for at in range(len(wanted)))
        found = f"regexp_extract(line, {_quoted(pattern)}, [{names}])"
        source = f"(SELECT {found} AS found FROM {self._whole(lines)})"
        values = {name: f"found.g{at}" for at, name in enumerate(wanted)}
        return self._table(lines, values, wanted, source, ("",))

    def _whole(self, lines: Lines) -> str:
        return self._read(lines, "'line': 'VARCHAR'", _LINE, "")

    def _read(self, lines: Lines, columns: str, separator: str, quote: str) -> str:
        longest = int((lines.ends - lines.begins).max(initial=0))
        room = max(_ROOM, longest + 2)
        return (
            f"read_csv({_quoted(self._path)}, auto_detect = false, header = false, columns = {{{columns}}}, "
            f"delim = {_quoted(separator)}, quote = {_quoted(quote)}, escape = {_quoted(quote)}, strict_mode = true, "
            f"max_line_size = {room}, buffer_size = {2 * room}, parallel = false)"
        )

    def _table(
        self,
        lines: Lines,
        values: Mapping[str, str],
        wanted: Mapping[str, Kind],
        source: str,
        unset: Sequence[str],
        good: str = "true",
    ) -> Table:
        query = select(values, wanted, source, unset, good)
        self._failures = 0
        parts = [(part, found) for part, found in self._run(lines, query)]
        numbers = [part.numbers[found["good"]] for part, found in parts]
        columns = {}
        for at, (name, kind) in enumerate(wanted.items()):
            pieces = [column(found, at, kind).only(found["good"]) for _, found in parts]
            columns[name] = _joined(pieces, kind)
        table = Table(np.concatenate([np.zeros(0, dtype=np.int64), *numbers]), columns)
        if len(table) < len(lines):
            self._sink.leave("record-malformed", len(lines) - len(table))
        return table

    def _run(self, lines: Lines, query: str) -> Iterator[tuple[Lines, dict[str, Array]]]:
        """Yield what duckdb makes of the lines, in parts where it refuses some that should have been refused before."""
        if not len(lines) or self._failures >= FAILURES:
            return
        os.ftruncate(self._handle, 0)
        data, at = lines.data.data, 0
        while at < len(data):
            at += os.pwrite(self._handle, data[at:], at)
        try:
            found = self._duck.execute(query).fetchnumpy()
        except failures():
            found = {"good": np.zeros(0, dtype=bool)}
        if len(found["good"]) == len(lines):
            yield lines, found
            return
        self._failures += 1
        self._sound = False
        if len(lines) > 1:
            half = np.arange(len(lines)) < len(lines) // 2
            yield from self._run(lines.only(half), query)
            yield from self._run(lines.only(~half), query)

    def _leave(self, lines: Lines, good: Array) -> Lines:
        kept = lines.only(good)
        if len(kept) < len(lines):
            self._sink.leave("record-malformed", len(lines) - len(kept))
        return kept


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _values(found: Array, there: Array, kind: Kind) -> Values:
    unknown = np.ma.getmaskarray(found)
    values = np.ma.getdata(found)
    if unknown.any():
        values = values.copy()
        values[unknown] = "" if kind is Kind.TEXT else 0
    return Values(values, ~unknown, np.asarray(there, dtype=bool) & unknown)


def _joined(pieces: Iterable[Values], kind: Kind) -> Values:
    pieces = list(pieces)
    if len(pieces) == 1:
        return pieces[0]
    empty, none = np.zeros(0, dtype=object if kind is Kind.TEXT else np.int64), np.zeros(0, dtype=bool)
    return Values(
        np.concatenate([empty, *(piece.values for piece in pieces)]),
        np.concatenate([none, *(piece.known for piece in pieces)]),
        np.concatenate([none, *(piece.wrong for piece in pieces)]),
    )


def _separable(lines: Lines, columns: int, separator: str, quote: str) -> Array:
    """Return which lines are ``columns`` separated values, each quoted whole or not at all (RFC 4180, section 2)."""
    good = np.ones(len(lines), dtype=bool)
    data = lines.data
    cuts = data == ord(separator)
    if quote and (marks := data == ord(quote)).any():
        odd = _counted(marks, lines) % 2 == 1
        if odd.any():
            good[~odd] = _separable(lines.only(~odd), columns, separator, quote)
            good[odd] = False
            return good
        inside = np.cumsum(marks) % 2 == 1
        edge = cuts | marks | (data == NEWLINE)
        before = np.concatenate((np.ones(1, dtype=bool), edge[:-1]))
        after = np.concatenate((edge[1:], np.ones(1, dtype=bool)))
        astray = marks & np.where(inside, ~before, ~after)
        good[lines.line_of(np.flatnonzero(astray))] = False
        cuts &= ~inside
    good &= _counted(cuts, lines) == columns - 1
    return good


def _counted(marked: Array, lines: Lines) -> Array:
    """Return how many bytes of each line are marked."""
    return np.diff(np.searchsorted(np.flatnonzero(marked), lines.ends), prepend=0)
