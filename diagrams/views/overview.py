"""The layer-3 overview: zones, subnets, what cuts them, nerve centres (13.1.a), and flows by pair of zones."""

from __future__ import annotations

from collections.abc import Sequence

from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.fold import folded
from cloison.diagrams.scenes.joints import joints
from cloison.diagrams.scenes.left_out import left_out, unlabelled
from cloison.diagrams.scenes.parts import nerve_cells, subnet_cell, zone_box
from cloison.diagrams.scenes.tabulate import (
    flows_table,
    interconnections_table,
    nerve_centres_table,
    subnets_table,
    zones_table,
)
from cloison.diagrams.scenes.traffic import flow_edges, traffic
from cloison.diagrams.view import View
from cloison.netmodel.finding import Finding, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Scene

TITLE = Text("layer-3 overview", "vue d’ensemble de niveau 3")


def _draw(network: Network, findings: Sequence[Finding], argument: str) -> Scene:
    concerns = Concerns.of(network, findings)
    between = joints(network, sorted(network.model.interconnections), concerns)
    cells, others = nerve_cells(network, between.assets, concerns)
    lines = traffic(network)
    boxes = tuple(
        zone_box(network, facts, lines.pairs.get((name, name), ()), others.get(name, ()), concerns, within=facts.within)
        for name, facts in sorted(network.zones.items())
    )
    subnets = tuple(subnet_cell(network, facts, concerns) for _, facts in sorted(network.subnets.items()))
    flows = flow_edges(network, lines.pairs, concerns)
    nodes = (*subnets, *cells, *between.nodes)
    edges = (*between.links, *flows)
    scene = Scene(
        "overview", say("layer-3 overview", "vue d’ensemble de niveau 3"), boxes, nodes, edges,
        tables=(
            zones_table(network, sorted(network.zones)),
            subnets_table(network, sorted(network.subnets)),
            interconnections_table(network, sorted(network.model.interconnections)),
            nerve_centres_table(network, sorted(network.assets)),
            flows_table(network, lines.pairs),
        ),
        hidden=left_out(lines, concerns.left(boxes, nodes, edges)),
    )  # fmt: skip
    return unlabelled(folded(network, scene))


VIEW = View("overview", TITLE, _draw)
