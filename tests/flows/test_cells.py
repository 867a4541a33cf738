"""Addresses to classes: both families, every VRF, compiled and not, against a look at the owner itself."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from flows_world import MAP, network_of

from cloison.flows.judging.cells import OWNED, UNSURE
from cloison.flows.judging.loops import locate
from cloison.flows.judging.matrix import Matrix, matrix_of, midnight
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import GLOBAL, VRF_SHIFT

WINDOW = (0, 1 << 62)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return network_of(MAP, tmp_path_factory.mktemp("map"))


def addresses(network: Network) -> list[int]:
    """Return the edges of everything that has an owner, their neighbours, and random addresses."""
    draw = random.Random(1)
    edges = {0, (1 << 128) - 1}
    for subnet in network.subnets.values():
        for low, high in subnet.prefixes.ranges:
            edges |= {low - 1, low, low + 1, high - 1, high, high + 1, (low + high) // 2}
    for asset in network.assets.values():
        for home in asset.interfaces.values():
            edges |= {low + step for low, _ in home.addresses.ranges for step in (-1, 0, 1)}
    for low, high in GLOBAL.ranges:
        edges |= {low - 1, low, high, high + 1}
    edges |= {draw.getrandbits(128) for _ in range(300)}
    edges |= {0xFFFF << 32 | draw.getrandbits(32) for _ in range(300)}
    return sorted(edge for edge in edges if 0 <= edge < 1 << 128)


def classes(matrix: Matrix, candidates: tuple[int, ...], wanted: list[int], *, fast: bool) -> list[int]:
    hi = np.array([address >> 64 for address in wanted], dtype=np.uint64)
    lo = np.array([address & (1 << 64) - 1 for address in wanted], dtype=np.uint64)
    return locate(matrix.view(candidates), hi, lo, fast).tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("fast", [False, True])
def test_a_class_has_the_owner_of_its_addresses(network: Network, fast: bool) -> None:
    matrix = matrix_of(network, WINDOW)
    wanted = addresses(network)
    known = matrix.cells.classes
    for vrf in range(len(network.vrfs)):
        for address, here in zip(wanted, classes(matrix, (vrf,), wanted, fast=fast), strict=True):
            found = network.ownership.locate(vrf, address)
            assert bool(known.flags[here] & OWNED) == (found is not None)
            if found is not None:
                owner = network.ownership.owners[found[1]]
                assert (known.zones[known.zone[here]], known.vrf[here]) == (owner.zone, found[0])
                assert known.inside[here] == network.ownership.inside_keys[found[1]]


@pytest.mark.parametrize("fast", [False, True])
def test_a_class_is_in_the_ends_that_hold_its_addresses(network: Network, fast: bool) -> None:
    matrix = matrix_of(network, WINDOW)
    wanted = addresses(network)
    ends = {end.id: end for line in network.lines for end in (*line.sources, *line.targets) if end.kind != "any"}
    sets = list(dict.fromkeys(end.points for end in ends.values()))
    for address, here in zip(wanted, classes(matrix, (0,), wanted, fast=fast), strict=True):
        found = network.ownership.locate(0, address)
        if found is not None:
            point = found[0] << VRF_SHIFT | address
            held = {number for number in matrix.cells.classes.ends[here] if number < len(sets)}
            assert held == {number for number, points in enumerate(sets) if point in points}


@pytest.mark.parametrize("fast", [False, True])
def test_candidates_agree_or_are_unsure(network: Network, fast: bool) -> None:
    matrix = matrix_of(network, WINDOW)
    wanted = addresses(network)
    every = tuple(range(len(network.vrfs)))
    for address, here in zip(wanted, classes(matrix, every, wanted, fast=fast), strict=True):
        points = {found[0] for vrf in every if (found := network.ownership.locate(vrf, address))}
        assert (here == UNSURE) == (len(points) > 1)
        if len(points) == 1:
            assert {int(matrix.cells.classes.vrf[here])} == points


def test_midnight_follows_the_clock_of_the_map() -> None:
    from datetime import date
    from zoneinfo import ZoneInfo

    paris = ZoneInfo("Europe/Paris")
    summer = midnight(date(2026, 3, 30), paris) - midnight(date(2026, 3, 29), paris)
    assert summer == 23 * 3600 * 10**9  # clocks go forward on 29 March 2026
    assert midnight(date(9999, 12, 31), paris) > midnight(date(2200, 1, 1), paris)


def test_a_map_without_lines_is_judged(tmp_path: Path) -> None:
    text = MAP[: MAP.index("flows:")]
    matrix = matrix_of(network_of(text, tmp_path), WINDOW)
    assert len(matrix.live.line) == 0
