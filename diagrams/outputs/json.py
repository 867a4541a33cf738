"""The report's data: the contract for machines, the same bytes for the same inputs.

A long list may come by column: a sequence with ``columns()``, which yields one of its rows as a plain value with a list
in the place of each leaf. It is written some thousands of rows at a time, and never there as a whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, Protocol, runtime_checkable

from cloison.diagrams.output import Output
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Report

# control, bidirectional, invisible and surrogate characters that JSON itself leaves as they are
MISLEADING = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]")
_ONE = json.JSONEncoder(ensure_ascii=False)


@runtime_checkable
class ByColumn(Protocol):
    """A sequence that gives its rows by column."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def columns(self) -> Iterator[Any]:
        """Yield some rows at a time: their plain value, with the list of values of each leaf in its place."""


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    paper = BytesIO()
    for chunk in chunks(report):
        paper.write(chunk)
    return paper.getvalue()


def chunks(report: Report) -> Iterator[bytes]:
    """Yield the document piece by piece, so that a long list is never there as a whole."""
    opened = "{"
    for key, value in report.data.items():
        yield f"{opened}\n  {_said(key)}: ".encode()
        opened = ","
        if isinstance(value, ByColumn):
            for part in _list(value, 2):
                yield part.encode()
        else:
            text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
            yield _escaped(text.replace("\n", "\n  ")).encode()
    yield b"\n}\n" if report.data else b"{}\n"


def _list(rows: ByColumn, indent: int) -> Iterator[str]:
    """Yield a list by column, where lines begin with so many spaces."""
    opened = "["
    for columns in rows.columns():
        leaves: list[Sequence[Any]] = []
        row = _template(columns, indent + 2, leaves)
        texts = zip(*map(_texts, leaves), strict=True)
        separator = ",\n" + " " * (indent + 2)
        yield opened + separator[1:] + separator.join([row % values for values in texts])
        opened = ","
    yield "\n" + " " * indent + "]" if opened == "," else "[]"


def _template(value: Any, indent: int, leaves: list[Sequence[Any]]) -> str:
    """Return the text of a row with ``%s`` for each leaf, which is added to ``leaves``; lists hold dictionaries."""
    line = "\n" + " " * (indent + 2)
    if isinstance(value, dict):
        keys = [_said(key).replace("%", "%%") for key in value]
        items = [f"{key}: {_template(value[name], indent + 2, leaves)}" for key, name in zip(keys, value, strict=True)]
        return f"{{{line}{f',{line}'.join(items)}{line[:-2]}}}"
    if value and isinstance(value[0], dict):
        return f"[{line}{f',{line}'.join(_template(item, indent + 2, leaves) for item in value)}{line[:-2]}]"
    leaves.append(value)
    return "%s"


def _texts(values: Sequence[Any]) -> Sequence[Any]:
    """Return the JSON of plain values; that of a text or a whole number is made once."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return values  # a number's own text
    if kinds <= {str, int, type(None)}:  # where equal values are the same text
        known = {value: _said(value) for value in set(values)}
        return [known[value] for value in values]
    return [_said(value) for value in values]


def _said(value: Any) -> str:
    return _escaped(_ONE.encode(value))


def _escaped(text: str) -> str:
    return MISLEADING.sub(_escape, text)


def _plain(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not a plain value")


def _escape(found: re.Match[str]) -> str:
    """What could mislead a terminal as JSON's own escapes; such characters stand in strings only."""
    units = found.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


OUTPUT = Output(
    name="json",
    title=Text("data for machines", "données pour les machines"),
    suffixes=(".json",),
    media="application/json",
    write=_write,
    stream=chunks,
)
