"""ERSPAN, mirrored frames in GRE, with their VLAN: type II (0x88BE) and III (0x22EB); type I is plain GRE.

Source: draft-foschiano-erspan-03.
"""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERNET, ETHERTYPE, IP, VLANS, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRUNCATED, UNKNOWN = reason("tunnel-truncated"), reason("tunnel-payload")
THIRD = ETHERTYPE + 0x22EB


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read a header of 8 bytes, 12 in type III and 8 more where it says so; a tag of the frame's own counts first."""
    at, end = place[BEGIN], place[END]
    if end - at < 12:
        return TRUNCATED
    head = be16(window, at)
    size = 8
    carried = ETHERNET
    if kind == THIRD:
        size = 20 if window[at + 11] & 1 else 12
        frame = (window[at + 10] & 0x7C) >> 2
        if frame == 2:
            carried = IP
        elif frame != 0:
            return UNKNOWN
    if head >> 12 != (2 if kind == THIRD else 1):
        return UNKNOWN
    if end - at < size:
        return TRUNCATED
    place[BEGIN] = at + size
    place[VLANS] = (head & 0xFFF) << 12
    return carried


LAYER = Layer("erspan", kinds(ETHERTYPE, 0x88BE, 0x22EB), read, tunnel=True)
