"""Statuses of clauses as CSV for CISO Assistant: the first framework that it has, one row a requirement node."""

from __future__ import annotations

import csv
import io

from cloison.diagrams.ciso import COLUMNS, sheets
from cloison.diagrams.formulas import inert
from cloison.diagrams.output import Output
from cloison.diagrams.statuses import without_statuses
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Report


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    made = sheets(report, lang)
    if not made:
        raise without_statuses("csv", report.command)
    paper = io.StringIO(newline="")
    writer = csv.writer(paper, quoting=csv.QUOTE_ALL, lineterminator="\r\n")  # RFC 4180
    writer.writerow(COLUMNS)
    writer.writerows([inert(cell) for cell in row] for row in made[0].rows)
    return paper.getvalue().encode("utf-8", "replace")


OUTPUT = Output(
    "csv",
    Text("statuses of clauses for CISO Assistant, as CSV", "statuts des exigences pour CISO Assistant, en CSV"),
    (".csv",),
    "text/csv",
    _write,
)
