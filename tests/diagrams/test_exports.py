"""The drawing as PDF, Mermaid and draw.io: what each holds, that nothing of a name is obeyed, and the same bytes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from cloison.diagrams.drawing import draw
from cloison.diagrams.layout.boxes import NAME
from cloison.diagrams.printable import clipped
from cloison.diagrams.writing import output_of_suffix, write
from cloison.netmodel.finding import Finding, Ref, say
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.report import Cluster, Edge, Grid, GridCell, Node, Report, Scene

HERE = Path(__file__).parent
AT = date(2026, 11, 24)
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
VIEWS = ("overview", "matrix", "carriers", "zone:facade", "subnet:facade-lan", "asset:fw", "interconnection:bordure",
         "site:paris", "plane:administration", "tenant:client")  # fmt: skip
PICTURES = ("svg", "png", "pdf", "dot", "mermaid", "drawio")
Cells = Mapping[str, ElementTree.Element]


def places() -> Network:
    return compile_network(read_map(HERE / "places.yaml"), AT)


# --- draw.io


def cells(content: bytes) -> Cells:
    root = ElementTree.fromstring(content)
    assert root.tag == "mxfile"
    found = list(root.iterfind("./diagram/mxGraphModel/root/mxCell"))
    assert [item.get("id") for item in found[:2]] == ["0", "1"]
    by_id = {item.get("id") or "": item for item in found}
    assert len(by_id) == len(found)
    return by_id


def frame(cell: ElementTree.Element) -> tuple[float, float, float, float]:
    place = cell.find("mxGeometry")
    assert place is not None
    x, y, width, height = (float(place.get(name) or 0) for name in ("x", "y", "width", "height"))
    return x, y, width, height


def assert_sound(found: Cells) -> None:
    """Every reference exists, and what lies in a container lies within its frame."""
    for item in list(found.values())[1:]:
        parent = found[item.get("parent") or ""]
        assert (item.get("vertex") == "1") + (item.get("edge") == "1") == (item.get("id") != "1")
        if item.get("edge"):
            assert {item.get("source"), item.get("target")} <= set(found)
        if item.get("vertex") and parent.get("vertex"):
            x, y, width, height = frame(item)
            _, _, wide, tall = frame(parent)
            assert x >= -0.11
            assert y >= -0.11
            assert x + width <= wide + 0.11
            assert y + height <= tall + 0.11


@needs_dot
@pytest.mark.parametrize("view", VIEWS)
def test_drawio_is_sound(network: Network, findings: tuple[Finding, ...], view: str) -> None:
    assert_sound(cells(write(draw(network, findings, view), "drawio", "fr")))


@needs_dot
def test_drawio_has_zones_as_containers_of_their_subnets(network: Network, findings: tuple[Finding, ...]) -> None:
    found = cells(write(draw(network, findings), "drawio", "en"))
    names = {(item.get("value") or "").split("\n")[0].removeprefix("★ "): key for key, item in found.items()}
    for zone, subnet in (("facade", "facade-lan"), ("calcul", "calcul-lan"), ("admin", "postes")):
        assert found[names[subnet]].get("parent") == names[zone]
        assert "container=1" in (found[names[zone]].get("style") or "")
    # a zone within another lies in the frame of that one
    assert found[names["paiement"]].get("parent") == found[names["internet"]].get("parent") != "1"
    flows = {(item.get("source"), item.get("target")) for key, item in found.items() if re.fullmatch(r"f\d+", key)}
    assert flows == {
        (names["internet"], names["facade"]), (names["admin"], names["calcul"]), (names["facade"], names["locataire"]),
    }  # fmt: skip
    text = found["sheet"].get("value") or ""
    assert "DIFFUSION LIMITÉE" in text
    assert network.digest[:19] in text


@needs_dot
def test_cells_of_one_container_do_not_overlap(network: Network) -> None:
    found = cells(write(draw(network, ()), "drawio", "en"))
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    for item in found.values():
        if item.get("vertex") and found[item.get("parent") or ""].get("vertex"):
            boxes.setdefault(item.get("parent") or "", []).append(frame(item))
    assert boxes
    for inside in boxes.values():
        for at, (x, y, width, height) in enumerate(inside):
            for left, top, wide, tall in inside[at + 1 :]:
                across = x + width <= left + 0.11 or left + wide <= x + 0.11
                assert across or y + height <= top + 0.11 or top + tall <= y + 0.11


@needs_dot
def test_drawio_of_hostile_names_shows_them_as_text(hostile: Report) -> None:
    found = cells(write(hostile, "drawio", "en"))
    assert_sound(found)
    shown = {line for item in found.values() for line in (item.get("value") or "").split("\n")}
    for cluster in hostile.views[0].clusters:
        assert clipped(str(cluster.label), NAME) in shown
    for item in found.values():
        style = item.get("style") or ""
        assert "html=1" not in style
        assert not {"link", "href"} & set(item.keys())
        assert all(char.isprintable() or char == "\n" for char in item.get("value") or "")


# --- Mermaid


SHAPED = r'(?:\["[^"]*"\]|\{\{"[^"]*"\}\}|\(\["[^"]*"\]\)|\[\["[^"]*"\]\]|>"[^"]*"\]|\[/"[^"]*"\\\])'
STATEMENTS = re.compile(
    rf"flowchart TB|subgraph n\w+\[\"[^\"]*\"\]|end|(?:n\w+|sheet){SHAPED}"
    r'|n\w+ (?:---|-->|<-->)(?:\|"[^"]*"\|)? n\w+'
    r"|classDef (?:sheet|look\d+) [a-z\-]+:[#\w. ]+(?:,[a-z\-]+:[#\w. ]+)*|class [\w,]+ (?:sheet|look\d+)"
    r"|linkStyle [\d,]+ [a-z\-]+:[#\w. ]+(?:,[a-z\-]+:[#\w. ]+)*"
)
QUOTED = re.compile(r'"([^"]*)"')
ENTITY = re.compile(r"#(\d+);")


def read(content: bytes) -> tuple[list[str], list[str]]:
    """Return statements and the texts in them, as Mermaid shows them."""
    lines = [line.strip() for line in content.decode().splitlines()]
    texts = [part for line in lines for quoted in QUOTED.findall(line) for part in quoted.split("<br>")]
    return lines, [ENTITY.sub(lambda found: chr(int(found.group(1))), part) for part in texts]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_mermaid_has_only_our_statements(network: Network, view: str, lang: str) -> None:
    lines, _ = read(write(draw(network, (), view), "mermaid", "fr" if lang == "fr" else "en"))
    assert [line for line in lines if not STATEMENTS.fullmatch(line)] == []
    assert sum(line.startswith("subgraph ") for line in lines) == lines.count("end")


def test_mermaid_of_hostile_names_shows_them_and_obeys_none(hostile: Report) -> None:
    content = write(hostile, "mermaid", "en")
    lines, texts = read(content)
    assert [line for line in lines if not STATEMENTS.fullmatch(line)] == []
    for cluster in hostile.views[0].clusters:
        if str(cluster.label).strip():
            assert clipped(str(cluster.label), NAME) in texts
    # what is left of a text when entities and our own line breaks are taken out is harmless wherever it stands
    bare = [ENTITY.sub("", quoted.replace("<br>", "")) for line in lines for quoted in QUOTED.findall(line)]
    assert not re.search(r"[\"'`<>&%{}\[\]()|\\;:#$*=@!~^?\x00-\x1f\x7f]", "".join(bare))


def test_mermaid_has_zones_as_subgraphs_with_their_subnets(network: Network) -> None:
    lines, _ = read(write(draw(network, ()), "mermaid", "en"))
    start = next(at for at, line in enumerate(lines) if line.startswith("subgraph ") and '"facade"' in line)
    inside = lines[start : lines.index("end", start)]
    assert any('"facade-lan<br>' in line for line in inside)
    assert sum(line.startswith("linkStyle") for line in lines) >= 2
    edges = [line for line in lines if re.match(r"n\w+ (?:---|-->|<-->)", line)]
    (scene,) = draw(network, ()).views
    assert len(edges) == len(scene.edges)
    styled = [number for line in lines if line.startswith("linkStyle") for number in line.split()[1].split(",")]
    assert sorted(map(int, styled)) == list(range(len(edges)))  # each edge has one look


def test_mermaid_of_the_matrix_has_an_arrow_a_cell(network: Network) -> None:
    report = draw(network, (), "matrix")
    (scene,) = report.views
    lines, _ = read(write(report, "mermaid", "en"))
    assert scene.grid is not None
    assert sum(" -->" in line for line in lines) == len(scene.grid.cells) == 5


def test_mermaid_keeps_to_what_mermaid_shows_and_counts_the_rest(hostile: Report) -> None:
    boxes = [Cluster(f"z{n}", Ref("zone", f"z{n}"), f"z{n}", ("d" * 50,) * 4, marks=("production",)) for n in range(60)]
    inside = [
        Node(f"c{n}", Ref("subnet", f"c{n}"), "subnet", "n" * 30, ("d" * 50,) * 4, f"z{n % 60}") for n in range(900)
    ]
    flows = [
        Edge(one.id, other.id, "flow", "F-1", ("flow-public" if one.id == "z7" else "flow",), ("F-1",))
        for one in boxes for other in boxes if one.id < other.id
    ]  # fmt: skip
    scene = Scene("overview", say("t", "t"), tuple(boxes), tuple(inside), tuple(flows))
    content = write(replace(hostile, views=(scene,)), "mermaid", "en")
    assert len(content.decode()) <= 50_000
    lines, texts = read(content)
    assert [line for line in lines if not STATEMENTS.fullmatch(line)] == []
    edges = [line for line in lines if " -->" in line]
    assert len(edges) == 500
    assert f"not drawn: {60 * 59 // 2 - 500} flows more than Mermaid shows" in texts
    assert "not drawn: 900 cells of the boxes" in texts
    public = sum("flow-public" in edge.marks for edge in flows)
    styles = [line for line in lines if line.startswith("linkStyle") and "#b34700" in line]
    assert len(styles[0].split()[1].split(",")) == public > 0


def test_mermaid_of_a_full_matrix_keeps_the_busiest_cells(hostile: Report) -> None:
    nodes = tuple(Node(f"z{n}", Ref("zone", f"z{n}"), "peer", f"z{n}", marks=("production",)) for n in range(30))
    filled = tuple(
        GridCell(one.id, other.id, ("F-1", "F-2") if one.id == "z9" else ("F-1",)) for one in nodes for other in nodes
    )
    scene = Scene("matrix", say("t", "t"), (), (), (), grid=Grid(nodes, filled))
    lines, texts = read(write(replace(hostile, views=(scene,)), "mermaid", "en"))
    arrows = [line for line in lines if " -->" in line]
    assert len(arrows) == 500
    assert sum('"2"' in line for line in arrows) == 30
    assert "not drawn: 400 flows more than Mermaid shows" in texts


# --- PDF


def streams(content: bytes) -> list[bytes]:
    """Return the decoded streams of a PDF (ISO 32000-1, 7.3.8 and 7.4.4)."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    return [zlib.decompress(part) for part in found if part[:1] == b"\x78"]


@needs_dot
@pytest.mark.parametrize("view", ["overview", "matrix"])
def test_pdf_is_one_page_of_vectors_with_its_fonts(network: Network, view: str) -> None:
    content = write(draw(network, (), view), "pdf", "fr")
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type /Page\b", content)) == 1
    assert b"/FontFile" in content  # embedded
    assert b"/Subtype /Image" not in content
    drawn = b"".join(streams(content))
    assert re.search(rb"[\d.]+ [\d.]+ [\d.]+ [\d.]+ [\d.]+ [\d.]+ c\b|\bl\b|\bre\b", drawn)  # paths
    assert b"/CreationDate (D:20261124)" in content
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", content)
    assert box
    assert max(float(box.group(1)), float(box.group(2))) <= 14400


@needs_dot
def test_offsets_of_the_cross_reference_table_hold(network: Network) -> None:
    content = write(draw(network, ()), "pdf", "fr")
    start = int(content.rsplit(b"startxref", 1)[1].split()[0])
    assert content[start : start + 4] == b"xref"
    rows = re.findall(rb"(\d{10}) \d{5} n", content[start:])
    assert rows
    for number, row in enumerate(rows, 1):
        assert content[int(row) :].startswith(b"%d 0 obj" % number)


@needs_dot
def test_pdf_of_hostile_names_is_one_page_that_does_nothing(hostile: Report) -> None:
    content = write(hostile, "pdf", "en")
    assert len(re.findall(rb"/Type /Page\b", content)) == 1
    assert not re.search(rb"/(?:JavaScript|JS|OpenAction|AA|URI|Launch|EmbeddedFile)\b", content)


# --- all of them


@needs_dot
def test_a_heat_map_of_hostile_names_harms_no_output(hostile: Report) -> None:
    names = [box.subject.id for box in hostile.views[0].clusters]
    nodes = tuple(Node(f"zone:{name}", Ref("zone", name), "peer", name, marks=("production",)) for name in names)
    filled = tuple(
        GridCell(one.id, other.id, ("F-1",), ("flow",), ("f",), "error")
        for one, other in zip(nodes, nodes[1:] + nodes[:1], strict=True)
    )
    scene = replace(hostile.views[0], clusters=(), nodes=(), edges=(), grid=Grid(nodes, filled))
    report = replace(hostile, views=(scene,))
    shown = "".join(ElementTree.fromstring(write(report, "svg", "en").decode()).itertext())
    assert "<script>alert(1)</script>" in shown
    assert_sound(cells(write(report, "drawio", "en")))
    lines, texts = read(write(report, "mermaid", "en"))
    assert [line for line in lines if not STATEMENTS.fullmatch(line)] == []
    assert "<script>alert(1)</script>" in texts
    assert write(report, "pdf", "en").startswith(b"%PDF-")



@pytest.mark.parametrize(
    ("file", "name"), [("a.pdf", "pdf"), ("a.mmd", "mermaid"), ("a.mermaid", "mermaid"), ("a.drawio", "drawio")]
)
def test_suffixes(file: str, name: str) -> None:
    assert output_of_suffix(Path(file)).name == name


def reversed_map(folder: Path, source: Path) -> Network:
    """The same map with the entries of every section in the opposite order."""
    values = yaml.safe_load(source.read_text(encoding="utf-8"))
    turned = {
        key: dict(reversed(value.items())) if isinstance(value, dict) else value
        for key, value in reversed(values.items())
    }
    path = folder / source.name
    path.write_text(yaml.safe_dump(turned, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return compile_network(read_map(path), AT)


@needs_dot
@pytest.mark.parametrize("view", VIEWS)
def test_the_order_of_entries_changes_no_byte(network: Network, tmp_path: Path, view: str) -> None:
    other = reversed_map(tmp_path, HERE / "tiny.yaml")
    assert list(other.zones) != list(network.zones)
    for output in (*PICTURES, "json") if view == "overview" else ("dot", "mermaid", "json"):
        assert write(draw(network, (), view), output, "fr") == write(draw(other, (), view), output, "fr"), output


@pytest.mark.parametrize("view", ["site:nord", "carriers", "asset:serveur-1", "subnet:b-lan", "interconnection:pont"])
def test_the_order_of_entries_changes_no_byte_of_places(tmp_path: Path, view: str) -> None:
    one, other = places(), reversed_map(tmp_path, HERE / "places.yaml")
    for output in ("dot", "mermaid", "json", "markdown"):
        assert write(draw(one, (), view), output, "en") == write(draw(other, (), view), output, "en"), output


SCRIPT = """
import hashlib, sys
from datetime import date
from pathlib import Path
from cloison.diagrams.drawing import draw
from cloison.diagrams.writing import write
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import compile_network
for file, views, outputs in (
    ("places.yaml", "site:nord carriers asset:serveur-1 subnet:b-lan interconnection:pont matrix", "dot mermaid json"),
    ("tiny.yaml", "zone:facade plane:administration tenant:client", "dot mermaid json"),
    ("tiny.yaml", "overview", "svg png pdf drawio dot mermaid json"),
):
    network = compile_network(read_map(Path(sys.argv[1]) / file), date(2026, 11, 24))
    for view in views.split():
        for output in outputs.split():
            print(view, output, hashlib.sha256(write(draw(network, (), view), output, "en")).hexdigest())
"""


@needs_dot
def test_no_byte_depends_on_the_order_of_hashes_or_on_the_clock() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(HERE)], env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True, check=True, text=True,
        ).stdout.splitlines()
        for seed, zone in (("1", "UTC"), ("4242", "Asia/Tokyo"))
    ]  # fmt: skip
    assert len(runs[0]) == 9 * 3 + 7
    assert runs[0] == runs[1]
