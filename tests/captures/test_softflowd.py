"""What softflowd exports of a capture, against the capture's own packets: NetFlow v1, v5, v9, IPFIX one and two-way."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from captures_forge import START, pcap
from exports_forge import A6, B6, A, B, C, Recorder
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Ether

from cloison.captures.exporting.exports import Exports
from cloison.captures.read import read

ETHER = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
SOFTFLOWD = shutil.which("softflowd") or shutil.which("softflowd", path="/usr/sbin")
pytestmark = pytest.mark.skipif(SOFTFLOWD is None, reason="softflowd is not installed")

Flow = tuple[str, str, int, int, int]  # source, target, ports, protocol


def packets() -> list[bytes]:
    """Return packets of conversations of every kind, answered and not."""
    out = []
    for port in range(40_000, 40_060):
        out += [IP(src=A, dst=B) / TCP(sport=port, dport=443, flags="S"),
                IP(src=B, dst=A) / TCP(sport=443, dport=port, flags="SA"),
                IP(src=A, dst=B) / TCP(sport=port, dport=443, flags="A") / bytes(port % 97)]  # fmt: skip
    for port in range(50_000, 50_020):
        out += [IP(src=A, dst=C) / UDP(sport=port, dport=53) / bytes(30)] * (port % 3 + 1)
        out += [IP(src=C, dst=A) / UDP(sport=53, dport=port) / bytes(90)]
    out += [IP(src=B, dst=C) / ICMP(type=8, id=7)] * 3
    out += [IPv6(src=A6, dst=B6) / UDP(sport=1000, dport=123) / bytes(48)] * 2
    out += [IPv6(src=B6, dst=A6) / TCP(sport=2000, dport=22, flags="S")]
    out += [IPv6(src=A6, dst=B6) / ICMPv6EchoRequest(id=9)]
    return [bytes(ETHER / packet) for packet in out]


def expected(frames: list[bytes], *, six: bool) -> tuple[Counter[Flow], Counter[Flow]]:
    """Return packets and bytes of each direction, told from the frames themselves."""
    number: Counter[Flow] = Counter()
    octets: Counter[Flow] = Counter()
    for frame in frames:
        packet = ETHER.__class__(frame).payload
        wide = isinstance(packet, IPv6)
        if wide and not six:
            continue
        inner = packet.payload
        ports = (inner.sport, inner.dport) if isinstance(inner, (TCP, UDP)) else (0, inner.type << 8 | inner.code)
        flow = (packet.src, packet.dst, *ports, packet.nh if wide else packet.proto)
        number[flow] += 1
        octets[flow] += packet.plen + 40 if wide else packet.len
    return number, octets


def export(folder: Path, frames: list[bytes], *options: str) -> Recorder:
    """Let softflowd export a capture, and decode what comes."""
    sink = Recorder()
    exports = Exports(sink, fast=False)
    for data in datagrams(folder, frames, *options):
        exports.datagram(data, "127.0.0.1")
    exports.finish()
    return sink


def datagrams(folder: Path, frames: list[bytes], *options: str) -> list[bytes]:
    """Let softflowd export a capture to a socket of this process, and return what comes."""
    capture = folder / "a.pcap"
    capture.write_bytes(pcap([(START + number * 10**6, frame) for number, frame in enumerate(frames)]))
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        listening.bind(("127.0.0.1", 0))
        assert SOFTFLOWD is not None
        subprocess.run(
            [SOFTFLOWD, "-d", "-r", str(capture), "-n", f"127.0.0.1:{listening.getsockname()[1]}", "-c", "none", "-p",
             str(folder / "pid"), "-a", *options],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        listening.settimeout(0.5)
        while True:
            try:
                found.append(listening.recv(65536))
            except TimeoutError:
                return found


@pytest.mark.parametrize("version", ["1", "5", "9", "10", "10 -b"])
def test_every_flow_is_the_capture_s(version: str, tmp_path: Path) -> None:
    frames = packets()
    sink = export(tmp_path, frames, "-v", *version.split())
    assert not sink.left.keys() - {"other-record"}
    assert not sink.notes
    number: Counter[Flow] = Counter()
    octets: Counter[Flow] = Counter()
    for record in sink.records:
        ends, ports = (record["source"], record["target"]), record["ports"]
        number[*ends, *ports, record["protocol"]] += record["counts"][0]
        octets[*ends, *ports, record["protocol"]] += record["counts"][1]
        if "back" in record:
            number[*ends[::-1], *ports[::-1], record["protocol"]] += record["back"][0]
            octets[*ends[::-1], *ports[::-1], record["protocol"]] += record["back"][1]
        if record["protocol"] == 6 and record["ports"][1] == 443:
            assert record["flags"] & 2
    assert (number, octets) == expected(frames, six=version not in ("1", "5"))
    assert (version == "10 -b") == any("back" in record for record in sink.records)
    assert all(abs(record["first"] - START) < 2 * 10**9 for record in sink.records)


@pytest.mark.parametrize("version", ["9", "10"])
def test_a_dump_that_was_cut_into_files(version: str, tmp_path: Path) -> None:
    """Of which the first alone holds the templates: the files together tell what the whole does."""
    sent = datagrams(tmp_path, packets(), "-v", version)
    assert len(sent) > 3
    (tmp_path / "whole").write_bytes(b"".join(sent))
    whole = read([str(tmp_path / "whole")])
    names = []
    for number, data in enumerate(sent):
        names.append(str(tmp_path / f"part-{number}"))
        Path(names[-1]).write_bytes(data)
    parts = read(names[::-1])
    assert parts.ledger == whole.ledger
    assert sum(source.records for source in parts.sources) == whole.sources[0].records
    assert int(parts.table.packets_ab.sum()) == int(whole.table.packets_ab.sum())
    alone = read(names[1:])
    assert alone.ledger["record-without-template"] > 0
