"""The library of the command line speaks English only: its words in the chosen language."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

from cloison.terminal import language

# These are all the words that its help shows.
_HELP_WORDS = {
    "Usage:": "Usage :",
    "Arguments:": "Arguments :",
    "Options:": "Options :",
    "Commands:": "Commandes :",
    "[OPTIONS]": "[OPTIONS]",
    "COMMAND [ARGS]...": "COMMANDE [ARGUMENTS]...",
    "Show this message and exit.": "Afficher cette aide.",
    "[default: ": "[par défaut : ",
    "[required]": "[obligatoire]",
    "; required]": " ; obligatoire]",
}


def _help_in_french(text: str) -> str:
    for english, french in _HELP_WORDS.items():
        text = text.replace(english, french)
    return text


class HelpedGroup(TyperGroup):
    """The commands, with their help in the chosen language."""

    def get_help(self, ctx: Any) -> str:
        """Return the help of the whole program."""
        text = super().get_help(ctx)
        return _help_in_french(text) if language.LANG == "fr" else text

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in their order; the library puts groups last."""
        return sorted(super().list_commands(ctx))


class Helped(TyperCommand):
    """A command, with its help in the chosen language."""

    def get_help(self, ctx: Any) -> str:
        """Return the help of one command."""
        text = super().get_help(ctx)
        return _help_in_french(text) if language.LANG == "fr" else text


# What it says of a wrong command line, and the same in French.
_USAGE = (
    (
        r"No such option: (\S+)(?: \(Possible options: (.+)\)| Did you mean (.+)\?)?$",
        "option inconnue : {0}",
        " ; les plus proches : {1}",
    ),
    (
        r"No such command '(.+?)'\.(?: Did you mean (?:one of: )?(.+)\?)?$",
        "commande inconnue : {0}",
        " ; la plus proche : {1}",
    ),
    (r"Missing argument '(.+)'\.", "argument manquant : {0}", ""),
    (r"Missing option '(.+)'\.", "option manquante : {0}", ""),
    (r"Missing command\.", "il manque la commande", ""),
    (r"Option '(.+)' requires an argument\.", "l’option {0} attend une valeur", ""),
    (r"Option '(.+)' does not take a value\.", "l’option {0} n’attend pas de valeur", ""),
    (r"Got unexpected extra arguments? \((.+)\)", "argument en trop : {0}", ""),
    (r"Got unexpected extra argument\(s\) \((.+)\)", "argument en trop : {0}", ""),
    (
        r"Invalid value for '(.+?)': Input should be greater than or equal to (\d+)$",
        "valeur refusée pour {0} : il faut au moins {1}",
        "",
    ),
    (r"Invalid value for '(.+?)': Input should be a valid integer", "valeur refusée pour {0} : il faut un entier", ""),
    (r"Invalid value for '(.+?)': (.+)", "valeur refusée pour {0} : {1}", ""),
)


def usage_in_french(text: str) -> str:
    """Return what is said of a wrong command line in French, or as it is where nobody foresaw it."""
    for pattern, french, more in _USAGE:
        found = re.match(pattern, text)
        if found:
            values = [value for value in found.groups() if value]
            shown = french if len(values) < 2 or "{1}" in french else french + more
            return shown.format(*values)
    return text
