"""A line -> the cells of its row in one of the map's own CSV tables, as that table writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cloison.netmodel.finding import Lang
from cloison.netmodel.language import model as m
from cloison.netmodel.language.columns import Column, fold, headers
from cloison.netmodel.language.csv_edit import RowChange, SetCells, edited_table
from cloison.netmodel.language.rows import TablePart
from cloison.netmodel.language.written import joined, of_line

_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DAY_FIRST = re.compile(r"\b\d{1,2}/\d{1,2}/\d{4}\b")


def understands(header: str) -> bool:
    """Say whether a text is the title of a matrix's column."""
    return fold(header) in headers("flows")


def row_of(columns: Mapping[int, Column], flow: m.Flow, lang: Lang) -> dict[int, str] | None:
    """Return the cells of a line in a table's columns but for its id; nothing where none can say its services.

    What a column of its own says is not said twice: the kind of a justification, the date of an approval.
    """
    cells = {number: of_line(column, flow, lang) for number, column in columns.items()}
    place: dict[Any, int] = {(column.reading, column.route): number for number, column in columns.items()}
    kind = place.get(("word", ("justification", "kind")))
    text = place.get(("justification", ("justification",)))
    if kind and text and flow.justification and flow.justification.kind:
        cells[text] = flow.justification.text
    date, by = place.get(("date", ("approved", "on"))), place.get(("approvals", ("approved",)))
    if date and by and len(flow.approved) == 1 and flow.approved[0].on:
        cells[by] = cells[by].removesuffix(f" ({flow.approved[0].on.isoformat()})")
        cells[date] = flow.approved[0].on.isoformat()
    if ("list", ("services",)) in place or not flow.services:
        return cells
    protocol, ports = (place.get((reading, ("services",))) for reading in ("protocol", "ports"))
    pairs = [service.partition("/") for service in flow.services]
    if protocol and ports and len({name for name, _, _ in pairs}) == 1 and all(port for _, _, port in pairs):
        return cells | {protocol: pairs[0][0], ports: joined(port for _, _, port in pairs)}
    if ports and all(name[:1].isalpha() for name in flow.services):
        return cells | {ports: joined(flow.services)}
    if protocol and all(name.isalpha() for name in flow.services):
        return cells | {protocol: joined(flow.services)}
    return None


def dated(text: str, now: str) -> str:
    """Return a cell's text with its dates day first where the cell had them so."""
    return _ISO.sub(r"\3/\2/\1", text) if _DAY_FIRST.search(now) else text


def restated(data: bytes, part: TablePart, texts: Mapping[str, Mapping[int, str]]) -> bytes:
    """Return a CSV table with the computed cells of some lines, by column, as the map has them."""
    changes: list[RowChange] = [SetCells(part.rows[name], cells) for name, cells in texts.items() if cells]
    return edited_table(data, part.file, understands, changes)
