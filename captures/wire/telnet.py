"""Telnet: the option negotiation of RFC 854."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, IN_CLEAR, TCP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise IAC with WILL, WONT, DO, DONT and an option that is in use, or IAC SB."""
    if end - at < 3 or window[at] != 255 or window[at + 1] < 250 or window[at + 1] == 255:
        return np.int64(0)
    return np.int64(FOUND | IN_CLEAR) if window[at + 2] <= 49 or window[at + 2] == 255 else np.int64(0)


RECOGNISER = Recogniser("telnet", Text("Telnet in clear", "Telnet en clair"), (TCP,), look, begins=bytes((255,)))
