"""JSON with places: the same values as Python's library, the place of each, and nothing that is no JSON."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.flows.configuring.json import read_json
from cloison.netmodel.language.nodes import Node

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4
    ),
)  # fmt: skip
PIECES = st.lists(st.sampled_from([*'{}[],:"01-.e ', "\\", "true", "null", '"a"', "\n", "u0041"]), max_size=12)


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    if isinstance(node.value, list):
        return [plain(value) for value in node.value]
    return node.value


@settings(derandomize=True, deadline=None)
@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_values_are_those_of_the_library(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    node, problems = read_json(text)
    assert not problems
    assert node is not None
    assert plain(node) == json.loads(text)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(PIECES)
def test_what_the_library_refuses_is_refused(pieces: list[str]) -> None:
    text = "".join(pieces)
    twice = False

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        twice = twice or len({key for key, _ in items}) < len(items)
        return dict(items)

    try:
        json.loads(text, object_pairs_hook=pairs)
        good = not twice
    except ValueError:
        good = False
    node, problems = read_json(text)
    assert (not problems) is good
    assert good is False or node is not None


def test_every_value_has_its_place() -> None:
    text = '{"é": [1,\n  {"b": "c"}, null],\n "d": true}'
    node, problems = read_json(text)
    assert not problems
    assert node is not None
    listed = node.value["é"]
    places = [node, listed, listed.value[0], listed.value[1], listed.value[1].value["b"], listed.value[2]]
    begins = ["{", "[", "1", "{", '"c"', "null"]
    assert [text[each.at : each.at + len(begin)] for each, begin in zip(places, begins, strict=True)] == begins
    assert text[node.value["d"].at :] == "true}"


@pytest.mark.parametrize(("text", "at", "word"), [
    ('{"a": [1,', 9, "cut short"), ('{"a": "b', 6, "cut short"), ('{"a": 1, "a": 2}', 9, "given twice"),
    ("[1] 2", 4, "after the end"), ("[1, 2", 5, "cut short"), ("[" * 101, 100, "levels"), ("[1 2]", 3, "should stand"),
    ('["\\udc00"]', 1, "half a character"), ('["a\nb"]', 1, "should stand"), ("[NaN]", 1, "should stand"),
])  # fmt: skip
def test_every_problem_has_its_place(text: str, at: int, word: str) -> None:
    _, problems = read_json(text)
    assert [problem.at for problem in problems] == [at]
    assert word in problems[0].message.say("en")


def test_time_is_linear() -> None:
    def seconds(count: int) -> float:
        text = json.dumps([{"a": [at, str(at)]} for at in range(count)])
        start = time.process_time()
        assert not read_json(text)[1]
        return time.process_time() - start

    assert seconds(40_000) < 20 * max(seconds(4_000), 0.005)
