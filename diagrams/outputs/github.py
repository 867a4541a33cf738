"""Findings as GitHub's workflow commands, which annotate the lines of a pull request; for standard output.

A name of the map can neither end a command nor begin one: what is not printable is shown, and the signs of the syntax
are escaped (``%``, and ``:`` and ``,`` in properties). GitHub shows ten of each level a step, so the worst come first.
Source: GitHub's documentation, "Workflow commands", and the escaping of its toolkit.
"""

from __future__ import annotations

from collections.abc import Mapping

from cloison.diagrams.grouping import grouped, rank, waiver_said
from cloison.diagrams.output import Output
from cloison.diagrams.places import relative
from cloison.diagrams.printable import printable
from cloison.diagrams.proof import steps_said
from cloison.netmodel.finding import Finding, Lang, Severity, Text
from cloison.netmodel.report import Report

COMMANDS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}
BREAK = "%0A"


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    findings = sorted((one for group in grouped(report) for one in group.findings), key=rank)
    return "".join(f"{_command(one, lang)}\n" for one in findings).encode("utf-8", "replace")


def _command(finding: Finding, lang: Lang) -> str:
    properties = {}
    if finding.spans and finding.spans[0].file:
        span = finding.spans[0]
        properties["file"] = relative(span.file)
        if span.line:
            properties["line"] = str(span.line)
        if span.end_line > span.line:
            properties["endLine"] = str(span.end_line)
        elif span.column and not span.sheet:
            properties["col"] = str(span.column)
            if span.end_column > span.column:
                properties["endColumn"] = str(span.end_column)
    clauses = f" ({', '.join(finding.clauses)})" if finding.clauses else ""
    properties["title"] = f"{finding.rule}{clauses}"
    lines = [finding.message.say(lang), *steps_said(finding.witness, lang)]
    if finding.remedy:
        lines.append(finding.remedy.say(lang))
    if not finding.stands:
        lines.append(waiver_said(finding, lang))
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    word = COMMANDS[finding.severity] if finding.stands else "notice"
    return f"::{word} {named}::{BREAK.join(map(_data, lines))}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


OUTPUT = Output(
    "github",
    Text("findings as annotations of a GitHub workflow", "constats en annotations d’un flux de travail GitHub"),
    (),
    "text/plain",
    _write,
)
