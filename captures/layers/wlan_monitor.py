"""Older headers before 802.11: Prism's and AVS (link types 119 and 163).

Source: the structures of the linux-wlan project, wlan_ng_prism2_header and avs_802_11.
"""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, LINK_TYPE, Layer, kinds
from cloison.captures.octets import be32, le32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

IEEE802_11 = LINK_TYPE + 105
FRAME_TRUNCATED, LINK = reason("frame-truncated"), reason("link-type")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Pass over a header whose length is its second word: in network order in AVS, as the machine had it in Prism."""
    at = place[BEGIN]
    kept = place[END] - at
    if kept < 8:
        return FRAME_TRUNCATED
    size = be32(window, at + 4)
    if be32(window, at) & 0xFFFFF000 != 0x80211000 and size != 144:
        size = le32(window, at + 4)
        if size != 144:
            return LINK
    if not 8 <= size <= 1024:
        return LINK
    if kept < size:
        return FRAME_TRUNCATED
    place[BEGIN] = at + size
    return IEEE802_11


LAYER = Layer("wlan-monitor", kinds(LINK_TYPE, 119, 163), read)
