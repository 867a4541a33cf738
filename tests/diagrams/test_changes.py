"""Two versions of a map drawn as one: every mark is expected by hand, and a sign stands for each."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cloison.diagrams.scenes.changes import SIGNS, overlay
from cloison.diagrams.writing import pictures, write
from cloison.netmodel.assurance.assess import Assessment
from cloison.netmodel.comparing.answer import diff_report
from cloison.netmodel.comparing.order import both
from cloison.netmodel.comparison import Comparison, compare
from cloison.netmodel.finding import LANGS, MapError
from cloison.netmodel.language.read import read_text
from cloison.netmodel.language.revisions import Version
from cloison.netmodel.report import Report, Scene

BASE = """cloison: 1
name: x
parties: {p: {kind: provider}, world: {kind: public}}
zones:
  internet: {owner: world, nature: public, addresses: global}
  front: {owner: p, nature: production, sensitivity: exposed, domain: exposure}
  back: {owner: p, nature: production, sensitivity: sensitive, domain: processing}
subnets:
  front-lan: {cidr: 10.1.0.0/24, zone: front}
  back-lan: {cidr: 10.2.0.0/24, zone: back}
assets:
  fw: {functions: filtering, interfaces: {front: 10.1.0.1, back: 10.2.0.1}}
  web: {interfaces: {lan: 10.1.0.10}}
interconnections: {all: {between: [internet, front, back], through: fw}}
flows:
  F-1: {from: web, to: back-lan, services: https, owner: p, nature: production, sensitivity: exposed, domain: exposure}
  F-2: {from: internet, to: web, services: https, owner: p, nature: production, sensitivity: exposed, domain: exposure}
"""
UNJUDGED = Assessment((), {}, (), ())


def diff(*changes: tuple[str, str]) -> Comparison:
    text = BASE
    for was, now in changes:
        assert was in text
        text = text.replace(was, now)
    old, new = both(read_text(BASE, "old.yaml"), read_text(text, "new.yaml"), date(2026, 6, 1))
    return compare((old, UNJUDGED), (new, UNJUDGED))


def backwards(*changes: tuple[str, str]) -> Comparison:
    found = diff(*changes)
    return compare((found.new, UNJUDGED), (found.old, UNJUDGED))


def marked(scene: Scene) -> set[tuple[str, str]]:
    """Return what is marked: boxes and nodes by id, edges by their ends; each begins with its sign."""
    found = set()
    for item in (*scene.clusters, *scene.nodes):
        words = [mark for mark in item.marks if mark in SIGNS]
        label = item.label if isinstance(item.label, str) else item.label.say("en")
        assert label.startswith(SIGNS[words[0]]) if words else label[0] not in "+−±"
        found |= {(item.id, word) for word in words}
    for edge in scene.edges:
        label = edge.label if isinstance(edge.label, str) else edge.label.say("fr")
        words = [mark for mark in edge.marks if mark in SIGNS]
        assert label.startswith(SIGNS[words[0]]) if words else label[:1] not in ("+", "−", "±")
        ends = sorted((edge.source, edge.target)) if edge.kind == "link" else (edge.source, edge.target)
        found |= {(" ".join((edge.kind, *ends)), word) for word in words}
    return found


def test_the_same_map_has_no_mark() -> None:
    assert marked(overlay(diff(), "overview")) == set()
    assert marked(overlay(diff(("  web: {interfaces: {lan: 10.1.0.10}}", "  web: {interfaces: {lan: [10.1.0.10]}}")),
                          "overview")) == set()  # fmt: skip


ZONE = ("subnets:\n", "  third: {owner: p, nature: test, sensitivity: internal, domain: processing}\nsubnets:\n")
LAN = ("  back-lan:", "  third-lan: {cidr: 10.3.0.0/24, zone: third}\n  back-lan:")
JOINED = ("between: [internet, front, back]", "between: [internet, front, back, third]")
LINE = ("  F-2:", "  F-3: {from: third-lan, to: web, services: ssh, owner: p, nature: production, "
        "sensitivity: exposed, domain: exposure}\n  F-2:")  # fmt: skip


@pytest.mark.parametrize(("make", "word"), [(diff, "added"), (backwards, "removed")])
def test_what_is_in_one_version_alone(make: object, word: str) -> None:
    scene = overlay(make(ZONE, LAN, JOINED, LINE), "overview")  # type: ignore[operator]
    assert marked(scene) == {
        ("zone:third", word), ("subnet:third-lan", word), ("flow zone:third zone:front", word),
        ("link stage:fw zone:third", word),
    }  # fmt: skip


def test_what_is_gone_keeps_its_place() -> None:
    scene = overlay(backwards(ZONE, LAN, JOINED, LINE), "overview")
    (lan,) = (node for node in scene.nodes if node.id == "subnet:third-lan")
    assert lan.cluster == "zone:third"
    assert {box.id for box in scene.clusters} == {"zone:internet", "zone:front", "zone:back", "zone:third"}


def test_what_changed_is_marked_where_it_is_now() -> None:
    scene = overlay(diff(("front-lan: {cidr: 10.1.0.0/24, zone: front}", "front-lan: {cidr: 10.1.0.0/24, zone: back}"),
                         ("nature: production, sensitivity: sensitive", "nature: production, sensitivity: internal")),
                    "overview")  # fmt: skip
    assert ("zone:back", "changed") in marked(scene)
    assert ("subnet:front-lan", "changed") in marked(scene)
    (lan,) = (node for node in scene.nodes if node.id == "subnet:front-lan")
    assert lan.cluster == "zone:back"


def test_a_flow_that_widens_is_changed() -> None:
    scene = overlay(diff(("to: web, services: https", "to: web, services: [https, ssh]")), "overview")
    assert marked(scene) == {("flow zone:internet zone:front", "changed")}


def test_a_zone_that_is_renamed_is_drawn_once() -> None:
    scene = overlay(diff(("front:", "dmz:"), ("zone: front", "zone: dmz"), ("internet, front,", "internet, dmz,"),
                         ("interfaces: {dmz: 10", "interfaces: {front: 10")), "overview")  # fmt: skip
    assert {box.id for box in scene.clusters} == {"zone:internet", "zone:dmz", "zone:back"}
    assert ("zone:dmz", "changed") in marked(scene)
    assert not {word for _, word in marked(scene)} - {"changed"}


def test_a_view_that_one_version_alone_has() -> None:
    for make, word in ((diff, "added"), (backwards, "removed")):
        assert marked(overlay(make(ZONE, LAN, JOINED), "zone:third")) == {
            ("zone:third", word), ("box:third-lan", word), ("link stage:fw zone:third", word),
        }  # fmt: skip
    with pytest.raises(MapError, match="zone:thrid"):
        overlay(diff(ZONE, LAN, JOINED), "zone:thrid")


@pytest.mark.parametrize(("make", "word"), [(diff, "added"), (backwards, "removed")])
def test_the_matrix_is_marked_cell_by_cell(make: object, word: str) -> None:
    scene = overlay(make(ZONE, LAN, JOINED, LINE), "matrix")  # type: ignore[operator]
    assert scene.grid is not None
    marks = {(cell.row, cell.column): set(cell.marks) & SIGNS.keys() for cell in scene.grid.cells}
    assert marks == {
        ("zone:third", "zone:front"): {word}, ("zone:front", "zone:back"): set(),
        ("zone:internet", "zone:front"): set(),
    }  # fmt: skip
    assert {node.id for node in scene.grid.nodes if set(node.marks) & SIGNS.keys()} == {"zone:third"}
    wider = overlay(diff(("to: web, services: https", "to: web, services: [https, ssh]")), "matrix").grid
    assert wider is not None
    assert [(cell.row, cell.column) for cell in wider.cells if "changed" in cell.marks] == [
        ("zone:internet", "zone:front")
    ]
    text = write(Report("diff", {}, views=(scene,)), "dot", "en").decode()
    assert f"{SIGNS[word]} 1" in text
    assert f"{SIGNS[word]} {word}" in text


def test_pictures_say_it_by_line_and_sign() -> None:
    scene = overlay(diff(ZONE, LAN, JOINED, LINE), "overview")
    text = write(Report("diff", {}, views=(scene,)), "dot", "fr").decode()
    assert "+ third" in text
    assert "+ ajouté" in text
    assert "− retiré" not in text
    assert pictures(["a.svg", "b.md", "json=c", "dot=d", "e.pdf", "-"], "", "terminal") == ("a.svg", "dot=d", "e.pdf")


HOSTILE = ["<script>alert(1)<", "]]><x>", "{braces} {0} %s", "[x](http:example.org)", "=1+1", "a|b`c`"]


@pytest.mark.parametrize("output", ["terminal", "markdown", "html", "json", "dot"])
def test_hostile_names_harm_no_output(output: str) -> None:
    zones = "".join(
        f"  {json.dumps(name)}: {{owner: p, nature: test, sensitivity: internal, domain: processing}}\n"
        for name in HOSTILE
    )
    joined = json.dumps(["internet", "front", "back", *HOSTILE])
    found = diff(("subnets:\n", f"{zones}subnets:\n"), ("[internet, front, back]", joined))
    report = diff_report(found, (Version("<b>old</b>", Path("old")), Version("\u202enew", Path("new"))))
    if output == "dot":
        report = replace(report, views=(overlay(found, "overview"),))
    for lang in LANGS:
        text = write(report, output, lang).decode()
        assert "\u202e" not in text
        if output in ("html", "markdown", "dot"):
            assert "<script>" not in text
            assert "<b>old" not in text
        if output == "markdown":
            assert "](http" not in text.replace("\\](", "")
        assert "braces" in text
