"""HTTP in clear: RFC 9112 sections 3 and 4, RFC 9113 section 3.4. Version: 0x0100, 0x0101 or 0x0200."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, INITIATOR, RESPONDER, TCP, VERSION, Recogniser, either, letters, word
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_METHODS = tuple(
    letters(text)
    for text in ("get ", "post", "head", "put ", "dele", "opti", "trac", "conn", "patc", "prop", "mkco", "repo", "subs")
)
_ANSWER, _PREFACE = letters("http"), letters("pri ")


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a request line (a method, a space and a target), a status line, or the preface of HTTP/2."""
    begins = word(window, at, end)
    if begins == _ANSWER:
        if end - at < 8 or window[at + 4] != 47 or window[at + 6] != 46:
            return np.int64(0)
        version = ((np.int64(window[at + 5]) - 48) << 8) | ((np.int64(window[at + 7]) - 48) & 0xFF)
        return np.int64(FOUND | RESPONDER) | ((version & 0xFFFF) << VERSION)
    if begins == _PREFACE and end - at >= 6 and window[at + 4] == 42:
        return np.int64(FOUND | INITIATOR) | (np.int64(0x0200) << VERSION)
    if begins not in _METHODS:
        return np.int64(0)
    for i in range(at + 3, min(end, at + 12)):
        letter = np.int64(window[i])
        if letter == 32:
            if i + 1 >= end:
                return np.int64(0)
            first = np.int64(window[i + 1])  # a path, an absolute form, an authority or an asterisk
            return np.int64(FOUND | INITIATOR) if 42 <= first <= 122 else np.int64(0)
        if letter < 65 or letter > 90:
            return np.int64(0)
    return np.int64(0)


RECOGNISER = Recogniser(
    "http",
    Text("HTTP in clear", "HTTP en clair"),
    (TCP,),
    look,
    versions={0x0100: "1.0", 0x0101: "1.1", 0x0200: "2"},
    begins=either("gphdotcmrs"),
)
