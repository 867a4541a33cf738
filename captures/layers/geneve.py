"""Geneve over UDP 6081 (RFC 8926)."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, ETHERTYPE, PORT, UNCLAIMED, VNI, Layer, kinds
from cloison.captures.octets import be16, be32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRUNCATED, CONTROL, NOT_IP = (
    reason(name) for name in ("tunnel-truncated", "tunnel-control", "ethertype")
)  # fmt: skip
IS_CONTROL = 0x80


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read a header of eight bytes and the options that it counts."""
    at = place[BEGIN]
    kept = place[END] - at
    if kept >= 1 and window[at] & 0xC0:  # of another version
        return UNCLAIMED
    if kept < 8:
        return TRUNCATED
    size = 8 + (np.int64(window[at]) & 0x3F) * 4
    if kept < size:
        return TRUNCATED
    if window[at + 1] & IS_CONTROL:
        return CONTROL
    carried = be16(window, at + 2)
    place[BEGIN] = at + size
    place[VNI] = be32(window, at + 4) >> 8
    return ETHERTYPE + carried if carried > 1500 else NOT_IP


LAYER = Layer("geneve", kinds(PORT, 6081), read, tunnel=True)
