"""MPLS in IP (protocol 137, RFC 4023) and over UDP 6635 (RFC 7510)."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.layer import ETHERTYPE, PORT, PROTOCOL, Layer, kinds
from cloison.flows.compiled import Int

MPLS = ETHERTYPE + 0x8847


def read(window: Any, kind: Int, place: Any) -> Int:
    """There is no header: labels follow."""
    return np.int64(MPLS)


LAYER = Layer("mpls-in-ip", (*kinds(PROTOCOL, 137), *kinds(PORT, 6635)), read, tunnel=True)
