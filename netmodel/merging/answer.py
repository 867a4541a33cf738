"""A comparison and its outcome -> the report of a merge: tables for people, plain values for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloison.netmodel.finding import Finding, Span, Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.merging.comparison import Comparison, Step
from cloison.netmodel.merging.line_diff import unified
from cloison.netmodel.merging.lines import Entry
from cloison.netmodel.merging.three import Outcome
from cloison.netmodel.report import Report, Table

SCHEMA = "cloison.merge/1"
_WORDS = {"changed": Text("changed", "modifiée"), "added": Text("added", "ajoutée"),
          "removed": Text("removed", "retirée")}  # fmt: skip


def merge_report(
    merging: Comparison, outcome: Outcome, steps: tuple[Step, ...], findings: list[Finding],
    files: Mapping[str, tuple[bytes, bytes]],
) -> Report:  # fmt: skip
    """Return what ``cloison merge`` answers; ``files`` has the bytes of each as they are and as they would be."""
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
    return unified(file, before, after)
