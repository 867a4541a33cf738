"""Text made harmless: what cannot be seen is shown as an escape."""

from __future__ import annotations

SPACES = "\u00a0\u202f"  # French typography's own, which no terminal or page misreads


def printable(text: str) -> str:
    """Return ``text`` with every control, format, surrogate and bidirectional character as ``\\n`` or ``\\u202e``.

    What is left is one line that every output can carry once its own syntax is escaped.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in SPACES else _escape(char) for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    if char in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
