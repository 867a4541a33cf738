"""IP packets: ports, ICMP and its quotes, and what the protocol itself says of the direction.

Every length that a packet gives is compared with what was kept before anything is read at it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.kernels import Int
from cloison.flows.table import (
    ANSWER_AB,
    FRAGMENT,
    ICMP_ERROR_AB,
    PAYLOAD_AB,
    QUERY_AB,
    QUERY_BA,
    SYN_AB,
    SYNACK_AB,
    TRUNCATED,
    UNREACHABLE,
)
from cloison.flows.table import FIN_AB as FIN
from cloison.flows.table import RST_AB as RST

# Columns of a batch of packets (int64), filled here: addresses (bit patterns), the key (source port << 48 |
# destination port << 32 | protocol << 24 | VLANs), what it is, bytes of the IP packet, fragment identification.
SOURCE_HI, SOURCE_LO, TARGET_HI, TARGET_LO, KEY, WHAT, BYTES, IDENTIFICATION = range(8)
PACKET_WIDTH = 8

# WHAT: evidence bits as if the sender were A, and these; or -1 - the index of a reason in LEDGER.
QUOTED = 1 << 32  # an ICMP error: addresses and key are those of the packet that it quotes
FIRST_FRAGMENT = 1 << 33
LATER_FRAGMENT = 1 << 34  # its ports are those of the first fragment

LEDGER = (
    "arp", "rarp", "stp", "lldp", "lacp", "cdp", "eapol", "mac-control", "loop-test", "oam", "ptp", "isis",
    "pppoe-discovery", "llc", "ethertype", "frame-truncated", "link-type", "mpls", "pppoe", "macsec",
    "ethernet-tunnel", "vlan-depth", "ip-truncated", "ip-malformed", "ipv6-headers", "transport-truncated",
    "transport-malformed", "fragment", "icmp-quote", "packet-without-interface",
)  # fmt: skip
(
    R_ARP, R_RARP, R_STP, R_LLDP, R_LACP, R_CDP, R_EAPOL, R_MAC_CONTROL, R_LOOP_TEST, R_OAM, R_PTP, R_ISIS,
    R_PPPOE_DISCOVERY, R_LLC, R_ETHERTYPE, R_FRAME_TRUNCATED, R_LINK_TYPE, R_MPLS, R_PPPOE, R_MACSEC,
    R_ETHERNET_TUNNEL, R_VLAN_DEPTH, R_IP_TRUNCATED, R_IP_MALFORMED, R_IPV6_HEADERS, R_TRANSPORT_TRUNCATED,
    R_TRANSPORT_MALFORMED, R_FRAGMENT, R_ICMP_QUOTE, R_NO_INTERFACE,
) = range(-1, -1 - len(LEDGER), -1)  # fmt: skip

IPV4_HI, IPV4_LO = 0, 0xFFFF << 32  # ::ffff:0:0, RFC 4291 section 2.5.5.2
ICMP, TCP, UDP, DCCP, ICMPV6, SCTP, UDP_LITE = 1, 6, 17, 33, 58, 132, 136
U1, U2, U3 = np.uint64(1), np.uint64(2), np.uint64(3)
MOST_HEADERS = 16  # IPv6 extension headers of one packet


def be16(window: Any, at: Int) -> Int:
    """Return the big-endian 16-bit value at an index that is known to be inside."""
    # An unsigned index cannot count from the end: the compiler needs no test, and joins the bytes into one load.
    i = np.uint64(at)
    return (np.int64(window[i]) << 8) | np.int64(window[i + U1])


def be32(window: Any, at: Int) -> Int:
    """Return the big-endian 32-bit value at an index that is known to be inside."""
    i = np.uint64(at)
    return (
        (np.int64(window[i]) << 24)
        | (np.int64(window[i + U1]) << 16)
        | (np.int64(window[i + U2]) << 8)
        | np.int64(window[i + U3])
    )


def be64(window: Any, at: Int) -> Int:
    """Return the big-endian 64-bit value at an index that is known to be inside, its bits as signed."""
    return (be32(window, at) << 32) | be32(window, at + 4)


def ipv4(window: Any, at: Int, end: Int, rest: Int, vlan: Int, packets: Any, i: Int) -> Int:
    """Read an IPv4 header (RFC 791)."""
    if end - at < 20:
        return R_IP_TRUNCATED if rest > 0 else R_IP_MALFORMED
    head = (np.int64(window[at]) & 15) * 4
    total = be16(window, at + 2)
    on_wire = end - at + rest
    if total == 0:
        total = on_wire  # segmentation offload: the card writes the length later
    if np.int64(window[at]) >> 4 != 4 or head < 20 or total < head:
        return R_IP_MALFORMED
    if end - at < head:
        return R_IP_TRUNCATED if rest > 0 else R_IP_MALFORMED
    total = min(total, on_wire)  # a packet is no longer than its frame
    packets[i, 0] = IPV4_HI
    packets[i, 1] = IPV4_LO | be32(window, at + 12)
    packets[i, 2] = IPV4_HI
    packets[i, 3] = IPV4_LO | be32(window, at + 16)
    packets[i, 6] = total
    what = np.int64(0)
    stop = at + total
    if stop > end:
        stop = end
        what = np.int64(TRUNCATED)
    fragment = be16(window, at + 6) & 0x3FFF
    if fragment:
        packets[i, 7] = be16(window, at + 4)
        what |= FRAGMENT | (LATER_FRAGMENT if fragment & 0x1FFF else FIRST_FRAGMENT)
    group = window[at + 16] & 0xF0 == 0xE0 or be32(window, at + 16) == 0xFFFFFFFF  # multicast, broadcast
    protocol = np.int64(window[at + 9])
    what = _transport(window, protocol, at + head, stop, total - head, what, vlan, packets, i)
    return _opened(what, protocol) if group else what


def ipv6(window: Any, at: Int, end: Int, rest: Int, vlan: Int, packets: Any, i: Int) -> Int:
    """Read an IPv6 header and its extension headers (RFC 8200), the authentication header as one of them."""
    if end - at < 40:
        return R_IP_TRUNCATED if rest > 0 else R_IP_MALFORMED
    if np.int64(window[at]) >> 4 != 6:
        return R_IP_MALFORMED
    on_wire = end - at + rest
    total = be16(window, at + 4) + 40
    if total == 40 and window[at + 6] != 59:
        total = on_wire  # a jumbogram (RFC 2675), or segmentation offload
    total = min(total, on_wire)
    packets[i, 0] = be64(window, at + 8)
    packets[i, 1] = be64(window, at + 16)
    packets[i, 2] = be64(window, at + 24)
    packets[i, 3] = be64(window, at + 32)
    packets[i, 6] = total
    what = np.int64(0)
    stop = at + total
    if stop > end:
        stop = end
        what = np.int64(TRUNCATED)
    after = at + total
    group = window[at + 24] == 0xFF  # multicast
    protocol = np.int64(window[at + 6])
    at += 40
    for headers in range(MOST_HEADERS + 1):
        if protocol not in (0, 43, 44, 51, 60):
            break
        if headers == MOST_HEADERS:
            return R_IPV6_HEADERS
        if stop - at < 8:
            return R_IP_TRUNCATED if after - at >= 8 else R_IP_MALFORMED
        following = np.int64(window[at])
        length = (np.int64(window[at + 1]) + 1) * 8
        if protocol == 51:
            length = (np.int64(window[at + 1]) + 2) * 4
        elif protocol == 44:
            length = np.int64(8)
            fragment = be16(window, at + 2)
            if fragment & 0xFFF9:  # otherwise an atomic fragment, which is whole (RFC 6946)
                packets[i, 7] = be32(window, at + 4)
                what |= FRAGMENT | (LATER_FRAGMENT if fragment >> 3 else FIRST_FRAGMENT)
                if fragment >> 3:  # what follows is the middle of something
                    what = _transport(window, following, at + 8, stop, after - at - 8, what, vlan, packets, i)
                    return _opened(what, following) if group else what
        if after - at < length:
            return R_IP_MALFORMED
        at += length
        protocol = following
        if stop < at:
            return R_IP_TRUNCATED
    what = _transport(window, protocol, at, stop, after - at, what, vlan, packets, i)
    return _opened(what, protocol) if group else what


def _opened(what: Int, protocol: Int) -> Int:
    """Return the evidence of a packet to a group: a group sends nothing, so that its sender began."""
    if what < 0 or protocol in (ICMP, ICMPV6):  # which say themselves who asked
        return what
    return (what & ~(QUERY_BA | ANSWER_AB)) | QUERY_AB


def _transport(
    window: Any, protocol: Int, at: Int, end: Int, length: Int, what: Int, vlan: Int, packets: Any, i: Int
) -> Int:
    """Read the ports and the evidence of a transport header of ``length`` bytes, kept up to ``end``.

    Ports: RFC 9293, 768, 9260, 4340, 3828. A later fragment has none: they come from its first one.
    """
    ported = protocol in (TCP, UDP, SCTP, DCCP, UDP_LITE)
    key = (protocol << 24) | vlan
    packets[i, 4] = key
    control = protocol in (ICMP, ICMPV6)
    if not (ported or control):
        if length > 0:
            what |= PAYLOAD_AB
        return what & ~(FIRST_FRAGMENT | LATER_FRAGMENT)
    if what & LATER_FRAGMENT:
        return what | PAYLOAD_AB
    least = 20 if protocol == TCP else 12 if protocol in (SCTP, DCCP) else 8
    if length < 4 or (length < least and not what & FIRST_FRAGMENT):
        return R_TRANSPORT_MALFORMED
    if end - at < 4:
        return R_TRANSPORT_TRUNCATED
    if control:
        return _icmp(window, protocol, at, end, length, what, vlan, packets, i)
    source = be16(window, at)
    target = be16(window, at + 2)
    packets[i, 4] = (source << 48) | (target << 32) | key
    if protocol == TCP:
        if end - at >= 14:
            flags = np.int64(window[at + 13])
            if flags & 4:
                what |= RST
            elif flags & 2:
                what |= SYNACK_AB if flags & 16 else SYN_AB
            if flags & 1:
                what |= FIN
            if length > (np.int64(window[at + 12]) >> 4) * 4:
                what |= PAYLOAD_AB
        else:
            what |= TRUNCATED
    elif protocol == SCTP:
        if end - at >= 13:
            chunk = window[at + 12]
            if chunk == 1:  # INIT
                what |= QUERY_AB
            elif chunk == 2:  # INIT ACK
                what |= ANSWER_AB | QUERY_BA
            elif chunk == 0:  # DATA
                what |= PAYLOAD_AB
    elif length > 8:
        what |= PAYLOAD_AB
        if protocol == UDP:
            what |= _udp(window, source, target, at + 8, end)
    return what


def _udp(window: Any, source: Int, target: Int, at: Int, end: Int) -> Int:
    """Return who asks in DNS (RFC 1035), NTP (RFC 5905, 9327) and DHCP (RFC 2131, 8415); 0 when nothing is said."""
    kept = end - at
    query = np.int64(QUERY_AB)
    answer = np.int64(ANSWER_AB | QUERY_BA)
    if (source == 53 or target == 53) and kept >= 4:
        if window[at + 2] & 0x80:
            return answer if source == 53 else np.int64(0)
        return query if target == 53 else np.int64(0)
    if (source == 123 or target == 123) and kept >= 2:
        mode = window[at] & 7
        if mode == 6:  # control message
            return answer if window[at + 1] & 0x80 else query
        if mode == 7:  # private
            return answer if window[at] & 0x80 else query
        if mode == 3 or mode == 1 or mode == 5:
            return query
        if mode == 4 or mode == 2:
            return answer
        return np.int64(0)
    if (target == 67 or target == 68) and (source == 67 or source == 68) and kept >= 1:
        return query if window[at] == 1 else answer if window[at] == 2 else np.int64(0)
    if (target == 546 or target == 547) and kept >= 1:
        message = window[at]
        if message == 2 or message == 7 or message == 13:  # ADVERTISE, REPLY, RELAY-REPL
            return answer
        return query if 1 <= message <= 12 else np.int64(0)
    return np.int64(0)


def _icmp_ports(window: Any, protocol: Int, at: Int, end: Int, key: Int) -> Int:
    """Return the key of an ICMP message: the identifier on the asking side, the query's type and code on the other.

    Queries: RFC 792, 950, 8335; RFC 4443, 4620, 6275, 8335. A message that is no query has no identifier.
    """
    kind = np.int64(window[at])
    code = np.int64(window[at + 1])
    query = np.int64(-1)
    answer = False
    if protocol == ICMP:
        if kind in (8, 13, 15, 17, 42):
            query = kind
        elif kind == 0:
            query, answer = np.int64(8), True
        elif kind in (14, 16, 18, 43):
            query, answer = kind - 1, True
    elif kind in (128, 139, 144, 160):
        query = kind
    elif kind in (129, 140, 145, 161):
        query, answer = kind - 1, True
    if query < 0:
        return (((kind << 8) | code) << 32) | key
    identifier = be16(window, at + 4) if end - at >= 6 and query != 139 else np.int64(0)
    if answer:
        return (query << 56) | (identifier << 32) | key  # the code of an answer is not the query's: that is 0
    return (identifier << 48) | (((query << 8) | code) << 32) | key


def _icmp(
    window: Any, protocol: Int, at: Int, end: Int, length: Int, what: Int, vlan: Int, packets: Any, i: Int
) -> Int:
    """Read an ICMP message; an error (never a redirect) stands for the packet that it quotes."""
    kind = np.int64(window[at])
    if protocol == ICMP:
        if kind in (3, 4, 11, 12):
            what |= QUOTED | ICMP_ERROR_AB
            if kind == 3 and window[at + 1] != 4:  # 4 is "too big"
                what |= UNREACHABLE
            return _quote(window, at + 8, end, what, vlan, packets, i)
        if kind in (8, 13, 15, 17, 42):
            what |= QUERY_AB
        elif kind in (0, 14, 16, 18, 43):
            what |= ANSWER_AB | QUERY_BA
    else:
        if 1 <= kind <= 4:
            what |= QUOTED | ICMP_ERROR_AB
            if kind == 1:
                what |= UNREACHABLE
            return _quote(window, at + 8, end, what, vlan, packets, i)
        if kind in (128, 139, 144, 160):
            what |= QUERY_AB
        elif kind in (129, 140, 145, 161):
            what |= ANSWER_AB | QUERY_BA
    if length > 8:
        what |= PAYLOAD_AB
    packets[i, 4] = _icmp_ports(window, protocol, at, end, (protocol << 24) | vlan)
    return what


def _quote(window: Any, at: Int, end: Int, what: Int, vlan: Int, packets: Any, i: Int) -> Int:
    """Read the packet that an ICMP error quotes; its lengths are those before the quote was cut."""
    what &= ~(FIRST_FRAGMENT | LATER_FRAGMENT)
    if end - at < 20:
        return R_ICMP_QUOTE
    version = np.int64(window[at]) >> 4
    if version == 4:
        head = (np.int64(window[at]) & 15) * 4
        if head < 20 or end - at < head:
            return R_ICMP_QUOTE
        protocol = np.int64(window[at + 9])
        packets[i, 0] = IPV4_HI
        packets[i, 1] = IPV4_LO | be32(window, at + 12)
        packets[i, 2] = IPV4_HI
        packets[i, 3] = IPV4_LO | be32(window, at + 16)
        if be16(window, at + 6) & 0x1FFF:
            what |= LATER_FRAGMENT
            packets[i, 7] = be16(window, at + 4)
        at += head
    elif version == 6:
        if end - at < 40:
            return R_ICMP_QUOTE
        protocol = np.int64(window[at + 6])
        packets[i, 0] = be64(window, at + 8)
        packets[i, 1] = be64(window, at + 16)
        packets[i, 2] = be64(window, at + 24)
        packets[i, 3] = be64(window, at + 32)
        at += 40
        for headers in range(MOST_HEADERS + 1):
            if protocol not in (0, 43, 44, 51, 60):
                break
            if headers == MOST_HEADERS or end - at < 8:
                return R_ICMP_QUOTE
            following = np.int64(window[at])
            length = (np.int64(window[at + 1]) + 1) * 8
            if protocol == 51:
                length = (np.int64(window[at + 1]) + 2) * 4
            elif protocol == 44:
                length = np.int64(8)
                if be16(window, at + 2) >> 3:
                    what |= LATER_FRAGMENT
                    packets[i, 7] = be32(window, at + 4)
            if end - at < length:
                return R_ICMP_QUOTE
            at += length
            protocol = following
            if what & LATER_FRAGMENT:
                break
    else:
        return R_ICMP_QUOTE
    key = (protocol << 24) | vlan
    packets[i, 4] = key
    ported = protocol in (TCP, UDP, SCTP, DCCP, UDP_LITE)
    if ported or protocol in (ICMP, ICMPV6):
        if what & LATER_FRAGMENT:
            return what
        if end - at < 4:
            return R_ICMP_QUOTE
        if ported:
            packets[i, 4] = (be16(window, at) << 48) | (be16(window, at + 2) << 32) | key
        else:
            packets[i, 4] = _icmp_ports(window, protocol, at, end, key)
        return what
    return what & ~LATER_FRAGMENT


HELPERS = (be16, be32, be64, _opened, _icmp_ports, _quote, _icmp, _udp, _transport, ipv4, ipv6)  # callees first
