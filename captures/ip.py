"""IP headers: addresses, lengths, fragments, and where the transport header lies.

Every length that a packet gives is compared with what was kept before anything is read at it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be16, be32, be64
from cloison.captures.packets import FIRST_FRAGMENT, LATER_FRAGMENT, reason
from cloison.flows.compiled import Int
from cloison.flows.table import FRAGMENT, TRUNCATED

V4_HI, V4_LO = 0, 0xFFFF << 32  # ::ffff:0:0, RFC 4291 section 2.5.5.2
MOST_HEADERS = 16  # IPv6 extension headers of one packet

R_IP_TRUNCATED, R_IP_MALFORMED, R_IPV6_HEADERS = (
    reason(name) for name in ("ip-truncated", "ip-malformed", "ipv6-headers")
)

# What is returned: evidence or a reason, and unless it is a reason the protocol, where its header begins, where what
# was kept of it ends, its length on the wire, and whether the packet is for a group.
Header = tuple[Int, Int, Int, Int, Int, bool]


def ipv4(window: Any, at: Int, end: Int, rest: Int, packets: Any, i: Int) -> Header:
    """Read an IPv4 header (RFC 791)."""
    if end - at < 20:
        return _refused(R_IP_TRUNCATED if rest > 0 else R_IP_MALFORMED)
    head = (np.int64(window[at]) & 15) * 4
    total = be16(window, at + 2)
    on_wire = end - at + rest
    if total == 0:
        total = on_wire  # segmentation offload: the card writes the length later
    if np.int64(window[at]) >> 4 != 4 or head < 20 or total < head:
        return _refused(R_IP_MALFORMED)
    if end - at < head:
        return _refused(R_IP_TRUNCATED if rest > 0 else R_IP_MALFORMED)
    total = min(total, on_wire)  # a packet is no longer than its frame
    packets[i, 0] = V4_HI
    packets[i, 1] = V4_LO | be32(window, at + 12)
    packets[i, 2] = V4_HI
    packets[i, 3] = V4_LO | be32(window, at + 16)
    packets[i, 6] = total
    what = np.int64(0)
    stop = at + total
    if stop > end:
        stop = end
        what = np.int64(TRUNCATED)
    fragment = be16(window, at + 6) & 0x3FFF
    if fragment:
        packets[i, 7] = be16(window, at + 4)
        what |= FRAGMENT | (LATER_FRAGMENT if fragment & 0x1FFF else FIRST_FRAGMENT)
    group = window[at + 16] & 0xF0 == 0xE0 or be32(window, at + 16) == 0xFFFFFFFF  # multicast, broadcast
    return what, np.int64(window[at + 9]), at + head, stop, total - head, group


def ipv6(window: Any, at: Int, end: Int, rest: Int, packets: Any, i: Int) -> Header:
    """Read an IPv6 header and its extension headers (RFC 8200), the authentication header as one of them."""
    if end - at < 40:
        return _refused(R_IP_TRUNCATED if rest > 0 else R_IP_MALFORMED)
    if np.int64(window[at]) >> 4 != 6:
        return _refused(R_IP_MALFORMED)
    on_wire = end - at + rest
    total = be16(window, at + 4) + 40
    if total == 40 and window[at + 6] != 59:
        total = on_wire  # a jumbogram (RFC 2675), or segmentation offload
    total = min(total, on_wire)
    packets[i, 0] = be64(window, at + 8)
    packets[i, 1] = be64(window, at + 16)
    packets[i, 2] = be64(window, at + 24)
    packets[i, 3] = be64(window, at + 32)
    packets[i, 6] = total
    what = np.int64(0)
    stop = at + total
    if stop > end:
        stop = end
        what = np.int64(TRUNCATED)
    after = at + total
    group = window[at + 24] == 0xFF  # multicast
    protocol = np.int64(window[at + 6])
    at += 40
    for headers in range(MOST_HEADERS + 1):
        if protocol not in (0, 43, 44, 51, 60):
            break
        if headers == MOST_HEADERS:
            return _refused(R_IPV6_HEADERS)
        if stop - at < 8:
            return _refused(R_IP_TRUNCATED if after - at >= 8 else R_IP_MALFORMED)
        following = np.int64(window[at])
        length = (np.int64(window[at + 1]) + 1) * 8
        if protocol == 51:
            length = (np.int64(window[at + 1]) + 2) * 4
        elif protocol == 44:
            length = np.int64(8)
            fragment = be16(window, at + 2)
            if fragment & 0xFFF9:  # otherwise an atomic fragment, which is whole (RFC 6946)
                packets[i, 7] = be32(window, at + 4)
                what |= FRAGMENT | (LATER_FRAGMENT if fragment >> 3 else FIRST_FRAGMENT)
                if fragment >> 3:  # what follows is the middle of something
                    return what, following, at + 8, stop, after - at - 8, group
        if after - at < length:
            return _refused(R_IP_MALFORMED)
        at += length
        protocol = following
        if stop < at:
            return _refused(R_IP_TRUNCATED)
    return what, protocol, at, stop, after - at, group


def authenticated(window: Any, what: Int, at: Int, end: Int, length: Int) -> tuple[Int, Int, Int, Int]:
    """Read an authentication header (RFC 4302); return what a header does, from the evidence to the length."""
    if end - at < 8:
        return np.int64(R_IP_TRUNCATED if length >= 8 else R_IP_MALFORMED), np.int64(0), at, length
    size = (np.int64(window[at + 1]) + 2) * 4
    if length < size or size < 12:
        return np.int64(R_IP_MALFORMED), np.int64(0), at, length
    if end - at < size:
        return np.int64(R_IP_TRUNCATED), np.int64(0), at, length
    return what, np.int64(window[at]), at + size, length - size


def _refused(reason: Int) -> Header:
    return np.int64(reason), np.int64(0), np.int64(0), np.int64(0), np.int64(0), False
