"""What the matrix authorises around a device, as rules over its space: lines, their answers, and what needs none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloison.flows.configuration import Hook
from cloison.flows.verifying.lowering import Space
from cloison.flows.verifying.translated import Sight
from cloison.netmodel.facts import Line, ZoneFacts
from cloison.netmodel.network import Network
from cloison.netmodel.sides import Sides
from cloison.netmodel.space.addresses import ANY
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.policy import Rule
from cloison.netmodel.space.protocols import ICMP, ICMPV6, UDP
from cloison.netmodel.space.services import BOTH, OPENING, ServiceSet

FREE = "free"
"""The origin of rules for what needs no line."""


def _kinds(protocol: int, *types: int) -> ServiceSet:
    return ServiceSet.union(ServiceSet.of((protocol, protocol), (kind << 8, kind << 8 | 255)) for kind in types)


# Replies and errors of ICMP belong to the conversation that they answer or quote (RFC 792, RFC 4443); redirects,
# neighbour discovery, multicast listeners, IGMP, VRRP and DHCP are of a link (RFC 4861, RFC 3810, RFC 9776, RFC 9568).
CONTROL = ServiceSet.union(
    (
        _kinds(ICMP, 0, 3, 4, 5, 11, 12, 14, 16, 18),
        _kinds(ICMPV6, 1, 2, 3, 4, 129, 130, 131, 132, 133, 134, 135, 136, 137, 140, 143),
        ServiceSet.of((2, 2)),
        ServiceSet.of((112, 112)),
        ServiceSet.of((UDP, UDP), (67, 68)),
        ServiceSet.of((UDP, UDP), (546, 547)),
    )
)


@dataclass(frozen=True, slots=True)
class Claims:
    """What lines ask of a device, as permitting rules with their line's id as origin.

    ``authorised``: all that may pass, what needs no line too; ``owed``: what must pass, since there is no other way;
    ``doubtful``: what may pass elsewhere.
    """

    authorised: tuple[Rule, ...]
    owed: tuple[Rule, ...]
    doubtful: tuple[Rule, ...]


def claims(network: Network, space: Space, hook: Hook, phase: int) -> Claims:
    """Return the claims of the live lines on packets of one phase; of continuing ones, their answers too."""
    ways = _Ways.of(network, space.sides) if hook == "forward" else None
    sight = Sight.of(network, space.sides.device)
    authorised: list[Rule] = []
    owed: list[Rule] = []
    doubtful: list[Rule] = []
    kept: dict[tuple[int, bool], ServiceSet] = {}

    def narrowed(services: ServiceSet, mirror: bool) -> ServiceSet:
        known = kept.get((id(services), mirror))
        if known is None:
            known = services.mirrored() if mirror else services.in_phase(phase)
            kept[id(services), mirror] = known
        return known

    for line in network.lines:
        if not line.live or _wrapped(network, space.sides, line):
            continue
        for product in _as_seen(sight, line):
            ends = [(product.source, product.destination, narrowed(product.services, False))]
            if phase != OPENING:
                ends.append((product.destination, product.source, narrowed(product.services, True)))
            for mirrored, (source, destination, services) in enumerate(ends):
                for one, other in space.pieces(source, destination) if services else ():
                    carried = space.carried(one, services)
                    if not carried:
                        continue
                    authorised.append(Rule(True, one, other, carried, line.id))
                    if ways is None:
                        owed.append(authorised[-1])
                        continue
                    for must, here, there in ways.split(line, one, other, bool(mirrored)):
                        (owed if must else doubtful).append(Rule(True, here, there, carried, line.id))
    authorised += _free(network, space)
    return Claims(tuple(authorised), tuple(owed), tuple(doubtful))


def _wrapped(network: Network, sides: Sides, line: Line) -> bool:
    """Say whether the device stands between the ends of the line's tunnel: it then sees the tunnel's packets alone."""
    carrier = network.model.carriers.get(line.flow.tunnel)
    if carrier is None or len(carrier.ends) < 2 or set(carrier.ends) & set(sides.stage):
        return False
    units = [
        {unit.number for unit in sides.units if unit.points.overlaps(network.assets[end].points)}
        for end in carrier.ends if end in network.assets
    ]  # fmt: skip
    return bool(units) and all(units) and not set.intersection(*units)


def _as_seen(sight: Sight, line: Line) -> Iterator[Product]:
    for product in line.products:
        if sight:
            yield from sight.through(product)
        else:
            yield product


def _free(network: Network, space: Space) -> Iterator[Rule]:
    """Yield what needs no line: control, and zones within which everything may go anywhere."""
    everywhere = space.lifted(ANY)
    for one, other in space.pieces(everywhere, everywhere):
        yield Rule(True, one, other, CONTROL, FREE)
    every = ServiceSet.of((0, 255), phases=BOTH)
    for zone in network.zones.values():
        if zone.inside == "zone":
            points = _open(network, zone)
            for one, other in space.pieces(points, points):
                yield Rule(True, one, other, every, FREE)


def _open(network: Network, zone: ZoneFacts) -> IntervalSet:
    """Return the points of a zone but those that a zone within it closes, and what lies within that one."""
    shut = [network.zones[name] for name in zone.parts if network.zones[name].inside != "zone"]
    return zone.points - IntervalSet.union(span for item in shut for span in item.points.ranges)


@dataclass(slots=True)
class _Ways:
    """Which pairs of places owe their lines to the device: those that it cuts, and those whose way crosses it."""

    network: Network
    beside: Mapping[int, IntervalSet]  # of a unit: the points of other units of its part
    units: tuple[tuple[int, IntervalSet], ...]
    crossed: frozenset[str]  # interconnections through the device or its equals

    @staticmethod
    def of(network: Network, sides: Sides) -> _Ways:
        beside = {
            unit.number: IntervalSet.union(
                span for other in sides.units if other.part == unit.part and other is not unit
                for span in other.points.ranges
            )
            for unit in sides.units
        }  # fmt: skip
        crossed = frozenset(
            name for name, item in network.model.interconnections.items()
            if any(set(stage) & set(sides.stage) for stage in item.through)
        )  # fmt: skip
        return _Ways(network, beside, tuple((unit.number, unit.points) for unit in sides.units if beside[unit.number]),
                     crossed)  # fmt: skip

    def split(
        self, line: Line, source: IntervalSet, destination: IntervalSet, mirrored: bool
    ) -> Iterator[tuple[bool, IntervalSet, IntervalSet]]:
        """Yield (owed, source, destination): the parts of a piece that the device must, or may, let through."""
        around = EMPTY
        for number, points in self.units:
            if source.overlaps(points):
                around = self.beside[number]
                break
        apart = destination - around if around else destination
        if apart:
            yield True, source, apart
        near = destination & around
        if not near:
            return
        for (here, there), route in line.routes.items():
            one, other = (there, here) if mirrored else (here, there)
            mine = source & self.network.zones[one].points
            theirs = near & self.network.zones[other].points
            if mine and theirs and self.crossed & set(route):
                yield True, mine, theirs
        for here, there in line.unrouted:
            one, other = (there, here) if mirrored else (here, there)
            mine = source & self.network.zones[one].points
            theirs = near & self.network.zones[other].points
            if mine and theirs:
                yield False, mine, theirs
