"""What packet filters and IPsec of the BSDs hand out: PFLOG and ENC (link types 117 and 109).

Source: tcpdump.org/linktypes, LINKTYPE_PFLOG and LINKTYPE_ENC; OpenBSD's if_pflog.h and if_enc.h.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, IPV4, IPV6, LINK_TYPE, Layer, kinds
from cloison.captures.octets import be32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

PFLOG = LINK_TYPE + 117
FRAME_TRUNCATED, LINK = reason("frame-truncated"), reason("link-type")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read the address family, and pass over a header of 12 bytes or, in PFLOG, of the length that it says."""
    at = place[BEGIN]
    kept = place[END] - at
    if kept < 12:
        return FRAME_TRUNCATED
    if kind == PFLOG:
        size = (np.int64(window[at]) + 3) & ~3
        family = np.int64(window[at + 1])
        if size < 44:
            return LINK
    else:
        size = np.int64(12)
        family = be32(window, at)
        if family & 0xFFFF == 0:
            family >>= 24  # the order of bytes is that of the machine
    if kept < size:
        return FRAME_TRUNCATED
    place[BEGIN] = at + size
    if family == 2:
        return IPV4
    return IPV6 if family in (24, 28, 30) else LINK


LAYER = Layer("packet-filter", kinds(LINK_TYPE, 109, 117), read)
