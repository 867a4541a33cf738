"""What one ordered list of rules permits and another does not, rule by rule, exactly.

The packets that a list permits are the union of its permits, each less the denies before it: the order among permits
does not matter. So each permit is asked for alone whether the other list permits all of it. Most answers are found at
once (the other list has the same rule, or one that holds it, and no deny in between); the rest are cut into cells.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cloison.netmodel.space.cells import Budget, Candidate, Cell, accounted, unaccounted, widest
from cloison.netmodel.space.joins import Touching, touching
from cloison.netmodel.space.ranks import Ranked

Tick = Callable[[int, int], None]

_FEW = 48  # candidates among which a quick proof is tried


@dataclass(frozen=True, slots=True)
class Side:
    """The rules of one list: their numbers in a shared :class:`Ranked`, in order.

    ``closing`` are the denies after the last permit: they change nothing that is permitted.
    """

    permits: tuple[int, ...]
    denies: tuple[int, ...]
    closing: tuple[int, ...] = ()


def surplus(space: Ranked, left: Side, right: Side, budget: Budget, tick: Tick) -> Iterator[tuple[int, int, Cell]]:
    """Yield (permit of the left, rule of the right that refuses or -1, one place), in any order.

    Numbers of rules rise with their order within each side. Raises ``BudgetError`` once it has yielded what it could.
    """
    asked, done = _not_the_same(space, left, right, budget)
    total = len(left.permits)
    tick(done, total)
    denied = _denies_before(space, asked, left, budget)
    refused = _refusals(space, asked, left, right, budget)
    unseen = set(asked)
    for touch in touching(space, asked, right.permits, budget.left):
        unseen.discard(touch.query)
        refusing = refused.get(touch.query, ())
        if not _permitted(space, touch, refusing, budget):
            yield from _blamed(space, touch, denied.get(touch.query, ()), refusing, budget)
        done += 1
        tick(done, total)
    for query in sorted(unseen):
        nothing = Touching(query, (), ((), (), ()), (), low=False, high=False)
        yield from _blamed(space, nothing, denied.get(query, ()), refused.get(query, ()), budget)
        done += 1
        tick(done, total)


def _permitted(space: Ranked, touch: Touching, refusing: Sequence[int], budget: Budget) -> bool:
    """Say whether the permits that hold a query, or that hold it but on one axis, are enough to permit all of it."""
    query = touch.query
    first = refusing[0] if refusing else query
    budget.spend(len(touch.whole) + 1)
    if any((rule < first or not refusing) and holds(space, query, rule) for rule in touch.whole):
        return True
    if not refusing and not (touch.low and touch.high):
        return False
    refuse = set(refusing)
    for axis, side in sorted(enumerate(touch.sides), key=lambda pair: len(pair[1])):
        if side:
            budget.spend(len(side))
            rules = sorted((*touch.whole, *widest(space, axis, side, _FEW), *refusing))
            candidates = (Candidate(rule, "refuse" if rule in refuse else "allow") for rule in rules)
            if accounted(space, query, candidates, budget):
                return True
    return False


def _blamed(
    space: Ranked, touch: Touching, denied: Sequence[int], refusing: Sequence[int], budget: Budget
) -> Iterator[tuple[int, int, Cell]]:
    touched = touch.every()
    if touched and not (denied or refusing or touch.low):  # its least packet is in no rule at all
        sets = (space.sources.sets, space.destinations.sets, space.atoms.sets)
        source, destination, atom = (
            axis[number].least() for axis, number in zip(sets, space.boxes[touch.query], strict=True)
        )
        budget.spend(1)
        yield touch.query, -1, Cell(source, destination, (atom,))
        return
    candidates = [Candidate(rule, "void") for rule in denied]
    refuse = set(refusing)
    rules = sorted((*touched, *refusing))
    candidates += (Candidate(rule, "refuse" if rule in refuse else "allow") for rule in rules)
    for rule, cell in unaccounted(space, touch.query, candidates, budget).items():
        yield touch.query, rule, cell


def _not_the_same(space: Ranked, left: Side, right: Side, budget: Budget) -> tuple[list[int], int]:
    """Return the permits of the left that are still to be asked for, and how many are not.

    A permit that the right has too, with no deny there at all, is permitted there.
    """
    if right.denies:
        same: set[tuple[int, int, int]] = set()
    else:
        same = {space.boxes[rule] for rule in right.permits}
    budget.spend(len(left.permits))
    asked = [rule for rule in left.permits if space.boxes[rule] not in same]
    return asked, len(left.permits) - len(asked)


def _refusals(
    space: Ranked, queries: Sequence[int], left: Side, right: Side, budget: Budget
) -> dict[int, Sequence[int]]:
    """Return, for each permit of the left, the denies of the right that may touch it, in order.

    A deny that a deny of the left before the permit holds too is left out: it changes nothing to what is asked.
    """
    if not right.denies:
        return {}
    barred = _already_denied(space, left, right, budget)
    found: dict[int, Sequence[int]] = {}
    for touch in touching(space, queries, right.denies, budget.left):
        rules = touch.every()
        budget.spend(len(rules))
        rest = [rule for rule in rules if barred.get(rule, touch.query) >= touch.query]
        if rest:
            found[touch.query] = rest
    return found


def _already_denied(space: Ranked, left: Side, right: Side, budget: Budget) -> dict[int, int]:
    """Return, for each deny of the right that one deny of the left holds, the first such deny."""
    if not left.denies:
        return {}
    same: dict[tuple[int, int, int], int] = {}
    for rule in left.denies:
        same.setdefault(space.boxes[rule], rule)
    found = {rule: same[space.boxes[rule]] for rule in right.denies if space.boxes[rule] in same}
    rest = [rule for rule in right.denies if rule not in found]
    for touch in touching(space, rest, left.denies, budget.left):
        budget.spend(len(touch.whole) + 1)
        for rule in touch.whole:
            if holds(space, touch.query, rule):
                found[touch.query] = rule
                break
    return found


def _denies_before(space: Ranked, queries: Sequence[int], left: Side, budget: Budget) -> dict[int, Sequence[int]]:
    """Return the denies of the left that come before each query and may touch it."""
    if not left.denies:
        return {}
    found: dict[int, Sequence[int]] = {}
    for touch in touching(space, queries, left.denies, budget.left):
        rules = touch.every()
        budget.spend(len(rules))
        before = rules[: bisect_left(rules, touch.query)]
        if before:
            found[touch.query] = before
    return found


def holds(space: Ranked, inner: int, outer: int) -> bool:
    """Say whether a rule's packets all lie in another rule."""
    axes = (space.sources.sets, space.destinations.sets, space.atoms.sets)
    pairs = zip(axes, space.boxes[inner], space.boxes[outer], strict=True)
    return all(mine == other or sets[mine] <= sets[other] for sets, mine, other in pairs)
