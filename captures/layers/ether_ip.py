"""Ethernet in IP (protocol 97, RFC 3378)."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERNET, PROTOCOL, Layer, kinds
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRUNCATED, UNKNOWN = reason("tunnel-truncated"), reason("tunnel-payload")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read the two bytes of version 3."""
    at = place[BEGIN]
    if place[END] - at < 2:
        return TRUNCATED
    if window[at] & 0xF0 != 0x30:
        return UNKNOWN
    place[BEGIN] = at + 2
    return ETHERNET


LAYER = Layer("etherip", kinds(PROTOCOL, 97), read, tunnel=True)
