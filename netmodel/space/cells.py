"""One rule against all that touch it, exactly: its rectangle source x destination, cut where the others begin and end.

Whatever covers the whole rectangle, then a whole strip of it, eats its service atoms first; only what is left is cut
further, and parts that lie in the same rules are looked at once. Groups stay interval sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Literal, NamedTuple

from cloison.netmodel.space.intervals import IntervalSet, Range
from cloison.netmodel.space.ranks import BudgetError, Ranked

Effect = Literal["void", "allow", "refuse"]


class Candidate(NamedTuple):
    """A rule that may touch the query, in the order of evaluation.

    ``void``: its packets are out of the question; ``allow``: they are accounted for; ``refuse``: they are a
    difference, on account of ``rule``.
    """

    rule: int
    effect: Effect


class Cell(NamedTuple):
    """A place in the query that is not accounted for: ranks of source and destination, and atoms."""

    source: int
    destination: int
    atoms: tuple[int, ...]


@dataclass(slots=True)
class Budget:
    """How many more steps of work are granted."""

    left: int

    def spend(self, steps: int) -> None:
        """Take ``steps``; raises ``BudgetError`` when there are not as many."""
        self.left -= steps
        if self.left < 0:
            raise BudgetError


class _Item(NamedTuple):
    """A candidate within the query; ``None`` for an axis that it covers."""

    rule: int
    effect: Effect
    mask: int
    rows: tuple[Range, ...] | None
    columns: tuple[Range, ...] | None


def accounted(space: Ranked, query: int, candidates: Iterable[Candidate], budget: Budget) -> bool:
    """Say whether every packet of a query is allowed by a candidate or void; raises ``BudgetError``."""
    return not unaccounted(space, query, candidates, budget, most=1)


def widest(space: Ranked, axis: int, rules: Sequence[int], most: int) -> Sequence[int]:
    """Return the rules that reach furthest on an axis (0 source, 1 destination, 2 services): a quick proof's best."""
    if len(rules) <= most:
        return rules
    sets = (space.sources.sets, space.destinations.sets, space.atoms.sets)[axis]

    def reach(rule: int) -> int:
        ranges = sets[space.boxes[rule][axis]].ranges
        return ranges[-1][1] - ranges[0][0]

    return nlargest(most, rules, reach)


def unaccounted(
    space: Ranked, query: int, candidates: Iterable[Candidate], budget: Budget, most: int = 1 << 62
) -> dict[int, Cell]:
    """Return who is to blame for the packets of a query that no candidate allows, each with one place.

    The key is the number of the refusing rule, or -1 where no candidate holds the packets. Empty means that every
    packet is accounted for; ``most`` are enough. Raises ``BudgetError``.
    """
    source, destination, service = space.boxes[query]
    items = list(_items(space, query, candidates))
    budget.spend(4 * len(items) + 1)
    full = (1 << space.atoms.sets[service].size) - 1
    alive = _eaten(full, [(item, item.rows is None and item.columns is None) for item in items])
    if not alive:
        return {}
    items = [item for item in items if item.mask & alive]
    rows, columns = space.sources.sets[source].ranges, space.destinations.sets[destination].ranges
    swapped = sum(item.rows is not None for item in items) > sum(item.columns is not None for item in items)
    if swapped:
        rows, columns = columns, rows
        items = [item._replace(rows=item.columns, columns=item.rows) for item in items]
    found = _searched(rows, columns, items, alive, budget, most)
    cells: dict[int, Cell] = {}
    if not found:
        return cells
    places = [atom for low, high in space.atoms.sets[service].ranges for atom in range(low, high + 1)]
    for rule, (row, column, atoms) in found.items():
        left = tuple(places[at] for at in _bits(atoms))
        cells[rule] = Cell(column, row, left) if swapped else Cell(row, column, left)
    return cells


def _items(space: Ranked, query: int, candidates: Iterable[Candidate]) -> Iterator[_Item]:
    source, destination, service = space.boxes[query]
    mine = space.atoms.sets[service].ranges
    masks: dict[int, int] = {}
    for rule, effect in candidates:
        its_source, its_destination, its_service = space.boxes[rule]
        mask = masks.get(its_service)
        if mask is None:
            mask = masks[its_service] = _mask(mine, space.atoms.sets[its_service].ranges)
        if not mask:
            continue
        rows = _within(space.sources.sets, source, its_source)
        if rows == ():
            continue
        columns = _within(space.destinations.sets, destination, its_destination)
        if columns != ():
            yield _Item(rule, effect, mask, rows, columns)


def _within(sets: Sequence[IntervalSet], mine: int, other: int) -> tuple[Range, ...] | None:
    """Return what of a set lies in another one; ``None`` for all of it."""
    if mine == other:
        return None
    within = sets[mine].ranges
    if len(within) == 1 == len(sets[other].ranges):  # the most frequent by far
        (low, high), (its_low, its_high) = within[0], sets[other].ranges[0]
        if its_low <= low and high <= its_high:
            return None
        low, high = max(low, its_low), min(high, its_high)
        return ((low, high),) if low <= high else ()
    ranges = (sets[mine] & sets[other]).ranges
    return None if ranges == within else ranges


def _mask(mine: tuple[Range, ...], other: tuple[Range, ...]) -> int:
    """Return the atoms of ``mine`` that are in ``other``, as bits in the order of ``mine``."""
    mask = 0
    at = base = 0
    for low, high in mine:
        while at < len(other) and other[at][1] < low:
            at += 1
        step = at
        while step < len(other) and other[step][0] <= high:
            first, last = max(low, other[step][0]), min(high, other[step][1])
            mask |= ((1 << (last - first + 1)) - 1) << (base + first - low)
            step += 1
        base += high - low + 1
    return mask


def _eaten(alive: int, items: Iterable[tuple[_Item, bool]]) -> int:
    """Return the atoms left once those that covering items account for are gone.

    What a refusing item, or one that covers in part only, may decide before is not taken from it.
    """
    doubtful = 0
    for item, covers in items:
        if item.effect == "refuse":
            doubtful |= item.mask
        elif covers:
            alive &= ~(item.mask & ~doubtful)
    return alive


def _segments(
    base: tuple[Range, ...], parts: Iterable[tuple[int, tuple[Range, ...]]]
) -> Iterator[tuple[int, frozenset[int]]]:
    """Yield each elementary segment of ``base`` with the numbers of the parts that hold it."""
    toggles: dict[int, list[int]] = {}
    for number, ranges in ((-1, base), *parts):
        for low, high in ranges:
            toggles.setdefault(low, []).append(number)
            toggles.setdefault(high + 1, []).append(number)
    inside = False
    active: set[int] = set()
    for start in sorted(toggles):
        for number in toggles[start]:
            if number < 0:
                inside = not inside
            else:
                active ^= {number}
        if inside:
            yield start, frozenset(active)


def _searched(
    rows: tuple[Range, ...], columns: tuple[Range, ...], items: list[_Item], alive: int, budget: Budget, most: int
) -> dict[int, tuple[int, int, int]]:
    found: dict[int, tuple[int, int, int]] = {}
    enough = min(most, 1 + sum(item.effect == "refuse" for item in items))  # a rule is one item
    strips: set[frozenset[int]] = set()
    whole = [at for at, item in enumerate(items) if item.rows is None]
    for row, active in _segments(rows, ((at, item.rows) for at, item in enumerate(items) if item.rows is not None)):
        budget.spend(len(active) + 1)
        if active in strips:
            continue
        strips.add(active)
        strip = [items[at] for at in sorted((*whole, *active))]
        budget.spend(len(strip))
        left = _eaten(alive, [(item, item.columns is None) for item in strip])
        if not left:
            continue
        strip = [item for item in strip if item.mask & left]
        seen: set[frozenset[int]] = set()
        tall = [at for at, item in enumerate(strip) if item.columns is None]
        parts = ((at, item.columns) for at, item in enumerate(strip) if item.columns is not None)
        for column, here in _segments(columns, parts):
            budget.spend(len(here) + 1)
            if here in seen:
                continue
            seen.add(here)
            cell = [strip[at] for at in sorted((*tall, *here))]
            budget.spend(len(cell))
            for rule, atoms in _decided(cell, left):
                found.setdefault(rule, (row, column, atoms))
            if len(found) >= enough:
                return found
    return found


def _decided(items: Iterable[_Item], alive: int) -> Iterator[tuple[int, int]]:
    for item in items:
        if item.effect == "refuse" and item.mask & alive:
            yield item.rule, item.mask & alive
        alive &= ~item.mask
        if not alive:
            return
    yield -1, alive


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
