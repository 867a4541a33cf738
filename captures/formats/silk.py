"""SiLK's flows as ``rwcut`` writes them: padded columns between bars, under a header whose titles are cut to fit.

Flows are one-way. Times are in UTC unless rwcut was asked for others; IP addresses in their usual form are read.

Source: rwcut(1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from cloison.captures.logs.kinds import MOMENT, SECONDS, TEXT, WHOLE, Kind
from cloison.captures.logs.lines import MARK, no_header, read_lines
from cloison.captures.logs.tables import Table, Tables
from cloison.captures.packets import TCP, UDP
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.flows import table as bits
from cloison.netmodel.finding import Message, Text

# field -> its kind, how many letters of its title are kept at least
FIELDS: Mapping[str, tuple[Kind, int]] = {
    "sIP": (TEXT, 3), "dIP": (TEXT, 3), "sPort": (WHOLE, 5), "dPort": (WHOLE, 5), "protocol": (TEXT, 3),
    "packets": (WHOLE, 4), "bytes": (WHOLE, 4), "flags": (TEXT, 5), "sTime": (MOMENT, 5), "duration": (SECONDS, 3),
    "eTime": (MOMENT, 5), "sensor": (TEXT, 3), "initialFlags": (TEXT, 7), "sessionFlags": (TEXT, 7),
    "iType": (WHOLE, 3), "iCode": (WHOLE, 3),
}  # fmt: skip
NEEDED = frozenset(("sIP", "dIP", "protocol", "packets", "sTime"))
SYN, ACK = 2, 16


def _header(line: str) -> tuple[str, Sequence[str]] | None:
    """Return the separator of a header and the fields of its columns."""
    for separator in "|,\t;":
        names = [_field(title.strip()) for title in line.split(separator)]
        if NEEDED.issubset(names):
            return separator, names
    return None


def _field(title: str) -> str:
    title = title.removesuffix("+msec")
    fits = [name for name, (_, least) in FIELDS.items() if len(title) >= least and name.startswith(title)]
    return fits[0] if fits else title


def _recognises(head: bytes) -> bool:
    first = head.removeprefix(MARK)[:4096].split(b"\n", 1)[0]
    return b"sIP" in first and _header(first.decode("utf-8", "replace")) is not None


def _read(stream: Stream, sink: Sink) -> Message | None:
    header: tuple[str, Sequence[str]] | None = None
    wanted = {name: kind for name, (kind, _) in FIELDS.items()}
    with Tables(sink) as tables:
        for lines in read_lines(stream, sink):
            if header is None:
                header = _header(lines.text(0))
                titles = lines.data[: lines.ends[0]].tobytes()
            if header is None:  # it was recognised by one that is no line of a log
                return no_header()
            lines = lines.only(~lines.starting(titles))  # several outputs in one file
            _give(tables.separated(lines, header[1], wanted, separator=header[0]), sink)
    return None


def _give(table: Table, sink: Sink) -> None:
    source, target = addresses(table["sIP"]), addresses(table["dIP"])
    proto = numbered(table["protocol"], protocol)
    control, with_ports = icmp(proto.values), ported(proto.values)
    ports = table["sPort"].within(*PORT), table["dPort"].within(*PORT)
    kind, code = table["iType"].within(*BYTE), table["iCode"].within(*BYTE)
    # Without columns of their own, type and code are in dPort, or in sPort and dPort (--icmp-type-and-code).
    apart = ports[0].values > 0
    message = np.where(apart, ports[0].values << 8 | ports[1].values & 0xFF, ports[1].values)
    message = np.where(kind.known & control, kind.values << 8 | code.values, message)
    first, last = table["sTime"].within(*LONG), table["eTime"].within(*LONG)
    lasted = table["duration"].within(*LONG)
    packets, size = table["packets"].within(*LONG), table["bytes"].within(*LONG)
    shown, opening, later = (numbered(table[name], _flags) for name in ("flags", "initialFlags", "sessionFlags"))
    wrong = ~(source.known & target.known & proto.known & first.known & packets.known)
    for column in (*ports, kind, code, last, lasted, size, shown, opening, later):
        wrong |= column.wrong
    wrong |= np.isin(proto.values, (TCP, UDP)) & ~(ports[0].known & ports[1].known)
    wrong |= control & ((~kind.known & ~ports[1].known) | (apart & (ports[0].values > 0xFF) & ~kind.known))
    tcp = proto.values == TCP
    begun = np.where(tcp & opening.known, opening.values, 0)
    tells = np.where(begun & (SYN | ACK) == SYN, bits.SYN_AB, 0)
    tells |= np.where(begun & (SYN | ACK) == SYN | ACK, bits.SYNACK_AB, 0)
    both = opening.known & later.known
    sensor = numbered(table["sensor"], lambda text: sink.point("silk", text[:NAME]))
    give(
        sink,
        table.numbers,
        ends(source, target)
        | {
            word.SOURCE_PORT: np.where(with_ports, ports[0].values, 0),
            word.TARGET_PORT: np.where(control, message, np.where(with_ports, ports[1].values, 0)),
            word.PROTOCOL: proto.values, word.FIRST: first.values,
            word.LAST: np.where(last.known, last.values, first.values + lasted.values),
            word.PACKETS: packets.values, word.BYTES: size.values,
            word.FLAGS: np.where(
                tcp & (shown.known | both),
                np.where(shown.known, shown.values, opening.values | later.values),
                -1,
            ),
            word.TELLS: tells, word.POINT: sensor.values,
        },
        wrong=wrong,
    )  # fmt: skip


def _flags(text: str) -> int | None:
    if text.isascii() and text.isdigit():  # --integer-tcp-flags
        return int(text) if len(text) < 4 and int(text) < 256 else None
    return flags(text)


FORMAT = RecordFormat(
    name="silk",
    title=Text("SiLK (rwcut)", "SiLK (rwcut)"),
    recognises=_recognises,
    read=_read,
)
