"""What must not be reached: the vertices of the reach graph that mean that a place or an asset is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cloison.netmodel.assurance.searching.ends import families
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network
from cloison.netmodel.space.intervals import IntervalSet


@dataclass(frozen=True)
class Targets:
    """What must not be reached. ``spared`` assets are none of it.

    A public place is reached by its own addresses: equipment with a foot in it that has others elsewhere is not there,
    unless a line names that foot. With ``alone`` a zone is a target without the zones within it, each of which is
    judged by itself.
    """

    network: Network
    refs: tuple[Ref, ...]
    spared: Collection[str] = ()
    alone: bool = False
    at: Mapping[int, tuple[Ref, ...]] = field(init=False)  # vertex -> the targets that it means
    stop: frozenset[int] = field(init=False)  # vertices where chains end
    feet: Mapping[int, tuple[Ref, ...]] = field(init=False)  # equipment -> the public targets where it has a foot

    def __post_init__(self) -> None:
        reach = self.network.reach
        spared = {vertex for asset in self.spared for vertex in reach.into("asset", asset)}
        at: dict[int, list[Ref]] = {}
        feet: dict[int, list[Ref]] = {}
        for item in self.refs:
            beside = self._beside(item)
            for vertex in self._inside(item):
                if vertex in beside:
                    feet.setdefault(vertex, []).append(item)
                elif vertex not in spared:
                    at.setdefault(vertex, []).append(item)
        # a chain ends on what is there; the place around it may hold other things, from which it goes on
        leaves = frozenset(vertex for vertex in at if reach.vertices[vertex].kind in ("asset", "rest", "relay"))
        object.__setattr__(self, "stop", leaves)
        for item in self.refs:
            for vertex in self._around(item):
                at.setdefault(vertex, []).append(item)
        object.__setattr__(self, "at", {vertex: tuple(items) for vertex, items in at.items()})
        object.__setattr__(self, "feet", {vertex: tuple(items) for vertex, items in feet.items()
                                          if vertex not in spared})  # fmt: skip

    def _around(self, item: Ref) -> Iterator[int]:
        """Yield the public zones around a public one: a line to them holds its addresses; chains go no further."""
        zones, reach = self.network.zones, self.network.reach
        if item.kind == "zone" and zones[item.id].public:
            held = families(zones[item.id].points)
            for name, zone in zones.items():
                if zone.public and item.id in zone.parts:
                    yield from (vertex for vertex in reach.find("zone", name, "in")
                                if reach.vertices[vertex].family in held)  # fmt: skip

    def _beside(self, item: Ref) -> frozenset[int]:
        """Return the equipment with a foot in a public place and others in places that are not."""
        network = self.network
        if item.kind == "asset":
            return frozenset()
        zone = network.zones[item.id if item.kind == "zone" else network.subnets[item.id].zone]
        if not zone.public:
            return frozenset()
        inside = {zone.id, *zone.parts}
        found: set[int] = set()
        for asset in {name for part in inside for name in network.zones[part].assets}:
            inner = {home for home in network.reach.homes(asset) if not network.zones[home].public}
            if inner and inner.isdisjoint(inside):
                found.update(network.reach.find("asset", asset, "in"))
        return frozenset(found)

    def _inside(self, item: Ref) -> Iterable[int]:
        reach = self.network.reach
        if item.kind == "asset":
            return reach.into("asset", item.id)
        whole = reach.inner(item.kind, item.id)
        parts = self.network.zones[item.id].parts if item.kind == "zone" and self.alone else ()
        if not parts:
            return whole
        zones = self.network.zones
        inner = IntervalSet.union(span for part in parts for span in zones[part].points.ranges)
        families_of_its_own = families(zones[item.id].points - inner)
        own = {vertex for vertex in reach.find("zone", item.id, "in")
               if reach.vertices[vertex].family in families_of_its_own}  # fmt: skip
        own.update(reach.find("rest", item.id, "in"))
        for name in zones[item.id].subnets:
            own.update(vertex for kind in ("subnet", "rest", "pool") for vertex in reach.find(kind, name, "in"))
        for name in zones[item.id].assets:
            own.update(reach.find("asset", name, "in"))
            arrived = reach.relays.get(self.network.assets[name].cluster or name, ())
            own.update(arrival.vertex for arrival in arrived if item.id in arrival.zones)
        apart = {vertex for part in parts for vertex in reach.inner("zone", part)}
        apart.update(reach.find("zone", item.id, "in"))
        return [vertex for vertex in whole if vertex in own or vertex not in apart]
