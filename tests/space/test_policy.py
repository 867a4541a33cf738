"""Ordered rules against brute force on a universe small enough to list every packet."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.netmodel.space import joins, surplus
from cloison.netmodel.space.addresses import parse, parse_address
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Packet, PacketSet, Product
from cloison.netmodel.space.policy import Comparison, Policy, Rule, compare, decides, permitted
from cloison.netmodel.space.services import BOTH, CONTINUING, OPENING, ServiceSet, parse_ports

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


def check_each_way(left: list[Rule], right: list[Rule]) -> None:
    """The sizes of these tests would take only one of the ways to find neighbours, and to prove quickly."""
    check(left, right)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joins, "_SMALL", -1)
        check(left, right)
        patch.setattr(joins, "_MOST_RANGES", 1)
        patch.setattr(joins, "_CHUNK", 3)
        patch.setattr(surplus, "_FEW", 1)
        check(left, right)


@given(left=policies, right=policies)
@settings(derandomize=True, deadline=None, max_examples=150)
def test_a_comparison_is_the_list_of_packets(left: list[Rule], right: list[Rule]) -> None:
    check_each_way(left, right)


def halves(item: IntervalSet) -> list[IntervalSet]:
    middle = len(item.ranges) // 2
    parts = IntervalSet(item.ranges[:middle]), IntervalSet(item.ranges[middle:])
    return [part for part in parts if part]


@given(policies, st.randoms(use_true_random=False), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=80)
def test_a_policy_written_in_other_rules_is_equal(some: list[Rule], dice: Random, spoilt: bool) -> None:
    permits = [rule for rule in some if rule.permit]
    denies = [rule for rule in some if not rule.permit]
    left = denies + permits
    again = [
        Rule(rule.permit, source, destination, rule.services)
        for rule in left
        for source in halves(rule.source)
        for destination in halves(rule.destination)
    ]
    dice.shuffle(again)
    right = sorted(again, key=lambda rule: rule.permit)  # denies first, in any order among themselves
    if spoilt and right:
        right.pop()
    elif not spoilt:
        assert compare(left, right).result == "equal"
    check_each_way(left, right)


def rule(permit: bool, source: str, destination: str, service: str, source_port: str = "") -> Rule:
    return Rule(permit, parse(source), parse(destination), parse_ports(service, source_port))


def test_a_split_prefix_and_a_merged_range_are_the_same() -> None:
    left = [rule(True, "10.0.0.0/24", "10.1.0.0/24", "tcp/80-81"), rule(True, "2001:db8::/32", "2001:db8::/32", "ospf")]
    right = [
        rule(True, "2001:db8::/33", "2001:db8::/32", "ospf"),
        rule(True, "2001:db8:8000::/33", "2001:db8::/32", "ospf"),
        rule(True, "10.0.0.0/25", "10.1.0.0/24", "tcp/80-81"),
        rule(True, "10.0.0.128/25", "10.1.0.0/24", "tcp/80"),
        rule(True, "10.0.0.128/25", "10.1.0.0/24", "tcp/81"),
    ]
    assert compare(left, right) == Comparison("equal")
    assert compare([], []) == Comparison("equal")


def test_the_one_host_that_a_deny_takes_out_is_named() -> None:
    lines = [rule(True, "10.0.0.0/24", "10.1.0.1", "tcp/443")]
    filtered = [
        rule(False, "10.0.0.66", "10.0.0.0/8", "tcp/1-65535"),
        lines[0],
        rule(False, "0.0.0.0/0", "0.0.0.0/0", "any"),
    ]
    found = compare(lines, filtered)
    assert (found.result, found.only_right) == ("left-more", ())
    (difference,) = found.only_left
    assert (difference.rule, difference.against) == (lines[0], filtered[0])
    assert difference.witness == Packet(parse_address("10.0.0.66"), parse_address("10.1.0.1"), 6, 443, 49152, OPENING)


def test_a_deny_after_the_permits_changes_nothing_but_is_named() -> None:
    permit, end = rule(True, "10.0.0.1", "10.1.0.1", "tcp/22"), rule(False, "0.0.0.0/0", "0.0.0.0/0", "any")
    assert compare([permit], [permit, end]).result == "equal"
    (difference,) = compare([permit], [end]).only_left
    assert difference.against is end
    (difference,) = compare([permit], []).only_left
    assert difference.against is None


def test_a_deny_after_a_permit_does_not_take_its_packets_out() -> None:
    early, deny, last = (
        rule(True, "10.0.0.1", "10.1.0.1", "tcp/22"),
        rule(False, "10.0.0.0/8", "10.1.0.1", "tcp/20-30"),
        rule(True, "10.0.0.0/8", "10.1.0.1", "tcp/443"),
    )
    (difference,) = compare([early, deny, last], [last]).only_left
    assert difference.rule is early
    assert compare([deny, early, last], [last]).result == "equal"


def test_where_the_least_packet_is_in_no_rule_the_witness_is_that_packet() -> None:
    """Of all services, those that the other list has in between must not be shown."""
    left = [rule(True, "10.0.0.0/30", "10.1.0.1", "any")]
    right = [rule(True, "10.0.0.0/30", "10.1.0.1", "tcp/1"), rule(True, "10.0.0.0/30", "10.1.0.1", "udp/1-65535")]
    (difference,) = compare(left, right).only_left
    assert difference.witness in left[0]
    assert not any(difference.witness in item for item in right)


def test_a_least_packet_that_is_denied_proves_nothing_about_the_others() -> None:
    left = [rule(False, "10.0.0.0", "10.1.0.1", "tcp/22"), rule(True, "10.0.0.0/30", "10.1.0.1", "tcp/22")]
    right = [rule(True, "10.0.0.1", "10.1.0.1", "tcp/22"), rule(True, "10.0.0.2/31", "10.1.0.1", "tcp/22")]
    assert compare(left, right).result == "equal"
    assert [item.rule for item in compare(left, right[:1]).only_left] == [left[1]]


def test_an_ipv6_rule_is_not_hidden_by_an_ipv4_one() -> None:
    found = compare([rule(True, "::/0", "2001:db8::1", "tcp/443")], [rule(True, "0.0.0.0/0", "10.0.0.1", "tcp/443")])
    assert found.result == "differ"


def test_source_ports_and_phases_count() -> None:
    peers, anyone = (
        rule(True, "10.0.0.1", "10.0.0.2", "udp/123", "udp/123"),
        rule(True, "10.0.0.1", "10.0.0.2", "udp/123"),
    )
    found = compare([peers], [anyone])
    assert found.result == "right-more"
    assert found.only_right[0].witness.source_port != 123
    opening = Rule(True, anyone.source, anyone.destination, anyone.services.in_phase(OPENING))
    assert compare([anyone], [opening]).only_left[0].witness.phase == CONTINUING


def test_past_the_budget_the_answer_is_undecided_and_never_a_guess() -> None:
    left = [rule(True, f"10.0.{n}.0/24", "10.1.0.1", "tcp/443") for n in range(20)]
    right = [rule(True, f"10.0.{n}.{half}/25", "10.1.0.1", "tcp/443") for n in range(20) for half in (0, 128)]
    assert compare(left, right).result == "equal"
    for budget in (0, 1, 25, 60):
        found = compare(left, right, budget)
        assert (found.result, found.reason) == ("undecided", "budget")
        assert (found.only_left, found.only_right) == ((), ())


def test_services_in_too_many_atoms_are_undecided() -> None:
    some = parse("10.0.0.1")
    peculiar = [ServiceSet.of((6, 6), source=(n, n + 1000)) for n in range(0, 60000, 40)]
    ports = [ServiceSet.of((6, 6), (n, n)) for n in range(0, 60000, 20)]
    found = compare(
        [Rule(True, some, some, item) for item in peculiar], [Rule(True, some, some, item) for item in ports]
    )
    assert (found.result, found.reason) == ("undecided", "budget")


def test_the_work_done_is_told() -> None:
    told: list[tuple[int, int]] = []
    left = [rule(True, f"10.0.{n}.0/24", "10.1.0.1", "tcp/443") for n in range(5)]
    compare(left, left[:3], tick=lambda done, total: told.append((done, total)))
    assert {total for _, total in told} == {8}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (8, 8)


def test_a_policy_of_rules_has_one_bound() -> None:
    rules = [rule(False, "10.0.0.9", "10.1.0.1", "tcp/22"), rule(True, "10.0.0.0/24", "10.1.0.1", "tcp/22")]
    policy = Policy.of(rules)
    assert policy.lower == policy.upper == permitted(rules)
    assert policy.pieces == tuple(rules)
    assert policy.lower.size == 255 * 65536 * 2
