"""The table of a review's decisions as a file that people fill in: CSV, which git merges, or a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from cloison.diagrams.cells import cell_said
from cloison.diagrams.formulas import inert
from cloison.diagrams.printable import clipped
from cloison.diagrams.spreadsheet import timeless
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.language.formulas import is_formula
from cloison.netmodel.report import Table

WIDTHS = (24, 60, 60, 14, 24, 40, 28)  # characters, by column
LONGEST = 32_000  # characters of a cell; a spreadsheet holds 32,767


def decisions_csv(table: Table, lang: Lang) -> bytes:
    """Return the table as CSV (RFC 4180) separated by semicolons, in UTF-8 with its mark, which spreadsheets ask for.

    What a spreadsheet would compute begins with an apostrophe, which is left out again when it is read.
    """
    paper = io.StringIO(newline="")
    writer = csv.writer(paper, delimiter=";", lineterminator="\n")
    writer.writerow([column.say(lang) for column in table.columns])
    writer.writerows([inert(cell_said(cell, lang)) for cell in row] for row in table.rows)
    return paper.getvalue().encode("utf-8-sig", "replace")


def decisions_workbook(table: Table, at: int, words: Sequence[Text], lang: Lang) -> bytes:
    """Return the table as a workbook, the same bytes for the same table; ``words`` are those of its column ``at``."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    book.properties.creator = "cloison"
    book.properties.created = book.properties.modified = datetime(1980, 1, 1)
    sheet = book.worksheets[0]
    sheet.title = table.title.say(lang)
    rows = [[column.say(lang) for column in table.columns]]
    rows += [[cell_said(cell, lang) for cell in row] for row in table.rows]
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            if not value:
                continue
            text = clipped(value, LONGEST)
            cell = sheet.cell(number, place, text)
            cell.data_type = "s"  # never a formula, an error or a number
            cell.quotePrefix = is_formula(text)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.font = Font(bold=number == 1)
    choice = DataValidation("list", formula1=f'"{",".join(word.say(lang) for word in words)}"', allow_blank=True)
    choice.add(f"{get_column_letter(at)}2:{get_column_letter(at)}{max(len(rows), 2)}")
    sheet.add_data_validation(choice)
    for place, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(rows)}"
    paper = io.BytesIO()
    book.save(paper)
    return timeless(paper.getvalue())
