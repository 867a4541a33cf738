"""Take an edited workbook back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cloison.netmodel.finding import say
from cloison.terminal import language
from cloison.terminal.command import FINDINGS, HOLDS, Command
from cloison.terminal.evidence import read_network
from cloison.terminal.language import _
from cloison.terminal.options import AtOption, FormatOption, LangOption, OutputOption, RequiredMap
from cloison.terminal.output import show, summarise, tell
from cloison.terminal.refusals import check_language, day_of, refuse, unwritable


def merge(
    path: RequiredMap,
    workbook: Annotated[
        Path,
        typer.Argument(
            metavar=_("WORKBOOK", "CLASSEUR"), help=_("The edited workbook.", "Le classeur modifié."), readable=False
        ),
    ],
    write: Annotated[
        bool,
        typer.Option("--write", help=_("Change the files of the map.", "Modifier les fichiers de la carte.")),
    ] = False,
    base: Annotated[
        Path | None,
        typer.Option(
            "--base",
            metavar=_("FILE", "FICHIER"),
            help=_(
                "An older copy of the workbook, as the base; the one hidden in it when left out.",
                "Une copie plus ancienne du classeur, comme base ; celle qu’il cache par défaut.",
            ),
            show_default=False,
            readable=False,
        ),
    ] = None,
    ours: Annotated[
        bool, typer.Option("--ours", help=_("In conflicts, keep the map's.", "En cas de conflit, garder la carte."))
    ] = False,
    theirs: Annotated[
        bool,
        typer.Option(
            "--theirs", help=_("In conflicts, take the workbook's.", "En cas de conflit, prendre le classeur.")
        ),
    ] = False,
    partial: Annotated[
        bool,
        typer.Option(
            "--partial",
            help=_(
                "Go on where some lines cannot be changed (made by a repeat, in a spreadsheet of the map).",
                "Continuer quand certaines lignes ne peuvent être changées (faites par une répétition, dans une "
                "feuille de calcul de la carte).",
            ),
        ),
    ] = False,
    at: AtOption = None,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    lang: LangOption = "",
) -> int:
    """Show what a workbook changes, or make the changes in the map's own files."""
    from cloison.netmodel.language.edit import write_files
    from cloison.netmodel.merge import merge as take_back

    check_language(lang)
    if ours and theirs:
        refuse("argument", say("--ours and --theirs: take one side", "--ours et --theirs : un seul côté"), "--ours")
    network = read_network(path, day_of(at))
    side: Literal["", "ours", "theirs"] = "ours" if ours else "theirs" if theirs else ""
    merged = take_back(network, path, workbook, base, side=side, partial=partial, lang=language.LANG)
    show(merged.report, output, format)
    summarise(merged.report, output, format)
    if write and merged.files:
        try:
            write_files(merged.files, merged.seen)
        except OSError as problem:
            unwritable(Path(problem.filename or path), problem)
        tell(say("written: {files}", "écrit : {files}", files=tuple(map(str, merged.files))))
    return FINDINGS if merged.held_back or (merged.files and not write) else HOLDS


COMMAND = Command(
    "merge",
    _(
        "Take an edited workbook of draw back. Without --write it only shows what would change.",
        "Reprendre un classeur de draw modifié. Sans --write, montre seulement ce qui changerait.",
    ),
    merge,
)
