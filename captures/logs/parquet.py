"""The columns of a Parquet file, some rows at a time, by duckdb out of the file itself.

A Parquet file is read from its end: one that comes through a pipe, or compressed once more, is put aside first, in a
file without a name. Typed columns are exact: times become ns since 1970 UTC, numbers their digits.

Source: Apache Parquet, "File Format".
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import IO, Any

import numpy as np

from cloison.captures.logs.kinds import Kind
from cloison.captures.logs.tables import Table, column, connect, failures, select
from cloison.captures.records import Sink
from cloison.captures.stream import Stream
from cloison.netmodel.finding import Message, say

MAGIC = b"PAR1"
SLICE = 1 << 16  # rows that are read at once
MOST_ASIDE = 1 << 32  # bytes that are put aside
MOST_ROWS = 1 << 40

_TIMES = ("TIMESTAMP", "DATE")
_NUMBERS = re.compile(r"U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL.*")


class Parquet:
    """A Parquet file that is open; use it in ``with``. ``problem`` says why it cannot be read, or not whole.

    ``names`` are its columns of the upper level.
    """

    def __init__(self, stream: Stream, sink: Sink) -> None:
        self.problem: Message | None = None
        self.names: tuple[str, ...] = ()
        self._sink = sink
        self._texts: dict[str, str] = {}
        self._rows = 0
        self._aside: IO[bytes] | None = None
        self._duck: Any = None
        handle = self._handle(stream)
        if self.problem is not None:
            return
        self._path = f"/proc/self/fd/{handle}"
        self._duck = connect(self._path)
        try:
            self._describe()
        except failures():
            self.problem = say("its Parquet is damaged: its columns cannot be read",
                               "son Parquet est endommagé : ses colonnes sont illisibles")  # fmt: skip

    def __enter__(self) -> Parquet:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._duck is not None:
            self._duck.close()
        if self._aside is not None:
            self._aside.close()

    def _handle(self, stream: Stream) -> int:
        if stream.handle >= 0 and not stream.compression and os.pread(stream.handle, len(MAGIC), 0) == MAGIC:
            stream.start = stream.stop
            return stream.handle
        self._aside = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 closed on the way out
        size = 0
        while stream.start < stream.stop or stream.refill(1):
            part = stream.window[stream.start : stream.stop]
            size += len(part)
            if size > MOST_ASIDE:
                self.problem = say("it is Parquet of more than {most} GiB through a pipe: name the file instead",
                                   "c’est du Parquet de plus de {most} Gio par un tube : nommez plutôt le fichier",
                                   most=MOST_ASIDE >> 30)  # fmt: skip
                break
            try:
                self._aside.write(part.data)
            except OSError:
                self.problem = say("there is no room to put Parquet aside: name the file instead",
                                   "la place manque pour mettre ce Parquet de côté : nommez le fichier")  # fmt: skip
                break
            stream.start = stream.stop
            self._sink.tick()
        return self._aside.fileno()

    def _describe(self) -> None:
        source = f"read_parquet('{self._path}', file_row_number = true)"
        described = self._duck.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {source})")
        for name, kind in described.fetchall():
            if name == "file_row_number":
                continue
            quoted = '"' + name.replace('"', '""') + '"'
            if kind.startswith(_TIMES):
                self._texts[name] = f"epoch_ns({quoted})::VARCHAR"
            elif kind == "VARCHAR":
                self._texts[name] = f"trim({quoted})"
            elif _NUMBERS.fullmatch(kind):
                self._texts[name] = f"{quoted}::VARCHAR"
        self.names = tuple(self._texts)
        (rows,) = self._duck.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata('{self._path}')").fetchone()
        self._rows = min(max(int(rows or 0), 0), MOST_ROWS)

    def first(self, name: str) -> str:
        """Return the text of the first value that a column has, empty when it has none."""
        source = f"(SELECT {self._texts[name]} AS text FROM read_parquet('{self._path}'))"
        try:
            found = self._duck.execute(f"SELECT text FROM {source} WHERE text IS NOT NULL LIMIT 1").fetchone()
        except failures():
            return ""
        return str(found[0]) if found else ""

    def leave(self) -> None:
        """Leave every row: none of them can be judged."""
        if self._rows:
            self._sink.leave("record-malformed", self._rows)

    def tables(self, wanted: Mapping[str, Kind], unset: Sequence[str]) -> Iterator[Table]:
        """Yield the wanted columns; rows that cannot be read are left as ``record-malformed``."""
        values = {name: self._texts.get(name, "NULL::VARCHAR") for name in wanted}
        for start in range(0, self._rows, SLICE):
            stop = min(start + SLICE, self._rows)
            source = (
                f"(SELECT * FROM read_parquet('{self._path}', file_row_number = true) "
                f"WHERE file_row_number BETWEEN {start} AND {stop - 1})"
            )
            try:
                found = self._duck.execute(select(values, wanted, source, unset)).fetchnumpy()
            except failures():
                found = {"good": ()}
            self._sink.tick()
            number = len(found["good"])
            if number != stop - start:
                self.problem = say("its Parquet is damaged after row {row}: what comes before was judged",
                                   "son Parquet est endommagé après la ligne {row} : ce qui précède a été jugé",
                                   row=start)  # fmt: skip
                self._sink.leave("record-malformed", self._rows - start)
                return
            columns = {name: column(found, at, kind) for at, (name, kind) in enumerate(wanted.items())}
            yield Table(np.arange(start + 1, stop + 1, dtype=np.int64), columns)
