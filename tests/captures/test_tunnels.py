"""Every encapsulation: what is inside is a conversation of its own, beside tshark's and as written by hand."""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import captures_wrapped as wrapped
import pytest
from captures_forge import START, enhanced, interface, pcap, read_bytes, rows, section
from captures_wrapped import WRAPPINGS, datagram, ethernet, frame, geneve, gre, ip, over, tcp, udp, vxlan

from cloison.captures import tunnels
from cloison.flows.auditing.entries import carried
from cloison.flows.table import Capture

C4, S4, C6, S6 = "10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8::2"
TSHARK = shutil.which("tshark")
FIELDS = ("frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "udp.srcport",
          "udp.dstport", "ip.len", "ipv6.plen")  # fmt: skip
PACKETS = 40
TOLD = [name for name, case in WRAPPINGS.items() if case.tshark != ("",)]


def packet(six: bool, back: bool = False, payload: bytes = b"hello") -> bytes:
    here, there = (C6, S6) if six else (C4, S4)
    ports = (514, 40000) if back else (40000, 514)
    return ip(there if back else here, here if back else there, 17, udp(*ports, payload))


def inside(capture: Capture) -> list[tuple[object, ...]]:
    """Return of each row its sides, packets, VLAN, VNI and the text of its tunnel."""
    source = capture.sources[0]
    table = capture.table
    return [
        (row["a"], row["b"], row["packets"], row["vlan"], int(table.vni[i]),
         carried(source, int(table.vni[i]), int(table.tunnel[i])))
        for i, row in enumerate(rows(capture))
    ]  # fmt: skip


CASES = [(name, six) for name, case in WRAPPINGS.items() for six in (False, True) if case.six in (None, six)]


@pytest.mark.parametrize(("name", "six"), CASES, ids=[f"{name}-{6 if six else 4}" for name, six in CASES])
def test_what_is_inside_is_one_conversation(tmp_path: Path, name: str, six: bool) -> None:
    case = WRAPPINGS[name]
    data = [(START, case.wrap(packet(six), False)), (START + 1, case.wrap(packet(six, True, b"bye"), True))]
    capture = read_bytes(tmp_path, pcap(data, link=case.link))
    assert (capture.ledger, capture.sources[0].inside) == ({}, {})
    here, there = (C6, S6) if six else (C4, S4)
    (found,) = [row for row in inside(capture) if row[0] == (here, 40000)]
    assert found == ((here, 40000), (there, 514), (1, 1), case.vlan, case.vni, case.tunnel)
    around = [row for row in inside(capture) if row is not found and row[0] != (here, 40000)]
    assert capture.sources[0].carried == sum(sum(row[2]) for row in around) == case.around * 2  # type: ignore[call-overload]
    assert {end[0] for row in around for end in row[:2]} <= {*wrapped.OUTER4, *wrapped.OUTER6}  # type: ignore[index]
    assert capture.table.packet.tolist() == sorted(capture.table.packet.tolist())
    (at,) = [at for at, row in enumerate(rows(capture)) if row["a"] == (here, 40000)]
    size = len(packet(six)) + (24 if name == "ah" else 0)
    assert (capture.table.bytes_ab[at], capture.table.bytes_ba[at] + 2) == (size, size)


def forged(dice: random.Random, six: bool) -> tuple[bytes, bool]:
    """Return a packet between few hosts and ports, and whether it goes back."""
    one, other = dice.sample(range(1, 5), 2)
    ends = [f"2001:db8::{end}" if six else f"10.0.0.{end}" for end in (one, other)]
    ports = dice.choice((40000, 40001)), dice.choice((443, 7777))
    back = one > other
    payload = bytes(dice.randrange(30))
    kind, transport = dice.choice(((6, tcp), (17, udp)))
    return ip(*ends, kind, transport(*(ports[::-1] if back else ports), payload)), back


def framed(name: str) -> list[tuple[int, bytes]]:
    """Return the same forty packets at every run, wrapped in an encapsulation."""
    case, dice = WRAPPINGS[name], random.Random(name)
    made = [forged(dice, dice.random() < 0.5 if case.six is None else case.six) for _ in range(PACKETS)]
    return [(START + at, case.wrap(*one)) for at, one in enumerate(made)]


@pytest.mark.skipif(TSHARK is None and "CLOISON_CI" not in os.environ, reason="tshark is not installed")
@pytest.mark.parametrize("name", TOLD)
def test_conversations_inside_are_those_of_tshark(tmp_path: Path, name: str, told: Mapping[str, list[str]]) -> None:
    assert TSHARK is not None, "in CI tshark must be there"
    capture = read_bytes(tmp_path, pcap(framed(name), link=WRAPPINGS[name].link))
    wanted = _counted(told[name])
    here: Counter[tuple[object, ...]] = Counter()
    deepest = max(capture.table.tunnel.tolist())
    for tunnel, row in zip(capture.table.tunnel.tolist(), rows(capture), strict=True):
        if tunnel != deepest:
            continue
        for side, (one, other) in enumerate((("a", "b"), ("b", "a"))):
            key = (row[one], row[other], row["protocol"])
            here[key] += row["packets"][side]  # type: ignore[index]
            here[*key, "bytes"] += row["bytes"][side]  # type: ignore[index]
    assert sum(count for key, count in wanted.items() if len(key) == 3) == PACKETS
    assert +here == wanted


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """Return what tshark says of the packets of every encapsulation: started once for all that take its options."""
    path = tmp_path_factory.mktemp("tshark") / "a.pcapng"
    said: dict[str, list[str]] = {}
    for options in {WRAPPINGS[name].tshark for name in TOLD}:
        names = [name for name in TOLD if WRAPPINGS[name].tshark == options]
        blocks = [section(), *(interface(WRAPPINGS[name].link) for name in names)]
        blocks += [enhanced(place, when - START, data)
                   for place, name in enumerate(names) for when, data in framed(name)]  # fmt: skip
        path.write_bytes(b"".join(blocks))
        words = [str(TSHARK), "-n", "-r", str(path), "-T", "fields", "-E", "occurrence=a", *options]
        for field in FIELDS:
            words += ["-e", field]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
        lines = done.stdout.splitlines()
        assert len(lines) == PACKETS * len(names)
        said |= {name: lines[place * PACKETS : (place + 1) * PACKETS] for place, name in enumerate(names)}
    return said


def _counted(lines: list[str]) -> Counter[tuple[object, ...]]:
    """Return the packets and bytes of the innermost packets, as tshark tells them."""
    wanted: Counter[tuple[object, ...]] = Counter()
    for line in lines:
        said = dict(zip(FIELDS, line.split("\t"), strict=True))
        names = said["frame.protocols"].split(":")
        version = [name for name in names if name in ("ip", "ipv6")][-1]
        kind = [name for name in names if name in ("tcp", "udp")][-1]
        ends = [
            (said[f"{version}.{way}"].split(",")[-1], int(said[f"{kind}.{way}port"].split(",")[-1]))
            for way in ("src", "dst")
        ]
        key = (*ends, 6 if kind == "tcp" else 17)
        wanted[key] += 1
        size = said["ip.len"] if version == "ip" else said["ipv6.plen"]
        wanted[*key, "bytes"] += int(size.split(",")[-1]) + (40 if version == "ipv6" else 0)
    return wanted


def one_of(tmp_path: Path, *frames: bytes, link: int = 1, snap: int = 65535) -> tuple[Capture, dict[str, int]]:
    capture = read_bytes(tmp_path, pcap([(START + at, data) for at, data in enumerate(frames)], link=link, snap=snap))
    return capture, dict(capture.sources[0].inside)


def test_two_tenants_with_the_same_addresses_are_two(tmp_path: Path) -> None:
    frames = [datagram(4789, vxlan(frame(packet(False, back)), vni), back) for vni in (1, 2) for back in (False, True)]
    capture, _ = one_of(tmp_path, *frames)
    assert [row[2:] for row in inside(capture) if row[0] == (C4, 40000)] == [
        ((1, 1), (0, 0), 1, f"vxlan 1 {wrapped.ENDS4}"),
        ((1, 1), (0, 0), 2, f"vxlan 2 {wrapped.ENDS4}"),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (over(4, packet(False), False), over(4, packet(False), False, ("192.0.2.1", "192.0.2.3"))),
        (over(47, gre(0x0800, packet(False), key=1), False), over(47, gre(0x0800, packet(False), key=2), False)),
        (over(47, gre(0x0800, packet(False)), False), over(47, gre(0x0800, packet(False), key=0), False)),
        (over(4, packet(False), False), over(47, gre(0x0800, packet(False)), False)),
        (over(4, packet(False), False), ethernet(0x0800, over(4, packet(False), False)[14:], 9)),
        (over(4, packet(False), False), over(4, over(4, packet(False), False)[14:], False)),
        (over(4, packet(False), False), frame(packet(False))),
        (over(47, gre(0x6558, frame(packet(False))), False), over(47, gre(0x6558, frame(packet(False), 1)), False)),
    ],
    ids=["ends", "key", "no-key", "protocol", "vlan-outside", "depth", "no-tunnel", "vlan-inside"],
)
def test_another_tunnel_is_another_conversation(tmp_path: Path, one: bytes, other: bytes) -> None:
    capture, _ = one_of(tmp_path, one, other)
    found = [row for row in inside(capture) if row[0] == (C4, 40000)]
    assert len(found) == 2


LEFT = {
    "arp": datagram(4789, vxlan(ethernet(0x0806, bytes(28))), False),
    "stp": over(47, gre(0x6558, wrapped.MACS + b"\0\x26\x42\x42\x03" + bytes(35)), False),
    "ethertype": datagram(6081, geneve(0x88B8, bytes(20)), False),
    "ip-malformed": datagram(4789, vxlan(ethernet(0x0800, b"\x41" + bytes(40))), False),
    "transport-malformed": over(4, ip(C4, S4, 6, bytes(12)), False),
    "tunnel-payload": over(47, b"\x40\0\x08\0" + packet(False), False),  # with routing
    "tunnel-control": over(47, gre(0x2001, bytes(40)), False),
    "tunnel-truncated": over(47, b"\x30\0\x08", False),
    "ppp-control": over(17, udp(1701, 1701, b"\0\2\0\1\0\1\xff\x03\xc0\x21\1\1\0\4"), False),
    "ppp": over(47, gre(0x880B, b"\x00\xfd" + bytes(20)), False),
    "fragment": over(4, ip(C4, S4, 17, bytes(40), fragment=5), False),
    "macsec": datagram(4789, vxlan(ethernet(0x88E5, bytes(40))), False),
    "icmp-quote": over(4, ip(C4, S4, 1, b"\x03\x01" + bytes(10)), False),
}


@pytest.mark.parametrize("reason", LEFT)
def test_what_a_tunnel_carries_and_is_not_decoded_is_counted(tmp_path: Path, reason: str) -> None:
    capture, lost = one_of(tmp_path, LEFT[reason])
    assert (lost, capture.ledger) == ({reason: 1}, {})
    (row,) = rows(capture)
    assert {row["a"][0], row["b"][0]} == set(wrapped.OUTER4)  # type: ignore[index]


ALONE = {
    "not-vxlan": datagram(4789, bytes(40), False),
    "not-geneve": datagram(6081, b"\xff" * 40, False),
    "gtp-echo": datagram(2152, b"\x32\x01\0\4" + bytes(8), False),
    "l2tp-control": over(17, udp(1701, 1701, b"\xc8\x02\0\x0c" + bytes(8)), False),
    "teredo-other": over(17, udp(3544, 9, b"\xff" * 30), False),
    "ayiya-other": over(17, udp(9, 5072, bytes(30)), False),
    "esp": over(50, bytes(range(60)), False),
    "from-4789": over(17, udp(4789, 53, vxlan(frame(packet(False)))), False),
}


@pytest.mark.parametrize("name", ALONE)
def test_what_is_no_tunnel_is_a_conversation_alone(tmp_path: Path, name: str) -> None:
    capture, lost = one_of(tmp_path, ALONE[name])
    assert (len(capture.table), lost, capture.ledger, capture.sources[0].tunnels) == (1, {}, {}, ())


LINKS = {
    "ppp-control": (9, b"\xff\x03\xc0\x21\1\1\0\4"),
    "ppp": (9, b"\xff\x03\0\x3d" + bytes(20)),
    "ethertype": (9, b"\xff\x03\0\x2b" + bytes(20)),
    "pppoe": (1, ethernet(0x8864, struct.pack(">BBHH", 0x11, 0, 1, 2000) + bytes(40))),
    "mpls": (1, ethernet(0x8847, wrapped.labels(16) + b"\x90" * 20)),
    "tunnel-control": (1, ethernet(0x8847, wrapped.labels(16) + b"\x10\0\0\x21" + bytes(20))),
    "wlan-control": (105, b"\x80\0" + bytes(40)),
    "wlan-protected": (105, wrapped.wlan(packet(False), flags=0x41)),
    "wlan-data": (105, wrapped.wlan(packet(False), first=0x88, more=b"\x80\0")),  # an aggregate
    "frame-damaged": (127, struct.pack("<BBHIB", 0, 0, 9, 2, 0x50) + wrapped.wlan(packet(False))),
    "link-type": (127, struct.pack("<BBHI", 0, 0, 8, 1 << 31) + bytes(20)),
    "frame-truncated": (1, ethernet(0x88E7, bytes(3))),
    "ethernet-tunnel": (1, ethernet(0x894F, struct.pack(">HBBI", 0x0FC2, 2, 9, 0) + bytes(20))),
    "llc": (107, b"\x18\x41\x03\x99" + bytes(20)),
}


@pytest.mark.parametrize("reason", LINKS)
def test_what_a_link_carries_and_is_not_decoded_is_counted(tmp_path: Path, reason: str) -> None:
    link, data = LINKS[reason]
    capture, lost = one_of(tmp_path, data, link=link)
    assert (capture.ledger, lost, len(capture.table)) == ({reason: 1}, {}, 0)


def test_fragments_of_802_11_are_counted(tmp_path: Path) -> None:
    frames = [wrapped.wlan(packet(False), flags=5), wrapped.wlan(packet(False), part=1)]
    assert one_of(tmp_path, *frames, link=105)[0].ledger == {"wlan-data": 2}


def test_the_longest_header_of_802_11_is_cut(tmp_path: Path) -> None:
    """Of quality of service with HT control (IEEE 802.11-2020, 9.2.4.6): 30 bytes, cut wherever."""
    frame = wrapped.wlan(packet(False), first=0x88, flags=0x81, more=bytes(6))
    assert one_of(tmp_path, frame, link=105)[0].ledger == {}
    cut = [frame[:size] for size in range(30)]
    assert one_of(tmp_path, *cut, link=105)[0].ledger == {"frame-truncated": 30}


@pytest.mark.parametrize("name", [name for name, case in WRAPPINGS.items() if case.link == 1])
def test_every_snap_length(tmp_path: Path, name: str) -> None:
    """Whatever is cut, each packet is in one place, and what is inside is found as soon as its ports were kept."""
    case = WRAPPINGS[name]
    data = case.wrap(packet(case.six is True), False)
    every = b"".join(pcap([(START, data)], snap=snap)[24:] for snap in range(1, len(data) + 1))
    capture = read_bytes(tmp_path, pcap([]) + every)
    (found,) = [row for row in rows(capture) if row["b"][1] == 514]  # type: ignore[index]
    assert found["packets"] == (10, 0)
    assert found["bytes"] == (10 * (len(packet(case.six is True)) + 24 * (name == "ah")), 0)
    assert "TRUNCATED" in found["evidence"]  # type: ignore[operator]


def test_fragments_of_a_tunnel(tmp_path: Path) -> None:
    """The first one holds the headers of what is inside; the others are counted with it, or lost with it."""
    inner = packet(False, payload=bytes(1000))
    for protocol, payload in ((47, gre(0x0800, inner)), (17, udp(50000, 4789, vxlan(frame(inner)))), (4, inner)):
        parts = [
            frame(ip(*wrapped.OUTER4, protocol, payload[:800], fragment=0x2000)),
            frame(ip(*wrapped.OUTER4, protocol, payload[800:], fragment=100)),
        ]
        capture, lost = one_of(tmp_path, *parts)
        outer, within = rows(capture)
        assert (outer["packets"], within["packets"]) == ((2, 0), (1, 0))
        assert within["bytes"] == (len(inner), 0)
        assert (lost, capture.ledger) == ({}, {})
        capture, lost = one_of(tmp_path, parts[1])
        assert (lost, capture.ledger, len(capture.table)) == ({}, {"fragment": 1}, 0)


def test_fragments_inside_a_tunnel_are_those_of_that_tunnel(tmp_path: Path) -> None:
    parts = [
        ip(C4, S4, 17, udp(40000, 514, bytes(100))[:64], fragment=0x2000),
        ip(C4, S4, 17, bytes(44), fragment=8),
    ]
    frames = [datagram(4789, vxlan(frame(parts[0]), 1), False), datagram(4789, vxlan(frame(parts[1]), 2), False),
              datagram(4789, vxlan(frame(parts[1]), 1), False)]  # fmt: skip
    capture, lost = one_of(tmp_path, *frames)
    assert lost == {"fragment": 1}
    assert [row[2] for row in inside(capture) if row[4] == 1] == [(2, 0)]


def test_an_error_inside_a_tunnel_belongs_to_what_it_quotes_there(tmp_path: Path) -> None:
    error = ip("10.0.0.254", C4, 1, b"\x03\x01" + bytes(6) + packet(False)[:28])
    frames = [over(4, packet(False), False), over(4, error, True), frame(error)]
    capture, _ = one_of(tmp_path, *frames)
    found = [(row["packets"], row["errors"]) for row in rows(capture) if row["a"] == (C4, 40000)]
    assert found == [((1, 0), 1), ((0, 0), 1)]


def test_nesting_is_bounded(tmp_path: Path) -> None:
    data = packet(False)
    for _ in range(40):
        data = over(4, data, False)[14:]
    capture, lost = one_of(tmp_path, frame(data))
    assert (len(capture.table), lost) == (16, {"layer-depth": 1})
    assert len(capture.sources[0].tunnels) == 15


def test_tunnels_are_bounded_and_what_is_in_more_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnels, "MOST_TUNNELS", 4)
    frames = [datagram(4789, vxlan(frame(packet(False)), vni), False) for vni in (1, 2, 3, 4, 5, 6, 2)]
    capture, lost = one_of(tmp_path, *frames)
    assert lost == {"tunnels": 2}
    assert [(tunnel.vni, tunnel.protocol) for tunnel in capture.sources[0].tunnels] == [
        (1, "vxlan"), (2, "vxlan"), (3, "vxlan"), (4, "vxlan"),
    ]  # fmt: skip


def test_more_packets_than_records(tmp_path: Path) -> None:
    """A batch of records that gives several packets each is counted in parts, and packets keep their numbers."""
    one = over(4, over(4, over(4, packet(False), False)[14:], False)[14:], False)
    plain = frame(ip("10.9.9.9", S4, 17, udp(9, 514, b"")))
    number = 5000
    capture, _ = one_of(tmp_path, *[one] * number, plain)
    assert [(row["packets"], row["packet"]) for row in rows(capture)] == [((number, 0), 1)] * 4 + [((1, 0), number + 1)]
    assert capture.sources[0].carried == 3 * number
