"""What the ends of lines are to a rule: public, sensitive, a tenant's, a relay; and how findings name lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Message, Ref, Step, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import V4
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.ownership import LAST


@dataclass(slots=True)
class Ends:
    """Answers about ends, each computed once for a network: maps have far fewer ends than lines."""

    network: Network
    _public: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _sensitive: dict[str, tuple[Ref, ...]] = field(default_factory=dict)
    _tenants: dict[str, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    _relays: dict[str, bool] = field(default_factory=dict)
    _within: dict[tuple[str, Ref], frozenset[int]] = field(default_factory=dict)

    def public(self, end: End) -> tuple[str, ...]:
        """Return the public zones that an end touches; ``any`` touches all."""
        found = self._public.get(end.id)
        if found is None:
            zones = self.network.zones if end.kind == "any" else end.zones
            found = tuple(zone for zone in zones if self.network.zones[zone].public)
            self._public[end.id] = found
        return found

    def sensitive(self, end: End) -> tuple[Ref, ...]:
        """Return the sensitive zones that an end touches, then its sensitive assets in other zones.

        Naming a public network does not name the equipment that has a foot in it.
        """
        found = self._sensitive.get(end.id)
        if (
            found is None
            and end.kind in ("zone", "subnet")
            and all(self.network.zones[name].public for name in end.zones)
        ):
            found = self._sensitive[end.id] = ()
        if found is None:
            network = self.network
            whole = end.kind == "any"
            zones = [zone for zone in (network.zones if whole else end.zones) if network.zones[zone].sensitive]
            known = set(zones)
            assets = [
                asset
                for asset in (network.assets if whole else end.assets)
                if network.assets[asset].sensitive and known.isdisjoint(network.assets[asset].zones)
            ]
            found = (*(Ref("zone", zone) for zone in zones), *(Ref("asset", asset) for asset in assets))
            self._sensitive[end.id] = found
        return found

    def tenants(self, end: End) -> Mapping[str, frozenset[int]]:
        """Return the tenants to whom something in an end belongs, with the address families in which it does.

        That is a zone of theirs, or an asset of theirs elsewhere; naming a public network does not name the equipment
        that has a foot in it.
        """
        found = self._tenants.get(end.id)
        if found is None:
            network = self.network
            whole = end.kind == "any"
            held: dict[str, frozenset[int]] = {}
            for name in network.zones if whole else end.zones:
                zone = network.zones[name]
                if zone.owner_kind == "tenant":
                    parts = (network.zones[part] for part in zone.parts if network.zones[part].owner != zone.owner)
                    own = zone.points - IntervalSet.union(item for part in parts for item in part.points.ranges)
                    held[zone.owner] = held.get(zone.owner, frozenset()) | families(end.points & own)
            named = {leaf.id.partition("/")[0] for leaf in end.leaves if leaf.kind in ("asset", "interface")}
            named.update(owner.asset for leaf in end.leaves for owner in leaf.owners)
            for name in network.assets if whole else end.assets:
                asset = network.assets[name]
                known = held.get(asset.owner, frozenset())
                if asset.owner_kind == "tenant" and not families(asset.points) <= known:
                    points = IntervalSet.union(
                        item
                        for home in asset.interfaces.values()
                        if name in named or not all(network.zones[zone].public for zone in home.zones)
                        for item in home.points.ranges
                    )
                    held[asset.owner] = known | families(end.points & points)
            found = self._tenants[end.id] = {tenant: reached for tenant, reached in held.items() if reached}
        return found

    def within(self, end: End, place: Ref) -> frozenset[int]:
        """Return the address families in which an end touches a zone, a subnet or an asset."""
        key = end.id, place
        found = self._within.get(key)
        if found is None:
            network = self.network
            points = (
                network.zones[place.id].points
                if place.kind == "zone"
                else network.subnets[place.id].points
                if place.kind == "subnet"
                else network.assets[place.id].points
            )
            found = self._within[key] = families(end.points & points)
        return found

    def relay(self, end: End) -> bool:
        """Tell whether all that an end stands for are relays."""
        found = self._relays.get(end.id)
        if found is None:
            network = self.network
            found = self._relays[end.id] = named_alone(network, end) and all(
                network.assets[leaf.id.partition("/")[0]].relay for leaf in end.leaves
            )
        return found


def named_alone(network: Network, end: End) -> bool:
    """Tell whether an end is nothing but assets at addresses of their own: where one is leased others may have it."""
    for leaf in end.leaves:
        if leaf.kind not in ("asset", "interface"):
            return False
        asset, _, part = leaf.id.partition("/")
        homes = network.assets[asset].interfaces
        if any(home.stands for home in ([homes[part]] if part else homes.values())):
            return False
    return bool(end.leaves)


def families(points: IntervalSet) -> frozenset[int]:
    """Return the address families of a set of points: ends pair within one."""
    found: set[int] = set()
    first_v4, last_v4 = V4.ranges[0]
    for low, high in points.ranges:
        first, last = low & LAST, high & LAST
        several = low - first != high - last  # spans VRFs
        if several or (first <= last_v4 and last >= first_v4):
            found.add(4)
        if several or first < first_v4 or last > last_v4:
            found.add(6)
        if len(found) > 1:
            break
    return frozenset(found)


def ref(line: Line) -> Ref:
    """Return a line as the subject of a finding; on the effective graph it may be a rule of a configuration."""
    return Ref("rule" if line.rule else "line", line.id)


def ids(ends: Iterable[End]) -> tuple[str, ...]:
    """Return the names of ends as the map writes them."""
    return tuple(end.id for end in ends)


def along(network: Network, line: Line) -> Witness:
    """Return the witness of one line: its sources, the line, its targets."""
    return Witness(
        "path",
        (
            *(Step(Ref(end.kind, end.id)) for end in line.sources[:_SHOWN]),
            Step(ref(line), services_of(line), entry(network, ref(line))),
            *(Step(Ref(end.kind, end.id)) for end in line.targets[:_SHOWN]),
        ),
    )


_SHOWN = 5  # ends of a line that a witness names


def services_of(line: Line) -> Message:
    """Return the services of a line in words."""
    names = tuple(name for name, _ in line.services) or tuple(
        dict.fromkeys(name for services in line.endpoint_services.values() for name, _ in services)
    )
    return say("on {services}", "sur {services}", services=names)
