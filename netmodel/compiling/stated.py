"""What a matrix's table states and the map computes: the two are compared, row by row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from cloison.netmodel.compiling.offers import reputed_unsafe
from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.facts import AssetFacts, Line
from cloison.netmodel.finding import Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.normal import FALSE, TRUE

_COLUMNS: Mapping[str, Text] = {
    "source_zone": Text("source zone", "zone source"),
    "target_zone": Text("destination zone", "zone destination"),
    "filtering": Text("filtering equipment", "équipement de filtrage"),
    "unsafe": Text("reputed unsafe", "réputé non sûr"),
}
_YES = Text("yes", "oui")
_NO = Text("no", "non")
_NONE = Text("none", "aucun")


def filtering(line: Line, model: m.Model, assets: Mapping[str, AssetFacts]) -> tuple[str, ...]:
    """Return the filtering assets on the ways of a line, in the order in which they are met."""
    return tuple(dict.fromkeys(asset for asset in _met(line, model) if "filtering" in assets[asset].functions))


def _met(line: Line, model: m.Model) -> Iterator[str]:
    for way in line.routes.values():
        for name in way:
            for stage in model.interconnections[name].through:
                yield from stage


def unsafe(line: Line, model: m.Model) -> tuple[str, ...]:
    """Return the names of a line's services that are reputed unsafe."""
    return tuple(name for name, services in line.services if reputed_unsafe(model, name, services))


def computed(line: Line, column: str, model: m.Model, assets: Mapping[str, AssetFacts]) -> tuple[str, ...] | bool:
    """Return what the map says in a computed column: names, or whether the line is reputed unsafe."""
    if column == "unsafe":
        return bool(unsafe(line, model))
    return filtering(line, model, assets) if column == "filtering" else _zones(line, column, outer=True)


def check_stated(lines: Iterable[Line], model: m.Model, assets: Mapping[str, AssetFacts], problems: Problems) -> None:
    """Add an error for each computed column of a row that says otherwise than the map."""
    for line in lines:
        for column, text in line.flow.stated.items():
            if not text.strip() or column not in _COLUMNS:
                continue
            if column == "filtering" and any(asset not in assets for asset in _met(line, model)):
                continue  # the unknown one has had its error
            expected: tuple[str, ...] | tuple[Text, ...]
            if column == "unsafe":
                found = bool(unsafe(line, model))
                if text.strip().lower() in (TRUE if found else FALSE):
                    continue
                expected = (_YES if found else _NO,)
            else:
                names = filtering(line, model, assets) if column == "filtering" else _zones(line, column, outer=True)
                parts = names if column == "filtering" else _zones(line, column, outer=False)
                if _same(text, names, parts):
                    continue
                expected = names or (_NONE,)
            problems.add(
                "stated",
                say("The column “{column}” says {stated}; the map says {expected}",
                    "La colonne « {column} » dit {stated} ; la carte dit {expected}",
                    column=_COLUMNS[column], stated=text, expected=expected),
                ("flows", line.id, "stated", column),
            )  # fmt: skip


def _zones(line: Line, column: str, *, outer: bool) -> tuple[str, ...]:
    """Return the zones of one side of a line; with ``outer`` a zone stands for the zones within it."""
    ends = line.sources if column == "source_zone" else line.targets
    found: dict[str, None] = {}
    for end in ends:
        whole = outer and end.leaves and all(leaf.kind == "zone" for leaf in end.leaves)
        found.update(dict.fromkeys((leaf.id for leaf in end.leaves) if whole else end.zones))
    if not found and column == "target_zone" and all(end.kind != "any" for end in ends):
        return _zones(line, "source_zone", outer=outer)  # multicast lies in its sender's zone
    return tuple(found)


def _same(text: str, names: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Say whether a cell names all of these, in any order, and nothing but these and their parts."""
    stated = {word for word in re.split(r"[,;\s]+", text.strip()) if word}
    if not names:
        return stated <= {"none", "aucun", "aucune", "any", "-", "–", "—"}
    return set(names) <= stated <= {*names, *parts}
