"""The effective graph: a network whose lines are those of the matrix and what configurations permit beyond them.

What a rule permits too much becomes a line from the very addresses to the very addresses, so that whatever is asked of
the matrix, chains and cuts included, is asked of the configurations in the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from cloison.netmodel.compiling.literals import leased, owners_of
from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.compiling.ways import WayFinder
from cloison.netmodel.facts import End, Leaf, Line
from cloison.netmodel.finding import Span
from cloison.netmodel.language.model import Flow
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import VRF_SHIFT, prefixes
from cloison.netmodel.space.addresses import show as show_address
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.ownership import LAST, Owner
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.services import show

_LONGEST = 80  # characters of a rule that name it
_NAMED = 3  # prefixes or services that name others


@dataclass(frozen=True, slots=True)
class Passage:
    """What a rule of a device permits beyond the matrix, and where the rule is written."""

    device: str
    rule: str
    span: Span
    products: tuple[Product, ...]


def widened(network: Network, passages: Iterable[Passage]) -> Network:
    """Return the network with a line for each product of the passages; their ids name device and rule."""
    maker = _Maker(network)
    lines = [line for passage in passages for line in maker.lines(passage)]
    wider = replace(network, lines=(*network.lines, *lines))
    wider.__dict__["topology"] = network.topology  # lines are no part of either
    wider.__dict__["separation"] = network.separation
    return wider


@dataclass(slots=True)
class _Maker:
    """Makes lines and their ends; the same points are the same end, and no two ends or lines share an id."""

    network: Network
    _finder: WayFinder = field(init=False)
    _exact: dict[IntervalSet, str] = field(init=False)
    _ends: dict[tuple[IntervalSet, bool], End] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        network = self.network
        self._finder = WayFinder(network.model, network.assets, network.routes, Problems(network.document))
        self._used.update(network.line)
        self._used.update(network.ends)
        self._exact = {facts.points: name for name, facts in network.subnets.items()}
        self._exact |= {facts.points: name for name, facts in network.zones.items()}
        for asset in network.assets.values():
            self._exact |= {home.points: home.id for home in asset.interfaces.values() if not home.stands}

    def lines(self, passage: Passage) -> Iterator[Line]:
        text = f"{passage.device}: {passage.rule}"
        name = self._unused(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
        pairs = [
            (self._end(product.source, passage.device, there=False), target, product)
            for product in passage.products for target in self._targets(product.destination, passage.device)
        ]  # fmt: skip
        for number, (source, target, product) in enumerate(pairs):
            flow = Flow(to=(target.id,))
            ways = self._finder.find(name, flow, (source,), (target,))
            words = [word.removesuffix(" new") for word in show(product.services)]
            said = ", ".join(words[:_NAMED]) + (f" … +{len(words) - _NAMED}" if len(words) > _NAMED else "")
            whole = Product(product.source, product.destination & target.points, product.services)
            yield Line(
                self._unused(name) if number else name, flow, (source,), (target,), ((said, product.services),),
                product.services, True, "", "", "", "", (whole,), ways.routes, ways.unrouted, self.network.document,
                rule=passage.span,
            )  # fmt: skip

    def _targets(self, points: IntervalSet, device: str) -> Sequence[End]:
        """Return the end at some points; each relay apart where they are relays' own, whose endpoints end chains."""
        owners = owners_of(points, self.network.ownership)
        if owners and all(owner.asset and self.network.assets[owner.asset].relay for owner in owners):
            return [self.network.ends[f"{owner.asset}/{owner.interface}"] for owner in owners]
        return [self._end(points, device, there=True)]

    def _end(self, points: IntervalSet, device: str, *, there: bool) -> End:
        known = self._ends.get((points, there))
        if known is None:
            name = self._exact.get(points)
            known = self._literal(points, device, there) if name is None else self.network.ends[name]
            self._ends[points, there] = known
        return known

    def _meant(self, owners: Sequence[Owner], there: bool) -> tuple[Owner, ...]:
        """Return whose addresses are meant: a stretch of a public network is nobody's who has only a foot in it.

        That is how lines are read that name a public network: they lead to none of the equipment there, and from that
        alone which is nowhere else.
        """
        network = self.network
        stretches = {owner.zone for owner in owners if not owner.asset and network.zones[owner.zone].public}
        return tuple(
            owner for owner in owners
            if not owner.asset or owner.zone not in stretches
            or not (there or any(not network.zones[zone].public for zone in network.reach.homes(owner.asset)))
        )  # fmt: skip

    def _named(self, points: IntervalSet, device: str) -> str:
        """Return points in words: a place without the device's own addresses, or prefixes."""
        place = self._exact.get(points | self._own(device, points))
        if place is not None:
            return f"{place} − {device}"
        words = prefixes(IntervalSet.union((low & LAST, high & LAST) for low, high in points.ranges))
        return ", ".join(words[:_NAMED]) + (f" … +{len(words) - _NAMED}" if len(words) > _NAMED else "")

    def _own(self, device: str, points: IntervalSet) -> IntervalSet:
        """Return the device's own addresses in the places where some points lie."""
        places = {owner.subnet or owner.zone for owner in owners_of(points, self.network.ownership)}
        return IntervalSet.union(
            item
            for home in self.network.assets[device].interfaces.values()
            if not home.stands and not places.isdisjoint((*home.subnets, *home.zones))
            for item in home.points.ranges
        )

    def _literal(self, points: IntervalSet, device: str, there: bool) -> End:
        network = self.network
        owners = self._meant(owners_of(points, network.ownership), there)
        zones = {owner.zone for owner in owners}
        subnets = {owner.subnet for owner in owners if owner.subnet}
        assets = {owner.asset for owner in owners if owner.asset}
        for subnet in {owner.subnet for owner in owners if owner.subnet and not owner.asset}:
            assets.update(leased(subnet, network.subnets, network.assets))
        low = points.ranges[0][0]
        leaf = Leaf("literal", show_address(low), network.vrfs[low >> VRF_SHIFT], owners)
        end = self._unused(self._named(points, device))
        return End(end, "group", points, tuple(sorted(zones)), tuple(sorted(subnets)),
                   tuple(sorted(assets)), (leaf,))  # fmt: skip

    def _unused(self, name: str) -> str:
        found, number = name, 1
        while found in self._used:
            number += 1
            found = f"{name} #{number}"
        self._used.add(found)
        return found
