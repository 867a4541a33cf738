"""Homes of assets: the addresses, subnets and MAC addresses of their interfaces, checked and placed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cloison.netmodel.compiling.places import Places
from cloison.netmodel.compiling.problems import KINDS, Problems, Route
from cloison.netmodel.facts import InterfaceFacts
from cloison.netmodel.finding import say
from cloison.netmodel.language import model as m
from cloison.netmodel.space.addresses import VRF_SHIFT, parse_address, points
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.ownership import LAST, Owner, Ownership
from cloison.netmodel.space.refusal import RefusedError

_MAC = re.compile(r"[0-9a-f]{12}", re.ASCII)
_USUAL_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", re.ASCII)


def place_homes(
    model: m.Model, places: Places, bare: Ownership, indices: Mapping[str, int], problems: Problems
) -> None:
    """Place every interface; ``bare`` is whose addresses are before assets have theirs."""
    homes = _Homes(model, places, bare, indices, problems)
    for name, asset in model.assets.items():
        placed: dict[str, InterfaceFacts] = {}
        for part, interface in asset.interfaces.items():
            mac = homes.mac(name, part, interface.mac) if interface.mac else ""
            if not interface.addresses and not interface.subnet and not interface.mac:
                problems.add(
                    "empty-interface",
                    say("The interface {name} has no address, no subnet and no MAC address",
                        "L’interface {name} n’a ni adresse, ni sous-réseau, ni adresse MAC", name=f"{name}/{part}"),
                    ("assets", name, "interfaces", part),
                )  # fmt: skip
            facts = placed[part] = homes.interface(name, part, interface, mac)
            if not facts.points.ranges and (interface.addresses or interface.subnet or not interface.mac):
                problems.refused.update((name, f"{name}/{part}"))
        places.interfaces[name] = placed


@dataclass(slots=True)
class _Homes:
    model: m.Model
    places: Places
    bare: Ownership
    indices: Mapping[str, int]
    problems: Problems
    _positions: dict[int, int] = field(default_factory=dict)  # of a point among the addresses of its interface
    _macs: dict[str, tuple[str, str]] = field(default_factory=dict)
    _around: dict[tuple[int, ...], tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)

    def interface(self, asset: str, part: str, interface: m.Interface, mac: str) -> InterfaceFacts:
        """Return an interface in its subnets and zones; what is wrong is left out after its error."""
        key = f"{asset}/{part}"
        vrf = interface.vrf
        if vrf not in self.indices:
            self.problems.unknown(vrf, KINDS["vrfs"], self.indices, ("assets", asset, "interfaces", part, "vrf"))
            vrf = "default"
            if not interface.subnet:
                return InterfaceFacts(key, asset, part, EMPTY, EMPTY, (), (), vrf, mac)
        if interface.subnet:
            subnet = self.model.subnets.get(interface.subnet)
            route: Route = ("assets", asset, "interfaces", part)
            if subnet is None:
                self.problems.unknown(
                    interface.subnet, KINDS["subnets"], self.model.subnets, (*route, "subnet"))  # fmt: skip
                return InterfaceFacts(key, asset, part, EMPTY, EMPTY, (), (), vrf, mac)
            if vrf not in ("default", subnet.vrf):
                self.problems.add(
                    "vrf",
                    say("{name} is in the VRF {vrf} and its subnet {subnet} in the VRF {other}",
                        "{name} est dans la VRF {vrf} et son sous-réseau {subnet} dans la VRF {other}",
                        name=key, vrf=vrf, subnet=interface.subnet, other=subnet.vrf),
                    (*route, "vrf"),
                )  # fmt: skip
            vrf = subnet.vrf if subnet.vrf in self.indices else "default"
            if not interface.addresses:
                held = points(self.indices[vrf], self.places.of_subnet[interface.subnet])
                zone = (subnet.zone,) if subnet.zone in self.model.zones else ()
                return InterfaceFacts(key, asset, part, EMPTY, held, (interface.subnet,), zone, vrf, mac, True)
        seen, owners = self._addresses(asset, part, interface, self.indices[vrf])
        subnets, zones = self._lie(tuple(owners))
        held = _set(seen)
        local = held if max(seen, default=0) <= LAST else _set([item & LAST for item in seen])
        return InterfaceFacts(key, asset, part, local, held, subnets, zones, vrf, mac)

    def _addresses(self, asset: str, part: str, interface: m.Interface, vrf: int) -> tuple[list[int], dict[int, None]]:
        """Return the points of an interface's addresses, and the indices of the owners of the places they lie in."""
        hosts, positions = self.places.hosts, self._positions
        seen: list[int] = []
        owners: dict[int, None] = {}
        for position, text in enumerate(interface.addresses):
            found = self._home(text, vrf, interface.subnet, (asset, part, position))
            if found is None:
                continue
            point, owner = found
            other = hosts.get(point)
            if other is not None:
                self.problems.add(
                    "address-twice",
                    say("{address} is already an address of {other}", "{address} est déjà une adresse de {other}",
                        address=text, other=f"{other.asset}/{other.interface}"),
                    _written(asset, part, position), _written(other.asset, other.interface, positions[point]),
                )  # fmt: skip
                continue
            place = self.bare.owners[owner]
            hosts[point] = Owner(place.zone, place.subnet, asset, part)
            positions[point] = position
            seen.append(point)
            owners[owner] = None
        return seen, owners

    def _lie(self, owners: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the subnets and the zones of some owners; an unknown zone has had its error."""
        known = self._around.get(owners)
        if known is None:
            around = [self.bare.owners[index] for index in owners]
            known = self._around[owners] = (
                tuple(sorted({item.subnet for item in around if item.subnet})),
                tuple(sorted({item.zone for item in around if item.zone in self.model.zones})),
            )
        return known

    def _home(self, text: str, vrf: int, subnet: str, place: tuple[str, str, int]) -> tuple[int, int] | None:
        """Return the point of an interface's address and the owner of where it lies; nothing after an error."""
        try:
            address = parse_address(text)
        except RefusedError as refusal:
            self.problems.add("bad-address", refusal.message, _written(*place))
            return None
        where = self.bare.locate(vrf, address)
        outside = bool(subnet) and address not in self.places.of_subnet[subnet]
        if where is not None and not outside:
            return where[0] << VRF_SHIFT | address, where[1]
        if (where is None and self.problems.holes) or (outside and subnet in self.problems.refused):
            return None  # it may well lie in the prefix that was refused
        if outside:
            other = self.bare.owners[where[1]] if where else None
            remedy = None
            if other is not None:
                remedy = say("It lies in {other}", "Elle est dans {other}", other=other.subnet or other.zone)
            self.problems.add(
                "address-outside",
                say("{address} lies outside the subnet {subnet}", "{address} est hors du sous-réseau {subnet}",
                    address=text, subnet=subnet),
                _written(*place), remedy=remedy,
            )  # fmt: skip
            return None
        self.problems.add(
            "address-outside",
            say("{address} lies in no subnet and no zone of the VRF {vrf}",
                "{address} n’est dans aucun sous-réseau ni aucune zone de la VRF {vrf}",
                address=text, vrf=self.places.vrfs[vrf]),
            _written(*place),
        )  # fmt: skip
        return None

    def mac(self, asset: str, part: str, text: str) -> str:
        """Return a MAC address in its usual form, empty after an error; no two interfaces have the same."""
        route: Route = ("assets", asset, "interfaces", part, "mac")
        usual = text
        if not _USUAL_MAC.fullmatch(text):
            plain = re.sub(r"[:.\-]", "", text).lower()
            if not _MAC.fullmatch(plain):
                self.problems.add("bad-address", say("{text} is not a MAC address", "{text} n’est pas une adresse MAC",
                                                     text=text), route)  # fmt: skip
                return ""
            usual = ":".join(plain[at : at + 2] for at in range(0, 12, 2))
        first = self._macs.setdefault(usual, (asset, part))
        if first != (asset, part):
            self.problems.add(
                "mac-twice",
                say("{mac} is already the MAC address of {other}", "{mac} est déjà l’adresse MAC de {other}",
                    mac=text, other=f"{first[0]}/{first[1]}"),
                route, ("assets", first[0], "interfaces", first[1], "mac"),
            )  # fmt: skip
        return usual


def _written(asset: str, part: str, position: int) -> Route:
    return ("assets", asset, "interfaces", part, "addresses", position)


def _set(values: list[int]) -> IntervalSet:
    """Return integers as a set; most interfaces have one, or one a family."""
    if len(values) == 1:
        return IntervalSet(((values[0], values[0]),))
    return IntervalSet.union(zip(values, values, strict=True))
