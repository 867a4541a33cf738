"""Zones, subnets and assets with everything that follows from their surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from cloison.netmodel.compiling.places import Places
from cloison.netmodel.compiling.references import Words
from cloison.netmodel.facts import AssetFacts, SubnetFacts, ZoneFacts
from cloison.netmodel.language import model as m
from cloison.netmodel.space.addresses import GLOBAL, VRF_SHIFT, points
from cloison.netmodel.space.intervals import IntervalSet, Range
from cloison.netmodel.space.ownership import Ownership

LENT = ("owner", "nature", "sensitivity", "domain", "system", "layer", "site", "transit", "inside", "sensitive")


@dataclass(frozen=True, slots=True)
class Inventory:
    """The compiled entries that have addresses, by id."""

    zones: Mapping[str, ZoneFacts]
    subnets: Mapping[str, SubnetFacts]
    assets: Mapping[str, AssetFacts]


def take_inventory(model: m.Model, words: Words, places: Places, bare: Ownership) -> Inventory:
    """Return the facts of every zone, subnet and asset; names that lead nowhere have had their errors.

    ``bare`` is whose addresses are before assets have theirs: no asset's address leaves its zone.
    """
    assets = _assets(model, words, places)
    by_zone: dict[str, list[str]] = {}
    by_subnet: dict[str, list[str]] = {}
    for name, asset in assets.items():
        for zone in asset.zones:
            by_zone.setdefault(zone, []).append(name)
        for subnet in asset.subnets:
            by_subnet.setdefault(subnet, []).append(name)
    subnets = {}
    for name, item in model.subnets.items():
        prefixes = places.of_subnet[name]
        vrf = item.vrf if item.vrf in bare.indices else "default"
        subnets[name] = SubnetFacts(
            name, item, item.zone, vrf, prefixes, points(bare.indices[vrf], prefixes), item.over,
            tuple(sorted(set(places.nested.get(name, ())))), tuple(by_subnet.get(name, ())),
        )  # fmt: skip
    return Inventory(_zones(model, words, places, bare, by_zone), subnets, assets)


def _zones(
    model: m.Model, words: Words, places: Places, ownership: Ownership, by_zone: Mapping[str, list[str]]
) -> dict[str, ZoneFacts]:
    subnets: dict[str, list[str]] = {}
    for name, item in model.subnets.items():
        subnets.setdefault(item.zone, []).append(name)
    parts: dict[str, list[str]] = {}
    for name, chain in places.within.items():
        for outer in chain[1:]:
            parts.setdefault(outer, []).append(name)
    held = _points(places, ownership)
    facts = {}
    for name, zone in model.zones.items():
        values, lent = _lent(model, places.within[name])
        party = model.parties.get(str(values["owner"]))
        inside: Literal["subnet", "zone", "matrix"] = values["inside"] or "subnet"  # type: ignore[assignment]
        kind = party.kind if party else ""
        facts[name] = ZoneFacts(
            id=name, zone=zone, owner=str(values["owner"]), owner_kind=kind,
            nature=str(values["nature"]), sensitivity=str(values["sensitivity"]), domain=str(values["domain"]),
            system=str(values["system"]), layer=str(values["layer"]), site=str(values["site"]),
            public=values["nature"] == "public" or kind == "public",
            sensitive=values["sensitivity"] == words.scale[-1] or bool(values["sensitive"]),
            transit=bool(values["transit"]), inside=inside, within=zone.within, lent=lent,
            subnets=tuple(sorted(subnets.get(name, ()))), parts=tuple(sorted(parts.get(name, ()))),
            assets=tuple(by_zone.get(name, ())), points=held.get(name, IntervalSet()),
        )  # fmt: skip
    return facts


def _lent(model: m.Model, chain: tuple[str, ...]) -> tuple[dict[str, object], dict[str, str]]:
    """Return the value of each attribute, the zone's own or the nearest one around it that sets it, and the lenders."""
    values: dict[str, object] = {}
    lent: dict[str, str] = {}
    for field in LENT:
        values[field] = getattr(model.zones[chain[0]], field)
        if values[field] in (None, ""):
            for outer in chain[1:]:
                value = getattr(model.zones[outer], field)
                if value not in (None, ""):
                    values[field], lent[field] = value, outer
                    break
    return values, lent


def _points(places: Places, ownership: Ownership) -> dict[str, IntervalSet]:
    ranges: dict[str, list[Range]] = {}
    for vrf, layer in enumerate(ownership.layers):
        base = vrf << VRF_SHIFT
        for segment in layer.segments:
            zone = ownership.owners[segment.owner].zone
            ranges.setdefault(zone, []).append((base | segment.low, base | segment.high))
        if layer.everywhere >= 0:
            rest = GLOBAL - IntervalSet.union((segment.low, segment.high) for segment in layer.segments)
            ranges.setdefault(ownership.owners[layer.everywhere].zone, []).extend(rest.shifted(base).ranges)
    around: dict[str, list[Range]] = {}
    for zone, found in ranges.items():
        for outer in places.within.get(zone, ()):
            around.setdefault(outer, []).extend(found)
    return {zone: IntervalSet.union(found) for zone, found in around.items()}


def _assets(model: m.Model, words: Words, places: Places) -> dict[str, AssetFacts]:
    cluster = {
        member: name for name, item in model.assets.items() if item.members and name not in item.members
        for member in item.members if member in model.assets
    }  # fmt: skip
    through = {name for item in model.interconnections.values() for stage in item.through for name in stage}
    facts = {}
    for name, item in model.assets.items():
        homes = places.interfaces[name]
        group = cluster.get(name, name)
        family = (group, *(member for member in model.assets[group].members if member in model.assets))
        functions = frozenset(item.functions)
        if len(family) > 1:  # a cluster does what its members do, and they what it does
            functions |= {word for other in (family if name == group else (group,))
                          for word in model.assets[other].functions}  # fmt: skip
        owner = item.owner or (model.assets[group].owner if group != name else "")
        party = model.parties.get(owner)
        if len(homes) == 1:
            (home,) = homes.values()
            zones, subnets, points = home.zones, home.subnets, home.points
        else:
            zones = _merged(home.zones for home in homes.values())
            subnets = _merged(home.subnets for home in homes.values())
            points = IntervalSet.union(item for home in homes.values() for item in home.points.ranges)
        facts[name] = AssetFacts(
            id=name, asset=item, zones=zones, subnets=subnets, interfaces=homes, points=points, functions=functions,
            members=item.members, cluster=group if group != name else "",
            owner=owner, owner_kind=party.kind if party else "",
            forwards=_forwards(functions, family, through, places), relay=_relays(model, functions, family),
            sensitive=item.sensitivity == words.scale[-1] or bool(item.sensitive),
        )  # fmt: skip
    return facts


def _merged(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for group in groups for name in group}))


def _forwards(functions: frozenset[str], family: tuple[str, ...], through: set[str], places: Places) -> bool:
    if not through.isdisjoint(family):
        return True
    if functions.isdisjoint(("filtering", "routing")):
        return False
    homes = {place for name in family for home in places.interfaces[name].values()
             for place in (home.subnets or home.zones)}  # fmt: skip
    return len(homes) > 1


def _relays(model: m.Model, functions: frozenset[str], family: tuple[str, ...]) -> bool:
    if not functions.isdisjoint(m.RELAYS):
        return True
    if "vpn" not in functions:
        return False
    checks = {model.assets[name].authentication for name in family} - {"", "none"}
    return bool(checks)
