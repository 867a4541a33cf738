"""``from`` of a firewall filter's term -> the packets that it surely and perhaps holds.

"Routing Policies, Firewall Filters, and Traffic Policers User Guide", Juniper: within one condition any value matches,
all conditions must; of prefixes the longest that holds the address decides; addresses and prefix lists of one side are
one list. A condition on ports, ICMP types or TCP flags does not ask for the protocol itself: without a term's own
``protocol`` it looks at the same bytes of any packet, so that of other protocols what matches is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cloison.flows.configuring.juniper.addresses import PREFIX_LIST, PrefixLists, listed
from cloison.flows.configuring.juniper.bounds import EVERYWHERE, Addresses, Services, exact, exactly
from cloison.flows.configuring.juniper.flags import phases
from cloison.flows.configuring.juniper.reading import NOT_KNOWN, Reading, masked, wildcard
from cloison.flows.configuring.juniper.tree import Node
from cloison.flows.configuring.juniper.words import ICMP6_TYPES, ICMP_CODES, ICMP_TYPES, PORTS, PROTOCOLS
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED, TCP
from cloison.netmodel.space.refusal import RefusedError
from cloison.netmodel.space.services import CONTINUING, EVERY_SERVICE, NO_SERVICE, OPENING, ServiceSet

_SIDES = {
    "source-address": "source", "source-prefix-list": "source", "destination-address": "destination",
    "destination-prefix-list": "destination", "address": "either", "prefix-list": "either",
}  # fmt: skip
_PROTOCOL = frozenset({"protocol", "next-header", "payload-protocol"})
_NUMERIC = frozenset({"port", "source-port", "destination-port", "icmp-type", "icmp-code"})
_UNSURE = {
    "fragment": say("A match of fragments is not followed", "Un filtre sur les fragments n’est pas suivi"),
    "interface": say("A match of the interface is not followed", "Un filtre sur l’interface n’est pas suivi"),
}
_RAW = say(
    "Of protocols that it does not name, what it matches is not known",
    "Pour les protocoles qu’elle ne nomme pas, on ne sait ce qu’elle vise",
)
_TWICE = say(
    "A prefix is both listed and excepted, or its list is empty", "Un préfixe est cité et excepté, ou sa liste est vide"
)
_FLAGS = say("Flags of TCP beyond opening and continuing", "Drapeaux TCP au-delà de l’ouverture et de la suite")
_PORTED = IntervalSet.union((number, number) for number in PORTED)
_EVERY = IntervalSet.of((0, 255))
_FIELD = IntervalSet.of((0, 65535))


@dataclass(slots=True)
class Match:
    """What a term holds: one of the ``ends`` (sources and destinations), for ``services``; perhaps less (``doubt``)."""

    ends: list[tuple[Addresses, Addresses]]
    services: Services
    doubt: Message | None = None


@dataclass(slots=True)
class _Conditions:
    numbers: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    sides: dict[str, list[Node]] = field(default_factory=dict)
    phases: tuple[int, int] | None = None
    doubt: Message | None = None


class Matches:
    """Reads ``from``; equal conditions on services are worked out once."""

    def __init__(self, reading: Reading, lists: PrefixLists) -> None:
        self.reading = reading
        self.lists = lists
        self._services: dict[object, Services] = {}
        self._prefixes: dict[object, tuple[IntervalSet, IntervalSet]] = {}

    def read(self, node: Node | None, family: str) -> Match:
        """Return what a term's ``from`` holds in a family (``inet``, ``inet6``, ``any``)."""
        found = _Conditions()
        for item in node or ():
            self._condition(item, family, found)
        whole = exact({"inet": V4, "inet6": V6}.get(family, ANY))
        sides = {side: self._side(nodes, family) for side, nodes in found.sides.items()}
        source, destination = sides.get("source", whole), sides.get("destination", whole)
        ends = [(source, destination)]
        if "either" in sides:
            either = sides["either"]
            ends = [(_both(source, either), destination), (source, _both(destination, either))]
        return Match(ends, self._service(found, family), found.doubt)

    def _condition(self, item: Node, family: str, found: _Conditions) -> None:
        word = item.word
        plain = word.removesuffix("-except")
        if word in _SIDES:
            found.sides.setdefault(_SIDES[word], []).append(item)
        elif plain in _PROTOCOL or plain in _NUMERIC:
            names = _names(plain, family)
            most = 255 if plain in _PROTOCOL or plain.startswith("icmp") else 65535
            key = "protocol" + word[len(plain) :] if plain in _PROTOCOL else word
            ranges = [pair for value in item if (pair := self.reading.numbers(value, names, most)) is not None]
            found.numbers.setdefault(key, []).extend(ranges)
        elif word in ("tcp-established", "tcp-initial"):
            phase = CONTINUING if word == "tcp-established" else OPENING
            found.phases = _common(found.phases, (phase, phase))
        elif word == "tcp-flags":
            for value in item:
                read = phases(value.word)
                if read is None:
                    found.doubt = self.reading.leave(item, _FLAGS)
                else:
                    found.phases = _common(found.phases, read)
        else:
            kind = "fragment" if "fragment" in word else "interface" if word.startswith("interface") else ""
            found.doubt = self.reading.leave(item, _UNSURE.get(kind, NOT_KNOWN))

    def _side(self, nodes: Sequence[Node], family: str) -> Addresses:
        whole = {"inet": V4, "inet6": V6}.get(family, ANY)
        entries: list[tuple[int, int, bool]] = []
        scattered = EMPTY
        why: Message | None = None
        plain = family == "inet"
        for node in nodes:
            for item in node:
                excepted = item.get("except") is not None
                plain = plain and not excepted
                if node.word.endswith("prefix-list"):
                    plain = False
                    known = self.lists.prefixes(item.word)
                    if known is None:
                        self.reading.missing(item, PREFIX_LIST, self.lists.lists)
                        continue
                    mine = [(low, high, excepted) for low, high in known[0] if family == "any" or low in whole]
                    entries += mine
                    why = why or (_TWICE if known[1] or not mine else None)
                    continue
                sparse = self._scattered(item) if family != "inet6" else None
                if sparse is not None and not excepted:
                    scattered |= sparse
                elif sparse is not None:
                    why = self.reading.leave(item)
                else:
                    pair = self.reading.prefix(item, {"inet": V4, "inet6": V6}.get(family))
                    entries += [(*pair, excepted)] if pair is not None else []
        if plain and not scattered and why is None:
            return exact(IntervalSet.union((low, high) for low, high, _ in entries))
        lower, upper = listed(entries)
        lower, upper = (lower | scattered) & whole, (upper | scattered) & whole
        if scattered and any(entry[2] for entry in entries):
            why = why or _TWICE
        if why is not None:
            return Addresses(EMPTY, whole, why)
        return exact(lower) if lower == upper else Addresses(lower, upper, _TWICE)

    def _scattered(self, item: Node) -> IntervalSet | None:
        try:
            pair = masked(item.word)
        except RefusedError:
            return None
        return wildcard(*pair) if pair is not None else None

    def _service(self, found: _Conditions, family: str) -> Services:
        key = (family, found.phases, *((word, *ranges) for word, ranges in sorted(found.numbers.items())))
        known = self._services.get(key)
        if known is None:
            known = self._services[key] = _services(found, family)
        return known


def _services(found: _Conditions, family: str) -> Services:
    if not found.numbers and found.phases is None:
        return exactly(EVERY_SERVICE)
    named = "protocol" in found.numbers
    protocols = _values(found.numbers, "protocol", _EVERY)
    ported = any(word.removesuffix("-except") in ("port", "source-port", "destination-port") for word in found.numbers)
    typed = any(word.startswith("icmp") for word in found.numbers)
    icmp = {"inet": {ICMP}, "inet6": {ICMPV6}}.get(family, {ICMP, ICMPV6})
    lower: list[ServiceSet] = []
    upper: list[ServiceSet] = []
    rest = protocols
    for number in (*sorted(PORTED), *sorted(icmp)):
        if number not in protocols:
            continue
        rest -= IntervalSet.of((number, number))
        wanted = [ported and number not in PORTED, typed and number not in icmp, found.phases and number != TCP]
        if ported and number in PORTED:
            low = _ports(number, found.numbers)
        elif typed and number in icmp:
            low = _types(number, found.numbers)
        else:
            low = ServiceSet.of((number, number))
        high = low
        if found.phases is not None and number == TCP:
            sure, perhaps = found.phases
            high = low & ServiceSet.of((TCP, TCP), phases=perhaps) if perhaps else NO_SERVICE
            low = low & ServiceSet.of((TCP, TCP), phases=sure) if sure else NO_SERVICE
        upper.append(high)
        if not any(wanted):
            lower.append(low)
    others = ServiceSet.union(ServiceSet.of(pair) for pair in rest.ranges)
    upper.append(others)
    if not (ported or typed or found.phases is not None):
        lower.append(others)
    low, high = ServiceSet.union(lower), ServiceSet.union(upper)
    if low == high:
        return exactly(low)
    return Services(low, high, _FLAGS if named and protocols == IntervalSet.of((TCP, TCP)) else _RAW)


def _ports(number: int, numbers: dict[str, list[tuple[int, int]]]) -> ServiceSet:
    found = whole = ServiceSet.of((number, number))
    for low in _sets(numbers, "destination-port"):
        found = _targets(number, low)
    for source in _sets(numbers, "source-port"):
        found &= _origins(number, source)
    for word in ("port", "port-except"):
        if word in numbers:
            ports = IntervalSet.union(numbers[word])
            either = _targets(number, ports) | _origins(number, ports)
            found &= either if word == "port" else whole - either
    return found


def _types(number: int, numbers: dict[str, list[tuple[int, int]]]) -> ServiceSet:
    byte = IntervalSet.of((0, 255))
    types, codes = _values(numbers, "icmp-type", byte), _values(numbers, "icmp-code", byte)
    if codes == byte:
        fields = [(low << 8, high << 8 | 255) for low, high in types.ranges]
    else:
        fields = [(kind << 8 | low, kind << 8 | high) for first, last in types.ranges for kind in range(first, last + 1)
                  for low, high in codes.ranges]  # fmt: skip
    return _targets(number, IntervalSet.union(fields))


def _targets(number: int, ports: IntervalSet) -> ServiceSet:
    every = ServiceSet.of((number, number)).segments[0][2]
    base = number << 16
    return ServiceSet(tuple((base | low, base | high, every) for low, high in ports.ranges))


def _origins(number: int, ports: IntervalSet) -> ServiceSet:
    return ServiceSet.union(ServiceSet.of((number, number), source=pair) for pair in ports.ranges)


def _values(numbers: dict[str, list[tuple[int, int]]], word: str, whole: IntervalSet) -> IntervalSet:
    found = IntervalSet.union(numbers[word]) if word in numbers else whole
    return found - IntervalSet.union(numbers.get(f"{word}-except", ()))


def _sets(numbers: dict[str, list[tuple[int, int]]], word: str) -> Iterator[IntervalSet]:
    if word in numbers or f"{word}-except" in numbers:
        yield _values(numbers, word, _FIELD)


def _names(word: str, family: str) -> dict[str, int]:
    if word in _PROTOCOL:
        return PROTOCOLS
    if word == "icmp-type":
        return ICMP6_TYPES if family == "inet6" else ICMP_TYPES
    return ICMP_CODES if word == "icmp-code" else PORTS


def _common(one: tuple[int, int] | None, other: tuple[int, int]) -> tuple[int, int]:
    return other if one is None else (one[0] & other[0], one[1] & other[1])


def _both(one: Addresses, other: Addresses) -> Addresses:
    if one is EVERYWHERE:
        return other
    lower, upper = one.lower & other.lower, one.upper & other.upper
    return exact(lower) if lower == upper else Addresses(lower, upper, one.why or other.why)
