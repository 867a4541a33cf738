"""What belongs to the service and what does not: other information systems, other environments, production.

A word of the map decides each: the owner, the nature and the ``system`` of a zone. A zone without an owner is taken for
the provider's, so that no rule leaves it out; that it has none is told by `third-party-list`.
"""

from __future__ import annotations

from cloison.netmodel.facts import AssetFacts, ZoneFacts
from cloison.netmodel.network import Network

PROVIDER = frozenset(("", "provider"))  # the kinds of owner of what is the provider's, or nobody's by name
ENVIRONMENTS = frozenset(("development", "test", "preproduction"))


def is_system(zone: ZoneFacts) -> bool:
    """Tell whether a zone belongs to another information system: the provider's own others, or a third party's."""
    if zone.public:
        return False
    if zone.owner_kind in PROVIDER:
        return bool(zone.system) or zone.nature == "office"
    return zone.owner_kind == "third-party"


def is_environment(zone: ZoneFacts) -> bool:
    """Tell whether a zone is another environment of the provider; what tenants develop is production of the service."""
    return not zone.public and zone.owner_kind in PROVIDER and zone.nature in ENVIRONMENTS and not is_system(zone)


def is_service(zone: ZoneFacts) -> bool:
    """Tell whether a zone is of the service: the provider's for it, or a tenant's."""
    return not zone.public and not is_system(zone) and (zone.owner_kind in PROVIDER or zone.owner_kind == "tenant")


def is_production(zone: ZoneFacts) -> bool:
    """Tell whether a zone of the service is no other environment."""
    return is_service(zone) and not is_environment(zone)


def is_workstation(network: Network, asset: AssetFacts) -> bool:
    """Tell whether an asset is a post at which somebody sits, as its functions say."""
    return "workstation" in asset.functions or (
        bool(asset.cluster) and "workstation" in network.assets[asset.cluster].functions
    )
