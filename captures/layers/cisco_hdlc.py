"""Cisco's HDLC: address, control, EtherType (link type 104; also under 9 and 50, by its address)."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERTYPE, LINK_TYPE, Layer, kinds
from cloison.captures.octets import be16
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

FRAME_TRUNCATED, KEEPALIVE, CDP, LLC = (
    reason(name) for name in ("frame-truncated", "ppp-control", "cdp", "llc")
)  # fmt: skip


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read the four bytes; SLARP, which keeps the link alive, has the number of reverse ARP."""
    at = place[BEGIN]
    if place[END] - at < 4:
        return FRAME_TRUNCATED
    carried = be16(window, at + 2)
    place[BEGIN] = at + 4
    if carried == 0x8035:
        return KEEPALIVE
    if carried == 0x2000:
        return CDP
    return ETHERTYPE + carried if carried > 1500 else LLC


LAYER = Layer("cisco-hdlc", kinds(LINK_TYPE, 104), read)
