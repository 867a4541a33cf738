"""The security rules of a virtual system as terms, in the order of Panorama's and its own rulebases.

Source: Palo Alto Networks, PAN-OS Administrator's Guide, "Security Policy" (rule types, default rules, App-ID) and
Panorama Administrator's Guide, "Device Group Policies" (the order of pre- and post-rules).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cloison.flows.configuration import Action, Term, Written
from cloison.flows.configuring.bounds import Bounds, exactly, rule
from cloison.flows.configuring.paloalto.bearing import text_of
from cloison.flows.configuring.paloalto.objects import Objects, members, named, place, written
from cloison.flows.configuring.paloalto.zones import Zones
from cloison.flows.configuring.surroundings import Surroundings
from cloison.flows.configuring.xml import Element
from cloison.netmodel.finding import Message, Span, say
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

ACTIONS: dict[str, Action] = {
    "allow": "permit", "deny": "deny", "drop": "deny", "reset-client": "deny", "reset-server": "deny",
    "reset-both": "deny",
}  # fmt: skip
_UNDERSTOOD = frozenset({
    "from", "to", "source", "destination", "service", "application", "action", "rule-type", "disabled", "negate-source",
    "negate-destination",
})  # fmt: skip
_HARMLESS = frozenset({
    "description", "tag", "group-tag", "log-start", "log-end", "log-setting", "profile-setting", "option", "qos",
    "icmp-unreachable", "audit-comment", "uuid", "disable-inspect", "policy-id", "rule-id", "loc",
})  # fmt: skip
_ANY = frozenset({
    "source-user", "category", "hip-profiles", "source-hip", "destination-hip", "source-imsi", "source-imei",
    "source-nw-slice", "devices", "saas-user-list", "saas-tenant-list", "schedule", "target",
})  # fmt: skip
Pair = tuple[frozenset[str] | None, frozenset[str] | None]


@dataclass(slots=True)
class System:
    """A virtual system: its objects, its zones, and its name where there are several."""

    objects: Objects
    zones: Zones
    limited: bool
    around: Surroundings

    def everything(self) -> frozenset[str] | None:
        """Return the interfaces that ``any`` stands for."""
        return frozenset(self.zones.found) if self.limited else None


def security(system: System, rulebases: Sequence[Element]) -> Iterator[Term]:
    """Yield the terms of the security rules of rulebases, in order."""
    for base in rulebases:
        for entry in base.all("security", "rules", "entry"):
            yield from _rule(system, entry)


def defaults(system: System, rulebases: Sequence[Element]) -> tuple[list[Term], Written | None]:
    """Return the terms of the default rules, as they are overridden, and where the last denial is written."""
    found = {
        named(entry): entry
        for base in reversed(rulebases)
        for entry in base.all("default-security-rules", "rules", "entry")
    }
    file, notes = system.objects.file, system.objects.notes
    notes.understood += len(found)
    terms: list[Term] = []
    closing: Written | None = None
    inside, between = found.get("intrazone-default"), found.get("interzone-default")
    action = ACTIONS.get(inside.said("action") or "allow", "unknown") if inside is not None else "permit"
    where = written(file, inside, "rule") if inside is not None else Written(file.span(1), "intrazone-default")
    for name in system.zones.members:
        terms.append(Term(action, where, arriving=system.zones.members[name], leaving=system.zones.members[name]))
    if between is not None:
        closing = written(file, between, "rule")
        last = ACTIONS.get(between.said("action") or "deny", "unknown")
        every = system.everything()
        if last != "deny" or system.limited:
            terms.append(Term(last, closing, arriving=every, leaving=every))
    return terms, closing


def zones(system: System, entry: Element, kind: str) -> list[Pair]:
    """Return the pairs of arriving and leaving interfaces of a rule of a type."""
    file = system.objects.file
    sources = members(file, entry.child("from")) or (("any", place(file, entry)),)
    targets = members(file, entry.child("to")) or (("any", place(file, entry)),)
    if kind == "intrazone":
        return [(found, found) for found in (system.zones.of(name, span) for name, span in _each(system, sources))]
    if kind == "interzone":
        near, far = dict(_each(system, sources)), dict(_each(system, targets))
        apart = [name for name in near if name not in far]
        pairs: list[Pair] = [(_union(system, near, apart), _union(system, far, far))] if apart else []
        for name in near:
            others = [other for other in far if other != name]
            if name in far and others:
                pairs.append((system.zones.of(name, near[name]), _union(system, far, others)))
        return pairs
    return [(_side(system, sources), _side(system, targets))]


def families(
    sources: Bounds[IntervalSet], destinations: Bounds[IntervalSet]
) -> Iterator[tuple[Bounds[IntervalSet], Bounds[IntervalSet]]]:
    """Yield both ends in each family that both have; everything to everything stays one."""
    if sources.upper == ANY and destinations.upper == ANY and sources.exact and destinations.exact:
        yield sources, destinations
        return
    for family in (V4, V6):
        near, far = sources.within(family), destinations.within(family)
        if near.upper and far.upper:
            yield near, far


def _rule(system: System, entry: Element) -> Iterator[Term]:
    objects = system.objects
    file, notes = objects.file, objects.notes
    notes.understood += 1
    where = written(file, entry, "rule")
    if entry.said("disabled") == "yes":
        notes.understood += entry.size()
        return
    doubt, wide = _doubts(system, entry, where)
    word = entry.said("action")
    action = ACTIONS.get(word, "unknown")
    if not word:
        notes.error(where.span, say("rule {name} has no action", "la règle {name} n’a pas d’action", name=where.name))
    elif action == "unknown":
        doubt = say("its action is {word}", "son action est {word}", word=word)
        notes.leave(where, doubt)
    kind = entry.said("rule-type") or "universal"
    if kind not in ("universal", "intrazone", "interzone"):
        notes.error(where.span, say("{kind} is no type of rule", "{kind} n’est pas un type de règle", kind=kind))
    ends = []
    for side in ("source", "destination"):
        listed = members(file, entry.child(side))
        if not listed:
            notes.error(where.span, say("rule {name} has no {side}", "la règle {name} n’a pas de {side}",
                                        name=where.name, side=side))  # fmt: skip
        found = objects.of(listed, where) if listed else exactly(EMPTY)
        ends.append(found.negated(ANY) if entry.said(f"negate-{side}") == "yes" else found)
    wanted, content = _asked(system, entry, where)
    if content is not None:
        notes.leave(where, content)
    if wide:
        ends, wanted = [exactly(ANY), exactly(ANY)], exactly(EVERY_SERVICE)
    for arriving, leaving in zones(system, entry, kind):
        for near, far in families(ends[0], ends[1]):
            yield from rule(action, where, near, far, wanted, arriving, leaving, doubt or content,
                            lambda: system.around.under(text_of(entry)))  # fmt: skip


def _asked(system: System, entry: Element, where: Written) -> tuple[Bounds[ServiceSet], Message | None]:
    file = system.objects.file
    listed = members(file, entry.child("service")) or (("any", place(file, entry)),)
    applications = [name for name, _ in members(file, entry.child("application")) if name != "any"]
    content = None
    if applications:
        content = say("it depends on the application: {names}", "elle dépend de l’application : {names}",
                      names=tuple(applications[:5]))  # fmt: skip
    if any(name == "application-default" for name, _ in listed):
        why = say("application-default: the ports are those of the application that is recognised",
                  "application-default : les ports sont ceux de l’application reconnue")  # fmt: skip
        return Bounds(NO_SERVICE, EVERY_SERVICE, why), content or why
    return system.objects.services.union(listed), content


def _doubts(system: System, entry: Element, where: Written) -> tuple[Message | None, bool]:
    notes = system.objects.notes
    doubt: Message | None = None
    wide = False
    for item in entry.children:
        if item.tag in _UNDERSTOOD:
            notes.understood += 1
        elif item.tag in _HARMLESS:
            notes.harmless += 1
        elif item.tag in _ANY:
            listed = [name for name, _ in members(system.objects.file, item)]
            if item.tag == "target" and not list(item.all("devices", "entry")) and not list(item.all("tags", "member")):
                listed = []
            elif item.tag == "target":
                listed = ["?"]
            if all(name == "any" for name in listed):
                notes.harmless += 1
                continue
            doubt = say("it depends on {tag}", "elle dépend de {tag}", tag=item.tag)
            notes.leave(where, doubt)
        else:
            doubt, wide = say("{tag} is not understood", "{tag} n’est pas compris", tag=item.tag), True
            notes.leave(where, doubt)
    return doubt, wide


def _each(system: System, listed: tuple[tuple[str, Span], ...]) -> tuple[tuple[str, Span], ...]:
    if any(name == "any" for name, _ in listed):
        span = listed[0][1]
        return tuple((name, span) for name in system.zones.members)
    return listed


def _side(system: System, listed: tuple[tuple[str, Span], ...]) -> frozenset[str] | None:
    if any(name == "any" for name, _ in listed):
        return system.everything()
    return frozenset().union(*(system.zones.of(name, span) for name, span in listed))


def _union(system: System, spans: dict[str, Span], names: Sequence[str] | dict[str, Span]) -> frozenset[str]:
    return frozenset[str]().union(*(system.zones.of(name, spans[name]) for name in names))
