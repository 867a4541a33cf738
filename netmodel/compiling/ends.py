"""Names to ends: what a zone, a part of an asset, an endpoint or a group stands for in a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from cloison.netmodel.compiling.inventory import Inventory
from cloison.netmodel.compiling.literals import leased, looks_literal, read_literal
from cloison.netmodel.compiling.problems import KINDS, Problems, Route
from cloison.netmodel.facts import End, EndKind, InterfaceFacts, Leaf
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.space.addresses import VRF_SHIFT
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.ownership import Ownership

ANY_END = "any"
ALL_PARTS = "*"
_END = Text("an end (zone, subnet, asset, endpoint or group)",
            "une extrémité (zone, sous-réseau, bien, interface, groupe)")  # fmt: skip
_NO_ENDS = ("applications", "interconnections")


class NoEndError(KeyError):
    """A name that is no end, with the reason; ``unknown`` asks for the nearest names."""

    def __init__(self, name: str, message: Message | None = None) -> None:
        super().__init__(name)
        self.message = message


@dataclass(slots=True)
class Ends(Mapping[str, End]):
    """Every name usable as an end, resolved when it is first asked for; ``KeyError`` for any other."""

    model: m.Model
    names: Mapping[str, str]
    inventory: Inventory
    ownership: Ownership
    groups: Mapping[str, tuple[tuple[Leaf, ...], tuple[Leaf, ...]]] = field(default_factory=dict)
    _known: dict[str, End] = field(default_factory=dict)
    _leased: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> End:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._build(name)
        return known

    def __iter__(self) -> Iterator[str]:
        for name, section in self.names.items():
            if section in ("zones", "subnets", "endpoints", "groups"):
                yield name
            elif section == "assets":
                yield name
                yield from (f"{name}/{part}" for part in self.inventory.assets[name].interfaces)
        yield ANY_END

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _build(self, name: str) -> End:
        base, slash, part = name.partition("/")
        section = self.names.get(base)
        if name == ANY_END:
            every = IntervalSet(((0, (len(self.ownership.vrfs) << VRF_SHIFT) - 1),))
            return End(ANY_END, "any", every)
        if section is None:
            raise NoEndError(name)
        if section == "zones" and not slash:
            return self._of(name, "zone", (Leaf("zone", name),))
        if section == "subnets" and not slash:
            return self._of(name, "subnet", (Leaf("subnet", name),))
        if section == "assets":
            return self._asset(name, base, part if slash else "")
        if section == "endpoints" and not slash:
            target = self[self.model.endpoints[base].asset]
            return replace(target, id=name, kind="endpoint")
        if section == "groups":
            return self._group(name, base, part if slash else "")
        if slash:
            raise NoEndError(name, say(
                "“{name}” is {kind}: only assets, and groups of assets, have parts",
                "« {name} » est {kind} : seuls les biens, et les groupes de biens, ont des parties",
                name=base, kind=KINDS[section]))  # fmt: skip
        raise NoEndError(name, say("“{name}” is {kind}, which is no end of a line",
                                   "« {name} » est {kind}, qui n’est pas l’extrémité d’une ligne",
                                   name=name, kind=KINDS[section]))  # fmt: skip

    def _asset(self, name: str, base: str, part: str) -> End:
        facts = self.inventory.assets[base]
        if part and part != ALL_PARTS and part not in facts.interfaces:
            raise NoEndError(name, say(
                "{asset} has no interface {part}; it has: {parts}",
                "{asset} n’a pas d’interface {part} ; il a : {parts}",
                asset=base, part=part, parts=tuple(facts.interfaces)))  # fmt: skip
        if part and part != ALL_PARTS:
            home = facts.interfaces[part]
            if home.stands:
                return self._of(name, "interface", (Leaf("interface", name),))
            return End(name, "interface", home.points, home.zones, home.subnets, (base,), (Leaf("interface", name),))
        if part:
            return self._of(name, "asset", tuple(Leaf("interface", home.id) for home in facts.interfaces.values()))
        end = self._of(name, "asset", (Leaf("asset", base),))
        return replace(end, split=(base,)) if len(facts.zones) > 1 else end

    def _group(self, name: str, base: str, part: str) -> End:
        leaves, without = self.groups.get(base, ((), ()))
        if not part:
            end = self._of(name, "group", leaves, without)
            bare = (leaf.id for leaf in leaves if leaf.kind == "asset")
            return replace(end, split=tuple(item for item in bare if len(self.inventory.assets[item].zones) > 1))
        found = []
        for leaf in leaves:
            if leaf.kind not in ("asset", "interface"):
                raise NoEndError(name, say(
                    "The group {group} holds {member}, which has no parts",
                    "Le groupe {group} contient {member}, qui n’a pas de parties",
                    group=base, member=leaf.id))  # fmt: skip
            asset = leaf.id.partition("/")[0]
            if part == ALL_PARTS:
                found += [Leaf("interface", home.id) for home in self.inventory.assets[asset].interfaces.values()]
            elif part in self.inventory.assets[asset].interfaces:
                found.append(Leaf("interface", f"{asset}/{part}"))
            else:
                raise NoEndError(name, say(
                    "{asset}, of the group {group}, has no interface {part}",
                    "{asset}, du groupe {group}, n’a pas d’interface {part}",
                    asset=asset, group=base, part=part))  # fmt: skip
        return self._of(name, "group", tuple(dict.fromkeys(found)), without)

    def _of(self, name: str, kind: EndKind, leaves: tuple[Leaf, ...], without: tuple[Leaf, ...] = ()) -> End:
        zones: set[str] = set()
        subnets: set[str] = set()
        assets: set[str] = set()
        for leaf in leaves:
            self._touched(leaf, zones, subnets, assets)
        zones &= self.inventory.zones.keys()  # an unknown one has had its error
        held = [self.points(leaf) for leaf in leaves]
        found = held[0] if len(held) == 1 else IntervalSet.union(item for one in held for item in one.ranges)
        cut = None
        if without:
            cut = IntervalSet.union(item for leaf in without for item in self.points(leaf).ranges)
            found -= cut
            assets -= {leaf.id for leaf in without if leaf.kind == "asset"}
        return End(name, kind, found, tuple(sorted(zones)), tuple(sorted(subnets)), tuple(sorted(assets)), leaves, cut)

    def _touched(self, leaf: Leaf, zones: set[str], subnets: set[str], assets: set[str]) -> None:
        inventory = self.inventory
        if leaf.kind == "zone":
            for zone in (leaf.id, *inventory.zones[leaf.id].parts):
                zones.add(zone)
                subnets.update(inventory.zones[zone].subnets)
                assets.update(inventory.zones[zone].assets)
        elif leaf.kind == "subnet":
            for subnet in (leaf.id, *inventory.subnets[leaf.id].parts):
                zones.add(inventory.subnets[subnet].zone)
                subnets.add(subnet)
                assets.update(inventory.subnets[subnet].assets)
        elif leaf.kind == "asset":
            zones.update(inventory.assets[leaf.id].zones)
            subnets.update(inventory.assets[leaf.id].subnets)
            assets.add(leaf.id)
            for home in inventory.assets[leaf.id].interfaces.values():
                self._stood_for(home, zones, subnets, assets)
        elif leaf.kind == "interface":
            home = self.interface(leaf.id)
            zones.update(home.zones)
            subnets.update(home.subnets)
            assets.add(home.asset)
            self._stood_for(home, zones, subnets, assets)
        for owner in leaf.owners:
            zones.add(owner.zone)
            if owner.subnet:
                subnets.add(owner.subnet)
            if owner.asset:
                assets.add(owner.asset)
            elif owner.subnet:
                if owner.subnet not in self._leased:
                    self._leased[owner.subnet] = leased(owner.subnet, inventory.subnets, inventory.assets)
                assets.update(self._leased[owner.subnet])

    def _stood_for(self, home: InterfaceFacts, zones: set[str], subnets: set[str], assets: set[str]) -> None:
        """Add all that lies in the subnet for which an interface without an address stands."""
        for subnet in home.subnets if home.stands else ():
            self._touched(Leaf("subnet", subnet), zones, subnets, assets)

    def interface(self, name: str) -> InterfaceFacts:
        """Return the interface ``ASSET/INTERFACE``; ``KeyError`` when there is none."""
        asset, _, part = name.partition("/")
        return self.inventory.assets[asset].interfaces[part]

    def points(self, leaf: Leaf) -> IntervalSet:
        """Return the points of one leaf."""
        if leaf.kind == "zone":
            return self.inventory.zones[leaf.id].points
        if leaf.kind == "subnet":
            return self.inventory.subnets[leaf.id].points
        if leaf.kind == "asset":
            return self.inventory.assets[leaf.id].points
        if leaf.kind == "interface":
            return self.interface(leaf.id).points
        return read_literal(leaf.id, self.ownership.indices[leaf.vrf], self.ownership).points


def find_end(name: str, ends: Ends, problems: Problems, route: Route, kind: Text = _END) -> End | None:
    """Return the end of that name; nothing after an error at ``route``."""
    try:
        return ends[name]
    except NoEndError as missing:
        base, slash, _ = name.partition("/")
        if ends.names.get(base) == "endpoints" and not slash:
            return None  # it is its asset that is unknown, which is told of the endpoint itself
        if missing.message is not None:
            problems.add("unknown-name", missing.message, route)
        elif looks_literal(name):
            problems.add("literal", say("{address}: literal addresses live only in groups",
                                        "{address} : les adresses littérales ne vivent que dans les groupes",
                                        address=name), route)  # fmt: skip
        else:
            candidates = [item for item, section in ends.names.items() if section not in _NO_ENDS]
            problems.unknown(base if slash else name, kind, candidates, route)
        return None


def check_end(end: End, problems: Problems, route: Route) -> bool:
    """Say whether an end can stand in a line; an error at ``route`` says why not, unless the cause is told already."""
    if end.kind == "endpoint" and end.id in problems.refused:
        return False
    if end.split:
        problems.add(
            "ambiguous-end",
            say("The addresses of {assets} lie in several zones: write ASSET/INTERFACE, or {name}/* for all",
                "Les adresses de {assets} sont dans plusieurs zones : écrivez BIEN/INTERFACE, ou {name}/* pour toutes",
                assets=end.split, name=end.name),
            route,
        )  # fmt: skip
        return False
    if not end.points:
        if problems.refused.isdisjoint((end.id, *end.assets, *(leaf.id for leaf in end.leaves))):
            problems.add("empty-end", say("{name} has no address", "{name} n’a pas d’adresse", name=end.id), route)
        return False
    return True
