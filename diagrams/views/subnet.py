"""One subnet: the interfaces in it, the equipment that leads out of it, and its lines in and out by zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.exchanges import exchange_edges, exchanges, exchanges_table
from cloison.diagrams.scenes.fold import folded
from cloison.diagrams.scenes.homes import interface_cell, subnet_box
from cloison.diagrams.scenes.joints import joints
from cloison.diagrams.scenes.left_out import unlabelled
from cloison.diagrams.scenes.parts import peer_vertex, zone_id
from cloison.diagrams.scenes.tabulate import interconnections_table, interfaces_table, subnets_table
from cloison.diagrams.view import View
from cloison.netmodel.finding import Finding, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Scene


def _draw(network: Network, findings: Sequence[Finding], argument: str) -> Scene:
    concerns = Concerns.of(network, findings)
    facts = network.subnets[argument]
    parts = {argument, *facts.parts}
    box = subnet_box(facts, "", concerns, level=1)
    inner = tuple(subnet_box(network.subnets[name], box.id, concerns, level=2) for name in facts.parts)
    homes = [
        (network.assets[asset], home, f"box:{subnet}")
        for subnet in (argument, *facts.parts)
        for asset in sorted(network.subnets[subnet].assets)
        for home in network.assets[asset].interfaces.values()
        if subnet in home.subnets and (subnet != argument or not set(home.subnets) & set(facts.parts))
    ]
    cells = tuple(interface_cell(asset, home, where, concerns) for asset, home, where in homes)
    zones = {facts.zone, *(network.subnets[name].zone for name in parts)}
    leading = {asset.id for asset, _, _ in homes if asset.forwards}
    leading |= {asset.cluster for asset, _, _ in homes if asset.forwards and asset.cluster}
    ids = [
        name for name, item in sorted(network.model.interconnections.items())
        if set(item.between) & zones and any(asset in leading for stage in item.through for asset in stage)
    ]  # fmt: skip
    between = joints(network, ids, concerns)
    found = exchanges(
        network, lambda end: bool(parts & set(end.subnets)), lambda end: bool(end.subnets) and parts >= set(end.subnets)
    )
    met = {zone for name in ids for zone in network.model.interconnections[name].between} - {facts.zone}
    peers = [peer_vertex(network, name, concerns) for name in sorted(met | set(found.zones))]
    ours = zone_id(facts.zone)
    links = tuple(
        replace(edge, source=box.id if edge.source == ours else edge.source,
                target=box.id if edge.target == ours else edge.target)
        for edge in between.links
    )  # fmt: skip
    boxes, nodes = (box, *inner), (*cells, *peers, *between.nodes)
    edges = (*links, *exchange_edges(network, found, box.id, concerns))
    scene = Scene(
        "subnet", say("subnet {subnet} of zone {zone}", "sous-réseau {subnet} de la zone {zone}",
                      subnet=argument, zone=facts.zone), boxes, nodes, edges,
        tables=(
            subnets_table(network, sorted(parts)), interfaces_table([(asset, home) for asset, home, _ in homes]),
            interconnections_table(network, ids), exchanges_table(network, found),
        ),
        hidden=found.left(concerns.left(boxes, nodes, edges)),
    )  # fmt: skip
    return unlabelled(folded(network, scene))


def _subnets(network: Network) -> tuple[str, ...]:
    return tuple(sorted(network.subnets))


VIEW = View("subnet", Text("one subnet and what it exchanges", "un sous-réseau et ses échanges"), _draw, _subnets)
