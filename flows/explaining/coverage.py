"""How much of a question the matrix authorises: the lines, the parts of the ends, the services for all of both."""

from __future__ import annotations

from dataclasses import dataclass

from cloison.flows.explaining.explanation import Match, Part
from cloison.flows.explaining.question import Place, Question
from cloison.netmodel.facts import End, Line
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import MAPPED, VRF_SHIFT, prefixes
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.packets import Packet, Product, less
from cloison.netmodel.space.services import NO_SERVICE, OPENING, ServiceSet

_MOST_PARTS = 20
_MOST_PREFIXES = 4


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a line and a question share: from this end to that one, the line's services there (openings)."""

    source: End
    target: End
    services: ServiceSet
    size: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is asked, as products of one address family, and the pieces of it that live lines authorise.

    ``services`` are authorised from all of one end to all of the other; ``matches`` are the most specific first.
    """

    wanted: tuple[Product, ...]
    pieces: tuple[Product, ...]
    services: ServiceSet
    matches: tuple[Match, ...]
    parts: tuple[Part, ...]


def cover(network: Network, question: Question) -> Coverage:
    """Return how much of a question the live lines authorise."""
    source, target = question.source, question.target
    wanted = products(source.points, target.points, question.services)
    found: list[tuple[tuple[bool, tuple[int, int, int], str], Match, Part]] = []
    groups: dict[tuple[IntervalSet, IntervalSet], list[ServiceSet]] = {}
    for line in network.lines:
        if not line.live:
            continue
        for meeting in meetings(line, source, target):
            services = meeting.services & question.services
            if not services:
                continue
            here, there = meeting.source.points, meeting.target.points
            groups.setdefault((here & source.points, there & target.points), []).append(services)
            whole = all(item.source <= here and item.destination <= there for item in wanted)
            complete = whole and (question.open or question.services <= services)
            part = Part(line.id, _name(meeting.source, source), _name(meeting.target, target), services)
            found.append(((not complete, meeting.size, line.id), Match(line, services, complete), part))
    found.sort(key=lambda item: item[0])  # whole answers first
    best: dict[str, Match] = {}
    for _, match, _ in found:
        known = best.setdefault(match.line.id, match)
        if not known.complete and not match.services <= known.services:
            best[match.line.id] = Match(match.line, known.services | match.services, False)
    pieces = tuple(
        product
        for (here, there), services in groups.items()
        for product in products(here, there, ServiceSet.union(services))
    )
    parts = tuple(dict.fromkeys(part for _, _, part in found))[:_MOST_PARTS]
    return Coverage(tuple(wanted), pieces, _everywhere(wanted, pieces), tuple(best.values()), parts)


def meetings(line: Line, source: Place, target: Place) -> list[Meeting]:
    """Return the pairs of a line's ends that share something with two places; the smaller ends first."""
    found = []
    for here, there in line.pairs():
        one, other = here.points & source.points, there.points & target.points
        if one and other and products(one, other, ServiceSet.of((6, 6))):
            services = ServiceSet.union(services for _, services in line.services_to(there))
            size = (there.points.size, here.points.size, services.size)
            found.append(Meeting(here, there, services.in_phase(OPENING), size))
    return sorted(found, key=lambda item: item.size)


def missing(network: Network, question: Question, coverage: Coverage) -> Packet | None:
    """Return a packet of what is asked that no line authorises; none when there is none.

    A question without services asks for those that some line authorises, else for any. Its addresses are those of
    hosts, not of networks, where there is the choice.
    """
    asked = question.services
    if question.open and coverage.matches:
        asked = ServiceSet.union(match.services for match in coverage.matches)
    for product in coverage.wanted:
        narrowed = Product(product.source, product.destination, product.services & asked)
        hole = next(less(narrowed, coverage.pieces), None)
        if hole is not None:
            return Packet(
                host_of(network, hole.source, question.source.points),
                host_of(network, hole.destination, question.target.points),
                *hole.services.least(),
            )
    return None


def products(source: IntervalSet, target: IntervalSet, services: ServiceSet) -> list[Product]:
    """Return the products of two ends, one address family each."""
    found = []
    for four in (True, False):
        one, other = _family(source, four), _family(target, four)
        if one and other and services:
            found.append(Product(one, other, services))
    return found


def _everywhere(wanted: list[Product], pieces: tuple[Product, ...]) -> ServiceSet:
    """Return the services for which the pieces hold all the addresses that are wanted."""
    left = ServiceSet.union(piece.services for piece in pieces)
    for product in wanted:
        ends = [
            (product.source <= piece.source and product.destination <= piece.destination, piece) for piece in pieces
        ]
        sure = ServiceSet.union(piece.services for whole, piece in ends if whole)
        some = [piece for whole, piece in ends if not whole]
        doubtful = left - sure
        while doubtful:  # each hole takes at least one service away
            hole = next(less(Product(product.source, product.destination, doubtful), some), None)
            if hole is None:
                break
            doubtful -= hole.services
        left &= sure | doubtful
    return left if wanted else NO_SERVICE


def _name(end: End, place: Place) -> str:
    """Return the text of what an end of a line and a place share."""
    if place.points <= end.points:
        return place.text
    if end.points <= place.points:
        return end.id
    mask = (1 << VRF_SHIFT) - 1
    shared = prefixes(IntervalSet.union((low & mask, high & mask) for low, high in (end.points & place.points).ranges))
    return ", ".join(shared[:_MOST_PREFIXES]) + (" …" if len(shared) > _MOST_PREFIXES else "")


def host_of(network: Network, points: IntervalSet, place: IntervalSet = EMPTY) -> int:
    """Return the first of some points of a place that is not the first or the last address of a network, if any."""
    own = {end for low, high in place.ranges if high - low >= 3 for end in (low, high)}
    for low, high in points.ranges:
        for point in range(low, min(high, low + len(network.edges) + len(own)) + 1):
            if point not in network.edges and point not in own:
                return point
    return points.least()


def _family(points: IntervalSet, four: bool) -> IntervalSet:
    """Return the points of one family; every range of points lies in few VRFs."""
    spans = []
    for low, high in points.ranges:
        for vrf in range(low >> VRF_SHIFT, (high >> VRF_SHIFT) + 1):
            base = (vrf << VRF_SHIFT) | MAPPED
            spans.append((base, base | 0xFFFFFFFF))
    v4 = IntervalSet.union(spans) if spans else EMPTY
    return points & v4 if four else points - v4
