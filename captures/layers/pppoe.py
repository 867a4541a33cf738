"""PPPoE sessions (RFC 2516): EtherType 0x8864, and link type 51, which begins with the same header."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERTYPE, LINK_TYPE, PPP, REST, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

FRAME_TRUNCATED, MALFORMED, DISCOVERY = (
    reason(name) for name in ("frame-truncated", "pppoe", "pppoe-discovery")
)  # fmt: skip


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read the six bytes of version, code, session and length."""
    at, end = place[BEGIN], place[END]
    if end - at < 6:
        return FRAME_TRUNCATED
    if window[at] != 0x11:
        return MALFORMED
    if window[at + 1] != 0:
        return DISCOVERY
    length = be16(window, at + 4)
    on_wire = end - at - 6 + place[REST]
    if not 0 < length <= on_wire:
        return MALFORMED
    at += 6
    place[BEGIN], place[END] = at, min(end, at + length)
    place[REST] = at + length - place[END]
    return PPP


LAYER = Layer("pppoe", (*kinds(ETHERTYPE, 0x8864), *kinds(LINK_TYPE, 51)), read)
