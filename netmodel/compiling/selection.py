"""Selections: the entries of one section whose every named field holds one of the given words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from cloison.netmodel.compiling.problems import Problems, Route
from cloison.netmodel.finding import Text, say
from cloison.netmodel.language import model as m

# where a field leads: dots follow it
REFERENCES: Mapping[tuple[str, str], str] = {
    ("zones", "owner"): "parties", ("zones", "within"): "zones", ("zones", "site"): "sites", ("zones", "vrf"): "vrfs",
    ("subnets", "zone"): "zones", ("subnets", "site"): "sites", ("subnets", "vrf"): "vrfs",
    ("assets", "owner"): "parties", ("assets", "site"): "sites", ("assets", "members"): "assets",
    ("assets", "zone"): "zones", ("assets", "subnet"): "subnets", ("assets", "cluster"): "assets",
    ("interconnections", "between"): "zones", ("interconnections", "through"): "assets",
    ("endpoints", "asset"): "assets", ("endpoints", "backends"): "assets", ("endpoints", "service"): "services",
    ("applications", "assets"): "assets", ("flows", "owner"): "parties",
}  # fmt: skip
# written in the map under another name than in the model
_WRITTEN: Mapping[str, str] = {"from": "source"}
_COMPUTED: Mapping[str, tuple[str, ...]] = {"assets": ("zone", "subnet", "cluster")}
ID = "id"  # selects an entry by its name
_DEEPEST = 16  # dots in a path; references may go in circles
_TYPES: Mapping[str, type[Any]] = {
    "parties": m.Party, "sites": m.Site, "vrfs": m.Vrf, "zones": m.Zone, "subnets": m.Subnet, "assets": m.Asset,
    "interconnections": m.Interconnection, "endpoints": m.Endpoint, "applications": m.Application,
    "services": m.Service, "flows": m.Flow,
}  # fmt: skip


@dataclass(slots=True)
class Selector:
    """Answers selections over one map; ``computed`` adds or replaces values: (section, field) -> id -> words."""

    model: m.Model
    computed: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    _indices: dict[tuple[str, str], dict[str, frozenset[str]]] = field(default_factory=dict)
    _order: dict[str, dict[str, int]] = field(default_factory=dict)

    def select(self, selection: m.Selection) -> tuple[str, ...]:
        """Return the ids of the entries that hold, in the order of the map; unknown fields hold nothing."""
        entries: Mapping[str, object] = getattr(self.model, selection.section)
        if not selection.where:
            return tuple(entries)
        left: set[str] | None = None
        for path, words in selection.where.items():
            index = self._index(selection.section, path)
            found = {name for word in words for name in index.get(word, ())}
            left = found if left is None else left & found
        if selection.section not in self._order:
            self._order[selection.section] = {name: place for place, name in enumerate(entries)}
        return tuple(sorted(left or (), key=self._order[selection.section].__getitem__))

    def check(
        self, selection: m.Selection, problems: Problems, route: Route, *, empty: bool = False
    ) -> tuple[str, ...]:
        """Return what is selected; an unknown field is an error at ``route``, and an empty selection unless allowed."""
        wrong = False
        for path in selection.where:
            section: str = selection.section
            for part in path.split("."):
                if section in ("labels", ""):
                    section = ""
                    continue
                known = field_names(section)
                if part not in known:
                    wrong = True
                    problems.unknown(part, Text(f"a field of {section}", f"un champ de {section}"),
                                     known, (*route, selection.section, path))  # fmt: skip
                    break
                section = "labels" if part == "labels" else REFERENCES.get((section, part), "")
        found = self.select(selection)
        if not found and not wrong and not empty:
            problems.add(
                "empty-selection",
                say("The selection of {section} selects nothing", "La sélection de {section} ne sélectionne rien",
                    section=selection.section),
                (*route, selection.section), key=True,
            )  # fmt: skip
        return found

    def _index(self, section: str, path: str) -> dict[str, frozenset[str]]:
        known = self._indices.get((section, path))
        if known is None and path.count(".") > _DEEPEST:
            return {}
        if known is None:
            grown: dict[str, set[str]] = {}
            first, _, rest = path.partition(".")
            deeper = REFERENCES.get((section, first)) if rest and first != "labels" else None
            behind = self._index(deeper, rest) if deeper else {}
            words_of: dict[str, list[str]] = {}
            for word, names in behind.items():
                for name in names:
                    words_of.setdefault(name, []).append(word)
            for name in getattr(self.model, section):
                values: Iterable[str] = self._values(section, name, first, rest)
                if deeper:
                    values = [word for value in values for word in words_of.get(value.partition("/")[0], ())]
                for value in values:
                    grown.setdefault(value, set()).add(name)
            known = {value: frozenset(names) for value, names in grown.items()}
            self._indices[section, path] = known
        return known

    def _values(self, section: str, name: str, first: str, rest: str) -> tuple[str, ...]:
        if first == ID:
            return (name,)
        computed = self.computed.get((section, first))
        if computed is not None and name in computed:
            return computed[name]
        value = getattr(getattr(self.model, section)[name], _WRITTEN.get(first, first), None)
        if first == "labels":
            return (value[rest],) if isinstance(value, Mapping) and rest in value else ()
        return _words(value)


def field_names(section: str) -> tuple[str, ...]:
    """Return the fields by which entries of a section can be selected, as they are written in a map."""
    written = {value: key for key, value in _WRITTEN.items()}
    names = [written.get(item.name, item.name) for item in fields(_TYPES[section])]
    return (ID, *names, *_COMPUTED.get(section, ()))


def _words(value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return ("true",) if value else ("false",)
    if isinstance(value, (str, int)):
        return (str(value),)
    if isinstance(value, Mapping):
        return tuple(str(key) for key in value)
    if isinstance(value, tuple):
        return tuple(word for item in value for word in _words(item))
    return (str(value),)
