"""MySQL and MariaDB: the connection phase of the MySQL client/server protocol."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, IN_CLEAR, INITIATOR, RESPONDER, TCP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_TLS = 0x08  # CLIENT_SSL, in the second byte of the capabilities


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise the server's greeting, and the client's answer: 23 zero bytes after capabilities, size and charset."""
    if end - at < 12:
        return np.int64(0)
    size = np.int64(window[at]) | (np.int64(window[at + 1]) << 8) | (np.int64(window[at + 2]) << 16)
    if window[at + 3] == 0 and window[at + 4] == 10 and size == length - 4:
        for i in range(at + 5, min(end, at + 69)):
            if window[i] == 0:
                return np.int64(FOUND | RESPONDER) if i > at + 5 else np.int64(0)
            if window[i] < 32 or window[i] > 126:
                return np.int64(0)
        return np.int64(0)
    if window[at + 3] != 1 or size < 32 or size + 4 > length or end - at < 36:
        return np.int64(0)
    for i in range(at + 13, at + 32):  # MariaDB uses the last four of them
        if window[i] != 0:
            return np.int64(0)
    if window[at + 5] & _TLS:
        return np.int64(FOUND | INITIATOR)
    return np.int64(FOUND | INITIATOR | IN_CLEAR)


RECOGNISER = Recogniser("mysql", Text("MySQL in clear", "MySQL en clair"), (TCP,), look, upgrades=True)
