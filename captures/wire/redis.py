"""Redis: its serialisation protocol (RESP)."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, IN_CLEAR, INITIATOR, RESPONDER, TCP, Recogniser, either, letters, word
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_ANSWERS = (letters("+pon"), letters("-noa"), letters("-err"), letters("-wro"), letters("-den"))
_INLINE = (letters("ping"), letters("auth"), letters("info"), letters("quit"), letters("hell"))


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise an array of texts (``*1``, ``$4``), and the commands and answers of the usual port."""
    if end - at >= 8 and window[at] == 42:
        place = at + 1
        while place < min(end, at + 8) and 48 <= window[place] <= 57:
            place += 1
        array = place > at + 1 and end - place >= 4 and window[place] == 13 and window[place + 1] == 10
        if array and window[place + 2] == 36 and 48 <= window[place + 3] <= 57:
            return np.int64(FOUND | INITIATOR | IN_CLEAR)
        return np.int64(0)
    begins = word(window, at, end)
    if source == 6379 and begins in _ANSWERS:
        return np.int64(FOUND | RESPONDER | IN_CLEAR)
    if target == 6379 and begins in _INLINE:
        return np.int64(FOUND | INITIATOR | IN_CLEAR)
    return np.int64(0)


RECOGNISER = Recogniser(
    "redis",
    Text("Redis in clear", "Redis en clair"),
    (TCP,),
    look,
    begins=b"*+-" + either("paiqh"),
)
