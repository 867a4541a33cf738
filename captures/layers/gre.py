"""GRE (protocol 47): IP, Ethernet, MPLS, ERSPAN, or PPP in the version of PPTP.

Source: RFC 2784, RFC 2890 (key, sequence), RFC 1701 (routing, not followed), RFC 2637 (version 1), and WCCP's draft.
"""

from __future__ import annotations

from typing import Any

from cloison.captures.layer import BEGIN, END, ETHERNET, ETHERTYPE, MARK, PPP, PROTOCOL, REST, Layer, kinds
from cloison.captures.octets import be16, be32
from cloison.captures.packets import reason
from cloison.flows.compiled import Int

TRUNCATED, CONTROL, UNKNOWN, NOT_IP = (
    reason(name) for name in ("tunnel-truncated", "tunnel-control", "tunnel-payload", "ethertype")
)
CHECKSUM, ROUTING, KEY, SEQUENCE, ACKNOWLEDGMENT = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080
IS_PPP, ERSPAN, WCCP = 0x880B, 0x88BE, 0x883E


def read(window: Any, kind: Int, place: Any) -> Int:
    """Read a header of 4 to 16 bytes; the key tells one tunnel from another."""
    at, end = place[BEGIN], place[END]
    if end - at < 4:
        return TRUNCATED
    flags, carried = be16(window, at), be16(window, at + 2)
    version = flags & 7
    if version > 1 or flags & ROUTING:
        return UNKNOWN
    size = 4
    for bit in (CHECKSUM, KEY, SEQUENCE):
        size += 4 if flags & bit else 0
    if version == 1:
        size += 4 if flags & ACKNOWLEDGMENT else 0
        if carried != IS_PPP or not flags & KEY or flags & CHECKSUM:
            return UNKNOWN
    if end - at < size:
        return TRUNCATED
    place[BEGIN] = at + size
    if version == 1:
        length = be16(window, at + 4)
        if not flags & SEQUENCE or length == 0:
            return CONTROL  # an acknowledgment alone
        stop = at + size + length
        if stop > end + place[REST]:
            return UNKNOWN
        place[END] = min(end, stop)
        place[REST] = stop - place[END]
        return PPP
    if flags & KEY:
        place[MARK] = be32(window, at + (8 if flags & CHECKSUM else 4))
    if carried == ERSPAN and not flags & SEQUENCE:
        return ETHERNET  # type I: the mirrored frame alone
    if carried == 0 or carried == 0x2001:  # a keep-alive, NHRP
        return CONTROL
    if carried == IS_PPP:
        return PPP
    if carried == WCCP:
        if end - at < size + 1:
            return TRUNCATED
        if window[at + size] & 0xF0 != 0x40:  # version 2: four bytes of redirection
            place[BEGIN] += 4
        return ETHERTYPE + 0x0800
    return ETHERTYPE + carried if carried > 1500 else NOT_IP


LAYER = Layer("gre", kinds(PROTOCOL, 47), read, tunnel=True)
