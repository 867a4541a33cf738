"""Exact comparisons of big policies, two lists written differently; and lines that other lines cover.

``python bench/compare.py [--large] [--runs N] [--only NAME]``. Each pair is one policy written twice: rules split in
halves and put in another order (denies stay first), so that the answer is ``equal`` and few rules are found by their
text alone; then once more with one host let in by mistake. The pairs are the same on every machine.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from cloison.netmodel.space.addresses import ANY, MAPPED
from cloison.netmodel.space.covers import covered
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.policy import Rule, compare
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

TEN = MAPPED | 10 << 24  # 10.0.0.0
DOC = 0x20010DB8 << 96  # 2001:db8::


def tcp(low: int, high: int | None = None) -> ServiceSet:
    """Return the TCP packets towards a range of ports."""
    return ServiceSet.of((6, 6), (low, high or low))


def one(*ranges: tuple[int, int]) -> IntervalSet:
    """Return a set of addresses."""
    return IntervalSet.of(*ranges)


def few_networks(count: int, dice: random.Random) -> list[Rule]:
    """Return rules between 60 networks of both families, many services for each pair."""
    nets = [one((TEN + (n << 16), TEN + (n << 16) + 65535)) for n in range(40)]
    nets += [one((DOC + (n << 64), DOC + (n << 64) + (1 << 64) - 1)) for n in range(20)]
    sets = [tcp(port, port + dice.choice((0, 0, 3))) for port in range(20, 9000, 7)]
    return [Rule(True, dice.choice(nets), dice.choice(nets), dice.choice(sets)) for _ in range(count)]


def distinct_hosts(count: int, dice: random.Random) -> list[Rule]:
    """Return rules each between its own few hosts, no two alike."""
    found = []
    for number in range(count):
        client = TEN + number * 4
        server = (DOC if number % 3 == 0 else TEN + (1 << 23)) + number * 8
        client += (DOC + (1 << 80) - TEN) if number % 3 == 0 else 0
        low = dice.choice((22, 80, 443, 8000))
        found.append(
            Rule(True, one((client, client + 3)), one((server, server + dice.choice((1, 3)))), tcp(low, low + 9))
        )
    return found


def hosts_to_networks(count: int, dice: random.Random) -> list[Rule]:
    """Return rules from distinct hosts to networks and from networks to distinct hosts, which overlap a lot."""
    nets = [one((TEN + (n << 12), TEN + (n << 12) + 4095)) for n in range(256)]
    found = []
    for _ in range(count):
        host = TEN + (1 << 22) + dice.randrange(1 << 21)
        ends = (one((host, host + 1)), dice.choice(nets))
        source, destination = ends if dice.random() < 0.5 else ends[::-1]
        low = dice.choice((22, 80, 443, 3306, 8000))
        found.append(Rule(True, source, destination, tcp(low, low + 1)))
    return found


def groups(count: int, dice: random.Random) -> list[Rule]:
    """Return rules between groups of scattered hosts."""

    def group() -> IntervalSet:
        hosts = sorted(dice.sample(range(1 << 16), 12))
        return one(*((TEN + host * 2, TEN + host * 2 + 1) for host in hosts))

    some = [group() for _ in range(max(50, count // 10))]
    return [
        Rule(True, dice.choice(some), dice.choice(some), tcp(dice.choice((22, 443, 8000)), 9000)) for _ in range(count)
    ]


def denies_first(count: int, dice: random.Random) -> list[Rule]:
    """Return denies for a tenth, before permits that they cut."""
    permits = hosts_to_networks(count - count // 10 - 1, dice)
    denies = [Rule(False, rule.source, IntervalSet.of((TEN + (n % 64 << 12), TEN + (n % 64 << 12) + 99)), tcp(20, 30))
              for n, rule in enumerate(dice.sample(permits, count // 10))]  # fmt: skip
    return [*denies, *permits, Rule(False, ANY, ANY, EVERY_SERVICE)]


def rewritten(rules: Sequence[Rule], dice: random.Random) -> list[Rule]:
    """Return the same policy in other rules: half of them split in two, permits and denies each in another order."""
    blocks: dict[bool, list[Rule]] = {True: [], False: []}
    closing = [rule for rule in rules if rule.services == EVERY_SERVICE]
    for rule in rules:
        if rule.services == EVERY_SERVICE:
            continue
        way = dice.randrange(6)
        halves = [rule]
        if way == 0 and rule.source.size > 1:
            halves = [Rule(rule.permit, half, rule.destination, rule.services) for half in split(rule.source)]
        elif way == 1 and rule.destination.size > 1:
            halves = [Rule(rule.permit, rule.source, half, rule.services) for half in split(rule.destination)]
        elif way == 2:
            low, high, _ = rule.services.segments[0]
            if low < high:
                parts = (tcp(low & 65535), tcp((low & 65535) + 1, high & 65535))
                halves = [Rule(rule.permit, rule.source, rule.destination, part) for part in parts]
        blocks[rule.permit] += halves
    for block in blocks.values():
        dice.shuffle(block)
    return [*blocks[False], *blocks[True], *closing]


def split(item: IntervalSet) -> tuple[IntervalSet, IntervalSet]:
    """Return the two halves of a set."""
    if len(item.ranges) > 1:
        middle = len(item.ranges) // 2
        return IntervalSet(item.ranges[:middle]), IntervalSet(item.ranges[middle:])
    low, high = item.ranges[0]
    middle = (low + high) // 2
    return one((low, middle)), one((middle + 1, high))


MAKERS: dict[str, Callable[[int, random.Random], list[Rule]]] = {
    "few networks": few_networks,
    "distinct hosts": distinct_hosts,
    "hosts and networks": hosts_to_networks,
    "groups": groups,
    "denies first": denies_first,
}


def rows(sizes: Sequence[int], runs: int, only: str = "") -> int:
    """Print a row a policy and size, and return how many results were wrong."""
    wrong = 0
    for size in sizes:
        for name, maker in MAKERS.items():
            if only not in ("", name):
                continue
            dice = random.Random(20260301)  # noqa: S311  reproducible, not secret
            left = maker(size, dice)
            right = rewritten(left, dice)
            mistake = Rule(True, one((TEN + 1, TEN + 1)), one((TEN + 2, TEN + 2)), tcp(65000))
            middle = len(right) // 2
            target = "under 2 s" if size == 10_000 else "under 30 s"
            for title, other, expected in (
                ("rewritten", right, "equal"),
                ("and one host more", [*right[:middle], mistake, *right[middle:]], "right-more"),
            ):
                seconds, found = timed(lambda mine=left, theirs=other: compare(mine, theirs), runs)
                wrong += found.result != expected
                print(
                    f"| compare {len(left)} rules ({name}) with {len(other)} lines ({title}) "
                    f"| {seconds:.2f} s | {target} | {found.result} |",
                    flush=True,
                )
            if name != "denies first":
                seconds, covers = timed(lambda mine=left: covered([[rule] for rule in mine]), runs)
                note = f"{len(covers)} lines covered by others"
                print(f"| covered lines among {len(left)} ({name}) | {seconds:.2f} s | | {note} |", flush=True)
    return wrong


def timed(work: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Return the median of the seconds that some work takes, and what it returns."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        found = work()
        times.append(time.perf_counter() - start)
    return statistics.median(times), found


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--large", action="store_true", help="100,000 rules too, of every kind")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--only", default="")
    given, _ = arguments.parse_known_args()
    failed = rows((10_000,), given.runs, given.only)
    failed += rows((100_000,), 1, given.only if given.large else given.only or "distinct hosts")
    raise SystemExit(1 if failed else 0)
