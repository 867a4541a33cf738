"""What third parties reach by lines that are for them: what is open to a whole public network is open to everybody.

A third party that sits on a public network reaches what that network does, as anyone; nothing is asked of it here. Its
own access begins with a line that names it: its zone, a subnet or an asset of its own, or addresses of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from cloison.netmodel.assurance.searching.bypass import Joined, bypass
from cloison.netmodel.assurance.searching.crossings import Crossing
from cloison.netmodel.assurance.searching.places import Places, points_of
from cloison.netmodel.facts import End, Leaf, Line
from cloison.netmodel.finding import Ref, Text
from cloison.netmodel.network import Network

TOO_MUCH = Text(
    "an end to the search: too much is joined, correct what is shown first",
    "une fin à la recherche : trop de choses sont reliées, corriger d’abord ce qui est montré",
)


@dataclass(frozen=True, slots=True)
class Access:
    """How some third parties reach some places; ``more`` is whether a search ended before all was found.

    ``looked`` counts the lines that were looked at by themselves, those that assets cut included; ``followed`` those
    that chains reach.
    """

    direct: tuple[Joined, ...]
    chains: tuple[Crossing, ...]
    more: bool
    looked: int = 0
    followed: int = 0


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
    """Return the party of a zone, a subnet or an asset."""
    if place.kind == "asset":
        return network.assets[place.id].owner
    return network.zones[place.id if place.kind == "zone" else network.subnets[place.id].zone].owner


def access(network: Network, sources: Sequence[Ref], targets: Sequence[Ref], through: Collection[str] = ()) -> Access:
    """Return how third parties, at ``sources``, reach ``targets`` by lines of their own and chains of lines.

    What passes one of the ``through`` assets is left out.
    """
    if not sources or not targets:
        return Access((), (), more=False)
    places = Places(network, tuple(sources))
    found = bypass(network, places, Places(network, tuple(targets)), through)
    named = _Named(network, places)
    direct = []
    for item in found.direct:
        own = named.by(item.line)
        here = tuple(place for place in item.sources if place in own)
        if here:
            direct.append(Joined(item.line, here, item.targets))
    chains = tuple(chain for chain in found.chains.chains if chain.start in named.by(network.line[chain.first]))
    return Access(tuple(direct), chains, bool(found.chains.more), found.looked + found.cut, found.followed)


@dataclass(slots=True)
class _Named:
    """Of which places the sources of lines speak, and not only of a public network around them."""

    network: Network
    places: Places
    _known: dict[str, frozenset[Ref]] = field(default_factory=dict)

    def by(self, line: Line) -> frozenset[Ref]:
        """Return the places that a line is for."""
        return frozenset().union(*(self._of(end) for end in line.sources))

    def _of(self, end: End) -> frozenset[Ref]:
        found = self._known.get(end.id)
        if found is None:
            found = self._known[end.id] = (
                frozenset(self.places.refs)
                if end.kind == "any"
                else frozenset(place for leaf in end.leaves for place in self._in(leaf))
            )
        return found

    def _in(self, leaf: Leaf) -> Iterator[Ref]:
        network = self.network
        if leaf.kind == "literal":
            for owner in leaf.owners:
                yield from self.places.holding(owner)
            return
        kind = "asset" if leaf.kind == "interface" else leaf.kind
        item = Ref(kind, leaf.id.partition("/")[0])
        around = kind == "zone" and network.zones[leaf.id].public
        for place in self.places.on(points_of(network, item)):
            if not around or owner_of(network, place) == network.zones[leaf.id].owner:
                yield place
