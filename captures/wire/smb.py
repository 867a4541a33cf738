"""SMB over TCP: [MS-CIFS] 2.2.3, [MS-SMB2] 2.2.1 and 2.2.4. Version: 0x0100 for SMB 1, else the dialect agreed on."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be32
from cloison.captures.recogniser import FOUND, INITIATOR, RESPONDER, TCP, VERSION, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_V1, _V2, _SEALED = 0xFF534D42, 0xFE534D42, 0xFD534D42
_NEGOTIATE_V1 = 0x72


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a message after its length. A version 1 question may be answered by a higher one, an answer tells."""
    if end - at < 9 or window[at] != 0:
        return np.int64(0)
    mark = be32(window, at + 4)
    if mark == _SEALED:
        return np.int64(FOUND) | (np.int64(0x0300) << VERSION)
    if mark == _V1:
        if end - at < 14:
            return np.int64(0)
        answer = window[at + 13] & 0x80 != 0
        said = np.int64(FOUND | RESPONDER) if answer else np.int64(FOUND | INITIATOR)
        if answer or window[at + 8] != _NEGOTIATE_V1:
            said |= np.int64(0x0100) << VERSION
        return said
    if mark != _V2 or end - at < 24:
        return np.int64(0)
    if window[at + 20] & 1 == 0:
        return np.int64(FOUND | INITIATOR)
    said = np.int64(FOUND | RESPONDER)
    if window[at + 16] == 0 and window[at + 17] == 0 and end - at >= 74:  # the answer to NEGOTIATE
        said |= (np.int64(window[at + 72]) | (np.int64(window[at + 73]) << 8)) << VERSION
    return said


RECOGNISER = Recogniser(
    "smb",
    Text("SMB", "SMB"),
    (TCP,),
    look,
    versions={0x0100: "1", 0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"},
    begins=b"\x00",
)
