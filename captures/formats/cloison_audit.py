"""The tool's own audits, ``cloison.audit/1``, so that a year of them can be read back.

A conversation becomes a record again, from its initiator to its responder, as surely as its ``orientation`` says. By
default an audit lists those alone that are not authorised; when each line was last seen stands in its ``lines``, which
the sink gets too, and the period that its sources cover. What an audit does not hold, no record has: the split of
packets between both sides, versions and suites, VLANs.

Source: docs/design.md, section 7.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.logs.columns import PORT, addresses, give, icmp, numbered, ported, protocol
from cloison.captures.logs.kinds import TEXT, TIME, WHOLE, Kind
from cloison.captures.logs.objects import Objects
from cloison.captures.logs.rows import Points, whole
from cloison.captures.logs.tables import Table, Tables, Values
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.captures.telling import RECOGNISERS
from cloison.flows.ledger import REASONS
from cloison.flows.table import (
    ANSWERED,
    FLAGS_AB,
    INITIATOR_AB,
    ONE_WAY,
    SAID_CLEARTEXT,
    SAID_OUTSIDE,
    SAID_WEAK,
    SAID_WRONG,
    SYN_AB,
    LineSeen,
)
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.space.protocols import TCP

MOST_LINES = 1 << 20  # lines of an audit that are told

_WANTED: dict[str, Kind] = {
    "/source": TEXT, "/destination": TEXT, "/source_port": WHOLE, "/port": TEXT, "/protocol": TEXT, "/first": TIME,
    "/last": TIME, "/packets": WHOLE, "/bytes": WHOLE, "/answered": TEXT, "/orientation": TEXT, "/wire": TEXT,
    "/tunnel": TEXT, "/vrf": TEXT, "/verdict": TEXT, "/id": TEXT, "/conversations": WHOLE, "/reason": TEXT,
}  # fmt: skip
_SURE = {"certain": INITIATOR_AB, "probable": FLAGS_AB, "assumed": 0}
_ANSWERED = {"yes": ANSWERED, "no": 0, "reply-only": 0, "unknown": ONE_WAY}
_REFUTED = {
    "cleartext": SAID_CLEARTEXT, "weak-encryption": SAID_WEAK, "wrong-protocol": SAID_WRONG,
    "outside-tunnel": SAID_OUTSIDE,
}  # fmt: skip
_WIRES = {entry.name: number for number, entry in enumerate(RECOGNISERS, 1)}
_VNI = re.compile(r"(?:vni/|(?:vxlan|vxlan-gpe|geneve|802\.1ah) )(\d+)")  # the innermost tunnel comes first
_SCHEMA = re.compile(rb'\{\s*"schema"\s*:\s*"cloison\.audit/1"')


class _Audit:
    """One audit as it is read: conversations are given to a sink, the rest is kept."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._points = Points(sink)
        self._number = 0
        self._lines = 0
        self.said = -1  # conversations that its summary counts
        self.undecoded = 0

    @property
    def listed(self) -> int:
        """How many conversations were there."""
        return self._number

    def take(self, table: Table) -> None:
        """Take some of the audit's objects, of whatever list."""
        talks = _there(table["/destination"]) & _there(table["/verdict"])
        self._conversations(table.only(talks))
        table = table.only(~talks)
        lines = table.only(_there(table["/id"]))
        for name, count, last in zip(
            *(lines[column].values.tolist() for column in ("/id", "/conversations", "/last")), strict=True
        ):
            self._lines += 1
            if self._lines <= MOST_LINES:
                self._sink.line(LineSeen(name, max(count, 0), max(last, 0)))
        rest = table.only(~_there(table["/id"]))
        lost = rest.only(_there(rest["/reason"]))
        for reason, count in zip(lost["/reason"].values.tolist(), lost["/packets"].values.tolist(), strict=True):
            if reason in REASONS and not REASONS[reason].control:
                self.undecoded += max(count, 0)
        sources = rest.only(rest["/first"].known & rest["/last"].known)
        for first, last in zip(sources["/first"].values.tolist(), sources["/last"].values.tolist(), strict=True):
            if 0 <= first <= last:
                self._sink.period(first, last)
        summary = rest["/conversations"].only(rest["/conversations"].known)
        if len(summary.values):
            self.said = int(summary.values[0])

    def _conversations(self, table: Table) -> None:
        if not len(table):
            return
        source, target = addresses(table["/source"]), addresses(table["/destination"])
        transport = numbered(table["/protocol"], _protocol)
        source_port, port = table["/source_port"].within(*PORT), numbered(table["/port"], _port)
        first, last = table["/first"], table["/last"]
        counts = [table[name].within(0, 1 << 62) for name in ("/packets", "/bytes")]
        sure, answered = numbered(table["/orientation"], _SURE.get), numbered(table["/answered"], _ANSWERED.get)
        wrong = ~(source.known & target.known & transport.known & first.known & sure.known & answered.known)
        for values in (source_port, last, *counts):
            wrong |= values.wrong
        wrong |= (first.values < 0) | ~port.known & (ported(transport.values) | icmp(transport.values))
        wrong |= ported(transport.values) & ~source_port.known
        tells = sure.values | answered.values | numbered(table["/reason"], lambda text: _REFUTED.get(text, 0)).values
        # of TCP, that a certain initiator was not answered is known of its SYN
        unanswered = (transport.values == TCP) & (table["/answered"].values == "no") & (sure.values == INITIATOR_AB)
        tells[unanswered] |= SYN_AB
        back = table["/answered"].values == "reply-only"  # whatever was seen, the responder sent
        packets, size = counts[0].values, counts[1].values
        vnis = numbered(table["/tunnel"], _vni)
        numbers = np.arange(self._number + 1, self._number + 1 + len(table))
        self._number += len(table)
        vrfs = [self._points("vrf", name) if name else self._points("") for name in table["/vrf"].values.tolist()]
        give(
            self._sink,
            numbers,
            {
                word.SOURCE_HI: source.high, word.SOURCE_LO: source.low, word.TARGET_HI: target.high,
                word.TARGET_LO: target.low, word.SOURCE_PORT: source_port.values, word.TARGET_PORT: port.values,
                word.PROTOCOL: transport.values, word.FIRST: first.values,
                word.LAST: np.where(last.known, last.values, first.values), word.PACKETS: np.where(back, 0, packets),
                word.BYTES: np.where(back, 0, size), word.BACK_PACKETS: np.where(back, packets, 0),
                word.BACK_BYTES: np.where(back, size, 0), word.TELLS: tells,
                word.WIRE: numbered(table["/wire"], _wire).values, word.VNI: np.where(vnis.known, vnis.values, -1),
                word.POINT: np.array(vrfs, dtype=np.int64),
            },
            wrong=wrong,
        )  # fmt: skip


def _there(column: Values) -> npt.NDArray[np.bool_]:
    return column.known | column.wrong


def _protocol(text: str) -> int | None:
    return whole(text[3:], 255) if text.startswith("ip/") else protocol(text)


def _port(text: str) -> int | None:
    kind, stroke, code = text.partition("/")
    one, other = whole(kind, 255 if stroke else 65535), whole(code, 255)
    if not stroke:
        return one
    return None if one is None or other is None else one << 8 | other


def _vni(text: str) -> int | None:
    found = _VNI.match(text)
    return whole(found[1], 0xFFFFFF) if found else None


def _wire(text: str) -> int | None:
    """Return the number of the protocol that was told; of several, one that went over to another, none."""
    return 0 if "," in text else _WIRES.get(text.partition(" ")[0], 0)


def _recognises(head: bytes) -> bool:
    return _SCHEMA.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()) is not None


def _read(stream: Stream, sink: Sink) -> Message | None:
    objects = Objects(stream, sink, depth=1)
    audit = _Audit(sink)
    with Tables(sink) as tables:
        for lines in objects:
            audit.take(tables.json(lines, _WANTED))
    if audit.said > audit.listed:
        sink.note(say(
            "the audit lists {listed} of its {count} conversations: those that are authorised count by its lines alone",
            "l’audit énumère {listed} de ses {count} conversations : celles qui sont autorisées ne comptent que par ses"
            " lignes", listed=audit.listed, count=audit.said))  # fmt: skip
    if audit.undecoded:
        sink.note(say("{count} {count:packet was|packets were} not decoded when it was made",
                      "{count} {count:paquet n’avait pas été décodé|paquets n’avaient pas été décodés} à l’époque",
                      count=audit.undecoded))  # fmt: skip
    return stream.problem or objects.problem


FORMAT = RecordFormat(
    name="cloison-audit",
    title=Text("audit of cloison (cloison.audit/1)", "audit de cloison (cloison.audit/1)"),
    recognises=_recognises,
    read=_read,
)
