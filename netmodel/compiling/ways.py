"""The ways of a line between the zones of its ends: the only ones there are, or those that its ``via`` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.compiling.routes import MOST, Routes
from cloison.netmodel.facts import AssetFacts, End, Route, ZonePair
from cloison.netmodel.finding import Text, say
from cloison.netmodel.language import model as m

_VIA = Text("an asset or an interconnection", "un bien ou une interconnexion")


@dataclass(frozen=True, slots=True)
class Ways:
    """The routes of the zone pairs of some ends, and the pairs with none or with several."""

    routes: Mapping[ZonePair, Route]
    unrouted: tuple[ZonePair, ...]
    several: Mapping[ZonePair, tuple[Route, ...]]


_NONE: Mapping[ZonePair, tuple[Route, ...]] = {}
_WITHIN = Ways({}, (), _NONE)  # a line within one zone crosses nothing


@dataclass(slots=True)
class WayFinder:
    """Finds the ways of lines and remembers those of the same zones."""

    model: m.Model
    assets: Mapping[str, AssetFacts]
    routes: Routes
    problems: Problems
    _ways: dict[tuple[object, ...], Ways] = field(default_factory=dict)
    _items: dict[str, frozenset[str]] = field(default_factory=dict)

    def find(self, name: str, flow: m.Flow, sources: tuple[End, ...], targets: tuple[End, ...]) -> Ways:
        """Return the ways of a line; several, or none along its ``via``, are errors."""
        if len(sources) == len(targets) == len(sources[0].zones) == 1 and sources[0].zones == targets[0].zones:
            return _WITHIN
        items = self._via(name, flow) if flow.via else ()
        key: tuple[object, ...]
        if len(sources) == len(targets) == 1:
            key = (sources[0].zones, targets[0].zones, flow.via, targets[0].kind == "any")
        else:
            key = (tuple(end.zones for end in sources), tuple(end.zones for end in targets), bool(flow.between),
                   flow.via, any(end.kind == "any" for end in targets))  # fmt: skip
        ways = self._ways.get(key)
        if ways is None:
            ways = self._ways[key] = self._search(flow, sources, targets, items)
        for (here, there), found in ways.several.items():
            listed = tuple(" → ".join(way) for way in found)
            if flow.via:
                message = say("“via” leaves several ways from {source} to {target}: {ways}",
                              "« via » laisse plusieurs chemins de {source} à {target} : {ways}",
                              source=here, target=there, ways=listed)  # fmt: skip
            else:
                message = say("Several ways lead from {source} to {target}: {ways}",
                              "Plusieurs chemins mènent de {source} à {target} : {ways}",
                              source=here, target=there, ways=listed)  # fmt: skip
            remedy = say("Say which with “via”", "Dites lequel avec « via »")
            place = ("flows", name, "via") if flow.via else ("flows", name)
            self.problems.add("ambiguous-route", message, place, remedy=remedy)
        if flow.via and len(items) == len(flow.via):
            for here, there in ways.unrouted:
                self.problems.add(
                    "via",
                    say("No way from {source} to {target} crosses {via} in this order",
                        "Aucun chemin de {source} à {target} ne traverse {via} dans cet ordre",
                        source=here, target=there, via=flow.via),
                    ("flows", name, "via"),
                )  # fmt: skip
        return ways

    def _search(
        self, flow: m.Flow, sources: tuple[End, ...], targets: tuple[End, ...], items: tuple[frozenset[str], ...]
    ) -> Ways:
        if len(sources) == len(targets) == len(sources[0].zones) == len(targets[0].zones) == 1 and not items:
            only = (sources[0].zones[0], targets[0].zones[0])
            found = self.routes.crossings(*only)
            if len(found) == 1:
                return Ways({only: found[0]}, (), _NONE)
        routes: dict[ZonePair, Route] = {}
        unrouted: list[ZonePair] = []
        several: dict[ZonePair, tuple[Route, ...]] = {}
        for pair in zone_pairs(sources, targets, between=bool(flow.between)):
            if pair[0] == pair[1]:
                continue
            found = self.routes.along(*pair, items) if items else self.routes.crossings(*pair)
            if len(found) == 1:
                routes[pair] = found[0]
            elif found:
                several[pair] = found[:MOST]
            else:
                unrouted.append(pair)
        return Ways(routes, tuple(unrouted), several)

    def _via(self, name: str, flow: m.Flow) -> tuple[frozenset[str], ...]:
        items = []
        for place, word in enumerate(flow.via):
            route = ("flows", name, "via", place)
            if word in self.model.interconnections:
                items.append(frozenset((word,)))
            elif word not in self.model.assets:
                self.problems.unknown(word, _VIA, [*self.model.interconnections, *self.model.assets], route)
            elif self.assets[word].relay:
                self.problems.add(
                    "via",
                    say("{asset} is a relay, which ends conversations: write one line a side",
                        "{asset} est un relais, qui met fin aux conversations : écrivez une ligne de chaque côté",
                        asset=word),
                    route,
                )  # fmt: skip
            elif crossed := self._crossed(word):
                items.append(crossed)
            else:
                self.problems.add(
                    "via",
                    say("No interconnection goes through {asset}", "Aucune interconnexion ne passe par {asset}",
                        asset=word),
                    route,
                )  # fmt: skip
        return tuple(items)

    def _crossed(self, asset: str) -> frozenset[str]:
        """Return the interconnections that go through an asset, its cluster or one of its members."""
        if asset not in self._items:
            facts = self.assets[asset]
            family = {asset, facts.cluster, *facts.members}
            self._items[asset] = frozenset(
                name for name, item in self.model.interconnections.items()
                if any(stage_asset in family for stage in item.through for stage_asset in stage)
            )  # fmt: skip
        return self._items[asset]


def zone_pairs(sources: tuple[End, ...], targets: tuple[End, ...], *, between: bool) -> tuple[ZonePair, ...]:
    """Return every pair of zones that ends join, in order; multicast lies in its sender's zone, ``any`` in none."""
    seen: dict[ZonePair, None] = {}
    for here, source in enumerate(sources):
        for there, target in enumerate(targets):
            if between and here == there:
                continue
            for zone in source.zones:
                for other in target.zones or ((zone,) if target.kind != "any" else ()):
                    seen[zone, other] = None
    return tuple(seen)
