"""Syslog in clear: RFC 5424 section 6.2.1, RFC 3164 section 4.1.1, RFC 6587 section 3.4."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, IN_CLEAR, INITIATOR, TCP, UDP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a priority between angle brackets (0 to 191), after the count of bytes that TCP may put before it."""
    place = at
    while place < min(end, at + 6) and 48 <= window[place] <= 57:
        place += 1
    if place > at:
        if place >= end or window[place] != 32:
            return np.int64(0)
        place += 1
    if end - place < 5 or window[place] != 60:
        return np.int64(0)
    value = digits = np.int64(0)
    place += 1
    while place < end and digits < 3 and 48 <= window[place] <= 57:
        value = value * 10 + np.int64(window[place]) - 48
        digits += 1
        place += 1
    if digits == 0 or value > 191 or place + 1 >= end or window[place] != 62:
        return np.int64(0)
    following = np.int64(window[place + 1])  # a version or a month, never a control character
    return np.int64(FOUND | INITIATOR | IN_CLEAR) if 32 <= following <= 126 else np.int64(0)


RECOGNISER = Recogniser("syslog", Text("syslog in clear", "syslog en clair"), (TCP, UDP), look, begins=b"<0123456789")
