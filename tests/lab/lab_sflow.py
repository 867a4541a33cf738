"""The tests' own exporter of sFlow version 5: every frame of a capture sampled, one in one, in datagrams of a capture.

sFlow.org, "sFlow Version 5": datagram (section 4.1 and its XDR), flow_sample (format 1), sampled_header (format 1).
"""

from __future__ import annotations

import struct
from pathlib import Path

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import PcapWriter, RawPcapReader

HEADER = 128  # bytes of a frame that are exported
TOGETHER = 5  # samples of a datagram
AGENT, COLLECTOR, PORT = "10.30.0.1", "10.30.0.14", 6343
FCS = 4  # bytes of a frame's checksum, which counts in its length and is stripped before the header is taken


def write_sflow(capture: Path, exported: Path) -> int:
    """Write what an agent at a capture's interface sends, as a capture at its collector; return how many frames."""
    with RawPcapReader(str(capture)) as reader:
        frames = list(reader)
    with PcapWriter(str(exported), linktype=1) as out:
        began = frames[0][1].sec
        for first in range(0, len(frames), TOGETHER):
            part = frames[first : first + TOGETHER]
            last = part[-1][1]
            uptime = (last.sec - began) * 1000 + last.usec // 1000
            samples = b"".join(sample(number, *frame) for number, frame in enumerate(part, first + 1))
            agent = bytes(int(item) for item in AGENT.split("."))
            head = struct.pack(">II4sIIII", 5, 1, agent, 0, first // TOGETHER + 1, uptime, len(part))
            datagram = Ether() / IP(src=AGENT, dst=COLLECTOR) / UDP(sport=PORT, dport=PORT) / Raw(head + samples)
            datagram.time = last.sec + last.usec / 1e6
            out.write(datagram)
    return len(frames)


def sample(number: int, frame: bytes, facts: RawPcapReader.PacketMetadata) -> bytes:
    """One flow sample: its frame's number in the pool, rate 1, and the frame's first bytes."""
    kept = frame[:HEADER]
    header = struct.pack(">IIII", 1, facts.wirelen + FCS, FCS, len(kept)) + kept + bytes(-len(kept) % 4)
    record = struct.pack(">II", 1, len(header)) + header
    flow = struct.pack(">IIIIIIII", number, 1, 1, number, 0, 1, 2, 1) + record
    return struct.pack(">II", 1, len(flow)) + flow


def datagrams(capture: Path) -> bytes:
    """Return the datagrams of such a capture, one after the other."""
    with RawPcapReader(str(capture)) as reader:
        return b"".join(frame[14 + 20 + 8 :] for frame, _ in reader)
