"""What third parties reach by lines that are for them: what is open to a whole public network is open to everybody.

A third party that sits on a public network reaches what that network does, as anyone; nothing is asked of it here. Its
own access begins with a line that names it: its zone, a subnet or an asset of its own, or addresses of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cloison.netmodel.assurance.bypass import Joined, bypass
from cloison.netmodel.assurance.crossings import Crossing
from cloison.netmodel.assurance.places import Places, points_of
from cloison.netmodel.facts import End, Leaf
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network


@dataclass(frozen=True, slots=True)
class Access:
    """How some third parties reach some places; ``more`` is whether a search ended before all was found."""

    direct: tuple[Joined, ...]
    chains: tuple[Crossing, ...]
    more: bool


def places_of(network: Network, parties: Collection[str]) -> tuple[Ref, ...]:
    """Return the zones of some parties, and their equipment in zones of others."""
    zones = network.zones
    found = [Ref("zone", name) for name, zone in zones.items() if zone.owner in parties]
    found += [
        Ref("asset", name)
        for name, asset in network.assets.items()
        if asset.owner in parties and asset.zones and all(zones[zone].owner != asset.owner for zone in asset.zones)
    ]
    return tuple(found)


def owner_of(network: Network, place: Ref) -> str:
    """Return the party of a zone or an asset."""
    return network.zones[place.id].owner if place.kind == "zone" else network.assets[place.id].owner


def access(network: Network, sources: Sequence[Ref], targets: Sequence[Ref]) -> Access:
    """Return how third parties, at ``sources``, reach ``targets`` by lines of their own and chains of lines."""
    if not sources or not targets:
        return Access((), (), more=False)
    places = Places(network, tuple(sources))
    found = bypass(network, places, Places(network, tuple(targets)))
    direct = tuple(item for item in found.direct if any(_names(network, end, places) for end in item.line.sources))
    chains = tuple(
        chain
        for chain in found.chains.chains
        if any(_names(network, end, places) for end in network.line[chain.first].sources)
    )
    return Access(direct, chains, bool(found.chains.more))


def _names(network: Network, end: End, places: Places) -> bool:
    """Tell whether an end is about some of the places, and not only about a public network around them."""
    if end.kind == "any":
        return True
    return any(
        _held(network, leaf, places)
        for leaf in end.leaves
        if not (leaf.kind == "zone" and network.zones[leaf.id].public and Ref("zone", leaf.id) not in places.refs)
    )


def _held(network: Network, leaf: Leaf, places: Places) -> bool:
    if leaf.kind == "literal":
        return any(places.hold(owner) for owner in leaf.owners)
    kind = "asset" if leaf.kind == "interface" else leaf.kind
    return places.points.overlaps(points_of(network, Ref(kind, leaf.id.partition("/")[0])))
