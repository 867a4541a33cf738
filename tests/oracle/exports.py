"""``make oracle SHARED=PATH``: the export datagrams there, against what others decoded in them.

Each case of ``logstash-codec-netflow`` gives datagrams in their order and what they must become: how many records, and
for some of them addresses, ports, protocol and counts. Those of ``python-netflow`` have no expectations: they must be
decoded whole. The script fails on any difference that is not explained below.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any

from cloison.captures import records as word
from cloison.captures.exporting.exports import Exports
from cloison.flows.ledger import REASONS

EXPORTER = "192.0.2.1"
LOST = ("record-malformed", "record-without-template")

# Names that the expectations give to what is compared: end, port, protocol, counts in each direction.
SOURCES = ("ipv4_src_addr", "ipv6_src_addr", "sourceIPv4Address", "sourceIPv6Address")
TARGETS = ("xlate_dst_addr_ipv4", "postNATDestinationIPv4Address", "ipv4_dst_addr", "ipv6_dst_addr",
           "destinationIPv4Address", "destinationIPv6Address")  # fmt: skip
NUMBERS = {
    "source_port": ("l4_src_port", "sourceTransportPort"),
    "target_port": ("xlate_dst_port", "l4_dst_port", "destinationTransportPort"),
    "protocol": ("protocol", "protocolIdentifier"),
    "packets": ("in_pkts", "packetDeltaCount", "packetTotalCount"),
    "bytes": ("in_bytes", "fwd_flow_delta_bytes", "in_permanent_bytes", "octetDeltaCount", "octetTotalCount"),
    "back_packets": ("reversePacketTotalCount",),
    "back_bytes": ("rev_flow_delta_bytes", "reverseOctetTotalCount"),
}  # fmt: skip
OUT = {"packets": ("out_pkts",), "bytes": ("out_bytes",)}  # where what came in is 0

# Cases of which the number of records differs, and why.
EXPLAINED = {
    "Netflow 9 ipt_netflow reduced size encoding": "sets of a template that is not there",
    "IPFIX Netscaler with variable length fields": "data before its template is held back, and decoded when it comes",
    "IPFIX Netscaler with variable length fields, missing templates": "",
}


@dataclass
class Kept:
    """A sink that keeps rows by their number."""

    rows: dict[int, list[int]] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    points: dict[tuple[object, ...], int] = field(default_factory=dict)

    def add(self, batch: Any) -> None:
        """Keep the rows of a batch."""
        for row in batch.T.tolist():
            self.rows[row[word.NUMBER]] = row

    def leave(self, reason: str, count: int = 1) -> None:
        """Count what is left out."""
        assert reason in REASONS
        self.left[reason] += count

    def point(self, *what: object) -> int:
        """Number a point."""
        return self.points.setdefault(what, len(self.points))

    def note(self, said: Any) -> None:
        """Keep a note."""
        self.notes.append(said.say("en"))

    def tick(self) -> None:
        """Go on."""


def decode(paths: list[Path]) -> Kept:
    """Decode datagrams, one a file, of one exporter."""
    sink = Kept()
    exports = Exports(sink, fast=False)
    for path in paths:
        exports.datagram(path.read_bytes(), EXPORTER)
    exports.finish()
    assert exports.number == len(sink.rows) + sink.left.total(), paths
    return sink


def facts(row: list[int]) -> dict[str, Any]:
    """Return what is compared of a row; counts as they were sent."""
    ends = []
    for high, low in ((word.SOURCE_HI, word.SOURCE_LO), (word.TARGET_HI, word.TARGET_LO)):
        address = IPv6Address((row[high] & (1 << 64) - 1) << 64 | row[low] & (1 << 64) - 1)
        ends.append(str(address.ipv4_mapped or address))
    rate = row[word.SAMPLED]
    return {
        "source": ends[0], "target": ends[1], "source_port": row[word.SOURCE_PORT],
        "target_port": row[word.TARGET_PORT], "protocol": row[word.PROTOCOL], "packets": row[word.PACKETS] // rate,
        "bytes": row[word.BYTES] // rate, "back_packets": row[word.BACK_PACKETS] // rate,
        "back_bytes": row[word.BACK_BYTES] // rate,
    }  # fmt: skip


def wanted(event: dict[str, Any]) -> dict[str, Any]:
    """Return what an expected event says of what is compared; of ICMP, no ports: they hold type and code."""
    out: dict[str, Any] = {}
    for name, choices in (("source", SOURCES), ("target", TARGETS)):
        found = [event[choice] for choice in choices if choice in event]
        filled = [one for one in found if one not in ("0.0.0.0", "::")] or found
        if filled:
            out[name] = str(ip_address(filled[0]))
    for name, choices in NUMBERS.items():
        told = [int(event[choice]) for choice in (*choices, *OUT.get(name, ())) if choice in event]
        if told:  # what was not translated, or did not come in, is 0
            out[name] = next((value for value in told if value), 0)
    if out.get("protocol") in (1, 58):
        out.pop("source_port", None)
        out.pop("target_port", None)
    return out


def compare(case: dict[str, Any], sink: Kept) -> tuple[int, int, list[str]]:
    """Return how many expected values and records were compared, and what differs."""
    differences = []
    name = case["case"].strip()
    decoded = len(sink.rows) + sink.left.total() - sum(sink.left[reason] for reason in LOST)
    if case["records"] is not None and decoded != case["records"]:
        if name in EXPLAINED and decoded > case["records"]:
            print(f"  {name}: {decoded} records, expected {case['records']}: {EXPLAINED[name]}")
        else:
            differences.append(f"{decoded} records, expected {case['records']}")
    rows = [facts(row) for row in sink.rows.values()]
    values = compared = 0
    for event in case["events"]:
        said = wanted(event)
        if any("|" in key for key in event):  # what the other program keeps of its templates
            continue
        if "source" not in said or "target" not in said:
            if not (sink.left["other-record"] or sink.left["record-not-ip"]):
                differences.append(f"an event without addresses is a record: {event}")
            continue
        compared += 1
        values += len(said)
        if said["source"] == said["target"] == "0.0.0.0":
            if not sink.left["record-not-ip"]:
                differences.append(f"a record without addresses is not counted: {said}")
        elif not any(all(row[key] == value for key, value in said.items()) for row in rows):
            differences.append(f"no record is {said}")
    for one in case["fields"]:  # a value of a record by its place
        said = wanted({one["field"]: one["value"].strip("'")})
        row = sink.rows.get(one["record"] + 1)
        if not said or row is None:
            continue
        found = facts(row)
        values += 1
        for key, value in said.items():
            if found[key] != value and found["protocol"] not in (1, 58) and name not in EXPLAINED:
                differences.append(f"record {one['record']}: {key} is {found[key]}, expected {value}")
    return values, compared, differences


def logstash(folder: Path) -> int:
    """Compare every case; return how many differ."""
    cases = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    records = values = compared = wrong = 0
    left: Counter[str] = Counter()
    for case in cases:
        sink = decode([folder / name for name in case["files"]])
        found, events, differences = compare(case, sink)
        records, values, compared, wrong = (
            records + len(sink.rows), values + found, compared + events, wrong + bool(differences),
        )  # fmt: skip
        left.update(sink.left)
        for difference in differences:
            print(f"  DIFFERS {case['case'].strip()}: {difference}")
    print(f"logstash-codec-netflow: {len(cases)} cases, {records} records of traffic, {compared} compared with their "
          f"expectation ({values} values), {wrong} cases differ")  # fmt: skip
    print(f"  left out: {dict(left.most_common())}")
    return wrong


def python_netflow(folder: Path) -> int:
    """Decode every datagram after its templates; return how many files are not decoded whole."""
    faults = records = 0
    nines = [folder / f"packet_v9_{name}.dat" for name in ("template", "template_mixed", "with_zeros")]
    sequences = [[nines[0], *sorted(folder.glob("packets_v9_*.dat"))], nines[1:2], nines[2:]]
    sequences += [[folder / f"packet_ipfix{kind}.dat"] for kind in ("", "_padding")]
    sequences += [[folder / "packet_ipfix_template.dat", folder / "packet_ipfix.dat"]]
    sequences += [[folder / "packet_ipfix_template_ether.dat", folder / "packet_ipfix_ether.dat"]]
    sequences += [[folder / "packet_v1.dat"], [folder / "packet_v5.dat"]]
    invalid = folder / "packet_invalid.dat"
    used = {path for sequence in sequences for path in sequence} | {invalid}
    missed = sorted(path.name for path in set(folder.glob("*.dat")) - used)
    for sequence in sequences:
        sink = decode(sequence)
        records += len(sink.rows)
        lost = {reason: sink.left[reason] for reason in LOST if sink.left[reason]}
        names = " ".join(path.name for path in sequence)
        if lost and len(sequence) == 1 and set(lost) == {"record-without-template"}:
            print(f"  {names}: {lost}: their template is not there")
        elif lost:
            faults += 1
            print(f"  FAULT {names}: {lost}")
    if not decode([invalid]).left["record-malformed"]:
        faults += 1
        print(f"  FAULT {invalid.name} is decoded")
    faults += len(missed)
    print(f"python-netflow: {len(used)} datagrams, {records} records of traffic, {faults} not decoded whole", *missed)
    return faults


def main(arguments: list[str]) -> int:
    """Run both parts; return 1 where something differs, 2 where there is nothing to compare with."""
    captures = Path(arguments[0]) / "captures"
    if not (captures / "logstash-codec-netflow" / "expected.json").exists():
        print(f"no exports in {captures}")
        return 2
    wrong = logstash(captures / "logstash-codec-netflow") + python_netflow(captures / "python-netflow" / "packets")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
