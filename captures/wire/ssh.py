"""SSH: the identification line of RFC 4253 section 4.2. Version: 0x0200, 0x0163 for 1.99 (both), 0x0105 for 1.5."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, TCP, VERSION, Recogniser, either, letters, word
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_SSH = letters("ssh-")


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise ``SSH-2.0-...``: both sides send it."""
    if end - at < 7 or word(window, at, end) != _SSH:
        return np.int64(0)
    major, minor = np.int64(window[at + 4]) - 48, np.int64(window[at + 6]) - 48
    if window[at + 5] != 46 or major < 1 or major > 2 or minor < 0 or minor > 9:
        return np.int64(0)
    if minor == 9 and end - at >= 8 and window[at + 7] == 57:
        minor = np.int64(99)
    return np.int64(FOUND) | (((major << 8) | minor) << VERSION)


RECOGNISER = Recogniser(
    "ssh",
    Text("SSH", "SSH"),
    (TCP,),
    look,
    encrypted=True,
    versions={0x0105: "1.5", 0x0163: "1.99", 0x0200: "2.0"},
    begins=either("s"),
)
