"""Zeek's ``conn.log``: one connection a line, as tab-separated values under a header of its own, or as JSON.

Of TCP, Zeek's originator sent the SYN, where one was seen; of the rest it sent the first packet that was seen, which is
probable and no more. A connection that was seen from its middle, or that Zeek turned by its ports (``^`` in its
history), says nothing of who began.

Source: Zeek's manual, "conn.log" and "Zeek Log Formats"; base/protocols/conn/main.zeek.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.logs.columns import (
    BYTE,
    LONG,
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
from cloison.captures.logs.kinds import MOMENT, SECONDS, TEXT, WHOLE, Kind
from cloison.captures.logs.lines import Lines, read_lines
from cloison.captures.logs.objects import names_in
from cloison.captures.logs.tables import Table, Tables, Values
from cloison.captures.packets import ICMP, ICMPV6, TCP
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.flows import table as bits
from cloison.netmodel.finding import Message, Text, say

WANTED: Mapping[str, Kind] = {
    "ts": MOMENT, "id.orig_h": TEXT, "id.orig_p": WHOLE, "id.resp_h": TEXT, "id.resp_p": WHOLE, "proto": TEXT,
    "service": TEXT, "duration": SECONDS, "conn_state": TEXT, "history": TEXT, "orig_bytes": WHOLE,
    "resp_bytes": WHOLE, "orig_pkts": WHOLE, "orig_ip_bytes": WHOLE, "resp_pkts": WHOLE, "resp_ip_bytes": WHOLE,
    "missed_bytes": WHOLE, "tunnel_parents": TEXT, "vlan": WHOLE, "inner_vlan": WHOLE, "ip_proto": WHOLE,
    "_path": TEXT,
}  # fmt: skip
DIRECTIVES = (b"#separator", b"#fields", b"#path", b"#unset_field", b"#empty_field")
HEADERS = 16  # distinct ones in a chunk: several logs in one file
MARKS = frozenset(("conn_state", "history", "orig_bytes", "orig_pkts", "orig_ip_bytes"))  # no other log has one of them

# TCP states and what they say was seen; both sides' names are the originator's and the responder's
STATES = {
    "S0": bits.SYN_AB,
    "S1": bits.SYN_AB | bits.SYNACK_BA,
    "S2": bits.SYN_AB | bits.SYNACK_BA | bits.FIN_AB,
    "S3": bits.SYN_AB | bits.SYNACK_BA | bits.FIN_BA,
    "SF": bits.SYN_AB | bits.SYNACK_BA | bits.FIN_AB | bits.FIN_BA,
    "REJ": bits.SYN_AB | bits.RST_BA,
    "RSTO": bits.SYN_AB | bits.SYNACK_BA | bits.RST_AB,
    "RSTR": bits.SYN_AB | bits.SYNACK_BA | bits.RST_BA,
    "RSTOS0": bits.SYN_AB | bits.RST_AB,
    "RSTRH": bits.SYNACK_BA | bits.RST_BA,
    "SH": bits.SYN_AB | bits.FIN_AB,
    "SHR": bits.SYNACK_BA | bits.FIN_BA,
    "OTH": 0,
}
HISTORY = {
    "S": bits.SYN_AB, "s": bits.SYN_BA, "H": bits.SYNACK_AB, "h": bits.SYNACK_BA, "F": bits.FIN_AB, "f": bits.FIN_BA,
    "R": bits.RST_AB, "r": bits.RST_BA, "D": bits.PAYLOAD_AB, "d": bits.PAYLOAD_BA,
}  # fmt: skip
TURNED = 1 << 40
SERVICES = {"ssl": "tls", "rfb": "vnc", "ldap_tcp": "ldap", "ldap_udp": "ldap", "ipsec": "ike"}

# what Zeek writes as the ports of ICMP are type and code, but for these the types of question and answer
_PAIRS = ((8, 0), (10, 9), (13, 14), (15, 16), (17, 18), (128, 129), (130, 131), (133, 134), (135, 136), (139, 140),
          (144, 145))  # fmt: skip
_COUNTERPART = np.full(1 << 16, -1, dtype=np.int64)
for _one, _other in _PAIRS:
    _COUNTERPART[_one], _COUNTERPART[_other] = _other, _one


@dataclass(frozen=True, slots=True)
class _Header:
    """What the lines that begin with # have said so far."""

    separator: str = "\t"
    unset: str = "-"
    empty: str = "(empty)"
    path: str = "conn"
    fields: tuple[str, ...] = ()

    def after(self, line: str) -> _Header:
        """Return what is known after one such line."""
        if line.startswith("#separator"):
            return replace(self, separator=_separator(line[len("#separator") :].strip(" ")))
        name, _, rest = line.partition(self.separator)
        if name == "#fields":
            return replace(self, fields=tuple(rest.split(self.separator)))
        if name == "#unset_field":
            return replace(self, unset=rest)
        if name == "#empty_field":
            return replace(self, empty=rest)
        return replace(self, path=rest) if name == "#path" else self


def _separator(mark: str) -> str:
    """Return a separator out of how it is written (\\x09); a tab for one that cannot be."""
    found = re.fullmatch(r"\\x([0-9a-fA-F]{2})", mark)
    letter = chr(int(found[1], 16)) if found else mark
    return letter if len(letter) == 1 and letter.isascii() and (letter == "\t" or letter.isprintable()) else "\t"


def _recognises(head: bytes) -> bool:
    if names := names_in(head):
        return {"id.orig_h", "id.resp_h", "proto"} <= names and not MARKS.isdisjoint(names)
    if not head.removeprefix(b"\xef\xbb\xbf").startswith(b"#separator"):
        return False
    header = _Header()
    for line in head.decode("utf-8", "replace").removeprefix("\ufeff").splitlines():
        if line.startswith("#"):
            header = header.after(line)
    return {"id.orig_h", "id.resp_h", "proto"} <= set(header.fields) and not MARKS.isdisjoint(header.fields)


def _read(stream: Stream, sink: Sink) -> Message | None:
    header, seen = _Header(), Counter[str]()
    with Tables(sink) as tables:
        for lines in read_lines(stream, sink):
            objects = lines.starting(b"{")
            if objects.any():
                table = tables.json(lines.only(objects), {f"/{name}": kind for name, kind in WANTED.items()})
                _give(table.renamed(WANTED), sink, seen)
                lines = lines.only(~objects)
            said = lines.starting(b"#")
            headers, which = _headers(lines, header)
            header = headers[int(which[-1])] if len(lines) else header
            for number, known in enumerate(headers):
                part = lines.only((which == number) & ~said)
                if known.path != "conn" or not known.fields:
                    sink.leave("other-record" if known.fields else "record-malformed", len(part))
                elif len(part):
                    unset = ("", known.unset, known.empty)
                    table = tables.separated(part, known.fields, WANTED, separator=known.separator, unset=unset)
                    _give(table, sink, seen)
    if seen["tunnel"]:
        sink.note(say("{count} connections were in tunnels, which Zeek names by its own identifiers only",
                      "{count} connexions passaient dans des tunnels, que Zeek ne nomme que par ses identifiants",
                      count=seen["tunnel"]))  # fmt: skip
    if seen["missed"]:
        sink.note(say("of {count} connections Zeek missed a part of the bytes: its packets and bytes are the least",
                      "de {count} connexions, Zeek a manqué une partie des octets : ses comptes sont des minimums",
                      count=seen["missed"]))  # fmt: skip
    if seen["uncounted"]:
        sink.note(say("of {count} connections the log has no packets: their conversations count none",
                      "de {count} connexions, le journal ne donne pas les paquets : aucun n’est compté",
                      count=seen["uncounted"]))  # fmt: skip
    return None


def _headers(lines: Lines, header: _Header) -> tuple[list[_Header], npt.NDArray[np.int64]]:
    """Return the headers that hold in a chunk, ``header`` first, and which of them each line has.

    Beyond ``HEADERS`` distinct ones, the lines below the rest have none.
    """
    headers = {header: 0}
    said = np.zeros(len(lines), dtype=bool)
    for mark in DIRECTIVES:
        said |= lines.starting(mark)
    places, states = np.flatnonzero(said).tolist(), []
    for place in places:
        header = header.after(lines.text(place))
        if header not in headers and len(headers) >= HEADERS:
            header = _Header()
        states.append(headers.setdefault(header, len(headers)))
    return list(headers), lines.since(places, states)


def _give(table: Table, sink: Sink, seen: Counter[str]) -> None:
    other = table["_path"].known & (table["_path"].values != "conn")
    if other.any():
        sink.leave("other-record", int(np.count_nonzero(other)))
        table = table.only(~other)
    source, target = addresses(table["id.orig_h"]), addresses(table["id.resp_h"])
    proto, number = numbered(table["proto"], protocol), table["ip_proto"].within(*BYTE)
    protocols = np.where(proto.known, proto.values, number.values)
    protocols = np.where((protocols == ICMP) & source.six, ICMPV6, protocols)
    ports = table["id.orig_p"].within(*PORT), table["id.resp_p"].within(*PORT)
    one, other_port = ports[0].values, ports[1].values
    code = np.where(_COUNTERPART[one] == other_port, 0, other_port & 0xFF)
    control, with_ports = icmp(protocols), ported(protocols)
    counters = {name: table[name].within(*LONG) for name in
                ("orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes", "orig_bytes", "resp_bytes")}  # fmt: skip
    first, duration = table["ts"].within(*LONG), table["duration"].within(*LONG)
    vlans = table["vlan"].within(0, 4095), table["inner_vlan"].within(0, 4095)
    wrong = ~(source.known & target.known & first.known & (proto.known | number.known))
    wrong |= ports[0].wrong | ports[1].wrong | duration.wrong | (with_ports & ~(ports[0].known & ports[1].known))
    wrong |= (control & (one > 255)) | vlans[0].wrong | vlans[1].wrong
    for counter in counters.values():
        wrong |= counter.wrong
    sent, answered = counters["orig_pkts"].values, counters["resp_pkts"].values
    good = ~wrong
    seen["tunnel"] += int(np.count_nonzero(good & table["tunnel_parents"].known))
    seen["missed"] += int(np.count_nonzero(good & (table["missed_bytes"].values > 0)))
    seen["uncounted"] += int(np.count_nonzero(good & ~counters["orig_pkts"].known))
    give(
        sink,
        table.numbers,
        ends(source, target)
        | {
            word.SOURCE_PORT: np.where(with_ports, one, 0),
            word.TARGET_PORT: np.where(control, one << 8 | code, np.where(with_ports, other_port, 0)),
            word.PROTOCOL: protocols, word.FIRST: first.values, word.LAST: first.values + duration.values,
            word.PACKETS: sent, word.BYTES: _bytes(counters, "orig"),
            word.BACK_PACKETS: answered, word.BACK_BYTES: _bytes(counters, "resp"),
            word.TELLS: _tells(table, protocols, (sent > 0) & (answered > 0)),
            word.WIRE: numbered(table["service"], _service).values,
            word.VLANS: vlans[0].values << 12 | vlans[1].values,
        },
        wrong=wrong,
    )  # fmt: skip


def _bytes(counters: Mapping[str, Values], side: str) -> npt.NDArray[np.int64]:
    whole, payload = counters[f"{side}_ip_bytes"], counters[f"{side}_bytes"]
    return np.where(whole.known, whole.values, payload.values)


def _tells(table: Table, protocols: npt.NDArray[np.int64], both: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return what history and state show of each connection."""
    state = numbered(table["conn_state"], lambda text: STATES.get(text, 0)).values
    history = numbered(table["history"], _history).values
    turned, tcp = history & TURNED != 0, protocols == TCP
    payload = history & (bits.PAYLOAD_AB | bits.PAYLOAD_BA)
    shown = np.where(tcp, state | history, payload)
    opened = tcp & (shown & bits.SYN_AB != 0)
    shown |= np.where(opened, bits.INITIATOR_AB, 0)
    midstream = np.isin(table["conn_state"].values, ("OTH", "SHR"))
    shown |= np.where(~tcp & ~midstream, bits.FLAGS_AB, 0)
    return np.where(turned, np.where(both, bits.ANSWERED, 0), shown)


def _history(text: str) -> int:
    found = TURNED if "^" in text else 0
    for letter in text:
        found |= HISTORY.get(letter, 0)
    return found


def _service(text: str) -> int:
    """Return the protocol that Zeek recognised, 0 for none that is known here, or several."""
    names = {SERVICES.get(name, name) for name in text.lower().split(",") if not name.startswith("-")}
    known = [WIRES[name] for name in names if name in WIRES]
    return known[0] if len(known) == 1 else 0


FORMAT = RecordFormat(
    name="zeek",
    title=Text("Zeek conn.log", "conn.log de Zeek"),
    recognises=_recognises,
    read=_read,
)
