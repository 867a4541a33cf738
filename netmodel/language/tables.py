"""A table -> the entries of a section: its header, then its rows."""

from __future__ import annotations

from pathlib import Path

from cloison.netmodel.finding import Finding, MapError, Ref, Text, input_error
from cloison.netmodel.language.columns import COLUMNS, Column, fold, headers, label
from cloison.netmodel.language.faults import unknown
from cloison.netmodel.language.files import DISK, Store
from cloison.netmodel.language.rows import Header, TablePart, read_rows, table_error
from cloison.netmodel.language.sheets import Row, Sheet, read_sheet

_COLUMN = Text("column", "Nom de colonne")
_EMPTY = Text(
    "The table is empty: its first row names the columns", "Le tableau est vide : sa première ligne nomme les colonnes"
)
_NO_ROW = Text("The table has a header and no row", "Le tableau a un en-tête et aucune ligne")
_SAME_COLUMN = Text("“{first}” and “{second}” are the same column", "« {first} » et « {second} » sont la même colonne")
_NO_HEADER = Text(
    "The first row names no column: a table begins with its header, “{id}” among it",
    "La première ligne ne nomme aucune colonne : un tableau commence par un en-tête, dont « {id} »",
)
_NO_ID = Text("The header has no column “{id}”", "L’en-tête n’a pas de colonne « {id} »")


def read_table(
    path: Path, section: str, sheet_name: str, words: dict[str, str], store: Store = DISK
) -> tuple[TablePart, list[Finding]]:
    """Return the entries of a CSV or XLSX table and every fault of it; raise :class:`MapError` for no table.

    The first row that is not empty is the header. ``words`` shares equal texts between files.
    """
    found: list[Finding] = []
    known = headers(section)
    sheet = read_sheet(path, sheet_name, lambda header: fold(header) in known, found, store)
    return table_of(sheet, section, words, found), found


def table_of(sheet: Sheet, section: str, words: dict[str, str], found: list[Finding]) -> TablePart:
    """Return the entries of a sheet, and add its faults to ``found``; raise :class:`MapError` for no table."""
    first = next((row for row in sheet.rows if any(row.cells)), None)
    if first is None:
        raise MapError((table_error(section, "empty-table", _EMPTY, sheet.place(1)),))
    part = TablePart(sheet.file, sheet.name, section, header=first.number)
    header = _header(section, sheet, first, found)
    part.columns = tuple(
        sorted(((column.route, number) for number, column in header.columns.items()), key=lambda item: -len(item[0]))
    )
    try:
        if not read_rows(sheet.rows, header, sheet, part, words, found):
            found.append(table_error(section, "empty-table", _NO_ROW, sheet.place(first.number)))
    except MapError as error:  # the rows end where the file is broken
        found += error.findings
    return part


def column_of(section: str, header: str) -> Column | None:
    """Return the column that a header names, or nothing."""
    return headers(section).get(fold(header)) or label(header)


def _header(section: str, sheet: Sheet, row: Row, found: list[Finding]) -> Header:
    columns: dict[int, Column] = {}
    unknowns: dict[int, Finding] = {}
    id_title = COLUMNS[section][0].title
    for number, header in enumerate(row.cells, 1):
        if not header:
            continue
        place = sheet.place(row.number, number)
        column = column_of(section, header)
        if column is None:
            titles = dict.fromkeys(title for item in COLUMNS[section] for title in (item.title.fr, item.title.en))
            fault = unknown(header[:80], tuple(titles), "unknown-column", _COLUMN)
            unknowns[number] = input_error(fault.rule, fault.message, Ref("table", section), place)
            continue
        twin = next(
            (other for other, seen in columns.items() if seen.route == column.route and seen.reading == column.reading),
            0,
        )
        if twin:
            unknowns[number] = table_error(
                section,
                "duplicate-column",
                _SAME_COLUMN,
                place,
                sheet.place(row.number, twin),
                first=row.cells[twin - 1],
                second=header,
            )
            continue
        columns[number] = column
    if not columns:
        raise MapError((table_error(section, "table-header", _NO_HEADER, sheet.place(row.number, 1), id=id_title),))
    found += unknowns.values()
    if not any(column.reading == "id" for column in columns.values()):
        raise MapError((*found, table_error(section, "table-header", _NO_ID, sheet.place(row.number, 1), id=id_title)))
    return Header(len(row.cells), columns, frozenset(unknowns), _french(section, row))


def _french(section: str, row: Row) -> bool:
    """Tell whether a header is in French: it has a title that is not also the English one."""
    written = {fold(cell) for cell in row.cells}
    return any(
        fold(column.title.fr) in written and fold(column.title.fr) != fold(column.title.en)
        for column in COLUMNS[section]
    )
