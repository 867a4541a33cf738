"""Named groups of addresses or services, nested: each is expanded once, cycles and unknown names are errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.space.refusal import RefusedError, refuse

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """What is known of a set: at most ``value``; exactly that, unless there is a doubt."""

    value: T
    doubt: Message | None = None


@dataclass(slots=True)
class Group(Generic[T]):
    """A group as it is written: its own members, and the names of groups in it."""

    statement: Statement
    members: list[Known[T]] = field(default_factory=list)
    nested: list[tuple[str, Statement]] = field(default_factory=list)


@dataclass(slots=True)
class Groups(Generic[T]):
    """All groups of one kind by name."""

    union: Callable[[Sequence[T]], T]
    notes: Notes
    written: dict[str, Group[T]] = field(default_factory=dict)
    _done: dict[str, Known[T]] = field(default_factory=dict)

    def open(self, name: str, statement: Statement) -> Group[T]:
        """Return the group of that name, new unless it was begun before."""
        return self.written.setdefault(name, Group(statement))

    def resolve(self, name: str) -> Known[T]:
        """Return what a group holds; raises ``RefusedError`` when there is none of that name."""
        if name in self._done:
            return self._done[name]
        if name not in self.written:
            raise unknown(name, self.written)
        self._expand(name)
        return self._done[name]

    def finish(self) -> None:
        """Expand every group, so that what is wrong in one that no rule uses is said too."""
        for name in self.written:
            if name not in self._done:
                self._expand(name)

    def _expand(self, first: str) -> None:
        above: dict[str, None] = {first: None}  # the groups that are being expanded, outermost first
        waiting: list[tuple[str, int]] = [(first, 0)]
        while waiting:
            name, place = waiting.pop()
            group = self.written[name]
            if place < len(group.nested):
                waiting.append((name, place + 1))
                inner, statement = group.nested[place]
                if inner in above:
                    self.notes.error(
                        statement.span(len(statement.words) - 1),
                        say(
                            "The groups {cycle} hold each other",
                            "Les groupes {cycle} se contiennent l’un l’autre",
                            cycle=(*list(above)[list(above).index(inner) :], inner),
                        ),
                        "cyclic-groups",
                    )
                elif inner not in self.written:
                    self.notes.error(
                        statement.span(len(statement.words) - 1), unknown(inner, self.written).message, "unknown-name"
                    )
                elif inner not in self._done:
                    above[inner] = None
                    waiting.append((inner, 0))
                continue
            parts = [*group.members, *(self._done[inner] for inner, _ in group.nested if inner in self._done)]
            doubt = next((part.doubt for part in parts if part.doubt is not None), None)
            self._done[name] = Known(self.union([part.value for part in parts]), doubt)
            above.pop(name, None)


def unknown(name: str, names: Iterable[str]) -> RefusedError:
    """Return the refusal of a name that nothing has, with the nearest ones."""
    near = nearest(name, names)
    if near:
        return refuse(
            "{name} is not defined; the nearest names are {near}",
            "{name} n’est pas défini ; les noms les plus proches sont {near}",
            name=name, near=near,
        )  # fmt: skip
    return refuse("{name} is not defined", "{name} n’est pas défini", name=name)
