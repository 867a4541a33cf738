"""802.2 headers, where an EtherType is a length, or one of Linux cooked's numbers for 802.2 and 802.3 (up to 1500)."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERTYPE, Layer
from cloison.captures.octets import be16, be32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

FRAME_TRUNCATED, LLC, STP, ISIS, CDP = (
    reason(name) for name in ("frame-truncated", "llc", "stp", "isis", "cdp")
)  # fmt: skip
IPV4 = ETHERTYPE + 0x0800


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read the service access points and SNAP; SNAP names an EtherType (RFC 1042, IEEE 802.1H)."""
    at = place[BEGIN]
    kept = place[END] - at
    if kept < 3:
        return FRAME_TRUNCATED
    service = be16(window, at)
    if service == 0x4242:
        return STP
    if service == 0xFEFE:
        return ISIS
    if service == 0x0606 and window[at + 2] == 3:
        place[BEGIN] = at + 3
        return IPV4
    if service != 0xAAAA:
        return LLC
    if kept < 8:
        return FRAME_TRUNCATED
    organisation = be32(window, at + 2) & 0xFFFFFF
    carried = be16(window, at + 6)
    if organisation == 0x00000C:  # Cisco
        if carried == 0x010B:
            return STP  # one per VLAN
        return CDP if carried in (0x2000, 0x2003, 0x2004, 0x0111) else LLC
    if (organisation == 0 or organisation == 0x0000F8) and carried > 1500:
        place[BEGIN] = at + 8
        return ETHERTYPE + carried
    return LLC


LAYER = Layer("llc", ((ETHERTYPE, ETHERTYPE + 1500),), read)
