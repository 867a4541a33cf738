"""rooms: what lies in public, private and sensitive rooms, and which doors there are between (11.1, 11.5).

A room is judged by its class and its doors alone: 11.2.2.j is about walls, and who reaches whom by network says nothing
of it (that is `public-to-sensitive`). The network is asked about in one case only: what lies in a public room without
being of the service must not give access to it (11.1.1.a).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited, entry
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.bypass import bypass
from cloison.netmodel.assurance.searching.chains import shown, spans
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.places import Places
from cloison.netmodel.assurance.subjects.perimeter import is_service, is_workstation
from cloison.netmodel.assurance.subjects.rooms import CLASSES, PUBLIC, Rooms
from cloison.netmodel.facts import AssetFacts
from cloison.netmodel.finding import Message, Ref, Step, Text, Witness, say
from cloison.netmodel.network import Network

_DOORS = Text("the doors between its rooms (`adjacent`)", "les portes entre ses salles (`adjacent`)")
_WORKSTATIONS = Text("workstations (`functions: workstation`)", "des postes de travail (`functions: workstation`)")
_IN = Text("{asset} lies in {room}, a {kind} room: {why}", "{asset} se trouve dans {room}, salle {kind} : {why}")
_OF_SERVICE = Text("no resource of the service lies there", "aucune ressource du service ne s’y trouve")
_PRIVATE = Text("it belongs in a private room", "sa place est en salle privée")
_PRODUCTION = Text("those are for production alone", "elles sont réservées à la production")
_SENSITIVE = Text(
    "servers of production belong in a sensitive room", "les serveurs de production vont en salle sensible"
)


def _inside(rooms: Rooms, name: str, why: Text) -> Breach:
    subject = Ref("asset", name)
    place = rooms.placed[name]
    values: dict[str, str | Text] = {"asset": name, "room": place, "kind": CLASSES[rooms.kind(place)], "why": why}
    return Breach(subject, Message(_IN, values), cited(rooms.network, subject, "site"))


def _classes(rooms: Rooms) -> Part:
    network = rooms.network
    sites = network.model.sites
    breaches = []
    for name in rooms.roomless:
        subject = Ref("asset", name)
        message = say(
            "{asset} lies in {site}, in none of its rooms",
            "{asset} se trouve à {site}, dans aucune de ses salles",
            asset=name,
            site=network.assets[name].asset.site.partition("/")[0],
        )
        breaches.append(Breach(subject, message, cited(network, subject, "site")))
    roomless = set(rooms.roomless)
    missing = rooms.unknown(name for name in rooms.unplaced if name not in roomless)
    seen = say(
        "{n} {n:asset|assets} in {public} public, {private} private and {sensitive} sensitive {sensitive:room|rooms} "
        "of {sites} {sites:site|sites}",
        "{n} {n:bien|biens} dans {public} {public:salle publique|salles publiques}, {private} "
        "{private:privée|privées} et {sensitive} {sensitive:sensible|sensibles} de {sites} {sites:site|sites}",
        n=len(rooms.placed),
        public=len(rooms.of(*PUBLIC)),
        private=len(rooms.of("private")),
        sensitive=len(rooms.of("sensitive")),
        sites=len(sites),
    )
    absent = None
    if not (rooms.placed or breaches or missing):
        absent = say("the map has no equipment of the provider", "la carte n’a aucun équipement du prestataire")
    return Part(seen, {"declared": len(rooms.placed)}, tuple(breaches), missing, absent, "classes")


def _public(rooms: Rooms, name: str, kind: str) -> Part:
    """Return what lies in public rooms: equipment of the service, and whatever leads to the service."""
    network = rooms.network
    places = set(rooms.of(kind))
    breaches: list[Breach] = []
    others: list[Ref] = []
    for asset, place in rooms.placed.items():
        if place in places:
            zones = rooms.zones(network.assets[asset])
            if not zones or any(map(is_service, zones)):
                breaches.append(_inside(rooms, asset, _OF_SERVICE))
            else:
                others.append(Ref("asset", asset))
    for subject, zone, site in _networks(network):
        if site not in places:
            continue
        if is_service(network.zones[zone]):
            message = say(
                "{network}, a network of the service, lies in {room}, a {kind} room",
                "{network}, réseau du service, se trouve dans {room}, salle {kind}",
                network=subject.id,
                room=site,
                kind=CLASSES[kind],
            )
            breaches.append(Breach(subject, message, cited(network, subject, "site")))
        else:
            others.append(subject)
    breaches += _access(network, others)
    seen = say(
        "{n} {kind} {n:room|rooms}, {assets} {assets:asset|assets} looked at and {others} things of other systems "
        "in such rooms",
        "{n} {n:salle|salles} de classe {kind}, {assets} {assets:bien examiné|biens examinés} et {others} objets "
        "d’autres systèmes dans ces salles",
        n=len(places),
        kind=CLASSES[kind],
        assets=len(rooms.placed),
        others=len(others),
    )
    absent = None
    if not places:
        absent = say(
            "no room of the map is of the class “{kind}”",
            "aucune salle de la carte n’est de classe « {kind} »",
            kind=CLASSES[kind],
        )
    missing = rooms.unknown(rooms.unplaced) if places or kind == "public" else ()
    count = len(places) + len(rooms.placed) if places else 0
    return Part(seen, {"declared": count}, tuple(breaches), missing, absent if not missing else None, name)


def _networks(network: Network) -> Iterator[tuple[Ref, str, str]]:
    for name, zone in network.zones.items():
        if zone.zone.site and not zone.public:
            yield Ref("zone", name), name, zone.zone.site
    for name, subnet in network.subnets.items():
        if subnet.subnet.site:
            yield Ref("subnet", name), subnet.zone, subnet.subnet.site


def _access(network: Network, others: list[Ref]) -> Iterator[Breach]:
    """Yield how things in public rooms that are not of the service lead to it."""
    if not others:
        return
    service = tuple(Ref("zone", name) for name, zone in network.zones.items() if is_service(zone))
    found = bypass(network, Places(network, tuple(others)), Places(network, service))
    text = Text(
        "{line} leads from {what}, in a public room, to the service: {zones}",
        "{line} mène de {what}, en salle publique, au service : {zones}",
    )
    for item in found.direct:
        values: dict[str, str | tuple[str, ...]] = {
            "line": item.line.id,
            "what": tuple(place.id for place in item.sources),
            "zones": tuple(place.id for place in item.targets),
        }
        where = ref(item.line)
        yield Breach(where, Message(text, values), cited(network, where), along(network, item.line))
    for chain in found.chains.chains:
        values = {"line": chain.first, "what": chain.start.id, "zones": (chain.target.id,)}
        yield Breach(chain.start, Message(text, values), spans(network, chain.hops), shown(network, chain.hops))


def _private(
    rooms: Rooms, name: str, belongs: Callable[[AssetFacts], bool], seen: Text, absent: Text | None = None
) -> Part:
    assets = rooms.network.assets
    placed = [item for item in rooms.placed if belongs(assets[item])]
    missing = rooms.unknown(item for item in rooms.unplaced if belongs(assets[item]))
    breaches = tuple(_inside(rooms, item, _PRIVATE) for item in placed if rooms.kind(rooms.placed[item]) != "private")
    nothing = None
    if not placed and not missing:
        if absent is None:
            missing = (Missing(Ref("map", rooms.network.model.name), _WORKSTATIONS),)
        else:
            nothing = Message(absent)
    return Part(Message(seen, {"n": len(placed)}), {"declared": len(placed)}, breaches, missing, nothing, name)


def _sensitive(rooms: Rooms) -> Part:
    network = rooms.network
    breaches = []
    servers = sensitive = 0
    for name, place in rooms.placed.items():
        asset = network.assets[name]
        server = rooms.is_server(asset)
        servers += server
        if rooms.kind(place) == "sensitive":
            sensitive += 1
            if is_workstation(network, asset) or rooms.is_foreign(asset):
                breaches.append(_inside(rooms, name, _PRODUCTION))
        elif server:
            breaches.append(_inside(rooms, name, _SENSITIVE))
    missing = rooms.unknown(name for name in rooms.unplaced if rooms.is_server(network.assets[name]))
    seen = say(
        "{sensitive} {sensitive:asset|assets} in sensitive rooms, {servers} {servers:server|servers} of production",
        "{sensitive} {sensitive:bien|biens} en salle sensible, {servers} {servers:serveur|serveurs} de production",
        sensitive=sensitive,
        servers=servers,
    )
    absent = None
    if not (sensitive or servers or missing):
        absent = say(
            "the map has no sensitive room and no server of production",
            "la carte n’a ni salle sensible ni serveur de production",
        )
    return Part(seen, {"declared": sensitive + servers}, tuple(breaches), missing, absent, "sensitive")


def _doors(rooms: Rooms, name: str, kind: str, other: str) -> Part:
    """Return the doors from rooms of one class to those of another; to private rooms they are to be justified."""
    network = rooms.network
    sites = {site: item for site, item in network.model.sites.items() if {kind, other} <= set(item.rooms.values())}
    missing = []
    doors = 0
    for site, item in sites.items():
        known = {room for pair in item.adjacent for room in pair}
        if any(room not in known for room, held in item.rooms.items() if held in (kind, other)):
            missing.append(Missing(Ref("site", site), _DOORS))
        doors += len(item.adjacent)
    breaches = []
    for site, place, here, there in rooms.doors(kind):
        if network.model.sites[site].rooms[there] != other:
            continue
        span = network.document.span(("sites", site, "adjacent", place))
        message = say(
            "a door leads from {here}, a {kind} room, to {there}, a {other} one",
            "une porte mène de {here}, salle de classe {kind}, à {there}, salle de classe {other}",
            here=f"{site}/{here}",
            there=f"{site}/{there}",
            kind=CLASSES[kind],
            other=CLASSES[other],
        )
        steps = tuple(
            Step(Ref("site", f"{site}/{room}"), Message(CLASSES[what]), span)
            for room, what in ((here, kind), (there, other))
        )
        breach = Breach(Ref("site", site), message, (span, entry(network, Ref("site", site))), Witness("path", steps))
        breaches.append(replace(breach, severity="warning", remedy=_ISOLATE) if other == "private" else breach)
    seen = say(
        "{doors} {doors:door|doors} of {n} {n:site|sites} with {kind} and {other} rooms",
        "{doors} {doors:porte|portes} de {n} {n:site|sites} ayant des salles de classes {kind} et {other}",
        doors=doors,
        n=len(sites),
        kind=CLASSES[kind],
        other=CLASSES[other],
    )
    absent = None
    if not sites:
        absent = say(
            "no site of the map has both {kind} and {other} rooms",
            "aucun site de la carte n’a à la fois des salles de classes {kind} et {other}",
            kind=CLASSES[kind],
            other=CLASSES[other],
        )
    return Part(seen, {"declared": doors}, tuple(breaches), tuple(missing), absent, name)


_ISOLATE = say(
    "Isolate the door (an airlock, an escort), or let it lead to a public room; justify what makes up for it.",
    "Isoler cette porte (sas, accompagnement), ou la faire donner sur une salle publique ; justifier ce qui en tient "
    "lieu.",
)  # fmt: skip


def _run(evidence: Evidence) -> Outcome:
    rooms = Rooms(evidence.network)
    return Outcome(
        (
            _classes(rooms),
            _public(rooms, "public", "public"),
            _public(rooms, "deliveries", "delivery"),
            _private(
                rooms,
                "development",
                rooms.is_development,
                Text(
                    "{n} {n:asset|assets} of development, tests and preproduction",
                    "{n} {n:bien|biens} de développement, de test et de préproduction",
                ),
                Text("the map has no equipment of development", "la carte n’a aucun équipement de développement"),
            ),
            _private(
                rooms,
                "workstations",
                lambda asset: is_workstation(evidence.network, asset),
                Text("{n} {n:workstation|workstations}", "{n} {n:poste de travail|postes de travail}"),
            ),
            _sensitive(rooms),
            _doors(rooms, "public-doors", "public", "sensitive"),
            _doors(rooms, "delivery-doors", "delivery", "sensitive"),
            _doors(rooms, "delivery-isolation", "delivery", "private"),
        )
    )


CHECK = Check(
    name="rooms",
    title=Text("Equipment lies in rooms of the right class", "Chaque équipement est dans une salle de la bonne classe"),
    why=Text(
        "Whoever can touch a machine owns it. Delivery areas count as public rooms. Development, tests, preproduction "
        "and workstations belong in private rooms, servers of production in sensitive ones, which are for production "
        "alone; network equipment of production may lie in either. Doors are judged as they are declared between "
        "rooms, never by who reaches whom over the network.",
        "Qui peut toucher une machine en est maître. Les zones de livraison comptent comme salles publiques. Le "
        "développement, les tests, la préproduction et les postes de travail vont en salle privée, les serveurs de "
        "production en salle sensible, réservée à la production ; les équipements de réseau de la production vont "
        "dans l’une ou l’autre. Les portes sont jugées telles que déclarées entre salles, jamais d’après qui atteint "
        "qui par le réseau.",
    ),
    remedy=Text(
        "Move the equipment to a room of the right class, or close the door; where people sit at it, give it the "
        "function `workstation`.",
        "Déplacer l’équipement dans une salle de la bonne classe, ou condamner la porte ; s’il s’agit d’un poste de "
        "travail, lui donner la fonction `workstation`.",
    ),
    severity="error",
    run=_run,
    parts=(
        "classes", "public", "deliveries", "development", "workstations", "sensitive", "public-doors", "delivery-doors",
        "delivery-isolation",
    ),
)  # fmt: skip
