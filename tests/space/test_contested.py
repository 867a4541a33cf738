"""The quick proof that lines are held by no other, against brute force on a universe small enough to list."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.netmodel.space import contested as module
from cloison.netmodel.space.addresses import parse
from cloison.netmodel.space.contested import Contested, contested
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Packet, Product
from cloison.netmodel.space.services import BOTH, OPENING, ServiceSet, parse_ports

UNIVERSE = [
    Packet(a, b, 6, port, 7, phase) for a in range(4) for b in range(4) for port in (22, 23) for phase in (1, 2)
]

ends = st.sets(st.integers(0, 3)).map(lambda some: IntervalSet.of(*((p, p) for p in some)))
blocks = st.builds(
    ServiceSet.of,
    st.just((6, 6)),
    st.sampled_from([(22, 22), (23, 23), (22, 23)]),
    st.just((7, 7)),
    st.sampled_from([OPENING, BOTH]),
)
matrices = st.lists(st.lists(st.builds(Product, ends, ends, blocks), max_size=2), max_size=7)


def flat(lines: list[list[Product]]) -> tuple[list[Product], list[int]]:
    return [rule for line in lines for rule in line], [number for number, line in enumerate(lines) for _ in line]


def check(lines: list[list[Product]], each: int) -> None:
    rules, owner = flat(lines)
    packets = [{packet for packet in UNIVERSE if packet in rule} for rule in rules]
    of_line = [
        set().union(*(some for some, line in zip(packets, owner, strict=True) if line == number))
        for number in range(len(lines))
    ]
    found = contested(rules, owner)
    for number, mine in enumerate(of_line):
        others = set().union(*(some for other, some in enumerate(of_line) if other != number))
        assert number in found.lines or not mine or not mine <= others
        assert mine or number not in found.lines
    for rule, mine in enumerate(packets):
        touched = any(mine & packets[other] for other, line in enumerate(owner) if line in found.lines)
        assert rule in found.rules or not touched
        assert mine or rule not in found.rules
    if not each:
        assert found.lines == tuple(number for number, mine in enumerate(of_line) if mine)


@given(matrices, st.sampled_from([0, 1, 30]), st.sampled_from([1, 1000]))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_no_line_that_others_hold_is_left_out(lines: list[list[Product]], each: int, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_EACH", each)
        patch.setattr(module, "_CHUNK", chunk)
        check(lines, each)


def product(source: str, destination: str, ports: str) -> Product:
    return Product(parse(source), parse(destination), parse_ports(ports))


def test_lines_with_a_packet_of_their_own_are_settled() -> None:
    lines = [
        [product("10.0.0.0/25", "10.1.0.1", "tcp/443")],
        [product("10.0.0.1-10.0.0.200", "10.1.0.1", "tcp/443")],  # its last sources are in no other
        [product("10.0.0.9", "10.1.0.1", "tcp/80")],
        [product("10.0.0.9", "10.1.0.2", "tcp/443")],
    ]
    assert contested(*flat(lines)) == Contested((), ())


def test_a_line_within_another_comes_with_what_it_may_touch() -> None:
    lines = [
        [product("10.0.0.0/24", "10.1.0.1", "tcp/443")],
        [product("10.9.0.0/24", "10.1.0.1", "tcp/443")],
        [product("10.0.0.7", "10.1.0.1", "tcp/443"), product("2001:db8::7", "2001:db8::1", "tcp/443")],
        [product("2001:db8::/64", "2001:db8::1", "tcp/443")],
    ]
    assert contested(*flat(lines)) == Contested((2,), (0, 2, 3, 4))


def test_a_line_whose_own_rules_hold_each_other_is_settled() -> None:
    wide, narrow = product("10.0.0.0/24", "10.1.0.1", "tcp/443"), product("10.0.0.7", "10.1.0.1", "tcp/443")
    assert contested([narrow, wide], [0, 0]) == Contested((), ())


def test_nothing_is_in_nothing() -> None:
    assert contested([], []) == Contested((), ())
    assert contested([Product(IntervalSet(), IntervalSet(), ServiceSet())], [0]) == Contested((), ())
