"""The layer-3 graph: subnets, zones, and the assets that forward between them; ways, cuts and parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from cloison.netmodel.compiling.routes import Routes
from cloison.netmodel.facts import AssetFacts, Line, Route, SubnetFacts, ZoneFacts
from cloison.netmodel.language import model as m
from cloison.netmodel.space.ownership import Ownership

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.Graph[Any]

Node = tuple[str, str]


@dataclass(frozen=True)
class Parts:
    """The parts into which the graph falls: a number for each node that is left."""

    numbers: Mapping[Node, int]

    def of(self, node: Node) -> int:
        """Return the number of a node's part, -1 when the node was taken away."""
        return self.numbers.get(node, -1)

    def joined(self, one: Node, other: Node) -> bool:
        """Say whether a way is left between two nodes."""
        return self.of(one) >= 0 and self.of(one) == self.of(other)


@dataclass(frozen=True)
class Topology:
    """Ways of packets at layer 3, whatever the matrix says.

    Nodes are ``("subnet", id)``, ``("zone", id)``, ``("interconnection", id)`` and ``("asset", id)`` for what
    forwards; a cluster is one node, for its members too. Within a zone packets are taken to go anywhere. An asset
    forwards between its homes whose VRFs are the same or see one another; homes in VRFs apart are nodes apart,
    ``("asset", "ID@VRF")``. An interconnection joins its zones as long as every stage of it has an asset left.
    """

    interconnections: Mapping[str, m.Interconnection]
    zones: Mapping[str, ZoneFacts]
    subnets: Mapping[str, SubnetFacts]
    assets: Mapping[str, AssetFacts]
    routes: Routes = field(repr=False)
    ownership: Ownership = field(repr=False)

    @staticmethod
    def of(
        model: m.Model, zones: Mapping[str, ZoneFacts], subnets: Mapping[str, SubnetFacts],
        assets: Mapping[str, AssetFacts], routes: Routes, ownership: Ownership,
    ) -> Topology:  # fmt: skip
        """Return the topology of a compiled map; the graph itself is built when it is first needed."""
        return Topology(model.interconnections, zones, subnets, assets, routes, ownership)

    def vertex(self, asset: str) -> str:
        """Return the cluster of an asset, or the asset itself."""
        return self.assets[asset].cluster or asset

    @cached_property
    def forwarding(self) -> frozenset[str]:
        """The assets, as clusters where they are in one, that forward."""
        return frozenset(self.vertex(name) for name, asset in self.assets.items() if asset.forwards)

    @cached_property
    def links(self) -> Mapping[Node, tuple[Node, ...]]:
        """What each node is joined to."""
        links: dict[Node, dict[Node, None]] = {("zone", name): {} for name in self.zones}

        def join(one: Node, other: Node) -> None:
            links.setdefault(one, {})[other] = None
            links.setdefault(other, {})[one] = None

        for name, zone in self.zones.items():
            if zone.within in self.zones:
                join(("zone", name), ("zone", zone.within))
        for name, subnet in self.subnets.items():
            join(("zone", subnet.zone), ("subnet", name))
        for name, item in self.interconnections.items():
            for end in item.between:
                join(("interconnection", name), ("zone", end))
        for node, (_, places) in self._forwarders.items():
            links.setdefault(node, {})
            for place in sorted(places):
                join(node, place)
        return {node: tuple(others) for node, others in links.items()}

    @cached_property
    def graph(self) -> Graph:
        """The whole graph; nodes of assets have the attribute ``asset``."""
        import networkx as nx

        graph: Graph = nx.Graph()
        graph.add_nodes_from(self.links)
        graph.add_edges_from((node, other) for node, others in self.links.items() for other in others)
        nx.set_node_attributes(graph, {node: name for node, (name, _) in self._forwarders.items()}, "asset")
        return graph

    @cached_property
    def _forwarders(self) -> Mapping[Node, tuple[str, set[Node]]]:
        """The nodes of each asset that forwards, with its id and the places that the node joins."""
        return {
            node: (name, places)
            for name in sorted(self.forwarding)
            for node, places in self._split(name, self._homes((name, *self.assets[name].members)))
        }

    def _homes(self, names: Iterable[str]) -> list[tuple[Node, str]]:
        """Return the places of assets' homes, each with the VRF in which the home forwards."""
        return [
            (place, home.vrf)
            for name in names if name in self.assets
            for home in self.assets[name].interfaces.values()
            for place in ([("subnet", item) for item in home.subnets] or [("zone", item) for item in home.zones])
        ]  # fmt: skip

    def _split(self, name: str, homes: list[tuple[Node, str]]) -> list[tuple[Node, set[Node]]]:
        """Group homes whose VRFs are the same or see one another; the first group has the asset's plain name."""
        vrfs = sorted({vrf for _, vrf in homes}, key=lambda vrf: (vrf != "default", vrf))
        group = {vrf: vrf for vrf in vrfs}
        for one in vrfs:
            for other in vrfs:
                here, there = self.ownership.indices[one], self.ownership.indices[other]
                if there in self.ownership.sees[here]:
                    old, new = sorted((group[one], group[other]), key=vrfs.index, reverse=True)
                    group = {vrf: new if at == old else at for vrf, at in group.items()}
        split: dict[str, set[Node]] = {}
        for place, vrf in homes:
            split.setdefault(group[vrf], set()).add(place)
        first = min(split, key=vrfs.index, default="")
        return [(("asset", name if vrf == first else f"{name}@{vrf}"), places) for vrf, places in split.items()]

    def crossings(self, one: str, other: str) -> tuple[Route, ...]:
        """Return the sequences of interconnections over transit zones only: the ways that a line can take."""
        return self.routes.crossings(one, other)

    def paths(self, one: str, other: str, limit: int = 16) -> tuple[Route, ...]:
        """Return at most ``limit`` sequences of interconnections between two zones, whatever zones they cross."""
        import networkx as nx

        start, end = ("zone", self.routes.anchor(one)), ("zone", self.routes.anchor(other))
        if start == end:
            return ((),)
        graph: Graph = nx.Graph()
        graph.add_nodes_from((start, end))
        for name, item in self.interconnections.items():
            graph.add_edges_from((("interconnection", name), ("zone", zone)) for zone in sorted(set(item.between)))
        if not nx.has_path(graph, start, end):
            return ()
        ways = islice(nx.shortest_simple_paths(graph, start, end), limit)
        found = (tuple(name for kind, name in way if kind == "interconnection") for way in ways)
        return tuple(sorted(found, key=lambda way: (len(way), way)))

    def stages(self, route: Route) -> tuple[tuple[str, ...], ...]:
        """Return the stages that a sequence of interconnections goes through, each a list of equals."""
        return tuple(stage for name in route for stage in self.interconnections[name].through)

    def without(self, assets: Collection[str]) -> Parts:
        """Return the parts into which the graph falls when these assets are taken away.

        A cluster is gone when it is named itself, or all of its members are.
        """
        closed = self.closed(assets)
        numbers: dict[Node, int] = {}
        for number, start in enumerate(self.links):
            if start in numbers or start in closed:
                continue
            numbers[start] = number
            queue = [start]
            for node in queue:  # grows as it goes
                for other in self.links[node]:
                    if other not in numbers and other not in closed:
                        numbers[other] = number
                        queue.append(other)
        return Parts(numbers)

    def route(self, one: Node, other: Node, avoiding: Collection[str] = ()) -> tuple[Node, ...] | None:
        """Return the shortest way between two nodes that goes through none of these assets, if there is one."""
        closed = self.closed(avoiding)
        before: dict[Node, Node] = {}
        if one in self.links and one not in closed:
            before[one] = one
        queue = list(before)
        for node in queue:  # grows as it goes
            if node == other:
                break
            for after in self.links[node]:
                if after not in before and after not in closed:
                    before[after] = node
                    queue.append(after)
        if other not in before:
            return None
        way = [other]
        while way[-1] != one:
            way.append(before[way[-1]])
        return tuple(reversed(way))

    def lines_cut(self, lines: Iterable[Line], assets: Collection[str]) -> frozenset[str]:
        """Return the live lines that join at least two zones and whose every pair of zones has no way left."""
        parts = self.without(assets)
        cut = set()
        known: dict[tuple[object, ...], bool] = {}
        for line in lines:
            if not line.live:
                continue
            key = (*(end.zones for end in line.sources), None, *(end.zones for end in line.targets),
                   any(end.kind == "any" for end in (*line.sources, *line.targets)))  # fmt: skip
            if key not in known:
                pairs = line.zone_pairs
                known[key] = bool(pairs) and not key[-1] and not any(
                    parts.joined(("zone", one), ("zone", other)) for one, other in pairs)  # fmt: skip
            if known[key]:
                cut.add(line.id)
        return frozenset(cut)

    def _gone(self, assets: Collection[str]) -> set[str]:
        named = set(assets)
        gone = {name for name in named if name in self.assets and not self.assets[name].cluster}
        for name in named:
            cluster = self.assets[name].cluster if name in self.assets else ""
            if cluster and (cluster in named or set(self.assets[cluster].members) <= named):
                gone.add(cluster)
        return gone

    def closed(self, assets: Collection[str]) -> set[Node]:
        """Return the nodes that go with these assets: their own, and interconnections left without a whole stage."""
        gone = self._gone(assets)
        closed: set[Node] = {node for node, (name, _) in self._forwarders.items() if name in gone}
        for name, item in self.interconnections.items() if gone else ():
            if any(all(self.vertex(asset) in gone for asset in stage) for stage in item.through):
                closed.add(("interconnection", name))
        return closed
