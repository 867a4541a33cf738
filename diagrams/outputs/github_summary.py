"""A report as the summary of a GitHub job: Markdown within the mebibyte that ``GITHUB_STEP_SUMMARY`` takes a step."""

from __future__ import annotations

from cloison.diagrams.markdown import head_parts, report_parts
from cloison.diagrams.output import Output
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Report

LARGEST = 1_000_000  # bytes; GitHub refuses a summary of more than 1,048,576
SHOWN = (25, 5, 0)  # findings of one rule: as many as there is room for


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    for shown in SHOWN:
        text = ("\n\n".join(report_parts(report, lang, shown)) + "\n").encode("utf-8", "replace")
        if len(text) <= LARGEST:
            return text
    return ("\n\n".join(head_parts(report, lang)) + "\n").encode("utf-8", "replace")[:LARGEST]


OUTPUT = Output(
    "github-summary",
    Text("findings and clauses as the summary of a GitHub job", "constats et exigences en résumé d’une tâche GitHub"),
    (".summary.md",),
    "text/markdown",
    _write,
)
