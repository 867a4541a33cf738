"""RDP: the connection request and confirm of [MS-RDPBCGR] 2.2.1.1 and 2.2.1.2, in TPKT (RFC 2126)."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be16
from cloison.captures.recogniser import FOUND, IN_CLEAR, INITIATOR, RESPONDER, TCP, Recogniser, letters, word
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_COOKIE = letters("cook")
_NEGOTIATED, _REFUSED = 2, 3


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise both; a confirm without a negotiated protocol, or with the old one, goes on without TLS."""
    if end - at < 11 or window[at] != 3 or window[at + 1] != 0 or be16(window, at + 2) != length:
        return np.int64(0)
    code = np.int64(window[at + 5])
    usual = source == 3389 or target == 3389
    if code == 0xE0:
        asks = end - at >= 19 and (word(window, at + 11, end) == _COOKIE or (window[at + 11] == 1 and length == 19))
        return np.int64(FOUND | INITIATOR) if usual or asks else np.int64(0)
    if code != 0xD0:
        return np.int64(0)
    if length < 19:
        return np.int64(FOUND | RESPONDER | IN_CLEAR) if usual else np.int64(0)
    if end - at < 19 or window[at + 13] != 8:
        return np.int64(FOUND | RESPONDER) if usual else np.int64(0)
    if window[at + 11] == _REFUSED:
        return np.int64(FOUND | RESPONDER)
    if window[at + 11] != _NEGOTIATED:
        return np.int64(0)
    return np.int64(FOUND | RESPONDER | IN_CLEAR) if window[at + 15] == 0 else np.int64(FOUND | RESPONDER)


RECOGNISER = Recogniser("rdp", Text("RDP", "RDP"), (TCP,), look, upgrades=True, begins=b"\x03")
