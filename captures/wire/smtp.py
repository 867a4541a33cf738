"""SMTP: RFC 5321 sections 3.1 and 4.1, RFC 3207."""

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
_HELLO = (letters("ehlo"), letters("helo"), letters("lhlo"))
_MAIL = letters("mail")
_AUTHENTICATION = letters("auth")
_NAME = letters("smtp")


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a greeting on a mail port or one that names SMTP, EHLO, HELO; after MAIL and AUTH it stays clear."""
    begins = word(window, at, end)
    usual = target == 25 or target == 587
    if begins in _GREETING:
        named = source == 25 or source == 587 or holds(window, at, end, _NAME)
        return np.int64(FOUND | RESPONDER) if named else np.int64(0)
    if begins in _HELLO:
        return np.int64(FOUND | INITIATOR)
    if usual and begins in (_MAIL, _AUTHENTICATION):
        return np.int64(FOUND | INITIATOR | IN_CLEAR)
    return np.int64(0)


RECOGNISER = Recogniser(
    "smtp", Text("SMTP in clear", "SMTP en clair"), (TCP,), look, upgrades=True, begins=b"2" + either("ehlma")
)
