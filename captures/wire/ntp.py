"""NTP: the header of RFC 5905 section 7.3. Version: 1 to 4."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, INITIATOR, RESPONDER, UDP, VERSION, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a header of 48 bytes or more with a mode and a stratum that exist, on port 123."""
    if (source != 123 and target != 123) or length < 48 or end - at < 2:
        return np.int64(0)
    version, mode = (np.int64(window[at]) >> 3) & 7, np.int64(window[at]) & 7
    if version < 1 or version > 4 or mode < 1 or mode > 5 or window[at + 1] > 16:
        return np.int64(0)
    said = np.int64(FOUND) | (version << VERSION)
    if mode == 3:
        return said | INITIATOR
    return said | RESPONDER if mode == 4 else said


RECOGNISER = Recogniser(
    "ntp",
    Text("NTP", "NTP"),
    (UDP,),
    look,
    versions={1: "1", 2: "2", 3: "3", 4: "4"},
)
