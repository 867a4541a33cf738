"""One entry of an extended access list of an ASA -> a term; addresses are real ones since version 8.3.

Source: Cisco ASA Series Command Reference, `access-list extended`; `any` is of both families since version 9.0.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cloison.flows.configuration import Action, Term, Written
from cloison.flows.configuring.cisco.asa_objects import Objects
from cloison.flows.configuring.cisco.entries import asks
from cloison.flows.configuring.cisco.groups import Known, unknown
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import (
    EVERY_PORT,
    OPERATORS,
    Cursor,
    host,
    is_icmp,
    is_number,
    masked,
    ported,
    prefix,
    protocol,
    services,
    take_ports,
    take_type,
)
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.surroundings import Surroundings
from cloison.netmodel.finding import Message
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import BOTH, EVERY_SERVICE, ServiceSet

_WHO = frozenset({"user", "user-group", "object-group-user"})
_TAGS = frozenset({"object-group-security", "object-group-network-service"})
_LOG_WORDS = frozenset({
    "default", "disable", "emergencies", "alerts", "critical", "errors", "warnings", "notifications", "informational",
    "debugging",
})  # fmt: skip


@dataclass(slots=True)
class Entries:
    """Reads entries against the objects of the configuration and the addresses of its interfaces."""

    notes: Notes
    objects: Objects
    around: Surroundings
    addresses: dict[str, IntervalSet] = field(default_factory=dict)  # of interfaces by name
    every: IntervalSet = ANY  # what `any` means in this version

    def entry(self, statement: Statement, cursor: Cursor, written: Written) -> Term | None:
        """Return the term of ``permit ...`` or ``deny ...``; ``None`` when it is inactive, or wrong (which is said)."""
        try:
            return self._entry(cursor, written)
        except RefusedError as refused:
            place = max(len(statement.words) - len(cursor.words), 0) + max(cursor.at - 1, 0)
            self.notes.error(statement.span(place), refused.message)
            return None

    def _entry(self, cursor: Cursor, written: Written) -> Term | None:
        action: Action = "permit" if cursor.take() == "permit" else "deny"
        numbers, asked, doubt = self._protocol(cursor)
        with_ports = numbers is not None and all(ported(number) for number in numbers)
        number = numbers[0] if numbers is not None and len(numbers) == 1 else 0
        sources = self._ends(cursor)
        source_ports = self._ports(cursor, number) if with_ports else None
        destinations = self._ends(cursor)
        ports = self._ports(cursor, number) if with_ports else None
        low = EVERY_PORT
        if numbers is not None and len(numbers) == 1 and is_icmp(number):
            low = self._type(cursor, number)
        within = self._service_group(cursor) if with_ports and ports is None else None
        rest = self._options(cursor)
        if rest is None:
            self.notes.harmless += 1  # inactive
            return None
        doubt = doubt or sources.doubt or destinations.doubt or rest.doubt
        for known in (source_ports, ports):
            doubt = doubt or (known.doubt if known is not None else None)
        if numbers is not None:
            to = ports.value if ports is not None else low
            source = source_ports.value if source_ports is not None else EVERY_PORT
            asked = ServiceSet.union([services(item, to, source, BOTH) for item in numbers])
            if within is not None:
                asked, doubt = asked & within.value, doubt or within.doubt
        if doubt is not None:
            self.notes.leave(written, doubt)
            return Term(action, written, sources.value, destinations.value, asked, sure=False, doubt=doubt,
                        rests=self.around.under(" ".join(cursor.words)))  # fmt: skip
        self.notes.understood += 1
        return Term(action, written, sources.value, destinations.value, asked)

    def _protocol(self, cursor: Cursor) -> tuple[tuple[int, ...] | None, ServiceSet, Message | None]:
        word = cursor.take()
        if word in ("object-group", "object"):
            name = cursor.take()
            if name in self.objects.protocols.written:
                known = self.objects.protocols.resolve(name)
                if known.value.size > 255:
                    return None, EVERY_SERVICE, known.doubt
                numbers = tuple(n for low, high in known.value.ranges for n in range(low, high + 1))
                return numbers, EVERY_SERVICE, known.doubt
            found = self.objects.services.resolve(name)
            return None, found.value, found.doubt
        number = protocol(word)
        return (None if number is None else (number,)), EVERY_SERVICE, None

    def _ends(self, cursor: Cursor) -> Known[IntervalSet]:
        doubt: Message | None = None
        while True:
            word = cursor.take()
            if word in _WHO:
                doubt = asks(f"{word} {cursor.take()}")
            elif word == "security-group":
                doubt = asks(f"{word} {cursor.take()} {cursor.take()}")
            elif word in _TAGS:
                doubt = asks(f"{word} {cursor.take()}")
                if word == "object-group-network-service":
                    return Known(self.every, doubt)
            else:
                break
        found = self._address(cursor, word)
        return Known(found.value, doubt or found.doubt)

    def _address(self, cursor: Cursor, word: str) -> Known[IntervalSet]:
        if word in ("any", "any4", "any6"):
            return Known({"any": self.every, "any4": V4, "any6": V6}[word])
        if word in ("object", "object-group"):
            return self.objects.networks.resolve(cursor.take())
        if word == "interface":
            name = cursor.take()
            if name not in self.addresses:
                raise unknown(name, self.addresses)
            if not self.addresses[name]:
                return Known(self.every, asks(f"interface {name}"))
            return Known(self.addresses[name])
        if word == "host":
            return Known(host(self.objects.named(cursor.take()), 0))
        text = self.objects.named(word)
        if "/" in text:
            return Known(prefix(text, 0))
        if not cursor.peek():
            raise refuse("{word} has no mask", "{word} n’a pas de masque", word=word[:60])
        return Known(masked(text, self.objects.named(cursor.take())))

    def _ports(self, cursor: Cursor, number: int) -> Known[IntervalSet] | None:
        if cursor.peek() in OPERATORS:
            return Known(take_ports(cursor, number, several=False))
        if cursor.peek() == "object-group" and cursor.words[cursor.at + 1 : cursor.at + 2]:
            name = cursor.words[cursor.at + 1]
            if name in self.objects.ports.written:
                cursor.at += 2
                return self.objects.ports.resolve(name)
        return None

    def _service_group(self, cursor: Cursor) -> Known[ServiceSet] | None:
        if cursor.peek() not in ("object-group", "object"):
            return None
        cursor.take()
        return self.objects.services.resolve(cursor.take())

    def _type(self, cursor: Cursor, number: int) -> IntervalSet:
        if cursor.peek() == "object-group":
            cursor.take()
            found = self.objects.types.resolve(cursor.take())
            return found.value
        kind = take_type(cursor, number)
        return EVERY_PORT if kind is None else IntervalSet((kind,))

    def _options(self, cursor: Cursor) -> Known[None] | None:
        """Return the doubt of what follows the ends, or ``None`` when the entry is inactive."""
        doubts: list[str] = []
        while cursor.peek():
            word = cursor.take()
            if word == "log":
                if cursor.peek() in _LOG_WORDS or (is_number(cursor.peek()) and len(cursor.peek()) == 1):
                    cursor.take()
            elif word == "interval":
                cursor.take()
            elif word == "inactive" or word == "(inactive)":
                return None
            elif word == "time-range":
                doubts.append(f"time-range {cursor.take()}")
            else:
                doubts.append(" ".join([word, *cursor.words[cursor.at :]]))
                cursor.at = len(cursor.words)
        return Known(None, asks("; ".join(doubts)) if doubts else None)
