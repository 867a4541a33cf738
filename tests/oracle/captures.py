"""``make oracle SHARED=PATH``: the captures there, against what others found in them.

Zeek's baselines say who opened each connection and how many packets each side sent; every capture of tcpdump's own
tests must be read without a crash and with every packet in exactly one place. The script fails below the figures that
are committed beside it; ``--write`` replaces them.
"""

from __future__ import annotations

import gzip
import json
import struct
import sys
from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv6Address
from pathlib import Path

import numpy as np

from cloison.captures.conversations import Timeouts
from cloison.captures.read import read
from cloison.flows.ledger import undecoded
from cloison.flows.orient import PORTED, orient
from cloison.flows.table import Capture
from cloison.netmodel.finding import MapError
from cloison.netmodel.space.catalogue import RESPONDER_PORTS

FIGURES = Path(__file__).with_name("figures.json")
LEAST = 0.98
ZEEK_TIMEOUTS = Timeouts(tcp=300, udp=60, other=60)  # Zeek's own, for what is compared with it
UNSUPPORTED = ("link-type",)  # reasons of the ledger
NEEDED = ("orig_h", "orig_p", "resp_h", "resp_p", "orig_pkts", "resp_pkts")
RENAMED = {"src_ip": "orig_h", "src": "orig_h", "src_port": "orig_p", "dst_ip": "resp_h", "dst": "resp_h",
           "dst_port": "resp_p"}  # fmt: skip
# Zeek puts the type of the message that answers on the responder, and takes routers and neighbours for such.
ECHO = {8: 0, 13: 14, 15: 16, 17: 18, 128: 129, 139: 140, 144: 145, 133: 134, 134: 133, 135: 136, 136: 135}
ERRORS = {False: (3, 4, 11, 12), True: (1, 2, 3, 4)}  # types of ICMP, by whether it is of IPv6

# Tests whose baseline is not a list of the connections of a capture, and why.
NOT_COMPARED = {
    "core/expire-all-timers": "the test reads its capture twice, the second time with timers that it limits",
    "spicy/replaces": "the test reads two captures and keeps the connections of both in one baseline",
    "core/pcap/dynamic-filter": "the test changes a packet filter while it reads",
    "core/pcap/read-trace-with-filter": "the test reads through a packet filter",
    "core/print-bpf-filters": "the test reads through packet filters",
    "scripts/base/frameworks/netcontrol/packetfilter": "the test drops packets that it blocked",
}

# Tests in which some connections disagree, and why.
EXPLAINED = {
    "core/pppoe": "two answers of DHCPv6 to a group's query: Zeek takes their sender for the originator",
    "core/tunnels/gtp/different_dl_and_ul": "Zeek counts a fragmented datagram once, here each fragment is a packet",
    "core/tunnels/gtp/outer_ip_frag": "fragments as above, and four first fragments whose others the capture lacks, "
    "which Zeek leaves out; of the two ends of the tunnel one is a multicast address, which never begins",
    "scripts/base/frameworks/logging/field-name-map2": "the answers have wrong TCP checksums, and Zeek leaves them out",
    "scripts/policy/frameworks/conn_key/vlan_fivetuple": "the test takes the same conversation in three VLANs for one",
}

Connection = tuple[str, int, str, int, int, int]  # initiator, port, responder, port, packets of each


@dataclass(frozen=True, slots=True)
class Compared:
    """What one test of Zeek's gave: agreed and all connections, in tunnels, what disagrees, why left out."""

    test: str
    agreed: int = 0
    connections: int = 0
    tunnelled: int = 0
    differences: tuple[str, ...] = ()
    unsupported: str = ""


def known_ports() -> np.ndarray:
    """Return the catalogue's ports, as orientation wants them."""
    known = np.zeros((len(PORTED) + 1, 65536), dtype=bool)
    for protocol, ports in RESPONDER_PORTS.items():
        if protocol in PORTED:
            known[PORTED[protocol], sorted(ports)] = True
    return known


def connections(capture: Capture) -> list[Connection]:
    """Return the conversations as Zeek writes connections."""
    table = capture.table
    found = orient(table, known_ports())
    out = []
    for row, swapped in zip(found.row.tolist(), found.swapped.tolist(), strict=True):
        sides = [
            (_address(int(table.a_hi[row]) << 64 | int(table.a_lo[row])), int(table.a_port[row])),
            (_address(int(table.b_hi[row]) << 64 | int(table.b_lo[row])), int(table.b_port[row])),
        ]
        counts = [int(table.packets_ab[row]), int(table.packets_ba[row])]
        if int(table.protocol[row]) in (1, 58):
            kind, code = sides[1][1] >> 8, sides[1][1] & 0xFF
            sides = [(sides[0][0], kind), (sides[1][0], ECHO.get(kind, code))]
            if swapped:
                sides = [(sides[1][0], sides[0][1]), (sides[0][0], sides[1][1])]
                counts.reverse()
        elif swapped:
            sides.reverse()
            counts.reverse()
        if int(table.protocol[row]) == 132:  # Zeek reads no ports of SCTP
            sides = [(address, 0) for address, _ in sides]
        out.append((*sides[0], *sides[1], *counts))
    return out


def _address(value: int) -> str:
    address = IPv6Address(value)
    return str(address.ipv4_mapped or address)


def baseline(path: Path) -> tuple[list[Connection], int] | None:
    """Return the connections of a ``conn.log`` and how many are in tunnels; ``None`` when columns are missing."""
    fields: list[str] = []
    rows: list[Connection] = []
    cut: dict[tuple[str, ...], int] = {}
    inner = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#fields"):
            fields = _names(line.split("\t")[1:])
        elif line.startswith("#"):
            continue
        elif not fields:
            fields = _names(line.split("\t"))
        else:
            row = dict(zip(fields, line.split("\t"), strict=False))
            if not all(name in row and row[name] != "-" for name in NEEDED):
                return None
            if row.get("tunnel_parents", "-") not in ("-", "(empty)"):
                inner += 1
            key = (*(row[name] for name in NEEDED[:4]), row.get("proto", ""))
            said = row.get("history", "-")
            if row.get("proto") == "icmp" and int(row["orig_p"]) in ERRORS[":" in row["orig_h"]]:
                continue  # it is counted in what it quotes
            if key in cut and "S" not in said and row["resp_pkts"] == "0":
                # Zeek gives up a connection that nothing answers after 5 seconds (tcp_attempt_delay), and takes what
                # follows for another one: both are one.
                at = cut.pop(key)
                rows[at] = (*rows[at][:4], rows[at][4] + int(row["orig_pkts"]), 0)
                continue
            if row.get("conn_state") == "S0" and row.get("proto") == "tcp" and not set(said) & set("FR"):
                cut[key] = len(rows)
            ends = [
                (str(IPv6Address(row[f"{end}_h"])) if ":" in row[f"{end}_h"] else row[f"{end}_h"],
                 int(row[f"{end}_p"]), int(row[f"{end}_pkts"])) for end in ("orig", "resp")
            ]  # fmt: skip
            if set(said) == {"H"}:  # a SYN-ACK alone: Zeek takes its sender for the originator, the design the other
                ends.reverse()
            rows.append((*ends[0][:2], *ends[1][:2], ends[0][2], ends[1][2]))
    return rows, inner


def _names(fields: list[str]) -> list[str]:
    short = [name.removeprefix("id.").removeprefix("id_") for name in fields]
    return [RENAMED.get(name, name) for name in short]


def compare(zeek: Path, test: str, traces: list[str], baselines: list[str]) -> Compared:
    """Compare one test: each connection of the baseline with one conversation of its capture."""
    name = test.removeprefix("testing/btest/").rpartition(".")[0]
    if name in NOT_COMPARED:
        return Compared(name, unsupported=NOT_COMPARED[name])
    if len(traces) != len(baselines):
        return Compared(name, unsupported="not one baseline for each capture")
    agreed = total = inner = 0
    differences = []
    for trace, log in zip(traces, baselines, strict=True):
        wanted = baseline(zeek / log)
        if wanted is None:
            return Compared(name, unsupported="the baseline leaves out addresses, ports or packets")
        try:
            capture = read([str(zeek / "testing/btest/Traces" / trace)], timeouts=ZEEK_TIMEOUTS, rare=False)
        except MapError as error:
            return Compared(name, unsupported=str(error))
        unknown = [reason for reason in UNSUPPORTED if reason in capture.ledger]
        if unknown:
            return Compared(name, unsupported=f"encapsulation or link type: {', '.join(unknown)}")
        ours = Counter(connections(capture))
        inner += wanted[1]
        for connection in wanted[0]:
            total += 1
            if ours[connection] > 0:
                ours[connection] -= 1
                agreed += 1
            else:
                near = [other for other in ours if ours[other] and set(other[:4]) == set(connection[:4])]
                differences.append(f"{connection}, here {near or 'nothing alike'}")
    return Compared(name, agreed, total, inner, tuple(differences))


def zeek_part(folder: Path) -> dict[str, object]:
    """Print how far the conversations agree with Zeek's connections, and return the figures."""
    tests = []
    for line in (folder / "MAP.tsv").read_text(encoding="utf-8").splitlines():
        test, traces, logs = line.split("\t")
        tests.append(compare(folder, test, traces.split(), logs.split()))
    unexplained = [test.test for test in tests if test.differences and test.test not in EXPLAINED]
    differing = {test.test: EXPLAINED.get(test.test, "NOT EXPLAINED") for test in tests if test.differences}
    for test in tests:
        for difference in test.differences:
            print(f"  {test.test}: {difference}")
        if test.differences:
            print(f"    {differing[test.test]}")
    agreed, total = sum(test.agreed for test in tests), sum(test.connections for test in tests)
    inner = sum(test.tunnelled for test in tests)
    left_out = {test.test: test.unsupported for test in tests if test.unsupported}
    print(f"zeek: {agreed} of {total} connections agree ({agreed / max(total, 1):.1%}) in {len(tests) - len(left_out)} "
          f"tests, {inner} of them inside tunnels; {len(left_out)} tests are not compared:")  # fmt: skip
    for name, why in left_out.items():
        print(f"  {name}: {why}")
    return {"agreed": agreed, "connections": total, "in_tunnels": inner, "unexplained": unexplained,
            "differing": differing, "not_compared": left_out}  # fmt: skip


def packets_of(data: bytes) -> int | None:
    """Count the packets of a pcap or pcapng, on its own; ``None`` when it is neither."""
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    count = 0
    for order in "<>":
        if data[:4] in (struct.pack(order + "I", 0xA1B2C3D4), struct.pack(order + "I", 0xA1B23C4D)):
            at = 24
            while at + 16 <= len(data):
                at += 16 + struct.unpack_from(order + "I", data, at + 8)[0]
                count += at <= len(data)
            return count
    if data[:4] != b"\x0a\x0d\x0d\x0a":
        return None
    at, order = 0, "<"
    while at + 12 <= len(data):
        if data[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8] == 0x4D else ">"
        kind, size = struct.unpack_from(order + "II", data, at)
        at += max(size, 12)
        count += kind in (2, 3, 6) and at <= len(data)
    return count


def tcpdump_part(folder: Path) -> dict[str, object]:
    """Read every capture of tcpdump's tests, print what is judged, and return the figures."""
    files = packets = judged = lost = carried = 0
    ledger: Counter[str] = Counter()
    within: Counter[str] = Counter()
    faults = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or (expected := packets_of(path.read_bytes())) is None:
            continue
        try:
            capture = read([str(path)])
        except Exception as error:  # any exception is the failure that is looked for
            faults.append(f"{path.name}: {error!r}")
            continue
        source = capture.sources[0]  # flow records that are exported in it are another one
        table = capture.table.take(capture.table.source == 0)
        inner = source.carries(table.tunnel)
        every = (table.packets_ab + table.packets_ba + table.errors).astype(int)
        here, inside = int(every[~inner].sum()), int(every[inner].sum())
        files, packets, judged = files + 1, packets + source.packets, judged + here
        ledger.update(source.ledger)
        lost += undecoded(source.ledger)
        carried, within = carried + source.carried, within + Counter(source.inside)
        if not source.packets == expected == here + sum(source.ledger.values()):
            faults.append(f"{path.name}: {expected} packets, {source.packets} read, {here} judged, {source.ledger}")
        if source.carried != inside + sum(source.inside.values()):
            faults.append(f"{path.name}: {source.carried} packets carried, {inside} judged, {source.inside}")
    print(f"tcpdump: {files} captures, {packets} packets = {judged} judged + {packets - judged - lost} link control "
          f"+ {lost} undecoded")  # fmt: skip
    print(f"  {dict(ledger.most_common())}")
    print(f"  {carried} packets that others carry, of which not judged: {dict(within.most_common())}")
    for fault in faults:
        print(f"  FAULT {fault}")
    return {"captures": files, "packets": packets, "judged": judged, "carried": carried, "faults": len(faults)}


def main(arguments: list[str]) -> int:
    """Run both parts; return 1 below the committed figures, 2 where there is nothing to compare with."""
    captures = Path(arguments[0]) / "captures"
    if not (captures / "zeek" / "MAP.tsv").exists():
        print(f"no captures in {captures}")
        return 2
    figures = {"zeek": zeek_part(captures / "zeek"), "tcpdump": tcpdump_part(captures / "tcpdump")}
    if "--write" in arguments:
        FIGURES.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    known = json.loads(FIGURES.read_text(encoding="utf-8"))
    zeek, tcpdump = figures["zeek"], figures["tcpdump"]
    worse = [
        f"{part}.{name}: {figures[part][name]}, committed {known[part][name]}"
        for part, name in (
            ("zeek", "agreed"),
            ("zeek", "connections"),
            ("tcpdump", "captures"),
            ("tcpdump", "judged"),
            ("tcpdump", "carried"),
        )
        if figures[part][name] < known[part].get(name, 0)  # type: ignore[operator]
    ]
    worse += [f"{test}: connections disagree and nothing says why" for test in zeek["unexplained"]]  # type: ignore[attr-defined]
    if zeek["agreed"] < LEAST * zeek["connections"]:  # type: ignore[operator]
        worse.append(f"fewer than {LEAST:.0%} of Zeek's connections agree")
    if tcpdump["faults"]:
        worse.append(f"{tcpdump['faults']} captures of tcpdump's are not read whole")
    print("\n".join(worse) or "nothing is worse than the committed figures")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
