"""The lines of the matrix: ends, services, attributes, ways and products of each, or all of their errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from cloison.netmodel.compiling.ends import Ends
from cloison.netmodel.compiling.offers import Named, Offers
from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.compiling.references import Words
from cloison.netmodel.compiling.sides import Side, Sides
from cloison.netmodel.compiling.ways import WayFinder
from cloison.netmodel.compiling.written import check_shape, check_words
from cloison.netmodel.facts import End, EndpointFacts, Line, Route, ZonePair
from cloison.netmodel.finding import say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.document import Document
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.services import NO_SERVICE, ServiceSet

Tick = Callable[[int, int], None]
Attributes = tuple[str, str, str, str]  # owner, nature, sensitivity, domain
ByEndpoint = Mapping[str, tuple[Named, ...]]
_EVERY = 1000  # lines between two ticks
_NO_ENDPOINT: ByEndpoint = {}


@dataclass(frozen=True, slots=True)
class _Joined:
    """What lines from one zone to another share: the attributes that both have, and the only way."""

    shared: Attributes
    routes: Mapping[ZonePair, Route]
    unrouted: tuple[ZonePair, ...]


@dataclass(slots=True)
class LineCompiler:
    """Compiles lines one by one and remembers what they share: sides, services, attributes, ways."""

    model: m.Model
    document: Document
    at: date
    words: Words
    ends: Ends
    endpoints: Mapping[str, EndpointFacts]
    offers: Offers
    finder: WayFinder
    problems: Problems
    _joined: dict[ZonePair, _Joined] = field(default_factory=dict)
    _shared: dict[tuple[str, ...], Attributes] = field(default_factory=dict)

    def all(self, tick: Tick | None = None) -> tuple[Line, ...]:
        """Return every line of the map that has no error; the errors of the others go to ``problems``."""
        total = len(self.model.flows)
        sides = Sides(self.ends, self.problems)
        lines = []
        for done, (name, flow) in enumerate(self.model.flows.items()):
            if tick is not None and done % _EVERY == 0:
                tick(done, total)
            line = self._line(name, flow, sides)
            if line is not None:
                lines.append(line)
        if tick is not None:
            tick(total, total)
        return tuple(lines)

    def _line(self, name: str, flow: m.Flow, sides: Sides) -> Line | None:
        before = len(self.problems.found)
        check_words(name, flow, self.model, self.words, self.problems)
        if not check_shape(name, flow, self.problems):
            return None
        if flow.between:
            source = target = sides.known.get(flow.between) or sides.read(flow.between, name, "between")
        else:
            source = sides.known.get(flow.source) or sides.read(flow.source, name, "source")
            target = sides.known.get(flow.to) or sides.read(flow.to, name, "to")
        services, union, of_endpoint = self._services(name, flow, target)
        if len(self.problems.found) > before or not source.ends or not target.ends:
            return None
        products = self._products(flow, source, target, union, sides)
        if not products:
            self.problems.add(
                "family",
                say("The ends have no address family in common",
                    "Les extrémités n’ont aucune famille d’adresses commune"),
                ("flows", name), key=True,
            )  # fmt: skip
            return None
        joined = self._joined.get((source.zone, target.zone)) if not flow.via else None
        if joined is None:
            joined = self._between(name, flow, source, target)
        owner, nature, sensitivity, domain = joined.shared
        live = (flow.starts is None or flow.starts <= self.at) and (flow.expires is None or self.at <= flow.expires)
        return Line(
            name, flow, source.ends, target.ends, services, union, live, flow.owner or owner, flow.nature or nature,
            flow.sensitivity or sensitivity, flow.domain or domain, products, joined.routes, joined.unrouted,
            self.document, of_endpoint,
        )  # fmt: skip

    def _services(self, name: str, flow: m.Flow, target: Side) -> tuple[tuple[Named, ...], ServiceSet, ByEndpoint]:
        if not target.offered:
            if not flow.services:
                if target.ends:
                    self.problems.add(
                        "services", say("The line names no service", "La ligne ne nomme aucun service"),
                        ("flows", name), key=True,
                    )  # fmt: skip
                return (), NO_SERVICE, _NO_ENDPOINT
            services, union = self.offers.all(flow.services, ("flows", name, "services"))
            return services, union, _NO_ENDPOINT
        if len(target.offered) < len(target.ends):
            self.problems.add(
                "services",
                say("Endpoints bring their own services: write one line for {endpoints} and one for the rest",
                    "Les interfaces apportent leurs services : écrivez une ligne pour {endpoints} et une pour le reste",
                    endpoints=tuple(end.id for end in target.offered)),
                ("flows", name, "between" if flow.between else "to"),
            )  # fmt: skip
        elif flow.services:
            self.problems.add(
                "services",
                say("{endpoint} is an endpoint, which brings its own services: remove “services”",
                    "{endpoint} est une interface, qui apporte ses services : retirez « services »",
                    endpoint=target.offered[0].id),
                ("flows", name, "services"), key=True,
            )  # fmt: skip
        of_endpoint = {end.id: self.endpoints[end.id].services for end in target.offered if end.id in self.endpoints}
        if len(of_endpoint) == 1:
            facts = self.endpoints[next(iter(of_endpoint))]
            return facts.services, facts.service_set, of_endpoint
        named = tuple(dict.fromkeys(item for services in of_endpoint.values() for item in services))
        return named, ServiceSet.union(services for _, services in named), of_endpoint

    def _products(
        self, flow: m.Flow, source: Side, target: Side, union: ServiceSet, sides: Sides
    ) -> tuple[Product, ...]:
        """Return what a line holds, a product a family; ``between`` and several endpoints make one a pair of ends."""
        if not flow.between and len(target.offered) < 2:
            four = source.four.ranges and target.four.ranges
            six = source.six.ranges and target.six.ranges
            if four and six:
                return (Product(source.four, target.four, union), Product(source.six, target.six, union))
            if four:
                return (Product(source.four, target.four, union),)
            return (Product(source.six, target.six, union),) if six else ()
        pairs: Iterable[tuple[tuple[End, ...], tuple[End, ...], ServiceSet]]
        if flow.between:
            pairs = [
                ((here,), (there,), self.endpoints[there.id].service_set) if source.offered
                else ((here,), others, union)
                for place, here in enumerate(source.ends)
                for others in ((*target.ends[:place], *target.ends[place + 1 :]),)
                for there in (others if source.offered else others[:1])
            ]  # fmt: skip
        else:
            pairs = [(source.ends, (there,), self.endpoints[there.id].service_set) for there in target.ends]
        return tuple(
            Product(here, there, services)
            for some, others, services in pairs
            for here, there in zip(sides.families(some), sides.families(others), strict=True)
            if here and there
        )

    def _between(self, name: str, flow: m.Flow, source: Side, target: Side) -> _Joined:
        """Return what the zones of a line share, and its ways; several ways are an error of each line."""
        before = len(self.problems.found)
        ways = self.finder.find(name, flow, source.ends, target.ends)
        if source.zone and target.zone:
            shared = self._common((source.zone, target.zone))
        else:
            shared = self._attributes((*source.ends, *target.ends))
        joined = _Joined(shared, ways.routes, ways.unrouted)
        if source.zone and target.zone and not flow.via and len(self.problems.found) == before:
            self._joined[source.zone, target.zone] = joined
        return joined

    def _attributes(self, ends: tuple[End, ...]) -> Attributes:
        """Return the attributes that all zones of some ends have in common; ``any`` has none."""
        if any(end.kind == "any" for end in ends):
            return ("", "", "", "")
        names = dict.fromkeys(zone for end in ends for zone in end.zones)
        zones = tuple(names)
        known = self._shared.get(zones)
        if known is None:
            facts = self.ends.inventory.zones
            outer = tuple(zone for zone in zones if facts[zone].within not in names)  # parts are lent what is unset
            known = self._shared[zones] = self._common(outer)
        return known

    def _common(self, zones: tuple[str, ...]) -> Attributes:
        """Return what the attributes of some zones are where they are the same, else empty."""
        facts = [self.ends.inventory.zones[zone] for zone in zones]
        return (
            _only({zone.owner for zone in facts}), _only({zone.nature for zone in facts}),
            _only({zone.sensitivity for zone in facts}), _only({zone.domain for zone in facts}),
        )  # fmt: skip


def _only(words: set[str]) -> str:
    return words.pop() if len(words) == 1 else ""
