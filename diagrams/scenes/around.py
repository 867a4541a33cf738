"""Some zones drawn whole and those that they meet as plain vertices: what a plane and a tenant's view share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.fold import folded
from cloison.diagrams.scenes.joints import joints
from cloison.diagrams.scenes.left_out import left_out, unlabelled
from cloison.diagrams.scenes.parts import nerve_cells, peer_vertex, subnet_cell, zone_box, zone_id
from cloison.diagrams.scenes.tabulate import (
    flows_table,
    interconnections_table,
    nerve_centres_table,
    subnets_table,
    zones_table,
)
from cloison.diagrams.scenes.traffic import flow_edges, traffic
from cloison.netmodel.finding import Finding, Message
from cloison.netmodel.network import Network
from cloison.netmodel.report import Scene


def scene_around(
    network: Network, findings: Sequence[Finding], zones: Sequence[str], name: str, title: Message
) -> Scene:
    """Return the scene of ``zones`` with their subnets, nerve centres, interconnections and flows."""
    concerns = Concerns.of(network, findings)
    ids = [one for one, item in sorted(network.model.interconnections.items()) if set(item.between) & set(zones)]
    between = joints(network, ids, concerns)
    cells, others = nerve_cells(network, between.assets, concerns)
    lines = traffic(network)
    pairs = {pair: found for pair, found in lines.pairs.items() if set(pair) & set(zones)}
    boxes = tuple(
        zone_box(
            network, network.zones[one], pairs.get((one, one), ()), others.get(one, ()), concerns,
            within=network.zones[one].within if network.zones[one].within in zones else "",
        )
        for one in zones
    )  # fmt: skip
    joined = {one for name in ids for one in network.model.interconnections[name].between}
    peers = sorted(({one for pair in pairs for one in pair} | joined) - set(zones))
    subnets = sorted(one for zone in zones for one in network.zones[zone].subnets)
    homes = {zone_id(zone) for zone in zones}
    nodes = (
        *(subnet_cell(network, network.subnets[one], concerns) for one in subnets),
        *(node for node in cells if node.cluster in homes),
        *(peer_vertex(network, one, concerns) for one in peers),
        *between.nodes,
    )
    flows = flow_edges(network, pairs, concerns)
    edges = (*between.links, *flows)
    assets = sorted({asset for zone in zones for asset in network.zones[zone].assets})
    scene = Scene(
        name, title, boxes, nodes, edges,
        tables=(
            zones_table(network, zones), subnets_table(network, subnets), interconnections_table(network, ids),
            nerve_centres_table(network, assets), flows_table(network, pairs),
        ),
        hidden=left_out(replace(lines, outside=(), dead=()), concerns.left(boxes, nodes, edges)),
    )  # fmt: skip
    return unlabelled(folded(network, scene))
