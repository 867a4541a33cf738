"""FTP control: RFC 959 section 4, RFC 4217."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import (
    FOUND,
    IN_CLEAR,
    INITIATOR,
    RESPONDER,
    TCP,
    Recogniser,
    either,
    holds,
    letters,
    word,
)
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_GREETING = (letters("220 "), letters("220-"))
_ALONE = (letters("auth"), letters("feat"), letters("host"))
_USER, _PASSWORD = letters("user"), letters("pass")
_NAMES = (letters("ftp "), letters("ftpd"), letters(" ftp"))


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a greeting on port 21 or one that names FTP, and commands to port 21."""
    begins = word(window, at, end)
    if begins in _GREETING:
        if source == 21:
            return np.int64(FOUND | RESPONDER)
        for name in _NAMES:
            if holds(window, at, end, name):
                return np.int64(FOUND | RESPONDER)
        return np.int64(0)
    if target != 21:
        return np.int64(0)
    if begins in (_USER, _PASSWORD):
        return np.int64(FOUND | INITIATOR | IN_CLEAR)
    return np.int64(FOUND | INITIATOR) if begins in _ALONE else np.int64(0)


RECOGNISER = Recogniser(
    "ftp",
    Text("FTP in clear", "FTP en clair"),
    (TCP,),
    look,
    upgrades=True,
    begins=b"2" + either("afhup"),
)
