"""One entry of an access list of IOS or NX-OS -> a term.

Sources: Cisco IOS Security Command Reference, `access-list (IP extended)`, `deny (IP)`, `permit (IPv6)`; Cisco Nexus
9000 Series NX-OS Security Configuration Guide, "Configuring IP ACLs". `established` holds TCP with ACK or RST.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cloison.flows.configuration import Action, Term, Written
from cloison.flows.configuring.cisco.groups import Groups, Known
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import (
    EVERY_PORT,
    WIDE,
    Cursor,
    host,
    is_dotted,
    is_icmp,
    ported,
    prefix,
    protocol,
    services,
    take_ports,
    take_type,
    types,
    wildcard,
)
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.surroundings import Surroundings
from cloison.netmodel.finding import Message, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.space.addresses import V4, V6
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, TCP
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import BOTH, CONTINUING, EVERY_SERVICE, OPENING, ServiceSet

_LOGGED = frozenset({"log", "log-input"})
_ALONE = frozenset({
    "fragments", "routing", "mobility", "dest-option", "hbh", "auth", "undetermined-transport", "tracked",
    "capture", "reverse-path-check",
})  # fmt: skip
_WITH_ONE = frozenset({
    "dscp", "precedence", "tos", "option", "time-range", "flow-label", "routing-type", "mobility-type",
    "dest-option-type", "igmp-type", "http-method", "vlan", "cos", "nexthop-group",
})  # fmt: skip
_COMPARED = frozenset({"ttl", "packet-length", "tcp-option-length", "tcp-flags-mask", "udf"})
_FLAGS = frozenset({"ack", "rst", "syn", "fin", "psh", "urg"})
_OPENING = (frozenset({"+syn", "-ack"}), frozenset({"+syn", "-ack", "-rst"}))
_BUDGET = 1_000_000  # ranges of all scattered wildcard masks of a configuration


def asks(what: str) -> Message:
    """Return the doubt about an entry that asks for more than ends and services."""
    return say(
        "it holds only some of these packets: {what}",
        "elle ne vise qu’une partie de ces paquets : {what}",
        what=what[:80],
    )


@dataclass(slots=True)
class Reader:
    """Reads entries; the groups are those of the whole configuration, read before."""

    notes: Notes
    networks: Groups[IntervalSet]
    services: Groups[ServiceSet]
    ports: Groups[IntervalSet]
    around: Surroundings
    prefixes: bool = False  # NX-OS: an address without a prefix or mask is no host
    budget: int = _BUDGET
    _families: dict[tuple[str, int], Known[IntervalSet]] = field(default_factory=dict)

    def entry(self, statement: Statement, cursor: Cursor, family: int, standard: bool, written: Written) -> Term | None:
        """Return the term of ``permit ...`` or ``deny ...``; says what is wrong and returns ``None`` else."""
        try:
            action: Action = "permit" if cursor.take() == "permit" else "deny"
            term = (self._standard(cursor, action, written) if standard
                    else self._extended(cursor, action, family, written))  # fmt: skip
            return term if term.sure else replace(term, rests=self.around.under(" ".join(cursor.words)))
        except RefusedError as refused:
            place = max(len(statement.words) - len(cursor.words), 0) + max(cursor.at - 1, 0)
            self.notes.error(statement.span(place), refused.message)
            return None

    def _standard(self, cursor: Cursor, action: Action, written: Written) -> Term:
        sources = self.ends(cursor, 4, bare=True)
        rest = [word for word in cursor.words[cursor.at :] if word not in _LOGGED]
        doubt = sources.doubt or (asks(" ".join(rest)) if rest else None)
        return self._term(action, written, sources.value, V4, EVERY_SERVICE, doubt)

    def _extended(self, cursor: Cursor, action: Action, family: int, written: Written) -> Term:
        asked: Known[ServiceSet] | None = None
        number: int | None = None
        if cursor.peek() == "object-group":
            cursor.take()
            asked = self.services.resolve(cursor.take())
        else:
            word = cursor.take()
            if word in ("host", "any"):
                raise refuse(
                    "A protocol must come before {word}", "Un protocole doit précéder {word}",
                    word=word,
                )  # fmt: skip
            number = protocol(word)
            if family == 6 and number == ICMP and word == "icmp":
                number = ICMPV6
        with_ports = ported(number)
        sources = self.ends(cursor, family)
        source_ports = self._ports(cursor, number) if with_ports else Known(EVERY_PORT)
        destinations = self.ends(cursor, family)
        ports = self._ports(cursor, number) if with_ports else Known(EVERY_PORT)
        low, phases, doubt = ports.value, BOTH, None
        if is_icmp(number) and number is not None and cursor.at < len(cursor.words):
            kind = take_type(cursor, number)
            if kind is not None:
                low = IntervalSet((kind,))
            elif family == 6 and cursor.peek() == "destination-unreachable":
                doubt = asks(cursor.take())
                low = IntervalSet(((1 << 8, 1 << 8 | 255),))
        if cursor.at < len(cursor.words):
            phases, more = self._options(cursor, number)
            doubt = doubt or more
        doubt = doubt or sources.doubt or destinations.doubt or source_ports.doubt or ports.doubt
        if asked is not None:
            doubt = doubt or asked.doubt
            found = asked.value if phases == BOTH else asked.value.in_phase(phases)
        else:
            found = services(number, low, source_ports.value, phases)
        return self._term(action, written, sources.value, destinations.value, found, doubt)

    def _term(
        self, action: Action, written: Written, sources: IntervalSet, destinations: IntervalSet, asked: ServiceSet,
        doubt: Message | None,
    ) -> Term:  # fmt: skip
        if doubt is not None:
            self.notes.leave(written, doubt)
            return Term(action, written, sources, destinations, asked, sure=False, doubt=doubt)
        self.notes.understood += 1
        return Term(action, written, sources, destinations, asked)

    def ends(self, cursor: Cursor, family: int, bare: bool = False) -> Known[IntervalSet]:
        """Return the addresses that come next; ``bare``: an address alone is a host."""
        word = cursor.take()
        if word == "any":
            return Known(V4 if family == 4 else V6)
        if word == "host":
            return Known(host(cursor.take(), family))
        if word in ("object-group", "addrgroup"):
            return self._group(cursor.take(), family)
        if "/" in word:
            return Known(prefix(word, family))
        if family == 6:
            raise refuse(
                "{word} is neither any, host, a group nor a prefix",
                "{word} n’est ni any, ni host, ni un groupe, ni un préfixe",
                word=word[:60],
            )  # fmt: skip
        if is_dotted(cursor.peek()):
            found = wildcard(word, cursor.take())
            if len(found.value.ranges) > 1:
                self.budget -= len(found.value.ranges)
                if self.budget < 0:
                    low, high = found.value.least(), found.value.greatest()
                    return Known(IntervalSet(((low, high),)), WIDE)
            return found
        alone = host(word, 4)
        if bare:
            return Known(alone)
        if self.prefixes:
            return Known(alone, say(
                "{word} has neither a prefix length nor a mask: a host, or a line that the device refuses",
                "{word} n’a ni longueur de préfixe ni masque : un hôte, ou une ligne que l’équipement refuse",
                word=word,
            ))  # fmt: skip
        raise refuse("{word} has no wildcard mask", "{word} n’a pas de masque générique", word=word)

    def _group(self, name: str, family: int) -> Known[IntervalSet]:
        """Return a group's addresses of one family, found once: a group may be large and used in every entry."""
        known = self._families.get((name, family))
        if known is None:
            found = self.networks.resolve(name)
            known = Known(found.value & (V4 if family == 4 else V6), found.doubt)
            self._families[name, family] = known
        return known

    def _ports(self, cursor: Cursor, number: int | None) -> Known[IntervalSet]:
        if cursor.peek() == "portgroup":
            cursor.take()
            return self.ports.resolve(cursor.take())
        return Known(take_ports(cursor, number or TCP))

    def _options(self, cursor: Cursor, number: int | None) -> tuple[int, Message | None]:
        """Return the phases that the rest of an entry leaves, and what it asks for besides."""
        phases = BOTH
        doubts: list[str] = []
        while cursor.at < len(cursor.words):
            word = cursor.take()
            if word in _LOGGED:
                if cursor.peek() == "tag" or (cursor.peek() and cursor.peek() not in _KNOWN):
                    cursor.at = cursor.at + (2 if cursor.peek() == "tag" else 1)  # a cookie
            elif word in ("reflect", "sequence") or word == "timeout":
                cursor.take()
            elif word == "established" and number == TCP:
                phases &= CONTINUING
            elif word in ("match-all", "match-any") and number == TCP:
                flags: set[str] = set()
                while cursor.peek()[:1] in ("+", "-") and cursor.peek():
                    flags.add(cursor.take())
                if word == "match-all" and flags in _OPENING:
                    phases &= OPENING
                elif word == "match-any" and flags == {"+ack", "+rst"}:
                    phases &= CONTINUING
                else:
                    doubts.append(" ".join([word, *sorted(flags)]))
            elif word in _FLAGS and number == TCP:
                if word in ("ack", "rst"):
                    phases &= CONTINUING
                doubts.append(word)
            elif word in _ALONE:
                doubts.append(word)
            elif word in _WITH_ONE:
                doubts.append(f"{word} {cursor.take()}")
            elif word in _COMPARED:
                operator = cursor.take()
                count = {"range": 2, "eq": 1, "neq": 1, "lt": 1, "gt": 1}.get(operator, 0)
                doubts.append(" ".join([word, operator, *(cursor.take() for _ in range(count))]))
            elif is_icmp(number) and number is not None and (near := nearest(word, types(number))):
                raise refuse(
                    "{word} is not a type of ICMP; the nearest names are {near}",
                    "{word} n’est pas un type d’ICMP ; les noms les plus proches sont {near}",
                    word=word[:60], near=near,
                )  # fmt: skip
            else:
                doubts.append(" ".join([word, *cursor.words[cursor.at :]]))
                cursor.at = len(cursor.words)
        return phases, asks("; ".join(doubts)) if doubts else None


_KNOWN = _LOGGED | _ALONE | _WITH_ONE | _COMPARED | _FLAGS | {
    "established", "match-all", "match-any", "reflect", "timeout", "sequence",
}  # fmt: skip
