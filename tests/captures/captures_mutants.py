"""Captures damaged at random, the same ones at every run; as a script, it reads them with compiled kernels."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from captures_forge import START, balanced, block, enhanced, interface, option, pcap, section
from captures_wrapped import WRAPPINGS, ip, udp
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop
from scapy.layers.l2 import LLC, SNAP, Dot1Q, Dot3, Ether
from scapy.layers.sctp import SCTP, SCTPChunkInit

from cloison.captures import read as reading
from cloison.captures.frames import Decoder
from cloison.captures.packets import RECORD_WIDTH
from cloison.netmodel.finding import MapError

C4, S4, C6, S6 = "10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8::2"


def frames() -> list[bytes]:
    """Return frames that lead to every branch of the kernels."""
    udp = UDP(sport=40000, dport=53) / bytes(12)
    plain = IP(src=C4, dst=S4) / udp
    layers = [
        plain,
        Dot1Q(vlan=1) / Dot1Q(vlan=2) / IP(src=S4, dst=C4) / UDP(sport=123, dport=123) / b"\x26\x80",
        IP(src=C4, dst=S4) / TCP(flags="S"),
        IP(src=C4, dst=S4) / SCTP() / SCTPChunkInit(),
        IP(src=C4, dst=S4) / ICMP(id=3),
        IP(src=S4, dst=C4) / ICMP(type=3, code=1) / plain,
        IP(src=S4, dst="255.255.255.255") / UDP(sport=67, dport=68) / b"\x02",
        *fragment(IP(src=C4, dst=S4, id=4) / UDP() / bytes(60), fragsize=32),
        IPv6(src=C6, dst=S6) / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / udp,
        IPv6(src=C6, dst=S6) / IPv6ExtHdrFragment(id=9, m=1) / udp,
        IPv6(src=C6, dst=S6, nh=58)
        / (b"\x01\x00" + bytes(6) + bytes(IPv6(src=S6, dst=C6) / IPv6ExtHdrDestOpt() / udp)),
        IPv6(src=C6, dst=S6, nh=51) / (b"\x11\x01" + bytes(10) + bytes(udp)),
        IP(src=C4, dst=S4, proto=89) / bytes(20),
    ]
    out = [bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / layer) for layer in layers]
    return [*out, bytes(Dot3() / LLC(dsap=0xAA, ssap=0xAA, ctrl=3) / SNAP(code=0x0800) / plain)]


def whole() -> list[bytes]:
    """Return the undamaged captures."""
    every = [(START + number * 10**9, frame) for number, frame in enumerate(frames())]
    raw = [(time, frame[14:]) for time, frame in every]
    ng = section() + interface(1, options=option(9, b"\x09") + option(14, bytes(8))) + interface(101)
    ng += (
        b"".join(enhanced(0, time, frame) for time, frame in every) + block(3, bytes(4) + every[0][1]) + block(5, b"x")
    )
    ng += section(">") + interface(1, ">") + b"".join(enhanced(0, time, frame, ">") for time, frame in every)
    links = [pcap(raw, link=link, order=">") for link in (0, 101, 113, 276)]
    return [pcap(every), pcap(every, nano=True, snap=60), *links, ng, *encapsulated()]


def encapsulated() -> list[bytes]:
    """Return a capture for each link type, with every encapsulation that it has."""
    by_link: dict[int, list[tuple[int, bytes]]] = {}
    for number, case in enumerate(WRAPPINGS.values()):
        ends = (C6, S6) if case.six else (C4, S4)
        packet = ip(*ends, 17, udp(40000, 53, bytes(12)))
        by_link.setdefault(case.link, []).append((START + number, case.wrap(packet, bool(number % 2))))
    whole = [pcap(packets, link=link) for link, packets in by_link.items()]
    others = [pcap(packets, link=link) for link, packets in by_link.items() if link != 1]
    return [*whole, whole[0], whole[0], b"".join((others[0], *(data[24:] for data in others[1:])))]


def mutants(number: int) -> Iterator[bytes]:
    """Yield damaged captures: bytes set, cut, doubled or filled."""
    dice = random.Random(20260101)
    originals = whole()
    for _ in range(number):
        data = bytearray(dice.choice(originals))
        for _ in range(dice.choice((1, 1, 2, 5, 20))):
            at = dice.randrange(len(data))
            how = dice.randrange(5)
            if how < 2:
                data[at] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
            elif how == 2:
                data[at : at + 4] = dice.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x00\x00\x00\x80"))
            elif how == 3:
                del data[at : at + dice.randrange(1, 40)]
            else:
                data[at:at] = data[at : at + dice.randrange(1, 40)]
            if len(data) < 30:
                break
        yield bytes(data)


def read_all(folder: Path, number: int) -> tuple[int, int]:
    """Read the mutants; return how many were refused and how many packets were read. Any other failure is raised."""
    path = folder / "mutant"
    refused = packets = 0
    for data in mutants(number):
        path.write_bytes(data)
        try:
            capture = reading.read([str(path)], rare=False)
        except MapError:
            refused += 1
            continue
        balanced(capture)
        packets += capture.sources[0].packets
    return refused, packets


def bounds_are_checked() -> bool:
    """Return whether a record outside its window is an exception."""
    records = np.zeros((1, RECORD_WIDTH), dtype=np.int64)
    records[0] = (1000, 60, 60, 0, 1)
    try:
        list(Decoder(True, 1).decode(np.zeros(100, dtype=np.uint8), records))
    except IndexError:
        return True
    return False


if __name__ == "__main__":
    reading.prepare("pcap")
    reading.prepare("pcapng")
    if "NUMBA_BOUNDSCHECK" in os.environ:
        assert bounds_are_checked()
    with TemporaryDirectory() as name:
        print(*read_all(Path(name), int(sys.argv[1])))
