"""Many places at once: which of them a set of points touches, which hold an owner, which pairs a line joins."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cloison.netmodel.assurance.searching.cuts import Cuts
from cloison.netmodel.assurance.searching.places import points_of
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import MULTICAST, VRF_SHIFT
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.ownership import Owner
from cloison.netmodel.space.packets import Product

Pair = tuple[int, int]


@dataclass(slots=True)
class PlaceTable:
    """Places by number, each once: the zones, subnets and assets of a selection, or of a name.

    All are added before the first question.
    """

    network: Network
    refs: list[tuple[Ref, ...]] = field(default_factory=list)
    points: list[IntervalSet] = field(default_factory=list)
    _numbers: dict[tuple[Ref, ...], int] = field(default_factory=dict)
    _cuts: Cuts | None = None
    _touched: dict[int, tuple[IntervalSet, tuple[int, ...]]] = field(default_factory=dict)  # by identity
    _of_ref: dict[Ref, list[int]] = field(default_factory=dict)

    def add(self, refs: tuple[Ref, ...]) -> int:
        """Return the number of a place."""
        found = self._numbers.get(refs)
        if found is None:
            found = self._numbers[refs] = len(self.refs)
            self.refs.append(refs)
            self.points.append(IntervalSet.union(
                span for item in refs for span in points_of(self.network, item).ranges))  # fmt: skip
            for item in refs:
                self._of_ref.setdefault(item, []).append(found)
        return found

    def touched(self, points: IntervalSet) -> tuple[int, ...]:
        """Return the places that some points touch, by number."""
        known = self._touched.get(id(points))
        if known is None:
            if self._cuts is None:
                self._cuts = Cuts(self.points)
            known = self._touched[id(points)] = points, self._cuts.touched(points)
        return known[1]

    def holding(self, owner: Owner) -> tuple[int, ...]:
        """Return the places that the owner of an address is, or is in."""
        refs = [Ref("subnet", owner.subnet), Ref("asset", owner.asset), Ref("zone", owner.zone)]
        outer = self.network.zones[owner.zone].within
        seen = {owner.zone}
        while outer and outer not in seen:
            seen.add(outer)
            refs.append(Ref("zone", outer))
            outer = self.network.zones[outer].within
        return tuple(sorted({number for item in refs for number in self._of_ref.get(item, ())}))

    def overlapping(self, number: int) -> tuple[int, ...]:
        """Return the places that share a point with one, itself included."""
        return self.touched(self.points[number])


def joined(
    network: Network, table: PlaceTable, pairs: Mapping[int, Container[int]], *, live: bool = True
) -> Iterator[tuple[Line, Pair, tuple[Product, ...]]]:
    """Yield each line that joins a pair of places by itself, with the products of it that do; the live ones alone.

    ``pairs`` are the pairs that are asked about, by their first place. Multicast lies in its sender's place.
    """
    multicast = IntervalSet.union(
        (vrf << VRF_SHIFT | low, vrf << VRF_SHIFT | high)
        for vrf in range(len(network.vrfs)) for low, high in MULTICAST.ranges
    )  # fmt: skip
    known: dict[tuple[int, int], tuple[Pair, ...]] = {}
    for line in network.lines:
        if live and not line.live:
            continue
        found: dict[Pair, list[Product]] = {}
        for product in line.products:
            key = id(product.source), id(product.destination)
            met = known.get(key)
            if met is None:
                met = known[key] = tuple(_met(table, product, pairs, multicast))
            for pair in met:
                found.setdefault(pair, []).append(product)
        for pair, products in found.items():
            yield line, pair, tuple(products)


def _met(
    table: PlaceTable, product: Product, pairs: Mapping[int, Container[int]], multicast: IntervalSet
) -> Iterator[Pair]:
    sources = [number for number in table.touched(product.source) if number in pairs]
    targets: Sequence[int] = table.touched(product.destination) if sources else ()
    to_all = bool(sources) and product.destination.overlaps(multicast)
    for here in sources:
        row = pairs[here]
        yield from ((here, there) for there in targets if there in row)
        if to_all and here in row and here not in targets:
            yield here, here
