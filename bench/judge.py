"""Judging alone, on one thread: conversations per second of processor time, against a small and a large map.

All conversations follow a line of the matrix; then nine in ten, and half of them: the others join two random hosts.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
from maps import write_map

from cloison.flows.judge import judge
from cloison.flows.judging.matrix import known_ports, matrix_of
from cloison.flows.judging.place import place
from cloison.flows.orient import orient
from cloison.flows.table import SYN_AB, SYNACK_BA, FlowTable, table_of
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.space.addresses import MAPPED

DAY = 1_780_000_000_000_000_000
SIZES = ((50, 500, 5_000), (500, 10_000, 50_000))


def network_of(zones: int, subnets: int, lines: int) -> Network:
    """Return a compiled map of a size."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_map(Path(folder) / "map", zones, subnets, lines, table=False)
        return compile_network(read_map(path), date(2026, 6, 1))


def conversations(network: Network, count: int, subnets: int, follow: float) -> FlowTable:
    """Return conversations; the same ones for the same map."""
    dice = np.random.default_rng(7)
    ends = [sample(network, dice, subnets, follow) for _ in range(20_000)]
    pick = dice.integers(0, len(ends), count)
    column = np.array(ends, dtype=object)
    wide = np.array([[end >> 64, end & (1 << 64) - 1] for pair in column[:, :2] for end in pair], dtype=np.uint64)
    wide = wide.reshape(-1, 2, 2)
    service = np.array(column[:, 2], dtype=np.int64)
    time_of = DAY + np.sort(dice.integers(0, 3600, count)) * 1_000_000_000
    return table_of(
        {
            "a_hi": wide[pick, 0, 0], "a_lo": wide[pick, 0, 1],
            "b_hi": wide[pick, 1, 0], "b_lo": wide[pick, 1, 1],
            "a_port": dice.integers(32768, 61000, count), "b_port": service[pick] & 0xFFFF,
            "protocol": service[pick] >> 16, "first": time_of, "last": time_of + 1_000_000_000,
            "packets_ab": np.full(count, 5), "packets_ba": np.full(count, 4),
            "evidence": np.full(count, SYN_AB | SYNACK_BA),
        }
    )  # fmt: skip


def sample(network: Network, dice: np.random.Generator, subnets: int, follow: float) -> tuple[int, int, int]:
    """Return a source, a target and a service (protocol << 16 | port)."""
    four = dice.random() < 0.85
    if dice.random() < follow:
        line = network.lines[int(dice.integers(len(network.lines)))]
        product = line.products[int(dice.integers(len(line.products)))]
        low, _, _ = product.services.segments[0]
        ends = (product.source.ranges, product.destination.ranges)
        chosen = [ranges[int(dice.integers(len(ranges)))] for ranges in ends]
        mask = (1 << 128) - 1
        source, target = (min(one + int(dice.integers(8)), other) & mask for one, other in chosen)
        return source, target, low
    hosts = []
    for number in dice.integers(0, subnets, 2).tolist():
        if four:
            hosts.append(MAPPED | 10 << 24 | number << 8 | int(dice.integers(1, 255)))
        else:
            hosts.append(0x20010DB8 << 96 | number << 80 | int(dice.integers(1, 255)))
    return hosts[0], hosts[1], 6 << 16 | int(dice.choice([22, 80, 443, 5432, 8080]))


def main() -> None:
    """Print one row a size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2_000_000)
    parser.add_argument("--parts", action="store_true", help="print how long each part takes")
    arguments = parser.parse_args()
    rates: dict[tuple[int, float], float] = {}
    for zones, subnets, lines in SIZES:
        network = network_of(zones, subnets, lines)
        known = known_ports(network)
        start = time.process_time()
        matrix = matrix_of(network, (DAY, DAY + 3600_000_000_000), fast=True)
        built = time.process_time() - start
        for follow in (1.0, 0.9, 0.5):
            table = conversations(network, arguments.count, subnets, follow)
            runs, cold = [], 0.0
            for turn in range(5):
                start = time.process_time()
                places = place(matrix, table, [()])
                placed = time.process_time()
                oriented = orient(table, known, fast=True)
                turned = time.process_time()
                verdicts = judge(matrix, table, places, oriented)
                end = time.process_time()
                if turn:
                    runs.append(end - start)
                else:
                    cold = end - start
                if arguments.parts:
                    print(f"place {placed - start:.3f} orient {turned - placed:.3f} judge {end - turned:.3f}")
            rate = rates[subnets, follow] = arguments.count / statistics.median(runs) / 1e6
            granted = float((verdicts.verdict == 0).mean())
            print(
                f"| judging, {subnets:,} subnets, {lines:,} lines | {rate:.1f} million flows/s | 15 million "
                f"| {granted:.0%} authorised; tables {built:.1f} s, first run {cold:.1f} s |"
            )
    ratio = rates[SIZES[0][1], 1.0] / rates[SIZES[1][1], 1.0]
    print(f"| judging, the larger map against the smaller | {ratio:.2f} x | 1.5 x | |")


if __name__ == "__main__":
    main()
