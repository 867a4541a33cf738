"""What runs on what: carriers and hardware as vertices."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from cloison.diagrams.scenes.parts import joined
from cloison.netmodel.compiling.references import TUNNELS
from cloison.netmodel.finding import Message, Ref, Text
from cloison.netmodel.network import Network
from cloison.netmodel.report import Node, Table
from cloison.netmodel.separation import Thing

ENDS = 2  # ends of a carrier named in its vertex; the table has all
YES = Text("yes", "oui")


def over(network: Network, thing: Thing) -> tuple[Thing, ...]:
    """Return what a zone, subnet, asset, interconnection or carrier says that it runs on."""
    kind, name = thing
    model = network.model
    section: Mapping[str, object] = {
        "zone": model.zones, "subnet": model.subnets, "asset": model.assets, "carrier": model.carriers,
        "interconnection": model.interconnections,
    }[kind]  # fmt: skip
    names: tuple[str, ...] = getattr(section[name], "over", ())
    return tuple(("carrier" if one in model.carriers else "asset", one) for one in names)


def runs_on(network: Network, kind: str, name: str) -> list[tuple[Thing, Thing]]:
    """Return every (thing, what it runs on) under a thing, nearest first, each once."""
    found: dict[tuple[Thing, Thing], None] = {}
    queue: deque[Thing] = deque([(kind, name)])
    seen = {(kind, name)}
    while queue:
        here = queue.popleft()
        for below in over(network, here):
            found[here, below] = None
            if below not in seen:
                seen.add(below)
                queue.append(below)
    return list(found)


def carrier_id(thing: Thing) -> str:
    """Return the id of the vertex of a carrier, or of an asset that carries."""
    return f"{thing[0]}:{thing[1]}"


def carrier_vertex(network: Network, thing: Thing, level: int = 0) -> Node:
    """Return a carrier's vertex, or that of an asset as hardware; a tunnel says its protocol and its ends."""
    kind, name = thing
    if kind == "asset":
        asset = network.assets[name].asset
        return Node(carrier_id(thing), Ref("asset", name), "hardware", name, _said(joined(asset.model, asset.site)),
                    level=level)  # fmt: skip
    carrier = network.model.carriers[name]
    places = carrier.ends or carrier.between
    ends = " – ".join(places[:ENDS]) + (f" +{len(places) - ENDS}" if len(places) > ENDS else "")
    shape = "hardware" if carrier.kind == "hardware" else "encrypting" if encrypts(network, name) else "tunnel"
    detail = (*_said(joined(carrier.protocol, carrier.owner)), *_said(joined(ends)))
    return Node(carrier_id(thing), Ref("carrier", name), shape, name, detail, level=level)


def encrypts(network: Network, carrier: str) -> bool:
    """Tell whether a carrier is a tunnel that encrypts."""
    return TUNNELS.get(network.model.carriers[carrier].protocol.lower(), False)


def _said(message: Message) -> tuple[Message, ...]:
    return (message,) if message.values else ()


def carriers_table(network: Network, names: tuple[str, ...]) -> Table:
    """Return carriers with what they are, run on and join."""
    rows = []
    for name in names:
        carrier = network.model.carriers[name]
        kind = Text("hardware", "matériel") if carrier.kind == "hardware" else Text("tunnel", "tunnel")
        rows.append((name, kind, carrier.protocol, YES if encrypts(network, name) else "", carrier.over, carrier.ends,
                     carrier.between, carrier.owner))  # fmt: skip
    return Table("carriers", Text("Carriers", "Supports"), (
        Text("carrier", "support"), Text("kind", "type"), Text("protocol", "protocole"), Text("encrypts", "chiffre"),
        Text("over", "s’exécute sur"), Text("ends", "extrémités"), Text("between sites", "entre sites"),
        Text("owner", "propriétaire"),
    ), tuple(rows))  # fmt: skip


def members_said(count: int) -> Message:
    """Return how many assets run on something."""
    one = Text("{n} asset runs here", "{n} bien s’y exécute")
    return Message(one if count == 1 else Text("{n} assets run here", "{n} biens s’y exécutent"), {"n": count})
