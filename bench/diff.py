"""Two maps of 10,000 lines that differ in a tenth of them, compared by the whole command."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from maps import write_map
from measure import median

CLOISON = (sys.executable, "-m", "cloison.cli")


def main() -> None:
    """Print one row for the command."""
    with tempfile.TemporaryDirectory() as folder:
        old, new = (write_map(Path(folder) / name, 100, 2_000, 10_000, table=False) for name in ("old", "new"))
        file = new / "cloison.yaml"
        lines = file.read_text(encoding="utf-8").split("\n")
        services = [number for number, line in enumerate(lines) if line.startswith("    services: [")]
        for number in services[::10]:
            lines[number] = lines[number].replace("[", "[ssh, ")
        file.write_text("\n".join(lines), encoding="utf-8")
        words = ("diff", str(old), str(new), "--at", "2026-06-01", "-o", str(Path(folder) / "change.json"))
        whole = median((*CLOISON, *words), 3)
        print(
            f"| diff, twice 10,000 lines | {whole.wall:.2f} s | under 5 s | exit {whole.code}, {whole.memory:.0f} MB |"
        )


if __name__ == "__main__":
    main()
