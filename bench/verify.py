"""Whole verifications: a map of many lines and the configuration of its firewall, written from the same random flows.

``python bench/verify.py [--lines N] [--runs N]``: equal, then with one host let in by mistake; seeded.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from measure import median

HEAD = """\
cloison: 1
name: bench
parties: {us: {kind: provider, country: FR}}
zones:
  clients: {owner: us, nature: production, sensitivity: internal, domain: processing}
  servers: {owner: us, nature: production, sensitivity: internal, domain: processing}
subnets:
  c: {cidr: 10.0.0.0/9, zone: clients}
  s: {cidr: 10.128.0.0/9, zone: servers}
assets:
  fw: {functions: filtering, owner: us, interfaces: {c0: 10.127.255.254, s0: 10.255.255.254}}
interconnections:
  core: {between: [clients, servers], through: fw}
groups:
"""


def written(folder: Path, lines: int, mistake: bool) -> tuple[Path, Path]:
    """Write a map and a configuration in nftables; with ``mistake`` the latter lets one host more in."""
    dice = random.Random(7)  # noqa: S311 (repeatable, no secret)
    groups, flows, rules = [], [], []
    for number in range(lines):
        client = f"10.{dice.randrange(64)}.{dice.randrange(256)}.{dice.randrange(64) * 4}/30"
        server = f"10.{128 + dice.randrange(64)}.{dice.randrange(256)}.{dice.randrange(250)}"
        port = dice.choice((22, 80, 443, 3306, 8000 + number % 100))
        groups += [f"  c{number}: [{client}]", f"  s{number}: [{server}]"]
        flows.append(
            f"  F-{number}: {{from: c{number}, to: s{number}, services: tcp/{port}, responsible: net, "
            "justification: {kind: business, text: bench}}"
        )
        rules.append(f'    iifname "c0" oifname "s0" ip saddr {client} ip daddr {server} tcp dport {port} accept')
    dice.shuffle(rules)
    if mistake:
        rules.append('    iifname "c0" oifname "s0" ip saddr 10.100.0.7 ip daddr 10.200.0.9 tcp dport 23 accept')
    table = ["table inet filter {", "  chain forward {", "    type filter hook forward priority 0; policy drop;",
             "    ct state established,related accept", *rules, "  }", "}"]  # fmt: skip
    path, config = folder / "cloison.yaml", folder / "fw.nft"
    path.write_text(HEAD + "\n".join(groups) + "\nflows:\n" + "\n".join(flows) + "\n", encoding="utf-8")
    config.write_text("\n".join(table) + "\n", encoding="utf-8")
    return path, config


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--runs", type=int, default=3)
    options, _ = parser.parse_known_args()
    for lines in options.lines:
        for mistake in (False, True):
            with tempfile.TemporaryDirectory(prefix="cloison-bench-") as name:
                path, config = written(Path(name), lines, mistake)
                words = [sys.executable, "-m", "cloison.cli", "verify", str(path), "--config", f"fw={config}"]
                run = median([*words, "--format", "json"], options.runs)
                assert run.code == int(mistake), run.code
                what = "one excess" if mistake else "equal"
                print(f"| cloison verify, {lines:,} rules and lines, {what} | {run.wall:.2f} s, {run.memory:.0f} MB | "
                      "| reading both files included |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
