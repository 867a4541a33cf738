"""Rows of boxes: never a sensitive one above a public one, and a sheet rather than a strip."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.diagrams.layout.rows import Placed, rows

boxes = st.lists(
    st.builds(Placed, st.uuids().map(str), st.integers(0, 4), st.floats(40, 600), st.floats(30, 600)),
    max_size=40,
    unique_by=lambda box: box.id,
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(boxes)
def test_levels_go_down_and_no_row_is_empty(found: list[Placed]) -> None:
    placed = rows(found)
    assert set(placed) == {box.id for box in found}
    assert set(placed.values()) == set(range(max(placed.values(), default=-1) + 1))
    for one in found:
        for other in found:
            if one.level < other.level:
                assert placed[one.id] < placed[other.id]


def test_one_wide_level_is_cut_into_rows() -> None:
    placed = rows([Placed(f"z{at:02}", 1, 200, 120) for at in range(30)])
    count = max(placed.values()) + 1
    across = -(-30 // count) * 300
    assert 3 <= count <= 8
    assert 0.7 < across / (count * 260) < 2.8


def test_few_boxes_of_one_level_stand_side_by_side_or_in_two_rows() -> None:
    assert rows([Placed("a", 0, 100, 50)]) == {"a": 0}
    assert rows([]) == {}
