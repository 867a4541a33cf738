"""The words of an entry, taken one by one: addresses, operators on ports, types of ICMP, protocols."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cloison.flows.configuring.cisco.groups import Known
from cloison.flows.configuring.cisco.ports import (
    EVERY,
    ICMP6_TYPES,
    ICMP_TYPES,
    PROTOCOL_WORDS,
    TCP_PORTS,
    UDP_PORTS,
)
from cloison.netmodel.finding import say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.space.addresses import MAPPED, V4, V6, parse_address
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED, TCP, UDP
from cloison.netmodel.space.refusal import refuse
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

_ALL = 0xFFFFFFFF
_MOST_RANGES = 65_536
_DOTTED = re.compile(r"\d+\.\d+\.\d+\.\d+", re.ASCII)
EVERY_PORT = IntervalSet(((0, 65535),))
OPERATORS = frozenset({"eq", "neq", "lt", "gt", "range"})
WIDE = say(
    "its wildcard mask stands for more than 65,536 ranges",
    "son masque générique vaut plus de 65 536 plages",
)


@dataclass(slots=True)
class Cursor:
    """Words with a place among them."""

    words: list[str]
    at: int = 0

    def peek(self) -> str:
        """Return the next word, or an empty one at the end."""
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self) -> str:
        """Return the next word and go past it; raises ``RefusedError`` at the end."""
        if self.at >= len(self.words):
            raise refuse("The statement ends too early", "L’instruction s’arrête trop tôt")
        self.at += 1
        return self.words[self.at - 1]


def is_number(word: str) -> bool:
    """Say whether a word is a whole number of fewer than 12 digits."""
    return word.isascii() and word.isdigit() and len(word) < 12


def is_dotted(word: str) -> bool:
    """Say whether a word has the form of an IPv4 address or mask."""
    return bool(word) and word[0].isdigit() and _DOTTED.fullmatch(word) is not None


@lru_cache(maxsize=65_536)
def host(text: str, family: int) -> IntervalSet:
    """Return one address of a family (4 or 6, 0 for either); raises ``RefusedError``."""
    address = parse_address(text)
    _of_family(text, address, family)
    return IntervalSet(((address, address),))


@lru_cache(maxsize=65_536)
def prefix(text: str, family: int) -> IntervalSet:
    """Return the addresses of ``10.1.0.0/16`` or ``2001:db8::/32``; host bits are cleared, as the device does."""
    address_text, _, length_text = text.partition("/")
    address = parse_address(address_text)
    _of_family(text, address, family)
    bits = 32 if address in V4 else 128
    if not length_text.isascii() or not length_text.isdigit() or len(length_text) > 3 or int(length_text) > bits:
        raise refuse(
            "{text}: the prefix length must be a whole number from 0 to {bits}",
            "{text} : la longueur de préfixe doit être un entier de 0 à {bits}",
            text=text, bits=bits,
        )  # fmt: skip
    span = (1 << (bits - int(length_text))) - 1
    found = IntervalSet(((address & ~span, address | span),))
    return found if bits == 32 else found - V4


@lru_cache(maxsize=65_536)
def masked(text: str, mask_text: str) -> IntervalSet:
    """Return the network of an address and a mask such as 255.255.0.0; raises ``RefusedError`` for another mask."""
    address = parse_address(text)
    _of_family(text, address, 4)
    wild = ~parse_address(mask_text) & _ALL
    if wild & (wild + 1):
        raise refuse(
            "{mask} is not a network mask: its ones are not all on the left",
            "{mask} n’est pas un masque de réseau : ses uns ne sont pas tous à gauche",
            mask=mask_text,
        )
    return IntervalSet(((address & ~wild, address | wild),))


def wildcard(text: str, mask_text: str) -> Known[IntervalSet]:
    """Return the addresses of an address and a wildcard mask: ones are bits that may differ, in any places."""
    address = parse_address(text)
    _of_family(text, address, 4)
    wild = parse_address(mask_text) & _ALL
    if wild & (wild + 1) == 0:
        return Known(IntervalSet(((address & ~wild, address | wild),)))
    return _scattered(address & _ALL & ~wild, wild)


@lru_cache(maxsize=64)
def _scattered(base: int, wild: int) -> Known[IntervalSet]:
    tail = 0
    while wild >> tail & 1:
        tail += 1
    loose = [1 << bit for bit in range(tail, 32) if wild >> bit & 1]
    if 1 << len(loose) > _MOST_RANGES:
        return Known(IntervalSet(((MAPPED | base, MAPPED | base | wild),)), WIDE)
    starts = [MAPPED | base]
    for bit in loose:
        starts += [start | bit for start in starts]
    span = (1 << tail) - 1
    return Known(IntervalSet.union((start, start + span) for start in starts))


def between(first: str, last: str, family: int) -> IntervalSet:
    """Return the addresses from the first to the last; raises ``RefusedError`` for a reversed range."""
    low, high = parse_address(first), parse_address(last)
    _of_family(first, low, family)
    _of_family(last, high, 4 if low in V4 else 6)
    if high < low:
        raise refuse(
            "{first} - {last}: the range is reversed",
            "{first} - {last} : la plage est inversée",
            first=first, last=last,
        )  # fmt: skip
    return IntervalSet(((low, high),)) - (V6 if low in V4 else V4)


def _of_family(text: str, address: int, family: int) -> None:
    if family and (address in V4) != (family == 4):
        raise refuse(
            "{text} is an IPv{other} address in a list of IPv{family}",
            "{text} est une adresse IPv{other} dans une liste d’IPv{family}",
            text=text, other=10 - family, family=family,
        )  # fmt: skip


def protocol(word: str) -> int | None:
    """Return a protocol's number, ``None`` for a word that stands for all; raises ``RefusedError``."""
    if word in EVERY:
        return None
    if is_number(word) and int(word) <= 255:
        return int(word)
    if word in PROTOCOL_WORDS:
        return PROTOCOL_WORDS[word]
    raise refuse(
        "{word} is not a protocol; the nearest ones are {near}",
        "{word} n’est pas un protocole ; les plus proches sont {near}",
        word=word[:60], near=nearest(word, PROTOCOL_WORDS) or ("tcp", "udp", "icmp"),
    )  # fmt: skip


def is_port(word: str, number: int) -> bool:
    """Say whether a word is a port of that protocol, by name or number."""
    if word.isascii() and word.isdigit():
        return is_number(word) and int(word) <= 65535
    return word in (UDP_PORTS if number == UDP else TCP_PORTS)


def port(word: str, number: int) -> int:
    """Return a port; raises ``RefusedError``."""
    if word.isascii() and word.isdigit():
        if is_number(word) and int(word) <= 65535:
            return int(word)
        raise refuse(
            "Port {word} is not between 0 and 65535",
            "Le port {word} n’est pas entre 0 et 65535",
            word=word[:60],
        )
    names = UDP_PORTS if number == UDP else TCP_PORTS if number == TCP else {**UDP_PORTS, **TCP_PORTS}
    if word in names:
        return names[word]
    raise refuse(
        "{word} is not a port; the nearest names are {near}",
        "{word} n’est pas un port ; les noms les plus proches sont {near}",
        word=word[:60], near=nearest(word, names) or ("www", "domain"),
    )  # fmt: skip


def take_ports(cursor: Cursor, number: int, several: bool = True) -> IntervalSet:
    """Return the ports of ``eq 80``, ``range 20 23``... and go past them; every port where there is no operator.

    ``several``: ``eq`` and ``neq`` may have many ports, as on IOS.
    """
    word = cursor.peek()
    if word not in OPERATORS:
        return EVERY_PORT
    cursor.take()
    first = port(cursor.take(), number)
    if word == "range":
        last = port(cursor.take(), number)
        if last < first:
            raise refuse(
                "The range of ports {first} {last} is reversed",
                "La plage de ports {first} {last} est inversée",
                first=first, last=last,
            )  # fmt: skip
        return IntervalSet(((first, last),))
    if word in ("lt", "gt"):
        low, high = (0, first - 1) if word == "lt" else (first + 1, 65535)
        return IntervalSet(((low, high),)) if low <= high else IntervalSet()
    if word == "eq" and not (several and is_port(cursor.peek(), number)):
        return IntervalSet(((first, first),))
    ports = [first]
    while several and is_port(cursor.peek(), number):
        ports.append(port(cursor.take(), number))
    found = IntervalSet.union((item, item) for item in ports)
    return found if word == "eq" else EVERY_PORT - found


def types(number: int) -> Mapping[str, tuple[int, int | None]]:
    """Return the names of types of ICMP or ICMPv6."""
    return ICMP6_TYPES if number == ICMPV6 else ICMP_TYPES


def take_type(cursor: Cursor, number: int) -> tuple[int, int] | None:
    """Return the low fields of an ICMP type (and code), and go past it; ``None`` where none is written."""
    word = cursor.peek()
    if word.isascii() and word.isdigit():
        kind = _byte(cursor.take())
        code = cursor.peek()
        if code.isascii() and code.isdigit():
            cursor.take()
            return kind << 8 | _byte(code), kind << 8 | _byte(code)
        return kind << 8, kind << 8 | 255
    if word not in types(number):
        return None
    cursor.take()
    kind, only = types(number)[word]
    if only is None:
        code = cursor.peek()
        if code.isascii() and code.isdigit():
            cursor.take()
            only = _byte(code)
    return (kind << 8, kind << 8 | 255) if only is None else (kind << 8 | only, kind << 8 | only)


def _byte(text: str) -> int:
    if len(text) > 3 or int(text) > 255:
        raise refuse(
            "{text} is not between 0 and 255", "{text} n’est pas entre 0 et 255",
            text=text[:60],
        )  # fmt: skip
    return int(text)


@lru_cache(maxsize=65_536)
def services(number: int | None, low: IntervalSet, source: IntervalSet, phases: int) -> ServiceSet:
    """Return the services of a protocol (``None``: all) with those low fields and source ports."""
    if number is None:
        return EVERY_SERVICE if phases == 3 else ServiceSet.of((0, 255), phases=phases)
    if len(low.ranges) == 1 and len(source.ranges) == 1:
        return ServiceSet.of((number, number), low.ranges[0], source.ranges[0], phases)
    return ServiceSet.union(
        ServiceSet.of((number, number), fields, sources, phases) for fields in low.ranges for sources in source.ranges
    )


def ported(number: int | None) -> bool:
    """Say whether a protocol has ports."""
    return number in PORTED


def is_icmp(number: int | None) -> bool:
    """Say whether a protocol has types and codes."""
    return number in (ICMP, ICMPV6)
