"""SNMP: RFC 1157, RFC 3416, RFC 3412 section 6. Version: 1, 2 (for 2c) or 3."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, UDP, VERSION, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a sequence of a version and a community (a text), or of version 3 and its header (a sequence)."""
    if end - at < 7 or window[at] != 0x30:
        return np.int64(0)
    first = np.int64(window[at + 1])
    place = at + 2
    if first >= 0x80:
        if first & 0x7F < 1 or first & 0x7F > 3:
            return np.int64(0)
        place += first & 0x7F
    if end - place < 4 or window[place] != 2 or window[place + 1] != 1:
        return np.int64(0)
    version, following = np.int64(window[place + 2]), np.int64(window[place + 3])
    if (version == 0 or version == 1) and following == 4:
        return np.int64(FOUND) | ((version + 1) << VERSION)
    return np.int64(FOUND) | (np.int64(3) << VERSION) if version == 3 and following == 0x30 else np.int64(0)


RECOGNISER = Recogniser("snmp", Text("SNMP", "SNMP"), (UDP,), look, versions={1: "1", 2: "2c", 3: "3"}, begins=b"\x30")
