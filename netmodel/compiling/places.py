"""Where everything is: prefixes and addresses of zones, subnets and assets, checked and given to their owners."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from cloison.netmodel.compiling.problems import KINDS, Problems, Route
from cloison.netmodel.facts import InterfaceFacts
from cloison.netmodel.finding import say
from cloison.netmodel.language import model as m
from cloison.netmodel.space.addresses import MAPPED, MULTICAST, VRF_SHIFT, host_bits, parse, parse_address, points, show
from cloison.netmodel.space.intervals import EMPTY, IntervalSet, Range
from cloison.netmodel.space.ownership import LAST, Claim, Owner, Ownership
from cloison.netmodel.space.refusal import RefusedError

GLOBAL_WORD = "global"
DEEPEST = 32  # zones within one another
_MAC = re.compile(r"[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Prefix:
    """One prefix of a zone or a subnet and where it is written."""

    low: int
    high: int
    length: int
    zone: str
    subnet: str  # empty for a zone's own addresses
    route: Route


@dataclass(slots=True)
class Places:
    """Prefixes of each VRF (by index), of each subnet, and the interfaces of each asset."""

    vrfs: tuple[str, ...]
    sees: tuple[tuple[int, ...], ...]
    within: Mapping[str, tuple[str, ...]]  # zone -> itself and the zones around it, from the inside
    prefixes: list[list[Prefix]]
    everywhere: list[str]  # the zone that has `global` in each VRF, or empty
    of_subnet: dict[str, IntervalSet]
    nested: dict[str, list[str]] = field(default_factory=dict)  # aggregate -> subnets inside it
    interfaces: dict[str, dict[str, InterfaceFacts]] = field(default_factory=dict)
    hosts: list[tuple[int, Owner]] = field(default_factory=list)  # the point of each address of an asset


def place(model: m.Model, problems: Problems) -> tuple[Places, Ownership]:
    """Place every prefix and interface; errors go to ``problems``. Returns the places and who owns each address."""
    vrfs = ("default", *sorted(name for name in model.vrfs if name != "default"))
    indices = {name: index for index, name in enumerate(vrfs)}
    sees = tuple(
        tuple(indices[other] for other in model.vrfs[name].sees if other in indices and other != name)
        if name in model.vrfs else () for name in vrfs
    )  # fmt: skip
    places = Places(vrfs, sees, _around(model, problems), [[] for _ in vrfs], [""] * len(vrfs), {})
    for name, subnet in model.subnets.items():
        _subnet(name, subnet, places, indices, problems)
    for name, zone in model.zones.items():
        _zone(name, zone, places, indices, problems)
    for prefixes in places.prefixes:
        _nested(model, places, prefixes, problems)
    bare = _ownership(model, places, with_hosts=False)
    _interfaces(model, places, bare, indices, problems)
    return places, _ownership(model, places, with_hosts=True)


def _around(model: m.Model, problems: Problems) -> dict[str, tuple[str, ...]]:
    around = {}
    for name in model.zones:
        chain = [name]
        while (outer := model.zones[chain[-1]].within) in model.zones and outer not in chain:
            if len(chain) == DEEPEST:
                problems.add(
                    "too-deep",
                    say("{name} lies in more than {most} zones, one within the other",
                        "{name} est dans plus de {most} zones, l’une dans l’autre", name=name, most=DEEPEST),
                    ("zones", name, "within"),
                )  # fmt: skip
                break
            chain.append(outer)
        around[name] = tuple(chain)
    return around


def _subnet(name: str, subnet: m.Subnet, places: Places, indices: Mapping[str, int], problems: Problems) -> None:
    vrf = indices.get(subnet.vrf, 0)
    found: list[Range] = []
    if not subnet.cidr:
        problems.add("bad-address", say("The subnet {name} has no prefix", "Le sous-réseau {name} n’a pas de préfixe",
                                        name=name), ("subnets", name, "cidr"))  # fmt: skip
        _refuse(places, subnet.zone, name, problems)
    for position, text in enumerate(subnet.cidr):
        route = ("subnets", name, "cidr", position)
        ranges = _prefix(text, route, problems)
        if not ranges or subnet.vrf not in indices:
            _refuse(places, subnet.zone, name, problems)
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
                _refuse(places, name, "", problems)
            else:
                places.everywhere[vrf] = name
            continue
        ranges = _prefix(text, route, problems)
        if not ranges or zone.vrf not in indices:
            _refuse(places, name, "", problems)
        for low, high in ranges if zone.vrf in indices else ():
            places.prefixes[vrf].append(Prefix(low, high, _length(low, high), name, "", route))


def _refuse(places: Places, zone: str, subnet: str, problems: Problems) -> None:
    """Note that addresses of a subnet, of its zone and of the zones around it were refused: they have had an error."""
    problems.holes = True
    problems.refused.update((subnet, zone, *places.within.get(zone, ())))


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
                    _refuse(places, item.zone, item.subnet, problems)
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
        _refuse(places, item.zone, item.subnet, problems)


def _shown(prefix: Prefix) -> str:
    length = prefix.length - 96 if prefix.low >> 32 == 0xFFFF else prefix.length
    return f"{show(prefix.low)}/{length}"


def _interfaces(
    model: m.Model, places: Places, bare: Ownership, indices: Mapping[str, int], problems: Problems
) -> None:
    taken: dict[int, Route] = {}
    macs: dict[str, Route] = {}
    for name, asset in model.assets.items():
        homes: dict[str, InterfaceFacts] = {}
        for part, interface in asset.interfaces.items():
            route: Route = ("assets", name, "interfaces", part)
            mac = _mac(interface.mac, (*route, "mac"), macs, problems) if interface.mac else ""
            if not interface.addresses and not interface.subnet and not interface.mac:
                problems.add(
                    "empty-interface",
                    say("The interface {name} has no address, no subnet and no MAC address",
                        "L’interface {name} n’a ni adresse, ni sous-réseau, ni adresse MAC", name=f"{name}/{part}"),
                    route,
                )  # fmt: skip
            homes[part] = _interface(model, places, bare, indices, interface, route, mac, taken, problems)
            if not homes[part].points and (interface.addresses or interface.subnet or not interface.mac):
                problems.refused.update((name, f"{name}/{part}"))
        places.interfaces[name] = homes


def _interface(
    model: m.Model, places: Places, bare: Ownership, indices: Mapping[str, int], interface: m.Interface, route: Route,
    mac: str, taken: dict[int, Route], problems: Problems,
) -> InterfaceFacts:  # fmt: skip
    asset, part = str(route[1]), str(route[3])
    key = f"{asset}/{part}"
    vrf = interface.vrf
    if vrf not in indices:
        problems.unknown(vrf, KINDS["vrfs"], indices, (*route, "vrf"))
        vrf = "default"
        if not interface.subnet:
            return InterfaceFacts(key, asset, part, EMPTY, EMPTY, (), (), vrf, mac)
    subnet = model.subnets.get(interface.subnet) if interface.subnet else None
    if interface.subnet and subnet is None:
        problems.unknown(interface.subnet, KINDS["subnets"], model.subnets, (*route, "subnet"))
        return InterfaceFacts(key, asset, part, EMPTY, EMPTY, (), (), vrf, mac)
    if subnet is not None:
        if vrf not in ("default", subnet.vrf):
            problems.add(
                "vrf",
                say("{name} is in the VRF {vrf} and its subnet {subnet} in the VRF {other}",
                    "{name} est dans la VRF {vrf} et son sous-réseau {subnet} dans la VRF {other}",
                    name=key, vrf=vrf, subnet=interface.subnet, other=subnet.vrf),
                (*route, "vrf"),
            )  # fmt: skip
        vrf = subnet.vrf if subnet.vrf in indices else "default"
        if not interface.addresses:
            held = points(indices[vrf], places.of_subnet[interface.subnet])
            zone = (subnet.zone,) if subnet.zone in model.zones else ()
            return InterfaceFacts(key, asset, part, EMPTY, held, (interface.subnet,), zone, vrf, mac, True)
    seen: list[int] = []
    homes: dict[str, None] = {}
    zones: dict[str, None] = {}
    for position, text in enumerate(interface.addresses):
        at = (*route, "addresses", position)
        found = _home(text, places, bare, indices[vrf], interface.subnet, at, problems)
        if found is None:
            continue
        point, owner = found
        first = taken.setdefault(point, at)
        if first is not at:
            problems.add(
                "address-twice",
                say("{address} is already an address of {other}", "{address} est déjà une adresse de {other}",
                    address=text, other=f"{first[1]}/{first[3]}"),
                at, first,
            )  # fmt: skip
            continue
        seen.append(point)
        places.hosts.append((point, Owner(owner.zone, owner.subnet, asset, part)))
        if owner.zone in model.zones:  # an unknown one has had its error
            zones[owner.zone] = None
        if owner.subnet:
            homes[owner.subnet] = None
    held = IntervalSet.union([(item, item) for item in seen])
    local = held if max(seen, default=0) <= LAST else IntervalSet.union([(item & LAST, item & LAST) for item in seen])
    return InterfaceFacts(key, asset, part, local, held, tuple(sorted(homes)), tuple(sorted(zones)), vrf, mac)


def _home(
    text: str, places: Places, bare: Ownership, vrf: int, subnet: str, route: Route, problems: Problems
) -> tuple[int, Owner] | None:
    """Return the point of an interface's address and where it lies; nothing after an error."""
    try:
        address = _address(text)
    except RefusedError as refusal:
        problems.add("bad-address", refusal.message, route)
        return None
    where = bare.locate(vrf, address)
    outside = bool(subnet) and address not in places.of_subnet[subnet]
    if (where is None and problems.holes) or (outside and subnet in problems.refused):
        return None  # it may well lie in the prefix that was refused
    if outside:
        other = bare.owners[where[1]] if where else None
        remedy = None
        if other is not None:
            remedy = say("It lies in {other}", "Elle est dans {other}", other=other.subnet or other.zone)
        problems.add(
            "address-outside",
            say("{address} lies outside the subnet {subnet}", "{address} est hors du sous-réseau {subnet}",
                address=text, subnet=subnet),
            route, remedy=remedy,
        )  # fmt: skip
        return None
    if where is None:
        problems.add(
            "address-outside",
            say("{address} lies in no subnet and no zone of the VRF {vrf}",
                "{address} n’est dans aucun sous-réseau ni aucune zone de la VRF {vrf}",
                address=text, vrf=places.vrfs[vrf]),
            route,
        )  # fmt: skip
        return None
    return where[0] << VRF_SHIFT | address, bare.owners[where[1]]


def _address(text: str) -> int:
    """Return an address; IPv6 by the C library where that is enough. Raises ``RefusedError``."""
    if ":" in text and "%" not in text:
        try:
            found = int.from_bytes(socket.inet_pton(socket.AF_INET6, text))
        except (OSError, ValueError):
            return parse_address(text)
        if found >> 32 != MAPPED >> 32:
            return found
    return parse_address(text)


def _mac(text: str, route: Route, macs: dict[str, Route], problems: Problems) -> str:
    plain = re.sub(r"[:.\-]", "", text).lower()
    if not _MAC.fullmatch(plain):
        problems.add("bad-address", say("{text} is not a MAC address", "{text} n’est pas une adresse MAC", text=text),
                     route)  # fmt: skip
        return ""
    first = macs.setdefault(plain, route)
    if first is not route:
        problems.add(
            "mac-twice",
            say("{mac} is already the MAC address of {other}", "{mac} est déjà l’adresse MAC de {other}",
                mac=text, other=f"{first[1]}/{first[3]}"),
            route, first,
        )  # fmt: skip
    return ":".join(plain[at : at + 2] for at in range(0, 12, 2))


def _ownership(model: m.Model, places: Places, *, with_hosts: bool) -> Ownership:
    owners: dict[Owner, int] = {}
    claims: list[list[Claim]] = [[] for _ in places.vrfs]
    for vrf, prefixes in enumerate(places.prefixes):
        for item in prefixes:
            index = owners.setdefault(Owner(item.zone, item.subnet), len(owners))
            claims[vrf].append(Claim(item.low, item.high, item.length, index))
    everywhere = [owners.setdefault(Owner(zone), len(owners)) if zone else -1 for zone in places.everywhere]
    if with_hosts:
        for point, owner in places.hosts:
            address = point & LAST
            claims[point >> VRF_SHIFT].append(Claim(address, address, 128, owners.setdefault(owner, len(owners))))
    keys: dict[str, int] = {}
    inside = [_inside_key(model, places, owner, keys) for owner in owners]
    return Ownership.of(places.vrfs, places.sees, claims, everywhere, tuple(owners), inside)


def _inside_key(model: m.Model, places: Places, owner: Owner, keys: dict[str, int]) -> int:
    """Return a number that owners share where no line is needed between them, -1 where one always is."""
    chain = places.within.get(owner.zone, ())
    words = []
    for position in range(len(chain)):
        word = next((model.zones[outer].inside for outer in chain[position:] if model.zones[outer].inside), None)
        words.append(word or "subnet")
    if not words or words[0] == "matrix" or (words[0] == "subnet" and not owner.subnet):
        return -1
    if words[0] == "subnet":
        return keys.setdefault(f"subnet {owner.subnet}", len(keys))
    top = owner.zone
    for name, word in zip(chain, words, strict=True):
        if word != "zone":
            break
        top = name
    return keys.setdefault(f"zone {top}", len(keys))


def check_tags(model: m.Model, problems: Problems) -> None:
    """Add an error for each VLAN or VNI that two subnets have on one carrier."""
    taken: dict[tuple[str, str, int], str] = {}
    for name, subnet in model.subnets.items():
        for key, number in (("vlan", subnet.vlan), ("vni", subnet.vni)):
            if number is None:
                continue
            for carrier in subnet.over:
                other = taken.setdefault((key, carrier, number), name)
                if other != name:
                    problems.add(
                        f"{key}-twice",
                        say("{tag} {number} is already the subnet {other} on {carrier}",
                            "{tag} {number} est déjà le sous-réseau {other} sur {carrier}",
                            tag=key.upper(), number=number, other=other, carrier=carrier),
                        ("subnets", name, key), ("subnets", other, key),
                    )  # fmt: skip
                    break
