"""In which countries things lie: assets by their sites, zones and subnets by theirs or by those of their assets.

An asset without a site lies where its cluster or its members lie, a virtual one where its hypervisor lies; else where
its zones do. A zone or a subnet lies where it says, where its subnets say, and where its assets lie: those that forward
between zones or have homes elsewhere too count only where there are no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cloison.netmodel.assurance.check import Missing
from cloison.netmodel.assurance.subjects.union import in_union
from cloison.netmodel.facts import End
from cloison.netmodel.finding import Ref, Text
from cloison.netmodel.network import Network

SITE = Text("the site where it lies (`site`)", "le site où il se trouve (`site`)")
COUNTRY = Text("its country, in two letters (`country`)", "son pays, en deux lettres (`country`)")


@dataclass(frozen=True, slots=True)
class Located:
    """Where a thing lies: ``countries`` with what lies there, ``missing`` what would have to be known."""

    countries: Mapping[str, Ref]
    missing: tuple[Missing, ...] = ()

    def outside(self) -> Mapping[str, Ref]:
        """Return the countries that are not in the European Union."""
        return {country: item for country, item in self.countries.items() if not in_union(country)}


@dataclass(slots=True)
class Locations:
    """Answers about places, each computed once for a network."""

    network: Network
    _assets: dict[str, Located] = field(default_factory=dict)
    _subnets: dict[str, Located] = field(default_factory=dict)
    _zones: dict[str, Located] = field(default_factory=dict)
    _ends: dict[str, Located] = field(default_factory=dict)
    _rooms: dict[str, str] = field(default_factory=dict)

    def room(self, asset: str) -> str:
        """Return where an asset lies as it is written, ``SITE`` or ``SITE/ROOM``; empty where nothing says it.

        Members of a cluster may take its place, a virtual asset that of the first hypervisor that has one.
        """
        found = self._rooms.get(asset)
        if found is None:
            facts = self.network.assets[asset]
            found = facts.asset.site
            self._rooms[asset] = found  # what runs on itself is an error of the map
            if not found and facts.cluster:
                found = self.network.assets[facts.cluster].asset.site
            if not found and facts.asset.kind != "physical":
                below = (name for name in facts.asset.over if name in self.network.assets)
                found = next((room for name in below if (room := self.room(name))), "")
            self._rooms[asset] = found
        return found

    def of_asset(self, name: str) -> Located:
        """Return where an asset lies; a cluster without a site of its own lies where its members do."""
        found = self._assets.get(name)
        if found is None:
            facts = self.network.assets[name]
            subject = Ref("asset", name)
            room = self.room(name)
            if room:
                found = self._at(subject, room)
            elif facts.members:
                found = _together(self.of_asset(member) for member in facts.members)
            else:
                sites = [self.network.zones[zone].site for zone in facts.zones]
                if sites and all(sites):
                    found = _together(self._at(subject, site) for site in sites)
                else:
                    found = Located({}, (Missing(subject, SITE),))
            self._assets[name] = found
        return found

    def of_subnet(self, name: str) -> Located:
        """Return where a subnet lies."""
        found = self._subnets.get(name)
        if found is None:
            facts = self.network.subnets[name]
            site = facts.subnet.site or self.network.zones[facts.zone].site
            subject = Ref("subnet", name)
            found = self._place(subject, [(subject, site)] if site else [], self._homes(facts.assets))
            self._subnets[name] = found
        return found

    def of_zone(self, name: str) -> Located:
        """Return where a zone lies, the zones within it included."""
        found = self._zones.get(name)
        if found is None:
            facts = self.network.zones[name]
            inner = (name, *facts.parts)
            zones = self.network.zones
            sites = [(Ref("zone", item), zones[item].site) for item in inner]
            sites += [
                (Ref("subnet", item), self.network.subnets[item].subnet.site)
                for zone in inner
                for item in zones[zone].subnets
            ]
            assets = [asset for zone in inner for asset in self._homes(zones[zone].assets)]
            found = self._place(Ref("zone", name), [(item, site) for item, site in sites if site], assets)
            self._zones[name] = found
        return found

    def of_end(self, end: End) -> Located:
        """Return where an end of a line lies: all that it names, and no more."""
        found = self._ends.get(end.id)
        if found is None:
            parts = []
            for leaf in end.leaves:
                if leaf.kind == "zone":
                    parts.append(self.of_zone(leaf.id))
                elif leaf.kind == "subnet":
                    parts.append(self.of_subnet(leaf.id))
                elif leaf.kind == "literal":
                    parts += [
                        self.of_asset(owner.asset) if owner.asset
                        else self.of_subnet(owner.subnet) if owner.subnet
                        else self.of_zone(owner.zone)
                        for owner in leaf.owners
                    ]  # fmt: skip
                else:
                    parts.append(self.of_asset(leaf.id.partition("/")[0]))
            found = _together(parts)
            if not parts:
                found = Located({}, (Missing(Ref(end.kind, end.id), SITE),))
            self._ends[end.id] = found
        return found

    def _homes(self, assets: Iterable[str]) -> list[str]:
        """Return the assets that lie where their zone lies: those of it alone, or where there are none all of them."""
        facts = self.network.assets
        every = [name for name in assets if not facts[name].members or self.room(name)]
        every += [member for name in assets if not self.room(name) for member in facts[name].members]
        alone = [name for name in every if not facts[name].forwards and len(facts[name].zones) < 2
                 and not (facts[name].cluster and facts[facts[name].cluster].forwards)]  # fmt: skip
        return alone or list(dict.fromkeys(every))

    def _place(self, subject: Ref, sites: list[tuple[Ref, str]], assets: list[str]) -> Located:
        parts = [self._at(item, site) for item, site in sites]
        unplaced = []
        rooms: dict[str, str] = {}
        for name in assets:
            if room := self.room(name):
                rooms.setdefault(room, name)
            else:
                unplaced.append(Missing(Ref("asset", name), SITE))
        parts += [self._at(Ref("asset", name), room) for room, name in rooms.items()]
        if not parts:
            return Located({}, (Missing(subject, SITE),))
        joined = _together(parts)
        return Located(joined.countries, (*joined.missing, *(() if sites else unplaced)))

    def _at(self, subject: Ref, room: str) -> Located:
        site = room.partition("/")[0]
        country = self.network.model.sites[site].country
        if in_union(country) is None:
            return Located({}, (Missing(Ref("site", site), COUNTRY),))
        return Located({country.strip().upper(): subject})


def _together(parts: Iterable[Located]) -> Located:
    countries: dict[str, Ref] = {}
    missing: dict[Missing, None] = {}
    for part in parts:
        for country, item in part.countries.items():
            countries.setdefault(country, item)
        missing |= dict.fromkeys(part.missing)
    return Located(countries, tuple(missing))
