"""Rows of a matrix -> lines in the model's types, and the fields by which they are compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from cloison.netmodel.finding import Finding, MapError, Ref, input_error, say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.document import Raw
from cloison.netmodel.language.faults import Wrong
from cloison.netmodel.language.normal import reader
from cloison.netmodel.language.shapes import SECTIONS
from cloison.netmodel.language.sheets import Row
from cloison.netmodel.language.tables import table_of
from cloison.netmodel.merging.book import Rows
from cloison.netmodel.merging.matrix import Matrix, shown
from cloison.netmodel.merging.three import Fields

ENDS = ("from", "to", "between")
TOGETHER = "ends"  # the three as one, where one line's ends may stand in other fields than the other's
_NAMES: Mapping[str, str] = {"source": "from"}
_ATTRIBUTES: Mapping[str, str] = {"from": "source"}
_NOT_COMPARED = frozenset({"stated", "windows", "labels"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as a row says it: in the model's type, as raw values, and the number of its row."""

    flow: m.Flow
    raw: Mapping[str, Raw]
    row: int


@cache
def _flow() -> TypeAdapter[m.Flow]:
    return TypeAdapter(m.Flow)


def entries(rows: Rows) -> Mapping[str, Entry]:
    """Return the lines of a sheet by id; raise :class:`MapError` with every fault and its cell."""
    found: list[Finding] = []
    made = _entries(rows, found)
    if found:
        raise MapError(tuple(found))
    return made


def readable(rows: Rows) -> tuple[Rows, Mapping[tuple[str, int], str]]:
    """Return rows that the program wrote without the cells that cannot be read back, and those by id and position.

    They are what a line says in words that no cell has: whoever left them as they were has changed nothing.
    """
    found: list[Finding] = []
    _entries(rows, found)
    wrong = {(span.line, span.column - 1) for one in found for span in one.spans}
    if not wrong:
        return rows, {}
    at = rows.columns()["id", ()]
    blank = {(row.cells[at], place): cell for row in rows.rows for place, cell in enumerate(row.cells)
             if place != at and (row.number, place) in wrong}  # fmt: skip
    return without(rows, blank), blank


def without(rows: Rows, blank: Mapping[tuple[str, int], str]) -> Rows:
    """Return rows without some cells, by id and position, where they say what these say."""
    at = rows.columns()["id", ()]
    return replace(rows, rows=tuple(
        Row(row.number, tuple("" if cell and blank.get((row.cells[at], place)) == cell else cell
                              for place, cell in enumerate(row.cells)))
        for row in rows.rows
    ))  # fmt: skip


def _entries(rows: Rows, found: list[Finding]) -> Mapping[str, Entry]:
    if not rows.rows:
        return {}
    part = table_of(rows.as_sheet(), "flows", {}, found)
    made: dict[str, Entry] = {}
    read = reader(SECTIONS["flows"])
    for name, raw in part.entries.items():
        if "stated" in raw:
            place = part.locate(("flows", name, "services"), key=False, rename=str)[1]
            found.append(input_error("two-values", say(
                "The row names a service and gives protocol or ports too: keep one of them",
                "La ligne nomme un service et donne aussi un protocole ou des ports : gardez l’un des deux",
            ), Ref("line", name), place))  # fmt: skip
            continue
        try:
            made[name] = Entry(_flow().validate_python(read(raw)), raw, part.rows[name])
        except Wrong as wrong:
            for fault in wrong.faults:
                place = part.locate(("flows", name, *fault.route), key=fault.key, rename=str)[1]
                found.append(input_error(fault.rule, fault.message, Ref("line", name), place))
    return made


def as_rows(written: Matrix, rows: Rows) -> Rows:
    """Return the map's own lines as a sheet would hold them, without computed cells; ``rows`` lends its file's name."""
    computed = [place for place, column in enumerate(written.columns) if column.reading in ("stated", "ignored")]
    cells = [
        tuple("" if place in computed else shown(cell).strip() for place, cell in enumerate(row))
        for row in written.rows
    ]
    header = Row(1, tuple(column.title.en for column in written.columns))
    return Rows(rows.file, rows.sheet, header, tuple(Row(number, row) for number, row in enumerate(cells, 2)))


def attribute(flow: m.Flow, field: str) -> Any:
    """Return a field of a line by its name, a label's with a dot; nothing where it says nothing."""
    if field == TOGETHER:
        return tuple(attribute(flow, end) or () for end in ENDS)
    head, _, label = field.partition(".")
    if label:
        return flow.labels.get(label)
    return getattr(flow, _ATTRIBUTES.get(head, head)) or None


def names(flow: m.Flow) -> Iterator[str]:
    """Yield the names of the fields by which lines are compared."""
    for item in fields(flow):
        if item.name not in _NOT_COMPARED:
            yield _NAMES.get(item.name, item.name)
    yield from (f"labels.{label}" for label in flow.labels)


def said(flow: m.Flow, together: bool) -> Fields:
    """Return the fields that a line says; ``together`` takes its ends as one."""
    found = {name: value for name in names(flow) if (value := attribute(flow, name)) is not None}
    if found.get("vrf") == "default":
        del found["vrf"]
    if together:
        for end in ENDS:
            found.pop(end, None)
        found[TOGETHER] = attribute(flow, TOGETHER)
    return found


def comparable(*sides: Mapping[str, Entry]) -> tuple[dict[str, Fields], ...]:
    """Return the fields of each side's lines; the ends of a line are one where any side says ``between``."""
    between = {name for side in sides for name, entry in side.items() if entry.flow.between}
    return tuple({name: said(entry.flow, name in between) for name, entry in side.items()} for side in sides)


def bare(value: Any) -> Any:
    """Return a value of a line without the blanks around its texts, which no cell keeps."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, tuple):
        return tuple(map(bare, value))
    if is_dataclass(value):
        return type(value), tuple(bare(getattr(value, item.name)) for item in fields(value))
    return value


def line_with(flow: m.Flow, **values: Any) -> m.Flow:
    """Return a line with other values of some of its attributes."""
    kept = {item.name: getattr(flow, item.name) for item in fields(flow)} | values
    return m.Flow(**{_NAMES.get(name, name): value for name, value in kept.items()})


def with_field(flow: m.Flow, field: str, other: m.Flow) -> m.Flow:
    """Return a line with a field of another."""
    if field == TOGETHER:
        return line_with(flow, source=other.source, to=other.to, between=other.between)
    head, _, label = field.partition(".")
    if not label:
        name = _ATTRIBUTES.get(head, head)
        return line_with(flow, **{name: getattr(other, name)})
    labels = {key: value for key, value in flow.labels.items() if key != label}
    if label in other.labels:
        labels[label] = other.labels[label]
    return line_with(flow, labels=labels)
