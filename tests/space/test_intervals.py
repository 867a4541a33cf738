"""Interval sets against plain sets of integers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.netmodel.space.intervals import EMPTY, IntervalSet

LAWS = settings(derandomize=True, deadline=None, max_examples=300)
numbers = st.frozensets(st.integers(0, 24))
ranges = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 6)).map(lambda r: (r[0], r[0] + r[1])), max_size=6)


def of(some: frozenset[int]) -> IntervalSet:
    return IntervalSet.of(*((number, number) for number in some))


def listed(some: IntervalSet) -> set[int]:
    return {number for number in range(-2, 40) if number in some}


@LAWS
@given(ranges)
def test_the_form_is_canonical_whatever_the_order(some: list[tuple[int, int]]) -> None:
    found = IntervalSet.of(*some)
    everything = {number for low, high in some for number in range(low, high + 1)}
    assert listed(found) == everything
    assert found == IntervalSet.of(*reversed(some)) == of(frozenset(everything))
    assert hash(found) == hash(of(frozenset(everything)))
    assert all(high + 1 < low for (_, high), (low, _) in zip(found.ranges, found.ranges[1:], strict=False))
    assert found.size == len(everything)


@LAWS
@given(numbers, numbers)
def test_operations_are_those_of_sets(one: frozenset[int], other: frozenset[int]) -> None:
    left, right = of(one), of(other)
    assert left | right == of(one | other)
    assert left & right == of(one & other)
    assert left - right == of(one - other)
    assert (left <= right) == (one <= other)
    assert (left == right) == (one == other)
    assert left.overlaps(right) == bool(one & other)
    assert bool(left) == bool(one)
    assert left.complement(right) == of(other - one)


@LAWS
@given(numbers.filter(bool), st.integers(0, 1 << 130))
def test_ends_and_shifts(some: frozenset[int], by: int) -> None:
    assert (of(some).least(), of(some).greatest()) == (min(some), max(some))
    assert of(some).shifted(by).shifted(-by) == of(some)
    assert of(some).shifted(by).least() == min(some) + by


def test_the_empty_set_has_no_ends() -> None:
    with pytest.raises(ValueError, match="no least"):
        EMPTY.least()
    with pytest.raises(ValueError, match="no greatest"):
        EMPTY.greatest()


def test_a_reversed_range_is_refused() -> None:
    with pytest.raises(ValueError, match="reversed"):
        IntervalSet.of((3, 2))
