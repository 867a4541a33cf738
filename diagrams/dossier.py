"""The dossier of a closed review: one page and its PDF, the reports for machines, the decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from cloison.diagrams.decisions import decisions_csv
from cloison.diagrams.paper import paper
from cloison.diagrams.writing import write
from cloison.flows.reviewing.decisions import COLUMNS
from cloison.netmodel.finding import Lang, MapError, Text, say
from cloison.netmodel.report import Report, Table

PAGE = "dossier"


def dossier(
    review: Report, check: Report, drawing: Report, decisions: Table, by: Sequence[str], on: date, lang: Lang
) -> Mapping[str, bytes]:
    """Return the files of a dossier by their names, of the review's report, the map's assessment and its atlas.

    The page has room for the signatures of those by whom the review is closed, what was looked at, every decision, the
    status of each clause and what was found. Raises ``MapError`` where no PDF can be made.
    """
    closing = say("closed on {on} by {by}", "close le {on} par {by}", on=on, by=tuple(by))
    whole = replace(
        check,
        command=review.command,
        tables=(_signatures(by, on), *review.tables, _readable(decisions), *check.tables),
        summary=(closing, *review.summary, *check.summary),
    )
    page = write(whole, "html", lang)
    return {
        f"{PAGE}.html": page,
        f"{PAGE}.pdf": paper(page),
        "decisions.csv": decisions_csv(decisions, lang),
        **_drawn(drawing, lang),
        "atlas.html": write(drawing, "html", lang),
        "matrix.xlsx": write(drawing, "xlsx", lang),
        "review.json": write(review, "json", lang),
        "check.json": write(check, "json", lang),
    }


def _signatures(by: Sequence[str], on: date) -> Table:
    """Return the table in which reviewers sign a printed dossier."""
    columns = (
        Text("reviewer", "responsable de la revue"), Text("function", "fonction"), Text("date", "date"),
        Text("signature, for the agenda, the decisions and the status of clauses that follow",
             "signature, valant pour l’ordre du jour, les décisions et le statut des exigences qui suivent"),
    )  # fmt: skip
    return Table("signatures", Text("Signatures", "Signatures"), columns, tuple((name, "", on, "") for name in by))


def _readable(decisions: Table) -> Table:
    """Return the table of decisions without the states, which tell a reader nothing."""
    kept = [place for place, column in enumerate(decisions.columns) if column != COLUMNS["state"]]
    return replace(
        decisions,
        columns=tuple(decisions.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in decisions.rows),
    )


def _drawn(drawing: Report, lang: Lang) -> Mapping[str, bytes]:
    """Return the drawing as vectors; as the text of what would lay it out where nothing can."""
    try:
        return {f"overview.{name}": write(drawing, name, lang) for name in ("svg", "pdf")}
    except MapError as refused:
        if all(finding.rule != "no-layout" for finding in refused.findings):
            raise
        return {"overview.dot": write(drawing, "dot", lang)}
