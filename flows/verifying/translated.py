"""How a device sees the ends of a line: where other equipment translates between it and an end, by the outside address.

A device's own translations are no matter here: terms speak of its real ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloison.flows.explaining.question import inside_of
from cloison.netmodel.facts import TranslationFacts
from cloison.netmodel.network import Network
from cloison.netmodel.sides import equals, families
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.services import NO_SERVICE, OPENING, ServiceSet


@dataclass(frozen=True, slots=True)
class Seen:
    """A translation as a device sees it; ``inside`` are the points, of the families that it translates."""

    item: TranslationFacts
    inside: IntervalSet


@dataclass(frozen=True, slots=True)
class Sight:
    """What a device sees through other equipment."""

    sources: tuple[Seen, ...]
    destinations: tuple[Seen, ...]

    @staticmethod
    def of(network: Network, device: str) -> Sight:
        """Return the translations of other equipment that stands between the device and what is inside."""
        stage = set(equals(network, device))
        seen = [
            Seen(item, _translated(network, item))
            for item in network.translations.values()
            if item.on not in stage and _between(network, device, item)
        ]
        return Sight(
            tuple(item for item in seen if item.item.kind != "destination"),
            tuple(item for item in seen if item.item.kind != "source"),
        )

    def __bool__(self) -> bool:
        return bool(self.sources or self.destinations)

    def through(self, product: Product) -> Iterator[Product]:
        """Yield a line's product as the device sees it; what is not translated is left as it is."""
        rest = product.source
        sources: list[IntervalSet] = []
        for seen in self.sources:
            if rest.overlaps(seen.inside):
                sources.append(seen.item.outside)
                rest -= seen.inside
        sources += [rest] if rest else []
        for source in sources:
            yield from self._towards(Product(source, product.destination, product.services))

    def _towards(self, product: Product) -> Iterator[Product]:
        rest = product.destination
        for seen in self.destinations:
            mine = rest & seen.inside
            if not mine:
                continue
            asked = _outside(seen.item, product.services)
            if asked:
                yield Product(product.source, seen.item.outside, asked)
                rest -= seen.inside
                left = _untranslated(seen.item, product.services)
                if left:
                    yield Product(product.source, mine, left)
        if rest:
            yield Product(product.source, rest, product.services)


def _outside(item: TranslationFacts, services: ServiceSet) -> ServiceSet:
    """Return what is asked outside for services inside; of ports renumbered together, all or none."""
    if not item.services:
        return services
    return ServiceSet.union(
        services & inner if outer == inner else outer
        for outer, inner in item.services
        if (services.overlaps(inner) if outer == inner else inner.in_phase(OPENING) <= services)
    )


def _untranslated(item: TranslationFacts, services: ServiceSet) -> ServiceSet:
    """Return the services inside that the translation leaves alone."""
    return services - ServiceSet.union(inner for _, inner in item.services) if item.services else NO_SERVICE


def _translated(network: Network, item: TranslationFacts) -> IntervalSet:
    vrfs = range(len(network.vrfs))
    outside, inside = families(item.outside, vrfs), families(inside_of(item), vrfs)
    return IntervalSet.union(
        span for outer, inner in zip(outside, inside, strict=True) if outer for span in inner.ranges
    ) or EMPTY  # fmt: skip


def _between(network: Network, device: str, item: TranslationFacts) -> bool:
    """Say whether every way from the device to what is inside goes through the equipment that translates."""
    topology = network.topology
    parts = topology.without(equals(network, item.on))
    own = {parts.of(node) for node in topology.closed(equals(network, device))} - {-1}
    inside = {parts.of(("zone", zone)) for end in item.inside for zone in end.zones}
    return bool(own) and not own & inside
