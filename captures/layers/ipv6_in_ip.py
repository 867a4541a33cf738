"""IPv6 in IP (protocol 41): 6in4, 6to4, 6rd, ISATAP (RFC 4213, RFC 3056, RFC 5969, RFC 5214), or in IPv6 (RFC 2473)."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, IPV6, PROTOCOL, Layer, kinds
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRUNCATED, UNKNOWN = reason("tunnel-truncated"), reason("tunnel-payload")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Return IPv6, if its version is there."""
    if place[END] - place[BEGIN] < 1:
        return TRUNCATED
    return IPV6 if window[place[BEGIN]] & 0xF0 == 0x60 else UNKNOWN


LAYER = Layer("6in4", kinds(PROTOCOL, 41), read, tunnel=True)
