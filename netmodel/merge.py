"""A workbook that was edited -> the changes of a map's own files, or the conflicts between the two."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cloison.netmodel.finding import Finding, Lang, MapError, Message, Ref, Span, Text, input_error, say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.columns import Column
from cloison.netmodel.language.edit import edit_error
from cloison.netmodel.language.files import Edited, read_bytes
from cloison.netmodel.language.read import read_map
from cloison.netmodel.language.rows import TablePart
from cloison.netmodel.language.written import ends, of_line
from cloison.netmodel.merging.book import Book, column_at, read_book, without_computed
from cloison.netmodel.merging.lines import (
    TOGETHER,
    Entry,
    as_rows,
    comparable,
    entries,
    line_with,
    readable,
    said,
    with_field,
    without,
)
from cloison.netmodel.merging.matrix import Matrix, matrix, stated_cell
from cloison.netmodel.merging.places import Places, Wish, refusal, restated
from cloison.netmodel.merging.three import Conflict, Outcome, Side, three_way
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.report import Report, Table

SCHEMA = "cloison.merge/1"
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
_WORDS = {"changed": Text("changed", "modifiée"), "added": Text("added", "ajoutée"),
          "removed": Text("removed", "retirée")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: a field of a line that changes, or a line that comes or goes."""

    id: str
    kind: str
    field: str
    old: str
    new: str
    place: Span


@dataclass(frozen=True, slots=True)
class Merge:
    """What a workbook asks for: ``files`` has the new bytes of each file, none where something stands in the way."""

    report: Report
    files: Mapping[Path, bytes]
    steps: tuple[Step, ...]
    held_back: bool  # conflicts that are not settled, or lines that cannot be changed


class _Merging:
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
        for one in outcome.changed:
            yield Step(one.id, "changed", one.field, self.text(self.actual[one.id], one.field),
                       self.text(self.theirs[one.id].flow, one.field), self.cell(one.id, one.field))  # fmt: skip
        for name in outcome.added:
            yield Step(name, "added", "", "", _summary(self.theirs[name].flow), self.cell(name))
        for name in outcome.removed:
            yield Step(name, "removed", "", _summary(self.actual[name]), "", self.cell(name))

    def conflict(self, one: Conflict) -> Finding:
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
        return flows | {name: self.theirs[name].flow for name in outcome.added}

    def above(self, name: str) -> str:
        """Return the line of the map that stands nearest above a row of the workbook."""
        before = [one for one, entry in self.theirs.items() if entry.row < self.theirs[name].row and one in self.names]
        return self.names[before[-1]] if before else ""


def _summary(flow: m.Flow) -> str:
    source, sign, target = ends(flow)
    said_ends = f"{source} {sign} {target}" if sign else ", ".join(flow.between)
    return f"{said_ends} {', '.join(flow.services)}".strip()


def merge(
    network: Network, path: Path, workbook: Path, base: Path | None = None, *, side: Side = "", partial: bool = False,
    lang: Lang = "en",
) -> Merge:  # fmt: skip
    """Return what taking a workbook back into the map at ``path`` asks for, and the new bytes of its files.

    ``base`` is an older copy of the workbook, instead of what is hidden in it. ``side`` settles conflicts;
    ``partial`` goes on where some lines cannot be changed. Raises :class:`MapError` for what is no workbook of this
    map, and where the map that would be is invalid.
    """
    repeated = [line.id for line in network.lines if network.document.origin(("flows", line.id)) is not None]
    book = read_book(workbook, base, network.model.flows, repeated)
    if book.name != network.model.name:
        raise MapError((input_error("another-map", say(
            "The workbook was made from the map “{other}”, and this one is “{name}”",
            "Le classeur a été fait à partir de la carte « {other} », et celle-ci est « {name} »",
            other=book.name, name=network.model.name,
        ), Ref("file", str(workbook)), Span(str(workbook), sheet=book.base.sheet)),))  # fmt: skip
    merging = _Merging(network, book, lang)
    outcome = merging.outcome(side)
    places, done = _planned(merging, outcome)
    refused = places.plan.refused
    steps = tuple(merging.steps(outcome))
    findings = [*map(merging.conflict, outcome.conflicts), *refused]
    files: dict[str, bytes] = {}
    if not outcome.conflicts and (partial or not refused) and (done.changed or done.added or done.removed):
        files = _files(merging, places, done, path)
    old = {file: read_bytes(Path(file)) for file in files}
    files = {file: data for file, data in files.items() if data != old[file]}
    findings += book.notes
    report = _report(merging, outcome, steps, findings, {file: (old[file], files[file]) for file in files}, lang)
    return Merge(report, {Path(file): data for file, data in files.items()}, steps,
                 bool(outcome.conflicts or refused))  # fmt: skip


def _planned(merging: _Merging, outcome: Outcome) -> tuple[Places, Outcome]:
    """Return the planned changes of files, and what of the outcome they make."""
    places = Places(merging.network.document)
    lines: dict[str, m.Flow] = merging.wanted(outcome)
    changed = []
    for one in outcome.changed:
        actual, shown = merging.actual[one.id], merging.ours[one.id].flow
        if said(actual, one.field == TOGETHER).get(one.field) != said(shown, one.field == TOGETHER).get(one.field):
            places.plan.refused.append(refusal(one.id, say(
                "“{field}” says more in the map than a cell can: change it there",
                "« {field} » dit plus dans la carte que ne le peut une cellule : changez-le là-bas", field=one.field,
            ), merging.cell(one.id, one.field), merging.written(one.id, one.field)))  # fmt: skip
        elif places.change(Wish(merging.names[one.id], one.field, lines[one.id], merging.theirs[one.id].raw)):
            changed.append(one)
    removed = tuple(name for name in outcome.removed if places.remove(merging.names[name]))
    added = tuple(
        name for name in outcome.added
        if places.add(Wish(name, "", lines[name], merging.theirs[name].raw), merging.above(name))
    )  # fmt: skip
    # a repeated line is refused once, however many of its fields change
    places.plan.refused[:] = {item.fingerprint: item for item in places.plan.refused}.values()
    return places, replace(outcome, changed=tuple(changed), added=added, removed=removed)


def _files(merging: _Merging, places: Places, done: Outcome, path: Path) -> dict[str, bytes]:
    """Return the new bytes of each file, once the map that they make was read and says what was wanted."""
    held = places.plan.written()
    after = _compiled(merging, path, held)
    stated = {file: lines for file, lines in places.plan.computed.items() if any(lines.values())}
    if stated:
        for part in after.document.marks:
            if isinstance(part, TablePart) and part.file in stated:
                titled = next(one for one in merging.network.document.marks if one.file == part.file)
                if not isinstance(titled, TablePart):
                    continue
                lang, columns = places.lang(titled), places.columns(titled)
                texts = {
                    name: {at: stated_cell(after, after.line[name], columns[at], lang) for at in numbers}
                    for name, numbers in stated[part.file].items()
                }  # fmt: skip
                held[part.file] = restated(held[part.file], part, texts)
        after = _compiled(merging, path, held)
    before, wanted = merging.network.model, merging.wanted(done)
    made = {name.strip(): flow for name, flow in after.model.flows.items()}
    wrong = [name for name in {*wanted, *made} if not _same(wanted.get(name), made.get(name))]
    if wrong or replace(before, flows={}) != replace(after.model, flows={}):
        raise MapError(tuple(
            edit_error(str(path), say(
                "The line {line} cannot be changed without changing what else the map says: change it by hand",
                "La ligne {line} ne peut être changée sans changer le reste de la carte : à changer à la main",
                line=name,
            ), merging.cell(name), merging.written(name)) for name in sorted(wrong) or [""]
        ))  # fmt: skip
    return held


def _same(wanted: m.Flow | None, made: m.Flow | None) -> bool:
    """Tell whether two lines say the same, whatever their rows state of them."""
    if wanted is None or made is None:
        return False
    return wanted == made or line_with(wanted, stated={}) == line_with(made, stated={})


def _compiled(merging: _Merging, path: Path, held: Mapping[str, bytes]) -> Network:
    """Return the network of the map as it would be; its errors begin with the row of the workbook that made them."""
    try:
        return compile_network(read_map(path, store=Edited(held)), merging.network.at)
    except MapError as error:
        raise MapError(tuple(
            replace(item, spans=(merging.cell(item.subject.id), *item.spans))
            if item.subject.kind == "line" and item.subject.id in merging.theirs else item
            for item in error.findings
        )) from None  # fmt: skip


def _report(
    merging: _Merging, outcome: Outcome, steps: tuple[Step, ...], findings: list[Finding],
    files: Mapping[str, tuple[bytes, bytes]], lang: Lang,
) -> Report:  # fmt: skip
    network, book = merging.network, merging.book
    diffs = {file: list(_diff(file, *contents)) for file, contents in files.items()}
    tables = []
    if steps:
        tables.append(Table("changes", Text("Changes", "Changements"), (
            Text("line", "ligne"), Text("what", "quoi"), Text("field", "champ"), Text("now", "actuellement"),
            Text("in the workbook", "dans le classeur"), Text("cell", "cellule"),
        ), tuple(
            (step.id, _WORDS[step.kind], step.field, step.old, step.new, str(step.place)) for step in steps
        )))  # fmt: skip
    for file, lines in diffs.items():
        tables.append(Table("files", Text(file, file), (Text("lines of the file", "lignes du fichier"),),
                            tuple((_indented(line),) for line in lines)))  # fmt: skip
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "map": {"name": network.model.name, "digest": network.digest},
        "workbook": {"file": book.matrix.file, "sheet": book.matrix.sheet, "digest": book.digest},
        "changes": [
            {"line": step.id, "change": step.kind, "field": step.field, "old": step.old, "new": step.new,
             "location": _location(step.place)} for step in steps
        ],
        "conflicts": [
            {"line": one.id, "kind": one.kind, "field": one.field, "settled": settled,
             "base": merging.text(_flow(merging.base, one.id), one.field) if one.field else "",
             "ours": merging.text(_flow(merging.ours, one.id), one.field) if one.field else "",
             "theirs": merging.text(_flow(merging.theirs, one.id), one.field) if one.field else ""}
            for conflicts, settled in ((outcome.conflicts, False), (outcome.settled, True)) for one in conflicts
        ],
        "refused": sorted({item.subject.id for item in findings if item.rule == "edit-refused"}),
        "findings": [
            {"rule": item.rule, "severity": item.severity, "message": item.message.say("en"),
             "subject": {"kind": item.subject.kind, "id": item.subject.id},
             "locations": [_location(span) for span in item.spans]} for item in findings
        ],
        "files": [{"file": file, "diff": "\n".join(lines)} for file, lines in diffs.items()],
    }  # fmt: skip
    counts = {kind: sum(1 for step in steps if step.kind == kind) for kind in _WORDS}
    summary = [say(
        "{changed} {changed:field|fields} changed, {added} {added:line|lines} added, {removed} removed; "
        "{conflicts} {conflicts:conflict|conflicts}, {settled} settled",
        "{changed} {changed:champ modifié|champs modifiés}, {added} {added:ligne ajoutée|lignes ajoutées}, "
        "{removed} {removed:retirée|retirées} ; {conflicts} {conflicts:conflit|conflits}, "
        "{settled} {settled:tranché|tranchés}",
        **counts, conflicts=len(outcome.conflicts), settled=len(outcome.settled),
    )]  # fmt: skip
    if book.digest != network.digest:
        summary.append(say("The map has changed since the workbook was made",
                           "La carte a changé depuis que le classeur a été fait"))  # fmt: skip
    return Report("merge", data, tuple(findings), tables=tuple(tables), summary=tuple(summary),
                  marking=network.model.marking, title=network.model.name)  # fmt: skip


def _flow(side: Mapping[str, Entry], name: str) -> m.Flow | None:
    return side[name].flow if name in side else None


def _location(span: Span) -> dict[str, str | int]:
    place: dict[str, str | int] = {"file": span.file, "line": span.line, "column": span.column}
    return {**place, "sheet": span.sheet} if span.sheet else place


def _indented(line: str) -> str:
    """Return a line whose indentation no table takes away."""
    text = line[1:].lstrip(" ")
    return line[:1].replace(" ", "\u00a0") + "\u00a0" * (len(line[1:]) - len(text)) + text


def _diff(file: str, old: bytes, new: bytes) -> Iterator[str]:
    before, after = (data.decode("utf-8").splitlines() for data in (old, new))
    return difflib.unified_diff(before, after, file, file, lineterm="", n=1)
