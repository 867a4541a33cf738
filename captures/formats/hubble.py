"""Cilium Hubble's flows (``hubble observe -o json`` or ``jsonpb``): what the datapath said of single packets.

They are events, not counters: each is one packet at one point of a node, many packets have none, and one packet may
have several. So conversations have as many packets as events, and no bytes; a silence in them says nothing. Events of
a proxy (layer 7) and of sockets are not packets.

Source: Cilium's api/v1/flow/flow.proto and its JSON mapping, in which what is 0 or false may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.logs.columns import BYTE, LONG, NAME, PORT, addresses, ends, give, numbered
from cloison.captures.logs.kinds import TEXT, TIME, WHOLE, Kind
from cloison.captures.logs.lines import read_lines
from cloison.captures.logs.objects import names_in
from cloison.captures.logs.tables import Table, Tables, Values
from cloison.captures.packets import ICMP, ICMPV6, TCP, UDP
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.flows import table as bits
from cloison.netmodel.finding import Message, Text, say

Array = npt.NDArray[Any]

FIELDS: Mapping[str, Kind] = {
    "/time": TIME, "/IP/source": TEXT, "/IP/destination": TEXT, "/verdict": TEXT, "/is_reply": TEXT, "/Type": TEXT,
    "/node_name": TEXT, "/l4/TCP": TEXT, "/l4/UDP": TEXT, "/l4/SCTP": TEXT, "/l4/ICMPv4": TEXT, "/l4/ICMPv6": TEXT,
    "/l4/VRRP": TEXT, "/l4/IGMP": TEXT, "/l4/TCP/source_port": WHOLE, "/l4/TCP/destination_port": WHOLE,
    "/l4/TCP/flags": TEXT, "/l4/UDP/source_port": WHOLE, "/l4/UDP/destination_port": WHOLE,
    "/l4/SCTP/source_port": WHOLE, "/l4/SCTP/destination_port": WHOLE, "/l4/ICMPv4/type": WHOLE,
    "/l4/ICMPv4/code": WHOLE, "/l4/ICMPv6/type": WHOLE, "/l4/ICMPv6/code": WHOLE,
}  # fmt: skip
LOST = "/lost_events/num_events_lost"
OTHERS = ("/lost_events", "/node_status", "/agent_event", "/debug_event")
WANTED: Mapping[str, Kind] = {
    **FIELDS,
    **{"/flow" + name: kind for name, kind in FIELDS.items()},
    **dict.fromkeys(OTHERS, TEXT),
    LOST: WHOLE,
}

PROTOCOLS = {"TCP": TCP, "UDP": UDP, "SCTP": 132, "ICMPv4": ICMP, "ICMPv6": ICMPV6, "VRRP": 112, "IGMP": 2}
FLAGS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32, "ECE": 64, "CWR": 128}
SYN, ACK = 2, 16


def _read(stream: Stream, sink: Sink) -> Message | None:
    sink.note(say("Hubble tells of single packets and not of all: packets are events, and bytes are not known",
                  "Hubble parle de paquets isolés et pas de tous : les paquets sont des événements, et les octets ne "
                  "sont pas connus"))  # fmt: skip
    with Tables(sink) as tables:
        for lines in read_lines(stream, sink):
            _sort(tables.json(lines, WANTED), sink)
    return None


def _sort(table: Table, sink: Sink) -> None:
    """Leave what is no packet, and give the rest."""
    lost = table[LOST].within(0, 1 << 40)
    sink.leave("record-lost", int(np.where(lost.values > 0, lost.values, 0).sum()))
    status = np.zeros(len(table), dtype=bool)
    for name in OTHERS:
        status |= table[name].known
    sink.leave("other-record", int(np.count_nonzero(status & ~(lost.values > 0))))
    table = Table(table.numbers, {name: _either(table, "/flow" + name, name) for name in FIELDS}).only(~status)
    kind = table["/Type"].values
    other = np.isin(kind, ("L7", "SOCK"))
    bare = ~other & ~table["/IP/source"].known
    known = bare & (table["/time"].known & table["/verdict"].known)
    sink.leave("other-record", int(np.count_nonzero(other)))
    sink.leave("record-not-ip", int(np.count_nonzero(known)))
    sink.leave("record-malformed", int(np.count_nonzero(bare & ~known)))
    _give(table.only(~other & ~bare), sink)


def _either(table: Table, name: str, other: str) -> Values:
    one, two = table[name], table[other]
    first = one.known | one.wrong
    return Values(
        np.where(first, one.values, two.values), np.where(first, one.known, two.known), one.wrong | (~first & two.wrong)
    )


def _give(table: Table, sink: Sink) -> None:
    source, target = addresses(table["/IP/source"]), addresses(table["/IP/destination"])
    time = table["/time"].within(*LONG)
    protocols = np.full(len(table), -1, dtype=np.int64)
    for name, number in PROTOCOLS.items():
        protocols[table[f"/l4/{name}"].known] = number
    wrong = ~(source.known & target.known & time.known) | (protocols < 0)
    ports = [np.zeros(len(table), dtype=np.int64), np.zeros(len(table), dtype=np.int64)]
    for name, bounds, shift, *members in (
        ("TCP", PORT, 0, "source_port", "destination_port"),
        ("UDP", PORT, 0, "source_port", "destination_port"),
        ("SCTP", PORT, 0, "source_port", "destination_port"),
        ("ICMPv4", BYTE, 8, "type", "code"),
        ("ICMPv6", BYTE, 8, "type", "code"),
    ):
        mine = protocols == PROTOCOLS[name]
        one, two = (table[f"/l4/{name}/{member}"].within(*bounds) for member in members)
        wrong |= mine & (one.wrong | two.wrong)
        if shift:
            ports[1] = np.where(mine, one.values << shift | two.values, ports[1])
        else:
            ports = [np.where(mine, column.values, kept) for column, kept in zip((one, two), ports, strict=True)]
    flags = numbered(table["/l4/TCP/flags"], _flags)
    shown = np.where((protocols == TCP) & flags.known, flags.values, -1)
    wrong |= (protocols == TCP) & flags.wrong
    points = numbered(table["/node_name"], lambda text: sink.point("hubble", text[:NAME]))
    give(
        sink,
        table.numbers,
        ends(source, target)
        | {
            word.SOURCE_PORT: ports[0], word.TARGET_PORT: ports[1], word.PROTOCOL: protocols,
            word.FIRST: time.values, word.LAST: time.values, word.PACKETS: 1, word.FLAGS: shown,
            word.TELLS: _tells(table, shown), word.POINT: points.values,
        },
        wrong=wrong,
    )  # fmt: skip


def _tells(table: Table, shown: Array) -> Array:
    """Return the evidence of each packet: its flags, the side that connection tracking says it is of, its verdict."""
    reply, opening = table["/is_reply"].values, np.where(shown >= 0, shown & (SYN | ACK), 0)
    tells = np.where(opening == SYN, bits.SYN_AB, 0) | np.where(opening == SYN | ACK, bits.SYNACK_AB, 0)
    tells |= np.where(reply == "false", bits.INITIATOR_AB, 0) | np.where(reply == "true", bits.INITIATOR_BA, 0)
    found: Array = tells | np.where(table["/verdict"].values == "DROPPED", bits.REFUSED_AB, 0) | bits.ONE_WAY
    return found


def _flags(text: str) -> int:
    return sum(FLAGS.get(name, 0) for name in re.findall(r'"([A-Z]+)"\s*:\s*true', text))


FORMAT = RecordFormat(
    name="hubble",
    title=Text("Cilium Hubble (JSON)", "Cilium Hubble (JSON)"),
    recognises=lambda head: {"verdict", "IP", "l4"} <= names_in(head),
    read=_read,
)
