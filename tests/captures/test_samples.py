"""sFlow datagrams made by hand: sampled headers are packets, each standing for as many as its rate says."""

from __future__ import annotations

import struct

import pytest
from exports_forge import A6, B6, EXPORTER, NS, UPTIME, A, B, addressed, decoded, detail, packed, sample, sflow
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.layers.vxlan import VXLAN

from cloison.captures.records import ANSWER, CLEAR, GUESSED, LOOKED
from cloison.captures.telling import RECOGNISERS

ETHER = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
TIME = 1_700_000_000 * NS


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("expanded", [False, True])
def test_a_sampled_header(fast: bool, expanded: bool) -> None:
    """An IP packet of 1400 bytes of which 64 bytes were kept, one in 512."""
    packet = bytes(ETHER / IP(src=A, dst=B, len=1400) / TCP(sport=40000, dport=443, flags="S"))
    datagram = sflow(sample(packet[:64], wire=1418, rate=512, expanded=expanded))
    found = decoded(datagram, fast=fast, time=TIME)
    assert found.only == {
        "source": A, "target": B, "ports": (40000, 443), "protocol": 6, "first": TIME, "last": TIME,
        "counts": (512, 1400 * 512), "sampled": 512, "number": 1, "point": 0, "tells": found.only["tells"],
    }  # fmt: skip
    assert {"SYN_AB", "TRUNCATED"} <= found.only["tells"]
    assert found.points == [(EXPORTER, 0, 0, "sflow 192.0.2.9 in")]


def test_a_raw_datagram_tells_the_time_of_its_agent() -> None:
    assert decoded(sflow(sample(bytes(ETHER / IP(src=A, dst=B) / UDP())))).only["first"] == UPTIME * 10**6


def test_headers_of_other_layers() -> None:
    """Bare IPv4 and IPv6 (11, 12), tagged Ethernet, and a protocol that is not known."""
    four, six = bytes(IP(src=A, dst=B) / UDP(sport=1000, dport=53)), bytes(IPv6(src=A6, dst=B6) / UDP())
    tagged = bytes(ETHER / Dot1Q(vlan=110) / IP(src=A, dst=B) / UDP())
    found = decoded(
        sflow(sample(four, protocol=11), sample(six, protocol=12), sample(tagged), sample(four, protocol=3))
    )
    assert [(record["source"], record.get("vlans", 0)) for record in found.records] == [(A, 0), (A6, 0), (A, 110 << 12)]
    assert found.left == {"link-type": 1}


WIRES = {entry.name: number for number, entry in enumerate(RECOGNISERS, 1)}


@pytest.mark.parametrize("fast", [False, True])
def test_what_a_sampled_payload_tells(fast: bool) -> None:
    """Of TCP every protocol is a guess, being none says nothing; a payload of which nothing was kept is not looked at.

    A ServerHello whose version is 0x0301 and suite 0xc014 (behind 32 bytes and an empty session), a request, an SNMP
    message of version 2c, and text.
    """
    hello = bytes.fromhex("160301002a 02 000026 0301") + bytes(32) + bytes.fromhex("00 c014 00")
    snmp = bytes.fromhex("3008 020101 0403 707562")
    ftp = b"PASS secret\r\n"
    segments = [
        (443, 40000, hello),
        (40000, 443, b"GET / HTTP/1.1\r\n"),
        (40000, 443, b"\xc3\xa9t\xc3\xa9"),
        (40000, 21, ftp),
    ]
    packets = [bytes(ETHER / IP(src=A, dst=B) / TCP(sport=s, dport=d, flags="A") / data) for s, d, data in segments]
    packets += [bytes(ETHER / IP(src=A, dst=B) / UDP(sport=40000, dport=161) / snmp)]
    packets += [packets[1][:54], bytes(ETHER / IP(src=A, dst=B) / TCP(flags="S"))]
    found = decoded(sflow(*map(sample, packets)), fast=fast)
    assert [record.get("wire", 0) for record in found.records] == [
        WIRES["tls"] | 0x0301 << 8 | 0xC014 << 24 | ANSWER | LOOKED | GUESSED,
        WIRES["http"] | LOOKED | GUESSED,
        LOOKED,
        WIRES["ftp"] | CLEAR | LOOKED | GUESSED,
        WIRES["snmp"] | 2 << 8 | LOOKED,
        0,
        0,
    ]


def test_a_tunnel_in_a_sample() -> None:
    """The tunnel is a record, and so is what it carries, which has the tunnel's network."""
    inner = IP(src=A, dst=B) / UDP(sport=1000, dport=53)
    outer = IP(src="10.255.0.1", dst="10.255.0.2") / UDP(sport=50000, dport=4789) / VXLAN(vni=5001, flags=8)
    found = decoded(sflow(sample(bytes(ETHER / outer / ETHER / inner), rate=10)))
    assert [(one["source"], one["counts"][0], one.get("vni", -1), one["number"]) for one in found.records] == [
        ("10.255.0.1", 10, -1, 1), (A, 10, 5001, 1),
    ]  # fmt: skip


def test_the_vlan_of_the_port() -> None:
    """What the switch says (format 1001) counts where the frame has no tag of its own."""
    switch = detail(1001, struct.pack(">4I", 120, 0, 130, 0))
    plain, tagged = bytes(ETHER / IP(src=A, dst=B) / UDP()), bytes(ETHER / Dot1Q(vlan=110) / IP(src=A, dst=B) / UDP())
    found = decoded(sflow(sample(plain, more=switch), sample(tagged, more=switch)))
    assert [record["vlans"] for record in found.records] == [120 << 12, 110 << 12]


def test_samples_of_addresses() -> None:
    four = packed((1400, 4), (6, 4), A, B, (40000, 4), (443, 4), (2, 4), (0, 4))
    six = packed((200, 4), (17, 4), A6, B6, (1000, 4), (53, 4), (0, 4), (0, 4))
    ping = packed((84, 4), (1, 4), A, B, (0, 4), (0, 4), (0, 4), (0, 4))
    found = decoded(sflow(addressed(3, four, rate=10), addressed(4, six, rate=10), addressed(3, ping)))
    tcp, udp = found.records
    assert (tcp["source"], tcp["target"], tcp["ports"], tcp["counts"], tcp["flags"]) == (
        A,
        B,
        (40000, 443),
        (10, 14000),
        2,
    )
    assert (udp["source"], udp["target"], udp["ports"], udp["counts"]) == (A6, B6, (1000, 53), (10, 2000))
    assert found.left == {"transport-truncated": 1}  # of ICMP, type and code are not sent


def test_a_header_is_believed_before_addresses() -> None:
    four = packed((1400, 4), (6, 4), "10.9.9.9", B, (40000, 4), (443, 4), (2, 4), (0, 4))
    assert decoded(sflow(sample(bytes(ETHER / IP(src=A, dst=B) / UDP()), more=detail(3, four)))).only["source"] == A


def test_what_is_no_traffic_is_counted() -> None:
    """Counters, a sample of another format, ARP, a sample without addresses."""
    counters = struct.pack(">II", 2, 12) + bytes(12)
    vendor = struct.pack(">II", 9 << 12 | 1, 4) + bytes(4)
    empty = addressed(2, bytes(16))
    found = decoded(sflow(counters, vendor, sample(bytes(ETHER / ARP())), empty))
    assert found.left == {"other-record": 2, "arp": 1, "record-not-ip": 1}


def test_errors_and_fragments() -> None:
    quoted = IP(src=A, dst=B) / UDP(sport=1000, dport=53)
    error = bytes(ETHER / IP(src=B, dst=A) / ICMP(type=3, code=1) / quoted)
    first, later = (bytes(ETHER / part) for part in fragment(IP(src=A, dst=B) / UDP() / bytes(60), fragsize=48))
    found = decoded(sflow(sample(error), sample(first), sample(later)))
    assert found.left == {"icmp-error-record": 1, "fragment": 1}
    assert "FRAGMENT" in found.only["tells"]


def test_the_place_of_a_sample() -> None:
    """Taken where it came in, where it went out, or elsewhere; agents and their parts are apart."""
    packet = bytes(ETHER / IP(src=A, dst=B) / UDP())
    found = decoded(sflow(sample(packet, source=1), sample(packet, source=2), sample(packet, source=3)),
                    sflow(sample(packet), agent="2001:db8::9", domain=4))  # fmt: skip
    assert [found.points[record["point"]][1:] for record in found.records] == [
        (0, 0, "sflow 192.0.2.9 in"), (0, 0, "sflow 192.0.2.9 out"), (0, 0, "sflow 192.0.2.9 "),
        (4, 0, "sflow 2001:db8::9 in"),
    ]  # fmt: skip


def test_what_was_lost_is_said() -> None:
    packet = bytes(ETHER / IP(src=A, dst=B) / UDP())
    found = decoded(sflow(sample(packet, drops=5), sequence=1), sflow(sample(packet, drops=5), sequence=2),
                    sflow(sample(packet, drops=12), sequence=9))  # fmt: skip
    assert found.notes == [
        "6 sFlow datagrams are missing, by their numbers",
        "the agents say that they dropped 7 samples for want of time",
    ]


def test_lengths_that_lie() -> None:
    good = sample(bytes(ETHER / IP(src=A, dst=B) / UDP()))
    long = bytearray(good)
    long[4:8] = struct.pack(">I", 4000)  # of the sample
    header = bytearray(good)
    header[8 + 32 + 8 + 12 : 8 + 32 + 8 + 16] = struct.pack(">I", 4000)  # of the header inside it
    many = struct.pack(">I", 1 << 31)
    datagram = sflow(good)
    for data, kept in (
        (sflow(good, bytes(long), good), 1),
        (sflow(good, bytes(header), good), 2),
        (datagram[:24] + many + datagram[28:], 1),  # how many samples there are
        (datagram[:20], 0),
    ):
        found = decoded(data)
        assert (len(found.records), found.left) == (kept, {"record-malformed": 1})


def test_versions_that_are_not_read() -> None:
    assert decoded(struct.pack(">II", 4, 1) + bytes(40)).left == {"record-malformed": 1}
