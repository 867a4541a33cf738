"""What a spreadsheet, or whoever imports its file, would compute instead of showing."""

from __future__ import annotations

# what is taken for the beginning of a formula (OWASP, CSV injection)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet could take ``text`` for a formula, blanks and quotes before it left out."""
    return text.lstrip(" \u00a0'\"").startswith(FORMULA)
