"""Whose an address is, against a search through every claim."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import GLOBAL, parse_address
from cloison.netmodel.space.ownership import Claim, Owner, Ownership

Compile = Callable[..., Network]
Drawn = tuple[list[list[tuple[int, int]]], list[list[int]], list[bool]]

# 32 addresses that are globally routable and 32 that are not
BASES = (parse_address("9.0.0.0"), parse_address("10.0.0.0"))


@st.composite
def claims(draw: st.DrawFn) -> Drawn:
    count = draw(st.integers(1, 4))
    prefixes = []
    for _ in range(count):
        some = draw(st.lists(st.tuples(st.integers(0, 63), st.integers(0, 5)), max_size=8))
        prefixes.append(sorted({(place >> size << size, size) for place, size in some}))
    sees = [draw(st.lists(st.integers(0, count - 1).filter(lambda item, me=me: item != me), unique=True, max_size=3))
            if count > 1 else [] for me in range(count)]  # fmt: skip
    return prefixes, sees, draw(st.lists(st.booleans(), min_size=count, max_size=count))


def address(place: int) -> int:
    return BASES[place >> 5] + (place & 31)


def build(drawn: Drawn) -> tuple[Ownership, list[tuple[int, int, int, int]]]:
    """Return the ownership and the flat list of (vrf, first place, size, owner)."""
    prefixes, sees, everywhere = drawn
    owners: list[Owner] = []
    listed = []
    by_vrf: list[list[Claim]] = []
    for vrf, own in enumerate(prefixes):
        made = []
        for place, size in own:
            made.append(Claim(address(place), address(place) + (1 << size) - 1, 128 - size, len(owners)))
            listed.append((vrf, place, size, len(owners)))
            owners.append(Owner(f"z{vrf}", f"{place}/{size}"))
        by_vrf.append(made)
    whole = []
    for vrf, there in enumerate(everywhere):
        whole.append(len(owners) if there else -1)
        if there:
            owners.append(Owner(f"global-{vrf}"))
    names = [f"v{vrf}" for vrf in range(len(prefixes))]
    return Ownership.of(names, sees, by_vrf, whole, owners, range(len(owners))), listed


def searched(drawn: Drawn, listed: list[tuple[int, int, int, int]], vrf: int, place: int) -> tuple[int, int] | None:
    """Own prefixes, longest first; those of the VRFs seen, longest first; then the global zone, own or seen."""
    _, sees, everywhere = drawn
    for seen in ([vrf], sees[vrf]):
        found = [(size, seen.index(one), one, owner) for one, first, size, owner in listed
                 if one in seen and first <= place < first + (1 << size)]  # fmt: skip
        if found:
            _, _, one, owner = min(found)
            return one, owner
    if address(place) in GLOBAL:
        for one in (vrf, *sees[vrf]):
            if everywhere[one]:
                return one, len(listed) + sum(everywhere[:one])
    return None


@settings(derandomize=True, deadline=None, max_examples=300)
@given(claims())
def test_lookup_is_the_search(drawn: Drawn) -> None:
    ownership, listed = build(drawn)
    for vrf, name in enumerate(ownership.vrfs):
        tables = ownership.tables(name)
        starts = [int(high) << 64 | int(low) for high, low in zip(tables.starts_hi, tables.starts_lo, strict=True)]
        assert starts == sorted(set(starts))
        for place in range(64):
            expected = searched(drawn, listed, vrf, place)
            assert ownership.locate(vrf, address(place)) == expected
            row = int(np.searchsorted(np.array(starts, object), address(place), side="right")) - 1
            if expected is None:
                assert ownership.resolve(name, address(place)) is None
                assert tables.owner[row] == -1
            else:
                point = ownership.resolve(name, address(place))
                assert point == expected[0] << 128 | address(place)
                assert ownership.owner_index(point) == expected[1]
                assert (tables.vrf[row], tables.owner[row]) == expected


@settings(derandomize=True, deadline=None, max_examples=100)
@given(claims(), st.integers(0, 63), st.integers(0, 63))
def test_the_owners_of_a_range_are_those_of_its_points(drawn: Drawn, one: int, other: int) -> None:
    ownership, _ = build(drawn)
    low, high = sorted((one, other))
    if low >> 5 != high >> 5:
        low = high
    for vrf in range(len(ownership.vrfs)):
        points = [vrf << 128 | address(place) for place in range(low, high + 1)]
        expected = {ownership.owner_index(point) for point in points} - {-1}
        assert set(ownership.touching(points[0], points[-1])) == expected


def test_multicast_stays_in_the_vrf_where_it_is_seen() -> None:
    ownership = Ownership.of(["default", "a"], [[], [0]], [[], []], [-1, -1], [])
    assert ownership.resolve("a", parse_address("224.0.0.5")) == 1 << 128 | parse_address("224.0.0.5")
    assert ownership.resolve("a", parse_address("10.0.0.1")) is None


def test_an_unknown_vrf_is_refused() -> None:
    ownership = Ownership.of(["default"], [[]], [[]], [-1], [])
    with pytest.raises(KeyError):
        ownership.resolve("tenant", 0)


TENANTS = """cloison: 1
name: tenants
parties:
  aster: {kind: provider}
  world: {kind: public}
  acme: {kind: tenant}
  globex: {kind: tenant}
vrfs: {acme: {sees: default}, globex: {sees: default}}
zones:
  internet: {owner: world, nature: public, addresses: [global, 198.51.100.0/24]}
  payments: {within: internet, owner: world, addresses: 198.51.100.77}
  front: {owner: aster, nature: production, inside: matrix}
  wide: {owner: aster, nature: production, inside: zone}
subnets:
  front-lan: {cidr: 203.0.113.0/26, zone: front}
  wide-1: {cidr: 10.8.0.0/24, zone: wide}
  wide-2: {cidr: 10.9.0.0/24, zone: wide}
assets: {web: {interfaces: {lan: 203.0.113.10}}}
interconnections: {core: {between: [internet, front, wide]}}
repeat:
  - for: {t: {parties: {kind: tenant}}}
    zones: {<t>-net: {owner: <t>, nature: production, sensitivity: internal, domain: processing}}
    subnets: {<t>-lan: {cidr: 10.0.0.0/16, zone: <t>-net, vrf: <t>}}
    assets: {<t>-vm: {owner: <t>, interfaces: {lan: {addresses: 10.0.0.5, vrf: <t>}}}}
    interconnections: {<t>-gw: {between: [<t>-net, front]}}
    flows: {T-01.<t>: {from: <t>-net, to: web, services: https}}
"""


def test_tenants_that_overlap_are_told_apart_by_their_vrf(compiled: Compile) -> None:
    network = compiled(TENANTS)
    owners = {}
    for vrf in network.vrfs:
        for text in ("10.0.0.5", "10.0.0.6", "203.0.113.10", "203.0.113.11", "8.8.8.8", "198.51.100.77", "172.16.0.1"):
            point = network.ownership.resolve(vrf, parse_address(text))
            owners[vrf, text] = None if point is None else network.ownership.owner(point)
    assert network.vrfs == ("default", "acme", "globex")
    assert owners["default", "10.0.0.5"] is None
    assert owners["acme", "10.0.0.5"] == Owner("acme-net", "acme-lan", "acme-vm", "lan")
    assert owners["globex", "10.0.0.5"] == Owner("globex-net", "globex-lan", "globex-vm", "lan")
    assert owners["acme", "10.0.0.6"] == Owner("acme-net", "acme-lan")
    for vrf in network.vrfs:
        assert owners[vrf, "203.0.113.10"] == Owner("front", "front-lan", "web", "lan")
        assert owners[vrf, "203.0.113.11"] == Owner("front", "front-lan")
        assert owners[vrf, "8.8.8.8"] == Owner("internet")
        assert owners[vrf, "198.51.100.77"] == Owner("payments")
        assert owners[vrf, "172.16.0.1"] is None


def test_lines_of_overlapping_tenants_do_not_overlap(compiled: Compile) -> None:
    network = compiled(TENANTS)
    acme, globex = network.line["T-01.acme"].products, network.line["T-01.globex"].products
    assert [item.source.size for item in (*acme, *globex)] == [65536, 65536]
    assert not acme[0].overlaps(globex[0])
    assert network.line["T-01.acme"].template == "T-01.<t>"


def test_where_no_line_is_needed(compiled: Compile) -> None:
    inside = compiled(TENANTS).ownership.inside
    acme, vm = Owner("acme-net", "acme-lan"), Owner("acme-net", "acme-lan", "acme-vm", "lan")
    assert inside(acme, vm)
    assert not inside(vm, Owner("globex-net", "globex-lan", "globex-vm", "lan"))
    assert inside(Owner("wide", "wide-1"), Owner("wide", "wide-2"))
    assert not inside(Owner("front", "front-lan"), Owner("front", "front-lan", "web", "lan"))
    assert not inside(Owner("internet"), Owner("internet"))


def test_inside_keys_say_the_same(compiled: Compile) -> None:
    ownership = compiled(TENANTS).ownership
    for here, one in enumerate(ownership.owners):
        for there, other in enumerate(ownership.owners):
            keys = ownership.inside_keys[here], ownership.inside_keys[there]
            assert ownership.inside(one, other) == (keys[0] == keys[1] >= 0)
