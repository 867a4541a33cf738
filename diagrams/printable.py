"""Names of a map made harmless: what cannot be seen is shown as an escape, what is too long is clipped."""

from __future__ import annotations

import re

from cloison.netmodel.printable import printable as printable

# what the runner of a GitHub workflow would obey in a line of any step's output: "::word ...::..." and "##[word]..."
COMMAND = re.compile(r"^(\s*(?:\x1b\[[0-9;]*m)*\s*):(?=:[A-Za-z].*::)")
OLDER = "##["


def clipped(text: str, limit: int) -> str:
    """Return :func:`printable` ``text`` in at most ``limit`` characters, with an ellipsis where it was cut."""
    shown = printable(text[: 4 * limit])
    return shown if len(shown) <= limit and len(text) <= 4 * limit else shown[: limit - 1] + "…"


def no_command(line: str) -> str:
    """Return a printable line that no workflow's runner obeys: the first sign of a command is shown as its escape."""
    return COMMAND.sub(r"\1\\x3a", line).replace(OLDER, "\\x23#[")
