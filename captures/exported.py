"""Exports inside a packet capture: it is walked once more, and every datagram that an exporter sent is decoded.

The first pass tells by its recognisers whether there are any; this one hands on each UDP payload that has the marks of
an export, whatever its ports.
"""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import Any

import numpy as np

from cloison.captures import formats
from cloison.captures import packets as pk
from cloison.captures.exporting.exports import LIFETIME, Exports
from cloison.captures.exporting.marks import ipfix, netflow, sflow
from cloison.captures.frames import parser
from cloison.captures.layer import PLACE_WIDTH
from cloison.captures.octets import be16
from cloison.captures.packets import FIRST_FRAGMENT, QUOTED, UDP
from cloison.captures.records import Sink
from cloison.captures.stream import Format, Stream, open_source
from cloison.flows.compiled import Int, compiled
from cloison.netmodel.finding import Message, say
from cloison.netmodel.registry import load

BATCH = 2048
HEAD = 32
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


def exported(path: str | Stream, sink: Sink) -> Message | None:
    """Give a sink the records of the exports inside a packet capture; return why only a part could be read, if so.

    ``path`` is a file, or a stream at its beginning. The exporter is the sender of the datagrams. A payload of which
    only a part was kept, or that came in fragments, is decoded as far as it goes; what is missing is counted.
    """
    if isinstance(path, Stream):
        return _walked(path, sink)
    opened = open_source(path)
    if isinstance(opened, Message):
        return opened
    raw, size = opened
    with raw:
        return _walked(Stream(raw, size), sink)


def _walked(stream: Stream, sink: Sink) -> Message | None:
    stream.refill(HEAD)
    head = stream.window[: min(HEAD, stream.stop)].tobytes()
    entries = (entry for entry in load(formats, "FORMAT").values() if isinstance(entry, Format))
    chosen = next((entry for entry in entries if entry.recognises(head)), None)
    if chosen is None:
        return say("it is no packet capture", "ce n’est pas une capture de paquets")
    fast = not 0 < stream.size <= SHORT or bool(stream.compression)
    walker = chosen.walk(stream, fast)
    decode = parser(fast)
    look = compiled(marked) if fast else marked
    exports = Exports(sink, fast=fast, lifetime=LIFETIME)
    records = np.zeros((BATCH, pk.RECORD_WIDTH), dtype=np.int64)
    packets = np.zeros((BATCH, pk.PACKET_WIDTH), dtype=np.int64)
    place = np.zeros(PLACE_WIDTH, dtype=np.int64)
    found = np.zeros(BATCH, dtype=np.int64)
    names: dict[tuple[int, int], str] = {}
    while count := walker.next(records):
        with np.errstate(over="ignore"):
            decode(stream.window, records, count, packets, place)
        number = int(look(stream.window, packets, count, found))
        for i in found[:number].tolist():
            high, low, at, end = packets[i, [pk.SOURCE_HI, pk.SOURCE_LO, pk.PAYLOAD, pk.END]].tolist()
            exporter = names.get((high, low))
            if exporter is None:
                exporter = _address(high, low)
                if len(names) < 1 << 16:
                    names[high, low] = exporter
            exports.datagram(stream.window[at:end].tobytes(), exporter, int(records[i, pk.TIME]))
        sink.tick()
    exports.finish()
    return stream.problem or walker.problem


def _address(high: int, low: int) -> str:
    address = IPv6Address((high & (1 << 64) - 1) << 64 | (low & (1 << 64) - 1))
    return str(address.ipv4_mapped or address)
