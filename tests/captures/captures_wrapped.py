"""Every encapsulation, written byte by byte around an IP packet: what tshark, the tests and the mutants share."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

MACS = bytes.fromhex("001b17000002001b17000001")
OUTER4, OUTER6 = ("192.0.2.1", "192.0.2.2"), ("2001:db8:ffff::1", "2001:db8:ffff::2")


def ip(source: str, target: str, protocol: int, payload: bytes, *, fragment: int = 0, number: int = 7) -> bytes:
    """Return an IP packet; ``fragment`` is the field of flags and offset of IPv4."""
    ends = ip_address(source).packed + ip_address(target).packed
    if ":" in source:
        return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + ends + payload
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), number, fragment, 64, protocol, 0) + ends
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack(">H", ~(total + (total >> 16)) & 0xFFFF) + head[12:] + payload


def udp(source: int, target: int, payload: bytes) -> bytes:
    return struct.pack(">HHHH", source, target, 8 + len(payload), 0) + payload


def tcp(source: int, target: int, payload: bytes, flags: int = 0x18) -> bytes:
    return struct.pack(">HHIIBBHHH", source, target, 1, 1, 0x50, flags, 8192, 0, 0) + payload


def ethernet(kind: int, payload: bytes, *tags: int) -> bytes:
    """Return a frame with VLANs, the outer one first."""
    return MACS + b"".join(struct.pack(">HH", 0x8100, tag) for tag in tags) + struct.pack(">H", kind) + payload


def kind_of(packet: bytes) -> int:
    return 0x0800 if packet[0] >> 4 == 4 else 0x86DD


def frame(packet: bytes, *tags: int) -> bytes:
    return ethernet(kind_of(packet), packet, *tags)


def authenticated(packet: bytes) -> bytes:
    """Return an IPv4 packet with an authentication header of 24 bytes."""
    ends = [str(ip_address(packet[at : at + 4])) for at in (12, 16)]
    return ip(ends[0], ends[1], 51, bytes((packet[9], 4)) + bytes(22) + packet[20:])


def labels(*values: int) -> bytes:
    last = len(values) - 1
    return b"".join(
        struct.pack(">I", value << 12 | (at == last) << 8 | 64) for at, value in enumerate(values)
    )  # fmt: skip


def ppp(packet: bytes) -> bytes:
    return struct.pack(">H", 0x21 if packet[0] >> 4 == 4 else 0x57) + packet


def snap(packet: bytes) -> bytes:
    return b"\xaa\xaa\x03\0\0\0" + struct.pack(">H", kind_of(packet)) + packet


def gre(
    kind: int, payload: bytes, *, key: int | None = None, checksum: bool = False, number: int | None = None
) -> bytes:
    flags = 0x8000 * checksum | 0x2000 * (key is not None) | 0x1000 * (number is not None)
    return (
        struct.pack(">HH", flags, kind)
        + bytes(4 * checksum)
        + (struct.pack(">I", key) if key is not None else b"")
        + (struct.pack(">I", number) if number is not None else b"")
        + payload
    )


def over(protocol: int, payload: bytes, back: bool, ends: tuple[str, str] = OUTER4) -> bytes:
    """Return a frame whose IP packet, from one end of a tunnel to the other, carries a payload."""
    here, there = ends[::-1] if back else ends
    return frame(ip(here, there, protocol, payload))


def datagram(port: int, payload: bytes, back: bool, ends: tuple[str, str] = OUTER4) -> bytes:
    return over(17, udp(50000 + len(payload) % 7, port, payload), back, ends)


def gtp(payload: bytes, back: bool, flags: int = 0, more: bytes = b"") -> bytes:
    body = more + payload
    return struct.pack(">BBHI", 0x30 | flags, 0xFF, len(body), 9 if back else 4) + body


def vxlan(payload: bytes, vni: int = 5001) -> bytes:
    return struct.pack(">II", 0x08 << 24, vni << 8) + payload


def geneve(kind: int, payload: bytes, vni: int = 5001, options: bytes = b"") -> bytes:
    return struct.pack(">BBHI", len(options) // 4, 0, kind, vni << 8) + options + payload


def radiotap(payload: bytes) -> bytes:
    """A clock, then flags that say that a checksum ends the frame."""
    return struct.pack("<BBHIQB", 0, 0, 17, 0b11, 1, 0x10) + payload + b"fcs!"


def wlan(packet: bytes, *, first: int = 0x08, flags: int = 0x01, more: bytes = b"", part: int = 0) -> bytes:
    return bytes((first, flags)) + bytes(2) + MACS + MACS[:6] + struct.pack("<H", part) + more + snap(packet)


@dataclass(frozen=True)
class Wrapping:
    """An encapsulation: a frame of a link type around a packet, the second one of a conversation ``back``.

    ``tunnel``: as an audit names it, empty where there is no IP packet around it; ``vni`` and ``vlan`` of the inner
    conversation; ``around``: how many packets; ``six``: whether it carries IPv6 alone (True) or IPv4 alone (False).
    """

    link: int
    wrap: Callable[[bytes, bool], bytes]
    tunnel: str = ""
    vni: int = -1
    vlan: tuple[int, int] = (0, 0)
    around: int = 0
    six: bool | None = None
    tshark: tuple[str, ...] = ()  # what it must be told; ("",): it does not know this one


ENDS4, ENDS6 = " - ".join(OUTER4), " - ".join(OUTER6)
HEAD_GTP = struct.pack(">HBB", 1, 0, 0)

WRAPPINGS: dict[str, Wrapping] = {
    # links
    "mpls": Wrapping(1, lambda p, b: ethernet(0x8847, labels(16) + p)),
    "mpls-5-labels": Wrapping(1, lambda p, b: ethernet(0x8847, labels(16, 17, 18, 19, 20 + b) + p, 7)),
    "mpls-ethernet": Wrapping(1, lambda p, b: ethernet(0x8847, labels(16) + frame(p, 5)), vlan=(5, 0)),
    "mpls-ethernet-word": Wrapping(1, lambda p, b: ethernet(0x8848, labels(16, 9) + bytes(4) + frame(p))),
    "pppoe": Wrapping(
        1, lambda p, b: ethernet(0x8864, struct.pack(">BBHH", 0x11, 0, 1, len(p) + 2) + ppp(p), 3), vlan=(3, 0)
    ),
    "ppp": Wrapping(9, lambda p, b: b"\xff\x03" + ppp(p)),
    "ppp-short": Wrapping(9, lambda p, b: ppp(p)),
    "ppp-compressed": Wrapping(9, lambda p, b: ppp(p)[1:]),
    "ppp-serial": Wrapping(50, lambda p, b: b"\xff\x03" + ppp(p)),
    "ppp-serial-cisco": Wrapping(50, lambda p, b: struct.pack(">HH", 0x0F00, kind_of(p)) + p),
    "ppp-ethernet": Wrapping(51, lambda p, b: struct.pack(">BBHH", 0x11, 0, 1, len(p) + 2) + ppp(p), tshark=("",)),
    "ppp-mpls": Wrapping(9, lambda p, b: b"\xff\x03\x02\x81" + labels(16) + p),
    "pppd": Wrapping(166, lambda p, b: bytes((b, 3)) + ppp(p), tshark=("",)),
    "ppp-direction": Wrapping(204, lambda p, b: bytes((b,)) + b"\xff\x03" + ppp(p)),
    "cisco-hdlc": Wrapping(104, lambda p, b: struct.pack(">HH", 0x0F00, kind_of(p)) + p),
    "frame-relay": Wrapping(107, lambda p, b: b"\x18\x41\x03" + (b"\xcc" if p[0] >> 4 == 4 else b"\x8e") + p),
    "frame-relay-snap": Wrapping(107, lambda p, b: b"\x18\x41\x03\0\x80\0\0\0" + struct.pack(">H", kind_of(p)) + p),
    "802.11": Wrapping(105, lambda p, b: wlan(p)),
    "802.11-qos": Wrapping(105, lambda p, b: wlan(p, first=0x88, more=b"\0\0")),
    "802.11-bridge": Wrapping(105, lambda p, b: wlan(p, flags=3, more=MACS[:6])),
    "radiotap": Wrapping(127, lambda p, b: radiotap(wlan(p))),
    "prism": Wrapping(119, lambda p, b: struct.pack("<II", 0x44, 144) + bytes(136) + wlan(p)),
    "avs": Wrapping(163, lambda p, b: struct.pack(">II", 0x80211001, 64) + bytes(56) + wlan(p)),
    "ppi": Wrapping(192, lambda p, b: struct.pack("<BBHI", 0, 0, 8, 1) + frame(p)),
    "llc-ip": Wrapping(1, lambda p, b: MACS + struct.pack(">H", len(p) + 3) + b"\x06\x06\x03" + p, six=False),
    "token-ring": Wrapping(6, lambda p, b: b"\x10\x40" + MACS + snap(p)),
    "fddi": Wrapping(10, lambda p, b: b"\x50" + MACS + snap(p)),
    "atm": Wrapping(100, lambda p, b: snap(p)),
    "firewire": Wrapping(138, lambda p, b: bytes(16) + struct.pack(">H", kind_of(p)) + p),
    "pflog": Wrapping(117, lambda p, b: bytes((61, 2 if p[0] >> 4 == 4 else 24)) + bytes(62) + p),
    "enc": Wrapping(109, lambda p, b: struct.pack("<III", 2 if p[0] >> 4 == 4 else 24, 1, 1) + p),
    "infiniband": Wrapping(242, lambda p, b: bytes(40) + struct.pack(">HH", kind_of(p), 0) + p),
    "broadcom": Wrapping(281, lambda p, b: MACS + bytes(4) + struct.pack(">H", kind_of(p)) + p, tshark=("",)),
    "nflog": Wrapping(239, lambda p, b: bytes((2 if p[0] >> 4 == 4 else 10, 0, 0, 5)) + struct.pack("<HH", 7, 10)
                      + b"ab\0\0" + struct.pack("<HH", len(p) + 4, 9) + p),
    "vn-tag": Wrapping(1, lambda p, b: ethernet(0x8926, bytes(4) + struct.pack(">HHH", 0x8100, 9, kind_of(p)) + p),
                       vlan=(9, 0)),
    "hsr": Wrapping(1, lambda p, b: ethernet(0x892F, struct.pack(">HHH", len(p), 1, kind_of(p)) + p)),
    "r-tag": Wrapping(1, lambda p, b: ethernet(0xF1C1, bytes(4) + struct.pack(">H", kind_of(p)) + p)),
    "metadata": Wrapping(1, lambda p, b: ethernet(0x8909, struct.pack(">BBHHH", 1, 1, 1, 5, kind_of(p)) + p)),
    "trill": Wrapping(1, lambda p, b: ethernet(0x22F3, struct.pack(">HHH", 3, 1, 2) + frame(p, 12), 3), vlan=(12, 0)),
    "fabric-path": Wrapping(1, lambda p, b: ethernet(0x8903, struct.pack(">H", 1 << 6 | 3) + frame(p, 12)),
                            vlan=(12, 0)),
    "bridged": Wrapping(1, lambda p, b: ethernet(0x6558, frame(p)), tshark=("",)),
    "nsh": Wrapping(1, lambda p, b: ethernet(
        0x894F, struct.pack(">HBBI", 0x0FC2, 2, 1 if p[0] >> 4 == 4 else 2, 1 << 8 | 255) + p)),
    "802.1ah": Wrapping(1, lambda p, b: ethernet(0x88E7, struct.pack(">I", 5001) + frame(p, 5), 100),
                        tunnel="802.1ah 5001", vni=5001, vlan=(5, 0)),
    # tunnels over IP
    "ah": Wrapping(1, lambda p, b: frame(authenticated(p)), six=False),
    "ipip": Wrapping(1, lambda p, b: over(4, p, b), f"ipip {ENDS4}", around=1, six=False),
    "4in6": Wrapping(1, lambda p, b: over(4, p, b, OUTER6), f"ipip {ENDS6}", around=1, six=False),
    "6in4": Wrapping(1, lambda p, b: over(41, p, b), f"6in4 {ENDS4}", around=1, six=True),
    "6in6": Wrapping(1, lambda p, b: over(41, p, b, OUTER6), f"6in4 {ENDS6}", around=1, six=True),
    "etherip": Wrapping(1, lambda p, b: over(97, b"\x30\0" + frame(p, 8), b), f"etherip {ENDS4}", vlan=(8, 0),
                        around=1),
    "gre": Wrapping(1, lambda p, b: over(47, gre(kind_of(p), p), b), f"gre {ENDS4}", around=1),
    "gre-full": Wrapping(1, lambda p, b: over(47, gre(kind_of(p), p, key=77, checksum=True, number=3), b, OUTER6),
                         f"gre 77 {ENDS6}", around=1),
    "gre-bridge": Wrapping(1, lambda p, b: over(47, gre(0x6558, frame(p, 6), key=0), b), f"gre 0 {ENDS4}",
                           vlan=(6, 0), around=1),
    "gre-mpls": Wrapping(1, lambda p, b: over(47, gre(0x8847, labels(30) + p), b), f"gre {ENDS4}", around=1),
    "pptp": Wrapping(1, lambda p, b: over(47, struct.pack(">HHHHI", 0x3001, 0x880B, len(p) + 4, 5 + b, 1)
                                          + b"\xff\x03" + ppp(p), b), f"gre {ENDS4}", around=1),
    "pptp-ack": Wrapping(1, lambda p, b: over(47, struct.pack(">HHHHII", 0x3081, 0x880B, len(p) + 2, 5 + b, 1, 1)
                                              + ppp(p), b), f"gre {ENDS4}", around=1),
    "erspan-1": Wrapping(1, lambda p, b: over(47, gre(0x88BE, frame(p)), b), f"gre {ENDS4}", around=1, tshark=("",)),
    "erspan-2": Wrapping(1, lambda p, b: over(47, gre(0x88BE, struct.pack(">HHI", 0x1000 | 33, 5, 0) + frame(p),
                                                      number=1), b), f"erspan {ENDS4}", vlan=(33, 0), around=1),
    "erspan-2-tagged": Wrapping(1, lambda p, b: over(47, gre(0x88BE, struct.pack(">HHI", 0x1000 | 33, 5, 0)
                                                             + frame(p, 44), number=1), b),
                                f"erspan {ENDS4}", vlan=(44, 0), around=1),
    "erspan-3": Wrapping(1, lambda p, b: over(47, gre(0x22EB, struct.pack(">HHIHH", 0x2000 | 33, 5, 9, 0, 0) + frame(p),
                                                      number=1), b), f"erspan {ENDS4}", vlan=(33, 0), around=1),
    "erspan-3-long": Wrapping(1, lambda p, b: over(47, gre(0x22EB, struct.pack(">HHIHHQ", 0x2000 | 33, 5, 9, 0, 1, 0)
                                                           + frame(p), number=1), b),
                              f"erspan {ENDS4}", vlan=(33, 0), around=1),
    "mpls-in-ip": Wrapping(1, lambda p, b: over(137, labels(16) + p, b), f"mpls-in-ip {ENDS4}", around=1),
    "mpls-in-udp": Wrapping(1, lambda p, b: datagram(6635, labels(16) + p, b), f"mpls-in-ip {ENDS4}", around=1),
    "vxlan": Wrapping(1, lambda p, b: datagram(4789, vxlan(frame(p)), b), f"vxlan 5001 {ENDS4}", 5001, around=1),
    "vxlan-vlan": Wrapping(1, lambda p, b: datagram(4789, vxlan(frame(p, 5, 6), 16777215), b, OUTER6),
                           f"vxlan 16777215 {ENDS6}", 16777215, (5, 6), 1),
    "vxlan-linux": Wrapping(1, lambda p, b: datagram(8472, vxlan(frame(p)), b), f"vxlan 5001 {ENDS4}", 5001, around=1,
                            tshark=("-d", "udp.port==8472,vxlan")),
    "vxlan-gpe": Wrapping(1, lambda p, b: datagram(4790, struct.pack(
        ">BHBI", 0x0C, 0, 1 if p[0] >> 4 == 4 else 2, 5001 << 8) + p, b), f"vxlan-gpe 5001 {ENDS4}", 5001, around=1),
    "vxlan-gpe-nsh": Wrapping(1, lambda p, b: datagram(4790, struct.pack(">BHBI", 0x0C, 0, 4, 7 << 8) + struct.pack(
        ">HBBI", 0x0FC2, 2, 3, 1 << 8 | 255) + frame(p), b), f"vxlan-gpe 7 {ENDS4}", 7, around=1),
    "geneve": Wrapping(1, lambda p, b: datagram(6081, geneve(0x6558, frame(p, 4)), b), f"geneve 5001 {ENDS4}", 5001,
                       (4, 0), 1),
    "geneve-options": Wrapping(1, lambda p, b: datagram(6081, geneve(
        kind_of(p), p, options=struct.pack(">HBBI", 0x0102, 1, 1, 9) * 3), b), f"geneve 5001 {ENDS4}", 5001, around=1),
    "gtp": Wrapping(1, lambda p, b: datagram(2152, gtp(p, b), b), f"gtp-u {ENDS4}", around=1),
    "gtp-number": Wrapping(1, lambda p, b: datagram(2152, gtp(p, b, 2, HEAD_GTP), b), f"gtp-u {ENDS4}", around=1),
    "gtp-extensions": Wrapping(1, lambda p, b: datagram(2152, gtp(p, b, 4, struct.pack(">HBB", 0, 0, 0x85)
                                                                  + b"\x01\x10\x09\xc0\x01\0\0\0"), b),
                               f"gtp-u {ENDS4}", around=1),
    "teredo": Wrapping(1, lambda p, b: over(17, udp(3544, 3797, p) if b else udp(3797, 3544, p), b), f"teredo {ENDS4}",
                       around=1, six=True),
    "teredo-headers": Wrapping(1, lambda p, b: over(17, udp(3544, 3797, b"\0\1\2\3idval" + bytes(9) + b"\0\0"
                                                            + bytes(6) + p) if b else udp(3797, 3544, b"\0\1\0\0"
                                                                                           + bytes(9) + p), b),
                               f"teredo {ENDS4}", around=1, six=True),
    "ayiya": Wrapping(1, lambda p, b: over(17, (udp(5072, 4000, AYIYA + p) if b else udp(4000, 5072, AYIYA + p)), b),
                      f"ayiya {ENDS4}", around=1, six=True),
    "l2tp": Wrapping(1, lambda p, b: over(17, udp(1701, 1701, struct.pack(">HHHHHH", 0x4802, len(p) + 16, 4, 5, 1, 1)
                                                  + b"\xff\x03" + ppp(p)), b), f"l2tp {ENDS4}", around=1),
    # one in the other
    "vxlan-in-gre": Wrapping(1, lambda p, b: over(47, gre(kind_of(b"\x45"), datagram(4789, vxlan(frame(p)), b)[14:]), b,
                                                  OUTER6), f"vxlan 5001 {ENDS4}, gre {ENDS6}", 5001, around=2),
    "vxlan-in-mpls": Wrapping(1, lambda p, b: ethernet(0x8847, labels(20) + datagram(4789, vxlan(frame(p)), b)[14:], 3),
                              f"vxlan 5001 {ENDS4}", 5001, around=1),
    "ipip-in-ipip": Wrapping(1, lambda p, b: over(4, over(4, p, b)[14:], b), f"ipip {ENDS4}, ipip {ENDS4}", around=2,
                             six=False),
}  # fmt: skip
AYIYA = struct.pack(">BBBBI", 0x42, 0x52, 0x11, 41, 1_700_000_000) + bytes(16 + 20)
