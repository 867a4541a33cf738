"""DTLS over UDP: RFC 6347, RFC 9147. Version: 0xfeff is DTLS 1.0, 0xfefd 1.2, 0xfefc 1.3; cipher: what was chosen."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be16
from cloison.captures.recogniser import CIPHER, FOUND, INITIATOR, RESPONDER, UDP, VERSION, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a handshake record of epoch 0."""
    if end - at < 27 or window[at] != 22:
        return np.int64(0)
    version = be16(window, at + 1)
    if version != 0xFEFF and version != 0xFEFD and version != 0x0100:
        return np.int64(0)
    size = be16(window, at + 11)
    if be16(window, at + 3) != 0 or size < 12 or size + 13 > length:
        return np.int64(0)
    message = np.int64(window[at + 13])
    if message == 1:
        return np.int64(FOUND | INITIATOR)
    if message == 3:
        return np.int64(FOUND | RESPONDER)
    if message != 2:
        return np.int64(0)
    version = be16(window, at + 25)
    said = np.int64(FOUND | RESPONDER)
    if end - at < 60:
        return said | (version << VERSION)
    place = at + 60 + np.int64(window[at + 59])
    if end - place < 2:
        return said | (version << VERSION)
    suite = be16(window, place)
    if suite >> 8 == 0x13:
        version = np.int64(0xFEFC)
    return said | (version << VERSION) | (suite << CIPHER)


RECOGNISER = Recogniser(
    "dtls",
    Text("DTLS", "DTLS"),
    (UDP,),
    look,
    encrypted=True,
    versions={0xFEFF: "1.0", 0xFEFD: "1.2", 0xFEFC: "1.3"},
    begins=bytes((22,)),
)
