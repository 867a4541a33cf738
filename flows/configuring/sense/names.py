"""Interfaces and aliases of pfSense and OPNsense, and what the words of a rule's end stand for.

Source: Netgate, pfSense documentation, "Aliases", "Firewall Rule Configuration", "Virtual IP Addresses"; OPNsense
documentation, "Aliases".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from cloison.flows.configuration import File, Interface, Written
from cloison.flows.configuring.bounds import Bounds, Group, Names, addresses, exactly, services
from cloison.flows.configuring.masks import masked
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.xml import Element
from cloison.netmodel.finding import Message, Span, Text, say
from cloison.netmodel.space.addresses import ANY, V4, V6, parse, parse_address
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import TCP
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import NO_SERVICE, ServiceSet

_LITERAL = re.compile(r"[0-9a-fA-F:.]+(?:/[0-9]+|-[0-9a-fA-F:.]+)?", re.ASCII)
_PORTS = re.compile(r"[0-9]+(?:[:-][0-9]+)?", re.ASCII)
_HOST = re.compile(r"(?=.*\.)(?=.*[A-Za-z])[A-Za-z0-9_.-]+", re.ASCII)
_LISTED = frozenset({"host", "network", "port", "networkgroup"})
_OWN_TUNNELS = frozenset({"openvpn", "enc0", "IPsec", "l2tp", "pppoe", "pptp", "wireguard", "WireGuard"})
EVERY_PORT = ServiceSet.of((TCP, TCP))


def place(file: File, element: Element) -> Span:
    """Return where an element begins."""
    return file.span(element.line, element.column)


def switched(element: Element, tag: str) -> bool:
    """Say whether a flag is set: present and, where it has a text, not 0 or no."""
    found = element.child(tag)
    return found is not None and found.text not in ("0", "no")


@dataclass(slots=True)
class Places:
    """The interfaces, groups of interfaces and aliases of a device.

    ``whole`` says whether the word for an interface's address means its virtual addresses too (OPNsense), or its main
    ones alone (pfSense).
    """

    file: File
    notes: Notes
    found: dict[str, Interface] = field(default_factory=dict)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    open: dict[str, frozenset[int]] = field(default_factory=dict)
    whole: bool = False
    _off: set[str] = field(default_factory=set)
    _main: dict[str, IntervalSet] = field(default_factory=dict)
    _beside: dict[str, IntervalSet] = field(default_factory=dict)
    addresses: Names[IntervalSet] = field(init=False)
    ports: Names[ServiceSet] = field(init=False)

    def __post_init__(self) -> None:
        self.addresses = Names(Text("alias or interface", "alias ou interface"), self.notes, addresses)
        self.ports = Names(Text("port alias", "alias de ports"), self.notes, services)

    def add_interfaces(self, root: Element) -> None:
        """Read the interfaces, their virtual addresses and their groups."""
        for holder in root.all("interfaces"):
            for item in holder.children:
                self.found[item.tag] = self._interface(item)
                self._main[item.tag] = self.found[item.tag].addresses
        for vip in root.all("virtualip", "vip"):
            self.notes.understood += 1
            port = self.found.get(vip.said("interface"))
            if port is None or vip.said("mode") not in ("carp", "ipalias"):
                continue
            try:
                low = parse_address(vip.said("subnet"))
                network = masked(f"{vip.said('subnet')}/{vip.said('subnet_bits') or (32 if low in V4 else 128)}")
            except RefusedError as problem:
                self.notes.error(place(self.file, vip), problem.message)
                continue
            self.found[port.name] = replace(port, addresses=port.addresses | IntervalSet.of((low, low)))
            self._beside[port.name] = self._beside.get(port.name, EMPTY) | network - port.networks
        for entry in root.all("ifgroups", "ifgroupentry"):
            self.notes.understood += 1
            names = re.split(r"[\s,]+", entry.said("members").strip())
            self.groups[entry.said("ifname")] = frozenset(name for name in names if name)
        self._words()

    def add_aliases(self, aliases: Iterable[Element], listed: str) -> None:
        """Read aliases whose values are in the element ``listed``."""
        for alias in aliases:
            self.notes.understood += 1
            name, kind = alias.said("name"), alias.said("type")
            where = Written(place(self.file, alias), f"alias {name}", name)
            if alias.child("enabled") is not None and not switched(alias, "enabled"):
                kind = "disabled"
            values = tuple((value, where.span) for value in re.split(r"[\s,]+", alias.said(listed)) if value)
            if kind not in _LISTED:
                why = say("alias {name} is of type {kind}: what it holds is not in the file",
                          "l’alias {name} est de type {kind} : ce qu’il tient n’est pas dans le fichier",
                          name=name, kind=kind or "?")  # fmt: skip
                self.notes.leave(where, why)
                if "port" in kind:
                    self.ports.plain[name] = Bounds(NO_SERVICE, EVERY_PORT, why)
                else:
                    self.addresses.plain[name] = Bounds(EMPTY, ANY, why)
                continue
            names: Names[IntervalSet] | Names[ServiceSet] = self.ports if kind == "port" else self.addresses
            if name in names.groups:
                self.notes.error(where.span, say("alias {name} is there twice", "l’alias {name} est là deux fois",
                                                 name=name))  # fmt: skip
            excluded = tuple((value[1:], span) for value, span in values if value.startswith("!"))
            names.groups[name] = Group(
                where.span, tuple(item for item in values if not item[0].startswith("!")), excluded
            )

    def check(self) -> None:
        """Expand every alias, so that each error is said."""
        for group in self.addresses.groups.values():
            for value, span in group.members + group.excluded:
                self._literal(value, span, nested=True)
        for group in self.ports.groups.values():
            for value, span in group.members + group.excluded:
                self._port(value, span)
        self.addresses.check()
        self.ports.check()

    def interfaces(self, text: str, span: Span) -> frozenset[str] | None:
        """Return the interfaces of a comma list, ``None`` for any; groups are opened."""
        names = [name for name in re.split(r"[\s,]+", text) if name]
        if not names or "any" in names:
            return None
        every: set[str] = set()
        for name in names:
            if name in self.groups:
                every |= self.groups[name]
            elif name in self.found:
                every.add(name)
            elif name in _OWN_TUNNELS:
                self.found[name] = Interface(name, span=span)
                every.add(name)
            else:
                self.notes.error(span, say(
                    "interface {name} is not defined", "l’interface {name} n’est pas définie", name=name
                ), "unknown-name")  # fmt: skip
        return frozenset(every)

    def end(self, text: str, span: Span) -> Bounds[IntervalSet]:
        """Return what the words of a rule's end stand for."""
        values = tuple((value, span) for value in text.split(",") if value)
        for value, where in values:
            self._literal(value.strip(), where, nested=False)
        return self.addresses.union(tuple((value.strip(), where) for value, where in values))

    def asked(self, text: str, span: Span) -> Bounds[ServiceSet]:
        """Return the ports of a rule's end, as destination ports of TCP."""
        values = tuple((value.strip(), span) for value in text.split(",") if value.strip())
        for value, where in values:
            self._port(value, where)
        return self.ports.union(values)

    def own(self) -> IntervalSet:
        """Return the addresses of the device itself."""
        return IntervalSet.union([part for port in self.found.values() for part in port.addresses.ranges])

    def _interface(self, item: Element) -> Interface:
        self.notes.understood += 1
        own: list[IntervalSet] = []
        networks: list[IntervalSet] = []
        unknown: set[int] = set()
        for family, tag, length in ((4, "ipaddr", "subnet"), (6, "ipaddrv6", "subnetv6")):
            text, bits = item.said(tag), item.said(length)
            if not text:
                continue
            if ":" not in text and not text[:1].isdigit():
                unknown.add(family)  # dhcp, pppoe, track6, slaac...
                continue
            try:
                networks.append(masked(f"{text}/{bits}" if bits else text))
                low = parse_address(text)
                own.append(IntervalSet.of((low, low)))
            except RefusedError as problem:
                self.notes.error(place(self.file, item.child(tag) or item), problem.message)
        self.open[item.tag] = frozenset(unknown)
        if not switched(item, "enable"):
            self._off.add(item.tag)  # a rule that names it is not loaded
        return Interface(
            item.tag, IntervalSet.union([part for one in own for part in one.ranges]),
            IntervalSet.union([part for one in networks for part in one.ranges]), item.said("descr"),
            place(self.file, item),
        )  # fmt: skip

    def _words(self) -> None:
        names = self.addresses
        every: list[Bounds[IntervalSet]] = []
        for name, port in self.found.items():
            networks, own = self._held(name, port.networks), self._held(name, port.addresses)
            beside = self._beside.get(name, EMPTY)
            if beside:
                networks = Bounds(networks.lower, networks.upper | beside, networks.doubt or self._unknown(name))
            names.plain[name] = names.plain[f"__{name}_network"] = networks
            names.plain[f"{name}ip"] = own if self.whole else self._held(name, self._main.get(name, EMPTY))
            every.append(own)
        names.plain["(self)"] = addresses(every)
        names.plain["any"] = exactly(ANY)
        for name in _OWN_TUNNELS:
            names.plain.setdefault(name, Bounds(EMPTY, ANY, self._unknown(name)))

    def _held(self, name: str, found: IntervalSet) -> Bounds[IntervalSet]:
        upper = found
        for family in self.open.get(name, frozenset()):
            upper |= V4 if family == 4 else V6
        if name in self._off:
            why = say("interface {name} is not enabled: a rule that names it may not be loaded",
                      "l’interface {name} n’est pas activée : une règle qui la nomme peut ne pas être chargée",
                      name=name)  # fmt: skip
            return Bounds(EMPTY, upper, why)
        return Bounds(found, upper, self._unknown(name)) if upper != found else exactly(found)

    def _unknown(self, name: str) -> Message:
        return say("the addresses of {name} are not in the file", "les adresses de {name} ne sont pas dans le fichier",
                   name=name)  # fmt: skip

    def _literal(self, value: str, span: Span, nested: bool) -> None:
        if self.addresses.knows(value):
            return
        try:
            if _LITERAL.fullmatch(value) and ("." in value or ":" in value):
                self.addresses.plain[value] = exactly(parse(value) if "-" in value else masked(value))
            elif nested and _HOST.fullmatch(value):
                why = say("{name} is a domain name", "{name} est un nom de domaine", name=value)
                self.notes.leave(Written(span, value, value), why)
                self.addresses.plain[value] = Bounds(EMPTY, ANY, why)
        except RefusedError as problem:
            self.notes.error(span, problem.message)
            self.addresses.plain[value] = exactly(EMPTY)

    def _port(self, value: str, span: Span) -> None:
        if self.ports.knows(value) or not _PORTS.fullmatch(value):
            return
        try:
            self.ports.plain[value] = exactly(ServiceSet.of((TCP, TCP), port_range(value)))
        except RefusedError as problem:
            self.notes.error(span, problem.message)
            self.ports.plain[value] = exactly(NO_SERVICE)


def port_range(text: str) -> tuple[int, int]:
    """Return ``80``, ``80-90`` or ``80:90``; 1 to 65535 is every port, as everywhere in cloison."""
    first, _, last = text.replace(":", "-").partition("-")
    low, high = (
        int(item) if item.isascii() and item.isdigit() and len(item) < 6 else -1 for item in (first, last or first)
    )
    if not (0 <= low < 65536 and 0 <= high < 65536):
        raise refuse("{text} is not a port or a range of ports", "{text} n’est ni un port ni une plage de ports",
                     text=text[:60])  # fmt: skip
    if high < low:
        raise refuse("{text}: the range is reversed; write {right}", "{text} : la plage est inversée ; écrivez {right}",
                     text=text, right=f"{high}-{low}")  # fmt: skip
    return (0, high) if (low, high) == (1, 65535) else (low, high)
