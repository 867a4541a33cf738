"""Every text exists in both languages, with the same values."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

import cloison

ROOT = Path(cloison.__file__).parent
PARTS = ("netmodel", "flows", "captures", "diagrams", "terminal")
SOURCES = [ROOT / "cli.py", *(path for part in PARTS for path in sorted((ROOT / part).rglob("*.py")))]

STRAIGHT = re.compile(r"[^\W\d_]'[^\W\d_{«]")


def literal(node: ast.expr) -> str | None:
    """Return the text of a literal, an f-string's braces left out, or nothing when it is computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def pairs(path: Path) -> list[tuple[str, str, int]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id not in ("Text", "say", "_"):
            continue
        named = {item.arg: item.value for item in node.keywords}
        texts = [*node.args[:2], *(named[name] for name in ("en", "fr") if name in named)]
        if len(texts) == 2 and (en := literal(texts[0])) is not None and (fr := literal(texts[1])) is not None:
            found.append((en, fr, node.lineno))
    return found


def names(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:  # a brace that is meant as one: the text is shown as it is
        return set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_both_languages_say_the_same(path: Path) -> None:
    for en, fr, line in pairs(path):
        assert bool(en.strip()) == bool(fr.strip()), f"{path}:{line}: one language is empty"
        assert names(en) == names(fr), f"{path}:{line}: {names(en)} != {names(fr)}"
        assert not STRAIGHT.search(fr), f"{path}:{line}: a straight apostrophe in French"
        if len(en.split()) > 4:
            assert en != fr, f"{path}:{line}: not translated"
