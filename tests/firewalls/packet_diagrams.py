"""Sets of packets as binary decision diagrams, which know nothing of intervals, products or rules.

A packet is a row of bits, a set of packets a diagram over them (Bryant, "Graph-Based Algorithms for Boolean Function
Manipulation", 1986): the same set is the same node.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dd import bdd

from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.services import CONTINUING, OPENING, ServiceSet

NONE, ALL = -1, 1  # the nodes of no packet and of every packet


@dataclass(frozen=True)
class Universe:
    """The fields of a packet: the least value of each and how many bits count from there."""

    source: tuple[int, int]
    destination: tuple[int, int]
    protocol: tuple[int, int]
    port: tuple[int, int]
    source_port: tuple[int, int]
    phase: tuple[int, int] = (OPENING, 1)

    @property
    def width(self) -> int:
        return sum(bits for _, bits in vars(self).values())


class Diagram:
    """Sets of packets of one universe as nodes."""

    def __init__(self, universe: Universe) -> None:
        self.universe = universe
        self.nodes: Any = bdd.BDD({f"bit {number}": number for number in range(universe.width)})
        self.starts: dict[str, int] = {}
        at = 0
        for name, (_, bits) in vars(universe).items():
            self.starts[name] = at
            at += bits

    def both(self, one: int, other: int) -> int:
        return int(self.nodes.ite(one, other, NONE))

    def either(self, one: int, other: int) -> int:
        return int(self.nodes.ite(one, ALL, other))

    def less(self, one: int, other: int) -> int:
        return int(self.nodes.ite(other, NONE, one))

    def chosen(self, held: int, then: int, otherwise: int) -> int:
        return int(self.nodes.ite(held, then, otherwise))

    def any_of(self, some: Iterable[int]) -> int:
        found = NONE
        for node in some:
            found = self.either(found, node)
        return found

    def between(self, name: str, low: int, high: int) -> int:
        """Return the packets with a field from low to high, as far as the universe goes."""
        least, bits = getattr(self.universe, name)
        low, high = max(low - least, 0), min(high - least, (1 << bits) - 1)
        if low > high:
            return NONE
        above = below = ALL
        for place in range(bits):  # from the last bit, which weighs least
            level = self.starts[name] + bits - 1 - place
            ends = low >> place & 1, high >> place & 1
            above = int(self.nodes.find_or_add(level, NONE if ends[0] else above, above if ends[0] else ALL))
            below = int(self.nodes.find_or_add(level, ALL if ends[1] else below, below if ends[1] else NONE))
        return self.both(above, below)

    def ranges(self, name: str, ranges: Iterable[tuple[int, int]]) -> int:
        return self.any_of(self.between(name, low, high) for low, high in ranges)

    def block(self, protocols: tuple[int, int], ports: tuple[int, int], sources: tuple[int, int], phases: int) -> int:
        phase = (OPENING if phases & OPENING else CONTINUING, CONTINUING if phases & CONTINUING else OPENING)
        node = self.both(self.between("protocol", *protocols), self.between("phase", *phase))
        return self.both(node, self.both(self.between("port", *ports), self.between("source_port", *sources)))

    def product(self, source: IntervalSet, destination: IntervalSet, services: ServiceSet) -> int:
        """Return a product of the algebra, by what it shows of itself."""
        ends = self.both(self.ranges("source", source.ranges), self.ranges("destination", destination.ranges))
        return self.both(ends, self.any_of(
            self.block((box.protocol, box.protocol), (box.low, box.high), (box.source_low, box.source_high), box.phases)
            for box in services.boxes()
        ))  # fmt: skip

    def first_match(self, rules: Sequence[tuple[bool, int]]) -> int:
        found = NONE
        for permit, held in reversed(rules):
            found = self.chosen(held, ALL if permit else NONE, found)
        return found

    def holds(self, node: int, packet: Packet) -> bool:
        for name, (least, bits) in vars(self.universe).items():
            value = getattr(packet, name) - least
            assert 0 <= value < 1 << bits, packet
        while abs(node) != 1:
            level, low, high = self.nodes.succ(abs(node))
            name = max((name for name in self.starts if self.starts[name] <= level), key=self.starts.__getitem__)
            least, bits = getattr(self.universe, name)
            value = getattr(packet, name) - least
            way = high if value >> (bits - 1 - level + self.starts[name]) & 1 else low
            node = way if node > 0 else -way  # an edge may be complemented
        return node == ALL

    def size(self, node: int) -> int:
        return int(self.nodes.count(node, self.universe.width))
