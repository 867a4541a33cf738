"""PostgreSQL: the start-up messages of its frontend/backend protocol, version 3."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be32
from cloison.captures.recogniser import FOUND, IN_CLEAR, INITIATOR, TCP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_TLS, _GSS, _CANCEL, _V3 = 80877103, 80877104, 80877102, 3


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a request for TLS or GSSAPI, or a start in clear, by its own length and code."""
    if end - at < 8 or be32(window, at) != length:
        return np.int64(0)
    code = be32(window, at + 4)
    if length == 8 and code in (_TLS, _GSS):
        return np.int64(FOUND | INITIATOR)
    if length == 16 and code == _CANCEL:
        return np.int64(FOUND | INITIATOR)
    if code >> 16 == _V3 and code & 0xFFFF <= 16 and length >= 9:
        return np.int64(FOUND | INITIATOR | IN_CLEAR)
    return np.int64(0)


RECOGNISER = Recogniser(
    "postgresql",
    Text("PostgreSQL in clear", "PostgreSQL en clair"),
    (TCP,),
    look,
    upgrades=True,
    begins=b"\x00",
)
