"""The interfaces of IOS and NX-OS: addresses, lists applied to them, zones, sides of NAT.

Sources: Cisco IOS IP Addressing Services Command Reference; Cisco IOS Security Command Reference, `ip access-group`,
`ipv6 traffic-filter`, `zone-member security`; Cisco Nexus 9000 Series NX-OS Interfaces Configuration Guide.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cloison.flows.configuration import Interface
from cloison.flows.configuring.cisco.harmless import OF_INTERFACES, OF_INTERNET
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import between, host, masked, prefix
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.refusal import RefusedError


@dataclass(slots=True)
class Applied:
    """A list that an interface names: its family, ``in`` or ``out``, and the statement."""

    name: str
    family: int
    direction: str
    statement: Statement


@dataclass(slots=True)
class Port:
    """An interface while it is read."""

    name: str
    statement: Statement
    addresses: IntervalSet = EMPTY
    networks: IntervalSet = EMPTY
    zone: str = ""
    side: str = ""  # of NAT: inside or outside
    shut: bool = False
    switched: bool = False
    vlans: set[str] = field(default_factory=set)
    applied: list[Applied] = field(default_factory=list)
    policies: list[Statement] = field(default_factory=list)  # of quality of service
    doubts: list[tuple[Statement, Message]] = field(default_factory=list)  # each as wide as what passes it

    def interface(self) -> Interface:
        """Return it as a configuration has it."""
        return Interface(self.name, self.addresses, self.networks, self.zone, self.statement.span())


def filters(words: list[str]) -> bool:
    """Say whether words that are not understood look as if they filtered packets."""
    text = " ".join(words).casefold()
    return any(part in text for part in ("acl", "access", "filter", "firewall", "inspect", "policy", "deny", "drop",
                                         "block", "secur", "permit", "guard", "nat ", "quarantine"))  # fmt: skip


def read(port: Port, statement: Statement, notes: Notes) -> None:
    """Read one statement of an interface."""
    words = statement.words
    negated = words[0] in ("no", "default")
    verb = words[1] if negated and len(words) > 1 else words[0]
    rest = words[2:] if negated else words[1:]
    try:
        known = _known(port, statement, verb, rest, negated)
    except RefusedError as refused:
        notes.error(statement.span(len(words) - 1), refused.message)
        return
    if known == "understood":
        notes.understood += 1
        notes.harmless += statement.count() - 1
    elif known == "harmless" or negated:
        notes.harmless += statement.count()
    else:
        why = say("it is not understood", "elle n’est pas comprise")
        notes.leave(statement.written(port.name), why)
        if filters(words) or verb == "crypto":  # what a tunnel carries passes the lists of this interface
            port.doubts.append((statement, why))


def _known(port: Port, statement: Statement, verb: str, rest: list[str], negated: bool) -> str:
    first = rest[0] if rest else ""
    if verb == "shutdown":
        port.shut = not negated
        return "understood"
    if verb == "switchport":
        port.switched = not negated
        if rest[:2] == ["access", "vlan"] and len(rest) > 2:
            port.vlans.add(f"Vlan{rest[2]}")
        return "harmless"
    if negated:
        return ""
    if verb in ("ip", "ipv6") and _applied(port, statement, verb, rest):
        return "understood"
    if verb in ("ip", "ipv6"):
        return _internet(port, statement, verb, rest)
    if verb in ("vrf", "zone-member"):
        if verb == "zone-member" and first == "security" and len(rest) > 1:
            port.zone = rest[1]
        return "understood"
    if verb == "service-policy":
        port.policies.append(statement)
        return "harmless"
    if verb in ("standby", "vrrp", "glbp", "hsrp"):
        _virtual(port, statement)
    return "harmless" if verb in OF_INTERFACES else ""


def _applied(port: Port, statement: Statement, verb: str, rest: list[str]) -> bool:
    switched = rest[:1] == ["port"] and len(rest) > 1
    words = rest[1:] if switched else rest
    if words[:1] not in (["access-group"], ["traffic-filter"]) or len(words) != 3 or words[2] not in ("in", "out"):
        return False
    if switched:
        port.switched = True
    port.applied.append(Applied(words[1], 4 if verb == "ip" else 6, words[2], statement))
    return True


def _internet(port: Port, statement: Statement, verb: str, rest: list[str]) -> str:
    first = rest[0] if rest else ""
    if first == "address":
        _address(port, verb, rest[1:])
        return "understood"
    if first == "nat" and rest[1:2] in (["inside"], ["outside"]) and len(rest) == 2:
        port.side = rest[1]
        return "understood"
    if first == "inspect":
        port.doubts.append((statement, say(
            "inspection lets the replies to what it has seen pass the lists",
            "l’inspection laisse les réponses à ce qu’elle a vu passer les listes",
        )))  # fmt: skip
        return ""
    if first == "vrf":
        return "understood"
    return "harmless" if first in OF_INTERNET else ""


def _address(port: Port, verb: str, rest: list[str]) -> None:
    if verb == "ip" and len(rest) >= 2 and "." in rest[1]:
        own, network = host(rest[0], 4), masked(rest[0], rest[1])
    elif rest and "/" in rest[0]:
        address = rest[0].split("/")[0]
        network = prefix(rest[0], 4 if verb == "ip" else 6)
        own = network if "eui-64" in rest else host(address, 4 if verb == "ip" else 6)
        if "eui-64" in rest:
            own = EMPTY
    elif rest[1:2] == ["link-local"]:
        own, network = host(rest[0], 6), EMPTY
    else:
        return  # DHCP, negotiated, autoconfiguration
    port.addresses |= own
    port.networks |= network


def _virtual(port: Port, statement: Statement) -> None:
    for line in (statement, *statement.walk()):
        for place, word in enumerate(line.words[:-1]):
            if word in ("ip", "ipv6", "address") and line.words[place + 1][:1].isalnum():
                try:
                    found = between(line.words[place + 1], line.words[place + 1], 0)
                except RefusedError:
                    continue
                port.addresses |= found
