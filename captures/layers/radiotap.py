"""Radiotap before 802.11 (link type 127): its length, whether the frame is damaged, padded or ends in a checksum.

Source: radiotap.org, "Radiotap" and the field "Flags".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, LINK_TYPE, REST, Layer, kinds
from cloison.captures.octets import le16, le32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

IEEE802_11 = LINK_TYPE + 105
FRAME_TRUNCATED, LINK, DAMAGED = (reason(name) for name in ("frame-truncated", "link-type", "frame-damaged"))
MOST_WORDS = 32  # of the bits that say which fields are there
HAS_CLOCK, HAS_FLAGS, ANOTHER = 1 << 0, 1 << 1, 1 << 31
CHECKSUM, PADDED, BAD = 0x10, 0x20, 0x40


def read(window: Any, kind: Int, place: Any) -> Int:
    """Pass over the header, whose only field that matters is the first after the clock."""
    at, end = place[BEGIN], place[END]
    if end - at < 8:
        return FRAME_TRUNCATED
    size = le16(window, at + 2)
    if window[at] != 0 or size < 8:
        return LINK
    if end - at < size:
        return FRAME_TRUNCATED
    present = le32(window, at + 4)
    field = np.int64(4)
    for _ in range(MOST_WORDS):
        if size - field < 4:
            return LINK
        more = le32(window, at + field) & ANOTHER
        field += 4
        if not more:
            break
    if present & HAS_CLOCK:
        field = ((field + 7) & ~7) + 8
    flags = np.int64(0)
    if present & HAS_FLAGS and field < size:
        flags = np.int64(window[at + field])
    if flags & (BAD | PADDED):
        return DAMAGED if flags & BAD else LINK
    if flags & CHECKSUM and place[REST] == 0 and end - at - size >= 4:
        place[END] = end - 4
    place[BEGIN] = at + size
    return IEEE802_11


LAYER = Layer("radiotap", kinds(LINK_TYPE, 127), read)
