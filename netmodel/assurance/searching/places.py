"""Places that a rule speaks of: zones, subnets and assets, the points that they hold, and which ends touch them."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloison.netmodel.assurance.searching.cuts import Cuts
from cloison.netmodel.facts import End
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.ownership import Owner


@dataclass(slots=True)
class Places:
    """Zones, subnets and assets, and the points that they hold together."""

    network: Network
    refs: tuple[Ref, ...]
    points: IntervalSet = field(init=False)
    _cuts: Cuts = field(init=False)
    _held: frozenset[Ref] = field(init=False)
    _touched: dict[str, tuple[Ref, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        held = [points_of(self.network, item) for item in self.refs]
        self.points = IntervalSet.union(span for points in held for span in points.ranges)
        self._cuts = Cuts(held)
        self._held = frozenset(self.refs)

    def touched(self, end: End) -> tuple[Ref, ...]:
        """Return the places that an end touches."""
        found = self._touched.get(end.id)
        if found is None:
            found = self.refs if end.kind == "any" else self.on(end.points)
            self._touched[end.id] = found
        return found

    def on(self, points: IntervalSet) -> tuple[Ref, ...]:
        """Return the places that share a point with some."""
        return tuple(self.refs[item] for item in self._cuts.touched(points))

    def hold(self, owner: Owner) -> bool:
        """Tell whether the owner of an address is one of the places, or in one."""
        return bool(self.holding(owner))

    def holding(self, owner: Owner) -> frozenset[Ref]:
        """Return the places that the owner of an address is, or is in."""
        zones = {owner.zone}
        outer = self.network.zones[owner.zone].within
        while outer and outer not in zones:
            zones.add(outer)
            outer = self.network.zones[outer].within
        own = {Ref("subnet", owner.subnet), Ref("asset", owner.asset), *(Ref("zone", zone) for zone in zones)}
        return self._held & own


def points_of(network: Network, item: Ref) -> IntervalSet:
    """Return the points of a zone, a subnet or an asset."""
    if item.kind == "zone":
        return network.zones[item.id].points
    if item.kind == "subnet":
        return network.subnets[item.id].points
    return network.assets[item.id].points
