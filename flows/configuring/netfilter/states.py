"""Connection tracking and TCP flags as services: which packets are in which state.

A packet that continues a conversation is ``established``; the first one is ``new``. Of ICMP the kernel says more
(net/netfilter/nf_conntrack_proto_icmp.c, nf_conntrack_proto_icmpv6.c): errors are ``related`` to the conversation that
they are about, or ``invalid`` without one; only some types open a conversation, others are ``invalid``; neighbour
discovery and multicast listening of IPv6 are ``untracked``. Conversations that a helper expects are ``related`` too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cloison.flows.configuring.netfilter.boxes import WHOLE, Match, Part, box
from cloison.netmodel.finding import say
from cloison.netmodel.space.protocols import ICMP, ICMPV6, TCP
from cloison.netmodel.space.services import BOTH, CONTINUING, EVERY_SERVICE, NO_SERVICE, OPENING, ServiceSet


def _types(protocol: int, ranges: Iterable[tuple[int, int]], phases: int = BOTH) -> ServiceSet:
    return ServiceSet.union(
        ServiceSet.of((protocol, protocol), (low << 8, high << 8 | 255), phases=phases) for low, high in ranges
    )


_ERRORS = _types(ICMP, ((3, 5), (11, 12))) | _types(ICMPV6, ((0, 127),))
_UNTRACKED = _types(ICMPV6, ((130, 136), (143, 143)))
_QUERIES = _types(ICMP, ((8, 8), (13, 13), (15, 15), (17, 17))) | _types(ICMPV6, ((128, 128), (139, 139)))
_ANSWERS = _types(ICMP, ((0, 0), (14, 14), (16, 16), (18, 18))) | _types(ICMPV6, ((129, 129), (140, 140)))
_NOT_ICMP = EVERY_SERVICE - _types(ICMP, ((0, 255),)) - _types(ICMPV6, ((0, 255),))

_NEW = (_NOT_ICMP | _QUERIES).in_phase(OPENING)
_ESTABLISHED = (_NOT_ICMP | _QUERIES | _ANSWERS).in_phase(CONTINUING)
_RELATED = _ERRORS.in_phase(CONTINUING)

STATES = {
    "new": _NEW,
    "established": _ESTABLISHED,
    "related": _RELATED,
    "untracked": _UNTRACKED,
    "invalid": EVERY_SERVICE - _NEW - _ESTABLISHED - _RELATED - _UNTRACKED,
}
"""The packets in each state of connection tracking, without ``notrack`` and helpers."""

TRACKED = EVERY_SERVICE - _UNTRACKED - STATES["invalid"]
"""The packets that belong to a tracked conversation."""

OPENS = EVERY_SERVICE.in_phase(OPENING)
CONTINUES = EVERY_SERVICE.in_phase(CONTINUING)

FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ecn": 64, "cwr": 128}
_FIN, _SYN, _RST, _PSH, _ACK, _URG, _ECE, _CWR = 1, 2, 4, 8, 16, 32, 64, 128
_OPENINGS = (_SYN, _SYN | _ECE | _CWR)
_CONTINUATIONS = tuple(
    first | more
    for first in (_SYN | _ACK, _ACK, _FIN | _ACK, _RST, _RST | _ACK)
    for more in (0, _PSH, _URG, _PSH | _URG, _ECE, _CWR)
    if more in (0, _ECE, _CWR) or (first & (_SYN | _RST) == 0)
)
"""What RFC 9293 lets a sender set (section 3.10), with the bits of RFC 3168."""

_TCP_OPENS = ServiceSet.of((TCP, TCP), phases=OPENING)
_TCP_CONTINUES = ServiceSet.of((TCP, TCP), phases=CONTINUING)
ABOUT_FLAGS = say(
    "TCP flags that packets of one conversation may have or not",
    "drapeaux TCP que les paquets d’une même conversation peuvent avoir ou non",
)


def flagged(holds: Callable[[int], bool]) -> tuple[ServiceSet, ServiceSet]:
    """Return the packets whose TCP flags surely pass a test, and those that may."""
    sure, may = NO_SERVICE, NO_SERVICE
    for services, values in ((_TCP_OPENS, _OPENINGS), (_TCP_CONTINUES, _CONTINUATIONS)):
        said = {holds(value) for value in values}
        if said == {True}:
            sure |= services
        elif True in said:
            may |= services
    return sure, may


HELPED = say(
    "a helper may relate a conversation that opens to another",
    "un assistant (helper) peut rattacher une conversation qui s’ouvre à une autre",
)
DIRECTION = say("the direction of a conversation that goes on", "le sens d’une conversation en cours")
NOTRACK = say("some packets are exempt from connection tracking", "certains paquets échappent au suivi de connexion")


@dataclass(slots=True)
class Facts:
    """What other rules of the device make of states: ``helped`` services may open as related.

    ``early`` says that a rule asks for the state before connections are tracked.
    """

    notrack: bool = False
    early: bool = False
    helped: ServiceSet = NO_SERVICE


def in_states(words: Iterable[str], facts: Facts) -> Match:
    """Return the packets in any of the states named; raises ``KeyError``."""
    known = tuple(words)
    doubt = NOTRACK if facts.notrack or facts.early else None
    if facts.early or (doubt and "untracked" in known):
        return (Part(WHOLE, doubt),)
    found = [Part(box(services=tracked(known)), doubt)]
    if "related" in known and facts.helped and "new" not in known:
        found.append(Part(box(services=facts.helped & OPENS), HELPED))
    return tuple(found)


def directed(original: bool, facts: Facts, untracked: bool) -> Match:
    """Return the packets of one direction of a tracked conversation; which one a later packet has is not told.

    ``untracked`` says that packets of no conversation may match as well.
    """
    doubt = NOTRACK if facts.notrack or facts.early else None
    later = Part(box(services=tracked(("established", "related"))), DIRECTION)
    odd = (Part(box(services=tracked(("invalid", "untracked"))), DIRECTION),) if untracked or doubt else ()
    return (*((Part(box(services=STATES["new"]), doubt),) if original else ()), later, *odd)


def tracked(words: Iterable[str]) -> ServiceSet:
    """Return the packets in any of the states named; raises ``KeyError``."""
    return ServiceSet.union(STATES[word] for word in words)
