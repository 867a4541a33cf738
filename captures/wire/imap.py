"""IMAP: RFC 9051 sections 6 and 7."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, IN_CLEAR, INITIATOR, RESPONDER, TCP, Recogniser, holds, letters, word
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_GREETING = (letters("* ok"), letters("* pr"), letters("* by"))
_LOGIN, _AUTHENTICATE, _CAPABILITY, _UPGRADE = letters("logi"), letters("auth"), letters("capa"), letters("star")


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a greeting, and commands to port 143; LOGIN and AUTHENTICATE mean that it stays clear."""
    if word(window, at, end) in _GREETING:
        return np.int64(FOUND | RESPONDER)
    if target != 143:
        return np.int64(0)
    if holds(window, at, end, _LOGIN) or holds(window, at, end, _AUTHENTICATE):
        return np.int64(FOUND | INITIATOR | IN_CLEAR)
    if holds(window, at, end, _CAPABILITY) or holds(window, at, end, _UPGRADE):
        return np.int64(FOUND | INITIATOR)
    return np.int64(0)


RECOGNISER = Recogniser(
    "imap", Text("IMAP in clear", "IMAP en clair"), (TCP,), look, upgrades=True, begins=bytes(range(33, 127))
)
