"""ESP in UDP port 4500: RFC 3948 section 2.1."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be32
from cloison.captures.recogniser import FOUND, UDP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a security parameters index (above 255, RFC 4303) with a sequence number and data."""
    if (source != 4500 and target != 4500) or end - at < 8 or length < 24:
        return np.int64(0)
    sequence = be32(window, at + 4)
    return np.int64(FOUND) if be32(window, at) > 255 and 0 < sequence < 0xFFFFFFFF else np.int64(0)


RECOGNISER = Recogniser("esp", Text("ESP", "ESP"), (UDP,), look, encrypted=True)
