"""underlying-service: what is built on a cloud service stays out of that service's public interface (9.6.i, j, k).

A zone that is `built_on: iaas` holds the provider's own resources in an IaaS that has other tenants. The interface that
those are offered is every endpoint for tenants that lies outside the zones built on that service: what is built on top
of it has consoles of its own. From the assets of that interface, and from those behind it, no line and no chain of
lines may lead into the zone.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.bypass import bypass
from cloison.netmodel.assurance.searching.chains import shown, spans
from cloison.netmodel.assurance.searching.crossings import more_chains
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.places import Places
from cloison.netmodel.assurance.subjects.interfaces import serves_tenants
from cloison.netmodel.finding import Ref, Text, say
from cloison.netmodel.network import Network

_KINDS = ("iaas", "caas", "paas")
_WORD = Text(
    "which service it is built on: iaas, caas or paas", "le service sur lequel elle est bâtie : iaas, caas ou paas"
)
_INTERFACE = Text(
    "an endpoint that this service offers its tenants", "une interface que ce service offre à ses commanditaires"
)


def _interface(network: Network, own: frozenset[str]) -> tuple[str, ...]:
    """Return the assets of the interface offered to the other tenants, and those behind it."""
    found: dict[str, None] = {}
    for item in network.endpoints.values():
        if not serves_tenants(network, item) or not own.isdisjoint(item.end.zones):
            continue
        for name in (item.asset, *item.backends):
            top = network.assets[name].cluster or name
            if own.isdisjoint(network.reach.homes(top)):
                found[top] = None
    return tuple(found)


def _answer(network: Network, kind: str) -> Part:
    service = Text(kind.upper().replace("AAS", "aaS"), kind.upper().replace("AAS", "aaS"))
    own = {name: zone.zone.built_on.lower() for name, zone in network.zones.items() if zone.zone.built_on}
    unknown = tuple(Missing(Ref("zone", name), _WORD) for name, word in own.items() if word not in _KINDS)
    zones = frozenset(part for name, word in own.items() if word == kind for part in (name, *network.zones[name].parts))
    if not zones:
        absent = say(
            "nothing on the map is built on a service of type {service}",
            "rien sur la carte n’est bâti sur un service de type {service}",
            service=service,
        )
        return Part(absent, {}, missing=unknown, absent=None if unknown else absent, name=kind)
    assets = _interface(network, zones)
    if not assets:
        unknown = (*unknown, *(Missing(Ref("zone", name), _INTERFACE) for name in sorted(zones)))
    found = bypass(
        network,
        Places(network, tuple(Ref("asset", name) for name in assets)),
        Places(network, tuple(Ref("zone", name) for name in sorted(zones))),
    )
    breaches = []
    for item in found.direct:
        message = say(
            "{line} leads from {sources}, which the tenants of the {service} are offered, to {targets}, built on it",
            "{line} mène de {sources}, offert aux commanditaires du {service}, à {targets}, bâtie sur lui",
            line=item.line.id,
            sources=tuple(place.id for place in item.sources),
            targets=tuple(place.id for place in item.targets),
            service=service,
        )
        breaches.append(Breach(ref(item.line), message, cited(network, ref(item.line)), along(network, item.line)))
    told = {(item.line.id, place) for item in found.direct for place in item.targets}
    for chain in found.chains.chains:
        if (chain.last, chain.target) in told:
            continue
        told.add((chain.last, chain.target))
        message = say(
            "a chain of lines from {source}, which the tenants of the {service} are offered, reaches {target}, built "
            "on it, by {last}",
            "une suite de lignes partie de {source}, offert aux commanditaires du {service}, atteint {target}, bâtie "
            "sur lui, par {last}",
            source=chain.start.id,
            service=service,
            target=chain.target.id,
            last=chain.last,
        )
        breaches.append(Breach(chain.target, message, spans(network, chain.hops), shown(network, chain.hops)))
    if found.chains.more:
        breaches.append(more_chains(network, found.chains))
    seen = say(
        "{zones} {zones:zone|zones} built on a service of type {service}, {assets} {assets:asset|assets} of the "
        "interface of its other tenants, {lines} {lines:line|lines}",
        "{zones} {zones:zone bâtie|zones bâties} sur un service de type {service}, {assets} {assets:bien|biens} de "
        "l’interface de ses autres commanditaires, {lines} {lines:ligne|lignes}",
        zones=len(zones),
        service=service,
        assets=len(assets),
        lines=found.looked,
    )
    return Part(seen, {"declared": len(zones)}, tuple(breaches), unknown, name=kind)


def _run(evidence: Evidence) -> Outcome:
    return Outcome(tuple(_answer(evidence.network, kind) for kind in _KINDS))


CHECK = Check(
    name="underlying-service",
    title=Text(
        "What is built on a cloud service is out of its public interface’s reach",
        "Ce qui est bâti sur un service en nuage est hors d’atteinte de son interface publique",
    ),
    why=Text(
        "The provider’s own machines must not be one more tenant’s machines to whoever breaks the public console. "
        "The interface of the underlying service is every endpoint for tenants outside the zones built on it, with "
        "what is behind.",
        "Pour qui force la console publique, les machines du prestataire ne doivent pas être celles d’un "
        "commanditaire de plus. L’interface du service sous-jacent est toute interface offerte à des "
        "commanditaires hors des zones bâties sur lui, avec ce qui est derrière.",
    ),
    remedy=Text(
        "Cut the line or the chain that is shown; manage these resources from the provider’s own administration.",
        "Couper la ligne ou la suite montrée ; gérer ces ressources depuis l’administration du prestataire.",
    ),
    severity="error",
    run=_run,
    refines=("effective",),
    parts=_KINDS,
)
