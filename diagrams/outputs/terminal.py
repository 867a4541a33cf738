"""Any report for people at a terminal: findings by rule and pair of zones with their place and proof, statuses, tables.

Nothing of a map is ever read as markup: names go through :func:`cloison.diagrams.printable.printable` and into rich's
``Text`` values, never into a markup string.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cloison.diagrams.cells import cell_said
from cloison.diagrams.grid import Piece, grid
from cloison.diagrams.grouping import Group, counts_said, grouped, heading_said, waiver_said
from cloison.diagrams.output import Output
from cloison.diagrams.printable import clipped, no_command, printable
from cloison.diagrams.proof import steps_said, to_the_second
from cloison.diagrams.sources import source_entries
from cloison.diagrams.statuses import STATUS, by_framework
from cloison.netmodel.finding import Finding, Lang, Severity, Span
from cloison.netmodel.finding import Text as Words
from cloison.netmodel.report import Report, Status, Table

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 140  # characters where there is no terminal
NARROWEST, WIDEST = 40, 160
SHOWN = 25  # findings of one rule; the others are counted, and are all in the other outputs
ROWS = 200  # rows of one table
PLACES = 3  # other places of one finding
FRAME = 160  # characters of a source line
ENTRY = 4  # lines of an entry that is written below its key
BLANKS = re.compile(r"\n{3,}")
STYLES: Mapping[Severity, str] = {"error": "bold red", "warning": "yellow", "note": "cyan"}
SIGNS: Mapping[Severity, str] = {"error": "✗", "warning": "!", "note": "·"}
MORE = Words("… and {n} more (all of them with --format json)", "… et {n} de plus (tous avec --format json)")
REMEDY = Words("remedy", "remède")
COLON = Words(": ", " : ")
STATUSES = Words("Clauses of {framework}", "Exigences de {framework}")


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    from rich.console import Console

    wide = max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDE, 40)).columns))
    paper = io.StringIO()
    console = Console(
        file=paper, width=wide, force_terminal=colour, no_color=not colour, color_system="standard" if colour else None,
        markup=False, highlight=False, emoji=False, legacy_windows=False, _environ={},
    )  # fmt: skip
    if report.marking:
        _line(console, printable(report.marking.upper()), "bold reverse" if colour else "")
    if report.title:
        _line(console, printable(report.title), "bold")
    _findings(console, report, lang)
    for framework, statuses in by_framework(report).items():
        _statuses(console, framework.say(lang), statuses, lang)
    for table in report.tables:
        _table(console, table, lang)
    if report.summary:
        _line(console, "")
    for message in report.summary:
        _line(console, printable(message.say(lang)), "bold")
    lines = "".join(f"{no_command(line.rstrip())}\n" for line in paper.getvalue().splitlines())
    return BLANKS.sub("\n\n", lines).encode("utf-8", "replace")


def _line(console: Console, text: str, style: str = "") -> None:
    from rich.text import Text

    console.print(Text(text, style=style), soft_wrap=True)


def _findings(console: Console, report: Report, lang: Lang) -> None:
    groups = grouped(report)
    places = [one.spans[0] for group in groups for one in group.findings[:SHOWN] if one.spans]
    sources = source_entries(places, ENTRY)
    for group in groups:
        _line(console, "")
        _heading(console, group, lang)
        remedies = {one.remedy.say(lang) for one in group.findings if one.remedy}
        shared = len(group.findings) > 1 and len(remedies) == 1 and all(one.remedy for one in group.findings)
        left = SHOWN
        for pair in group.pairs:
            heading = heading_said(pair, group, lang)
            if heading and left > 0:
                _line(console, f"  {printable(heading)}", "bold")
            for one in pair.findings[: max(left, 0)]:
                _finding(console, one, sources, lang, remedy=not shared)
            left -= len(pair.findings)
        if left < 0:
            _line(console, f"  {MORE.say(lang).format(n=-left)}", "dim")
        if shared:
            _line(console, f"  {REMEDY.say(lang)}{COLON.say(lang)}{printable(remedies.pop())}", "green")


def _heading(console: Console, group: Group, lang: Lang) -> None:
    from rich.text import Text

    line = Text(printable(group.rule), style="bold")
    for severity, said in counts_said(group.findings, lang):
        line.append("  ").append(said, style=STYLES[severity] if severity else "dim")
    if group.clauses:
        line.append(f"  ({', '.join(printable(clause) for clause in group.clauses)})", style="dim")
    console.print(line, soft_wrap=True)


def _finding(
    console: Console, finding: Finding, sources: Mapping[tuple[str, int], tuple[str, ...]], lang: Lang, *, remedy: bool
) -> None:
    from rich.text import Text

    place = f"{finding.spans[0]}: " if finding.spans else ""
    line = Text("  ").append(SIGNS[finding.severity] + " ", style=STYLES[finding.severity])
    line.append(printable(place), style="bold").append(printable(finding.message.say(lang)))
    console.print(line, soft_wrap=True)
    if finding.spans:
        _frame(console, finding.spans[0], sources, STYLES[finding.severity])
    for number, step in enumerate(steps_said(finding.witness, lang, precise=False)):
        _line(
            console,
            f"      {'→ ' if number and finding.witness and finding.witness.kind == 'path' else '  '}{printable(step)}",
        )
    proved = {step.span for step in finding.witness.steps} if finding.witness else set()
    for span in [span for span in finding.spans[1:] if span not in proved][:PLACES]:
        _line(console, f"      {printable(str(span))}", "dim")
    if finding.remedy and remedy:
        _line(console, f"      {REMEDY.say(lang)}{COLON.say(lang)}{printable(finding.remedy.say(lang))}", "green")
    if not finding.stands:
        _line(console, f"      {printable(waiver_said(finding, lang))}", "dim")


def _frame(console: Console, span: Span, sources: Mapping[tuple[str, int], tuple[str, ...]], style: str) -> None:
    """Print the offending line, and carets under the part of it that the span names."""
    from rich.text import Text

    source, *others = sources.get((span.file, span.line), ("",))
    if not source.strip():
        return
    line = source.strip()
    console.print(Text(f"    {span.line:>5} │ ", style="dim").append(clipped(line, FRAME)), soft_wrap=True)
    margin = len(source) - len(source.lstrip())
    for number, other in enumerate(others, span.line + 1):
        console.print(Text(f"    {number:>5} │ ", style="dim").append(clipped(other[margin:], FRAME)), soft_wrap=True)
    start = span.column - 1 - (len(source) - len(source.lstrip()))
    ends_here = span.end_line in (0, span.line) and span.end_column > span.column
    length = min(span.end_column - span.column if ends_here else 1, len(line) - start, FRAME - start)
    if (start > 0 or (ends_here and start == 0)) and 0 < length < len(line) and line.isprintable():
        console.print(Text("          │ ", style="dim").append(" " * start + "^" * length, style=style), soft_wrap=True)


def _statuses(console: Console, framework: str, statuses: Sequence[Status], lang: Lang) -> None:
    _line(console, "")
    _line(console, STATUSES.say(lang).format(framework=printable(framework)), "bold")
    _line(console, "")
    heads = (Words("clause", "exigence"), Words("status", "statut"), Words("reason", "raison"))
    rows: list[list[Piece]] = []
    for item in statuses:
        seen = STATUS[item.status]
        clause = printable(f"{item.clause} {item.title.say(lang)}")
        status = f"{seen.sign} {seen.title.say(lang)}"
        rows.append([(clause, ""), (status, seen.style), (printable(item.reason.say(lang)), "")])
    _grid(console, [head.say(lang) for head in heads], rows, lang)


def _table(console: Console, table: Table, lang: Lang) -> None:
    _line(console, "")
    _line(console, printable(table.title.say(lang)), "bold")
    _line(console, "")
    rows = [[(printable(to_the_second(cell_said(cell, lang))), "") for cell in row] for row in table.rows[:ROWS]]
    _grid(console, [printable(column.say(lang)) for column in table.columns], rows, lang)
    if len(table.rows) > ROWS:
        _line(console, f"  {MORE.say(lang).format(n=len(table.rows) - ROWS)}", "dim")


def _grid(console: Console, heads: Sequence[str], rows: Sequence[Sequence[Piece]], lang: Lang) -> None:
    from rich.text import Text

    for line in grid(heads, rows, console.width, COLON.say(lang)):
        console.print(Text.assemble(*line), soft_wrap=True)
    _line(console, "")


OUTPUT = Output("terminal", Words("text for a terminal", "texte pour un terminal"), (".txt",), "text/plain", _write)
