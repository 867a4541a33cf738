"""Frame relay (link type 107): RFC 2427's identifiers of protocols, or Cisco's EtherTypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, ETHERTYPE, IPV4, IPV6, LINK_TYPE, Layer, kinds
from cloison.captures.octets import be16, be32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

FRAME_TRUNCATED, CONTROL, OTHER, ISIS = (reason(name) for name in ("frame-truncated", "ppp-control", "llc", "isis"))


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read an address of two to four bytes, and what follows it."""
    at, end = place[BEGIN], place[END]
    size = 0
    for byte in range(4):
        if end - at <= byte:
            return FRAME_TRUNCATED
        if window[at + byte] & 1:  # the last one
            size = byte + 1
            break
    if size < 2:
        return OTHER
    at += size
    if end - at < 3:
        return FRAME_TRUNCATED
    if window[at] != 0x03:  # not "unnumbered information": an EtherType
        place[BEGIN] = at + 2
        carried = be16(window, at)
        return ETHERTYPE + carried if carried > 1500 else OTHER
    at += 2 if window[at + 1] == 0 else 1  # a byte may pad
    identifier = np.int64(window[at])
    place[BEGIN] = at + 1
    if identifier == 0xCC:
        return IPV4
    if identifier == 0x8E:
        return IPV6
    if identifier == 0x08 or identifier == 0xB1:  # Q.933, FRF.12
        return CONTROL
    if identifier in (0x81, 0x82, 0x83):
        return ISIS
    if identifier != 0x80:
        return OTHER
    if end - at < 6:
        return FRAME_TRUNCATED
    carried = be16(window, at + 4)
    if be32(window, at) & 0xFFFFFF == 0 and carried > 1500:  # SNAP
        place[BEGIN] = at + 6
        return ETHERTYPE + carried
    return OTHER


LAYER = Layer("frame-relay", kinds(LINK_TYPE, 107), read)
