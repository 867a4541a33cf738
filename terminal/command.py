"""What a command is, and what it may exit with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

HOLDS, FINDINGS, UNUSABLE, UNDECIDED = 0, 1, 2, 3  # exit codes; precedence 2, 1, 3, 0


@dataclass(frozen=True)
class Command:
    """A command: its name, a line of help in the chosen language, and a function that returns an exit code.

    Its arguments and options are those of the function's signature, each annotated (typer's manual, "CLI
    parameters"). A name of two words belongs to the group that the first one names; a group is a command
    that runs nothing.
    """

    name: str
    help: str
    run: Callable[..., int] | None = None
