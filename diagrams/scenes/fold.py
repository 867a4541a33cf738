"""What one ``repeat`` made many times over is drawn once: hundreds of tenants alike are one box that counts them.

Only what is alike folds: the same fragment of the same ``repeat``, the same look, the same place. The tables keep
every entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from cloison.diagrams.scenes.traffic import aggregated
from cloison.netmodel.finding import SEVERITIES, Message, Ref, Severity, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Cluster, Edge, Node, Scene

Item = TypeVar("Item", Cluster, Node)
MOST = 8  # alike boxes drawn one by one; more are folded
SECTIONS = {"zone": "zones", "subnet": "subnets", "asset": "assets", "interconnection": "interconnections"}


def folded(network: Network, scene: Scene) -> Scene:
    """Return the scene with the zones of each fragment folded when there are more than eight alike.

    Their cells, and the equipment that only they have, fold with them.
    """
    boxes = _groups(scene.clusters, lambda box: (_template(network, box.subject), box.marks, box.level, box.within))
    stands = {box.id: f"box:{number}" for number, alike in enumerate(boxes) for box in alike}
    nodes = [replace(node, cluster=stands.get(node.cluster, node.cluster)) for node in scene.nodes]
    folding = {"", *stands.values()}
    cells = _groups(
        [node for node in nodes if node.cluster in folding],
        lambda node: (_template(network, node.subject), node.shape, node.cluster, node.marks),
    )
    if not boxes and not cells:
        return scene
    stands |= {node.id: f"node:{number}" for number, alike in enumerate(cells) for node in alike}
    return replace(
        scene,
        clusters=(
            *(box for box in scene.clusters if box.id not in stands),
            *(_one(network, f"box:{number}", alike) for number, alike in enumerate(boxes)),
        ),
        nodes=(
            *(node for node in nodes if node.id not in stands),
            *(_one(network, f"node:{number}", alike) for number, alike in enumerate(cells)),
        ),
        edges=_edges(scene.edges, stands),
        hidden=(*scene.hidden, *_said(network, [*boxes, *(alike for alike in cells if not alike[0].cluster)])),
    )


def _said(network: Network, groups: Sequence[Sequence[Cluster | Node]]) -> list[Message]:
    return [
        say("{name}: {n} alike are drawn once", "{name} : {n} semblables sont dessinés une fois",
            name=_template(network, alike[0].subject), n=len(alike))
        for alike in groups
    ]  # fmt: skip


def _template(network: Network, subject: Ref) -> str:
    section = SECTIONS.get(subject.kind)
    origin = network.document.origin((section, subject.id)) if section else None
    return origin[0] if origin else ""


def _groups(items: Sequence[Item], alike: Callable[[Item], tuple[object, ...]]) -> list[list[Item]]:
    found: dict[tuple[object, ...], list[Item]] = {}
    for item in sorted(items, key=lambda one: one.id):
        key = alike(item)
        if key[0]:
            found.setdefault(key, []).append(item)
    return [group for group in found.values() if len(group) > MOST]


def _one(network: Network, key: str, items: Sequence[Item]) -> Item:
    findings, severity = _worst(items)
    name = _template(network, items[0].subject)
    label = Message(Text("{name} × {n}", "{name} × {n}"), {"name": name, "n": len(items)})
    return replace(items[0], id=key, label=label, detail=_common(items), findings=findings, severity=severity)


def _common(items: Sequence[Cluster | Node]) -> tuple[Message | str, ...]:
    """Return the details that all have, in the order of the first."""
    return tuple(line for line in items[0].detail if all(line in item.detail for item in items))


def _worst(items: Iterable[Cluster | Node | Edge]) -> tuple[tuple[str, ...], Severity | None]:
    found = list(items)
    severities = [item.severity for item in found if item.severity]
    findings = sorted({one for item in found for one in item.findings})
    return tuple(findings), min(severities, key=SEVERITIES.index) if severities else None


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
