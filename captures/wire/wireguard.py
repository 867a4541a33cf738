"""WireGuard over UDP: the messages of its protocol description (wireguard.com/protocol)."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.recogniser import FOUND, INITIATOR, RESPONDER, UDP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a message by its type, three zero bytes and its length."""
    if end - at < 16 or window[at + 1] != 0 or window[at + 2] != 0 or window[at + 3] != 0:
        return np.int64(0)
    kind = np.int64(window[at])
    if kind == 1 and length == 148:
        return np.int64(FOUND | INITIATOR)
    if kind == 2 and length == 92:
        return np.int64(FOUND | RESPONDER)
    if kind == 3 and length == 64:
        return np.int64(FOUND)
    return np.int64(FOUND) if kind == 4 and length >= 32 and length % 16 == 0 else np.int64(0)


RECOGNISER = Recogniser(
    "wireguard",
    Text("WireGuard", "WireGuard"),
    (UDP,),
    look,
    encrypted=True,
    begins=bytes((1, 2, 3, 4)),
)
