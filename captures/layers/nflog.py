"""What netfilter logs (link type 239): attributes, one of which is an IP packet.

Source: tcpdump.org/linktypes, LINKTYPE_NFLOG; the lengths are as the machine had them, here little-endian.
"""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, IPV4, IPV6, LINK_TYPE, Layer, kinds
from cloison.captures.octets import le16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

FRAME_TRUNCATED, LINK, NOT_IP = (reason(name) for name in ("frame-truncated", "link-type", "ethertype"))
MOST_ATTRIBUTES = 64
PAYLOAD = 9  # of the attributes


def read(window: Any, kind: Int, place: Any) -> Int:
    """Pass over the attributes before the payload."""
    at, end = place[BEGIN], place[END]
    if end - at < 4:
        return FRAME_TRUNCATED
    family = window[at]
    if window[at + 1] != 0:  # of another version
        return LINK
    at += 4
    for _ in range(MOST_ATTRIBUTES):
        if end - at < 4:
            return FRAME_TRUNCATED
        size = le16(window, at)
        if size < 4:
            return LINK
        if le16(window, at + 2) == PAYLOAD:
            place[BEGIN] = at + 4
            if family == 2:
                return IPV4
            return IPV6 if family == 10 else NOT_IP
        at += (size + 3) & ~3
    return LINK


LAYER = Layer("nflog", kinds(LINK_TYPE, 239), read)
