"""GTP-U over UDP 2152: what mobile networks carry for their users (3GPP TS 29.281).

The identifier of a tunnel's end is of one direction: it tells no conversation from another. Messages that carry no
packet are of the outer conversation alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, IP, PORT, REST, UNCLAIMED, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRUNCATED, UNKNOWN = reason("tunnel-truncated"), reason("tunnel-payload")
IS_PACKET = 0xFF
MOST_EXTENSIONS = 16


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read a header of 8 or 12 bytes and its extensions; only IP is followed, as its version says."""
    at, end = place[BEGIN], place[END]
    if end - at < 2:
        return TRUNCATED if place[REST] > 0 else UNCLAIMED
    if window[at] & 0xF0 != 0x30 or window[at + 1] != IS_PACKET:
        return UNCLAIMED
    flags = window[at] & 7
    if end - at < (12 if flags else 8):
        return TRUNCATED
    stop = at + 8 + be16(window, at + 2)
    at += 8
    if flags:
        following = window[at + 3] if flags & 4 else 0
        at += 4
        for extensions in range(MOST_EXTENSIONS + 1):
            if following == 0:
                break
            if extensions == MOST_EXTENSIONS:
                return UNKNOWN
            if end - at < 1:
                return TRUNCATED
            size = np.int64(window[at]) * 4
            if size == 0:
                return UNKNOWN
            if end - at < size:
                return TRUNCATED
            at += size
            following = window[at - 1]
    if stop > end + place[REST] or stop < at:
        return UNKNOWN
    if end - at < 1:
        return TRUNCATED
    if window[at] >> 4 != 4 and window[at] >> 4 != 6:
        return UNKNOWN
    place[BEGIN], place[END] = at, min(end, stop)
    place[REST] = stop - place[END]
    return IP


LAYER = Layer("gtp-u", kinds(PORT, 2152), read, tunnel=True)
