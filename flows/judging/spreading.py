"""The lines of a matrix spread over pairs of address classes: what :mod:`cloison.flows.judging.matching` looks up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cloison.flows.judging.cells import Classes
from cloison.flows.judging.matching import SERVICE_BITS, Matcher, Rows
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.services import ServiceSet

Array = npt.NDArray[Any]

ANY_END = -1  # the index of the end ``any``
ALWAYS = (-(1 << 63), (1 << 63) - 1)  # from, until (excluded), in ns since 1970 UTC

_PORTS = IntervalSet(((0, 65535),))
_LARGE = 16  # an end of more classes is large, to begin with
_PAIRS = 4_000_000  # how many pairs of classes may be spread


class Grant(NamedTuple):
    """One line from one end to one end; ``live`` is from, until (excluded)."""

    source: int
    target: int
    services: ServiceSet
    line: int
    live: tuple[int, int] = ALWAYS


def build(
    classes: Classes,
    grants: Sequence[Grant],
    sizes: Sequence[int],
    names: Sequence[str],
    window: tuple[int, int] | None,
) -> Matcher:
    """Return the matcher of grants; ``sizes`` are those of the ends, ``names`` the lines' ids.

    Within ``window`` (first, last, in ns) each line counts when it is live; without one, lines count at any time.
    """
    if window is None:
        chosen = [grant._replace(live=ALWAYS) for grant in grants]
    else:
        chosen = [_always_within(grant, window) for grant in grants if _ever_within(grant, window)]
    everything = max(sizes, default=0) + 1
    order = sorted(
        range(len(chosen)),
        key=lambda at: (
            everything if chosen[at].target == ANY_END else sizes[chosen[at].target],
            everything if chosen[at].source == ANY_END else sizes[chosen[at].source],
            chosen[at].services.size,
            names[chosen[at].line],
        ),
    )
    ranked = [chosen[at] for at in order]
    levels, members = _levels(classes, ranked, len(sizes))
    return _assemble(classes, ranked, levels, members, len(sizes))


def _ever_within(grant: Grant, window: tuple[int, int]) -> bool:
    return grant.live[0] <= window[1] and grant.live[1] > window[0]


def _always_within(grant: Grant, window: tuple[int, int]) -> Grant:
    always = grant.live[0] <= window[0] and grant.live[1] > window[1]
    return grant._replace(live=ALWAYS) if always else grant


class _Members(NamedTuple):
    """Ids of each end, end after end: ``start`` i8 (one more than there are ends), ``ids`` i8; and of each class."""

    start: Array
    ids: Array
    around: Array
    everything: int


def _levels(classes: Classes, grants: Sequence[Grant], ends: int) -> tuple[Array, _Members]:
    """Return the level of each end, and its ids at that level; the last end stands for ``any``."""
    held = [(end, here) for here, members in enumerate(classes.ends) for end in members if end < ends]
    pairs = np.array(held, dtype=np.int64).reshape(-1, 2)
    count = np.bincount(pairs[:, 0], minlength=ends + 1)
    source = np.array([grant.source for grant in grants], dtype=np.int64)
    target = np.array([grant.target for grant in grants], dtype=np.int64)
    close = (source != ANY_END) & (target != ANY_END)
    large = _LARGE
    while large:
        small = close & (count[source] <= large) & (count[target] <= large)
        if int((count[source] * count[target])[small].sum()) <= _PAIRS:
            break
        large //= 2
    levels = np.append(np.where(count[:ends] > large, 1, 0), 2).astype(np.int64)
    sets: dict[tuple[int, ...], int] = {}
    around = np.empty(len(classes), dtype=np.int32)
    for here, members in enumerate(classes.ends):
        around[here] = sets.setdefault(tuple(end for end in members if end < ends and levels[end] == 1), len(sets))
    around += len(classes)
    everything = len(classes) + len(sets)
    wide = [(end, len(classes) + at) for members, at in sets.items() for end in members]
    narrow = pairs[levels[pairs[:, 0]] == 0]
    spread = np.concatenate([narrow, np.array(wide, dtype=np.int64).reshape(-1, 2), [[ends, everything]]])
    spread = spread[np.argsort(spread[:, 0], kind="stable")]
    start = np.searchsorted(spread[:, 0], np.arange(ends + 2))
    return levels, _Members(start, spread[:, 1], around, everything)


def _assemble(classes: Classes, grants: Sequence[Grant], levels: Array, members: _Members, ends: int) -> Matcher:
    source = np.array([grant.source for grant in grants], dtype=np.int64)
    target = np.array([grant.target for grant in grants], dtype=np.int64)
    source[source == ANY_END] = ends
    target[target == ANY_END] = ends
    layer = levels[source] * 3 + levels[target]
    sources = members.start[source + 1] - members.start[source]
    targets = members.start[target + 1] - members.start[target]
    spread = sources * targets
    grant = np.repeat(np.arange(len(grants)), spread)
    offset = np.arange(len(grant)) - np.repeat(np.cumsum(spread) - spread, spread)
    from_id = members.ids[members.start[source[grant]] + offset // targets[grant]].astype(np.uint64)
    to_id = members.ids[members.start[target[grant]] + offset % targets[grant]].astype(np.uint64)
    key = from_id << np.uint64(32) | to_id
    order = np.argsort(key, kind="stable")  # grants stay in the order of their ranks
    key, grant = key[order], grant[order]
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, dtype=np.int64)
    row, contents = _shared(grant, first, len(grants))
    return Matcher(
        members.around,
        members.everything,
        _bits(classes, source, layer, ends),
        _bits(classes, target, layer, ends),
        key[first],
        row,
        _rows(grants, contents),
        np.array([item.line for item in grants], dtype=np.int32),
        tuple(np.unique(layer).tolist()),
    )


def _bits(classes: Classes, end: Array, layer: Array, ends: int) -> Array:
    of_end = np.zeros(ends + 1, dtype=np.uint16)
    np.bitwise_or.at(of_end, end, (1 << layer).astype(np.uint16))
    bits = np.full(len(classes), of_end[ends], dtype=np.uint16)
    for here, members in enumerate(classes.ends):
        for held in members:
            if held < ends:
                bits[here] |= of_end[held]
    return bits


def _shared(grant: Array, first: Array, grants: int) -> tuple[Array, list[Array]]:
    """Return the row of each group of grants, and the grants of each row: equal groups are one row."""
    if not len(first):
        return np.zeros(0, dtype=np.int32), []
    # two sums of 64 random bits a grant tell sets of grants apart (2**-128 for a pair of them to be mistaken)
    draw = np.random.default_rng(0).integers(0, 1 << 64, size=(2, grants), dtype=np.uint64)
    sums = [np.add.reduceat(numbers[grant], first) for numbers in draw]
    order = np.lexsort((first, sums[1], sums[0]))
    new = np.append(True, (np.diff(sums[0][order]) != 0) | (np.diff(sums[1][order]) != 0))
    row = np.empty(len(first), dtype=np.int32)
    row[order] = np.cumsum(new) - 1
    stop = np.append(first[1:], len(grant))
    return row, [grant[first[at] : stop[at]] for at in order[new]]


def _rows(grants: Sequence[Grant], contents: Sequence[Array]) -> Rows:
    start, limited_start = [0], [0]
    key: list[int] = []
    high: list[int] = []
    rank: list[int] = []
    limited: list[tuple[int, ...]] = []
    for row, members in enumerate(contents):
        entries: list[tuple[int, int, int]] = []
        taken = EMPTY
        for at in members.tolist():
            whole: list[tuple[int, int]] = []
            for first, last, sources in grants[at].services.segments:
                ports = sources & _PORTS  # opening packets
                if ports == _PORTS and grants[at].live == ALWAYS:
                    whole.append((first, last))
                else:
                    limited += [(first, last, *port, *grants[at].live, at) for port in ports.ranges]
            fresh = IntervalSet.union(whole) - taken
            if fresh:
                entries += [(first, last, at) for first, last in fresh.ranges]
                taken |= fresh
        for first, last, at in sorted(entries):
            key.append(row << SERVICE_BITS | first)
            high.append(last)
            rank.append(at)
        start.append(len(key))
        limited_start.append(len(limited))
    return Rows(
        np.array(start, dtype=np.int64),
        np.array(key, dtype=np.int64),
        (np.array(key, dtype=np.int64) & ((1 << SERVICE_BITS) - 1)).astype(np.uint32),
        np.array(high, dtype=np.uint32),
        np.array(rank, dtype=np.int32),
        np.array(limited_start, dtype=np.int64),
        np.array(limited, dtype=np.int64).reshape(-1, 7),
    )
