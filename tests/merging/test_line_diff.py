"""The diff of a file's lines: it leads from the one to the other, and large files with many changes are no burden."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

import pytest

from cloison.netmodel.merging import line_diff
from cloison.netmodel.merging.line_diff import unified

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def applied(old: Sequence[str], diff: Iterable[str]) -> list[str]:
    """Return what a unified diff makes of lines, as ``patch`` does: every place and every line of it has to fit."""
    made: list[str] = []
    at = 0
    left = [0, 0]
    head, *body = [*diff][1:] or [""]
    assert head in ("", "+++ f")
    for line in body:
        if found := HUNK.fullmatch(line):
            assert left == [0, 0]
            left = [int(found[2] or 1), int(found[4] or 1)]
            begin = int(found[1]) - bool(left[0])
            made += old[at:begin]
            at = begin
            assert len(made) == int(found[3]) - bool(left[1])
            continue
        sign, text = line[0], line[1:]
        if sign in " -":
            assert old[at] == text
            at, left[0] = at + 1, left[0] - 1
        if sign in " +":
            made.append(text)
            left[1] -= 1
    assert left == [0, 0]
    return [*made, *old[at:]]


@pytest.mark.parametrize("most", [0, 3, 2_000])
@pytest.mark.parametrize("seed", range(60))
def test_it_leads_from_the_one_to_the_other(seed: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_diff, "MOST", most)
    rng = random.Random(seed)
    words = [str(number) for number in range(rng.choice([3, 12, 100]))]
    old = [rng.choice(words) for _ in range(rng.randint(0, 25))]
    new = list(old)
    for _ in range(rng.randint(0, 6)):
        at = rng.randint(0, len(new))
        new[at : at + rng.randint(0, 3)] = [rng.choice([*words, "new"]) for _ in range(rng.randint(0, 2))]
    diff = [*unified("f", old, new)]
    assert applied(old, diff) == new
    assert bool(diff) is (old != new)


def test_what_is_in_order_and_there_once_is_never_shown_as_changed() -> None:
    old = [f"line {number}" for number in range(20_000)]
    new = [f"{line}!" if number % 2 else line for number, line in enumerate(old)]
    diff = [*unified("f", old, new)]
    assert sum(line.startswith("-line") for line in diff) == sum(line.startswith("+line") for line in diff) == 10_000
    assert applied(old, diff) == new
