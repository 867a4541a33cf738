"""Packet sets against plain sets of packets."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.netmodel.space.addresses import MAPPED
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import NO_PACKET, Packet, PacketSet, Product
from cloison.netmodel.space.services import BOTH, CONTINUING, OPENING, ServiceSet

LAWS = settings(derandomize=True, deadline=None, max_examples=150)
POINTS = [MAPPED | 1, MAPPED | 2, MAPPED | 3, 0x2001 << 112, 1 << 128 | MAPPED | 1]
UNIVERSE = [
    Packet(a, b, protocol, low, 9, phase)
    for a in POINTS
    for b in POINTS
    for protocol in (6, 17)
    for low in (22, 23)
    for phase in (1, 2)
]

ends = st.sets(st.sampled_from(POINTS)).map(lambda some: IntervalSet.of(*((p, p) for p in some)))
services = st.builds(
    ServiceSet.of,
    st.sampled_from([(6, 6), (17, 17)]),
    st.sampled_from([(22, 22), (22, 23), (23, 23)]),
    st.just((9, 9)),
    st.sampled_from([OPENING, CONTINUING, BOTH]),
)
sets = st.lists(st.builds(Product, ends, ends, services), max_size=4).map(PacketSet.union)


def listed(some: PacketSet) -> set[Packet]:
    return {packet for packet in UNIVERSE if packet in some}


@LAWS
@given(sets, sets)
def test_operations_are_those_of_sets(one: PacketSet, other: PacketSet) -> None:
    left, right = listed(one), listed(other)
    assert listed(one | other) == left | right
    assert listed(one & other) == left & right
    assert listed(one - other) == left - right
    assert (one <= other) == (left <= right)
    assert (one == other) == (left == right)
    assert (one != other) == (left != right)
    assert one.overlaps(other) == bool(left & right)
    assert bool(one) == bool(left)
    assert one.size == len(left)


@LAWS
@given(sets, sets)
def test_a_witness_is_in_the_set(one: PacketSet, other: PacketSet) -> None:
    rest = one - other
    witness = rest.witness()
    assert (witness is None) == (not rest)
    assert witness is None or (witness in one and witness not in other)


@LAWS
@given(sets)
def test_the_disjoint_parts_are_the_set(one: PacketSet) -> None:
    parts = list(one.disjoint())
    assert PacketSet.union(parts) == one
    assert not any(mine.overlaps(other) for at, mine in enumerate(parts) for other in parts[:at])


def test_nothing_is_in_the_empty_set() -> None:
    assert NO_PACKET.witness() is None
    assert PacketSet.of(Product(IntervalSet(), IntervalSet.of((0, 1)), ServiceSet.of((6, 6)))) == NO_PACKET
    assert PacketSet() != 3
