"""Other local networks: token ring, FDDI, ATM (RFC 2684), IEEE 1394, InfiniBand (link types 6, 10, 100, 138, 242).

Source: tcpdump.org/linktypes; IEEE 802.5, ANSI X3.139, RFC 4391.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, ETHERTYPE, LINK_TYPE, VLANS, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TOKEN_RING, FDDI, FIREWIRE, INFINIBAND = LINK_TYPE + 6, LINK_TYPE + 10, LINK_TYPE + 138, LINK_TYPE + 242
LLC = ETHERTYPE  # a length: 802.2 follows
FRAME_TRUNCATED, CONTROL = reason("frame-truncated"), reason("mac-control")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Pass over the addresses; frames that are not data are link control."""
    at = place[BEGIN]
    kept = place[END] - at
    place[VLANS] = 0
    if kind in (FIREWIRE, INFINIBAND):
        size = np.int64(16 if kind == FIREWIRE else 40)  # before an EtherType
        if kept < size + 4:
            return FRAME_TRUNCATED
        place[BEGIN] = at + size + (2 if kind == FIREWIRE else 4)
        return ETHERTYPE + be16(window, at + size)
    size = np.int64(0)  # of ATM
    if kind == FDDI:
        if kept < 13:
            return FRAME_TRUNCATED
        if window[at] & 0xF0 != 0x50:
            return CONTROL
        size = np.int64(13)
    elif kind == TOKEN_RING:
        if kept < 15:
            return FRAME_TRUNCATED
        if window[at + 1] & 0xC0 != 0x40:
            return CONTROL
        size = np.int64(14)
        if window[at + 8] & 0x80:  # routed by its source
            size += np.int64(window[at + 14]) & 0x1F
    if kept < size:
        return FRAME_TRUNCATED
    place[BEGIN] = at + size
    return LLC


LAYER = Layer("lan", kinds(LINK_TYPE, 6, 10, 100, 138, 242), read)
