"""Ordered rules that permit and deny: what they permit, and what one list permits and another does not."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cloison.netmodel.space.cells import Budget
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Packet, PacketSet, Product, less
from cloison.netmodel.space.ranks import BudgetError, Ranked, ranked
from cloison.netmodel.space.services import ServiceSet
from cloison.netmodel.space.surplus import Side, surplus

Result = Literal["equal", "left-more", "right-more", "differ", "undecided"]
Tick = Callable[[int, int], None]

BUDGET = 150_000_000
"""Steps of work granted to a comparison: under two minutes of one core where rules cross worst."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an ordered list; the first that holds a packet decides it, and none means denied.

    ``source`` and ``destination`` hold points. ``origin`` is what the caller wants back: a line's id, a place in a
    configuration.
    """

    permit: bool
    source: IntervalSet
    destination: IntervalSet
    services: ServiceSet
    origin: object = field(default=None, hash=False)

    @property
    def product(self) -> Product:
        """The packets that the rule holds."""
        return Product(self.source, self.destination, self.services)

    def __contains__(self, packet: Packet) -> bool:
        return packet in self.product


@dataclass(frozen=True, slots=True)
class Policy:
    """What is permitted, at least (``lower``) and at most (``upper``), and the rules that decide."""

    lower: PacketSet
    upper: PacketSet
    pieces: tuple[Rule, ...]

    @staticmethod
    def of(rules: Iterable[Rule]) -> Policy:
        """Return the policy of rules that are all understood: both bounds are what they permit."""
        pieces = tuple(rules)
        allowed = permitted(pieces)
        return Policy(allowed, allowed, pieces)


def permitted(rules: Sequence[Rule]) -> PacketSet:
    """Return what ordered rules permit: each permit less the denies before it."""
    allowed: list[Product] = []
    denied: list[Product] = []
    for rule in rules:
        if rule.permit:
            allowed += less(rule.product, denied)
        elif rule.product:
            denied.append(rule.product)
    return PacketSet.union(allowed)


def decides(rules: Iterable[Rule], packet: Packet) -> Rule | None:
    """Return the first rule that holds the packet; ``None`` when none does, which denies it."""
    return next((rule for rule in rules if packet in rule), None)


@dataclass(frozen=True, slots=True)
class Difference:
    """A packet that ``rule`` permits and that the other list does not.

    ``against`` is the other list's rule that denies it, ``None`` where none holds it. One difference stands for all
    the packets of its pair of rules.
    """

    rule: Rule
    against: Rule | None
    witness: Packet


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether two lists of rules permit the same packets.

    ``undecided`` says that the budget ran out (``reason`` is then ``budget``); the differences listed are true even
    then, but there may be more.
    """

    result: Result
    only_left: tuple[Difference, ...] = ()
    only_right: tuple[Difference, ...] = ()
    reason: Literal["", "budget"] = ""


def compare(
    left: Sequence[Rule], right: Sequence[Rule], budget: int = BUDGET, tick: Tick = lambda done, total: None
) -> Comparison:
    """Return whether two ordered lists permit the same packets, and every pair of rules by which they do not.

    A rule that permits is listed whenever it holds, undenied by its own list before it, a packet that the other list
    denies, even if an earlier rule of its own permits that packet too: removing one of the two would not suffice.
    Exact; past ``budget`` steps the result is ``undecided``. ``tick`` counts rules of both lists.
    """
    mine, theirs = ([rule for rule in rules if rule.product] for rules in (left, right))
    rules = mine + theirs
    found: tuple[list[Difference], list[Difference]] = ([], [])
    grant = Budget(budget)
    try:
        space = ranked(rules)
        sides = _side(space, rules, 0, len(mine)), _side(space, rules, len(mine), len(rules))
        _collect(found[0], space, rules, sides[0], sides[1], grant, _part(tick, 0, sides))
        _collect(found[1], space, rules, sides[1], sides[0], grant, _part(tick, len(sides[0].permits), sides))
    except BudgetError:
        return Comparison("undecided", tuple(found[0]), tuple(found[1]), "budget")
    result: Result = "equal"
    if found[0] or found[1]:
        result = "differ" if found[0] and found[1] else "left-more" if found[0] else "right-more"
    return Comparison(result, tuple(found[0]), tuple(found[1]))


def beyond(
    left: Sequence[Rule], right: Sequence[Rule], budget: int = BUDGET, tick: Tick = lambda done, total: None
) -> tuple[tuple[Difference, ...], bool]:
    """Return what the left list permits and the right one does not, as :func:`compare` lists it, and whether it is all.

    ``False`` says that the budget ran out: the differences listed are true, but there may be more.
    """
    mine, theirs = ([rule for rule in rules if rule.product] for rules in (left, right))
    rules = mine + theirs
    found: list[Difference] = []
    try:
        space = ranked(rules)
        sides = _side(space, rules, 0, len(mine)), _side(space, rules, len(mine), len(rules))
        _collect(found, space, rules, sides[0], sides[1], Budget(budget), tick)
    except BudgetError:
        return tuple(found), False
    return tuple(found), True


def _collect(
    found: list[Difference], space: Ranked, rules: Sequence[Rule], mine: Side, other: Side, budget: Budget, tick: Tick
) -> None:
    numbers: list[tuple[int, int]] = []
    try:
        for number, refusing, cell in surplus(space, mine, other, budget, tick):
            services = space.atoms.services(cell.atoms[:256])
            witness = Packet(
                space.sources.cuts[cell.source], space.destinations.cuts[cell.destination], *services.least()
            )
            closing = (rules[rule] for rule in other.closing)
            against = rules[refusing] if refusing >= 0 else decides(closing, witness)
            found.append(Difference(rules[number], against, witness))
            numbers.append((number, refusing))
    finally:  # in the order of the rules, even when the budget runs out
        found[:] = [item for _, item in sorted(zip(numbers, found, strict=True), key=lambda pair: pair[0])]


def _part(tick: Tick, before: int, sides: tuple[Side, Side]) -> Tick:
    total = len(sides[0].permits) + len(sides[1].permits)
    return lambda done, _: tick(before + done, total)


def _side(space: Ranked, rules: Sequence[Rule], first: int, end: int) -> Side:
    """Return the rules of one list that can matter: none that is the same as one before."""
    seen: set[tuple[int, int, int]] = set()
    permits: list[int] = []
    denies: list[int] = []
    for number in range(first, end):
        if space.boxes[number] not in seen:
            seen.add(space.boxes[number])
            (permits if rules[number].permit else denies).append(number)
    middle = bisect_left(denies, permits[-1]) if permits else 0
    return Side(tuple(permits), tuple(denies[:middle]), tuple(denies[middle:]))
