"""Print what makes a shell complete commands."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cloison.netmodel.finding import say
from cloison.terminal.command import HOLDS, Command
from cloison.terminal.completion import SHELLS, shells
from cloison.terminal.language import _
from cloison.terminal.options import LangOption
from cloison.terminal.refusals import check_language, refuse


def completion(
    shell: Annotated[
        str, typer.Argument(metavar="bash|zsh|fish", autocompletion=shells, help=_("The shell.", "Le shell."))
    ],
    lang: LangOption = "",
) -> int:
    """Print the completion script of a shell."""
    check_language(lang)
    if shell not in SHELLS:
        message = say("{shell} is none of bash, zsh, fish", "{shell} n’est ni bash, ni zsh, ni fish", shell=shell)
        refuse("argument", message, shell)
    sys.stdout.write(SHELLS[shell])
    return HOLDS


COMMAND = Command(
    "completion",
    _(
        'Print what makes a shell complete commands: eval "$(cloison completion bash)".',
        'Afficher ce qui fait compléter les commandes par un shell : eval "$(cloison completion bash)".',
    ),
    completion,
)
