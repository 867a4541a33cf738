"""NSH, the header of service chains (RFC 8300), EtherType 0x894F."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERNET, ETHERTYPE, IPV4, IPV6, VLANS, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

MPLS, ITSELF = ETHERTYPE + 0x8847, ETHERTYPE + 0x894F
FRAME_TRUNCATED, CONTROL, UNKNOWN = (
    reason(name) for name in ("frame-truncated", "tunnel-control", "ethernet-tunnel")
)  # fmt: skip
MANAGEMENT = 0x20


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read the base header and pass over the rest."""
    at = place[BEGIN]
    kept = place[END] - at
    if kept < 8:
        return FRAME_TRUNCATED
    size = (be16(window, at) & 0x3F) * 4
    if window[at] & 0xC0 or size < 8:
        return UNKNOWN
    if window[at] & MANAGEMENT:
        return CONTROL
    if kept < size:
        return FRAME_TRUNCATED
    place[BEGIN] = at + size
    place[VLANS] = 0
    carried = window[at + 3]
    if carried == 1:
        return IPV4
    if carried == 2:
        return IPV6
    if carried == 3:
        return ETHERNET
    if carried == 4:
        return ITSELF
    return MPLS if carried == 5 else UNKNOWN


LAYER = Layer("nsh", kinds(ETHERTYPE, 0x894F), read)
