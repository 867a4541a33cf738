"""POP3: RFC 1939 sections 3 to 5, RFC 2595."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, IN_CLEAR, INITIATOR, RESPONDER, TCP, Recogniser, either, letters, word
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_GREETING = letters("+ok ")
_BEFORE = (letters("capa"), letters("stls"))
_CREDENTIALS = (letters("user"), letters("pass"), letters("apop"), letters("auth"))


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a greeting with a text, and commands to port 110; credentials mean that it stays clear."""
    begins = word(window, at, end)
    if begins == _GREETING and end - at >= 6:
        return np.int64(FOUND | RESPONDER)
    if target != 110:
        return np.int64(0)
    if begins in _CREDENTIALS:
        return np.int64(FOUND | INITIATOR | IN_CLEAR)
    return np.int64(FOUND | INITIATOR) if begins in _BEFORE else np.int64(0)


RECOGNISER = Recogniser(
    "pop3", Text("POP3 in clear", "POP3 en clair"), (TCP,), look, upgrades=True, begins=b"+" + either("csupa")
)
