"""What goes from some places to others by way of some assets: the lines and the pivots of chains that pass one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from cloison.netmodel.assurance.searching.chains import chain
from cloison.netmodel.assurance.searching.targets import Targets
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network
from cloison.netmodel.reach import Hop, Reached


@dataclass(frozen=True, slots=True)
class Passing:
    """A chain that passes an asset: by ``line``, on whose way it is, or as a pivot where there is no line."""

    asset: str
    line: str
    hops: tuple[Hop, ...]


@dataclass(slots=True)
class Passages:
    """Searches one network forwards and backwards."""

    network: Network
    _back: list[list[int]] = field(default_factory=list)  # by vertex, those that lead to it

    def starts(self, sources: Sequence[Ref]) -> tuple[int, ...]:
        """Return where somebody starts who sits in one of some places, or on equipment with no foot elsewhere."""
        network, reach = self.network, self.network.reach
        found: dict[int, None] = {}
        zones = {zone for item in sources if item.kind == "zone"
                 for zone in (item.id, *network.zones[item.id].parts)}  # fmt: skip
        for item in sources:
            found |= dict.fromkeys(reach.starts(item.kind, item.id))
        for zone in sorted(zones):
            for asset in network.zones[zone].assets:
                if zones.issuperset(reach.homes(asset)):
                    found |= dict.fromkeys(reach.find("asset", asset, "out"))
        return tuple(found)

    def passing(self, sources: Sequence[Ref], targets: Sequence[Ref], assets: Collection[str]) -> Iterator[Passing]:
        """Yield what passes one of some assets on its way: one chain for each line and asset, and for each pivot."""
        network, reach = self.network, self.network.reach
        goals = Targets(network, tuple(targets))
        ends = frozenset({*goals.at, *goals.feet})
        forward = reach.reachable(self.starts(sources), stop=goals.stop)
        if not any(vertex in forward for vertex in ends):
            return
        leading = self._leading(ends)
        names = {name for asset in assets for name in (asset, *network.assets[asset].members)}
        names |= {network.assets[name].cluster for name in names} - {""}
        for vertex in forward.order:
            here = reach.vertices[vertex]
            if vertex not in leading:
                continue
            if here.side == "line":
                for asset in sorted(crossed(network, network.line[here.id]) & names):
                    yield Passing(asset, here.id, self._hops(forward, vertex, ends))
            elif here.kind == "asset" and here.side == "out" and here.id in names and forward.before[vertex] != vertex:
                yield Passing(here.id, "", self._hops(forward, vertex, ends))

    def _leading(self, ends: Collection[int]) -> set[int]:
        """Return the vertices from which one of ``ends`` is reached."""
        reach = self.network.reach
        if not self._back:
            self._back = [[] for _ in reach.vertices]
            for vertex in range(len(reach.vertices)):
                for target in reach.targets[reach.offsets[vertex] : reach.offsets[vertex + 1]]:
                    self._back[target].append(vertex)
        found = set(ends)
        queue = list(found)
        for vertex in queue:  # grows as it goes
            for before in self._back[vertex]:
                if before not in found:
                    found.add(before)
                    queue.append(before)
        return found

    def _hops(self, forward: Reached, vertex: int, ends: Collection[int]) -> tuple[Hop, ...]:
        after = self.network.reach.reachable((vertex,))
        last = next((item for item in after.order if item in ends), vertex)
        return chain(forward, vertex, *after.trail(last)[1:])


def crossed(network: Network, line: Line) -> set[str]:
    """Return the assets on a line's ways, redundant equals included."""
    return {
        asset for way in line.routes.values() for stage in network.topology.stages(way) for asset in stage
    } if line.routes else set()  # fmt: skip
