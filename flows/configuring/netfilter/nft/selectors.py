"""What a rule looks at (``ip saddr``, ``tcp dport``, ``ct state``...): values, and the boxes that values make.

nft(8), sections PRIMARY EXPRESSIONS and PAYLOAD EXPRESSIONS. Protocol matches imply what nft adds by itself
(``tcp dport`` implies TCP, ``ip saddr`` IPv4, ``icmp type`` both), negations included; ``th`` implies nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cloison.flows.configuring.netfilter import values
from cloison.flows.configuring.netfilter.boxes import WHOLE, Box, Match, Part, box
from cloison.flows.configuring.netfilter.interfaces import Names
from cloison.flows.configuring.netfilter.states import STATES, Facts, in_states
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import V4, V6
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

Values = Any  # an IntervalSet of the selector's own numbers, or a frozenset of interfaces' names

_PORT = IntervalSet(((0, 0xFFFF),))
_STATES = tuple(STATES)
_PROTOCOLS = {"tcp": 6, "udp": 17, "udplite": 136, "dccp": 33, "sctp": 132}
_OTHERS = {"ah": 51, "esp": 50, "comp": 108, "igmp": 2, "gre": 47, "mh": 135}
_PORTLESS = EVERY_SERVICE - ServiceSet.union(ServiceSet.of((item, item)) for item in PORTED)
NOT_PORTS = say(
    "of a protocol without ports it compares other bytes", "d’un protocole sans ports, elle compare d’autres octets"
)


class UndecidedError(Exception):
    """A value that could be anything, with the reason."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.say("en"))
        self.why = why


@dataclass(frozen=True, slots=True)
class Selector:
    """One thing that rules look at: all its values, how one is read, and the packets that have a value.

    ``read`` raises ``RefusedError`` or ``UndecidedError``; ``span`` reads the two ends of a range. ``whole`` holds all
    packets that have the thing at all.
    """

    name: str
    whole: Box
    universe: Values
    read: Callable[[str | int], Values]
    span: Callable[[str | int, str | int], Values]
    build: Callable[[Values], Match]
    v4: bool | None = None


def _numbers(
    name: str, whole: Box, most: int, names: Mapping[str, int], build: Callable[[IntervalSet], Match]
) -> Selector:
    return Selector(
        name, whole, IntervalSet(((0, most),)),
        lambda text: values.numbers(text, text, names, most),
        lambda low, high: values.numbers(low, high, names, most),
        build,
    )  # fmt: skip


class Selectors:
    """The selectors of a device, made once each."""

    def __init__(self, names: Names, facts: Facts) -> None:
        self._names = names
        self.facts = facts
        self._known: dict[str, Selector | None] = {}
        self._built: dict[tuple[str, Values], Match] = {}

    def of(self, expression: Any) -> Selector | None:
        """Return the selector of an expression, ``None`` when it is not understood."""
        if not isinstance(expression, dict) or len(expression) != 1:
            return None
        kind, inner = next(iter(expression.items()))
        if not isinstance(inner, dict):
            return None
        if kind == "payload" and "field" in inner:
            key = f"{inner.get('protocol')} {inner['field']}"
        elif kind in ("meta", "ct") and set(inner) == {"key"}:
            key = f"{kind} {inner['key']}"
        else:
            return None
        return self.named(key)

    def named(self, key: str) -> Selector | None:
        """Return the selector of ``ip saddr``, ``meta iifname``..."""
        if key not in self._known:
            self._known[key] = self._made(key)
        return self._known[key]

    def build(self, selector: Selector, held: Values) -> Match:
        """Return the packets that have one of these values."""
        key = (selector.name, held)
        known = self._built.get(key)
        if known is None:
            if len(self._built) > 100_000:
                self._built.clear()
            known = self._built[key] = selector.build(held) if held else ()
        return known

    def _made(self, key: str) -> Selector | None:
        first, _, field = key.partition(" ")
        if key in ("ip saddr", "ip daddr", "ip6 saddr", "ip6 daddr"):
            return _addresses(key)
        if key in ("ip protocol", "ip6 nexthdr", "meta l4proto"):
            return _protocol(key)
        if field in ("sport", "dport") and (first == "th" or first in _PROTOCOLS):
            return _ports(first, field)
        if first in ("icmp", "icmpv6") and field in ("type", "code"):
            return _icmp(first, field)
        if key in ("meta nfproto", "meta protocol"):
            return _family(key)
        if key in ("meta iifname", "meta oifname", "meta iif", "meta oif"):
            return self._interfaces(key)
        if key == "ct state":
            return self._states()
        return None

    def _interfaces(self, key: str) -> Selector:
        def read(text: str | int) -> frozenset[str]:
            if isinstance(text, int) or (key[-1] != "e" and str(text).isdecimal()):
                raise UndecidedError(
                    say("an interface is told by its number", "une interface est désignée par son numéro")
                )
            return self._names.held(text)

        def span(low: str | int, high: str | int) -> frozenset[str]:
            raise UndecidedError(say("a range of interfaces", "une plage d’interfaces"))

        def build(held: frozenset[str]) -> Match:
            return (Part(box(arriving=held) if "iif" in key else box(leaving=held)),)

        return Selector(key, WHOLE, self._names.everything(), read, span, build)

    def _states(self) -> Selector:
        facts = self.facts

        def build(held: IntervalSet) -> Match:
            return in_states((word for at, word in enumerate(_STATES) if at in held), facts)

        def read(text: str | int) -> IntervalSet:
            at = values.number(text, {word: 100 + at for at, word in enumerate(_STATES)}, 255)
            if at < 100:
                raise UndecidedError(say("a state told by its number", "un état désigné par son numéro"))
            return IntervalSet(((at - 100, at - 100),))

        def span(low: str | int, high: str | int) -> IntervalSet:
            raise UndecidedError(say("a range of states", "une plage d’états"))

        return Selector("ct state", WHOLE, IntervalSet(((0, len(_STATES) - 1),)), read, span, build)


def implied(expression: Any) -> Box:
    """Return the packets that an expression may be true of, by its protocol alone."""
    inner = expression.get("payload") if isinstance(expression, dict) else None
    protocol = inner.get("protocol") if isinstance(inner, dict) else None
    if protocol in ("ip", "ip6"):
        return box(V4, V4) if protocol == "ip" else box(V6, V6)
    if protocol in ("icmp", "icmpv6"):
        return _icmp(str(protocol), "type").whole
    found = {**_PROTOCOLS, **_OTHERS}.get(str(protocol))
    return WHOLE if found is None else box(services=ServiceSet.of((found, found)))


def _addresses(key: str) -> Selector:
    v4, source = key.startswith("ip "), key.endswith("saddr")
    universe = V4 if v4 else V6

    def read(text: str | int) -> IntervalSet:
        word = str(text)
        if v4 and word.replace(".", "").isdecimal():
            return values.host(word, True)
        if "/" in word:
            base, _, length = word.partition("/")
            return values.prefix(base, length, v4)
        low, dash, high = word.partition("-")
        if dash and (":" in low or low[:1].isdigit()):
            return values.span_of(low, high, v4)
        if ":" not in word and not word.replace(".", "").isdecimal():
            raise UndecidedError(
                say("{name} is a name, not an address", "{name} est un nom, pas une adresse", name=word[:100])
            )
        found = values.address(word, v4)
        return IntervalSet(((found, found),))

    def build(held: IntervalSet) -> Match:
        sources, destinations = (held, universe) if source else (universe, held)
        return (Part(Box(sources, destinations, EVERY_SERVICE, None, None)),)

    return Selector(
        key, box(universe, universe), universe, read,
        lambda low, high: values.span_of(str(low), str(high), v4), build, v4,
    )  # fmt: skip


def _protocol(key: str) -> Selector:
    family = {"ip protocol": box(V4, V4), "ip6 nexthdr": box(V6, V6)}.get(key, WHOLE)

    def build(held: IntervalSet) -> Match:
        services = ServiceSet.union(ServiceSet.of(item) for item in held.ranges)
        return (Part(family._replace(services=services)),)

    return _numbers(key, family, 255, values.L4, build)


def _ports(first: str, field: str) -> Selector:
    protocols = sorted(PORTED) if first == "th" else [_PROTOCOLS[first]]

    def services(held: IntervalSet) -> ServiceSet:
        if field == "dport":
            return ServiceSet.union(ServiceSet.of((item, item), part) for item in protocols for part in held.ranges)
        both = held | held.shifted(1 << 16)
        return ServiceSet(tuple((item << 16, item << 16 | 0xFFFF, both) for item in protocols))

    def build(held: IntervalSet) -> Match:
        sure = Part(box(services=services(held)))
        return (sure, Part(box(services=_PORTLESS), NOT_PORTS)) if first == "th" else (sure,)

    whole = WHOLE if first == "th" else box(services=services(_PORT))
    return _numbers(f"{first} {field}", whole, 0xFFFF, values.PORTS, build)


def _icmp(first: str, field: str) -> Selector:
    protocol, family = (ICMP, V4) if first == "icmp" else (ICMPV6, V6)
    types = values.ICMP_TYPES if first == "icmp" else values.ICMPV6_TYPES
    codes = values.ICMP_CODES if first == "icmp" else values.ICMPV6_CODES

    def build(held: IntervalSet) -> Match:
        lows = [(low << 8, high << 8 | 255) for low, high in held.ranges]
        if field == "code":
            lows = [(kind << 8 | low, kind << 8 | high) for kind in range(256) for low, high in held.ranges]
        services = ServiceSet.union(ServiceSet.of((protocol, protocol), item) for item in lows)
        return (Part(box(family, family, services)),)

    whole = box(family, family, ServiceSet.of((protocol, protocol)))
    return _numbers(f"{first} {field}", whole, 255, types if field == "type" else codes, build)


def _family(key: str) -> Selector:
    names = {"ipv4": 2, "ipv6": 10} if key == "meta nfproto" else {"ip": 0x0800, "ip6": 0x86DD, "arp": 0x0806,
                                                                   "vlan": 0x8100}  # fmt: skip
    first, second = list(names.values())[:2]

    def build(held: IntervalSet) -> Match:
        found = [Part(box(family, family)) for number, family in ((first, V4), (second, V6)) if number in held]
        return tuple(found)

    return _numbers(key, WHOLE, 255 if key == "meta nfproto" else 0xFFFF, names, build)
