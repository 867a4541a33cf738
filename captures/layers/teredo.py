"""Teredo: IPv6 over UDP 3544, from or to a server or a relay (RFC 4380)."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, IPV6, PORT, SOURCE_PORT, UNCLAIMED, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRUNCATED = reason("tunnel-truncated")
AUTHENTICATION, ORIGIN = 1, 0


def read(window: Any, kind: Int, place: Any) -> Int:
    """Pass over the indications of authentication and of origin, which may come before the packet."""
    at, end = place[BEGIN], place[END]
    if end - at < 2:
        return UNCLAIMED
    if be16(window, at) == AUTHENTICATION:
        if end - at < 4:
            return TRUNCATED
        size = 13 + np.int64(window[at + 2]) + np.int64(window[at + 3])
        if end - at < size + 2:
            return TRUNCATED
        at += size
    if be16(window, at) == ORIGIN:
        if end - at < 9:
            return TRUNCATED
        at += 8
    if window[at] & 0xF0 != 0x60:
        return UNCLAIMED
    place[BEGIN] = at
    return IPV6


LAYER = Layer("teredo", (*kinds(PORT, 3544), *kinds(SOURCE_PORT, 3544)), read, tunnel=True)
