"""802.11 frames (link type 105): data whose 802.2 header is in clear.

Source: IEEE 802.11-2020, section 9. Encrypted frames, fragments and aggregates are counted; management and control are
link control.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, ETHERTYPE, LINK_TYPE, VLANS, Layer, kinds
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

FRAME_TRUNCATED, CONTROL, PROTECTED, DATA = (
    reason(name) for name in ("frame-truncated", "wlan-control", "wlan-protected", "wlan-data")
)
LLC = ETHERTYPE  # a length: 802.2 follows
TO_OTHER, MORE_FRAGMENTS, IS_PROTECTED, ORDER = 0x03, 0x04, 0x40, 0x80  # bits of the second byte
IS_QOS, IS_NULL = 0x80, 0x40  # of the first one, in data
AGGREGATE, MESH = 0x80, 0x01  # of the first and second byte of QoS control


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read a header of 24 bytes or more, as its bits say."""
    at, end = place[BEGIN], place[END]
    if end - at < 2:
        return FRAME_TRUNCATED
    frame, flags = np.int64(window[at]), np.int64(window[at + 1])
    if frame & 0x0C != 0x08 or frame & IS_NULL:
        return CONTROL
    if frame & 0x03:  # of a version that is not known
        return DATA
    if flags & IS_PROTECTED:
        return PROTECTED
    size = 30 if flags & TO_OTHER == TO_OTHER else 24
    if end - at < size + 4:
        return FRAME_TRUNCATED
    if flags & MORE_FRAGMENTS or window[at + 22] & 15:
        return DATA
    if frame & IS_QOS:
        if window[at + size] & AGGREGATE or (size == 30 and window[at + size + 1] & MESH):
            return DATA
        size += 6 if flags & ORDER else 2
        if end - at < size:
            return FRAME_TRUNCATED
    place[BEGIN] = at + size
    place[VLANS] = 0
    return LLC


LAYER = Layer("802.11", kinds(LINK_TYPE, 105), read)
