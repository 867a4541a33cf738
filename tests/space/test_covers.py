"""Lines and rules without effect, against brute force on a universe small enough to list every packet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.netmodel.space import covers, joins
from cloison.netmodel.space.addresses import parse
from cloison.netmodel.space.covers import Cover, Shadow, covered, shadowed
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.policy import Rule, decides
from cloison.netmodel.space.services import BOTH, OPENING, ServiceSet, parse_ports

SERVICES = [(6, low, source, phase) for low in (22, 23) for source in (7, 8) for phase in (1, 2)]
UNIVERSE = [Packet(a, b, *service) for a in range(4) for b in range(4) for service in SERVICES]

ends = st.sets(st.integers(0, 3), min_size=1).map(lambda some: IntervalSet.of(*((p, p) for p in some)))
blocks = st.builds(
    ServiceSet.of,
    st.just((6, 6)),
    st.sampled_from([(22, 22), (23, 23), (22, 23)]),
    st.sampled_from([(7, 7), (7, 8)]),
    st.sampled_from([OPENING, BOTH, BOTH]),
)


def rule(permit: bool, source: IntervalSet, destination: IntervalSet, services: ServiceSet) -> Rule:
    return Rule(permit, source, destination, services)


permits = st.builds(rule, st.just(True), ends, ends, blocks)
lines = st.lists(st.lists(permits, max_size=2), max_size=7)
policies = st.lists(st.builds(rule, st.booleans(), ends, ends, blocks), max_size=7)


def held(rules: list[Rule]) -> set[Packet]:
    return {packet for packet in UNIVERSE if any(packet in item for item in rules)}


def check_lines(some: list[list[Rule]]) -> None:
    sets = [held(line) for line in some]
    staying = set(range(len(some)))
    for number in reversed(range(len(some))):
        if sets[number] and sets[number] <= set().union(*(sets[other] for other in staying - {number})):
            staying.discard(number)
    found = covered(some)
    assert [cover.index for cover in found] == [n for n in range(len(some)) if sets[n] and n not in staying]
    for cover in found:
        assert cover.decided
        assert set(cover.by) <= staying
        assert sets[cover.index] <= set().union(*(sets[other] for other in cover.by))
        for left_out in cover.by:
            rest = set().union(*(sets[other] for other in cover.by if other != left_out))
            assert not sets[cover.index] <= rest


@given(lines)
@settings(derandomize=True, deadline=None, max_examples=200)
def test_lines_that_may_go_are_those_that_others_hold(some: list[list[Rule]]) -> None:
    check_lines(some)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joins, "_SMALL", -1)
        patch.setattr(covers, "_QUICK", 1)
        check_lines(some)


def permitted(rules: list[Rule]) -> set[Packet]:
    return {packet for packet in UNIVERSE if (found := decides(rules, packet)) is not None and found.permit}


@given(policies)
@settings(derandomize=True, deadline=None, max_examples=200)
def test_rules_without_effect_are_those_that_can_be_taken_out(some: list[Rule]) -> None:
    found = {shadow.index: shadow for shadow in shadowed(some)}
    for number, item in enumerate(some):
        without = some[:number] + some[number + 1 :]
        earlier = held(some[:number])
        if held([item]) <= earlier:
            assert found[number].how == "shadowed"
            assert held([item]) <= held([some[by] for by in found[number].by])
            assert all(by < number for by in found[number].by)
        elif permitted(without) == permitted(some):
            assert found[number].how == "redundant"
            assert all(by > number and some[by].permit == item.permit for by in found[number].by)
        else:
            assert number not in found


def line(source: str, destination: str, service: str) -> list[Rule]:
    return [Rule(True, parse(source), parse(destination), parse_ports(service))]


def test_of_two_equal_lines_the_first_stays() -> None:
    twins = [line("10.0.0.0/24", "10.1.0.1", "tcp/443")] * 2
    assert covered(twins) == (Cover(1, (0,)),)


def test_a_line_within_a_wider_one_may_go_wherever_it_stands() -> None:
    narrow, wide = line("10.0.0.7", "10.1.0.1", "tcp/443"), line("10.0.0.0/24", "10.1.0.0/24", "tcp/440-449")
    assert covered([narrow, wide]) == (Cover(0, (1,)),)
    assert covered([wide, narrow]) == (Cover(1, (0,)),)


def test_a_line_may_go_when_only_several_others_together_hold_it() -> None:
    halves = [line("10.0.0.0/25", "10.1.0.1", "tcp/443"), line("10.0.0.128/25", "10.1.0.1", "tcp/1-65535")]
    other = line("10.9.0.0/24", "10.1.0.1", "tcp/443")
    assert covered([*halves, other, line("10.0.0.0/24", "10.1.0.1", "tcp/443")]) == (Cover(3, (0, 1)),)


def test_a_line_with_one_packet_of_its_own_stays() -> None:
    most = line("10.0.0.0-10.0.0.254", "10.1.0.1", "tcp/443")
    assert covered([most, line("10.0.0.0/24", "10.1.0.1", "tcp/443")]) == (Cover(0, (1,)),)
    assert covered([line("10.0.0.255", "10.1.0.1", "tcp/443"), most]) == ()


def test_past_the_budget_nothing_is_guessed() -> None:
    twins = [line("10.0.0.0/24", "10.1.0.1", "tcp/443")] * 2
    assert covered(twins, budget=0) == (Cover(0, (), decided=False), Cover(1, (), decided=False))
    rules = [twins[0][0], twins[1][0]]
    assert shadowed(rules, budget=0) == (Shadow(0, (), "undecided"), Shadow(1, (), "undecided"))


def test_a_deny_before_the_end_of_the_list_is_redundant() -> None:
    deny = Rule(False, parse("10.0.0.0/24"), parse("10.1.0.1"), parse_ports("tcp/23"))
    permit = line("10.0.0.0/24", "10.1.0.1", "tcp/443")[0]
    assert shadowed([permit, deny]) == (Shadow(1, (), "redundant"),)
