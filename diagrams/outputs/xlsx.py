"""Statuses of clauses and every table as a spreadsheet, the same bytes for the same report.

Of a drawing it is the flow matrix, to be edited and taken back (:mod:`cloison.diagrams.workbook`). Of a check, the
first sheet is what CISO Assistant imports, one more for each framework that it has; findings and tables follow for
people. Every cell is text, of the type string and with the quote that keeps a spreadsheet from computing it, but for
whole numbers of tables.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from cloison.diagrams.cells import cell_said
from cloison.diagrams.ciso import COLUMNS, sheets
from cloison.diagrams.output import Output
from cloison.diagrams.printable import clipped
from cloison.diagrams.spreadsheet import FINDINGS, HEADS, finding_rows, timeless
from cloison.diagrams.workbook import matrix_workbook
from cloison.netmodel.finding import Lang, MapError, Ref, Text, input_error, say
from cloison.netmodel.language.formulas import is_formula
from cloison.netmodel.report import Report

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | int
LONGEST = 32_000  # characters of a cell; a spreadsheet holds 32,767
MOST = 1_000_000  # rows of a sheet; it holds 1,048,576
WIDEST = 60
STYLED = 5000  # rows of a sheet whose cells are aligned, which takes most of the time
FORBIDDEN = re.compile(r"[\[\]:*?/\\']")  # in the name of a sheet


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    if report.matrix is not None:
        return matrix_workbook(report, report.matrix, lang)
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    moment = datetime(1980, 1, 1)
    book.properties.creator = "cloison"
    book.properties.created = book.properties.modified = moment
    taken: set[str] = set()
    for name, heads, rows in _sheets(report, lang):
        sheet = book.create_sheet(_name(name, taken))
        _fill(sheet, heads, rows)
    if not book.worksheets:
        message = say("{command} has no table to write", "{command} n’a aucun tableau à écrire", command=report.command)
        raise MapError((input_error("no-tables", message, Ref("output", "xlsx")),))
    paper = io.BytesIO()
    book.save(paper)
    return timeless(paper.getvalue())


def _sheets(report: Report, lang: Lang) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[Cell]]]]:
    for made in sheets(report, lang):
        yield made.framework.name, COLUMNS, made.rows
    if report.findings:
        rows = finding_rows(report, lang)
        yield FINDINGS.say(lang), [head.say(lang) for head in HEADS], rows
    for table in report.tables:
        cells = [[cell if type(cell) is int else cell_said(cell, lang) for cell in row] for row in table.rows]
        yield table.title.say(lang), [column.say(lang) for column in table.columns], cells


def _name(wanted: str, taken: set[str]) -> str:
    """Return a sheet's name: 31 characters at most, none that is forbidden, none twice (whatever the case)."""
    base = clipped(FORBIDDEN.sub("-", wanted).strip() or "-", 28)
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base[:25]} {number}"
    taken.add(name.lower())
    return name


def _fill(sheet: Worksheet, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    bold, wrapped = Font(bold=True), Alignment(vertical="top", wrap_text=True)
    aligned = len(rows) <= STYLED
    for number, row in enumerate([heads, *rows[:MOST]], 1):
        for at, value in enumerate(row, 1):
            if isinstance(value, int):
                sheet.cell(number, at, value)
                continue
            if not value:
                continue  # a blank, which an import does not take for a value
            text = clipped(value, LONGEST)
            cell = sheet.cell(number, at, text)
            cell.data_type = "s"  # never a formula, an error or a number
            if aligned:
                cell.alignment = wrapped
            if is_formula(text):
                cell.quotePrefix = True
            if number == 1:
                cell.font = bold
    for at, head in enumerate(heads, 1):
        widths = [len(str(row[at - 1])) for row in rows[:200]]
        sheet.column_dimensions[get_column_letter(at)].width = min(WIDEST, max([len(head), *widths]) + 2)
    sheet.freeze_panes = "A2"


OUTPUT = Output(
    "xlsx",
    Text(
        "spreadsheet: of `draw` the flow matrix, to be edited and merged; of `check` statuses of clauses for CISO "
        "Assistant, findings and tables",
        "feuille de calcul : de `draw`, la matrice des flux, à modifier et à fusionner ; de `check`, statuts des "
        "exigences pour CISO Assistant, constats et tableaux",
    ),
    (".xlsx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    _write,
    binary=True,
)
