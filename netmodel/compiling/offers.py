"""Services by name: the map's own, the catalogue's, and those written as ports."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from cloison.netmodel.compiling.problems import Problems, Route
from cloison.netmodel.finding import Text
from cloison.netmodel.language import model as m
from cloison.netmodel.space.catalogue import CATALOGUE, named
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import NUMBERS
from cloison.netmodel.space.refusal import RefusedError
from cloison.netmodel.space.services import NO_SERVICE, ServiceSet, parse_ports

_SERVICE = Text("a service", "un service")

Named = tuple[str, ServiceSet]


@dataclass(slots=True)
class Offers:
    """Reads names of services; the map's own come first, so that it can say otherwise than the catalogue."""

    model: m.Model
    problems: Problems
    own: dict[str, ServiceSet] = field(default_factory=dict)
    _read: dict[str, ServiceSet] = field(default_factory=dict)
    _unions: dict[tuple[str, ...], tuple[tuple[Named, ...], ServiceSet]] = field(default_factory=dict)

    @staticmethod
    def of(model: m.Model, problems: Problems) -> Offers:
        """Read every service of the map; faults of their ports go to ``problems``."""
        offers = Offers(model, problems)
        for name, service in model.services.items():
            read = []
            for place, ports in enumerate(service.ports):
                try:
                    read.append(parse_ports(ports.to, ports.source))
                except RefusedError as refused:
                    problems.add("bad-service", refused.message, ("services", name, "ports", place))
            offers.own[name] = ServiceSet.union(read)
        for name, service in model.services.items():
            for place, other in enumerate(service.related):
                offers.one(other, ("services", name, "related", place))
        return offers

    def one(self, name: str, route: Route) -> ServiceSet | None:
        """Return the services that a name or ``tcp/443`` stands for; nothing after an error at ``route``."""
        found = self.own.get(name)
        if found is None:
            found = self._read.get(name)
        if found is not None:
            return found
        known = CATALOGUE.get(name)
        if known is not None:
            return known.services
        try:
            read = parse_ports(name)
        except RefusedError as refused:
            if "/" in name or name in NUMBERS:
                self.problems.add("bad-service", refused.message, route)
            else:
                self.problems.unknown(name, _SERVICE, [*self.own, *CATALOGUE], route)
            return None
        self._read[name] = read
        return read

    def all(self, names: tuple[str, ...], route: Route) -> tuple[tuple[Named, ...], ServiceSet]:
        """Return the named services and their union; names without meaning are left out after their error."""
        known = self._unions.get(names)
        if known is not None:
            return known
        found: list[Named] = []
        for place, name in enumerate(names):
            services = self.one(name, (*route, place))
            if services is not None:
                found.append((name, services))
        answer = (tuple(found), _union(services for _, services in found))
        if len(found) == len(names):
            self._unions[names] = answer
        return answer


def _union(sets: Iterable[ServiceSet]) -> ServiceSet:
    listed = list(sets)
    if len(listed) == 1:
        return listed[0]
    return ServiceSet.union(listed) if listed else NO_SERVICE


def reputed_unsafe(model: m.Model, name: str, services: ServiceSet) -> bool:
    """Say whether a named service is reputed unsafe.

    Its own mark decides; then what it says to be on the wire; then the catalogue's services on the same ports.
    """
    own = model.services.get(name)
    if own is not None and own.safe is not None:
        return not own.safe
    if own is None and name in CATALOGUE:
        return CATALOGUE[name].safe is False
    if own is not None and own.wire:
        marks = [entry.safe for entry in CATALOGUE.values() if entry.wire == own.wire]
        return bool(marks) and all(mark is False for mark in marks)
    return _near_unsafe(services) and any(entry.safe is False for entry in named(services))


def _near_unsafe(services: ServiceSet) -> bool:
    """Tell whether services may share a port with one of the catalogue's unsafe ones: most do not, at little cost."""
    starts, ends = _unsafe_ports()
    for low, high, _ in services.segments:
        place = bisect_right(starts, high) - 1
        if place >= 0 and ends[place] >= low:
            return True
    return False


@cache
def _unsafe_ports() -> tuple[list[int], list[int]]:
    ports = IntervalSet.union(
        (low, high) for item in CATALOGUE.values() if item.safe is False for low, high, _ in item.services.segments
    )
    return [low for low, _ in ports.ranges], [high for _, high in ports.ranges]
