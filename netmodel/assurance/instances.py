"""``for`` in a rule of the policy: one instance of the rule for each selected entry, or combination of entries."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cloison.netmodel.assurance.searching.place_table import PlaceTable
from cloison.netmodel.compiling.problems import Problems, Route
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.document import Raw
from cloison.netmodel.language.placeholders import Binding, Chosen, Missing, filler
from cloison.netmodel.language.rules import Selection
from cloison.netmodel.network import Network

MOST_INSTANCES = 500_000  # of one rule
_KIND = {"zones": "zone", "subnets": "subnet", "assets": "asset"}
_TOLD = 50  # instances of one rule whose faults are told


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One instance: its name (the entries' ids, nothing where the rule has no ``for``) and what fills placeholders."""

    name: str = ""
    binding: Binding = field(default_factory=dict)

    def said(self, message: Message) -> Message:
        """Return a message about this instance, by name."""
        if not self.name:
            return message
        text = Text(f"[{{instance}}] {message.text.en}", f"[{{instance}}] {message.text.fr}")
        return Message(text, {**message.values, "instance": self.name})


@dataclass(slots=True)
class Instances:
    """The instances of one rule, and what its selections select for each."""

    network: Network
    name: str
    rule: m.Rule
    problems: Problems
    told: int = 0
    _known: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict)
    _places: dict[tuple[object, ...], int | None] = field(default_factory=dict)
    _used: dict[int, tuple[str, ...]] = field(default_factory=dict)  # variables of each selection

    def all(self) -> Iterator[Instance]:
        """Yield every instance; of variables over one section, those that stand for one entry twice are left out."""
        if not self.rule.repeated:
            yield Instance()
            return
        choices = [self.network.select(selection) for selection in self.rule.repeated.values()]
        count = 1
        for choice in choices:
            count *= len(choice)
        if count > MOST_INSTANCES:
            self.problems.add(
                "too-large",
                say("The rule has more than {most} instances", "La règle a plus de {most} instances",
                    most=MOST_INSTANCES),
                ("policy", self.name, "repeated"),
            )  # fmt: skip
            return
        sections = [selection.section for selection in self.rule.repeated.values()]
        written = self.network.document.values
        entries = {
            (section, name): Chosen(name, _written(written.get(section, {}).get(name)))
            for section, choice in zip(sections, choices, strict=True) for name in choice
        }  # fmt: skip
        variables = tuple(self.rule.repeated)
        chosen = [
            [entries[section, name] for name in choice] for section, choice in zip(sections, choices, strict=True)
        ]
        for combination in itertools.product(*chosen):
            if len({id(item) for item in combination}) == len(combination):
                name = ", ".join([item.id for item in combination])
                yield Instance(name, dict(zip(variables, combination, strict=True)))

    def selected(self, selection: Selection, where: Route, instance: Instance) -> tuple[str, ...]:
        """Return the ids that a selection has in an instance; nothing after an error at ``where`` of the rule."""
        key = self._key(selection, instance)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._selected(selection, where, instance)
        return found

    def place(self, table: PlaceTable, selection: Selection, where: Route, instance: Instance) -> int | None:
        """Return the number of the place that a selection stands for; nothing where it selects nothing."""
        key = self._key(selection, instance)
        if key not in self._places:
            names = self.selected(selection, where, instance)
            refs = dict.fromkeys(item for name in names for item in _refs(self.network, selection.section, name))
            nothing = self.rule.repeated and not refs
            self._places[key] = None if nothing else table.add(tuple(refs))
        return self._places[key]

    def _key(self, selection: Selection, instance: Instance) -> tuple[object, ...]:
        """Return what decides what a selection selects: itself, and the entries whose variables it holds."""
        if not instance.binding:
            return (id(selection),)
        used = self._used.get(id(selection))
        if used is None:
            words = [word for some in selection.where.values() for word in some]
            used = self._used[id(selection)] = tuple(
                variable for variable in instance.binding
                if any(f"<{variable}>" in word or f"<{variable}." in word for word in words)
            )  # fmt: skip
        return (id(selection), *[instance.binding[variable].id for variable in used])

    def _selected(self, selection: Selection, where: Route, instance: Instance) -> tuple[str, ...]:
        if not self.rule.repeated:
            return self.network.select(selection)
        filled: dict[str, tuple[str, ...]] = {}
        for path, words in selection.where.items():
            try:
                value = filler(list(words))(instance.binding)
            except Missing as missing:
                self.told += 1
                if self.told <= _TOLD:
                    route = ("policy", self.name, *where, selection.section, path)
                    self.problems.add("repeat", missing.message, route)
                return ()
            filled[path] = tuple(map(str, value))
        return self.network.select(Selection(selection.section, filled))

    def empty(self) -> None:
        """Add the error of a rule of whose instances every one selects nothing."""
        if not self.told:
            self.problems.add(
                "empty-selection",
                say("No instance of the rule selects anything", "Aucune instance de la règle ne sélectionne rien"),
                ("policy", self.name, "repeated"),
            )  # fmt: skip


def _written(entry: Raw) -> Mapping[str, Raw]:
    return entry if isinstance(entry, dict) else {}


def _refs(network: Network, section: str, name: str) -> tuple[Ref, ...]:
    if section in _KIND:
        return (Ref(_KIND[section], name),)
    if section == "endpoints":
        return (Ref("asset", network.endpoints[name].asset),)
    if section == "applications":
        named = network.model.applications[name].assets
        return tuple(Ref("asset", asset) for item in named for asset in network.ends[item].assets)
    if section == "parties":
        return tuple(Ref("zone", zone) for zone, facts in network.zones.items() if facts.owner == name)
    return ()
