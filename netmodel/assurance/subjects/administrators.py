"""Who administers the service, and from where: lines of administration and posts of administrators."""

from __future__ import annotations

from cloison.netmodel.assurance.subjects.encryption import is_tunnel
from cloison.netmodel.assurance.subjects.equipment import listed
from cloison.netmodel.assurance.subjects.interfaces import serves_tenants_alone
from cloison.netmodel.assurance.subjects.perimeter import is_environment, is_system, is_workstation
from cloison.netmodel.facts import AssetFacts, Line
from cloison.netmodel.network import Network


def administers(network: Network, line: Line) -> bool:
    """Tell whether a line administers the service: by its nature, or by the endpoint that it leads to.

    What tenants administer, what a tenant's console offers, what serves other environments and the outer packets of a
    tunnel is none of it.
    """
    offered = [
        item
        for end in line.targets
        if end.kind == "endpoint" and (item := network.endpoints[end.id]).endpoint.kind == "administration"
    ]
    if line.nature != "administration" and not offered:
        return False
    if offered and all(serves_tenants_alone(network, item) for item in offered):
        return False
    party = network.model.parties.get(line.owner)
    if party is not None and party.kind == "tenant":
        return False
    zones = [network.zones[zone] for end in line.targets for zone in end.zones]
    if zones and all(is_environment(zone) or is_system(zone) or zone.public for zone in zones):
        return False
    return not is_tunnel(network, line)


def posts(network: Network) -> dict[str, AssetFacts]:
    """Return the posts of administrators: workstations of the provider with a home in a zone of administration."""
    return {
        name: facts
        for name, facts in network.assets.items()
        if listed(network, facts)
        and is_workstation(network, facts)
        and any(network.zones[zone].nature == "administration" for zone in facts.zones)
    }
