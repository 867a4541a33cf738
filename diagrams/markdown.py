"""Markdown that reads as the names it holds, and a report of rules in it: short, grouped, the rest folded away.

The only HTML is our own ``details`` and ``summary``, which GitLab and GitHub both show.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from cloison.diagrams.cells import cell_said
from cloison.diagrams.grouping import Group, counts_said, grouped, heading_said, rank, waiver_said
from cloison.diagrams.printable import clipped, printable
from cloison.diagrams.proof import steps_said
from cloison.diagrams.statuses import STATUS
from cloison.netmodel.finding import Finding, Lang, Severity, Text
from cloison.netmodel.report import Report, Status, Table

# what CommonMark, its tables, HTML or a forge's extensions could read as syntax, anywhere or at a start
SYNTAX = re.compile(r"[\\`*_\[\]<>|~&$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
START = re.compile(r"^([-+#=]|\d+(?=[.)]))")
ENTITIES = "<>&|`$@:."
LONGEST = 600  # characters of a message
FINDINGS = Text("Findings", "Constats")
CLAUSES = Text("Clauses", "Exigences")
CLAUSES_OF = Text("Clauses of {framework}", "Exigences de {framework}")
NONE = Text("None.", "Aucun.")
REMEDY = Text("What to do:", "Que faire :")
MORE = Text("… and {n} more (all of them with `--format json`)", "… et {n} de plus (tous avec `--format json`)")
EVERY = Text("every clause", "toutes les exigences")
SIGNS: dict[Severity | None, str] = {"error": "✗", "warning": "!", "note": "·", None: "~"}
COLON = Text(": ", " : ")


def escaped(text: str) -> str:
    """Return ``text`` as Markdown that reads as itself, in a table too."""
    return SYNTAX.sub(_escape, printable(text).strip())


def opening(text: str) -> str:
    """Return :func:`escaped` text that may open a line: no list, heading or rule begins there."""
    return START.sub(_escape, escaped(text))


def tagged(text: str) -> str:
    """Return ``text`` for between the tags of a line of HTML, where a backslash escapes nothing."""
    return SYNTAX.sub(lambda found: f"&#{ord(found.group()[0])};", printable(text).strip())


def _escape(found: re.Match[str]) -> str:
    sign = found.group()
    if sign.isdigit():
        return f"&#{ord(sign[0])};{sign[1:]}"
    return f"&#{ord(sign)};" if sign in ENTITIES else f"\\{sign}"


def grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of texts that are not yet escaped."""
    columns = [escaped(head) for head in heads]
    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    lines += [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def folded(summary: str, parts: Sequence[str], *, shown: bool = False) -> str:
    """Return parts that open at a click on ``summary``, which is :func:`tagged` already."""
    return "\n\n".join([f"<details{' open' if shown else ''}><summary>{summary}</summary>", *parts, "</details>"])


def table_parts(table: Table, lang: Lang) -> list[str]:
    """Return a table under its heading."""
    title = f"## {escaped(table.title.say(lang))} ({len(table.rows)})"
    return [title, table_grid(table, lang)]


def table_grid(table: Table, lang: Lang) -> str:
    """Return a table of a report, or that it is empty."""
    if not table.rows:
        return NONE.say(lang)
    rows = ([cell_said(cell, lang) for cell in row] for row in table.rows)
    return grid((column.say(lang) for column in table.columns), rows)


def statuses_grid(statuses: Sequence[Status], lang: Lang) -> str:
    """Return the statuses of clauses, with their reasons."""
    heads = (Text("clause", "exigence"), Text("title", "titre"), Text("status", "statut"), Text("reason", "raison"))
    rows = (
        (
            item.clause,
            item.title.say(lang),
            f"{STATUS[item.status].sign} {STATUS[item.status].title.say(lang)}",
            item.reason.say(lang),
        )
        for item in statuses
    )
    return grid((head.say(lang) for head in heads), rows)


def head_parts(report: Report, lang: Lang) -> list[str]:
    """Return the marking, the title, the date and digest, and the summary."""
    parts = [f"**{escaped(report.marking)}**"] if report.marking else []
    title = report.title or report.command
    if report.views:
        title += f" — {report.views[0].title.say(lang)}"
    parts.append(f"# {escaped(title)}")
    named = report.data.get("map", {})
    facts = [str(report.data.get("at", "")), str(named.get("digest", ""))]
    parts += [opening(" · ".join(fact for fact in facts if fact))] if any(facts) else []
    return parts + (["\n".join(f"- {opening(item.say(lang))}" for item in report.summary)] if report.summary else [])


def report_parts(report: Report, lang: Lang, shown: int) -> list[str]:
    """Return a report of rules: each rule folded, ``shown`` findings of each, clauses counted, tables folded."""
    parts = head_parts(report, lang)
    parts.append(f"## {FINDINGS.say(lang)} ({len(report.findings)})")
    groups = grouped(report)
    parts += [_group(group, lang, shown) for group in groups] or [NONE.say(lang)]
    if report.statuses:
        counts = Counter(item.status for item in report.statuses)
        said = [f"{look.sign} {look.title.say(lang)} {counts[word]}" for word, look in STATUS.items() if counts[word]]
        parts.append(f"## {CLAUSES.say(lang)} ({len(report.statuses)})")
        parts.append(escaped(" · ".join(said)))
        parts.append(folded(EVERY.say(lang), [statuses_grid(report.statuses, lang)]))
    for table in report.tables:
        parts.append(folded(f"{tagged(table.title.say(lang))} ({len(table.rows)})", [table_grid(table, lang)]))
    return parts


def _group(group: Group, lang: Lang, shown: int) -> str:
    said = counts_said(group.findings, lang)
    counts = ", ".join(words for _, words in said)
    clauses = f" ({tagged(', '.join(group.clauses))})" if group.clauses else ""
    title = f" — {tagged(group.asked.title.say(lang))}" if group.asked else ""
    parts: list[str] = []
    remedies = {one.remedy.say(lang) for one in group.findings if one.remedy}
    left = shown
    for pair in group.pairs:
        if left <= 0:
            break
        heading = heading_said(pair, group, lang)
        if heading:
            parts.append(f"**{escaped(heading)}** ({len(pair.findings)})")
        parts.append("\n".join(_finding(one, lang, alone=len(remedies) > 1) for one in pair.findings[:left]))
        left -= len(pair.findings)
    if left < 0 or len(group.findings) > shown:
        parts.append(MORE.say(lang).format(n=len(group.findings) - shown))
    if len(remedies) == 1:
        parts.append(f"{REMEDY.say(lang)} {escaped(next(iter(remedies)))}")
    return folded(f"{SIGNS[said[0][0]]} <b>{tagged(group.rule)}</b>{title}{COLON.say(lang)}{counts}{clauses}", parts)


def _finding(one: Finding, lang: Lang, *, alone: bool) -> str:
    """Return a finding as an entry of a list; its own remedy where the rule's findings do not share one."""
    place = f" ({escaped(str(one.spans[0]))})" if one.spans else ""
    sign = SIGNS[one.severity if one.stands else None]
    lines = [f"- {sign} {escaped(clipped(one.message.say(lang), LONGEST))}{place}"]
    steps = [escaped(step) for step in steps_said(one.witness, lang, precise=False)]
    if steps:
        arrow = " → " if one.witness and one.witness.kind == "path" else " ; "
        lines.append(f"  - {opening(steps[0]) if len(steps) == 1 else arrow.join(steps)}")
    if not one.stands:
        lines.append(f"  - {opening(waiver_said(one, lang))}")
    if one.remedy and alone and rank(one) < 2:
        lines.append(f"  - {REMEDY.say(lang)} {escaped(one.remedy.say(lang))}")
    return "\n".join(lines)
