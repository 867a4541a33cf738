"""Lists applied to interfaces -> stages in which every packet is judged by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cloison.flows.configuration import Action, Stage, Term, Written
from cloison.flows.configuring.cisco.interfaces import Port
from cloison.flows.configuring.cisco.lists import AccessList, Discovery, Lists
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import ANY
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

Names = frozenset[str]
Bring = Callable[[AccessList, str, Sequence[Term]], list[Term]]


@dataclass(frozen=True, slots=True)
class Bound:
    """A list with the interfaces it is applied to in one direction, all of one side of NAT."""

    listed: AccessList
    direction: str
    side: str
    interfaces: Names


def at(term: Term, arriving: Names | None, leaving: Names | None) -> Term:
    """Return a term for packets of those interfaces alone."""
    return Term(
        term.action, term.written, term.sources, term.destinations, term.services,
        _both(term.arriving, arriving), _both(term.leaving, leaving), term.sure, term.doubt, term.rests,
    )  # fmt: skip


def _both(one: Names | None, other: Names | None) -> Names | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def doubtful(
    written: Written, why: Message, arriving: Names | None = None, leaving: Names | None = None,
    ends: IntervalSet = ANY, services: ServiceSet = EVERY_SERVICE, action: Action = "unknown",
) -> Term:  # fmt: skip
    """Return a term of which nothing is sure, as wide as it is told."""
    return Term(action, written, ends, ends, services, arriving, leaving, sure=False, doubt=why)


SWITCHED = say(
    "a list on a switched port filters only what passes this port of its VLAN",
    "une liste sur un port commuté ne filtre que ce qui passe par ce port de son VLAN",
)


def bind(ports: Sequence[Port], lists: Lists, notes: Notes) -> list[Bound]:
    """Return the lists that interfaces name; one that is not defined, or is empty, permits everything.

    Cisco IOS Security Configuration Guide, "Access List Overview"; the same is true of NX-OS.
    """
    found: dict[tuple[int, str, str, str], set[str]] = {}
    vlans = {port.name for port in ports if port.name.casefold().startswith("vlan")}
    routed = {name.casefold(): name for name in vlans}
    for port in ports:
        for applied in port.applied:
            listed = lists.found.get((applied.family, applied.name))
            if listed is None or not listed.entries:
                notes.leave(applied.statement.written(port.name), say(
                    "the list {name} is not defined or empty: the device permits everything here",
                    "la liste {name} n’est pas définie ou est vide : l’équipement laisse tout passer ici",
                    name=applied.name,
                ))  # fmt: skip
                continue
            side = port.side
            if port.switched:
                side = "switched"
                notes.leave(applied.statement.written(port.name), SWITCHED)
            names = found.setdefault((applied.family, applied.name, applied.direction, side), set())
            names.add(port.name)
            if port.switched:
                carried = {name.casefold() for name in port.vlans}
                names |= {own for name, own in routed.items() if name in carried} if carried else vlans
    return [
        Bound(lists.found[family, name], direction, side, frozenset(names))
        for (family, name, direction, side), names in found.items()
    ]


def stage(direction: str, bound: Sequence[Bound], ports: Sequence[Port], bring: Bring,
          discovery: Discovery) -> Stage | None:  # fmt: skip
    """Return the stage of what arrives (``in``) or leaves (``out``), or ``None`` where no list is."""
    terms: list[Term] = []
    inward = direction == "in"
    for port in ports:
        here = frozenset((port.name,))
        ends = (here, None) if inward else (None, here)
        for statement, why in port.doubts:
            terms.append(doubtful(statement.written(port.name), why, *ends))
    for item in bound:
        if item.direction != direction or item.side == "switched":
            continue
        whole = [*item.listed.ordered(), *item.listed.closing(discovery)]
        for term in bring(item.listed, f"{item.side} {direction}", whole):
            terms.append(at(term, item.interfaces if inward else None, None if inward else item.interfaces))
    if not terms:
        return None
    return Stage(f"lists {direction}", tuple(terms), "none", "permit")


def switched(bound: Sequence[Bound], discovery: Discovery) -> list[Stage]:
    """Return the stages of lists on switched ports, one each: what they deny is denied to some packets of the VLAN."""
    found: list[Stage] = []
    for item in bound:
        if item.side != "switched":
            continue
        arriving, leaving = (item.interfaces, None) if item.direction == "in" else (None, item.interfaces)
        terms = [
            Term(term.action, term.written, term.sources, term.destinations, term.services, arriving, leaving,
                 term.sure and term.action == "permit", term.doubt or (SWITCHED if term.action != "permit" else None))
            for term in (*item.listed.ordered(), *item.listed.closing(discovery))
        ]  # fmt: skip
        found.append(Stage(f"port list {item.direction}", tuple(terms), "none", "permit"))
    return found


def closed(ports: Iterable[Port]) -> Stage | None:
    """Return the stage of interfaces that are shut down: nothing passes them."""
    terms: list[Term] = []
    for port in ports:
        if port.shut:
            here = frozenset((port.name,))
            written = port.statement.written(f"{port.name}: shutdown")
            terms += [Term("deny", written, arriving=here), Term("deny", written, leaving=here)]
    return Stage("shutdown", tuple(terms), "none", "permit") if terms else None


def barred(port: Port) -> Stage:
    """Return the stage that bars what would go through an interface."""
    here, written = frozenset((port.name,)), port.statement.written(f"{port.name}: management")
    return Stage("management", (Term("deny", written, arriving=here), Term("deny", written, leaving=here)),
                 "none", "permit")  # fmt: skip


def alone(lists: Lists, notes: Notes, discovery: Discovery) -> tuple[Stage, ...]:
    """Return the stage of a file that holds lists and no interface: the one list of each family; several are errors."""
    terms: list[Term] = []
    for family in (4, 6):
        known = [item for (own, _), item in lists.found.items() if own == family and item.entries]
        if len(known) == 1:
            terms += (*known[0].ordered(), *known[0].closing(discovery))
        elif known:
            names = tuple(item.name for item in known[:20])
            notes.error(known[0].statement.span(), say(
                "No interface says which of these IPv{family} lists filters: {names}; give one list a file, or the "
                "interfaces too",
                "Aucune interface ne dit laquelle de ces listes IPv{family} filtre : {names} ; donnez une liste par "
                "fichier, ou les interfaces aussi",
                family=family, names=names,
            ))  # fmt: skip
    return (Stage("list", tuple(terms), "none", "permit"),) if terms else ()
