"""The rules of the user's policy: each in one form, its names known, its selections not empty; or all errors at once.

What needs the compiled network, such as the instances of a rule that has ``for``, is asked where rules are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloison.netmodel.compiling.offers import Offers
from cloison.netmodel.compiling.problems import Problems, Route
from cloison.netmodel.compiling.references import TUNNELS
from cloison.netmodel.compiling.selection import Selector
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.rules import Cell, Limit, Paths, Selection
from cloison.netmodel.space.catalogue import CATALOGUE

FORMS = ("forbid", "matrix", "paths", "limit")
PLACED = ("zones", "subnets", "assets", "endpoints", "applications", "parties")  # sections whose entries lie somewhere
_NAMED = ("zones", "subnets", "assets")  # whose entries a matrix names
_MATRIX = ("ends", "otherwise")  # keys that belong to a matrix
ANY = "any"
_NAME = Text("a zone, a subnet, an asset or a name of `ends`", "une zone, un sous-réseau, un bien ou un nom de `ends`")


def check_policy(model: m.Model, selector: Selector, offers: Offers, problems: Problems) -> None:
    """Add an error for every rule that is in no form or in several, and for whatever it names that is not there."""
    check = _Checker(model, selector, offers, problems)
    for name, rule in model.policy.items():
        check.rule(name, rule)


def named(model: m.Model, rule: m.Rule, name: str) -> tuple[str, str] | None:
    """Return what a name of a matrix is: ``ends``, or a section, and its name there; nothing when it is none.

    Case does not count where only one zone is so called: other tools' tables write their names otherwise.
    """
    if name in rule.ends:
        return "ends", name
    for section in _NAMED:
        if name in getattr(model, section):
            return section, name
    same = [zone for zone in model.zones if zone.casefold() == name.casefold()]
    return ("zones", same[0]) if len(same) == 1 else None


def service_named(offers: Offers, name: str) -> str:
    """Return the name under which a service is known; other tools' tables write names in capitals."""
    low = name.lower()
    known: tuple[Mapping[str, object], ...] = (offers.own, CATALOGUE)
    return low if all(name not in one for one in known) and any(low in one for one in known) else name


@dataclass(frozen=True, slots=True)
class _Checker:
    model: m.Model
    selector: Selector
    offers: Offers
    problems: Problems

    def rule(self, name: str, rule: m.Rule) -> None:
        route: Route = ("policy", name)
        forms = [form for form in FORMS if getattr(rule, form)]
        if len(forms) != 1:
            self._wrong(
                say("A rule has one form, {forms}; this one has {found}",
                    "Une règle a une forme, {forms} ; celle-ci a {found}",
                    forms=FORMS, found=tuple(forms) or (Text("none", "aucune"),)),
                *([(*route, form) for form in forms] or [route]),
            )  # fmt: skip
        for key, form in (("unless", "forbid"), *((key, "matrix") for key in _MATRIX)):
            if getattr(rule, key) and forms and form not in forms:
                self._wrong(
                    say("`{key}` belongs to `{form}`, which this rule does not have",
                        "`{key}` va avec `{form}`, que cette règle n’a pas", key=key, form=form),
                    (*route, key),
                )  # fmt: skip
        for variable, selection in rule.repeated.items():
            self.selector.check(selection, self.problems, (*route, "repeated", variable))
        for where, selection, wanted in selections(rule):
            self.selected(selection, (*route, *where), wanted, empty=bool(rule.repeated))
        if rule.matrix:
            self.matrix(rule, route)
        if rule.paths is not None:
            self.paths(rule.paths, (*route, "paths"))
        if rule.limit is not None:
            self.limit(rule.limit, (*route, "limit"))

    def selected(self, selection: Selection, route: Route, wanted: str, *, empty: bool) -> None:
        self.selector.check(selection, self.problems, route, empty=empty)
        if wanted == "places" and selection.section not in PLACED:
            self._wrong(
                say("{section} lie nowhere: select zones, subnets, assets, endpoints, applications or parties",
                    "{section} ne sont nulle part : sélectionner des zones, sous-réseaux, biens, interfaces, "
                    "applications ou parties", section=selection.section),
                route,
            )  # fmt: skip
        elif wanted not in ("places", selection.section):
            self._wrong(
                say("`{key}` selects {wanted}", "`{key}` sélectionne des {wanted}",
                    key=str(route[-1]), wanted=wanted),
                route,
            )  # fmt: skip

    def matrix(self, rule: m.Rule, route: Route) -> None:
        candidates = [*rule.ends, *(name for section in _NAMED for name in getattr(self.model, section))]
        told: set[str] = set()

        def name(word: str, where: Route) -> None:
            if word not in told and named(self.model, rule, word) is None:
                told.add(word)
                self.problems.unknown(word, _NAME, candidates, where, key=True)

        cells = 0
        for here, row in rule.matrix.items():
            name(here, (*route, "matrix", here))
            for there, cell in row.items():
                name(there, (*route, "matrix", here, there))
                if cell is not None:
                    cells += 1
                    self.cell(cell, (*route, "matrix", here, there))
        if rule.otherwise is not None:
            self.cell(rule.otherwise, (*route, "otherwise"))
        elif not cells:
            self._wrong(
                say("No cell of the matrix says anything", "Aucune cellule de la matrice ne se prononce"),
                (*route, "matrix"),
            )

    def cell(self, cell: Cell, route: Route) -> None:
        for place, service in enumerate(cell.services):
            self.offers.one(service_named(self.offers, service), (*route, cell.access, place))

    def paths(self, paths: Paths, route: Route) -> None:
        if not any(_asked(paths, key) for key in ("through", "never", "lines", "hops", "tunnel", "encryption")):
            self._wrong(
                say("`paths` asks for nothing: write through, never, lines, hops, tunnel or encryption",
                    "`paths` ne demande rien : écrivez through, never, lines, hops, tunnel ou encryption"),
                route,
            )  # fmt: skip
        tunnels = [name for name, item in self.model.carriers.items() if item.kind == "tunnel"]
        for place, name in enumerate(paths.tunnel):
            if name != ANY and name not in tunnels:
                self.problems.unknown(name, Text("a tunnel", "un tunnel"), tunnels, (*route, "tunnel", place))
        written = {flow.encryption.protocol for flow in self.model.flows.values() if flow.encryption is not None}
        wires = {entry.wire for entry in CATALOGUE.values() if entry.wire}
        words = sorted({*wires, *written, *(word for word, encrypts in TUNNELS.items() if encrypts)})
        for place, name in enumerate(paths.encryption):
            if name != ANY and name not in words:
                self.problems.word(name, (ANY, *words), "encryption", (*route, "encryption", place))

    def limit(self, limit: Limit, route: Route) -> None:
        asked = ("prefix", "prefix6", "ports", "lifetime", "required", "reviewed")
        if not any(_asked(limit, key) for key in asked):
            self._wrong(
                say("`limit` limits nothing: write {keys}", "`limit` ne limite rien : écrivez {keys}", keys=asked),
                route,
            )

    def _wrong(self, message: Message, *routes: Route) -> None:
        self.problems.add("policy", message, *routes)


def _asked(value: object, key: str) -> bool:
    return getattr(value, key) not in (None, ())


def selections(rule: m.Rule) -> Iterator[tuple[Route, Selection, str]]:
    """Yield the selections of a rule: where each stands, itself, and what it has to select (``places``, a section)."""
    if rule.forbid is not None:
        yield ("forbid", "source"), rule.forbid.source, "places"
        yield ("forbid", "to"), rule.forbid.to, "places"
    if rule.unless is not None:
        yield ("unless", "through"), rule.unless.through, "assets"
    for name, selection in rule.ends.items():
        yield ("ends", name), selection, "places"
    if rule.paths is not None:
        yield ("paths", "source"), rule.paths.source, "places"
        yield ("paths", "to"), rule.paths.to, "places"
        for key, assets in (("through", rule.paths.through), ("never", rule.paths.never)):
            if assets is not None:
                yield ("paths", key), assets, "assets"
    if rule.limit is not None:
        for key, places in (("source", rule.limit.source), ("to", rule.limit.to)):
            if places is not None:
                yield ("limit", key), places, "places"
        if rule.limit.lines is not None:
            yield ("limit", "lines"), rule.limit.lines, "flows"
