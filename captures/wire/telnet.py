"""Telnet: the option negotiation of RFC 854."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, IN_CLEAR, TCP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

MOST = 8  # commands that are looked at
NEGOTIATION = 64  # bytes in which a subnegotiation ends
TEXT = 32  # bytes behind one command that must be text


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise option commands: two of them, or one that is all of the payload or is followed by text.

    One command alone would be found in one of 80,000 payloads that are encrypted.
    """
    i = at
    commands = 0
    while commands < MOST and end - i >= 3 and window[i] == 255:
        what = window[i + 1]
        if 251 <= what <= 254 and window[i + 2] <= 49:  # WILL, WONT, DO, DONT and an option that is in use
            i += 3
        elif what == 250 and _negotiated(window, i + 3, end) > 0:
            i = _negotiated(window, i + 3, end)
        else:
            break
        commands += 1
    whole = commands > 1 or (commands == 1 and (i - at == length or (end - i >= 4 and _text(window, i, end))))
    return np.int64(FOUND | IN_CLEAR) if whole else np.int64(0)


def _negotiated(window: Any, at: Int, end: Int) -> Int:
    """Return where a subnegotiation ends, behind its IAC SE; 0 when it does not within reach."""
    for i in range(at, min(end, at + NEGOTIATION) - 1):
        if window[i] == 255 and window[i + 1] == 240:
            return np.int64(i + 2)
    return np.int64(0)


def _text(window: Any, at: Int, end: Int) -> bool:
    for i in range(at, min(end, at + TEXT)):
        if window[i] > 126 or (window[i] < 32 and window[i] not in (7, 8, 9, 10, 13, 27)):
            return False
    return True


RECOGNISER = Recogniser("telnet", Text("Telnet in clear", "Telnet en clair"), (TCP,), look, begins=bytes((255,)))
