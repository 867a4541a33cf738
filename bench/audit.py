"""An audit's reading, whole processes beside those of its peers: ``python bench/audit.py [--packets N] [--large]``.

The capture is made by ``traffic.py``: 128 bytes kept, 15 % IPv6, 30 % VLAN, 25 packets a conversation. Peers read the
same file; the slow ones read a slice of it, and are compared by packets per CPU-second. ``--large`` is 20 million.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from measure import Run, median, once

SLICE = 20_000  # packets that the slow peers read
LARGE = 20_000_000
OWN = "import sys; from cloison.captures.read import read; read([sys.argv[1]])"
COLD = "from cloison.captures.read import prepare; prepare()"
SCAPY = "import sys; from scapy.utils import RawPcapReader; from scapy.layers.l2 import Ether\n" \
        "for data, _ in RawPcapReader(sys.argv[1]): Ether(data)"  # fmt: skip
DPKT = "import sys, dpkt\nwith open(sys.argv[1], 'rb') as f:\n" \
       "  for _, data in dpkt.pcap.Reader(f): dpkt.ethernet.Ethernet(data)"  # fmt: skip


MAP = """\
cloison: 1
name: bench
parties: {us: {kind: provider, country: FR}}
carriers: {fabric: {kind: hardware}}
zones:
  clients: {owner: us, nature: production, sensitivity: internal, domain: processing, over: fabric}
  servers: {owner: us, nature: production, sensitivity: internal, domain: processing, over: fabric}
subnets:
  c: {cidr: [10.0.0.0/17, "2001:db8:10::/64"], zone: clients}
  s: {cidr: [10.128.0.0/20, "2001:db8:20::/64"], zone: servers}
assets:
  fw: {functions: filtering, owner: us}
interconnections:
  core: {between: [clients, servers], through: fw}
flows:
  F-1: {from: clients, to: servers, services: [https, ssh, dns], responsible: net, ticket: T-1,
        justification: {kind: business, text: what is used}, approved: {by: boss, on: 2025-12-01}}
  F-2: {from: clients, to: servers, services: [tcp/5432, udp/514], responsible: net, ticket: T-2,
        justification: {kind: business, text: what is used}, approved: {by: boss, on: 2025-12-01}}
"""  # every conversation is authorised but the echoes: 3 in 100


def main() -> None:
    """Make the captures, time each process, print rows of the table, delete the captures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--packets", type=int, default=5_000_000)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    options, _ = parser.parse_known_args()
    packets = LARGE if options.large else options.packets
    with tempfile.TemporaryDirectory(prefix="cloison-bench-") as name:
        folder = Path(name)
        if shutil.disk_usage(folder).free < 3 * 130 * packets:
            print(f"| audit | not measured | | no room for a capture of {packets} packets |")
            return
        measure(folder, packets, options.runs)


def measure(folder: Path, packets: int, runs: int) -> None:
    """Print a row for each process that can be timed here."""
    capture, piece = folder / "large.pcap", folder / "slice.pcap"
    for path, number in ((capture, packets), (piece, SLICE)):
        # in a process of its own: what this one holds would count as memory of those that it starts
        subprocess.run(
            [sys.executable, str(Path(__file__).with_name("traffic.py")), str(path), str(number)], check=True
        )
    what = f"{packets / 1e6:g} million packets ({capture.stat().st_size / 1e9:.1f} GB)"
    cold = once([sys.executable, "-c", COLD], {"NUMBA_CACHE_DIR": str(folder / "numba")})
    print(f"| compiling the packet kernels, once | {cold.wall:.1f} s | announced | |", flush=True)
    own = median([sys.executable, "-c", OWN, str(capture)], runs)
    reading = median(["tcpdump", "-r", str(capture), "-w", "/dev/null"], runs) if shutil.which("tcpdump") else None
    row(f"captures: {what}", own, packets, f"{_ratio(own, reading)} x tcpdump's reading; at most 3")
    work = folder / "cloison.yaml"
    work.write_text(MAP, encoding="utf-8")
    whole = median([sys.executable, "-m", "cloison.cli", "audit", str(work), str(capture), "-o",
                    str(folder / "audit.json")], runs)  # fmt: skip
    if whole.code in (0, 1, 3):
        row("cloison audit, whole process", whole, packets, f"{_ratio(whole, reading)} x tcpdump's reading; at most 3")
    else:
        print(f"| cloison audit, whole process | not measured | | exit code {whole.code} |", flush=True)
    work.write_text(MAP.replace("services: [https, ssh, dns]", "services: [telnet]")
                    .replace("services: [tcp/5432, udp/514]", "services: [ftp]"), encoding="utf-8")  # fmt: skip
    worst = once([sys.executable, "-m", "cloison.cli", "audit", str(work), str(capture)])
    row("cloison audit, no conversation authorised", worst, packets, f"{_ratio(worst, reading)} x tcpdump's reading")
    if reading is not None:
        row("tcpdump -w /dev/null", reading, packets, "")
    flows = folder / "flows"
    flows.mkdir()
    if shutil.which("nfpcapd"):
        found = median(["nfpcapd", "-r", str(capture), "-w", str(flows)], runs)
        row("nfpcapd", found, packets, f"{found.wall / own.wall:.1f} x our reading")
    if shutil.which("argus"):
        found = once(["argus", "-X", "-r", str(capture), "-w", str(folder / "argus.out")])
        row("argus", found, packets, f"{found.wall / own.wall:.1f} x our reading")
    each = own.cpu / packets
    slow = [("scapy", [sys.executable, "-c", SCAPY, str(piece)], find_spec("scapy") is not None),
            ("dpkt", [sys.executable, "-c", DPKT, str(piece)], find_spec("dpkt") is not None),
            ("tshark", ["tshark", "-r", str(piece), "-T", "fields", "-e", "ip.src", "-e", "tcp.srcport"],
             shutil.which("tshark") is not None)]  # fmt: skip
    for name, words, present in slow:
        if present:
            found = once(words)
            row(f"{name}, a slice of {SLICE}", found, SLICE, f"{found.cpu / SLICE / each:.0f} x our CPU a packet")
        else:
            print(f"| {name} | missing | | |", flush=True)


def row(what: str, run: Run, packets: int, note: str) -> None:
    """Print one row of the table."""
    if run.code not in (0, 1, 3):
        note = f"exit code {run.code}"
    print(f"| {what} | {run.wall:.2f} s, {packets / run.cpu / 1e6:.2f} million a CPU-second, {run.memory:.0f} MB "
          f"| | {note} |", flush=True)  # fmt: skip


def _ratio(own: Run, other: Run | None) -> str:
    return "?" if other is None else f"{own.wall / other.wall:.1f}"


if __name__ == "__main__":
    main()
