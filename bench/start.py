"""How long the command line takes to answer: ``--help``, and ``check`` of the example."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import median

ROOT = Path(__file__).resolve().parents[1]
CLOISON = (sys.executable, "-m", "cloison.cli")


def main() -> None:
    """Print one row a command."""
    for name, words, target in (
        ("cloison --help", (*CLOISON, "--help"), 0.2),
        ("cloison check examples/nuage", (*CLOISON, "check", str(ROOT / "examples/nuage"), "--at", "2026-11-02"), 0.7),
    ):
        run = median(words, 7)
        print(f"| {name} | {run.wall:.2f} s | under {target} s | exit {run.code}, {run.memory:.0f} MB |")


if __name__ == "__main__":
    main()
