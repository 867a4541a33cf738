"""From frames to packets: link headers, VLAN tags, and what is not IP.

One kernel, ``parse``, over a batch of records. Every length is compared with what was kept before it is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.kernels import Int, Kernel, kernel
from cloison.captures.packets import (
    HELPERS,
    R_ARP,
    R_CDP,
    R_EAPOL,
    R_ETHERNET_TUNNEL,
    R_ETHERTYPE,
    R_FRAME_TRUNCATED,
    R_IP_MALFORMED,
    R_IP_TRUNCATED,
    R_ISIS,
    R_LACP,
    R_LINK_TYPE,
    R_LLC,
    R_LLDP,
    R_LOOP_TEST,
    R_MAC_CONTROL,
    R_MACSEC,
    R_MPLS,
    R_NO_INTERFACE,
    R_OAM,
    R_PPPOE,
    R_PPPOE_DISCOVERY,
    R_PTP,
    R_RARP,
    R_STP,
    R_VLAN_DEPTH,
    be16,
    be32,
    ipv4,
    ipv6,
)

# Columns of a batch of records (int64), filled by a format: where the frame lies in the window, how much of it was
# kept, how long it was on the wire, ns since 1970, link type (-1: its interface is not described).
AT, KEPT, WIRE, TIME, LINK = range(5)
RECORD_WIDTH = 5

MOST_TAGS = 4  # of VLANs, those with identifier 0 included


def parser(compiled: bool) -> Kernel:
    """Return ``parse``, compiled or plain."""
    return kernel(parse, (*HELPERS, _llc, _typed, _frame), compiled)


def parse(window: Any, records: Any, count: Int, packets: Any) -> None:
    """Decode the first ``count`` records of ``window`` (uint8) into ``packets``, columns of :mod:`packets`."""
    for i in range(count):
        at = records[i, 0]
        packets[i, 5] = _frame(window, at, at + records[i, 1], records[i, 2], records[i, 4], packets, i)


def _frame(window: Any, at: Int, end: Int, wire: Int, link: Int, packets: Any, i: Int) -> Int:
    """Read the link header (link types of tcpdump.org/linktypes.html) and what follows it."""
    kept = end - at
    if wire < kept:
        wire = kept  # the length on the wire lies
    rest = wire - kept  # bytes that were not kept
    if link == 1:  # Ethernet
        if kept < 14:
            return R_FRAME_TRUNCATED
        return _typed(window, be16(window, at + 12), at + 14, end, rest, packets, i)
    if link == 113:  # Linux cooked v1
        if kept < 16:
            return R_FRAME_TRUNCATED
        return _typed(window, be16(window, at + 14), at + 16, end, rest, packets, i)
    if link == 276:  # Linux cooked v2
        if kept < 20:
            return R_FRAME_TRUNCATED
        return _typed(window, be16(window, at), at + 20, end, rest, packets, i)
    if link in (101, 12, 14, 228, 229):  # raw IP
        if kept < 1:
            return R_IP_TRUNCATED
        version = np.int64(window[at]) >> 4
        if version == 4 and link != 229:
            return ipv4(window, at, end, rest, 0, packets, i)
        if version == 6 and link != 228:
            return ipv6(window, at, end, rest, 0, packets, i)
        return R_IP_MALFORMED
    if link in (0, 108):  # BSD loopback: the address family in the byte order of the machine that captured
        if kept < 4:
            return R_FRAME_TRUNCATED
        family = be32(window, at)
        if family & 0xFFFF == 0:
            family = ((family >> 24) & 0xFF) | ((family >> 8) & 0xFF00)
        if family == 2:
            return ipv4(window, at + 4, end, rest, 0, packets, i)
        if family in (10, 24, 28, 30):  # Linux, NetBSD and OpenBSD, FreeBSD, Darwin
            return ipv6(window, at + 4, end, rest, 0, packets, i)
        return R_ETHERTYPE
    return R_NO_INTERFACE if link == -1 else R_LINK_TYPE


def _typed(window: Any, kind: Int, at: Int, end: Int, rest: Int, packets: Any, i: Int) -> Int:
    """Follow an EtherType through VLAN tags; a tag with identifier 0 is a priority and no VLAN (802.1Q)."""
    vlan = 0
    found = 0
    for tags in range(MOST_TAGS + 1):
        if kind not in (0x8100, 0x88A8, 0x9100):
            break
        if tags == MOST_TAGS:
            return R_VLAN_DEPTH
        if end - at < 4:
            return R_FRAME_TRUNCATED
        tag = be16(window, at) & 0xFFF
        if tag:
            if found == 2:
                return R_VLAN_DEPTH
            vlan |= tag << 12 if found == 0 else tag
            found += 1
        kind = be16(window, at + 2)
        at += 4
    if kind == 0x0800:
        return ipv4(window, at, end, rest, vlan, packets, i)
    if kind == 0x86DD:
        return ipv6(window, at, end, rest, vlan, packets, i)
    if kind == 0x0806:
        return R_ARP
    if kind <= 1500:  # a length (802.3), or one of Linux cooked's numbers for 802.2 and 802.3
        return _llc(window, kind, at, end, rest, vlan, packets, i)
    if kind == 0x8035:
        return R_RARP
    if kind == 0x88CC:
        return R_LLDP
    if kind == 0x8809:
        return R_LACP
    if kind == 0x888E or kind == 0x88C7:
        return R_EAPOL
    if kind == 0x8808:
        return R_MAC_CONTROL
    if kind == 0x9000:
        return R_LOOP_TEST
    if kind == 0x8902:
        return R_OAM
    if kind == 0x88F7:
        return R_PTP
    if kind == 0x8863:
        return R_PPPOE_DISCOVERY
    if kind == 0x8864:
        return R_PPPOE
    if kind == 0x8847 or kind == 0x8848:
        return R_MPLS
    if kind == 0x88E5:
        return R_MACSEC
    if kind in (0x88E7, 0x22F3, 0x8903, 0x894F, 0x8926, 0x6558):
        return R_ETHERNET_TUNNEL  # 802.1ah, TRILL, FabricPath, NSH, VN-tag, bridged Ethernet
    return R_ETHERTYPE


def _llc(window: Any, length: Int, at: Int, end: Int, rest: Int, vlan: Int, packets: Any, i: Int) -> Int:
    """Read an 802.2 header; IP in SNAP is IP (RFC 1042)."""
    if end - at < 3:
        return R_FRAME_TRUNCATED
    service = be16(window, at)
    if service == 0x4242:
        return R_STP
    if service == 0xFEFE:
        return R_ISIS
    if service != 0xAAAA:
        return R_LLC
    if end - at < 8:
        return R_FRAME_TRUNCATED
    organisation = be32(window, at + 2) & 0xFFFFFF
    kind = be16(window, at + 6)
    if organisation == 0x00000C:  # Cisco
        if kind == 0x010B:
            return R_STP  # one per VLAN
        if kind in (0x2000, 0x2003, 0x2004, 0x0111):
            return R_CDP
        return R_LLC
    if organisation == 0:
        if kind == 0x0800:
            return ipv4(window, at + 8, end, rest, vlan, packets, i)
        if kind == 0x86DD:
            return ipv6(window, at + 8, end, rest, vlan, packets, i)
        if kind == 0x0806:
            return R_ARP
    return R_LLC
