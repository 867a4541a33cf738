"""Interfaces and zones of a FortiGate, and what its interfaces let its administrators reach.

Source: Fortinet, FortiOS CLI Reference, ``config system interface``, ``zone``, ``sdwan``, ``global``; FortiOS
Administration Guide, "Local-in policy" (what a listener other than ``allowaccess`` opens).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cloison.flows.configuration import Interface, Term, Written
from cloison.flows.configuring.bounds import Bounds, exactly, rule, services
from cloison.flows.configuring.fortinet.objects import entries, prefix6, subnet
from cloison.flows.configuring.fortinet.tree import Node
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Span, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.space.addresses import ANY, V4, V6, parse_address
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, TCP, UDP
from cloison.netmodel.space.refusal import RefusedError
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

_PORTS = {"https": ("admin-sport", 443), "http": ("admin-port", 80), "ssh": ("admin-ssh-port", 22),
          "telnet": ("admin-telnet-port", 23)}  # fmt: skip
_FIXED = {
    "ping": ((ICMP, 8 << 8, 8 << 8 | 255), (ICMPV6, 128 << 8, 128 << 8 | 255)),
    "snmp": ((UDP, 161, 161),),
    "fgfm": ((TCP, 541, 541),),
    "radius-acct": ((UDP, 1813, 1813),),
    "ftm": ((TCP, 4433, 4433),),
    "probe-response": ((TCP, 8008, 8008), (UDP, 8008, 8008)),
    "fabric": ((TCP, 8013, 8014), (UDP, 5246, 5249), (UDP, 8014, 8014)),
    "capwap": ((UDP, 5246, 5249),),
}
LISTENERS: Mapping[str, tuple[tuple[int, int, int], ...]] = {
    "vpn ipsec phase1-interface": ((UDP, 500, 500), (UDP, 4500, 4500), (50, 0, 65535)),
    "vpn ipsec phase1": ((UDP, 500, 500), (UDP, 4500, 4500), (50, 0, 65535)),
    "vpn ssl settings": ((TCP, 0, 65535), (UDP, 0, 65535)),
    "vpn l2tp": ((UDP, 1701, 1701), (UDP, 500, 500), (UDP, 4500, 4500)),
    "vpn pptp": ((TCP, 1723, 1723), (47, 0, 65535)),
    "router bgp": ((TCP, 179, 179),),
    "router ospf": ((89, 0, 65535),),
    "router ospf6": ((89, 0, 65535),),
    "router rip": ((UDP, 520, 520),),
    "router ripng": ((UDP, 521, 521),),
    "router bfd": ((UDP, 3784, 3785), (UDP, 4784, 4784)),
    "router isis": ((TCP, 0, 65535),),
    "router multicast": ((103, 0, 65535), (2, 0, 65535)),
    "system dhcp server": ((UDP, 67, 68),),
    "system dhcp6 server": ((UDP, 546, 547),),
    "system dns-server": ((TCP, 53, 53), (UDP, 53, 53)),
    "system ha": ((TCP, 0, 65535), (UDP, 0, 65535)),
    "web-proxy explicit": ((TCP, 0, 65535),),
    "ftp-proxy explicit": ((TCP, 21, 21),),
    "system vxlan": ((UDP, 4789, 4789),),
    "system geneve": ((UDP, 6081, 6081),),
    "system gre-tunnel": ((47, 0, 65535),),
    "system csf": ((TCP, 8013, 8013),),
    "system standalone-cluster": ((UDP, 0, 65535),),
    "user setting": ((TCP, 1000, 1003),),
}
"""Parts of a configuration that make the device itself listen, and at most on what."""


@dataclass(slots=True)
class Ports:
    """The interfaces of one VDOM by name, zones as their members, and how both are asked for by name."""

    notes: Notes
    found: dict[str, Interface] = field(default_factory=dict)
    zones: dict[str, frozenset[str]] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    told: bool = False
    several: bool = False

    def of(self, names: Iterable[tuple[str, Span]]) -> frozenset[str] | None:
        """Return the interfaces of a policy's names, ``None`` for any."""
        every: set[str] = set()
        for name, span in names:
            if name == "any":
                return frozenset(self.found) if self.several else None
            if name in self.zones:
                every |= self.zones[name]
            elif name in self.found:
                every.add(name)
            elif not self.told or name.startswith(("ssl.", "l2t.", "naf.")):
                self.found[name] = Interface(name, span=span)
                every.add(name)
            else:
                self.notes.error(span, say(
                    "interface {name} is not defined in this VDOM; nearest: {near}",
                    "l’interface {name} n’est pas définie dans ce VDOM ; proches : {near}",
                    name=name, near=nearest(name, [*self.found, *self.zones]) or ("-",)), "unknown-name")  # fmt: skip
        return frozenset(every)


def ports(scope: list[Node], system: Mapping[str, Node], vdom: str, notes: Notes) -> Ports:
    """Return the interfaces of a VDOM: ``system`` are the entries of ``system interface``, ``scope`` its tables."""
    made = Ports(notes, told=bool(system), several=bool(vdom))
    for name, node in system.items():
        if not vdom or node.value("vdom", "root") == vdom:
            made.found[name] = interface(node, notes)
            made.nodes[name] = node
    tables = {table.name: table for table in scope}
    for kind in ("vpn ipsec phase1-interface", "system gre-tunnel", "system sit-tunnel", "system ipip-tunnel"):
        for name, node in entries(table for table in scope if table.name == kind).items():
            made.found.setdefault(name, Interface(name, span=node.span))
    for name, node in entries(table for table in scope if table.name == "system zone").items():
        made.zones[name] = made.of(node.named("interface")) or frozenset()
    for kind in ("system sdwan", "system virtual-wan-link"):
        if kind in tables:
            made.zones |= _sdwan(tables[kind], made)
    for zone, members in made.zones.items():
        for name in members:
            if name in made.found:
                made.found[name] = replace(made.found[name], zone=zone)
    return made


def interface(node: Node, notes: Notes) -> Interface:
    """Return an interface with its own addresses, secondary and IPv6 ones included."""
    own: list[IntervalSet] = []
    networks: list[IntervalSet] = []
    places = [(node, "ip")] + [(entry, "ip") for entry in node.table("secondaryip")]
    for place, key in places:
        values = place.values(key)
        if not values or values[0] in ("0.0.0.0", "0.0.0.0/0"):  # noqa: S104 - no address
            continue
        try:
            networks.append(subnet(values))
            low = parse_address(values[0].partition("/")[0])
            own.append(IntervalSet.of((low, low)))
        except RefusedError as problem:
            notes.error(place.at(key), problem.message)
    for table in node.tables:
        if table.name != "ipv6":
            continue
        texts = [(table, table.value("ip6-address"))]
        texts += [(table, entry.name) for entry in table.table("ip6-extra-addr")]
        for place, text in texts:
            if text in ("", "::/0"):
                continue
            try:
                networks.append(prefix6(text))
                low = parse_address(text.partition("/")[0])
                own.append(IntervalSet.of((low, low)))
            except RefusedError as problem:
                notes.error(place.at("ip6-address"), problem.message)
    return Interface(
        node.name, IntervalSet.union([part for item in own for part in item.ranges]),
        IntervalSet.union([part for item in networks for part in item.ranges]), span=node.span,
    )  # fmt: skip


def administration(made: Ports, settings: Node | None, notes: Notes) -> list[Term]:
    """Return what ``allowaccess`` permits: on its own addresses surely, on those of other interfaces perhaps."""
    terms: list[Term] = []
    for name, node in made.nodes.items():
        for place, key, family in _accesses(node):
            own = made.found[name].addresses & family
            if not place.values(key):
                continue
            where = Written(place.at(key), f"set {key} {' '.join(place.values(key))}", name)
            wanted = services(_access(word, settings, where, notes) for word in place.values(key))
            here = frozenset({name})
            terms += rule("permit", where, exactly(family), exactly(own or family), wanted, here)
    every = ServiceSet.union(term.services for term in terms)
    why = say("the address of another interface than the one that the packet arrives on",
              "l’adresse d’une autre interface que celle par laquelle le paquet arrive")  # fmt: skip
    for name, port in made.found.items() if terms else ():
        where = Written(port.span, f"interface {name}", name) if port.span is not None else terms[0].written
        terms.append(Term("permit", where, destinations=ANY - port.addresses, services=every,
                          arriving=frozenset({name}), sure=False, doubt=why))  # fmt: skip
    return terms


def listeners(scope: Iterable[Node], arriving: frozenset[str] | None) -> list[Term]:
    """Return what other parts of a configuration may make the device answer."""
    terms: list[Term] = []
    for table in scope:
        if table.name not in LISTENERS or not (table.entries or table.settings):
            continue
        why = say("{part} makes the device listen; by whom it is reached is not read",
                  "{part} met l’équipement à l’écoute ; qui l’atteint n’est pas lu", part=table.name)  # fmt: skip
        wanted = ServiceSet.union(
            ServiceSet.of((protocol, protocol), (low, high)) for protocol, low, high in LISTENERS[table.name]
        )
        where = Written(table.span, f"config {table.name}", table.name)
        terms.append(Term("permit", where, services=wanted, arriving=arriving, sure=False, doubt=why))
    return terms


def _accesses(node: Node) -> list[tuple[Node, str, IntervalSet]]:
    found = [(node, "allowaccess", V4)] + [(entry, "allowaccess", V4) for entry in node.table("secondaryip")]
    return found + [(table, "ip6-allowaccess", V6) for table in node.tables if table.name == "ipv6"]


def _access(word: str, settings: Node | None, where: Written, notes: Notes) -> Bounds[ServiceSet]:
    if word in _PORTS:
        key, usual = _PORTS[word]
        text = settings.value(key, str(usual)) if settings is not None else str(usual)
        port = int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) < 65536 else usual
        return exactly(ServiceSet.of((TCP, TCP), (port, port)))
    if word in _FIXED:
        return exactly(
            ServiceSet.union(ServiceSet.of((number, number), (low, high)) for number, low, high in _FIXED[word])
        )
    why = say("what access by {word} opens is not known", "ce qu’ouvre l’accès par {word} n’est pas connu", word=word)
    notes.leave(where, why)
    return Bounds(NO_SERVICE, EVERY_SERVICE, why)


def _sdwan(table: Node, made: Ports) -> dict[str, frozenset[str]]:
    usual = "virtual-wan-link"
    found: dict[str, set[str]] = {entry.name: set() for entry in table.table("zone")}
    found.setdefault(usual, set())
    for entry in table.table("members"):
        members = made.of(entry.named("interface")) or frozenset()
        found.setdefault(entry.value("zone", usual), set()).update(members)
    return {name: frozenset(members) for name, members in found.items()}
