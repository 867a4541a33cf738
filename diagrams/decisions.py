"""The table of a review's decisions as a file that people fill in: CSV, a row a decision, so that git merges it."""

from __future__ import annotations

import csv
import io

from cloison.diagrams.cells import cell_said
from cloison.diagrams.formulas import inert
from cloison.netmodel.finding import Lang
from cloison.netmodel.report import Table


def decisions_csv(table: Table, lang: Lang) -> bytes:
    """Return the table as CSV (RFC 4180) separated by semicolons, in UTF-8 with its mark, which spreadsheets ask for.

    What a spreadsheet would compute begins with an apostrophe, which is left out again when it is read.
    """
    paper = io.StringIO(newline="")
    writer = csv.writer(paper, delimiter=";", lineterminator="\n")
    writer.writerow([column.say(lang) for column in table.columns])
    writer.writerows([inert(cell_said(cell, lang)) for cell in row] for row in table.rows)
    return paper.getvalue().encode("utf-8-sig", "replace")
