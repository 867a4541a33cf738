"""Text that no spreadsheet computes: a cell that would begin a formula is written as text."""

from __future__ import annotations

from cloison.diagrams.printable import printable
from cloison.netmodel.language.formulas import is_formula


def inert(text: str) -> str:
    """Return ``text`` made printable, with an apostrophe before what could be a formula, for files of plain text."""
    shown = printable(text)
    return f"'{shown}" if is_formula(shown) else shown
