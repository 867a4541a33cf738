"""The sides of a device: what can reach which of its interfaces, and which pairs of places it stands between.

The device and its redundant equals are taken out of the layer-3 graph and put back as one vertex. Places are in one
**unit** when no simple path between them goes through that vertex: their packets never pass the device. Units of
different parts of the graph without it are *cut*: every path between them goes through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cloison.netmodel.facts import InterfaceFacts
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import MAPPED, VRF_SHIFT
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.topology import Node, Topology

_STAR: Node = ("device", "")


@dataclass(frozen=True, slots=True)
class Port:
    """The points whose packets arrive on an interface (or leave by it): those that surely do, those that may.

    ``addresses`` are its own and ``networks`` those that it is connected to, both without VRF.
    """

    name: str
    addresses: IntervalSet
    networks: IntervalSet
    sure: IntervalSet
    possible: IntervalSet


@dataclass(frozen=True, slots=True)
class Unit:
    """Places whose packets to each other never pass the device; ``part`` numbers the part of the graph without it.

    ``points`` leaves the device's own addresses out.
    """

    number: int
    part: int
    points: IntervalSet


@dataclass(frozen=True)
class Sides:
    """What lies around a device. ``stage`` are the device and its redundant equals; ``own`` its own points.

    ``loose`` are the points that lie behind no interface of the map whose place is known.
    """

    device: str
    stage: tuple[str, ...]
    own: IntervalSet
    units: tuple[Unit, ...]
    ports: Mapping[str, Port]
    vrfs: tuple[int, ...] = field(default=())
    loose: IntervalSet = EMPTY

    @property
    def around(self) -> IntervalSet:
        """All points of all units."""
        return IntervalSet.union(span for unit in self.units for span in unit.points.ranges)


def sides_of(network: Network, device: str) -> Sides:
    """Return the sides of an asset; without one that forwards there are none."""
    topology = network.topology
    stage = equals(network, device)
    closed = topology.closed(stage)
    near = {node for item in closed for node in topology.links.get(item, ()) if node not in closed}
    parts = _parts(topology, closed)
    units = _units(topology, closed, near, parts)
    own = _own(network, device)
    held = _held(network)
    points: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for node, key in units.items():
        points.setdefault(key, []).extend(held.get(node, EMPTY).ranges)
    filled = [(part, IntervalSet.union(ranges) - own) for (part, _), ranges in sorted(points.items())]
    built = tuple(Unit(number, part, held) for number, (part, held) in enumerate(item for item in filled if item[1]))
    vrfs = tuple(sorted({
        vrf for unit in (*built, Unit(-1, -1, own)) for low, high in unit.points.ranges
        for vrf in range(low >> VRF_SHIFT, (high >> VRF_SHIFT) + 1)
    }))  # fmt: skip
    ports = _ports(network, device, parts, held, own)
    around = IntervalSet.union(span for unit in built for span in unit.points.ranges)
    loose = around - IntervalSet.union(span for port in ports.values() for span in port.possible.ranges)
    ports = {name: port if port.possible else replace(port, possible=loose) for name, port in ports.items()}
    return Sides(device, stage, own, built, ports, vrfs, loose)


def equals(network: Network, device: str) -> tuple[str, ...]:
    """Return the device, its cluster and members, and whatever stands beside it in a stage."""
    same = _same(network, device)
    found = set(same)
    for item in network.model.interconnections.values():
        for stage in item.through:
            if same & set(stage):
                found.update(stage)
    return tuple(sorted(name for name in found if name in network.assets))


def _same(network: Network, device: str) -> set[str]:
    """Return the ids under which a device stands in the map: its own, its cluster's; a cluster's members' too."""
    facts = network.assets[device]
    return {device, *facts.members, *([facts.cluster] if facts.cluster else ())}


def _own(network: Network, device: str) -> IntervalSet:
    return IntervalSet.union(
        span for name in sorted(_same(network, device)) for home in network.assets[name].interfaces.values()
        if not home.stands for span in home.points.ranges
    )  # fmt: skip


def _parts(topology: Topology, closed: set[Node]) -> dict[Node, int]:
    """Return the number of the part of each node, the closed ones taken away."""
    return _spread(topology, (node for node in topology.links if node not in closed), closed, set())


def _spread(
    topology: Topology, starts: Iterable[Node], closed: set[Node], without: set[frozenset[Node]]
) -> dict[Node, int]:
    numbers: dict[Node, int] = {}
    number = -1
    for start in starts:
        if start in numbers:
            continue
        number += 1
        numbers[start] = number
        queue = [start]
        for node in queue:  # grows as it goes
            for other in topology.links[node]:
                if other not in numbers and other not in closed and frozenset((node, other)) not in without:
                    numbers[other] = number
                    queue.append(other)
    return numbers


def _units(
    topology: Topology, closed: set[Node], near: set[Node], parts: dict[Node, int]
) -> dict[Node, tuple[int, int]]:
    """Return (part, unit) for each place of the parts that the device joins."""
    import networkx as nx

    joined = {parts[node] for node in near}
    graph: nx.Graph[Node] = nx.Graph()
    graph.add_edges_from((_STAR, node) for node in near)
    for node, others in topology.links.items():
        if node not in closed and parts[node] in joined:
            graph.add_edges_from((node, other) for other in others if other not in closed)
    around: set[frozenset[Node]] = set()  # edges of the blocks that the device is in
    for block in nx.biconnected_component_edges(graph):
        edges = {frozenset(edge) for edge in block}
        if any(_STAR in edge for edge in edges):
            around |= edges
    starts = (node for node in topology.links if node not in closed and parts[node] in joined)
    units = _spread(topology, starts, closed, around)
    return {node: (parts[node], number) for node, number in units.items()}


def _held(network: Network) -> dict[Node, IntervalSet]:
    """Return the points that each subnet, and each zone beside its subnets, holds itself."""
    held: dict[Node, IntervalSet] = {}
    for name, subnet in network.subnets.items():
        inner = IntervalSet.union(span for part in subnet.parts for span in network.subnets[part].points.ranges)
        held["subnet", name] = subnet.points - inner
    for name, zone in network.zones.items():
        inner = IntervalSet.union(
            span for facts in (*(held["subnet", item].ranges for item in zone.subnets),
                               *(network.zones[part].points.ranges for part in zone.parts)) for span in facts
        )  # fmt: skip
        held["zone", name] = zone.points - inner
    return held


def _ports(
    network: Network, device: str, parts: dict[Node, int], held: dict[Node, IntervalSet], own: IntervalSet
) -> dict[str, Port]:
    """Return the device's interfaces, a cluster's and its members' alike."""
    homes = {
        home.name: home for name in sorted(_same(network, device), key=lambda item: (item == device, item))
        for home in network.assets[name].interfaces.values()
    }  # fmt: skip
    links = {name: _places(home, parts) for name, home in homes.items()}
    whole: dict[int, list[tuple[int, int]]] = {}
    wanted = {parts[node] for nodes in links.values() for node in nodes}
    for node, part in parts.items():
        if part in wanted and node in held:
            whole.setdefault(part, []).extend(held[node].ranges)
    of = {part: IntervalSet.union(ranges) - own for part, ranges in whole.items()}
    link = {
        name: IntervalSet.union(span for node in nodes if node[0] == "subnet" for span in held[node].ranges) - own
        for name, nodes in links.items()
    }
    ports = {}
    for name, home in homes.items():
        mine = {parts[node] for node in links[name]}
        beside = [other for other in homes if other != name and mine & {parts[node] for node in links[other]}]
        others = IntervalSet.union(span for other in beside for span in link[other].ranges)
        all_of_it = IntervalSet.union(span for part in sorted(mine) for span in of[part].ranges)
        addresses = EMPTY if home.stands else bare(home.points)
        sure, possible = all_of_it, all_of_it
        if beside:
            sure, possible = link[name] - others, all_of_it - (others - link[name])
        ports[name] = Port(name, addresses, bare(link[name] | home.points), sure, possible)
    return ports


def _places(home: InterfaceFacts, parts: dict[Node, int]) -> tuple[Node, ...]:
    nodes: list[Node] = [("subnet", item) for item in home.subnets] or [("zone", item) for item in home.zones]
    return tuple(node for node in nodes if node in parts)


def bare(points: IntervalSet) -> IntervalSet:
    """Return points as addresses, whatever their VRF."""
    mask = (1 << VRF_SHIFT) - 1
    return IntervalSet.union((low & mask, high & mask) for low, high in points.ranges)


def families(points: IntervalSet, vrfs: Iterable[int]) -> tuple[IntervalSet, IntervalSet]:
    """Return the points of IPv4 and those of IPv6."""
    spans = [(vrf << VRF_SHIFT | MAPPED, vrf << VRF_SHIFT | MAPPED | 0xFFFFFFFF) for vrf in vrfs]
    four = points & IntervalSet.union(spans)
    return four, points - four
