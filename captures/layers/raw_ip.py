"""IP without a link header: link types 101, 228 and 229, and 12 and 14 of older systems (tcpdump.org/linktypes)."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, ETHERTYPE, LINK_TYPE, Layer, kinds
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

ONLY_IPV4, ONLY_IPV6 = LINK_TYPE + 228, LINK_TYPE + 229
IPV4, IPV6 = ETHERTYPE + 0x0800, ETHERTYPE + 0x86DD
IP_TRUNCATED, IP_MALFORMED = reason("ip-truncated"), reason("ip-malformed")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Return the version of IP that the first four bits say."""
    if place[END] - place[BEGIN] < 1:
        return IP_TRUNCATED
    version = np.int64(window[place[BEGIN]]) >> 4
    if version == 4 and kind != ONLY_IPV6:
        return IPV4
    if version == 6 and kind != ONLY_IPV4:
        return IPV6
    return IP_MALFORMED


LAYER = Layer("raw-ip", kinds(LINK_TYPE, 12, 14, 101, 228, 229), read)
