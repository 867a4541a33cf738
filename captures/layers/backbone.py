"""Provider backbone bridges, IEEE 802.1ah: a customer's frame under the number of its service (EtherType 0x88E7).

Source: IEEE 802.1Q-2018, section 9.7. The service identifier is that of a virtual network.
"""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERNET, ETHERTYPE, VLANS, VNI, Layer, kinds
from cloison.captures.octets import be32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

FRAME_TRUNCATED = reason("frame-truncated")


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read the four bytes of the service tag; VLANs are those of the customer's frame."""
    at = place[BEGIN]
    if place[END] - at < 4:
        return FRAME_TRUNCATED
    place[BEGIN] = at + 4
    place[VNI] = be32(window, at) & 0xFFFFFF
    place[VLANS] = 0
    return ETHERNET


LAYER = Layer("802.1ah", kinds(ETHERTYPE, 0x88E7), read, tunnel=True)
