"""What runs on what: zones on hardware and tunnels, tunnels inside others, and what shares hardware."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cloison.diagrams.scenes.carrying import (
    carrier_id,
    carrier_vertex,
    carriers_table,
    members_said,
    over,
    runs_on,
)
from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.fold import folded
from cloison.diagrams.scenes.left_out import counted, left_out
from cloison.diagrams.scenes.parts import peer_vertex, zone_id
from cloison.diagrams.scenes.traffic import Traffic
from cloison.diagrams.view import View
from cloison.netmodel.finding import Finding, Message, Ref, Text
from cloison.netmodel.network import Network
from cloison.netmodel.report import Edge, Node, Scene, Table
from cloison.netmodel.separation import Thing

TITLE = Text("what runs on what", "ce qui s’exécute sur quoi")
NAMED = 3  # alike hardware named in one vertex


def _draw(network: Network, findings: Sequence[Finding], argument: str) -> Scene:
    concerns = Concerns.of(network, findings)
    rests = {name: _rests(network, name) for name in sorted(network.zones)}
    used = _used(network, rests)
    stands = _alike(network, used, rests)
    vertices = {key: _vertex(network, key, used, stands, concerns) for key in sorted(set(stands.values()))}
    zones = [replace(peer_vertex(network, name, concerns), level=0) for name, things in rests.items() if things]
    pairs = {(zone_id(name), carrier_id(stands[thing])) for name, things in rests.items() for thing in things}
    pairs |= {
        (carrier_id(stands[thing]), carrier_id(stands[below]))
        for thing in used for below in over(network, thing) if below in stands
    }  # fmt: skip
    edges = tuple(Edge(one, other, "link", "", ("carried",)) for one, other in sorted(pairs) if one != other)
    nodes = (*zones, *vertices.values())
    silent = counted(
        len(rests) - len(zones),
        Text("not drawn: {n} zone that does not say what it runs on",
             "non dessinée : {n} zone qui ne dit pas sur quoi elle s’exécute"),
        Text("not drawn: {n} zones that do not say what they run on",
             "non dessinées : {n} zones qui ne disent pas sur quoi elles s’exécutent"),
    )  # fmt: skip
    hidden = (*silent, *left_out(Traffic({}, (), ()), concerns.left((), nodes, edges)))
    scene = Scene(
        "carriers", Message(TITLE), (), nodes, edges,
        tables=(carriers_table(network, tuple(sorted(network.model.carriers))), _shared(network)),
        hidden=hidden, across=True,
    )  # fmt: skip
    return folded(network, scene)


def _rests(network: Network, zone: str) -> tuple[Thing, ...]:
    """Return what a zone, its subnets and the assets in it that carry their own traffic say that they run on."""
    facts = network.zones[zone]
    things: list[Thing] = [("zone", zone), *(("subnet", name) for name in facts.subnets)]
    things += [
        ("asset", name) for name in facts.assets if not network.assets[name].forwards and not network.assets[name].relay
    ]
    return tuple(sorted({below for thing in things for below in over(network, thing)}))


def _used(network: Network, rests: Mapping[str, Sequence[Thing]]) -> frozenset[Thing]:
    """Return every carrier, and the assets that anything runs on."""
    found: set[Thing] = {("carrier", name) for name in network.model.carriers}
    found |= {("asset", below[1]) for name in network.assets for below in over(network, ("asset", name))
              if below[0] == "asset"}  # fmt: skip
    found |= {thing for things in rests.values() for thing in things}
    return frozenset(found | {below for thing in found for _, below in runs_on(network, *thing)})


def _alike(
    network: Network, used: frozenset[Thing], rests: Mapping[str, Sequence[Thing]]
) -> Mapping[Thing, Thing]:
    """Return the thing that stands for each: hardware of one model and site under the same zones is one vertex."""
    above: dict[Thing, set[str]] = {thing: set() for thing in used}
    for zone, things in rests.items():
        for thing in things:
            above[thing].add(zone)
    first: dict[tuple[object, ...], Thing] = {}
    stands: dict[Thing, Thing] = {}
    for thing in sorted(used):
        asset = network.model.assets.get(thing[1]) if thing[0] == "asset" else None
        key = (asset.site, asset.model, asset.over, frozenset(above[thing])) if asset else (thing,)
        stands[thing] = first.setdefault(key, thing)
    return stands


def _vertex(
    network: Network, key: Thing, used: frozenset[Thing], stands: Mapping[Thing, Thing], concerns: Concerns
) -> Node:
    node = carrier_vertex(network, key)
    names = [name for kind, name in sorted(used) if stands[kind, name] == key]
    label = ", ".join(names[:NAMED]) + (f" +{len(names) - NAMED}" if len(names) > NAMED else "")
    detail = node.detail
    if key[0] == "asset":
        running = sum(1 for facts in network.assets.values() if set(facts.asset.over) & set(names))
        detail = (*detail, members_said(running))
    node = Node(node.id, node.subject, node.shape, label, detail, level=node.level)
    return concerns.on(node, [Ref(key[0], name) for name in names])


def _shared(network: Network) -> Table:
    """Return the hardware under each zone, and the zones that reach the same outside an encrypting tunnel."""
    closures = {name: network.separation.closure("zone", name) for name in sorted(network.zones)}
    bare: dict[str, list[str]] = {}
    inside: dict[str, list[str]] = {}
    for name, closure in closures.items():
        for hardware in closure.hardware:
            (bare if hardware in closure.bare else inside).setdefault(hardware, []).append(name)
    rows = tuple(
        (hardware, _kind(network, hardware), tuple(bare.get(hardware, ())), tuple(inside.get(hardware, ())))
        for hardware in sorted({*bare, *inside})
        if len(bare.get(hardware, ())) + len(inside.get(hardware, ())) > 1
    )
    return Table("shared", Text("Hardware that several zones share", "Matériel que plusieurs zones partagent"), (
        Text("hardware", "matériel"), Text("kind", "type"),
        Text("zones, outside encryption", "zones, hors chiffrement"),
        Text("zones, inside an encrypting tunnel", "zones, dans un tunnel chiffrant"),
    ), rows)  # fmt: skip


def _kind(network: Network, hardware: str) -> Text | str:
    if hardware in network.model.carriers:
        return Text("carrier", "support")
    return network.assets[hardware].asset.model


VIEW = View("carriers", TITLE, _draw)
