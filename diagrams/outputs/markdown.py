"""Any report as Markdown: the tables that say what a drawing shows, the findings, the statuses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cloison.diagrams.cells import cell_said
from cloison.diagrams.output import Output
from cloison.diagrams.printable import printable
from cloison.diagrams.proof import steps_said
from cloison.diagrams.statuses import STATUS, by_framework
from cloison.netmodel.finding import SEVERITIES, Finding, Lang, Text
from cloison.netmodel.report import Report, Status, Table

# what CommonMark, its tables, HTML or a forge's extensions could read as syntax, anywhere or at a start
SYNTAX = re.compile(r"[\\`*_\[\]<>|~&$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
START = re.compile(r"^([-+#=]|\d+(?=[.)]))")
ENTITIES = "<>&|`$@:."
FINDINGS = Text("Findings", "Constats")
CLAUSES = Text("Clauses of {framework}", "Exigences de {framework}")
NONE = Text("None.", "Aucun.")
LEFT_OUT = Text("Not on the drawing", "Absent du dessin")
SEVERITY = {
    "error": Text("error", "erreur"),
    "warning": Text("warning", "avertissement"),
    "note": Text("note", "remarque"),
}


def escaped(text: str) -> str:
    """Return ``text`` as Markdown that reads as itself, in a table too."""
    return SYNTAX.sub(_escape, printable(text).strip())


def opening(text: str) -> str:
    """Return :func:`escaped` text that may open a line: no list, heading or rule begins there."""
    return START.sub(_escape, escaped(text))


def _escape(found: re.Match[str]) -> str:
    sign = found.group()
    if sign.isdigit():
        return f"&#{ord(sign[0])};{sign[1:]}"
    return f"&#{ord(sign)};" if sign in ENTITIES else f"\\{sign}"


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    parts = []
    if report.marking:
        parts.append(f"**{escaped(report.marking)}**")
    title = report.title or report.command
    if report.views:
        title += f" — {report.views[0].title.say(lang)}"
    parts.append(f"# {escaped(title)}")
    named = report.data.get("map", {})
    facts = [str(report.data.get("at", "")), str(named.get("digest", ""))]
    parts += [opening(" · ".join(fact for fact in facts if fact))] if any(facts) else []
    parts += ["\n".join(f"- {opening(item.say(lang))}" for item in report.summary)] if report.summary else []
    hidden = [item for scene in report.views for item in scene.hidden]
    if hidden:
        parts.append(f"## {LEFT_OUT.say(lang)}")
        parts.append("\n".join(f"- {opening(item.say(lang))}" for item in hidden))
    for table in report.tables:
        parts += _table(table, lang)
    if report.findings or report.views:
        parts += _findings(report.findings, lang)
    for framework, statuses in by_framework(report.statuses).items():
        parts += _statuses(framework, statuses, lang)
    return ("\n\n".join(parts) + "\n").encode("utf-8", "replace")


def _grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = [escaped(head) for head in heads]
    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    lines += [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _table(table: Table, lang: Lang) -> list[str]:
    title = f"## {escaped(table.title.say(lang))} ({len(table.rows)})"
    if not table.rows:
        return [title, NONE.say(lang)]
    rows = ([cell_said(cell, lang) for cell in row] for row in table.rows)
    return [title, _grid((column.say(lang) for column in table.columns), rows)]


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


def _statuses(framework: str, statuses: Sequence[Status], lang: Lang) -> list[str]:
    heads = (Text("clause", "exigence"), Text("title", "titre"), Text("status", "statut"), Text("reason", "raison"))
    rows = (
        (item.clause, item.title.say(lang), STATUS[item.status].title.say(lang), item.reason.say(lang))
        for item in statuses
    )
    title = escaped(CLAUSES.say(lang).format(framework=framework))
    return [f"## {title}", _grid((head.say(lang) for head in heads), rows)]


OUTPUT = Output(
    "markdown",
    Text("tables and findings as Markdown", "tableaux et constats en Markdown"),
    (".md",),
    "text/markdown",
    _write,
)
