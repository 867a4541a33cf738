"""Filter rules of pfSense and OPNsense as terms of two lists: on the arriving interface, and on the leaving one.

A quick rule ends the list at once; of the others the last one that holds a packet decides, if no quick one did. So the
first to decide is the first quick rule, then the last of the others.

Source: Netgate, pfSense documentation, "Rule Processing Order", "Floating Rules", "Firewall Rule Configuration";
OpenBSD, pf.conf(5) ("quick", "flags", "keep state").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cloison.flows.configuration import Action, Term, Written
from cloison.flows.configuring.bounds import Bounds, exactly, rule, services
from cloison.flows.configuring.sense.names import Places, place, switched
from cloison.flows.configuring.xml import Element
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PROTOCOLS, SCTP, TCP, UDP
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

_ACTIONS: Mapping[str, Action] = {"pass": "permit", "block": "deny", "reject": "deny"}
_UNDERSTOOD = frozenset({
    "type", "interface", "ipprotocol", "protocol", "source", "destination", "disabled", "floating", "quick",
    "direction", "icmptype", "icmp6-type", "interfacenot",
})  # fmt: skip
_HARMLESS = frozenset({
    "id", "tracker", "descr", "log", "created", "updated", "associated-rule-id", "tag", "defaultqueue", "ackqueue",
    "dnpipe", "pdnpipe", "max", "max-src-nodes", "max-src-conn", "max-src-conn-rate", "max-src-conn-rates",
    "max-src-states", "statetimeout", "allowopts", "disablereplyto", "nopfsync", "nosync", "l7container", "separator",
    "category", "set-prio", "set-prio-low", "reply-to", "overload", "adaptivestart", "adaptiveend", "uuid", "seq",
    "statetype", "tcpflags_any", "vlanprioset", "sequence", "pflow", "bridgeto", "ethertype", "udp-first",
    "udp-multiple", "udp-single", "shaper1", "shaper2", "if-bound", "state-policy", "statepolicy", "a_filter_time",
})  # fmt: skip
_NARROWS = frozenset({"gateway", "sched", "os", "tagged", "dscp", "vlanprio", "prio", "tcpflags1", "tcpflags2", "tos",
                      "divert-to", "invert"})  # fmt: skip
_TYPES4 = {"echorep": 0, "unreach": 3, "squench": 4, "redir": 5, "althost": 6, "echoreq": 8, "routeradv": 9,
           "routersol": 10, "timex": 11, "paramprob": 12, "timereq": 13, "timerep": 14, "inforeq": 15, "inforep": 16,
           "maskreq": 17, "maskrep": 18, "trace": 30, "dataconv": 31, "mobredir": 32, "photuris": 40}  # fmt: skip
_TYPES6 = {"unreach": 1, "toobig": 2, "timex": 3, "paramprob": 4, "echoreq": 128, "echorep": 129, "groupqry": 130,
           "listqry": 130, "grouprep": 131, "listenrep": 131, "groupterm": 132, "listendone": 132, "routersol": 133,
           "routeradv": 134, "neighbrsol": 135, "neighbradv": 136, "redir": 137, "routrrenum": 138}  # fmt: skip
_NUMBERS = {**PROTOCOLS, "icmp6": ICMPV6, "ipv6-icmp": ICMPV6, "carp": 112, "pfsync": 240, "ospf": 89}
_PORTED = {"tcp": (TCP,), "udp": (UDP,), "tcp/udp": (TCP, UDP), "sctp": (SCTP,)}


@dataclass(slots=True)
class Lists:
    """The terms of both directions: quick ones by rank (floating, groups, interfaces), and the others."""

    quick: dict[str, list[list[Term]]] = field(default_factory=lambda: {"in": [[], [], []], "out": [[], [], []]})
    slow: dict[str, list[list[Term]]] = field(default_factory=lambda: {"in": [], "out": []})

    def terms(self, direction: str) -> list[Term]:
        """Return the terms of a direction, the first to decide first."""
        found = [term for rank in self.quick[direction] for term in rank]
        return found + [term for terms in reversed(self.slow[direction]) for term in terms]


def read(places: Places, element: Element, lists: Lists, hides: frozenset[str] | None) -> None:
    """Read one rule into ``lists``; ``hides`` are the interfaces that hide sources (``None`` for any)."""
    notes, file = places.notes, places.file
    notes.understood += 1
    text = element.said("descr") or element.said("tracker")
    kind = element.said("type") or "pass"
    where = Written(place(file, element), f"{kind} {text}".strip(), text)
    if switched(element, "disabled"):
        notes.understood += element.size()
        return
    doubt, wide = _doubts(places, element, where)
    if kind == "match":
        return
    action = _ACTIONS.get(kind)
    if action is None:
        notes.error(where.span, say("{kind} is no type of rule", "{kind} n’est pas un type de règle", kind=kind))
        return
    if action == "permit" and element.said("statetype").startswith("none"):
        doubt = say("it keeps no state: answers need rules of their own",
                    "elle ne garde pas d’état : les réponses demandent leurs propres règles")  # fmt: skip
        notes.leave(where, doubt)
    floating = element.said("floating") in ("yes", "1")
    listed = element.said("interface")
    ports = places.interfaces(listed, where.span)
    if switched(element, "interfacenot") and ports is not None:
        ports = frozenset(places.found) - ports
    quick = not floating or element.said("quick") in ("yes", "1")
    direction = (element.said("direction") or "any") if floating else "in"
    rank = 0 if floating else 1 if listed in places.groups or listed in ("openvpn", "enc0", "l2tp") else 2
    ends = list(_ends(places, element, where, wide))
    for way in ("in", "out"):
        if direction not in ("any", way):
            continue
        terms: list[Term] = []
        for sources, destinations, wanted in ends:
            near = sources
            if way == "out" and sources.upper not in (ANY, V4, V6) and (hides is None or hides):
                near = Bounds(EMPTY, V4 if sources.upper <= V4 else V6 if sources.upper <= V6 else ANY, say(
                    "on the way out it meets sources that may be translated",
                    "en sortie elle voit des sources peut-être traduites"))  # fmt: skip
            arriving, leaving = (ports, None) if way == "in" else (None, ports)
            terms += rule(action, where, near, destinations, wanted, arriving, leaving, doubt)
        if quick:
            lists.quick[way][rank] += terms
        else:
            lists.slow[way].append(terms)


def end(places: Places, element: Element, tag: str) -> tuple[Bounds[IntervalSet], str]:
    """Return the addresses of a rule's end, negation included, and the text of its ports."""
    item = element.child(tag)
    if item is None:
        return exactly(ANY), ""
    span = place(places.file, item)
    words = [inner.text for inner in item.children if inner.tag in ("network", "address") and inner.text]
    found = places.end(words[0], span) if words else exactly(ANY)
    if not words and item.child("any") is None and item.children and item.child("port") is None:
        places.notes.error(span, say("{tag} says no address", "{tag} ne dit aucune adresse", tag=tag))
    if switched(item, "not"):
        found = found.negated(ANY)
    return found, item.said("port")


def _ends(
    places: Places, element: Element, where: Written, wide: bool
) -> Iterator[tuple[Bounds[IntervalSet], Bounds[IntervalSet], Bounds[ServiceSet]]]:
    families = {"inet": (V4,), "inet6": (V6,), "inet46": (V4, V6)}.get(element.said("ipprotocol") or "inet")
    if families is None:
        places.notes.error(where.span, say("{word} is no family", "{word} n’est pas une famille",
                                           word=element.said("ipprotocol")))  # fmt: skip
        return
    sources, source_port = end(places, element, "source")
    destinations, port = end(places, element, "destination")
    for bounds in (sources, destinations):
        if bounds.doubt is not None and not bounds.exact:
            places.notes.leave(where, bounds.doubt)
    for family in families:
        near, far = sources.within(family), destinations.within(family)
        if wide:
            near, far = exactly(family), exactly(family)
        wanted = exactly(EVERY_SERVICE) if wide else asked(places, element, where, family is V6, source_port, port)
        if near.upper and far.upper:
            yield near, far, wanted


def asked(
    places: Places, element: Element, where: Written, v6: bool, source_port: str, port: str
) -> Bounds[ServiceSet]:
    """Return what a rule asks for in one address family."""
    word = (element.said("protocol") or "any").lower()
    if word in _PORTED:
        to = places.asked(port, where.span) if port and port != "any" else None
        source = places.asked(source_port, where.span) if source_port and source_port != "any" else None
        return services(_ported(number, to, source) for number in _PORTED[word])
    if port or source_port:
        why = say("ports of a protocol without ports", "des ports d’un protocole qui n’en a pas")
        places.notes.leave(where, why)
        return Bounds(NO_SERVICE, EVERY_SERVICE, why)
    if word == "any":
        return exactly(EVERY_SERVICE)
    if word in ("icmp", "icmp6", "ipv6-icmp"):
        return _icmp(places, element, where, v6 if word == "icmp" else True)
    number = _NUMBERS.get(word, int(word) if word.isascii() and word.isdigit() and len(word) < 4 else 256)
    if number > 255:
        places.notes.error(where.span, say("{word} is no protocol", "{word} n’est pas un protocole", word=word[:60]))
        return exactly(NO_SERVICE)
    return exactly(ServiceSet.of((number, number)))


def _icmp(places: Places, element: Element, where: Written, v6: bool) -> Bounds[ServiceSet]:
    number = ICMPV6 if v6 else ICMP
    words = (element.said("icmp6-type") if v6 else "") or element.said("icmptype")
    if not words or words == "any":
        return exactly(ServiceSet.of((number, number)))
    found = []
    for word in words.split(","):
        kind = (_TYPES6 if v6 else _TYPES4).get(word, int(word) if word.isascii() and word.isdigit() else 256)
        if kind < 256:
            found.append(ServiceSet.of((number, number), (kind << 8, kind << 8 | 255)))
        elif word not in _TYPES4 and word not in _TYPES6:
            why = say("ICMP type {word} is not known", "le type ICMP {word} n’est pas connu", word=word[:40])
            places.notes.leave(where, why)
            return Bounds(NO_SERVICE, ServiceSet.of((number, number)), why)
    return exactly(ServiceSet.union(found))


def _ported(number: int, to: Bounds[ServiceSet] | None, source: Bounds[ServiceSet] | None) -> Bounds[ServiceSet]:
    """Return the services of a protocol out of destination and source ports, both given as TCP destinations."""
    if to is None and source is None:
        return exactly(ServiceSet.of((number, number)))
    sides = []
    for pick in ("lower", "upper"):
        lows = getattr(to, pick).fields(TCP).ranges if to is not None else ((0, 65535),)
        highs = getattr(source, pick).fields(TCP).ranges if source is not None else ((0, 65535),)
        sides.append(ServiceSet.union(ServiceSet.of((number, number), low, high) for low in lows for high in highs))
    doubt = next((item.doubt for item in (to, source) if item is not None and item.doubt is not None), None)
    return Bounds(sides[0], sides[0] if sides[0] == sides[1] else sides[1], doubt)


def _doubts(places: Places, element: Element, where: Written) -> tuple[Message | None, bool]:
    doubt: Message | None = None
    wide = False
    for item in element.children:
        if item.tag in _UNDERSTOOD:
            places.notes.understood += 1
        elif item.tag in _HARMLESS or (item.tag in _NARROWS and item.text in ("", "any", "default", "none")):
            places.notes.harmless += 1
        elif item.tag in _NARROWS:
            doubt = say("it depends on {tag}", "elle dépend de {tag}", tag=item.tag)
            places.notes.leave(where, doubt)
        else:
            doubt, wide = say("{tag} is not understood", "{tag} n’est pas compris", tag=item.tag), True
            places.notes.leave(where, doubt)
    return doubt, wide
