"""The names that a map has for what was seen: services by their ports, lists of ends by a group or a subnet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from cloison.flows.auditing.grounds import service_name
from cloison.netmodel.network import Network
from cloison.netmodel.space.catalogue import CATALOGUE
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import ServiceSet

_WIDE = ("group", "subnet", "zone")


@dataclass(frozen=True)
class Names:
    """What a network calls services and sets of ends."""

    network: Network

    def service(self, service: int) -> str:
        """Return the one name of a service (protocol << 16 | low field): the map's own, the catalogue's, else ports."""
        protocol, low = service >> 16, service & 0xFFFF
        own = [name for name, found in self._own.items() if _is(found, protocol, low)]
        if len(own) == 1:
            return own[0]
        known = [entry for entry in CATALOGUE.values() if _holds(entry.services, protocol, low)]
        alike = len({entry.wire for entry in known}) == 1  # such as ssh and sftp
        return known[0].name if alike and not own else service_name(service)

    def unsafe(self, service: int) -> str:
        """Return the name of the well-known service reputed unsafe on these ports, when no safe one is there too."""
        protocol, low = service >> 16, service & 0xFFFF
        if any(_holds(found, protocol, low) for found in self._own.values()):
            return ""  # the map says what it is, and a rule of its own judges it
        known = [entry for entry in CATALOGUE.values() if _holds(entry.services, protocol, low)]
        return known[0].name if known and all(entry.safe is False for entry in known) else ""

    def expected(self, service: int) -> frozenset[str]:
        """Return the protocols on the wire that the map or the catalogue expects on these ports."""
        protocol, low = service >> 16, service & 0xFFFF
        own = [self.network.model.services[name].wire for name, found in self._own.items() if _is(found, protocol, low)]
        known = [entry.wire for entry in CATALOGUE.values() if _holds(entry.services, protocol, low)]
        words = own or known
        return frozenset(words) if all(words) else frozenset()

    def zones(self, name: str) -> tuple[str, ...]:
        """Return the zones of an end, none when the map does not know it."""
        return self.network.ends[name].zones if name in self.network.ends else ()

    def ends(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the fewest names for exactly these ends: a group or a subnet that is the same set, else themselves."""
        wanted = tuple(sorted(set(names)))
        if len(wanted) < 2 or any(name not in self.network.ends for name in wanted):
            return wanted
        points = IntervalSet.union(item for name in wanted for item in self.network.ends[name].points.ranges)
        same = self._by_points.get(points)
        return (same,) if same else wanted

    @cached_property
    def _own(self) -> Mapping[str, ServiceSet]:
        found: dict[str, ServiceSet] = {}
        for line in self.network.lines:
            for name, services in (
                *line.services,
                *(item for each in line.endpoint_services.values() for item in each),
            ):
                if name in self.network.model.services:
                    found[name] = services
        for endpoint in self.network.endpoints.values():
            found.update({name: each for name, each in endpoint.services if name in self.network.model.services})
        return found

    @cached_property
    def _by_points(self) -> Mapping[IntervalSet, str]:
        ends = [end for end in self.network.ends.values() if end.kind in _WIDE and end.points]
        ends.sort(key=lambda end: (-_WIDE.index(end.kind), end.id))  # the last one of equal points is kept
        return {end.points: end.id for end in ends}


def _holds(services: ServiceSet, protocol: int, low: int) -> bool:
    return low in services.fields(protocol)


def _is(services: ServiceSet, protocol: int, low: int) -> bool:
    """Tell whether a service holds these ports and few others: a range of them names none of them."""
    fields = services.fields(protocol)
    return low in fields and fields.size <= 16
