"""Which rules may touch which: an exact join of boxes on one axis, filtered by the bounds of the others.

Every pair that shares a packet is found; a pair that is found may yet share none, when its sets have holes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloison.netmodel.space.intervals import IntervalSet, Range
from cloison.netmodel.space.ranks import BudgetError, Ranked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

_SMALL = 500_000  # pairs
_CHUNK = 2_000_000  # pairs that are held at a time
_MOST_RANGES = 16


@dataclass(frozen=True, slots=True)
class Touching:
    """The other rules that a query may touch, in order, by how much of its bounds lies inside theirs.

    ``whole``: all; ``sides``: all but on one axis (source, destination, services); ``others``: the rest. ``low`` and
    ``high`` say whether some of them may hold the query's least and greatest packet: where none does, that packet is
    in none of them.
    """

    query: int
    whole: Sequence[int]
    sides: tuple[Sequence[int], Sequence[int], Sequence[int]]
    others: Sequence[int]
    low: bool
    high: bool

    def every(self) -> list[int]:
        """Return all of them, in order."""
        return sorted((*self.whole, *self.sides[0], *self.sides[1], *self.sides[2], *self.others))


# by how a target holds the query's bounds (1 source, 2 destination, 4 services): whole, one side open, or others
_KIND = (4, 4, 4, 3, 4, 2, 1, 0)


def few(queries: int, targets: int) -> bool:
    """Say whether plain Python compares so many with so many about as fast as numpy is loaded."""
    return queries * targets <= _SMALL


def touching(space: Ranked, queries: Sequence[int], targets: Sequence[int], most: int) -> Iterator[Touching]:
    """Yield, for each query that touches any target, what it may touch.

    Queries and targets are numbers of rules of ``space``; targets come in the order of ``targets``, queries in any.
    Raises ``BudgetError``, after the queries that touch the fewest, when more than ``most`` pairs would have to be
    looked at.
    """
    if few(len(queries), len(targets)):
        yield from _plainly(space, queries, targets)
    else:
        yield from _by_columns(space, queries, targets, most)


def _plainly(space: Ranked, queries: Sequence[int], targets: Sequence[int]) -> Iterator[Touching]:
    def bounds(rule: int) -> tuple[int, ...]:
        source, destination, service = space.boxes[rule]
        axes = (space.sources.sets[source], space.destinations.sets[destination], space.atoms.sets[service])
        return tuple(bound for item in axes for bound in (item.ranges[0][0], item.ranges[-1][1]))

    known = [(*bounds(target), target) for target in targets]
    for query in queries:
        a, b, c, d, e, f = bounds(query)
        kinds: tuple[list[int], ...] = ([], [], [], [], [])
        least = most = False
        for s, t, u, v, w, x, target in known:
            if s <= b and a <= t and u <= d and c <= v and w <= f and e <= x and target != query:
                inside = (s <= a and b <= t) + 2 * (u <= c and d <= v) + 4 * (w <= e and f <= x)
                kinds[_KIND[inside]].append(target)
                least = least or (s <= a and u <= c and w <= e)
                most = most or (b <= t and d <= v and f <= x)
        if any(kinds):
            yield Touching(query, kinds[0], (kinds[1], kinds[2], kinds[3]), kinds[4], least, most)


@dataclass(frozen=True, slots=True)
class _Column:
    """One axis of some rules: their sets and bounds, and their ranges in order with the place of their rule."""

    ids: Numbers
    low: Numbers
    high: Numbers
    starts: Numbers
    ends: Numbers
    owner: Numbers


def _column(sets: Sequence[IntervalSet], of: Sequence[int], most: int = _MOST_RANGES) -> _Column:
    import numpy as np

    coarse = [_coarse(item.ranges, most) for item in sets]
    count = np.array([len(ranges) for ranges in coarse], dtype=np.int64)
    first = np.concatenate((np.zeros(1, np.int64), np.cumsum(count)))
    flat = np.array([bound for ranges in coarse for bound in ranges], dtype=np.int64).reshape(-1, 2)
    ids = np.asarray(of, dtype=np.int64)
    owner = np.repeat(np.arange(len(ids)), count[ids])
    place = spread(first[ids], count[ids])
    low, high = flat[first[ids], 0], flat[first[ids + 1] - 1, 1]
    order = np.argsort(flat[place, 0], kind="stable")
    place = place[order]
    return _Column(ids, low, high, flat[place, 0], flat[place, 1], owner[order])


@dataclass(frozen=True, slots=True)
class _Real:
    """Which sets of an axis truly touch, where their bounds do not tell: those with holes."""

    holed: NDArray[np.bool_]
    codes: Numbers  # sorted, first * number of sets + second, for every pair with a set with holes in first place

    def touch(self, query: Numbers, target: Numbers) -> NDArray[np.bool_]:
        """Say for each pair of sets, whose bounds touch, whether the sets do."""
        import numpy as np

        first = np.where(self.holed[query], query, target)
        second = np.where(self.holed[query], target, query)
        told = ~self.holed[first]
        wanted = first * len(self.holed) + second
        place = np.minimum(np.searchsorted(self.codes, wanted), max(len(self.codes) - 1, 0))
        found: NDArray[np.bool_] = told | (self.codes[place] == wanted)
        return found


def _real(sets: Sequence[IntervalSet]) -> _Real | None:
    """Return which sets truly touch; ``None`` when all are told by their bounds, or when there are too many."""
    import numpy as np

    holed = np.array([len(item.ranges) > 1 for item in sets], dtype=bool)
    if not holed.any() or sum(len(item.ranges) for item in sets) > _CHUNK:
        return None
    every = _column(sets, range(len(sets)), _CHUNK)
    with_holes = np.flatnonzero(holed)
    if int(_counts(every, every, len(sets))[with_holes].sum()) > _CHUNK * 4:
        return None
    first, second = _pairs(every, every, with_holes)
    return _Real(holed, _distinct(first * len(sets) + second))


def _coarse(ranges: tuple[Range, ...], most: int) -> tuple[Range, ...]:
    """Return at most ``most`` ranges that cover the given ones: the widest holes stay."""
    if len(ranges) <= most:
        return ranges
    holes = sorted(range(1, len(ranges)), key=lambda at: (ranges[at - 1][1] - ranges[at][0], at))
    starts = [0, *sorted(holes[: most - 1])]
    return tuple(
        (ranges[start][0], ranges[end - 1][1]) for start, end in zip(starts, [*starts[1:], len(ranges)], strict=True)
    )


def _distinct(codes: Numbers) -> Numbers:
    """Return the distinct codes, sorted (``numpy.unique`` hashes, which is slower here)."""
    import numpy as np

    codes.sort()
    kept: Numbers = codes[np.concatenate((np.ones(min(len(codes), 1), dtype=bool), codes[1:] != codes[:-1]))]
    return kept


def spread(starts: Numbers, counts: Numbers) -> Numbers:
    """Return start, start + 1... for each start, as many as its count, one after the other."""
    import numpy as np

    total = int(counts.sum())
    before = np.cumsum(counts) - counts
    return np.arange(total, dtype=np.int64) - np.repeat(before - starts, counts)


def _by_columns(space: Ranked, queries: Sequence[int], targets: Sequence[int], most: int) -> Iterator[Touching]:
    import numpy as np

    mine, theirs = [], []
    for at, sets in enumerate((space.sources.sets, space.destinations.sets, space.atoms.sets)):
        mine.append(_column(sets, [space.boxes[rule][at] for rule in queries]))
        theirs.append(_column(sets, [space.boxes[rule][at] for rule in targets]))
    counts = np.stack([_counts(ours, other, len(queries)) for ours, other in zip(mine, theirs, strict=True)])
    real = [_real(sets) for sets in (space.sources.sets, space.destinations.sets, space.atoms.sets)]
    best = counts.argmin(axis=0)
    least = counts.min(axis=0)
    query_rules, target_rules = np.asarray(queries, dtype=np.int64), np.asarray(targets, dtype=np.int64)
    affordable = np.zeros(len(queries), dtype=bool)
    cheapest = np.argsort(least, kind="stable")
    affordable[cheapest[np.cumsum(least[cheapest]) <= most]] = True
    for axis in range(3):
        chosen = np.flatnonzero((best == axis) & (least > 0) & affordable)
        groups = np.cumsum(least[chosen]) // _CHUNK
        for number in np.unique(groups):
            members = chosen[groups == number]
            query, target = _pairs(mine[axis], theirs[axis], members)
            for other in range(3):
                ours, its = mine[other], theirs[other]
                keep = (ours.low[query] <= its.high[target]) & (its.low[target] <= ours.high[query])
                query, target = query[keep], target[keep]
            code = _distinct(query * len(targets) + target)
            query, target = code // len(targets), code % len(targets)
            for pairs, ours, its in zip(real, mine, theirs, strict=True):
                if pairs is not None:
                    keep = pairs.touch(ours.ids[query], its.ids[target])
                    query, target = query[keep], target[keep]
            other_rule = query_rules[query] != target_rules[target]
            yield from _grouped(query_rules, target_rules, mine, theirs, query[other_rule], target[other_rule])
    if not affordable.all():
        raise BudgetError(query_rules[~affordable].tolist())


def _grouped(
    queries: Numbers,
    targets: Numbers,
    mine: Sequence[_Column],
    theirs: Sequence[_Column],
    query: Numbers,
    target: Numbers,
) -> Iterator[Touching]:
    """Yield what each query touches, out of pairs of places sorted by query, then target."""
    import numpy as np

    if not len(query):
        return
    least, most = np.ones(len(query), dtype=bool), np.ones(len(query), dtype=bool)
    inside = np.zeros(len(query), dtype=np.int64)
    for axis, (ours, its) in enumerate(zip(mine, theirs, strict=True)):
        below = its.low[target] <= ours.low[query]
        above = ours.high[query] <= its.high[target]
        least &= below
        most &= above
        inside |= (below & above).astype(np.int64) << axis
    kind = np.array(_KIND, dtype=np.int64)[inside]
    starts = np.concatenate((np.zeros(1, np.int64), np.flatnonzero(np.diff(query)) + 1))
    low = np.logical_or.reduceat(least, starts).tolist()
    high = np.logical_or.reduceat(most, starts).tolist()
    first = query[starts]
    order = np.argsort(query * 5 + kind, kind="stable")
    rules = targets[target[order]].tolist()
    counts = np.bincount(np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(query)))) * 5 + kind,
                         minlength=len(starts) * 5)  # fmt: skip
    ends = np.cumsum(counts).reshape(-1, 5).tolist()
    at = 0
    for which, rule in enumerate(queries[first].tolist()):
        whole, source, destination, services, last = ends[which]
        sides = (rules[whole:source], rules[source:destination], rules[destination:services])
        yield Touching(rule, rules[at:whole], sides, rules[services:last], low[which], high[which])
        at = last


def _counts(ours: _Column, theirs: _Column, queries: int) -> Numbers:
    """Return for each query how many ranges of the targets its own ranges touch."""
    import numpy as np

    lows, highs = theirs.starts, np.sort(theirs.ends)
    touched = np.searchsorted(lows, ours.ends, "right") - np.searchsorted(highs, ours.starts, "left")
    return np.bincount(ours.owner, weights=touched, minlength=queries).astype(np.int64)


def _pairs(ours: _Column, theirs: _Column, members: Numbers) -> tuple[Numbers, Numbers]:
    """Return each (query, target) whose ranges touch on this axis, for the queries in ``members``.

    Two ranges touch when the target's start lies in the query's range, or the query's start lies in the target's
    range after its start: both are slices of sorted starts.
    """
    import numpy as np

    wanted = np.zeros(len(ours.ids), dtype=bool)
    wanted[members] = True
    chosen = np.flatnonzero(wanted[ours.owner])
    starts, owner = ours.starts[chosen], ours.owner[chosen]
    low = np.searchsorted(theirs.starts, starts, "left")
    count = np.searchsorted(theirs.starts, ours.ends[chosen], "right") - low
    query_a = np.repeat(owner, count)
    target_a = theirs.owner[spread(low, count)]

    low = np.searchsorted(starts, theirs.starts, "right")
    count = np.searchsorted(starts, theirs.ends, "right") - low
    query_b = owner[spread(low, count)]
    target_b = np.repeat(theirs.owner, count)
    return np.concatenate((query_a, query_b)), np.concatenate((target_a, target_b))
