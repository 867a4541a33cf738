"""A workbook that was edited -> the changes of a map's own files, or the conflicts between the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cloison.netmodel.finding import Lang, MapError, Ref, Span, input_error, say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.edit import edit_error
from cloison.netmodel.language.files import Edited
from cloison.netmodel.language.read import read_map
from cloison.netmodel.language.rows import TablePart
from cloison.netmodel.merging.answer import merge_report
from cloison.netmodel.merging.book import read_book
from cloison.netmodel.merging.comparison import Comparison, Step
from cloison.netmodel.merging.lines import TOGETHER, bare, line_with, said
from cloison.netmodel.merging.matrix import stated_cell
from cloison.netmodel.merging.places import Places, Wish, refusal
from cloison.netmodel.merging.table_rows import restated
from cloison.netmodel.merging.three import Outcome, Side
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.report import Report


@dataclass(frozen=True, slots=True)
class Merge:
    """What a workbook asks for: ``files`` has the new bytes of each file, none where something stands in the way.

    ``seen`` has the bytes that they were made from.
    """

    report: Report
    files: Mapping[Path, bytes]
    seen: Mapping[Path, bytes]
    steps: tuple[Step, ...]
    held_back: bool  # conflicts that are not settled, or lines that cannot be changed


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
    merging = Comparison(network, book, lang)
    outcome = merging.outcome(side)
    places, done = _planned(merging, outcome)
    refused = places.plan.refused
    steps = tuple(merging.steps(outcome))
    findings = [*map(merging.conflict, outcome.conflicts), *refused]
    files: dict[str, bytes] = {}
    if not outcome.conflicts and (partial or not refused) and (done.changed or done.added or done.removed):
        files = _files(merging, places, done, path)
    old = places.plan.seen
    files = {file: data for file, data in files.items() if data != old[file]}
    findings += book.notes
    report = merge_report(merging, outcome, steps, findings, {file: (old[file], files[file]) for file in files})
    return Merge(report, {Path(file): data for file, data in files.items()},
                 {Path(file): old[file] for file in files}, steps, bool(outcome.conflicts or refused))  # fmt: skip


def _planned(merging: Comparison, outcome: Outcome) -> tuple[Places, Outcome]:
    """Return the planned changes of files, and what of the outcome they make."""
    places = Places(merging.network.document)
    lines: dict[str, m.Flow] = merging.wanted(outcome)
    changed = []
    for one in outcome.changed:
        actual, shown = (
            bare(said(flow, one.field == TOGETHER).get(one.field))
            for flow in (merging.actual[one.id], merging.ours[one.id].flow)
        )  # fmt: skip
        if actual != shown:
            places.plan.refused.append(refusal(one.id, say(
                "“{field}” says more in the map than a cell can: change it there",
                "« {field} » dit plus dans la carte que ne le peut une cellule : changez-le là-bas", field=one.field,
            ), merging.cell(one.id, one.field), merging.written(one.id, one.field)))  # fmt: skip
        elif places.change(Wish(merging.names[one.id], one.field, lines[one.id], merging.theirs[one.id].raw)):
            changed.append(one)
    renamed = merging.renamed(outcome)
    kept = {new: old for new, old in renamed.items() if places.rename(merging.names[old], new)}
    removed = (*kept.values(), *(
        name for name in outcome.removed if name not in renamed.values() and places.remove(merging.names[name])
    ))  # fmt: skip
    added = (*kept, *(
        name for name in outcome.added
        if name not in renamed
        and places.add(Wish(name, "", lines[name], merging.theirs[name].raw), merging.above(name))
    ))  # fmt: skip
    # a repeated line is refused once, however many of its fields change
    places.plan.refused[:] = {item.fingerprint: item for item in places.plan.refused}.values()
    return places, replace(outcome, changed=tuple(changed), added=added, removed=removed)


def _files(merging: Comparison, places: Places, done: Outcome, path: Path) -> dict[str, bytes]:
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


def _compiled(merging: Comparison, path: Path, held: Mapping[str, bytes]) -> Network:
    """Return the network of the map as it would be; its errors begin with the row of the workbook that made them."""
    try:
        return compile_network(read_map(path, store=Edited(held)), merging.network.at)
    except MapError as error:
        raise MapError(tuple(
            replace(item, spans=(merging.cell(item.subject.id), *item.spans))
            if item.subject.kind == "line" and item.subject.id in merging.theirs else item
            for item in error.findings
        )) from None  # fmt: skip
