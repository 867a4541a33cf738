"""A security zone matrix in Tufin's CSV -> a rule of the policy, of the form ``matrix``.

Columns as the vendor documents them (Tufin Orchestration Suite, "Preparing a CSV" for the unified security policy):
from zone, to zone, severity (low, medium, high, critical), access type (allow all, block all, allow only, block only),
services (``tcp 80; tcp 67-68; icmp 8``, names, ``any``), rule properties, flows; from domain and to domain where there
are several. Older exports say ignored, blocked and restricted, and head the services "allowed services". The rule is
named after the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cloison.netmodel.finding import Finding, MapError, Ref, Span, Text, input_error
from cloison.netmodel.language.columns import fold
from cloison.netmodel.language.document import Raw, Route
from cloison.netmodel.language.faults import MOST_FAULTS, WORD, more_errors, unknown
from cloison.netmodel.language.files import DISK, Store
from cloison.netmodel.language.rows import table_error
from cloison.netmodel.language.sheets import Row, Sheet, read_sheet

POLICY = "policy"  # the section that the table is of

_HEADERS: Mapping[str, tuple[str, ...]] = {
    "from": ("from zone", "zone source"),
    "to": ("to zone", "zone destination"),
    "severity": ("severity", "gravite"),
    "access": ("access type", "access", "type d acces"),
    "services": ("services", "allowed services", "service"),
    "properties": ("rule properties", "properties"),
    "flows": ("flows", "flow"),
    "from domain": ("from domain",),
    "to domain": ("to domain",),
    "why": ("comment", "comments", "description", "commentaire", "commentaires"),
}
_COLUMNS: Mapping[str, str] = {title: name for name, titles in _HEADERS.items() for title in titles}
_REQUIRED = ("from", "to", "access")
_ACCESS: Mapping[str, str] = {
    "allow all": "allow all", "allowed": "allow all", "block all": "block all", "blocked": "block all",
    "allow only": "allow only", "restricted": "allow only", "block only": "block only", "ignore": "", "ignored": "",
}  # fmt: skip
_SEVERITY: Mapping[str, str] = {"low": "note", "medium": "warning", "high": "error", "critical": "error"}
_PORTS = re.compile(r"(tcp|udp|sctp|icmp|icmpv6|ip|other)[ :/]+(\d+(?: ?- ?\d+)?)", re.IGNORECASE)
_BOUNDED = re.compile(r"([A-Z_]+) *\{ *[A-Z]+ *: *([0-9]{1,40}) *\}", re.IGNORECASE)  # SOURCE_MAX_IP {COUNT:10}

_COLUMN = Text("column", "Nom de colonne")
_EMPTY = Text("The table is empty: its first row names the columns",
              "Le tableau est vide : sa première ligne nomme les colonnes")  # fmt: skip
_NO_ROW = Text("The table has a header and no row", "Le tableau a un en-tête et aucune ligne")
_LACKS = Text("The header has no column “{column}”", "L’en-tête n’a pas de colonne « {column} »")
_TWICE = Text("The column “{column}” is there twice", "La colonne « {column} » est là deux fois")
_BLANK = Text("The row says nothing in its column “{column}”", "La ligne ne dit rien dans sa colonne « {column} »")
_LONG = Text("The cell lies beyond the header", "La cellule dépasse l’en-tête")
_SERVICES = Text("“{access}” takes no service, and the row names {services}",
                 "« {access} » ne prend aucun service, et la ligne nomme {services}")  # fmt: skip
_NO_SERVICE = Text("“{access}” names no service", "« {access} » ne nomme aucun service")
_CONTRADICTS = Text(
    "Two rows say different things from “{here}” to “{there}”: {first} and {second}",
    "Deux lignes disent des choses différentes de « {here} » vers « {there} » : {first} et {second}",
)
_SAYS_NOTHING = Text("nothing", "rien")


@dataclass(slots=True)
class PolicyPart:
    """The one rule of a sheet: ``rows`` by the names of the cell, ``columns`` by what they hold."""

    file: str
    sheet: str
    name: str
    header: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    matrix: dict[str, dict[str, Raw]] = field(default_factory=dict)

    @property
    def values(self) -> Mapping[str, Raw]:
        """The table as a map of one section."""
        return {POLICY: {self.name: {"matrix": self.matrix}}}

    def locate(self, route: Route, *, key: bool, rename: Callable[[str], str]) -> tuple[int, Span]:
        """Return how many keys of ``route`` lead somewhere, and the cell where they lead."""
        if not route or route[0] != POLICY:
            return 0, Span(self.file, sheet=self.sheet)
        if len(route) < 3 or route[1] != self.name or route[2] != "matrix":
            found = len(route) > 1 and route[1] == self.name
            return 1 + found, Span(self.file, self.header, 1 if found else 0, sheet=self.sheet)
        here = str(route[3]) if len(route) > 3 else ""
        if here not in self.matrix:
            return 3, Span(self.file, self.header, 1, sheet=self.sheet)
        there = str(route[4]) if len(route) > 4 else ""
        row = self.rows.get((here, there))
        if row is None:
            row = next(self.rows[here, name] for name in self.matrix[here])
            return 4, Span(self.file, row, self.columns["from"], sheet=self.sheet)
        column = self.columns["to" if key and len(route) == 5 else "access"]
        if len(route) > 5:
            column = self.columns.get(str(route[5]), self.columns.get("services", column))
        return len(route), Span(self.file, row, column, sheet=self.sheet)


def read_policy(path: Path, sheet_name: str, store: Store = DISK) -> tuple[PolicyPart, list[Finding]]:
    """Return the rule in a zone matrix and every fault of the table; raise :class:`MapError` for no table."""
    found: list[Finding] = []
    sheet = read_sheet(path, sheet_name, lambda header: fold(header) in _COLUMNS, found, store)
    first = next((row for row in sheet.rows if any(row.cells)), None)
    if first is None:
        raise MapError((table_error(POLICY, "empty-table", _EMPTY, sheet.place(1)),))
    part = PolicyPart(sheet.file, sheet.name, path.stem, first.number)
    _header(first, sheet, part, found)
    lacking = [name for name in _REQUIRED if name not in part.columns]
    if lacking:
        place = sheet.place(first.number, 1)
        raise MapError(
            (
                *found,
                *(table_error(POLICY, "table-header", _LACKS, place, column=_HEADERS[name][0]) for name in lacking),
            )
        )
    count = 0
    try:
        for row in sheet.rows:
            if not any(row.cells):
                continue
            count += 1
            if len(found) > MOST_FAULTS:
                found.append(more_errors(sheet.place(0)))
                break
            _row(row, sheet, part, found)
    except MapError as error:  # the rows end where the file is broken
        found += error.findings
    if not count and not found:
        found.append(table_error(POLICY, "empty-table", _NO_ROW, sheet.place(first.number)))
    return part, found


def _header(row: Row, sheet: Sheet, part: PolicyPart, found: list[Finding]) -> None:
    for number, header in enumerate(row.cells, 1):
        if not header:
            continue
        name = _COLUMNS.get(fold(header))
        if name is None:
            fault = unknown(header[:80], tuple(titles[0] for titles in _HEADERS.values()), "unknown-column", _COLUMN)
            found.append(input_error(fault.rule, fault.message, Ref("table", POLICY), sheet.place(row.number, number)))
        elif name in part.columns:
            places = sheet.place(row.number, number), sheet.place(row.number, part.columns[name])
            found.append(table_error(POLICY, "duplicate-column", _TWICE, *places, column=header))
        else:
            part.columns[name] = number


def _row(row: Row, sheet: Sheet, part: PolicyPart, found: list[Finding]) -> None:
    """Add a row's cell to the matrix; a row whose end is missing is one whose end is empty."""
    values = {name: row.cells[number - 1] if number <= len(row.cells) else "" for name, number in part.columns.items()}
    before = len(found)
    beyond = next((number for number, cell in enumerate(row.cells, 1)
                   if cell and number > max(part.columns.values())), 0)  # fmt: skip
    if beyond:
        found.append(table_error(POLICY, "no-header", _LONG, sheet.place(row.number, beyond)))
    for name in _REQUIRED:
        if not values[name]:
            place = sheet.place(row.number, part.columns[name])
            found.append(table_error(POLICY, "missing-field", _BLANK, place, column=_HEADERS[name][0]))
    access = _word(values["access"], _ACCESS, "access", row, sheet, part, found)
    severity = _word(values.get("severity", ""), _SEVERITY, "severity", row, sheet, part, found)
    services = [_service(item.strip()) for item in values.get("services", "").split(";") if item.strip()]
    place = sheet.place(row.number, part.columns.get("services", part.columns["access"]))
    if access.endswith("all") and services != ["any"] and services:
        found.append(table_error(POLICY, "access", _SERVICES, place, access=values["access"], services=tuple(services)))
    if access.endswith("only") and not services:
        found.append(table_error(POLICY, "access", _NO_SERVICE, place, access=values["access"]))
    if len(found) > before:
        return
    cell: Raw = None
    if access:
        cell = {access: services if access.endswith("only") else None}
        if severity:
            cell["severity"] = severity
    properties = _properties(values)
    if cell is not None and properties:
        cell["properties"] = properties
    if cell is not None and values.get("why"):
        cell["why"] = values["why"]
    here, there = values["from"], values["to"]
    first = part.rows.setdefault((here, there), row.number)
    if first == row.number:
        part.matrix.setdefault(here, {})[there] = cell
    elif part.matrix[here][there] != cell:
        column = part.columns["access"]
        found.append(
            table_error(
                POLICY, "two-values", _CONTRADICTS, sheet.place(row.number, column), sheet.place(first, column),
                here=here, there=there, first=_said(part.matrix[here][there]), second=_said(cell),
            )
        )  # fmt: skip


def _word(
    text: str, known: Mapping[str, str], column: str, row: Row, sheet: Sheet, part: PolicyPart, found: list[Finding]
) -> str:
    word = fold(text)
    if not word or word in known:
        return known.get(word, "")
    fault = unknown(text[:80], tuple(known), "unknown-word", WORD)
    found.append(
        input_error(fault.rule, fault.message, Ref("table", POLICY), sheet.place(row.number, part.columns[column]))
    )
    return ""


def _service(text: str) -> str:
    """Return a service as a map writes it: ``tcp 80`` is ``tcp/80``, ``other 50`` is ``ip/50``."""
    ports = _PORTS.fullmatch(text)
    if not ports:
        return "any" if text.lower() == "any" else text
    word = ports[1].lower()
    return f"{'ip' if word == 'other' else word}/{ports[2].replace(' ', '')}"


def _properties(values: Mapping[str, str]) -> list[str]:
    """Return what a row demands beside its services: rule properties, flows, and domains other than the first."""
    found = [
        f"{bounded[1].upper()} {int(bounded[2])}" if (bounded := _BOUNDED.fullmatch(item)) else item
        for item in map(str.strip, values.get("properties", "").split(";")) if item
    ]  # fmt: skip
    found += [f"FLOWS {item.strip()}" for item in values.get("flows", "").split(";") if item.strip()]
    found += [
        f"{name.upper()} {values[name]}" for name in ("from domain", "to domain")
        if values.get(name) and values[name].lower() != "default"
    ]  # fmt: skip
    return found


def _said(cell: Raw) -> Text:
    if cell is None:
        return _SAYS_NOTHING
    text = "; ".join(f"{key} {' '.join(value) if isinstance(value, list) else value or ''}".strip()
                     for key, value in cell.items())  # fmt: skip
    return Text(text, text)
