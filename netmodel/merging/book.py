"""A workbook -> the matrix that a user edited and the base that it was made from, or every reason why not."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cloison.netmodel.finding import Finding, Lang, MapError, Message, Ref, Span, Text, input_error, say
from cloison.netmodel.language.columns import Column
from cloison.netmodel.language.files import file_error
from cloison.netmodel.language.sheets import Row, Sheet, read_sheets
from cloison.netmodel.language.tables import column_of
from cloison.netmodel.merging.matrix import BASE, SCHEMA, TITLE

Key = tuple[str, tuple[str, ...]]  # what a column means
_NEEDED: tuple[Key, ...] = (("id", ()), ("list", ("from",)), ("list", ("to",)), ("list", ("services",)))
_COMPUTED = ("stated", "ignored")
_NUMBERED = re.compile(r"(.*?)(\d+)(\D*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rows:
    """A sheet's header and rows; each row is as long as the header at least."""

    file: str
    sheet: str
    header: Row
    rows: tuple[Row, ...]

    def columns(self) -> dict[Key, int]:
        """Return the position of each column that is understood, by what it means."""
        found: dict[Key, int] = {}
        for place, title in enumerate(self.header.cells):
            column = column_of("flows", title) if title else None
            if column is not None:
                found.setdefault((column.reading, column.route), place)
        return found

    def as_sheet(self) -> Sheet:
        """Return it as the readers of tables take it."""
        return Sheet(self.file, self.sheet, iter((self.header, *self.rows)), True)

    def place(self, row: int, position: int) -> Span:
        """Return the place of a cell."""
        return Span(self.file, row, position + 1, sheet=self.sheet)


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook taken back: the map's name and digest when it was made, its base and the matrix as it is now.

    ``notes`` says what is not taken back: computed cells that were changed, columns that are gone, copies of the sheet.
    ``proposed`` are the ids that rows without one were given.
    """

    name: str
    digest: str
    lang: Lang
    base: Rows
    matrix: Rows
    notes: tuple[Finding, ...] = ()
    proposed: frozenset[str] = frozenset()


def read_book(
    path: Path, base_path: Path | None = None, ids: Collection[str] = (), repeated: Collection[str] = ()
) -> Book:
    """Return the workbook at ``path``; its base is in it, or in the older workbook ``base_path``.

    ``ids`` are those of the map, beside which new lines without an id find theirs, after that of the line above, which
    none of the ``repeated`` lends. Raises :class:`MapError` with every fault of the matrix.
    """
    found: list[Finding] = []
    sheets = read_sheets(path, _wanted, found)
    file = str(path)
    matrices = [name for name, rows in sheets.items() if rows and not _is_base(rows)]
    named = [name for name in matrices if name in (TITLE.en, TITLE.fr)] or matrices
    if len(named) != 1:
        raise MapError((*found, _several(file, named) if named else _no_matrix(file)))
    name, digest, lang, base = _base(path, sheets) if base_path is None else _base(base_path, None)
    matrix = Rows(file, named[0], sheets[named[0]][0], sheets[named[0]][1:])
    found += _faults(matrix)
    if found:
        raise MapError(tuple(found))
    at, base_at = matrix.columns()[_NEEDED[0]], base.columns()[_NEEDED[0]]
    known = {row.cells[base_at] for row in base.rows}
    nameless = {row.number for row in matrix.rows if not "".join(row.cells[at : at + 1])}
    matrix = _named(matrix, {*known, *ids}, repeated)
    found += _twice(matrix) + _renumbered(matrix, known)
    if found:
        raise MapError(tuple(found))
    matrix, notes = _settled(matrix, base)
    notes += [_note(say(
        "The sheet “{sheet}” looks like a matrix too, and is not read: only “{read}” is",
        "La feuille « {sheet} » ressemble aussi à une matrice et n’est pas lue : seule « {read} » l’est",
        sheet=other, read=matrix.sheet,
    ), Span(file, sheet=other)) for other in matrices if other != matrix.sheet]  # fmt: skip
    proposed = frozenset(row.cells[at] for row in matrix.rows if row.number in nameless)
    return Book(name, digest, lang, base, matrix, tuple(notes), proposed)


def _is_base(rows: tuple[Row, ...]) -> bool:
    return bool(rows) and rows[0].cells[:1] == (SCHEMA,)


def _wanted(title: str, first: tuple[str, ...]) -> bool:
    if first[:1] == (SCHEMA,) or title == BASE:
        return True
    columns = {(one.reading, one.route) for header in first if header and (one := column_of("flows", header))}
    return title in (TITLE.en, TITLE.fr) or len(columns & set(_NEEDED)) >= 3


def _error(rule: str, message: Message, *places: Span) -> Finding:
    return input_error(rule, message, Ref("file", places[0].file), *places)


def _no_matrix(file: str) -> Finding:
    return file_error("table", say(
        "No sheet of the workbook is a flow matrix: its header names {columns}",
        "Aucune feuille du classeur n’est une matrice des flux : son en-tête nomme {columns}",
        columns=(Text("ID", "ID"), Text("source", "source"), Text("destination", "destination"),
                 Text("service", "service")),
    ), Span(file))  # fmt: skip


def _several(file: str, names: Sequence[str]) -> Finding:
    return file_error("table", say(
        "Several sheets are flow matrices, {names}: keep one",
        "Plusieurs feuilles sont des matrices des flux, {names} : gardez-en une", names=tuple(names),
    ), Span(file))  # fmt: skip


def _base(path: Path, sheets: Mapping[str, tuple[Row, ...]] | None) -> tuple[str, str, Lang, Rows]:
    file = str(path)
    if sheets is None:
        ignored: list[Finding] = []
        sheets = read_sheets(path, _wanted, ignored)
    for title, rows in sheets.items():
        if not _is_base(rows) or len(rows) < 2 or len(rows[0].cells) < 4:
            continue
        _, name, digest, lang = rows[0].cells[:4]
        try:
            header, *others = (Row(row.number, _unpacked(row)) for row in rows[1:])
            base = Rows(file, title, header, tuple(_padded(row, len(header.cells)) for row in others))
            if set(_NEEDED) <= set(base.columns()):
                return str(json.loads(name)), digest, "fr" if lang == "fr" else "en", base
        except (ValueError, RecursionError):
            pass
        break
    raise MapError((file_error("table", say(
        "The workbook has lost its hidden sheet “{sheet}”, the values that it was made with: name an older copy of it "
        "with --base",
        "Le classeur a perdu sa feuille masquée « {sheet} », les valeurs avec lesquelles il a été fait : nommez-en une "
        "copie plus ancienne avec --base", sheet=BASE,
    ), Span(file)),))  # fmt: skip


def _unpacked(row: Row) -> tuple[str, ...]:
    """Return the texts that a row of the base holds as JSON, in pieces between dots."""
    texts = json.loads("".join(piece.removeprefix(".").removesuffix(".") for piece in row.cells))
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(row.number)
    return tuple(text.strip() for text in texts)


def _padded(row: Row, width: int) -> Row:
    return Row(row.number, (*row.cells, *[""] * (width - len(row.cells))))


def _faults(matrix: Rows) -> list[Finding]:
    columns = matrix.columns()
    missing = [column for key in _NEEDED if key not in columns for column in (_title(key),)]
    if not missing:
        return []
    return [_error("missing-column", say(
        "The matrix has lost columns that it cannot do without: {columns}",
        "La matrice a perdu des colonnes indispensables : {columns}", columns=tuple(missing),
    ), matrix.place(matrix.header.number, 0))]  # fmt: skip


def _title(key: Key) -> Text:
    found = column_of("flows", key[1][0] if key[1] else "id")
    return found.title if found else Text(key[0], key[0])


def _named(matrix: Rows, taken: set[str], repeated: Collection[str]) -> Rows:
    """Give rows without an id the next one after that of the row above, among those that are not taken."""
    at = matrix.columns()[_NEEDED[0]]
    width = len(matrix.header.cells)
    rows = [_padded(row, width) for row in matrix.rows]
    taken = taken | {row.cells[at] for row in rows}
    above = "F-000"
    for place, row in enumerate(rows):
        if not row.cells[at]:
            name = _next(above, taken)
            taken.add(name)
            rows[place] = Row(row.number, (*row.cells[:at], name, *row.cells[at + 1 :]))
        if rows[place].cells[at] not in repeated:
            above = rows[place].cells[at]
    return Rows(matrix.file, matrix.sheet, matrix.header, tuple(rows))


def _next(above: str, taken: set[str]) -> str:
    found = _NUMBERED.fullmatch(above)
    before, digits, after = found.groups() if found else (f"{above}-", "01", "")
    number = int(digits)
    while True:
        number += 1
        name = f"{before}{number:0{len(digits)}}{after}"
        if name not in taken:
            return name


def _twice(matrix: Rows) -> list[Finding]:
    at = matrix.columns()[_NEEDED[0]]
    counts = Counter(row.cells[at] for row in matrix.rows)
    return [
        _error("duplicate-key", say(
            "“{id}” is the id of several rows", "« {id} » est l’identifiant de plusieurs lignes", id=name,
        ), *(matrix.place(row.number, at) for row in matrix.rows if row.cells[at] == name))
        for name, count in counts.items() if count > 1
    ]  # fmt: skip


def _renumbered(matrix: Rows, known: set[str]) -> list[Finding]:
    """Return a fault for each id that a spreadsheet seems to have turned into a number: ``007`` into 7."""
    at = matrix.columns()[_NEEDED[0]]
    present = {row.cells[at] for row in matrix.rows}
    bare = {name.lstrip("0"): name for name in known - present if name.isdigit()}
    return [
        _error("number-id", say(
            "“{id}” seems to be the line {line}, of which the spreadsheet made a number: write it as text",
            "« {id} » semble être la ligne {line}, dont le tableur a fait un nombre : écrivez-la comme un texte",
            id=row.cells[at], line=bare[row.cells[at]],
        ), matrix.place(row.number, at))
        for row in matrix.rows if row.cells[at] not in known and row.cells[at] in bare
    ]  # fmt: skip


def _settled(matrix: Rows, base: Rows) -> tuple[Rows, list[Finding]]:
    """Return the matrix without its computed cells, and with the base's cells in the columns that it has lost."""
    columns, before = matrix.columns(), base.columns()
    at, base_at = columns[_NEEDED[0]], before[_NEEDED[0]]
    by_id = {row.cells[base_at]: row.cells for row in base.rows}
    lost = {key: place for key, place in before.items() if key not in columns}
    notes: list[Finding] = []
    if kept := [base.header.cells[place] for key, place in lost.items() if key[0] not in _COMPUTED]:
        notes.append(_note(say(
            "Columns are gone, and what they held is left as it is: {columns}",
            "Des colonnes ont disparu, et leur contenu reste tel quel : {columns}", columns=tuple(kept),
        ), matrix.place(matrix.header.number, 0)))  # fmt: skip
    computed = {key: place for key, place in columns.items() if key[0] in _COMPUTED}
    rows = []
    for row in matrix.rows:
        cells = list(row.cells)
        old = by_id.get(cells[at])
        for key, place in computed.items():
            if cells[place] and (old is None or key not in before or cells[place] != old[before[key]]):
                notes.append(_note(say(
                    "“{column}” is computed, and “{cell}” is not taken back",
                    "« {column} » est calculé, et « {cell} » n’est pas repris",
                    column=matrix.header.cells[place], cell=cells[place],
                ), matrix.place(row.number, place)))  # fmt: skip
            cells[place] = ""
        cells += [old[place] if old is not None and key[0] not in _COMPUTED else "" for key, place in lost.items()]
        rows.append(Row(row.number, tuple(cells)))
    header = Row(matrix.header.number, (*matrix.header.cells, *(base.header.cells[place] for place in lost.values())))
    return Rows(matrix.file, matrix.sheet, header, tuple(rows)), notes


def _note(message: Message, place: Span) -> Finding:
    return Finding("not-taken-back", "warning", message, Ref("file", place.file), (place,))


def without_computed(rows: Rows) -> Rows:
    """Return rows whose computed cells are empty."""
    computed = [place for (reading, _), place in rows.columns().items() if reading in _COMPUTED]
    return Rows(rows.file, rows.sheet, rows.header, tuple(
        Row(row.number, tuple("" if place in computed else cell for place, cell in enumerate(row.cells)))
        for row in rows.rows
    ))  # fmt: skip


def column_at(rows: Rows, key: str) -> int:
    """Return the position of the column that holds a field, by the field's name with dots; that of the id if none."""
    route = tuple(key.split("."))
    columns = rows.columns()
    nearest = [place for (_, one), place in columns.items() if one == route] or [
        place for (_, one), place in columns.items() if one[:1] == route[:1]
    ]
    return nearest[0] if nearest else columns[_NEEDED[0]]


def columns_said(rows: Rows) -> Mapping[int, Column]:
    """Return the column of each position, counted from 1."""
    found = {}
    for place, title in enumerate(rows.header.cells, 1):
        column = column_of("flows", title) if title else None
        if column is not None:
            found[place] = column
    return found
