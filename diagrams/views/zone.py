"""One zone: its subnets, assets and interfaces, the interconnections, and the flows in and out by peer zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.fold import folded
from cloison.diagrams.scenes.homes import interface_cell, subnet_box
from cloison.diagrams.scenes.joints import joints
from cloison.diagrams.scenes.left_out import left_out, unlabelled
from cloison.diagrams.scenes.parts import (
    peer_vertex,
    zone_box,
    zone_id,
)
from cloison.diagrams.scenes.tabulate import flows_table, interconnections_table, interfaces_table, subnets_table
from cloison.diagrams.scenes.traffic import flow_edges, traffic
from cloison.diagrams.view import View
from cloison.netmodel.facts import AssetFacts, InterfaceFacts, ZonePair
from cloison.netmodel.finding import Finding, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Cluster, Node, Scene

TITLE = Text("one zone with its assets", "une zone et ses biens")
ABOVE, INSIDE, SUBNETS, BELOW = range(4)  # levels: less sensitive peers, the zone, its subnets, the other peers


def _draw(network: Network, findings: Sequence[Finding], argument: str) -> Scene:
    concerns = Concerns.of(network, findings)
    zones = [argument, *network.zones[argument].parts]
    ids = [name for name, item in sorted(network.model.interconnections.items()) if set(item.between) & set(zones)]
    between = joints(network, ids, concerns)
    lines = traffic(network)
    pairs = {pair: names for pair, names in lines.pairs.items() if (pair[0] in zones) != (pair[1] in zones)}
    boxes, cells = _inside(network, zones, argument, concerns, lines.pairs)
    joined_zones = {zone for name in ids for zone in network.model.interconnections[name].between}
    peers = sorted(({zone for pair in pairs for zone in pair} | joined_zones) - set(zones))
    nodes = (*cells, *(_peer(network, name, argument, concerns) for name in peers), *between.nodes)
    flows = flow_edges(network, pairs, concerns)
    edges = (*between.links, *flows)
    subnets = [name for zone in zones for name in network.zones[zone].subnets]
    scene = Scene(
        "zone", say("zone {zone}", "zone {zone}", zone=argument), boxes, nodes, edges,
        tables=(
            subnets_table(network, subnets),
            interfaces_table(_homes(network, zones)),
            interconnections_table(network, ids),
            flows_table(network, {pair: names for pair, names in lines.pairs.items() if set(pair) & set(zones)}),
        ),
        hidden=left_out(replace(lines, outside=(), dead=()), concerns.left(boxes, nodes, edges)),
    )  # fmt: skip
    return unlabelled(folded(network, scene))


def _inside(
    network: Network, zones: Sequence[str], argument: str, concerns: Concerns, inner: Mapping[ZonePair, Sequence[str]]
) -> tuple[tuple[Cluster, ...], list[Node]]:
    boxes: list[Cluster] = []
    cells: list[Node] = []
    for zone in zones:
        facts = network.zones[zone]
        within = facts.within if zone != argument else ""
        box = zone_box(network, facts, inner.get((zone, zone), ()), (), concerns, within=within)
        boxes.append(replace(box, level=INSIDE))
        for name in facts.subnets:
            subnet = network.subnets[name]
            boxes.append(subnet_box(subnet, zone_id(zone), concerns, level=SUBNETS))
            cells += [
                interface_cell(network.assets[asset], one, f"box:{name}", concerns)
                for asset in subnet.assets
                for one in network.assets[asset].interfaces.values()
                if name in one.subnets
            ]
        cells += [
            interface_cell(network.assets[asset], one, zone_id(zone), concerns)
            for asset in facts.assets
            for one in network.assets[asset].interfaces.values()
            if zone in one.zones and not one.subnets
        ]
    return tuple(boxes), cells


def _peer(network: Network, name: str, argument: str, concerns: Concerns) -> Node:
    facts = network.zones[name]
    inner = network.zones[argument]
    below = facts.sensitive or network.rank(facts.sensitivity) > network.rank(inner.sensitivity)
    return replace(peer_vertex(network, name, concerns), level=BELOW if below and not facts.public else ABOVE)


def _homes(network: Network, zones: Sequence[str]) -> list[tuple[AssetFacts, InterfaceFacts]]:
    return [
        (network.assets[name], one)
        for name in sorted({asset for zone in zones for asset in network.zones[zone].assets})
        for one in network.assets[name].interfaces.values()
        if set(one.zones) & set(zones)
    ]


def _zones(network: Network) -> tuple[str, ...]:
    return tuple(sorted(network.zones))


VIEW = View("zone", TITLE, _draw, _zones)
