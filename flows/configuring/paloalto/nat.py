"""Translations of PAN-OS, and security rules brought to real ends.

A security rule looks at the addresses and the port before any translation, and at the zone of the destination after it.
So a rule holds a real destination through a translation when it holds what that destination stands for outside; and
what a translation holds is never met as it is outside.

Source: Palo Alto Networks, PAN-OS Networking Administrator's Guide, "NAT Policy Rules" (first match alone, original
zones) and "Destination NAT Example".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cloison.flows.configuration import Term, Translation, Written
from cloison.flows.configuring.bounds import Bounds, exactly
from cloison.flows.configuring.carving import carved, meet, minus
from cloison.flows.configuring.paloalto.objects import members, place, written
from cloison.flows.configuring.paloalto.rules import System
from cloison.flows.configuring.xml import Element
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import ANY
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import PORTED, TCP, UDP
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

_HARMLESS = frozenset({"description", "tag", "group-tag", "active-active-device-binding", "uuid", "audit-comment"})
_UNDERSTOOD = frozenset({
    "from", "to", "source", "destination", "service", "disabled", "nat-type", "to-interface", "source-translation",
    "destination-translation", "dynamic-destination-translation",
})  # fmt: skip

_ROUTES = say("to which zone its original destination is routed is not read",
              "vers quelle zone sa destination d’origine est routée n’est pas lu")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Nat:
    """A translation: the packets that it holds as they are outside, and their real destination if it has one.

    ``shadows`` are the packets that no later translation holds.
    """

    outer: Term
    inside: Bounds[IntervalSet] | None
    port: int
    hidden: Translation | None = None
    shadows: tuple[Term, ...] = ()

    def real(self, destinations: IntervalSet) -> Bounds[IntervalSet]:
        """Return the real destinations of outer ones."""
        inside = self.inside or exactly(destinations)
        outer = self.outer.destinations
        if not inside.exact or inside.lower.size == 1 or outer <= destinations:
            return inside
        if len(outer.ranges) == len(inside.lower.ranges) == 1 and outer.size == inside.lower.size:
            return exactly(destinations.shifted(inside.lower.least() - outer.least()))
        return Bounds(EMPTY, inside.upper, say("which real address is taken is not known",
                                               "l’adresse réelle prise n’est pas connue"))  # fmt: skip

    def asked(self, outer: ServiceSet) -> ServiceSet:
        """Return the services of outer ones at their real end."""
        if not self.port:
            return outer
        kept = [
            ServiceSet(((low >> 16 << 16 | self.port, low >> 16 << 16 | self.port, sources),))
            for low, high, sources in _single(outer) if low >> 16 in PORTED
        ]  # fmt: skip
        return ServiceSet.union(kept)


def nats(system: System, rulebases: Sequence[Element]) -> list[Nat]:
    """Return the translations of rulebases, in order; those that only hide sources, or translate nothing, included."""
    return [found for base in rulebases for entry in base.all("nat", "rules", "entry") for found in _nat(system, entry)]


def at_real_ends(terms: Sequence[Term], found: Sequence[Nat]) -> list[Term]:
    """Return the terms of security rules as they are met at real ends, what translations lead to first."""
    virtual: list[Term] = []
    unreal: list[Term] = []
    before: list[Term] = []
    for item in found:
        regions = [item.outer]
        for earlier in before:
            regions = [part for region in regions for part in minus(region, earlier)]
            if len(regions) > 64:
                why = say("too many translations stand before it", "trop de traductions la précèdent")
                regions = [replace(item.outer, sure=False, doubt=why)]
                break
        before += item.shadows or (item.outer,)
        if item.inside is None:
            continue
        for region in regions:
            virtual += (_led(item, term) for term in carved(_within(terms, region)))
            unreal.append(replace(region, action="deny"))
    return [*virtual, *unreal, *terms]


def translations(found: Sequence[Nat]) -> Iterator[Translation]:
    """Yield what is translated, for the configuration."""
    for item in found:
        if item.hidden is not None:
            yield item.hidden
        if item.inside is not None:
            pairs = ((item.outer.services, item.asked(item.outer.services)),) if item.port else ()
            yield Translation("destination", item.outer.destinations, item.inside.upper, item.outer.written, pairs)


def _within(terms: Sequence[Term], region: Term) -> Iterator[Term]:
    """Yield what of terms a region holds, as it is outside."""
    for term in terms:
        if not term.destinations.overlaps(region.destinations):
            continue
        arriving = meet(term.arriving, region.arriving)
        services = term.services & region.services
        sources = term.sources & region.sources
        if sources and services and arriving != frozenset():
            sure = term.sure and region.sure
            yield replace(
                term, sources=sources, destinations=term.destinations & region.destinations, services=services,
                arriving=arriving, sure=sure, doubt=None if sure else term.doubt or region.doubt,
            )  # fmt: skip


def _led(item: Nat, term: Term) -> Term:
    """Return a term at its real end; several outside may lead to one real end, so what was denied is out before."""
    real = item.real(term.destinations)
    sure = term.sure and real.exact
    return replace(
        term, destinations=real.upper, services=item.asked(term.services), sure=sure,
        doubt=None if sure else term.doubt or real.doubt,
    )  # fmt: skip


def _single(services: ServiceSet) -> Iterator[tuple[int, int, IntervalSet]]:
    for low, high, sources in services.segments:
        for protocol in range(low >> 16, (high >> 16) + 1):
            yield max(low, protocol << 16), min(high, protocol << 16 | 0xFFFF), sources


def _nat(system: System, entry: Element) -> Iterator[Nat]:
    objects = system.objects
    file, notes = objects.file, objects.notes
    notes.understood += 1
    where = written(file, entry, "nat")
    if entry.said("disabled") == "yes":
        notes.understood += entry.size()
        return
    doubt = _doubt(system, entry, where)
    sources = objects.of(members(file, entry.child("source")) or (("any", where.span),), where)
    outer = objects.of(members(file, entry.child("destination")) or (("any", where.span),), where)
    wanted = objects.services.union(members(file, entry.child("service")) or (("any", where.span),))
    doubt = doubt or sources.doubt or outer.doubt or wanted.doubt
    froms = members(file, entry.child("from")) or (("any", where.span),)
    arriving = frozenset(system.zones.found)
    if all(name != "any" for name, _ in froms):
        arriving = frozenset[str]().union(*(system.zones.of(name, span) for name, span in froms))
    base = Term("deny", where, sources.upper, outer.upper, wanted.upper, arriving, None, doubt is None, doubt)
    change = entry.child("destination-translation") or entry.child("dynamic-destination-translation")
    if change is not None:
        possible, routed = _routed(system, entry, outer.upper)
        if not possible:
            return
        if routed is not None:
            base = replace(base, sure=False, doubt=doubt or routed)
            notes.leave(where, routed)
        yield from _destination(system, entry, change, base)
        return
    hidden = _hidden(system, entry, sources.upper, where)
    yield Nat(base, None, 0, hidden, tuple(_shadows(system, entry, base)))
    static = entry.child("source-translation", "static-ip")
    if static is not None and static.said("bi-directional") == "yes" and hidden is not None:
        every = frozenset(system.zones.found)
        back = Term("deny", where, ANY, hidden.outside, EVERY_SERVICE, every, None, base.sure, base.doubt)
        yield Nat(back, sources, 0)


def _destination(system: System, entry: Element, change: Element, base: Term) -> Iterator[Nat]:
    objects = system.objects
    file, notes = objects.file, objects.notes
    listed = members(file, change.child("translated-address"))
    port = change.said("translated-port")
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
    if port and not 0 < number < 65536:
        notes.error(place(file, change), say("{port} is no port", "{port} n’est pas un port", port=port[:60]))
        return
    inside = objects.of(listed, base.written) if listed else exactly(base.destinations)
    if change.tag.startswith("dynamic") or change.child("dns-rewrite") is not None:
        why = say("the real destination is found by name", "la destination réelle est trouvée par son nom")
        if change.tag.startswith("dynamic"):
            notes.leave(base.written, why)
            inside = Bounds(EMPTY, ANY, why)
    if inside.exact and inside.lower.size > 1 and inside.lower.size != base.destinations.size:
        why = say("one of several real addresses is taken", "une adresse réelle parmi plusieurs est prise")
        inside = Bounds(EMPTY, inside.upper, why)
    if base.services == EVERY_SERVICE and number:
        ported = ServiceSet.of((TCP, TCP)) | ServiceSet.of((UDP, UDP))
        base = replace(base, services=ported)
    yield Nat(base, inside, number, _hidden(system, entry, base.sources, base.written))


def _zone_sides(system: System, entry: Element) -> tuple[IntervalSet, IntervalSet] | None:
    """Return what is connected in the zones that a rule asks for, and elsewhere; ``None`` where it asks for any."""
    file = system.objects.file
    targets = members(file, entry.child("to")) or (("any", place(file, entry)),)
    if any(name == "any" for name, _ in targets):
        return None
    wanted = frozenset[str]().union(*(system.zones.of(name, span) for name, span in targets))
    sides: list[IntervalSet] = []
    for names in (wanted, frozenset(system.zones.found) - wanted):
        sides.append(IntervalSet.union([part for name in sorted(names) for part in _reach(system, name).ranges]))
    return sides[0], sides[1]


def _routed(system: System, entry: Element, outer: IntervalSet) -> tuple[bool, Message | None]:
    """Say whether the original destination can be in the zone that the rule asks for, and why it is not sure."""
    sides = _zone_sides(system, entry)
    if sides is None or (outer <= sides[0] and not outer.overlaps(sides[1])):
        return True, None
    if outer <= sides[1] and not outer.overlaps(sides[0]):
        return False, None
    return True, _ROUTES


def _shadows(system: System, entry: Element, base: Term) -> Iterator[Term]:
    sides = _zone_sides(system, entry)
    if sides is None:
        yield base
        return
    sure = base.destinations & (sides[0] - sides[1])
    rest = base.destinations - sides[0] - sides[1] | base.destinations & sides[0] & sides[1]
    if sure:
        yield replace(base, destinations=sure)
    if rest:
        yield replace(base, destinations=rest, sure=False, doubt=base.doubt or _ROUTES)


def _reach(system: System, name: str) -> IntervalSet:
    port = system.zones.found[name]
    return port.networks | port.addresses


def _hidden(system: System, entry: Element, inside: IntervalSet, where: Written) -> Translation | None:
    objects = system.objects
    change = entry.child("source-translation")
    if change is None:
        return None
    outside = EMPTY
    for kind in change.children:
        for listed in kind.all("translated-address"):
            outside |= objects.of(members(objects.file, listed), where).upper
        port = kind.said("interface-address", "interface")
        if port in system.zones.found:
            outside |= system.zones.found[port].addresses
    static = change.child("static-ip") is not None
    return Translation("static" if static else "source", outside, inside, where)


def _doubt(system: System, entry: Element, where: Written) -> Message | None:
    notes = system.objects.notes
    doubt: Message | None = None
    for item in entry.children:
        if item.tag in _UNDERSTOOD:
            notes.understood += 1
        elif item.tag in _HARMLESS or (item.tag == "target" and not any(item.all("devices", "entry"))):
            notes.harmless += 1
        else:
            doubt = say("{tag} is not understood", "{tag} n’est pas compris", tag=item.tag)
            notes.leave(where, doubt)
    if entry.said("nat-type") not in ("", "ipv4"):
        doubt = say("it translates between address families", "elle traduit entre familles d’adresses")
        notes.leave(where, doubt)
    if entry.said("to-interface") not in ("", "any"):
        doubt = say("it depends on the interface that is routed to", "elle dépend de l’interface de sortie routée")
        notes.leave(where, doubt)
    return doubt
