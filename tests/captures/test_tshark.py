"""The conversations of a forged capture, beside what tshark makes of its packets."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from captures_forge import START, pcap, read_bytes, rows
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Packet

HERE = shutil.which("tshark")
FIELDS = ("ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport",
          "vlan.id", "ip.len", "ipv6.plen")  # fmt: skip


def forged(dice: random.Random) -> Packet:
    """Return a packet of few hosts and ports, in one of many wrappings."""
    source, target = dice.sample(range(1, 6), 2)
    ports = {"sport": dice.choice((53, 443, 40000, 40001)), "dport": dice.choice((53, 443, 40000, 40001))}
    transport = (TCP if dice.random() < 0.6 else UDP)(**ports) / bytes(dice.randrange(40))
    packet: Packet = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    for _ in range(dice.choice((0, 0, 1, 2))):
        packet /= Dot1Q(vlan=dice.choice((1, 7, 110)))
    if dice.random() < 0.5:
        return packet / IP(src=f"10.0.0.{source}", dst=f"10.0.0.{target}") / transport
    packet /= IPv6(src=f"2001:db8::{source}", dst=f"2001:db8::{target}")
    for header in dice.sample((IPv6ExtHdrHopByHop(), IPv6ExtHdrDestOpt()), dice.randrange(3)):
        packet /= header
    return packet / transport


@pytest.mark.skipif(HERE is None and "CLOISON_CI" not in os.environ, reason="tshark is not installed")
def test_conversations_are_those_of_tshark(tmp_path: Path) -> None:
    assert HERE is not None, "in CI tshark must be there"
    dice = random.Random(11)
    data = pcap([(START + number * 1000, bytes(forged(dice))) for number in range(2000)])
    capture = read_bytes(tmp_path, data)
    words = [HERE, "-n", "-r", str(tmp_path / "a.pcap"), "-T", "fields", "-E", "occurrence=a"]
    for name in FIELDS:
        words += ["-e", name]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    wanted: Counter[tuple[object, ...]] = Counter()
    sizes: Counter[tuple[object, ...]] = Counter()
    for line in done.stdout.splitlines():
        said = dict(zip(FIELDS, line.split("\t"), strict=True))
        protocol = 6 if said["tcp.srcport"] else 17
        kind = "tcp" if protocol == 6 else "udp"
        source = (said["ip.src"] or said["ipv6.src"], int(said[f"{kind}.srcport"]))
        target = (said["ip.dst"] or said["ipv6.dst"], int(said[f"{kind}.dstport"]))
        tags = [int(tag) for tag in said["vlan.id"].split(",") if tag]
        key = (source, target, protocol, (*tags, 0, 0)[:2])
        wanted[key] += 1
        sizes[key] += int(said["ip.len"] or int(said["ipv6.plen"]) + 40)
    here: Counter[tuple[object, ...]] = Counter()
    here_sizes: Counter[tuple[object, ...]] = Counter()
    for row in rows(capture):
        for side, (one, other) in enumerate((("a", "b"), ("b", "a"))):
            key = (row[one], row[other], row["protocol"], row["vlan"])
            here[key] += row["packets"][side]  # type: ignore[index]
            here_sizes[key] += row["bytes"][side]  # type: ignore[index]
    assert sum(wanted.values()) == 2000
    assert +here == wanted
    assert +here_sizes == sizes
