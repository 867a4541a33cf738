"""Check a map against every rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from cloison.terminal.command import FINDINGS, UNDECIDED, Command
from cloison.terminal.evidence import changes_since, given_to, known_frameworks, read_network
from cloison.terminal.language import _
from cloison.terminal.options import (
    AcceptOption,
    AtOption,
    BaselineOption,
    CaptureOption,
    ConfigOption,
    FailOnOption,
    FormatOption,
    FrameworkOption,
    LangOption,
    MapArgument,
    OutputOption,
    ProbeOption,
    RequireOption,
    WatchOption,
)
from cloison.terminal.output import show, summarise, worst
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import check_language, day_of, found_map, severity_of
from cloison.terminal.watching import watch_files, watched


def check(
    path: MapArgument = None,
    config: ConfigOption = None,
    capture: CaptureOption = None,
    probe: ProbeOption = None,
    framework: FrameworkOption = None,
    at: AtOption = None,
    baseline: BaselineOption = None,
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="VERSION",
            help=_(
                "An earlier version (a file, a folder, a git revision): what the change since asks for is judged too.",
                "Une version antérieure (fichier, dossier, révision git) : ce que demande le changement depuis est "
                "jugé aussi.",
            ),
            show_default=False,
        ),
    ] = "",
    require: RequireOption = None,
    accept: AcceptOption = None,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    fail_on: FailOnOption = "error",
    watch: WatchOption = False,
    lang: LangOption = "",
) -> int:
    """Check a map against every rule, and give each clause a status."""
    if watch:
        options = {"config": config, "capture": capture, "probe": probe, "framework": framework, "at": at,
                   "baseline": baseline, "since": since, "require": require, "accept": accept, "format": format,
                   "output": output, "fail_on": fail_on, "lang": lang}  # fmt: skip
        return watch_files(watched(path, config or []), lambda: check(path, **options))  # type: ignore[arg-type]
    from cloison.netmodel.assurance.answer import check_report
    from cloison.netmodel.assurance.assess import assess, built_in_checks, built_in_frameworks
    from cloison.netmodel.assurance.baseline import compared, read_baseline
    from cloison.netmodel.assurance.required import known_words, required

    check_language(lang)
    severity = severity_of(fail_on)
    known_words(accept or [])
    day = day_of(at)
    earlier = read_baseline(baseline) if baseline is not None else None
    wanted = known_frameworks(framework or [])
    network = read_network(found_map(path), day)
    given = given_to(network, found_map(path), config, capture, probe)
    evidence, unread = given.evidence, given.code
    if since:
        evidence = replace(evidence, changes=changes_since(since, found_map(path), day))
    assessment = assess(evidence, built_in_checks(), built_in_frameworks(), PROGRESS.tick, wanted)
    demanded = required(assessment.statuses, require or [], accept or [])
    comparison = compared(assessment.findings, earlier, evidence) if earlier is not None else None
    report = check_report(assessment, network, comparison, demanded, evidence.changes)
    show(report, output, format)
    summarise(report, output, format)
    if worst(report.findings, severity) or any(not item.holds and not item.undecided for item in demanded):
        return FINDINGS
    return UNDECIDED if assessment.undecided or any(item.undecided for item in demanded) else unread


COMMAND = Command(
    "check",
    _("Check a map: validity, segmentation, clauses.", "Vérifier une carte : validité, cloisonnement, exigences."),
    check,
)
