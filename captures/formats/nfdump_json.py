"""nfdump's ``-o json`` (one array of objects over many lines) and ``-o ndjson`` (one object a line).

Times are in the time zone of the machine that wrote them, which they do not say.

Source: nfdump's manual; src/output/output_json.c and output_ndjson.c.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cloison.captures import records as word
from cloison.captures.logs.columns import (
    BYTE,
    LONG,
    NAME,
    PORT,
    addresses,
    ends,
    flags,
    give,
    icmp,
    numbered,
    ported,
    protocol,
)
from cloison.captures.logs.kinds import MOMENT, TEXT, WHOLE, Kind
from cloison.captures.logs.objects import Objects, names_in
from cloison.captures.logs.tables import Table, Tables, Values
from cloison.captures.packets import TCP, UDP
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.flows import table as bits
from cloison.netmodel.finding import Message, Text, say

WANTED: Mapping[str, Kind] = {
    "/type": TEXT, "/sampled": WHOLE, "/first": MOMENT, "/last": MOMENT, "/in_packets": WHOLE, "/in_bytes": WHOLE,
    "/out_packets": WHOLE, "/out_bytes": WHOLE, "/proto": TEXT, "/tcp_flags": TEXT, "/src_port": WHOLE,
    "/dst_port": WHOLE, "/icmp_type": WHOLE, "/icmp_code": WHOLE, "/src4_addr": TEXT, "/dst4_addr": TEXT,
    "/src6_addr": TEXT, "/dst6_addr": TEXT, "/src_vlan": WHOLE, "/ip4_router": TEXT, "/ip6_router": TEXT,
    "/export_sysid": TEXT,
}  # fmt: skip
LEAST = 20  # bytes of an IP packet


def _read(stream: Stream, sink: Sink) -> Message | None:
    sink.note(
        say("nfdump's JSON does not say in which time zone its times are: they were read as UTC",
            "le JSON de nfdump ne dit pas dans quel fuseau sont ses heures : elles ont été lues comme UTC"),
    )  # fmt: skip
    objects = Objects(stream, sink)
    with Tables(sink) as tables:
        for lines in objects:
            _give(tables.json(lines, WANTED), sink)
    return objects.problem


def _either(table: Table, one: str, other: str) -> Values:
    """Return a column of text, or another one where that has nothing."""
    first, second = table[one], table[other]
    return Values(np.where(first.known, first.values, second.values), first.known | second.known, first.wrong)


def _give(table: Table, sink: Sink) -> None:
    other = table["/type"].known & (table["/type"].values != "FLOW")  # an event, such as those of a firewall
    bare = ~_either(table, "/src4_addr", "/src6_addr").known
    sink.leave("other-record", int(np.count_nonzero(other)))
    sink.leave("record-not-ip", int(np.count_nonzero(bare & ~other)))
    table = table.only(~other & ~bare)
    source = addresses(_either(table, "/src4_addr", "/src6_addr"))
    target = addresses(_either(table, "/dst4_addr", "/dst6_addr"))
    proto, shown = numbered(table["/proto"], protocol), numbered(table["/tcp_flags"], flags)
    ports = table["/src_port"].within(*PORT), table["/dst_port"].within(*PORT)
    kind, code = table["/icmp_type"].within(*BYTE), table["/icmp_code"].within(*BYTE)
    first, last, vlan = table["/first"].within(*LONG), table["/last"].within(*LONG), table["/src_vlan"].within(0, 4095)
    counters = [table[name].within(*LONG) for name in ("/in_packets", "/in_bytes", "/out_packets", "/out_bytes")]
    control, with_ports, tcp = icmp(proto.values), ported(proto.values), (proto.values == TCP) & shown.known
    wrong = ~(source.known & target.known & proto.known & first.known & counters[0].known)
    for column in (*ports, kind, code, last, vlan, shown, *counters):
        wrong |= column.wrong
    wrong |= np.isin(proto.values, (TCP, UDP)) & ~(ports[0].known & ports[1].known)
    wrong |= control & ~(kind.known & code.known)
    exporter = numbered(_either(table, "/ip4_router", "/ip6_router"), lambda text: sink.point("nfdump", text[:NAME]))
    system = numbered(table["/export_sysid"], lambda text: sink.point("nfdump", text[:NAME]))
    size = counters[1].values
    small = counters[0].values > size // LEAST
    if (small & ~wrong).any():
        sink.note(say("some flows have fewer bytes than their packets can have, as some versions of nfdump write: "
                      "their bytes are left out",
                      "des flux ont moins d’octets que leurs paquets n’en peuvent avoir, comme l’écrivent certaines "
                      "versions de nfdump : leurs octets ne sont pas comptés"))  # fmt: skip
    sampled = table["/sampled"].values > 0
    if sampled.any():
        sink.note(say("its exporter sampled packets, at a rate that the file does not tell",
                      "son exporteur a échantillonné les paquets, à un taux que le fichier ne dit pas"))  # fmt: skip
    give(
        sink,
        table.numbers,
        ends(source, target)
        | {
            word.SOURCE_PORT: np.where(with_ports, ports[0].values, 0),
            word.TARGET_PORT: np.where(
                control, kind.values << 8 | code.values, np.where(with_ports, ports[1].values, 0)
            ),
            word.PROTOCOL: proto.values, word.FIRST: first.values, word.LAST: last.values,
            word.PACKETS: counters[0].values, word.BYTES: np.where(small, 0, size),
            word.BACK_PACKETS: counters[2].values, word.BACK_BYTES: counters[3].values,
            word.FLAGS: np.where(tcp, shown.values, -1), word.TELLS: np.where(sampled, bits.ONE_WAY, 0),
            word.VLANS: vlan.values << 12,
            word.POINT: np.where(exporter.known, exporter.values, system.values),
        },
        wrong=wrong,
    )  # fmt: skip


def _recognises(head: bytes) -> bool:
    names = names_in(head)
    return {"first", "last", "in_packets", "proto"} <= names and not names.isdisjoint(("src4_addr", "src6_addr"))


FORMAT = RecordFormat(
    name="nfdump-json",
    title=Text("nfdump -o json", "nfdump -o json"),
    recognises=_recognises,
    read=_read,
)
