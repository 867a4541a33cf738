"""The tenants of a map in the reach graph: where somebody of theirs starts, and what means that they are reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network


class Tenants:
    """The tenants of a map and what is theirs: zones, and assets of theirs in others' zones."""

    def __init__(self, network: Network) -> None:
        self.network = network
        owned: dict[str, list[Ref]] = {
            name: [] for name, party in network.model.parties.items() if party.kind == "tenant"
        }
        for name, zone in network.zones.items():
            if zone.owner_kind == "tenant":
                owned[zone.owner].append(Ref("zone", name))
        for name, asset in network.assets.items():
            if asset.owner_kind == "tenant" and not any(
                network.zones[zone].owner == asset.owner for zone in asset.zones
            ):
                owned[asset.owner].append(Ref("asset", name))
        self.owned = {name: refs for name, refs in owned.items() if refs}
        self.names = tuple(self.owned)

    def starts(self, tenant: str) -> tuple[int, ...]:
        """Return where somebody of the tenant's starts: in its places, and on its equipment wherever that has feet."""
        reach = self.network.reach
        found: dict[int, None] = {}
        for item in self.owned[tenant]:
            others = {vertex for part in self._others(item, tenant) for vertex in reach.starts("zone", part)}
            found |= dict.fromkeys(vertex for vertex in reach.starts(item.kind, item.id) if vertex not in others)
        for name in self._equipment.get(tenant, ()):
            found |= dict.fromkeys(reach.find("asset", name, "out"))
        return tuple(found)

    @cached_property
    def _equipment(self) -> Mapping[str, Sequence[str]]:
        """What belongs to one party alone, itself or by all the zones where it lies."""
        network = self.network
        found: dict[str, list[str]] = {}
        for name, asset in network.assets.items():
            owners = {asset.owner} if asset.owner else {network.zones[zone].owner for zone in network.reach.homes(name)}
            if len(owners) == 1:
                found.setdefault(owners.pop(), []).append(name)
        return found

    def inside(self, tenant: str) -> frozenset[int]:
        """Return the vertices that mean that the tenant is reached: its places, and its equipment in them."""
        reach = self.network.reach
        found: set[int] = set()
        for item in self.owned[tenant]:
            if item.kind == "asset":
                found.update(reach.into("asset", item.id))
                continue
            others = {vertex for part in self._others(item, tenant) for vertex in reach.inner("zone", part)}
            own = (vertex for name in self.network.zones[item.id].assets for vertex in reach.find("asset", name, "in"))
            found.update(vertex for vertex in reach.inner("zone", item.id) if vertex not in others)
            found.update(own)
        return frozenset(vertex for vertex in found if self._theirs(vertex, tenant))

    def _others(self, place: Ref, tenant: str) -> tuple[str, ...]:
        """Return the zones within a zone of the tenant's that belong to somebody else."""
        zones = self.network.zones
        parts = zones[place.id].parts if place.kind == "zone" else ()
        return tuple(part for part in parts if zones[part].owner != tenant)

    def _theirs(self, vertex: int, tenant: str) -> bool:
        """Tell whether a vertex in a tenant's zone is not someone else's equipment, such as the provider's router."""
        here = self.network.reach.vertices[vertex]
        if here.kind not in ("asset", "relay"):
            return True
        return self.network.assets[here.id.partition("/")[0]].owner in ("", tenant)

    def theirs(self, place: Ref) -> bool:
        """Tell whether a place on a chain belongs to some tenant."""
        network = self.network
        if place.kind == "asset":
            owner = network.assets[place.id].owner_kind
            return owner == "tenant" or (
                not owner and all(network.zones[zone].owner_kind == "tenant" for zone in network.assets[place.id].zones)
            )
        if place.kind == "subnet":
            return network.zones[network.subnets[place.id].zone].owner_kind == "tenant"
        if place.kind == "zone":
            return network.zones[place.id].owner_kind == "tenant"
        return all(network.zones[zone].owner_kind == "tenant" for zone in network.ends[place.id].zones)
