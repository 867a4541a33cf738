"""TLS and SSL over TCP: RFC 8446 sections 4 and 5, RFC 5246, RFC 6101; the SSL 2.0 greeting of RFC 5246 appendix E.

Version: the number of RFC 8446 (0x0303 is TLS 1.2), as the server chose it; without a cipher suite, 0x0303 stands for
TLS 1.2 or later. Cipher: the suite that the server chose. Group: that of its key share (RFC 8446 section 4.2.8).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be16
from cloison.captures.recogniser import CIPHER, FOUND, GROUP, INITIATOR, RESPONDER, TCP, VERSION, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_MOST_EXTENSIONS = 32
_LONGEST = (1 << 14) + 2048  # bytes of a record


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a record: a greeting, an alert, or data after a greeting that was not kept."""
    if end - at < 6:
        return np.int64(0)
    kind = np.int64(window[at])
    if kind & 0x80 and window[at + 2] == 1:  # SSL 2.0 greeting: its length, CLIENT-HELLO, the version
        version = be16(window, at + 3)
        body = ((kind & 0x7F) << 8) | np.int64(window[at + 1])
        if (version == 2 or 0x0300 <= version <= 0x0304) and 9 <= body <= 512 and length == body + 2:
            return np.int64(FOUND | INITIATOR)
        return np.int64(0)
    version = be16(window, at + 1)
    if version < 0x0300 or version > 0x0304 or kind < 20 or kind > 23:
        return np.int64(0)
    size = be16(window, at + 3)
    if size == 0 or size > _LONGEST:
        return np.int64(0)
    if kind != 22:
        return np.int64(FOUND) if kind == 23 or (kind == 21 and size == 2) else np.int64(0)
    message = np.int64(window[at + 5])
    if message == 1:
        return np.int64(FOUND | INITIATOR)
    if message != 2 or end - at < 11:
        return np.int64(0)
    return np.int64(FOUND | RESPONDER) | _chosen(window, at + 9, min(end, at + 5 + size))


def _chosen(window: Any, at: Int, end: Int) -> Int:
    """Return version, suite and group of a ServerHello whose body begins at ``at``."""
    version = be16(window, at)
    said = version << VERSION
    if end - at < 35:
        return said
    at += 35 + np.int64(window[at + 34])
    if end - at < 2:
        return said
    suite = be16(window, at)
    if suite >> 8 == 0x13:  # only TLS 1.3 has these, whatever the version field says
        version = np.int64(0x0304)
    said = (version << VERSION) | (suite << CIPHER)
    at += 5
    for _ in range(_MOST_EXTENSIONS):
        if end - at < 6:
            break
        if be16(window, at) == 51 and be16(window, at + 2) >= 2:
            return said | (be16(window, at + 4) << GROUP)
        at += 4 + be16(window, at + 2)
    return said


RECOGNISER = Recogniser(
    "tls",
    Text("TLS", "TLS"),
    (TCP,),
    look,
    encrypted=True,
    versions={0x0300: "ssl3", 0x0301: "1.0", 0x0302: "1.1", 0x0303: "1.2", 0x0304: "1.3"},
    begins=bytes((20, 21, 22, 23, *range(0x80, 0x100))),
)
