"""Ordered rules against brute force on a universe small enough to list every packet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.netmodel.space import joins
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Packet, PacketSet, Product
from cloison.netmodel.space.policy import Comparison, Rule, compare, decides, permitted
from cloison.netmodel.space.services import BOTH, CONTINUING, OPENING, ServiceSet

V4 = parse_address("10.0.0.254")
V6 = parse_address("2001:db8::1")
POINTS = [V4, V4 + 1, V4 + 2, V6, V6 + 1, 1 << 128 | V4]  # both families, two VRFs
SERVICES = [
    (protocol, low, source, phase)
    for protocol in (1, 6)
    for low in (22, 23, 24)
    for source in (7, 8)
    for phase in (OPENING, CONTINUING)
]
UNIVERSE = [Packet(a, b, *service) for a in POINTS for b in POINTS for service in SERVICES]

points = st.sets(st.sampled_from(POINTS), min_size=0, max_size=6).map(
    lambda some: IntervalSet.of(*((p, p) for p in some))
)
blocks = st.builds(
    ServiceSet.of,
    st.sampled_from([(1, 1), (6, 6)]),
    st.sampled_from([(22, 22), (23, 24), (22, 24), (24, 24)]),
    st.sampled_from([(7, 7), (7, 8), (8, 8)]),
    st.sampled_from([OPENING, CONTINUING, BOTH]),
)
services = st.lists(blocks, min_size=1, max_size=2).map(ServiceSet.union)
products = st.builds(Product, points, points, services)
rules = st.builds(
    lambda permit, item: Rule(permit, item.source, item.destination, item.services), st.booleans(), products
)
policies = st.lists(rules, max_size=7)


def first(some: list[Rule], packet: Packet) -> Rule | None:
    for rule in some:
        if (
            packet.source in rule.source
            and packet.destination in rule.destination
            and rule.services.holds(packet.protocol, packet.port, packet.source_port, packet.phase)
        ):
            return rule
    return None


def allowed(some: list[Rule]) -> set[Packet]:
    return {packet for packet in UNIVERSE if (rule := first(some, packet)) is not None and rule.permit}


def listed(some: PacketSet) -> set[Packet]:
    return {packet for packet in UNIVERSE if packet in some}


@given(policies)
@settings(derandomize=True, deadline=None, max_examples=150)
def test_permitted_is_the_first_match(some: list[Rule]) -> None:
    found = permitted(some)
    assert listed(found) == allowed(some)
    assert found.size == len(allowed(some))


@given(policies, st.sampled_from(UNIVERSE))
@settings(derandomize=True, deadline=None)
def test_the_first_rule_that_holds_a_packet_decides(some: list[Rule], packet: Packet) -> None:
    assert decides(some, packet) is first(some, packet)


def expected_result(left: set[Packet], right: set[Packet]) -> str:
    if left == right:
        return "equal"
    if left > right:
        return "left-more"
    return "right-more" if left < right else "differ"


def expected_pairs(mine: list[Rule], other: list[Rule]) -> set[tuple[int, int | None]]:
    """Every (permit, deny of the other list that can matter or None) with a packet, by listing packets."""
    theirs = allowed(other)
    last = max((at for at, rule in enumerate(other) if rule.permit and rule.product), default=-1)
    pairs: set[tuple[int, int | None]] = set()
    seen: set[Product] = set()
    for at, rule in enumerate(mine):
        if rule.product in seen:
            continue
        seen.add(rule.product)
        for packet in UNIVERSE if rule.permit else ():
            denied_before = any(not early.permit and packet in early for early in mine[:at])
            if packet in rule and not denied_before and packet not in theirs:
                refusing = next((n for n, item in enumerate(other) if packet in item), None)
                pairs.add((at, None if refusing is None or refusing > last else refusing))
    return pairs


def found_pairs(found: Comparison, side: int, mine: list[Rule], other: list[Rule]) -> set[tuple[int, int | None]]:
    last = max((at for at, rule in enumerate(other) if rule.permit and rule.product), default=-1)
    place = {id(rule): at for at, rule in enumerate(mine)}
    their_place = {id(rule): at for at, rule in enumerate(other)}
    pairs: set[tuple[int, int | None]] = set()
    for item in (found.only_left, found.only_right)[side]:
        at = None if item.against is None else their_place[id(item.against)]
        pairs.add((place[id(item.rule)], None if at is None or at > last else at))
        assert item.witness in item.rule
        assert item.witness in permitted(mine)
        assert item.witness not in permitted(other)
        assert decides(other, item.witness) is item.against
    return pairs


def check(left: list[Rule], right: list[Rule]) -> None:
    left = [Rule(r.permit, r.source, r.destination, r.services, at) for at, r in enumerate(left)]
    right = [Rule(r.permit, r.source, r.destination, r.services, at) for at, r in enumerate(right)]
    found = compare(left, right)
    assert found.result == expected_result(allowed(left), allowed(right))
    assert found_pairs(found, 0, left, right) == expected_pairs(left, right)
    assert found_pairs(found, 1, right, left) == expected_pairs(right, left)


@given(left=policies, right=policies)
@settings(derandomize=True, deadline=None, max_examples=200)
def test_a_comparison_is_the_list_of_packets(left: list[Rule], right: list[Rule]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        check(left, right)
        patch.setattr(joins, "_SMALL", -1)
        check(left, right)
