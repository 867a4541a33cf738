"""A drawing has a budget: what is alike is drawn once and counted, and the tables keep every entry.

What one ``repeat`` made folds first, for its entries are alike by construction: hundreds of tenants are one box. Where
too many boxes are left, those of the same owner, plane and sensitivity fold, of the most numerous kind those with the
fewest lines and no finding; then the cells of one kind in one box, and the equipment that joins the same things.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from cloison.diagrams.scenes.left_out import counted
from cloison.diagrams.scenes.traffic import aggregated
from cloison.netmodel.finding import SEVERITIES, Message, Ref, Severity, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Cluster, Edge, Node, Scene

Item = TypeVar("Item", Cluster, Node)
Drawn = Cluster | Node
MOST = 8  # alike entries of one ``repeat`` that are drawn one by one; more are folded
BOXES, CELLS, EQUIPMENT = 60, 24, 60  # boxes and other zones; cells of one kind in a box; vertices between the boxes
SECTIONS = {"zone": "zones", "subnet": "subnets", "asset": "assets", "interconnection": "interconnections"}


def folded(network: Network, scene: Scene) -> Scene:
    """Return the scene within its budget; ``hidden`` says what is drawn once, and which lines are lost by it."""
    scene, boxes = _of_repeats(network, scene)
    scene, more = _of_looks(network, scene)
    scene = _cells(scene, boxes | more)
    return _equipment(scene)


def _of_repeats(network: Network, scene: Scene) -> tuple[Scene, set[str]]:
    """Fold the boxes of one fragment, then the cells in them and the vertices of one fragment."""

    def fragment(items: Sequence[Drawn]) -> str:
        return _template(network, items[0].subject)

    groups = _groups(scene.clusters, lambda box: (_template(network, box.subject), box.marks, box.level, box.within))
    scene, made = _fold(scene, [group for group in groups if fragment(group) and len(group) > MOST], fragment)
    groups_of_nodes = _groups(
        [node for node in scene.nodes if node.cluster in made | {""}],
        lambda node: (_template(network, node.subject), node.shape, node.cluster, node.marks),
    )
    several = [group for group in groups_of_nodes if fragment(group) and len(group) > MOST]
    inside, between = [group for group in several if group[0].cluster], [g for g in several if not g[0].cluster]
    scene, _ = _fold(scene, inside, fragment, quietly=True)
    scene, _ = _fold(scene, between, fragment)
    return scene, made


def _of_looks(network: Network, scene: Scene) -> tuple[Scene, set[str]]:
    """Fold boxes and other zones until the budget holds, by ever coarser looks."""
    made: set[str] = set()
    for coarse in range(3):

        def alike(item: Drawn, coarse: int = coarse) -> tuple[Hashable, ...]:
            zone = network.zones.get(item.subject.id) if item.subject.kind == "zone" else None
            kind = (type(item).__name__, item.subject.kind, item.marks[:1])
            finer = (item.marks, item.level, item.within if isinstance(item, Cluster) else "")
            owner = zone.owner if zone else ""
            return (*kind, *(finer, owner)[: 2 - coarse])

        peers = [node for node in scene.nodes if node.shape == "peer" and not node.cluster]
        over = len(scene.clusters) + len(peers) - BOXES
        if over <= 0:
            break
        groups: list[Sequence[Drawn]] = [*_groups(scene.clusters, alike), *_groups(peers, alike)]
        busy = _busy(scene)
        chosen = []
        for group in sorted(groups, key=lambda group: (-len(group), group[0].id)):
            if over > 0 and len(group) > 1:
                least = sorted(group, key=lambda item: (item.severity is not None, busy[item.id], item.id))
                chosen.append(sorted(least[: over + 1], key=lambda item: item.id))
                over -= len(chosen[-1]) - 1
        scene, new = _fold(scene, chosen, _first)
        made |= new
    return scene, made


def _busy(scene: Scene) -> Mapping[str, int]:
    """Return how many lines of the matrix each box and vertex exchanges."""
    found = Counter[str]()
    for edge in scene.edges:
        for end in (edge.source, edge.target):
            found[end] += len(edge.lines)
    return found


def _cells(scene: Scene, boxes: set[str]) -> Scene:
    """Fold cells of one kind: many in any box, a few in one that stands for several."""
    inside = [node for node in scene.nodes if node.cluster]
    groups = _groups(inside, lambda node: (node.cluster, node.shape, node.marks))
    chosen = [group for group in groups if len(group) > (MOST if group[0].cluster in boxes else CELLS)]
    return _fold(scene, chosen, _first, quietly=True)[0]


def _equipment(scene: Scene) -> Scene:
    """Fold the vertices that join the same things, where there are too many."""
    vertices = [node for node in scene.nodes if not node.cluster and node.shape != "peer"]
    if len(vertices) <= EQUIPMENT:
        return scene
    joined: dict[str, set[str]] = {node.id: set() for node in vertices}
    for edge in scene.edges:
        for one, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if one in joined:
                joined[one].add(other)
    groups = _groups(vertices, lambda node: (node.shape, node.marks, frozenset(joined[node.id])))
    return _fold(scene, [group for group in groups if len(group) > 1], _first)[0]


def _fold(
    scene: Scene, groups: Sequence[Sequence[Drawn]], name: Callable[[Sequence[Drawn]], str], *, quietly: bool = False
) -> tuple[Scene, set[str]]:
    """Return the scene with each group drawn once, and the ids of what stands for them."""
    if not groups:
        return scene, set()
    drawn: tuple[Drawn, ...] = (*scene.clusters, *scene.nodes)
    taken = 1 + max((int(item.id[-4:]) for item in drawn if _is_fold(item)), default=0)
    stands: dict[str, str] = {}
    boxes: list[Cluster] = []
    nodes: list[Node] = []
    for number, group in enumerate(groups, taken):
        first = group[0]
        key = f"{'box' if isinstance(first, Cluster) else 'node'}:fold{number:04}"
        stands |= {item.id: key for item in group}
        if isinstance(first, Cluster):
            boxes.append(_one(name(group), key, first, group))
        else:
            nodes.append(_one(name(group), key, first, group))
    said = [] if quietly else [
        say("{name}: {n} alike are drawn once", "{name} : {n} semblables sont dessinés une fois",
            name=name(group), n=_count(group))
        for group in groups
    ]  # fmt: skip
    said += counted(
        len(_lost(scene.edges, stands)),
        Text("not drawn: {n} line between zones that are drawn once",
             "non dessinée : {n} ligne entre zones dessinées une fois"),
        Text("not drawn: {n} lines between zones that are drawn once",
             "non dessinées : {n} lignes entre zones dessinées une fois"),
    )  # fmt: skip
    kept_boxes = [replace(box, within=stands.get(box.within, box.within)) for box in scene.clusters
                  if box.id not in stands]  # fmt: skip
    kept_nodes = [replace(node, cluster=stands.get(node.cluster, node.cluster)) for node in scene.nodes
                  if node.id not in stands]  # fmt: skip
    nodes = [replace(node, cluster=stands.get(node.cluster, node.cluster)) for node in nodes]
    return replace(
        scene, clusters=(*kept_boxes, *boxes), nodes=(*kept_nodes, *nodes), edges=_edges(scene.edges, stands),
        hidden=(*scene.hidden, *said),
    ), set(stands.values())  # fmt: skip


def _count(items: Sequence[Drawn]) -> int:
    """Return how many entries a group stands for, those that its items already stood for included."""
    return sum(_stood(item) for item in items)


def _stood(item: Drawn) -> int:
    label = item.label
    if isinstance(label, Message) and _is_fold(item):
        return int(str(label.values["n"]))
    return 1


def _is_fold(item: Drawn) -> bool:
    return item.id.startswith(("box:fold", "node:fold"))


def _first(items: Sequence[Drawn]) -> str:
    """Return the name of a group of different entries: its first two."""
    names = [_name(item) for item in items[:2]]
    return ", ".join(names) + ("…" if len(items) > 2 else "")


def _name(item: Drawn) -> str:
    if isinstance(item.label, str):
        return item.label
    return str(item.label.values.get("name", item.label.say("en")))


def _template(network: Network, subject: Ref) -> str:
    section = SECTIONS.get(subject.kind)
    origin = network.document.origin((section, subject.id)) if section else None
    return origin[0] if origin else ""


def _groups(items: Iterable[Item], alike: Callable[[Item], Hashable]) -> list[list[Item]]:
    found: dict[Hashable, list[Item]] = {}
    for item in sorted(items, key=lambda one: one.id):
        found.setdefault(alike(item), []).append(item)
    return list(found.values())


def _one(name: str, key: str, first: Item, items: Sequence[Drawn]) -> Item:
    findings, severity = _worst(items)
    label = Message(Text("{name} × {n}", "{name} × {n}"), {"name": name, "n": _count(items)})
    return replace(first, id=key, label=label, detail=_common(items), findings=findings, severity=severity)


def _common(items: Sequence[Drawn]) -> tuple[Message | str, ...]:
    """Return the details that all have, in the order of the first."""
    return tuple(line for line in items[0].detail if all(line in item.detail for item in items))


def _worst(items: Iterable[Drawn | Edge]) -> tuple[tuple[str, ...], Severity | None]:
    found = list(items)
    severities = [item.severity for item in found if item.severity]
    findings = sorted({one for item in found for one in item.findings})
    return tuple(findings), min(severities, key=SEVERITIES.index) if severities else None


def _lost(edges: Sequence[Edge], stands: Mapping[str, str]) -> frozenset[str]:
    """Return the lines of the flows whose two ends become one."""
    return frozenset(
        line
        for edge in edges
        if edge.kind == "flow" and stands.get(edge.source, edge.source) == stands.get(edge.target, edge.target)
        for line in edge.lines
    )


def _edges(edges: Sequence[Edge], stands: Mapping[str, str]) -> tuple[Edge, ...]:
    """Return the edges between what is left, those with the same ends and looks as one."""
    merged: dict[tuple[str, str, str, str], list[Edge]] = {}
    for edge in edges:
        source, target = stands.get(edge.source, edge.source), stands.get(edge.target, edge.target)
        if source != target:
            look = edge.marks[0] if edge.marks else ""
            merged.setdefault((edge.kind, source, target, look), []).append(replace(edge, source=source, target=target))
    return tuple(alike[0] if len(alike) == 1 else _one_edge(alike) for alike in merged.values())


def _one_edge(edges: Sequence[Edge]) -> Edge:
    findings, severity = _worst(edges)
    lines = tuple(sorted({line for edge in edges for line in edge.lines}))
    label = aggregated(lines) if lines else Message(Text("× {n}", "× {n}"), {"n": len(edges)})
    marks = tuple(dict.fromkeys(mark for edge in edges for mark in edge.marks))
    return replace(edges[0], label=label, marks=marks, lines=lines, findings=findings, severity=severity)
