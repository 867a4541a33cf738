"""Interfaces with their addresses and the filters on them, and the zones that they are in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cloison.flows.configuration import Interface, Written
from cloison.flows.configuring.juniper.reading import Reading, interval
from cloison.flows.configuring.juniper.tree import HARMLESS, UNDERSTOOD, Node
from cloison.netmodel.finding import Message, Span, say
from cloison.netmodel.space.addresses import V4, V6
from cloison.netmodel.space.intervals import IntervalSet, Range

FAMILIES = {"inet": V4, "inet6": V6}
HOST = "junos-host"

_PHYSICAL = frozenset(
    {"description", "mtu", "speed", "link-mode", "disable", "vlan-tagging", "flexible-vlan-tagging",
     "stacked-vlan-tagging", "native-vlan-id", "encapsulation", "gigether-options", "ether-options",
     "fastether-options", "redundant-ether-options", "aggregated-ether-options", "fabric-options", "hold-time",
     "traps", "no-traps", "gratuitous-arp-reply", "no-gratuitous-arp-reply", "no-gratuitous-arp-request", "mac",
     "clocking", "per-unit-scheduler", "hierarchical-scheduler", "otn-options", "optics-options", "framing",
     "t1-options", "e1-options", "serial-options", "dsl-options", "vdsl-options", "sonet-options",
     "accounting-profile", "traceoptions", "damping", "keepalives", "no-keepalives", "ppp-options",
     "interface-transmit-statistics", "apply-macro", "cellular-options", "wlan-options", "act-sim", "dialer-options",
     "modem-options", "enable", "auto-negotiation", "no-auto-negotiation", "number-of-ports", "unidirectional",
     "link-protection", "layer2-policer", "forwarding-class-accounting", "esi"}
)  # fmt: skip
_UNIT = frozenset(
    {"description", "vlan-id", "vlan-tags", "vlan-id-list", "encapsulation", "disable", "bandwidth", "traps",
     "no-traps", "tunnel", "point-to-point", "multipoint", "ppp-options", "pppoe-options", "proxy-arp", "mac",
     "arp-resp", "accounting-profile", "inner-vlan-id-range", "swap-by-poppush", "peer-unit", "backup-options",
     "keepalives", "demux-options", "service-domain", "apply-macro", "input-vlan-map", "output-vlan-map",
     "statistics", "enable", "copy-tos-to-outer-ip-header", "clear-dont-fragment-bit", "reassemble-packets",
     "dialer-options", "family-bridge"}
)  # fmt: skip
_FAMILY = frozenset(
    {"mtu", "no-redirects", "sampling", "rpf-check", "dhcp", "dhcp-client", "dhcpv6-client", "primary", "preferred",
     "unnumbered-address", "targeted-broadcast", "tcp-mss", "accounting", "dad-disable", "no-dad-disable",
     "negotiate-address", "no-neighbor-learn", "arp-max-cache", "ndp-max-cache", "apply-macro", "mac-validate",
     "nd6-stale-time", "destination-class-usage", "multicast-only", "remote", "ndp-proxy", "dad-proxy",
     "protocol-down", "undo-no-redirects"}
)  # fmt: skip
_BEARS = say("It may refuse packets of this interface", "Elle peut refuser des paquets de cette interface")


@dataclass(slots=True)
class Port:
    """A logical interface: its addresses, its zone, and the filters on it by family and direction."""

    name: str
    span: Span
    addresses: list[Range] = field(default_factory=list)
    networks: list[Range] = field(default_factory=list)
    zone: str = ""
    filters: dict[tuple[str, str], list[Node]] = field(default_factory=dict)


class Ports:
    """Every logical interface that the configuration names."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.ports: dict[str, Port] = {}
        self.doubts: list[tuple[str, Written, Message]] = []
        top = reading.root.get("interfaces")
        self.named = top is not None
        for physical in top or ():
            if physical.word in ("traceoptions", "apply-macro", "interface-set"):
                physical.mark = HARMLESS
            elif physical.word == "interface-range":
                reading.leave(physical, everywhere=_has(physical, "filter"))
            else:
                self._physical(physical)

    def port(self, name: str, node: Node) -> Port:
        """Return the logical interface of a name, ``.0`` where it has none, made if it is not there."""
        whole = name if "." in name else f"{name}.0"
        found = self.ports.get(whole)
        if found is None:
            found = self.ports[whole] = Port(whole, node.span)
        return found

    def interfaces(self) -> tuple[Interface, ...]:
        """Return all of them, as a configuration has them."""
        return tuple(
            Interface(
                port.name, IntervalSet.union(port.addresses), IntervalSet.union(port.networks), port.zone, port.span
            )
            for port in self.ports.values()
        )

    def _physical(self, node: Node) -> None:
        node_units = list(node.under("unit"))
        for item in self.reading.sort(node, frozenset({"unit"}), _PHYSICAL):
            if item.word == "family":
                self._unit(node, self.port(node.word, node))
            else:
                self.reading.leave(item, everywhere=_has(item, "filter"))
        for unit in node_units:
            port = self.port(f"{node.word}.{unit.word}", unit)
            unit.mark = UNDERSTOOD
            self._unit(unit, port)

    def _unit(self, unit: Node, port: Port) -> None:
        known = frozenset({"family", "filter", "unit"})
        for item in self.reading.sort(unit, known, _UNIT | _PHYSICAL):
            self._doubt(item, port)
        self._filters(unit.get("filter"), port, "any")
        for family in unit.under("family"):
            if family.word not in FAMILIES:
                family.mark = HARMLESS
                for word in ("filter", "policer"):
                    inner = family.get(word)
                    if inner is not None:
                        self._doubt(inner, port)
                continue
            family.mark = UNDERSTOOD
            for item in self.reading.sort(family, frozenset({"address", "filter"}), _FAMILY):
                self._doubt(item, port)
            self._filters(family.get("filter"), port, family.word)
            for address in family.under("address"):
                self._address(address, port, FAMILIES[family.word])

    def _address(self, node: Node, port: Port, family: IntervalSet) -> None:
        pair = self.reading.prefix(node, family)
        if pair is None:
            return
        own = self.reading.address(node.word.partition("/")[0])
        port.addresses.append((own, own))
        port.networks += interval(pair).ranges
        for kind in ("vrrp-group", "vrrp-inet6-group"):
            for group in node.under(kind):
                for word in ("virtual-address", "virtual-inet6-address"):
                    for shared in group.under(word):
                        one = self.reading.prefix(shared, family)
                        port.addresses += [one] if one is not None else []

    def _filters(self, node: Node | None, port: Port, family: str) -> None:
        for item in node or ():
            item.mark = UNDERSTOOD
            direction = item.word.partition("-")[0]
            if item.word in ("input", "output"):
                name = item.latest()
                if name is not None:
                    port.filters[family, direction] = [name]
                    for inner in name:
                        self._doubt(inner, port)
            elif item.word in ("input-list", "output-list"):
                port.filters[family, direction] = list(item)
            elif item.word == "group":
                item.mark = HARMLESS
            else:
                self._doubt(item, port)

    def _doubt(self, node: Node, port: Port) -> None:
        self.doubts.append((port.name, node.written(), self.reading.leave(node, _BEARS)))


_ZONE = frozenset(
    {"screen", "tcp-rst", "description", "application-tracking", "source-identity-log", "enable-reverse-reroute",
     "unidirectional-session-refreshing", "advance-policy-based-routing-profile", "advanced-connection-tracking"}
)  # fmt: skip


class Zones:
    """The zones and the interfaces in each; without any zone in the file, one interface stands for each zone named."""

    def __init__(self, reading: Reading, ports: Ports) -> None:
        self.reading = reading
        self.ports = ports
        self.members: dict[str, frozenset[str]] = {}
        self.nodes: dict[str, Node] = {}
        self.told: dict[str, list[tuple[str, Node | None]]] = {}
        top = reading.root.get("security", "zones")
        self.written = top is not None
        for item in reading.sort(
            top or (), frozenset({"security-zone", "functional-zone"}), frozenset({"traceoptions"})
        ):
            reading.leave(item, everywhere=True)
        self.transit = list(top.under("security-zone")) if top else []
        rest: Node | None = None
        for zone in (*self.transit, *(top.under("functional-zone") if top else ())):
            zone.mark = UNDERSTOOD
            rest = self._zone(zone) or rest
        if rest is not None:
            left = {name for name, port in ports.ports.items() if not port.zone and not name.startswith("lo0.")}
            for name in left:
                ports.ports[name].zone = rest.word
            self.told[rest.word] += [(name, None) for name in sorted(left)]
            self.members[rest.word] |= left
        self.every = frozenset(name for zone in self.transit for name in self.members[zone.word])

    def of(self, node: Node) -> frozenset[str]:
        """Return the interfaces of the zone that a rule names."""
        found = self.members.get(node.word)
        if found is not None:
            return found
        if self.written:
            self.reading.missing(node, say("Zone", "Zone"), self.members)
            return frozenset()
        port = self.ports.ports.setdefault(node.word, Port(node.word, node.span))
        port.zone = node.word
        self.members[node.word] = frozenset({node.word})
        self.every |= {node.word}
        return self.members[node.word]

    def _zone(self, zone: Node) -> Node | None:
        """Read one zone; return it if it takes all interfaces that are in no other."""
        self.nodes[zone.word] = zone
        known = frozenset({"interfaces", "host-inbound-traffic", "address-book"})
        for item in self.reading.sort(zone, known, _ZONE):
            self.reading.leave(item)
        names: list[tuple[str, Node | None]] = []
        takes_rest = None
        for item in zone.under("interfaces"):
            item.mark = UNDERSTOOD
            if item.word == "all":
                takes_rest = zone
                continue
            port = self.ports.port(item.word, item)
            if port.zone and port.zone != zone.word:
                self.reading.wrong(item, say(
                    "The interface {name} is in the zone {zone} already",
                    "L’interface {name} est déjà dans la zone {zone}", name=port.name, zone=port.zone))  # fmt: skip
            port.zone = zone.word
            names.append((port.name, item.get("host-inbound-traffic")))
            for inner in item:
                if inner.word != "host-inbound-traffic":
                    self.reading.leave(inner)
        self.told[zone.word] = names
        self.members[zone.word] = frozenset(name for name, _ in names)
        return takes_rest

    def inbound(self) -> Iterator[tuple[Node | None, Node, frozenset[str]]]:
        """Yield what each zone or interface lets in to the device itself, with the zone and those interfaces."""
        for name, names in self.told.items():
            zone = self.nodes[name]
            common = frozenset(port for port, own in names if own is None)
            yield zone.get("host-inbound-traffic"), zone, common
            for port, own in names:
                if own is not None:
                    yield own, zone, frozenset({port})


def _has(node: Node, word: str) -> bool:
    stack = [node]
    while stack:
        item = stack.pop()
        if item.word == word:
            return True
        stack.extend(item)
    return False
