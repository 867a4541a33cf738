"""One zone: its subnets, assets and interfaces, the interconnections, and the flows in and out by peer zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.fold import folded
from cloison.diagrams.scenes.joints import joints
from cloison.diagrams.scenes.left_out import left_out, unlabelled
from cloison.diagrams.scenes.parts import (
    functions_said,
    is_security,
    joined,
    more,
    peer_vertex,
    subnet_detail,
    zone_box,
    zone_id,
)
from cloison.diagrams.scenes.tabulate import flows_table, interconnections_table, subnets_table
from cloison.diagrams.scenes.traffic import flow_edges, traffic
from cloison.diagrams.view import View
from cloison.netmodel.facts import AssetFacts, InterfaceFacts, SubnetFacts, ZonePair
from cloison.netmodel.finding import Finding, Message, Ref, Text, Value, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Cluster, Node, Scene, Table
from cloison.netmodel.space.addresses import prefixes

TITLE = Text("one zone with its assets", "une zone et ses biens")
ABOVE, INSIDE, SUBNETS, BELOW = range(4)  # levels: less sensitive peers, the zone, its subnets, the other peers
ADDRESSES = 3  # addresses of an interface in a cell; the others are in the table


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
            _assets_table(network, zones),
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
            boxes.append(_subnet_box(subnet, zone, concerns))
            cells += [
                _interface_cell(network.assets[asset], one, f"box:{name}", concerns)
                for asset in subnet.assets
                for one in network.assets[asset].interfaces.values()
                if name in one.subnets
            ]
        cells += [
            _interface_cell(network.assets[asset], one, zone_id(zone), concerns)
            for asset in facts.assets
            for one in network.assets[asset].interfaces.values()
            if zone in one.zones and not one.subnets
        ]
    return tuple(boxes), cells


def _subnet_box(facts: SubnetFacts, zone: str, concerns: Concerns) -> Cluster:
    box = Cluster(f"box:{facts.id}", Ref("subnet", facts.id), facts.id, (joined(*_plain(facts)),), zone_id(zone),
                  ("subnet",), level=SUBNETS)  # fmt: skip
    return concerns.on(box, [Ref("subnet", facts.id)])


def _plain(facts: SubnetFacts) -> list[Value]:
    return [item if isinstance(item, str) else Text(item.say("en"), item.say("fr")) for item in subnet_detail(facts)]


def _interface_cell(asset: AssetFacts, interface: InterfaceFacts, box: str, concerns: Concerns) -> Node:
    kind = "security" if is_security(asset) else "sensitive" if asset.sensitive else "asset"
    detail: list[Message | str] = []
    if asset.functions:
        detail.append(joined(*functions_said(asset.functions)))
    if interface.stands:
        detail.append(say("anywhere in the subnet", "n’importe où dans le sous-réseau"))
    else:
        shown = [item.removesuffix("/32").removesuffix("/128") for item in prefixes(interface.addresses)]
        detail += shown[:ADDRESSES]
        if len(shown) > ADDRESSES:
            detail.append(more(len(shown) - ADDRESSES))
    marks = ("nerve-centre",) if kind != "asset" else ()
    node = Node(f"{box}:{interface.id}", Ref("asset", asset.id), kind, interface.id, tuple(detail), box, marks)
    return concerns.on(node, [Ref("asset", asset.id)])


def _peer(network: Network, name: str, argument: str, concerns: Concerns) -> Node:
    facts = network.zones[name]
    inner = network.zones[argument]
    below = facts.sensitive or network.rank(facts.sensitivity) > network.rank(inner.sensitivity)
    return replace(peer_vertex(network, name, concerns), level=BELOW if below and not facts.public else ABOVE)


def _assets_table(network: Network, zones: Sequence[str]) -> Table:
    rows = []
    for name in sorted({asset for zone in zones for asset in network.zones[zone].assets}):
        facts = network.assets[name]
        for one in facts.interfaces.values():
            if set(one.zones) & set(zones):
                rows.append(
                    (name, functions_said(facts.functions), one.name, prefixes(one.addresses), one.mac, one.subnets)
                )
    return Table("assets", Text("Assets and their interfaces", "Biens et leurs interfaces"), (
        Text("asset", "bien"), Text("functions", "fonctions"), Text("interface", "interface"),
        Text("addresses", "adresses"), Text("MAC", "MAC"), Text("subnet", "sous-réseau"),
    ), tuple(rows))  # fmt: skip


def _zones(network: Network) -> tuple[str, ...]:
    return tuple(sorted(network.zones))


VIEW = View("zone", TITLE, _draw, _zones)
