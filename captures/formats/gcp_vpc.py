"""GCP VPC flow logs: JSON objects, one a line or in an array, as Cloud Logging, its sinks and gcloud write them.

A record counts one direction, as one of both sides reported it: the two reports of a flow are two observation points
and never add up. Packets are sampled by Google and its counts are estimates of all of them, so nothing is scaled here,
and that no answer was reported proves nothing.

Source: Google Cloud, "About VPC Flow Logs records".
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.logs.columns import PORT, addresses, give, icmp, numbered, ported, protocol
from cloison.captures.logs.kinds import TEXT, TIME, WHOLE, Kind
from cloison.captures.logs.objects import Objects
from cloison.captures.logs.rows import Points, lower
from cloison.captures.logs.tables import Table, Tables
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.flows.table import ONE_WAY
from cloison.netmodel.finding import Message, Text, say

_SOURCE, _TARGET, _PROTOCOL = "/connection/src_ip", "/connection/dest_ip", "/connection/protocol"
_START, _END = "/start_time", "/end_time"
_REPORTER = "/reporter"
_PAYLOAD: dict[str, Kind] = {
    _SOURCE: TEXT, _TARGET: TEXT, "/connection/src_port": WHOLE, "/connection/dest_port": WHOLE, _PROTOCOL: TEXT,
    _START: TIME, _END: TIME, "/packets_sent": WHOLE, "/bytes_sent": WHOLE, _REPORTER: TEXT,
    "/src_instance/vm_name": TEXT, "/src_instance/zone": TEXT, "/dest_instance/vm_name": TEXT,
    "/dest_instance/zone": TEXT,
}  # fmt: skip
_SUBNET = "/resource/labels/subnetwork_name"
_MARKS = (b'"connection"', b'"src_ip"', b'"dest_ip"', b'"reporter"')


def _recognises(head: bytes) -> bool:
    begun = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64]
    return re.match(rb'(?:\[\s*)?\{\s*"', begun) is not None and all(mark in head for mark in _MARKS)


def _give(sink: Sink, table: Table, prefix: str, points: Points) -> None:
    def column(name: str) -> str:
        return prefix + name

    other = np.ones(len(table), dtype=bool)
    for name in (_SOURCE, _TARGET, _PROTOCOL, _START):
        other &= ~(table[column(name)].known | table[column(name)].wrong)
    if count := int(np.count_nonzero(other)):
        sink.leave("other-record", count)
        table = table.only(~other)
    source, target = addresses(table[column(_SOURCE)]), addresses(table[column(_TARGET)])
    transport = numbered(table[column(_PROTOCOL)], protocol)
    ports = [table[column(f"/connection/{side}_port")].within(*PORT) for side in ("src", "dest")]
    first, last = table[column(_START)], table[column(_END)]
    counts = [table[column(name)].within(0, 1 << 62) for name in ("/packets_sent", "/bytes_sent")]
    wrong = ~source.known | ~target.known | ~transport.known | ~first.known | (first.values < 0) | last.wrong
    for values in (*ports, *counts):
        wrong |= values.wrong
    wrong |= ported(transport.values) & ~(ports[0].known & ports[1].known)
    bare = ~wrong & icmp(transport.values)  # its type is not logged
    if count := int(np.count_nonzero(bare)):
        sink.leave("transport-truncated", count)
    up = lower(source, target, ports[0].values, ports[1].values)
    words = {
        word.SOURCE_HI: source.high, word.SOURCE_LO: source.low, word.TARGET_HI: target.high,
        word.TARGET_LO: target.low, word.SOURCE_PORT: ports[0].values, word.TARGET_PORT: ports[1].values,
        word.PROTOCOL: transport.values, word.FIRST: first.values,
        word.LAST: np.where(last.known, last.values, first.values), word.PACKETS: counts[0].values,
        word.BYTES: counts[1].values, word.POINT: _points(table, prefix, up, points),
    }  # fmt: skip
    kept = {row: values[~bare] for row, values in words.items()}
    give(sink, table.numbers[~bare], {**kept, word.TELLS: ONE_WAY}, wrong=wrong[~bare])


def _points(table: Table, prefix: str, up: npt.NDArray[np.bool_], points: Points) -> npt.NDArray[np.int64]:
    """Return the points: the machine that reported, which sees both directions.

    Where it is not named, the subnetwork and which of both ends it is: the lower one (``up``: the source) or not.
    """
    columns = [table[prefix + _REPORTER].values.tolist(), table[_SUBNET].values.tolist()]
    for side in ("src", "dest"):
        columns += [table[f"{prefix}/{side}_instance/{name}"].values.tolist() for name in ("zone", "vm_name")]
    found = []
    for reporter, subnet, source_zone, source, target_zone, target, low in zip(*columns, up.tolist(), strict=True):
        if reporter == "SRC" and source:
            found.append(points("vm", source_zone, source))
        elif reporter == "DEST" and target:
            found.append(points("vm", target_zone, target))
        else:
            kind = "gateway" if reporter.endswith("_GATEWAY") else "end"
            found.append(points(kind, subnet, "lower" if reporter.startswith("SRC") == low else "upper"))
    return np.array(found, dtype=np.int64)


def _read(stream: Stream, sink: Sink) -> Message | None:
    objects = Objects(stream, sink)
    points = Points(sink)
    given = False
    with Tables(sink) as tables:
        for lines in objects:
            prefix = "/jsonPayload" if b'"jsonPayload"' in lines.data.tobytes() else ""
            wanted = {prefix + name: kind for name, kind in _PAYLOAD.items()} | {_SUBNET: TEXT}
            _give(sink, tables.json(lines, wanted, unset=("",)), prefix, points)
            given = True
    if given:
        sink.note(say("packets and bytes are the cloud’s own estimates, from packets that it sampled",
                      "paquets et octets sont les estimations du nuage lui-même, d’après un échantillon"))  # fmt: skip
    return stream.problem or objects.problem


FORMAT = RecordFormat(
    name="gcp-vpc",
    title=Text("GCP VPC flow log", "journal de flux d’un VPC de GCP"),
    recognises=_recognises,
    read=_read,
)
