"""The drawing for draw.io: zones are containers, everything lies where Graphviz put it, texts are plain text.

The format is jgraph's uncompressed ``mxfile`` (drawio.com, "style reference" and ``mxfile.xsd``): flat cells, each with
a parent, whose place is relative to it; ``html=0`` keeps names from being read as markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from cloison.diagrams.layout.boxes import DETAIL, NAME, badge, columns, said, vertex_look
from cloison.diagrams.layout.dot import drawing, flows_of, links_of, vertex_names
from cloison.diagrams.layout.geometry import Geometry, Place, geometry
from cloison.diagrams.layout.heat import SIDE, cell_look, count, numbered
from cloison.diagrams.layout.legend import entries, title_lines
from cloison.diagrams.layout.look import CELLS, EDGES, PLANES, SEVERITY, STAR, Look, look
from cloison.diagrams.layout.picture import Point
from cloison.diagrams.layout.sheet import only_scene, sheet_of
from cloison.diagrams.output import Output
from cloison.diagrams.printable import clipped
from cloison.diagrams.xml import PROLOG
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Cluster, Edge, Grid, Node, Report, Scene

BOTTOM = "1"  # the parent of what lies in no container
GAP, LINE, HEAD, HEADING = 5.0, 13.0, 220.0, 24.0  # points: between cells; a line of text; heads of a grid
SHAPES = {"octagon": "shape=mxgraph.basic.octagon2;dx=14;", "hexagon": "shape=hexagon;perimeter=hexagonPerimeter2;",
          "ellipse": "ellipse;", "box3d": "shape=cube;size=8;", "cds": "shape=step;perimeter=stepPerimeter;",
          "house": "shape=ext;double=1;"}  # fmt: skip
DASHES = {"dashed": "dashed=1;", "dotted": "dashed=1;dashPattern=1 3;"}
PLAIN = "html=0;whiteSpace=wrap;fontSize=10;fontColor=#1a1a1a;"


@dataclass(frozen=True, slots=True)
class Cell:
    """One ``mxCell``: a vertex with its place, or an edge with its ends and corners."""

    id: str
    value: str
    style: str
    parent: str
    place: Place | None = None
    ends: tuple[str, str] = ("", "")
    corners: tuple[Point, ...] = ()


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    scene = only_scene(report)
    sheet = sheet_of(report)
    lines = [line for line in title_lines(scene, sheet, lang) if line]
    cells = list(_grid(scene.grid, lang) if scene.grid else _scene(scene, geometry(drawing(scene, sheet, lang)), lang))
    bottom = max((item.place.top + item.place.height for item in cells if item.place), default=0.0)
    cells += _band(scene, lines, bottom + 40, lang)
    body = "".join(_xml(cell) for cell in cells)
    name = escape(clipped(scene.title.say(lang), 80))
    return (
        f'{PROLOG}<mxfile host="cloison" type="device">\n<diagram id="{escape(scene.id)}" name="{name}">\n'
        '<mxGraphModel grid="0" page="0" math="0" shadow="0">\n<root>\n<mxCell id="0"/>\n'
        f'<mxCell id="{BOTTOM}" parent="0"/>\n{body}</root>\n</mxGraphModel>\n</diagram>\n</mxfile>\n'
    ).encode()


def _scene(scene: Scene, laid: Geometry, lang: Lang) -> Iterator[Cell]:
    names = {key: name.replace(":", "-") for key, name in vertex_names(scene).items()}
    boxes = {item.id: item for item in scene.clusters}
    cells: dict[str, list[Node]] = {}
    for node in sorted(scene.nodes, key=lambda item: item.id):
        cells.setdefault(node.cluster, []).append(node)
    for box in sorted(boxes.values(), key=lambda item: (_depth(item, boxes), item.id)):
        yield from _box(box, names, laid, cells.get(box.id, ()), lang)
    for node in cells.get("", ()):
        seen = vertex_look(node)
        warned = SEVERITY[node.severity] if node.severity and node.findings else seen
        style = f"{SHAPES.get(seen.shape, '')}{_paint(seen, warned)}fontStyle=0;"
        yield Cell(names[node.id], _said(node, lang), style, BOTTOM, laid.boxes[names[node.id]])
    for number, edge in enumerate(links_of(scene), 1):
        yield _edge(f"link{number}", edge, names, (), "", lang)
    for number, edge in enumerate(flows_of(scene), 1):
        route = laid.routes.get(f"f{number}", ())
        ends = _ends(route, [laid.boxes.get(names[key].partition("-")[0]) for key in (edge.source, edge.target)])
        yield _edge(f"f{number}", edge, names, route[1:-1], ends, lang)


def _ends(route: Sequence[Point], boxes: Sequence[Place | None]) -> str:
    """Return where an edge leaves and enters its boxes, as the shares of their sides that draw.io asks for."""
    found = ""
    for word, at, box in zip(("exit", "entry"), (route[:1], route[-1:]), boxes, strict=True):
        if at and box:
            x = min(max((at[0][0] - box.left) / box.width, 0), 1)
            y = min(max((at[0][1] - box.top) / box.height, 0), 1)
            found += f"{word}X={x:.3f};{word}Y={y:.3f};{word}Perimeter=0;"
    return found


def _depth(box: Cluster, boxes: Mapping[str, Cluster]) -> int:
    return 1 + _depth(boxes[box.within], boxes) if box.within in boxes else 0


def _box(
    box: Cluster, names: Mapping[str, str], laid: Geometry, cells: Sequence[Node], lang: Lang
) -> Iterator[Cell]:
    """A zone as a container; one that holds others has a frame around them and itself, as in the pictures."""
    name = names[box.id]
    parent, origin = BOTTOM, Place(0, 0, 0, 0)
    if box.within:
        parent, origin = f"{names[box.within]}-frame", laid.frames[names[box.within]]
    seen = look(box.marks, PLANES, "other")[1]
    if name in laid.frames:
        place = laid.frames[name]
        yield Cell(f"{name}-frame", "", f"rounded=1;arcSize=2;container=1;collapsible=0;fillColor=none;{_line(seen)}",
                   parent, _within(place, origin))  # fmt: skip
        parent, origin = f"{name}-frame", place
    place = laid.boxes[name]
    value = _said(box, lang)
    head = min(LINE * (value.count("\n") + 1) + 6, place.height)
    wide = 5 if "sensitive" in box.marks else seen.width
    style = (
        f"swimlane;shape=swimlane;verticalAlign=middle;rounded=1;arcSize=4;container=1;collapsible=0;startSize={head:g};swimlaneLine=0;"
        f"swimlaneFillColor={seen.fill};fillColor={seen.fill};strokeColor={seen.line};strokeWidth={wide:g};"
        f"{DASHES.get(seen.style, '')}{PLAIN}"
    )
    yield Cell(name, value, style, parent, _within(place, origin))
    for node, where in _cells(cells, place, head):
        look_of = CELLS.get(node.shape, CELLS["asset"])
        warned = SEVERITY[node.severity] if node.severity and node.findings else look_of
        yield Cell(names[node.id], _said(node, lang), _paint(look_of, warned), name, where)


def _cells(nodes: Sequence[Node], box: Place, head: float) -> Iterator[tuple[Node, Place]]:
    """Yield the place of each cell inside its box, row by row as in the pictures, in what the head leaves."""
    rows: list[tuple[list[Node], int]] = []
    for kind in dict.fromkeys((*CELLS, *(node.shape for node in nodes))):
        alike = [node for node in nodes if node.shape == kind]
        across = columns(len(alike)) if alike else 1
        rows += [(alike[start : start + across], across) for start in range(0, len(alike), across)]
    if not rows:
        return
    wanted = [max(1 + len(node.detail) + bool(node.findings) for node in row) for row, _ in rows]
    unit = max(box.height - head - GAP * (len(rows) + 1), 1.0) / sum(wanted)
    top = min(head + GAP, box.height)
    for (row, across), lines in zip(rows, wanted, strict=True):
        wide = (box.width - GAP * (across + 1)) / across
        for number, node in enumerate(row):
            yield node, Place(GAP + number * (wide + GAP), top, wide, unit * lines)
        top += unit * lines + GAP


def _grid(grid: Grid, lang: Lang) -> Iterator[Cell]:
    rows = {node.id: number for number, node in enumerate(grid.nodes)}
    for node in grid.nodes:
        at = HEADING + rows[node.id] * HEADING
        style = _paint(look(node.marks, PLANES, "other")[1])
        words = numbered(node, rows[node.id] + 1, lang)
        yield Cell(f"row{rows[node.id] + 1}", words, style + "align=right;spacingRight=4;", BOTTOM,
                   Place(0, at, HEAD, HEADING))  # fmt: skip
        yield Cell(f"column{rows[node.id] + 1}", str(rows[node.id] + 1), style, BOTTOM,
                   Place(HEAD + rows[node.id] * SIDE, 0, SIDE, HEADING))  # fmt: skip
    for cell in grid.cells:
        row, column = rows[cell.row], rows[cell.column]
        place = Place(HEAD + column * SIDE, HEADING + row * HEADING, SIDE, HEADING)
        yield Cell(f"cell{row + 1}-{column + 1}", count(cell), _paint(cell_look(cell)), BOTTOM, place)


def _edge(
    key: str, edge: Edge, names: Mapping[str, str], corners: Sequence[Point], ends: str, lang: Lang
) -> Cell:
    seen = look(edge.marks, EDGES, edge.kind)[1]
    warned = SEVERITY[edge.severity] if edge.severity else seen
    words = [said(edge.label, lang), badge(len(edge.findings), edge.severity, lang)]
    start = "open" if "both-ways" in edge.marks else "none"
    end = "none" if edge.kind == "link" else "open"
    style = (
        f"edgeStyle=none;rounded=0;{_line(seen, warned)}startArrow={start};endArrow={end};{PLAIN}"
        f"labelBackgroundColor=#ffffff;{ends}"
    )
    value = "\n".join(clipped(word, DETAIL) for word in words if word)
    return Cell(key, value, style, BOTTOM, None, (names[edge.source], names[edge.target]), tuple(corners))


def _band(scene: Scene, lines: Sequence[str], top: float, lang: Lang) -> Iterator[Cell]:
    """The title block and the legend, under everything."""
    text = "\n".join(clipped(line, 120) for line in lines)
    style = f"rounded=0;align=left;spacingLeft=6;fillColor=#ffffff;strokeColor=#808080;{PLAIN}"
    yield Cell("sheet", text, style, BOTTOM, Place(0, top, 420, LINE * len(lines) + 10))
    for number, entry in enumerate(entries(scene)):
        left, at = 460 + 330 * (number // 7), top + 22 * (number % 7)
        seen = entry.look if entry.kind != "word" else Look(entry.title, line="none")
        place = Place(left, at + 8, 60, 3) if entry.kind == "line" else Place(left, at, 60, 18)
        inside = "" if entry.kind == "line" else clipped(said(entry.inside, lang), 20)
        yield Cell(f"legend{number + 1}", inside, _paint(seen), BOTTOM, place)
        words = f"text;fillColor=none;strokeColor=none;align=left;verticalAlign=middle;{PLAIN}"
        yield Cell(f"legend{number + 1}-text", clipped(entry.title.say(lang), 100), words, BOTTOM,
                   Place(left + 66, at, 260, 18))  # fmt: skip


def _said(item: Node | Cluster, lang: Lang) -> str:
    star = f"{STAR} " if "nerve-centre" in item.marks else ""
    parts = [star + clipped(said(item.label, lang), NAME)]
    parts += [clipped(said(part, lang), DETAIL) for part in item.detail]
    return "\n".join(part for part in (*parts, badge(len(item.findings), item.severity, lang)) if part)


def _paint(seen: Look, warned: Look | None = None) -> str:
    return f"fillColor={seen.fill};{_line(seen, warned)}{PLAIN}"


def _line(seen: Look, warned: Look | None = None) -> str:
    line = warned or seen
    return f"strokeColor={line.line};strokeWidth={max(seen.width, line.width):g};{DASHES.get(seen.style, '')}"


def _within(place: Place, origin: Place) -> Place:
    return Place(place.left - origin.left, place.top - origin.top, place.width, place.height)


def _xml(cell: Cell) -> str:
    value = "&#10;".join(escape(line) for line in cell.value.split("\n"))
    head = f'<mxCell id="{cell.id}" value="{value}" style="{cell.style}" parent="{cell.parent}"'
    if cell.place is not None:
        at = cell.place
        return (
            f'{head} vertex="1"><mxGeometry x="{at.left:.1f}" y="{at.top:.1f}" width="{at.width:.1f}" '
            f'height="{at.height:.1f}" as="geometry"/></mxCell>\n'
        )
    points = "".join(f'<mxPoint x="{x:.1f}" y="{y:.1f}"/>' for x, y in cell.corners)
    array = f'<Array as="points">{points}</Array>' if points else ""
    source, target = cell.ends
    return (
        f'{head} edge="1" source="{source}" target="{target}">'
        f'<mxGeometry relative="1" as="geometry">{array}</mxGeometry></mxCell>\n'
    )


OUTPUT = Output(
    "drawio",
    Text("drawing for draw.io, zones as containers", "dessin pour draw.io, les zones en conteneurs"),
    (".drawio",),
    "application/vnd.jgraph.mxfile",
    _write,
    picture=True,
)
