"""Sets of ``ipset save`` (ipset(8)): what each holds, for packets of one family and the ends that a rule names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cloison.flows.configuration import Written
from cloison.flows.configuring.netfilter import values
from cloison.flows.configuring.netfilter.boxes import ALL, NOTHING, WHOLE, Box, Match, Meeting, Part, both, box
from cloison.flows.configuring.netfilter.interfaces import Names
from cloison.netmodel.finding import say
from cloison.netmodel.space.addresses import V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PROTOCOLS
from cloison.netmodel.space.refusal import refuse
from cloison.netmodel.space.services import ServiceSet

UNKNOWN_SET = say(
    "a set of a type whose members are not understood", "un ensemble d’un type dont les membres ne sont pas compris"
)
CHANGED_SET = say(
    "rules change this set while packets pass", "des règles modifient cet ensemble au passage des paquets"
)
EXCEPTED = say(
    "members of a set that are exceptions (nomatch)", "des membres d’ensemble qui sont des exceptions (nomatch)"
)
_PARTS = frozenset(("ip", "net", "port", "iface"))
_PORTED = (6, 17, 132, 136)  # net/netfilter/ipset/ip_set_getport.c


@dataclass(slots=True)
class IpSet:
    """A set as it is saved: its type, family, and members with the word ``nomatch`` where they have it."""

    name: str
    kind: str
    family: str
    written: Written
    netmask: str = ""
    members: list[tuple[str, bool, Written]] = field(default_factory=list)
    changes: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of its members: ``("ip", "port")`` of ``hash:ip,port``."""
        return tuple(self.kind.partition(":")[2].split(","))


class Sets:
    """The sets of a device; each is read once for each family and ends."""

    def __init__(self, sets: dict[str, IpSet], names: Names, meeting: Meeting) -> None:
        self.sets = sets
        self._names = names
        self._meeting = meeting
        self._known: dict[tuple[str, bool, tuple[str, ...]], Match] = {}

    def match(self, name: str, v4: bool, ends: tuple[str, ...]) -> Match:
        """Return the packets whose ends (``src``, ``dst``) are in a set; raises ``RefusedError``."""
        key = (name, v4, ends)
        if key not in self._known:
            self._known[key] = NOTHING  # a list that holds itself is refused by the kernel
            self._known[key] = self._read(self.sets[name], v4, ends)
        return self._known[key]

    def _read(self, found: IpSet, v4: bool, ends: tuple[str, ...]) -> Match:
        if found.changes:
            return (Part(WHOLE, CHANGED_SET),)
        if found.kind == "list:set":
            parts: list[Part] = []
            for member, excepted, _ in found.members:
                if excepted or member not in self.sets:
                    raise refuse("there is no set {name}", "il n’y a pas d’ensemble {name}", name=member[:100])
                parts += self.match(member, v4, ends)
            return tuple(parts)
        if len(ends) < len(found.parts) or (found.family != "any" and (found.family == "inet") != v4):
            return NOTHING  # xt_set: fewer dimensions than the set, or another family, never match
        if not set(found.parts) <= _PARTS:
            return (Part(WHOLE, UNKNOWN_SET),)
        if found.parts in (("ip",), ("net",)):
            return self._addresses(found, v4, ends[0])
        parts = []
        for member, excepted, _ in found.members:
            here = self._member(found, member, v4, ends)
            if excepted:
                return (Part(WHOLE, EXCEPTED),)
            parts += here
        return tuple(parts)

    def _addresses(self, found: IpSet, v4: bool, end: str) -> Match:
        """Return the packets of a set of addresses; the longest prefix decides where exceptions are."""
        plain: list[tuple[int, bool, IntervalSet]] = []
        for member, excepted, _ in found.members:
            held = self._network(found, member, v4)
            plain.append((held.size, excepted, held))
        if not any(excepted for _, excepted, _ in plain):
            held = IntervalSet.union(part for _, _, item in plain for part in item.ranges)
        else:
            held = EMPTY
            for _, excepted, item in sorted(plain, key=lambda row: -row[0]):
                held = held - item if excepted else held | item
        return (Part(_end(held, v4, end)),) if held else NOTHING

    def _network(self, found: IpSet, text: str, v4: bool) -> IntervalSet:
        base, slash, length = text.partition("/")
        low, dash, high = base.partition("-")
        if dash:
            return values.span_of(low, high, v4)
        bits = length if slash else found.netmask
        return values.prefix(base, bits, v4) if bits else values.span_of(base, base, v4)

    def _member(self, found: IpSet, text: str, v4: bool, ends: Sequence[str]) -> Match:
        cells = text.split(",")
        if len(cells) != len(found.parts):
            raise refuse("{text} is no member of a {kind}", "{text} n’est pas un membre d’un {kind}", text=text[:100],
                         kind=found.kind)  # fmt: skip
        here: Match = ALL
        for part, cell, end in zip(found.parts, cells, ends, strict=False):
            if part in ("ip", "net"):
                one: Match = (Part(_end(self._network(found, cell, v4), v4, end)),)
            elif part == "port":
                one = (Part(box(services=_services(cell, end, found.kind))),)
            elif cell.startswith("physdev:"):
                one = (Part(WHOLE, UNKNOWN_SET),)
            else:
                held = self._names.held(cell)
                one = (Part(box(arriving=held) if end == "src" else box(leaving=held)),)
            here = both(self._meeting, here, one)
        return here


def _end(held: IntervalSet, v4: bool, end: str) -> Box:
    other = V4 if v4 else V6
    return box(held, other) if end == "src" else box(other, held)


def _services(text: str, end: str, kind: str) -> ServiceSet:
    """Return the packets of ``tcp:80``, ``udp:53-60``, ``80``, ``icmp:8/0`` or ``vrrp:0``."""
    word, colon, ports = text.partition(":")
    if not colon:
        word, ports = "tcp", text
    low, _, high = ports.partition("-")
    if kind == "bitmap:port":
        both_ports = values.numbers(low, high or low, values.PORTS, 0xFFFF)
        return ServiceSet.union(_ports(number, both_ports, end) for number in (6, 17))
    number = values.number(word, {**PROTOCOLS, "icmpv6": ICMPV6}, 255)
    if number in (ICMP, ICMPV6):
        types = values.ICMP_TYPES if number == ICMP else values.ICMPV6_TYPES
        kind_text, _, code = ports.partition("/")
        if code or kind_text in types:
            at = values.number(kind_text, types, 255) << 8 | int(code or 0)
            return ServiceSet.of((number, number), (at, at))
        at = values.number(ports, {}, 0xFFFF)
        return ServiceSet.of((number, number), (at, at))
    if number not in _PORTED:
        return ServiceSet.of((number, number))
    return _ports(number, values.numbers(low, high or low, values.PORTS, 0xFFFF), end)


def _ports(number: int, held: IntervalSet, end: str) -> ServiceSet:
    ((low, high),) = held.ranges
    if end == "src":
        return ServiceSet.of((number, number), source=(low, high))
    return ServiceSet.of((number, number), (low, high))
