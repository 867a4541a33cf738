"""CSV and XLSX files -> rows of texts with their places, bounded in size."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, Text, input_error, say
from cloison.netmodel.language.files import DISK, Store, file_error, utf8
from cloison.netmodel.language.unpacking import weigh

MOST_ROWS = 300_000
MOST_COLUMNS = 256
MOST_CELLS = 20_000_000  # walked in one sheet, empty ones included

_SEPARATORS = ";,\t"
# what XLSX writes for an underscore that begins no escape, and for the carriage return of a line end (ECMA-376,
# 22.9.2.19); openpyxl has already read the former in shared texts, so any other escape may be the text itself
_ESCAPED = re.compile("(_)x005F_(?=x[0-9A-Fa-f]{4}_)|_x000D_(?=\n)")


class Row(NamedTuple):
    """A row: its number (in CSV, the line where it begins) and the texts of its cells, "" where there is nothing."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a table, read as they are taken; ``name`` is empty in CSV.

    ``padded`` says that a short row is a row whose end is empty. Taking rows raises :class:`MapError` where the file
    is broken.
    """

    file: str
    name: str
    rows: Iterator[Row]
    padded: bool

    def place(self, row: int, column: int = 0) -> Span:
        """Return the place of a cell, or of a row."""
        return Span(self.file, row, column, sheet=self.name)


def read_sheet(
    path: Path, wanted: str, understands: Callable[[str], bool], found: list[Finding], store: Store = DISK
) -> Sheet:
    """Return the table in a CSV or XLSX file; faults of cells are added to ``found``.

    ``wanted`` names a sheet; without it, the first sheet of which ``understands`` knows a header is taken, or the
    first. Raises :class:`MapError` when the file holds no table.
    """
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _workbook(path, wanted, understands, found, store)
    text = utf8(store.read(path), str(path)).decode("utf-8")
    return Sheet(str(path), "", _csv_rows(path, text, understands), False)


def separator(text: str, understands: Callable[[str], bool]) -> str:
    """Return the sign between the cells of a CSV text: the one that makes most headers of its first line."""
    first = next((line for line in io.StringIO(text) if line.strip(" \t\r\n;,")), "")
    return max(_SEPARATORS, key=lambda mark: (sum(map(understands, _first(first, mark))), first.count(mark)))


def _csv_rows(path: Path, text: str, understands: Callable[[str], bool]) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text, understands), strict=True)
    begin = 1
    try:
        for count, cells in enumerate(reader):
            if count > MOST_ROWS or len(cells) > MOST_COLUMNS:
                raise MapError((_too_large(Span(str(path), begin)),))
            yield Row(begin, tuple([cell.strip() for cell in cells]))
            begin = reader.line_num + 1
    except csv.Error as error:
        raise MapError(
            (
                file_error(
                    "table",
                    say("Not CSV: {meaning}", "Ce n’est pas du CSV : {meaning}", meaning=_meaning(error)),
                    Span(str(path), begin),
                ),
            )
        ) from None


def _first(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return line.split(separator)


def _meaning(error: csv.Error) -> Text:
    if "end of data" in str(error):
        return Text(
            "a quote is opened in this row and never closed", "un guillemet est ouvert dans cette ligne et jamais fermé"
        )
    if "expected after" in str(error):
        return Text(
            "text follows a closing quote: double the quotes inside a cell",
            "du texte suit un guillemet fermant : doublez les guillemets à l’intérieur d’une cellule",
        )
    return Text(
        "a cell is too long, or holds a character that no text has",
        "une cellule est trop longue, ou contient un caractère qu’aucun texte n’a",
    )


def _too_large(place: Span) -> Finding:
    return file_error(
        "too-large",
        say(
            "The table has more than {rows} rows, {columns} columns or {cells} cells",
            "Le tableau a plus de {rows} lignes, {columns} colonnes ou {cells} cellules",
            rows=MOST_ROWS,
            columns=MOST_COLUMNS,
            cells=MOST_CELLS,
        ),
        place,
    )


def _workbook(path: Path, wanted: str, understands: Callable[[str], bool], found: list[Finding], store: Store) -> Sheet:
    def refuse(rule: str, message: Message) -> MapError:
        return MapError((file_error(rule, message, Span(str(path))),))

    with _opened(path, store) as book:
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        if wanted and wanted not in sheets:
            raise refuse(
                "table",
                say(
                    "There is no sheet “{wanted}”: the workbook has {sheets}",
                    "Il n’y a pas de feuille « {wanted} » : le classeur a {sheets}",
                    wanted=wanted,
                    sheets=tuple(sheets),
                ),
            )
        known = (name for name, sheet in sheets.items() if _has_header(sheet, understands))
        chosen = wanted or next(known, next(iter(sheets), ""))
        if not chosen:
            raise refuse(
                "table", say("The workbook has no sheet of cells", "Le classeur n’a aucune feuille de cellules")
            )
        rows = tuple(_sheet_rows(path, sheets[chosen], found))
    return Sheet(str(path), chosen, iter(rows), True)


@contextmanager
def _opened(path: Path, store: Store = DISK) -> Iterator[Any]:
    """Open a workbook that is not too large once unpacked, and close it."""
    from openpyxl import load_workbook  # imported late: a map without a spreadsheet does not pay for it

    data = io.BytesIO(store.read(path))
    with _readable(path):
        with zipfile.ZipFile(data) as archive:
            weigh(archive, str(path))
        with closing(load_workbook(data, read_only=True, data_only=False, keep_links=False)) as book:
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what a file says of its size may be too little, and cells would be lost
            yield book


def read_sheets(
    path: Path, wanted: Callable[[str, tuple[str, ...]], bool], found: list[Finding]
) -> Mapping[str, tuple[Row, ...]]:
    """Return the rows of the sheets of a workbook that ``wanted`` picks by their name and their first row of texts.

    Faults of cells, and cells that are merged, are added to ``found``. Raises :class:`MapError` for no workbook.
    """
    taken: dict[str, tuple[Row, ...]] = {}
    with _opened(path) as book:
        for sheet in book.worksheets:
            first = next(filter(None, (_texts(row) for row in sheet.iter_rows(max_row=20, values_only=True))), ())
            if wanted(sheet.title, first):
                taken[sheet.title] = tuple(_sheet_rows(path, sheet, found))
                found += _merged(path, book, sheet)
    return taken


def _texts(row: tuple[Any, ...]) -> tuple[str, ...]:
    texts = tuple("" if value is None else str(value).strip() for value in row[:MOST_COLUMNS])
    return texts if any(texts) else ()


_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3}\d{1,7}):?[^\"]*\"")


def _merged(path: Path, book: Any, sheet: Any) -> Iterator[Finding]:
    """Yield a fault for the cells of a sheet that are merged: but for the first of them they read as empty."""
    from openpyxl.utils.cell import coordinate_to_tuple

    cells: set[bytes] = set()
    with book._archive.open(sheet._worksheet_path) as stream:
        rest = b""
        while (block := stream.read(1 << 20)) and len(cells) < MOST_COLUMNS:
            cells.update(_MERGED.findall(rest + block))
            rest = block[-256:]
    for cell in sorted(cells)[:MOST_COLUMNS]:
        place = Span(str(path), *coordinate_to_tuple(cell.decode("ascii")), sheet=sheet.title)
        message = say(
            "Merged cells begin here: unmerge them", "Des cellules fusionnées commencent ici : défusionnez-les"
        )
        yield file_error("merged-cells", message, place)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn whatever openpyxl raises on a broken workbook, and what it warns of, into one answer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that are left out: only values are read
            yield
    except MapError:
        raise
    except Exception as error:
        raise MapError(
            (
                file_error(
                    "table",
                    say(
                        "Not a workbook that can be read ({reason})",
                        "Ce n’est pas un classeur lisible ({reason})",
                        reason=type(error).__name__,
                    ),
                    Span(str(path)),
                ),
            )
        ) from None


def _has_header(sheet: Any, understands: Callable[[str], bool]) -> bool:
    for row in sheet.iter_rows(min_row=1, max_row=20, values_only=True):
        texts = [str(value) for value in row[:MOST_COLUMNS] if value is not None]
        if texts:
            return sum(map(understands, texts)) >= 1
    return False


def _sheet_rows(path: Path, sheet: Any, found: list[Finding]) -> Iterator[Row]:
    cells = rows = 0
    for number, row in enumerate(sheet.iter_rows(min_row=1, max_row=1_048_576), 1):
        cells += len(row) + 1
        texts = [
            "" if cell.value is None else _cell_text(cell, Span(str(path), number, column, sheet=sheet.title), found)
            for column, cell in enumerate(row, 1)
        ]
        while texts and not texts[-1]:
            texts.pop()
        rows += bool(texts)
        if len(texts) > MOST_COLUMNS or cells > MOST_CELLS or rows > MOST_ROWS:
            raise MapError((_too_large(Span(str(path), number, sheet=sheet.title)),))
        if texts:
            yield Row(number, tuple(texts))


def _cell_text(cell: Any, place: Span, found: list[Finding]) -> str:
    value = cell.value
    if cell.data_type == "f" or cell.data_type == "e":
        found.append(_cell_error(cell.data_type, place))
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return _ESCAPED.sub(r"\1", str(value)).strip()


def _cell_error(kind: str, place: Span) -> Finding:
    message: Message = (
        say(
            "The cell holds a formula: paste its value instead",
            "La cellule contient une formule : collez sa valeur à la place",
        )
        if kind == "f"
        else say("The cell holds a calculation error", "La cellule contient une erreur de calcul")
    )
    return input_error("table", message, Ref("file", place.file), place)
