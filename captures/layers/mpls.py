"""MPLS: a stack of labels, then IP, or Ethernet with or without a control word.

Source: RFC 3032 (labels), RFC 4385 and 4448 (control word, Ethernet), RFC 4928 (the first nibble). Labels are of one
direction each: they tell no conversation from another.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, ETHERNET, ETHERTYPE, IPV4, IPV6, VLANS, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

FRAME_TRUNCATED, CONTROL, OTHER = reason("frame-truncated"), reason("tunnel-control"), reason("mpls")
MOST_LABELS = 64
LAST = 0x01  # bit of a label's third byte: it is the bottom of the stack


def read(window: Any, kind: Int, place: Any) -> Int:
    """Pass over the labels; what follows says itself what it is, or nothing does."""
    at, end = place[BEGIN], place[END]
    bottom = False
    for _ in range(MOST_LABELS):
        if end - at < 4:
            return FRAME_TRUNCATED
        bottom = window[at + 2] & LAST != 0
        at += 4
        if bottom:
            break
    if not bottom:
        return OTHER
    if end - at < 1:
        return FRAME_TRUNCATED
    place[BEGIN] = at
    version = np.int64(window[at]) >> 4
    place[VLANS] = 0  # those around are of a link between routers
    if window[at] == 0x45 or (version == 4 and not _ethernet(window, at, end)):
        return IPV4
    if version == 6 and not _ethernet(window, at, end):
        return IPV6
    if _ethernet(window, at, end):
        return ETHERNET
    if version == 0 and _ethernet(window, at + 4, end):
        place[BEGIN] = at + 4
        return ETHERNET
    if version == 1:  # associated channel (RFC 4385 section 5)
        return CONTROL
    return OTHER


def _ethernet(window: Any, at: Int, end: Int) -> bool:
    """Return whether a frame of Ethernet that carries what is known begins there."""
    if end - at < 15:
        return False
    carried = be16(window, at + 12)
    first = np.int64(window[at + 14]) >> 4
    if carried == 0x0800 or carried == 0x86DD:
        return bool(first == (4 if carried == 0x0800 else 6))
    return carried in (0x0806, 0x8100, 0x88A8, 0x8847, 0x8863, 0x8864, 0x88CC)


LAYER = Layer("mpls", kinds(ETHERTYPE, 0x8847, 0x8848), read)
