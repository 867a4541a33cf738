"""Packets with checksums, as frames, out of what a test asks for; each carries a mark by which it is known again."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass, replace

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
SYN, ACK = 2, 16
MARK = b"cloison:"


@dataclass(frozen=True)
class Packet:
    """One packet of a conversation: real or outside ends as on the wire where it is sent, and its mark.

    ``port`` is ``type << 8 | code`` of ICMP. ``about`` is the packet that an ICMP error is about.
    """

    source: str
    destination: str
    protocol: int
    port: int
    source_port: int
    mark: int
    flags: int = SYN
    seq: int = 1000
    ack: int = 0
    about: Packet | None = None
    fragments: bool = False

    def reply(self) -> Packet:
        """Return the answer's ends: sides and ports changed over, the echo's reply."""
        if self.protocol in (ICMP, ICMPV6):
            kind = {8: 0, 13: 14, 128: 129}[self.port >> 8]
            return replace(self, source=self.destination, destination=self.source, port=kind << 8)
        return replace(self, source=self.destination, destination=self.source, port=self.source_port,
                       source_port=self.port)  # fmt: skip


def _sum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def marked(number: int) -> bytes:
    """Return a mark's bytes."""
    return MARK + struct.pack("!I", number)


def marks_in(frame: bytes) -> int | None:
    """Return the mark in a frame, the last one where an error quotes another; ``None`` without one."""
    at = frame.rfind(MARK)
    return struct.unpack("!I", frame[at + 8 : at + 12])[0] if at >= 0 and len(frame) >= at + 12 else None


def _ends(packet: Packet) -> tuple[bytes, bytes]:
    return ipaddress.ip_address(packet.source).packed, ipaddress.ip_address(packet.destination).packed


def _payload(packet: Packet) -> bytes:
    source, destination = _ends(packet)
    data = marked(packet.mark) + (b"x" * 1400 if packet.fragments else b"")
    if packet.protocol == TCP:
        segment = struct.pack("!HHIIBBHHH", packet.source_port, packet.port, packet.seq, packet.ack, 5 << 4,
                              packet.flags, 64000, 0, 0) + data  # fmt: skip
        at = 16
    elif packet.protocol == UDP:
        segment = struct.pack("!HHHH", packet.source_port, packet.port, 8 + len(data), 0) + data
        at = 6
    elif packet.protocol in (ICMP, ICMPV6):
        kind, code = packet.port >> 8, packet.port & 255
        rest = struct.pack("!HH", packet.source_port, 1)
        if packet.about is not None:
            rest = struct.pack("!I", 1280 if (packet.protocol, kind) == (ICMPV6, 2) else 0)
            data = ip(packet.about)[0] + data
        segment = struct.pack("!BBH", kind, code, 0) + rest + data
        at = 2
    else:
        return b"\0" * 8 + data
    pseudo = source + destination
    if len(source) == 16:
        pseudo += struct.pack("!II", len(segment), packet.protocol)
    else:
        pseudo += struct.pack("!BBH", 0, packet.protocol, len(segment))
    found = _sum((b"" if packet.protocol == ICMP else pseudo) + segment)
    return segment[:at] + struct.pack("!H", found) + segment[at + 2 :]


def ip(packet: Packet) -> list[bytes]:
    """Return the packet from its network header on, as two fragments where it asks for them."""
    source, destination = _ends(packet)
    payload = _payload(packet)
    pieces = [(0, payload, False)]
    if packet.fragments:
        pieces = [(0, payload[:800], True), (800, payload[800:], False)]
    found = []
    for offset, piece, more in pieces:
        if len(source) == 4:
            place = (0x2000 if more else 0) | offset >> 3
            length, number = 20 + len(piece), packet.mark & 0xFFFF
            head = struct.pack("!BBHHHBBH", 0x45, 0, length, number, place, 62, packet.protocol, 0)
            head += source + destination
            found.append(head[:10] + struct.pack("!H", _sum(head)) + head[12:] + piece)
        elif packet.fragments:
            extension = struct.pack("!BBHI", packet.protocol, 0, offset | (1 if more else 0), packet.mark)
            head = struct.pack("!IHBB", 6 << 28, 8 + len(piece), 44, 62)
            found.append(head + source + destination + extension + piece)
        else:
            found.append(struct.pack("!IHBB", 6 << 28, len(piece), packet.protocol, 62) + source + destination + piece)
    return found


def frames(packet: Packet, to: bytes) -> list[bytes]:
    """Return Ethernet frames to a hardware address."""
    kind = b"\x08\x00" if ":" not in packet.source else b"\x86\xdd"
    return [to + b"\x02\0\0\0\0\x01" + kind + piece for piece in ip(packet)]
