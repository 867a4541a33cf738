"""Suricata's ``eve.json``: its ``flow`` events tell of both directions, its ``netflow`` events of one each.

Of TCP, the side that Suricata calls the client is certain where it sent a SYN; of the rest it sent the first packet,
which is probable. Events of other types (alerts, DNS, TLS, statistics) are not of traffic that these do not tell.

Source: Suricata's user guide, "Eve JSON Format"; src/output-json-flow.c and output-json-netflow.c.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.logs.columns import (
    BYTE,
    LONG,
    NAME,
    PORT,
    WIRES,
    addresses,
    ends,
    give,
    icmp,
    numbered,
    ported,
    protocol,
)
from cloison.captures.logs.kinds import TEXT, TIME, WHOLE, Kind
from cloison.captures.logs.lines import read_lines
from cloison.captures.logs.objects import names_in
from cloison.captures.logs.tables import Table, Tables, Values
from cloison.captures.packets import TCP, UDP
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.flows import table as bits
from cloison.netmodel.finding import Message, Text, say

WANTED: Mapping[str, Kind] = {
    "/event_type": TEXT, "/src_ip": TEXT, "/src_port": WHOLE, "/dest_ip": TEXT, "/dest_port": WHOLE, "/proto": TEXT,
    "/icmp_type": WHOLE, "/icmp_code": WHOLE, "/app_proto": TEXT, "/vlan": TEXT, "/host": TEXT,
    "/flow/pkts_toserver": WHOLE, "/flow/pkts_toclient": WHOLE, "/flow/bytes_toserver": WHOLE,
    "/flow/bytes_toclient": WHOLE, "/flow/start": TIME, "/flow/end": TIME, "/flow/action": TEXT,
    "/flow/state": TEXT, "/netflow/pkts": WHOLE, "/netflow/bytes": WHOLE, "/netflow/start": TIME,
    "/netflow/end": TIME, "/tcp/tcp_flags": TEXT, "/tcp/tcp_flags_ts": TEXT, "/tcp/tcp_flags_tc": TEXT,
    "/verdict/action": TEXT,
}  # fmt: skip
SYN = 2
_VLANS = re.compile(r"\[\s*(\d{1,4})\s*(?:,\s*(\d{1,4})\s*(?:,[\d,\s]*)?)?\]")
_APPLICATIONS = {"http1": "http", "rfb": "vnc"}  # all others bear a recogniser's name, or have none


def _read(stream: Stream, sink: Sink) -> Message | None:
    both = 0
    with Tables(sink) as tables:
        for lines in read_lines(stream, sink):
            table = tables.json(lines, WANTED)
            kind = table["/event_type"].values
            flows, netflows = kind == "flow", kind == "netflow"
            sink.leave("other-record", int(np.count_nonzero(~flows & ~netflows & (kind != ""))))
            sink.leave("record-malformed", int(np.count_nonzero(kind == "")))
            both |= int(flows.any()) | int(netflows.any()) << 1
            if flows.any():
                _give_flows(table.only(flows), sink)
            if netflows.any():
                _give_netflows(table.only(netflows), sink)
    if both == 3:
        sink.note(say("it has flow and netflow events of the same traffic: each conversation is told twice, as by two "
                      "observation points",
                      "il contient des événements flow et netflow du même trafic : chaque conversation y figure deux "
                      "fois, comme vue de deux points d’observation"))  # fmt: skip
    return None


def _words(table: Table, side: str, sink: Sink) -> tuple[dict[int, npt.NDArray[np.int64]], npt.NDArray[np.bool_]]:
    """Return what both kinds of events have, and which of the rows are wrong; ``side`` names the observation point."""
    source, target = addresses(table["/src_ip"]), addresses(table["/dest_ip"])
    proto = numbered(table["/proto"], protocol)
    ports = table["/src_port"].within(*PORT), table["/dest_port"].within(*PORT)
    kind, code = table["/icmp_type"].within(*BYTE), table["/icmp_code"].within(*BYTE)
    vlans = numbered(table["/vlan"], _vlans)
    control, with_ports = icmp(proto.values), ported(proto.values)
    wrong = ~(source.known & target.known & proto.known) | vlans.wrong
    wrong |= ports[0].wrong | ports[1].wrong | kind.wrong | code.wrong
    wrong |= np.isin(proto.values, (TCP, UDP)) & ~(ports[0].known & ports[1].known)
    wrong |= control & ~kind.known
    points = numbered(table["/host"], lambda host: sink.point("suricata", side, host[:NAME]))
    here = sink.point("suricata", side, "")
    return ends(source, target) | {
        word.SOURCE_PORT: np.where(with_ports, ports[0].values, 0),
        word.TARGET_PORT: np.where(control, kind.values << 8 | code.values, np.where(with_ports, ports[1].values, 0)),
        word.PROTOCOL: proto.values,
        word.WIRE: numbered(table["/app_proto"], _application).values,
        word.VLANS: vlans.values,
        word.POINT: np.where(points.known, points.values, here),
    }, wrong


def _give_flows(table: Table, sink: Sink) -> None:
    words, wrong = _words(table, "flow", sink)
    first, last = table["/flow/start"].within(*LONG), table["/flow/end"].within(*LONG)
    sent, answered = table["/flow/pkts_toserver"].within(*LONG), table["/flow/pkts_toclient"].within(*LONG)
    sizes = table["/flow/bytes_toserver"].within(*LONG), table["/flow/bytes_toclient"].within(*LONG)
    flags = _flags(table["/tcp/tcp_flags_ts"]), _flags(table["/tcp/tcp_flags_tc"])
    wrong |= ~(first.known & sent.known & answered.known) | last.wrong | sizes[0].wrong | sizes[1].wrong
    tcp = words[word.PROTOCOL] == TCP
    tells = np.where(tcp & (flags[0].values & SYN != 0), bits.INITIATOR_AB, bits.FLAGS_AB)
    tells |= np.where(tcp & (table["/flow/state"].values == "established"), bits.ANSWERED, 0)
    give(
        sink,
        table.numbers,
        words
        | {
            word.FIRST: first.values, word.LAST: last.values,
            word.PACKETS: sent.values, word.BYTES: sizes[0].values,
            word.BACK_PACKETS: answered.values, word.BACK_BYTES: sizes[1].values,
            word.FLAGS: np.where(flags[0].known & tcp, flags[0].values, -1),
            word.BACK_FLAGS: np.where(flags[1].known & tcp, flags[1].values, -1),
            word.TELLS: tells | _refused(table),
        },
        wrong=wrong,
    )  # fmt: skip


def _give_netflows(table: Table, sink: Sink) -> None:
    words, wrong = _words(table, "netflow", sink)
    first, last = table["/netflow/start"].within(*LONG), table["/netflow/end"].within(*LONG)
    packets, size = table["/netflow/pkts"].within(*LONG), table["/netflow/bytes"].within(*LONG)
    flags = _flags(table["/tcp/tcp_flags"])
    wrong |= ~(first.known & packets.known) | last.wrong | size.wrong
    tcp = words[word.PROTOCOL] == TCP
    give(
        sink,
        table.numbers,
        words
        | {
            word.FIRST: first.values, word.LAST: last.values, word.PACKETS: packets.values, word.BYTES: size.values,
            word.FLAGS: np.where(flags.known & tcp, flags.values, -1), word.TELLS: _refused(table),
        },
        wrong=wrong,
    )  # fmt: skip


def _refused(table: Table) -> npt.NDArray[np.int64]:
    """Return the evidence that Suricata itself stopped the source."""
    actions = np.isin(table["/flow/action"].values, ("drop", "reject"))
    verdicts = np.isin(table["/verdict/action"].values, ("drop", "reject"))
    return np.where(actions | verdicts, bits.REFUSED_AB, 0)


def _flags(column: Values) -> Values:
    """Return OR-ed TCP flags out of two hexadecimal digits."""
    return numbered(column, lambda text: int(text, 16) if re.fullmatch(r"[0-9a-fA-F]{1,2}", text) else None)


def _vlans(text: str) -> int | None:
    found = _VLANS.fullmatch(text) or re.fullmatch(r"(\d{1,4})()", text)
    if found is None:
        return 0 if text == "[]" else None
    outer, inner = int(found[1]), int(found[2] or 0)
    return outer << 12 | inner if outer < 4096 and inner < 4096 else None


def _application(text: str) -> int:
    return WIRES.get(_APPLICATIONS.get(text, text), 0)


FORMAT = RecordFormat(
    name="suricata",
    title=Text("Suricata eve.json", "eve.json de Suricata"),
    recognises=lambda head: {"event_type", "timestamp"} <= names_in(head),
    read=_read,
)
