"""The table of decisions: read from CSV or XLSX, whoever wrote it and however often git merged it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, Text, input_error, say
from cloison.netmodel.language.columns import fold
from cloison.netmodel.language.files import read_bytes
from cloison.netmodel.language.formulas import is_formula
from cloison.netmodel.language.names import nearest
from cloison.netmodel.language.sheets import Row, Sheet, read_sheet

Word = Literal["keep", "change", "remove"]

WORDS: Mapping[Word, Text] = {
    "keep": Text("keep", "maintenir"),
    "change": Text("change", "modifier"),
    "remove": Text("remove", "supprimer"),
}
COLUMNS: Mapping[str, Text] = {  # in the order in which they are written
    "item": Text("item", "élément"),
    "what": Text("what it says", "ce qu’il dit"),
    "points": Text("to look at", "à examiner"),
    "decision": Text("decision", "décision"),
    "by": Text("by", "par"),
    "why": Text("why", "motif"),
    "state": Text("state", "état"),
}
_NEEDED = ("item", "decision", "by", "why", "state")
_MOST = 200  # faults that are told
_MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")  # what git leaves in a file that it could not merge


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of an item, by whom, why, and on what state of it."""

    item: str
    word: Word
    by: tuple[str, ...]
    why: str
    state: str
    place: Span


@dataclass(frozen=True)
class Decisions:
    """The decisions of a table, in its order; rows without a decision are left out.

    ``points`` are what its rows say that there is to look at, by item; ``more`` are columns that people added, and
    ``notes`` their cells, by item. ``data`` are the bytes that the table was read from, None where there was none.
    """

    file: str
    decisions: tuple[Decision, ...] = ()
    points: Mapping[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    data: bytes | None = None

    @cached_property
    def by_item(self) -> Mapping[str, Decision]:
        """The decisions by their items."""
        return {decision.item: decision for decision in self.decisions}

    def having(self, more: Iterable[Decision]) -> Decisions:
        """Return these decisions and others, which replace those of the same items."""
        found = dict(self.by_item)
        for decision in more:
            found[decision.item] = decision
        return replace(self, decisions=tuple(found.values()))


def read_decisions(path: Path) -> Decisions:
    """Return the decisions in a CSV or XLSX table; raise ``MapError`` with every fault of it.

    The same decision twice is one decision of both reviewers, which is what a merge by git leaves; two that differ are
    an error with both places.
    """
    found: list[Finding] = []
    data = read_bytes(path)  # before it is read as a table, so that a change in between is seen when it is saved
    sheet = read_sheet(path, "", lambda header: fold(header) in _HEADERS, found)
    kept = _Kept()
    try:
        decisions = list(_rows(sheet, kept, found))
    except MapError as error:
        raise MapError((*found, *error.findings)) from None
    merged = _merged(decisions, found)
    if found:
        raise MapError(tuple(found[:_MOST]))
    return Decisions(str(path), merged, kept.points, tuple(kept.more), kept.notes, data)


@dataclass
class _Kept:
    """What a table says beside its decisions: points by item; columns that people added by place, their cells."""

    points: dict[str, str] = field(default_factory=dict)
    more: dict[str, int] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, item: str, points: str, row: Row) -> None:
        """Keep what a row says of an item; of two rows of one item, what both say."""
        self.points[item] = self.points.get(item) or points
        cells = tuple(_plain(row.cells[place]) if place < len(row.cells) else "" for place in self.more.values())
        self.notes[item] = tuple(map(_both, self.notes.get(item, ("",) * len(cells)), cells))


def _both(one: str, other: str) -> str:
    return f"{one} / {other}" if one and other and one != other else one or other


_HEADERS = {fold(title): name for name, text in COLUMNS.items() for title in (text.en, text.fr, name)}


def _error(rule: str, message: Message, *places: Span) -> Finding:
    return input_error(rule, message, Ref("decisions", places[0].file), *places)


def _rows(sheet: Sheet, kept: _Kept, found: list[Finding]) -> Iterator[Decision]:
    rows = (row for row in sheet.rows if any(row.cells))
    header = next(rows, None)
    if header is None:
        raise MapError((_error("empty-table", say(
            "The table of decisions is empty", "Le tableau des décisions est vide",
        ), sheet.place(1)),))  # fmt: skip
    if _marker(header, sheet, found):
        header = next(rows, header)
    columns = _header(header, sheet)
    known = set(columns.values())
    for place, cell in enumerate(header.cells):
        if cell and place not in known:
            kept.more.setdefault(cell, place)
    for row in rows:
        if len(found) >= _MOST:
            return
        if not _marker(row, sheet, found):
            yield from _row(row, columns, kept, sheet, found)


def _header(header: Row, sheet: Sheet) -> Mapping[str, int]:
    columns: dict[str, int] = {}
    for place, cell in enumerate(header.cells):
        name = _HEADERS.get(fold(cell))
        if name is not None and name in columns:
            raise MapError((_error(
                "duplicate-column",
                say("“{cell}” is there twice", "« {cell} » y est deux fois", cell=cell),
                sheet.place(header.number, place + 1), sheet.place(header.number, columns[name] + 1),
            ),))  # fmt: skip
        if name is not None:
            columns[name] = place
    missing = tuple(COLUMNS[name] for name in _NEEDED if name not in columns)
    if missing:
        raise MapError((_error(
            "table-header",
            say("The table has no column {missing}", "Le tableau n’a pas de colonne {missing}", missing=missing),
            sheet.place(header.number, 1),
        ),))  # fmt: skip
    return columns


def _marker(row: Row, sheet: Sheet, found: list[Finding]) -> bool:
    """Tell whether a row is what git leaves of a conflict, which is an error; an item may be called like one."""
    if not row.cells or not row.cells[0].startswith(_MARKERS) or any(row.cells[1:]):
        return False
    found.append(_error("conflict", say(
        "git left a conflict here: keep one of the two decisions",
        "git a laissé un conflit ici : garder l’une des deux décisions",
    ), sheet.place(row.number, 1)))  # fmt: skip
    return True


def _row(
    row: Row, columns: Mapping[str, int], kept: _Kept, sheet: Sheet, found: list[Finding]
) -> Iterator[Decision]:
    def cell(name: str) -> str:
        place = columns.get(name, len(row.cells))
        return _plain(row.cells[place]) if place < len(row.cells) else ""

    def at(name: str) -> Span:
        return sheet.place(row.number, columns[name] + 1)

    item, written = cell("item"), cell("decision")
    if not item:
        found.append(_error("table", say(
            "The row names no item", "La ligne ne nomme aucun élément",
        ), at("item")))  # fmt: skip
        return
    kept.take(item, cell("points"), row)
    if not written:
        return
    word = decision_word(written)
    if word is None:
        near = nearest(fold(written), tuple(_WORDS)) or tuple(text.en for text in WORDS.values())
        found.append(_error("unknown-word", say(
            "{written} is no decision: {near}", "{written} n’est pas une décision : {near}",
            written=written, near=near,
        ), at("decision")))  # fmt: skip
        return
    by = tuple(name for name in map(str.strip, cell("by").split(",")) if name)
    if not by:
        found.append(_error("missing", say(
            "The decision on {item} does not say by whom", "La décision sur {item} ne dit pas par qui", item=item,
        ), at("by")))  # fmt: skip
    if word != "keep" and not cell("why"):
        found.append(_error("missing", say(
            "The decision on {item} does not say why", "La décision sur {item} ne dit pas pourquoi", item=item,
        ), at("why")))  # fmt: skip
    yield Decision(item, word, by, cell("why"), cell("state"), at("decision"))


_WORDS: Mapping[str, Word] = {
    fold(title): word for word, text in WORDS.items() for title in (text.en, text.fr)
} | {"garder": "keep", "conserver": "keep", "changer": "change", "retirer": "remove"}  # fmt: skip


def decision_word(written: str) -> Word | None:
    """Return the decision that a word in either language is, whatever its case and accents; nothing for none."""
    return _WORDS.get(fold(written))


def _plain(text: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from computing it."""
    return text[1:] if text[:1] == "'" and is_formula(text[1:]) else text


def _merged(decisions: Iterable[Decision], found: list[Finding]) -> tuple[Decision, ...]:
    known: dict[str, Decision] = {}
    for decision in decisions:
        first = known.get(decision.item)
        if first is None:
            known[decision.item] = decision
        elif (first.word, first.state) != (decision.word, decision.state):
            found.append(_error("conflict", say(
                "{item} is decided twice: {first} by {them}, {second} by {others}",
                "{item} est décidé deux fois : {first} par {them}, {second} par {others}",
                item=decision.item, first=WORDS[first.word], second=WORDS[decision.word],
                them=first.by, others=decision.by,
            ), first.place, decision.place))  # fmt: skip
        else:
            why = _both(first.why, decision.why)
            known[decision.item] = replace(first, by=tuple(dict.fromkeys((*first.by, *decision.by))), why=why)
    return tuple(known.values())


