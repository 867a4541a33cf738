"""Names of a map made harmless: what cannot be seen is shown as an escape, what is too long is clipped."""

from __future__ import annotations

import re

# what the runner of a GitHub workflow would obey in a line of any step's output: "::word ...::..." and "##[word]..."
COMMAND = re.compile(r"^(\s*(?:\x1b\[[0-9;]*m)*\s*):(?=:[A-Za-z].*::)")
OLDER = "##["
SPACES = "\u00a0\u202f"  # French typography's own, which no terminal or page misreads


def printable(text: str) -> str:
    """Return ``text`` with every control, format, surrogate and bidirectional character as ``\\n`` or ``\\u202e``.

    What is left is one line that every output can carry once its own syntax is escaped.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in SPACES else _escape(char) for char in text)


def clipped(text: str, limit: int) -> str:
    """Return :func:`printable` ``text`` in at most ``limit`` characters, with an ellipsis where it was cut."""
    shown = printable(text[: 4 * limit])
    return shown if len(shown) <= limit and len(text) <= 4 * limit else shown[: limit - 1] + "…"


def no_command(line: str) -> str:
    """Return a printable line that no workflow's runner obeys: the first sign of a command is shown as its escape."""
    return COMMAND.sub(r"\1\\x3a", line).replace(OLDER, "\\x23#[")


def _escape(char: str) -> str:
    code = ord(char)
    if char in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
