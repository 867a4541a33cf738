"""Translations of pfSense and OPNsense: what is redirected is filtered at its real destination.

Source: Netgate, pfSense documentation, "Port Forwards", "1:1 NAT", "Outbound NAT", "Ordering of NAT and Firewall
Processing".
"""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.configuration import Term, Translation, Written
from cloison.flows.configuring.bounds import Bounds, exactly, rule, services
from cloison.flows.configuring.sense.names import Places, place, switched
from cloison.flows.configuring.sense.rules import asked, end
from cloison.flows.configuring.xml import Element
from cloison.netmodel.finding import say
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import TCP
from cloison.netmodel.space.services import ServiceSet


def forwards(places: Places, root: Element) -> tuple[list[Term], list[Term], list[Translation]]:
    """Return what redirections permit by themselves, the destinations that they make unreal, and the translations."""
    passed: list[Term] = []
    unreal: list[Term] = []
    found: list[Translation] = []
    taken: list[tuple[IntervalSet, ServiceSet]] = []
    for entry in root.all("nat", "rule"):
        places.notes.understood += 1
        if switched(entry, "disabled"):
            continue
        where = Written(place(places.file, entry), f"nat {entry.said('descr')}".strip(), entry.said("descr"))
        v6 = entry.said("ipprotocol") == "inet6"
        family = V6 if v6 else V4
        arriving = places.interfaces(entry.said("interface"), where.span)
        sources, source_port = end(places, entry, "source")
        outside, port = end(places, entry, "destination")
        outer = asked(places, entry, where, v6, source_port, port)
        near, far = sources.within(family), outside.within(family)
        if switched(entry, "nordr"):
            why = say("no redirection here: the ones that follow are shadowed",
                      "pas de redirection ici : les suivantes sont masquées")  # fmt: skip
            places.notes.leave(where, why)
            unreal += rule("unknown", where, near, exactly(ANY), outer, arriving, None, why)
            continue
        target = places.end(entry.said("target"), where.span).within(family)
        real = _real(places, entry, where, v6, source_port, port, outer)
        unreal += rule("deny", where, near, far.minus(target), outer, arriving)
        if entry.said("associated-rule-id") == "pass":
            doubt = None
            if any(far.upper.overlaps(addresses) and outer.upper.overlaps(wanted) for addresses, wanted in taken):
                doubt = say("an earlier redirection may take its packets",
                            "une redirection précédente peut prendre ses paquets")  # fmt: skip
                places.notes.leave(where, doubt)
            passed += rule("permit", where, near, target, real, arriving, None, doubt)
        pairs = ((outer.upper, real.upper),) if outer.upper != real.upper else ()
        taken.append((far.upper, outer.upper))
        found.append(Translation("destination", far.upper, target.upper, where, pairs))
    return passed, unreal, found


def others(places: Places, root: Element, hides: frozenset[str]) -> Iterator[Translation]:
    """Yield one-to-one translations, and the sources that are hidden on their way out."""
    for entry in root.all("nat", "onetoone"):
        places.notes.understood += 1
        if switched(entry, "disabled"):
            continue
        where = Written(place(places.file, entry), f"1:1 {entry.said('descr')}".strip(), entry.said("descr"))
        inside, _ = end(places, entry, "source")
        outside = places.end(entry.said("external").partition("/")[0], where.span).upper
        if outside.size == 1 and inside.upper.size > 1 and len(inside.upper.ranges) == 1:
            outside = IntervalSet.of((outside.least(), outside.least() + inside.upper.size - 1))
            if not (outside <= V4 or outside <= V6):
                places.notes.error(where.span, say(
                    "There are not as many external addresses as internal ones",
                    "Il n’y a pas autant d’adresses externes que d’internes"))  # fmt: skip
                continue
        yield Translation("static", outside, inside.upper, where)
    for entry in root.all("nat", "outbound", "rule"):
        places.notes.understood += 1
        if switched(entry, "disabled") or switched(entry, "nonat"):
            continue
        where = Written(place(places.file, entry), f"outbound {entry.said('descr')}".strip(), entry.said("descr"))
        inside, _ = end(places, entry, "source")
        target = entry.said("target")
        ports = places.interfaces(entry.said("interface"), where.span) or frozenset()
        outside = IntervalSet.union([part for name in sorted(ports) for part in places.found[name].addresses.ranges])
        if target and not target.startswith("other-subnet"):
            outside = places.end(target, where.span).upper
        yield Translation("source", outside, inside.upper, where)
    holder = root.child("nat", "outbound")
    if mode(root) not in ("automatic", "hybrid"):
        return
    inside_ = IntervalSet.union(
        [part for name, port in places.found.items() if name not in hides for part in port.networks.ranges]
    )
    for name in sorted(hides):
        port = places.found[name]
        where = Written(place(places.file, holder or root), f"outbound {mode(root)} {name}", name)
        yield Translation("source", port.addresses, inside_, where)


def mode(root: Element) -> str:
    """Return how sources are hidden: automatic, hybrid, advanced or disabled."""
    return root.said("nat", "outbound", "mode") or "automatic"


def hiding(places: Places, root: Element) -> frozenset[str]:
    """Return the interfaces on whose way out sources may be hidden."""
    found: set[str] = set()
    if mode(root) in ("automatic", "hybrid"):
        for holder in root.all("interfaces"):
            found |= {item.tag for item in holder.children
                      if item.said("gateway") or places.open.get(item.tag) or item.tag == "wan"}  # fmt: skip
    for entry in root.all("nat", "outbound", "rule"):
        if mode(root) != "automatic" and not switched(entry, "disabled"):
            found |= places.interfaces(entry.said("interface"), place(places.file, entry)) or frozenset(places.found)
    for entry in root.all("nat", "onetoone"):
        found |= places.interfaces(entry.said("interface"), place(places.file, entry)) or frozenset(places.found)
    return frozenset(found) & frozenset(places.found)


def _real(
    places: Places, entry: Element, where: Written, v6: bool, source_port: str, port: str, outer: Bounds[ServiceSet]
) -> Bounds[ServiceSet]:
    """Return the services at the real destination: ports begin at ``local-port``, as many as outside."""
    local = entry.said("local-port")
    if not local:
        return outer
    first = places.asked(local, where.span)
    if first.exact and local.isdigit() and port and port != "any":
        shown = places.asked(port, where.span)
        ranges = shown.upper.fields(TCP).ranges if shown.exact else ()
        if len(ranges) == 1:
            last = int(local) + ranges[0][1] - ranges[0][0]
            if last > 65535:
                places.notes.error(where.span, say("the ports go beyond 65535", "les ports dépassent 65535"))
                return outer
            return asked(places, entry, where, v6, source_port, f"{local}-{last}")
    return services([asked(places, entry, where, v6, source_port, local)])
