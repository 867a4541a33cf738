"""sFlow version 5: sampled headers decoded as packets, each standing for as many as its rate says.

Source: sFlow version 5 (sflow.org/sflow_version_5.txt), with the errata of its flow samples' format 3.
"""

from __future__ import annotations

import struct
from collections import Counter
from ipaddress import ip_address
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures import packets as pk
from cloison.captures import records as word
from cloison.captures.exporting.points import Points
from cloison.captures.frames import Decoder
from cloison.captures.octets import be32
from cloison.captures.records import BATCH, RECORD_WORDS, Sink
from cloison.captures.telling import glimpse, told
from cloison.flows.compiled import Int, compiled
from cloison.flows.table import FIRST_SEEN_LATE
from cloison.netmodel.finding import Message, say

Array = npt.NDArray[Any]

# Columns of samples (int64) after those of records: one packet in so many; 0 it was taken where it came in, 1 where it
# went out, 2 not told; VLAN of the port where it came in; number of the agent; of the record; kind of what was found.
S_RATE, S_WAY, S_VLAN, S_AGENT, S_NUMBER, S_KIND, S_SOURCE, S_DROPS = range(5, 13)
SAMPLE_WIDTH = 13
NOTHING, HEADER, IPV4, IPV6 = 0, 1, 3, 4  # kinds: format numbers of flow records

ROOM = 1 << 20  # bytes of datagrams that are decoded together
ROWS = 1 << 13
LARGEST = 65535
MOST_SAMPLES = LARGEST // 8 + 1  # of one datagram
MOST_AGENTS = 1 << 14
UNKNOWN_LINK = 65535
JUMP = 1 << 16  # a larger step of a numbering is an agent that began again


def is_sample(payload: bytes) -> bool:
    """Return whether a datagram is of sFlow version 5, by its first bytes."""
    return payload[:4] == b"\0\0\0\5" and payload[4:8] in (b"\0\0\0\1", b"\0\0\0\2")


def extent(window: Any, at: Int, stop: Int) -> Int:
    """Return the bytes of a whole datagram that begins there, -1 when none can, more than there are when it is cut."""
    if stop - at < 8:
        return np.int64(8)
    kind = be32(window, at + 4)
    if be32(window, at) != 5 or not (kind == 1 or kind == 2):
        return np.int64(-1)
    head = 28 if kind == 1 else 40
    if stop - at < head:
        return np.int64(head)
    number = be32(window, at + head - 4)
    size = np.int64(head)
    for _ in range(number):
        if size > LARGEST:
            return np.int64(-1)
        if stop - at < size + 8:
            return size + 8
        size += 8 + be32(window, at + size + 4)
    return size if size <= LARGEST else np.int64(-1)


def find(window: Any, at: Int, stop: Int, number: Int, rows: Any, first: Int) -> tuple[Int, Int, Int]:
    """Write the flow samples of a datagram from row ``first``; ``window[at:stop]`` begins after its header.

    Returns the row after the last, how many samples are of no traffic, and how many cannot be read.
    """
    used, other = np.int64(first), np.int64(0)
    for place in range(number):
        if stop - at < 8:
            return used, other, np.int64(number - place)
        kind, length = be32(window, at), be32(window, at + 4)
        at += 8
        if length > stop - at:
            return used, other, np.int64(number - place)
        if kind == 1 or kind == 3:
            if not _sample(window, at, at + length, kind == 3, rows, used):
                rows[used, 10] = -1
            rows[used, 9] = place
            used += 1
        else:
            other += 1
        at += length
    return used, other, np.int64(0)


def _sample(window: Any, at: Int, stop: Int, expanded: bool, rows: Any, i: Int) -> bool:
    """Read one flow sample; false when its lengths lie."""
    head = 44 if expanded else 32
    for column in range(13):
        rows[i, column] = 0
    if stop - at < head:
        return False
    if expanded:
        source, rate, drops = be32(window, at + 8), be32(window, at + 12), be32(window, at + 20)
        came, went = be32(window, at + 28), be32(window, at + 36)
        if be32(window, at + 24):  # not an interface alone
            came = np.int64(-1)
        if be32(window, at + 32):
            went = np.int64(-1)
    else:
        source, rate, drops = be32(window, at + 4) & 0xFFFFFF, be32(window, at + 8), be32(window, at + 16)
        came, went = be32(window, at + 20), be32(window, at + 24)
    number = be32(window, at + head - 4)
    rows[i, 5] = max(rate, 1)
    rows[i, 6] = 2 if (came == went or source == 0) else 0 if source == came else 1 if source == went else 2
    rows[i, 11], rows[i, 12] = source, drops
    at += head
    for _ in range(number):
        if stop - at < 8:
            return False
        kind, length = be32(window, at), be32(window, at + 4)
        at += 8
        if length > stop - at:
            return False
        if kind == 1 and length >= 16:
            size = be32(window, at + 12)
            if size > length - 16:
                return False
            protocol, wire, stripped = be32(window, at), be32(window, at + 4), be32(window, at + 8)
            rows[i, 0], rows[i, 1], rows[i, 2] = at + 16, size, max(wire - stripped, size)
            rows[i, 4] = _link(protocol)
            rows[i, 10] = 1
        elif ((kind == 3 and length >= 32) or (kind == 4 and length >= 56)) and rows[i, 10] == 0:
            rows[i, 0], rows[i, 1] = at, length
            rows[i, 10] = kind
        elif kind == 1001 and length >= 16:
            vlan = be32(window, at)
            rows[i, 7] = vlan if 0 < vlan < 4095 else 0
        at += length
    return True


def _link(protocol: Int) -> Int:
    """Return the link type of a header's protocol: Ethernet, PPP, frame relay, IP, MPLS, 802.11."""
    if protocol == 1:
        return np.int64(1)
    if protocol == 11 or protocol == 12:
        return np.int64(101)
    if protocol == 7 or protocol == 14:
        return np.int64(9)
    if protocol == 5:
        return np.int64(107)
    if protocol == 13:
        return np.int64(219)
    return np.int64(105) if protocol == 15 else np.int64(UNKNOWN_LINK)


class Samples:
    """The decoder of the sFlow datagrams of one source."""

    def __init__(self, sink: Sink, *, fast: bool = True) -> None:
        self._sink = sink
        self._find = compiled(find) if fast else find
        self._glimpse = compiled(glimpse) if fast else glimpse
        self._told = told()
        self._decoder = Decoder(fast, BATCH)
        self._points = Points(sink)
        self._agents: dict[tuple[str, str, int], int] = {}
        self._next: dict[int, int] = {}
        self._drops: dict[tuple[int, int], tuple[int, int]] = {}
        self._missing = 0
        self._left: Counter[str] = Counter()
        self._window = np.zeros(ROOM, dtype=np.uint8)
        self._rows = np.zeros((ROWS + MOST_SAMPLES, SAMPLE_WIDTH), dtype=np.int64)
        self._used = self._found = 0

    def datagram(self, payload: bytes, exporter: str, time: int, number: int) -> int:
        """Take one datagram, ``number`` records being before it; return how many there are after it.

        ``time`` is ns since 1970 of its capture; 0: times are those of the agent's clock.
        """
        head = 28 if payload[4:8] == b"\0\0\0\1" else 40
        if len(payload) < head or len(payload) > LARGEST:
            self._left["record-malformed"] += 1
            return number + 1
        if self._used + len(payload) > ROOM or self._found >= ROWS:
            self._flush()
        address = str(ip_address(payload[8 : head - 16]))
        domain, sequence, uptime, samples = struct.unpack_from(">4I", payload, head - 16)
        agent = self._agents.get((exporter, address, domain))
        if agent is None:
            agent = min(len(self._agents), MOST_AGENTS)
            if agent < MOST_AGENTS:
                self._agents[exporter, address, domain] = agent
        if agent < MOST_AGENTS:
            step = sequence - self._next.get(agent, sequence)
            self._missing += step if abs(step) <= JUMP else 0
            self._next[agent] = (sequence + 1) & 0xFFFFFFFF
        begin, end = self._used, self._used + len(payload)
        self._window[begin:end] = np.frombuffer(payload, dtype=np.uint8)
        most = min(samples, MOST_SAMPLES)
        found, other, bad = map(int, self._find(self._window, begin + head, end, most, self._rows, self._found))
        own = self._rows[self._found : found]
        own[:, pk.TIME] = time or uptime * 10**6
        own[:, S_AGENT] = agent
        own[:, S_NUMBER] += number + 1
        self._used, self._found = end, found
        self._left["other-record"] += other
        if bad:  # what follows a length that lies is one loss: how many samples it was is not believed
            self._left["record-malformed"] += 1
        return number + len(own) + other + bool(bad)

    def finish(self) -> None:
        """Decode what is left, and say what was lost."""
        self._flush()
        for reason, count in sorted(self._left.items()):
            if count:
                self._sink.leave(reason, count)
        self._left.clear()
        if self._missing > 0:
            self._sink.note(_lost(self._missing))
        dropped = sum(last - first for first, last in self._drops.values())
        if dropped:
            self._sink.note(_abandoned(dropped))

    def _flush(self) -> None:
        rows, self._found, self._used = self._rows[: self._found], 0, 0
        if not len(rows):
            return
        self._dropped(rows)
        kinds = rows[:, S_KIND]
        self._left["record-malformed"] += int(np.count_nonzero(kinds < 0))
        self._left["record-not-ip"] += int(np.count_nonzero(kinds == NOTHING))
        headers = rows[kinds == HEADER]
        records = np.ascontiguousarray(headers[:, : pk.RECORD_WIDTH])
        done = 0
        with np.errstate(over="ignore"):
            for part, packets in self._decoder.decode(self._window, records):
                self._packets(headers[done + packets[:, pk.RECORD]], packets)
                done += len(part)
        for kind in (IPV4, IPV6):
            self._addresses(rows[kinds == kind], kind)
        self._sink.tick()

    def _dropped(self, rows: Array) -> None:
        pairs, place = np.unique(rows[:, [S_AGENT, S_SOURCE]], axis=0, return_inverse=True)
        most = np.zeros(len(pairs), dtype=np.int64)
        np.maximum.at(most, place.ravel(), rows[:, S_DROPS])
        least = np.full(len(pairs), 1 << 62, dtype=np.int64)
        np.minimum.at(least, place.ravel(), rows[:, S_DROPS])
        for (agent, source), low, high in zip(pairs.tolist(), least.tolist(), most.tolist(), strict=True):
            known = self._drops.get((agent, source))
            if known is None and len(self._drops) >= MOST_AGENTS:
                continue
            first, last = known or (low, low)
            self._drops[agent, source] = (first, max(last, high)) if high >= last else (high, high)

    def _packets(self, rows: Array, packets: Array) -> None:
        """Give the packets of sampled headers, a tunnel and what it carries each; ``rows`` are their samples."""
        what = packets[:, pk.WHAT]
        left = what < 0
        for reason, count in zip(*np.unique(what[left], return_counts=True), strict=True):
            self._left[pk.LEDGER[-1 - int(reason)]] += int(count)
        quoted = ~left & (what & pk.QUOTED != 0)
        self._left["icmp-error-record"] += int(np.count_nonzero(quoted))
        later = ~left & ~quoted & (what & pk.LATER_FRAGMENT != 0)
        self._left["fragment"] += int(np.count_nonzero(later))
        kept = ~(left | quoted | later)
        rows, packets = rows[kept], packets[kept]
        batch = self._batch(rows)
        key = packets[:, pk.KEY]
        for row, column in (
            (word.SOURCE_HI, pk.SOURCE_HI), (word.SOURCE_LO, pk.SOURCE_LO), (word.TARGET_HI, pk.TARGET_HI),
            (word.TARGET_LO, pk.TARGET_LO),
        ):  # fmt: skip
            batch[row] = packets[:, column]
        batch[word.SOURCE_PORT], batch[word.TARGET_PORT] = (key >> 48) & 0xFFFF, (key >> 32) & 0xFFFF
        batch[word.PROTOCOL] = (key >> 24) & 0xFF
        port = np.where(packets[:, pk.TUNNEL] == 0, rows[:, S_VLAN] << 12, 0)
        batch[word.VLANS] = np.where(key & 0xFFFFFF, key & 0xFFFFFF, port)
        batch[word.VNI] = self._decoder.tunnels.vnis[packets[:, pk.TUNNEL] - 1]
        batch[word.BYTES] = packets[:, pk.BYTES] * rows[:, S_RATE]
        batch[word.TELLS] = packets[:, pk.WHAT] & _EVIDENCE
        self._glimpse(self._window, packets, self._told, batch[word.WIRE])
        self._add(batch)

    def _addresses(self, rows: Array, kind: int) -> None:
        """Decode samples of which the agent sent addresses and ports only."""
        if not len(rows):
            return
        wide = kind == IPV6
        size = 56 if wide else 32
        data = self._window[rows[:, pk.AT][:, np.newaxis] + np.arange(size)]
        words = data.view(">u4").astype(np.int64)
        batch = self._batch(rows)
        batch[word.PROTOCOL] = words[:, 1] & 0xFF
        if wide:
            halves = (words[:, 2:10:2] << 32) | words[:, 3:10:2]
            for place, row in enumerate((word.SOURCE_HI, word.SOURCE_LO, word.TARGET_HI, word.TARGET_LO)):
                batch[row] = halves[:, place]
        else:
            batch[word.SOURCE_LO], batch[word.TARGET_LO] = words[:, 2] | _V4, words[:, 3] | _V4
        ports = 10 if wide else 4
        batch[word.SOURCE_PORT], batch[word.TARGET_PORT] = words[:, ports] & 0xFFFF, words[:, ports + 1] & 0xFFFF
        batch[word.BYTES] = words[:, 0] * rows[:, S_RATE]
        flags = words[:, ports + 2] & 0xFF
        tcp = batch[word.PROTOCOL] == pk.TCP
        np.copyto(batch[word.FLAGS], flags, where=tcp & (flags != 0))
        batch[word.VLANS] = rows[:, S_VLAN] << 12
        control = (batch[word.PROTOCOL] == pk.ICMP) | (batch[word.PROTOCOL] == pk.ICMPV6)
        self._left["transport-truncated"] += int(np.count_nonzero(control))  # type and code are not sent
        self._add(np.ascontiguousarray(batch[:, ~control]))

    def _batch(self, rows: Array) -> Array:
        batch = np.zeros((RECORD_WORDS, len(rows)), dtype=np.int64)
        for row in (word.FLAGS, word.BACK_FLAGS, word.VNI):
            batch[row] = -1
        batch[word.FIRST] = batch[word.LAST] = rows[:, pk.TIME]
        batch[word.PACKETS] = batch[word.SAMPLED] = rows[:, S_RATE]
        batch[word.NUMBER] = rows[:, S_NUMBER]
        ways, place = np.unique(rows[:, S_AGENT] * 4 + rows[:, S_WAY], return_inverse=True)
        names = [*self._agents, ("", "others", 0)]
        points = []
        for way in ways.tolist():
            exporter, address, domain = names[min(way // 4, len(names) - 1)]
            points.append(
                self._points.of(exporter, (way // 4, domain, 0), f"sflow {address} {('in', 'out', '')[way % 4]}")
            )
        batch[word.POINT] = np.array(points, dtype=np.int64)[place.ravel()] if points else 0
        return batch

    def _add(self, batch: Array) -> None:
        if batch.shape[1]:
            self._sink.add(batch)


_EVIDENCE = (1 << 20) - 1 & ~FIRST_SEEN_LATE  # what one packet says, as if its sender were A
_V4 = 0xFFFF << 32


def _lost(count: int) -> Message:
    return say("{count} sFlow {count:datagram|datagrams} {count:is|are} missing, by their numbers",
               "il manque {count} {count:datagramme|datagrammes} sFlow, d’après leurs numéros",
               count=count)  # fmt: skip


def _abandoned(count: int) -> Message:
    return say("the agents say that they dropped {count} {count:sample|samples} for want of time",
               "les agents disent avoir abandonné {count} {count:échantillon|échantillons} faute de temps",
               count=count)  # fmt: skip
