"""Records of one layout to a batch, column by column: every field is a strided view, whatever the number of records.

Counts: RFC 7270 and IANA's registry (deltas before totals, what came in before what went out). Times: RFC 7011 section
6.1 and RFC 3954 section 5.1 (the exporter's uptime). Translated ends: RFC 8158; the real ends are the source before
and the destination after translation. Firewall events: Cisco's ASA NSEL implementation note.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.exporting import elements as el
from cloison.captures.exporting.templates import Layout
from cloison.captures.packets import DCCP, ICMP, ICMPV6, SCTP, TCP, UDP, UDP_LITE
from cloison.flows.table import INITIATOR_AB, INITIATOR_BA, REFUSED_AB, SYN_AB

Array = npt.NDArray[Any]

V4_LO = 0xFFFF << 32
MILLI, MICRO, SECOND = 10**6, 10**3, 10**9
ERA = 2_208_988_800  # seconds from 1900 to 1970, NTP's and IPFIX's own times (RFC 7011 section 6.1.9)
MOST_COUNT = 1 << 48  # of packets or bytes of one record: more is not believed
MOST_MS = 1 << 42  # ms since 1970: the year 2109
CREATED, DENIED = 1, 3  # firewallEvent
FORWARDING_DENIED = (0x81, 0x82)  # forwardingStatus: dropped, by an access list (RFC 7270 section 4.12)


@dataclass(frozen=True, slots=True)
class Heads:
    """What the headers of messages say of each record (int64, or one number for all).

    ``time`` is ns since 1970 when it was exported; ``uptime`` the exporter's clock in ms then, -1 when it is not told;
    ``began`` ns since 1970 of the clock's zero where an option told it, else 0.
    """

    time: Any
    uptime: Any
    began: Any


class Columns:
    """The records of a buffer (uint8), ``number`` of them in a layout."""

    def __init__(self, buffer: Array, number: int, layout: Layout) -> None:
        self._buffer = buffer
        self._number = number
        self._size = layout.size
        self._places = layout.places

    def __len__(self) -> int:
        return self._number

    def __contains__(self, element: int) -> bool:
        return element in self._places

    def view(self, offset: int, size: int) -> Array:
        """Return bytes of every record: unsigned, in network order; sizes 1, 2, 4 and 8."""
        return np.ndarray((self._number,), f">u{size}", self._buffer.data, offset, (self._size,))

    def get(self, element: int) -> Array:
        """Return a field of up to 8 bytes (RFC 7011 section 6.2), as int64 or narrower unsigned."""
        offset, size = self._places[element]
        if size in (1, 2, 4):
            return self.view(offset, size)
        if size == 8:
            return self.view(offset, size).view(">i8").astype(np.int64)
        found = np.zeros(self._number, dtype=np.int64)
        for part in (4, 2, 1):
            while size >= part:
                found <<= 8 * part
                found |= self.view(offset, part)
                offset, size = offset + part, size - part
        return found

    def size(self, element: int) -> int:
        """Return the bytes of a field, 0 where the records have none."""
        return self._places.get(element, (0, 0))[1]

    def first(self, *elements: int) -> Array | None:
        """Return the first of some elements that the records have."""
        return next((self.get(element) for element in elements if element in self._places), None)

    def wide(self, element: int) -> tuple[Array, Array]:
        """Return the halves of an IPv6 address."""
        offset, _ = self._places[element]
        return self.view(offset, 8).astype(np.int64), self.view(offset + 8, 8).astype(np.int64)


def fill(batch: Array, columns: Columns, layout: Layout, heads: Heads) -> Counter[str]:
    """Write the words of a batch (as ``batch_of`` made it) but POINT, SAMPLED and NUMBER.

    Where PROTOCOL is then negative, the record is to be left out; the answer counts why, by names of ``REASONS``.
    """
    left: Counter[str] = Counter()
    if not (_addresses(batch, columns)):
        return Counter({"record-not-ip": batch.shape[1]})
    protocols = protocols_of(columns)
    if isinstance(protocols, int) and protocols < 0:
        return Counter({"record-malformed": batch.shape[1]})
    batch[word.PROTOCOL] = protocols
    leave_out(batch, _nowhere(batch), left, "record-not-ip")
    _ports(batch, columns, left)
    _counts(batch, columns, left)
    _flags(batch, columns)
    _times(batch, columns, heads, left)
    _events(batch, columns)
    _links(batch, columns)
    return left


def errors(columns: Columns) -> Array:
    """Return the places of records of ICMP errors: what they quote is not recorded, so that they are left out."""
    protocols = protocols_of(columns)
    if isinstance(protocols, int):
        if protocols not in (ICMP, ICMPV6):
            return np.zeros(0, dtype=np.int64)
        protocols = np.full(len(columns), protocols)
    which = np.flatnonzero((protocols == ICMP) | (protocols == ICMPV6))
    if not len(which):
        return which
    protocols = protocols[which]
    kinds = _types(columns, which, protocols) >> 8
    four = (protocols == ICMP) & np.isin(kinds, (3, 4, 11, 12))
    found: Array = which[four | ((protocols == ICMPV6) & (kinds >= 1) & (kinds <= 4))]
    return found


def leave_out(batch: Array, which: Array, left: Counter[str], reason: str) -> None:
    """Mark records that are left out, for the first reason that is found."""
    chosen = which & (batch[word.PROTOCOL] >= 0)
    number = int(np.count_nonzero(chosen))
    if number:
        left[reason] += number
        batch[word.PROTOCOL][chosen] = -1


def _addresses(batch: Array, columns: Columns) -> bool:
    four = el.SOURCE_V4 in columns and el.TARGET_V4 in columns
    six = el.SOURCE_V6 in columns and el.TARGET_V6 in columns
    if four:
        batch[word.SOURCE_LO] = columns.get(el.SOURCE_V4)
        batch[word.TARGET_LO] = columns.get(el.TARGET_V4)
        if el.NAT_TARGET_V4 in columns:
            after = columns.get(el.NAT_TARGET_V4)
            np.copyto(batch[word.TARGET_LO], after, where=after != 0, casting="unsafe")
    if four and not six:
        batch[word.SOURCE_LO] |= V4_LO
        batch[word.TARGET_LO] |= V4_LO
    if not six:
        return four
    which: Any = True
    if four:  # a template for both families fills one of them
        empty = (batch[word.SOURCE_LO] == 0) & (batch[word.TARGET_LO] == 0)
        which = columns.get(el.VERSION) == 6 if el.VERSION in columns else empty
        which = which | empty
        np.copyto(batch[word.SOURCE_LO], batch[word.SOURCE_LO] | V4_LO, where=~which)
        np.copyto(batch[word.TARGET_LO], batch[word.TARGET_LO] | V4_LO, where=~which)
    ends = ((el.SOURCE_V6, word.SOURCE_HI, word.SOURCE_LO), (el.TARGET_V6, word.TARGET_HI, word.TARGET_LO))
    for element, high, low in ends:
        for row, half in zip((high, low), columns.wide(element), strict=True):
            np.copyto(batch[row], half, where=which)
    if el.NAT_TARGET_V6 in columns:
        halves = columns.wide(el.NAT_TARGET_V6)
        translated = which & ((halves[0] != 0) | (halves[1] != 0))
        np.copyto(batch[word.TARGET_HI], halves[0], where=translated)
        np.copyto(batch[word.TARGET_LO], halves[1], where=translated)
    return True


def _nowhere(batch: Array) -> Array:
    """Return which records have no address at all: those of frames that are not IP."""
    low = batch[word.SOURCE_LO] | batch[word.TARGET_LO]
    low &= 0xFFFFFFFF
    found: Array = low == 0
    if found.any():
        found &= batch[word.SOURCE_HI] | batch[word.TARGET_HI] == 0
    return found


def protocols_of(columns: Columns) -> Any:
    """Return the protocol of each record, or one for all; -1 when the records tell none."""
    if el.PROTOCOL in columns:
        return columns.get(el.PROTOCOL)
    if el.TCP_SOURCE in columns or el.TCP_TARGET in columns:
        return TCP
    if el.UDP_SOURCE in columns or el.UDP_TARGET in columns:
        return UDP
    if el.ICMP_V4 in columns or el.ICMP_TYPE_V4 in columns:  # a template of ICMP alone
        return ICMP
    return ICMPV6 if el.ICMP_V6 in columns or el.ICMP_TYPE_V6 in columns else -1


def _ports(batch: Array, columns: Columns, left: Counter[str]) -> None:
    """Write the ports; type and code of ICMP."""
    protocol, source, target = batch[word.PROTOCOL], batch[word.SOURCE_PORT], batch[word.TARGET_PORT]
    if el.PROTOCOL in columns and columns.get(el.PROTOCOL).dtype.itemsize > 1:
        leave_out(batch, protocol > 255, left, "record-malformed")
    sent = columns.first(el.SOURCE_PORT, el.TCP_SOURCE, el.UDP_SOURCE)
    received = columns.first(el.TARGET_PORT, el.TCP_TARGET, el.UDP_TARGET)
    if sent is not None:
        source[:] = sent
    if received is not None:
        target[:] = received
    control = (protocol == ICMP) | (protocol == ICMPV6)
    any_control = bool(control.any())
    if sent is None or received is None:
        ported = np.isin(protocol, (TCP, UDP, SCTP, DCCP, UDP_LITE))
        leave_out(batch, ported, left, "transport-truncated")
    if any_control:
        _icmp(batch, columns, control, received is not None, left)
    if el.NAT_TARGET_PORT in columns:
        after = columns.get(el.NAT_TARGET_PORT)
        np.copyto(target, after, where=(after != 0) & ~control, casting="unsafe")
    if any(columns.size(element) > most for element, most in _PORT_SIZES.items()):
        leave_out(batch, (source | target).view(np.uint64) > 65535, left, "record-malformed")


# Bytes of the fields that become ports; more of them may hold more than a port does.
_PORT_SIZES = {
    **dict.fromkeys((el.SOURCE_PORT, el.TARGET_PORT, el.TCP_SOURCE, el.TCP_TARGET, el.UDP_SOURCE, el.UDP_TARGET,
                     el.NAT_TARGET_PORT, el.ICMP_V4, el.ICMP_V6), 2),
    **dict.fromkeys((el.ICMP_TYPE_V4, el.ICMP_CODE_V4, el.ICMP_TYPE_V6, el.ICMP_CODE_V6), 1),
}  # fmt: skip


def _icmp(batch: Array, columns: Columns, control: Array, ported: bool, left: Counter[str]) -> None:
    which = np.flatnonzero(control)
    protocols, source, target = (batch[row][which] for row in (word.PROTOCOL, word.SOURCE_PORT, word.TARGET_PORT))
    # A firewall writes the identifier as the port of one side; of others it is not known.
    firewall = el.FIREWALL_EVENT in columns
    batch[word.SOURCE_PORT][which] = np.where(source == 0, target, source) if firewall else 0
    batch[word.TARGET_PORT][which] = _types(columns, which, protocols)
    for number, told in ((ICMP, (el.ICMP_V4, el.ICMP_TYPE_V4)), (ICMPV6, (el.ICMP_V6, el.ICMP_TYPE_V6))):
        if not ported and not any(element in columns for element in told):
            leave_out(batch, batch[word.PROTOCOL] == number, left, "transport-truncated")


def _types(columns: Columns, which: Array, protocols: Array) -> Array:
    """Return type << 8 | code of the records ``which``, all of ICMP; 0 where nothing tells it."""
    ports = columns.first(el.TARGET_PORT, el.TCP_TARGET, el.UDP_TARGET)
    found = np.zeros(len(which), dtype=np.int64) if ports is None else ports[which].astype(np.int64)
    for number, both, kind, code in (
        (ICMP, el.ICMP_V4, el.ICMP_TYPE_V4, el.ICMP_CODE_V4),
        (ICMPV6, el.ICMP_V6, el.ICMP_TYPE_V6, el.ICMP_CODE_V6),
    ):
        own = protocols == number
        if kind in columns:
            said = columns.get(kind)[which].astype(np.int64) << 8
            if code in columns:
                said |= columns.get(code)[which]
        elif both in columns:
            said = columns.get(both)[which].astype(np.int64)
            if el.FIREWALL_EVENT not in columns:  # some leave it empty, and write type and code as the port
                own &= said != 0
        else:
            continue
        np.copyto(found, said, where=own)
    return found


# Of each count, its choices: what came in or the initiator sent, what went out (the same traffic where both are told),
# totals since the flow began, which come again with each record of it and are read only without the others.
_COUNTS = (
    (word.PACKETS, (el.PACKETS, el.INITIATOR_PACKETS, el.OUT_PACKETS), el.TOTAL_PACKETS),
    (word.BYTES, (el.OCTETS, el.INITIATOR_OCTETS, el.OUT_OCTETS), el.TOTAL_OCTETS),
    (word.BACK_PACKETS, (el.REVERSE | el.PACKETS, el.RESPONDER_PACKETS, el.REVERSE | el.OUT_PACKETS),
     el.REVERSE | el.TOTAL_PACKETS),
    (word.BACK_BYTES, (el.REVERSE | el.OCTETS, el.RESPONDER_OCTETS, el.REVERSE | el.OUT_OCTETS),
     el.REVERSE | el.TOTAL_OCTETS),
)  # fmt: skip
_DELTAS = (el.PACKETS, el.OCTETS)


def _counts(batch: Array, columns: Columns, left: Counter[str]) -> None:
    """Write packets and bytes: of what tells the same traffic twice, the first that is not zero."""
    told = set()
    for row, choices, total in _COUNTS:
        present = [element for element in choices if element in columns] or [total] * (total in columns)
        for element in present:
            said = columns.get(element)
            if row in told:
                np.copyto(batch[row], said, where=batch[row] == 0)
            else:
                batch[row] = said
            told.add(row)
            if said.dtype.itemsize == 8 and int(batch[row].view(np.uint64).max()) > MOST_COUNT:
                leave_out(batch, batch[row].view(np.uint64) > MOST_COUNT, left, "record-malformed")
    if el.FIREWALL_EVENT in columns and not any(element in columns for element in _DELTAS):
        created = columns.get(el.FIREWALL_EVENT) == CREATED  # its totals come again when it is torn down
        for row in told:
            np.copyto(batch[row], 0, where=created)
    for packets, octets in ((word.PACKETS, word.BYTES), (word.BACK_PACKETS, word.BACK_BYTES)):
        if packets not in told and octets in told:  # bytes without packets: there was at least one
            np.copyto(batch[packets], 1, where=batch[octets] > 0)
    if not told & {word.PACKETS, word.BYTES} and not (el.FIREWALL_EVENT in columns or el.NAT_EVENT in columns):
        batch[word.PACKETS] = 1  # a flow without counts is of one packet at least


def _flags(batch: Array, columns: Columns) -> None:
    tcp = batch[word.PROTOCOL] == TCP
    for row, elements in (
        (word.FLAGS, (el.TCP_BITS, el.YAF_INITIAL_BITS, el.YAF_UNION_BITS)),
        (word.BACK_FLAGS, (el.REVERSE | el.TCP_BITS, el.YAF_BACK_INITIAL_BITS, el.YAF_BACK_UNION_BITS)),
    ):
        present = [columns.get(element) for element in elements if element in columns]
        if not present:
            continue
        flags = present[0]
        for more in present[1:]:
            flags = flags | more
        if flags.dtype.itemsize > 1:
            flags = flags & 0xFF
        # No bit at all is what exporters write that do not look at them.
        np.copyto(batch[row], flags, where=tcp & (flags != 0), casting="unsafe")
    if el.YAF_INITIAL_BITS in columns:
        opening = tcp & (columns.get(el.YAF_INITIAL_BITS) & 0x16 == 2)
        batch[word.TELLS] |= opening * SYN_AB


def _times(batch: Array, columns: Columns, heads: Heads, left: Counter[str]) -> None:
    """Write first and last; where nothing is told of one it is the other, where of both it is the export's time."""
    first = _time(columns, heads, left, batch, el.FIRST_MS, el.FIRST_US, el.FIRST_NS, el.FIRST_S, el.FIRST_DELTA,
                  el.FIRST_UPTIME)  # fmt: skip
    last = _time(columns, heads, left, batch, el.LAST_MS, el.LAST_US, el.LAST_NS, el.LAST_S, el.LAST_DELTA,
                 el.LAST_UPTIME)  # fmt: skip
    if last is None and el.OBSERVED_MS in columns:
        last = _milli(columns.get(el.OBSERVED_MS), heads, left, batch)
    if last is None and el.OBSERVED_S in columns:
        last = columns.get(el.OBSERVED_S).astype(np.int64) * SECOND
    duration: Array | None = None
    if el.DURATION_MS in columns:
        duration = (columns.get(el.DURATION_MS).astype(np.int64) & 0xFFFFFFFF) * MILLI
    elif el.DURATION_US in columns:
        duration = (columns.get(el.DURATION_US).astype(np.int64) & 0xFFFFFFFF) * MICRO
    if first is None and last is None:
        last = np.broadcast_to(np.asarray(heads.time, dtype=np.int64), batch.shape[1:])
    if first is None:
        assert last is not None
        first = last - duration if duration is not None else last
    elif last is None:
        last = first + duration if duration is not None else first
    np.minimum(first, last, out=batch[word.FIRST])
    np.maximum(first, last, out=batch[word.LAST])
    for row in (word.FIRST, word.LAST):  # a clock that was never set may tell a time before 1970
        np.maximum(batch[row], 0, out=batch[row])


def _time(
    columns: Columns, heads: Heads, left: Counter[str], batch: Array, milli: int, micro: int, nano: int, second: int,
    delta: int, uptime: int,
) -> Array | None:  # fmt: skip
    if milli in columns:
        return _milli(columns.get(milli), heads, left, batch)
    if nano in columns or micro in columns:
        value = columns.get(nano if nano in columns else micro).astype(np.int64)
        seconds, fraction = (value >> 32) & 0xFFFFFFFF, value & 0xFFFFFFFF
        seconds = np.where(seconds >= ERA, seconds - ERA, seconds + (1 << 32) - ERA)  # after 2036, the next era
        exact = seconds * SECOND + ((fraction * SECOND) >> 32)
        return np.where(value == 0, heads.time, exact)
    if second in columns:
        value = columns.get(second).astype(np.int64)
        return np.where(value == 0, heads.time, (value & 0xFFFFFFFF) * SECOND)
    if delta in columns:
        before: Array = heads.time - (columns.get(delta).astype(np.int64) & 0xFFFFFFFF) * MICRO
        return before
    if uptime not in columns:
        return None
    value = columns.get(uptime).astype(np.uint32)
    found: Array
    if el.INIT_MS in columns:
        value[columns.get(el.INIT_MS) == 0] = 0  # not told after all: it is the export's time
        found = _milli(columns.get(el.INIT_MS), heads, left, batch) + value * np.int64(MILLI)
        return found
    clock = heads.uptime
    if np.min(clock) >= 0:
        # The clock is 32 bits of ms: it begins again after 50 days, so that what counts is the nearest way round.
        age = (np.asarray(clock).astype(np.uint32) - value).view(np.int32)
        found = heads.time - age * np.int64(MILLI)
        return found
    if np.min(heads.began) > 0:
        found = heads.began + value * np.int64(MILLI)
        return found
    # The clock's zero is not told: the last packet is taken to be as old as the export.
    latest = columns.get(el.LAST_UPTIME).astype(np.uint32) if el.LAST_UPTIME in columns else value
    found = heads.time - (latest - value) * np.int64(MILLI)
    return found


def _milli(value: Array, heads: Heads, left: Counter[str], batch: Array) -> Array:
    value = value.astype(np.int64)
    if int(value.view(np.uint64).max()) > MOST_MS:
        bad = value.view(np.uint64) > MOST_MS
        leave_out(batch, bad, left, "record-malformed")
        value[bad] = 0
    value *= MILLI
    if int(value.min()) == 0:
        value = np.where(value == 0, heads.time, value)
    return value


def _events(batch: Array, columns: Columns) -> None:
    """Write what the exporter itself says of who began, and of what it stopped."""
    tells = batch[word.TELLS]
    firewall = columns.get(el.FIREWALL_EVENT) if el.FIREWALL_EVENT in columns else None
    connections = firewall is not None and not any(element in columns for element in _DELTAS)
    if connections or el.INITIATOR_OCTETS in columns or el.INITIATOR_PACKETS in columns:
        # Of ICMP, type and code say it better.
        tells |= ((batch[word.PROTOCOL] != ICMP) & (batch[word.PROTOCOL] != ICMPV6)) * INITIATOR_AB
    elif el.BIFLOW_DIRECTION in columns:  # RFC 5103 section 6.3: 1 the initiator, 2 the other, else arbitrary
        direction = columns.get(el.BIFLOW_DIRECTION)
        tells |= (direction == 1) * INITIATOR_AB
        tells |= (direction == 2) * INITIATOR_BA
    if firewall is not None:
        denied = firewall == DENIED
        tells |= denied * REFUSED_AB
        np.copyto(batch[word.PACKETS], 1, where=denied & (batch[word.PACKETS] == 0))
    if el.FORWARDING in columns:
        status = columns.get(el.FORWARDING)
        for denied in FORWARDING_DENIED:
            tells |= ((status & 0xFF) == denied) * REFUSED_AB


def _links(batch: Array, columns: Columns) -> None:
    outer: Array | None = None
    for element in (el.DOT1Q, el.VLAN, el.OUT_DOT1Q, el.OUT_VLAN):
        if element in columns:
            tag = columns.get(element).astype(np.int64) & 0xFFF
            outer = tag if outer is None else np.where(outer == 0, tag, outer)
    if outer is not None:
        batch[word.VLANS] = outer << 12
        if el.DOT1Q_CUSTOMER in columns:
            inner = columns.get(el.DOT1Q_CUSTOMER).astype(np.int64) & 0xFFF
            batch[word.VLANS] |= np.where(outer != 0, inner, inner << 12)
    if el.SEGMENT in columns:  # the first byte tells the kind: 1 VXLAN (RFC 7270 section 4; IANA), 0 not told
        segment = columns.get(el.SEGMENT).astype(np.int64)
        kind = (segment >> 56) & 0xFF | (segment >> 24) & 0xFF
        number = segment & 0xFFFFFF
        np.copyto(batch[word.VNI], number, where=(number != 0) & (kind <= 1))
