"""Rows of a table -> entries of a section, with the cell of every field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cloison.netmodel.finding import Finding, Message, Ref, Span, Text, Value, input_error
from cloison.netmodel.language.cells import inline_services, read_cell
from cloison.netmodel.language.columns import COLUMNS, Column
from cloison.netmodel.language.document import WRITTEN, Raw, Route
from cloison.netmodel.language.faults import MOST_FAULTS, Wrong, more_errors
from cloison.netmodel.language.joining import join_entry
from cloison.netmodel.language.sheets import Row, Sheet

INTERFACE = "main"  # the interface of an inventory that names none

_SHORT = Text("The row has {cells} cells, and the header {width}", "La ligne a {cells} cellules, et l’en-tête {width}")
_LONG = Text("The cell lies beyond the header", "La cellule dépasse l’en-tête")
_HEADLESS = Text("The cell lies in a column without a header", "La cellule est dans une colonne sans en-tête")
_NAMELESS = Text("The row has no name in its column “{id}”", "La ligne n’a pas de nom dans sa colonne « {id} »")
_TWO_VALUES = Text("“{name}” is given two values in this column", "« {name} » reçoit deux valeurs dans cette colonne")
_BOTH_WAYS = Text(
    "A line both ways joins one source and one destination: write one line for each pair",
    "Une ligne à deux sens joint une source et une destination : écrivez une ligne par paire",
)
_APART = frozenset({"direction", "protocol", "ports"})  # columns that together make other fields
_ONCE = frozenset({"text", "stated", "truth", "number"})  # their cells are their values


@dataclass(slots=True)
class TablePart:
    """The entries of one sheet: ``rows`` by id (an asset's interfaces have their own), ``columns`` by route.

    The longest routes come first. ``moved`` says, by id, which column holds a field that is not in its own: the ends
    of a line written the other way, the services that protocol and ports give.
    """

    file: str
    sheet: str
    section: str
    columns: tuple[tuple[tuple[str, ...], int], ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    interfaces: dict[tuple[str, str], int] = field(default_factory=dict)
    moved: dict[str, Mapping[Route, int]] = field(default_factory=dict)
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
        moved = self.moved.get(str(route[1])) if rest else None
        if moved is not None:
            number = moved.get(rest[:2]) or moved.get(rest[:1])
            if number:
                return len(route), Span(self.file, row, number, sheet=self.sheet)
        if len(rest) > 1 and rest[0] == "interfaces":
            row = self.interfaces.get((str(route[1]), str(rest[1])), row)
        best, where = 0, next((number for path, number in reversed(self.columns) if not path), 1)
        for path, number in self.columns if rest else ():
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
    return len(rest) if path else 0


def table_error(section: str, rule: str, text: Text, *places: Span, **values: Value) -> Finding:
    """Return the finding of a table's fault."""
    return input_error(rule, Message(text, values), Ref("table", section), *places)


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says: the number of its cells, the column of each, and whether dates are written day first."""

    width: int
    columns: Mapping[int, Column]
    unknown: frozenset[int]  # columns that were already refused
    day_first: bool


def read_rows(
    rows: Iterable[Row], header: Header, sheet: Sheet, part: TablePart, words: dict[str, str], found: list[Finding]
) -> int:
    """Add the entries of the rows to ``part`` and their faults to ``found``; return how many rows there were.

    ``words`` shares equal texts.
    """
    section, share = part.section, words.setdefault
    number_of = {column.reading: number for number, column in header.columns.items()}
    id_column, interface_column = number_of["id"], number_of.get("interface", 0)
    plan = [
        (number - 1, column, column.reading, column.route[0] if len(column.route) == 1 else "", dict[str, Raw]())
        for number, column in sorted(header.columns.items())
        if column.reading not in ("id", "interface", "ignored")
    ]
    loose = len(header.columns) + len(header.unknown) < header.width  # some columns have no header
    places: dict[str, int] = {}
    for number, column in header.columns.items():
        places[column.reading if column.reading in _APART else ".".join(column.route)] = number
    ways = _ways(places)
    count = 0
    for row in rows:
        cells = row.cells
        if not any(cells):
            continue
        count += 1
        if len(found) > MOST_FAULTS:
            found.append(more_errors(sheet.place(0)))
            break
        if len(cells) < header.width and not sheet.padded:
            found.append(
                table_error(
                    section,
                    "short-row",
                    _SHORT,
                    sheet.place(row.number, len(cells)),
                    cells=len(cells),
                    width=header.width,
                )
            )
            continue
        if loose or len(cells) != header.width:
            found += _outside(row, header, sheet, section)
            cells = (*cells, *[""] * (header.width - len(cells)))
        entry: dict[str, Raw] = {}
        special: dict[str, str] = {}
        name = cells[id_column - 1]
        interface = cells[interface_column - 1] if interface_column else ""
        for index, column, reading, key, cache in plan:
            cell = cells[index]
            if not cell:
                continue
            if reading in _ONCE:
                value: Raw = share(cell, cell)
            elif cell in cache:
                value = cache[cell]
            elif reading == "protocol" or reading == "ports":
                special[reading] = cell
                continue
            else:
                try:
                    value = cache[cell] = read_cell(column, cell, header.day_first)
                except Wrong as wrong:
                    place = sheet.place(row.number, index + 1)
                    found += (input_error(one.rule, one.message, Ref("table", section), place) for one in wrong.faults)
                    continue
            if reading == "direction":
                special[reading] = value
            elif value is not None:
                if key and key not in entry:
                    entry[key] = value
                else:
                    _put(entry, column.route, value)
        if not name:
            place = sheet.place(row.number, id_column)
            found.append(table_error(section, "missing-field", _NAMELESS, place, id=COLUMNS[section][0].title))
            continue
        if special:
            if not _direct(entry, special):
                found.append(
                    table_error(section, "direction", _BOTH_WAYS, sheet.place(row.number, places["direction"]))
                )
            given = "ports" if "ports" in special else "protocol" if "protocol" in special else ""
            if "services" in entry.get("stated", ()):
                given = ""
            part.moved[name] = ways[special.get("direction", "->"), given]
        if interface or "interfaces" in entry:
            _home(entry, name, interface, row.number, part)
        _add(entry, name, row.number, sheet, part, found)
    return count


def _ways(places: Mapping[str, int]) -> Mapping[tuple[str, str], Mapping[Route, int]]:
    """Return the columns of a line's ends and services, by its direction and the column that gives its services."""
    source, target = places.get("from", 0), places.get("to", 0)
    ends: Mapping[str, Mapping[Route, int]] = {
        "->": {},
        "<-": {("from",): target, ("source",): target, ("to",): source},
        "<->": {("between", 0): source, ("between", 1): target, ("between",): source},
    }
    return {
        (direction, given): {**moved, ("services",): places[given]} if given and given in places else moved
        for direction, moved in ends.items()
        for given in ("", "ports", "protocol")
    }


def _outside(row: Row, header: Header, sheet: Sheet, section: str) -> list[Finding]:
    """Return the fault of the first cell that no column of the header holds."""
    number = next(
        (
            number
            for number, cell in enumerate(row.cells, 1)
            if cell and number not in header.columns and number not in header.unknown
        ),
        0,
    )
    if not number:
        return []
    text = _LONG if number > header.width else _HEADLESS
    return [table_error(section, "no-header", text, sheet.place(row.number, number))]


def _add(entry: dict[str, Raw], name: str, row: int, sheet: Sheet, part: TablePart, found: list[Finding]) -> None:
    """Add a row's entry, or merge it into that of an earlier row of the same name."""
    first = part.rows.setdefault(name, row)
    if first == row:
        part.entries[name] = entry
        return
    conflicts: list[Route] = []
    part.entries[name] = join_entry(part.entries[name], entry, (part.section, name), conflicts)
    for route in conflicts:
        number = max((_along(path, route[2:]), number) for path, number in part.columns)[1]
        places = sheet.place(row, number), sheet.place(first, number)
        found.append(table_error(part.section, "two-values", _TWO_VALUES, *places, name=name))


def _put(entry: dict[str, Raw], route: tuple[str, ...], value: Raw) -> None:
    """Put a value where its route leads; what another column put there is joined, never changed in place."""
    *above, last = route
    for step in above:
        below = entry.get(step)
        if isinstance(below, list):  # approved: every entry of the list takes the value of the other column
            entry[step] = [{last: value, **one} for one in below]
            return
        entry[step] = below = {} if below is None else dict(below)
        entry = below
    there = entry.get(last)
    if isinstance(there, dict) and isinstance(value, dict):
        entry[last] = {**value, **there}
    elif isinstance(there, dict) and isinstance(value, list):
        entry[last] = [{**there, **one} for one in value]
    else:
        entry[last] = value


def _direct(entry: dict[str, Raw], special: Mapping[str, str]) -> bool:
    """Turn a row's direction, protocol and ports into what a line says; return whether they say one thing.

    A line both ways (``<->``) is one ``between`` its two ends, each towards the other. Beside a named service,
    protocol and ports only state what it is.
    """
    services = inline_services(special.get("protocol", ""), special.get("ports", ""))
    if services and "services" in entry:
        entry["stated"] = {**entry.get("stated", {}), "services": ";".join(services)}
    elif services:
        entry["services"] = services
    direction = special.get("direction", "->")
    if direction == "<->":
        ends = entry.pop("from", []), entry.pop("to", [])
        entry["between"] = [*ends[0], *ends[1]]
        return len(ends[0]) == len(ends[1]) == 1
    if direction == "<-":
        ends = entry.pop("to", []), entry.pop("from", [])
        entry |= {key: end for key, end in zip(("from", "to"), ends, strict=True) if end}
        stated = dict(entry.get("stated", {}))
        zones = {"source_zone": stated.pop("target_zone", ""), "target_zone": stated.pop("source_zone", "")}
        stated |= {key: zone for key, zone in zones.items() if zone}
        if stated:
            entry["stated"] = stated
    return True


def _home(entry: dict[str, Raw], name: str, interface: str, row: int, part: TablePart) -> None:
    """Give the row's interface its name."""
    homes = entry.get("interfaces")
    if homes is not None:
        entry["interfaces"] = {interface or INTERFACE: homes["*"]}
    elif interface:
        entry["interfaces"] = {interface: {}}
    if interface or homes is not None:
        part.interfaces[name, interface or INTERFACE] = row
