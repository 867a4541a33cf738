"""QUIC over UDP: RFC 9000 section 17.2, RFC 9369. Version: 1 or 2, 0 when it is a draft's or is being negotiated."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be32
from cloison.captures.recogniser import FIRST, FOUND, RESPONDER, UDP, VERSION, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_V2 = 0x6B3343CF


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a packet with a long header; both sides send Initial packets, the client the first one."""
    if end - at < 7 or window[at] & 0x80 == 0:
        return np.int64(0)
    version = be32(window, at + 1)
    here = np.int64(window[at + 5])  # length of the destination's connection id, then of the source's
    if here > 20 or end - at < 7 + here or window[at + 6 + here] > 20:
        return np.int64(0)
    if version == 0:  # version negotiation: a list of versions follows
        rest = length - 7 - here - np.int64(window[at + 6 + here])
        return np.int64(FOUND | RESPONDER) if rest >= 4 and rest % 4 == 0 else np.int64(0)
    number = np.int64(1) if version == 1 else np.int64(2) if version == _V2 else np.int64(0)
    if (number == 0 and version >> 8 != 0xFF0000) or window[at] & 0x40 == 0:
        return np.int64(0)
    kind = (np.int64(window[at]) >> 4) & 3
    said = np.int64(FOUND) | (number << VERSION)
    retry = np.int64(0) if number == 2 else np.int64(3)
    initial = np.int64(1) if number == 2 else np.int64(0)
    if kind == retry:
        return said | RESPONDER
    return said | FIRST if kind == initial and length >= 1200 else said


RECOGNISER = Recogniser(
    "quic",
    Text("QUIC", "QUIC"),
    (UDP,),
    look,
    encrypted=True,
    versions={1: "1", 2: "2"},
    begins=bytes(range(0x80, 0x100)),
)
