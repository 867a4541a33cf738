"""Modbus over TCP: the header of its messaging guide, section 3.1.3, and the function codes of the protocol."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be16
from cloison.captures.recogniser import FOUND, IN_CLEAR, TCP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a header whose length fits, on port 502."""
    if (source != 502 and target != 502) or end - at < 8 or be16(window, at + 2) != 0:
        return np.int64(0)
    size = be16(window, at + 4)
    function = np.int64(window[at + 7]) & 0x7F
    if size < 2 or size > 254 or size + 6 > length or function == 0:
        return np.int64(0)
    return np.int64(FOUND | IN_CLEAR)


RECOGNISER = Recogniser("modbus", Text("Modbus", "Modbus"), (TCP,), look)
