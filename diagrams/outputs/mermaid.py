"""The drawing as Mermaid text, for forges and wikis: a flowchart whose subgraphs are the zones.

In a text of the map every character but letters, digits, spaces and a few signs is an entity (``#35;``), which
Mermaid shows and never reads: no quote, bracket, markup, comment, directive or line break of a name is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cloison.diagrams.layout.boxes import DETAIL, NAME, badge, said
from cloison.diagrams.layout.dot import flows_of, links_of, vertex_names
from cloison.diagrams.layout.legend import title_lines
from cloison.diagrams.layout.look import CELLS, EDGES, PLANES, SEVERITY, STAR, VERTICES, Look, look
from cloison.diagrams.layout.sheet import only_scene, sheet_of
from cloison.diagrams.output import Output
from cloison.diagrams.printable import clipped
from cloison.diagrams.scenes.left_out import counted
from cloison.netmodel.finding import Lang, Text, say
from cloison.netmodel.report import Cluster, Edge, Grid, Node, Report, Scene

PLAIN = frozenset(" .,-_/+·×…" + STAR)  # besides letters and digits
SHAPES = {"octagon": ("{{", "}}"), "hexagon": ("{{", "}}"), "ellipse": ("([", "])"), "box3d": ("[[", "]]"),
          "cds": (">", "]"), "house": ("[/", "\\]")}  # fmt: skip
ABOUT = Look(Text("", ""), fill="none", line="none", width=0)
EDGES_SHOWN, LONGEST = 500, 50_000  # Mermaid's own limits, which a text cannot raise: maxEdges and maxTextSize
DASHES = {"dashed": "6 4", "dotted": "2 3"}


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    text = ""
    for scene in _shorter(only_scene(report)):
        sheet = [line for line in title_lines(scene, sheet_of(report), lang) if line]
        body = _scene(scene, lang) if scene.grid is None else _grid(scene.grid, lang)
        text = "\n".join(["flowchart TB", *(f"  {line}" for line in (f"sheet[{_text(sheet, 200)}]", *body)), ""])
        if len(text) <= LONGEST:
            break
    return text.encode("utf-8")


def _shorter(scene: Scene) -> Iterator[Scene]:
    """Yield the scene within what Mermaid shows, then without what can be missed; each says what it leaves out."""
    links, flows = links_of(scene), flows_of(scene)
    kept = sorted(flows, key=lambda edge: (edge.severity is None, "flow-public" not in edge.marks, -len(edge.lines)))
    kept = kept[: max(EDGES_SHOWN - len(links), 0)]
    grid = scene.grid
    if grid is not None:
        busiest = sorted(grid.cells, key=lambda cell: (cell.severity is None, -len(cell.lines)))[:EDGES_SHOWN]
        grid = Grid(grid.nodes, tuple(cell for cell in grid.cells if cell in busiest))
    lost = counted(
        len(flows) - len(kept) + (len(scene.grid.cells) - len(grid.cells) if scene.grid and grid else 0),
        Text("not drawn: {n} flow more than Mermaid shows", "non dessiné : {n} flux de plus que Mermaid n’en montre"),
        Text("not drawn: {n} flows more than Mermaid shows", "non dessinés : {n} flux de plus que Mermaid n’en montre"),
    )
    scene = replace(scene, edges=(*links, *kept), grid=grid, hidden=(*scene.hidden, *lost))
    yield scene
    scene = replace(
        scene,
        clusters=tuple(replace(item, detail=()) for item in scene.clusters),
        nodes=tuple(replace(item, detail=()) for item in scene.nodes),
        hidden=(*scene.hidden, say("names only: details are in the tables", "noms seuls : le reste est aux tableaux")),
    )
    yield scene
    cells = sum(1 for node in scene.nodes if node.cluster)
    left = counted(
        cells,
        Text("not drawn: {n} cell of the boxes", "non dessinée : {n} cellule des boîtes"),
        Text("not drawn: {n} cells of the boxes", "non dessinées : {n} cellules des boîtes"),
    )
    nodes = tuple(node for node in scene.nodes if not node.cluster)
    yield replace(scene, nodes=nodes, hidden=(*scene.hidden, *left))


def _scene(scene: Scene, lang: Lang) -> list[str]:
    names = {key: name.replace(":", "_") for key, name in vertex_names(scene).items()}
    lines = _boxes(scene, names, lang)
    lines += [_node(node, names[node.id], lang) for node in _sorted(scene.nodes) if not node.cluster]
    edges = [*links_of(scene), *flows_of(scene)]
    lines += [_edge(edge, names, lang) for edge in edges]
    styles = {names[item.id]: _box_look(item) for item in scene.clusters}
    styles |= {names[item.id]: _node_look(item) for item in scene.nodes}
    about = [line.split("[")[0].strip() for line in lines if line.lstrip().split("[")[0].endswith("_about")]
    return [*lines, *_styles(styles | dict.fromkeys(about, ABOUT), [_edge_look(edge) for edge in edges])]


def _boxes(scene: Scene, names: Mapping[str, str], lang: Lang) -> list[str]:
    inner: dict[str, list[Cluster]] = {}
    for box in sorted(scene.clusters, key=lambda item: item.id):
        inner.setdefault(box.within, []).append(box)
    cells: dict[str, list[Node]] = {}
    for node in _sorted(scene.nodes):
        cells.setdefault(node.cluster, []).append(node)

    def lines(box: Cluster) -> list[str]:
        name, holds = names[box.id], cells.get(box.id, [])
        inside = [_node(node, names[node.id], lang) for node in holds]
        inside += [line for child in inner.get(box.id, ()) for line in lines(child)]
        if not inside:
            return [f"{name}[{_label(box, lang)}]"]
        title, *about = _parts(box, lang)
        if any(about):  # a title of several lines would lie over what is inside
            inside.insert(0, f"{name}_about[{_text(about)}]")
        return [f"subgraph {name}[{_text([title])}]", *(f"  {line}" for line in inside), "end"]

    return [line for box in inner.get("", ()) for line in lines(box)]


def _grid(grid: Grid, lang: Lang) -> list[str]:
    """A heat map as what it counts: an arrow with the number of its lines for each cell."""
    names = {node.id: f"n{number}" for number, node in enumerate(grid.nodes, 1)}
    lines = [_node(node, names[node.id], lang) for node in grid.nodes]
    for cell in grid.cells:
        warned = f" {badge(len(cell.findings), cell.severity, lang)}".rstrip()
        lines.append(f"{names[cell.row]} -->|{_text([f'{len(cell.lines)}{warned}'])}| {names[cell.column]}")
    return [*lines, *_styles({names[node.id]: _node_look(node) for node in grid.nodes}, [])]


def _sorted(nodes: Iterable[Node]) -> list[Node]:
    return sorted(nodes, key=lambda item: item.id)


def _node(node: Node, name: str, lang: Lang) -> str:
    seen = VERTICES.get(node.shape)
    opens, closes = SHAPES.get(seen.shape, ("[", "]")) if seen and not node.cluster else ("[", "]")
    return f"{name}{opens}{_label(node, lang)}{closes}"


def _label(item: Node | Cluster, lang: Lang) -> str:
    return _text(_parts(item, lang))


def _parts(item: Node | Cluster, lang: Lang) -> list[str]:
    star = f"{STAR} " if "nerve-centre" in item.marks else ""
    parts = [star + clipped(said(item.label, lang), NAME), *(said(part, lang) for part in item.detail)]
    return [*parts, badge(len(item.findings), item.severity, lang)]


def _edge(edge: Edge, names: Mapping[str, str], lang: Lang) -> str:
    arrow = "---" if edge.kind == "link" else "<-->" if "both-ways" in edge.marks else "-->"
    words = [part for part in (said(edge.label, lang), badge(len(edge.findings), edge.severity, lang)) if part]
    label = f"|{_text(words)}|" if words else ""
    return f"{names[edge.source]} {arrow}{label} {names[edge.target]}"


def _text(parts: Sequence[str], limit: int = DETAIL) -> str:
    return '"' + ("<br>".join(_escaped(clipped(part, limit)) for part in parts if part) or " ") + '"'


def _escaped(text: str) -> str:
    return "".join(char if char.isalnum() or char in PLAIN else f"#{ord(char)};" for char in text)


def _box_look(box: Cluster) -> Look:
    seen = look(box.marks, PLANES, "other")[1]
    return Look(seen.title, seen.fill, seen.line, seen.style, 5 if "sensitive" in box.marks else seen.width)


def _node_look(node: Node) -> Look:
    if node.severity and node.findings:
        return SEVERITY[node.severity]
    if node.cluster:
        return CELLS.get(node.shape, CELLS["asset"])
    if node.shape in VERTICES and node.shape != "peer":
        return VERTICES[node.shape]
    return look(node.marks, PLANES, "other")[1]


def _edge_look(edge: Edge) -> Look:
    seen = look(edge.marks, EDGES, edge.kind)[1]
    return SEVERITY[edge.severity] if edge.severity else seen


def _styles(styles: Mapping[str, Look], edges: Sequence[Look]) -> list[str]:
    """Return one statement a look, for all that has it."""
    boxes: dict[str, list[str]] = {}
    for name, seen in sorted(styles.items()):
        dash = f",stroke-dasharray:{DASHES[seen.style]}" if seen.style in DASHES else ""
        css = f"fill:{seen.fill},stroke:{seen.line},stroke-width:{seen.width:g}px,color:#1a1a1a{dash}"
        boxes.setdefault(css, []).append(name)
    lines: dict[str, list[str]] = {}
    for number, seen in enumerate(edges):
        dash = f",stroke-dasharray:{DASHES[seen.style]}" if seen.style in DASHES else ""
        lines.setdefault(f"stroke:{seen.line},stroke-width:{seen.width:g}px{dash}", []).append(str(number))
    found = ["classDef sheet fill:#ffffff,stroke:#808080,color:#1a1a1a", "class sheet sheet"]
    for number, (css, names) in enumerate(boxes.items(), 1):
        found += [f"classDef look{number} {css}", f"class {','.join(names)} look{number}"]
    return found + [f"linkStyle {','.join(numbers)} {css}" for css, numbers in lines.items()]


OUTPUT = Output(
    "mermaid",
    Text("drawing as Mermaid text, for forges and wikis", "dessin en texte Mermaid, pour les forges et les wikis"),
    (".mmd", ".mermaid"),
    "text/vnd.mermaid",
    _write,
    picture=True,
)
