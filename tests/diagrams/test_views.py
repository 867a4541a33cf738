"""What the views draw of the tiny map, counted and named by hand."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cloison.diagrams.drawing import draw
from cloison.diagrams.scenes.left_out import left_out
from cloison.diagrams.scenes.traffic import traffic
from cloison.diagrams.writing import output_named, output_of_suffix, write
from cloison.netmodel.finding import Finding, MapError
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report, Scene

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def scene(network: Network, view: str, findings: tuple[Finding, ...] = ()) -> Scene:
    (found,) = draw(network, findings, view).views
    return found


def test_overview_has_every_zone_subnet_and_interconnection(network: Network) -> None:
    found = scene(network, "overview")
    assert {box.subject.id for box in found.clusters} == set(network.zones)
    assert {node.subject.id for node in found.nodes if node.shape == "subnet"} == set(network.subnets)
    assert {(node.label, node.shape) for node in found.nodes if not node.cluster} == {
        ("fw", "filtering"),
        ("fw-adm", "filtering"),
        ("rtr-2", "routing"),
    }
    links = {(edge.source, edge.target) for edge in found.edges if edge.kind == "link"}
    assert links == {
        ("zone:internet", "stage:fw"),
        ("zone:facade", "stage:fw"),
        ("zone:calcul", "stage:fw"),
        ("zone:admin", "stage:fw-adm"),
        ("zone:calcul", "stage:fw-adm"),
        ("zone:facade", "stage:rtr-2"),
        ("zone:locataire", "stage:rtr-2"),
    }


def test_overview_nests_within_and_puts_the_public_on_top(network: Network) -> None:
    boxes = {box.subject.id: box for box in scene(network, "overview").clusters}
    assert boxes["paiement"].within == "zone:internet"
    assert [boxes[name].level for name in ("internet", "paiement", "facade", "locataire", "calcul", "admin")] == [
        0, 0, 2, 3, 4, 4,
    ]  # fmt: skip
    assert boxes["locataire"].marks[0] == "tenant"
    assert boxes["paiement"].marks[0] == "third-party"


def test_nerve_centres_of_13_1_a_are_marked(network: Network) -> None:
    found = scene(network, "overview")
    marked = {str(item.label) for item in (*found.clusters, *found.nodes) if "nerve-centre" in item.marks}
    # the administration network and its subnet, what filters, the security equipment, the sensitive server
    assert marked == {"admin", "postes", "fw", "fw-adm", "vpn-1", "waf-1", "hyp-1"}
    nerve = {edge.source for edge in found.edges if "nerve-link" in edge.marks}
    assert nerve == {"zone:internet"}


def test_a_pair_is_one_vertex_that_lists_its_members(network: Network) -> None:
    (pair,) = (node for node in scene(network, "overview").nodes if node.label == "fw")
    assert "fw-a, fw-b" in pair.detail


def test_flows_are_gathered_by_pair_of_zones(network: Network) -> None:
    found = scene(network, "overview")
    flows = {(e.source, e.target): (e.lines, e.marks) for e in found.edges if e.kind == "flow"}
    assert flows == {
        ("zone:internet", "zone:facade"): (("F-001", "F-006"), ("flow-public",)),
        ("zone:admin", "zone:calcul"): (("F-003",), ("flow-administration",)),
        ("zone:facade", "zone:locataire"): (("F-004", "F-005"), ("flow", "both-ways")),
    }
    (inner,) = (box for box in found.clusters if box.subject.id == "calcul")
    assert any("1 ligne interne" in str(line.say("fr")) for line in inner.detail if not isinstance(line, str))
    assert [item.say("en") for item in found.hidden] == ["not drawn: 1 line not in force"]


def test_findings_are_on_what_they_concern(network: Network, findings: tuple[Finding, ...]) -> None:
    found = scene(network, "overview", findings)
    marked = {item.id: item.severity for item in (*found.clusters, *found.nodes) if item.findings}
    assert marked == {"zone:calcul": "error", "subnet:facade-lan": "note", "asset:facade:security:waf": "warning"}
    # the finding is about a zone; the line of its path has its colour and thickness, and does not count it again
    assert [(edge.lines, edge.severity, edge.findings) for edge in found.edges if edge.severity] == [
        (("F-001", "F-006"), "error", ())
    ]
    assert "1 finding about nothing that is drawn here" in [item.say("en") for item in found.hidden]


def test_zone_view_has_interfaces_and_peers(network: Network) -> None:
    found = scene(network, "zone:facade")
    assert {box.subject.id for box in found.clusters} == {"facade", "facade-lan"}
    cells = {str(node.label) for node in found.nodes if node.cluster}
    assert cells == {"fw/front", "rtr-2/front", "vpn-1/front", "waf-1/front", "web-1/lan"}
    assert {node.subject.id for node in found.nodes if node.shape == "peer"} == {"internet", "locataire", "calcul"}
    assert {edge.lines for edge in found.edges if edge.kind == "flow"} == {("F-001", "F-006"), ("F-004", "F-005")}


def test_zone_view_of_every_zone_can_be_written(network: Network) -> None:
    for zone in network.zones:
        assert write(draw(network, (), f"zone:{zone}"), "dot", "fr").startswith(b"digraph")


def test_plane_view_has_the_administration_whole_and_its_peers_by_name(network: Network) -> None:
    found = scene(network, "plane:administration")
    assert {box.subject.id for box in found.clusters} == {"admin"}
    assert {node.label for node in found.nodes} == {"postes", "fw-adm", "calcul"}
    assert [edge.lines for edge in found.edges if edge.kind == "flow"] == [("F-003",)]


def test_tenant_view_has_the_zones_that_the_tenant_owns(network: Network) -> None:
    found = scene(network, "tenant:client")
    assert {box.subject.id for box in found.clusters} == {"locataire"}
    assert {node.label for node in found.nodes} == {"client-lan", "rtr-2", "facade"}
    assert [edge.lines for edge in found.edges if edge.kind == "flow"] == [("F-004", "F-005")]


@pytest.mark.parametrize(
    ("view", "near"),
    [
        ("overwiew", "overview"),
        ("zone:facades", "zone:facade"),
        ("zone", "zone:"),
        ("overview:x", "overview"),
        ("", "overview"),
        ("plane:administratoin", "plane:administration"),
        ("tenant:nous", "tenant:client"),
    ],
)
def test_an_unknown_view_is_told_the_nearest(network: Network, view: str, near: str) -> None:
    with pytest.raises(MapError) as error:
        draw(network, (), view)
    for lang in ("en", "fr"):
        assert near in error.value.findings[0].message.say("fr" if lang == "fr" else "en")


def test_an_unknown_view_is_told_how_each_is_asked_for(network: Network) -> None:
    with pytest.raises(MapError) as error:
        draw(network, (), "nope")
    message = error.value.findings[0].message
    assert message.say("en") == (
        "there is no view nope; the nearest: asset:NAME, carriers, interconnection:NAME, matrix, overview, plane:NAME, "
        "site:NAME, subnet:NAME, tenant:NAME, zone:NAME"
    )
    assert message.say("fr") == (
        "la vue nope n’existe pas ; les plus proches : asset:NOM, carriers, interconnection:NOM, matrix, overview, "
        "plane:NOM, site:NOM, subnet:NOM, tenant:NOM, zone:NOM"
    )


@pytest.mark.parametrize(
    ("lines", "findings", "said"),
    [
        (0, 0, []),
        (1, 1, [
            "non dessinée : 1 ligne hors période",
            "non dessinée : 1 ligne avec une extrémité hors zone",
            "1 constat ne porte sur rien de ce qui est dessiné ici",
        ]),
        (2, 3, [
            "non dessinées : 2 lignes hors période",
            "non dessinées : 2 lignes avec une extrémité hors zone",
            "3 constats ne portent sur rien de ce qui est dessiné ici",
        ]),
    ],
)  # fmt: skip
def test_what_is_left_out_agrees_in_number(network: Network, lines: int, findings: int, said: list[str]) -> None:
    names = tuple(f"F-{at}" for at in range(lines))
    counted = replace(traffic(network), dead=names, outside=names)
    assert [item.say("fr") for item in left_out(counted, findings)] == said


@pytest.mark.parametrize("output", ["svg", "png", "dot", "mermaid", "drawio"])
def test_a_report_without_a_drawing_says_so(output: str) -> None:
    with pytest.raises(MapError, match="has no drawing"):
        write(Report("check", {}), output, "en")


def test_a_report_without_a_drawing_is_a_page_on_paper() -> None:
    found = write(Report("check", {}, title="Petit nuage"), "pdf", "en")
    assert found.startswith(b"%PDF-")
    assert found == write(Report("check", {}, title="Petit nuage"), "pdf", "en")


def test_an_unknown_output_is_told_the_nearest() -> None:
    with pytest.raises(MapError, match="svg"):
        output_named("svgg")
    with pytest.raises(MapError, match=r"\.svg"):
        output_of_suffix(Path("map.xyz"))
    assert output_of_suffix(Path("MAP.SVG")).name == "svg"


@needs_dot
def test_svg_has_every_name_once_and_is_the_same_twice(network: Network, findings: tuple[Finding, ...]) -> None:
    report = draw(network, findings)
    content = write(report, "svg", "fr")
    assert content == write(report, "svg", "fr")
    tree = ElementTree.fromstring(content.decode())
    shown = [text.strip() for text in tree.itertext() if text.strip()]
    for name in (*network.zones, *network.subnets):
        assert sum(1 for text in shown if text.removeprefix("★").strip() == name) == 1
    for word in (
        "Petit nuage",
        "DIFFUSION LIMITÉE",
        "au 2026-11-24",
        "F-001 +1",
        "ERREUR : 1 constat",
        "zone publique",
    ):
        assert any(word in text for text in shown), word
    assert network.digest[:19] in "".join(shown)


@needs_dot
def test_png_is_a_picture(network: Network) -> None:
    content = write(draw(network, (), "zone:calcul"), "png", "en")
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    assert 200 < width <= 5200
    assert 200 < height <= 5200


def test_json_counts_what_is_drawn(network: Network, findings: tuple[Finding, ...]) -> None:
    data = json.loads(write(draw(network, findings), "json", "fr"))
    assert data["schema"] == "cloison.draw/1"
    assert data["map"] == {"name": "Petit nuage", "digest": network.digest}
    assert len(data["boxes"]) == 6
    assert sum(1 for edge in data["edges"] if edge["kind"] == "flow") == 3
