"""The lab's traffic, exported: as NetFlow v5, v9, IPFIX, nfcapd and sFlow it gets the verdicts of its packets.

Where a format does not carry the evidence, the difference is written here, with its reason:

- records of flows show no payload: what the wire refutes (``cleartext``, ``weak-encryption``, ``wrong-protocol``) is
  authorised by the line whose claim was refuted. ``outside-tunnel`` rests on the probe, and stays;
- NetFlow v5 has no IPv6;
- softflowd counts the two directions of a conversation apart and OR-s their TCP flags: who began is probable, and not
  known (assumed) between two equal ports;
- softflowd counts later fragments of a ping apart, with type and code 0: who asked is not known, and either reading is
  authorised; the type of ICMPv6 is not in every record;
- an ICMP error is a record without what it quotes, and the other direction may have gone by another way: where nothing
  came back, that nobody answered is not known;
- sFlow samples each packet by itself: later fragments have no ports; its datagrams have no date, their capture has.
  Payloads are there, and refute as those of packets do; but 128 bytes of a frame do not hold the extension in which TLS
  1.3 says its version (1.2, without a suite, means 1.2 or later), and of TCP two payloads have to tell the same.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from lab_sflow import AGENT, COLLECTOR, FCS, PORT, datagrams, write_sflow

LAB = Path(__file__).resolve().parents[2] / "examples" / "lab"
PROBES = ("edge", "core")
RECORDS = ("v5", "v9", "ipfix", "nfcapd")
SHOWN_BY_PAYLOAD = ("cleartext", "weak-encryption", "wrong-protocol")
CERTAINTY = ("assumed", "probable", "certain")
IN_SAMPLES = {"tls 1.3": "tls 1.2", "telnet": ""}  # of telnet the lab has one payload a conversation that tells it
EQUAL_PORTS = ("10.11.0.50", "10.20.0.50", "udp", "51820")
Ends = tuple[str, str, str, str]


def expected(probe: str) -> dict[Ends, dict[str, str]]:
    """What packets show at a probe, by hand; no two of its conversations have the same ends and service."""
    with (LAB / "expected.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["probe"] == probe]
    found = {(row["initiator"], row["responder"], row["protocol"], row["port"]): row for row in rows}
    assert len(found) == len(rows)
    assert all(row["conversations"] == "1" for row in rows)
    return found


def audited(probe: str, file: Path, *, whole: bool = True) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "cloison.cli", "audit", str(LAB / "map.yaml"), "--all", "--format", "json",
         "--probe", f"ids-{probe}={file}"],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode in ((0, 1) if whole else (0, 1, 3)), done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def ends_of(item: Mapping[str, Any]) -> Ends:
    return item["source"], item["destination"], item["protocol"], str(item["port"])


def judged(report: Mapping[str, Any]) -> dict[Ends, Mapping[str, Any]]:
    """The conversations of a report but link control, and fragments of pings; each of them once."""
    items = [item for item in report["conversations"] if item["verdict"] != "local"]
    fragments = [item for item in items if (item["protocol"], item["orientation"]) == ("icmp", "assumed")]
    assert [item["verdict"] for item in fragments] == ["authorised"] * len(fragments)
    items = [item for item in items if item not in fragments]
    counted = Counter(ends_of(item) for item in items)
    assert set(counted.values()) <= {1}, counted
    return {ends_of(item): item for item in items}


def unrefuted(row: Mapping[str, str]) -> tuple[str, str, str]:
    """Verdict, reason and line of a conversation of which no payload was looked at."""
    if row["reason"] in SHOWN_BY_PAYLOAD:
        return "authorised", "", row["line"]
    return row["verdict"], row["reason"], row["line"]


def shown_by(item: Mapping[str, Any]) -> str:
    """The protocol and version that a conversation showed, without its suite."""
    return (item["wire"] or "").partition(" 0x")[0]


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("format_", RECORDS)
def test_flow_records_get_the_verdicts_of_the_packets(format_: str, probe: str) -> None:
    report = audited(probe, LAB / f"{probe}.{format_}")
    assert report["summary"]["undecoded"] == 0
    assert report["summary"]["records"] > 0
    wanted = {ends: row for ends, row in expected(probe).items() if format_ != "v5" or ":" not in ends[0]}
    found = judged(report)
    made = {ends for ends in found if ends[2] == "ipv6-icmp"}
    assert set(found) - made == set(wanted)
    for ends, row in wanted.items():
        item = found[ends]
        assert (item["verdict"], item["reason"] or "", item["line"] or "") == unrefuted(row), ends
        assert CERTAINTY.index(item["orientation"]) <= CERTAINTY.index(row["orientation"]), ends
        assert item["orientation"] != "assumed" or ends == EQUAL_PORTS
        assert item["answered"] == row["answered"] or (item["answered"], row["answered"]) == ("unknown", "no"), ends
        if unrefuted(row)[0] == row["verdict"] and item["orientation"] == row["orientation"]:
            assert (item["severity"] or "") == row["severity"], ends
        assert item["wire"] in (None, "not-evaluated"), ends


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("carried", ["datagrams", "capture"])
def test_samples_of_every_packet_get_the_verdicts_of_the_packets(carried: str, probe: str, tmp_path: Path) -> None:
    """sFlow one in one: the headers are there, and with them who began, who answered and every packet."""
    capture = tmp_path / f"{probe}.pcap"
    frames = write_sflow(LAB / f"{probe}.pcap", capture)
    file = capture
    if carried == "datagrams":
        file = tmp_path / f"{probe}.sflow"
        file.write_bytes(datagrams(capture))
    report = audited(probe, file, whole=False)
    assert report["summary"]["records"] == frames
    fragments = {"edge": 0, "core": 4}[probe]  # of the ping of 3000 bytes, two each way behind the first
    assert report["undecoded"] == ([{"reason": "fragment", "packets": fragments}] if fragments else [])
    found = judged(report)
    found.pop((AGENT, COLLECTOR, "udp", str(PORT)), None)  # the export itself
    assert set(found) == set(expected(probe))
    packets = judged(audited(probe, LAB / f"{probe}.pcap"))
    for ends, row in expected(probe).items():
        item = found[ends]
        # datagrams have no date; what is inside a capture was seen by an exporter somewhere, and not by its probe
        unseen = {"datagrams": "expired", "capture": "outside-tunnel"}[carried]
        verdict = row["verdict"], row["reason"], row["line"]
        if row["reason"] == unseen:
            verdict = "authorised", "", row["line"]
        assert (item["verdict"], item["reason"] or "", item["line"] or "") == verdict, ends
        assert shown_by(item) == IN_SAMPLES.get(row["wire"], row["wire"]), ends
        assert item["answered"] == row["answered"], ends
        assert item["packets"] == packets[ends]["packets"] - (4 if "8/0" in ends and "10.20.0.12" in ends else 0), ends
        # of syslog and of WireGuard only the payload says who began
        if row["wire"] not in ("syslog", "wireguard"):
            assert item["orientation"] == row["orientation"], ends
            assert verdict[0] != row["verdict"] or (item["severity"] or "") == row["severity"], ends


def test_tshark_finds_the_frames_in_the_samples(tmp_path: Path) -> None:
    frames = write_sflow(LAB / "edge.pcap", tmp_path / "edge.pcap")
    if not shutil.which("tshark"):
        assert "CLOISON_CI" not in os.environ
        pytest.skip("needs tshark")
    fields = ("sflow_245.numsamples", "sflow_245.header.frame_length", "sflow_245.sysuptime")
    words = ["tshark", "-r", str(tmp_path / "edge.pcap"), "-T", "fields"]
    done = subprocess.run(
        [*words, *(word for name in fields for word in ("-e", name))], capture_output=True, text=True, check=True
    )
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert sum(int(count) for count, _, _ in lines) == frames
    lengths = [int(length) for _, item, _ in lines for length in item.split(",")]
    own = subprocess.run(["tshark", "-r", str(LAB / "edge.pcap"), "-T", "fields", "-e", "frame.len"],
                         capture_output=True, text=True, check=True)  # fmt: skip
    assert lengths == [int(length) + FCS for length in own.stdout.split()]
