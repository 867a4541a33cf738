"""BSD loopback: the address family in the byte order of the machine that captured (link types 0 and 108)."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERTYPE, LINK_TYPE, Layer, kinds
from cloison.captures.octets import be32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

IPV4, IPV6 = ETHERTYPE + 0x0800, ETHERTYPE + 0x86DD
FRAME_TRUNCATED, NOT_IP = reason("frame-truncated"), reason("ethertype")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read the four bytes of the family."""
    at = place[BEGIN]
    if place[END] - at < 4:
        return FRAME_TRUNCATED
    family = be32(window, at)
    if family & 0xFFFF == 0:
        family = ((family >> 24) & 0xFF) | ((family >> 8) & 0xFF00)
    place[BEGIN] = at + 4
    if family == 2:
        return IPV4
    if family in (10, 24, 28, 30):  # Linux, NetBSD and OpenBSD, FreeBSD, Darwin
        return IPV6
    return NOT_IP


LAYER = Layer("loopback", kinds(LINK_TYPE, 0, 108), read)
