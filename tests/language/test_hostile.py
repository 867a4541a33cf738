"""Whatever the input, the answer is a map or findings: never another exception, never a long wait."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cloison.netmodel.finding import MapError
from cloison.netmodel.language.first_map import FIRST_MAP
from cloison.netmodel.language.read import Map, read_map
from cloison.netmodel.language.tables import read_table

KEYS = st.sampled_from(
    [
        "zones",
        "flows",
        "assets",
        "groups",
        "policy",
        "repeat",
        "tables",
        "for",
        "from",
        "to",
        "between",
        "through",
        "interfaces",
        "labels",
        "not",
        "members",
        "services",
        "ports",
        "approved",
        "on",
        "by",
        "a",
        "<t>",
        "<t.x>",
        "lateral",
        "sites",
        "adjacent",
        "rooms",
        "forbid",
        "unless",
        "vocabulary",
        "parties",
        "kind",
    ]
)
WORDS = st.sampled_from(
    ["a", "", "true", "2026-02-30", "010", "tcp/0", "<t>", "<t.x>", "any", "é", "'", "\x85", "&a", "*a"]
)
VALUES = st.recursive(
    WORDS | st.none(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=4),
    max_leaves=25,
)

_INSERTED = [b"{", b"]", b": ", b"\n", b"\t", b"'", b"&", b"\xff", b"- "]

_CELLS = ["id", "source", "F", "a;b", '"', "<->", "sens", "échéance", "31/02/2026", "", "="]


def answer(path: Path) -> Map | None:
    """Return the map, or nothing where there are findings: each with a place and both languages."""
    try:
        return read_map(path)
    except MapError as error:
        assert error.findings  # noqa: PT017 - either answer is good
        for finding in error.findings:
            assert finding.spans[0].file
            assert finding.message.say("en")
            assert finding.message.say("fr")
            assert finding.rule != "wrong-value" or "not accepted" not in finding.message.say("en")
        return None


def written(value: object) -> str:
    """Return a value in YAML's flow style, its texts as they come."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return "" if value is None else str(value)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.dictionaries(KEYS, VALUES, max_size=5))
@example({"zones": {"a": {"labels": {"x": "&a"}}}, "flows": "*a"})
def test_any_shape_of_map(tmp_path_factory, sections: dict[str, object]) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("map") / "map.yaml"
    lines = "".join(f"{key}: {written(value)}\n" for key, value in sections.items())
    path.write_text(f"cloison: 1\nname: T\n{lines}", encoding="utf-8")
    answer(path)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.data())
def test_a_broken_first_map(tmp_path_factory, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    text = bytearray(FIRST_MAP.en.encode())
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(text) - 1))
        match data.draw(st.sampled_from(["delete", "insert", "cut"])):
            case "delete":
                del text[place : place + data.draw(st.integers(1, 20))]
            case "insert":
                text[place:place] = data.draw(st.sampled_from(_INSERTED))
            case _:
                del text[place:]
        if not text:
            text = bytearray(b"x")
    path = tmp_path_factory.mktemp("map") / "map.yaml"
    path.write_bytes(bytes(text))
    answer(path)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.lists(st.sampled_from(_CELLS),
                         max_size=5), max_size=5), st.sampled_from(";,\t"))  # fmt: skip
def test_any_table(tmp_path_factory, rows: list[list[str]], separator: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("table") / "t.csv"
    path.write_text("\n".join(map(separator.join, rows)), encoding="utf-8")
    try:
        part, findings = read_table(path, "flows", "", {})
    except MapError as error:
        assert error.findings  # noqa: PT017 - either answer is good
    else:
        assert all(finding.spans[0].line for finding in findings)
        assert set(part.rows) == set(part.entries)
