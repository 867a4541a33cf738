"""Names of a map in the comments of a file: one line, nothing that ends a comment, no longer than it may be."""

from __future__ import annotations

import re
import unicodedata

_KEPT = frozenset(" -_.,:;/()+=@%&!'’«»…→<>[]|*~^$#?")
_DASHES = str.maketrans({"“": "'", "”": "'", '"': "'", "`": "'", "\\": "/", "{": "(", "}": ")"})


def plain(text: str, most: int = 0) -> str:
    """Return a text on one line without quotes, backslashes and braces; ``most`` bounds its UTF-8 in bytes.

    Whatever is neither a letter, a digit nor usual punctuation becomes a space, and spaces are joined.
    """
    shown = "".join(char if _kept(char) else " " for char in text[:2000].translate(_DASHES))
    shown = re.sub(r" +", " ", shown).strip()
    if not most or len(shown.encode()) <= most:
        return shown
    return shown.encode()[: most - 3].decode(errors="ignore").rstrip() + "..."


def ascii_only(text: str, most: int) -> str:
    """Return a text as :func:`plain` gives it, in ASCII: letters lose their accents, the rest is left out."""
    folded = unicodedata.normalize("NFKD", plain(text)).replace("’", "'").replace("→", "->").replace("*", " ")
    return plain(re.sub(r" +", " ", folded.encode("ascii", "ignore").decode()), most)


def slug(text: str, most: int = 40) -> str:
    """Return a text as a name of ASCII letters, digits and underscores; empty where none is left."""
    return re.sub(r"[^A-Za-z0-9]+", "_", ascii_only(text, 400)).strip("_")[:most].strip("_")


def _kept(char: str) -> bool:
    return char in _KEPT or char.isalnum()


def commented(line: str, why: str) -> str:
    """Return a line's id and justification as one text."""
    return f"{line}: {why}" if why else line
