"""Which lines other lines may hold at all: for all the rest, one packet of their own proves that they do not.

The least and the greatest packet of a rule are looked for within the bounds of the rules of other lines. Where one of
the two is within none, no other line permits it, and nothing else of the line has to be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.joins import spread
from cloison.netmodel.space.ranks import Ruled
from cloison.netmodel.space.services import ServiceSet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Truths = NDArray[np.bool_]

_CHUNK = 1_000_000  # pairs that are held at a time
_EACH = 30  # pairs of a packet and a rule granted to a line, on average: more would cost what they spare


@dataclass(frozen=True, slots=True)
class Contested:
    """``lines``: those that others may hold, in order; ``rules``: theirs, and those that may touch one of theirs."""

    lines: tuple[int, ...]
    rules: tuple[int, ...]


def contested(rules: Sequence[Ruled], owner: Sequence[int]) -> Contested:
    """Return the lines that may be held by others, and the rules that it takes to tell; ``owner[i]`` is i's line.

    Owners are in order. A rule without packets belongs to neither. One rule of each line is looked at, and a line that
    would ask for too much work is returned too.
    """
    import numpy as np

    line = np.asarray(owner, dtype=np.int64)
    bounds = _bounds(rules)
    asked = np.flatnonzero(bounds.filled)
    asked = asked[np.unique(line[asked], return_index=True)[1]]
    for corner in (bounds.low, bounds.high):
        asked = asked[_within(bounds, line, asked, corner, _EACH * len(rules))]
    mine = np.isin(line, line[asked]) & bounds.filled
    return Contested(tuple(line[asked].tolist()), tuple(np.flatnonzero(_near(bounds, mine)).tolist()))


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The least and greatest rank of each rule on each axis, ranks dense from 0; ``filled`` where it has packets."""

    low: tuple[Numbers, Numbers, Numbers]
    high: tuple[Numbers, Numbers, Numbers]
    sizes: tuple[int, int, int]
    filled: Truths


def _bounds(rules: Sequence[Ruled]) -> _Bounds:
    points = [rule.source for rule in rules]
    points += [rule.destination for rule in rules]
    low, high, size = _ranks(points)
    service_low, service_high, service_size = _ranks([rule.services for rule in rules])
    count = len(rules)
    return _Bounds(
        (low[:count], low[count:], service_low),
        (high[:count], high[count:], service_high),
        (size, size, service_size),
        (low[:count] > 0) & (low[count:] > 0) & (service_low > 0),
    )


def _ranks(values: Sequence[IntervalSet] | Sequence[ServiceSet]) -> tuple[Numbers, Numbers, int]:
    """Return the rank of each value's least and greatest element, and how many ranks; 0 for what is empty.

    Each object is looked at once: a matrix has few ends and services for its many lines.
    """
    import numpy as np

    _, first, of = np.unique(
        np.fromiter(map(id, values), dtype=np.int64, count=len(values)), return_index=True, return_inverse=True
    )
    lows, highs = [-1], [-1]
    for place in first.tolist():
        value = values[place]
        parts = value.ranges if isinstance(value, IntervalSet) else value.segments
        lows.append(parts[0][0] if parts else -1)
        highs.append(parts[-1][1] if parts else -1)
    cuts = sorted({*lows, *highs})
    rank = dict(zip(cuts, range(len(cuts)), strict=True))
    low, high = (
        np.fromiter(map(rank.__getitem__, some), dtype=np.int64, count=len(some))[1:][of] for some in (lows, highs)
    )
    return low, high, len(cuts)


def _within(bounds: _Bounds, line: Numbers, asked: Numbers, corner: Sequence[Numbers], most: int) -> Truths:
    """Say for each rule ``asked`` whether its corner may lie within the bounds of a rule of another line."""
    import numpy as np

    filled = np.flatnonzero(bounds.filled)
    counts = np.empty((3, len(asked)), dtype=np.int64)
    for axis, (low, high, size) in enumerate(zip(bounds.low, bounds.high, bounds.sizes, strict=True)):
        begun = np.cumsum(np.bincount(low[filled], minlength=size))
        ended = np.cumsum(np.bincount(high[filled] + 1, minlength=size + 1))[:size]
        counts[axis] = (begun - ended)[corner[axis][asked]]
    best, least = counts.argmin(axis=0), counts.min(axis=0)
    found = np.zeros(len(asked), dtype=bool)
    cheapest = np.argsort(least, kind="stable")
    found[cheapest[np.cumsum(least[cheapest]) > most]] = True  # not looked at
    for axis in range(3):
        chosen = np.flatnonzero((best == axis) & (least > 1) & ~found)  # each rule holds its own
        chosen = chosen[np.argsort(corner[axis][asked[chosen]], kind="stable")]
        at = np.cumsum(np.bincount(corner[axis][asked[chosen]] + 1, minlength=bounds.sizes[axis] + 1))
        starts, ends = at[bounds.low[axis][filled]], at[bounds.high[axis][filled] + 1]
        holding = np.flatnonzero(ends > starts)
        starts, width, holders = starts[holding], (ends - starts)[holding], filled[holding]
        total = np.cumsum(width)
        for group in range(int(total[-1] // _CHUNK) + 1 if len(total) else 0):
            part = slice(*np.searchsorted(total // _CHUNK, (group, group + 1)))
            query = chosen[spread(starts[part], width[part])]
            target = np.repeat(holders[part], width[part])
            for other in range(3):
                packet = corner[other][asked[query]]
                keep = (bounds.low[other][target] <= packet) & (packet <= bounds.high[other][target])
                query, target = query[keep], target[keep]
            found[query[line[asked[query]] != line[target]]] = True
    return found


def _near(bounds: _Bounds, mine: Truths) -> Truths:
    """Return the rules of which each axis touches that of one of ``mine``, these included."""
    import numpy as np

    near = bounds.filled.copy()
    for low, high, size in zip(bounds.low, bounds.high, bounds.sizes, strict=True):
        change = np.bincount(low[mine], minlength=size + 1) - np.bincount(high[mine] + 1, minlength=size + 1)
        before: Numbers = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.cumsum(change) > 0)))
        near &= before[high + 1] > before[low]
    return near
