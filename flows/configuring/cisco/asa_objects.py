"""Objects and object groups of an ASA, one name space for all: addresses, services, ports, protocols, ICMP types.

Source: Cisco ASA Series Firewall CLI Configuration Guide, "Objects for Access Control"; Command Reference, `name`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cloison.flows.configuring.cisco.groups import Group, Groups, Known, unknown
from cloison.flows.configuring.cisco.lists import UNREAD
from cloison.flows.configuring.cisco.objects import MEMBER, addresses
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import (
    EVERY_PORT,
    Cursor,
    between,
    host,
    is_icmp,
    masked,
    ported,
    prefix,
    protocol,
    services,
    take_ports,
    take_type,
)
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import say
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import ICMP, TCP, UDP
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import BOTH, EVERY_SERVICE, ServiceSet

FQDN = say(
    "a domain name stands for addresses that the configuration does not tell",
    "un nom de domaine vaut des adresses que la configuration ne dit pas",
)
_NETWORKS = frozenset({"network"})


@dataclass(slots=True)
class Objects:
    """All that has a name on an ASA."""

    notes: Notes
    networks: Groups[IntervalSet]
    services: Groups[ServiceSet]
    ports: Groups[IntervalSet]
    protocols: Groups[IntervalSet]
    types: Groups[IntervalSet]
    names: dict[str, str] = field(default_factory=dict)
    translated: list[tuple[str, Statement]] = field(default_factory=list)  # `nat` under an object

    @staticmethod
    def of(notes: Notes) -> Objects:
        """Return no objects yet."""
        return Objects(
            notes, Groups(addresses, notes), Groups(ServiceSet.union, notes), Groups(addresses, notes),
            Groups(addresses, notes), Groups(addresses, notes),
        )  # fmt: skip

    def finish(self) -> None:
        """Expand everything, so that what is wrong anywhere is said."""
        for groups in (self.networks, self.ports, self.protocols, self.types):
            groups.finish()
        self.services.finish()

    def named(self, word: str) -> str:
        """Return the address that ``name`` gave a word, or the word."""
        return self.names.get(word, word)

    def read(self, top: Statement) -> bool:
        """Read ``object ...`` or ``object-group ...``; say whether it was one that is known."""
        words = top.words
        if len(words) < 3:
            return False
        kind, name = words[1], words[2]
        if words[0] == "object":
            if kind == "network":
                self._lines(top, self.networks.open(name, top), lambda cursor: self._network(cursor), name)
            elif kind == "service":
                self._lines(top, self.services.open(name, top), lambda cursor: Known(self._service(cursor)), name)
            else:
                return False
            return True
        if kind == "network":
            self._lines(top, self.networks.open(name, top), self._member)
        elif kind == "service" and len(words) > 3:
            number = {"tcp": TCP, "udp": UDP}.get(words[3], 0)
            self._lines(top, self.ports.open(name, top), lambda cursor: Known(_port_object(cursor, number)))
        elif kind == "service":
            self._lines(top, self.services.open(name, top), lambda cursor: self._service_object(cursor))
        elif kind == "protocol":
            self._lines(top, self.protocols.open(name, top), lambda cursor: Known(_protocol_object(cursor)))
        elif kind == "icmp-type":
            self._lines(top, self.types.open(name, top), lambda cursor: Known(_type_object(cursor)))
        elif kind in ("user", "security"):
            self.notes.harmless += top.count()  # an entry that uses it is in doubt
        else:
            return False
        return True

    def _lines(
        self, top: Statement, group: Group[IntervalSet] | Group[ServiceSet],
        member: Callable[[Cursor], Known[IntervalSet]] | Callable[[Cursor], Known[ServiceSet]], single: str = "",
    ) -> None:  # fmt: skip
        self.notes.understood += 1
        for line in top.walk():
            words = line.words
            if words[0] == "description":
                self.notes.harmless += 1
            elif words[0] == "nat" and single:
                self.translated.append((single, line))
            elif words[0] == "group-object" and len(words) == 2:
                group.nested.append((words[1], line))
                self.notes.understood += 1
            elif words[:2] in (["network-object", "object"], ["service-object", "object"]) and len(words) == 3:
                group.nested.append((words[2], line))
                self.notes.understood += 1
            else:
                try:
                    group.members.append(member(Cursor(words)))  # type: ignore[arg-type]
                    self.notes.understood += 1
                except RefusedError as refused:
                    self.notes.error(line.span(len(words) - 1), refused.message)

    def _network(self, cursor: Cursor) -> Known[IntervalSet]:
        word = cursor.take()
        if word == "fqdn":
            family = {"v4": V4, "v6": V6}.get(cursor.peek(), ANY)
            return Known(family, FQDN)
        if word == "range":
            return Known(between(self.named(cursor.take()), self.named(cursor.take()), 0))
        if word in ("host", "subnet"):
            return Known(self._plain(cursor, word == "host"))
        raise refuse("{word} is not understood here", "{word} n’est pas compris ici", word=word[:60])

    def _member(self, cursor: Cursor) -> Known[IntervalSet]:
        if cursor.take() != "network-object":
            return Known(ANY, MEMBER)
        if cursor.peek() == "host":
            cursor.take()
            return Known(self._plain(cursor, True))
        return Known(self._plain(cursor, False))

    def _plain(self, cursor: Cursor, single: bool) -> IntervalSet:
        word = self.named(cursor.take())
        if single:
            return host(word, 0)
        return prefix(word, 0) if "/" in word else masked(word, self.named(cursor.take()))

    def _service(self, cursor: Cursor) -> ServiceSet:
        if cursor.take() != "service":
            raise refuse("This is not understood here", "Ceci n’est pas compris ici")
        return service(cursor)

    def _service_object(self, cursor: Cursor) -> Known[ServiceSet]:
        if cursor.take() != "service-object":
            return Known(EVERY_SERVICE, UNREAD)
        return Known(service(cursor))


def service(cursor: Cursor) -> ServiceSet:
    """Return ``tcp source eq 1 destination range 2 3``, ``icmp echo``, ``gre``..."""
    word = cursor.take()
    if word == "tcp-udp":
        at = cursor.at
        tcp = _ported(cursor, TCP)
        cursor.at = at
        return tcp | _ported(cursor, UDP)
    number = protocol(word)
    if is_icmp(number) and number is not None:
        kind = take_type(cursor, number)
        return services(number, EVERY_PORT if kind is None else IntervalSet((kind,)), EVERY_PORT, BOTH)
    if ported(number) and number is not None:
        return _ported(cursor, number)
    return services(number, EVERY_PORT, EVERY_PORT, BOTH)


def _ported(cursor: Cursor, number: int) -> ServiceSet:
    source = ports = EVERY_PORT
    while cursor.peek():
        word = cursor.peek()
        if word in ("source", "destination"):
            cursor.take()
        found = take_ports(cursor, number, several=False)
        if word == "source":
            source = found
        elif found == EVERY_PORT and word != "destination":
            raise refuse("{word} is not understood here", "{word} n’est pas compris ici", word=word[:60])
        else:
            ports = found
    return services(number, ports, source, BOTH)


def _port_object(cursor: Cursor, number: int) -> IntervalSet:
    if cursor.take() != "port-object":
        raise refuse("Only port-object may be here", "Seul port-object peut être ici")
    return take_ports(cursor, number, several=False)


def _protocol_object(cursor: Cursor) -> IntervalSet:
    if cursor.take() != "protocol-object":
        raise refuse("Only protocol-object may be here", "Seul protocol-object peut être ici")
    number = protocol(cursor.take())
    return IntervalSet(((0, 255),)) if number is None else IntervalSet(((number, number),))


def _type_object(cursor: Cursor) -> IntervalSet:
    if cursor.take() != "icmp-object":
        raise refuse("Only icmp-object may be here", "Seul icmp-object peut être ici")
    kind = take_type(cursor, ICMP)
    if kind is None:
        raise unknown(cursor.peek(), ("echo", "echo-reply", "unreachable", "time-exceeded"))
    return IntervalSet((kind,))
