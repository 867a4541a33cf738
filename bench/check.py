"""``cloison check`` of 500 zones, 10,000 subnets and 100,000 lines in YAML and in CSV; and of 400 tenants."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from maps import write_map, write_tenants
from measure import median

CLOISON = (sys.executable, "-m", "cloison.cli")


def main() -> None:
    """Print one row a form of the matrix."""
    for name, table in (("YAML", False), ("CSV", True)):
        with tempfile.TemporaryDirectory() as folder:
            where = write_map(Path(folder) / "map", 500, 10_000, 100_000, table=table)
            words = (*CLOISON, "check", str(where), "--at", "2026-06-01", "--format", "json")
            run = median(words, 3)
            print(
                f"| check, 500 zones, 10,000 subnets, 100,000 lines ({name}) | {run.wall:.1f} s, {run.memory:.0f} MB "
                f"| under 10 s, 1,000 MB | exit {run.code} |"
            )
    with tempfile.TemporaryDirectory() as folder:
        where = write_tenants(Path(folder) / "map", 400)
        run = median((*CLOISON, "check", str(where), "--at", "2026-06-01", "--format", "json"), 3)
        print(f"| check, 400 tenants of one repeat | {run.wall:.1f} s, {run.memory:.0f} MB | under 10 s, 1,000 MB | "
              f"exit {run.code} |")  # fmt: skip


if __name__ == "__main__":
    main()
