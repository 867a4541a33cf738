"""A map, a workbook and its base, line by line: what differs, where it is written, and what it says."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloison.netmodel.finding import Finding, Lang, Message, Ref, Span, Text
from cloison.netmodel.language import model as m
from cloison.netmodel.language.columns import Column
from cloison.netmodel.language.written import ends, of_line
from cloison.netmodel.merging.book import Book, column_at, without_computed
from cloison.netmodel.merging.lines import (
    TOGETHER,
    Entry,
    as_rows,
    comparable,
    entries,
    readable,
    said,
    with_field,
    without,
)
from cloison.netmodel.merging.matrix import Matrix, matrix
from cloison.netmodel.merging.three import Conflict, Outcome, Side, three_way
from cloison.netmodel.network import Network

_CONFLICTS: Mapping[str, Text] = {
    "both": Text("“{field}” was changed here to “{ours}” and in the workbook to “{theirs}”; it was “{base}”",
                 "« {field} » est devenu « {ours} » ici et « {theirs} » dans le classeur ; c’était « {base} »"),
    "removed-there": Text("The line was removed in the workbook and changed here",
                          "La ligne a été retirée dans le classeur et changée ici"),
    "removed-here": Text("The line was removed here and changed in the workbook",
                         "La ligne a été retirée ici et changée dans le classeur"),
}  # fmt: skip
_REMEDY = Text("settle it in one of the two, or take a side with --ours or --theirs",
               "tranchez dans l’un des deux, ou prenez un côté avec --ours ou --theirs")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: a field of a line that changes, or a line that comes or goes."""

    id: str
    kind: str
    field: str
    old: str
    new: str
    place: Span


class Comparison:
    """The lines of a map, of a workbook and of its base, with their places."""

    def __init__(self, network: Network, book: Book, lang: Lang) -> None:
        self.network, self.book, self.lang = network, book, lang
        self.matrix: Matrix = matrix(network, "en", computed=False)
        self.columns = (*self.matrix.columns, Column("list", ("between",), Text("", "")))
        base, opaque = readable(without_computed(book.base))
        places = book.matrix.columns()
        there = {place: places[key] for key, place in book.base.columns().items() if key in places}
        theirs = without(book.matrix, {(name, there[at]): cell for (name, at), cell in opaque.items() if at in there})
        ours, _ = readable(as_rows(self.matrix, book.matrix))
        self.base, self.ours = entries(base), entries(ours)
        self.theirs = self._recognised(entries(theirs))
        self.actual: Mapping[str, m.Flow] = {name.strip(): flow for name, flow in network.model.flows.items()}
        self.names = {name.strip(): name for name in network.model.flows}
        self._rows = sorted((entry.row, name) for name, entry in self.theirs.items() if name in self.names)

    def _recognised(self, theirs: Mapping[str, Entry]) -> Mapping[str, Entry]:
        """Return the workbook's lines, those without an id under that of a like one which was taken back before."""
        new = {name: said(one.flow, together=True) for name, one in self.ours.items()
               if name not in self.base and name not in theirs}  # fmt: skip
        made: dict[str, Entry] = {}
        for name, entry in theirs.items():
            fields = said(entry.flow, together=True) if name in self.book.proposed else None
            like = next((one for one, other in new.items() if other == fields and one not in made), name)
            made[like] = entry
        return made

    def outcome(self, side: Side) -> Outcome:
        """Return what taking the workbook back asks for; ``side`` settles conflicts."""
        base, theirs, ours = comparable(self.base, self.theirs, self.ours)
        return three_way(base, theirs, ours, side)

    # ---- places and texts

    def cell(self, name: str, field: str = "") -> Span:
        """Return the place of a line's cell in the workbook; that of its header where the line is not there."""
        rows = self.book.matrix
        entry = self.theirs.get(name)
        key = "from" if field == TOGETHER else field
        return rows.place(entry.row if entry else rows.header.number, column_at(rows, key) if key else 0)

    def written(self, name: str, field: str = "") -> Span:
        """Return where the map has a field of a line, or the line."""
        route = [part for part in ("from" if field == TOGETHER else field).split(".", 1) if part]
        if name in self.names:
            return self.network.document.span(("flows", self.names[name], *route), key=not route)
        return self.network.document.span(("flows",), key=True)

    def text(self, flow: m.Flow | None, field: str) -> str:
        """Return what a line says in a field."""
        if flow is None:
            return ""
        if field == TOGETHER:
            return " ".join(part for part in ends(flow) if part) if len(flow.between) < 3 else ", ".join(flow.between)
        route = tuple(field.split(".", 1))
        said_in = [of_line(column, flow, self.lang) for column in self.columns if column.route[: len(route)] == route]
        if not said_in and "." in field:  # a label that no line of the map has
            return flow.labels.get(field.partition(".")[2], "")
        if route == ("exception",) and flow.exception:
            return "; ".join(part for part in said_in if part)
        return said_in[0] if said_in else ""

    def steps(self, outcome: Outcome) -> Iterator[Step]:
        """Yield what is to be done, with its cell."""
        for one in outcome.changed:
            yield Step(one.id, "changed", one.field, self.text(self.actual[one.id], one.field),
                       self.text(self.theirs[one.id].flow, one.field), self.cell(one.id, one.field))  # fmt: skip
        for name in outcome.added:
            yield Step(name, "added", "", "", _summary(self.theirs[name].flow), self.cell(name))
        for name in outcome.removed:
            yield Step(name, "removed", "", _summary(self.actual[name]), "", self.cell(name))

    def conflict(self, one: Conflict) -> Finding:
        """Return the finding of a conflict, at both of its places."""
        base, theirs, ours = (side.get(one.id) for side in (self.base, self.theirs, self.ours))
        flows = {key: entry.flow if entry else None for key, entry in
                 (("base", base), ("theirs", theirs), ("ours", ours))}  # fmt: skip
        values = {key: self.text(flow, one.field) for key, flow in flows.items()} if one.field else {}
        message = Message(_CONFLICTS[one.kind], {"field": one.field, **values} if one.field else {})
        places = self.cell(one.id, one.field), self.written(one.id, one.field)
        return Finding("conflict", "error", message, Ref("line", one.id), places, remedy=Message(_REMEDY))

    # ---- what is to be

    def wanted(self, outcome: Outcome) -> dict[str, m.Flow]:
        """Return the lines as they are to be, by id."""
        flows = {name: flow for name, flow in self.actual.items() if name not in outcome.removed}
        for one in outcome.changed:
            flows[one.id] = with_field(flows[one.id], one.field, self.theirs[one.id].flow)
        renamed = self.renamed(outcome)
        return flows | {
            name: self.actual[renamed[name]] if name in renamed else self.theirs[name].flow for name in outcome.added
        }  # fmt: skip

    def renamed(self, outcome: Outcome) -> dict[str, str]:
        """Return the lines that only have another id in the workbook, by it: one that goes for one alike that comes."""
        alike: dict[str, list[str]] = {}
        for name in outcome.removed:
            alike.setdefault(_likeness(self.base[name]), []).append(name)
        come = Counter(_likeness(self.theirs[name]) for name in outcome.added)
        return {
            name: alike[like][0] for name in outcome.added
            if come[like := _likeness(self.theirs[name])] == 1 == len(alike.get(like, ()))
        }  # fmt: skip

    def above(self, name: str) -> str:
        """Return the line of the map that stands nearest above a row of the workbook."""
        place = bisect_left(self._rows, (self.theirs[name].row,))
        return self.names[self._rows[place - 1][1]] if place else ""


def _likeness(entry: Entry) -> str:
    return repr(sorted(said(entry.flow, together=True).items()))


def _summary(flow: m.Flow) -> str:
    source, sign, target = ends(flow)
    said_ends = f"{source} {sign} {target}" if sign else ", ".join(flow.between)
    return f"{said_ends} {', '.join(flow.services)}".strip()
