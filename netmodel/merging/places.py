"""What is to change in lines -> changes of the files that hold them, or why one of them is not changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloison.netmodel.finding import Finding, Lang, Message, Ref, Span, input_error, say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.cells import DIRECTIONS
from cloison.netmodel.language.columns import Column, fold
from cloison.netmodel.language.csv_edit import AddRow, RemoveRow, RowChange, SetCells, edited_table
from cloison.netmodel.language.document import Document, Part, Raw, Route
from cloison.netmodel.language.edit import Change, Remove, Rename, Set, edited
from cloison.netmodel.language.files import read_bytes
from cloison.netmodel.language.marks import YamlPart
from cloison.netmodel.language.rows import TablePart
from cloison.netmodel.language.sheets import read_sheet
from cloison.netmodel.language.tables import column_of
from cloison.netmodel.language.written import ends
from cloison.netmodel.merging.lines import ENDS, TOGETHER
from cloison.netmodel.merging.table_rows import dated, row_of, understands

_SECTION = "flows"
COMPUTED = ("stated", "ignored")


@dataclass(frozen=True, slots=True)
class Wish:
    """A field of a line that is to say what ``flow``, and its raw values, say; all of them for a new line."""

    id: str
    field: str
    flow: m.Flow
    raw: Mapping[str, Raw]


@dataclass(slots=True)
class Plan:
    """The changes of each file, and the lines that are not changed, with the place that says why."""

    yaml: dict[str, tuple[bool, list[Change]]] = field(default_factory=dict)  # whether it has no section, changes
    tables: dict[str, list[RowChange]] = field(default_factory=dict)
    computed: dict[str, dict[str, list[int]]] = field(default_factory=dict)  # cells to be computed anew: file, line
    refused: list[Finding] = field(default_factory=list)
    seen: dict[str, bytes] = field(default_factory=dict)  # what the files held that were changed

    def written(self) -> dict[str, bytes]:
        """Return the new bytes of every file that changes; raises ``MapError`` where one cannot."""
        self.seen = {file: read_bytes(Path(file)) for file in (*self.yaml, *self.tables)}
        made = {
            file: edited(self.seen[file], file, changes, below=below)
            for file, (below, changes) in self.yaml.items() if changes
        }  # fmt: skip
        for file, rows in self.tables.items():
            if rows:
                made[file] = edited_table(self.seen[file], file, understands, rows)
        return made


def refusal(name: str, message: Message, *places: Span) -> Finding:
    """Return the finding of a line that is not changed."""
    return input_error("edit-refused", message, Ref("line", name), *places)


class Places:
    """Where the lines of a map are written."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.plan = Plan()
        self._headers: dict[str, Mapping[int, Column]] = {}
        self._cells: dict[str, Mapping[int, tuple[str, ...]]] = {}

    def change(self, wish: Wish) -> bool:
        """Plan what makes a line say a field; tell whether it can be."""
        if self._repeated(wish.id):
            return False
        keys = ENDS if wish.field == TOGETHER else (wish.field.partition(".")[0],)
        route = (wish.field.partition(".")[2],) if "." in wish.field else ()
        holders = self._holders(wish.id)
        having = [
            part for part in holders if any(_at(_entry(part, wish.id), (key, *route)) is not None for key in keys)
        ]
        says = any(_at(wish.raw, (key, *route)) not in (None, [], {}) for key in keys)
        chosen = having or [part for part in holders if self._has_column(part, wish.field)][:1] or [
            part for part in reversed(holders) if isinstance(part, YamlPart)
        ][:1]  # fmt: skip
        if not chosen and says:
            self._no_column(wish)
            return False
        done = [self._change(part, wish, keys, route) for part in chosen]
        return all(done)

    def _no_column(self, wish: Wish) -> None:
        self.plan.refused.append(refusal(wish.id, say(
            "No column of the table holds “{field}”: add it there, or write it in YAML",
            "Aucune colonne du tableau ne porte « {field} » : ajoutez-la, ou écrivez-le en YAML", field=wish.field,
        ), self.document.span((_SECTION, wish.id), key=True)))  # fmt: skip

    def remove(self, name: str) -> bool:
        """Plan the removal of a line from every file that has it; tell whether it can be."""
        if self._repeated(name) or any(self._in_workbook(part, name) for part in self._holders(name)):
            return False
        for part in self._holders(name):
            if isinstance(part, TablePart):
                self.plan.tables.setdefault(part.file, []).append(RemoveRow(part.rows[name]))
            else:
                self._yaml(part).append(Remove(_route(part, name)))
        return True

    def rename(self, name: str, new: str) -> bool:
        """Plan another id for a line in every file that has it; tell whether it can be."""
        if self._repeated(name) or any(self._in_workbook(part, name) for part in self._holders(name)):
            return False
        for part in self._holders(name):
            if isinstance(part, TablePart):
                at = next(number for number, column in self.columns(part).items() if column.reading == "id")
                self.plan.tables.setdefault(part.file, []).append(SetCells(part.rows[name], {at: new}))
            else:
                self._yaml(part).append(Rename(_route(part, name), new))
        return True

    def add(self, wish: Wish, above: str) -> bool:
        """Plan a new line, in the file of the one ``above`` it where that can be, else in the map's own."""
        near = [part for part in self._holders(above) if self._takes(part, wish)] if above else []
        parts = [part for part in self.document.marks if _held(part) and self._takes(part, wish)]
        mains = [part for part in self.document.marks if isinstance(part, YamlPart) and not part.below]
        part = next(iter([*near, *reversed(parts), *mains]), None)
        if isinstance(part, TablePart):
            columns = self.columns(part)
            cells = row_of(columns, wish.flow, self.lang(part)) or {}
            cells |= {number: wish.id for number, column in columns.items() if column.reading == "id"}
            self.plan.tables.setdefault(part.file, []).append(AddRow(cells))
            stated = [number for number, column in columns.items() if column.reading == "stated"]
            self.plan.computed.setdefault(part.file, {})[wish.id] = stated
            return True
        if isinstance(part, YamlPart):
            self._yaml(part).append(Set(_route(part, wish.id), dict(wish.raw)))
            return True
        self.plan.refused.append(refusal(wish.id, say(
            "No file of the map can hold a new line", "Aucun fichier de la carte ne peut porter une nouvelle ligne",
        ), Span(self.document.marks[0].file)))  # fmt: skip
        return False

    def columns(self, part: TablePart) -> Mapping[int, Column]:
        """Return the columns of a CSV table, counted from 1."""
        if part.file not in self._headers:
            rows = list(read_sheet(Path(part.file), "", understands, []).rows)
            header = next(row for row in rows if any(row.cells))
            found = {number: column_of(_SECTION, title) for number, title in enumerate(header.cells, 1) if title}
            self._headers[part.file] = {number: column for number, column in found.items() if column is not None}
            self._cells[part.file] = {row.number: row.cells for row in rows}
        return self._headers[part.file]

    def cells(self, part: TablePart, name: str) -> tuple[str, ...]:
        """Return the cells of a line's row."""
        self.columns(part)
        return self._cells[part.file].get(part.rows[name], ())

    def lang(self, part: TablePart) -> Lang:
        """Return the language of a table's titles."""
        self.columns(part)
        titles = self._cells[part.file][part.header]
        french = any(
            fold(column.title.fr) in map(fold, titles) and fold(column.title.fr) != fold(column.title.en)
            for column in self.columns(part).values()
        )
        return "fr" if french else "en"

    def _holders(self, name: str) -> list[YamlPart | TablePart]:
        return [
            part for part in self.document.marks
            if isinstance(part, YamlPart | TablePart) and name in _held(part)
        ]  # fmt: skip

    def _repeated(self, name: str) -> bool:
        origin = self.document.origin((_SECTION, name))
        if origin is None:
            return False
        self.plan.refused.append(refusal(name, say(
            "The line is made by the repeat “{template}”: change the fragment itself, and all of its lines with it",
            "La ligne est faite par la répétition « {template} » : changez le fragment lui-même, et toutes ses lignes",
            template=origin[0],
        ), *self.document.cite((_SECTION, name), key=True)))  # fmt: skip
        return True

    def _in_workbook(self, part: Part, name: str) -> bool:
        if not isinstance(part, TablePart):
            return False
        twice = sum(1 for row in self._ids(part) if row == name) > 1
        if not part.sheet and not twice:
            return False
        message = say(
            "The line is in a spreadsheet that the map reads, which is not rewritten: change it there",
            "La ligne est dans une feuille de calcul que lit la carte, qui n’est pas réécrite : changez-la là-bas",
        ) if part.sheet else say(
            "The line has several rows in this table: change it there",
            "La ligne occupe plusieurs rangées de ce tableau : changez-la là-bas",
        )  # fmt: skip
        self.plan.refused.append(refusal(name, message, part.locate((_SECTION, name), key=True, rename=str)[1]))
        return True

    def _ids(self, part: TablePart) -> Iterator[str]:
        if part.sheet:
            return
        at = next((number for number, column in self.columns(part).items() if column.reading == "id"), 1)
        for cells in self._cells[part.file].values():
            if len(cells) >= at:
                yield cells[at - 1]

    def _yaml(self, part: YamlPart) -> list[Change]:
        return self.plan.yaml.setdefault(part.file, (bool(part.below), []))[1]

    def _has_column(self, part: Part, name: str) -> bool:
        if not isinstance(part, TablePart) or part.sheet:
            return False
        routes = [column.route for column in self.columns(part).values() if column.reading not in COMPUTED]
        if name == TOGETHER:
            return ("from",) in routes and ("to",) in routes
        wanted = tuple(name.split(".", 1))
        return any(route[: len(wanted)] == wanted for route in routes)

    def _takes(self, part: Part, wish: Wish) -> bool:
        """Tell whether a new line with all that it says can stand in a part."""
        if isinstance(part, YamlPart):
            return part.below in ("", _SECTION)
        if not isinstance(part, TablePart) or part.section != _SECTION or part.sheet:
            return False
        labels = [f"labels.{label}" for label in wish.flow.labels]
        among = len(wish.flow.between) > 2
        fields = [TOGETHER if key in ENDS else key for key in wish.raw if key != "labels"] + labels
        if among or not all(self._has_column(part, one) for one in fields):
            return False
        return row_of(self.columns(part), wish.flow, self.lang(part)) is not None

    def _change(self, part: YamlPart | TablePart, wish: Wish, keys: Sequence[str], route: Route) -> bool:
        if self._in_workbook(part, wish.id):
            return False
        if isinstance(part, TablePart):
            return self._cells_of(part, wish)
        changes = self._yaml(part)
        for key in keys:
            value = _at(wish.raw, (key, *route))
            if value in (None, [], {}):
                if _at(_entry(part, wish.id), (key, *route)) is not None:
                    changes.append(Remove((*_route(part, wish.id), key, *route)))
            else:
                changes.append(Set((*_route(part, wish.id), key, *route), value))
        return True

    def _cells_of(self, part: TablePart, wish: Wish) -> bool:
        """Plan the cells of a row that say a field: what its own columns say, others that said it emptied."""
        columns, now = self.columns(part), self.cells(part, wish.id)
        lang = self.lang(part)
        if wish.field in (*ENDS, TOGETHER):
            made = self._ends(part, wish, columns, now)
        else:
            head, _, label = wish.field.partition(".")
            row = row_of(columns, wish.flow, lang)
            if row is None and head == "services":
                self._no_column(wish)
                return False
            made = {
                number: (row or {}).get(number, "") for number, column in columns.items()
                if (column.route == ("labels", label) if label else column.route[:1] == (head,))
            }  # fmt: skip
        if made is None:
            return False
        if lang == "fr":
            made |= {number: dated(text, now[number - 1]) for number, text in made.items()
                     if columns[number].reading in ("date", "approvals")}  # fmt: skip
        self.plan.tables.setdefault(part.file, []).append(SetCells(part.rows[wish.id], {
            number: text for number, text in made.items() if text != now[number - 1]
        }))  # fmt: skip
        stated = [number for number, column in columns.items() if column.reading == "stated" and now[number - 1]]
        self.plan.tables[part.file].append(SetCells(part.rows[wish.id], dict.fromkeys(stated, "")))
        self.plan.computed.setdefault(part.file, {})[wish.id] = stated
        return True

    def _ends(
        self, part: TablePart, wish: Wish, columns: Mapping[int, Column], now: Sequence[str]
    ) -> dict[int, str] | None:
        place: dict[Any, int] = {column.route: number for number, column in columns.items()}
        source, sign, target = ends(wish.flow)
        direction = next((number for number, column in columns.items() if column.reading == "direction"), 0)
        written = now[direction - 1] if direction else ""
        means = DIRECTIONS.get(written) or DIRECTIONS.get(fold(written)) or "->"
        wanted = DIRECTIONS.get(sign, "")
        if means == "<-" and wanted == "->":
            source, target, wanted = target, source, "<-"
        if not wanted or (wanted != means and not direction):
            self.plan.refused.append(refusal(wish.id, say(
                "The table cannot say these ends: write the line in YAML",
                "Le tableau ne peut pas dire ces extrémités : écrivez la ligne en YAML",
            ), part.locate((_SECTION, wish.id), key=True, rename=str)[1]))  # fmt: skip
            return None
        texts = {("from",): source, ("to",): target}
        if wish.field != TOGETHER:  # the other end keeps its text, or is written elsewhere
            texts.pop(("to",) if (wish.field == "from") is (wanted != "<-") else ("from",))
        made = {place[route]: text for route, text in texts.items() if route in place}
        if wanted != means:
            made[direction] = sign
        return made


def _route(part: YamlPart, name: str) -> Route:
    return (name,) if part.below else (_SECTION, name)


def _held(part: Part) -> Mapping[str, Raw]:
    found = part.values.get(_SECTION) if isinstance(part.values, dict | Mapping) else None
    return found if isinstance(found, dict) else {}


def _entry(part: Part, name: str) -> Raw:
    return _held(part).get(name)


def _at(value: Raw, route: Route) -> Raw:
    for step in route:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
