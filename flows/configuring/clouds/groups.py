"""Security groups: permits of the interfaces that are in them, one list a direction.

An interface may do what any of its groups permits, and nothing else; what has no group is not filtered. So the list of
a direction is the permits of every group, then what is in doubt, then for each group the denial of the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cloison.flows.configuration import Action, Stage, State, Term, Written
from cloison.flows.configuring.clouds.ends import EVERYWHERE, NOWHERE, Aliases, Ends, pairs, split, together
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

Direction = Literal["egress", "ingress"]
DIRECTIONS: tuple[Direction, ...] = ("egress", "ingress")

NO_MEMBER = say(
    "No interface with a known address is in this group: which addresses are meant is not known",
    "Aucune interface d’adresse connue n’est dans ce groupe : les adresses visées ne sont pas connues",
)
_ALIAS = say(
    "It names a public address of an interface of the cloud: whether traffic between its own interfaces goes by "
    "their public addresses is not known",
    "Elle nomme une adresse publique d’une interface du nuage : que le trafic entre ses interfaces passe ou non par "
    "leurs adresses publiques n’est pas connu",
)
_GROUPS = say(
    "The rules of a group that the interface is in are not known",
    "Les règles d’un groupe dont l’interface fait partie ne sont pas connues",
)
_PARTIAL = say(
    "Not every interface is told, and this address may be one’s: give all of the cloud’s interfaces",
    "Toutes les interfaces ne sont pas données, et cette adresse peut être celle d’une autre : donnez toutes les "
    "interfaces du nuage",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A permit: its other end is ``ends``, or the interfaces of ``group``. With ``doubt`` it is at most that.

    ``family`` is what a group's addresses are limited to.
    """

    written: Written
    services: ServiceSet
    ends: IntervalSet = EMPTY
    group: str = ""
    doubt: Message | None = None
    family: IntervalSet = ANY


@dataclass(slots=True)
class Group:
    """A security group by its id."""

    id: str
    written: Written
    rules: dict[Direction, list[Rule]] = field(default_factory=lambda: defaultdict(list))
    state: State = "implicit"


@dataclass(frozen=True, slots=True)
class Guarded:
    """An interface: its addresses, its groups, and further addresses that these stand for in rules.

    ``whole`` is false where it may be in other groups too.
    """

    id: str
    addresses: IntervalSet
    groups: tuple[str, ...]
    written: Written
    peers: IntervalSet = EMPTY
    whole: bool = True


@dataclass(slots=True)
class Guard:
    """Groups and interfaces of one cloud.

    ``elsewhere`` is where an interface that is not told may be, ``partial`` where one surely may be because not all
    were told (none where all were).
    """

    groups: Mapping[str, Group]
    interfaces: Sequence[Guarded]
    elsewhere: IntervalSet
    partial: IntervalSet
    aliases: Aliases
    notes: Notes
    _members: dict[str, Ends] = field(default_factory=dict)
    _peers: dict[str, Ends] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)
    _outside: Ends = NOWHERE

    def stages(self, direction: Direction, name: str, late: Sequence[Term] = ()) -> tuple[Stage, ...]:
        """Return the stages of a direction: one, or one for each way of keeping state that its groups have.

        ``late`` are further terms of the direction, of which it is not known whose interfaces they are of.
        """
        self._join()
        states: list[State] = sorted({group.state for group in self.groups.values()})
        return tuple(
            Stage(
                name if len(states) == 1 else f"{name}-{'stateful' if state == 'implicit' else 'stateless'}",
                (*late, *self._terms(direction, state, first=not at)), state, "permit",
            )
            for at, state in enumerate(states)
        )  # fmt: skip

    def _join(self) -> None:
        if self._members:
            return
        members: dict[str, list[IntervalSet]] = defaultdict(list)
        peers: dict[str, list[IntervalSet]] = defaultdict(list)
        for each in self.interfaces:
            for group in each.groups:
                members[group].append(each.addresses)
                peers[group] += [each.addresses, each.peers]
                if not each.addresses:
                    self._open.add(group)
        for group in self.groups:
            self._members[group] = split(together(members[group]))
            self._peers[group] = split(together(peers[group]))
            if not self._peers[group].whole:
                self._open.add(group)
        self._outside = split(self.elsewhere)

    def _terms(self, direction: Direction, state: State, *, first: bool) -> Iterable[Term]:
        denials: list[Term] = []
        for group in self.groups.values():
            if group.state != state:
                continue
            guarded = self._members[group.id]
            unsure = self._outside if group.id in self._open and guarded.whole else NOWHERE
            for rule in group.rules[direction]:
                yield from self._permits(direction, rule, guarded, unsure)
            denials += _terms("deny", group.written, direction, guarded, EVERYWHERE, EVERY_SERVICE)
            if unsure.whole:
                self.notes.leave(group.written, NO_MEMBER)
                denials += _terms("deny", group.written, direction, unsure, EVERYWHERE, EVERY_SERVICE, NO_MEMBER)
        if first:
            yield from self._in_doubt(direction)
        yield from denials

    def _in_doubt(self, direction: Direction) -> Iterable[Term]:
        for each in self.interfaces:
            if not each.whole or any(group not in self.groups for group in each.groups):
                if direction == "egress":
                    self.notes.leave(each.written, _GROUPS)
                ends = split(each.addresses or self.elsewhere)
                yield from _terms("unknown", each.written, direction, ends, EVERYWHERE, EVERY_SERVICE, _GROUPS)
        if self.partial and self.groups:
            written = next(iter(self.groups.values())).written
            if direction == "egress":
                self.notes.leave(written, _PARTIAL)
            ends = split(self.partial)
            yield from _terms("unknown", written, direction, ends, EVERYWHERE, EVERY_SERVICE, _PARTIAL)

    def _permits(self, direction: Direction, rule: Rule, guarded: Ends, unsure: Ends) -> Iterable[Term]:
        peer = _of_family(self._peers[rule.group], rule.family) if rule.group else split(rule.ends)
        doubt = rule.doubt
        if doubt is not None:
            self.notes.leave(rule.written, doubt)
        yield from _terms("permit", rule.written, direction, guarded, peer, rule.services, doubt)
        if unsure.whole:
            yield from _terms("permit", rule.written, direction, unsure, peer, rule.services, NO_MEMBER)
        if rule.group in self._open:
            if guarded.whole:
                self.notes.leave(rule.written, NO_MEMBER)
            outside = _of_family(self._outside, rule.family)
            yield from _terms("permit", rule.written, direction, guarded, outside, rule.services, NO_MEMBER)
        hidden = self.aliases.hidden(rule.ends)
        if hidden:
            if guarded.whole:
                self.notes.leave(rule.written, _ALIAS)
            yield from _terms("permit", rule.written, direction, guarded, split(hidden), rule.services, _ALIAS)


def alone(group: Group, direction: Direction, name: str, notes: Notes, late: Sequence[Term] = ()) -> Stage:
    """Return the stage of a group that is the whole of a device: every packet meets it."""
    terms: list[Term] = list(late)
    for rule in group.rules[direction]:
        doubt = rule.doubt or (NO_MEMBER if rule.group else None)
        if doubt is not None:
            notes.leave(rule.written, doubt)
        peer = _of_family(EVERYWHERE, rule.family) if rule.group else split(rule.ends)
        terms += _terms("permit", rule.written, direction, EVERYWHERE, peer, rule.services, doubt)
    return Stage(name, tuple(terms), group.state, "deny", group.written)


def _of_family(ends: Ends, family: IntervalSet) -> Ends:
    if family == V4:
        return Ends(ends.v4, ends.v4, EMPTY)
    return Ends(ends.v6, EMPTY, ends.v6) if family == V6 else ends


def _terms(
    action: Action, written: Written, direction: Direction, guarded: Ends, peer: Ends, services: ServiceSet,
    doubt: Message | None = None,
) -> Iterable[Term]:  # fmt: skip
    for source, destination in pairs(*((guarded, peer) if direction == "egress" else (peer, guarded))):
        yield Term(action, written, source, destination, services, sure=doubt is None, doubt=doubt)


def everywhere_but(known: Iterable[IntervalSet], within: IntervalSet = ANY) -> IntervalSet:
    """Return where an interface may be that is none of those known."""
    return within - together(known)
