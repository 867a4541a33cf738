"""ICMP of both versions: who asks, the key of a message, and the packet that an error quotes."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.ip import MOST_HEADERS, V4_HI, V4_LO
from cloison.captures.octets import be16, be32, be64
from cloison.captures.packets import (
    DCCP,
    FIRST_FRAGMENT,
    ICMP,
    ICMPV6,
    LATER_FRAGMENT,
    QUOTED,
    SCTP,
    TCP,
    UDP,
    UDP_LITE,
    reason,
)
from cloison.flows.compiled import Int
from cloison.flows.table import ANSWER_AB, ICMP_ERROR_AB, PAYLOAD_AB, QUERY_AB, QUERY_BA, UNREACHABLE

R_ICMP_QUOTE = reason("icmp-quote")


def icmp(window: Any, protocol: Int, at: Int, end: Int, length: Int, what: Int, vlan: Int, packets: Any, i: Int) -> Int:
    """Read an ICMP message; an error (never a redirect) stands for the packet that it quotes."""
    kind = np.int64(window[at])
    if protocol == ICMP:
        if kind in (3, 4, 11, 12):
            what |= QUOTED | ICMP_ERROR_AB
            if kind == 3 and window[at + 1] != 4:  # 4 is "too big"
                what |= UNREACHABLE
            return _quote(window, at + 8, end, what, vlan, packets, i)
        if kind in (8, 13, 15, 17, 42):
            what |= QUERY_AB
        elif kind in (0, 14, 16, 18, 43):
            what |= ANSWER_AB | QUERY_BA
    else:
        if 1 <= kind <= 4:
            what |= QUOTED | ICMP_ERROR_AB
            if kind == 1:
                what |= UNREACHABLE
            return _quote(window, at + 8, end, what, vlan, packets, i)
        if kind in (128, 139, 144, 160):
            what |= QUERY_AB
        elif kind in (129, 140, 145, 161):
            what |= ANSWER_AB | QUERY_BA
    if length > 8:
        what |= PAYLOAD_AB
    packets[i, 4] = icmp_key(window, protocol, at, end, (protocol << 24) | vlan)
    return what


def icmp_key(window: Any, protocol: Int, at: Int, end: Int, key: Int) -> Int:
    """Return the key of an ICMP message: the identifier on the asking side, the query's type and code on the other.

    Queries: RFC 792, 950, 8335; RFC 4443, 4620, 6275, 8335. A message that is no query has no identifier.
    """
    kind = np.int64(window[at])
    code = np.int64(window[at + 1])
    query = np.int64(-1)
    answer = False
    if protocol == ICMP:
        if kind in (8, 13, 15, 17, 42):
            query = kind
        elif kind == 0:
            query, answer = np.int64(8), True
        elif kind in (14, 16, 18, 43):
            query, answer = kind - 1, True
    elif kind in (128, 139, 144, 160):
        query = kind
    elif kind in (129, 140, 145, 161):
        query, answer = kind - 1, True
    if query < 0:
        return (((kind << 8) | code) << 32) | key
    identifier = be16(window, at + 4) if end - at >= 6 and query != 139 else np.int64(0)
    if answer:
        return (query << 56) | (identifier << 32) | key  # the code of an answer is not the query's: that is 0
    return (identifier << 48) | (((query << 8) | code) << 32) | key


def _quote(window: Any, at: Int, end: Int, what: Int, vlan: Int, packets: Any, i: Int) -> Int:
    """Read the packet that an ICMP error quotes; its lengths are those before the quote was cut."""
    what &= ~(FIRST_FRAGMENT | LATER_FRAGMENT)
    if end - at < 20:
        return R_ICMP_QUOTE
    version = np.int64(window[at]) >> 4
    if version == 4:
        head = (np.int64(window[at]) & 15) * 4
        if head < 20 or end - at < head:
            return R_ICMP_QUOTE
        protocol = np.int64(window[at + 9])
        packets[i, 0] = V4_HI
        packets[i, 1] = V4_LO | be32(window, at + 12)
        packets[i, 2] = V4_HI
        packets[i, 3] = V4_LO | be32(window, at + 16)
        if be16(window, at + 6) & 0x1FFF:
            what |= LATER_FRAGMENT
            packets[i, 7] = be16(window, at + 4)
        at += head
    elif version == 6:
        if end - at < 40:
            return R_ICMP_QUOTE
        protocol = np.int64(window[at + 6])
        packets[i, 0] = be64(window, at + 8)
        packets[i, 1] = be64(window, at + 16)
        packets[i, 2] = be64(window, at + 24)
        packets[i, 3] = be64(window, at + 32)
        at += 40
        for headers in range(MOST_HEADERS + 1):
            if protocol not in (0, 43, 44, 51, 60):
                break
            if headers == MOST_HEADERS or end - at < 8:
                return R_ICMP_QUOTE
            following = np.int64(window[at])
            length = (np.int64(window[at + 1]) + 1) * 8
            if protocol == 51:
                length = (np.int64(window[at + 1]) + 2) * 4
            elif protocol == 44:
                length = np.int64(8)
                if be16(window, at + 2) >> 3:
                    what |= LATER_FRAGMENT
                    packets[i, 7] = be32(window, at + 4)
            if end - at < length:
                return R_ICMP_QUOTE
            at += length
            protocol = following
            if what & LATER_FRAGMENT:
                break
    else:
        return R_ICMP_QUOTE
    key = (protocol << 24) | vlan
    packets[i, 4] = key
    ported = protocol in (TCP, UDP, SCTP, DCCP, UDP_LITE)
    if ported or protocol in (ICMP, ICMPV6):
        if what & LATER_FRAGMENT:
            return what
        if end - at < 4:
            return R_ICMP_QUOTE
        if ported:
            packets[i, 4] = (be16(window, at) << 48) | (be16(window, at + 2) << 32) | key
        else:
            packets[i, 4] = icmp_key(window, protocol, at, end, key)
        return what
    return what & ~LATER_FRAGMENT
