"""The tenants that a change affects: whose places, lines, paths or carriers it touches, and by what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cloison.netmodel.comparing.entries import EntryChange
from cloison.netmodel.comparing.flows import Moved
from cloison.netmodel.comparing.paths import Path
from cloison.netmodel.comparing.sides import Side
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network


@dataclass(frozen=True, slots=True)
class Affected:
    """A tenant, and everything of the change that touches it."""

    tenant: str
    by: tuple[Ref, ...]


@dataclass(slots=True)
class _Belongings:
    """What is a tenant's in one network: its zones, what is in them, what they run on and are joined by, its lines.

    Of a line, what it crosses on its way too, and the ends that are of no tenant: an interface that it uses.
    """

    network: Network
    zones: dict[str, str] = field(default_factory=dict)
    things: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        network, model = self.network, self.network.model
        tenants = {name for name, party in model.parties.items() if party.kind == "tenant"}
        self.zones |= {name: zone.owner for name, zone in network.zones.items() if zone.owner in tenants}
        for name in tenants:
            self._own("party", name, name)
        for zone, tenant in self.zones.items():
            self._own("zone", zone, tenant)
            for kind, thing in (thing for thing, _ in network.separation.closure("zone", zone).before):
                self._own(kind, thing, tenant)
            self._own("vrf", network.zones[zone].zone.vrf, tenant)
        for name, subnet in network.subnets.items():
            if subnet.zone in self.zones:
                self._own("subnet", name, self.zones[subnet.zone])
                self._own("vrf", subnet.vrf, self.zones[subnet.zone])
        for name, asset in network.assets.items():
            for tenant in {asset.owner, *(self.zones.get(zone, "") for zone in asset.zones)} & tenants:
                self._own("asset", name, tenant)
        for name, joined in model.interconnections.items():
            for tenant in self.of_zones(joined.between):
                self._own_way(name, tenant)
        for line in network.lines:
            self._own_line(line)
        for name, endpoint in network.endpoints.items():
            for tenant in self.things.get(("asset", endpoint.asset), ()):
                self._own("endpoint", name, tenant)
        for name, translation in network.translations.items():
            for tenant in self.of_zones(zone for end in translation.inside for zone in end.zones):
                self._own("translation", name, tenant)

    def _own_line(self, line: Line) -> None:
        for tenant in self.of_zones(zone for pair in line.zone_pairs for zone in pair):
            self._own("line", line.id, tenant)
            for end in (*line.sources, *line.targets):
                if not self.of_zones(end.zones):
                    kind = "asset" if end.kind == "interface" else end.kind
                    self._own(kind, end.id.partition("/")[0], tenant)
                    if end.id in self.network.endpoints:
                        self._own("asset", self.network.endpoints[end.id].asset, tenant)
        for pair, route in line.routes.items():
            for tenant in self.of_zones(pair):
                for name in route:
                    self._own_way(name, tenant)

    def _own_way(self, interconnection: str, tenant: str) -> None:
        self._own("interconnection", interconnection, tenant)
        for through in (one for stage in self.network.model.interconnections[interconnection].through for one in stage):
            self._own("asset", through, tenant)

    def _own(self, kind: str, name: str, tenant: str) -> None:
        self.things.setdefault((kind, name), set()).add(tenant)

    def of(self, ref: Ref) -> set[str]:
        return self.things.get((ref.kind, ref.id), set())

    def of_zones(self, zones: Iterable[str]) -> set[str]:
        return {self.zones[zone] for zone in zones if zone in self.zones}


def affected(
    sides: tuple[Side, Side], entries: Iterable[EntryChange], flows: tuple[Iterable[Moved], Iterable[Moved]],
    paths: tuple[Iterable[Path], Iterable[Path]],
) -> tuple[Affected, ...]:  # fmt: skip
    """Return the tenants of either map that a change touches; opened comes before closed in ``flows`` and ``paths``."""
    old, new = (_Belongings(side.network) for side in sides)
    found: dict[str, dict[Ref, None]] = {}

    def touch(tenants: Iterable[str], ref: Ref) -> None:
        for tenant in tenants:
            found.setdefault(tenant, {})[ref] = None

    for change in entries:
        subject = change.subject
        earlier = Ref(subject.kind, change.was) if change.was else subject
        touch(new.of(subject) | old.of(earlier), subject)
    for moves, side, belongings in ((flows[0], sides[1], new), (flows[1], sides[0], old)):
        for move in moves:
            zones = {
                zone for product in move.products for points in (product.source, product.destination)
                for zone in side.zones(points)
            }  # fmt: skip
            touch(belongings.of_zones(zones), Ref("line", move.line))
    for told, belongings in ((paths[0], new), (paths[1], old)):
        for path in told:
            touch(belongings.of_zones((path.source,)) | belongings.of(path.target), Ref("zone", path.source))
            touch(belongings.of_zones((path.source,)) | belongings.of(path.target), path.target)
    return tuple(Affected(tenant, tuple(sorted(found[tenant]))) for tenant in sorted(found))
