"""IKE over UDP ports 500 and 4500: RFC 2408 section 3.1, RFC 7296 sections 3.1 and 3.3, RFC 3948.

Version: 0x0100 or 0x0200. Of the responder's IKE_SA_INIT, cipher: the encryption transform, its key length in bytes
<< 8; group: the Diffie-Hellman transform.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be16, be32
from cloison.captures.recogniser import CIPHER, FOUND, GROUP, INITIATOR, RESPONDER, UDP, VERSION, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_MOST_TRANSFORMS = 16


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise an IKE header, after the marker of four zero bytes that sets it apart from ESP on port 4500."""
    if (source == 4500 or target == 4500) and end - at >= 4 and be32(window, at) == 0:
        at += 4
        length -= 4
    if end - at < 28 or length != be32(window, at + 24):
        return np.int64(0)
    if be32(window, at) == 0 and be32(window, at + 4) == 0:  # the initiator's SPI is never zero
        return np.int64(0)
    version = np.int64(window[at + 17])
    exchange = np.int64(window[at + 18])
    unanswered = be32(window, at + 8) == 0 and be32(window, at + 12) == 0
    if version == 0x10 and (1 <= exchange <= 6 or exchange == 32 or exchange == 33):
        said = np.int64(FOUND) | (np.int64(0x0100) << VERSION)
        return said | INITIATOR if unanswered else said
    if version & 0xF0 != 0x20 or exchange < 34 or exchange > 44:
        return np.int64(0)
    said = np.int64(FOUND) | (np.int64(0x0200) << VERSION)
    answer = window[at + 19] & 0x20 != 0
    if unanswered and not answer:
        return said | INITIATOR
    if exchange != 34:
        return said
    said |= RESPONDER if answer else INITIATOR
    if answer and window[at + 16] == 33:  # its first payload: the security association that was chosen
        said |= _chosen(window, at + 28, end)
    return said


def _chosen(window: Any, at: Int, end: Int) -> Int:
    """Return the encryption and the group of the one proposal of a security association payload."""
    if end - at < 12:
        return np.int64(0)
    number = min(np.int64(window[at + 11]), np.int64(_MOST_TRANSFORMS))
    end = min(end, at + be16(window, at + 2))
    at += 12 + np.int64(window[at + 10])
    cipher = group = np.int64(0)
    for _ in range(number):
        if end - at < 8:
            break
        kind = np.int64(window[at + 4])
        value = be16(window, at + 6)
        if kind == 1:
            cipher = value & 0xFF
            if be16(window, at + 2) >= 12 and end - at >= 12 and be16(window, at + 8) == 0x800E:
                cipher |= (be16(window, at + 10) >> 3) << 8
        elif kind == 4:
            group = value
        at += max(be16(window, at + 2), np.int64(8))
    return ((cipher & 0xFFFF) << CIPHER) | (group << GROUP)


RECOGNISER = Recogniser(
    "ike",
    Text("IKE", "IKE"),
    (UDP,),
    look,
    encrypted=True,
    versions={0x0100: "1", 0x0200: "2"},
)
