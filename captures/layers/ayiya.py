"""AYIYA: IP over UDP 5072, from or to a tunnel server (draft-massar-v6ops-ayiya-02)."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import BEGIN, END, IPV4, IPV6, PORT, SOURCE_PORT, UNCLAIMED, Layer, kinds
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRUNCATED = reason("tunnel-truncated")
FORWARD = 1


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read a header of eight bytes, an identity and a signature of the lengths that it says."""
    at = place[BEGIN]
    kept = place[END] - at
    if kept < 8:
        return UNCLAIMED
    size = 8 + (1 << (np.int64(window[at]) >> 4)) + (np.int64(window[at + 1]) >> 4) * 4
    carried = window[at + 3]
    if window[at + 2] & 15 != FORWARD or carried not in (4, 41):
        return UNCLAIMED
    if kept <= size:
        return TRUNCATED
    if window[at + size] >> 4 != (4 if carried == 4 else 6):
        return UNCLAIMED
    place[BEGIN] = at + size
    return IPV4 if carried == 4 else IPV6


LAYER = Layer("ayiya", (*kinds(PORT, 5072), *kinds(SOURCE_PORT, 5072)), read, tunnel=True)
