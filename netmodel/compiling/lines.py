"""The lines of the matrix: ends, services, attributes, ways and products of each, or all of their errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from cloison.netmodel.compiling.ends import ANY_END, Ends, check_end, find_end
from cloison.netmodel.compiling.offers import Named, Offers
from cloison.netmodel.compiling.problems import KINDS, Problems
from cloison.netmodel.compiling.references import Words, check_measure
from cloison.netmodel.compiling.ways import WayFinder
from cloison.netmodel.facts import End, EndpointFacts, Line
from cloison.netmodel.finding import Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.document import Document
from cloison.netmodel.space.addresses import MAPPED, VRF_SHIFT
from cloison.netmodel.space.intervals import EMPTY, IntervalSet, Range
from cloison.netmodel.space.ownership import LAST
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.services import NO_SERVICE, ServiceSet

Tick = Callable[[int, int], None]
Families = tuple[IntervalSet, IntervalSet]  # IPv4 and IPv6 points
_TUNNEL = Text("a tunnel", "un tunnel")
_LAST_V4 = MAPPED | 0xFFFFFFFF
_EVERY = 1000  # lines between two ticks


@dataclass(slots=True)
class LineCompiler:
    """Compiles lines one by one and remembers what they share: ends, families, ways, defaults."""

    model: m.Model
    document: Document
    at: date
    words: Words
    ends: Ends
    endpoints: Mapping[str, EndpointFacts]
    offers: Offers
    finder: WayFinder
    problems: Problems
    _good: dict[tuple[str, ...], tuple[End, ...]] = field(default_factory=dict)
    _families: dict[str | tuple[str, ...], Families] = field(default_factory=dict)
    _shared: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _own: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def all(self, tick: Tick | None = None) -> tuple[Line, ...]:
        """Return every line of the map that has no error; the errors of the others go to ``problems``."""
        total = len(self.model.flows)
        lines = []
        for done, (name, flow) in enumerate(self.model.flows.items()):
            if tick is not None and done % _EVERY == 0:
                tick(done, total)
            line = self._line(name, flow)
            if line is not None:
                lines.append(line)
        if tick is not None:
            tick(total, total)
        return tuple(lines)

    def _line(self, name: str, flow: m.Flow) -> Line | None:
        before = len(self.problems.found)
        route = ("flows", name)
        self._references(name, flow)
        if not self._shape(name, flow):
            return None
        if flow.between:
            sources = targets = self._ends(flow.between, (*route, "between"))
        else:
            sources = self._ends(flow.source, (*route, "source"))
            targets = self._ends(flow.to, (*route, "to"))
        services, union, of_endpoint = self._services(name, flow, targets)
        if len(self.problems.found) > before or not sources or not targets:
            return None
        products = self._products(flow, sources, targets, union, of_endpoint)
        if not products:
            self.problems.add(
                "family",
                say("The ends have no address family in common",
                    "Les extrémités n’ont aucune famille d’adresses commune"),
                route, key=True,
            )  # fmt: skip
            return None
        ways = self.finder.find(name, flow, sources, targets)
        defaults = self._defaults(flow, sources, targets)
        return Line(
            name, flow, sources, targets, services, union, self._live(flow), *defaults,
            products, ways.routes, ways.unrouted, self.document, of_endpoint,
        )  # fmt: skip

    def _live(self, flow: m.Flow) -> bool:
        return (flow.starts is None or flow.starts <= self.at) and (flow.expires is None or self.at <= flow.expires)

    def _shape(self, name: str, flow: m.Flow) -> bool:
        route = ("flows", name)
        if flow.between and (flow.source or flow.to):
            self.problems.add("ends", say("A line has “from” and “to”, or “between”: not both",
                                          "Une ligne a « from » et « to », ou « between » : pas les deux"),
                              (*route, "between"))  # fmt: skip
            return False
        if flow.between:
            if len(set(flow.between)) < 2:
                self.problems.add("ends", say("“between” names at least two ends",
                                              "« between » nomme au moins deux extrémités"),
                                  (*route, "between"))  # fmt: skip
                return False
            return True
        if not flow.source or not flow.to:
            missing = "from" if not flow.source else "to"
            self.problems.add("ends", say("The line has no “{key}”", "La ligne n’a pas de « {key} »", key=missing),
                              route, key=True)  # fmt: skip
            return False
        return True

    def _references(self, name: str, flow: m.Flow) -> None:
        model, problems = self.model, self.problems
        route = ("flows", name)
        if flow.owner and flow.owner not in model.parties:
            problems.unknown(flow.owner, KINDS["parties"], model.parties, (*route, "owner"))
        if flow.nature and flow.nature not in self.words.natures:
            problems.word(flow.nature, sorted(self.words.natures), "nature", (*route, "nature"))
        if flow.domain and flow.domain not in self.words.domains:
            problems.word(flow.domain, sorted(self.words.domains), "domain", (*route, "domain"))
        if flow.sensitivity and flow.sensitivity not in self.words.scale:
            problems.word(flow.sensitivity, self.words.scale, "sensitivity", (*route, "sensitivity"))
        if flow.vrf != "default" and flow.vrf not in model.vrfs:
            problems.unknown(flow.vrf, KINDS["vrfs"], model.vrfs, (*route, "vrf"))
        if flow.tunnel and (flow.tunnel not in model.carriers or model.carriers[flow.tunnel].kind != "tunnel"):
            tunnels = [item for item, carrier in model.carriers.items() if carrier.kind == "tunnel"]
            problems.unknown(flow.tunnel, _TUNNEL, tunnels, (*route, "tunnel"))
        for place, approval in enumerate(flow.approved):
            if approval.party and approval.party not in model.parties:
                problems.unknown(approval.party, KINDS["parties"], model.parties, (*route, "approved", place, "party"))
        for place, measure in enumerate(flow.compensating):
            if measure.by:
                check_measure(measure.by, model, problems, (*route, "compensating", place, "by"))
        if flow.starts is not None and flow.expires is not None and flow.expires < flow.starts:
            problems.add("dates", say("The line expires on {expires}, before it starts on {starts}",
                                      "La ligne expire le {expires}, avant de commencer le {starts}",
                                      expires=flow.expires, starts=flow.starts), (*route, "expires"))  # fmt: skip
        for place, window in enumerate(flow.windows):
            if window.end < window.start:
                problems.add("dates", say("The window ends on {end}, before it starts on {start}",
                                          "La fenêtre finit le {end}, avant de commencer le {start}",
                                          end=window.end, start=window.start), (*route, "windows", place))  # fmt: skip
        if flow.exception is None and ANY_END in (*flow.source, *flow.to, *flow.between, *flow.services):
            key = next(item for item in ("source", "to", "between", "services") if ANY_END in getattr(flow, item))
            problems.add("any", say("“any” needs an “exception”: why, and who decided it",
                                    "« any » demande une « exception » : pourquoi, et qui l’a décidé"),
                         (*route, key, getattr(flow, key).index(ANY_END)))  # fmt: skip

    def _ends(self, names: tuple[str, ...], route: tuple[str | int, ...]) -> tuple[End, ...]:
        known = self._good.get(names)
        if known is not None:
            return known
        found = []
        for place, name in enumerate(names):
            end = find_end(name, self.ends, self.problems, (*route, place))
            if end is not None and (end.kind == "any" or check_end(end, self.problems, (*route, place))):
                found.append(end)
        ends = tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)
        if len(found) == len(names):
            self._good[names] = ends
        return ends

    def _services(
        self, name: str, flow: m.Flow, targets: tuple[End, ...]
    ) -> tuple[tuple[Named, ...], ServiceSet, Mapping[str, tuple[Named, ...]]]:
        offered = [end for end in targets if end.kind == "endpoint"]
        if not offered:
            if not flow.services:
                if targets:
                    self.problems.add(
                        "services", say("The line names no service", "La ligne ne nomme aucun service"),
                        ("flows", name), key=True,
                    )  # fmt: skip
                return (), NO_SERVICE, {}
            services, union = self.offers.all(flow.services, ("flows", name, "services"))
            return services, union, {}
        key = "between" if flow.between else "to"
        if len(offered) < len(targets):
            self.problems.add(
                "services",
                say("Endpoints bring their own services: write one line for {endpoints} and one for the rest",
                    "Les interfaces apportent leurs services : écrivez une ligne pour {endpoints} et une pour le reste",
                    endpoints=tuple(end.id for end in offered)),
                ("flows", name, key),
            )  # fmt: skip
        elif flow.services:
            self.problems.add(
                "services",
                say("{endpoint} is an endpoint, which brings its own services: remove “services”",
                    "{endpoint} est une interface, qui apporte ses services : retirez « services »",
                    endpoint=offered[0].id),
                ("flows", name, "services"), key=True,
            )  # fmt: skip
        of_endpoint = {end.id: self.endpoints[end.id].services for end in offered if end.id in self.endpoints}
        if len(of_endpoint) == 1:
            facts = self.endpoints[next(iter(of_endpoint))]
            return facts.services, facts.service_set, of_endpoint
        named = tuple(dict.fromkeys(item for services in of_endpoint.values() for item in services))
        return named, ServiceSet.union(services for _, services in named), of_endpoint

    def _split(self, ends: tuple[End, ...]) -> Families:
        key = ends[0].id if len(ends) == 1 else tuple(end.id for end in ends)
        known = self._families.get(key)
        if known is None:
            points = ends[0].points if len(ends) == 1 else IntervalSet.union(
                item for end in ends for item in end.points.ranges)  # fmt: skip
            known = self._families[key] = by_family(points)
        return known

    def _products(
        self, flow: m.Flow, sources: tuple[End, ...], targets: tuple[End, ...], union: ServiceSet,
        of_endpoint: Mapping[str, tuple[Named, ...]],
    ) -> tuple[Product, ...]:  # fmt: skip
        pairs: Iterable[tuple[tuple[End, ...], tuple[End, ...], ServiceSet]]
        if not flow.between and len(of_endpoint) < 2:
            four, six = self._split(sources)
            others_four, others_six = self._split(targets)
            found = []
            if four.ranges and others_four.ranges:
                found.append(Product(four, others_four, union))
            if six.ranges and others_six.ranges:
                found.append(Product(six, others_six, union))
            return tuple(found)
        if flow.between:
            pairs = [
                ((source,), (target,), self.endpoints[target.id].service_set) if of_endpoint
                else ((source,), others, union)
                for place, source in enumerate(sources)
                for others in ((*targets[:place], *targets[place + 1 :]),)
                for target in (others if of_endpoint else others[:1])
            ]  # fmt: skip
        else:
            pairs = [(sources, (target,), self.endpoints[target.id].service_set) for target in targets]
        return tuple(
            Product(here, there, services)
            for some, others, services in pairs
            for here, there in zip(self._split(some), self._split(others), strict=True)
            if here and there
        )

    def _defaults(self, flow: m.Flow, sources: tuple[End, ...], targets: tuple[End, ...]) -> tuple[str, str, str, str]:
        written = (flow.owner, flow.nature, flow.sensitivity, flow.domain)
        if len(sources) == len(targets) == 1 and len(sources[0].zones) == len(targets[0].zones) == 1:
            here, there = self._attributes(sources[0].zones[0]), self._attributes(targets[0].zones[0])
            if here is there:
                return (written[0] or here[0], written[1] or here[1], written[2] or here[2], written[3] or here[3])
            return (
                written[0] or (here[0] if here[0] == there[0] else ""),
                written[1] or (here[1] if here[1] == there[1] else ""),
                written[2] or (here[2] if here[2] == there[2] else ""),
                written[3] or (here[3] if here[3] == there[3] else ""),
            )
        if all(written) or any(end.kind == "any" for end in (*sources, *targets)):
            return written
        names: dict[str, None] = {}
        for end in (*sources, *targets):
            names.update(dict.fromkeys(end.zones))
        zones = tuple(names)
        if zones not in self._shared:
            facts = self.ends.inventory.zones
            outer = [zone for zone in zones if facts[zone].within not in names]  # parts are lent what they do not set
            shared = (set(values) for values in zip(*(self._attributes(zone) for zone in outer), strict=True))
            self._shared[zones] = (
                tuple(next(iter(values)) if len(values) == 1 else "" for values in shared) if outer else ("",) * 4
            )
        owner, nature, sensitivity, domain = self._shared[zones]
        return flow.owner or owner, flow.nature or nature, flow.sensitivity or sensitivity, flow.domain or domain

    def _attributes(self, zone: str) -> tuple[str, ...]:
        known = self._own.get(zone)
        if known is None:
            facts = self.ends.inventory.zones[zone]
            known = self._own[zone] = (facts.owner, facts.nature, facts.sensitivity, facts.domain)
        return known


def by_family(points: IntervalSet) -> Families:
    """Return the IPv4 and the IPv6 points of a set."""
    four: list[Range] = []
    six: list[Range] = []
    for low, high in points.ranges:
        base = low >> VRF_SHIFT << VRF_SHIFT
        first, last = base | MAPPED, base | _LAST_V4
        if first <= low and high <= last:
            four.append((low, high))
        elif high < first or (low > last and high <= base | LAST):
            six.append((low, high))
        else:  # around IPv4, or over several VRFs
            while low <= high:
                end = min(high, base | LAST)
                if low < first:
                    six.append((low, min(end, first - 1)))
                if low <= last and end >= first:
                    four.append((max(low, first), min(end, last)))
                if end > last:
                    six.append((max(low, last + 1), end))
                low = base = end + 1
                first, last = base | MAPPED, base | _LAST_V4
    return (IntervalSet(tuple(four)) if four else EMPTY, IntervalSet.union(six) if six else EMPTY)
