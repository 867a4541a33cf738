"""Compare two versions of a map."""

from __future__ import annotations

from dataclasses import replace

from cloison.terminal.command import FINDINGS, HOLDS, UNDECIDED, Command
from cloison.terminal.evidence import known_frameworks
from cloison.terminal.language import _
from cloison.terminal.options import (
    AtOption,
    FailOnOption,
    FormatOption,
    FrameworkOption,
    LangOption,
    OutputOption,
    VersionArgument,
    ViewOption,
)
from cloison.terminal.output import show, summarise, worst
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import check_language, day_of, severity_of


def diff(
    old: VersionArgument,
    new: VersionArgument,
    view: ViewOption = "overview",
    framework: FrameworkOption = None,
    at: AtOption = None,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    fail_on: FailOnOption = "error",
    lang: LangOption = "",
) -> int:
    """Compare two versions of a map by what they mean."""
    from cloison.diagrams.scenes.changes import overlay
    from cloison.diagrams.writing import pictures
    from cloison.netmodel.assurance.assess import assess_network
    from cloison.netmodel.collector import without_collector
    from cloison.netmodel.comparing.answer import diff_report
    from cloison.netmodel.comparing.order import read_both
    from cloison.netmodel.comparison import compare
    from cloison.netmodel.language.revisions import versions

    check_language(lang)
    severity, day, wanted = severity_of(fail_on), day_of(at), known_frameworks(framework or [])
    asked = versions(old, new)
    with without_collector():
        networks = read_both(*asked, day, PROGRESS.tick)
        judged = [(network, assess_network(network, PROGRESS.tick, wanted)) for network in networks]
        comparison = compare(judged[0], judged[1], PROGRESS.tick)
        report = diff_report(comparison, asked)
    files = output or ["-"]
    drawn = pictures(files, format, "terminal")
    if drawn:
        show(replace(report, views=(overlay(comparison, view),)), drawn, format)
    told = [file for file in files if file not in drawn]
    if told:
        show(report, told, format)
    summarise(report, output, format)
    if worst(report.findings, severity) or any(item.fails for item in comparison.clauses):
        return FINDINGS
    return HOLDS if comparison.whole and not comparison.undecided else UNDECIDED


COMMAND = Command(
    "diff",
    _(
        "Say what a change of a map means: flows, paths, clauses, equipment, tenants.",
        "Dire ce que signifie un changement de carte : flux, chemins, exigences, équipements, commanditaires.",
    ),
    diff,
)
