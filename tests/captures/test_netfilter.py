"""Lines of the kernel's log: one packet each, refused or not as its rule's prefix says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from records_forge import SECOND, fed, pairs, record_formats

NINE = int(datetime(2026, 11, 27, 9, tzinfo=UTC).timestamp()) * SECOND
HEAD = "2026-11-27T10:00:00+01:00 gw kernel: [48121.398591] "
TCP = (
    "IN=eth0 OUT=eth1 MAC=00:19:66:6f:fc:36:00:26:cb:d4:f9:d9:08:00 SRC=192.0.2.9 DST=10.0.0.5 LEN=60 TOS=0x00"
    " PREC=0x00 TTL=46 ID=20340 DF PROTO=TCP SPT=33114 DPT=22 WINDOW=5840 RES=0x00 {flags}URGP=0 "
)
SYN = TCP.format(flags="SYN ")


def test_a_refused_syn() -> None:
    sink, problem = fed("netfilter", f"{HEAD}[UFW BLOCK] {SYN}\n")
    (row,) = sink.rows()
    assert problem is None
    assert pairs(row) == ("192.0.2.9", 33114, "10.0.0.5", 22, 6)
    assert (row["first"], row["last"], row["packets"], row["bytes"], row["number"]) == (NINE, NINE, 1, 60, 1)
    assert row["tells"] == {"SYN_AB", "REFUSED_AB"}
    assert row["flags"] == -1
    assert row["point"] == ("gw", "[UFW BLOCK]", "eth0", "eth1")
    assert sink.notes == []


@pytest.mark.parametrize(
    ("prefix", "refused"),
    [
        ("[UFW BLOCK] ", True), ("DROP: ", True), ("fw-reject", True), ("INPUT_DENY ", True),
        ("iptables denied: ", True),
        ("[UFW ALLOW] ", False), ("ACCEPT ", False), ("Inbound ", False), ("", False), ("RAINDROPS ", False),
        ("accept-then-drop ", False),
    ],
)  # fmt: skip
def test_prefixes(prefix: str, refused: bool) -> None:
    sink, _ = fed("netfilter", f"{HEAD}{prefix}{SYN}\n")
    (row,) = sink.rows()
    assert row["tells"] == {"SYN_AB", "REFUSED_AB" if refused else "ONE_WAY"}


@pytest.mark.parametrize(
    ("flags", "tells"),
    [
        ("ACK SYN ", {"SYNACK_AB"}), ("ACK ", set()), ("ACK RST ", {"RST_AB"}), ("ACK FIN ", {"FIN_AB"}),
        ("ACK PSH ", set()), ("", set()), ("CWR ECE SYN ", {"SYN_AB"}),
    ],
)  # fmt: skip
def test_flags(flags: str, tells: set[str]) -> None:
    sink, _ = fed("netfilter", f"{HEAD}seen {TCP.format(flags=flags)}\n")
    (row,) = sink.rows()
    assert row["tells"] == tells | {"ONE_WAY"}


def test_an_answer_crosses_the_same_point() -> None:
    back = SYN.replace("IN=eth0 OUT=eth1", "IN=eth1 OUT=eth0")
    sink, _ = fed("netfilter", f"{HEAD}x {SYN}\n{HEAD}x {back}\n{HEAD}y {SYN}\n")
    points = [row["point"] for row in sink.rows()]
    assert points[0] == points[1] != points[2]


PACKETS = {
    "IN=ppp0 OUT= MAC= SRC=10.46.148.170 DST=78.141.177.16 LEN=84 TOS=0x00 PREC=0x00 TTL=54 ID=65076 DF PROTO=ICMP"
    " TYPE=8 CODE=0 ID=256 SEQ=8403": (("10.46.148.170", 256, "78.141.177.16", 0x800, 1), 1, 84, {"ONE_WAY"}),
    "IN= OUT=eth0 SRC=2001:db8::1 DST=2001:db8::2 LEN=104 TC=0 HOPLIMIT=64 FLOWLBL=0 PROTO=ICMPv6 TYPE=129 CODE=0 ID=9"
    " SEQ=1": (("2001:db8::1", 9, "2001:db8::2", 129 << 8, 58), 1, 104, {"ONE_WAY"}),
    "IN=eth0 OUT= MAC=ff SRC=10.0.0.1 DST=10.0.0.255 LEN=78 TOS=0x00 PREC=0x00 TTL=64 ID=1 PROTO=UDP SPT=137 DPT=137"
    " LEN=58 MARK=0x1": (("10.0.0.1", 137, "10.0.0.255", 137, 17), 1, 78, {"ONE_WAY"}),
    "IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 LEN=100 TOS=0x00 PREC=0x00 TTL=64 ID=1 PROTO=ESP SPI=0x1234":
        (("10.0.0.1", 0, "10.0.0.2", 0, 50), 1, 100, {"ONE_WAY"}),
    "IN=eth0 OUT= SRC=10.0.0.1 DST=224.0.0.18 LEN=40 TOS=0x00 PREC=0x00 TTL=255 ID=1 PROTO=112":
        (("10.0.0.1", 0, "224.0.0.18", 0, 112), 1, 40, {"ONE_WAY"}),
    # an error tells of the packet that it quotes: 10.0.0.7 was told that its datagram did not arrive
    "IN=eth0 OUT= SRC=192.0.2.1 DST=10.0.0.7 LEN=121 TOS=0x00 PREC=0x00 TTL=112 ID=53273 PROTO=ICMP TYPE=3 CODE=3"
    " [SRC=10.0.0.7 DST=192.0.2.8 LEN=93 TOS=0x00 PREC=0x00 TTL=45 ID=0 DF PROTO=UDP SPT=6881 DPT=53 LEN=73 ] MTU=1500":
        (("10.0.0.7", 6881, "192.0.2.8", 53, 17), 0, 0, {"ICMP_ERROR_AB", "UNREACHABLE", "ONE_WAY"}),
    "IN=eth0 OUT= SRC=192.0.2.1 DST=10.0.0.7 LEN=56 TOS=0x00 PREC=0x00 TTL=112 ID=53273 PROTO=ICMP TYPE=11 CODE=0"
    " [SRC=10.0.0.7 DST=192.0.2.8 LEN=60 TOS=0x00 PREC=0x00 TTL=1 ID=0 DF PROTO=TCP SPT=5000 DPT=80 SEQ=1 ACK=0"
    " WINDOW=1 RES=0x00 SYN URGP=0 ] ": (("10.0.0.7", 5000, "192.0.2.8", 80, 6), 0, 0, {"ICMP_ERROR_AB", "ONE_WAY"}),
}  # fmt: skip


@pytest.mark.parametrize("packet", PACKETS)
def test_packets(packet: str) -> None:
    ends, packets, size, tells = PACKETS[packet]
    sink, _ = fed("netfilter", f"{HEAD}seen {packet}\n")
    (row,) = sink.rows()
    assert (pairs(row), row["packets"], row["bytes"], row["tells"]) == (ends, packets, size, tells)


def test_vlan_of_a_bridge() -> None:
    line = SYN.replace(
        "SRC=192", "MACSRC=00:01:02:03:04:05 MACDST=00:01:02:03:04:06 MACPROTO=8100 VPROTO=8100 VID=42 SRC=192"
    )
    sink, _ = fed("netfilter", f"{HEAD}{line}\n")
    assert sink.rows()[0]["vlans"] == 42 << 12


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("[Fri Nov 27 09:00:00 2026] x ", ("", "x")),
        ("2026-11-27 09:00:00.000000000 <4>NETFILTER drop ", ("", "<4>NETFILTER drop")),
        ("<4>1 2026-11-27T09:00:00Z gw kernel - - - [ 12.34] lan-drop ", ("gw", "lan-drop")),
        ("Nov 27 2026 09:00:00 gw kernel[0]: [12.5] lan", ("gw", "lan")),
    ],
)
def test_headers(head: str, wanted: tuple[str, str]) -> None:
    sink, _ = fed("netfilter", f"{head}{SYN}\n")
    (row,) = sink.rows()
    assert (row["first"], row["point"][:2]) == (NINE, wanted)


LEFT = {
    "IN=eth0 OUT= MAC=ff ARP HTYPE=1 PTYPE=0x0800 OPCODE=1": "record-not-ip",
    "nothing of the sort": "other-record",
    "IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 LEN=100 TOS=0x00 PREC=0x00 TTL=64 ID=1 FRAG:185 PROTO=UDP ": "fragment",
    "IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 LEN=100 TOS=0x00 PREC=0x00 TTL=64 ID=1 PROTO=UDP SPT=5": "record-malformed",
    "IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 LEN=1 PROTO=TCP SPT=70000 DPT=1": "record-malformed",
    "IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.300 LEN=1 PROTO=TCP SPT=7 DPT=1": "record-malformed",
    "IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.3 LEN=1 PROTO=NOSUCH SPT=7 DPT=1": "record-malformed",
    "IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.3 LEN=99999999999 PROTO=TCP SPT=7 DPT=1": "record-malformed",
    "IN=eth0 OUT= SRC=10.0.0.1": "record-malformed",
    "IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 LEN=56 PROTO=ICMP TYPE=5 CODE=1 GATEWAY=10.0.0.9"
    " [SRC=10.0.0.2 DST=8.8.8.8 LEN=60 PROTO=UDP SPT=1 DPT=2 ]": "icmp-error-record",
    "IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 LEN=56 PROTO=ICMP TYPE=3 CODE=1 ": "icmp-error-record",
    "IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 LEN=56 PROTO=ICMP TYPE=3 CODE=1 [SRC=10.0.0.2 DST=8.8.8.8 LEN=":
        "icmp-error-record",
    "IN=" + "a" * 90_000 + " OUT= SRC=": "other-record",
    "IN=eth0 OUT= " + "xSRC=" * 20_000: "record-not-ip",
    "IN=eth0 OUT= " + " SRC=" * 20_000: "record-malformed",
    "IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 " + "[" * 50_000: "record-malformed",
    "\x00\x7f IN=eth0 OUT= SRC=": "record-malformed",
}  # fmt: skip


def test_what_is_left_is_counted_by_its_reason() -> None:
    for line, reason in LEFT.items():
        sink, problem = fed("netfilter", f"{HEAD}{line}\n")
        assert (sink.added, dict(sink.left), problem) == (0, {reason: 1}, None), line[:80]
    sink, _ = fed("netfilter", "".join(f"{HEAD}{line}\n" for line in LEFT) + f"{HEAD}{SYN}")
    assert (sink.added, sink.total) == (1, len(LEFT) + 1)
    assert sink.rows()[0]["number"] == len(LEFT) + 1


def test_uptime_alone_is_no_date() -> None:
    sink, _ = fed("netfilter", f"[   83.641030] x {SYN}\n")
    assert (sink.added, sink.left) == (0, {"record-malformed": 1})
    assert "1 line without a date" in sink.said()


def test_latin_1_in_a_prefix_does_not_matter() -> None:
    sink, _ = fed("netfilter", f"{HEAD}refus\xe9 {SYN}\n".encode("latin-1"))
    assert sink.added == 1


def test_recognition() -> None:
    recognises = record_formats()["netfilter"].recognises
    assert recognises(f"x\n{HEAD}{SYN}\n".encode())
    assert not recognises(b"IN=eth0 OUT= and nothing\n")
