"""nfdump's ``-o csv``: one flow a line under a header, whose names changed with its versions.

1.6 and 1.7 to 1.7.2 write ``ts,te,td,sa,da,sp,dp,pr,flg``...; later ones ``firstSeen,duration,proto,srcAddr``... or
whatever fields were asked for. Times are in the time zone of the machine that wrote them, which they do not say.

Source: nfdump's manual; src/output/output_csv.c and output_csv_fast.c.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.logs.columns import (
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
from cloison.captures.logs.lines import MARK, Lines, read_lines
from cloison.captures.logs.tables import Table, Tables
from cloison.captures.packets import ICMP, ICMPV6, TCP, UDP
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.netmodel.finding import Message, Text, say

# each field, and the names that it has had
FIELDS: Mapping[str, tuple[Kind, tuple[str, ...]]] = {
    "first": (MOMENT, ("ts", "firstSeen")),
    "last": (MOMENT, ("te", "lastSeen")),
    "duration": (TEXT, ("td", "duration")),
    "source": (TEXT, ("sa", "srcAddr")),
    "target": (TEXT, ("da", "dstAddr")),
    "source_port": (WHOLE, ("sp", "srcPort")),
    "target_port": (TEXT, ("dp", "dstPort")),  # of ICMP some versions write type.code
    "protocol": (TEXT, ("pr", "proto")),
    "flags": (TEXT, ("flg", "flags")),
    "packets": (WHOLE, ("ipkt", "packets", "inPackets")),
    "bytes": (WHOLE, ("ibyt", "bytes", "inBytes")),
    "back_packets": (WHOLE, ("opkt", "outPackets")),
    "back_bytes": (WHOLE, ("obyt", "outBytes")),
    "vlan": (WHOLE, ("svln", "srcVlan")),
    "type": (WHOLE, ("icmpType", "icmpTYpe")),
    "code": (WHOLE, ("icmpCode",)),
    "exporter": (TEXT, ("ra", "exid", "exporterID")),
}
_LONG = (  # the order of the columns where no header says it (-q)
    "ts", "te", "td", "sa", "da", "sp", "dp", "pr", "flg", "fwd", "stos", "ipkt", "ibyt", "opkt", "obyt", "in", "out",
    "sas", "das", "smk", "dmk", "dtos", "dir", "nh", "nhb", "svln", "dvln", "ismc", "odmc", "idmc", "osmc", "mpls1",
    "mpls2", "mpls3", "mpls4", "mpls5", "mpls6", "mpls7", "mpls8", "mpls9", "mpls10", "cl", "sl", "al", "ra", "eng",
    "exid", "tr",
)  # fmt: skip
_WITHOUT_HEADER = re.compile(
    rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,){2} *\d+\.\d+,[0-9A-Fa-f.:]+,[0-9A-Fa-f.:]+,\d+,[\d.]+,[\w-]+ *,[ .\w]{6,8},"
)
HEADERS = 16  # distinct ones in a chunk: several outputs in one file
NEEDED = ("first", "source", "target", "protocol", "packets")
_CLOCK = re.compile(r"(?:(\d{1,6})d )?(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?")
_SECONDS = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?")


def _named(header: str) -> dict[str, str] | None:
    """Return the name in a header of each field that it has; nothing when it is not nfdump's."""
    names = [name.strip() for name in header.split(",")]
    found = {field: next((name for name in known if name in names), "") for field, (_, known) in FIELDS.items()}
    found = {field: name for field, name in found.items() if name}
    return found if all(field in found for field in NEEDED) else None


def _recognises(head: bytes) -> bool:
    first = head.removeprefix(MARK)[:4096].split(b"\n", 1)[0]
    return _WITHOUT_HEADER.match(first) is not None or _named(first.decode("utf-8", "replace")) is not None


def _read(stream: Stream, sink: Sink) -> Message | None:
    sink.note(
        say("nfdump's CSV does not say in which time zone its times are: they were read as UTC",
            "le CSV de nfdump ne dit pas dans quel fuseau sont ses heures : elles ont été lues comme UTC"),
    )  # fmt: skip
    header = ""
    with Tables(sink) as tables:
        for lines in read_lines(stream, sink):
            if not header and _WITHOUT_HEADER.match(lines.text(0).encode()):
                fields = lines.text(0).count(",") + 1
                header = ",".join([*_LONG, *(f"column {number}" for number in range(fields))][:fields])
            said = _are_headers(lines)
            said[0] |= not header and _named(lines.text(0)) is not None
            headers = {header: 0}
            places, states = np.flatnonzero(said).tolist(), []
            for place in places:
                header = lines.text(place)
                if header not in headers and len(headers) >= HEADERS:
                    header = ""
                states.append(headers.setdefault(header, len(headers)))
            which = lines.since(places, states)
            for number, known in enumerate(headers):
                part = lines.only((which == number) & ~said)
                if len(part):
                    _rows(tables, part, known, sink)
    return None


def _are_headers(lines: Lines) -> npt.NDArray[np.bool_]:
    """Return which lines are headers: of flows, or of the sums below them."""
    found = np.zeros(len(lines), dtype=bool)
    for mark in (b"ts,", b"firstSeen,", b"cnt,", b"sa,", b"srcAddr,", b"Summary", b"flows,", b"No matching"):
        found |= lines.starting(mark)
    return found


def _rows(tables: Tables, lines: Lines, header: str, sink: Sink) -> None:
    found = _named(header)
    if found is None:  # the sums
        sink.leave("other-record", len(lines))
        return
    names = [name.strip() for name in header.split(",")]
    wanted = {name: FIELDS[field][0] for field, name in found.items()}
    _give(tables.separated(lines, names, wanted, separator=",", quote='"').renamed(found), sink)


def _give(table: Table, sink: Sink) -> None:
    source, target = addresses(table["source"]), addresses(table["target"])
    proto = numbered(table["protocol"], protocol)
    protocols = np.where((proto.values == ICMP) & source.six, ICMPV6, proto.values)
    control, with_ports = icmp(protocols), ported(protocols)
    ports = table.get("source_port", WHOLE).within(*PORT), numbered(table.get("target_port", TEXT), _port)
    kind, code = table.get("type", WHOLE).within(0, 255), table.get("code", WHOLE).within(0, 255)
    message = np.where(kind.known, kind.values << 8 | code.values, ports[1].values)
    first, last = table["first"].within(*LONG), table.get("last", WHOLE).within(*LONG)
    lasted = numbered(table.get("duration", TEXT), _duration)
    counters = [table.get(name, WHOLE).within(*LONG) for name in ("packets", "bytes", "back_packets", "back_bytes")]
    vlan, shown = table.get("vlan", WHOLE).within(0, 4095), numbered(table.get("flags", TEXT), flags)
    exporter = numbered(table.get("exporter", TEXT), lambda text: sink.point("nfdump", text[:NAME]))
    wrong = ~(source.known & target.known & proto.known & first.known & counters[0].known)
    for column in (*ports, kind, code, last, lasted, vlan, shown, *counters):
        wrong |= column.wrong
    wrong |= np.isin(protocols, (TCP, UDP)) & ~(ports[0].known & ports[1].known)
    wrong |= control & ~kind.known & ~ports[1].known
    tcp = (protocols == TCP) & shown.known
    give(
        sink,
        table.numbers,
        ends(source, target)
        | {
            word.SOURCE_PORT: np.where(with_ports, ports[0].values, 0),
            word.TARGET_PORT: np.where(control, message, np.where(with_ports, ports[1].values, 0)),
            word.PROTOCOL: protocols, word.FIRST: first.values,
            # times are cut to the second in some versions, and the duration is not
            word.LAST: np.maximum(np.where(last.known, last.values, 0), first.values + lasted.values),
            word.PACKETS: counters[0].values, word.BYTES: counters[1].values,
            word.BACK_PACKETS: counters[2].values, word.BACK_BYTES: counters[3].values,
            word.FLAGS: np.where(tcp, shown.values, -1),
            word.VLANS: vlan.values << 12, word.POINT: exporter.values,
        },
        wrong=wrong,
    )  # fmt: skip


def _port(text: str) -> int | None:
    """Return a port; of ICMP type.code, as some versions write it, type << 8 | code."""
    parts = text.split(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        return None
    if len(parts) == 2:
        return int(parts[0]) << 8 | int(parts[1]) if int(parts[0]) < 256 and int(parts[1]) < 256 else None
    return int(text) if len(parts) == 1 and int(text) < 65536 else None


def _duration(text: str) -> int | None:
    """Return ns of a duration in seconds, or in days, hours, minutes and seconds."""
    if found := _SECONDS.fullmatch(text):
        return int(found[1]) * 10**9 + int((found[2] or "0").ljust(9, "0"))
    if found := _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (int(found[at] or 0) for at in range(1, 5))
        return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 10**9 + int((found[5] or "0").ljust(9, "0"))
    return None


FORMAT = RecordFormat(
    name="nfdump-csv",
    title=Text("nfdump -o csv", "nfdump -o csv"),
    recognises=_recognises,
    read=_read,
)
