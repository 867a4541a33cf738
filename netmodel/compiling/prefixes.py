"""Prefixes of subnets and zones: read, checked, and found inside one another."""

from __future__ import annotations

from collections.abc import Mapping

from cloison.netmodel.compiling.places import Places, Prefix, refuse_prefix
from cloison.netmodel.compiling.problems import Problems, Route
from cloison.netmodel.finding import say
from cloison.netmodel.language import model as m
from cloison.netmodel.space.addresses import MULTICAST, host_bits, parse, show
from cloison.netmodel.space.intervals import IntervalSet, Range
from cloison.netmodel.space.refusal import RefusedError

GLOBAL_WORD = "global"


def place_prefixes(model: m.Model, places: Places, indices: Mapping[str, int], problems: Problems) -> None:
    """Place every prefix of subnets and zones in its VRF, by the index of each; errors go to ``problems``."""
    for name, subnet in model.subnets.items():
        _subnet(name, subnet, places, indices, problems)
    for name, zone in model.zones.items():
        _zone(name, zone, places, indices, problems)
    for prefixes in places.prefixes:
        _nested(model, places, prefixes, problems)


def _subnet(name: str, subnet: m.Subnet, places: Places, indices: Mapping[str, int], problems: Problems) -> None:
    vrf = indices.get(subnet.vrf, 0)
    found: list[Range] = []
    if not subnet.cidr:
        problems.add("bad-address", say("The subnet {name} has no prefix", "Le sous-réseau {name} n’a pas de préfixe",
                                        name=name), ("subnets", name, "cidr"))  # fmt: skip
        refuse_prefix(places, subnet.zone, name, problems)
    for position, text in enumerate(subnet.cidr):
        route = ("subnets", name, "cidr", position)
        ranges = _prefix(text, route, problems)
        if not ranges or subnet.vrf not in indices:
            refuse_prefix(places, subnet.zone, name, problems)
        found += ranges
        if subnet.vrf in indices:  # elsewhere it would overlap others
            places.prefixes[vrf] += (Prefix(low, high, _length(low, high), subnet.zone, name, route)
                                     for low, high in ranges)  # fmt: skip
    places.of_subnet[name] = IntervalSet.union(found)


def _zone(name: str, zone: m.Zone, places: Places, indices: Mapping[str, int], problems: Problems) -> None:
    vrf = indices.get(zone.vrf, 0)
    for position, text in enumerate(zone.addresses):
        route = ("zones", name, "addresses", position)
        if text == GLOBAL_WORD:
            other = places.everywhere[vrf]
            if other:
                problems.add(
                    "overlap",
                    say("“global” is already the zone {other} in this VRF", "« global » est déjà la zone {other} dans "
                        "cette VRF", other=other),
                    route, ("zones", other, "addresses"),
                )  # fmt: skip
                refuse_prefix(places, name, "", problems)
            else:
                places.everywhere[vrf] = name
            continue
        ranges = _prefix(text, route, problems)
        if not ranges or zone.vrf not in indices:
            refuse_prefix(places, name, "", problems)
        for low, high in ranges if zone.vrf in indices else ():
            places.prefixes[vrf].append(Prefix(low, high, _length(low, high), name, "", route))


def _prefix(text: str, route: Route, problems: Problems) -> tuple[Range, ...]:
    """Return the ranges of a prefix (two when it goes around IPv4), none after an error."""
    try:
        if "-" in text:
            problems.add("bad-address", say("{text}: write prefixes here, not a range",
                                            "{text} : écrivez ici des préfixes, pas une plage", text=text),
                         route)  # fmt: skip
            return ()
        found = parse(text)
    except RefusedError as refusal:
        network = _network(text)
        problems.add("host-bits" if network else "bad-address", refusal.message, route)
        if not network:
            return ()
        found = parse(network)  # what is in it is where it was meant to be: no errors of it after this one
    if found.overlaps(MULTICAST):
        problems.add("bad-address", say("{text} is multicast: it belongs to its senders’ zones",
                                        "{text} est multicast : il appartient aux zones de ses émetteurs", text=text),
                     route)  # fmt: skip
        return ()
    return found.ranges


def _network(text: str) -> str:
    """Return the network of a prefix whose host bits are set, else an empty text."""
    try:
        return host_bits(text)
    except RefusedError:
        return ""


def _length(low: int, high: int) -> int:
    return 128 - (high - low).bit_length()


def _nested(model: m.Model, places: Places, prefixes: list[Prefix], problems: Problems) -> None:
    """Find prefixes inside one another: only an aggregate, or a zone around, may hold another prefix."""
    stack: list[Prefix] = []
    for prefix in sorted(prefixes, key=lambda item: (item.low, -item.high, not item.subnet)):
        while stack and stack[-1].high < prefix.low:
            stack.pop()
        if stack:
            outer = stack[-1]
            if (outer.low, outer.high) == (prefix.low, prefix.high):
                problems.add(
                    "overlap",
                    say("{text} is already {other} in this VRF", "{text} est déjà {other} dans cette VRF",
                        text=_shown(prefix), other=outer.subnet or outer.zone),
                    prefix.route, outer.route,
                )  # fmt: skip
                for item in (prefix, outer):  # only one of them can own what both hold
                    refuse_prefix(places, item.zone, item.subnet, problems)
                continue
            _inside(model, places, prefix, outer, problems)
            for around in stack:
                if around.subnet and prefix.subnet and around.subnet != prefix.subnet:
                    places.nested.setdefault(around.subnet, []).append(prefix.subnet)
        stack.append(prefix)


def _inside(model: m.Model, places: Places, prefix: Prefix, outer: Prefix, problems: Problems) -> None:
    if outer.subnet:
        if model.subnets[outer.subnet].aggregate:
            return
        remedy = say("Where this is meant, write “aggregate: true” on {outer}",
                     "Si c’est voulu, écrivez « aggregate: true » sur {outer}", outer=outer.subnet)  # fmt: skip
    else:
        if outer.zone in places.within.get(prefix.zone, ()):
            return
        remedy = say("Where this is meant, write “within: {outer}” on the zone {zone}",
                     "Si c’est voulu, écrivez « within: {outer} » sur la zone {zone}",
                     outer=outer.zone, zone=prefix.zone)  # fmt: skip
    problems.add(
        "overlap",
        say("{text} lies inside {around}, which is {other}", "{text} est à l’intérieur de {around}, qui est {other}",
            text=_shown(prefix), around=_shown(outer), other=outer.subnet or outer.zone),
        prefix.route, outer.route, remedy=remedy,
    )  # fmt: skip
    for item in (prefix, outer):
        refuse_prefix(places, item.zone, item.subnet, problems)


def _shown(prefix: Prefix) -> str:
    length = prefix.length - 96 if prefix.low >> 32 == 0xFFFF else prefix.length
    return f"{show(prefix.low)}/{length}"
