"""One site: its rooms with their sensitivity and what adjoins them, the hardware in each, carriers to other sites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cloison.diagrams.scenes.carrying import carrier_vertex, carriers_table
from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.fold import folded
from cloison.diagrams.scenes.left_out import counted, left_out
from cloison.diagrams.scenes.parts import functions_said, is_security, joined
from cloison.diagrams.scenes.traffic import Traffic
from cloison.diagrams.view import View
from cloison.diagrams.words import ROOMS, word
from cloison.netmodel.facts import AssetFacts
from cloison.netmodel.finding import Finding, Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Cluster, Edge, Node, Scene, Table

ZONES = 4  # zones named in the site's box
NAMED = 3  # assets named in a cell; the table has all
LEVELS = {"public": 0, "delivery": 0, "private": 1, "sensitive": 2}


def _draw(network: Network, findings: Sequence[Finding], argument: str) -> Scene:
    concerns = Concerns.of(network, findings)
    site = network.model.sites[argument]
    here = {name: facts for name, facts in sorted(network.assets.items())
            if _room(facts, argument) is not None and not facts.members}  # fmt: skip
    rooms = [*site.rooms, *([""] if any(_room(facts, argument) == "" for facts in here.values()) else [])]
    boxes = tuple(_box(network, argument, room, here, concerns) for room in rooms)
    cells = tuple(cell for room in rooms for cell in _cells(argument, room, here, concerns))
    doors = tuple(
        Edge(_id(argument, one), _id(argument, other), "link", "", ("adjacent",)) for one, other in site.adjacent
    )
    carriers = _carriers(network, argument)
    others = sorted({other for _, ends in carriers for other in ends})
    detail = (*((site.country,) if site.country else ()), *_zones(network, argument))
    frame = concerns.on(
        Cluster(f"site:{argument}", Ref("site", argument), argument, detail, "", ("site",)), [Ref("site", argument)]
    )
    ways = [
        edge
        for name, ends in carriers
        for edge in (
            Edge(frame.id, f"carrier:{name}", "link", "", ("between-sites",)),
            *(Edge(f"carrier:{name}", f"site:{other}", "link", "", ("between-sites",)) for other in ends),
        )
    ]
    nodes = (*cells, *(carrier_vertex(network, ("carrier", name)) for name, _ in carriers),
             *(_site(network, name) for name in others))  # fmt: skip
    clusters, edges = (frame, *boxes), (*doors, *ways)
    left = concerns.left(clusters, nodes, edges)
    scene = Scene(
        "site", say("site {site}", "site {site}", site=argument), clusters, nodes, edges,
        tables=(
            _rooms_table(network, argument, rooms, here), _hardware_table(argument, here),
            carriers_table(network, tuple(name for name, _ in carriers)),
        ),
        hidden=_hidden(here, left),
    )  # fmt: skip
    return folded(network, scene)


def _id(site: str, room: str) -> str:
    return f"room:{site}/{room}"


def _room(facts: AssetFacts, site: str) -> str | None:
    """Return the room of an asset at a site, empty when it names none, and None when it is elsewhere."""
    where, _, room = facts.asset.site.partition("/")
    return room if where == site else None


def _zones(network: Network, site: str) -> tuple[Message, ...]:
    names = sorted({*(name for name, zone in network.zones.items() if zone.site == site),
                    *(facts.zone for facts in network.subnets.values() if facts.subnet.site == site)})  # fmt: skip
    shown = (*names[:ZONES], f"+{len(names) - ZONES}") if len(names) > ZONES else tuple(names)
    return (say("zones here: {zones}", "zones ici : {zones}", zones=shown),) if names else ()


def _box(network: Network, site: str, room: str, here: dict[str, AssetFacts], concerns: Concerns) -> Cluster:
    kind = network.model.sites[site].rooms.get(room, "")
    inside = [name for name, facts in here.items() if _room(facts, site) == room]
    detail = joined(word(ROOMS, kind) if kind else "", _counted(len(inside)) if inside else "")
    label: Message | str = room or say("no room said", "local non précisé")
    box = Cluster(_id(site, room), Ref("room", f"{site}/{room}"), label, (detail,) if detail.values else (),
                  f"site:{site}", (f"room-{kind}" if kind else "room",), level=1 + LEVELS.get(kind, 1))  # fmt: skip
    return concerns.on(box, [Ref("room", f"{site}/{room}")])


def _counted(count: int) -> Text:
    return Text(f"{count} asset{'s' if count > 1 else ''}", f"{count} bien{'s' if count > 1 else ''}")


def _cells(site: str, room: str, here: dict[str, AssetFacts], concerns: Concerns) -> list[Node]:
    """Return the hardware of a room, that of the same functions and model as one cell."""
    alike: dict[tuple[str, ...], list[AssetFacts]] = {}
    for facts in here.values():
        if _room(facts, site) == room and facts.asset.kind != "virtual":
            key = (*sorted(facts.functions), facts.asset.model)
            alike.setdefault(key, []).append(facts)
    nodes = []
    for number, (key, group) in enumerate(sorted(alike.items()), 1):
        names = [facts.id for facts in group]
        label = ", ".join(names[:NAMED]) + (f" +{len(names) - NAMED}" if len(names) > NAMED else "")
        first = group[0]
        kind = "security" if is_security(first) else "sensitive" if any(one.sensitive for one in group) else "asset"
        roles = {facts.asset.role for facts in group}
        said = joined(*roles if len(roles) == 1 else ())
        role = joined(*functions_said(first.functions)) if first.functions else said
        detail = tuple(item for item in (role, joined(key[-1])) if item.values)
        node = Node(f"{_id(site, room)}:{number:04}", Ref("asset", names[0]), kind, label, detail, _id(site, room),
                    ("nerve-centre",) if kind != "asset" else ())  # fmt: skip
        nodes.append(concerns.on(node, [Ref("asset", name) for name in names]))
    return nodes


def _carriers(network: Network, site: str) -> list[tuple[str, list[str]]]:
    """Return the carriers that leave the site, each with the sites at its other ends."""
    found = []
    for name, carrier in sorted(network.model.carriers.items()):
        ends = {network.assets[end].asset.site.partition("/")[0] for end in carrier.ends if end in network.assets}
        sites = {*carrier.between, *ends} - {""}
        if site in sites and len(sites) > 1:
            found.append((name, sorted(sites - {site})))
    return found


def _site(network: Network, name: str) -> Node:
    country = network.model.sites[name].country
    return Node(f"site:{name}", Ref("site", name), "site", name, (country,) if country else (), level=1)


def _hidden(here: dict[str, AssetFacts], findings: int) -> tuple[Message, ...]:
    virtual = counted(
        sum(1 for facts in here.values() if facts.asset.kind == "virtual"),
        Text("not drawn: {n} virtual asset", "non dessiné : {n} bien virtuel"),
        Text("not drawn: {n} virtual assets", "non dessinés : {n} biens virtuels"),
    )
    return (*virtual, *left_out(Traffic({}, (), ()), findings))


def _rooms_table(network: Network, site: str, rooms: Sequence[str], here: dict[str, AssetFacts]) -> Table:
    declared = network.model.sites[site]
    count = Counter(_room(facts, site) for facts in here.values())
    rows = []
    for room in rooms:
        beside = sorted({other for pair in declared.adjacent if room in pair for other in pair} - {room})
        rows.append((room, word(ROOMS, declared.rooms[room]) if room else "", tuple(beside), count[room]))
    return Table("rooms", Text("Rooms", "Locaux"), (
        Text("room", "local"), Text("kind", "type"), Text("adjoins", "attenant à"), Text("assets", "biens"),
    ), tuple(rows))  # fmt: skip


def _hardware_table(site: str, here: dict[str, AssetFacts]) -> Table:
    rows = tuple(
        (name, _room(facts, site), functions_said(facts.functions), facts.asset.role, facts.asset.kind or "",
         facts.asset.model, facts.owner, facts.asset.sensitivity)
        for name, facts in here.items()
    )  # fmt: skip
    return Table("hardware", Text("Assets at the site", "Biens du site"), (
        Text("asset", "bien"), Text("room", "local"), Text("functions", "fonctions"), Text("role", "rôle"),
        Text("kind", "type"), Text("model", "modèle"), Text("owner", "propriétaire"),
        Text("sensitivity", "sensibilité"),
    ), rows)  # fmt: skip


def _sites(network: Network) -> tuple[str, ...]:
    return tuple(sorted(network.model.sites))


VIEW = View("site", Text("one site with its rooms and hardware", "un site, ses locaux et son matériel"), _draw, _sites)
