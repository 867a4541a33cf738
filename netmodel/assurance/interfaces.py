"""Administration interfaces, the provider's and the tenants', and the lines that lead to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cloison.netmodel.assurance.ends import Ends, families
from cloison.netmodel.facts import EndpointFacts, Line
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network

_TENANT = frozenset(("tenant", "any"))
_PROVIDER = frozenset(("provider", "any"))


def consoles(network: Network) -> tuple[EndpointFacts, ...]:
    """Return the administration endpoints that tenants are offered, those that serve the provider as well included."""
    return tuple(
        facts
        for facts in network.endpoints.values()
        if facts.endpoint.kind == "administration" and not _TENANT.isdisjoint(facts.endpoint.audience)
    )


def administered(network: Network) -> tuple[EndpointFacts, ...]:
    """Return the endpoints by which the provider administers.

    Without an audience an endpoint is its owner's: the provider's, unless its asset belongs to a tenant.
    """
    return tuple(
        facts
        for facts in network.endpoints.values()
        if facts.endpoint.kind == "administration"
        and (
            not _PROVIDER.isdisjoint(facts.endpoint.audience)
            if facts.endpoint.audience
            else network.assets[facts.asset].owner_kind != "tenant"
        )
    )


def administration_zones(network: Network) -> tuple[str, ...]:
    """Return the zones from which the provider administers."""
    return tuple(
        name
        for name, zone in network.zones.items()
        if zone.owner_kind == "provider" and zone.nature == "administration"
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
