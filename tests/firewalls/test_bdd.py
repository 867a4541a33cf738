"""The algebra and the lowering of stages against binary decision diagrams, which know nothing of either.

Universes are narrow, where rules meet often, or as wide as the real one. 1,020 pairs of policies and 200 devices, or
ten times as many with ``CLOISON_NIGHTLY=1``.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from packet_diagrams import ALL, NONE, Diagram, Universe

from cloison.flows.configuration import Action, Stage, Term, Written
from cloison.flows.verifying.lowering import Space, lowered
from cloison.netmodel.finding import Span, say
from cloison.netmodel.sides import Sides, Unit
from cloison.netmodel.space.addresses import VRF_SHIFT, parse_address, points
from cloison.netmodel.space.covers import shadowed
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.policy import Comparison, Difference, Rule, beyond, compare, permitted
from cloison.netmodel.space.services import BOTH, CONTINUING, OPENING, ServiceSet

MORE = 10 if "CLOISON_NIGHTLY" in os.environ else 1
V4 = parse_address("10.0.0.0")
Ranges = list[tuple[int, int]]
Block = tuple[tuple[int, int], tuple[int, int], tuple[int, int], int]  # protocols, ports, source ports, phases
NARROW = Universe((V4, 6), (V4, 6), (4, 2), (20, 4), (0, 3))
WIDE = Universe((0, VRF_SHIFT + 1), (0, VRF_SHIFT + 1), (0, 8), (0, 16), (0, 16))


@dataclass(frozen=True)
class Drawn:
    """A rule as it is drawn, the same as a rule of the algebra and as a node."""

    permit: bool
    rule: Rule
    node: int


class Dealer:
    """Draws rules whose ends are often next to each other's."""

    def __init__(self, diagram: Diagram, dice: random.Random) -> None:
        self.diagram, self.dice = diagram, dice
        self.pools = {
            name: [dice.randrange(least, least + (1 << bits)) for _ in range(4)]
            for name, (least, bits) in vars(diagram.universe).items()
        }

    def range(self, name: str) -> tuple[int, int]:
        least, bits = getattr(self.diagram.universe, name)
        most = least + (1 << bits) - 1
        if self.dice.random() < 0.3:
            return least, most
        ends = [self.dice.choice(self.pools[name]) + self.dice.choice((-1, 0, 0, 1)) for _ in range(2)]
        if self.dice.random() < 0.2:
            ends[1] = ends[0]
        low, high = sorted(min(max(end, least), most) for end in ends)
        return low, high

    def ends(self, name: str) -> Ranges:
        return [self.range(name) for _ in range(self.dice.choice((1, 1, 2)))]

    def blocks(self) -> list[Block]:
        return [
            (self.range("protocol"), self.range("port"), self.range("source_port"),
             self.dice.choice((BOTH, BOTH, OPENING, CONTINUING)))
            for _ in range(self.dice.choice((1, 1, 2)))
        ]  # fmt: skip

    def drawn(self, permit: bool) -> Drawn:
        source, destination, blocks = self.ends("source"), self.ends("destination"), self.blocks()
        mine = self.diagram
        node = mine.both(mine.ranges("source", source), mine.ranges("destination", destination))
        node = mine.both(node, mine.any_of(mine.block(*block) for block in blocks))
        services = ServiceSet.union(ServiceSet.of(*block) for block in blocks)
        return Drawn(permit, Rule(permit, IntervalSet.of(*source), IntervalSet.of(*destination), services), node)

    def policy(self) -> list[Drawn]:
        return [self.drawn(self.dice.random() < 0.6) for _ in range(self.dice.randint(1, 7))]

    def changed(self, some: list[Drawn]) -> list[Drawn]:
        """Return a policy near another one: a rule less, one more, one moved, or one of the other meaning."""
        other = list(some)
        place = self.dice.randrange(len(other))
        how = self.dice.randrange(4)
        if how == 0 and len(other) > 1:
            other.pop(place)
        elif how == 1:
            other.insert(place, self.drawn(self.dice.random() < 0.5))
        elif how == 2:
            other.insert(self.dice.randrange(len(other)), other.pop(place))
        else:
            old = other[place].rule
            other[place] = Drawn(not old.permit, Rule(not old.permit, old.source, old.destination, old.services),
                                 other[place].node)  # fmt: skip
        return other


def pairs(diagram: Diagram, mine: list[Drawn], other: list[Drawn]) -> Iterator[tuple[int, int, int]]:
    """Yield (permit, rule of the other list that refuses, packets); -1 where none does, or only one that ends it."""
    last = max((place for place, item in enumerate(other) if item.permit), default=-1)
    deciding: dict[int, int] = {}
    left = ALL
    for place, item in enumerate(other):
        if not item.permit:
            where = place if place < last else -1
            deciding[where] = diagram.either(deciding.get(where, NONE), diagram.both(left, item.node))
        left = diagram.less(left, item.node)
    deciding[-1] = diagram.either(deciding.get(-1, NONE), left)
    denied = NONE
    seen: set[int] = set()
    for place, item in enumerate(mine):
        if item.permit and item.node not in seen:
            own = diagram.less(item.node, denied)
            for where, refused in deciding.items():
                if (node := diagram.both(own, refused)) != NONE:
                    yield place, where, node
        seen.add(item.node)
        if not item.permit:
            denied = diagram.either(denied, item.node)


def told(found: Sequence[Difference], mine: list[Drawn], other: list[Drawn]) -> dict[tuple[int, int], Packet]:
    last = max((place for place, item in enumerate(other) if item.permit), default=-1)
    places = {id(item.rule): place for place, item in enumerate(mine)}
    theirs = {id(item.rule): place for place, item in enumerate(other)}
    said = {}
    for item in found:
        where = -1 if item.against is None else theirs[id(item.against)]
        said[places[id(item.rule)], where if where < last else -1] = item.witness
    assert len(said) == len(found), "a pair is told twice"
    return said


def check(diagram: Diagram, left: list[Drawn], right: list[Drawn]) -> str:
    """Hold everything that the algebra says of two policies to the diagrams; return what it is."""
    sides = [[item.rule for item in some] for some in (left, right)]
    ours, theirs = (diagram.first_match([(item.permit, item.node) for item in some]) for some in (left, right))
    said: Comparison = compare(*sides)
    more, less = diagram.less(ours, theirs), diagram.less(theirs, ours)
    assert said.result == {(True, True): "equal", (False, True): "left-more", (True, False): "right-more",
                           (False, False): "differ"}[more == NONE, less == NONE]  # fmt: skip
    for found, mine, other in ((said.only_left, left, right), (said.only_right, right, left)):
        expected = {(place, where): node for place, where, node in pairs(diagram, mine, other)}
        listed = told(found, mine, other)
        assert set(listed) == set(expected)
        for pair, witness in listed.items():
            assert diagram.holds(expected[pair], witness)
    assert beyond(*sides) == (said.only_left, True)
    assert beyond(sides[1], sides[0]) == (said.only_right, True)
    allowed = permitted(sides[0])
    assert diagram.any_of(diagram.product(item.source, item.destination, item.services)
                          for item in allowed.products) == ours  # fmt: skip
    assert allowed.size == diagram.size(ours)
    without_effect(diagram, left, ours)
    return said.result


def without_effect(diagram: Diagram, some: list[Drawn], whole: int) -> None:
    found = {item.index: item for item in shadowed([item.rule for item in some])}
    earlier = NONE
    for place, item in enumerate(some):
        rest = diagram.first_match([(other.permit, other.node) for other in some[:place] + some[place + 1 :]])
        if diagram.less(item.node, earlier) == NONE:
            shadow = found.pop(place)
            assert shadow.how == "shadowed"
            assert all(by < place for by in shadow.by)
            assert diagram.less(item.node, diagram.any_of(some[by].node for by in shadow.by)) == NONE
        elif rest == whole:
            shadow = found.pop(place)
            assert shadow.how == "redundant"
            assert all(by > place and some[by].permit == item.permit for by in shadow.by)
        earlier = diagram.either(earlier, item.node)
    assert not found


@pytest.mark.parametrize(("universe", "seed", "count"), [
    *((NARROW, seed, 125) for seed in range(8 * MORE)), *((WIDE, seed, 10) for seed in range(2 * MORE)),
], ids=lambda value: str(value) if isinstance(value, int) else "narrow" if value is NARROW else "wide")  # fmt: skip
def test_policies_are_compared_as_diagrams_are(universe: Universe, seed: int, count: int) -> None:
    dice = random.Random(f"{universe.width} {seed}")
    results = set()
    for number in range(count):
        if number % 50 == 0:
            diagram = Diagram(universe)  # nothing is collected: a new one now and then
        dealer = Dealer(diagram, dice)
        left = dealer.policy()
        right = dealer.changed(left) if dice.random() < 0.6 else dealer.policy()
        results.add(check(diagram, left, right))
    assert universe is WIDE or results == {"equal", "left-more", "right-more", "differ"}


TWO = Sides("all", (), EMPTY, tuple(Unit(vrf, vrf, points(vrf, IntervalSet.of((V4, V4 + 63)))) for vrf in (0, 1)), {},
            (0, 1))  # fmt: skip


@pytest.mark.parametrize("seed", range(4 * MORE))
def test_stages_with_doubts_have_the_bounds_of_their_diagrams(seed: int) -> None:
    dice = random.Random(f"stages {seed}")
    doubtful = 0
    diagram = Diagram(NARROW)
    for number in range(50):
        dealer = Dealer(diagram, dice)
        stages, bounds = [], []
        for place in range(dice.randint(1, 3)):
            stage, low, high = drawn_stage(diagram, dealer, f"stage {place}")
            stages.append(stage)
            bounds.append((low, high))
        doubtful += any(low != high for low, high in bounds)
        space = Space.of(TWO, "forward")
        space.cells = tuple(cell for cell in space.cells if cell[0] <= points(0, IntervalSet.of((V4, V4 + 63))))
        assert len(space.cells) == 1
        for phase in (OPENING, CONTINUING):
            asked = [(low, high) for (low, high), stage in zip(bounds, stages, strict=True)
                     if phase == OPENING or stage.state != "implicit"]  # fmt: skip
            found = lowered(space, stages, phase)
            here = diagram.between("phase", phase, phase)
            for rules, bound in ((found.lower, 0), (found.upper, 1)):
                node = here
                for pair in asked:
                    node = diagram.both(node, pair[bound])
                nodes = [(rule.permit, diagram.both(here, near(diagram, rule))) for rule in rules]
                assert diagram.first_match(nodes) == node, (number, phase)
    assert doubtful


def near(diagram: Diagram, rule: Rule) -> int:
    """Return the packets of a rule that goes from the first VRF to the second, without the VRF."""
    vrf = 1 << VRF_SHIFT
    target = IntervalSet(tuple((low - vrf, high - vrf) for low, high in rule.destination.ranges))
    return diagram.product(rule.source, target, rule.services)


def drawn_stage(diagram: Diagram, dealer: Dealer, name: str) -> tuple[Stage, int, int]:
    """Return a stage and what it permits at least and at most."""
    dice = dealer.dice
    otherwise = dice.choice(("deny", "permit"))
    terms = []
    for number in range(dice.randint(1, 5)):
        item = dealer.drawn(True)
        action: Action = dice.choice(("permit", "permit", "deny", "deny", "unknown"))
        sure = dice.random() < 0.8
        rule = item.rule
        terms.append((item.node, Term(
            action, Written(Span("toy", number + 1), f"rule {number}"), rule.source, rule.destination, rule.services,
            sure=sure, doubt=None if sure and action != "unknown" else say("doubt", "doute"),
        )))  # fmt: skip
    low = high = ALL if otherwise == "permit" else NONE
    for node, term in reversed(terms):
        least, most = (low, high) if not term.sure else (ALL, NONE)  # of what its packets may be, beside its action
        if term.action != "deny":
            most = ALL
        if term.action != "permit":
            least = NONE
        low, high = diagram.chosen(node, least, low), diagram.chosen(node, most, high)
    state = dice.choice(("implicit", "tracked", "none"))
    return Stage(name, tuple(term for _, term in terms), state, otherwise), low, high
