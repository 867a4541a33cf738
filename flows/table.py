"""What is seen on the wire, in columns: one row is one two-way conversation.

A is the sender of the first packet seen, B the other side; who *initiated* is decided later, from the evidence.
Every packet of a source is in exactly one place: ``packets_ab``, ``packets_ba`` or ``errors`` of a row that no other
packets carry, or a reason of the ledger (link control, or undecoded). What a packet carries is another packet, in a row
of its own with the tunnel that carried it, or in a ledger of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.greeting import Greetings
from cloison.flows.wire import Wire
from cloison.netmodel.finding import Message

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: its name, its dtype and its unit or meaning."""

    name: str
    dtype: str
    unit: str


COLUMNS: tuple[Column, ...] = (
    Column("a_hi", "u8", "high 64 bits of A's address; IPv4 is ::ffff:a.b.c.d"),
    Column("a_lo", "u8", "low 64 bits of A's address"),
    Column("b_hi", "u8", "high 64 bits of B's address"),
    Column("b_lo", "u8", "low 64 bits of B's address"),
    Column("a_port", "u2", "A's port; ICMP: the identifier, whoever spoke first; 0 without ports"),
    Column("b_port", "u2", "B's port; ICMP: type << 8 | code of the query or only message; 0 without ports"),
    Column("protocol", "u1", "IANA protocol number after the IPv6 extension headers"),
    Column("first", "i8", "ns since 1970 UTC, earliest packet"),
    Column("last", "i8", "ns since 1970 UTC, latest packet"),
    Column("packets_ab", "u8", "packets from A"),
    Column("packets_ba", "u8", "packets from B"),
    Column("bytes_ab", "u8", "bytes of IP packets from A, headers included, as on the wire"),
    Column("bytes_ba", "u8", "bytes of IP packets from B, headers included, as on the wire"),
    Column("errors", "u4", "ICMP errors that quote this conversation; not in packets_*; a row may have only these"),
    Column("evidence", "u4", "bits of EVIDENCE"),
    Column("vlan", "u4", "outer VLAN << 12 | inner VLAN; one tag alone is the outer one; 0 without a tag"),
    Column("vni", "i4", "identifier of the virtual network: VXLAN, Geneve, 802.1ah (I-SID); -1 none"),
    Column("tunnel", "i4", "index into its source's tunnels of the one that carried it; -1 none"),
    Column("source", "u4", "index into the capture's sources, of that which holds the first packet"),
    Column("point", "u2", "which of the source's observation points: exporter, domain, direction; 0 of packets"),
    Column("packet", "u8", "number of the first packet in its source, from 1"),
    Column("sampled", "u4", "one packet in so many was counted; 1 when every one was"),
    Column(
        "wire_ab", "u1", "protocol told from A's first payload: 1 + index into the capture's wires; 0, 255: see wire"
    ),
    Column("wire_ba", "u1", "protocol told from B's first payload"),
    Column("wire_state", "u1", "bits of wire: whether the true first bytes were seen, an upgrade, content in clear"),
    Column("wire_version", "u2", "version, in the protocol's own numbers; 0 unknown"),
    Column("wire_cipher", "u2", "cipher suite or encryption transform that was chosen; 0 unknown"),
    Column("wire_group", "u2", "group of the key exchange that was chosen; 0 unknown"),
    Column("wire_packet", "u8", "number in its source of the packet that told most of this; 0 none"),
    Column("wire_source", "u4", "index into the capture's sources, of that which holds this packet"),
    Column("said", "u4", "number among its source's greetings of what it said in clear before it encrypted; 0 nothing"),
)

# Evidence bits. AB: said by a packet that A sent; BA: by a packet that B sent.
SYN_AB = 1 << 0  # SYN without ACK
SYN_BA = 1 << 1
SYNACK_AB = 1 << 2
SYNACK_BA = 1 << 3
RST_AB = 1 << 4
RST_BA = 1 << 5
FIN_AB = 1 << 6
FIN_BA = 1 << 7
# The protocol says that A initiated: ICMP query or reply, DNS QR, NTP mode, DHCP op, SCTP INIT; or B is a group
# (multicast, broadcast), which never sends.
QUERY_AB = 1 << 8
QUERY_BA = 1 << 9
PAYLOAD_AB = 1 << 10  # bytes after the transport header
PAYLOAD_BA = 1 << 11
ICMP_ERROR_AB = 1 << 12  # an ICMP error that quotes this conversation was sent to A, about a packet from A
ICMP_ERROR_BA = 1 << 13
UNREACHABLE = 1 << 14  # one of these errors says "unreachable" or "prohibited"
FIRST_SEEN_LATE = 1 << 15  # first packet later than the source's start plus the inactivity limit
FRAGMENT = 1 << 16  # some of its packets were fragments
TRUNCATED = 1 << 17  # some of its packets were kept shorter than their headers say
ANSWER_AB = 1 << 18  # the protocol says that A answered (a reply seen: QUERY_BA comes with it)
ANSWER_BA = 1 << 19
# What flow records say. INITIATOR: the exporter's biflow or initiator field; FLAGS: OR-ed TCP flags make A the likelier
# initiator (both sides: it cannot be told); REFUSED: a filter says that it stopped what A sent.
INITIATOR_AB = 1 << 20
INITIATOR_BA = 1 << 21
FLAGS_AB = 1 << 22
FLAGS_BA = 1 << 23
REFUSED_AB = 1 << 24
REFUSED_BA = 1 << 25
ANSWERED = 1 << 26  # OR-ed TCP flags or a state show an exchange in both directions
ONE_WAY = 1 << 27  # what recorded it tells of one direction only: that the other was silent is not known
# What an earlier audit refuted of its line, from evidence that records do not hold.
SAID_CLEARTEXT, SAID_WEAK, SAID_WRONG, SAID_OUTSIDE = 1 << 28, 1 << 29, 1 << 30, 1 << 31

EVIDENCE: Mapping[str, int] = {
    "SYN_AB": SYN_AB,
    "SYN_BA": SYN_BA,
    "SYNACK_AB": SYNACK_AB,
    "SYNACK_BA": SYNACK_BA,
    "RST_AB": RST_AB,
    "RST_BA": RST_BA,
    "FIN_AB": FIN_AB,
    "FIN_BA": FIN_BA,
    "QUERY_AB": QUERY_AB,
    "QUERY_BA": QUERY_BA,
    "PAYLOAD_AB": PAYLOAD_AB,
    "PAYLOAD_BA": PAYLOAD_BA,
    "ICMP_ERROR_AB": ICMP_ERROR_AB,
    "ICMP_ERROR_BA": ICMP_ERROR_BA,
    "UNREACHABLE": UNREACHABLE,
    "FIRST_SEEN_LATE": FIRST_SEEN_LATE,
    "FRAGMENT": FRAGMENT,
    "TRUNCATED": TRUNCATED,
    "ANSWER_AB": ANSWER_AB,
    "ANSWER_BA": ANSWER_BA,
    "INITIATOR_AB": INITIATOR_AB,
    "INITIATOR_BA": INITIATOR_BA,
    "FLAGS_AB": FLAGS_AB,
    "FLAGS_BA": FLAGS_BA,
    "REFUSED_AB": REFUSED_AB,
    "REFUSED_BA": REFUSED_BA,
    "ANSWERED": ANSWERED,
    "ONE_WAY": ONE_WAY,
    "SAID_CLEARTEXT": SAID_CLEARTEXT,
    "SAID_WEAK": SAID_WEAK,
    "SAID_WRONG": SAID_WRONG,
    "SAID_OUTSIDE": SAID_OUTSIDE,
}


@dataclass(frozen=True, slots=True)
class FlowTable:
    """Conversations in columns of equal length, dtypes and units as in ``COLUMNS``."""

    a_hi: Array
    a_lo: Array
    b_hi: Array
    b_lo: Array
    a_port: Array
    b_port: Array
    protocol: Array
    first: Array
    last: Array
    packets_ab: Array
    packets_ba: Array
    bytes_ab: Array
    bytes_ba: Array
    errors: Array
    evidence: Array
    vlan: Array
    vni: Array
    tunnel: Array
    source: Array
    point: Array
    packet: Array
    sampled: Array
    wire_ab: Array
    wire_ba: Array
    wire_state: Array
    wire_version: Array
    wire_cipher: Array
    wire_group: Array
    wire_packet: Array
    wire_source: Array
    said: Array

    def __len__(self) -> int:
        return len(self.a_hi)

    def take(self, rows: Any) -> FlowTable:
        """Return the rows of an index, a mask or a slice, in its order."""
        return FlowTable(*(getattr(self, column.name)[rows] for column in COLUMNS))


def table_of(columns: Mapping[str, Any]) -> FlowTable:
    """Return the table of the given columns; a missing one gets its neutral value, ``wire_source`` that of ``source``.

    A :func:`constant` stays one, and neutral values are constants.
    Raises ``ValueError`` when a name is unknown or lengths differ.
    """
    unknown = set(columns) - {column.name for column in COLUMNS}
    if unknown:
        raise ValueError(f"unknown columns: {', '.join(sorted(unknown))}")
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    length = lengths.pop() if lengths else 0
    neutral = {"vni": -1, "tunnel": -1, "sampled": 1}
    if "source" in columns:
        columns = {"wire_source": columns["source"], **columns}
    arrays = []
    for column in COLUMNS:
        if column.name in columns:
            values = np.asarray(columns[column.name], dtype=column.dtype)
            arrays.append(values if values.strides == (0,) else np.ascontiguousarray(values))
        else:
            arrays.append(constant(neutral.get(column.name, 0), column.dtype, length))
    return FlowTable(*arrays)


def constant(value: int, dtype: str, length: int) -> Array:
    """Return a column of one value that takes the memory of one value; it is read-only."""
    return np.broadcast_to(np.array(value, dtype=dtype), length)


def join(tables: Iterable[FlowTable]) -> FlowTable:
    """Return the rows of all tables, in their order; ``source`` is not renumbered."""
    parts = [table for table in tables if len(table)]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return table_of({})
    return FlowTable(*(np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(FlowTable)))


@dataclass(frozen=True, slots=True)
class LineSeen:
    """What an earlier audit says of a line: how many conversations proved its use, when the last packet was (ns)."""

    id: str
    conversations: int
    last: int


@dataclass(frozen=True, slots=True)
class Tunnel:
    """What carried conversations inside the packets of another one.

    ``protocol`` is the name of its layer; ``ends`` are the two outer addresses (128 bits, the lower one first), none
    where no IP packet is around it. ``vni`` is as in the table, ``key`` that of GRE (-1 none); ``within`` is the index
    of the tunnel that carries this one, -1 for none.
    """

    protocol: str
    ends: tuple[int, int] | None
    vni: int = -1
    key: int = -1
    within: int = -1


@dataclass(frozen=True, slots=True)
class Source:
    """One file or standard input, read; ``stream`` numbers those that were read as one stream: each goes on where the
    one before ends, and a conversation is followed over them (-1: it is by itself).

    ``packets`` counts the packets of a capture, ``records`` those of a flow export (0 for a capture); ``first`` and
    ``last`` are ns since 1970 UTC (0 when nothing was read). ``ledger`` is this source's part of the capture's.
    ``problem`` says what is wrong with a source of which only a part could be judged, ``notes`` what else must be known
    of it. ``lines`` are those that an earlier audit saw, when the source is one. ``stream`` numbers the stream of
    packets that it is a part of (-1 none); ``greetings`` are what the column ``said`` counts, ``tunnels`` what carried
    conversations of that stream. ``elsewhere``: exporters somewhere in the network tell of it, so that no probe says
    where it was seen. ``carried`` counts the packets that others carried, ``inside`` those of them that are
    in no conversation, by a name of ``ledger.REASONS``.
    """

    file: str
    format: str
    packets: int
    records: int
    first: int
    last: int
    problem: Message | None = None
    ledger: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()
    lines: tuple[LineSeen, ...] = ()
    stream: int = -1
    greetings: Greetings | None = None
    carried: int = 0
    inside: Mapping[str, int] = field(default_factory=dict)
    tunnels: tuple[Tunnel, ...] = ()
    elsewhere: bool = False

    @property
    def empty(self) -> bool:
        """Whether it shows nothing at all."""
        return self.packets + self.records == 0 and not self.lines

    def carries(self, tunnel: Array) -> Array:
        """Return bool: whether packets of rows with these tunnels (of this source) were inside others."""
        ended = np.array([False, *(item.ends is not None for item in self.tunnels)])
        found: Array = ended[tunnel + 1]
        return found


@dataclass(frozen=True, slots=True)
class Capture:
    """What the given files show: sources as they were given, conversations in the order of streams and first packets.

    ``ledger`` counts packets by a name of ``ledger.REASONS``. For the sources of each stream together, with what is
    outside tunnels that have ends and what is inside them:
    ``packets == sum(packets_ab + packets_ba + errors) + sum(ledger)`` outside, and
    ``carried == sum(packets_ab + packets_ba + errors) + sum(inside)`` inside. ``wires`` are the protocols that the
    columns ``wire_ab`` and ``wire_ba`` count from 1.
    """

    table: FlowTable
    sources: tuple[Source, ...]
    ledger: Mapping[str, int]
    wires: tuple[Wire, ...] = ()
