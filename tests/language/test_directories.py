"""Several files make one map: sections joined, entries merged, two values of one field refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloison.netmodel.finding import Finding, MapError
from cloison.netmodel.language.read import Map, read_map


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return tmp_path


def errors(path: Path) -> tuple[Finding, ...]:
    with pytest.raises(MapError) as caught:
        read_map(path)
    return caught.value.findings


def shown(findings: tuple[Finding, ...]) -> list[tuple[str, ...]]:
    return [(item.rule, *(f"{Path(span.file).name}:{span.line}:{span.column}" for span in item.spans))
            for item in findings]  # fmt: skip


def names(map_: Map) -> set[str]:
    return {path.name for path in map_.files}


def test_sections_are_joined(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        a_yaml="cloison: 1\nname: All\nzones: {a: {owner: x}}\n"
        "waivers: {rule: r, on: a, why: w, by: b, until: 2026-01-01}\n",
        b_yml="cloison: 1\nzones: {b: {}, a: {nature: test}}\nvocabulary: {nature: [one]}\n"
        "waivers: [{rule: r, on: b, why: w, by: b, until: 2026-01-01}]\n",
        c_yaml="cloison: 1\nname: All\nvocabulary: {nature: [two, one]}\n",
        notes_txt="not a map",
    )
    found = read_map(path)
    assert (found.model.zones["a"].owner, found.model.zones["a"].nature) == ("x", "test")
    assert list(found.model.zones) == ["a", "b"]
    assert [waiver.on for waiver in found.model.waivers] == ["a", "b"]
    assert found.model.vocabulary.nature == ("one", "two")
    assert names(found) == {"a.yaml", "b.yml", "c.yaml"}
    assert Path(found.document.span(("zones", "a", "nature")).file).name == "b.yml"
    assert Path(found.document.span(("zones", "a", "owner")).file).name == "a.yaml"


def test_the_same_value_twice_is_one_value(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        a_yaml="cloison: 1\nname: All\nassets: {w: {functions: waf, interfaces: {i: 10.0.0.1}}}\n",
        b_yaml="cloison: 1\nassets: {w: {functions: [waf], interfaces: {i: {addresses: [10.0.0.1], mac: m}}}}\n",
    )
    (interface,) = read_map(path).model.assets["w"].interfaces.values()
    assert (interface.addresses, interface.mac) == (("10.0.0.1",), "m")


def test_two_values_are_an_error_with_both_places(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        a_yaml="cloison: 1\nname: All\nzones: {a: {owner: x}}\n",
        b_yaml="cloison: 1\nname: Other\nzones:\n  a: {owner: y}\n",
    )
    assert shown(errors(path)) == [
        ("two-values", "a.yaml:2:7", "b.yaml:2:7"),
        ("two-values", "a.yaml:3:20", "b.yaml:4:14"),
    ]


def test_two_values_in_a_table_and_a_file(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        a_yaml="cloison: 1\nname: All\nassets: {w: {model: X}}\ntables: {assets: i.csv}\n",
        i_csv="nom,modèle\nw,Y\n",
    )
    assert shown(errors(path)) == [("two-values", "a.yaml:3:21", "i.csv:2:2")]


def test_every_yaml_file_of_a_directory_is_a_map_or_is_named(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        a_yaml="cloison: 1\nname: All\ntables: {zones: named.yaml}\n",
        named_yaml="front: {owner: x}\n",
    )
    found = read_map(path)
    assert found.model.zones["front"].owner == "x"
    assert found.document.span(("zones", "front", "owner")).line == 1
    assert found.document.span(("zones", "front", "owner")).column == 16
    folder(tmp_path, other_yaml="# a forgotten file\nzones: {back: {}}\n")
    assert shown(errors(path)) == [("version", "other.yaml:2:1")]


def test_all_files_say_their_errors(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        a_yaml="cloison: 1\nname: [\n",
        b_yaml="cloison: 1\nzones: {a: {nat: x}}\n",
        c_yaml="cloison: 0\n",
        d_yaml="",
    )
    assert shown(errors(path)) == [
        ("syntax", "a.yaml:3:1"),
        ("unknown-key", "b.yaml:2:13"),
        ("version", "c.yaml:1:10"),
        ("empty-map", "d.yaml:1:1"),
    ]


def test_an_empty_directory(tmp_path: Path) -> None:
    assert [item.rule for item in errors(tmp_path)] == ["empty-map"]


def test_folders_below_hold_only_what_is_named(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "x.yaml").write_text("anything: goes\n")
    (tmp_path / "more" / "z.csv").write_text("name,owner\nfront,x\n")
    path = folder(tmp_path, a_yaml="cloison: 1\nname: All\ntables: {zones: more/z.csv}\n")
    found = read_map(path)
    assert names(found) == {"a.yaml", "z.csv"}
    assert list(found.model.zones) == ["front"]


def test_what_a_list_holds_is_told_in_its_own_file(tmp_path: Path) -> None:
    one = "  - {clause: C-%d, status: conformant, by: x, on: 2026-01-01}\n"
    path = folder(
        tmp_path,
        a_yaml="cloison: 1\nname: All\ndeclarations:\n" + one % 0 + one % 1,
        b_yaml="cloison: 1\ndeclarations: {clause: C-2, status: conformant, by: x, on: 2026-01-01}\n",
        c_yaml="cloison: 1\nzones: {}\n",
        d_yaml="cloison: 1\ndeclarations:\n\n" + one % 3,
    )
    found = read_map(path)
    places = {
        item.clause: found.document.span(("declarations", place, "clause"))
        for place, item in enumerate(found.model.declarations)
    }
    assert {clause: (Path(span.file).name, span.line) for clause, span in places.items()} == {
        "C-0": ("a.yaml", 4),
        "C-1": ("a.yaml", 5),
        "C-2": ("b.yaml", 2),
        "C-3": ("d.yaml", 4),
    }
