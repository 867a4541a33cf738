"""Drawings: the layout of 300 subnets and 1,000 flows, from a scene to its SVG, then whole commands."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from maps import write_map
from measure import median

from cloison.diagrams.drawing import draw
from cloison.diagrams.writing import write
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import compile_network

CLOISON = (sys.executable, "-m", "cloison.cli")
OUTPUTS = ("svg", "png", "pdf", "drawio", "mmd")


def main() -> None:
    """Print one row for the layout and one for each command."""
    if shutil.which("dot") is None:
        print("| draw, 300 subnets, 1,000 flows | not measured | under 1 s of layout | dot is not installed |")
        return
    with tempfile.TemporaryDirectory() as folder:
        where = write_map(Path(folder) / "map", 60, 300, 1_000, table=False)
        print(f"| layout of 300 subnets and 1,000 flows | {layout(where):.2f} s | under 1 s | |")
        words = (*CLOISON, "draw", str(where), "--at", "2026-06-01")
        files = [str(Path(folder) / f"map.{form}") for form in OUTPUTS]
        whole = median((*words, "-o", files[0]), 3)
        print(f"| the same, whole command | {whole.wall:.2f} s | | exit {whole.code}, {whole.memory:.0f} MB |")
        every = median((*words, *(word for file in files for word in ("-o", file))), 3)
        print(f"| the same, {', '.join(OUTPUTS)} | {every.wall:.2f} s | | exit {every.code}, {every.memory:.0f} MB |")
        where = write_map(Path(folder) / "large", 500, 1_500, 3_000, table=False)
        print(f"| layout of 500 zones, 1,500 subnets, 3,000 flows | {layout(where):.2f} s | | |")


def layout(where: Path) -> float:
    """Return the median time from the report of an overview to its SVG, in seconds."""
    report = draw(compile_network(read_map(where), date(2026, 6, 1)), ())
    times = []
    for _ in range(5):
        start = time.perf_counter()
        write(report, "svg", "en")
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
