"""TFTP: the requests of RFC 1350 section 5."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, IN_CLEAR, INITIATOR, UDP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a read or write request to port 69: a file name, a zero, and a mode."""
    if target != 69 or end - at < 8 or window[at] != 0 or window[at + 1] < 1 or window[at + 1] > 2:
        return np.int64(0)
    for i in range(at + 2, min(end, at + 256)):
        letter = np.int64(window[i])
        if letter == 0:
            if i == at + 2 or i + 1 >= end:
                return np.int64(0)
            mode = np.int64(window[i + 1]) | 32
            known = mode == 111 or mode == 110 or mode == 109  # octet, netascii, mail
            return np.int64(FOUND | INITIATOR | IN_CLEAR) if known else np.int64(0)
        if letter < 32:
            return np.int64(0)
    return np.int64(0)


RECOGNISER = Recogniser("tftp", Text("TFTP", "TFTP"), (UDP,), look, begins=b"\x00")
