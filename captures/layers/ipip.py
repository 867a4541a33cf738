"""IPv4 in IP (protocol 4, RFC 2003 and RFC 2473)."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, IPV4, PROTOCOL, Layer, kinds
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRUNCATED, UNKNOWN = reason("tunnel-truncated"), reason("tunnel-payload")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Return IPv4, if its version is there."""
    if place[END] - place[BEGIN] < 1:
        return TRUNCATED
    return IPV4 if window[place[BEGIN]] & 0xF0 == 0x40 else UNKNOWN


LAYER = Layer("ipip", kinds(PROTOCOL, 4), read, tunnel=True)
