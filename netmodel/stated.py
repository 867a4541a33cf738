"""What a matrix's table states and the map computes: the two are compared, row by row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cloison.netmodel.facts import AssetFacts, End, Line
from cloison.netmodel.finding import Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.normal import FALSE, TRUE
from cloison.netmodel.offers import reputed_unsafe
from cloison.netmodel.problems import Problems

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
    met: dict[str, None] = {}
    for way in line.routes.values():
        for name in way:
            for stage in model.interconnections[name].through:
                met.update(dict.fromkeys(asset for asset in stage if "filtering" in assets[asset].functions))
    return tuple(met)


def unsafe(line: Line, model: m.Model) -> tuple[str, ...]:
    """Return the names of a line's services that are reputed unsafe."""
    return tuple(name for name, services in line.services if reputed_unsafe(model, name, services))


def check_stated(
    lines: Iterable[Line], model: m.Model, assets: Mapping[str, AssetFacts], problems: Problems
) -> None:
    """Add an error for each computed column of a row that says otherwise than the map."""
    for line in lines:
        for column, text in line.flow.stated.items():
            if not text.strip() or column not in _COLUMNS:
                continue
            expected: tuple[str, ...] | tuple[Text, ...]
            if column == "unsafe":
                found = bool(unsafe(line, model))
                if text.strip().lower() in (TRUE if found else FALSE):
                    continue
                expected = (_YES if found else _NO,)
            else:
                names = _computed(column, line, model, assets)
                if _same(text, names):
                    continue
                expected = names or (_NONE,)
            problems.add(
                "stated",
                say("The column “{column}” says {stated}; the map says {expected}",
                    "La colonne « {column} » dit {stated} ; la carte dit {expected}",
                    column=_COLUMNS[column], stated=text, expected=expected),
                ("flows", line.id, "stated", column),
            )  # fmt: skip


def _computed(column: str, line: Line, model: m.Model, assets: Mapping[str, AssetFacts]) -> tuple[str, ...]:
    if column == "filtering":
        return filtering(line, model, assets)
    ends = line.sources if column == "source_zone" else line.targets
    zones = tuple(dict.fromkeys(zone for end in ends for zone in _zones(end)))
    if not zones and column == "target_zone" and all(end.kind != "any" for end in ends):
        return _computed("source_zone", line, model, assets)  # multicast lies in its sender's zone
    return zones


def _zones(end: End) -> tuple[str, ...]:
    """Return the zones of an end; one that is itself a zone stands for the zones within it."""
    if end.leaves and all(leaf.kind == "zone" for leaf in end.leaves):
        return tuple(leaf.id for leaf in end.leaves)
    return end.zones


def _same(text: str, names: tuple[str, ...]) -> bool:
    """Say whether a cell names exactly these, in any order."""
    stated = {word for word in re.split(r"[,;\s]+", text.strip()) if word}
    if not names:
        return stated <= {"none", "aucun", "aucune", "any", "-", "–", "—"}
    return stated == set(names)
