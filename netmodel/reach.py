"""The reach graph: who can reach whom, one line after another, through everything that does not break the chain.

Vertices, all with a number (design, section 5, "Reach graph"):

- ``in`` and ``out`` of each zone, subnet and group, once for IPv4 and once for IPv6: ends pair within one family;
- ``in`` and ``out`` of each asset (a cluster is one), and of the unlisted hosts of a subnet or of a zone's own
  addresses (kind ``rest``; none where ``closed``);
- ``pool`` of a subnet in which the users of a VPN appear, and ``inside`` of a place within which chains move without a
  line where the policy lets them, once for each family;
- ``relay`` of a relay, once for each family: a chain that arrived on its endpoints' services, by a line that names it,
  goes no further;
- ``line`` for each live line and family, so that sources and targets are never multiplied.

A public zone can be left, by whoever sits there, and reached; no chain goes through it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple

from cloison.netmodel.facts import AssetFacts, SubnetFacts, ZoneFacts
from cloison.netmodel.finding import Ref

Side = Literal["in", "out", "relay", "line"]


class Vertex(NamedTuple):
    """A vertex. ``kind`` is one of those above; ``family`` is 4, 6, or 0 for both."""

    kind: str
    id: str
    side: Side
    family: int = 0


class Hop(NamedTuple):
    """One step of a chain: where it arrives, and by which line; none at the start, into a pool and when ``lateral``."""

    line: str
    at: Ref
    lateral: bool = False


class Arrival(NamedTuple):
    """A relay's vertex where chains of one family end, and the places where its addresses of that family lie."""

    vertex: int
    zones: tuple[str, ...]
    subnets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """What a search reached: for each vertex, the one before it (-1: not reached, itself: a start)."""

    reach: Reach = field(repr=False)
    before: Sequence[int]
    order: Sequence[int]  # vertices in the order in which they were reached

    def __contains__(self, vertex: int) -> bool:
        return self.before[vertex] >= 0

    def first(self, vertices: Iterable[int]) -> int | None:
        """Return the vertex that the fewest steps reach, if any is reached."""
        found = [vertex for vertex in vertices if self.before[vertex] >= 0]
        if len(found) < 2:
            return found[0] if found else None
        return min(found, key=lambda vertex: (len(self.trail(vertex)), vertex))

    def trail(self, vertex: int) -> tuple[int, ...]:
        """Return the vertices from a start to this one; empty when it is not reached."""
        if self.before[vertex] < 0:
            return ()
        trail = [vertex]
        while self.before[trail[-1]] != trail[-1]:
            trail.append(self.before[trail[-1]])
        return tuple(reversed(trail))

    def witness(self, vertex: int) -> tuple[Hop, ...]:
        """Return the chain to a vertex: where it starts, then each line or lateral move and where it arrives."""
        return self.reach.told(self.trail(vertex))


@dataclass(frozen=True, slots=True)
class Reach:
    """The graph as integers: vertex v leads to ``targets[offsets[v]:offsets[v + 1]]``."""

    vertices: Sequence[Vertex]
    offsets: Sequence[int] = field(repr=False)
    targets: Sequence[int] = field(repr=False)
    numbers: Mapping[tuple[str, str, Side, int], int] = field(repr=False)  # by the fields of each vertex but lines'
    lines: Mapping[str, tuple[int, ...]] = field(repr=False)  # vertices of each line
    relays: Mapping[str, tuple[Arrival, ...]] = field(repr=False)  # of each relay, or its cluster
    zones: Mapping[str, ZoneFacts] = field(repr=False)
    subnets: Mapping[str, SubnetFacts] = field(repr=False)
    assets: Mapping[str, AssetFacts] = field(repr=False)

    def find(self, kind: str, name: str, side: Side) -> tuple[int, ...]:
        """Return the vertices of a zone, subnet, group, asset or rest on one side, one a family where it has them."""
        if kind == "asset":
            name = self.assets[name].cluster or name
        get = self.numbers.get
        found = (get((kind, name, side, 0)), get((kind, name, side, 4)), get((kind, name, side, 6)))
        return tuple([number for number in found if number is not None])

    def starts(self, kind: str, name: str) -> tuple[int, ...]:
        """Return where somebody starts who sits in a zone or subnet, or is an asset.

        Of a zone: what is in it and in the zones within, save the assets that have other homes too; of a public zone,
        only the zones within that are public.
        """
        if kind == "zone":
            found: list[int] = []
            for item in (name, *self.zones[name].parts):
                if self.zones[name].public and not self.zones[item].public:
                    continue
                found += (*self.find("zone", item, "out"), *self.find("rest", item, "out"))
                for subnet in self.zones[item].subnets:
                    found += (*self.find("subnet", subnet, "out"), *self.find("rest", subnet, "out"))
                for asset in self.zones[item].assets:
                    if self.homes(asset) == {item}:
                        found += self.find("asset", asset, "out")
            return tuple(dict.fromkeys(found))
        if kind == "subnet":
            return (*self.find("subnet", name, "out"), *self.find("rest", name, "out"))
        return self.find(kind, name, "out")

    def homes(self, asset: str) -> frozenset[str]:
        """Return the zones in which an asset, or the cluster that it is a member of, has homes."""
        top = self.assets[asset].cluster or asset
        return frozenset(
            zone for name in (top, *self.assets[top].members) if name in self.assets for zone in self.assets[name].zones
        )

    def into(self, kind: str, name: str) -> tuple[int, ...]:
        """Return the vertices that mean that a zone, subnet or asset itself is reached, relays' endpoints included."""
        found = self.find(kind, name, "in")
        if kind == "asset":
            found += tuple(item.vertex for item in self.relays.get(self.assets[name].cluster or name, ()))
        return found

    def inner(self, kind: str, name: str) -> tuple[int, ...]:
        """Return the vertices that mean that a zone or subnet, or anything in it, is reached.

        Of a relay with other homes, only the endpoints that lie there count, and the relay itself when it pivots.
        """
        found = list(self.find(kind, name, "in"))
        places: tuple[str, ...] = (name,)
        assets: tuple[str, ...] = ()
        if kind == "zone":
            places = (name, *self.zones[name].parts)
            assets = tuple(asset for item in places for asset in self.zones[item].assets)
            for item in places:
                found += (*self.find("zone", item, "in"), *self.find("rest", item, "in"))
                for subnet in self.zones[item].subnets:
                    found += self._of_subnet(subnet)
        elif kind == "subnet":
            places = (name, *self.subnets[name].parts)
            assets = tuple(asset for item in places for asset in self.subnets[item].assets)
            for item in places:
                found += self._of_subnet(item)
        for item in assets:
            found += self.find("asset", item, "in")
            for arrival in self.relays.get(self.assets[item].cluster or item, ()):
                if not set(places).isdisjoint(arrival.zones if kind == "zone" else arrival.subnets):
                    found.append(arrival.vertex)
        return tuple(dict.fromkeys(found))

    def _of_subnet(self, name: str) -> tuple[int, ...]:
        return (*self.find("subnet", name, "in"), *self.find("rest", name, "in"), *self.find("pool", name, "in"))

    def reachable(
        self,
        starts: Iterable[int],
        *,
        without_pivots: Collection[str] = (),
        without_lines: Collection[str] = (),
        stop: Collection[int] = (),
    ) -> Reached:
        """Return what is reached breadth first, so that every trail is a shortest one.

        ``without_pivots`` are assets that nothing goes through, ``without_lines`` lines that do not exist, ``stop``
        vertices that are reached and not left.
        """
        before = [-1] * len(self.vertices)
        queue = list(dict.fromkeys(starts))
        for vertex in queue:
            before[vertex] = vertex
        blocked = [vertex for name in without_lines for vertex in self.lines.get(name, ())]
        blocked += [vertex for name in without_pivots for vertex in self.find("asset", name, "out")]
        blocked = [vertex for vertex in blocked if before[vertex] < 0]
        for vertex in blocked:
            before[vertex] = vertex
        ends = frozenset(stop)
        offsets, targets = self.offsets, self.targets
        for vertex in queue:  # grows as it goes
            if vertex in ends:
                continue
            for target in targets[offsets[vertex] : offsets[vertex + 1]]:
                if before[target] < 0:
                    before[target] = vertex
                    queue.append(target)
        for vertex in blocked:
            before[vertex] = -1
        return Reached(self, before, queue)

    def told(self, trail: Sequence[int]) -> tuple[Hop, ...]:
        """Return a trail as hops: the places where one line ends and the next begins, or the trail ends."""
        if not trail:
            return ()
        hops = [Hop("", self.place(trail[0]))]
        step: tuple[str, bool] | None = None  # the line, or the lateral move, whose arrival is still to come
        for here, there in pairwise(trail):
            last, vertex = self.vertices[here], self.vertices[there]
            if vertex.side == "line":
                step = (vertex.id, False)
            elif vertex.kind == "inside":
                if last.kind == "pool":
                    hops.append(Hop("", self.place(here)))
                step = ("", True)
            elif last.side == "in" and vertex.side == "out" and step is not None:
                hops.append(Hop(step[0], self.place(here), step[1]))
                step = None
        if step is not None:
            hops.append(Hop(step[0], self.place(trail[-1]), step[1]))
        elif self.vertices[trail[-1]].kind == "pool":
            hops.append(Hop("", self.place(trail[-1])))
        return tuple(hops)

    def place(self, number: int) -> Ref:
        """Return the zone, subnet, asset or group that a vertex stands for."""
        vertex = self.vertices[number]
        if vertex.kind in ("rest", "pool", "inside"):
            return Ref("subnet" if vertex.id in self.subnets else "zone", vertex.id)
        return Ref("asset", vertex.id.partition("/")[0]) if vertex.kind == "relay" else Ref(vertex.kind, vertex.id)
