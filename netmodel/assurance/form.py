"""A form of a rule of the user's policy: how rules of that form become checks, and what they claim of one another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cloison.netmodel.assurance.check import Check, Forbids, Outcome
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.instances import Instance, Instances
from cloison.netmodel.assurance.searching.place_table import PlaceTable
from cloison.netmodel.compiling.problems import Problems, Route
from cloison.netmodel.finding import Graph, Text
from cloison.netmodel.language import model as m
from cloison.netmodel.language.rules import Selection
from cloison.netmodel.network import Network
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.services import NO_SERVICE, ServiceSet


@dataclass(frozen=True, slots=True)
class Claim:
    """What a rule says of what goes from one place to another (their numbers), ``inner`` products apart.

    ``permits`` and ``forbids`` are services; ``demands`` and ``avoids`` assets that ways go through, or do not.
    ``route`` is where it is written.
    """

    rule: str
    route: Route
    source: int
    target: int
    permits: ServiceSet = NO_SERVICE
    forbids: ServiceSet = NO_SERVICE
    demands: frozenset[str] = frozenset()
    avoids: frozenset[str] = frozenset()
    inner: tuple[Product, ...] = ()
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Compiling:
    """What rules are compiled with: the network, the places of all rules, the errors so far."""

    network: Network
    table: PlaceTable
    problems: Problems

    def instances(self, name: str, rule: m.Rule) -> Instances:
        """Return the instances of a rule."""
        return Instances(self.network, name, rule, self.problems)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule as a check, and its claims."""

    check: Check
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form: the rule's key that holds it, its words for the reference, an example, and how it is compiled."""

    name: str
    title: Text
    meaning: Text
    example: str
    compiled: Callable[[Compiling, str, m.Rule], Compiled]


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """An instance of a rule about what goes from one place to another."""

    instance: Instance
    source: int
    target: int
    through: tuple[str, ...] = ()
    never: frozenset[str] = frozenset()


def check_of(
    name: str, rule: m.Rule, title: Text, remedy: Text, run: Callable[[Evidence], Outcome],
    forbids: Forbids | None = None,
) -> Check:  # fmt: skip
    """Return a user's rule as a check."""
    why = rule.why or "—"
    refines: tuple[Graph, ...] = ("effective", "observed") if forbids is not None else ("effective",)
    return Check(name=name, title=title, why=Text(why, why), remedy=remedy, severity=rule.severity, run=run,
                 refines=refines, forbids=forbids)  # fmt: skip


def words(selection: Selection) -> str:
    """Return a selection as titles write it."""
    where = ", ".join(f"{name}: {' | '.join(some)}" for name, some in selection.where.items())
    return f"{selection.section} {{{where}}}"
