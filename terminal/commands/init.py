"""Write a first map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cloison.netmodel.finding import say
from cloison.terminal import language
from cloison.terminal.command import HOLDS, Command
from cloison.terminal.language import _
from cloison.terminal.options import LangOption
from cloison.terminal.output import tell
from cloison.terminal.refusals import check_language, refuse, unwritable


def init(
    folder: Annotated[
        Path,
        typer.Argument(metavar=_("DIR", "DOSSIER"), help=_("Where to write it.", "Où l’écrire."), show_default=False),
    ] = Path(),
    lang: LangOption = "",
) -> int:
    """Write ``cloison.yaml`` into a folder that has none."""
    from cloison.netmodel.language.first_map import FIRST_MAP

    check_language(lang)
    target = folder / "cloison.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(FIRST_MAP.say(language.LANG))
    except FileExistsError:
        refuse(
            "output",
            say(
                "{file} is there already; nothing was written",
                "{file} existe déjà ; rien n’a été écrit",
                file=str(target),
            ),
            str(target),
        )
    except OSError as problem:
        unwritable(target, problem)
    tell(
        say(
            "{file} is written; next: cloison check {file}",
            "{file} est écrit ; ensuite : cloison check {file}",
            file=str(target),
        )
    )
    return HOLDS


COMMAND = Command("init", _("Write a commented first map.", "Écrire une première carte commentée."), init)
