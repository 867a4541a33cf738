"""Terms of a configuration -> ordered rules over the points around a device, at least and at most what they mean.

A rule is cut where the sides are: each piece goes from the points of one unit to those of all others, within one
address family, so that nothing is compared but packets that can cross the device. Stages in series become one list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cloison.flows.configuration import Hook, Stage, Term, Written
from cloison.netmodel.sides import Port, Sides, families
from cloison.netmodel.space.addresses import V4, VRF_SHIFT, points
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.policy import Rule
from cloison.netmodel.space.protocols import ICMP, ICMPV6, TCP
from cloison.netmodel.space.ranks import BudgetError
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, OPENING, ServiceSet

Bound = Literal["lower", "upper"]

MOST_RULES = 4_000_000
"""The most rules that stages in series may make of one another."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """What decides in one stage: a term, or the stage's own end."""

    stage: Stage
    term: Term | None

    @property
    def written(self) -> Written | None:
        """Where that is written, if it is."""
        return self.term.written if self.term is not None else self.stage.closing


Origin = tuple[Deciding, ...]
Pieces = tuple[tuple[IntervalSet, IntervalSet], ...]  # from, to

# a packet of one family never carries the other's ICMP
_FOUR = EVERY_SERVICE - ServiceSet.of((ICMPV6, ICMPV6))
_SIX = EVERY_SERVICE - ServiceSet.of((ICMP, ICMP))


@dataclass(slots=True)
class Space:
    """The pieces in which a device's packets lie, for one hook; what was cut once is kept.

    ``cells`` are the points from which packets come, each with all the points towards which they go.
    """

    sides: Sides
    cells: Pieces
    _lifted: dict[int, tuple[IntervalSet, IntervalSet]] = field(default_factory=dict)
    _cut: dict[tuple[object, ...], tuple[object, IntervalSet]] = field(default_factory=dict)
    _same: dict[IntervalSet, IntervalSet] = field(default_factory=dict)
    _near: dict[int, tuple[IntervalSet, tuple[tuple[int, IntervalSet], ...]]] = field(default_factory=dict)
    _certain: dict[frozenset[str] | None, bool] = field(default_factory=dict)
    _carried: dict[tuple[int, bool], tuple[ServiceSet, ServiceSet]] = field(default_factory=dict)

    @staticmethod
    def of(sides: Sides, hook: Hook) -> Space:
        """Return the space of what is forwarded, of what reaches the device, or of what it sends."""
        units = [half for unit in sides.units for half in families(unit.points, sides.vrfs)]
        own = families(sides.own, sides.vrfs)
        cells: list[tuple[IntervalSet, IntervalSet]] = []
        everyone = families(sides.around, sides.vrfs)
        for number, half in enumerate(units):
            other = everyone[number % 2] - half
            if hook == "forward":
                cells.append((half, other))
            elif hook == "input":
                cells.append((half, own[number % 2]))
            else:
                cells.append((own[number % 2], half))
        if hook == "output":
            cells = [(mine, half) for mine, half in zip(own, everyone, strict=True)]
        return Space(sides, tuple((one, other) for one, other in cells if one and other))

    def pieces(self, sources: IntervalSet, destinations: IntervalSet) -> Pieces:
        """Return two sets of points cut along the cells; what was cut before is the same object again."""
        found = []
        for number, source in self._touched(sources):
            destination = self._and(destinations, self.cells[number][1], (number, 1))
            if destination:
                found.append((source, destination))
        return tuple(found)

    def _touched(self, sources: IntervalSet) -> tuple[tuple[int, IntervalSet], ...]:
        """Return the cells from which some points come, each by its number and with those of the points."""
        known = self._near.get(id(sources))
        if known is None:
            near = [number for number, (one, _) in enumerate(self.cells) if one.overlaps(sources)]
            common = ((number, self._and(sources, self.cells[number][0], (number, 0))) for number in near)
            known = self._near[id(sources)] = (sources, tuple((number, mine) for number, mine in common if mine))
        return known[1]

    def carried(self, source: IntervalSet, services: ServiceSet) -> ServiceSet:
        """Return what of services packets of a piece's family can carry."""
        four = source.ranges[0][0] & ((1 << VRF_SHIFT) - 1) in V4
        known = self._carried.get((id(services), four))
        if known is None:
            common = services & (_FOUR if four else _SIX)
            known = self._carried[id(services), four] = (services, services if common == services else common)
        return known[1]

    def lifted(self, addresses: IntervalSet) -> IntervalSet:
        """Return addresses as points of every VRF around the device."""
        known = self._lifted.get(id(addresses))
        if known is None:
            lifted = IntervalSet.union(span for vrf in self.sides.vrfs for span in points(vrf, addresses).ranges)
            lifted = self._same.setdefault(lifted, lifted)
            known = self._lifted[id(addresses)] = (addresses, lifted)
        return known[1]

    def behind(self, names: frozenset[str] | None, addresses: IntervalSet, sure: bool) -> IntervalSet:
        """Return the points of addresses that lie behind interfaces, surely or perhaps."""
        lifted = self.lifted(addresses)
        if names is None:
            return lifted
        return self._and(lifted, self._ports(names, sure), (tuple(sorted(names)), sure))

    def certain(self, names: frozenset[str] | None) -> bool:
        """Say whether what lies behind some interfaces is known for sure."""
        known = self._certain.get(names)
        if known is None:
            ports = [self.sides.ports[name] for name in names or () if name in self.sides.ports]
            known = self._certain[names] = all(port.sure == port.possible for port in ports)
        return known

    def _ports(self, names: frozenset[str], sure: bool) -> IntervalSet:
        ports: Mapping[str, Port] = self.sides.ports
        return IntervalSet.union(
            span for name in sorted(names) if name in ports
            for span in (ports[name].sure if sure else ports[name].possible).ranges
        )  # fmt: skip

    def _and(self, one: IntervalSet, other: IntervalSet, key: tuple[object, ...]) -> IntervalSet:
        known = self._cut.get((id(one), *key))
        if known is None:
            common = one & other
            common = self._same.setdefault(common, common)
            known = self._cut[(id(one), *key)] = (one, one if common == one else common)
        return known[1]


@dataclass(frozen=True, slots=True)
class Lowered:
    """Stages as ordered rules: what they permit at least and at most (the same list where nothing is in doubt).

    ``idle`` are terms that hold no packet that can pass the device, as the map knows it.
    """

    lower: tuple[Rule, ...]
    upper: tuple[Rule, ...]
    idle: tuple[Term, ...] = ()

    @property
    def exact(self) -> bool:
        """Say whether nothing is in doubt."""
        return self.lower is self.upper


def lowered(space: Space, stages: Sequence[Stage], phase: int, hook: Hook = "forward") -> Lowered:
    """Return what stages permit of the packets of one phase; raises ``BudgetError`` where series grow too much."""
    asked = [stage for stage in stages if phase == OPENING or stage.state != "implicit"]
    idle: list[Term] = []
    exact = True
    lists: dict[Bound, list[list[Rule]]] = {"lower": [], "upper": []}
    for stage in asked:
        lower, upper, same = _stage(space, stage, phase, hook, idle)
        lists["lower"].append(lower)
        lists["upper"].append(lower if same else upper)
        exact = exact and same
    if not asked:
        whole = Rule(True, EMPTY, EMPTY, EVERY_SERVICE.in_phase(phase), ())
        everything = tuple(_cut_along(space, whole))
        return Lowered(everything, everything)
    below = _series(lists["lower"])
    return Lowered(below, below if exact else _series(lists["upper"]), tuple(idle))


def _stage(space: Space, stage: Stage, phase: int, hook: Hook, idle: list[Term]) -> tuple[list[Rule], list[Rule], bool]:
    lower: list[Rule] = []
    upper: list[Rule] = []
    exact = True
    narrowed: dict[int, ServiceSet] = {}
    for term in stage.terms:
        services = narrowed.get(id(term.services))
        if services is None:
            services = narrowed[id(term.services)] = term.services.in_phase(phase)
        if not services:
            continue
        most = _pieces(space, term, hook, sure=False)
        least = most if space.certain(term.arriving) and space.certain(term.leaving) else _pieces(
            space, term, hook, sure=True)  # fmt: skip
        if not most:
            if phase == OPENING:
                idle.append(term)
            continue
        origin = (Deciding(stage, term),)
        plain = term.sure and term.action != "unknown" and least == most
        exact = exact and plain
        wide = _rules(space, most, services, origin)
        if plain:
            rules = wide if term.action == "permit" else [_denying(rule) for rule in wide]
            lower += rules
            upper += rules
            continue
        tight = _rules(space, least, services, origin) if term.sure else []
        if term.action == "permit":
            lower += tight
            upper += wide
        elif term.action == "deny":
            lower += (_denying(rule) for rule in wide)
            upper += (_denying(rule) for rule in tight)
        else:
            lower += (_denying(rule) for rule in wide)
            upper += wide
    permit = stage.otherwise == "permit"
    rest = Rule(permit, EMPTY, EMPTY, EVERY_SERVICE.in_phase(phase), (Deciding(stage, None),))
    closing = list(_cut_along(space, rest))
    lower += closing
    upper += closing
    return lower, upper, exact


def _pieces(space: Space, term: Term, hook: Hook, *, sure: bool) -> Pieces:
    arriving = term.arriving if hook != "output" else None
    leaving = term.leaving if hook != "input" else None
    if (hook == "output" and term.arriving is not None) or (hook == "input" and term.leaving is not None):
        return ()  # the device's own packets arrive nowhere, and those for it leave by nothing
    return space.pieces(space.behind(arriving, term.sources, sure), space.behind(leaving, term.destinations, sure))


def _rules(space: Space, pieces: Pieces, services: ServiceSet, origin: Origin) -> list[Rule]:
    carried = ((one, other, space.carried(one, services)) for one, other in pieces)
    return [Rule(True, one, other, mine, origin) for one, other, mine in carried if mine]


def _cut_along(space: Space, rule: Rule) -> Iterator[Rule]:
    for one, other in space.cells:
        yield Rule(rule.permit, one, other, space.carried(one, rule.services), rule.origin)


def _denying(rule: Rule) -> Rule:
    return Rule(False, rule.source, rule.destination, rule.services, rule.origin)


def _series(lists: Sequence[list[Rule]]) -> tuple[Rule, ...]:
    """Return one ordered list that permits what every one of the lists permits."""
    first, *rest = sorted(lists, key=len)
    for other in rest:
        first = _both(first, other)
    return tuple(first)


def _both(one: Sequence[Rule], other: Sequence[Rule]) -> list[Rule]:
    """Return the list of what two lists permit both; the first holder in each decides, and none means denied."""
    found: list[Rule] = []
    budget = MOST_RULES * 4
    for rule in one:
        if not rule.permit:
            found.append(rule)
            continue
        box = rule.product
        budget -= len(other)
        if budget < 0 or len(found) > MOST_RULES:
            raise BudgetError
        whole = False
        for then in other:
            if then.source.ranges and not _near(box, then):
                continue
            common = box & then.product
            if common:
                origin = (*origin_of(rule), *origin_of(then))
                found.append(Rule(then.permit, common.source, common.destination, common.services, origin))
                if common == box:
                    whole = True
                    break
        if not whole:
            found.append(_denying(rule))
    return found


def _near(box: Product, rule: Rule) -> bool:
    """Say, quickly, whether a rule may touch a box."""
    return not (
        rule.source.ranges[0][0] > box.source.ranges[-1][1]
        or rule.source.ranges[-1][1] < box.source.ranges[0][0]
        or rule.destination.ranges[0][0] > box.destination.ranges[-1][1]
        or rule.destination.ranges[-1][1] < box.destination.ranges[0][0]
    )


def origin_of(rule: Rule) -> Origin:
    """Return what decides in each stage for a rule of a lowered list."""
    assert isinstance(rule.origin, tuple)
    return rule.origin


def stateless(stages: Sequence[Stage]) -> bool:
    """Say whether stages judge every packet by itself."""
    return bool(stages) and all(stage.state == "none" for stage in stages)


def judged(stages: Sequence[Stage], phase: int) -> ServiceSet:
    """Return the packets of a phase that count as too much where no line authorises them.

    Where a state is kept, continuing packets belong to conversations that were let in. Without any, only TCP shows
    what opens: the other packets are all judged as continuing ones, which lines and their answers authorise.
    """
    bare = stateless(stages)
    if phase == OPENING:
        return ServiceSet.of((TCP, TCP), phases=OPENING) if bare else EVERY_SERVICE.in_phase(OPENING)
    return EVERY_SERVICE.in_phase(phase) if bare else NO_SERVICE


def narrowed(rules: Sequence[Rule], services: ServiceSet) -> tuple[Rule, ...]:
    """Return what of ordered rules is about some services."""
    kept: dict[int, ServiceSet] = {}
    found = []
    for rule in rules:
        mine = kept.get(id(rule.services))
        if mine is None:
            mine = kept[id(rule.services)] = rule.services & services
        if mine == rule.services:
            found.append(rule)
        elif mine:
            found.append(Rule(rule.permit, rule.source, rule.destination, mine, rule.origin))
    return tuple(found)
