"""network-diagram: the layer-3 diagram identifies its nerve centres (SecNumCloud 13.1.a, third bullet).

The diagram is drawn from the map, so that it holds what the map holds. A question for each thing that the clause
names: the diagram as a whole, interconnections, networks, security equipment, servers that hold tenants' data.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.holdings import DATA, holds
from cloison.netmodel.assurance.subjects.joints import around, joints
from cloison.netmodel.assurance.subjects.perimeter import PROVIDER, is_service, is_system
from cloison.netmodel.facts import ZoneFacts
from cloison.netmodel.finding import Message, Ref, Severity, Text, Value, say
from cloison.netmodel.network import Network

_SECURITY = frozenset((
    "filtering", "waf", "proxy", "bastion", "vpn", "authentication", "encryption", "probe", "log-collector", "siem",
    "time-source", "directory", "sas-in", "sas-out", "antivirus",
))  # fmt: skip
_MOST = 500  # networks that are told one by one
_INTERCONNECTION = Text("an interconnection with it", "une interconnexion avec elle")
_ADMINISTRATION = Text(
    "a network of administration (a subnet in a zone of nature administration)",
    "un réseau d’administration (un sous-réseau dans une zone de nature administration)",
)
_EQUIPMENT = Text("security equipment (`functions`)", "un équipement de sécurité (`functions`)")


def _place(network: Network, subject: Ref, text: Text, severity: Severity | None = None, **values: Value) -> Breach:
    return Breach(subject, Message(text, values), cited(network, subject), severity=severity)


def _whole(network: Network) -> Part:
    """Look for networks of the service that nothing joins to any other."""
    parts = network.topology.without(())
    held: dict[int, int] = {}
    for name, zone in network.zones.items():
        if zone.within not in network.zones:
            held[parts.of(("zone", name))] = held.get(parts.of(("zone", name)), 0) + 1
    ours = [zone for zone in network.zones.values() if is_service(zone) and zone.within not in network.zones]
    alone = [zone for zone in ours if zone.points and held[parts.of(("zone", zone.id))] < 2] if len(ours) > 1 else []
    breaches = tuple(
        _place(
            network,
            Ref("zone", zone.id),
            Text(
                "{zone} is joined to nothing: neither an interconnection nor equipment leads out of it",
                "{zone} n’est reliée à rien : ni interconnexion ni équipement n’en sort",
            ),
            "note",
            zone=zone.id,
        )
        for zone in alone
    )
    seen = say(
        "{zones} {zones:zone|zones} of the service, {subnets} {subnets:subnet|subnets}, {joints} pieces of equipment "
        "that join them",
        "{zones} {zones:zone|zones} du service, {subnets} {subnets:sous-réseau|sous-réseaux}, {joints} équipements qui "
        "les relient",
        zones=len(ours),
        subnets=len(network.subnets),
        joints=len(network.topology.forwarding),
    )
    return Part(seen, {"declared": len(ours)}, breaches, absent=_none(ours), name="whole")


def _none(ours: list[ZoneFacts]) -> Message | None:
    return None if ours else say("the map has no zone of the service", "la carte n’a aucune zone du service")


def _interconnections(network: Network) -> Part:
    """Look for what joins a public network, a third party or another system, and no interconnection says so."""
    model = network.model
    outside = {name for name, zone in network.zones.items() if zone.public or is_system(zone)}
    joined = {zone for item in model.interconnections.values() for zone in item.between}
    breaches = [
        _place(
            network,
            Ref("asset", item.asset),
            Text(
                "{asset} joins {zone} to {others}, and no interconnection says so",
                "{asset} relie {zone} à {others}, et aucune interconnexion ne le dit",
            ),
            asset=item.asset,
            zone=item.outside,
            others=item.others,
        )
        for item in joints(network, outside)
    ]
    beside = {zone for name in network.topology.forwarding for zone in network.reach.homes(name)}
    apart = {zone for zone in outside - beside if joined.isdisjoint(around(network, zone))}
    used = {
        zone for line in network.lines if apart and line.live
        for end in (*line.sources, *line.targets) for zone in end.zones if zone in apart
    }  # fmt: skip
    missing = tuple(Missing(Ref("zone", zone), _INTERCONNECTION) for zone in sorted(used))
    absent = None
    if not outside:
        absent = say(
            "the map has neither a public network, nor a third party’s, nor another information system",
            "la carte n’a ni réseau public, ni réseau de tiers, ni autre système d’information",
        )
    seen = say(
        "{n} {n:interconnection|interconnections}, {outside} {outside:zone|zones} outside the service",
        "{n} {n:interconnexion|interconnexions}, {outside} {outside:zone|zones} hors du service",
        n=len(model.interconnections),
        outside=len(outside),
    )
    return Part(seen, {"declared": len(outside)}, tuple(breaches), missing, absent, "interconnections")


def _networks(network: Network) -> Part:
    ours = [zone for zone in network.zones.values() if is_service(zone)]
    breaches = tuple(
        _place(
            network,
            Ref("zone", zone.id),
            Text(
                "{zone} has no network: neither a subnet nor addresses",
                "{zone} n’a aucun réseau : ni sous-réseau ni adresses",
            ),
            "warning",
            zone=zone.id,
        )
        for zone in ours
        if not zone.points
    )
    administration = [zone for zone in ours if zone.nature == "administration" and zone.points]
    missing = () if administration or not ours else (Missing(Ref("map", network.model.name), _ADMINISTRATION),)
    seen = say(
        "{subnets} {subnets:subnet|subnets} in {zones} {zones:zone|zones} of the service, {administration} of them of "
        "administration",
        "{subnets} {subnets:sous-réseau|sous-réseaux} dans {zones} {zones:zone|zones} du service, dont "
        "{administration} d’administration",
        subnets=sum(len(zone.subnets) for zone in ours),
        zones=len(ours),
        administration=len(administration),
    )
    return Part(seen, {"declared": len(ours)}, breaches, missing, _none(ours), "networks")


def _security(network: Network) -> Part:
    """Look for equipment that the map shows at a task of security, and whose functions do not say it."""
    gateways = {asset for carrier in network.model.carriers.values() for asset in carrier.ends}
    breaches = []
    equipment = 0
    for name, facts in network.assets.items():
        if facts.cluster:
            continue
        equipment += not facts.functions.isdisjoint(_SECURITY)
        what = None
        if facts.forwards and not facts.functions:
            what = _STANDS
        elif facts.asset.watches and "probe" not in facts.functions:
            what = _WATCHES
        elif facts.asset.authentication and not facts.functions:
            what = _CHECKS
        elif facts.forwards and name in gateways and facts.functions.isdisjoint(("vpn", "encryption")):
            what = _ENCRYPTS
        if what is not None:
            breaches.append(_place(network, Ref("asset", name), what, asset=name))
    missing: tuple[Missing, ...] = ()
    if not equipment and not breaches:
        missing = (Missing(Ref("map", network.model.name), _EQUIPMENT),)
    seen = say(
        "{n} pieces of security equipment among {assets} {assets:asset|assets}",
        "{n} équipements de sécurité parmi {assets} {assets:bien|biens}",
        n=equipment,
        assets=len(network.assets),
    )
    return Part(seen, {"declared": len(network.assets)}, tuple(breaches), missing, name="security")


_STANDS = Text(
    "{asset} stands between zones, and no function says what it does there",
    "{asset} se tient entre des zones, et aucune fonction ne dit ce qu’il y fait",
)
_WATCHES = Text("{asset} watches, and is not said to be a probe", "{asset} surveille, et n’est pas dit sonde")
_CHECKS = Text(
    "{asset} authenticates, and no function says what it protects",
    "{asset} authentifie, et aucune fonction ne dit ce qu’il protège",
)
_ENCRYPTS = Text(
    "{asset} is the end of a tunnel, and is not said to be a VPN or to encrypt",
    "{asset} est l’extrémité d’un tunnel, et n’est dit ni VPN ni chiffreur",
)


def _sensitive(network: Network) -> Part:
    """Look for the provider's servers in places that hold tenants' data, and that are not told as sensitive."""
    held = {name for name, zone in network.zones.items() if is_service(zone) and holds(network, zone, "tenant")}
    said = any(
        zone.owner_kind in PROVIDER and is_service(zone) and holds(network, zone, "tenant") is not None
        for zone in network.zones.values()
    )
    servers = [
        facts
        for facts in (network.assets.values() if held else ())
        if not facts.members
        and facts.owner_kind in PROVIDER
        and not facts.forwards
        and any(zone in held and network.zones[zone].owner_kind in PROVIDER for zone in facts.zones)
    ]
    breaches = tuple(
        _place(
            network,
            Ref("asset", facts.id),
            Text(
                "{asset} holds data of tenants and is not told as sensitive",
                "{asset} contient des données de commanditaires et n’est pas signalé comme sensible",
            ),
            asset=facts.id,
        )
        for facts in servers
        if not facts.sensitive
    )
    missing = () if said else (Missing(Ref("map", network.model.name), DATA),)
    seen = say(
        "{n} {n:server|servers} of the provider in zones that hold tenants’ data, {sensitive} sensitive assets in all",
        "{n} {n:serveur|serveurs} du prestataire dans des zones qui contiennent des données de commanditaires, "
        "{sensitive} biens sensibles en tout",
        n=len(servers),
        sensitive=sum(facts.sensitive for facts in network.assets.values()),
    )
    return Part(seen, {"declared": len(network.assets)}, breaches, missing, name="sensitive")


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    parts = (_whole(network), _interconnections(network), _networks(network), _security(network), _sensitive(network))
    return Outcome((*parts, *_observed(evidence)))


def _observed(evidence: Evidence) -> tuple[Part, ...]:
    """Look for networks that captures show and the map has not: what is missing of the diagram."""
    if evidence.observed is None:
        return ()
    strangers = evidence.observed.strangers
    breaches = [
        Breach(
            Ref("subnet", item.prefix),
            say(
                "{prefix} is on no subnet of the map: {n} {n:conversation|conversations} of it {n:was|were} seen",
                "{prefix} n’est dans aucun sous-réseau de la carte : {n} {n:conversation vue|conversations vues}",
                prefix=item.prefix,
                n=item.conversations,
            ),
            (item.span,),
            graph="observed",
        )
        for item in strangers[:_MOST]
    ]
    seen = say(
        "{n} observed {n:contact|contacts}, {unknown} private {unknown:network|networks} that the map has not",
        "{n} {n:échange observé|échanges observés}, {unknown} {unknown:réseau privé|réseaux privés} hors de la carte",
        n=len(evidence.observed.edges),
        unknown=len(strangers),
    )
    return (Part(seen, {"observed": len(evidence.observed.edges)}, tuple(breaches), name="networks"),)


def _applies(evidence: Evidence) -> Message | None:
    if any(is_service(zone) for zone in evidence.network.zones.values()) and evidence.network.assets:
        return None
    return say("the map has no zone of the service, or no asset", "la carte n’a aucune zone du service, ou aucun bien")


CHECK = Check(
    name="network-diagram",
    title=Text("The diagram shows its nerve centres", "Le schéma montre ses points névralgiques"),
    why=Text(
        "A diagram without its entrances, its guards and its treasures shows where cables go, not what to defend.",
        "Un schéma sans ses entrées, ses gardes et ses trésors montre où vont les câbles, non ce qu’il faut défendre.",
    ),
    remedy=Text(
        "Declare what the message names: the interconnection, the network, the function, or the sensitivity.",
        "Déclarer ce que nomme le message : l’interconnexion, le réseau, la fonction ou la sensibilité.",
    ),
    severity="error",
    run=_run,
    refines=("observed",),
    applies=_applies,
    parts=("whole", "interconnections", "networks", "security", "sensitive"),
)
