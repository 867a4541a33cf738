"""The lab's recordings: every conversation has the verdict that was written by hand, at both probes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

LAB = Path(__file__).resolve().parents[2] / "examples" / "lab"
PROBES = ("edge", "core")
COLUMNS = ("verdict", "reason", "severity", "line", "answered", "orientation", "wire")
Row = tuple[str, ...]


def expected(probe: str) -> Counter[Row]:
    rows: Counter[Row] = Counter()
    with (LAB / "expected.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["probe"] == probe:
                ends = (row["initiator"], row["responder"], row["protocol"], row["port"])
                rows[ends + tuple(row[name] for name in COLUMNS)] += int(row["conversations"])
    return rows


def judged(folder: Path, probe: str) -> tuple[Counter[Row], dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "cloison.cli", "audit", str(LAB / "map.yaml"), "--all", "--format", "json",
         "--probe", f"ids-{probe}={folder / probe}.pcap"],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    rows: Counter[Row] = Counter()
    for item in report["conversations"]:
        if item["verdict"] == "local":
            assert item["protocol"] in ("ipv6-icmp", "icmpv6", "igmp"), item
            continue
        ends = (item["source"], item["destination"], item["protocol"], str(item["port"]))
        # suite and algorithms are the business of a library's edition, the protocol and its version that of the lab
        wire = (item["wire"] or "").partition(" 0x")[0]
        shown = {**item, "wire": "ssh 2.0" if wire.startswith("ssh 2.0 ") else wire}
        rows[ends + tuple(shown[name] or "" for name in COLUMNS)] += 1
    return rows, report


@pytest.mark.parametrize("probe", PROBES)
def test_every_conversation_has_its_verdict(probe: str) -> None:
    rows, report = judged(LAB, probe)
    assert rows == expected(probe)
    assert report["schema"] == "cloison.audit/1"


def test_what_was_in_clear_before_the_encryption_is_told() -> None:
    """The client names the console and offers HTTP/1.1; TLS 1.0 shows the certificate, TLS 1.3 encrypts it."""
    fields = ("server_name", "alpn", "issuer_country")
    for probe, line, said in (
        ("core", "F-011", ("console.aster.example", ["http/1.1"], "FR")),
        ("edge", "F-001", ("console.aster.example", ["http/1.1"], None)),
        ("core", "F-012", (None, None, None)),
    ):
        _, report = judged(LAB, probe)
        shown = [tuple(item[name] for name in fields) for item in report["conversations"] if item["line"] == line]
        assert said in shown, shown


def test_a_line_whose_conversations_are_refuted_was_not_seen_and_says_so() -> None:
    wanted: Counter[str] = Counter()
    with (LAB / "expected.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            refuted = row["reason"] in ("cleartext", "weak-encryption", "wrong-protocol", "outside-tunnel")
            if row["probe"] == "core" and refuted:
                wanted[row["line"]] += int(row["conversations"])
    assert len(wanted) == 4
    _, report = judged(LAB, "core")
    lines = report["lines"]
    assert isinstance(lines, list)
    assert {line["id"]: line["refuted"] for line in lines if line["refuted"]} == wanted
    assert not any(line["conversations"] for line in lines if line["refuted"])


def test_nothing_is_lost() -> None:
    for probe in PROBES:
        _, report = judged(LAB, probe)
        summary = report["summary"]
        assert isinstance(summary, dict)
        assert summary["undecoded"] == 0
        counted = summary["authorised"] + summary["illegitimate"] + summary["unmapped"] + summary["local"]
        assert counted == summary["conversations"]
        held = sum(item["packets"] for item in report["conversations"])
        control = sum(item["packets"] for item in report["control"])
        assert held + control + summary["icmp_errors"] == summary["packets"]


def test_the_recordings_are_small() -> None:
    assert sum(path.stat().st_size for path in LAB.iterdir() if path.is_file()) < 2_000_000


@pytest.mark.slow
def test_the_kernel_plays_it_again(tmp_path: Path) -> None:
    """The real kernel, filter and servers, recorded anew, get the same verdicts."""
    tools = ("ip", "nft", "tcpdump", "sshd", "dnsmasq", "rsyslogd", "telnetd", "socat", "softflowd", "nfcapd", "ping",
             "wg", "wireguard-go")  # fmt: skip
    missing = [tool for tool in tools if not shutil.which(tool)]
    if os.geteuid() or missing:
        assert "CLOISON_CI" not in os.environ, f"missing here: {missing or 'root'}"
        pytest.skip(f"needs {missing or 'root'}")
    subprocess.run([sys.executable, str(LAB / "record.py"), str(tmp_path)], check=True, timeout=180)
    for probe in PROBES:
        for suffix in ("nfcapd", "v5", "v9", "ipfix"):
            assert (tmp_path / f"{probe}.{suffix}").stat().st_size > 0
        rows, _ = judged(tmp_path, probe)
        assert rows == expected(probe)
