"""Linux cooked captures, what the pseudo-device "any" gives: link types 113 and 276.

Source: tcpdump.org/linktypes, LINUX_SLL and LINUX_SLL2.
"""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERTYPE, LINK_TYPE, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

V2 = LINK_TYPE + 276
FRAME_TRUNCATED = reason("frame-truncated")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read a header of 16 bytes with the type at its end, or of 20 (version 2) with the type at its beginning."""
    at = place[BEGIN]
    size = 20 if kind == V2 else 16
    if place[END] - at < size:
        return FRAME_TRUNCATED
    place[BEGIN] = at + size
    return ETHERTYPE + be16(window, at if kind == V2 else at + 14)


LAYER = Layer("linux-cooked", kinds(LINK_TYPE, 113, 276), read)
