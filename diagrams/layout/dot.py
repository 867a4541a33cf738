"""A scene as DOT text: the architecture ranks the layout, flows never do.

A box is one node (an HTML-like table whose cells are the subnets and the equipment); a box that holds other boxes is
a cluster. Everything is sorted and numbered, so the same scene gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cloison.diagrams.layout.boxes import badge, box, said, size, text, vertex, vertex_look
from cloison.diagrams.layout.heat import heat
from cloison.diagrams.layout.legend import Sheet, band
from cloison.diagrams.layout.look import EDGES, FONT, INK, PAPER, PLANES, SEVERITY, changed, look
from cloison.diagrams.layout.rows import Placed, rows
from cloison.diagrams.printable import clipped
from cloison.netmodel.finding import Lang
from cloison.netmodel.report import Cluster, Edge, Node, Scene

ACROSS, DOWN = "0.75", "0.45"  # inches between boxes and between ranks: room for the flows
CLOSE, WIDE = "0.2", "1.6"  # the same from left to right, where links alone are drawn
ROUTED = 200  # flows; beyond, right angles take seconds: straight lines without labels, and the tables say the rest
# inches around the text, in shapes whose edges lie inside the frame that Graphviz gives it
MARGIN = "0.08,0.04"
MARGINS = {"box3d": "0.14,0.12", "cds": "0.3,0.12"}
PEER = (150.0, 60.0)  # rough size in points of another zone's vertex


@dataclass(frozen=True, slots=True)
class FlowText:
    """A flow as DOT: its statement, and its label's HTML-like text with its rough width and height in points."""

    name: str
    statement: str
    label: str
    width: float
    height: float

    def labelled(self) -> str:
        """Return the statement with the label beside the edge."""
        return self.statement.replace(" [", f" [xlabel={self.label} ", 1) if self.label else self.statement


@dataclass(frozen=True, slots=True)
class Drawing:
    """A scene as DOT text: ``architecture`` alone is a whole graph, ``flows`` come on top of its layout."""

    architecture: str
    flows: tuple[FlowText, ...]

    def whole(self) -> str:
        """Return one DOT text that any ``dot`` lays out by itself: plainer than our own steps, and robust.

        (Labels *on* the edges of many flows make Graphviz lose edges; labels beside them do not.)
        """
        few = len(self.flows) <= ROUTED
        edges = [item.labelled() if few else item.statement for item in self.flows]
        settings = f"\tsplines={'spline' if few else 'line'} forcelabels=true"
        return inserted(self.architecture, "\n".join([settings, *edges]))


def inserted(graph: str, statements: str) -> str:
    """Return the DOT text ``graph`` with ``statements`` before its end."""
    return f"{graph.rstrip().removesuffix('}')}{statements}\n}}\n"


def drawing(scene: Scene, sheet: Sheet, lang: Lang) -> Drawing:
    """Return ``scene`` as DOT with its legend and title block, in ``lang``."""
    import graphviz  # 60 ms that only drawings need

    names = vertex_names(scene)
    cells = _cells(scene)
    graph = graphviz.Digraph("cloison")
    graph.attr("graph", rankdir="LR" if scene.across else "TB", newrank="true", splines="spline", pad="0.3",
               nodesep=CLOSE if scene.across else ACROSS, ranksep=WIDE if scene.across else DOWN,
               bgcolor=PAPER, fontname=FONT, labelloc="b", labeljust="l", outputorder="edgesfirst",
               label=band(scene, sheet, lang))  # fmt: skip
    graph.attr("node", shape="plain", fontname=FONT, fontcolor=INK, fontsize="11", margin="0")
    graph.attr("edge", fontname=FONT, fontcolor=INK, fontsize="10", arrowsize="0.7")
    _boxes(graph, scene.clusters, names, cells, lang)
    for node in sorted(scene.nodes, key=lambda item: item.id):
        if not node.cluster:
            _vertex(graph, node, names[node.id], lang)
    placed = _rank(graph, scene, names, cells, lang)
    links = links_of(scene) if scene.across else _downwards(links_of(scene), placed)
    flows = flows_of(scene)
    for edge in links:
        _link(graph, edge, names, lang)
    if scene.grid is not None:
        graph.node("grid", label=heat(scene.grid, lang))
    elif not names:
        graph.node("r0", label="", shape="point", style="invis")  # Graphviz draws no title around nothing
    return Drawing(str(graph.source), tuple(_flow(f"f{n}", edge, names, lang) for n, edge in enumerate(flows, 1)))


def vertex_names(scene: Scene) -> Mapping[str, str]:
    """Return the DOT name (``n12``) of each box and vertex by its id; a cell is ``n12:c3``."""
    keys = sorted({item.id for item in scene.clusters} | {item.id for item in scene.nodes if not item.cluster})
    names = {key: f"n{number}" for number, key in enumerate(keys, 1)}
    inside = sorted((item for item in scene.nodes if item.cluster), key=lambda item: item.id)
    for number, node in enumerate(inside, 1):
        names[node.id] = f"{names[node.cluster]}:c{number}"
    return names


def titles(scene: Scene) -> Mapping[str, str]:
    """Return what each box and vertex is (``zone front``) by its DOT name, for those who point at it."""
    names = vertex_names(scene)
    drawn: tuple[Cluster | Node, ...] = (*scene.clusters, *scene.nodes)
    return {
        names[item.id]: clipped(f"{item.subject.kind} {item.subject.id}", 120)
        for item in drawn
        if ":" not in names[item.id]
    }


def _cells(scene: Scene) -> Mapping[str, list[Node]]:
    cells: dict[str, list[Node]] = {item.id: [] for item in scene.clusters}
    for node in sorted(scene.nodes, key=lambda item: item.id):
        if node.cluster:
            cells[node.cluster].append(node)
    return cells


def links_of(scene: Scene) -> list[Edge]:
    """Return the links of a scene, in the order in which they are drawn."""
    return [edge for edge in sorted(scene.edges, key=_edge_order) if edge.kind == "link"]


def flows_of(scene: Scene) -> list[Edge]:
    """Return the flows of a scene, in the order in which they are numbered: the first is ``f1``."""
    return [edge for edge in sorted(scene.edges, key=_edge_order) if edge.kind == "flow"]


def _edge_order(edge: Edge) -> tuple[str, str, str, tuple[str, ...], tuple[str, ...]]:
    return (edge.kind, edge.source, edge.target, edge.marks, edge.lines)


def _boxes(
    graph: Any, clusters: Sequence[Cluster], names: Mapping[str, str], cells: Mapping[str, list[Node]], lang: Lang
) -> None:
    children: dict[str, list[Cluster]] = {}
    for item in sorted(clusters, key=lambda item: item.id):
        children.setdefault(item.within, []).append(item)

    def draw(parent: Any, cluster: Cluster) -> None:
        ports = [(names[node.id].partition(":")[2], node) for node in cells[cluster.id]]
        label = box(cluster, ports, lang)
        if cluster.id not in children:
            parent.node(names[cluster.id], label=label)
            return
        _, plane = look(cluster.marks, PLANES, "other")
        with parent.subgraph(name=f"cluster_{names[cluster.id]}") as frame:
            frame.attr(
                label="", style=f"rounded,{plane.style}", color=plane.line, penwidth=f"{plane.width:g}", margin="12"
            )
            frame.node(names[cluster.id], label=label)
            for child in children[cluster.id]:
                draw(frame, child)

    for cluster in children.get("", ()):
        draw(graph, cluster)


def _vertex(graph: Any, node: Node, name: str, lang: Lang) -> None:
    seen = vertex_look(node)
    warned = changed(node.marks) or (SEVERITY[node.severity] if node.severity and node.findings else None)
    style = warned.style if changed(node.marks) and warned else seen.style
    graph.node(
        name, label=vertex(node, lang), shape=seen.shape, style=f"filled,{style}", fillcolor=seen.fill,
        color=warned.line if warned else seen.line, penwidth=f"{max(seen.width, warned.width if warned else 0):g}",
        margin=MARGINS.get(seen.shape, MARGIN),
    )  # fmt: skip


def _downwards(links: Sequence[Edge], placed: Mapping[str, int]) -> list[Edge]:
    """Turn the links so that equipment is ranked under the highest boxes that it joins and above all others.

    ``dot`` ranks an edge's target below its source; a link has no direction of its own.
    """
    top: dict[str, int] = {}
    for edge in links:
        for one, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if one not in placed and other in placed:
                top[one] = min(top.get(one, placed[other]), placed[other])
    turned = []
    for edge in links:
        boxed, between = (edge.source, edge.target) if edge.source in placed else (edge.target, edge.source)
        if boxed in placed and between not in placed:
            ends = (boxed, between) if placed[boxed] == top[between] else (between, boxed)
        elif boxed not in placed and top.get(between, 0) < top.get(boxed, 0):
            ends = (between, boxed)
        else:
            ends = (boxed, between)
        turned.append(replace(edge, source=ends[0], target=ends[1]))
    return turned


def _rank(
    graph: Any, scene: Scene, names: Mapping[str, str], cells: Mapping[str, list[Node]], lang: Lang
) -> Mapping[str, int]:
    """One row of boxes a rank, and ranks for the equipment between two rows; return each box's row."""
    boxes = [Placed(item.id, item.level, *size(item, cells[item.id], lang)) for item in scene.clusters]
    boxes += [Placed(item.id, item.level, *PEER) for item in scene.nodes if item.shape == "peer" and not item.cluster]
    by_row: dict[int, list[str]] = {}
    placed = {item.id: item.level for item in boxes} if scene.across else rows(boxes)
    for key, row in sorted(placed.items()):
        by_row.setdefault(row, []).append(names[key])
    for row in sorted(by_row):
        with graph.subgraph() as rank:
            rank.attr(rank="same")
            rank.node(f"r{row}", label="", shape="point", style="invis", width="0", height="0")
            for name in by_row[row]:
                rank.node(name)
        if row:
            graph.edge(f"r{row - 1}", f"r{row}", style="invis", minlen="2", weight="0")
    return placed


def _link(graph: Any, edge: Edge, names: Mapping[str, str], lang: Lang) -> None:
    seen = changed(edge.marks) or look(edge.marks, EDGES, "link")[1]
    warned = SEVERITY[edge.severity] if edge.severity and not changed(edge.marks) else None
    colour = warned.line if warned else seen.line
    graph.edge(
        names[edge.source], names[edge.target], dir="none", style=seen.style, weight="10", color=colour,
        penwidth=f"{seen.width:g}", label=_label(edge, lang, INK, beside=True),
    )  # fmt: skip


def _flow(name: str, edge: Edge, names: Mapping[str, str], lang: Lang) -> FlowText:
    seen = changed(edge.marks) or look(edge.marks, EDGES, edge.kind)[1]
    warned = SEVERITY[edge.severity] if edge.severity and not changed(edge.marks) else None
    colour = warned.line if warned else seen.line
    ways = "both" if "both-ways" in edge.marks else "forward"
    ends = f"{names[edge.source].partition(':')[0]} -> {names[edge.target].partition(':')[0]}"
    statement = (
        f"\t{ends} [constraint=false id={name} dir={ways} arrowhead=vee arrowtail=vee style={seen.style} "
        f'color="{colour}" penwidth={warned.width if warned else seen.width:g}]'
    )
    shown = [
        clipped(words, 60)
        for words in (said(edge.label, lang), badge(len(edge.findings), edge.severity, lang))
        if words
    ]
    width = 6.0 * max((len(words) for words in shown), default=0) + 4
    return FlowText(name, statement, _label(edge, lang, colour), width, 13.0 * len(shown) + 2)


def _label(edge: Edge, lang: Lang, colour: str, *, beside: bool = False) -> str:
    words = said(edge.label, lang)
    warned = badge(len(edge.findings), edge.severity, lang)
    if not words and not warned:
        return ""
    parts = [text(words, size=10, colour=colour)] if words else []
    parts += [text(warned, size=10, bold=True, colour=colour)] if warned else []
    lines = "<BR/>".join(parts)
    cell = f'<TD WIDTH="6"></TD><TD>{lines}</TD>' if beside else f'<TD BGCOLOR="{PAPER}">{lines}</TD>'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>{cell}</TR></TABLE>>'
