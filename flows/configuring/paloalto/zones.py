"""Interfaces and zones of PAN-OS, and what its interfaces let administrators reach.

Source: Palo Alto Networks, PAN-OS Networking Administrator's Guide, "Configure Interfaces" and "Use Interface
Management Profiles to Restrict Access".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from cloison.flows.configuration import File, Interface, Term
from cloison.flows.configuring.bounds import addresses, exactly, rule
from cloison.flows.configuring.masks import masked
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.paloalto.objects import Objects, named, place, written
from cloison.flows.configuring.xml import Element
from cloison.netmodel.finding import Span, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.space.addresses import ANY, parse_address
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, TCP, UDP
from cloison.netmodel.space.refusal import RefusedError
from cloison.netmodel.space.services import ServiceSet

_KINDS = ("ethernet", "aggregate-ethernet", "loopback", "tunnel", "vlan")
_PROFILE = {
    "https": ((TCP, 443, 443),), "ssh": ((TCP, 22, 22),), "http": ((TCP, 80, 80),), "telnet": ((TCP, 23, 23),),
    "ping": ((ICMP, 8 << 8, 8 << 8 | 255), (ICMPV6, 128 << 8, 128 << 8 | 255)), "snmp": ((UDP, 161, 161),),
    "response-pages": ((TCP, 6080, 6083),), "userid-service": ((TCP, 5007, 5007),), "http-ocsp": ((TCP, 80, 80),),
    "userid-syslog-listener-ssl": ((TCP, 6514, 6514),), "userid-syslog-listener-udp": ((UDP, 514, 514),),
}  # fmt: skip
_LISTENERS: tuple[tuple[tuple[str, ...], tuple[tuple[int, int, int], ...]], ...] = (
    (("ike", "gateway", "entry"), ((UDP, 500, 500), (UDP, 4500, 4500), (50, 0, 65535))),
    (("dhcp",), ((UDP, 67, 68), (UDP, 546, 547))),
    (("dns-proxy", "entry"), ((UDP, 53, 53), (TCP, 53, 53))),
    (("virtual-router", "entry", "protocol", "bgp"), ((TCP, 179, 179),)),
    (("virtual-router", "entry", "protocol", "ospf"), ((89, 0, 65535),)),
    (("logical-router", "entry"), ((TCP, 179, 179), (89, 0, 65535), (103, 0, 65535))),
    (("tunnel", "global-protect-gateway", "entry"), ((TCP, 443, 443), (UDP, 4501, 4501))),
)


@dataclass(slots=True)
class Zones:
    """The zones of a virtual system as interfaces; a zone without any stands for an interface of its own name."""

    file: File
    notes: Notes
    found: dict[str, Interface] = field(default_factory=dict)
    members: dict[str, frozenset[str]] = field(default_factory=dict)
    told: bool = False
    profiles: dict[str, str] = field(default_factory=dict)

    def add(self, vsys: Element, ports: Mapping[str, Interface], profiles: Mapping[str, str]) -> None:
        """Read the zones of a virtual system; ``ports`` are the interfaces of the device."""
        for entry in vsys.all("zone", "entry"):
            self.told = True
            self.notes.understood += 1
            names = [
                item.text for kind in entry.all("network") for inner in kind.children for item in inner.all("member")
            ]
            zone = named(entry)
            for name in names or [zone]:
                port = ports.get(name, Interface(name, span=place(self.file, entry)))
                self.found[name] = replace(port, zone=zone)
                if name in profiles:
                    self.profiles[name] = profiles[name]
            self.members[zone] = frozenset(names or [zone])

    def of(self, name: str, span: Span) -> frozenset[str]:
        """Return the interfaces of a zone."""
        if name not in self.members:
            if self.told and name != "multicast":  # a zone of every device, of destinations alone
                self.notes.error(span, say(
                    "zone {name} is not defined; nearest: {near}",
                    "la zone {name} n’est pas définie ; proches : {near}",
                    name=name, near=nearest(name, self.members) or ("-",)), "unknown-name")  # fmt: skip
                self.members[name] = frozenset()
            else:
                self.found[name] = Interface(name, zone=name, span=span)
                self.members[name] = frozenset({name})
        return self.members[name]


def interfaces(
    network: Element | None, objects: Objects, file: File, notes: Notes
) -> tuple[dict[str, Interface], dict[str, str]]:
    """Return the interfaces of a device by name, and the management profile of each that has one."""
    found: dict[str, Interface] = {}
    profiles: dict[str, str] = {}
    for kind in _KINDS if network is not None else ():
        for port in network.all("interface", kind) if network is not None else ():
            for entry in _units(port):
                layer = entry.child("layer3") or entry
                name = named(entry) or kind
                found[name] = _interface(name, layer, objects, file, notes)
                profile = layer.said("interface-management-profile")
                if profile:
                    profiles[name] = profile
    return found, profiles


def management(
    network: Element | None, zones: Iterable[Zones], objects: Objects, file: File, notes: Notes
) -> list[Term]:
    """Return what management profiles permit on the addresses of interfaces, and what else may listen."""
    terms: list[Term] = []
    if network is None:
        return terms
    profiles = {named(entry): entry for entry in network.all("profiles", "interface-management-profile", "entry")}
    every = [item for one in zones for item in one.found.items()]
    of = {name: profile for one in zones for name, profile in one.profiles.items()}
    for name, port in every:
        profile = profiles.get(of.get(name, ""))
        if name in of and profile is None:
            notes.error(port.span or file.span(1), say(
                "interface {name}: management profile {profile} is not defined",
                "interface {name} : le profil de gestion {profile} n’est pas défini",
                name=name, profile=of[name]), "unknown-name")  # fmt: skip
        if profile is None:
            continue
        where = written(file, profile, "interface-management-profile")
        wanted = [ServiceSet.of((number, number), (low, high)) for item in profile.children if item.text == "yes"
                  for number, low, high in _PROFILE.get(item.tag, ())]  # fmt: skip
        allowed = [named(item) for item in profile.all("permitted-ip", "entry")]
        try:
            sources = IntervalSet.union([part for text in allowed for part in masked(text).ranges]) if allowed else ANY
        except RefusedError as problem:
            notes.error(where.span, problem.message)
            continue
        terms += rule("permit", where, exactly(sources), exactly(port.addresses or ANY),
                      exactly(ServiceSet.union(wanted)))  # fmt: skip
    notes.understood += len(profiles)
    return terms + list(_listeners(network, file))


def own(zones: Iterable[Zones]) -> IntervalSet:
    """Return the addresses of the interfaces."""
    return IntervalSet.union([part for one in zones for port in one.found.values() for part in port.addresses.ranges])


def _listeners(network: Element, file: File) -> Iterator[Term]:
    for path, wanted in _LISTENERS:
        element = next(network.all(*path), None)
        if element is None or not (element.children or element.attributes):
            continue
        why = say("{part} makes the device listen; by whom it is reached is not read",
                  "{part} met l’équipement à l’écoute ; qui l’atteint n’est pas lu",
                  part=" ".join(path[:2]))  # fmt: skip
        services = ServiceSet.union(ServiceSet.of((number, number), (low, high)) for number, low, high in wanted)
        yield Term("permit", written(file, element, element.tag), services=services, sure=False, doubt=why)


def _units(port: Element) -> Iterator[Element]:
    for entry in port.all("entry"):
        yield entry
        for holder in (entry.child("layer3") or entry, entry):
            yield from holder.all("units", "entry")
    yield from port.all("units", "entry")
    if port.child("ip") is not None:
        yield port


def _interface(name: str, layer: Element, objects: Objects, file: File, notes: Notes) -> Interface:
    notes.understood += 1
    own_addresses: list[IntervalSet] = []
    networks: list[IntervalSet] = []
    texts = [(item, named(item)) for item in layer.all("ip", "entry")]
    texts += [(item, named(item)) for item in layer.all("ipv6", "address", "entry")]
    for item, text in texts:
        try:
            if objects.addresses.knows(text):
                found = addresses([objects.addresses.of(text, place(file, item))])
                networks.append(found.lower)
                own_addresses.append(found.lower if found.lower.size == 1 else EMPTY)
                continue
            networks.append(masked(text))
            low = parse_address(text.partition("/")[0])
            own_addresses.append(IntervalSet.of((low, low)))
        except RefusedError as problem:
            notes.error(place(file, item), problem.message)
    return Interface(
        name, IntervalSet.union([part for item in own_addresses for part in item.ranges]),
        IntervalSet.union([part for item in networks for part in item.ranges]), span=place(file, layer),
    )  # fmt: skip
