"""Captures forged byte by byte, and what was read of them in words that a test can compare."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from ipaddress import IPv6Address
from pathlib import Path

import numpy as np

from cloison.captures.read import read
from cloison.flows.ledger import REASONS
from cloison.flows.table import EVIDENCE, Capture

SECOND = 10**9
START = 1_700_000_000 * SECOND

Packets = Sequence[tuple[int, bytes]]


def pcap(
    packets: Packets,
    *,
    link: int = 1,
    order: str = "<",
    nano: bool = False,
    snap: int = 65535,
    variant: bool = False,
) -> bytes:
    """Return a pcap of (ns since 1970, frame) pairs; ``variant`` has the longer record headers."""
    magic = 0xA1B2CD34 if variant else 0xA1B23C4D if nano else 0xA1B2C3D4
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link)]
    for time, frame in packets:
        kept = frame[:snap]
        part = time % SECOND if nano else time % SECOND // 1000
        out.append(struct.pack(order + "IIII", time // SECOND, part, len(kept), len(frame)))
        out.append(bytes(8) if variant else b"")
        out.append(kept)
    return b"".join(out)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """Return a pcapng block; the body is padded."""
    body += bytes(-len(body) % 4)
    size = len(body) + 12
    return struct.pack(order + "II", kind, size) + body + struct.pack(order + "I", size)


def section(order: str = "<", version: int = 1) -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, version, 0, -1), order)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(link: int, order: str = "<", *, snap: int = 0, options: bytes = b"") -> bytes:
    return block(1, struct.pack(order + "HHI", link, 0, snap) + options, order)


def enhanced(number: int, ticks: int, frame: bytes, order: str = "<", *, wire: int | None = None) -> bytes:
    head = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), wire or len(frame))
    return block(6, head + frame, order)


def read_bytes(folder: Path, data: bytes, name: str = "a.pcap", *, rare: bool = False) -> Capture:
    """Write bytes to a file and read it; every packet must be in exactly one place."""
    path = folder / name
    path.write_bytes(data)
    capture = read([str(path)], rare=rare)
    balanced(capture)
    return capture


def balanced(capture: Capture) -> None:
    """Check the ledgers of each stream: packets == judged + control + undecoded, and the same of what they carry; every
    row is of a packet that is."""
    table = capture.table
    streams: dict[int, list[int]] = {}
    for number, source in enumerate(capture.sources):
        assert source.stream >= 0 or source.packets == 0
        streams.setdefault(source.stream, []).append(number)
        assert not set(source.inside) - set(REASONS)
    for numbers in streams.values():
        own = table.take(np.isin(table.source, numbers))
        counted = (own.packets_ab + own.packets_ba + own.errors).astype(int)
        members = [capture.sources[number] for number in numbers]
        carried = members[0].carries(own.tunnel)
        left = sum(sum(source.ledger.values()) for source in members)
        assert sum(source.packets for source in members) == counted[~carried].sum() + left
        inside = sum(sum(source.inside.values()) for source in members)
        assert sum(source.carried for source in members) == counted[carried].sum() + inside
    packets = np.array([source.packets for source in capture.sources], dtype=np.uint64)
    assert ((table.packet >= 1) & (table.packet <= packets[table.source])).all()
    assert (table.wire_packet <= packets[table.wire_source]).all()


def shown(high: int, low: int) -> str:
    address = IPv6Address(int(high) << 64 | int(low))
    return str(address.ipv4_mapped or address)


def bits(evidence: int) -> set[str]:
    return {name for name, bit in EVIDENCE.items() if int(evidence) & bit}


def rows(capture: Capture) -> list[dict[str, object]]:
    """Return the conversations in words: sides, protocol, packets, bytes, errors, VLAN."""
    table = capture.table
    return [
        {
            "a": (shown(table.a_hi[i], table.a_lo[i]), int(table.a_port[i])),
            "b": (shown(table.b_hi[i], table.b_lo[i]), int(table.b_port[i])),
            "protocol": int(table.protocol[i]),
            "packets": (int(table.packets_ab[i]), int(table.packets_ba[i])),
            "bytes": (int(table.bytes_ab[i]), int(table.bytes_ba[i])),
            "errors": int(table.errors[i]),
            "vlan": (int(table.vlan[i]) >> 12, int(table.vlan[i]) & 0xFFF),
            "evidence": bits(table.evidence[i]),
            "first": int(table.first[i]),
            "last": int(table.last[i]),
            "packet": int(table.packet[i]),
        }
        for i in range(len(table))
    ]


def one(capture: Capture) -> dict[str, object]:
    """Return the only conversation of a capture in which all is judged."""
    assert capture.ledger == {}
    (row,) = rows(capture)
    return row
