"""One asset: its interfaces and what it offers, what carries it and what runs on it, its lines in and out by zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cloison.diagrams.scenes.carrying import carrier_vertex, runs_on
from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.exchanges import asset_refs, exchange_edges, exchanges, exchanges_table, on_asset
from cloison.diagrams.scenes.fold import folded
from cloison.diagrams.scenes.homes import addresses_said
from cloison.diagrams.scenes.left_out import unlabelled
from cloison.diagrams.scenes.parts import functions_said, home, joined, peer_vertex, zone_id
from cloison.diagrams.scenes.tabulate import interconnections_table, interfaces_table
from cloison.diagrams.view import View
from cloison.netmodel.finding import Finding, Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Cluster, Edge, Node, Scene, Table

NAMED = 3  # assets that run on it, named in one vertex


def _draw(network: Network, findings: Sequence[Finding], argument: str) -> Scene:
    concerns = Concerns.of(network, findings)
    facts = network.assets[argument]
    box = concerns.on(_box(network, argument), asset_refs(network, argument))
    same = on_asset(network, argument)
    found = exchanges(
        network, lambda end: bool(same & set(end.assets)),
        lambda end: end.kind not in ("zone", "subnet", "any") and bool(end.assets) and same >= set(end.assets),
    )  # fmt: skip
    ids = [
        name for name, item in sorted(network.model.interconnections.items())
        if any(one in same for stage in item.through for one in stage)
    ]  # fmt: skip
    joined_zones = {zone: [name for name in ids if zone in network.model.interconnections[name].between]
                    for name in ids for zone in network.model.interconnections[name].between}  # fmt: skip
    peers = sorted({*facts.zones, *joined_zones, *found.zones})
    carried, carrying = _carriers(network, argument, box.id)
    machines, running = _machines(network, argument, box.id)
    nodes = (*_cells(network, argument, box.id, concerns), *carried, *machines,
             *(peer_vertex(network, zone, concerns) for zone in peers))  # fmt: skip
    links = tuple(_link(box.id, zone, joined_zones.get(zone, ()))
                  for zone in peers if zone in facts.zones or zone in joined_zones)  # fmt: skip
    edges = (*links, *carrying, *running, *exchange_edges(network, found, box.id, concerns))
    scene = Scene(
        "asset", say("asset {asset}", "bien {asset}", asset=argument), (box,), nodes, edges,
        tables=(
            _inventory(network, argument), interfaces_table([(facts, one) for one in facts.interfaces.values()]),
            interconnections_table(network, ids), exchanges_table(network, found),
        ),
        hidden=found.left(concerns.left((box,), nodes, edges)),
    )  # fmt: skip
    return unlabelled(folded(network, scene))


def _box(network: Network, name: str) -> Cluster:
    facts = network.assets[name]
    asset = facts.asset
    kind = {"physical": Text("physical", "physique"), "virtual": Text("virtual", "virtuel")}.get(asset.kind or "", "")
    detail = [
        joined(*functions_said(facts.functions)),
        joined(kind, asset.role, asset.model),
        joined(facts.owner, asset.site, _member(facts.cluster)),
        joined(*facts.members),
    ]
    marks = ("equipment", *(("sensitive",) if facts.sensitive else ()))
    return Cluster(f"asset:{name}", Ref("asset", name), name, tuple(item for item in detail if item.values), "", marks,
                   level=1)  # fmt: skip


def _member(cluster: str) -> Text | str:
    """Return of which cluster an asset is a member."""
    return Text(f"member of {cluster}", f"membre de {cluster}") if cluster else ""


def _cells(network: Network, name: str, box: str, concerns: Concerns) -> Iterator[Node]:
    facts = network.assets[name]
    for one in facts.interfaces.values():
        where: list[Message | str] = [*addresses_said(one), joined(*(one.subnets or one.zones))]
        yield Node(f"{box}:{one.name}", Ref("asset", name), "interface", one.name, tuple(where), box)
    for key, offered in sorted(network.endpoints.items()):
        if offered.asset == name:
            services = joined(*(service for service, _ in offered.services))
            node = Node(f"{box}:offers:{key}", Ref("endpoint", key), "endpoint", key, (services,), box)
            yield concerns.on(node, [Ref("endpoint", key)])


def _link(box: str, zone: str, names: Sequence[str]) -> Edge:
    return Edge(box, zone_id(zone), "link", ", ".join(names[:2]) + (f" +{len(names) - 2}" if len(names) > 2 else ""),
                ("link",))  # fmt: skip


def _carriers(network: Network, name: str, box: str) -> tuple[list[Node], list[Edge]]:
    """Return what carries the asset, down to the hardware, and the links of who runs on what."""
    below = runs_on(network, "asset", name)
    nodes = {child: carrier_vertex(network, child, 9) for _, child in below if child != ("asset", name)}
    edges = [
        Edge(box if parent == ("asset", name) else nodes[parent].id, nodes[child].id, "link", "", ("carried",))
        for parent, child in below
        if child in nodes and (parent in nodes or parent == ("asset", name))
    ]
    return [nodes[key] for key in sorted(nodes)], edges


def _machines(network: Network, name: str, box: str) -> tuple[list[Node], list[Edge]]:
    """Return the assets that name this one as their carrier, those of one zone as one vertex."""
    by_zone: dict[str, list[str]] = {}
    for other, facts in sorted(network.assets.items()):
        if name in facts.asset.over:
            by_zone.setdefault(home(facts), []).append(other)
    nodes = []
    for zone, names in sorted(by_zone.items()):
        label = ", ".join(names[:NAMED]) + (f" +{len(names) - NAMED}" if len(names) > NAMED else "")
        nodes.append(Node(f"on:{zone}", Ref("asset", names[0]), "machine", label, (zone,) if zone else ()))
    return nodes, [Edge(node.id, box, "link", "", ("carried",)) for node in nodes]


def _inventory(network: Network, name: str) -> Table:
    asset = network.assets[name].asset
    software = tuple(f"{item.name} {item.version}".strip() for item in asset.software)
    rows = (
        (Text("kind", "type"), asset.kind or ""), (Text("role", "rôle"), asset.role),
        (Text("model", "modèle"), asset.model), (Text("serial number", "numéro de série"), asset.serial),
        (Text("owner", "propriétaire"), asset.owner), (Text("site", "localisation"), asset.site),
        (Text("sensitivity", "sensibilité"), asset.sensitivity), (Text("over", "support"), asset.over),
        (Text("members", "membres"), asset.members), (Text("software", "logiciels"), software),
        (Text("risk", "risque"), asset.risk),
    )  # fmt: skip
    return Table("inventory", Text("Inventory", "Inventaire"), (Text("field", "champ"), Text("value", "valeur")), rows)


def _assets(network: Network) -> tuple[str, ...]:
    return tuple(sorted(network.assets))


VIEW = View("asset", Text("one asset and what it exchanges", "un bien et ses échanges"), _draw, _assets)
