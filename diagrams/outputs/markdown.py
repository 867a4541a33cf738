"""Any report as Markdown: what a merge request needs of a check, the tables that say what a drawing shows."""

from __future__ import annotations

from collections.abc import Sequence

from cloison.diagrams.grouping import SEVERITY
from cloison.diagrams.markdown import (
    CLAUSES_OF,
    FINDINGS,
    NONE,
    escaped,
    head_parts,
    opening,
    report_parts,
    statuses_grid,
    table_parts,
)
from cloison.diagrams.output import Output
from cloison.diagrams.proof import steps_said
from cloison.diagrams.statuses import by_framework
from cloison.netmodel.finding import SEVERITIES, Finding, Lang, Text
from cloison.netmodel.report import Report

LEFT_OUT = Text("Not on the drawing", "Absent du dessin")
SHOWN = 25  # findings of one rule


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    parts = report_parts(report, lang, SHOWN) if report.rules else _flat(report, lang)
    return ("\n\n".join(parts) + "\n").encode("utf-8", "replace")


def _flat(report: Report, lang: Lang) -> list[str]:
    parts = head_parts(report, lang)
    hidden = [item for scene in report.views for item in scene.hidden]
    if hidden:
        parts.append(f"## {LEFT_OUT.say(lang)}")
        parts.append("\n".join(f"- {opening(item.say(lang))}" for item in hidden))
    for table in report.tables:
        parts += table_parts(table, lang)
    if report.findings or report.views:
        parts += _findings(report.findings, lang)
    for framework, statuses in by_framework(report).items():
        title = CLAUSES_OF.say(lang).format(framework=framework.say(lang))
        parts += [f"## {escaped(title)}", statuses_grid(statuses, lang)]
    return parts


def _findings(findings: Sequence[Finding], lang: Lang) -> list[str]:
    parts = [f"## {FINDINGS.say(lang)} ({len(findings)})"]
    if not findings:
        return [*parts, NONE.say(lang)]
    ordered = sorted(
        findings, key=lambda one: (SEVERITIES.index(one.severity), one.rule, one.spans[:1], one.fingerprint)
    )
    lines = []
    for one in ordered:
        place = f" {escaped(str(one.spans[0]))}" if one.spans else ""
        clauses = f" ({escaped(', '.join(one.clauses))})" if one.clauses else ""
        lines.append(
            f"- **{SEVERITY[one.severity].say(lang)}** {escaped(one.rule)}{clauses}{place}"
            f" — {escaped(one.message.say(lang))}"
        )
        lines += [f"  - {opening(step)}" for step in steps_said(one.witness, lang)]
        if one.remedy:
            lines.append(f"  - {opening(one.remedy.say(lang))}")
    return [*parts, "\n".join(lines)]


OUTPUT = Output(
    "markdown",
    Text(
        "findings and tables as Markdown, for merge requests",
        "constats et tableaux en Markdown, pour les demandes de fusion",
    ),
    (".md",),
    "text/markdown",
    _write,
)
