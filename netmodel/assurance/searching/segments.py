"""Unfiltered segments: the networks between which nothing filters, by what the map shows of layer 3.

Within a zone packets are taken to go anywhere, but for a subnet of which a filter is the gateway: it is a segment of
its own, unless the zone is open by another way, or needs no line inside (`inside: zone`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cloison.netmodel.assurance.searching.unfiltered import filters
from cloison.netmodel.facts import End, Line
from cloison.netmodel.network import Network
from cloison.netmodel.topology import Node

_NONE: frozenset[int] = frozenset()


@dataclass(slots=True)
class Segments:
    """The segments of a network, by number. ``zones`` lists those of which each holds some network."""

    network: Network
    numbers: Mapping[Node, int] = field(init=False)
    zones: Mapping[int, tuple[str, ...]] = field(init=False)
    apart: bool = field(init=False)  # whether each segment is of one zone only
    _of: dict[str, frozenset[int]] = field(default_factory=dict)
    _opened: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        topology = self.network.topology
        closed = topology.closed(filters(self.network))
        cut = self._gated(closed)
        numbers: dict[Node, int] = {}
        for number, start in enumerate(topology.links):
            if start in numbers or start in closed:
                continue
            numbers[start] = number
            queue = [start]
            for node in queue:  # grows as it goes
                for other in topology.links[node]:
                    if other in numbers or other in closed:
                        continue
                    if (node in cut and other[0] == "zone") or (other in cut and node[0] == "zone"):
                        continue
                    numbers[other] = number
                    queue.append(other)
        self.numbers = numbers
        zones: dict[int, dict[str, None]] = {}
        for (kind, name), number in numbers.items():
            if kind == "zone" and (not self.network.zones[name].subnets or self._bare(name)):
                zones.setdefault(number, {})[name] = None
            elif kind == "subnet":
                zones.setdefault(number, {})[self.network.subnets[name].zone] = None
        self.zones = {number: tuple(found) for number, found in zones.items()}
        self.apart = all(len(found) < 2 for found in zones.values())

    def _bare(self, zone: str) -> bool:
        return bool(self.network.zones[zone].zone.addresses)

    def _open(self, zone: str, closed: set[Node]) -> bool:
        """Tell whether something that filters nothing leads into a zone as a whole."""
        found = self._opened.get(zone)
        if found is None:
            found = self._opened[zone] = any(
                other not in closed and other[0] in ("interconnection", "zone", "asset")
                for other in self.network.topology.links[("zone", zone)]
            )
        return found

    def _gated(self, closed: set[Node]) -> frozenset[Node]:
        """Return the subnets that a filter has as their gateway, in zones that nothing else opens."""
        topology, zones = self.network.topology, self.network.zones
        found = set()
        for name, subnet in self.network.subnets.items():
            node = ("subnet", name)
            zone = zones[subnet.zone]
            if zone.inside == "zone" or self._open(zone.id, closed):
                continue
            if any(other in closed and other[0] == "asset" for other in topology.links.get(node, ())):
                found.add(node)
        return frozenset(found)

    def of(self, end: End) -> frozenset[int]:
        """Return the segments in which an end has addresses; none for ``any``."""
        found = self._of.get(end.id)
        if found is None:
            numbers = {self.numbers.get(("subnet", name), -1) for name in end.subnets}
            held = {self.network.subnets[name].zone for name in end.subnets}
            numbers |= {
                self.numbers.get(("zone", name), -1) for name in end.zones if name not in held or self._bare(name)
            }
            found = self._of[end.id] = frozenset(numbers - {-1})
        return found

    def within(self, line: Line) -> frozenset[int]:
        """Return the segments that hold both ends of a pair of a line: there it meets no filter."""
        if len(line.sources) == 1 and len(line.targets) == 1:  # most lines
            source, target = line.sources[0], line.targets[0]
            if self.apart and source.zones != target.zones and len(source.zones) == len(target.zones) == 1:
                return _NONE
            if not line.flow.between:
                return self._both(source, target)
        return frozenset(number for one, other in line.pairs() for number in self._both(one, other))

    def _both(self, source: End, target: End) -> frozenset[int]:
        """Return the segments of a source and its target; multicast lies in its sender's."""
        here = self.of(source)
        return here & self.of(target) if target.zones or target.kind == "any" else here
