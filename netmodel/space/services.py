"""Exact sets of what a packet asks for: protocol, port or ICMP type, source port, and place in its conversation.

A protocol's *low* field is the destination port; for ICMP it is ``type << 8 | code``. Protocols without ports use
both fields fully. The *phase* says whether a packet opens a conversation or continues one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, NUMBERS, PORTED, TCP, UDP, name
from cloison.netmodel.space.refusal import RefusedError, refuse

OPENING = 1
CONTINUING = 2
BOTH = OPENING | CONTINUING

_FIELD = 1 << 16
_EVERY_PORT = (0, _FIELD - 1)
_EVERY_SOURCE = IntervalSet(((0, 2 * _FIELD - 1),))  # in both phases
_EPHEMERAL = 49152  # first dynamic port, RFC 6335 section 6

# replies of ICMP (RFC 792, RFC 950, RFC 1256) and of ICMPv6 (RFC 4443, RFC 4620)
REPLIES = {ICMP: {8: 0, 13: 14, 15: 16, 17: 18}, ICMPV6: {128: 129, 139: 140}}

# (low, high, sources): `protocol << 16 | low field`, with source ports, those of continuing packets raised by 2**16
Segment = tuple[int, int, IntervalSet]
_low = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Box:
    """A block of a service set: one protocol, inclusive low fields and source ports, the phases they hold for."""

    protocol: int
    low: int
    high: int
    source_low: int
    source_high: int
    phases: int


@dataclass(frozen=True, slots=True)
class ServiceSet:
    """An immutable set of (protocol, low field, source port, phase) in its only form.

    ``segments`` are sorted and disjoint; neighbours that touch differ in their sources; none is empty. The constructor
    trusts this; :meth:`of`, :meth:`union` and the operators ensure it.
    """

    segments: tuple[Segment, ...] = ()

    @staticmethod
    def of(
        protocols: tuple[int, int],
        low: tuple[int, int] = _EVERY_PORT,
        source: tuple[int, int] = _EVERY_PORT,
        phases: int = BOTH,
    ) -> ServiceSet:
        """Return the product of inclusive ranges of protocols, low fields and source ports, in ``phases``."""
        if phases == BOTH and source == _EVERY_PORT:
            sources = _EVERY_SOURCE  # one value for nearly all sets
        else:
            sources = EMPTY
            if phases & OPENING:
                sources |= IntervalSet.of(source)
            if phases & CONTINUING:
                sources |= IntervalSet.of((source[0] + _FIELD, source[1] + _FIELD))
        if protocols[0] == protocols[1] and sources:
            return ServiceSet(((protocols[0] << 16 | low[0], protocols[0] << 16 | low[1], sources),))
        return _canonical((number << 16 | low[0], number << 16 | low[1], sources)
                          for number in range(protocols[0], protocols[1] + 1))  # fmt: skip

    @staticmethod
    def union(sets: Iterable[ServiceSet]) -> ServiceSet:
        """Return the union of any number of sets."""
        rest = list(sets)
        while len(rest) > 1:  # in pairs, so that many small sets do not cost their square
            rest = [rest[at] | rest[at + 1] if at + 1 < len(rest) else rest[at] for at in range(0, len(rest), 2)]
        return rest[0] if rest else NO_SERVICE

    @property
    def size(self) -> int:
        """How many (protocol, low field, source port, phase) are in the set."""
        return sum((high - low + 1) * sources.size for low, high, sources in self.segments)

    def __bool__(self) -> bool:
        return bool(self.segments)

    def __or__(self, other: ServiceSet) -> ServiceSet:
        if not self.segments or self is other:
            return other
        return _combined(self, other, IntervalSet.__or__) if other.segments else self

    def __and__(self, other: ServiceSet) -> ServiceSet:
        return _combined(self, other, IntervalSet.__and__)

    def __sub__(self, other: ServiceSet) -> ServiceSet:
        return _combined(self, other, IntervalSet.__sub__)

    def __le__(self, other: ServiceSet) -> bool:
        return self is other or not (self - other).segments

    def overlaps(self, other: ServiceSet) -> bool:
        """Say whether the sets share anything."""
        return bool((self & other).segments)

    def complement(self, within: ServiceSet | None = None) -> ServiceSet:
        """Return what of ``within`` (everything, unless given) is not in the set."""
        return (EVERY_SERVICE if within is None else within) - self

    def holds(self, protocol: int, low: int, source_port: int, phase: int) -> bool:
        """Say whether the set holds a packet of one phase."""
        key = protocol << 16 | low
        position = bisect_right(self.segments, key, key=_low)
        if not position or key > self.segments[position - 1][1]:
            return False
        return source_port + (_FIELD if phase == CONTINUING else 0) in self.segments[position - 1][2]

    def in_phase(self, phase: int) -> ServiceSet:
        """Return the packets of one phase."""
        return self & (_OPENINGS if phase == OPENING else _CONTINUATIONS)

    def least(self) -> tuple[int, int, int, int]:
        """Return one (protocol, low field, source port, phase), always the same and as plain as can be.

        TCP, UDP, ICMP and ICMPv6 come first, port 0 and low source ports last, openings before continuations.
        Raises ``ValueError`` when the set is empty.
        """
        if not self.segments:
            raise ValueError("an empty set has no least service")
        key, sources = self._plainest()
        phase = OPENING if sources.least() < _FIELD else CONTINUING
        shift = 0 if phase == OPENING else _FIELD
        if key >> 16 not in PORTED and shift in sources:
            source = shift
        elif _EPHEMERAL + shift in sources:
            source = _EPHEMERAL + shift
        else:
            source = (sources & IntervalSet.of((shift, shift + _FIELD - 1))).least()
        return key >> 16, key & (_FIELD - 1), source - shift, phase

    def _plainest(self) -> tuple[int, IntervalSet]:
        for protocol in (TCP, UDP, ICMP, ICMPV6):
            first = protocol << 16 | (1 if protocol in (TCP, UDP) else 0)
            for low, high, sources in self.segments:
                if high >= first and low <= protocol << 16 | (_FIELD - 1):
                    return max(low, first), sources
        return self.segments[0][0], self.segments[0][2]

    def boxes(self) -> Iterator[Box]:
        """Yield disjoint blocks whose union is the set, one protocol each, in order; for tables and displays."""
        for low, high, sources in self.segments:
            opening = sources & _EITHER_OPENING
            continuing = (sources - _EITHER_OPENING).shifted(-_FIELD)
            for protocol in range(low >> 16, (high >> 16) + 1):
                start, end = max(low, protocol << 16), min(high, protocol << 16 | (_FIELD - 1))
                for phases, part in (
                    (BOTH, opening & continuing),
                    (OPENING, opening - continuing),
                    (CONTINUING, continuing - opening),
                ):
                    for first, last in part.ranges:
                        yield Box(protocol, start & (_FIELD - 1), end & (_FIELD - 1), first, last, phases)

    def mirrored(self) -> ServiceSet:
        """Return what answers the set: continuing packets, ports exchanged; a query of ICMP becomes its reply.

        ICMP errors answer nothing of their own here, and protocols without ports answer in kind.
        """
        found = []
        for box in self.boxes():
            ports, sources = (box.low, box.high), (box.source_low, box.source_high)
            if box.protocol in PORTED:
                found.append(ServiceSet.of((box.protocol, box.protocol), sources, ports, CONTINUING))
            elif box.protocol in REPLIES:
                for query, reply in REPLIES[box.protocol].items():
                    if box.low <= query << 8 | 255 and box.high >= query << 8:
                        low = (reply << 8, reply << 8 | 255)
                        found.append(ServiceSet.of((box.protocol, box.protocol), low, phases=CONTINUING))
            else:
                found.append(ServiceSet.of((box.protocol, box.protocol), phases=CONTINUING))
        return ServiceSet.union(found)

    def fields(self, protocol: int) -> IntervalSet:
        """Return the low fields (destination ports, or ICMP ``type << 8 | code``) that the set has for a protocol."""
        first, last = protocol << 16, protocol << 16 | (_FIELD - 1)
        return IntervalSet.union(
            (max(low, first) - first, min(high, last) - first)
            for low, high, _ in self.segments
            if high >= first and low <= last
        )


def parse_ports(to: str, source: str = "") -> ServiceSet:
    """Return the packets of a service as the map writes it, in both phases, from the initiator to the responder.

    ``to`` is ``tcp/443``, ``tcp/6800-7300``, ``sctp/3868``, ``icmp/8``, ``icmp/3/4``, ``icmpv6/128``, ``icmp/0-255``,
    ``ospf``, ``ip/112`` or ``any``; ``source`` is the same for the initiator's ports. Every port is ``tcp/1-65535``,
    which holds port 0 too: it is reserved (RFC 6335 section 6) and has no text of its own. Raises ``RefusedError``.
    """
    word, slash, rest = to.partition("/")
    if to == "any":
        found = EVERY_SERVICE
    elif word == "ip":
        found = _by_number(to, rest)
    elif word not in NUMBERS:
        raise refuse(
            "{text}: {word} is not a protocol; write tcp/443, udp/53, icmp/8, ospf or ip/112",
            "{text} : {word} n’est pas un protocole ; écrivez tcp/443, udp/53, icmp/8, ospf ou ip/112",
            text=_cut(to), word=_cut(word),
        )  # fmt: skip
    elif NUMBERS[word] in PORTED:
        low = _ports(to, word, rest)
        found = ServiceSet.of((NUMBERS[word], NUMBERS[word]), low)
    elif NUMBERS[word] in (ICMP, ICMPV6):
        found = ServiceSet.of((NUMBERS[word], NUMBERS[word]), _icmp(to, word, rest))
    elif slash:
        raise refuse(
            "{text}: {word} has no ports; write {word}",
            "{text} : {word} n’a pas de ports ; écrivez {word}",
            text=_cut(to), word=word,
        )  # fmt: skip
    else:
        found = ServiceSet.of((NUMBERS[word], NUMBERS[word]))
    if not source:
        return found
    source_word, _, source_rest = source.partition("/")
    if NUMBERS.get(word) not in PORTED or source_word != word:
        raise refuse(
            "{source}: source ports must be of the same protocol as {text}, which must have ports",
            "{source} : les ports source doivent être du même protocole que {text}, qui doit avoir des ports",
            source=_cut(source), text=_cut(to),
        )  # fmt: skip
    return found & ServiceSet.of((NUMBERS[word], NUMBERS[word]), source=_ports(source, word, source_rest))


def show(services: ServiceSet) -> tuple[str, ...]:
    """Return texts whose union is the set, in the map's own words.

    `` from 123`` follows where source ports are restricted; `` established`` marks continuing packets alone and
    `` new`` opening packets alone.
    """
    if services == EVERY_SERVICE:
        return ("any",)
    texts: list[str] = []
    for low, high, sources in services.segments:
        for first, last in _by_protocol(low, high):
            texts += (_ports_text(first, last) + suffix for suffix in _sources_texts(sources))
    return tuple(texts)


def _canonical(pieces: Iterable[Segment]) -> ServiceSet:
    """Join sorted disjoint pieces that touch and have equal sources."""
    joined: list[Segment] = []
    for low, high, sources in pieces:
        if not sources:
            continue
        if joined and joined[-1][1] + 1 == low and joined[-1][2] == sources:
            joined[-1] = (joined[-1][0], high, sources)
        else:
            joined.append((low, high, sources))
    return ServiceSet(tuple(joined))


def _combined(
    left: ServiceSet, right: ServiceSet, operation: Callable[[IntervalSet, IntervalSet], IntervalSet]
) -> ServiceSet:
    cuts = sorted({cut for item in (left, right) for low, high, _ in item.segments for cut in (low, high + 1)})
    at, to = 0, 0
    pieces: list[Segment] = []
    for start, end in pairwise(cuts):
        while at < len(left.segments) and left.segments[at][1] < start:
            at += 1
        while to < len(right.segments) and right.segments[to][1] < start:
            to += 1
        mine = left.segments[at][2] if at < len(left.segments) and left.segments[at][0] <= start else EMPTY
        other = right.segments[to][2] if to < len(right.segments) and right.segments[to][0] <= start else EMPTY
        pieces.append((start, end - 1, operation(mine, other)))
    return _canonical(pieces)


def _ports(text: str, word: str, ports: str) -> tuple[int, int]:
    if not ports:
        raise refuse(
            "{text} says no port; write {word}/443, {word}/8000-8099 or, for every port, {word}/1-65535",
            "{text} ne dit aucun port ; écrivez {word}/443, {word}/8000-8099 ou, pour tous les ports, {word}/1-65535",
            text=_cut(text), word=word,
        )  # fmt: skip
    low, high = _range(text, ports, 1, 65535)
    return (0, high) if (low, high) == (1, 65535) else (low, high)


def _icmp(text: str, word: str, rest: str) -> tuple[int, int]:
    if not rest:
        raise refuse(
            "{text} says no type; write {word}/{echo} (echo), {word}/TYPE/CODE or, for every type, {word}/0-255",
            "{text} ne dit aucun type ; écrivez {word}/{echo} (écho), {word}/TYPE/CODE ou, pour tous les types, "
            "{word}/0-255",
            text=text, word=word, echo=8 if NUMBERS[word] == ICMP else 128,
        )  # fmt: skip
    types, slash, code = rest.partition("/")
    low, high = _range(text, types, 0, 255)
    if not slash:
        return low << 8, high << 8 | 255
    if low != high:
        raise refuse(
            "{text}: a code needs one type, not a range of them",
            "{text} : un code demande un seul type, pas une plage",
            text=text,
        )
    first, last = _range(text, code, 0, 255)
    return low << 8 | first, low << 8 | last


def _by_number(text: str, number: str) -> ServiceSet:
    if not number:
        raise refuse(
            "{text} says no protocol; write ip/112, or any",
            "{text} ne dit aucun protocole ; écrivez ip/112, ou any",
            text=text,
        )
    low, high = _range(text, number, 0, 255)
    if low != high:
        raise refuse(
            "{text}: write one protocol at a time",
            "{text} : écrivez un seul protocole à la fois",
            text=text,
        )
    if low in PORTED or low in (ICMP, ICMPV6):
        raise refuse(
            "{text} is {word}; write {example}",
            "{text} est {word} ; écrivez {example}",
            text=text, word=name(low), example=f"{name(low)}/{443 if low in PORTED else 8 if low == ICMP else 128}",
        )  # fmt: skip
    return ServiceSet.of((low, low))


_NUMBER = re.compile(r"0|[1-9][0-9]{0,5}", re.ASCII)


def _range(text: str, numbers: str, least: int, most: int) -> tuple[int, int]:
    first, dash, last = numbers.partition("-")
    if not _NUMBER.fullmatch(first) or (dash and not _NUMBER.fullmatch(last)):
        raise refuse(
            "{text}: {numbers} is not a number or a range such as {least}-{most}",
            "{text} : {numbers} n’est pas un nombre ni une plage telle que {least}-{most}",
            text=_cut(text), numbers=_cut(numbers), least=least, most=most,
        )  # fmt: skip
    low, high = int(first), int(last or first)
    if least <= low <= high <= most:
        return low, high
    for number in (low, high):
        if not least <= number <= most:
            raise _outside(text, number, least, most)
    raise refuse(
        "{text}: the range is reversed; write {high}-{low}",
        "{text} : la plage est inversée ; écrivez {high}-{low}",
        text=text, low=low, high=high,
    )  # fmt: skip


def _outside(text: str, number: int, least: int, most: int) -> RefusedError:
    return refuse(
        "{text}: {number} is not between {least} and {most}",
        "{text} : {number} n’est pas entre {least} et {most}",
        text=text, number=number, least=least, most=most,
    )  # fmt: skip


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"


def _by_protocol(low: int, high: int) -> Iterator[tuple[int, int]]:
    for protocol in range(low >> 16, (high >> 16) + 1):
        yield max(low, protocol << 16), min(high, protocol << 16 | (_FIELD - 1))


def _ports_text(first: int, last: int) -> str:
    protocol, low, high = first >> 16, first & (_FIELD - 1), last & (_FIELD - 1)
    word = name(protocol)
    if protocol in (ICMP, ICMPV6):
        return f"{word}/{_icmp_text(low, high)}"
    if (low, high) == (0, _FIELD - 1):
        return f"{word}/1-65535" if protocol in PORTED else word
    return f"{word}/{low}" if low == high else f"{word}/{low}-{high}"


def _icmp_text(low: int, high: int) -> str:
    first, last = low >> 8, high >> 8
    if low & 255 == 0 and high & 255 == 255:
        return str(first) if first == last else f"{first}-{last}"
    if low == high:
        return f"{first}/{low & 255}"
    if first == last:
        return f"{first}/{low & 255}-{high & 255}"
    return f"{first}/{low & 255}-{last}/{high & 255}"


def _sources_texts(sources: IntervalSet) -> Iterator[str]:
    opening = sources & _EITHER_OPENING
    continuing = (sources - _EITHER_OPENING).shifted(-_FIELD)
    for part, mark in (
        (opening & continuing, ""),
        (opening - continuing, " new"),
        (continuing - opening, " established"),
    ):
        if part == _EITHER_OPENING:
            yield mark
        elif part:
            ports = ",".join(str(low) if low == high else f"{low}-{high}" for low, high in part.ranges)
            yield f" from {ports}{mark}"


_EITHER_OPENING = IntervalSet.of(_EVERY_PORT)
NO_SERVICE = ServiceSet()
EVERY_SERVICE = ServiceSet.of((0, 255))
_OPENINGS = ServiceSet.of((0, 255), phases=OPENING)
_CONTINUATIONS = ServiceSet.of((0, 255), phases=CONTINUING)
