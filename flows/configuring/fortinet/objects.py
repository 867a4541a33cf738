"""Addresses, services and virtual addresses of a VDOM, by name.

Source: Fortinet, FortiOS CLI Reference, ``config firewall address``, ``addrgrp``, ``address6``, ``service custom``,
``service group``, ``vip``, ``vipgrp``.
"""

from __future__ import annotations

from collections.abc import Iterable

from cloison.flows.configuration import Written
from cloison.flows.configuring.bounds import Bounds, Group, exactly
from cloison.flows.configuring.fortinet.tree import Node
from cloison.flows.configuring.masks import wildcard
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import MAPPED, V4, V6, parse, parse_address
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PROTOCOLS, SCTP, TCP, UDP
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

_ALL_BITS = 0xFFFFFFFF
_ZERO = "0.0.0.0"  # noqa: S104 - FortiOS's default
_DEFAULTS = (("app-service-type", ["disable"]), ("iprange", [_ZERO]))
_NAMED = frozenset({"fqdn", "wildcard-fqdn", "geography", "dynamic", "mac", "interface-subnet", "route-tag", "template",
                    "sdn", "ems-tag"})  # fmt: skip
_PORTED = {"tcp-portrange": TCP, "udp-portrange": UDP, "sctp-portrange": SCTP, "udplite-portrange": 136}
ADDRESS_KEYS = frozenset({"type", "subnet", "start-ip", "end-ip", "wildcard", "ip6"})
SERVICE_KEYS = frozenset({"protocol", "protocol-number", "icmptype", "icmpcode", *_PORTED})
HARMLESS_KEYS = frozenset({
    "uuid", "comment", "comments", "color", "visibility", "allow-routing", "fabric-object", "associated-interface",
    "category", "helper", "session-ttl", "tcp-halfclose-timer", "tcp-halfopen-timer", "tcp-timewait-timer",
    "tcp-rst-timer", "udp-idle-timer", "check-reset-range", "cache-ttl", "explicit-proxy", "proxy", "obj-tag",
    "global-object", "tag-type", "passive-fqdn-learning", "fabric-object-uuid", "uuid-idx", "name", "id",
})  # fmt: skip


def entries(tables: Iterable[Node]) -> dict[str, Node]:
    """Return the entries of tables by name; one that is edited again takes the later settings too."""
    found: dict[str, Node] = {}
    for table in tables:
        for entry in table.entries:
            old = found.get(entry.name)
            if old is None:
                found[entry.name] = entry
            else:
                old.settings |= entry.settings
                old.tables += entry.tables
    return found


def written(node: Node, kind: str) -> Written:
    """Return where an entry is written; its text is its heading, with its name where it has one."""
    name = node.value("name") or node.name
    return Written(node.span, f"{kind} {node.name}" if name == node.name else f"{kind} {node.name} ({name})", name)


def address(node: Node, notes: Notes) -> Bounds[IntervalSet]:
    """Return what an entry of ``firewall address`` stands for."""
    kind = node.value("type", "ipmask")
    try:
        why = _strange(node, ADDRESS_KEYS, "address", notes)
        if why is not None:
            return Bounds(EMPTY, V4, why)
        if kind == "ipmask":
            return exactly(subnet(node.values("subnet") or [_ZERO, _ZERO]))
        if kind == "iprange":
            return exactly(_range(node))
        if kind == "wildcard":
            first, second = _pair(node.values("wildcard"))
            found = wildcard(_v4(first), _v4(second))
            if found is not None:
                return exactly(found)
            return _named(node, "address", V4, notes, f"wildcard {first} {second}")
        return _kinds(node, kind, V4, notes)
    except RefusedError as problem:
        notes.error(node.at("subnet" if kind == "ipmask" else "wildcard" if kind == "wildcard" else "start-ip"),
                    problem.message)  # fmt: skip
        return exactly(EMPTY)


def address6(node: Node, notes: Notes) -> Bounds[IntervalSet]:
    """Return what an entry of ``firewall address6`` stands for."""
    kind = node.value("type", "ipprefix")
    try:
        why = _strange(node, ADDRESS_KEYS, "address6", notes)
        if why is not None:
            return Bounds(EMPTY, V6, why)
        if kind == "ipprefix":
            return exactly(prefix6(node.value("ip6", "::/0")))
        if kind == "iprange":
            found = _range(node)
            if not found <= V6:
                raise refuse("{text} is not IPv6", "{text} n’est pas en IPv6", text=node.value("start-ip"))
            return exactly(found)
        return _kinds(node, kind, V6, notes)
    except RefusedError as problem:
        notes.error(node.at("ip6" if kind == "ipprefix" else "start-ip"), problem.message)
        return exactly(EMPTY)


def group(node: Node) -> Group:
    """Return the names that an entry of a group table holds."""
    excluded = node.named("exclude-member") if node.value("exclude") == "enable" else ()
    return Group(node.span, node.named("member"), excluded)


def subnet(values: list[str]) -> IntervalSet:
    """Return ``10.0.0.0 255.255.255.0`` or ``10.0.0.0/24``; host bits are cleared, as the device does."""
    if len(values) == 1 and "/" in values[0]:
        text, _, length = values[0].partition("/")
        if not length.isdigit() or int(length) > 32:
            raise refuse("{text} is no IPv4 prefix", "{text} n’est pas un préfixe IPv4", text=values[0])
        mask = _ALL_BITS << (32 - int(length)) & _ALL_BITS
        low = _v4(text) & mask
    else:
        first, second = _pair(values)
        low, mask = _v4(first), _v4(second)
        free = mask ^ _ALL_BITS
        if free & (free + 1):
            raise refuse("{mask} is not a mask: its ones are not together",
                         "{mask} n’est pas un masque : ses uns ne se suivent pas", mask=second)  # fmt: skip
        low &= mask
    return IntervalSet.of((MAPPED | low, MAPPED | low | (mask ^ _ALL_BITS)))


def prefix6(text: str) -> IntervalSet:
    """Return an IPv6 prefix; host bits are cleared, as the device does."""
    first, _, length = text.partition("/")
    low = parse_address(first)
    if low in V4 or not (length or "128").isdigit() or int(length or 128) > 128:
        raise refuse("{text} is no IPv6 prefix", "{text} n’est pas un préfixe IPv6", text=text)
    free = (1 << (128 - int(length or 128))) - 1
    return IntervalSet.of((low & ~free, low | free)) & V6


def service(node: Node, notes: Notes) -> Bounds[ServiceSet]:
    """Return what an entry of ``firewall service custom`` stands for."""
    protocol = node.value("protocol", "TCP/UDP/SCTP")
    key = "protocol"
    try:
        why = _strange(node, SERVICE_KEYS, "service", notes)
        if why is not None:
            return Bounds(NO_SERVICE, EVERY_SERVICE, why)
        if node.values("iprange") not in ([], [_ZERO]) or node.value("fqdn"):
            return _limited(node, notes)
        if protocol in ("TCP/UDP/SCTP", "TCP/UDP/UDP-Lite/SCTP", "5"):
            return exactly(_ported(node))
        if protocol in ("ICMP", "ICMP6"):
            key = "icmptype"
            return exactly(_icmp(node, ICMP if protocol == "ICMP" else ICMPV6))
        if protocol == "IP":
            key = "protocol-number"
            number = _number(node.value("protocol-number", "0"), 255)
            return exactly(ServiceSet.of((number, number)) if number else EVERY_SERVICE)
        return _named_service(node, notes, protocol)
    except RefusedError as problem:
        if protocol.startswith("TCP"):
            key = next((name for name in _PORTED if name in node.settings), key)
        notes.error(node.at(key), problem.message)
        return exactly(NO_SERVICE)


def ports(text: str, protocol: int) -> ServiceSet:
    """Return ``80``, ``80-90`` or ``80:1024-65535`` (destination, then source) of a protocol."""
    to, _, source = text.partition(":")
    return ServiceSet.of((protocol, protocol), span_of(to), span_of(source) if source else (0, 65535))


def span_of(text: str) -> tuple[int, int]:
    """Return a range of ports; 1 to 65535 is every port, as everywhere in cloison."""
    first, dash, last = text.partition("-")
    low, high = _number(first, 65535), _number(last if dash else first, 65535)
    if high < low:
        raise refuse("{text}: the range is reversed; write {right}", "{text} : la plage est inversée ; écrivez {right}",
                     text=text, right=f"{high}-{low}")  # fmt: skip
    return (0, high) if (low, high) == (1, 65535) else (low, high)


def number_of(text: str) -> int:
    """Return the number of a protocol that is written by name or number."""
    return PROTOCOLS[text] if text in PROTOCOLS else _number(text, 255)


def _strange(node: Node, known: frozenset[str], kind: str, notes: Notes) -> Message | None:
    """Count the settings of an entry; return what is not understood of them."""
    notes.understood += 1
    why = None
    elsewhere = node.value("type") in _NAMED
    for key, setting in node.settings.items():
        if key in known:
            notes.understood += 1
        elif key in HARMLESS_KEYS or elsewhere or (key, setting.values) in _DEFAULTS:
            notes.harmless += 1
        elif kind == "service" and key in ("iprange", "fqdn"):
            continue
        else:
            why = say("{kind} {name}: {key} is not understood", "{kind} {name} : {key} n’est pas compris",
                      kind=kind, name=node.name, key=key)  # fmt: skip
            notes.leave(Written(node.at(key), f"set {key}", node.name), why)
    return why


def _limited(node: Node, notes: Notes) -> Bounds[ServiceSet]:
    why = say(
        "service {name} holds for some destinations only", "le service {name} ne vaut que pour certaines destinations",
        name=node.name,
    )  # fmt: skip
    notes.leave(written(node, "service"), why)
    return Bounds(NO_SERVICE, _ported(node) or EVERY_SERVICE, why)


def _kinds(node: Node, kind: str, space: IntervalSet, notes: Notes) -> Bounds[IntervalSet]:
    return _named(node, "address" if space is V4 else "address6", space, notes, kind)


def _named(node: Node, what: str, space: IntervalSet, notes: Notes, kind: str) -> Bounds[IntervalSet]:
    why = say(
        "{what} {name} is of type {kind}: its addresses are not in the file",
        "{what} {name} est de type {kind} : ses adresses ne sont pas dans le fichier",
        what=what, name=node.name, kind=kind,
    )  # fmt: skip
    notes.leave(written(node, what), why)
    return Bounds(EMPTY, space, why)


def _named_service(node: Node, notes: Notes, protocol: str) -> Bounds[ServiceSet]:
    why = say("service {name} is of {protocol}, for a proxy", "le service {name} est de {protocol}, pour un proxy",
              name=node.name, protocol=protocol)  # fmt: skip
    notes.leave(written(node, "service"), why)
    return Bounds(NO_SERVICE, EVERY_SERVICE, why)


def _ported(node: Node) -> ServiceSet:
    return ServiceSet.union(
        ports(text, protocol) for key, protocol in _PORTED.items() for text in node.values(key)
    )  # fmt: skip


def _icmp(node: Node, protocol: int) -> ServiceSet:
    if not node.values("icmptype"):
        return ServiceSet.of((protocol, protocol))
    kind = _number(node.value("icmptype"), 255)
    if not node.values("icmpcode"):
        return ServiceSet.of((protocol, protocol), (kind << 8, kind << 8 | 255))
    code = _number(node.value("icmpcode"), 255)
    return ServiceSet.of((protocol, protocol), (kind << 8 | code, kind << 8 | code))


def _range(node: Node) -> IntervalSet:
    first, last = node.value("start-ip"), node.value("end-ip")
    return parse(f"{first}-{last or first}")


def _pair(values: list[str]) -> tuple[str, str]:
    if len(values) != 2:
        raise refuse("{text}: an address and a mask are wanted", "{text} : il faut une adresse et un masque",
                     text=" ".join(values)[:60])  # fmt: skip
    return values[0], values[1]


def _v4(text: str) -> int:
    found = parse_address(text)
    if found not in V4:
        raise refuse("{text} is not IPv4", "{text} n’est pas en IPv4", text=text)
    return found & _ALL_BITS


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7 and int(text) <= most):
        raise refuse("{text} is not a number from 0 to {most}", "{text} n’est pas un nombre de 0 à {most}",
                     text=text[:60], most=most)  # fmt: skip
    return int(text)
