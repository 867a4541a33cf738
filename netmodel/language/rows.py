"""Rows of a table -> entries of a section, with the cell of every field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cloison.netmodel.finding import Finding, Message, Ref, Span, input_error, say
from cloison.netmodel.language.cells import inline_services, read_cell
from cloison.netmodel.language.columns import COLUMNS, Column
from cloison.netmodel.language.document import WRITTEN, Raw, Route
from cloison.netmodel.language.faults import Wrong
from cloison.netmodel.language.merge import join_entry
from cloison.netmodel.language.sheets import Row, Sheet

INTERFACE = "main"  # the interface of an inventory that names none


@dataclass(slots=True)
class TablePart:
    """The entries of one sheet: ``rows`` by id (an asset's interfaces have their own), ``columns`` by route,
    the longest first."""

    file: str
    sheet: str
    section: str
    columns: tuple[tuple[tuple[str, ...], int], ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    interfaces: dict[tuple[str, str], int] = field(default_factory=dict)
    header: int = 0
    entries: dict[str, Raw] = field(default_factory=dict)

    @property
    def values(self) -> Mapping[str, Raw]:
        """The table as a map of one section."""
        return {self.section: self.entries}

    def locate(self, route: Route, *, key: bool, rename: Callable[[str], str]) -> tuple[int, Span]:
        """Return how many keys of ``route`` lead somewhere, and the cell where they lead."""
        if not route or route[0] != self.section:
            return 0, Span(self.file, sheet=self.sheet)
        row = self.rows.get(str(route[1])) if len(route) > 1 else None
        if row is None:
            return 1, Span(self.file, self.header, sheet=self.sheet)
        rest = route[2:]
        if len(rest) > 1 and rest[0] == "interfaces":
            row = self.interfaces.get((str(route[1]), str(rest[1])), row)
        best, where = 0, next((number for path, number in self.columns if not path), 1)
        for path, number in self.columns:
            depth = _along(path, rest)
            if depth > best:
                best, where = depth, number
        return 2 + best, Span(self.file, row, where, sheet=self.sheet)


def _along(path: tuple[str, ...], rest: Route) -> int:
    """Return how many steps of ``rest`` a column's path covers: all of them inside its own cell."""
    walked = 0
    for index, step in enumerate(rest):
        if walked == len(path):
            return len(rest) if path else 0
        if isinstance(step, int):
            continue
        if path[walked] not in (step, "*", WRITTEN.get(step)):
            return index if walked and path[walked - 1] != "*" else 0
        walked += 1
    return len(rest) if walked == len(path) and path else 0


def table_error(section: str, rule: str, message: Message, *places: Span, id_: str = "") -> Finding:
    """Return the finding of a table's fault."""
    return input_error(rule, message, Ref("table", id_ or section), *places)


def read_row(
    row: Row,
    width: int,
    columns: Mapping[int, Column],
    day_first: bool,
    sheet: Sheet,
    part: TablePart,
    found: list[Finding],
) -> None:
    """Add a row's entry to ``part``, and its faults to ``found``; ``width`` is the header's."""
    section = part.section
    if len(row.cells) < width and not sheet.padded:
        found.append(
            table_error(
                section,
                "short-row",
                say(
                    "The row has {cells} cells, and the header {width}",
                    "La ligne a {cells} cellules, et l’en-tête {width}",
                    cells=len(row.cells),
                    width=width,
                ),
                sheet.place(row.number, len(row.cells)),
            )
        )
        return
    entry: dict[str, Raw] = {}
    special: dict[str, str] = {}
    name = interface = ""
    for number, cell in enumerate(row.cells, 1):
        if not cell:
            continue
        column = columns.get(number)
        if column is None:
            if number > width:
                found.append(
                    table_error(
                        section,
                        "long-row",
                        say("The cell lies beyond the header", "La cellule dépasse l’en-tête"),
                        sheet.place(row.number, number),
                    )
                )
            continue
        if column.reading == "id":
            name = cell
        elif column.reading == "interface":
            interface = cell
        elif column.reading in ("protocol", "ports"):
            special[column.reading] = cell
        elif column.reading != "ignored":
            try:
                value = read_cell(column, cell, day_first)
            except Wrong as wrong:
                found += [
                    table_error(section, fault.rule, fault.message, sheet.place(row.number, number))
                    for fault in wrong.faults
                ]
                continue
            if column.reading == "direction":
                special["direction"] = value
            elif value is not None:
                _put(entry, column.route, value)
    if not name:
        found.append(
            table_error(
                section,
                "missing-field",
                say(
                    "The row has no name in its column “{id}”",
                    "La ligne n’a pas de nom dans sa colonne « {id} »",
                    id=COLUMNS[section][0].title,
                ),
                sheet.place(row.number, next(number for number, column in columns.items() if column.reading == "id")),
            )
        )
        return
    if special:
        _direct(entry, special, sheet.place(row.number), section, found)
    _home(entry, name, interface, row.number, part)
    first = part.rows.setdefault(name, row.number)
    if first != row.number:
        conflicts: list[Route] = []
        part.entries[name] = join_entry(part.entries[name], entry, (section, name), conflicts)
        for route in conflicts:
            number = max(((_along(path, route[2:]), number) for path, number in part.columns))[1]
            found.append(
                table_error(
                    section,
                    "two-values",
                    say(
                        "“{name}” is given two values in this column",
                        "« {name} » reçoit deux valeurs dans cette colonne",
                        name=name,
                    ),
                    sheet.place(row.number, number),
                    sheet.place(first, number),
                    id_=name,
                )
            )
    else:
        part.entries[name] = entry


def _put(entry: dict[str, Raw], route: tuple[str, ...], value: Raw) -> None:
    for step in route[:-1]:
        below = entry.setdefault(step, {})
        if isinstance(below, list):  # approved: every entry of the list takes the value of the other column
            for one in below:
                one.setdefault(route[-1], value)
            return
        entry = below
    if isinstance(entry.get(route[-1]), dict) and isinstance(value, dict):
        entry[route[-1]] = {**value, **entry[route[-1]]}
    elif isinstance(entry.get(route[-1]), dict) and isinstance(value, list):
        entry[route[-1]] = [{**entry[route[-1]], **one} for one in value]
    else:
        entry[route[-1]] = value


def _direct(entry: dict[str, Raw], special: Mapping[str, str], place: Span, section: str, found: list[Finding]) -> None:
    """Turn a row's direction, protocol and ports into what a line says."""
    services = inline_services(special.get("protocol", ""), special.get("ports", ""))
    if services and "services" in entry:
        entry.setdefault("stated", {})["services"] = ";".join(services)
    elif services:
        entry["services"] = services
    direction = special.get("direction", "->")
    if direction == "<->":
        ends = entry.pop("from", []), entry.pop("to", [])
        if any(len(end) != 1 for end in ends):
            found.append(
                table_error(
                    section,
                    "direction",
                    say(
                        "A line both ways joins one source and one destination: write one line for each pair",
                        "Une ligne à deux sens joint une source et une destination : écrivez une ligne par paire",
                    ),
                    place,
                )
            )
        entry["between"] = [*ends[0], *ends[1]]
    elif direction == "<-":
        entry["from"], entry["to"] = entry.pop("to", []), entry.pop("from", [])
        stated = entry.get("stated", {})
        zones = {"source_zone": stated.pop("target_zone", ""), "target_zone": stated.pop("source_zone", "")}
        stated.update({key: zone for key, zone in zones.items() if zone})


def _home(entry: dict[str, Raw], name: str, interface: str, row: int, part: TablePart) -> None:
    """Give the row's interface its name."""
    homes = entry.get("interfaces")
    if homes is not None:
        entry["interfaces"] = {interface or INTERFACE: homes["*"]}
    elif interface:
        entry["interfaces"] = {interface: {}}
    if interface or homes is not None:
        part.interfaces[name, interface or INTERFACE] = row
