"""What an object surely holds and what it may hold, names that stand for such sets, and the terms of a rule of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cloison.flows.configuration import Action, Term, Written
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, Span, Text, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.services import NO_SERVICE, ServiceSet

A = TypeVar("A", IntervalSet, ServiceSet)

MOST_PIECES = 20_000_000
"""How many intervals all the groups of a kind may hold together; beyond, groups of groups were made to hurt."""


@dataclass(frozen=True, slots=True)
class Bounds(Generic[A]):
    """A set that is known within bounds: at least ``lower``, at most ``upper``; ``doubt`` says why they differ."""

    lower: A
    upper: A
    doubt: Message | None = None

    @property
    def exact(self) -> bool:
        """Say whether the bounds meet."""
        return self.lower is self.upper or self.lower == self.upper

    def within(self, space: A) -> Bounds[A]:
        """Return what of the set is in ``space``."""
        lower = self.lower & space
        return Bounds(lower, lower if self.exact else self.upper & space, self.doubt)

    def negated(self, space: A) -> Bounds[A]:
        """Return what of ``space`` is not in the set."""
        upper = space - self.lower
        return Bounds(upper if self.exact else space - self.upper, upper, self.doubt)

    def minus(self, other: Bounds[A]) -> Bounds[A]:
        """Return what is not in another set."""
        return Bounds(self.lower - other.upper, self.upper - other.lower, self.doubt or other.doubt)


def exactly(found: A) -> Bounds[A]:
    """Return the bounds of a set that is known."""
    return Bounds(found, found)


def addresses(items: Iterable[Bounds[IntervalSet]]) -> Bounds[IntervalSet]:
    """Return the union of sets of addresses."""
    every = list(items)
    if len(every) == 1:
        return every[0]
    lower = IntervalSet.union([part for item in every for part in item.lower.ranges])
    doubt = next((item.doubt for item in every if item.doubt), None)
    if all(item.exact for item in every):
        return Bounds(lower, lower)
    return Bounds(lower, IntervalSet.union([part for item in every for part in item.upper.ranges]), doubt)


def services(items: Iterable[Bounds[ServiceSet]]) -> Bounds[ServiceSet]:
    """Return the union of sets of services."""
    every = list(items)
    if len(every) == 1:
        return every[0]
    lower = ServiceSet.union(item.lower for item in every)
    doubt = next((item.doubt for item in every if item.doubt), None)
    if all(item.exact for item in every):
        return Bounds(lower, lower)
    return Bounds(lower, ServiceSet.union(item.upper for item in every), doubt)


NO_ADDRESS: Bounds[IntervalSet] = exactly(EMPTY)
NOTHING: Bounds[ServiceSet] = exactly(NO_SERVICE)


@dataclass(frozen=True, slots=True)
class Group:
    """A name for other names, each with the place where it is written; ``excluded`` are taken out again."""

    span: Span
    members: tuple[tuple[str, Span], ...]
    excluded: tuple[tuple[str, Span], ...] = ()


@dataclass(slots=True)
class Names(Generic[A]):
    """The names of one kind: plain objects, groups of them (expanded once each), and those that the vendor gives.

    An unknown name, or a group that holds itself, is an error in ``notes`` and stands for nothing.
    """

    kind: Text
    notes: Notes
    join: Callable[[Iterable[Bounds[A]]], Bounds[A]]
    plain: dict[str, Bounds[A]] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    given: Mapping[str, Bounds[A]] = field(default_factory=dict)
    outer: Names[A] | None = None
    _done: dict[str, Bounds[A]] = field(default_factory=dict)
    _pieces: int = 0

    def knows(self, name: str) -> bool:
        """Say whether a name is known."""
        if name in self.plain or name in self.groups or name in self.given:
            return True
        return self.outer is not None and self.outer.knows(name)

    def of(self, name: str, span: Span) -> Bounds[A]:
        """Return what a name stands for, written at ``span``."""
        found = self._plain(name)
        if found is not None:
            return found
        if name not in self.groups:
            if self.outer is not None and self.outer.knows(name):
                return self.outer.of(name, span)
            self._unknown(name, span)
            return self.join(())
        self._expand(name)
        return self._done[name]

    def union(self, names: Sequence[tuple[str, Span]]) -> Bounds[A]:
        """Return what several names stand for together."""
        return self.join([self.of(name, span) for name, span in names])

    def check(self) -> None:
        """Expand every group, so that each error is said even where no rule uses it."""
        for name in self.groups:
            self._expand(name)

    def _plain(self, name: str) -> Bounds[A] | None:
        found = self.plain.get(name) or self._done.get(name)
        if found is None and name not in self.groups:
            found = self.given.get(name)
        return found

    def _expand(self, name: str) -> None:
        path: dict[str, Iterator[tuple[str, Span]]] = {}
        member: str
        stack = [name]
        while stack:
            here = stack[-1]
            if here in self._done:
                stack.pop()
                continue
            if here not in path:
                path[here] = iter(self.groups[here].members + self.groups[here].excluded)
            for member, span in path[here]:
                if member in self.plain or member in self._done or member not in self.groups:
                    continue
                if member in path:
                    self.notes.error(span, say(
                        "{kind} {name} holds itself: {cycle}", "{kind} {name} se contient : {cycle}",
                        kind=self.kind, name=member, cycle=" > ".join([*_cycle(path, member), member])))  # fmt: skip
                    self._done[member] = self.join(())
                    continue
                stack.append(member)
                break
            else:
                stack.pop()
                del path[here]
                if here not in self._done:
                    self._done[here] = self._joined(self.groups[here])

    def _joined(self, group: Group) -> Bounds[A]:
        found = self.union(group.members)
        if group.excluded:
            found = found.minus(self.union(group.excluded))
        self._pieces += len(_parts(found.upper))
        if self._pieces > MOST_PIECES:
            self.notes.error(group.span, say(
                "The groups hold more than {most} ranges together", "Les groupes ont ensemble plus de {most} plages",
                most=MOST_PIECES))  # fmt: skip
            self.notes.raise_all()
        return found

    def _unknown(self, name: str, span: Span) -> None:
        known = [*self.plain, *self.groups, *self.given]
        if self.outer is not None:
            known += self.outer.plain
            known += self.outer.groups
        near = nearest(name, known)
        if near:
            message = say(
                "{kind} {name} is not defined; nearest: {near}", "{kind} {name} n’est pas défini ; proches : {near}",
                kind=self.kind, name=name, near=near,
            )  # fmt: skip
        else:
            message = say("{kind} {name} is not defined", "{kind} {name} n’est pas défini", kind=self.kind, name=name)
        self.notes.error(span, message, "unknown-name")


def rule(
    action: Action, written: Written, sources: Bounds[IntervalSet], destinations: Bounds[IntervalSet],
    wanted: Bounds[ServiceSet], arriving: frozenset[str] | None = None, leaving: frozenset[str] | None = None,
    doubt: Message | None = None, rests: Callable[[], str | None] = lambda: None,
) -> Iterator[Term]:  # fmt: skip
    """Yield the terms of a rule: of what it surely holds, then, not sure, of what it may hold.

    ``doubt`` is about the rule itself (users, times...): then nothing is sure. ``rests`` is asked for what it hangs on.
    """
    exact = sources.exact and destinations.exact and wanted.exact
    if doubt is None and sources.lower and destinations.lower and wanted.lower:
        yield Term(action, written, sources.lower, destinations.lower, wanted.lower, arriving, leaving)
    if (doubt is None and exact) or not (sources.upper and destinations.upper and wanted.upper):
        return
    why = doubt or sources.doubt or destinations.doubt or wanted.doubt
    yield Term(action, written, sources.upper, destinations.upper, wanted.upper, arriving, leaving, False, why, rests())


def _parts(found: IntervalSet | ServiceSet) -> Sequence[object]:
    return found.ranges if isinstance(found, IntervalSet) else found.segments


def _cycle(path: Mapping[str, object], member: str) -> list[str]:
    names = list(path)
    return names[names.index(member) :][:20]
