"""Administration interfaces, the provider's and the tenants', and the lines that lead to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cloison.netmodel.assurance.searching.ends import Ends, families
from cloison.netmodel.assurance.subjects.perimeter import PROVIDER
from cloison.netmodel.facts import EndpointFacts, Line
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network

_TENANTS = frozenset(("tenant", "public"))


def audience(network: Network, facts: EndpointFacts) -> frozenset[str]:
    """Return the kinds of party that an endpoint is for: provider, tenant, third-party or public.

    An audience may name a kind or a party. Without one an endpoint is its owner's: the provider's, unless its asset
    belongs to a tenant, whose own affair it is.
    """
    parties = network.model.parties
    if facts.endpoint.audience:
        return frozenset(parties[word].kind if word in parties else word for word in facts.endpoint.audience)
    return frozenset() if network.assets[facts.asset].owner_kind == "tenant" else frozenset(("provider",))


def serves_tenants(network: Network, facts: EndpointFacts) -> bool:
    """Tell whether tenants are offered an endpoint, by name, as such or like everybody."""
    return not _TENANTS.isdisjoint(audience(network, facts))


def serves_tenants_alone(network: Network, facts: EndpointFacts) -> bool:
    """Tell whether an endpoint is for tenants and for nobody else, or a tenant's own."""
    return audience(network, facts) <= _TENANTS


def consoles(network: Network) -> tuple[EndpointFacts, ...]:
    """Return the administration endpoints that tenants are offered, those that serve the provider as well included."""
    return tuple(
        facts
        for facts in network.endpoints.values()
        if facts.endpoint.kind == "administration" and serves_tenants(network, facts)
    )


def administered(network: Network) -> tuple[EndpointFacts, ...]:
    """Return the endpoints by which the provider administers, itself or by third parties."""
    return tuple(
        facts
        for facts in network.endpoints.values()
        if facts.endpoint.kind == "administration" and not serves_tenants_alone(network, facts)
    )


def administration_zones(network: Network) -> tuple[str, ...]:
    """Return the zones from which the provider administers."""
    return tuple(
        name
        for name, zone in network.zones.items()
        if zone.owner_kind in PROVIDER and zone.nature == "administration" and not zone.public
    )


def family(network: Network, asset: str) -> frozenset[str]:
    """Return an asset with its cluster and the members of it."""
    top = network.assets[asset].cluster or asset
    return frozenset((asset, top, *network.assets[top].members))


def joined(
    network: Network, ends: Ends, line: Line, zones: Collection[str], endpoints: Collection[EndpointFacts]
) -> Iterator[EndpointFacts]:
    """Yield the endpoints to which a line leads from some zones, on one of their services."""
    for endpoint in endpoints:
        for source, target in line.pairs():
            if not target.points.overlaps(endpoint.end.points):
                continue
            if not any(services.overlaps(endpoint.service_set) for _, services in line.services_to(target)):
                continue
            here = zones if source.kind == "any" else [zone for zone in source.zones if zone in zones]
            spoken = {item for zone in here for item in ends.within(source, Ref("zone", zone))}
            if not spoken.isdisjoint(families(target.points & endpoint.end.points)):
                yield endpoint
                break
