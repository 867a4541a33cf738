"""Every encapsulation, forged with scapy: the same two packets are the same conversation in all of them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from captures_forge import START, one, pcap, read_bytes, rows
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_NOP, fragment
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6EchoReply,
    ICMPv6EchoRequest,
    ICMPv6ND_NS,
    ICMPv6PacketTooBig,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    Jumbo,
)
from scapy.layers.ipsec import AH
from scapy.layers.l2 import ARP, LLC, SNAP, STP, CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Dot3, Ether
from scapy.layers.sctp import SCTP, SCTPChunkInit, SCTPChunkInitAck
from scapy.packet import Packet

C4, S4, C6, S6 = "10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8::2"
ETHER = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")


def there(six: bool = False) -> Packet:
    """Return the first packet: 33 bytes of IPv4 or 53 of IPv6."""
    return (IPv6(src=C6, dst=S6) if six else IP(src=C4, dst=S4)) / UDP(sport=40000, dport=514) / b"hello"


def back(six: bool = False) -> Packet:
    """Return the second packet: 31 bytes of IPv4 or 51 of IPv6."""
    return (IPv6(src=S6, dst=C6) if six else IP(src=S4, dst=C4)) / UDP(sport=514, dport=40000) / b"bye"


def bare(link: Packet | None, packet: Packet) -> bytes:
    return bytes(packet if link is None else link / packet)


def loop(family: int, order: str) -> Packet:
    from scapy.packet import Raw

    return Raw(struct.pack(order + "I", family))


V4_LINKS = [
    ("ethernet", 1, ETHER, (0, 0)),
    ("vlan", 1, ETHER / Dot1Q(vlan=110), (110, 0)),
    ("priority", 1, ETHER / Dot1Q(vlan=0, prio=3), (0, 0)),
    ("802.1ad", 1, ETHER / Dot1AD(vlan=7) / Dot1Q(vlan=110), (7, 110)),
    ("9100", 1, Ether(type=0x9100) / Dot1Q(vlan=7) / Dot1Q(vlan=110), (7, 110)),
    ("priority-outside", 1, ETHER / Dot1Q(vlan=0) / Dot1Q(vlan=110), (110, 0)),
    ("snap", 1, Dot3() / LLC(dsap=0xAA, ssap=0xAA, ctrl=3) / SNAP(OUI=0, code=0x0800), (0, 0)),
    ("cooked", 113, CookedLinux(proto=0x0800), (0, 0)),
    ("cooked-vlan", 113, CookedLinux(proto=0x8100) / Dot1Q(vlan=9, type=0x0800), (9, 0)),
    ("cooked-2", 276, CookedLinuxV2(proto=0x0800), (0, 0)),
    ("raw-101", 101, None, (0, 0)),
    ("raw-12", 12, None, (0, 0)),
    ("raw-14", 14, None, (0, 0)),
    ("raw-228", 228, None, (0, 0)),
    ("null-little", 0, loop(2, "<"), (0, 0)),
    ("null-big", 0, loop(2, ">"), (0, 0)),
    ("loop", 108, loop(2, ">"), (0, 0)),
]


@pytest.mark.parametrize(("link", "under", "vlan"), [case[1:] for case in V4_LINKS], ids=[case[0] for case in V4_LINKS])
def test_ipv4_links(tmp_path: Path, link: int, under: Packet | None, vlan: tuple[int, int]) -> None:
    row = one(read_bytes(tmp_path, pcap([(START, bare(under, there())), (START + 5, bare(under, back()))], link=link)))
    assert (row["a"], row["b"], row["protocol"]) == ((C4, 40000), (S4, 514), 17)
    assert (row["packets"], row["bytes"], row["vlan"]) == ((1, 1), (33, 31), vlan)
    assert row["evidence"] == {"PAYLOAD_AB", "PAYLOAD_BA"}


V6_LINKS = [
    ("ethernet", 1, ETHER, (0, 0)),
    ("qinq", 1, ETHER / Dot1Q(vlan=4095) / Dot1Q(vlan=1), (4095, 1)),
    ("cooked", 113, CookedLinux(proto=0x86DD), (0, 0)),
    ("cooked-2", 276, CookedLinuxV2(proto=0x86DD), (0, 0)),
    ("raw-101", 101, None, (0, 0)),
    ("raw-229", 229, None, (0, 0)),
    *[(f"null-{family}", 0, loop(family, "<"), (0, 0)) for family in (10, 24, 28, 30)],
    ("loop-30", 108, loop(30, ">"), (0, 0)),
]


@pytest.mark.parametrize(("link", "under", "vlan"), [case[1:] for case in V6_LINKS], ids=[case[0] for case in V6_LINKS])
def test_ipv6_links(tmp_path: Path, link: int, under: Packet | None, vlan: tuple[int, int]) -> None:
    packets = [(START, bare(under, there(True))), (START + 5, bare(under, back(True)))]
    row = one(read_bytes(tmp_path, pcap(packets, link=link)))
    assert (row["a"], row["b"], row["protocol"]) == ((C6, 40000), (S6, 514), 17)
    assert (row["packets"], row["bytes"], row["vlan"]) == ((1, 1), (53, 51), vlan)


def frames(*packets: Packet) -> bytes:
    return pcap([(START + number, bytes(ETHER / packet)) for number, packet in enumerate(packets)])


HEADERS = {
    "hop-by-hop": IPv6ExtHdrHopByHop(),
    "routing": IPv6ExtHdrRouting(addresses=["2001:db8::9"]),
    "destination": IPv6ExtHdrDestOpt(),
    "atomic-fragment": IPv6ExtHdrFragment(id=7, offset=0, m=0),
    "authentication": AH(nh=17, spi=1, icv=bytes(12), payloadlen=4),
    "all": IPv6ExtHdrHopByHop()
    / IPv6ExtHdrRouting()
    / IPv6ExtHdrDestOpt()
    / AH(nh=17, spi=1, icv=bytes(12), payloadlen=4),
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_ipv6_extension_headers(tmp_path: Path, headers: Packet) -> None:
    packet = IPv6(src=C6, dst=S6) / headers / UDP(sport=40000, dport=514) / b"hello"
    row = one(read_bytes(tmp_path, frames(packet)))
    assert (row["a"], row["b"], row["protocol"]) == ((C6, 40000), (S6, 514), 17)
    assert row["bytes"] == (len(bytes(packet)), 0)


def test_too_many_extension_headers_are_counted(tmp_path: Path) -> None:
    packet = IPv6(src=C6, dst=S6)
    for _ in range(17):
        packet /= IPv6ExtHdrDestOpt()
    capture = read_bytes(tmp_path, frames(packet / UDP(sport=1, dport=2)))
    assert capture.ledger == {"ipv6-headers": 1}


def test_a_jumbogram_has_the_length_of_its_frame(tmp_path: Path) -> None:
    packet = IPv6(src=C6, dst=S6, plen=0) / IPv6ExtHdrHopByHop(options=[Jumbo(jumboplen=70000)])
    packet = bytes(packet / UDP(sport=40000, dport=514, len=0)) + bytes(70000)
    row = one(read_bytes(tmp_path, pcap([(START, bytes(ETHER)[:12] + b"\x86\xdd" + packet)], snap=128)))
    assert row["bytes"] == (len(packet), 0)
    assert row["evidence"] == {"PAYLOAD_AB", "TRUNCATED"}


def test_ipv4_options_and_segmentation_offload(tmp_path: Path) -> None:
    options = IP(src=C4, dst=S4, options=[IPOption_NOP()] * 8) / UDP(sport=40000, dport=514) / b"hello"
    offload = IP(src=C4, dst=S4, len=0) / UDP(sport=40000, dport=514) / bytes(3000)
    row = one(read_bytes(tmp_path, frames(options, offload)))
    assert (row["a"], row["b"]) == ((C4, 40000), (S4, 514))
    assert row["bytes"] == (41 + 3028, 0)


def test_ethernet_padding_is_not_payload(tmp_path: Path) -> None:
    syn = bytes(ETHER / IP(src=C4, dst=S4) / TCP(sport=40000, dport=22, flags="S")) + bytes(6)
    row = one(read_bytes(tmp_path, pcap([(START, syn)])))
    assert (row["bytes"], row["evidence"]) == ((40, 0), {"SYN_AB"})


def test_tcp_evidence_of_both_sides(tmp_path: Path) -> None:
    go, come = IP(src=C4, dst=S4), IP(src=S4, dst=C4)
    flags = [("S", ""), ("SA", ""), ("A", ""), ("PA", "hello"), ("FA", ""), ("R", "")]
    packets = []
    for number, (said, payload) in enumerate(flags):
        out = number not in (1, 5)
        ports = {"sport": 40000, "dport": 22} if out else {"sport": 22, "dport": 40000}
        packets.append((go if out else come) / TCP(flags=said, **ports) / payload)
    row = one(read_bytes(tmp_path, frames(*packets)))
    assert row["evidence"] == {"SYN_AB", "SYNACK_BA", "PAYLOAD_AB", "FIN_AB", "RST_BA"}
    assert row["packets"] == (4, 2)


def test_sctp(tmp_path: Path) -> None:
    first = IP(src=C4, dst=S4) / SCTP(sport=40000, dport=3868) / SCTPChunkInit()
    second = IP(src=S4, dst=C4) / SCTP(sport=3868, dport=40000) / SCTPChunkInitAck()
    row = one(read_bytes(tmp_path, frames(first, second)))
    assert (row["a"], row["b"], row["protocol"]) == ((C4, 40000), (S4, 3868), 132)
    assert row["evidence"] == {"QUERY_AB", "ANSWER_BA"}


def dns(answer: bool) -> bytes:
    return struct.pack(">HH8x", 5, 0x8000 if answer else 0x0100)


ASKED = [
    ("dns", 40000, 53, dns(False), dns(True)),
    ("dns-53-53", 53, 53, dns(False), dns(True)),
    ("ntp", 40000, 123, b"\x23" + bytes(47), b"\x24" + bytes(47)),
    ("ntp-peers", 123, 123, b"\x21" + bytes(47), b"\x22" + bytes(47)),
    ("ntp-control", 40000, 123, b"\x26\x02" + bytes(10), b"\x26\x82" + bytes(10)),
    ("dhcp", 68, 67, b"\x01" + bytes(240), b"\x02" + bytes(240)),
    ("dhcpv6", 546, 547, b"\x01" + bytes(20), b"\x02" + bytes(20)),
]


@pytest.mark.parametrize("answer_first", [False, True])
@pytest.mark.parametrize(
    ("client", "server", "query", "answer"), [case[1:] for case in ASKED], ids=[case[0] for case in ASKED]
)
def test_who_asks_is_what_the_protocol_says(
    tmp_path: Path, client: int, server: int, query: bytes, answer: bytes, answer_first: bool
) -> None:
    packets = [
        IP(src=C4, dst=S4) / UDP(sport=client, dport=server) / query,
        IP(src=S4, dst=C4) / UDP(sport=server, dport=client) / answer,
    ]
    row = one(read_bytes(tmp_path, frames(*(packets[::-1] if answer_first else packets))))
    asked = {"QUERY_BA", "ANSWER_AB"} if answer_first else {"QUERY_AB", "ANSWER_BA"}
    assert row["evidence"] == asked | {"PAYLOAD_AB", "PAYLOAD_BA"}


@pytest.mark.parametrize("group", ["224.0.0.18", "239.255.255.250", "255.255.255.255", "ff02::1:2"])
def test_a_group_never_began_a_conversation(tmp_path: Path, group: str) -> None:
    head = IPv6(src=C6, dst=group) if ":" in group else IP(src=C4, dst=group)
    row = one(read_bytes(tmp_path, frames(head / UDP(sport=67, dport=68) / (b"\x02" + bytes(240)))))
    assert row["evidence"] == {"QUERY_AB", "PAYLOAD_AB"}


def test_no_query_comes_from_a_dns_servers_port_alone(tmp_path: Path) -> None:
    row = one(read_bytes(tmp_path, frames(IP(src=S4, dst=C4) / UDP(sport=53, dport=40000) / dns(False))))
    assert row["evidence"] == {"PAYLOAD_AB"}


@pytest.mark.parametrize("answer_first", [False, True])
def test_echo_is_one_row_whoever_is_seen_first(tmp_path: Path, answer_first: bool) -> None:
    packets = [IP(src=C4, dst=S4) / ICMP(type=8, id=77), IP(src=S4, dst=C4) / ICMP(type=0, id=77)]
    row = one(read_bytes(tmp_path, frames(*(packets[::-1] if answer_first else packets))))
    sides = ((S4, 77), (C4, 8 << 8)) if answer_first else ((C4, 77), (S4, 8 << 8))
    assert (row["a"], row["b"], row["protocol"], row["packets"]) == (*sides, 1, (1, 1))
    assert row["evidence"] == ({"QUERY_BA", "ANSWER_AB"} if answer_first else {"QUERY_AB", "ANSWER_BA"})


def test_echo_both_ways_is_two_conversations(tmp_path: Path) -> None:
    packets = [
        IP(src=source, dst=target) / ICMP(type=kind, id=1)
        for source, target, kind in ((C4, S4, 8), (S4, C4, 8), (S4, C4, 0), (C4, S4, 0))
    ]
    found = rows(read_bytes(tmp_path, frames(*packets)))
    assert [(row["a"], row["b"], row["packets"]) for row in found] == [
        ((C4, 1), (S4, 2048), (1, 1)),
        ((S4, 1), (C4, 2048), (1, 1)),
    ]


def test_icmpv6_echo_and_neighbours(tmp_path: Path) -> None:
    capture = read_bytes(
        tmp_path,
        frames(
            IPv6(src=C6, dst=S6) / ICMPv6EchoRequest(id=5),
            IPv6(src=S6, dst=C6) / ICMPv6EchoReply(id=5),
            IPv6(src=C6, dst="ff02::1:ff00:2") / ICMPv6ND_NS(tgt=S6),
        ),
    )
    echo, neighbour = rows(capture)
    assert (echo["a"], echo["b"], echo["packets"], echo["protocol"]) == ((C6, 5), (S6, 128 << 8), (1, 1), 58)
    assert (neighbour["a"], neighbour["b"]) == ((C6, 0), ("ff02::1:ff00:2", 135 << 8))


def test_an_icmp_error_is_counted_in_the_conversation_that_it_quotes(tmp_path: Path) -> None:
    quoted = there()
    router = IP(src="192.0.2.1", dst=C4)
    row = one(read_bytes(tmp_path, frames(quoted, router / ICMP(type=3, code=13) / quoted)))
    assert (row["packets"], row["errors"], row["bytes"]) == ((1, 0), 1, (33, 0))
    assert row["evidence"] == {"PAYLOAD_AB", "ICMP_ERROR_AB", "UNREACHABLE"}


def test_an_error_about_an_answer_is_sent_to_the_other_side(tmp_path: Path) -> None:
    error = IPv6(src="2001:db8::99", dst=S6) / ICMPv6PacketTooBig(mtu=1280) / back(True)
    row = one(read_bytes(tmp_path, frames(there(True), back(True), error)))
    assert row["errors"] == 1
    assert row["evidence"] == {"PAYLOAD_AB", "PAYLOAD_BA", "ICMP_ERROR_BA"}


def test_an_error_about_a_packet_that_was_not_seen_is_a_row_without_packets(tmp_path: Path) -> None:
    error = IPv6(src="2001:db8::99", dst=C6) / ICMPv6DestUnreach(code=1) / there(True)
    row = one(read_bytes(tmp_path, frames(error)))
    assert (row["a"], row["b"], row["packets"], row["errors"]) == ((C6, 40000), (S6, 514), (0, 0), 1)
    assert row["evidence"] == {"ICMP_ERROR_AB", "UNREACHABLE"}


def test_an_error_finds_the_echo_that_it_quotes(tmp_path: Path) -> None:
    echo = IP(src=C4, dst=S4) / ICMP(type=8, id=77)
    row = one(read_bytes(tmp_path, frames(echo, IP(src="192.0.2.1", dst=C4) / ICMP(type=11) / echo)))
    assert (row["packets"], row["errors"]) == ((1, 0), 1)


def test_a_redirect_is_never_the_conversation_that_it_quotes(tmp_path: Path) -> None:
    redirect = IP(src="192.0.2.1", dst=C4) / ICMP(type=5, code=1, gw="192.0.2.2") / there()
    found = rows(read_bytes(tmp_path, frames(there(), redirect)))
    assert [(row["b"], row["errors"]) for row in found] == [((S4, 514), 0), ((C4, 5 << 8 | 1), 0)]


def test_an_error_whose_quote_is_cut_is_counted(tmp_path: Path) -> None:
    error = IP(src="192.0.2.1", dst=C4) / ICMP(type=3, code=1) / bytes(there())[:22]
    assert read_bytes(tmp_path, frames(error)).ledger == {"icmp-quote": 1}


def test_later_fragments_follow_their_first_one(tmp_path: Path) -> None:
    packet = IP(src=C4, dst=S4, id=9) / UDP(sport=40000, dport=514) / bytes(3000)
    parts = fragment(packet, fragsize=1400)
    row = one(read_bytes(tmp_path, frames(*parts)))
    assert (row["a"], row["b"], row["packets"]) == ((C4, 40000), (S4, 514), (3, 0))
    assert row["bytes"] == (3008 + 3 * 20, 0)
    assert row["evidence"] == {"FRAGMENT", "PAYLOAD_AB"}


def test_ipv6_fragments(tmp_path: Path) -> None:
    head = IPv6(src=C6, dst=S6)
    first = head / IPv6ExtHdrFragment(id=1 << 31, offset=0, m=1) / UDP(sport=40000, dport=514, len=1408) / bytes(1392)
    later = head / IPv6ExtHdrFragment(id=1 << 31, offset=175, m=0, nh=17) / bytes(8)
    other = head / IPv6ExtHdrFragment(id=2, offset=175, m=0, nh=17) / bytes(8)
    capture = read_bytes(tmp_path, frames(first, later, other))
    (row,) = rows(capture)
    assert (row["a"], row["b"], row["packets"]) == ((C6, 40000), (S6, 514), (2, 0))
    assert capture.ledger == {"fragment": 1}


def test_fragments_of_a_protocol_without_ports_need_no_first_one(tmp_path: Path) -> None:
    row = one(read_bytes(tmp_path, frames(IP(src=C4, dst=S4, frag=100, proto=89) / bytes(64))))
    assert (row["a"], row["b"], row["protocol"]) == ((C4, 0), (S4, 0), 89)


def test_a_fragment_is_not_followed_for_more_than_a_minute(tmp_path: Path) -> None:
    parts = fragment(IP(src=C4, dst=S4, id=9) / UDP(sport=40000, dport=514) / bytes(2000), fragsize=1400)
    data = pcap([(START, bytes(ETHER / parts[0])), (START + 61 * 10**9, bytes(ETHER / parts[1]))])
    assert read_bytes(tmp_path, data).ledger == {"fragment": 1}


def test_other_protocols_are_conversations_without_ports(tmp_path: Path) -> None:
    packets = (IP(src=C4, dst=S4, proto=50) / bytes(40), IP(src=S4, dst=C4, proto=50) / bytes(40))
    row = one(read_bytes(tmp_path, frames(*packets)))
    assert (row["a"], row["b"], row["protocol"], row["packets"]) == ((C4, 0), (S4, 0), 50, (1, 1))


def test_the_same_addresses_in_two_vlans_are_two_conversations(tmp_path: Path) -> None:
    found = rows(read_bytes(tmp_path, frames(Dot1Q(vlan=1) / there(), Dot1Q(vlan=2) / there(), there())))
    assert [row["vlan"] for row in found] == [(1, 0), (2, 0), (0, 0)]


def raw(kind: int, body: bytes = bytes(46)) -> bytes:
    return bytes(ETHER)[:12] + struct.pack(">H", kind) + body


def cisco(kind: int) -> bytes:
    return raw(30, b"\xaa\xaa\x03\x00\x00\x0c" + struct.pack(">H", kind) + bytes(22))


NOT_IP = {
    "arp": bytes(ETHER / ARP()),
    "rarp": raw(0x8035),
    "stp": bytes(Dot3() / LLC(dsap=0x42, ssap=0x42, ctrl=3) / STP()),
    "lldp": raw(0x88CC),
    "lacp": raw(0x8809),
    "eapol": raw(0x888E),
    "mac-control": raw(0x8808),
    "loop-test": raw(0x9000),
    "oam": raw(0x8902),
    "ptp": raw(0x88F7),
    "pppoe-discovery": raw(0x8863),
    "cdp": cisco(0x2000),
    "isis": raw(30, b"\xfe\xfe\x03" + bytes(27)),
    "llc": raw(30, b"\xe0\xe0\x03" + bytes(27)),
    "ethertype": raw(0x88B8),
    "pppoe": raw(0x8864),
    "mpls": raw(0x8847, b"\0\0\x01\x40\x90" + bytes(40)),
    "macsec": raw(0x88E5),
    "ethernet-tunnel": raw(0x9300),
    "vlan-depth": bytes(ETHER / Dot1Q(vlan=1) / Dot1Q(vlan=2) / Dot1Q(vlan=3) / there()),
    "frame-truncated": bytes(ETHER)[:13],
    "ip-malformed": raw(0x0800, b"\x41" + bytes(40)),
    "transport-malformed": bytes(ETHER / IP(src=C4, dst=S4, proto=6) / bytes(12)),
}


@pytest.mark.parametrize("reason", NOT_IP)
def test_what_is_in_no_conversation_is_counted_by_reason(tmp_path: Path, reason: str) -> None:
    capture = read_bytes(tmp_path, pcap([(START, NOT_IP[reason])]))
    assert (capture.ledger, len(capture.table)) == ({reason: 1}, 0)


@pytest.mark.parametrize(
    ("snap", "reason"), [(10, "frame-truncated"), (20, "ip-truncated"), (36, "transport-truncated")]
)
def test_a_snap_length_shorter_than_the_headers(tmp_path: Path, snap: int, reason: str) -> None:
    capture = read_bytes(tmp_path, pcap([(START, bytes(ETHER / there()))], snap=snap))
    assert capture.ledger == {reason: 1}


def test_a_packet_cut_after_its_ports_is_judged(tmp_path: Path) -> None:
    packet = bytes(ETHER / IP(src=C4, dst=S4) / TCP(sport=40000, dport=22, flags="S"))
    row = one(read_bytes(tmp_path, pcap([(START, packet)], snap=38)))
    assert (row["a"], row["b"], row["bytes"], row["evidence"]) == ((C4, 40000), (S4, 22), (40, 0), {"TRUNCATED"})


def test_an_unknown_link_type_is_counted(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, pcap([(START, bytes(60))], link=147)).ledger == {"link-type": 1}


RARE = {
    "three-vlans": (1, bytes(ETHER / Dot1Q(vlan=1) / Dot1Q(vlan=2) / Dot1Q(vlan=3) / there()), (1, 2)),
    "vlans-of-two-kinds": (1, bytes(ETHER / Dot1Q(vlan=1) / Dot1Q(vlan=2) / Dot1AD(vlan=3) / there()), (1, 2)),
}


def test_scapy_finds_what_carries_others(tmp_path: Path) -> None:
    tagged = ETHER / Dot1Q(vlan=1) / Dot1Q(vlan=2) / Dot1Q(vlan=3)
    data = pcap([(START, bytes(tagged / IP(src="192.0.2.1", dst="192.0.2.2") / there()))])
    capture = read_bytes(tmp_path, data, rare=True)
    outer, inner = rows(capture)
    assert (outer["a"], outer["vlan"], inner["a"], inner["vlan"]) == (("192.0.2.1", 0), (1, 2), (C4, 40000), (0, 0))
    assert capture.sources[0].carried == 1
    assert [tunnel.protocol for tunnel in capture.sources[0].tunnels] == ["ipip"]


@pytest.mark.parametrize(("link", "frame", "vlan"), RARE.values(), ids=RARE)
def test_scapy_finds_ip_where_the_kernels_do_not(
    tmp_path: Path, link: int, frame: bytes, vlan: tuple[int, int]
) -> None:
    data = pcap([(START, frame)], link=link)
    assert sum(read_bytes(tmp_path, data, rare=False).ledger.values()) == 1
    row = one(read_bytes(tmp_path, data, rare=True))
    assert (row["a"], row["b"], row["bytes"], row["vlan"]) == ((C4, 40000), (S4, 514), (33, 0), vlan)
