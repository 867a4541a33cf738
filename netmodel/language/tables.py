"""A table -> the entries of a section: its header, then its rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cloison.netmodel.finding import Finding, MapError, Text, say
from cloison.netmodel.language.columns import COLUMNS, Column, fold, headers, label
from cloison.netmodel.language.faults import unknown
from cloison.netmodel.language.rows import TablePart, read_row, table_error
from cloison.netmodel.language.sheets import Row, Sheet, read_sheet

_COLUMN = Text("column", "Nom de colonne")


def read_table(path: Path, section: str, sheet_name: str = "") -> tuple[TablePart, list[Finding]]:
    """Return the entries of a CSV or XLSX table and every fault of it; raise :class:`MapError` for no table."""
    found: list[Finding] = []
    known = headers(section)
    sheet = read_sheet(path, sheet_name, lambda header: fold(header) in known, found)
    rows = [row for row in sheet.rows if any(row.cells)]
    if not rows:
        raise MapError(
            (
                table_error(
                    section,
                    "empty-table",
                    say(
                        "The table is empty: its first row names the columns",
                        "Le tableau est vide : sa première ligne nomme les colonnes",
                    ),
                    sheet.place(1),
                ),
            )
        )
    part = TablePart(sheet.file, sheet.name, section, header=rows[0].number)
    columns = _header(section, sheet, rows[0], known, found)
    part.columns = tuple(
        sorted(((column.route, number) for number, column in columns.items()), key=lambda item: -len(item[0]))
    )
    if len(rows) == 1:
        found.append(
            table_error(
                section,
                "empty-table",
                say("The table has a header and no row", "Le tableau a un en-tête et aucune ligne"),
                sheet.place(rows[0].number),
            )
        )
    written = [fold(cell) for cell in rows[0].cells]
    day_first = any(
        fold(column.title.fr) in written and fold(column.title.fr) != fold(column.title.en)
        for column in COLUMNS[section]
    )
    for row in rows[1:]:
        read_row(row, len(rows[0].cells), columns, day_first, sheet, part, found)
    return part, found


def _header(
    section: str, sheet: Sheet, row: Row, known: Mapping[str, Column], found: list[Finding]
) -> dict[int, Column]:
    columns: dict[int, Column] = {}
    unknowns: list[Finding] = []
    for number, header in enumerate(row.cells, 1):
        if not header:
            continue
        column = known.get(fold(header)) or label(header)
        if column is None:
            titles = tuple(
                dict.fromkeys(title for item in COLUMNS[section] for title in (item.title.fr, item.title.en))
            )
            fault = unknown(header[:80], titles, "unknown-column", _COLUMN)
            unknowns.append(table_error(section, fault.rule, fault.message, sheet.place(row.number, number)))
            continue
        twin = next(
            (other for other, seen in columns.items() if seen.route == column.route and seen.reading == column.reading),
            0,
        )
        if twin:
            found.append(
                table_error(
                    section,
                    "duplicate-column",
                    say(
                        "“{first}” and “{second}” are the same column",
                        "« {first} » et « {second} » sont la même colonne",
                        first=row.cells[twin - 1],
                        second=header,
                    ),
                    sheet.place(row.number, number),
                    sheet.place(row.number, twin),
                )
            )
            continue
        columns[number] = column
    title = COLUMNS[section][0].title
    if not columns:
        raise MapError(
            (
                table_error(
                    section,
                    "table-header",
                    say(
                        "The first row names no column: a table begins with its header, “{id}” among it",
                        "La première ligne ne nomme aucune colonne : un tableau commence par un en-tête, dont « {id} »",
                        id=title,
                    ),
                    sheet.place(row.number, 1),
                ),
            )
        )
    found += unknowns
    if not any(column.reading == "id" for column in columns.values()):
        raise MapError(
            (
                *found,
                table_error(
                    section,
                    "table-header",
                    say("The header has no column “{id}”", "L’en-tête n’a pas de colonne « {id} »", id=title),
                    sheet.place(row.number, 1),
                ),
            )
        )
    return columns
