"""Ethernet in Ethernet, or in what names its content by an EtherType: bridged (0x6558), TRILL, FabricPath.

Source: RFC 6325 (TRILL, 0x22F3), Cisco's FabricPath (0x8903: tag and time to live). VLANs are those of the inner frame.
"""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERNET, ETHERTYPE, VLANS, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRILL, FABRIC_PATH = ETHERTYPE + 0x22F3, ETHERTYPE + 0x8903
FRAME_TRUNCATED, UNKNOWN = reason("frame-truncated"), reason("ethernet-tunnel")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Pass over what comes before the inner frame."""
    at = place[BEGIN]
    size = 0
    if kind == FABRIC_PATH:
        size = 2
    elif kind == TRILL:
        if place[END] - at < 6:
            return FRAME_TRUNCATED
        if window[at] & 0xC0:  # of another version
            return UNKNOWN
        size = 6 + ((be16(window, at) >> 6) & 31) * 4
    if place[END] - at < size + 14:
        return FRAME_TRUNCATED
    place[BEGIN] = at + size
    place[VLANS] = 0
    return ETHERNET


LAYER = Layer("bridged-ethernet", kinds(ETHERTYPE, 0x6558, 0x22F3, 0x8903), read)
