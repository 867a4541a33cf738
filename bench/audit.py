"""An audit's reading, whole processes beside those of its peers: ``python bench/audit.py [--packets N]``.

The capture is made by ``traffic.py``: 128 bytes kept, 15 % IPv6, 30 % VLAN, 25 packets a conversation. Peers read the
same file; the slow ones read a slice of it, and are compared by packets per CPU-second. Then 2 million packets of full
size, and a stream of 20 GB that is piped and never stored.
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

SLICE = 200_000  # packets that the slow peers read
WHOLE = 2_000_000  # packets of full size
AUDIT = (sys.executable, "-m", "cloison.cli", "audit")
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
    parser.add_argument("--packets", type=int, default=20_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="cloison-bench-") as name:
        folder = Path(name)
        if shutil.disk_usage(folder).free < 3 * 130 * options.packets + 2 * 1600 * WHOLE:
            print(f"| audit | not measured | | no room for a capture of {options.packets} packets |")
            return
        (folder / "cloison.yaml").write_text(MAP, encoding="utf-8")
        measure(folder, options.packets, options.runs)
        whole_packets(folder, options.runs)
        piped(folder)


def made(*words: object) -> list[str]:
    """Return the command that makes a capture; in a process of its own: its memory would count as that of others."""
    return [sys.executable, str(Path(__file__).with_name("traffic.py")), *map(str, words)]


def whole_packets(folder: Path, runs: int) -> None:
    """Print the row of packets of full size."""
    capture = folder / "whole.pcap"
    subprocess.run(made(capture, WHOLE, 0, "full"), check=True)
    reading = median(["tcpdump", "-r", str(capture), "-w", "/dev/null"], runs) if shutil.which("tcpdump") else None
    run = median([*AUDIT, str(folder / "cloison.yaml"), str(capture)], runs)
    row(f"cloison audit, {WHOLE / 1e6:g} million packets of 1,500 bytes ({capture.stat().st_size / 1e9:.1f} GB)",
        run, WHOLE, f"{_ratio(run, reading)} x tcpdump's reading")  # fmt: skip
    capture.unlink()


def piped(folder: Path) -> None:
    """Print the row of a stream that is never stored."""
    packets = 13_200_000
    words = [*AUDIT, str(folder / "cloison.yaml"), "-"]
    run = once(words, giver=made("-", packets, 1_000_000, "full"))
    row("cloison audit, 20 GB piped, 1 million conversations", run, packets,
        "the time is that of making it; under 400 MB")  # fmt: skip


def measure(folder: Path, packets: int, runs: int) -> None:
    """Print a row for each process that can be timed here."""
    capture, piece = folder / "large.pcap", folder / "slice.pcap"
    for path, number in ((capture, packets), (piece, SLICE)):
        subprocess.run(made(path, number), check=True)
    what = f"{packets / 1e6:g} million packets ({capture.stat().st_size / 1e9:.1f} GB)"
    cold = once([sys.executable, "-c", COLD], {"NUMBA_CACHE_DIR": str(folder / "numba")})
    print(f"| compiling the packet kernels, once | {cold.wall:.1f} s | announced | |", flush=True)
    own = median([sys.executable, "-c", OWN, str(capture)], runs)
    reading = median(["tcpdump", "-r", str(capture), "-w", "/dev/null"], runs) if shutil.which("tcpdump") else None
    row(f"captures: {what}", own, packets, f"{_ratio(own, reading)} x tcpdump's reading")
    whole = median([*AUDIT, str(folder / "cloison.yaml"), str(capture)], runs)
    row("cloison audit, whole process", whole, packets, f"{_ratio(whole, reading)} x tcpdump's reading; at most 2")
    work = folder / "other.yaml"
    work.write_text(MAP.replace("services: [https, ssh, dns]", "services: [telnet]")
                    .replace("services: [tcp/5432, udp/514]", "services: [ftp]"), encoding="utf-8")  # fmt: skip
    worst = once([*AUDIT, str(work), str(capture)])
    row("cloison audit, no conversation authorised", worst, packets, f"{_ratio(worst, reading)} x tcpdump's reading")
    if reading is not None:
        row("tcpdump -w /dev/null", reading, packets, "")
    flows = folder / "flows"
    flows.mkdir()
    if shutil.which("nfpcapd"):
        found = median(["nfpcapd", "-r", str(capture), "-w", str(flows)], runs)
        row("nfpcapd", found, packets, f"{found.wall / whole.wall:.1f} x our audit; at least 3")
    if shutil.which("argus"):
        found = once(["argus", "-X", "-r", str(capture), "-w", str(folder / "argus.out")])
        row("argus", found, packets, f"{found.wall / whole.wall:.1f} x our audit")
    each = whole.cpu / packets
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
