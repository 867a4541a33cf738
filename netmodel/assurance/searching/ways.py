"""What lies on a line's way: interconnections, and the zones and subnets from one of them to the next."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from cloison.netmodel.facts import Route
from cloison.netmodel.network import Network
from cloison.netmodel.separation import Thing


def on_way(network: Network, way: Route) -> Iterator[Thing]:
    """Yield the interconnections of a way, and the zones and subnets between two of them."""
    yield from (("interconnection", name) for name in way)
    joined = network.model.interconnections
    for one, other in pairwise(way):
        for zone in joined[one].between:
            if zone in joined[other].between:
                yield "zone", zone
                for name in network.zones[zone].subnets:
                    if _leads_into(network, one, name) and _leads_into(network, other, name):
                        yield "subnet", name


def _leads_into(network: Network, interconnection: str, subnet: str) -> bool:
    """Tell whether an interconnection leads into a subnet of a zone that it joins; without assets, into all."""
    through = network.model.interconnections[interconnection].through
    return not through or any(subnet in network.assets[name].subnets for stage in through for name in stage)
