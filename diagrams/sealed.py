"""What pages share: templates that escape, the digests by which a page's policy knows its own parts, the marking."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cloison.diagrams.printable import clipped

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def environment(folder: Path) -> Environment:
    """Return the templates of a folder: values are escaped, and a name without a value is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip


def source_of(text: str) -> str:
    """Return a script or a style as a Content Security Policy names it (W3C CSP 3, hash-source)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def running(marking: str) -> str:
    """Return the style that prints the marking over every page; a character is its code, and so ends no string."""
    if not marking:
        return ""
    text = "".join(f"\\{ord(char):x} " for char in clipped(marking.upper(), 120))
    return f'@page {{ @top-center {{ content: "{text}"; font: bold 9pt sans-serif; color: #a40e26; }} }}\n'
