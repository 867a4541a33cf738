"""Reports to files, to the terminal and to standard output; a line for people on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cloison.netmodel.finding import SEVERITIES, Finding, MapError, Message, Severity, say
from cloison.terminal import language
from cloison.terminal.language import _
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import refuse, unwritable

if TYPE_CHECKING:
    from cloison.netmodel.report import Report


def tell(message: Message) -> None:
    """Write one line of a summary or a warning on stderr."""
    from cloison.diagrams.printable import no_command, printable

    PROGRESS.clear()
    sys.stderr.write(no_command(printable(message.say(language.LANG))) + "\n")


def write(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file; where that cannot be done, it is said why."""
    try:
        with path.open("wb") as file:
            file.writelines(parts)
    except OSError as problem:
        unwritable(path, problem)


def show(report: Report, output: Sequence[str] | None, wanted: str, *, default: str = "terminal") -> None:
    """Write the report in the outputs that ``--format`` or the names and suffixes of ``-o`` choose."""
    from cloison.diagrams.writing import instead_of_picture, targets

    PROGRESS.clear()
    to_terminal = sys.stdout.isatty()
    for chosen, path in targets(output or ["-"], wanted, default):
        colour = path is None and to_terminal and "NO_COLOR" not in os.environ
        try:
            parts: Iterable[bytes] = (
                chosen.stream(report) if chosen.stream else (chosen.write(report, language.LANG, colour=colour),)
            )
        except MapError as refused:
            if path is not None and any(finding.rule == "no-layout" for finding in refused.findings):
                for other, text in instead_of_picture(report, path, language.LANG).items():
                    write(other, (text,))
                    tell(say("{file} is written instead", "{file} est écrit à la place", file=str(other)))
            raise
        if path is not None:
            write(path, parts)
            continue
        if chosen.binary and to_terminal:
            refuse(
                "output",
                say(
                    "{name} is not text: name a file with -o",
                    "{name} n’est pas du texte : nommer un fichier avec -o",
                    name=chosen.name,
                ),
            )
        sys.stdout.flush()
        sys.stdout.buffer.writelines(parts)
        sys.stdout.buffer.flush()


def summarise(report: Report, output: Sequence[str] | None, wanted: str) -> None:
    """Write the summary on stderr where the output itself is for machines or in a file."""
    if output or wanted not in ("", "terminal"):
        for message in report.summary:
            tell(message)


def worst(findings: Sequence[Finding], fail_on: Severity) -> bool:
    """Tell whether a finding that stands is at least as severe."""
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(finding.severity in failing and finding.stands for finding in findings)


def tell_refusal(findings: Sequence[Finding]) -> None:
    """Show every reason why an input cannot be used, each with its place."""
    from cloison.diagrams.printable import no_command, printable

    lines = []
    for finding in findings:
        place = f"{finding.spans[0]}: " if finding.spans else ""
        lines.append(f"{place}{finding.message.say(language.LANG)} [{finding.rule}]")
        lines += [f"    {_('see also', 'voir aussi')} {span}" for span in finding.spans[1:]]
        if finding.remedy:
            lines.append(f"    {finding.remedy.say(language.LANG)}")
    sys.stderr.write("".join(no_command(printable(line)) + "\n" for line in lines))
