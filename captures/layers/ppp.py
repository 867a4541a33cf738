"""PPP: address, control and protocol fields, each of which may be left out or compressed.

Link types 9, 50 (also Cisco's HDLC), 166 and 204 (the direction in the place of, or before the address). Source:
RFC 1661, RFC 1662; protocols: IANA "PPP DLL Protocol Numbers".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, ETHERTYPE, IPV4, IPV6, LINK_TYPE, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

PPPD, WITH_DIRECTION = LINK_TYPE + 166, LINK_TYPE + 204
CISCO = LINK_TYPE + 104
MPLS = ETHERTYPE + 0x8847
FRAME_TRUNCATED, CONTROL, UNKNOWN, NOT_IP = (
    reason(name) for name in ("frame-truncated", "ppp-control", "ppp", "ethertype")
)


def read(window: Any, kind: Int, place: Any) -> Int:
    """Return what the protocol field says."""
    at, end = place[BEGIN], place[END]
    if end - at < 1:
        return FRAME_TRUNCATED
    if kind == WITH_DIRECTION:
        at += 1
    elif kind == PPPD:
        at += 2  # direction, control
    elif window[at] in (0x0F, 0x8F):
        return CISCO
    if end - at >= 2 and window[at] == 0xFF and window[at + 1] == 0x03:
        at += 2
    if end - at < 1:
        return FRAME_TRUNCATED
    protocol = np.int64(window[at])
    if protocol & 1:  # compressed: every protocol is odd
        at += 1
    else:
        if end - at < 2:
            return FRAME_TRUNCATED
        protocol = be16(window, at)
        at += 2
    place[BEGIN] = at
    if protocol == 0x0021:
        return IPV4
    if protocol == 0x0057:
        return IPV6
    if protocol == 0x0281 or protocol == 0x0283:
        return MPLS
    if protocol >= 0x8000:  # network, and link control protocols
        return CONTROL
    if protocol in (0x0023, 0x0025, 0x0027, 0x0029, 0x002B, 0x0035, 0x003F, 0x0041, 0x0201, 0x4021):
        return NOT_IP  # OSI, XNS, DECnet, AppleTalk, IPX, Vines, NetBIOS, Cisco's, spanning tree
    return UNKNOWN


LAYER = Layer("ppp", kinds(LINK_TYPE, 9, 50, 166, 204), read)
