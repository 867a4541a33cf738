"""Azure flow logs of virtual networks (``flowTuples`` of 13 values) and of network security groups, versions 1 and 2.

A tuple names who opened the flow first. B says that it began, without counters; C and E count what passed since the
tuple before; D was denied. Where the log of a security group counts no packets (version 1), only that is known.

Source: Azure Network Watcher, "Virtual network flow logs" and "Flow logging for network security groups".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from cloison.captures.logs.objects import Objects
from cloison.captures.logs.rows import Points, Rows, address, whole
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.flows.table import INITIATOR_AB, ONE_WAY, REFUSED_AB
from cloison.netmodel.finding import Message, Text
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED

_MARK = re.compile(rb'"flow(?:Records|LogVersion|Tuples)"|"NetworkSecurityGroupFlowEvent"|"FlowLogFlowEvent"')
_MILLISECONDS = 10**11  # a time of this or more is in ms: as seconds it would be in the year 5138
_LETTERS = {"T": 6, "U": 17}
_LATEST = 1 << 62  # ns: in the year 2116
MOST_GROUPS = 1 << 17  # lists and objects of a record
LONGEST_TUPLE = 1 << 10
_SHORTEST = 8  # values of a tuple that are always there


class _Log:
    """The records of one log, each a JSON object with groups of tuples; it is the tuples that are numbered."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.rows = Rows(sink)
        self._points = Points(sink)
        self._number = 0

    def record(self, data: bytes) -> None:
        """Take one record: each of its tuples is in a row, or left; a record without tuples is left itself."""
        try:
            # lists and objects in their thousands are no flow log, and cost far more than their bytes
            record = json.loads(data) if data.count(b"[") + data.count(b"{") <= MOST_GROUPS else None
        except (ValueError, RecursionError):
            record = None
        if record is None:
            self._number += 1
            self._sink.leave("record-malformed")
            return
        before = self._number
        for names, version, one in _tuples(record):
            self._number += 1
            if reason := self._tuple(one, version, names):
                self._sink.leave(reason)
        if self._number == before:
            self._number += 1
            self._sink.leave("other-record")

    def _tuple(self, text: Any, version: int, names: tuple[str, ...]) -> str:
        """Add one tuple; return why it is left, if it is."""
        values = text.split(",") if isinstance(text, str) and len(text) <= LONGEST_TUPLE else []
        if len(values) < _SHORTEST:
            return "record-malformed"
        time, source, target = whole(values[0], 10**16), address(values[1]), address(values[2])
        transport = _LETTERS.get(values[5]) or whole(values[5], 255)
        told = _told(values, version)
        if time is None or source is None or target is None or transport is None or told is None:
            return "record-malformed"
        if transport in (ICMP, ICMPV6):  # its type is not logged
            return "transport-truncated"
        time *= 10**6 if time >= _MILLISECONDS else 10**9
        ports = _ports(values[3], values[4], transport)
        if ports is None or time > _LATEST:
            return "record-malformed"
        tells, counts = told
        self.rows.add(
            source, target, *ports, transport, time, time, counts[0], counts[1], number=self._number,
            point=self._points(*names), tells=tells, back_packets=counts[2], back_size=counts[3],
        )  # fmt: skip
        return ""


def _ports(source: str, target: str, transport: int) -> tuple[int, int] | None:
    one, other = whole(source or "0", 65535), whole(target or "0", 65535)
    if one is None or other is None:
        return None
    return (one, other) if transport in PORTED else (0, 0)


def _told(values: list[str], version: int) -> tuple[int, tuple[int, int, int, int]] | None:
    """Return what a tuple tells, and its packets and bytes in both directions; None when it is not understood."""
    nothing = (0, 0, 0, 0)
    if version >= 4:  # virtual network: time, ends, protocol, direction, state, encryption, counters
        state, counters = values[7], values[9:13]
    elif len(values) > 8:  # security group, version 2: ..., direction, decision, state, counters
        if values[7] not in ("A", "D"):
            return None
        state, counters = "D" if values[7] == "D" else values[8], values[9:13]
    else:
        state, counters = {"A": "B", "D": "D"}.get(values[7], ""), []
    if values[6] not in ("I", "O"):
        return None
    if state == "D":
        return INITIATOR_AB | REFUSED_AB, nothing
    if state == "B":
        return INITIATOR_AB | ONE_WAY, nothing
    if state not in ("C", "E") or len(counters) != 4:
        return None
    packets, size, back_packets, back_size = (whole(count or "0", 1 << 62) for count in counters)
    if packets is None or size is None or back_packets is None or back_size is None:
        return None
    return INITIATOR_AB, (packets, size, back_packets, back_size)


def _tuples(record: Any) -> Iterator[tuple[tuple[str, ...], int, Any]]:
    """Yield the tuples of a record, with what names the place where they were seen, and the version of the log."""
    if not isinstance(record, dict):
        return
    virtual = record.get("flowRecords")
    properties = record.get("properties")
    if isinstance(virtual, dict):
        mac = _text(record, "macAddress")
        for flow in _list(virtual, "flows"):
            for group in _list(flow, "flowGroups"):
                names = (mac, _text(flow, "aclID"), _text(group, "rule"))
                yield from ((names, 4, one) for one in _list(group, "flowTuples"))
    elif isinstance(properties, dict):
        version = 2 if properties.get("Version") == 2 else 1
        for group in _list(properties, "flows"):
            rule = _text(group, "rule")
            for flow in _list(group, "flows"):
                names = (_text(flow, "mac"), _text(record, "resourceId"), rule)
                yield from ((names, version, one) for one in _list(flow, "flowTuples"))


def _list(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _recognises(head: bytes) -> bool:
    begun = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64]
    return begun[:1] == b"{" and re.match(rb'\{\s*"records"\s*:', begun) is not None and _MARK.search(head) is not None


def _read(stream: Stream, sink: Sink) -> Message | None:
    log = _Log(sink)
    objects = Objects(stream, sink, depth=1)
    for lines in objects:
        for line in lines.data.tobytes().split(b"\n")[:-1]:
            log.record(line)
    log.rows.close()
    return stream.problem or objects.problem


FORMAT = RecordFormat(
    name="azure-flow",
    title=Text("Azure flow log (virtual network or security group)",
               "journal de flux d’Azure (réseau virtuel ou groupe de sécurité)"),
    recognises=_recognises,
    read=_read,
)  # fmt: skip
