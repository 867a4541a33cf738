"""Rooms and their classes: which equipment lies in which, and which doors there are between them (SecNumCloud 11.1).

Delivery areas count as public (11.5.a). Nothing here is about networks: rooms have doors, not lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cloison.netmodel.assurance.check import Missing
from cloison.netmodel.assurance.subjects.locations import SITE, Locations
from cloison.netmodel.assurance.subjects.perimeter import is_environment, is_production, is_system, is_workstation
from cloison.netmodel.facts import AssetFacts, ZoneFacts
from cloison.netmodel.finding import Ref, Text
from cloison.netmodel.network import Network

PUBLIC = ("public", "delivery")
_ROOMS = Text("its rooms and their classes (`rooms`)", "ses salles et leurs classes (`rooms`)")
_ROOM = Text("the room where it lies (`site: SITE/ROOM`)", "la salle où il se trouve (`site: SITE/SALLE`)")
_SERVERS = frozenset(("production", "storage", "backup", "logging", "exchange-in", "exchange-out"))
CLASSES: Mapping[str, Text] = {
    "public": Text("public", "publique"),
    "private": Text("private", "privée"),
    "sensitive": Text("sensitive", "sensible"),
    "delivery": Text("delivery", "livraison"),
}


class _Traits(NamedTuple):
    """What the zones of an asset make of it."""

    produces: bool
    serves: bool
    develops: bool
    foreign: bool


def _is_foreign(zone: ZoneFacts) -> bool:
    return (
        is_environment(zone)
        or zone.nature in ("development", "test", "office", "support")
        or (zone.owner_kind != "third-party" and is_system(zone))
    )


@dataclass(slots=True)
class Rooms:
    """The equipment that lies somewhere: physical assets of the provider, and whatever else is said to lie in a room.

    ``placed`` gives the room of each, ``SITE/ROOM``; ``roomless`` are those in a site that has rooms and in none of
    them; ``unplaced`` is what would have to be known of the others.
    """

    network: Network
    placed: dict[str, str] = field(default_factory=dict)
    roomless: list[str] = field(default_factory=list)
    unplaced: dict[str, Missing] = field(default_factory=dict)
    _known: dict[tuple[tuple[str, ...], str], _Traits] = field(default_factory=dict)

    def __post_init__(self) -> None:
        locations = Locations(self.network)
        without: dict[str, Missing] = {}  # of sites: shared, so that they are told apart at no cost
        sites = self.network.model.sites
        for name, facts in self.network.assets.items():
            if facts.members or facts.asset.kind == "virtual" or (facts.asset.kind is None and facts.asset.over):
                continue
            place = locations.room(name)
            if not place and facts.owner_kind not in ("", "provider"):
                continue
            site, _, room = place.partition("/")
            if room:
                self.placed[name] = place
            elif not site:
                self.unplaced[name] = Missing(Ref("asset", name), SITE)
            elif not sites[site].rooms:
                if site not in without:
                    without[site] = Missing(Ref("site", site), _ROOMS)
                self.unplaced[name] = without[site]
            else:
                self.roomless.append(name)
                self.unplaced[name] = Missing(Ref("asset", name), _ROOM)

    def kind(self, place: str) -> str:
        """Return the class of ``SITE/ROOM``."""
        site, _, room = place.partition("/")
        return self.network.model.sites[site].rooms[room]

    def of(self, *kinds: str) -> tuple[str, ...]:
        """Return the rooms of some classes."""
        return tuple(
            f"{site}/{room}"
            for site, item in self.network.model.sites.items()
            for room, kind in item.rooms.items()
            if kind in kinds
        )

    def unknown(self, names: Iterable[str]) -> tuple[Missing, ...]:
        """Return what would have to be known of some of the assets that lie nowhere yet."""
        return tuple({id(item): item for item in map(self.unplaced.__getitem__, names)}.values())

    def zones(self, asset: AssetFacts) -> tuple[ZoneFacts, ...]:
        """Return the zones of an asset, or of the cluster that it is a member of, public networks left out."""
        named = dict.fromkeys(asset.zones)
        if asset.cluster:
            named |= dict.fromkeys(self.network.assets[asset.cluster].zones)
        return tuple(zone for name in named if not (zone := self.network.zones[name]).public)

    def is_server(self, asset: AssetFacts) -> bool:
        """Tell whether an asset is a server of production: it forwards nothing and nobody sits at it."""
        if asset.forwards or is_workstation(self.network, asset):
            return False
        traits = self._traits(asset)
        return traits.serves or (traits.produces and "hypervisor" in asset.functions)

    def is_foreign(self, asset: AssetFacts) -> bool:
        """Tell whether an asset is none of production: of another environment, of an office, of another system."""
        return self._traits(asset).foreign

    def is_development(self, asset: AssetFacts) -> bool:
        """Tell whether an asset is of the provider's development, tests or preproduction alone."""
        return self._traits(asset).develops

    def _traits(self, asset: AssetFacts) -> _Traits:
        key = (asset.zones, asset.cluster)
        found = self._known.get(key)
        if found is None:
            zones = self.zones(asset)
            produced = [zone for zone in zones if is_production(zone)]
            found = self._known[key] = _Traits(
                bool(produced),
                any(zone.nature in _SERVERS for zone in produced),
                bool(zones) and all(is_environment(zone) for zone in zones),
                bool(zones) and all(map(_is_foreign, zones)),
            )
        return found

    def doors(self, *kinds: str) -> Iterator[tuple[str, int, str, str]]:
        """Yield each door of a room of some classes: its site, its place in the list, that room and the other one."""
        for site, item in self.network.model.sites.items():
            for place, pair in enumerate(item.adjacent):
                for here, there in (pair, pair[::-1]):
                    if item.rooms[here] in kinds:
                        yield site, place, here, there
