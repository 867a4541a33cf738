"""Which chains of lines become possible, and which no more: zone by zone, and what the public reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cloison.netmodel.comparing.renames import Renames
from cloison.netmodel.comparing.spread import spread
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network
from cloison.netmodel.reach import Hop, Reached

MOST_CHAINS = 400  # chains that are shown step by step; of the others it is said that they are there
MOST_SEARCHES = 60  # for them


@dataclass(frozen=True, slots=True)
class Path:
    """A zone from which something is reached in one map and not in the other, by the shortest chain.

    ``ends_new`` says that an end is in one map alone. ``relayed``: chains end on the endpoint of a relay there, and go
    no further. ``hops`` is empty where the chain was not worked out.
    """

    source: str
    target: Ref
    public: bool
    sensitive: bool
    ends_new: bool
    relayed: bool
    hops: tuple[Hop, ...] = ()

    @property
    def exposing(self) -> bool:
        """Whether the public reaches what is sensitive."""
        return self.public and self.sensitive


def paths(old: Network, new: Network, renames: Renames) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the chains that become possible, and those that no longer are: exactly, whatever the number of zones.

    From public zones assets are told too, where the zones in which they lie are not told already.
    """
    later = {name: renames.of("zones").get(name, name) for name in old.zones}
    assets = {name: renames.of("assets").get(name, name) for name in old.assets}
    before = {(later[source], later[target]) for source, target in spread(old).pairs()}
    after = set(spread(new).pairs())
    seen_before = {(later[zone], assets[asset]) for zone, asset in _from_public(old)}
    seen_after = set(_from_public(new))
    earlier = {now: was for was, now in later.items()}
    earlier_assets = {now: was for was, now in assets.items()}
    opened = _Teller(new, old, lambda name: name, lambda name: name, earlier, earlier_assets)
    closed = _Teller(old, new, lambda name: earlier[name], lambda name: earlier_assets[name], later, assets)
    return (
        opened.told(after - before, seen_after - seen_before),
        closed.told(before - after, seen_before - seen_after),
    )


def _from_public(network: Network) -> Iterator[tuple[str, str]]:
    """Yield each public zone and the assets, of no public zone alone, that are reached from it."""
    reach = network.reach
    for zone, facts in network.zones.items():
        if facts.public:
            reached = reach.reachable(reach.starts("zone", zone))
            for name in network.assets:
                homes = reach.homes(name)
                if homes and all(network.zones[home].public for home in homes):
                    continue
                if any(vertex in reached for vertex in reach.into("asset", name)):
                    yield zone, name


@dataclass(slots=True)
class _Teller:
    """Tells chains in one network; names of zones and assets come as the newer map has them."""

    network: Network
    other: Network
    zone: Callable[[str], str]
    asset: Callable[[str], str]
    there_zones: dict[str, str]  # names in the other network, by the own name
    there_assets: dict[str, str]

    def told(self, pairs: set[tuple[str, str]], assets: set[tuple[str, str]]) -> tuple[Path, ...]:
        zones = sorted((self.zone(source), Ref("zone", self.zone(target))) for source, target in pairs)
        single = sorted((self.zone(source), Ref("asset", self.asset(name))) for source, name in assets)
        known = set(zones)
        homes = self.network.reach.homes
        single = [
            (source, target) for source, target in single
            if not any((source, Ref("zone", home)) in known for home in homes(target.id))
        ]  # fmt: skip
        asked = sorted((*zones, *single), key=lambda pair: (not self._exposing(*pair), not self._public(pair[0]), pair))
        searches: dict[str, Reached] = {}
        found, searched = [], 0
        for number, (source, target) in enumerate(asked):
            shown = (number < MOST_CHAINS and searched < MOST_SEARCHES) or self._exposing(source, target)
            if shown and source not in searches:
                searches.clear()  # one search is held at a time: they are as large as the graph
                searched += 1
                reach = self.network.reach
                searches[source] = reach.reachable(reach.starts("zone", source))
            found.append(self._path(source, target, searches.get(source)))
        return tuple(found)

    def _path(self, source: str, target: Ref, reached: Reached | None) -> Path:
        reach, relayed = self.network.reach, False
        hops: tuple[Hop, ...] = ()
        if reached is not None:
            kind = target.kind
            inside = reach.inner("zone", target.id) if kind == "zone" else reach.into("asset", target.id)
            plain = [vertex for vertex in inside if vertex in reached and reach.vertices[vertex].side != "relay"]
            relayed = not plain
            last = reached.first(plain or inside)
            hops = reached.witness(last) if last is not None else ()
        there = self.there_assets if target.kind == "asset" else self.there_zones
        known = self.other.assets if target.kind == "asset" else self.other.zones
        both = self.there_zones.get(source, source) in self.other.zones and there.get(target.id, target.id) in known
        return Path(source, target, self._public(source), self._sensitive(target), not both, relayed, hops)

    def _public(self, zone: str) -> bool:
        return self.network.zones[zone].public

    def _sensitive(self, target: Ref) -> bool:
        facts = self.network.assets[target.id] if target.kind == "asset" else self.network.zones[target.id]
        return facts.sensitive

    def _exposing(self, source: str, target: Ref) -> bool:
        return self._public(source) and self._sensitive(target)
