"""The flow matrix as a heat map: from each zone (a row) to each zone (a column), how many lines are in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.left_out import left_out
from cloison.diagrams.scenes.parts import line_refs, peer_vertex, zone_level
from cloison.diagrams.scenes.tabulate import flows_table, matrix_table
from cloison.diagrams.scenes.traffic import flow_mark, traffic
from cloison.diagrams.view import View
from cloison.netmodel.finding import Finding, Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Edge, Grid, GridCell, Node, Scene

TITLE = Text("flow matrix, zone by zone", "matrice des flux, zone par zone")
ROWS = 60  # zones in rows and columns; more are folded
ALIKE = 8  # zones of one fragment of a ``repeat`` shown one by one


def _draw(network: Network, findings: Sequence[Finding], argument: str) -> Scene:
    concerns = Concerns.of(network, findings)
    lines = traffic(network)
    stands = _folded(network, lines.pairs)
    names = sorted(network.zones, key=lambda name: (zone_level(network, network.zones[name]), name))
    nodes: dict[str, Node] = {}
    for name in names:
        key = stands.get(name, name)
        if key not in nodes:
            nodes[key] = _node(network, key, [one for one in names if stands.get(one, one) == key], concerns)
    ids: dict[tuple[str, str], set[str]] = {}
    for (source, target), found in lines.pairs.items():
        ids.setdefault((stands.get(source, source), stands.get(target, target)), set()).update(found)
    cells = tuple(_cell(network, nodes, pair, sorted(found), concerns) for pair, found in sorted(ids.items()))
    grid = Grid(tuple(nodes.values()), cells)
    drawn = [Edge(cell.row, cell.column, "flow", findings=cell.findings) for cell in cells]
    hidden: list[Message] = [*left_out(lines, concerns.left(grid.nodes, drawn))]
    hidden += [
        say("{name}: {n} zones in one row", "{name} : {n} zones en une ligne", name=name, n=count)
        for name, count in sorted(Counter(stands.values()).items())
    ]
    return Scene(
        "matrix", Message(TITLE), (), (), (),
        tables=(matrix_table(names, lines.pairs), flows_table(network, lines.pairs)), hidden=tuple(hidden), grid=grid,
    )  # fmt: skip


def _folded(network: Network, pairs: Mapping[tuple[str, str], Sequence[str]]) -> Mapping[str, str]:
    """Return the row in which a zone is counted, for those that have none of their own."""
    alike: dict[str, list[str]] = {}
    for name in sorted(network.zones):
        origin = network.document.origin(("zones", name))
        if origin:
            alike.setdefault(origin[0], []).append(name)
    stands = {name: fragment for fragment, names in alike.items() if len(names) > ALIKE for name in names}
    own = [name for name in sorted(network.zones) if name not in stands]
    over = len(own) + len(set(stands.values())) - ROWS
    if over > 0:
        busy = Counter[str]()
        for (source, target), ids in pairs.items():
            busy[source] += len(ids)
            busy[target] += len(ids)
        least = sorted(own, key=lambda name: (network.zones[name].public, busy[name], name))[: over + 1]
        stands |= dict.fromkeys(least, "…")
    return stands


def _node(network: Network, key: str, names: Sequence[str], concerns: Concerns) -> Node:
    node = peer_vertex(network, names[0], concerns)
    if key == names[0] and len(names) == 1:
        return node
    label = Message(Text("{name} × {n}", "{name} × {n}"), {"name": key, "n": len(names)})
    marks = ("other",) if key == "…" else node.marks
    folded = Node(f"zones:{key}", node.subject, node.shape, label, (), marks=marks, level=node.level)
    return concerns.on(folded, [Ref("zone", name) for name in names])


def _cell(
    network: Network, nodes: Mapping[str, Node], pair: tuple[str, str], ids: Sequence[str], concerns: Concerns
) -> GridCell:
    row, column = nodes[pair[0]], nodes[pair[1]]
    public = any("public" in node.marks[:1] for node in (row, column))
    mark = flow_mark(public, {network.line[name].nature for name in ids})
    edge = concerns.on(Edge(row.id, column.id, "flow", lines=tuple(ids)), line_refs(ids))
    return GridCell(row.id, column.id, tuple(ids), (mark,), edge.findings, edge.severity)


VIEW = View("matrix", TITLE, _draw)
