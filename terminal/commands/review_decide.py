"""Decide in a review."""

from __future__ import annotations

from typing import Annotated

import typer

from cloison.netmodel.finding import say
from cloison.terminal.command import HOLDS, UNDECIDED, Command
from cloison.terminal.evidence import given_to, read_network
from cloison.terminal.language import _
from cloison.terminal.options import AtOption, DecisionsOption, LangOption, MapArgument
from cloison.terminal.output import tell
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import check_language, day_of, found_map
from cloison.terminal.reviewing import decisions_path, matter_of, read_decided, save
from cloison.terminal.walking import walk


def decide(
    path: MapArgument = None,
    decisions: DecisionsOption = None,
    item: Annotated[
        list[str] | None,
        typer.Option(
            "--item",
            metavar=_("PATTERN", "MOTIF"),
            help=_(
                "Items by name, * and ? for any characters; all that are undecided when left out.",
                "Éléments par leur nom, * et ? pour des caractères quelconques ; tous ceux non décidés par défaut.",
            ),
            show_default=False,
        ),
    ] = None,
    decision: Annotated[
        str,
        typer.Option(
            "--decision",
            metavar="keep|change|remove",
            help=_("Decide so for all of them.", "Décider ainsi pour tous."),
            show_default=False,
        ),
    ] = "",
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar=_("NAME", "NOM"), help=_("Who decides.", "Qui décide."), show_default=False),
    ] = None,
    reason: Annotated[
        str,
        typer.Option("--why", metavar=_("TEXT", "TEXTE"), help=_("Why.", "Pourquoi."), show_default=False),
    ] = "",
    at: AtOption = None,
    lang: LangOption = "",
) -> int:
    """Decide; the table is saved after each decision, so that it can be left and resumed."""
    from cloison.flows.review import review
    from cloison.flows.reviewing.deciding import chosen, decided

    check_language(lang)
    where = found_map(path)
    network = read_network(where, day_of(at))
    file = decisions or decisions_path(where, network)
    known = read_decided(file, needed=True)
    made = review(matter_of(network, where, given_to(network, where, None, None, None), 6, ""), known, PROGRESS.tick)
    items = chosen(made.standing, item or [], every=bool(decision))
    if decision:
        made = decided(made, items, decision, tuple(by or ()), reason)
        save(made, file, kept=True)
        tell(say("{n} decided", "{n} {n:décidé|décidés}", n=len(items)))
    else:
        made = walk(made, items, tuple(by or ()), file)
    left = made.standing.count("undecided") + made.standing.count("changed")
    tell(say("{n} left to decide in {file}", "il en reste {n} à décider dans {file}", n=left, file=str(file)))
    return UNDECIDED if left else HOLDS


COMMAND = Command(
    "review decide",
    _(
        "Decide item by item at the terminal, or many at once with --decision.",
        "Décider élément par élément au terminal, ou plusieurs à la fois avec --decision.",
    ),
    decide,
)
