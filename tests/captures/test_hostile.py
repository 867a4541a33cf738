"""What a network or a sender can do on purpose: noise after a header, fragments that overlap, conversations by the
million; every packet is in one place, in bounded memory."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from captures_forge import START, balanced, block, interface, pcap, read_bytes, rows, section
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment
from scapy.packet import Packet
from test_compressions import COMPRESS

from cloison.captures.read import read
from cloison.netmodel.finding import MapError

HEADERS = {
    "pcap": pcap([]),
    "pcap-raw": pcap([], link=101, order=">", nano=True),
    "pcapng": section(),
    "pcapng-interface": section() + interface(1),
    "pcapng-packet": section() + interface(1) + struct.pack("<II", 6, 92),
    "record": pcap([]) + struct.pack("<IIII", 1, 1, 200, 200),
    "ethernet-ip": pcap([]) + struct.pack("<IIII", 1, 1, 200, 200) + bytes(12) + b"\x08\x00\x45\x00",
    "ethernet-ipv6": pcap([]) + struct.pack("<IIII", 1, 1, 200, 200) + bytes(12) + b"\x86\xdd\x60",
    "vlans": pcap([]) + struct.pack("<IIII", 1, 1, 200, 200) + bytes(12) + b"\x81\x00\x00\x01" * 3,
    **{name: compress(pcap([]))[:18] for name, compress in COMPRESS.items()},
}


@pytest.mark.parametrize("name", HEADERS)
def test_random_bytes_after_a_valid_header(tmp_path: Path, name: str) -> None:
    dice = random.Random(name)
    path = tmp_path / "noise"
    for number in range(60):
        path.write_bytes(HEADERS[name] + dice.randbytes(dice.choice((1, 20, 300, 4000))))
        with suppress(MapError):  # no other exception may come out
            balanced(read([str(path)], rare=bool(number % 2)))


def raw(*layers: Packet | bytes) -> bytes:
    return pcap([(START + number, bytes(layer)) for number, layer in enumerate(layers)], link=101)


def conversations(folder: Path, data: bytes) -> dict[tuple[int, int], int]:
    """Return packets of A by the ports of A and B."""
    return {(row["a"][1], row["b"][1]): row["packets"][0] for row in rows(read_bytes(folder, data))}  # type: ignore[index,misc]


def four(offset: int, payload: bytes | Packet, *, more: bool = True, number: int = 7) -> Packet:
    return IP(src="10.0.0.1", dst="10.0.0.2", proto=17, id=number, frag=offset, flags="MF" if more else 0) / payload


def six(offset: int, payload: bytes | Packet, *, more: bool = True, number: int = 7) -> Packet:
    header = IPv6ExtHdrFragment(nh=17, offset=offset, m=int(more), id=number)
    return IPv6(src="2001:db8::1", dst="2001:db8::2") / header / payload


@pytest.mark.parametrize("fragment", [four, six])
def test_overlapping_fragments_keep_the_ports_of_the_first_one(tmp_path: Path, fragment: object) -> None:
    """A later fragment that lies over the header (teardrop) cannot give the conversation other ports."""
    make = fragment  # type: ignore[assignment]
    other = bytes(UDP(sport=6666, dport=22, len=48) / bytes(24))
    first = UDP(sport=1000, dport=53, len=88) / bytes(32)
    data = raw(make(0, first), make(1, other), make(3, other), make(1, other, more=False))  # type: ignore[operator]
    assert conversations(tmp_path, data) == {(1000, 53): 4}


@pytest.mark.parametrize("fragment", [four, six])
def test_a_second_first_fragment_is_a_conversation_of_its_own(tmp_path: Path, fragment: object) -> None:
    """Which of the two a receiver would keep is its own affair: both are counted, what follows goes to the newer."""
    make = fragment  # type: ignore[assignment]
    one, two = (UDP(sport=sport, dport=dport, len=88) / bytes(32) for sport, dport in ((1000, 53), (6666, 22)))
    later = make(5, bytes(40), more=False)  # type: ignore[operator]
    data = raw(make(0, one), later, make(0, two), later)  # type: ignore[operator]
    assert conversations(tmp_path, data) == {(1000, 53): 2, (6666, 22): 2}


def test_a_first_fragment_too_short_for_its_ports(tmp_path: Path) -> None:
    """RFC 3128: the flags of TCP in a second tiny fragment. Nothing is guessed, all is counted."""
    segment = bytes(TCP(sport=1000, dport=22, flags="S"))
    tiny = IP(src="10.0.0.1", dst="10.0.0.2", proto=6, id=9, flags="MF")
    data = raw(tiny / segment[:2], IP(src="10.0.0.1", dst="10.0.0.2", proto=6, id=9, frag=1) / segment[8:])
    capture = read_bytes(tmp_path, data)
    assert len(capture.table) == 0
    assert sum(capture.ledger.values()) == 2
    assert capture.ledger["fragment"] == 1


def test_fragments_of_more_packets_than_are_remembered(tmp_path: Path) -> None:
    """First fragments by the thousand push others out of a bounded table: what comes too late is counted apart."""
    first = UDP(sport=1000, dport=53, len=88) / bytes(32)
    template = bytearray(bytes(four(0, first)))
    frames = []
    for number in range(60_000):
        template[4:6] = struct.pack(">H", number)
        frames.append((START, bytes(template)))
    later = bytearray(bytes(four(5, bytes(40), more=False)))
    for number in range(0, 60_000, 7):
        later[4:6] = struct.pack(">H", number)
        frames.append((START, bytes(later)))
    capture = read_bytes(tmp_path, pcap(frames, link=101))
    asked = len(range(0, 60_000, 7))
    lost = capture.ledger["fragment"]
    assert asked // 2 < lost < asked  # 16,384 of 60,000 are remembered
    assert int(capture.table.packets_ab.sum()) == 60_000 + asked - lost


MILLION = """
import re, sys
from cloison.captures.read import read
capture = read(sys.argv[1:], rare=False)
table = capture.table
assert int(table.packets_ab.sum()) == capture.sources[0].packets == len(table)
assert (table.packets_ba == 0).all() and not capture.ledger
print(len(table), re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def test_a_million_conversations_of_one_packet(tmp_path: Path) -> None:
    number = 1_000_000
    packet = np.frombuffer(bytes(IP(src="10.0.0.0", dst="192.0.2.1") / TCP(dport=443, flags="S")), dtype=np.uint8)
    record = np.zeros((number, 16 + len(packet)), dtype=np.uint8)
    record[:, :16] = np.frombuffer(struct.pack("<IIII", 1_700_000_000, 0, len(packet), len(packet)), dtype=np.uint8)
    record[:, 16:] = packet
    for byte in range(3):  # of the source's address
        record[:, 16 + 13 + byte] = np.arange(number) >> 8 * (2 - byte) & 0xFF
    path = tmp_path / "million.pcap"
    path.write_bytes(pcap([], link=101) + record.tobytes())
    done = subprocess.run([sys.executable, "-c", MILLION, str(path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    rows_, memory = map(int, done.stdout.split())
    assert rows_ == number
    assert memory < 450_000  # KiB, the interpreter, numpy and numba included


def test_a_thousand_interfaces_and_blocks_of_no_bytes(tmp_path: Path) -> None:
    data = section() + interface(101) * 2000 + block(5, b"") * 5000
    capture = read_bytes(tmp_path, data)
    assert (capture.sources[0].packets, capture.sources[0].problem is None) == (0, False)
