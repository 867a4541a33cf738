"""Conversations with an ASA itself: nothing that is not told to be open.

Source: Cisco ASA Series General Operations CLI Configuration Guide, "Management Access"; Command Reference, `ssh`,
`http`, `telnet`, `icmp`, `access-group ... control-plane`: lists on interfaces do not filter what the device is sent;
a list of the control plane does, after what `ssh`, `http` and `telnet` open, and ends without a denial of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cloison.flows.configuration import Action, Stage, Term
from cloison.flows.configuring.cisco.asa_objects import Objects
from cloison.flows.configuring.cisco.groups import unknown
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import Cursor, host, is_dotted, is_number, masked, prefix, take_type
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import say
from cloison.netmodel.space.addresses import ANY, V4
from cloison.netmodel.space.protocols import ICMP, ICMPV6, TCP, UDP
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import ServiceSet

_OPENED = {"ssh": 22, "telnet": 23, "http": 443}
_IPSEC = ServiceSet.of((UDP, UDP), (500, 500)) | ServiceSet.of((UDP, UDP), (4500, 4500)) | ServiceSet.of((50, 50))
_TUNNELS = ServiceSet.of((TCP, TCP), (443, 443)) | ServiceSet.of((UDP, UDP), (443, 443))
_ROUTED = {
    "ospf": ServiceSet.of((89, 89)), "eigrp": ServiceSet.of((88, 88)), "rip": ServiceSet.of((UDP, UDP), (520, 520)),
    "bgp": ServiceSet.of((TCP, TCP), (179, 179)),
}  # fmt: skip
_RUN = say(
    "a service that the device runs; which conversations it takes is not followed here",
    "un service de l’équipement ; les conversations qu’il accepte ne sont pas suivies ici",
)


@dataclass(slots=True)
class Management:
    """What opens the device to conversations with itself."""

    notes: Notes
    objects: Objects
    interfaces: dict[str, Statement]  # by name
    port: int = 443
    opened: list[Term] = field(default_factory=list)
    pings: list[Term] = field(default_factory=list)
    ran: list[Term] = field(default_factory=list)

    def read(self, top: Statement) -> bool:
        """Read a statement; say whether it was one of these."""
        words = top.words
        if words[:3] == ["http", "server", "enable"]:
            if len(words) > 3 and is_number(words[3]):
                self.port = int(words[3])
            self.notes.understood += 1
            return True
        try:
            if words[0] in _OPENED and len(words) >= 3 and self._is_address(words[1]):
                self._open(top)
            elif words[0] in ("icmp", "ipv6") and words[-1] in self.interfaces and self._ping(top):
                pass
            elif words[0] == "crypto" and words[2:3] == ["enable"] and words[1] in ("ikev1", "ikev2", "isakmp"):
                self._run(top, _IPSEC, words[3:4])
            elif words[0] == "webvpn":
                for line in top.children:
                    if line.words[0] == "enable":
                        self._run(line, _TUNNELS, line.words[1:2])
                self.notes.harmless += top.count()
                return True
            elif words[0] == "router" and words[1:2] and words[1] in _ROUTED:
                self._run(top, _ROUTED[words[1]], [])
                self.notes.harmless += top.count() - 1
            else:
                return False
        except RefusedError as refused:
            self.notes.error(top.span(1), refused.message)
        return True

    def stages(self, lists: Sequence[tuple[frozenset[str], list[Term]]], shut: Sequence[Term]) -> tuple[Stage, ...]:
        """Return the stages of what the device is sent; none where nothing is told of it."""
        if not (self.opened or self.pings or self.ran or lists):
            return ()
        web = ServiceSet.of((TCP, TCP), (self.port, self.port))
        opened = [
            Term(term.action, term.written, term.sources, term.destinations,
                 web if term.written.name == "http" else term.services, term.arriving)
            for term in self.opened
        ]  # fmt: skip
        controlled = [
            Term(term.action, term.written, term.sources, term.destinations, term.services, names, None, term.sure,
                 term.doubt)
            for names, terms in lists for term in terms
        ]  # fmt: skip
        device = Stage("device", (*shut, *opened, *self.pings, *self._free(), *self.ran), "implicit")
        if not controlled:
            return (device,)
        return Stage("control-plane", (*opened, *controlled), "implicit", "permit"), device

    def _free(self) -> Iterator[Term]:
        """Yield what permits ICMP on the interfaces that no rule of ICMP names: they answer everyone."""
        for number in (ICMP, ICMPV6):
            own = ServiceSet.of((number, number))
            ruled = {name for term in self.pings if term.services.overlaps(own) for name in term.arriving or ()}
            for name in sorted(set(self.interfaces) - ruled):
                yield Term("permit", self.interfaces[name].written("icmp"), services=own, arriving=frozenset((name,)))

    def _is_address(self, word: str) -> bool:
        return is_dotted(word) or ":" in word or word in self.objects.names

    def _open(self, top: Statement) -> None:
        words = top.words
        if words[-1] not in self.interfaces:
            raise unknown(words[-1], self.interfaces)
        number = _OPENED[words[0]]
        text = self.objects.named(words[1])
        sources = prefix(text, 0) if "/" in text else masked(text, words[2])
        self.opened.append(Term("permit", top.written(words[0]), sources, ANY,
                                ServiceSet.of((TCP, TCP), (number, number)), frozenset((words[-1],))))  # fmt: skip
        self.notes.understood += 1

    def _ping(self, top: Statement) -> bool:
        words = top.words[1:] if top.words[0] == "ipv6" else top.words
        if words[0] != "icmp" or words[1:2] not in (["permit"], ["deny"]):
            return False
        six = top.words[0] == "ipv6"
        cursor = Cursor(words, 2)
        word = self.objects.named(cursor.take())
        if word in ("any", "any4", "any6"):
            sources = ANY - V4 if six else V4
        elif word == "host":
            sources = host(self.objects.named(cursor.take()), 0)
        else:
            sources = prefix(word, 0) if "/" in word else masked(word, cursor.take())
        number = ICMPV6 if six else ICMP
        asked = ServiceSet.of((number, number))
        if cursor.at < len(words) - 1:
            kind = take_type(cursor, number)
            if kind is None:
                raise refuse("{word} is not a type of ICMP", "{word} n’est pas un type d’ICMP", word=cursor.peek()[:60])
            asked = ServiceSet.of((number, number), kind)
        action: Action = "permit" if words[1] == "permit" else "deny"
        self.pings.append(Term(action, top.written("icmp"), sources, ANY, asked, frozenset((words[-1],))))
        self.notes.understood += 1
        return True

    def _run(self, top: Statement, services: ServiceSet, names: list[str]) -> None:
        if names and names[0] not in self.interfaces:
            raise unknown(names[0], self.interfaces)
        self.ran.append(Term("unknown", top.written(), services=services, sure=False, doubt=_RUN,
                             arriving=frozenset(names) if names else None))  # fmt: skip
        self.notes.leave(top.written(), _RUN)
