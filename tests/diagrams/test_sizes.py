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


@needs_dot
def test_hundreds_of_zones_are_still_drawn_with_their_links(tmp_path: Path) -> None:
    zones = "".join(
        f"  z{n}: {{owner: p, nature: production, sensitivity: internal, domain: storage}}\n" for n in range(150)
    )
    joins = "".join(f"  i{n}: {{between: [z0, z{n}], through: fw}}\n" for n in range(1, 150))
    network = compiled(
        tmp_path,
        f"cloison: 1\nname: Zones\nparties: {{p: {{kind: provider}}}}\nzones:\n{zones}"
        f"assets: {{fw: {{functions: filtering}}}}\ninterconnections:\n{joins}",
    )
    tree = ElementTree.fromstring(write(draw(network, ()), "svg", "en").decode())
    links = [item for item in tree.iter("{http://www.w3.org/2000/svg}g") if item.get("class") == "edge"]
    assert len(links) == 150
