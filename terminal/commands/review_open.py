"""Open the annual review."""

from __future__ import annotations

from cloison.netmodel.finding import say
from cloison.terminal.command import Command
from cloison.terminal.evidence import given_to, read_network
from cloison.terminal.language import _
from cloison.terminal.options import (
    AtOption,
    CaptureOption,
    ConfigOption,
    DecisionsOption,
    FormatOption,
    LangOption,
    MapArgument,
    MonthsOption,
    OutputOption,
    ProbeOption,
    SinceOption,
)
from cloison.terminal.output import show, summarise, tell
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import check_language, day_of, found_map
from cloison.terminal.reviewing import decisions_path, matter_of, read_decided, save


def open_review(
    path: MapArgument = None,
    decisions: DecisionsOption = None,
    config: ConfigOption = None,
    capture: CaptureOption = None,
    probe: ProbeOption = None,
    months: MonthsOption = 6,
    since: SinceOption = "",
    at: AtOption = None,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    lang: LangOption = "",
) -> int:
    """Open the annual review; what was decided before stays."""
    from cloison.flows.review import review, review_report

    check_language(lang)
    where = found_map(path)
    network = read_network(where, day_of(at))
    file = decisions or decisions_path(where, network)
    known = read_decided(file, needed=False)
    given = given_to(network, where, config, capture, probe)
    matter = matter_of(network, where, given, months, since)
    made = review(matter, known, PROGRESS.tick)
    save(made, file)
    report = review_report(made)
    show(report, output, format)
    summarise(report, output, format)
    tell(say("the decisions are to be made in {file}", "les décisions sont à prendre dans {file}", file=str(file)))
    return given.code


COMMAND = Command(
    "review open",
    _(
        "Say what there is to look at, and write the table of decisions.",
        "Dire ce qu’il y a à examiner, et écrire le tableau des décisions.",
    ),
    open_review,
)
