"""DNS: the message of RFC 1035 section 4, with two bytes of length over TCP; multicast DNS (RFC 6762) is like it."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be16
from cloison.captures.recogniser import FOUND, INITIATOR, RESPONDER, TCP, UDP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_MOST_LABELS = 128


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a header with one question (an answer may have none) whose name is made of labels that fit."""
    if end - at >= 14 and be16(window, at) == length - 2:
        at += 2
        length -= 2
    if end - at < 13:
        return np.int64(0)
    flags, questions = be16(window, at + 2), be16(window, at + 4)
    answer = flags & 0x8000 != 0
    operation = (flags >> 11) & 15
    if operation == 3 or operation > 6 or flags & 0x40 or questions > 1 or (questions == 0 and not answer):
        return np.int64(0)
    if be16(window, at + 6) > 512 or be16(window, at + 8) > 512 or be16(window, at + 10) > 512:
        return np.int64(0)
    place = at + 12
    for _ in range(_MOST_LABELS):
        if place >= end:
            return np.int64(0)
        size = np.int64(window[place])
        place += 1
        if size == 0 or size >= 0xC0:
            return np.int64(FOUND | RESPONDER) if answer else np.int64(FOUND | INITIATOR)
        if size > 63 or place + size > at + length:
            return np.int64(0)
        place += size
    return np.int64(0)


RECOGNISER = Recogniser("dns", Text("DNS", "DNS"), (UDP, TCP), look)
