"""Values -> YAML text on one line, quoted where the text asks for it or where other readers would take it otherwise."""

from __future__ import annotations

import re

from cloison.netmodel.language.document import Raw

# what can stand without quotes, in brackets too; a colon is always quoted
_PLAIN = re.compile(r"[\w/(.<«+][^:#,\[\]{}\"'`&*!|>%@\\\x00-\x1f]*(?<! )")
# what YAML readers take for something else than a text; dates and truth values are left as maps write them
_OTHERWISE = re.compile(
    r"(?:y|yes|n|no|on|off|null|~)|[-+]?\d[\d_]*|0[xob][\da-f_]*|[-+]?[\d_]*\.[\d_]*(?:e[-+]?\d+)?|[-+]?\d+e[-+]?\d+"
    r"|[-+]?\.(?:inf|nan)|<<|\.\.\.",
    re.IGNORECASE,
)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def scalar(text: str, style: str = "") -> str:
    """Return a text as a scalar, in the quotes ``style`` where they can hold it, without quotes where it can be."""
    shown = text.isprintable()
    if style == "'" and shown:
        return "'" + text.replace("'", "''") + "'"
    if style != '"' and shown and _PLAIN.fullmatch(text) and not _OTHERWISE.fullmatch(text):
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def key(text: str) -> str:
    """Return a text as a key, which maps write without quotes wherever it can be."""
    return text if text != "<<" and text.isprintable() and _PLAIN.fullmatch(text) else scalar(text)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable() or char in "\u00a0\u202f":
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def literal(text: str, indent: str, newline: str) -> str | None:
    """Return a text of several lines in the style ``|``, or nothing where that could not keep it as it is."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if len(lines) < 2 or not all(line.isprintable() for line in lines) or body != body.strip():
        return None
    head = "|" if text.endswith("\n") else "|-"
    return head + "".join(newline + (indent + line if line else "") for line in lines)


def flow(value: Raw) -> str:
    """Return a value on one line: a list in brackets, but for one value alone, and a mapping in braces."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key(name)}: {flow(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return flow(value[0]) if len(value) == 1 else "[" + ", ".join(map(flow, value)) + "]"
    return scalar(str(value))


def entry(name: str, value: Raw, indent: str, newline: str, *, braces: bool) -> str:
    """Return an entry's lines, its fields a line each, or all of it on one line in ``braces``."""
    if braces or not isinstance(value, dict) or not value:
        return f"{indent}{key(name)}: {flow(value)}{newline}"
    fields = "".join(f"{indent}  {key(field)}: {flow(one)}{newline}" for field, one in value.items())
    return f"{indent}{key(name)}:{newline}{fields}"
