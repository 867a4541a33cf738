"""LDAP: the messages of RFC 4511 section 4, in BER."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, IN_CLEAR, INITIATOR, RESPONDER, TCP, UDP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_REQUESTS = (0x60, 0x63, 0x66, 0x68, 0x6C, 0x6E, 0x77, 0x42, 0x4A, 0x50)
_ANSWERS = (0x61, 0x64, 0x65, 0x67, 0x69, 0x6B, 0x6D, 0x6F, 0x73, 0x78, 0x79)
_BIND, _SIMPLE = 0x60, 0x80


def _past_length(window: Any, at: Int, end: Int) -> Int:
    """Return where the contents of a BER value begin, whose length is at ``at``; -1 when it is not believed."""
    if end - at < 1:
        return np.int64(-1)
    first = np.int64(window[at])
    if first < 0x80:
        return at + 1
    return at + 1 + (first & 0x7F) if 1 <= first & 0x7F <= 4 else np.int64(-1)


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a message: a sequence of a number and an operation; a simple bind sends its password in clear."""
    if end - at < 7 or window[at] != 0x30:
        return np.int64(0)
    place = _past_length(window, at + 1, end)
    if place < 0 or end - place < 5 or window[place] != 2 or window[place + 1] < 1 or window[place + 1] > 4:
        return np.int64(0)
    place += 2 + np.int64(window[place + 1])
    if end - place < 2:
        return np.int64(0)
    operation = np.int64(window[place])
    if operation in _ANSWERS:
        return np.int64(FOUND | RESPONDER)
    if operation not in _REQUESTS:
        return np.int64(0)
    said = np.int64(FOUND | INITIATOR)
    if operation != _BIND:
        return said
    place = _past_length(window, place + 1, end)
    if place < 0 or end - place < 5 or window[place] != 2 or window[place + 1] != 1 or window[place + 3] != 4:
        return said
    name = _past_length(window, place + 4, end)
    if name < 0 or window[place + 4] >= 0x80:
        return said
    after = name + np.int64(window[place + 4])
    if end - after >= 2 and window[after] == _SIMPLE and window[after + 1] > 0:
        said |= IN_CLEAR
    return said


RECOGNISER = Recogniser("ldap", Text("LDAP in clear", "LDAP en clair"), (TCP, UDP), look, upgrades=True, begins=b"\x30")
