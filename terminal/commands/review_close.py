"""Close a review."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cloison.netmodel.finding import say
from cloison.terminal import language
from cloison.terminal.command import FINDINGS, UNDECIDED, Command
from cloison.terminal.evidence import given_to, read_network
from cloison.terminal.language import _
from cloison.terminal.options import (
    AtOption,
    CaptureOption,
    ConfigOption,
    DecisionsOption,
    LangOption,
    MapArgument,
    MonthsOption,
    ProbeOption,
    SinceOption,
)
from cloison.terminal.output import tell, tell_refusal
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import check_language, day_of, found_map, refuse, unwritable
from cloison.terminal.reviewing import decisions_path, files_of, matter_of, read_decided, save_dossier, stands


def close(
    path: MapArgument = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar=_("NAME", "NOM"),
            help=_("Who reviewed; again for others.", "Qui a revu ; répéter."),
            show_default=False,
        ),
    ] = None,
    decisions: DecisionsOption = None,
    dossier: Annotated[
        Path | None,
        typer.Option(
            "--dossier",
            metavar=_("DIR", "DOSSIER"),
            help=_(
                "Where to write the dossier; beside the decisions, under their name, when left out.",
                "Où écrire le dossier ; à côté des décisions, sous leur nom, par défaut.",
            ),
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    capture: CaptureOption = None,
    probe: ProbeOption = None,
    months: MonthsOption = 6,
    since: SinceOption = "",
    at: AtOption = None,
    lang: LangOption = "",
) -> int:
    """Close a review in which everything is decided."""
    from cloison.diagrams.atlas.scenes import with_atlas
    from cloison.diagrams.dossier import dossier as made_dossier
    from cloison.diagrams.drawing import draw as draw_view
    from cloison.flows.review import decisions_table, review, review_report
    from cloison.flows.reviewing.closing import recorded
    from cloison.flows.reviewing.standing import refusals
    from cloison.netmodel.assurance.answer import check_report
    from cloison.netmodel.language.edit import write_files

    check_language(lang)
    if not any(name.strip() for name in by or ()):
        refuse("argument", say("--by: say who reviewed", "--by : dire qui a revu"), "--by")
    if "-" in (capture or []):
        refuse("argument", say(
            "--capture -: a review is closed on files, whose digests are kept",
            "--capture - : une revue se clôt sur des fichiers, dont on garde les empreintes",
        ), "--capture")  # fmt: skip
    names = tuple(name.strip() for name in by or () if name.strip())
    where = found_map(path)
    network = read_network(where, day_of(at))
    file = decisions or decisions_path(where, network)
    known = read_decided(file, needed=True)
    given = given_to(network, where, config, capture, probe)
    matter = matter_of(network, where, given, months, since)
    made = review(matter, known, PROGRESS.tick)
    open_ones = refusals(made.standing)
    if open_ones:
        PROGRESS.clear()
        tell_refusal(open_ones)
        tell(say(
            "the review is not closed: {n} {n:item stands|items stand} in its way",
            "la revue n’est pas close : {n} {n:élément s’y oppose|éléments s’y opposent}", n=len(open_ones),
        ))  # fmt: skip
        return FINDINGS if any(one.rule != "undecided" for one in open_ones) else UNDECIDED
    home = where if where.is_dir() else where.parent
    target, before, record = recorded(network, names, os.path.relpath(file, home).replace(os.sep, "/"))
    report = review_report(made)
    checked = check_report(matter.assessment, network)
    drawing = with_atlas(draw_view(network, matter.assessment.findings), network, checked, "", tick=PROGRESS.tick)
    files = made_dossier(report, checked, drawing, decisions_table(made), names, network.at, language.LANG)
    stands(network, where, known)
    folder = dossier or file.with_suffix("")
    named = [word if Path(word).exists() else word.partition("=")[2] for word in (*(config or []), *(probe or []))]
    inputs = [*network.files, file, *files_of(named), *files_of(capture or [])]
    inputs += [Path(matter.earlier.file)] if matter.earlier is not None else []
    inputs += files_of([since]) if since and Path(since).exists() else []
    save_dossier(folder, files, network, names, [item for item in inputs if not item.is_dir()])
    try:
        write_files({target: record}, {target: before})
    except OSError as problem:
        unwritable(target, problem)
    for message in report.summary:
        tell(message)
    tell(say("the review is recorded in {file}; its dossier is {folder}",
             "la revue est consignée dans {file} ; son dossier est {folder}",
             file=str(target), folder=str(folder)))  # fmt: skip
    return given.code


COMMAND = Command(
    "review close",
    _(
        "Close the review: record it in the map and write its dossier; refused while anything is undecided.",
        "Clore la revue : la consigner dans la carte et écrire son dossier ; refusé tant qu’il reste à décider.",
    ),
    close,
)
