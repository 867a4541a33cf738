"""Builds the reach graph out of a compiled map: who is where, who pivots, and the step that each line is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, chain

from cloison.netmodel.compiling.literals import leased, owners_of, read_literal
from cloison.netmodel.facts import AssetFacts, End, EndpointFacts, InterfaceFacts, Leaf, Line, SubnetFacts, ZoneFacts
from cloison.netmodel.language import model as m
from cloison.netmodel.reach import Arrival, Reach, Side, Vertex
from cloison.netmodel.space.addresses import MAPPED, V4, V6, VRF_SHIFT
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.ownership import LAST, Owner, Ownership
from cloison.netmodel.space.services import ServiceSet

_LAST_V4 = MAPPED | 0xFFFFFFFF
FAMILIES = (4, 6)
_SIDES: tuple[Side, Side] = ("out", "in")
_BOTH: tuple[Side, Side] = ("in", "out")


@dataclass(slots=True)
class ReachBuilder:
    """Numbers vertices when they are first needed and lists edges; :meth:`build` makes the graph of both."""

    model: m.Model
    zones: Mapping[str, ZoneFacts]
    subnets: Mapping[str, SubnetFacts]
    assets: Mapping[str, AssetFacts]
    endpoints: Mapping[str, EndpointFacts]
    ownership: Ownership
    _vertices: list[Vertex] = field(default_factory=list)
    _numbers: dict[tuple[str, str, Side, int], int] = field(default_factory=dict)
    _targets: list[list[int]] = field(default_factory=list)
    _lines: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _relays: dict[str, dict[int, Arrival]] = field(default_factory=dict)
    _offered: dict[str, list[tuple[str, ServiceSet]]] = field(default_factory=dict)
    _leased: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _sides: dict[tuple[str, Side, int], tuple[int, ...]] = field(default_factory=dict)
    _single: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def build(self, lines: Iterable[Line]) -> Reach:
        """Return the graph of the live lines among them."""
        for name in self.zones:
            self._zone(name)
        for name in self.subnets:
            self._subnet(name)
        for name in self.assets:
            self._asset(name)
        if self.model.lateral:
            for name in self.zones:
                self._lateral(name)
        for endpoint in self.endpoints.values():
            if endpoint.relay:
                offered = self._offered.setdefault(self._vertex(endpoint.asset), [])
                offered.append((endpoint.interface, endpoint.service_set))
        for line in lines:
            if line.live:
                self._line(line)
        return Reach(
            tuple(self._vertices), [0, *accumulate(map(len, self._targets))], list(chain.from_iterable(self._targets)),
            self._numbers, self._lines,
            {name: tuple(found.values()) for name, found in self._relays.items()},
            self.zones, self.subnets, self.assets,
        )  # fmt: skip

    def _number(self, kind: str, name: str, side: Side, family: int = 0) -> int:
        number = self._numbers.get((kind, name, side, family))
        if number is None:
            vertex = Vertex(kind, name, side, family)
            number = self._numbers[vertex] = len(self._vertices)
            self._vertices.append(vertex)
            self._targets.append([])
        return number

    def _edge(self, source: int, target: int) -> None:
        self._targets[source].append(target)

    def _vertex(self, asset: str) -> str:
        return self.assets[asset].cluster or asset

    def _zone(self, name: str) -> None:
        zone = self.zones[name]
        own = self._own_families(zone)
        for family in _families(zone.points):
            into, out = self._number("zone", name, "in", family), self._number("zone", name, "out", family)
            if zone.within in self.zones:
                outer = self.zones[zone.within]
                self._edge(out, self._number("zone", outer.id, "out", family))
                if not outer.public or not zone.public:
                    self._edge(self._number("zone", outer.id, "in", family), into)
            if family in own:
                self._edge(self._number("rest", name, "out"), out)
                if not zone.public:
                    self._edge(into, self._number("rest", name, "in"))
        if own and not zone.public:
            self._edge(self._number("rest", name, "in"), self._number("rest", name, "out"))

    def _own_families(self, zone: ZoneFacts) -> tuple[int, ...]:
        """Return the families of a zone's own addresses, those of its subnets and of the zones within left out."""
        if not zone.zone.addresses:
            return ()
        held = (
            *(self.subnets[name].points for name in zone.subnets),
            *(self.zones[name].points for name in zone.parts),
        )
        return _families(zone.points - IntervalSet.union(item for points in held for item in points.ranges))

    def _subnet(self, name: str) -> None:
        subnet = self.subnets[name]
        zone = self.zones[subnet.zone]
        mixed = any(self.subnets[part].zone != subnet.zone for part in subnet.parts)
        closed = subnet.subnet.closed
        for family in _families(subnet.points):
            into, out = self._number("subnet", name, "in", family), self._number("subnet", name, "out", family)
            zone_in = self._number("zone", zone.id, "in", family)
            zone_out = self._number("zone", zone.id, "out", family)
            if not mixed:  # an aggregate that holds other zones' subnets is more than its zone's part of it
                self._edge(out, zone_out)
                if not zone.public:
                    self._edge(zone_in, into)
            if not closed:
                rest_in, rest_out = self._number("rest", name, "in"), self._number("rest", name, "out")
                self._edge(rest_out, out)
                if mixed:
                    self._edge(rest_out, zone_out)
                if not zone.public:
                    self._edge(into, rest_in)
                    if mixed:
                        self._edge(zone_in, rest_in)
            for part in subnet.parts:
                if family in _families(self.subnets[part].points):
                    self._edge(self._number("subnet", part, "out", family), out)
                    self._edge(into, self._number("subnet", part, "in", family))
        if not closed and not zone.public:
            self._edge(self._number("rest", name, "in"), self._number("rest", name, "out"))

    def _asset(self, name: str) -> None:
        asset = self.assets[name]
        vertex = self._vertex(name)
        into, out = self._number("asset", vertex, "in"), self._number("asset", vertex, "out")
        outside = all(self.zones[zone].public for zone in asset.zones)
        if vertex == name and not (self._all_public(name) if asset.members else outside and asset.zones):
            self._edge(into, out)
        for home in asset.interfaces.values():
            families = _families(home.points)
            for subnet in home.subnets:
                facts = self.subnets[subnet]
                zone = self.zones[facts.zone]
                mixed = bool(facts.parts) and any(self.subnets[part].zone != facts.zone for part in facts.parts)
                for family in families:
                    self._homes("subnet", subnet, family, into, out, public=zone.public, outside=outside)
                    if mixed:
                        self._homes("zone", zone.id, family, into, out, public=zone.public, outside=outside)
            if not home.subnets:
                for zone_name in home.zones:
                    public = self.zones[zone_name].public
                    for family in families:
                        self._homes("zone", zone_name, family, into, out, public=public, outside=outside)
        if "vpn" in asset.functions:
            self._pools(name, out)

    def _homes(self, kind: str, place: str, family: int, into: int, out: int, *, public: bool, outside: bool) -> None:
        """Put an asset in a place; what has other homes neither leaves nor is reached through a public one."""
        if not public or outside:
            self._edge(out, self._number(kind, place, "out", family))
        if not public:
            self._edge(self._number(kind, place, "in", family), into)

    def _all_public(self, vertex: str) -> bool:
        """Say whether an asset, members included, has homes and all of them are public."""
        zones = {zone for name in (vertex, *self.assets[vertex].members) if name in self.assets
                 for zone in self.assets[name].zones}  # fmt: skip
        return bool(zones) and all(self.zones[zone].public for zone in zones)

    def _pools(self, name: str, out: int) -> None:
        """Let whoever is on a VPN start in its pools: the subnets directly over the tunnels that it ends."""
        family_names = {name, self.assets[name].cluster, *self.assets[name].members}
        tunnels = {carrier for carrier, item in self.model.carriers.items() if family_names & set(item.ends)}
        for subnet, facts in self.subnets.items() if tunnels else ():
            if tunnels & set(facts.over):
                for family in _families(facts.points):
                    pool = self._number("pool", subnet, "in", family)
                    self._edge(out, pool)
                    self._edge(pool, self._number("subnet", subnet, "out", family))

    def _lateral(self, name: str) -> None:
        """Let whoever is in a zone move to where no line is needed: within its subnet, or as far as zones say so."""
        zone = self.zones[name]
        if zone.public or zone.inside == "matrix":
            return
        widest = zone
        while zone.inside == "zone" and widest.within in self.zones and self.zones[widest.within].inside == "zone":
            widest = self.zones[widest.within]
        for subnet in zone.subnets:
            facts = self.subnets[subnet]
            place = widest.id if zone.inside == "zone" else subnet
            for family in _families(facts.points):
                if not facts.subnet.closed:
                    self._free(self._number("rest", subnet, "in"), self._number("rest", subnet, "out"), place, family)
                pool = self._numbers.get(Vertex("pool", subnet, "in", family))
                if pool is not None:
                    self._edge(pool, self._number("inside", place, "out", family))
            for asset in facts.assets:
                self._neighbour(asset, [home for home in self._homes_of(asset) if subnet in home.subnets], place)
        if zone.inside == "zone" and zone.zone.addresses:
            for family in self._own_families(zone):
                self._free(self._number("rest", name, "in"), self._number("rest", name, "out"), widest.id, family)
            for asset in zone.assets:
                homes = [home for home in self._homes_of(asset) if not home.subnets and name in home.zones]
                self._neighbour(asset, homes, widest.id)

    def _homes_of(self, asset: str) -> Iterable[InterfaceFacts]:
        return self.assets[asset].interfaces.values()

    def _neighbour(self, asset: str, homes: Iterable[InterfaceFacts], place: str) -> None:
        into, out = (self._number("asset", self._vertex(asset), side) for side in _BOTH)
        for family in dict.fromkeys(family for home in homes for family in _families(home.points)):
            self._free(into, out, place, family)

    def _free(self, into: int, out: int, place: str, family: int) -> None:
        """Let chains move between somebody and all others in a place; a line is the shorter way where there is one."""
        leave = self._number("inside", place, "out", family)
        enter = self._numbers.get(Vertex("inside", place, "in", family))
        if enter is None:
            enter = self._number("inside", place, "in", family)
            self._edge(leave, enter)
        self._edge(out, leave)
        self._edge(enter, into)

    def _line(self, line: Line) -> None:
        numbers: list[int] = []
        if len(line.sources) == 1 == len(line.targets):
            here, there = self._vertices_of(line.sources[0]), self._vertices_of(line.targets[0])
            if here and there:
                for family, out, into in ((4, here[0], there[1]), (6, here[2], there[3])):
                    if out >= 0 and into >= 0:
                        middle = self._middle(line.id, family, numbers)
                        self._targets[out].append(middle)
                        self._targets[middle].append(into)
                self._lines[line.id] = tuple(numbers)
                return
        for family in FAMILIES:
            if line.flow.between:
                self._between(line, family, numbers)
                continue
            sources = [vertex for end in line.sources for vertex in self._out(end, family)]
            if not sources:
                continue
            targets = [vertex for end in line.targets for vertex in self._in(end, line, family)]
            if not targets:
                continue
            middle = self._middle(line.id, family, numbers)
            for vertex in sources:
                self._edge(vertex, middle)
            for vertex in targets:
                self._edge(middle, vertex)
        self._lines[line.id] = tuple(numbers)

    def _middle(self, name: str, family: int, numbers: list[int]) -> int:
        number = len(self._vertices)
        self._vertices.append(Vertex("line", name, "line", family))
        self._targets.append([])
        numbers.append(number)
        return number

    def _vertices_of(self, end: End) -> tuple[int, ...]:
        """Return where an end that is one vertex a side is left and entered, by IPv4 and then by IPv6.

        A family that it has not is -1; an end of several vertices, or a relay, has none here.
        """
        known = self._single.get(end.id)
        if known is None:
            known = self._single[end.id] = self._one(end)
        return known

    def _one(self, end: End) -> tuple[int, ...]:
        if end.kind in ("group", "any") or len(end.leaves) != 1:
            return ()
        kind, name = end.leaves[0].kind, end.leaves[0].id
        each = True  # a vertex for each family
        if kind not in ("zone", "subnet"):
            asset, _, part = name.partition("/")
            facts = self.assets[asset]
            if facts.relay or any(home.stands for home in facts.interfaces.values() if part in ("", home.name)):
                return ()
            kind, name, each = "asset", self._vertex(asset), False
        families = _families(end.points)
        return tuple([
            self._number(kind, name, side, family if each else 0) if family in families else -1
            for family in FAMILIES for side in _SIDES
        ])  # fmt: skip

    def _between(self, line: Line, family: int, numbers: list[int]) -> None:
        """Let each end reach every other: two chains over the ends, so that pairs are never listed."""
        ends = line.sources
        before = [self._middle(line.id, family, numbers) for _ in ends]  # reaches the ends up to its own
        after = [self._middle(line.id, family, numbers) for _ in ends]  # reaches the ends from its own on
        for place, end in enumerate(ends):
            for vertex in self._in(end, line, family):
                self._edge(before[place], vertex)
                self._edge(after[place], vertex)
            for vertex in self._out(end, family):
                if place:
                    self._edge(vertex, before[place - 1])
                if place + 1 < len(ends):
                    self._edge(vertex, after[place + 1])
            if place:
                self._edge(before[place], before[place - 1])
                self._edge(after[place - 1], after[place])

    def _out(self, end: End, family: int) -> tuple[int, ...]:
        return self._leaves(end, "out", family)

    def _in(self, end: End, line: Line, family: int) -> tuple[int, ...]:
        if end.kind in ("asset", "interface", "endpoint"):
            asset = end.leaves[0].id.partition("/")[0]
            if self.assets[asset].relay and self._breaks(end, asset, line):
                found = self._leaves(end, "in", family)
                twin = self._number("asset", self._vertex(asset), "in")
                relay = self._relay(end.leaves[0].id if len(end.leaves) == 1 else asset, asset, end, family)
                return tuple(relay if vertex == twin else vertex for vertex in found)
        return self._leaves(end, "in", family)

    def _relay(self, part: str, asset: str, end: End, family: int) -> int:
        """Return the vertex where a chain ends that arrives in one family, and note where that family's homes lie."""
        number = self._number("relay", part, "relay", family)
        named = {leaf.id.partition("/")[2] for leaf in end.leaves}
        homes = [home for home in self._homes_of(asset)
                 if (home.name in named or "" in named) and family in _families(home.points)]  # fmt: skip
        zones = dict.fromkeys(zone for home in homes for zone in home.zones)
        subnets = dict.fromkeys(subnet for home in homes for subnet in home.subnets)
        arrival = Arrival(number, tuple(zones), tuple(subnets))
        self._relays.setdefault(self._vertex(asset), {})[number] = arrival
        return number

    def _breaks(self, end: End, asset: str, line: Line) -> bool:
        """Say whether a line that names a relay arrives only on services that its endpoints offer there."""
        if end.kind == "endpoint":
            return True
        part = end.leaves[0].id.partition("/")[2] if len(end.leaves) == 1 else ""
        offered = [services for interface, services in self._offered.get(self._vertex(asset), ())
                   if not interface or not part or interface == part]  # fmt: skip
        return bool(offered) and line.service_set <= ServiceSet.union(offered)

    def _leaves(self, end: End, side: Side, family: int) -> tuple[int, ...]:
        key = (end.id, side, family)
        known = self._sides.get(key)
        if known is None:
            if end.kind == "any":
                known = tuple(
                    self._number("zone", name, side, family) for name, zone in self.zones.items()
                    if family in _families(zone.points)
                )  # fmt: skip
            else:
                known = tuple(dict.fromkeys(
                    vertex for leaf in end.leaves for vertex in self._leaf(leaf, side, family, end.cut)))  # fmt: skip
            if (end.kind in ("group", "any") and len(known) > 1) or len(known) > 4:
                known = (self._gathered(end.id, side, family, known),)
            self._sides[key] = known
        return known

    def _gathered(self, name: str, side: Side, family: int, members: tuple[int, ...]) -> int:
        group = self._number("group", name, side, family)
        for vertex in members:
            if side == "out":
                self._edge(vertex, group)
            else:
                self._edge(group, vertex)
        return group

    def _leaf(self, leaf: Leaf, side: Side, family: int, cut: IntervalSet | None) -> Iterator[int]:
        """Yield the vertices of a leaf of one family, less what is cut out of it."""
        if leaf.kind == "literal":
            if cut is None:
                owners = leaf.owners if family == (6 if ":" in leaf.id else 4) else ()
            else:
                points = read_literal(leaf.id, self.ownership.indices[leaf.vrf], self.ownership).points
                owners = owners_of(_of_family(points - cut, family), self.ownership)
            for owner in owners:
                yield from self._owner(owner, side, family)
        elif leaf.kind in ("asset", "interface"):
            asset, _, part = leaf.id.partition("/")
            homes = self.assets[asset].interfaces
            chosen = [homes[part]] if part else list(homes.values())
            if any(family in _families(home.points if cut is None else home.points - cut) for home in chosen):
                yield self._number("asset", self._vertex(asset), side)
            for home in chosen:
                for subnet in home.subnets if home.stands else ():
                    yield from self._place("subnet", subnet, self.subnets[subnet].points, side, family, cut)
        elif leaf.kind == "subnet":
            yield from self._place("subnet", leaf.id, self.subnets[leaf.id].points, side, family, cut)
        else:
            yield from self._place("zone", leaf.id, self.zones[leaf.id].points, side, family, cut)

    def _place(
        self, kind: str, name: str, points: IntervalSet, side: Side, family: int, cut: IntervalSet | None
    ) -> Iterator[int]:
        """Yield the vertex of a zone or subnet, or of those to whom something is left when some is cut out of it."""
        if family not in _families(points):
            return
        if cut is None or not points.overlaps(cut):
            yield self._number(kind, name, side, family)
            return
        for owner in owners_of(_of_family(points - cut, family), self.ownership):
            yield from self._owner(owner, side, family)

    def _owner(self, owner: Owner, side: Side, family: int) -> Iterator[int]:
        """Yield who may sit at addresses: an asset; or the unlisted, and the assets that stand for their subnet."""
        if owner.asset:
            yield self._number("asset", self._vertex(owner.asset), side)
        elif owner.subnet:
            if not self.subnets[owner.subnet].subnet.closed:
                yield self._number("rest", owner.subnet, side)
            if owner.subnet not in self._leased:
                self._leased[owner.subnet] = leased(owner.subnet, self.subnets, self.assets)
            for name in self._leased[owner.subnet]:
                yield self._number("asset", self._vertex(name), side)
        else:
            yield self._number("rest", owner.zone, side)


def _of_family(points: IntervalSet, family: int) -> IntervalSet:
    """Return the points of one family, whatever their VRF."""
    vrfs = {vrf for low, high in points.ranges for vrf in range(low >> VRF_SHIFT, (high >> VRF_SHIFT) + 1)}
    ranges = V4.ranges if family == 4 else V6.ranges
    return points & IntervalSet.union((vrf << VRF_SHIFT | low, vrf << VRF_SHIFT | high)
                                      for vrf in vrfs for low, high in ranges)  # fmt: skip


def _families(points: IntervalSet) -> tuple[int, ...]:
    """Return the families (4, 6) of points."""
    four = six = False
    for low, high in points.ranges:
        start, end = low & LAST, high & LAST
        if low >> VRF_SHIFT != high >> VRF_SHIFT:
            return FAMILIES
        four = four or (start <= _LAST_V4 and end >= MAPPED)
        six = six or start < MAPPED or end > _LAST_V4
        if four and six:
            break
    if four:
        return FAMILIES if six else FAMILIES[:1]
    return FAMILIES[1:] if six else ()
