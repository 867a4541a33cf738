"""The views of a subnet, an asset, an interconnection, a site, the carriers and the matrix, counted by hand.

On ``tiny.yaml`` and on ``places.yaml``, whose lines and rooms are few enough to be told from the text.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cloison.diagrams.drawing import draw
from cloison.diagrams.writing import write
from cloison.netmodel.finding import Finding, Message, Ref, say
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.report import Edge, Scene, Table

PLACES = Path(__file__).parent / "places.yaml"


@pytest.fixture(scope="module")
def places() -> Network:
    return compile_network(read_map(PLACES), date(2026, 11, 24))


def scene(network: Network, view: str, findings: tuple[Finding, ...] = ()) -> Scene:
    (found,) = draw(network, findings, view).views
    return found


def words(label: Message | str) -> str:
    return label if isinstance(label, str) else label.say("en")


def pairs(found: Scene, mark: str) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in found.edges if mark in edge.marks}


def flows(found: Scene) -> list[Edge]:
    return [edge for edge in found.edges if edge.kind == "flow"]


def rows(found: Scene, table: str) -> Table:
    (one,) = (item for item in found.tables if item.id == table)
    return one


def hidden(found: Scene) -> list[str]:
    return [item.say("en") for item in found.hidden]


def test_a_subnet_has_its_interfaces_its_way_out_and_its_lines(places: Network) -> None:
    found = scene(places, "subnet:b-lan")
    assert {words(node.label) for node in found.nodes if node.cluster} == {
        "bord-nord/b", "bord-sud/b", "vm-1/lan", "vm-2/lan", "vm-3/lan",
    }  # fmt: skip
    assert pairs(found, "link") == {("box:b-lan", "stage:bord-nord+bord-sud"), ("zone:a", "stage:bord-nord+bord-sud")}
    # L-1 and L-2 come in from zone a, L-4 goes there; L-3 stays inside, which is said
    (flow,) = flows(found)
    assert flow.lines == ("L-1", "L-2", "L-4")
    assert "both-ways" in flow.marks
    assert hidden(found) == ["not drawn: 1 line inside"]
    ways = {(row[0].say("en") if hasattr(row[0], "say") else row[0], row[2]) for row in rows(found, "lines").rows}
    assert ways == {("out", "L-4"), ("in", "L-1"), ("in", "L-2"), ("inside", "L-3")}


def test_what_goes_to_the_rest_of_its_own_zone_leaves_a_subnet(tmp_path: Path) -> None:
    text = PLACES.read_text(encoding="utf-8").replace(
        "  c-lan:", "  a-autre: {cidr: 10.4.0.0/24, zone: a}\n  c-lan:"
    )  # fmt: skip
    path = tmp_path / "map.yaml"
    path.write_text(text + "  L-5: {from: a-lan, to: a, services: ssh}\n", encoding="utf-8")
    found = scene(compile_network(read_map(path), date(2026, 11, 24)), "subnet:a-lan")
    # a-lan is a part of zone a: L-5 is both inside and towards the rest of the zone
    assert ("box:a-lan", "zone:a", ("L-5",)) in {(edge.source, edge.target, edge.lines) for edge in flows(found)}
    assert hidden(found) == ["not drawn: 1 line inside"]


def test_a_dead_line_of_a_subnet_is_counted(network: Network) -> None:
    assert "not drawn: 1 line not in force" in hidden(scene(network, "subnet:facade-lan"))


def test_an_asset_has_what_it_offers_what_carries_it_and_what_it_carries(places: Network) -> None:
    found = scene(places, "asset:vm-1")
    assert {(words(node.label), node.shape) for node in found.nodes if node.cluster} == {
        ("lan", "interface"), ("api", "endpoint"),
    }  # fmt: skip
    assert pairs(found, "carried") == {("asset:vm-1", "asset:serveur-1")}
    assert {(edge.source, edge.target, edge.lines) for edge in flows(found)} == {
        ("asset:vm-1", "zone:a", ("L-1", "L-4")), ("zone:b", "asset:vm-1", ("L-3",)),
    }  # fmt: skip
    below = scene(places, "asset:serveur-1")
    assert [words(node.label) for node in below.nodes if node.shape == "machine"] == ["vm-1, vm-2"]
    assert pairs(below, "carried") == {("on:b", "asset:serveur-1")}
    (box,) = below.clusters
    assert "sensitive" in box.marks


def test_an_asset_that_joins_zones_has_its_interconnections(network: Network) -> None:
    found = scene(network, "asset:fw")
    (box,) = found.clusters
    assert "fw-a · fw-b" in [words(line) for line in box.detail]
    assert {(edge.target, words(edge.label)) for edge in found.edges if "link" in edge.marks} == {
        ("zone:internet", "bordure"), ("zone:facade", "bordure"), ("zone:calcul", "bordure"),
    }  # fmt: skip


def test_an_interconnection_has_its_equals_side_by_side_and_the_lines_that_cross_it(places: Network) -> None:
    found = scene(places, "interconnection:pont")
    assert {box.subject.id for box in found.clusters} == {"a", "b"}
    equals = {node.id: node for node in found.nodes if node.shape == "filtering"}
    assert set(equals) == {"stage:bord-nord", "stage:bord-sud"}
    assert all("one of redundant equals" in map(words, node.detail) for node in equals.values())
    assert pairs(found, "link") == {
        ("zone:a", "stage:bord-nord"), ("zone:a", "stage:bord-sud"),
        ("stage:bord-nord", "zone:b"), ("stage:bord-sud", "zone:b"),
    }  # fmt: skip
    (flow,) = flows(found)
    assert flow.lines == ("L-1", "L-2", "L-4")  # L-3 stays in zone b


def test_lines_of_other_interconnections_do_not_cross(network: Network) -> None:
    assert {edge.lines for edge in flows(scene(network, "interconnection:bordure"))} == {("F-001", "F-006")}
    assert {edge.lines for edge in flows(scene(network, "interconnection:gestion"))} == {("F-003",)}
    assert {edge.lines for edge in flows(scene(network, "interconnection:client"))} == {("F-004", "F-005")}


def test_a_site_has_its_rooms_their_neighbours_and_the_hardware(places: Network) -> None:
    found = scene(places, "site:nord")
    looks = {words(box.label): (box.marks[0], box.level) for box in found.clusters if box.subject.kind == "room"}
    assert looks == {
        "hall": ("room-public", 1), "bureau": ("room-private", 2), "salle": ("room-sensitive", 3),
        "no room said": ("room", 2),
    }  # fmt: skip
    cells = {(node.cluster, words(node.label)) for node in found.nodes if node.cluster}
    assert cells == {
        ("room:nord/salle", "bord-nord"), ("room:nord/salle", "serveur-1, serveur-2"),
        ("room:nord/bureau", "poste"), ("room:nord/", "onduleur"),
    }  # fmt: skip
    assert pairs(found, "adjacent") == {("room:nord/hall", "room:nord/bureau"), ("room:nord/bureau", "room:nord/salle")}
    assert pairs(found, "between-sites") == {
        ("site:nord", "carrier:fibre"), ("carrier:fibre", "site:sud"),
        ("site:nord", "carrier:chiffre"), ("carrier:chiffre", "site:sud"),
    }  # fmt: skip
    assert hidden(found) == ["not drawn: 1 virtual asset"]
    assert len(rows(found, "hardware").rows) == 6


def test_carriers_stand_under_what_runs_on_them(places: Network) -> None:
    found = scene(places, "carriers")
    assert found.across
    assert pairs(found, "carried") == {
        ("zone:a", "carrier:commutateurs"), ("zone:b", "carrier:clair"), ("zone:b", "asset:serveur-1"),
        ("carrier:clair", "carrier:commutateurs"), ("carrier:clair", "carrier:chiffre"),
        ("carrier:chiffre", "carrier:fibre"),
    }  # fmt: skip
    shapes = {words(node.label): node.shape for node in found.nodes if node.shape != "peer"}
    assert shapes == {
        "commutateurs": "hardware", "fibre": "hardware", "chiffre": "encrypting", "clair": "tunnel",
        "serveur-1, serveur-2": "hardware",
    }  # fmt: skip
    assert hidden(found) == ["not drawn: 1 zone that does not say what it runs on"]
    shared = {row[0]: (row[2], row[3]) for row in rows(found, "shared").rows}
    # the servers are in zone a and carry machines of zone b; the fibre is under zone b alone
    assert shared == {
        "commutateurs": (("a", "b"), ()), "serveur-1": (("a", "b"), ()), "serveur-2": (("a", "b"), ()),
    }  # fmt: skip


def test_the_matrix_counts_lines_from_rows_to_columns(network: Network, findings: tuple[Finding, ...]) -> None:
    found = scene(network, "matrix", findings)
    assert found.grid is not None
    assert [node.subject.id for node in found.grid.nodes] == [
        "internet", "paiement", "facade", "locataire", "admin", "calcul",
    ]  # fmt: skip
    cells = {(cell.row.removeprefix("zone:"), cell.column.removeprefix("zone:")): cell for cell in found.grid.cells}
    assert {pair: cell.lines for pair, cell in cells.items()} == {
        ("internet", "facade"): ("F-001", "F-006"), ("calcul", "calcul"): ("F-002",), ("admin", "calcul"): ("F-003",),
        ("locataire", "facade"): ("F-004",), ("facade", "locataire"): ("F-005",),
    }  # fmt: skip
    assert {pair for pair, cell in cells.items() if cell.severity} == {("internet", "facade")}
    data = draw(network, (), "matrix").data
    assert {(cell["from"], cell["to"]): cell["lines"] for cell in data["cells"]}["zone:admin", "zone:calcul"] == [
        "F-003"
    ]


def test_the_matrix_of_many_zones_keeps_the_busiest(tmp_path: Path) -> None:
    zones = "".join(
        f"  z{n}: {{owner: p, nature: production, sensitivity: internal, domain: storage}}\n" for n in range(90)
    )
    nets = "".join(f"  s{n}: {{cidr: 10.0.{n}.0/24, zone: z{n}}}\n" for n in range(90))
    path = tmp_path / "map.yaml"
    path.write_text(
        f"cloison: 1\nname: Z\nparties: {{p: {{kind: provider}}}}\nzones:\n{zones}subnets:\n{nets}"
        "assets: {fw: {functions: filtering}}\ninterconnections: {i: {between: [z88, z89, z0], through: fw}}\n"
        "flows: {F-1: {from: z88, to: z89, services: ssh}}\n",
        encoding="utf-8",
    )  # fmt: skip
    found = scene(compile_network(read_map(path), date(2026, 11, 24)), "matrix")
    assert found.grid is not None
    shown = {node.subject.id for node in found.grid.nodes if node.id.startswith("zone:")}
    assert {"z88", "z89"} <= shown
    assert len(found.grid.nodes) == 60
    assert hidden(found) == ["…: 31 zones in one row"]
    assert len(rows(found, "matrix").rows) == 90


@pytest.mark.parametrize("view", ["subnet:calcul-lan", "asset:hyp-1", "site:paris", "carriers", "matrix"])
def test_a_finding_is_drawn_or_counted(network: Network, view: str) -> None:
    finding = Finding("r", "error", say("a", "b"), Ref("asset", "hyp-1"))
    found = scene(network, view, (finding,))
    grid = found.grid.cells if found.grid else ()
    drawn = [
        item for item in (*found.clusters, *found.nodes, *found.edges, *grid) if finding.fingerprint in item.findings
    ]
    counted = [line for line in hidden(found) if line.startswith("1 finding ")]
    assert bool(drawn) != bool(counted)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_view_of_everything_is_written(network: Network, places: Network, lang: str) -> None:
    for one in (network, places):
        views = ["carriers", "matrix"]
        views += [f"subnet:{name}" for name in one.subnets] + [f"asset:{name}" for name in one.assets]
        views += [f"interconnection:{name}" for name in one.model.interconnections]
        views += [f"site:{name}" for name in one.model.sites]
        for view in views:
            report = draw(one, (), view)
            for output in ("dot", "mermaid", "markdown", "json"):
                assert write(report, output, "fr" if lang == "fr" else "en")
