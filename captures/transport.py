"""Transport headers: ports, and what the protocol itself says of the direction."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.icmp import icmp
from cloison.captures.octets import be16, be32
from cloison.captures.packets import (
    DCCP,
    FIRST_FRAGMENT,
    ICMP,
    ICMPV6,
    LATER_FRAGMENT,
    SCTP,
    TCP,
    UDP,
    UDP_LITE,
    reason,
)
from cloison.flows.compiled import Int
from cloison.flows.table import ANSWER_AB, PAYLOAD_AB, QUERY_AB, QUERY_BA, SYN_AB, SYNACK_AB, TRUNCATED
from cloison.flows.table import FIN_AB as FIN
from cloison.flows.table import RST_AB as RST

R_TRANSPORT_TRUNCATED, R_TRANSPORT_MALFORMED = reason("transport-truncated"), reason("transport-malformed")


def transport(
    window: Any, protocol: Int, at: Int, end: Int, length: Int, what: Int, vlan: Int, packets: Any, i: Int
) -> Int:
    """Read the ports and the evidence of a transport header of ``length`` bytes, kept up to ``end``.

    Ports: RFC 9293, 768, 9260, 4340, 3828. A later fragment has none: they come from its first one.
    """
    ported = protocol in (TCP, UDP, SCTP, DCCP, UDP_LITE)
    key = (protocol << 24) | vlan
    packets[i, 4] = key
    packets[i, 8] = 0
    control = protocol in (ICMP, ICMPV6)
    if not (ported or control):
        if length > 0:
            what |= PAYLOAD_AB
        return what & ~(FIRST_FRAGMENT | LATER_FRAGMENT)
    if what & LATER_FRAGMENT:
        return what | PAYLOAD_AB
    least = 20 if protocol == TCP else 12 if protocol in (SCTP, DCCP) else 8
    if length < 4 or (length < least and not what & FIRST_FRAGMENT):
        return R_TRANSPORT_MALFORMED
    if end - at < 4:
        return R_TRANSPORT_TRUNCATED
    if control:
        return icmp(window, protocol, at, end, length, what, vlan, packets, i)
    source = be16(window, at)
    target = be16(window, at + 2)
    packets[i, 4] = (source << 48) | (target << 32) | key
    if protocol == TCP:
        packets[i, 11] = -1
        if end - at >= 14:
            packets[i, 11] = be32(window, at + 4)
            flags = np.int64(window[at + 13])
            if flags & 4:
                what |= RST
            elif flags & 2:
                what |= SYNACK_AB if flags & 16 else SYN_AB
            if flags & 1:
                what |= FIN
            head = (np.int64(window[at + 12]) >> 4) * 4
            if length > head:
                what |= PAYLOAD_AB
                if head >= 20:
                    _payload(at + head, end, length - head, packets, i)
        else:
            what |= TRUNCATED
    elif protocol == SCTP:
        if end - at >= 13:
            chunk = window[at + 12]
            if chunk == 1:  # INIT
                what |= QUERY_AB
            elif chunk == 2:  # INIT ACK
                what |= ANSWER_AB | QUERY_BA
            elif chunk == 0:  # DATA
                what |= PAYLOAD_AB
    elif length > 8:
        _payload(at + 8, end, length - 8, packets, i)
        what |= PAYLOAD_AB
        if protocol == UDP:
            what |= _asked(window, source, target, at + 8, end)
    return what


def _payload(at: Int, end: Int, length: Int, packets: Any, i: Int) -> None:
    """Note where a payload lies, when some of it was kept."""
    if end > at:
        packets[i, 8] = at
        packets[i, 9] = end
        packets[i, 10] = length


def opened(what: Int, protocol: Int) -> Int:
    """Return the evidence of a packet to a group: a group sends nothing, so that its sender began."""
    if what < 0 or protocol in (ICMP, ICMPV6):  # which say themselves who asked
        return what
    return (what & ~(QUERY_BA | ANSWER_AB)) | QUERY_AB


def _asked(window: Any, source: Int, target: Int, at: Int, end: Int) -> Int:
    """Return who asks in DNS (RFC 1035), NTP (RFC 5905, 9327) and DHCP (RFC 2131, 8415); 0 when nothing is said."""
    kept = end - at
    query = np.int64(QUERY_AB)
    answer = np.int64(ANSWER_AB | QUERY_BA)
    if (source == 53 or target == 53) and kept >= 4:
        if window[at + 2] & 0x80:
            return answer if source == 53 else np.int64(0)
        return query if target == 53 else np.int64(0)
    if (source == 123 or target == 123) and kept >= 2:
        mode = window[at] & 7
        if mode == 6:  # control message
            return answer if window[at + 1] & 0x80 else query
        if mode == 7:  # private
            return answer if window[at] & 0x80 else query
        if mode == 3 or mode == 1 or mode == 5:
            return query
        if mode == 4 or mode == 2:
            return answer
        return np.int64(0)
    if (target == 67 or target == 68) and (source == 67 or source == 68) and kept >= 1:
        return query if window[at] == 1 else answer if window[at] == 2 else np.int64(0)
    if (target == 546 or target == 547) and kept >= 1:
        message = window[at]
        if message == 2 or message == 7 or message == 13:  # ADVERTISE, REPLY, RELAY-REPL
            return answer
        return query if 1 <= message <= 12 else np.int64(0)
    return np.int64(0)
