"""What a packet becomes: the columns of a batch, what is said of each, and why one is left out."""

from __future__ import annotations

from cloison.flows.ledger import REASONS

# Columns of a batch of records (int64), filled by a format: where the frame lies in the window, how much of it was
# kept, how long it was on the wire, ns since 1970, link type (-1: its interface is not described).
AT, KEPT, WIRE, TIME, LINK = range(5)
RECORD_WIDTH = 5

# Columns of a batch of packets (int64), filled by the decoder: addresses (bit patterns), the key (source port << 48 |
# destination port << 32 | protocol << 24 | VLANs), what it is, bytes of the IP packet, fragment identification; where
# the payload lies in the window (0: there is none), where what was kept of it ends, its length; TCP's sequence number;
# the record that it was in, and the tunnel around it (its index + 1; 0: none). A record gives one packet, and after it
# one for each packet that is carried inside, the outermost first; the last of them may be a reason.
(
    SOURCE_HI, SOURCE_LO, TARGET_HI, TARGET_LO, KEY, WHAT, BYTES, IDENTIFICATION, PAYLOAD, END, LENGTH, SEQUENCE,
    RECORD, TUNNEL,
) = range(14)  # fmt: skip
PACKET_WIDTH = 14

# WHAT: evidence bits as if the sender were A, and these; or a reason.
QUOTED = 1 << 32  # an ICMP error: addresses and key are those of the packet that it quotes
FIRST_FRAGMENT = 1 << 33
LATER_FRAGMENT = 1 << 34  # its ports are those of the first fragment

LEDGER = tuple(REASONS)  # a reason is -1 - the index of its name here

ICMP, TCP, UDP, DCCP, AUTHENTICATION, ICMPV6, SCTP, UDP_LITE = 1, 6, 17, 33, 51, 58, 132, 136


def reason(name: str) -> int:
    """Return the number that stands for a reason of the ledger in ``WHAT``; ``ValueError`` when there is none."""
    return -1 - LEDGER.index(name)
