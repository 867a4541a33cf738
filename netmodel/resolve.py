"""Names to ends: what a zone, a part of an asset, an endpoint or a group stands for in a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cloison.netmodel.facts import End, EndKind, EndpointFacts, InterfaceFacts, Leaf
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.inventory import Inventory
from cloison.netmodel.language import model as m
from cloison.netmodel.literals import looks_literal, read_literal
from cloison.netmodel.offers import Offers
from cloison.netmodel.problems import KINDS, Problems, Route, cycles
from cloison.netmodel.selection import Selector
from cloison.netmodel.space.addresses import VRF_SHIFT
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.ownership import Ownership
from cloison.netmodel.space.refusal import RefusedError

ANY_END = "any"
ALL_PARTS = "*"
_END = Text("an end (zone, subnet, asset, endpoint or group)",
            "une extrémité (zone, sous-réseau, bien, interface, groupe)")  # fmt: skip
_MEMBER = Text("a zone, subnet, asset, endpoint, group or address",
               "une zone, un sous-réseau, un bien, une interface, un groupe ou une adresse")  # fmt: skip
AUDIENCES = ("provider", "tenant", "third-party", "public")
_NO_ENDS = ("applications", "interconnections")
_SELECTABLE = ("zones", "subnets", "assets", "endpoints")


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
        elif leaf.kind == "interface":
            home = self.interface(leaf.id)
            zones.update(home.zones)
            subnets.update(home.subnets)
            assets.add(home.asset)
        for owner in leaf.owners:
            zones.add(owner.zone)
            if owner.subnet:
                subnets.add(owner.subnet)
            if owner.asset:
                assets.add(owner.asset)

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


def resolve_groups(ends: Ends, selector: Selector, problems: Problems) -> None:
    """Open every group into leaves; errors of members, selections, literals and cycles go to ``problems``."""
    model = ends.model
    direct = {name: _direct(name, group, ends, selector, problems) for name, group in model.groups.items()}
    inner = {name: tuple(item for item in (*kept, *without) if isinstance(item, str))
             for name, (kept, without) in direct.items()}  # fmt: skip
    for ring in cycles(inner):
        problems.add("cycle", say("The groups go in a circle: {ring}", "Les groupes tournent en rond : {ring}",
                                  ring=" → ".join(ring)), ("groups", ring[0]))  # fmt: skip
    opened: dict[str, tuple[tuple[Leaf, ...], tuple[Leaf, ...]]] = {}
    for name in _inner_first(inner):
        kept, without = (
            tuple(dict.fromkeys(leaf for item in part for leaf in (opened.get(item, _CIRCLE)[0]
                                                                   if isinstance(item, str) else (item,))))
            for part in direct[name]
        )  # fmt: skip
        gone = set(without)
        cut = tuple(leaf for leaf in without if not _stands(leaf, ends))
        opened[name] = (tuple(leaf for leaf in kept if leaf not in gone), cut)
    ends.groups = opened


_CIRCLE: tuple[tuple[Leaf, ...], tuple[Leaf, ...]] = ((), ())  # what a group in a circle holds; it has had its error


def _inner_first(inner: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return groups so that each comes after those in it, but for circles."""
    order: list[str] = []
    seen: set[str] = set()
    for root in inner:
        stack = [(root, False)]
        while stack:
            name, done = stack.pop()
            if done:
                order.append(name)
            elif name not in seen and name in inner:
                seen.add(name)
                stack.append((name, True))
                stack.extend((item, False) for item in inner[name])
    return order


def _stands(leaf: Leaf, ends: Ends) -> bool:
    """Say whether a leaf stands for a whole subnet because it has no fixed address: it cannot be cut out of it."""
    if leaf.kind == "interface":
        return ends.interface(leaf.id).stands
    return leaf.kind == "asset" and any(home.stands for home in ends.inventory.assets[leaf.id].interfaces.values())


def _direct(
    name: str, group: m.Group, ends: Ends, selector: Selector, problems: Problems
) -> tuple[list[Leaf | str], list[Leaf | str]]:
    """Return the leaves of a group's own text and the names of the groups in it, kept and taken out."""
    if group.vrf not in ends.ownership.indices:
        problems.unknown(group.vrf, KINDS["vrfs"], ends.ownership.indices, ("groups", name, "vrf"))
    vrf = group.vrf if group.vrf in ends.ownership.indices else "default"
    both: list[list[Leaf | str]] = []
    route: Route
    for names, selection, route in (
        (group.members, group.select, ("groups", name)), (group.without, group.unselect, ("groups", name, "not")),
    ):  # fmt: skip
        found: list[Leaf | str] = []
        for place, text in enumerate(names):
            found += _member(text, vrf, ends, problems, (*_list(route, problems), place))
        if selection is not None:
            if selection.section not in _SELECTABLE:
                problems.word(selection.section, _SELECTABLE, "section", route)
            else:
                for item in selector.check(selection, problems, route):
                    found += _member(item, vrf, ends, problems, route)
        both.append(found)
    if not both[0] and not group.members and group.select is None:
        problems.add("empty-group", say("The group {name} has no member", "Le groupe {name} n’a pas de membre",
                                        name=name), ("groups", name))  # fmt: skip
    return both[0], both[1]


def _list(route: Route, problems: Problems) -> Route:
    """Return where the names of a group, or of its ``not``, are listed: there itself, or under ``members``."""
    raw: Any = problems.document.values
    for step in route:
        raw = raw.get(step) if isinstance(raw, Mapping) else None
    return (*route, "members") if isinstance(raw, Mapping) else route


def _member(text: str, vrf: str, ends: Ends, problems: Problems, route: Route) -> list[Leaf | str]:
    base, slash, _ = text.partition("/")
    section = ends.names.get(base)
    if section is None and looks_literal(text):
        return _literal(text, vrf, ends, problems, route)
    if section == "groups" and not slash:
        return [text]
    if text == ANY_END:
        problems.add(
            "any",
            say("“any” cannot be in a group: write it in the line, with its exception",
                "« any » ne peut pas être dans un groupe : écrivez-le dans la ligne, avec son exception"),
            route,
        )  # fmt: skip
        return []
    end = find_end(text, ends, problems, route, _MEMBER)
    return list(end.leaves) if end is not None else []


def _literal(text: str, vrf: str, ends: Ends, problems: Problems, route: Route) -> list[Leaf | str]:
    try:
        found = read_literal(text, ends.ownership.indices[vrf], ends.ownership)
    except RefusedError as refused:
        problems.add("bad-address", refused.message, route)
        return []
    if not found.owners and not found.multicast:
        problems.add(
            "address-outside",
            say("{address} lies in no subnet and no zone of the VRF {vrf}",
                "{address} n’est dans aucun sous-réseau ni aucune zone de la VRF {vrf}", address=text, vrf=vrf),
            route,
        )  # fmt: skip
        return []
    if text.endswith("/0"):
        problems.add(
            "any",
            say("{text} is every address: write “any” in the line, with its exception",
                "{text} est toute adresse : écrivez « any » dans la ligne, avec son exception", text=text),
            route,
        )  # fmt: skip
        return []
    return [Leaf("literal", text, vrf, found.owners)]


def find_end(name: str, ends: Ends, problems: Problems, route: Route, kind: Text = _END) -> End | None:
    """Return the end of that name; nothing after an error at ``route``."""
    try:
        return ends[name]
    except NoEndError as missing:
        base, slash, _ = name.partition("/")
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
    """Say whether an end can stand in a line; an error at ``route`` says why not."""
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
        problems.add("empty-end", say("{name} has no address", "{name} n’a pas d’adresse", name=end.id), route)
        return False
    return True


def resolve_endpoints(ends: Ends, offers: Offers, problems: Problems) -> dict[str, EndpointFacts]:
    """Return every endpoint with its place, services and backends; errors go to ``problems``."""
    facts = {}
    for name, endpoint in ends.model.endpoints.items():
        route: Route = ("endpoints", name)
        base, _, part = endpoint.asset.partition("/")
        if ends.names.get(base) != "assets":
            problems.unknown(base, KINDS["assets"], ends.model.assets, (*route, "asset"))
            continue
        end = find_end(endpoint.asset, ends, problems, (*route, "asset"))
        if end is None or not check_end(end, problems, (*route, "asset")):
            continue
        services, union = offers.all(endpoint.service, (*route, "service"))
        for place, word in enumerate(endpoint.audience):
            if word not in AUDIENCES and word not in ends.model.parties:
                problems.word(word, [*AUDIENCES, *ends.model.parties], "audience", (*route, "audience", place))
        backends = []
        for place, text in enumerate(endpoint.backends):
            behind = find_end(text, ends, problems, (*route, "backends", place), KINDS["assets"])
            if behind is not None:
                backends += [leaf.id.partition("/")[0] for leaf in behind.leaves if leaf.kind in ("asset", "interface")]
        relay = ends.inventory.assets[base].relay
        if relay and not endpoint.backends:
            problems.add(
                "backends",
                say("{name} is on the relay {asset}: name its backends, the assets that it leads to",
                    "{name} est sur le relais {asset} : nommez ses « backends », les biens où il mène",
                    name=name, asset=base),
                route,
            )  # fmt: skip
        facts[name] = EndpointFacts(
            name, endpoint, base, part if part != ALL_PARTS else "", ends[name], services, union,
            tuple(dict.fromkeys(backends)), relay,
        )  # fmt: skip
    return facts
