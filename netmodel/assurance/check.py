"""A check: one rule of segmentation or documentation, as a value.

A check never raises a finding itself: it answers with an :class:`Outcome`, which says what was looked at, what breaks
the rule and which deciding data is absent. Findings, clauses and waivers are the assessment's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.finding import Graph, Message, Ref, Severity, Span, Text, Witness
from cloison.netmodel.network import Network


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which the rule does not hold; an unset severity or remedy is the check's own."""

    subject: Ref
    message: Message
    spans: tuple[Span, ...]
    witness: Witness | None = None
    severity: Severity | None = None
    remedy: Message | None = None
    graph: Graph = "declared"


@dataclass(frozen=True, slots=True)
class Missing:
    """A datum without which the rule cannot be decided for this subject."""

    subject: Ref
    datum: Text


@dataclass(frozen=True, slots=True)
class Part:
    """The answer to one question of a check.

    ``name`` is empty where a check asks one question only. ``looked_at`` counts the objects examined on each graph and
    ``seen`` says it in words. ``absent`` is why there was nothing to look at: the question does not apply. ``rest`` is
    what was not looked at and could still refute the answer.
    """

    seen: Message
    looked_at: Mapping[Graph, int]
    breaches: tuple[Breach, ...] = ()
    missing: tuple[Missing, ...] = ()
    absent: Message | None = None
    name: str = ""
    rest: Message | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check answers, question by question."""

    parts: tuple[Part, ...]

    @property
    def looked_at(self) -> Mapping[Graph, int]:
        """How many objects were examined, by graph."""
        counts: dict[Graph, int] = {}
        for part in self.parts:
            for graph, count in part.looked_at.items():
                counts[graph] = counts.get(graph, 0) + count
        return counts

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """Every breach of every part."""
        return tuple(breach for part in self.parts for breach in part.breaches)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Every absent datum of every part."""
        return tuple(item for part in self.parts for item in part.missing)


Forbids = Callable[[Network], Callable[[Contact], bool]]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule: its words, what it needs, and how to ask it.

    ``needs`` are the graphs without which it cannot be asked, ``refines`` those that sharpen its answer where they are
    given. ``applies`` returns why the rule does not concern this map, or nothing. ``parts`` names the questions of a
    check that asks several. ``forbids`` is the direct reading of the rule, for judging traffic: a network gives a
    predicate over contacts.
    """

    name: str
    title: Text
    why: Text
    remedy: Text
    severity: Severity
    run: Callable[[Evidence], Outcome]
    needs: tuple[Graph, ...] = ("declared",)
    refines: tuple[Graph, ...] = ()
    applies: Callable[[Evidence], Message | None] = field(default=lambda _: None)
    parts: tuple[str, ...] = ("",)
    forbids: Forbids | None = None


def one(part: Part) -> Outcome:
    """Return the outcome of a check that asks one question."""
    return Outcome((part,))
