"""VXLAN over UDP 4789, and 8472, which Linux took first (RFC 7348; group policy: draft-smith-vxlan-group-policy)."""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERNET, PORT, UNCLAIMED, VNI, Layer, kinds
from cloison.captures.octets import be32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRUNCATED = reason("tunnel-truncated")
HAS_VNI = 0x08


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read the eight bytes with the identifier of the network; without its flag it is something else."""
    at = place[BEGIN]
    kept = place[END] - at
    if kept >= 1 and not window[at] & HAS_VNI:
        return UNCLAIMED
    if kept < 8:
        return TRUNCATED
    place[BEGIN] = at + 8
    place[VNI] = be32(window, at + 4) >> 8
    return ETHERNET


LAYER = Layer("vxlan", kinds(PORT, 4789, 8472), read, tunnel=True)
