"""PPI, per-packet information before a frame of another link type (192). Source: CACE's PPI specification 1.0.7."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, LINK_TYPE, Layer, kinds
from cloison.captures.octets import le16, le32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

FRAME_TRUNCATED, LINK = reason("frame-truncated"), reason("link-type")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Pass over the header and say the link type that it names."""
    at = place[BEGIN]
    kept = place[END] - at
    if kept < 8:
        return FRAME_TRUNCATED
    size, link = le16(window, at + 2), le32(window, at + 4)
    if window[at] != 0 or size < 8 or link > 0xFFFF:
        return LINK
    if kept < size:
        return FRAME_TRUNCATED
    place[BEGIN] = at + size
    return LINK_TYPE + link


LAYER = Layer("ppi", kinds(LINK_TYPE, 192), read)
