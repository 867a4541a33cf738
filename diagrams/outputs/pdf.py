"""The drawing as a PDF page of vectors, with the fonts that it was laid out with; of no date but the map's.

A report without a drawing is its page on paper.

Graphviz's own renderer makes it: no second program measures the texts again (docs/decisions/0009).
"""

from __future__ import annotations

import re

from cloison.diagrams.layout.picture import picture
from cloison.diagrams.layout.sheet import drawn
from cloison.diagrams.output import Output
from cloison.diagrams.paper import paper
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Report

DATE = re.compile(rb"/(CreationDate|ModDate) \(D:[0-9+'Z-]*\)")  # ISO 32000-1, 7.9.4 and table 317


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    if not report.views:
        from cloison.diagrams.writing import write  # which finds outputs, this one among them

        return paper(write(report, "html", lang))
    day = re.sub(r"\D", "", str(report.data.get("at", "")))[:8] or "19700101"

    def dated(found: re.Match[bytes]) -> bytes:
        """The map's day in as many bytes, so that every offset of the cross-reference table still holds."""
        return b"/%b (D:%b)" % (found.group(1), day.encode()) + b" " * (len(found.group()) - len(found.group(1)) - 14)

    return DATE.sub(dated, picture(drawn(report, lang), "pdf"))


OUTPUT = Output(
    "pdf",
    Text("drawing, or report, as PDF", "dessin, ou rapport, en PDF"),
    (".pdf",),
    "application/pdf",
    _write,
    binary=True,
    picture=True,
)
