"""One interconnection: its zones, each stage with its redundant equals side by side, and the lines that cross it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.exchanges import asset_refs
from cloison.diagrams.scenes.fold import folded
from cloison.diagrams.scenes.joints import is_nerve_centre
from cloison.diagrams.scenes.left_out import left_out, unlabelled
from cloison.diagrams.scenes.parts import functions_said, joined, peer_vertex, subnet_cell, zone_box, zone_id
from cloison.diagrams.scenes.tabulate import flows_table, interconnections_table, nerve_centres_table, zones_table
from cloison.diagrams.scenes.traffic import Traffic, flow_edges, traffic
from cloison.diagrams.view import View
from cloison.netmodel.finding import Finding, Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Edge, Node, Scene


def _draw(network: Network, findings: Sequence[Finding], argument: str) -> Scene:
    concerns = Concerns.of(network, findings)
    declared = network.model.interconnections[argument]
    zones = declared.between
    pairs = _crossing(network, argument)
    boxes = tuple(
        replace(zone_box(network, network.zones[zone], (), (), concerns, within=""), level=0 if at == 0 else 2)
        for at, zone in enumerate(zones)
    )
    subnets = tuple(
        subnet_cell(network, network.subnets[name], concerns) for zone in zones for name in network.zones[zone].subnets
    )
    stages, links = _stages(network, argument, concerns)
    peers = sorted({zone for pair in pairs for zone in pair} - set(zones))
    nodes = (*subnets, *stages, *(peer_vertex(network, zone, concerns) for zone in peers))
    edges = (*links, *flow_edges(network, pairs, concerns))
    assets = sorted({part for stage in declared.through for name in stage
                     for part in (name, *network.assets[name].members)})  # fmt: skip
    scene = Scene(
        "interconnection",
        say("interconnection {name}", "interconnexion {name}", name=argument), boxes, nodes, edges,
        tables=(
            interconnections_table(network, [argument]), zones_table(network, zones),
            nerve_centres_table(network, assets), flows_table(network, pairs),
        ),
        hidden=left_out(Traffic({}, (), ()), concerns.left(boxes, nodes, edges)),
    )  # fmt: skip
    return unlabelled(folded(network, scene))


def _crossing(network: Network, name: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the live lines whose way goes through the interconnection, by pair of zones."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for pair, ids in traffic(network).pairs.items():
        crossing = tuple(one for one in ids if name in network.line[one].routes.get(pair, ()))
        if crossing:
            found[pair] = crossing
    return found


def _stages(network: Network, name: str, concerns: Concerns) -> tuple[list[Node], list[Edge]]:
    """Return a vertex an asset, and the links from the first zone through every stage to the others."""
    declared = network.model.interconnections[name]
    nerve = any(is_nerve_centre(network.zones[zone]) for zone in declared.between)
    if not declared.through:
        here = Node(f"interconnection:{name}", Ref("interconnection", name), "crossing", name, _over(declared.over),
                    marks=("nerve-centre",) if nerve else ())  # fmt: skip
        rows = [[concerns.on(here, [Ref("interconnection", name)])]]
    else:
        rows = [[_equal(network, one, len(stage) > 1, concerns) for one in stage] for stage in declared.through]
    first, *others = declared.between
    ranks = [[zone_id(first)], *([node.id for node in row] for row in rows), [zone_id(zone) for zone in others]]
    mark = "nerve-link" if nerve else "link"
    ends = dict.fromkeys((one, other) for above, below in pairwise(ranks) for one in above for other in below)
    label = _label(name, declared.over)
    links = [
        concerns.on(Edge(one, other, "link", label if at == 0 else "", (mark,)),
                    [Ref("interconnection", name)] if at == 0 else [])
        for at, (one, other) in enumerate(ends)
    ]  # fmt: skip
    return list({node.id: node for row in rows for node in row}.values()), links


def _equal(network: Network, name: str, redundant: bool, concerns: Concerns) -> Node:
    facts = network.assets[name]
    shape = "filtering" if "filtering" in facts.functions else "relay" if facts.relay else "routing"
    detail: list[Message | str] = []
    if redundant:
        detail.append(say("one of redundant equals", "un des équipements redondants"))
    if facts.members:
        detail.append(joined(*facts.members))
    if facts.functions:
        detail.append(joined(*functions_said(facts.functions)))
    detail += [item for item in (facts.asset.model, facts.asset.site) if item]
    marks = ("nerve-centre",) if shape != "routing" else ()
    return concerns.on(Node(f"stage:{name}", Ref("asset", name), shape, name, tuple(detail), marks=marks),
                       asset_refs(network, name))  # fmt: skip


def _over(carriers: Sequence[str]) -> tuple[Message, ...]:
    return (say("over {over}", "sur {over}", over=tuple(carriers)),) if carriers else ()


def _label(name: str, carriers: Sequence[str]) -> Message | str:
    return say("{name} over {over}", "{name} sur {over}", name=name, over=tuple(carriers)) if carriers else name


def _interconnections(network: Network) -> tuple[str, ...]:
    return tuple(sorted(network.model.interconnections))


VIEW = View(
    "interconnection",
    Text("one interconnection and the lines that cross it", "une interconnexion et les lignes qui la traversent"),
    _draw,
    _interconnections,
)
