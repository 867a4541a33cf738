"""Maps without anything, with hundreds of tenants out of one repeat, with hundreds of zones written by hand."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cloison.diagrams.drawing import draw
from cloison.diagrams.writing import write
from cloison.netmodel.finding import Finding, Ref, say
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
TENANTS = 40


def compiled(folder: Path, text: str) -> Network:
    path = folder / "map.yaml"
    path.write_text(text, encoding="utf-8")
    return compile_network(read_map(path), date(2026, 11, 24))


def tenants(folder: Path) -> Network:
    parties = "".join(f"  t{number}: {{kind: tenant}}\n" for number in range(TENANTS))
    vrfs = "".join(f"  t{number}: {{sees: default}}\n" for number in range(TENANTS))
    return compiled(
        folder,
        f"""cloison: 1
name: Locataires
parties:
  p: {{kind: provider}}
{parties}vrfs:
{vrfs}zones:
  front: {{owner: p, nature: production, sensitivity: exposed, domain: exposure}}
subnets:
  front-lan: {{cidr: 203.0.113.0/24, zone: front}}
assets:
  web: {{interfaces: {{lan: 203.0.113.10}}}}
repeat:
  - for: {{t: {{parties: {{kind: tenant}}}}}}
    zones: {{<t>-net: {{owner: <t>, nature: production, sensitivity: internal, domain: processing}}}}
    subnets: {{<t>-lan: {{cidr: 10.0.0.0/16, zone: <t>-net, vrf: <t>}}}}
    assets: {{<t>-rtr: {{functions: filtering}}}}
    interconnections: {{<t>-gw: {{between: [<t>-net, front], through: <t>-rtr}}}}
    flows:
      T-1.<t>: {{from: <t>-net, to: web, services: https, owner: <t>, nature: production, sensitivity: internal,
                domain: processing}}
""",
    )


def test_tenants_out_of_one_repeat_are_drawn_once_and_counted(tmp_path: Path) -> None:
    network = tenants(tmp_path)
    finding = Finding("r", "warning", say("a", "b"), Ref("zone", "t7-net"))
    (scene,) = draw(network, (finding,)).views
    boxes = {item.label if isinstance(item.label, str) else item.label.say("en"): item for item in scene.clusters}
    assert set(boxes) == {"front", f"<t>-net × {TENANTS}"}
    assert boxes[f"<t>-net × {TENANTS}"].findings == (finding.fingerprint,)
    labels = sorted(item.label if isinstance(item.label, str) else item.label.say("en") for item in scene.nodes)
    assert labels == [f"<t>-lan × {TENANTS}", f"<t>-rtr × {TENANTS}", "front-lan"]
    (flow,) = (edge for edge in scene.edges if edge.kind == "flow")
    assert len(flow.lines) == TENANTS
    assert sum(1 for edge in scene.edges if edge.kind == "link") == 2
    assert f"<t>-net: {TENANTS} alike are drawn once" in [item.say("en") for item in scene.hidden]
    (table,) = (table for table in scene.tables if table.id == "zones")
    assert len(table.rows) == TENANTS + 1  # the tables keep every one


def test_one_tenant_s_view_is_never_folded(tmp_path: Path) -> None:
    (scene,) = draw(tenants(tmp_path), (), "tenant:t7").views
    assert {item.subject.id for item in scene.clusters} == {"t7-net"}


@needs_dot
def test_an_empty_map_has_its_title(tmp_path: Path) -> None:
    report = draw(compiled(tmp_path, "cloison: 1\nname: Rien\nmarking: Interne\n"), ())
    shown = "".join(ElementTree.fromstring(write(report, "svg", "fr").decode()).itertext())
    assert "Rien" in shown
    assert "INTERNE" in shown


def many(folder: Path, zones: int, subnets: int = 0) -> Network:
    """Zones alike, written by hand, around one: the last two exchange lines, and each has its own gateway."""
    names = "".join(
        f"  z{n}: {{owner: p, nature: production, sensitivity: internal, domain: storage, "
        f"addresses: 172.{16 + n // 256}.{n % 256}.0/24}}\n"
        for n in range(zones)
    )
    nets = "".join(f"  s{n}: {{cidr: 10.{n // 256}.{n % 256}.0/24, zone: z0}}\n" for n in range(subnets))
    gateways = "".join(f"  g{n}: {{functions: filtering}}\n" for n in range(1, zones))
    joins = "".join(f"  i{n}: {{between: [z0, z{n}], through: g{n}}}\n" for n in range(1, zones))
    return compiled(
        folder,
        f"cloison: 1\nname: Zones\nparties: {{p: {{kind: provider}}}}\nzones:\n{names}"
        + (f"subnets:\n{nets}" if nets else "")
        + f"assets:\n{gateways}interconnections:\n{joins}"
        f"flows:\n  F-1: {{from: z0, to: z{zones - 1}, services: ssh}}\n",
    )


@pytest.mark.parametrize("zones", [59, 60, 61, 150, 500])
def test_an_overview_keeps_to_its_budget_and_counts_what_it_folds(tmp_path: Path, zones: int) -> None:
    (scene,) = draw(many(tmp_path, zones), ()).views
    labels = [item.label if isinstance(item.label, str) else item.label.say("en") for item in scene.clusters]
    said = [item.say("en") for item in scene.hidden]
    assert len(labels) == min(zones, 60)
    # what exchanges lines is never folded before what exchanges none
    assert {"z0", f"z{zones - 1}"} <= set(labels)
    if zones <= 60:
        assert said == []
        return
    (group,) = (label for label in labels if " × " in label)
    assert int(group.rpartition(" × ")[2]) == zones - 59
    assert said[0] == f"{group.rpartition(' × ')[0]}: {zones - 59} alike are drawn once"
    equipment = [node for node in scene.nodes if node.shape == "filtering"]
    assert len(equipment) <= 60
    assert {edge.source for edge in scene.edges} | {edge.target for edge in scene.edges} <= {
        item.id for item in (*scene.clusters, *scene.nodes)
    }
    (table,) = (table for table in scene.tables if table.id == "zones")
    assert len(table.rows) == zones


def test_a_box_of_many_subnets_counts_them(tmp_path: Path) -> None:
    (scene,) = draw(many(tmp_path, 2, 300), ()).views
    (cell,) = (node for node in scene.nodes if node.shape == "subnet")
    assert not isinstance(cell.label, str)
    assert cell.label.values["n"] == 300
    (table,) = (table for table in scene.tables if table.id == "subnets")
    assert len(table.rows) == 300


def test_lines_between_zones_that_are_drawn_once_are_counted(tmp_path: Path) -> None:
    look = "owner: p, nature: storage, sensitivity: internal, domain: storage"
    zones = "".join(f"  z{n}: {{{look}, addresses: 172.16.{n}.0/24}}\n" for n in range(70))
    text = (
        f"cloison: 1\nname: Z\nparties: {{p: {{kind: provider}}}}\nzones:\n{zones}"
        "assets: {fw: {functions: filtering}}\n"
        f"interconnections: {{i: {{between: [{', '.join(f'z{n}' for n in range(70))}], through: fw}}}}\nflows:\n"
    )
    text += "".join(f"  F-{n}: {{from: z{n}, to: z{n + 1}, services: ssh}}\n" for n in range(69))
    (scene,) = draw(compiled(tmp_path, text), ()).views
    drawn = {line for edge in scene.edges for line in edge.lines}
    lost = [item.values["n"] for item in scene.hidden if "between zones" in item.say("en")]
    assert len(drawn) + sum(int(str(count)) for count in lost) == 69
    assert lost


@needs_dot
def test_five_hundred_zones_are_a_picture_with_every_link_that_is_left(tmp_path: Path) -> None:
    report = draw(many(tmp_path, 500), ())
    (scene,) = report.views
    tree = ElementTree.fromstring(write(report, "svg", "en").decode())
    links = [item for item in tree.iter("{http://www.w3.org/2000/svg}g") if item.get("class") == "edge"]
    assert len([item for item in links if not (item.get("id") or "").startswith("f")]) == sum(
        1 for edge in scene.edges if edge.kind == "link"
    )
