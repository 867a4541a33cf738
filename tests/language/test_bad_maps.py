"""Bad maps: every error at once, each with its rule and its place, in both languages."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from cloison.netmodel.finding import Finding, MapError
from cloison.netmodel.language.read import default_path, read_map

HEAD = "cloison: 1\nname: Test\n"


def errors(path: Path) -> tuple[Finding, ...]:
    with pytest.raises(MapError) as caught:
        read_map(path)
    for finding in caught.value.findings:
        assert finding.severity == "error"
        assert finding.message.say("en")
        assert finding.message.say("fr") != finding.message.say("en")
    return caught.value.findings


def places(findings: tuple[Finding, ...]) -> list[tuple[str, int, int]]:
    return [(item.rule, item.spans[0].line, item.spans[0].column) for item in findings]


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(text: str | bytes, name: str = "map.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


CASES: dict[str, tuple[str, list[tuple[str, int, int]]]] = {
    "empty file": ("", [("empty-map", 1, 1)]),
    "only comments": ("# nothing\n", [("empty-map", 1, 1)]),
    "a text": ("hello\n", [("syntax", 1, 1)]),
    "a list": ("- cloison: 1\n", [("syntax", 1, 1)]),
    "not YAML": ("cloison: 1\nname: [a, b\nzones: {}\n", [("syntax", 3, 6)]),
    "a tab": ("cloison: 1\nname: x\nzones:\n\tfront: {}\n", [("syntax", 4, 1)]),
    "an open quote": ('cloison: 1\nname: "x\n', [("syntax", 3, 1)]),
    "a control character": ("cloison: 1\nname: \x01\n", [("syntax", 0, 0)]),
    "two documents": (HEAD + "---\ncloison: 1\n", [("several-documents", 3, 1)]),
    "no version": ("name: Test\n", [("version", 1, 1)]),
    "version 0": ("cloison: 0\nname: Test\n", [("version", 1, 10)]),
    "a later version": ("name: Test\ncloison: 2\nanything: new\n", [("version", 2, 10)]),
    "no name": ("cloison: 1\n", [("missing-field", 1, 1)]),
    "duplicate section": (HEAD + "vrfs: {}\nvrfs: {}\n", [("duplicate-key", 4, 1)]),
    "duplicate entry": (HEAD + "vrfs:\n  a: {}\n  b: {}\n  a: {sees: b}\n", [("duplicate-key", 6, 3)]),
    "duplicate field and more": (
        HEAD + "vrfs: {a: {sees: b, sees: c}}\nzone: {}\n",
        [("duplicate-key", 3, 21), ("unknown-key", 4, 1)],
    ),
    "unknown section": (HEAD + "zonez: {}\n", [("unknown-key", 3, 1)]),
    "unknown field": (HEAD + "zones:\n  a: {ownr: x}\n", [("unknown-key", 4, 7)]),
    "unknown deep field": (HEAD + "flows: {F: {approved: [{by: x}, {bye: y}]}}\n",
                           [("missing-field", 3, 33), ("unknown-key", 3, 34)]),
    "missing fields": (HEAD + "subnets:\n  a: {vlan: 1}\n", [("missing-field", 4, 3)]),
    "an empty entry": (HEAD + "subnets:\n  a:\n", [("missing-field", 4, 3)]),
    "a key without value": (HEAD + "zones: {a: {owner: }}\n", [("no-value", 3, 13)]),
    "a list for a text": (HEAD + "zones: {a: {owner: [x]}}\n", [("wrong-kind", 3, 20)]),
    "a mapping for a text": (HEAD + "zones: {a: {owner: {x: y}}}\n", [("wrong-kind", 3, 20)]),
    "a text for a section": (HEAD + "zones: front\n", [("wrong-kind", 3, 8)]),
    "a text for an entry": (HEAD + "zones: {front: x}\n", [("wrong-kind", 3, 16)]),
    "a mapping in a list": (HEAD + "vrfs: {a: {sees: [b, {c: d}]}}\n", [("wrong-kind", 3, 22)]),
    "an unknown access": (HEAD + "policy: {p: {matrix: {a: {b: allow some}}}}\n", [("unknown-word", 3, 30)]),
    "an access without services": (HEAD + "policy: {p: {matrix: {a: {b: allow only}}}}\n", [("access", 3, 30)]),
    "an access with services that takes none": (HEAD + "policy: {p: {matrix: {a: {b: block all ssh}}}}\n",
                                                [("access", 3, 30)]),
    "a cell without access": (HEAD + "policy: {p: {matrix: {a: {b: {why: x}}}}}\n", [("access", 3, 27)]),
    "a cell with two": (HEAD + "policy: {p: {matrix: {a: {b: {allow all: , block all: }}}}}\n", [("access", 3, 44)]),
    "a cell with an unknown key": (HEAD + "policy: {p: {matrix: {a: {b: {allow all: , wyh: x}}}}}\n",
                                   [("unknown-key", 3, 44)]),
    "a cell of a wrong severity": (HEAD + "policy: {p: {matrix: {a: {b: {allow all: , severity: bad}}}}}\n",
                                   [("unknown-word", 3, 54)]),
    "a cell that is a list": (HEAD + "policy: {p: {matrix: {a: {b: [allow all]}}}}\n", [("wrong-kind", 3, 30)]),
    "a matrix that is a list": (HEAD + "policy: {p: {matrix: [a]}}\n", [("wrong-kind", 3, 22)]),
    "a rule whose for is no selection": (HEAD + "policy: {p: {for: {t: tenants}, limit: {ports: 1}}}\n",
                                         [("wrong-kind", 3, 23)]),
    "limits out of range": (HEAD + "policy: {p: {limit: {prefix: 33, ports: 0, required: [tickets]}}}\n",
                            [("out-of-range", 3, 30), ("out-of-range", 3, 41), ("unknown-word", 3, 55)]),
    "an unknown word": (HEAD + "parties: {a: {kind: provder}}\n", [("unknown-word", 3, 21)]),
    "neither true nor false": (HEAD + "zones: {a: {transit: maybe}}\n", [("wrong-value", 3, 22)]),
    "no number": (HEAD + "subnets: {a: {zone: z, cidr: 10.0.0.0/8, vlan: ten}}\n", [("wrong-value", 3, 48)]),
    "an octal number": (HEAD + "subnets: {a: {zone: z, cidr: 10.0.0.0/8, vlan: 010}}\n", [("wrong-value", 3, 48)]),
    "a number in exponents": (HEAD + "subnets: {a: {zone: z, cidr: 10.0.0.0/8, vni: 1e3}}\n", [("wrong-value", 3, 47)]),
    "VLAN 0": (HEAD + "subnets: {a: {zone: z, cidr: 10.0.0.0/8, vlan: 0}}\n", [("out-of-range", 3, 48)]),
    "VLAN 4095": (HEAD + "subnets: {a: {zone: z, cidr: 10.0.0.0/8, vlan: 4095}}\n", [("out-of-range", 3, 48)]),
    "no date of the calendar": (HEAD + "flows: {F: {expires: 2026-02-30}}\n", [("bad-date", 3, 22)]),
    "a date day first": (HEAD + "flows: {F: {expires: 31/12/2026}}\n", [("bad-date", 3, 22)]),
    "a date in other digits": (HEAD + "flows: {F: {expires: ٢٠٢٦-٠١-٠١}}\n", [("bad-date", 3, 22)]),
    "a slash in a name": (HEAD + "zones: {a/b: {}}\n", [("bad-name", 3, 9)]),
    "a reserved name": (HEAD + "groups: {any: [a]}\n", [("bad-name", 3, 10)]),
    "an empty name": (HEAD + 'zones: {"": {}}\n', [("bad-name", 3, 9)]),
    "an unprintable name": (HEAD + 'zones: {"a\\e[0m": {}}\n', [("bad-name", 3, 9)]),
    "an empty group": (HEAD + "groups: {g: {not: x}}\n", [("missing-field", 3, 10)]),
    "a group of two sections": (
        HEAD + "groups: {g: {assets: {functions: waf}, zones: {nature: test}}}\n",
        [("selection", 3, 40)],
    ),
    "a group of an unknown section": (
        HEAD + "groups: {g: {assetz: {functions: waf}}}\n",
        [("missing-field", 3, 10), ("unknown-key", 3, 14)],
    ),
    "a selection of nothing": (
        HEAD + "policy: {p: {forbid: {from: {}, to: {zones: {}}}}}\n",
        [("selection", 3, 29)],
    ),
    "three rooms in a pair": (HEAD + "sites: {s: {adjacent: [[a, b, c]]}}\n", [("wrong-kind", 3, 24)]),
    "a tag": (HEAD + "marking: !!python/object:os.system x\n", [("tag", 3, 10)]),
    "a merge key": (HEAD + "vrfs:\n  a: &a {sees: b}\n  c:\n    <<: *a\n",
                    [("merge-key", 6, 5), ("unknown-key", 6, 5)]),
    "an unknown alias": (HEAD + "marking: *a\n", [("alias", 3, 10)]),
    "an alias of itself": (HEAD + "zones: &a {b: *a}\n", [("alias", 3, 15)]),
    "a list as a key": (HEAD + "zones: {[a]: b}\n", [("syntax", 3, 9)]),
    "too deep": (HEAD + "zones: " + "[" * 60 + "]" * 60 + "\n", [("too-deep", 3, 39)]),
    "no table of a section": (HEAD + "tables: [a.csv]\n", [("wrong-kind", 3, 9)]),
    "a table of an unknown section": (HEAD + "tables: {flowz: a.csv}\n", [("unknown-key", 3, 10)]),
    "a missing table": (HEAD + "tables: {flows: a.csv}\n", [("missing-file", 3, 17)]),
    "a table of another kind": (HEAD + "tables: {flows: [a.ods]}\n", [("table", 3, 18)]),
    "a stated lateral": (HEAD + "lateral: true\n", [("unknown-key", 3, 1)]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_error_has_its_place(case: str, write) -> None:  # type: ignore[no-untyped-def]
    text, expected = CASES[case]
    assert places(errors(write(text))) == expected


def test_all_errors_at_once(write) -> None:  # type: ignore[no-untyped-def]
    text = (
        "cloison: 1\n"
        "servise: iaas\n"
        "zones:\n"
        "  front: {natur: production, transit: perhaps}\n"
        "  front: {}\n"
        "flows:\n"
        "  F-1: {from: a, expires: 2027-13-01, ticket: !!int 4}\n"
    )
    assert places(errors(write(text))) == [
        # `name` may be missing because of the other errors: it is not said before they are corrected
        ("unknown-key", 2, 1),
        ("unknown-key", 4, 11),
        ("wrong-value", 4, 39),
        ("duplicate-key", 5, 3),
        ("bad-date", 7, 27),
        ("tag", 7, 47),
    ]


def test_errors_before_a_syntax_error_are_said_too(write) -> None:  # type: ignore[no-untyped-def]
    text = HEAD + "parties: {a: {kind: x}}\nparties: {}\nflows: [\n"
    assert places(errors(write(text))) == [("unknown-word", 3, 21), ("duplicate-key", 4, 1), ("syntax", 6, 1)]


def test_duplicate_keys_have_both_places(write) -> None:  # type: ignore[no-untyped-def]
    (finding,) = errors(write(HEAD + "vrfs:\n  a: {sees: x}\n  a: {sees: y}\n"))
    assert [(span.line, span.column) for span in finding.spans] == [(5, 3), (4, 3)]


def test_nearest_names_are_given(write) -> None:  # type: ignore[no-untyped-def]
    (finding,) = errors(write(HEAD + "zones: {a: {sensitivty: internal}}\n"))
    assert "sensitivity" in finding.message.say("en")
    assert "sensitivity" in finding.message.say("fr")
    assert finding.subject.kind == "zone"
    assert finding.subject.id == "a"


def test_texts_keep_their_text(write) -> None:  # type: ignore[no-untyped-def]
    path = write(
        HEAD + "parties: {a: {kind: provider, labels: {a: on, b: no, c: 12:30:45, d: 1e3, e: 010, f: ~, g: null}}}\n"
    )
    labels = read_map(path).model.parties["a"].labels
    assert labels == {"a": "on", "b": "no", "c": "12:30:45", "d": "1e3", "e": "010", "f": "~", "g": "null"}


@pytest.mark.parametrize(
    ("word", "value"), [("on", True), ("Yes", True), ("oui", True), ("no", False), ("faux", False)]
)
def test_truth_is_read_where_it_is_asked(word: str, value: bool, write) -> None:  # type: ignore[no-untyped-def]
    path = write(HEAD + f"zones: {{a: {{transit: {word}}}}}\n")
    assert read_map(path).model.zones["a"].transit is value


def test_aliases_are_read_within_bounds(write) -> None:  # type: ignore[no-untyped-def]
    path = write(HEAD + "vrfs:\n  a: &a {sees: [x, y]}\n  b: *a\n")
    assert read_map(path).model.vrfs["b"].sees == ("x", "y")
    assert read_map(path).document.span(("vrfs", "b", "sees", 1)).line == 5


def test_a_bomb_of_aliases_is_refused(write) -> None:  # type: ignore[no-untyped-def]
    rows = ["  a0: &a0 {k: x}"]
    rows += [f"  a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 30)]
    findings = errors(write(HEAD + "zones:\n" + "\n".join(rows) + "\n"))
    assert findings[-1].rule == "alias"
    # ten of a0 count 30 values, ten of those 300 more: the bound of 100,000 is passed on a5
    assert findings[-1].spans[0].line == 9


def test_many_errors_are_counted(write) -> None:  # type: ignore[no-untyped-def]
    path = write(HEAD + "zones:\n" + "".join(f"  z{n}: {{nope: 1}}\n" for n in range(6000)))
    findings = errors(path)
    assert len(findings) == 5001
    more = [item for item in findings if item.rule == "more-errors"]
    assert more == [findings[-1]]
    assert "5000" in more[0].message.say("fr")


def test_many_errors_take_little_time(write) -> None:  # type: ignore[no-untyped-def]
    """Words are looked for among the known ones a bounded number of times."""
    begin = time.process_time()
    assert errors(write(HEAD + "".join(f"k{n}: 1\n" for n in range(100_000))))
    assert errors(write(HEAD + "zones: {a: {" + ", ".join(f"k{n}: 1" for n in range(100_000)) + "}}\n"))
    assert time.process_time() - begin < 20


def test_too_many_entries_are_refused(write, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from cloison.netmodel.language import build

    monkeypatch.setattr(build, "MOST_ENTRIES", 10)
    assert places(errors(write(HEAD + "vrfs:\n" + "".join(f"  v{n}: {{}}\n" for n in range(11))))) == [
        ("too-large", 4, 3)
    ]


def test_many_duplicates_take_little_time(write) -> None:  # type: ignore[no-untyped-def]
    rows = "".join(f"  z{n}: {{}}\n" for n in range(20_000))
    findings = errors(write(HEAD + "vrfs:\n" + rows + rows))
    assert [item.rule for item in findings] == ["duplicate-key"] * 1000 + ["more-errors"]
    assert findings[-1].message.values["count"] == 19_000
    assert [span.line for span in findings[0].spans] == [20_004, 4]


# encodings and files


def test_utf8_with_a_byte_order_mark(write) -> None:  # type: ignore[no-untyped-def]
    path = write(b"\xef\xbb\xbfcloison: 1\nname: Caf\xc3\xa9\nzones: {a: {}}\n")
    assert read_map(path).model.name == "Café"
    assert read_map(path).document.span(("cloison",)).column == 10


def test_latin_1_names_the_byte(write) -> None:  # type: ignore[no-untyped-def]
    (finding,) = errors(write("cloison: 1\nname: Réseau é\n".encode("latin-1")))
    assert (finding.rule, finding.spans[0].line, finding.spans[0].column) == ("encoding", 2, 8)
    assert "0xE9" in finding.message.say("fr")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_other_encodings_are_named(encoding: str, write) -> None:  # type: ignore[no-untyped-def]
    (finding,) = errors(write("cloison: 1\nname: x\n".encode(encoding)))
    assert finding.rule == "encoding"
    assert encoding.upper() in finding.message.say("en")


def test_missing_file(tmp_path: Path) -> None:
    (finding,) = errors(tmp_path / "none.yaml")
    assert finding.rule == "missing-file"
    assert finding.spans[0].file == str(tmp_path / "none.yaml")


def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    os.mkfifo(path)
    found: list[Finding] = []
    reader = threading.Thread(target=lambda: found.extend(errors(path)), daemon=True)
    reader.start()
    reader.join(10)
    assert [item.rule for item in found] == ["not-a-file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_no_permission(write) -> None:  # type: ignore[no-untyped-def]
    path = write(HEAD)
    path.chmod(0)
    assert [item.rule for item in errors(path)] == ["no-permission"]


def test_no_permission_is_said_whoever_runs_it(write, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert [item.rule for item in errors(write(HEAD))] == ["no-permission"]


def test_a_file_that_is_too_large_is_refused(write, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from cloison.netmodel.language import files

    monkeypatch.setattr(files.read_bytes, "__defaults__", (100,))
    assert [item.rule for item in errors(write(HEAD + "#" * 200))] == ["too-large"]


def test_too_many_values_are_refused(write, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from cloison.netmodel.language import events

    monkeypatch.setattr(events, "MOST_VALUES", 20)
    (finding,) = errors(write(HEAD + "service: [" + "iaas, " * 50 + "]\n"))
    assert (finding.rule, finding.spans[0].line) == ("too-large", 3)


def test_the_default_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MapError) as caught:
        default_path()
    assert caught.value.findings[0].rule == "missing-file"
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "a.yaml").write_text(HEAD)
    assert read_map().model.name == "Test"
    (tmp_path / "cloison.yaml").write_text("cloison: 1\nname: File\n")
    assert read_map().model.name == "File"


def test_without_the_c_parser_the_pure_one_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PyYAML built without libyaml is slower, not different."""
    import importlib.util
    import sys

    from cloison.netmodel.language import events

    monkeypatch.setitem(sys.modules, "yaml.cyaml", None)
    spec = importlib.util.spec_from_file_location("pure_events", str(events.__file__))
    assert spec is not None
    assert spec.loader is not None
    pure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pure)
    assert pure.CParser.__module__ == "pure_events"
    text = (Path(__file__).parent / "cases" / "reference.yaml").read_bytes()
    fast, slow = events.read_yaml(text, "x", {})[0], pure.read_yaml(text, "x", {})[0]
    assert fast.values == slow.values
    assert (fast.starts, fast.after) == (slow.starts, slow.after)
    for bad in (b"a: [b", b"a: *b", b"a: \x01", b"a: b: c"):
        assert [item.rule for item in pure.read_yaml(bad, "x", {})[1]] == [
            item.rule for item in events.read_yaml(bad, "x", {})[1]
        ]
