"""Exports inside a packet capture: it is walked once more, and every datagram that an exporter sent is decoded.

The first pass tells by its recognisers whether there are any; this one hands on each UDP payload that has the marks of
an export, whatever its ports.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv6Address
from typing import Any

import numpy as np

from cloison.captures import packets as pk
from cloison.captures.exporting.exports import LIFETIME, Exports
from cloison.captures.exporting.marks import ipfix, netflow, sflow
from cloison.captures.frames import MOST_PACKETS, Decoder
from cloison.captures.glance import HEAD, packet_formats
from cloison.captures.octets import be16
from cloison.captures.packets import FIRST_FRAGMENT, QUOTED, UDP
from cloison.captures.records import Sink
from cloison.captures.stream import Stream, open_source
from cloison.flows.compiled import Int, compiled
from cloison.netmodel.finding import Message, say

BATCH = 2048
FACTS = [pk.SOURCE_HI, pk.SOURCE_LO, pk.PAYLOAD, pk.END, pk.RECORD]
SHORT = 1 << 16


def marked(window: Any, packets: Any, count: Int, found: Any) -> Int:
    """Write the places of packets with an export's marks into ``found`` (int64); return how many."""
    number = np.int64(0)
    for i in range(count):
        if packets[i, 5] < 0 or packets[i, 8] == 0 or packets[i, 5] & QUOTED:
            continue
        if (packets[i, 4] >> 24) & 0xFF != UDP or packets[i, 9] - packets[i, 8] < 4 or window[packets[i, 8]] != 0:
            continue
        at, end, length = packets[i, 8], packets[i, 9], packets[i, 10]
        if packets[i, 5] & FIRST_FRAGMENT:  # of the whole datagram
            length = max(length, be16(window, at - 4) - 8)
        first = be16(window, at)
        if first == 10:
            told = ipfix(window, at, end, length)
        elif first == 0:
            told = sflow(window, at, end, length)
        else:
            told = netflow(window, at, end, length)
        if told:
            found[number] = i
            number += 1
    return number


def exported(paths: Iterable[str], sink: Sink) -> Message | None:
    """Give a sink the records of the exports inside packet captures; return why only a part could be read, if so.

    The files are those of one stream in their order: what an exporter said of its templates in one holds in the next.
    The exporter is the sender of the datagrams. A payload of which only a part was kept, or that came in fragments, is
    decoded as far as it goes; what is missing is counted.
    """
    exports: Exports | None = None
    names: dict[tuple[int, int], str] = {}
    problem: Message | None = None
    for path in paths:
        opened = open_source(path)
        if isinstance(opened, Message):
            problem = problem or opened
            continue
        raw, size = opened
        with raw:
            stream = Stream(raw, size)
            if exports is None:
                exports = Exports(sink, fast=not 0 < size <= SHORT or bool(stream.compression), lifetime=LIFETIME)
            problem = problem or _walked(stream, exports, names)
        sink.tick()
    if exports is not None:
        exports.finish()
    return problem


def _walked(stream: Stream, exports: Exports, names: dict[tuple[int, int], str]) -> Message | None:
    stream.refill(HEAD)
    head = stream.window[: min(HEAD, stream.stop)].tobytes()
    chosen = next((entry for entry in packet_formats().values() if entry.recognises(head)), None)
    if chosen is None:
        return say("it is no packet capture", "ce n’est pas une capture de paquets")
    fast = not 0 < stream.size <= SHORT or bool(stream.compression)
    walker = chosen.walk(stream, fast)
    decoder = Decoder(fast, BATCH)
    look = compiled(marked) if fast else marked
    records = np.zeros((BATCH, pk.RECORD_WIDTH), dtype=np.int64)
    found = np.zeros(BATCH + MOST_PACKETS, dtype=np.int64)
    while count := walker.next(records):
        with np.errstate(over="ignore"):
            for part, packets in decoder.decode(stream.window, records[:count]):
                number = int(look(stream.window, packets, len(packets), found))
                for i in found[:number].tolist():
                    high, low, at, end, record = packets[i, FACTS].tolist()
                    exporter = names.get((high, low))
                    if exporter is None:
                        exporter = _address(high, low)
                        if len(names) < 1 << 16:
                            names[high, low] = exporter
                    exports.datagram(stream.window[at:end].tobytes(), exporter, int(part[record, pk.TIME]))
    return stream.problem or walker.problem


def _address(high: int, low: int) -> str:
    address = IPv6Address((high & (1 << 64) - 1) << 64 | (low & (1 << 64) - 1))
    return str(address.ipv4_mapped or address)
