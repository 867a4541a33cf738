"""Tags that stand before another EtherType: VN-tag, HSR, R-tag, Cisco's metadata, Broadcom's switches (link type 281).

Source: IEEE 802.1BR's ancestor by Cisco (0x8926), IEC 62439-3 (0x892F), IEEE 802.1CB (0xF1C1), Cisco TrustSec (0x8909);
tcpdump.org/linktypes, LINKTYPE_DSA_TAG_BRCM.
"""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERTYPE, LINK_TYPE, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

METADATA, BROADCOM = ETHERTYPE + 0x8909, LINK_TYPE + 281
FRAME_TRUNCATED = reason("frame-truncated")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Pass over the tag: four bytes, six of metadata."""
    at = place[BEGIN]
    size = 6 if kind == METADATA else 16 if kind == BROADCOM else 4  # Broadcom's with the addresses before it
    if place[END] - at < size + 2:
        return FRAME_TRUNCATED
    place[BEGIN] = at + size + 2
    return ETHERTYPE + be16(window, at + size)


LAYER = Layer("ethernet-tag", (*kinds(ETHERTYPE, 0x8926, 0x892F, 0xF1C1, 0x8909), *kinds(LINK_TYPE, 281)), read)
