"""Random packets for the kernel, with what they are to a filter: opening, continuing, errors, to itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from kernel_lab import OWN, SIDES
from kernel_packets import ACK, ICMP, ICMPV6, SYN, TCP, UDP, Packet

from cloison.flows.configuring.fate import Probe
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.services import CONTINUING, OPENING

PORTS = (22, 53, 80, 443, 8005, 9999)
_NO_PORTS = (50, 103)


@dataclass(frozen=True)
class Case:
    """A packet, where it is sent and where it would arrive, what passes before, and what it is to a filter."""

    packet: Packet
    arriving: str
    leaving: str
    phase: int
    before: tuple[tuple[str, Packet], ...] = ()

    def probe(self, arriving: str, leaving: str) -> Probe:
        """Return the packet as a filter's reader has it, by the names that stand for its interfaces."""
        item = self.packet
        source = 0 if item.protocol in (ICMP, ICMPV6, *_NO_PORTS) else item.source_port
        return Probe(parse_address(item.source), parse_address(item.destination), item.protocol, item.port, source,
                     self.phase, arriving, leaving)  # fmt: skip


class Cases:
    """Packets of conversations that never meet one another."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._mark = 0
        self._pairs: set[frozenset[str]] = set()

    def make(self, count: int) -> list[Case]:
        """Return so many cases."""
        found: list[Case] = []
        while len(found) < count:
            case = self._one()
            if case is not None:
                found.append(case)
        return found

    def _next(self) -> int:
        self._mark += 1
        return self._mark

    def _host(self, side: int, v6: bool) -> str:
        last = self._random.randint(5, 9)
        return f"fd00:{side}::{last}" if v6 else f"10.{side}.0.{last}"

    def _one(self) -> Case | None:
        random = self._random
        v6 = random.random() < 0.4
        here, there = random.sample((1, 2, 3), 2)
        icmp = ICMPV6 if v6 else ICMP
        protocol = random.choice((TCP, TCP, TCP, UDP, UDP, icmp, icmp, random.choice(_NO_PORTS)))
        number = self._next()
        low = random.choice((1000, 40000)) + number
        port = random.choice(PORTS)
        if protocol == icmp:
            port = (128 if v6 else random.choice((8, 8, 8, 13))) << 8
        elif protocol in _NO_PORTS:
            port = low = 0
        talk = Packet(self._host(here, v6), self._host(there, v6), protocol, port, low, number)
        if protocol in _NO_PORTS:
            pair = frozenset((talk.source, talk.destination, str(protocol)))
            if pair in self._pairs:
                return None
            self._pairs.add(pair)
        sides = SIDES[here - 1], SIDES[there - 1]
        kind = random.choices(("open", "go on", "error", "odd", "own"), (5, 4, 1, 1, 1))[0]
        if kind == "open":
            fragments = protocol == UDP and random.random() < 0.2
            return Case(replace(talk, fragments=fragments), *sides, OPENING)
        if kind == "go on":
            return self._going_on(talk, sides)
        if kind == "own" and protocol not in _NO_PORTS:
            own = OWN[sides[0]][1 if v6 else 0]
            return Case(replace(talk, destination=own), sides[0], "", OPENING)
        if kind == "error":
            return self._error(talk, sides, v6)
        if kind == "odd" and protocol == icmp:
            odd = (129 if v6 else 0) << 8
            return Case(replace(talk, port=odd), *sides, OPENING)
        return None

    def _exchange(self, talk: Packet, sides: tuple[str, str]) -> tuple[tuple[str, Packet], ...]:
        there, back = sides
        first = replace(talk, mark=self._next())
        answer = replace(talk.reply(), mark=self._next())
        if talk.protocol != TCP:
            return ((there, first), (back, answer))
        length = 12  # the mark's bytes are data of the SYN
        third = replace(first, flags=ACK, seq=1001 + length, ack=2001 + length)
        return ((there, first), (back, replace(answer, flags=SYN | ACK, seq=2000, ack=1001 + length)), (there, third))

    def _going_on(self, talk: Packet, sides: tuple[str, str]) -> Case:
        before = self._exchange(talk, sides)
        if self._random.random() < 0.5:
            packet, ways = talk, sides
        else:
            packet, ways = talk.reply(), (sides[1], sides[0])
        if packet.protocol == TCP:
            packet = replace(packet, flags=ACK, seq=1013, ack=2013)
        return Case(packet, *ways, CONTINUING, before)

    def _error(self, talk: Packet, sides: tuple[str, str], v6: bool) -> Case:
        known = self._random.random() < 0.6
        before = self._exchange(talk, sides) if known else ()
        about = before[0][1] if known else replace(talk, mark=self._next())
        kind = self._random.choice((1, 2, 3) if v6 else (3, 11))
        error = Packet(talk.destination, talk.source, ICMPV6 if v6 else ICMP, kind << 8 | (0 if kind == 2 else 1), 0,
                       self._next(), about=about)  # fmt: skip
        return Case(error, sides[1], sides[0], CONTINUING if known else OPENING, before)
