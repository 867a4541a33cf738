"""YAML of other programs: several documents, what plain scalars stand for, places, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from cloison.netmodel.language.nodes import Node, read_documents


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    if isinstance(node.value, list):
        return [plain(value) for value in node.value]
    return node.value


@pytest.mark.parametrize(("text", "value"), [
    ("80", 80), ("-1", -1), ("010", 8), ("0x1f", 31), ("0", 0), ("1_000", 1000), ("1.50", 1.5), (".5", 0.5),
    ("1e3", 1000.0), ("on", True), ("No", False), ("~", None), ("null", None), ("a b", "a b"), ("12:30", "12:30"),
    ("10.0.0.1", "10.0.0.1"), ("1.2.3", "1.2.3"), ("-", [None]), ("'80'", "80"), ('"on"', "on"), ("+", "+"),
    (".", "."), ("_", "_"), ("-a", "-a"), ("9" * 5000, "9" * 5000), ("'~'", "~"), ("|\n 1\n", "1\n"),
])  # fmt: skip
def test_scalars_are_what_yaml_takes_them_for(text: str, value: Any) -> None:
    documents, problems = read_documents(f"a: {text}" if not text.startswith("-") or len(text) > 1 else f"a:\n{text}")
    assert not problems
    assert plain(documents[0]) == {"a": value}


def test_documents_and_places() -> None:
    text = "---\né: [x, {y: 2}]\n---\n# nothing\n---\n- ' z'\n...\n"
    documents, problems = read_documents(text)
    assert not problems
    assert [plain(item) for item in documents] == [{"é": ["x", {"y": 2}]}, [" z"]]
    inner = documents[0].value["é"]
    places = (inner, inner.value[0], inner.value[1], inner.value[1].value["y"])
    assert "".join(text[each.at] for each in places) == "[x{2"
    assert text[documents[1].value[0].at] == "'"


def test_aliases_are_the_same_value() -> None:
    documents, problems = read_documents("a: &x [1]\nb: *x\n---\nc: *x\n")
    assert plain(documents[0]) == {"a": [1], "b": [1]}
    assert ["names no anchor" in problem.message.say("en") for problem in problems] == [True]


@pytest.mark.parametrize(("text", "at", "word"), [
    ("a: 1\na: 2", 5, "given twice"), ("a: !t 1", 3, "tag"), ("<<: {a: 1}", 0, "merge key"), ("? [a]\n: 1", 2, "key"),
    ("a: [1", 5, "Not YAML"), ("a: 'x", 5, "Not YAML"), ("a: &x [*x]", 7, "alias"), ("[" * 200, 100, "levels"),
    ("&k a: 1\n*k : 2\n", 8, "key"),
])  # fmt: skip
def test_what_is_refused_has_its_place(text: str, at: int, word: str) -> None:
    _, problems = read_documents(text)
    assert [problem.at for problem in problems] == [at]
    assert word in problems[0].message.say("en")


def test_aliases_do_not_blow_up() -> None:
    text = "- &a [x, x, x, x, x, x, x, x]\n" + "".join(
        f"- &{new} [{', '.join([f'*{old}'] * 8)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    _, problems = read_documents(text)
    assert ["unfold" in problem.message.say("en") for problem in problems] == [True]
