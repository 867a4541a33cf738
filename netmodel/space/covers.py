"""Which lines other lines make superfluous, and which rules of an ordered list can never decide or change nothing."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from cloison.netmodel.space.cells import Budget, Candidate, Cell, accounted, unaccounted, widest
from cloison.netmodel.space.contested import Contested, contested
from cloison.netmodel.space.joins import Touching, few, touching
from cloison.netmodel.space.policy import Rule
from cloison.netmodel.space.ranks import BudgetError, Ranked, Ruled, ranked
from cloison.netmodel.space.surplus import holds

Tick = Callable[[int, int], None]

BUDGET = 60_000_000
"""Steps of work granted to one call."""

_EACH = 400_000  # steps granted to one line, so that no single one takes all
_FEW = 24  # covering lines among which the superfluous ones are left out
_QUICK = 48  # candidates among which a quick proof is tried
_UNKNOWN = Touching(-1, (), ((), (), ()), (), low=True, high=True)


@dataclass(frozen=True, slots=True)
class Cover:
    """A line whose every packet the lines ``by`` permit too; not ``decided`` when the budget ran out before."""

    index: int
    by: tuple[int, ...]
    decided: bool = True


@dataclass(frozen=True, slots=True)
class Shadow:
    """A rule of an ordered list without effect.

    ``shadowed``: the rules ``by`` before it hold every packet of it. ``redundant``: without it the same packets would
    be permitted, because the rules ``by`` after it (or the final denial, when empty) say the same. ``undecided``: the
    budget ran out.
    """

    index: int
    by: tuple[int, ...]
    how: Literal["shadowed", "redundant", "undecided"]


def covered(
    lines: Sequence[Sequence[Ruled]], budget: int = BUDGET, tick: Tick = lambda done, total: None
) -> tuple[Cover, ...]:
    """Return the lines that may all go at once without any packet less being permitted, by index.

    A line is one or several permitting rules, and the order of lines does not matter. Lines are looked at from the last
    to the first, each against those that stay, so that of two that say the same the first stays; ``by`` names
    lines that stay. Exact; a line for which the budget did not last is returned as not decided. A line that permits
    nothing is not returned.
    """
    rules = [rule for line in lines for rule in line]
    owner = [number for number, line in enumerate(lines) for _ in line]
    if few(len(rules), len(rules)):
        filled = [rule for rule, item in enumerate(rules) if item.source and item.destination and item.services]
        asked = Contested(tuple(sorted({owner[rule] for rule in filled})), tuple(filled))
    else:
        asked = contested(rules, owner)
    try:
        matrix = _Matrix.of(
            [rules[rule] for rule in asked.rules], [owner[rule] for rule in asked.rules], asked.lines, budget
        )
    except BudgetError:
        return tuple(Cover(number, (), decided=False) for number in asked.lines)
    staying = set(matrix.owner)
    gone: list[int] = []
    undecided: list[int] = []
    for done, number in enumerate(reversed(asked.lines)):
        tick(done, len(asked.lines))
        if matrix.alone(number):
            continue
        staying.discard(number)
        try:
            if matrix.covers(number, staying):
                gone.append(number)
                continue
        except BudgetError:
            undecided.append(number)
        staying.add(number)
    found = [Cover(number, (), decided=False) for number in undecided]
    found += (Cover(number, matrix.coverers(number, staying)) for number in gone)
    return tuple(sorted(found, key=lambda cover: cover.index))


@dataclass(slots=True)
class _Matrix:
    """Permitting rules in ranks, the line of each, and which may touch which.

    ``near`` is told for the rules of the lines that are asked about: ``None`` for a rule with a packet that no other
    rule holds; a rule for which the budget did not last is absent.
    """

    space: Ranked
    owner: list[int]
    rules_of: dict[int, list[int]]
    near: Mapping[int, Touching | None]
    grant: Budget

    @staticmethod
    def of(rules: Sequence[Ruled], owner: list[int], asked: Sequence[int], budget: int) -> _Matrix:
        rules_of: dict[int, list[int]] = {}
        for rule, line in enumerate(owner):
            rules_of.setdefault(line, []).append(rule)
        space = ranked(rules)
        queries = [rule for line in asked for rule in rules_of[line]]
        return _Matrix(space, owner, rules_of, _near(space, queries, len(rules), budget), Budget(budget))

    def alone(self, line: int) -> bool:
        """Say at once that a line has a rule with a packet that no other rule holds."""
        return any(self.near.get(rule, _UNKNOWN) is None for rule in self.rules_of[line])

    def covers(self, line: int, among: Container[int]) -> bool:
        """Say whether the lines ``among`` permit all that a line does; raises ``BudgetError``."""
        each = Budget(min(_EACH, self.grant.left))
        before = each.left
        try:
            return all(self._covered(rule, among, each) for rule in self.rules_of[line])
        finally:
            self.grant.left -= before - max(each.left, 0)

    def _covered(self, rule: int, among: Container[int], budget: Budget) -> bool:
        near = self.near.get(rule, _UNKNOWN)
        if near is _UNKNOWN:
            raise BudgetError
        if near is None:
            return False
        budget.spend(len(near.whole) + 1)
        whole = [other for other in near.whole if self.owner[other] in among]
        if any(holds(self.space, rule, other) for other in whole):
            return True
        for axis, side in sorted(enumerate(near.sides), key=lambda pair: len(pair[1])):
            some = widest(self.space, axis, [other for other in side if self.owner[other] in among], _QUICK)
            budget.spend(len(side))
            if some and accounted(self.space, rule, (Candidate(other, "allow") for other in (*whole, *some)), budget):
                return True
        every = near.every()
        budget.spend(len(every))
        candidates = (Candidate(other, "allow") for other in every if self.owner[other] in among)
        return accounted(self.space, rule, candidates, budget)

    def coverers(self, line: int, staying: Set[int]) -> tuple[int, ...]:
        """Return lines that stay and together permit all that a line does, as few as is quickly found."""
        near = {self.owner[other] for rule in self.rules_of[line] for other in self._every(rule)}
        others = sorted(other for other in near & staying if self._touches(line, other))
        try:
            for other in others[: _FEW * 8]:
                if self.covers(line, (other,)):
                    return (other,)
            if len(others) <= _FEW:
                for other in reversed(others.copy()):
                    fewer = [one for one in others if one != other]
                    if self.covers(line, fewer):
                        others = fewer
        except BudgetError:
            pass  # all of them cover the line, though some may not be needed
        return tuple(others)

    def _every(self, rule: int) -> list[int]:
        near = self.near.get(rule)
        return near.every() if near else []

    def _touches(self, line: int, other: int) -> bool:
        return any(
            _share(self.space, mine, its)
            for mine in self.rules_of[line]
            for its in self.rules_of[other]
        )  # fmt: skip


def shadowed(rules: Sequence[Rule], budget: int = BUDGET, tick: Tick = lambda done, total: None) -> tuple[Shadow, ...]:
    """Return the rules of an ordered list that have no effect, each taken alone, by index.

    Exact; a rule for which the budget did not last is returned as ``undecided``. A rule without packets is not
    returned.
    """
    places = [place for place, rule in enumerate(rules) if rule.product]
    kept = [rules[place] for place in places]
    try:
        space = ranked(kept)
    except BudgetError:
        return tuple(Shadow(place, (), "undecided") for place in places)
    near = _near(space, range(len(kept)), len(kept), budget, low=False)
    grant = Budget(budget)
    found: list[Shadow] = []
    for number, place in enumerate(places):
        each = Budget(min(_EACH, grant.left))
        before = each.left
        try:
            touch = near.get(number, _UNKNOWN)
            if touch is _UNKNOWN:
                raise BudgetError
            shadow = _without_effect(space, kept, number, touch.every() if touch else [], each)
        except BudgetError:
            shadow = ((), "undecided")
        grant.left -= before - max(each.left, 0)
        if shadow is not None:
            found.append(Shadow(place, tuple(places[by] for by in shadow[0]), shadow[1]))
        tick(number + 1, len(places))
    return tuple(found)


def _without_effect(
    space: Ranked, rules: Sequence[Rule], number: int, near: Sequence[int], budget: Budget
) -> tuple[tuple[int, ...], Literal["shadowed", "redundant", "undecided"]] | None:
    budget.spend(len(near))
    before = [other for other in near if other < number]
    after = [other for other in near if other > number]

    def hidden(by: Iterable[int]) -> bool:
        return accounted(space, number, (Candidate(other, "allow") for other in by), budget)

    def blamed(by: Iterable[int]) -> dict[int, Cell]:
        named = set(by)
        permit = rules[number].permit
        candidates = [Candidate(other, "void") for other in before]
        for other in after:
            if rules[other].permit != permit:
                candidates.append(Candidate(other, "refuse"))
            elif other in named:
                candidates.append(Candidate(other, "allow"))
        found = unaccounted(space, number, candidates, budget)
        return found if permit else {by: cell for by, cell in found.items() if by != -1}

    def repeated(by: Iterable[int]) -> bool:
        return not blamed(by)

    if hidden(before):
        return _fewest(before, hidden, [other for other in before if holds(space, number, other)]), "shadowed"
    same = [other for other in after if rules[other].permit == rules[number].permit]
    if not repeated(same):
        return None
    places = blamed(()).values()  # whatever is enough alone holds each of them
    return _fewest(same, repeated, [other for other in same if all(_in(space, cell, other) for cell in places)]), (
        "redundant"
    )


def _in(space: Ranked, cell: Cell, rule: int) -> bool:
    source, destination, service = space.boxes[rule]
    atoms = space.atoms.sets[service]
    return (cell.source in space.sources.sets[source] and cell.destination in space.destinations.sets[destination]
            and all(atom in atoms for atom in cell.atoms))  # fmt: skip


def _fewest(by: list[int], enough: Callable[[Iterable[int]], bool], likely: Sequence[int]) -> tuple[int, ...]:
    """Return a part of ``by`` that is enough, from which nothing can be left out; all when they are many.

    No other than the ``likely`` ones can be enough alone.
    """
    for other in likely[: _FEW * 8]:
        if enough((other,)):
            return (other,)
    if len(by) <= _FEW:
        for other in reversed(by.copy()):
            fewer = [one for one in by if one != other]
            if enough(fewer):
                by = fewer
    return tuple(by)


def _near(space: Ranked, queries: Sequence[int], rules: int, most: int, low: bool = True) -> dict[int, Touching | None]:
    """Return what each query may touch of all rules, ``None`` where nothing; absent where the budget did not last.

    ``low`` asks only for rules whose least and greatest packets may be in another one.
    """
    near: dict[int, Touching | None] = dict.fromkeys(queries)
    try:
        for touch in touching(space, queries, range(rules), most):
            if not low or (touch.low and touch.high):
                near[touch.query] = touch
    except BudgetError as error:
        for rule in error.rules:
            del near[rule]
    return near


def _share(space: Ranked, mine: int, other: int) -> bool:
    axes = (space.sources.sets, space.destinations.sets, space.atoms.sets)
    pairs = zip(axes, space.boxes[mine], space.boxes[other], strict=True)
    return all(one == its or sets[one].overlaps(sets[its]) for sets, one, its in pairs)
