"""administration-exposure: no public network and no tenant leads to the provider's administration (SecNumCloud 9.6.d).

Chains are followed through proxies, application firewalls and bastions: only a VPN that authenticates and encrypts
ends them.
"""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.chains import beginnings, shown, spans
from cloison.netmodel.assurance.searching.exposure import Offered, exposed_past_relays
from cloison.netmodel.assurance.subjects.interfaces import administered, family
from cloison.netmodel.facts import EndpointFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_PUBLIC = Text("a public network", "un réseau public")
_TENANT = Text("a tenant", "un commanditaire")


def _elsewhere(network: Network) -> tuple[int, ...]:
    """Return where tenants' equipment starts that lies in zones of others."""
    return tuple(
        vertex
        for name, asset in network.assets.items()
        if asset.owner_kind == "tenant" and any(network.zones[zone].owner != asset.owner for zone in asset.zones)
        for vertex in network.reach.find("asset", name, "out")
    )


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    endpoints = administered(network)
    offered = Offered(network, endpoints)
    breaches = []
    followed = 0
    zones = {
        _PUBLIC: [name for name, zone in network.zones.items() if zone.public],
        _TENANT: [name for name, zone in network.zones.items() if zone.owner_kind == "tenant" and not zone.public],
    }
    for word, names in zones.items():
        starts = beginnings(network, names)
        if word is _TENANT:
            starts += _elsewhere(network)
        lines, found = exposed_past_relays(network, starts, offered)
        followed += lines
        for endpoint in endpoints:
            item = found.get(endpoint.id)
            if item is None:
                continue
            message = say(
                "{endpoint}, by which the provider administers {asset}, is reached from {what}",
                "{endpoint}, par laquelle le prestataire administre {asset}, est atteinte depuis {what}",
                endpoint=endpoint.id,
                asset=endpoint.asset,
                what=word,
            )
            breaches.append(
                Breach(
                    Ref("endpoint", endpoint.id),
                    message,
                    (*spans(network, item.hops), entry(network, Ref("endpoint", endpoint.id))),
                    shown(network, item.hops),
                )
            )
    seen = say(
        "{endpoints} administration {endpoints:endpoint|endpoints} of the provider, {public} public "
        "{public:zone|zones}, {tenants} {tenants:zone|zones} of tenants, {lines} {lines:line|lines} followed",
        "{endpoints} {endpoints:interface|interfaces} d’administration du prestataire, {public} "
        "{public:zone publique|zones publiques}, {tenants} {tenants:zone|zones} de commanditaires, {lines} "
        "{lines:ligne suivie|lignes suivies}",
        endpoints=len(endpoints),
        public=len(zones[_PUBLIC]),
        tenants=len(zones[_TENANT]),
        lines=followed,
    )
    return one(Part(seen, {"declared": len(endpoints)}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    network = evidence.network
    if not administered(network):
        return say(
            "the map has no administration endpoint of the provider",
            "la carte n’a aucune interface d’administration du prestataire",
        )
    theirs = any(asset.owner_kind == "tenant" for asset in network.assets.values())
    if not theirs and not any(zone.public or zone.owner_kind == "tenant" for zone in network.zones.values()):
        return say(
            "the map has no public zone and no zone of a tenant",
            "la carte n’a ni zone publique ni zone de commanditaire",
        )
    return None


def _forbids(network: Network) -> Callable[[Contact], bool]:
    offered: dict[str, list[EndpointFacts]] = {}
    for facts in administered(network):
        for name in family(network, facts.asset):
            offered.setdefault(name, []).append(facts)

    def forbids(contact: Contact) -> bool:
        zone, source = network.zones[contact.source.zone], network.assets.get(contact.source.asset)
        theirs = zone.owner_kind == "tenant" or (source is not None and source.owner_kind == "tenant")
        if not zone.public and not theirs:
            return False
        return any(
            (not facts.interface or facts.interface == contact.target.interface)
            and contact.low in facts.service_set.fields(contact.protocol)
            for facts in offered.get(contact.target.asset, ())
        )

    return forbids


CHECK = Check(
    name="administration-exposure",
    title=Text(
        "The provider’s administration is out of reach from outside",
        "L’administration du prestataire est hors d’atteinte de l’extérieur",
    ),
    why=Text(
        "An administration interface within reach is one password, or one flaw, away from the whole service.",
        "Une interface d’administration à portée n’est qu’à un mot de passe, ou une faille, du service entier.",
    ),
    remedy=Text(
        "Let administrators in by a VPN that authenticates and encrypts, and cut the chain that is shown.",
        "Faire entrer les administrateurs par un VPN qui authentifie et chiffre, et couper la suite de lignes montrée.",
    ),
    severity="error",
    run=_run,
    refines=("effective", "observed"),
    applies=_applies,
    forbids=_forbids,
)
