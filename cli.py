"""The command line: arguments to calls, findings to an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer

from cloison import __version__
from cloison.netmodel.finding import MapError
from cloison.netmodel.registry import load
from cloison.terminal import commands, language
from cloison.terminal.command import HOLDS, UNDECIDED, UNUSABLE
from cloison.terminal.language import _
from cloison.terminal.library import Helped, HelpedGroup, usage_in_french
from cloison.terminal.output import tell_refusal
from cloison.terminal.progress import PROGRESS


def application() -> typer.Typer:
    """Return the program: every command of the registry, in the order of their names."""
    program = typer.Typer(
        cls=HelpedGroup,
        rich_markup_mode=None,
        add_completion=False,
        no_args_is_help=True,
        help=_(
            "Keep a network's declared map, its firewalls and its real traffic in agreement.",
            "Accorder la cartographie déclarée d’un réseau, ses pare-feux et son trafic réel.",
        ),
        epilog=_(
            "Exit codes: 0 what was asked holds; 1 findings; 2 unusable command line or input; 3 could not be decided.",
            "Codes de retour : 0 ce qui est demandé est vrai ; 1 des constats ; 2 commande ou entrée inutilisable ; "
            "3 impossible de conclure.",
        ),
    )
    program.callback(invoke_without_command=True)(_version)
    groups = {"": program}
    for command in load(commands, "COMMAND").values():
        group, _space, name = command.name.rpartition(" ")
        if command.run is None:
            groups[command.name] = typer.Typer(cls=HelpedGroup, rich_markup_mode=None, no_args_is_help=True)
            groups[group].add_typer(groups[command.name], name=name, help=command.help)
        else:
            groups[group].command(name, cls=Helped, help=command.help)(command.run)
    return program


def _version(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help=_("Print the version.", "Afficher la version."))] = False,
) -> None:
    if version:
        sys.stdout.write(f"cloison {__version__}\n")
        raise typer.Exit(HOLDS)


def run() -> int:
    """Do what the arguments of this process ask, and return the exit code."""
    try:
        return int(application()(prog_name="cloison", standalone_mode=False) or HOLDS)
    except MapError as refused:
        PROGRESS.clear()
        tell_refusal(refused.findings)
        return UNUSABLE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left: nothing more to say
        return HOLDS
    except (KeyboardInterrupt, typer.Abort):
        PROGRESS.clear()
        sys.stderr.write(_("interrupted", "interrompu") + "\n")
        return UNUSABLE
    except Exception as fault:
        PROGRESS.clear()
        if isinstance(fault, type(typer.BadParameter("")).__mro__[1]):  # any wrong command line
            text = fault.format_message()  # type: ignore[attr-defined]
            help_text = "\n" in text  # no argument at all: the help
            sys.stderr.write((text if help_text or language.LANG == "en" else usage_in_french(text)) + "\n")
            return UNUSABLE
        if "CLOISON_DEBUG" in os.environ:
            raise
        sys.stderr.write(
            _(
                "cloison itself failed ({0}: {1}); nothing was decided. CLOISON_DEBUG=1 shows where.",
                "cloison a échoué ({0} : {1}) ; rien n’a été conclu. CLOISON_DEBUG=1 montre où.",
            ).format(type(fault).__name__, fault)
            + "\n"
        )
        return UNDECIDED


def main() -> NoReturn:
    """Run the command line and exit with its code; no traceback reaches a user."""
    sys.exit(run())


if __name__ == "__main__":
    main()
