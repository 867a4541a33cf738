"""Text that no spreadsheet computes: a cell that would begin a formula is written as text."""

from __future__ import annotations

from cloison.diagrams.printable import printable

# what spreadsheets, or those who import their files, take for the beginning of a formula (OWASP, CSV injection)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet could take ``text`` for a formula, blanks and quotes before it left out."""
    return text.lstrip(" \u00a0'\"").startswith(FORMULA)


def inert(text: str) -> str:
    """Return ``text`` made printable, with an apostrophe before what could be a formula, for files of plain text."""
    shown = printable(text)
    return f"'{shown}" if is_formula(shown) else shown
