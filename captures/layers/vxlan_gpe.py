"""VXLAN with the protocol that it carries, over UDP 4790 (draft-ietf-nvo3-vxlan-gpe-13)."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERNET, ETHERTYPE, IPV4, IPV6, PORT, UNCLAIMED, VNI, Layer, kinds
from cloison.captures.octets import be32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

MPLS, NSH = ETHERTYPE + 0x8847, ETHERTYPE + 0x894F
TRUNCATED, CONTROL, UNKNOWN = (
    reason(name) for name in ("tunnel-truncated", "tunnel-control", "tunnel-payload")
)  # fmt: skip
HAS_VNI, HAS_PROTOCOL, MANAGEMENT = 0x08, 0x04, 0x01


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read the eight bytes; without a protocol it is Ethernet."""
    at = place[BEGIN]
    kept = place[END] - at
    if kept >= 1 and not window[at] & HAS_VNI:
        return UNCLAIMED
    if kept < 8:
        return TRUNCATED
    if window[at] & 0x30:  # of another version
        return UNKNOWN
    if window[at] & MANAGEMENT:
        return CONTROL
    place[BEGIN] = at + 8
    place[VNI] = be32(window, at + 4) >> 8
    carried = window[at + 3] if window[at] & HAS_PROTOCOL else 3
    if carried == 1:
        return IPV4
    if carried == 2:
        return IPV6
    if carried == 3:
        return ETHERNET
    if carried == 4:
        return NSH
    return MPLS if carried == 5 else UNKNOWN


LAYER = Layer("vxlan-gpe", kinds(PORT, 4790), read, tunnel=True)
