"""`object-group` of IOS and NX-OS: addresses, services, ports.

Sources: Cisco IOS Security Command Reference, `object-group network`, `object-group service`; Cisco Nexus 9000 Series
NX-OS Security Configuration Guide, "Object Groups". A network of an IOS group has a network mask, not a wildcard.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloison.flows.configuring.cisco.groups import Group, Groups, Known
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import (
    EVERY_PORT,
    OPERATORS,
    Cursor,
    between,
    host,
    is_dotted,
    is_icmp,
    is_number,
    is_port,
    masked,
    port,
    ported,
    prefix,
    protocol,
    services,
    take_ports,
    take_type,
    wildcard,
)
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import say
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import ICMPV6, TCP, UDP
from cloison.netmodel.space.refusal import RefusedError
from cloison.netmodel.space.services import BOTH, EVERY_SERVICE, ServiceSet

MEMBER = say("a member of the group is not understood", "un membre du groupe n’est pas compris")


def addresses(sets: Sequence[IntervalSet]) -> IntervalSet:
    """Return the union of sets of addresses or ports."""
    return IntervalSet.union(part for item in sets for part in item.ranges)


def read_network(groups: Groups[IntervalSet], name: str, statement: Statement, family: int, wild: bool) -> None:
    """Read a group of addresses; ``wild``: its masks are wildcards, and lines may be numbered (NX-OS)."""
    group = groups.open(name, statement)
    for line in statement.walk():
        words = _numbered(line)
        if _harmless(line, words, group, groups.notes):
            continue
        try:
            group.members.append(_address(Cursor(words), family, wild))
            groups.notes.understood += 1
        except RefusedError as refused:
            groups.notes.error(line.span(len(line.words) - 1), refused.message)


def _address(cursor: Cursor, family: int, wild: bool) -> Known[IntervalSet]:
    word = cursor.take()
    if word == "any":
        return Known(V4 if family == 4 else V6 if family == 6 else ANY)
    if word == "host":
        return Known(host(cursor.take(), family))
    if word == "range":
        return Known(between(cursor.take(), cursor.take(), family))
    if "/" in word:
        return Known(prefix(word, family))
    if is_dotted(cursor.peek()):
        return wildcard(word, cursor.take()) if wild else Known(masked(word, cursor.take()))
    if word in ("fqdn", "security-group", "user", "geolocation", "tag"):
        return Known(ANY if not family else V4 if family == 4 else V6, MEMBER)
    return Known(host(word, family))


def read_service(groups: Groups[ServiceSet], name: str, statement: Statement, family: int) -> None:
    """Read a group of services, as IOS writes it."""
    group = groups.open(name, statement)
    for line in statement.walk():
        if _harmless(line, line.words, group, groups.notes):
            continue
        try:
            group.members.append(Known(_service(Cursor(line.words), family)))
            groups.notes.understood += 1
        except RefusedError as refused:
            groups.notes.error(line.span(len(line.words) - 1), refused.message)


def _service(cursor: Cursor, family: int) -> ServiceSet:
    word = cursor.take()
    if word == "tcp-udp":
        at = cursor.at
        tcp = _ported(cursor, TCP)
        cursor.at = at
        return tcp | _ported(cursor, UDP)
    number = protocol(word)
    if number is None:
        return EVERY_SERVICE
    if family == 6 and word == "icmp":
        number = ICMPV6
    if is_icmp(number):
        kind = take_type(cursor, number)
        return services(number, EVERY_PORT if kind is None else IntervalSet((kind,)), EVERY_PORT, BOTH)
    return _ported(cursor, number) if ported(number) else services(number, EVERY_PORT, EVERY_PORT, BOTH)


def _ported(cursor: Cursor, number: int) -> ServiceSet:
    source = EVERY_PORT
    if cursor.peek() == "source":
        cursor.take()
        source = _bare_ports(cursor, number)
    return services(number, _bare_ports(cursor, number), source, BOTH)


def _bare_ports(cursor: Cursor, number: int) -> IntervalSet:
    if cursor.peek() in OPERATORS or not cursor.peek() or not is_port(cursor.peek(), number):
        if cursor.peek() and cursor.peek() not in OPERATORS:
            port(cursor.peek(), number)
        return take_ports(cursor, number, several=False)
    found = port(cursor.take(), number)
    return IntervalSet(((found, found),))


def read_ports(groups: Groups[IntervalSet], name: str, statement: Statement) -> None:
    """Read `object-group ip port` of NX-OS."""
    group = groups.open(name, statement)
    for line in statement.walk():
        words = _numbered(line)
        if _harmless(line, words, group, groups.notes):
            continue
        try:
            cursor = Cursor(words)
            if cursor.peek() not in OPERATORS:
                port(cursor.peek(), 0)
                group.members.append(Known(_bare_ports(cursor, 0)))
            else:
                group.members.append(Known(take_ports(cursor, 0, several=False)))
            groups.notes.understood += 1
        except RefusedError as refused:
            groups.notes.error(line.span(len(line.words) - 1), refused.message)


def _numbered(line: Statement) -> list[str]:
    words = line.words
    return words[1:] if len(words) > 1 and is_number(words[0]) else words


def _harmless(line: Statement, words: list[str], group: Group[IntervalSet] | Group[ServiceSet], notes: Notes) -> bool:
    """Take a description, or the name of a group in the group."""
    if words[0] in ("description", "exit"):
        notes.harmless += 1
        return True
    if words[0] == "group-object" and len(words) == 2:
        group.nested.append((words[1], line))
        notes.understood += 1
        return True
    return False
