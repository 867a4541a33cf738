"""A map is the same read with folds and without: its values, the place of each of them, and what is wrong with it."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cloison.netmodel.language import events, folds
from cloison.netmodel.language.document import Route, same
from cloison.netmodel.language.events import read_yaml
from cloison.netmodel.language.marks import YamlPart

ROOT = Path(__file__).parents[2]
EXAMPLES = 20_000 if os.environ.get("CLOISON_NIGHTLY") else 400


def plain(data: bytes) -> tuple[YamlPart, list[Any]]:
    return events._read_plain(data, "f", {})


@pytest.fixture(scope="module", autouse=True)
def _sooner() -> Iterator[None]:
    """Fold small entries too, soon, and take the quick way for usual ones after a few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folds, "_LEAST", 2)
        patch.setattr(folds, "_SIGHTINGS", 2)
        patch.setattr(folds, "_USUAL", 2)
        yield


def folded(data: bytes) -> int:
    """Return how many entries of a text are folded; -1 when it is read without folds."""
    found = events._read_folded(data, "f", {})
    if found is None:
        return -1
    assert found[0].folded is not None
    return len(found[0].folded.nodes)


def routes(value: Any, at: Route = ()) -> Iterator[Route]:
    """Yield the route of everything in a value, and of what it does not hold."""
    yield at
    if len(at) > 40:
        return
    if isinstance(value, dict):
        for key, one in value.items():
            yield from routes(one, (*at, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from routes(one, (*at, index))
    yield (*at, "not there")
    yield (*at, 0)
    yield (*at, 7)


def agree(data: bytes) -> None:
    """Assert that a text is the same with folds and without."""
    part, found = read_yaml(data, "f", {})
    wanted, problems = plain(data)
    assert found == problems
    assert repr(part.values) == repr(wanted.values)
    if part.folded is None:
        assert (part.starts, part.after, part.aliases) == (wanted.starts, wanted.after, wanted.aliases)
        return
    assert not problems
    for route in routes(wanted.values):
        for key in (False, True):
            assert part.locate(route, key=key, rename=same) == wanted.locate(route, key=key, rename=same), route


def entries(*bodies: str, count: int = 6) -> bytes:
    return ("flows:\n" + "".join(body.replace("#", f"{n}") for n in range(count) for body in bodies)).encode()


BLOCK = "  F-#:\n    from: n#\n    services: [tcp/#, udp/1]\n    text: Ab (c), l'un - et l’autre#\n"
FLOW = "  a-#: {owner: us, interfaces: {lan: {mac: '02:0#', addresses: [10.0.0.#, \"2001:db8::#\", 2001:db8::#]}}}\n"


def test_entries_written_alike_are_folded() -> None:
    for body in (BLOCK, FLOW):
        assert folded(entries(body, count=20)) == 18  # the parser sees the first, and is asked about the second
        agree(entries(body, count=20))


def test_values_of_a_fold() -> None:
    part, found = read_yaml(entries(BLOCK, FLOW), "f", {})
    assert not found
    assert part.values["flows"]["F-5"] == {
        "from": "n5",
        "services": ["tcp/5", "udp/1"],
        "text": "Ab (c), l'un - et l’autre5",
    }
    assert part.values["flows"]["a-5"] == {
        "owner": "us",
        "interfaces": {"lan": {"mac": "02:05", "addresses": ["10.0.0.5", "2001:db8::5", "2001:db8::5"]}},
    }


def test_place_in_a_fold() -> None:
    part, _ = read_yaml(entries(BLOCK), "f", {})
    depth, place = part.locate(("flows", "F-5", "services", 1), key=False, rename=same)
    assert (depth, place.line, place.column) == (4, 1 + 5 * 4 + 3, 23)
    assert part.locate(("flows", "F-5"), key=False, rename=same)[1].line == 1 + 5 * 4 + 2
    assert part.locate(("flows", "F-5"), key=True, rename=same)[1].column == 3


def test_marks_of_folds_are_not_kept() -> None:
    many, few = (read_yaml(entries(BLOCK, count=count), "f", {})[0] for count in (1000, 10))
    assert len(many.starts) - len(few.starts) == 990 * 2
    assert isinstance(many.starts, array)


@pytest.mark.parametrize("odd", [
    "  F-#:\n    from: n#\n    to: |\n      F-#:\n        from: x\n        to: y\n",
    "  F-#:\n    from: 'n#\n      F-1: {a: b}\n      '\n",
    "  F-#: \"n\n    G-#: {a: b#}\n    x\"\n",
    "  F-#: {a: b, a: c#}\n",
    "  F-#: {a: &x b, c: *x}\n",
    "  F-#: {a: !t b}\n",
    "  F-#: {<<: b}\n",
    "  F-#: {a: , b: c#}\n",
    "  F-#: {a, b: c#}\n",
    "  F-#: {a: b#}  # why\n",
    "  F-#: {a: b#\n    }\n",
    "  F-#: {a: b#,\n    G-#: {c: d},\n    H-#: {e: f}\n    }\n",
    "  F-#: {a: \"b\\n#\"}\n",
    "  F-#: {a: 'b''#'}\n",
    "  F-#: {a: b: c#}\n",
    "  F-#: {a:b#}\n",
    "  F-#: {\"a\":b#}\n",
    "  F-#: {a: ~, b: -1, c: .5, d: '#'}\n",
    "  F-#: {a: b# }\n",
    "  F-#: [a: b#, c]\n",
    "  F-#: [[], {}, [#]]\n",
    "  F-#: {a: b\t#}\n",
    "  F-#: {a: b\u0085#}\n",
    "  F-#: {a: b\u2028#}\n",
    "  F-#: {a: b\u00a0c\u202fd#}\n",
    "  F-#: {a: b\ufeff#}\n",
    "  F-#: {a: b\u0007#}\n",
    "  F-#: {a: \ue000#}\n",
    "  F-#: {é: b#, clé: \u20ac}\n",
    "  é-#: {a: b#}\n",
    "  F-#:\n    - {a: b#}\n    - c\n",
    "  F-#:\n  - {a: b#}\n  - c\n",
    "  F-#:\n    a: b#\n\n    # why\n    c: d\n",
    "  F-#:\n    a: b#\n   c: d\n",
    "  F-#:\n    a: b#\n      c\n",
    "  F-#:\n    a: b#\n\n\n",
    "  F-#:\n    a: b#\n   \t\n",
    "  F-#:\n    a: b\r\n    c: #\r\n",
    "  F-#:\n    a: b\r    c: #\n",
    "  F-#:\n    a: b#\n    c: \r\r\n",
    "  F-#:\n    ? a\n    : b#\n",
    "  F-#:\n    {a: b#}\n",
    "  F-#:\n    \"a\": b#\n    'c': \"d\"\n",
    "  F-#:\n    a: b, c [#] {d}? e\n    f: [g, h#]\n",
    "  - F-#: {a: b}\n    G: {c: d}\n",
    "  F-1: {a: b}\n",
    "  \"F-#\": {a: b}\n",
    "  F-#:\n    a: " + "x" * 2_000 + "\n    b: c#\n",
    "  F-#:\n    " + "x" * 1_100 + ": c#\n    b: d\n",
    "  F-#:" + "\n    a: " + "{a: " * 31 + "b#" + "}" * 31 + "\n",
    "  F-#: " + "[" * 29 + "#" + "]" * 29 + "\n",
    "  F-#: " + "[" * 31 + "#" + "]" * 31 + "\n",
    "  --- #\n",
    "--- #\n",
    "  F-#: {a: b}\n...\n",
    "x#: {a: b}\n",
    "x#: &y {a: b}\n",
])  # fmt: skip
def test_odd_entries(odd: str) -> None:
    for data in (
        entries(odd, count=9),
        entries(odd, BLOCK, FLOW, count=9),
        entries(BLOCK, FLOW, count=9) + entries(odd, count=1)[7:],
        entries(odd, count=9).removesuffix(b"\n"),
        b"a: {\n" + entries(odd, count=9)[7:] + b"}\n",
        b"a: \"\n" + entries(odd, FLOW, count=9)[7:] + b"\"\n",
        b"a: |\n" + entries(FLOW, BLOCK, count=9)[7:] + entries(odd, count=9),
        entries(FLOW, BLOCK, odd, count=9).replace(b"\n", b"\r\n"),
    ):  # fmt: skip
        agree(data)


def test_an_error_after_many_folds_is_told_as_without_them() -> None:
    data = entries(BLOCK, count=50) + b"  F-3: {a: b}\n  x: @\n"
    _, found = read_yaml(data, "f", {})
    assert [finding.rule for finding in found] == ["syntax", "duplicate-key"]
    agree(data)


def test_an_alias_counts_what_was_written_alike() -> None:
    data = b"base: &b\n" + entries(BLOCK)[7:] + b"copies:\n" + b"".join(b"  c%d: *b\n" % n for n in range(4_000))
    _, found = read_yaml(data, "f", {})
    assert [finding.rule for finding in found] == ["alias"]
    agree(data)


def test_too_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_VALUES", 100)
    _, found = read_yaml(entries(BLOCK, count=20), "f", {})
    assert [finding.rule for finding in found] == ["too-large"]
    agree(entries(BLOCK, count=20))


@pytest.mark.parametrize("file", sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("examples/**/*.yaml")))
def test_examples(file: str) -> None:
    agree((ROOT / file).read_bytes())


# characters that YAML gives a meaning, that it breaks lines at, that it refuses
_LETTERS = st.sampled_from([*"abé’'\"#:,-?[]{}&*!|>%@`\\~.<= \t\r\u0085\u00a0\u2028\ufeff\U0001f512", ": ", " #", "- "])
_CALM = st.sampled_from(["a", "n0", "tcp/443", "10.0.0.1", "2001:db8::1", "Ab cd", "l’un", "é", "a  b", "a? b", "a_-b"])
_WILD = st.one_of(
    st.sampled_from(["", "x: y", "*x", '"', "l'un", "Ab, c", "[x]", "x {y} z", "?"]),
    st.lists(_LETTERS, max_size=4).map("".join),
)
_KEYS = st.sampled_from(["a", "b", "from", "clé", "a b", "'q'", '"d"', "x/y"])
_ODD_KEYS = st.sampled_from(["<<", "a", "[k]", "? k", "", "&x k"])


def _rarely(odd: st.SearchStrategy[str], usual: st.SearchStrategy[str], one_in: int = 12) -> st.SearchStrategy[str]:
    return st.integers(1, one_in).flatmap(lambda drawn: odd if drawn == 1 else usual)


def _flow_forms() -> st.SearchStrategy[str]:
    """Return flow values whose scalars are ``%s``, or kept in quotes."""
    return st.recursive(
        st.sampled_from(["%s", "%s", '"%s"', "'%s'"]),
        lambda below: st.one_of(
            st.lists(below, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
            st.lists(st.tuples(_rarely(_ODD_KEYS, _KEYS, 40), below), max_size=3, unique_by=lambda item: item[0]).map(
                lambda items: "{" + ", ".join(f"{key}: {item}" for key, item in items) + "}"
            ),
        ),
        max_leaves=5,
    )


_FLOW_FORMS = _flow_forms().filter(lambda form: form[0] in "[{")
_VALUES = st.one_of(st.just("%s"), st.just("%s"), st.sampled_from(["'%s'", '"%s"']), _FLOW_FORMS)
_ODD_VALUES = st.sampled_from(["", "|\n      a: b", "'a\n      b: {c: d}'", "&x y", "!t y", ">-\n      a\n      b"])
_ENDS = _rarely(st.sampled_from([" ", "  # why", "\n", "\n    # why", "\n      x", "\t"]), st.just(""), 25)
_BETWEEN = st.sampled_from(
    ["\n", "  # why\n", "# why\n", "   \n", "  x: &a b\n", "  F1: b\n", "---\n", "    z: y\n", "\t\n"]
)
_BEGINS = st.sampled_from(["flows: {\n", 'flows: "\n', "a: |\n  b\nflows: |\n", "", "- a\n"])


@st.composite
def _forms(draw: st.DrawFn) -> str:
    """Draw the form of an entry, with ``%s`` where its name and values are."""
    if draw(st.booleans()):
        return "  %s: " + draw(_FLOW_FORMS) + draw(_ENDS) + "\n"
    lines = ["  %s:\n"]
    dashed = not draw(st.integers(0, 4))
    for place in range(draw(st.integers(1, 4))):
        indent = draw(_rarely(st.sampled_from(["   ", "      ", "  ", "\t"]), st.just("    "), 25))
        key = draw(_rarely(_ODD_KEYS, st.sampled_from([f"k{place}", f"'k {place}'", f"é{place}"]), 40)) + ": "
        head = "- " + draw(st.sampled_from(["", key])) if dashed else key
        lines.append(f"{indent}{head}{draw(_rarely(_ODD_VALUES, _VALUES, 20))}{draw(_ENDS)}\n")
    return "".join(lines)


@st.composite
def _documents(draw: st.DrawFn) -> bytes:
    forms = draw(st.lists(_forms(), min_size=1, max_size=2))
    lines = [draw(_rarely(_BEGINS, st.just("flows:\n")))]
    calm = draw(st.sampled_from([0, 5, 5]))  # as many entries from which a form can be learned
    words = _rarely(_WILD, _CALM, draw(st.sampled_from([5, 50, 500])))
    for number in range(draw(st.integers(6, 10))):
        for which, form in enumerate(forms):
            count = form.count("%s") - 1
            values = [f"w{number}"] * count if number < calm else [draw(words) for _ in range(count)]
            lines.append(form % (f"F{number}-{which}", *values))
        if not draw(st.integers(0, 30)):
            lines.append(draw(_BETWEEN))
    return "".join(lines).replace("\n", draw(st.sampled_from(["\n", "\n", "\n", "\r\n"]))).encode()


@settings(derandomize=True, deadline=None, max_examples=EXAMPLES)
@given(_documents())
@example(b"flows:\n" + b"".join(b"  F%d:\n    a: b, c\n    d: 'e'\n" % n for n in range(9)))
def test_law(data: bytes) -> None:
    agree(data)


RUN = "".join(f"  e{number}: {{a: x{number}, b: y}}\n" for number in range(8))


@pytest.mark.parametrize(
    "text",
    [
        "s:\n" + RUN,
        "s:\n" + RUN + "  e3: {a: again, b: y}\n",  # twice in one run
        "s:\n" + RUN + "  other: 1\n" + RUN,  # twice in two runs
        "s: {\n" + RUN + "}\n",  # no mapping between braces: commas are missing
        "s: {\n" + RUN.replace("}\n", "},\n") + "}\n",
        "s: [\n" + RUN + "]\n",
        "s: |\n" + RUN,
        "s: 'quoted\n" + RUN + "'\n",
        "s: text\n" + RUN,
        "s:\n- first: {a: x, b: y}\n" + RUN,
        "s:\n" + RUN + RUN.replace("  e", "   f"),
        "s:\n" + RUN + RUN.replace("  e", " f"),
        "s:\n" + RUN + RUN.replace("e", "é"),
        "s:\n" + RUN + RUN.replace("e", "e\u0085"),
        "s:\n" + RUN + RUN.replace("e", "e\u2028"),
        "s:\n" + RUN + RUN.replace("e", "e" * 1030),  # libyaml's longest simple key has 1,024 characters
        "s:\n" + RUN + RUN.replace("e", "e" * 300),
        "s:\n" + RUN + RUN.replace("e", "true"),
        "s:\n" + RUN + "  # a comment\n" + RUN.replace("e", "g") + "\n" + RUN.replace("e", "h"),
        "s:\n" + RUN + "--- \n" + RUN,
    ],
)
def test_runs(text: str) -> None:
    agree(text.encode())


def test_runs_go_on_behind_their_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folds, "_RUN", 3)
    text = "s:\n" + "".join(f"  e{number}: {{a: x{number}, b: y}}\n" for number in range(40))
    agree(text.encode())
    assert folded(text.encode()) >= 36
    agree((text + "  e39: {a: x, b: y}\n").encode())
