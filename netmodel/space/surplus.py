"""What one ordered list of rules permits and another does not, rule by rule, exactly.

The packets that a list permits are the union of its permits, each less the denies before it: the order among permits
does not matter. So each permit is asked for alone whether the other list permits all of it. Most answers are found at
once (the other list has the same rule, or one that holds it, and no deny in between); the rest are cut into cells.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cloison.netmodel.space.cells import Budget, Candidate, Cell, unaccounted
from cloison.netmodel.space.joins import touching
from cloison.netmodel.space.ranks import Ranked

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Side:
    """The rules of one list: their numbers in a shared :class:`Ranked`, in order.

    ``closing`` are the denies after the last permit: they change nothing that is permitted.
    """

    permits: tuple[int, ...]
    denies: tuple[int, ...]
    closing: tuple[int, ...] = ()


def surplus(space: Ranked, left: Side, right: Side, budget: Budget, tick: Tick) -> Iterator[tuple[int, int, Cell]]:
    """Yield (permit of the left, rule of the right that refuses or -1, one place), in the order of the left.

    Numbers of rules rise with their order within each side. Raises ``BudgetError``.
    """
    asked, done = _not_the_same(space, left, right, budget)
    barred = _already_denied(space, left, right, budget)
    total = len(left.permits)
    tick(done, total)
    permits = set(right.permits)
    targets = sorted((*right.permits, *right.denies))
    unseen = set(asked)
    harder: list[tuple[int, list[int]]] = []
    for touch in touching(space, asked, targets, budget.left):
        budget.spend(len(touch.targets) // 8 + 1)
        unseen.discard(touch.query)
        rest = [rule for rule in touch.targets if barred.get(rule, touch.query) >= touch.query]
        first_deny = next((rule for rule in rest if rule not in permits), None)
        if not any(
            inside and rule in permits and (first_deny is None or rule < first_deny) and holds(space, touch.query, rule)
            for rule, inside in zip(touch.targets, touch.within, strict=True)
        ):
            harder.append((touch.query, rest))
    harder += ((query, []) for query in unseen)
    done = total - len(harder)
    earlier = _denies_before(space, [query for query, _ in harder], left, budget)
    for query, rest in sorted(harder):
        candidates = [Candidate(rule, "void") for rule in earlier.get(query, ())]
        candidates += (Candidate(rule, "allow" if rule in permits else "refuse") for rule in rest)
        for rule, cell in sorted(unaccounted(space, query, candidates, budget).items()):
            yield query, rule, cell
        done += 1
        tick(done, total)


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


def _already_denied(space: Ranked, left: Side, right: Side, budget: Budget) -> dict[int, int]:
    """Return, for each deny of the right that one deny of the left holds, the first such deny.

    To the permits after it on the left, that deny of the right changes nothing.
    """
    if not left.denies or not right.denies:
        return {}
    same: dict[tuple[int, int, int], int] = {}
    for rule in left.denies:
        same.setdefault(space.boxes[rule], rule)
    found = {rule: same[space.boxes[rule]] for rule in right.denies if space.boxes[rule] in same}
    rest = [rule for rule in right.denies if rule not in found]
    for touch in touching(space, rest, left.denies, budget.left):
        budget.spend(len(touch.targets) // 8 + 1)
        for rule, inside in zip(touch.targets, touch.within, strict=True):
            if inside and holds(space, touch.query, rule):
                found[touch.query] = rule
                break
    return found


def _denies_before(space: Ranked, queries: Sequence[int], left: Side, budget: Budget) -> dict[int, Sequence[int]]:
    """Return the denies of the left that come before each query and may touch it."""
    if not left.denies or not queries:
        return {}
    found: dict[int, Sequence[int]] = {}
    for touch in touching(space, queries, left.denies, budget.left):
        budget.spend(len(touch.targets) // 8 + 1)
        found[touch.query] = touch.targets[: bisect_left(touch.targets, touch.query)]
    return found


def holds(space: Ranked, inner: int, outer: int) -> bool:
    """Say whether a rule's packets all lie in another rule."""
    axes = (space.sources.sets, space.destinations.sets, space.atoms.sets)
    pairs = zip(axes, space.boxes[inner], space.boxes[outer], strict=True)
    return all(mine == other or sets[mine] <= sets[other] for sets, mine, other in pairs)
