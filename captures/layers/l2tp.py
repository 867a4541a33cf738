"""L2TP version 2 over UDP 1701: PPP (RFC 2661)."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, PORT, PPP, UNCLAIMED, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRUNCATED = reason("tunnel-truncated")
IS_CONTROL, HAS_LENGTH, HAS_SEQUENCE, HAS_OFFSET = 0x8000, 0x4000, 0x0800, 0x0200


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read the fields of a data message that its first bits announce; control is of the outer conversation alone."""
    at, end = place[BEGIN], place[END]
    if end - at < 6:
        return UNCLAIMED
    flags = be16(window, at)
    if flags & 0x000F != 2 or flags & IS_CONTROL:
        return UNCLAIMED
    size = 6 + (2 if flags & HAS_LENGTH else 0) + (4 if flags & HAS_SEQUENCE else 0)
    if flags & HAS_OFFSET:
        if end - at < size + 2:
            return TRUNCATED
        size += 2 + be16(window, at + size)
    if end - at <= size:
        return TRUNCATED
    place[BEGIN] = at + size
    return PPP


LAYER = Layer("l2tp", kinds(PORT, 1701), read, tunnel=True)
