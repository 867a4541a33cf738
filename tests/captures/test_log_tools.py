"""What other programs write of the same packets, read as logs: the conversations of the packets themselves."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from captures_forge import SECOND, START, pcap, rows
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

from cloison.captures.read import read
from cloison.flows.table import Capture


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a capture of conversations of every usual kind, a ms apart."""
    rng = random.Random(4)
    frames: list[Packet] = []
    for number in range(60):
        one, two = f"10.0.{number}.1", "10.1.0.2"
        six = f"2001:db8::{number:x}", "2001:db8:1::2"
        if number % 4 == 0:
            lower, back = IPv6(src=six[0], dst=six[1]), IPv6(src=six[1], dst=six[0])
        else:
            lower, back = IP(src=one, dst=two, id=number), IP(src=two, dst=one, id=number)
        if number % 3 == 0:
            frames += [
                lower / TCP(sport=40000 + number, dport=443, flags="S", seq=1),
                back / TCP(sport=443, dport=40000 + number, flags="SA", seq=9, ack=2),
                lower / TCP(sport=40000 + number, dport=443, flags="A", seq=2, ack=10),
                lower
                / TCP(sport=40000 + number, dport=443, flags="PA", seq=2, ack=10)
                / Raw(rng.randbytes(number + 1)),
                back / TCP(sport=443, dport=40000 + number, flags="FA", seq=10, ack=3 + number),
                lower / TCP(sport=40000 + number, dport=443, flags="FA", seq=3 + number, ack=11),
                back / TCP(sport=443, dport=40000 + number, flags="A", seq=11, ack=4 + number),
            ]
        elif number % 3 == 1:
            frames += [lower / UDP(sport=40000 + number, dport=5000) / Raw(bytes(30)),
                       back / UDP(sport=5000, dport=40000 + number) / Raw(bytes(70))]  # fmt: skip
        elif number % 4 == 0:
            frames += [lower / ICMPv6EchoRequest(id=number), back / ICMPv6EchoReply(id=number)]
        else:
            frames += [lower / ICMP(id=number), back / ICMP(type=0, id=number)]
    stamped = [
        (START + at * SECOND // 1000, bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / frame))
        for at, frame in enumerate(frames)
    ]
    path = tmp_path_factory.mktemp("tools") / "a.pcap"
    path.write_bytes(pcap(stamped))
    return path


def run(*command: str, **more: str) -> bytes:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, check=True, capture_output=True, env=os.environ | {"TZ": "UTC"} | more)
    return done.stdout


def told(capture: Capture, frame: int = 0) -> list[tuple[object, ...]]:
    """Return conversations as who, what, how much and when (in ms); ``frame`` bytes of each packet are not IP's."""
    found = []
    for row in rows(capture):
        icmp = row["protocol"] in (1, 58)
        ends = [(address, 0 if icmp and not at else port) for at, (address, port) in enumerate((row["a"], row["b"]))]  # type: ignore[misc]
        sizes = [size - frame * packets for size, packets in zip(row["bytes"], row["packets"], strict=True)]  # type: ignore[call-overload]
        times = [time // (SECOND // 1000) for time in (row["first"], row["last"])]  # type: ignore[operator]
        found.append((*ends, row["protocol"], row["packets"], tuple(sizes), *times))
    return sorted(found, key=str)


def without_times(found: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [row[:-2] for row in found]


def logged(folder: Path, text: bytes, name: str) -> Capture:
    path = folder / name
    path.write_bytes(text)
    capture = read([str(path)])
    assert capture.sources[0].problem is None
    return capture


@pytest.mark.parametrize("form", ["csv", "json"])
def test_nfdump(packets: Path, tmp_path: Path, form: str) -> None:
    run("nfpcapd", "-r", str(packets), "-l", str(tmp_path))
    (collected,) = tmp_path.glob("nfcapd.2*")
    capture = logged(tmp_path, run("nfdump", "-r", str(collected), "-o", form), f"a.{form}")
    assert capture.sources[0].format == f"nfdump-{form}"
    assert set(capture.ledger) <= {"other-record"}
    wanted, found = told(read([str(packets)])), told(capture)
    if form == "csv":  # its times are cut to the second
        wanted, found = without_times(wanted), without_times(found)
    assert found == wanted


def test_argus(packets: Path, tmp_path: Path) -> None:
    if shutil.which("argus") is None or shutil.which("ra") is None:
        pytest.skip("argus is not installed")
    records = tmp_path / "a.argus"
    run("argus", "-r", str(packets), "-w", str(records))
    fields = "stime,ltime,saddr,dir,daddr,proto,sport,dport,spkts,dpkts,sbytes,dbytes,state,flgs"
    capture = logged(
        tmp_path, run("ra", "-F", "/dev/null", "-r", str(records), "-c", ",", "-n", "-u", "-s", fields), "a.csv"
    )
    assert capture.sources[0].format == "argus"
    assert set(capture.ledger) <= {"other-record"}
    assert told(capture, frame=14) == told(read([str(packets)]))
