"""The layout of 300 subnets and 1,000 flows: ``dot`` alone on the DOT of the overview, then the whole command."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from maps import write_map
from measure import median

CLOISON = (sys.executable, "-m", "cloison.cli")


def main() -> None:
    """Print one row for the layout and one for the command."""
    dot = shutil.which("dot")
    if dot is None:
        print("| draw, 300 subnets, 1,000 flows | not measured | under 1 s of layout | dot is not installed |")
        return
    with tempfile.TemporaryDirectory() as folder:
        where = write_map(Path(folder) / "map", 60, 300, 1_000, table=False)
        words = (*CLOISON, "draw", str(where), "--at", "2026-06-01")
        text, picture = Path(folder) / "map.dot", Path(folder) / "map.svg"
        subprocess.run((*words, "-o", str(text)), check=True)
        layout = median((dot, "-Tsvg", str(text), "-o", str(Path(folder) / "alone.svg")), 3)
        whole = median((*words, "-o", str(picture)), 3)
        print(f"| draw, 300 subnets, 1,000 flows: layout | {layout.wall:.2f} s | under 1 s | exit {layout.code} |")
        print(f"| the same, whole command | {whole.wall:.2f} s | | exit {whole.code}, {whole.memory:.0f} MB |")


if __name__ == "__main__":
    main()
