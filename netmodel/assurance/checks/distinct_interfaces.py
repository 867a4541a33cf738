"""distinct-interfaces: tenants’ administration has interfaces of its own (SecNumCloud 9.6.b and, for SaaS, 9.6.g).

Two interfaces are the same where they share an address and a port, or are one endpoint with both audiences. Two on one
asset with addresses or ports apart are distinct, but what takes the asset takes both: that is to be justified.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.interfaces import administered, consoles
from cloison.netmodel.facts import EndpointFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_SERVICE = Text("the type of service (`service`)", "le type de service (`service`)")
_BOTH = Text(
    "{one} serves the provider’s administrators and tenants alike",
    "{one} sert à la fois aux administrateurs du prestataire et aux commanditaires",
)
_SAME = Text(
    "{one}, by which the provider administers, and {other}, offered to tenants, share an address and a port",
    "{one}, par laquelle le prestataire administre, et {other}, offerte aux commanditaires, partagent une adresse et "
    "un port",
)
_SAME_ASSET = Text(
    "{one}, by which the provider administers, and {other}, offered to tenants, are on the same asset, {asset}",
    "{one}, par laquelle le prestataire administre, et {other}, offerte aux commanditaires, sont sur le même bien, "
    "{asset}",
)
_SAME_USERS = Text(
    "{one}, by which tenants administer, and {other}, for end users, share an address and a port",
    "{one}, par laquelle les commanditaires administrent, et {other}, pour les utilisateurs finaux, partagent une "
    "adresse et un port",
)


def _on_assets(network: Network, endpoints: Iterable[EndpointFacts]) -> Mapping[str, list[EndpointFacts]]:
    found: dict[str, list[EndpointFacts]] = {}
    for item in endpoints:
        found.setdefault(network.assets[item.asset].cluster or item.asset, []).append(item)
    return found


def _overlap(one: EndpointFacts, other: EndpointFacts) -> bool:
    return one.end.points.overlaps(other.end.points) and one.service_set.overlaps(other.service_set)


def _breach(network: Network, text: Text, one: EndpointFacts, other: EndpointFacts, **values: str) -> Breach:
    subject = Ref("endpoint", other.id)
    message = Message(text, {"one": one.id, **({} if one is other else {"other": other.id}), **values})
    spans = tuple(dict.fromkeys(entry(network, Ref("endpoint", item.id)) for item in (other, one)))
    return Breach(subject, message, spans, severity="warning" if values else None)


def _provider(network: Network) -> Part:
    ours, theirs = administered(network), consoles(network)
    by_asset = _on_assets(network, ours)
    breaches = []
    for asset, items in _on_assets(network, theirs).items():
        for other in items:
            near = by_asset.get(asset, ())
            same = [item for item in near if item.id == other.id or _overlap(item, other)]
            for item in same:
                breaches.append(_breach(network, _BOTH if item.id == other.id else _SAME, item, other))
            if near and not same:
                breaches.append(_breach(network, _SAME_ASSET, near[0], other, asset=asset))
    absent = None
    if not ours or not theirs:
        absent = say(
            "the map has administration endpoints of the provider ({ours}) and of tenants ({theirs}), not of both",
            "la carte a des interfaces d’administration du prestataire ({ours}) et des commanditaires ({theirs}), pas "
            "des deux",
            ours=len(ours),
            theirs=len(theirs),
        )
    seen = say(
        "{ours} administration {ours:endpoint|endpoints} of the provider, {theirs} of tenants",
        "{ours} {ours:interface|interfaces} d’administration du prestataire, {theirs} des commanditaires",
        ours=len(ours),
        theirs=len(theirs),
    )
    return Part(seen, {"declared": len(ours) + len(theirs)}, tuple(breaches), absent=absent, name="provider")


def _users(network: Network) -> Part:
    theirs = consoles(network)
    users = [item for item in network.endpoints.values() if item.endpoint.kind == "user"]
    seen = say(
        "{theirs} administration {theirs:endpoint|endpoints} of tenants, {users} {users:endpoint|endpoints} of users",
        "{theirs} {theirs:interface|interfaces} d’administration des commanditaires, {users} "
        "{users:interface|interfaces} d’utilisateurs",
        theirs=len(theirs),
        users=len(users),
    )
    if not network.model.service:
        missing = (Missing(Ref("map", network.model.name), _SERVICE),)
        return Part(seen, {"declared": len(theirs)}, missing=missing, name="users")
    absent = None
    if "saas" not in network.model.service:
        absent = say("the service is no SaaS", "le service n’est pas de type SaaS")
    elif not theirs:
        absent = say(
            "the map has no administration endpoint of tenants",
            "la carte n’a aucune interface d’administration de commanditaires",
        )
    by_asset = _on_assets(network, users)
    breaches = [
        _breach(network, _SAME_USERS, item, other)
        for asset, items in (_on_assets(network, theirs).items() if absent is None else ())
        for item in items
        for other in by_asset.get(asset, ())
        if _overlap(item, other)
    ]
    return Part(seen, {"declared": len(theirs)}, tuple(breaches), absent=absent, name="users")


def _run(evidence: Evidence) -> Outcome:
    return Outcome((_provider(evidence.network), _users(evidence.network)))


CHECK = Check(
    name="distinct-interfaces",
    title=Text("Tenants administer by interfaces of their own", "Les commanditaires ont leurs propres interfaces"),
    why=Text(
        "Behind one address and port only the right of an account keeps a tenant from what the provider commands.",
        "Derrière une même adresse et un même port, seul le droit d’un compte sépare un commanditaire de ce que le "
        "prestataire commande.",
    ),
    remedy=Text(
        "Offer the interface on another address or port, best on another asset.",
        "Offrir l’interface à une autre adresse ou sur un autre port, de préférence sur un autre bien.",
    ),
    severity="error",
    run=_run,
    parts=("provider", "users"),
)
