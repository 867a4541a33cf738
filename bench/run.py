"""``make bench``: every bench of this folder in turn, one table; what is not installed is named."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = ("tcpdump", "nfpcapd", "argus", "tshark", "dot")
BENCHES = ("start", "check", "compare", "verify", "judge", "audit", "flows", "draw", "diff", "watch")


def main() -> None:
    """Run the benches and print their rows."""
    present = [peer for peer in PEERS if shutil.which(peer)]
    missing = [peer for peer in PEERS if peer not in present]
    print(f"Python {platform.python_version()}, {platform.machine()}; peers: {', '.join(present) or 'none'}", end="")
    print(f"; missing: {', '.join(missing)}" if missing else "")
    print("\n| what | measured | target | note |\n|---|---|---|---|", flush=True)
    failed = 0
    for bench in BENCHES:
        failed |= subprocess.run([sys.executable, str(HERE / f"{bench}.py"), *sys.argv[1:]], check=False).returncode
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
