"""VNC: the handshake of RFC 6143 section 7.1.1. Version: major << 8 | minor."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, TCP, VERSION, Recogniser, either, letters, word
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_RFB = letters("rfb ")


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise ``RFB 003.008``: both sides send it."""
    if length != 12 or end - at < 12 or word(window, at, end) != _RFB or window[at + 7] != 46 or window[at + 11] != 10:
        return np.int64(0)
    major, minor = np.int64(window[at + 6]) - 48, np.int64(window[at + 10]) - 48
    if major < 0 or major > 9 or minor < 0 or minor > 9:
        return np.int64(0)
    return np.int64(FOUND) | (((major << 8) | minor) << VERSION)


RECOGNISER = Recogniser(
    "vnc", Text("VNC", "VNC"), (TCP,), look, versions={0x0303: "3.3", 0x0307: "3.7", 0x0308: "3.8"}, begins=either("r")
)
