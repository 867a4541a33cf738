"""Two networks with their points on one line: VRFs are the same where their names are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import V4, VRF_SHIFT, prefixes
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.ownership import LAST
from cloison.netmodel.space.packets import Product

MOST_PREFIXES = 3  # that a text shows


@dataclass
class Side:
    """A network, and for each of its VRFs the index in the common order (``vrfs``)."""

    network: Network
    vrfs: tuple[str, ...]
    moved: tuple[int, ...]
    _names: dict[IntervalSet, str] = field(default_factory=dict)
    _zones: dict[IntervalSet, tuple[str, ...]] = field(default_factory=dict)
    _common: dict[IntervalSet, IntervalSet] = field(default_factory=dict)
    _prefixes: dict[IntervalSet, tuple[str, ...]] = field(default_factory=dict)

    @property
    def _stays(self) -> bool:
        """Whether the network's own order is the common one."""
        return self.moved == tuple(range(len(self.moved)))

    def common(self, points: IntervalSet) -> IntervalSet:
        """Return the network's points in the common order."""
        if self._stays:
            return points
        known = self._common.get(points)
        if known is None:
            known = self._common[points] = _shifted(points, self.moved)
        return known

    def own(self, points: IntervalSet) -> IntervalSet:
        """Return points of the common order as the network's own; those of VRFs that it lacks are left out."""
        if self._stays:
            whole = IntervalSet(((0, (len(self.moved) << VRF_SHIFT) - 1),))
            return points if points <= whole else points & whole
        back = [-1] * len(self.vrfs)
        for index, place in enumerate(self.moved):
            back[place] = index
        return _shifted(points, tuple(back))

    @cached_property
    def permitted(self) -> Mapping[str, tuple[Product, ...]]:
        """What each live line permits, in the points of the common order."""
        lines = (line for line in self.network.lines if line.live)
        if self._stays:
            return {line.id: line.products for line in lines}
        return {
            line.id: tuple(
                Product(self.common(item.source), self.common(item.destination), item.services)
                for item in line.products
            )
            for line in lines
        }

    def zones(self, points: IntervalSet) -> tuple[str, ...]:
        """Return the zones of the network in which points of the common order lie."""
        known = self._zones.get(points)
        if known is None:
            ownership = self.network.ownership
            found: set[str] = set()
            for low, high in _apart(self.own(points)):
                found.update(ownership.owners[owner].zone for owner in ownership.touching(low, high))
            known = self._zones[points] = tuple(sorted(found))
        return known

    def said(self, points: IntervalSet) -> str:
        """Return points of the common order in words: the place that has exactly them, else a few prefixes."""
        if not self._names:
            self._name()
        known = self._names.get(points)
        if known is not None:
            return known
        words = self.prefixes(points)
        more = f" … +{len(words) - MOST_PREFIXES}" if len(words) > MOST_PREFIXES else ""
        return ", ".join(words[:MOST_PREFIXES]) + more

    def prefixes(self, points: IntervalSet) -> tuple[str, ...]:
        """Return the prefixes of points of the common order; one of another VRF than ``default`` names it."""
        known = self._prefixes.get(points)
        if known is None:
            found: list[str] = []
            for index in sorted({low >> VRF_SHIFT for low, _ in _apart(points)}):
                low = index << VRF_SHIFT
                inside = (points & IntervalSet(((low, low | LAST),))).shifted(-low)
                found += (text if index == 0 else f"{text} @{self.vrfs[index]}" for text in prefixes(inside))
            known = self._prefixes[points] = tuple(found)
        return known

    def _name(self) -> None:
        network = self.network
        held = {name: zone.points for name, zone in network.zones.items()}
        held |= {name: subnet.points for name, subnet in network.subnets.items()}
        for name, points in held.items():
            whole = self.common(points)
            four = IntervalSet(tuple(item for item in whole.ranges if item[0] & LAST in V4))
            six = IntervalSet(tuple(item for item in whole.ranges if item[0] & LAST not in V4))
            self._names[whole] = name
            if four and six:
                self._names.setdefault(four, f"{name} (IPv4)")
                self._names.setdefault(six, f"{name} (IPv6)")
        for asset in network.assets.values():
            for home in asset.interfaces.values():
                if not home.stands:
                    self._names[self.common(home.points)] = home.id
        every = IntervalSet(((0, (len(network.vrfs) << VRF_SHIFT) - 1),))
        self._names[self.common(every)] = "any"


def sides(old: Network, new: Network) -> tuple[Side, Side]:
    """Return two networks with their VRFs in one order: the newer one's, then those that only the older has."""
    vrfs = (*new.vrfs, *(name for name in old.vrfs if name not in new.vrfs))
    places = {name: index for index, name in enumerate(vrfs)}
    first, second = (
        Side(network, vrfs, tuple(places[name] for name in network.vrfs)) for network in (old, new)
    )  # fmt: skip
    return first, second


def product_text(side: Side, product: Product) -> tuple[str, str]:
    """Return the source and the destination of a product in words."""
    return side.said(product.source), side.said(product.destination)


def _apart(points: IntervalSet) -> list[tuple[int, int]]:
    """Return the ranges of points, none of them in two VRFs."""
    found = []
    for low, high in points.ranges:
        while low >> VRF_SHIFT != high >> VRF_SHIFT:
            end = low | LAST
            found.append((low, end))
            low = end + 1
        found.append((low, high))
    return found


def _shifted(points: IntervalSet, moved: tuple[int, ...]) -> IntervalSet:
    return IntervalSet.union(
        (moved[low >> VRF_SHIFT] << VRF_SHIFT | low & LAST, moved[low >> VRF_SHIFT] << VRF_SHIFT | high & LAST)
        for low, high in _apart(points) if moved[low >> VRF_SHIFT] >= 0
    )  # fmt: skip
