"""From frames to packets: one pass of one compiled loop, ``parse``, over a batch of records.

The way of most packets, Ethernet, VLAN tags, IP, a transport, is written out here; every other layer that carries one
is a file of ``layers/``, found by its kind. Every length is compared with what was kept before it is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures import layers
from cloison.captures.ip import ipv4, ipv6
from cloison.captures.layer import (
    BEGIN,
    END,
    ETHERTYPE,
    LINK_TYPE,
    PORT,
    PROTOCOL,
    REST,
    UNCLAIMED,
    VLANS,
    Reader,
    chain,
)
from cloison.captures.octets import be16
from cloison.captures.packets import LATER_FRAGMENT, TCP, UDP, reason
from cloison.captures.transport import opened, transport
from cloison.flows.compiled import Int, Kernel, compiled
from cloison.netmodel.registry import load

MOST_TAGS = 4  # of VLANs, those with identifier 0 included
MOST_LAYERS = 16  # of one frame

ETHERNET = LINK_TYPE + 1
IPV4, IPV6 = ETHERTYPE + 0x0800, ETHERTYPE + 0x86DD
VLAN, SERVICE_VLAN, OLD_SERVICE_VLAN = ETHERTYPE + 0x8100, ETHERTYPE + 0x88A8, ETHERTYPE + 0x9100

(
    R_ARP, R_RARP, R_LLDP, R_LACP, R_EAPOL, R_MAC_CONTROL, R_LOOP_TEST, R_OAM, R_PTP, R_PPPOE_DISCOVERY, R_PPPOE,
    R_MPLS, R_MACSEC, R_ETHERNET_TUNNEL, R_ETHERTYPE, R_LINK_TYPE, R_NO_INTERFACE, R_FRAME_TRUNCATED, R_VLAN_DEPTH,
    R_LAYER_DEPTH,
) = (
    reason(name)
    for name in (
        "arp", "rarp", "lldp", "lacp", "eapol", "mac-control", "loop-test", "oam", "ptp", "pppoe-discovery", "pppoe",
        "mpls", "macsec", "ethernet-tunnel", "ethertype", "link-type", "packet-without-interface", "frame-truncated",
        "vlan-depth", "layer-depth",
    )
)  # fmt: skip

_follow: Reader = chain(load(layers, "LAYER").values())


def parser(fast: bool) -> Kernel:
    """Return ``parse``, compiled or plain."""
    return compiled(parse) if fast else parse


def parse(window: Any, records: Any, count: Int, packets: Any, place: Any) -> None:
    """Decode the first ``count`` records of ``window`` (uint8) into ``packets``, columns of :mod:`packets`.

    ``place`` (int64, words of :mod:`layer`) is written over.
    """
    for i in range(count):
        at = records[i, 0]
        packets[i, 5] = _frame(window, at, at + records[i, 1], records[i, 2], records[i, 4], packets, i, place)


def _frame(window: Any, at: Int, end: Int, wire: Int, link: Int, packets: Any, i: Int, place: Any) -> Int:
    """Follow a frame's layers to an IP packet that carries no other; return its evidence, or a reason."""
    if link < 0:
        return np.int64(R_NO_INTERFACE)
    kept = end - at
    rest = max(wire, kept) - kept  # bytes that were not kept; a length on the wire below what was kept lies
    vlans = np.int64(0)
    kind = LINK_TYPE + link
    for _ in range(MOST_LAYERS):
        if kind == ETHERNET:
            if end - at < 14:
                return np.int64(R_FRAME_TRUNCATED)
            kind = ETHERTYPE + be16(window, at + 12)
            at += 14
        if kind in (VLAN, SERVICE_VLAN, OLD_SERVICE_VLAN):
            kind, at, vlans = _tags(window, kind, at, end)
        if kind in (IPV4, IPV6):
            if kind == IPV4:
                what, protocol, at, end, length, group = ipv4(window, at, end, rest, packets, i)
            else:
                what, protocol, at, end, length, group = ipv6(window, at, end, rest, packets, i)
            if what < 0:
                return what
            kind = np.int64(UNCLAIMED)
            if not (protocol == TCP or what & LATER_FRAGMENT):
                place[END], place[REST], place[VLANS] = end, length - (end - at), vlans
                if protocol != UDP:
                    place[BEGIN] = at
                    kind = _follow(window, PROTOCOL + protocol, place)
                elif end - at >= 8:
                    place[BEGIN] = at + 8
                    kind = _follow(window, PORT + be16(window, at + 2), place)
            if kind == UNCLAIMED:
                what = transport(window, protocol, at, end, length, what, vlans, packets, i)
                return opened(what, protocol) if group else what
        elif kind >= 0:
            place[BEGIN], place[END], place[REST], place[VLANS] = at, end, rest, vlans
            carried = _follow(window, kind, place)
            kind = carried if carried != UNCLAIMED else np.int64(_not_ip(kind))
        if kind < 0:
            return kind
        at, end, rest, vlans = place[BEGIN], place[END], place[REST], place[VLANS]
    return np.int64(R_LAYER_DEPTH)


def _tags(window: Any, kind: Int, at: Int, end: Int) -> tuple[Int, Int, Int]:
    """Return what follows VLAN tags or a reason, where it begins, and the VLANs.

    A tag with identifier 0 is a priority and no VLAN (802.1Q).
    """
    vlans = np.int64(0)
    found = 0
    for tags in range(MOST_TAGS + 1):
        if kind not in (VLAN, SERVICE_VLAN, OLD_SERVICE_VLAN):
            break
        if tags == MOST_TAGS:
            return np.int64(R_VLAN_DEPTH), at, vlans
        if end - at < 4:
            return np.int64(R_FRAME_TRUNCATED), at, vlans
        tag = be16(window, at) & 0xFFF
        if tag:
            if found == 2:
                return np.int64(R_VLAN_DEPTH), at, vlans
            vlans |= tag << 12 if found == 0 else tag
            found += 1
        kind = ETHERTYPE + be16(window, at + 2)
        at += 4
    return kind, at, vlans


def _not_ip(kind: Int) -> Int:
    """Return the reason for a kind of frame that no layer claims."""
    if kind < ETHERTYPE:
        return R_LINK_TYPE
    kind -= ETHERTYPE
    if kind == 0x0806:
        return R_ARP
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
