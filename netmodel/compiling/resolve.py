"""Groups opened into what makes them up, and endpoints with their places, services and backends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloison.netmodel.compiling.ends import ALL_PARTS, ANY_END, Ends, check_end, find_end
from cloison.netmodel.compiling.literals import looks_literal, read_literal
from cloison.netmodel.compiling.offers import Offers
from cloison.netmodel.compiling.problems import KINDS, Problems, Route, cycles
from cloison.netmodel.compiling.selection import Selector
from cloison.netmodel.facts import EndpointFacts, Leaf
from cloison.netmodel.finding import Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.space.refusal import RefusedError

_MEMBER = Text("a zone, subnet, asset, endpoint, group or address",
               "une zone, un sous-réseau, un bien, une interface, un groupe ou une adresse")  # fmt: skip
AUDIENCES = ("provider", "tenant", "third-party", "public")
_SELECTABLE = ("zones", "subnets", "assets", "endpoints")


def resolve_groups(ends: Ends, selector: Selector, problems: Problems) -> None:
    """Open every group into leaves; errors of members, selections, literals and cycles go to ``problems``."""
    model = ends.model
    direct = {name: _direct(name, group, ends, selector, problems) for name, group in model.groups.items()}
    inner = {name: tuple(item for item in (*kept, *without) if isinstance(item, str))
             for name, (kept, without) in direct.items()}  # fmt: skip
    for ring in cycles(inner):
        problems.add("cycle", say("The groups go in a circle: {ring}", "Les groupes tournent en rond : {ring}",
                                  ring=" → ".join(ring)), ("groups", ring[0]))  # fmt: skip
        problems.refused.update(ring)
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
        if not problems.refused.isdisjoint(inner[name]):
            problems.refused.add(name)
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
            members = _member(text, vrf, ends, problems, (*_list(route, problems), place))
            if not members:  # it had its error, and the group may have nothing else
                problems.refused.add(name)
            found += members
        if selection is not None:
            if selection.section not in _SELECTABLE:
                problems.word(selection.section, _SELECTABLE, "section", route)
                problems.refused.add(name)
            else:
                selected = selector.check(selection, problems, route)
                if not selected:
                    problems.refused.add(name)
                for item in selected:
                    found += _member(item, vrf, ends, problems, route)
        both.append(found)
    if not both[0] and not group.members and group.select is None:
        problems.add("empty-group", say("The group {name} has no member", "Le groupe {name} n’a pas de membre",
                                        name=name), ("groups", name))  # fmt: skip
        problems.refused.add(name)
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
        if not problems.holes:
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


def resolve_endpoints(ends: Ends, offers: Offers, problems: Problems) -> dict[str, EndpointFacts]:
    """Return every endpoint with its place, services and backends; errors go to ``problems``."""
    facts = {}
    for name, endpoint in ends.model.endpoints.items():
        route: Route = ("endpoints", name)
        base, _, part = endpoint.asset.partition("/")
        if ends.names.get(base) != "assets":
            problems.unknown(base, KINDS["assets"], ends.model.assets, (*route, "asset"))
            problems.refused.add(name)
            continue
        end = find_end(endpoint.asset, ends, problems, (*route, "asset"))
        if end is None or not check_end(end, problems, (*route, "asset")):
            problems.refused.add(name)
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
