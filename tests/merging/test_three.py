"""The three-way merge against the rule itself, for every base, map and workbook that there can be."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from typing import Any

import pytest

from cloison.netmodel.merging.three import Outcome, Side, three_way

ABSENT = None
STATES = (ABSENT, "a", "b")
CASES = list(itertools.product(STATES, repeat=3))
CONFLICT = object()


def rule(base: Any, ours: Any, theirs: Any) -> Any:
    """What only one side changed is taken, what both changed alike is kept, the rest is a conflict."""
    if theirs in (base, ours):
        return ours
    return theirs if ours == base else CONFLICT


def applied(ours: Mapping[str, Any], theirs: Mapping[str, Any], outcome: Outcome) -> dict[str, dict[str, Any]]:
    made = {name: dict(fields) for name, fields in ours.items()}
    for name in outcome.removed:
        del made[name]
    for name in outcome.added:
        assert name not in made
        made[name] = dict(theirs[name])
    for one in outcome.changed:
        assert made[one.id].get(one.field) == one.old
        if one.new is None:
            del made[one.id][one.field]
        else:
            made[one.id][one.field] = one.new
    return made


@pytest.mark.parametrize(("base", "ours", "theirs"), CASES)
@pytest.mark.parametrize("side", ["", "ours", "theirs"])
def test_lines(base: Any, ours: Any, theirs: Any, side: Side) -> None:
    before, here, there = ({"L": {"f": state}} if state else {} for state in (base, ours, theirs))
    outcome = three_way(before, there, here, side)
    wanted = rule(base, ours, theirs)
    assert bool(outcome.conflicts) is (wanted is CONFLICT and not side)
    assert bool(outcome.settled) is (wanted is CONFLICT and bool(side))
    if wanted is CONFLICT:
        wanted = theirs if side == "theirs" else ours
    assert applied(here, there, outcome) == ({"L": {"f": wanted}} if wanted else {})


@pytest.mark.parametrize(("base", "ours", "theirs"), CASES)
@pytest.mark.parametrize("side", ["", "ours", "theirs"])
def test_fields(base: Any, ours: Any, theirs: Any, side: Side) -> None:
    before, here, there = ({"L": {"k": 1} | ({"f": state} if state else {})} for state in (base, ours, theirs))
    outcome = three_way(before, there, here, side)
    wanted = rule(base, ours, theirs)
    assert [(one.kind, one.field) for one in (*outcome.conflicts, *outcome.settled)] == (
        [("both", "f")] if wanted is CONFLICT else []
    )
    if wanted is CONFLICT:
        wanted = theirs if side == "theirs" else ours
    assert applied(here, there, outcome) == {"L": {"k": 1} | ({"f": wanted} if wanted else {})}


@pytest.mark.parametrize("seed", range(100))
def test_many_lines_with_many_fields(seed: int) -> None:
    rng = random.Random(seed)

    def lines() -> dict[str, dict[str, str]]:
        return {name: {field: rng.choice("ab") for field in "xyz" if rng.random() < 0.7}
                for name in "PQRST" if rng.random() < 0.8}  # fmt: skip

    base, ours, theirs = lines(), lines(), lines()
    outcome = three_way(base, theirs, ours, "theirs")
    wanted: dict[str, dict[str, str]] = {}
    for name in "PQRST":
        if name in ours and name in theirs:
            fields = {}
            for field in "xyz":
                states = (side.get(name, {}).get(field) for side in (base, ours, theirs))
                found = rule(*states)
                fields[field] = theirs[name].get(field) if found is CONFLICT else found
            wanted[name] = {field: value for field, value in fields.items() if value}
            continue
        found = rule(base.get(name), ours.get(name), theirs.get(name))
        if found is CONFLICT:
            found = theirs.get(name)
        if found is not None:
            wanted[name] = found
    assert applied(ours, theirs, outcome) == wanted
