"""Which zones lead to which, all at once: the reach graph's components, each with a bit for every zone it leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cloison.netmodel.network import Network


@dataclass(frozen=True, slots=True)
class Spread:
    """For each zone the others that chains from it reach, as bits in the order of ``zones``."""

    zones: tuple[str, ...]
    reached: Mapping[str, int]

    def leads(self, source: str, target: str) -> bool:
        """Say whether somebody in a zone reaches another, or anything in it."""
        return bool(self.reached[source] >> self.zones.index(target) & 1)

    def pairs(self) -> frozenset[tuple[str, str]]:
        """Return every pair of zones, none of them a part of the other, of which the first leads to the second."""
        return frozenset(
            (source, target)
            for source, mask in self.reached.items()
            for number, target in enumerate(self.zones) if mask >> number & 1
        )  # fmt: skip


def spread(network: Network) -> Spread:
    """Return which zones lead to which: exactly what a search from each would reach, in one walk of the graph.

    The components come out of Tarjan's algorithm (SIAM J. Comput. 1, 1972) with those that they lead to before them, so
    that each takes the bits of its successors.
    """
    reach, zones = network.reach, tuple(sorted(network.zones))
    held = [0] * len(reach.vertices)
    for number, zone in enumerate(zones):
        for vertex in reach.inner("zone", zone):
            held[vertex] |= 1 << number
    masks = _masks(reach.offsets, reach.targets, held)
    reached = {}
    for number, zone in enumerate(zones):
        found = 0
        for vertex in reach.starts("zone", zone):
            found |= masks[vertex]
        facts = network.zones[zone]
        for other, name in enumerate(zones):
            if other == number or name in facts.parts or zone in network.zones[name].parts:
                found &= ~(1 << other)
        reached[zone] = found
    return Spread(zones, reached)


def _masks(offsets: Sequence[int], targets: Sequence[int], held: Sequence[int]) -> list[int]:
    """Return, for each vertex, the bits of every vertex that it reaches, its own included."""
    count = len(held)
    index = [0] * count  # from 1; 0 is a vertex that was not met
    low = [0] * count
    done = [False] * count
    masks = list(held)
    met = 0
    for root in range(count):
        if index[root]:
            continue
        met += 1
        index[root] = low[root] = met
        stack, path, place = [root], [root], [offsets[root]]
        while path:
            vertex = path[-1]
            at, end = place[-1], offsets[vertex + 1]
            descended = False
            while at < end:
                target = targets[at]
                at += 1
                if not index[target]:
                    place[-1] = at
                    met += 1
                    index[target] = low[target] = met
                    stack.append(target)
                    path.append(target)
                    place.append(offsets[target])
                    descended = True
                    break
                if done[target]:
                    masks[vertex] |= masks[target]
                elif index[target] < low[vertex]:
                    low[vertex] = index[target]
            if descended:
                continue
            path.pop()
            place.pop()
            if low[vertex] == index[vertex]:
                members = []
                while True:
                    member = stack.pop()
                    members.append(member)
                    if member == vertex:
                        break
                whole = 0
                for member in members:
                    whole |= masks[member]
                for member in members:
                    masks[member] = whole
                    done[member] = True
            if path:
                above = path[-1]
                if done[vertex]:
                    masks[above] |= masks[vertex]
                elif low[vertex] < low[above]:
                    low[above] = low[vertex]
    return masks
