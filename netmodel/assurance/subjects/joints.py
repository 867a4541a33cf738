"""Equipment that joins the service to what is outside it, where no interconnection says so."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cloison.netmodel.network import Network


@dataclass(frozen=True, slots=True)
class Joint:
    """An asset that forwards between a zone outside and ``others`` that are not."""

    asset: str
    outside: str
    others: tuple[str, ...]


def around(network: Network, zone: str) -> Iterator[str]:
    """Yield a zone and those around it."""
    while zone in network.zones:
        yield zone
        zone = network.zones[zone].within


def joints(network: Network, outside: Collection[str]) -> Iterator[Joint]:
    """Yield what joins the zones outside to others and stands in no interconnection with them."""
    stands: dict[str, set[str]] = {}
    for item in network.model.interconnections.values():
        for stage in item.through:
            for asset in stage:
                stands.setdefault(network.topology.vertex(asset), set()).update(item.between)
    for name in sorted(network.topology.forwarding):
        homes = network.reach.homes(name)
        others = tuple(sorted(homes.difference(outside)))
        for zone in sorted(homes.intersection(outside)) if others else ():
            if stands.get(name, set()).isdisjoint(around(network, zone)):
                yield Joint(name, zone, others)
