"""Argus' flows as its client ``ra -c ,`` writes them: separated values under a header of its own names.

Of TCP, the arrow of the field Dir points from who opened the connection, unless there is a question mark in it; of the
rest the source sent the first packet, which is probable and no more. Sizes are those of frames, link headers included.

Source: ra(1); raclient's ra.conf.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.logs.columns import LONG, NAME, addresses, ends, flags, give, icmp, numbered, ported, protocol
from cloison.captures.logs.kinds import MOMENT, SECONDS, TEXT, WHOLE, Kind
from cloison.captures.logs.lines import MARK, no_header, read_lines
from cloison.captures.logs.tables import Table, Tables
from cloison.captures.packets import ICMP, ICMPV6, TCP, UDP
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.flows import table as bits
from cloison.netmodel.finding import Message, Text, say

Array = npt.NDArray[Any]

FIELDS: Mapping[str, Kind] = {
    "StartTime": MOMENT, "LastTime": MOMENT, "Dur": SECONDS, "Proto": TEXT, "SrcAddr": TEXT, "Sport": TEXT, "Dir": TEXT,
    "DstAddr": TEXT, "Dport": TEXT, "SrcPkts": WHOLE, "DstPkts": WHOLE, "TotPkts": WHOLE, "SrcBytes": WHOLE,
    "DstBytes": WHOLE, "TotBytes": WHOLE, "State": TEXT, "sVlan": TEXT, "SrcId": TEXT,
}  # fmt: skip
NEEDED = frozenset(("StartTime", "Proto", "SrcAddr", "DstAddr", "Sport", "Dport", "Dir"))
OVER_UDP = ("rtp", "rtcp", "udt")  # what argus names beside the protocols of IP
NOT_TRAFFIC = {
    "man": "other-record",
    "arp": "arp",
    "rarp": "rarp",
    "llc": "llc",
    "ipx": "ethertype",
    "lldp": "lldp",
    "isis": "isis",
}
_LEFT = tuple(dict.fromkeys(NOT_TRAFFIC.values()))
_REASONS = {name: _LEFT.index(reason) + 1 for name, reason in NOT_TRAFFIC.items()}

_AHEAD, _BACK, _BOTH = 1, 2, 4  # who opened, or sent first; both were seen


def _header(line: str) -> tuple[str, Sequence[str]] | None:
    for separator in ",\t;|":
        names = [name.strip() for name in line.split(separator)]
        if NEEDED.issubset(names) and not {"SrcPkts", "TotPkts"}.isdisjoint(names):
            return separator, names
    return None


def _recognises(head: bytes) -> bool:
    first = head.removeprefix(MARK)[:4096].split(b"\n", 1)[0]
    return _header(first.decode("utf-8", "replace")) is not None


def _read(stream: Stream, sink: Sink) -> Message | None:
    sink.note(say("argus counts the bytes of frames, link headers included",
                  "argus compte les octets des trames, en-têtes de liaison compris"))  # fmt: skip
    header: tuple[str, Sequence[str]] | None = None
    rows = undated = 0
    with Tables(sink) as tables:
        for lines in read_lines(stream, sink):
            if header is None:
                header = _header(lines.text(0))
            if header is None:  # it was recognised by one that is no line of a log
                return no_header()
            lines = lines.only(~lines.starting(header[0].join(header[1]).encode()))
            table = tables.separated(lines, header[1], FIELDS, separator=header[0])
            rows += len(table)
            undated += int(np.count_nonzero(table["StartTime"].wrong))
            _give(table, sink)
    if rows and undated == rows:
        return say("none of its times has a date that can be read: write them as ra -u does",
                   "aucune de ses heures n’a de date lisible : écrivez-les comme le fait ra -u")  # fmt: skip
    return None


def _give(table: Table, sink: Sink) -> None:
    reasons = numbered(table["Proto"], lambda text: _REASONS.get(text.lower(), 0)).values
    for number in np.unique(reasons[reasons > 0]).tolist():
        sink.leave(_LEFT[number - 1], int(np.count_nonzero(reasons == number)))
    table = table.only(reasons == 0)
    source, target = addresses(table["SrcAddr"]), addresses(table["DstAddr"])
    proto = numbered(table["Proto"], lambda text: UDP if text.lower() in OVER_UDP else protocol(text))
    protocols = np.where((proto.values == ICMP) & source.six, ICMPV6, proto.values)
    control, with_ports = icmp(protocols), ported(protocols)
    ports = numbered(table["Sport"], _port), numbered(table["Dport"], _port)
    named = np.isin(protocols, (TCP, UDP)) & (ports[0].wrong | ports[1].wrong)
    if named.any():
        sink.note(say("ports are written as names, and their flows are not read: write numbers as ra -n does",
                      "des ports sont écrits par leur nom, et leurs flux ne sont pas lus : écrivez des numéros comme "
                      "le fait ra -n"))  # fmt: skip
    first, last = table["StartTime"].within(*LONG), table["LastTime"].within(*LONG)
    lasted, vlan = table["Dur"].within(*LONG), numbered(table["sVlan"], _vlan)
    counters = [table[name].within(*LONG) for name in ("SrcPkts", "SrcBytes", "DstPkts", "DstBytes")]
    totals = table["TotPkts"].within(*LONG), table["TotBytes"].within(*LONG)
    sums = ~counters[0].known
    if sums.any():
        sink.note(say("packets of both directions are in one sum: they stand with those of the source",
                      "les paquets des deux sens sont en une somme : elle est donnée à la source"))  # fmt: skip
    wrong = ~(source.known & target.known & proto.known & first.known & (counters[0].known | totals[0].known))
    for column in (last, lasted, vlan, *counters, *totals):
        wrong |= column.wrong
    wrong |= np.isin(protocols, (TCP, UDP)) & ~(ports[0].known & ports[1].known)
    wrong |= control & ~ports[0].known
    one, two = ports[0].values, ports[1].values
    # ICMP: type and code in one word, the type low; ICMPv6: type and code
    message = np.where(protocols == ICMP, (one & 0xFF) << 8 | one >> 8, (one & 0xFF) << 8 | (two & 0xFF))
    sent, answered = np.where(sums, totals[0].values, counters[0].values), counters[2].values
    shown, tells = _tells(table, protocols, sent, answered)
    point = numbered(table["SrcId"], lambda text: sink.point("argus", text[:NAME]))
    give(
        sink,
        table.numbers,
        ends(source, target)
        | {
            word.SOURCE_PORT: np.where(with_ports, one, 0),
            word.TARGET_PORT: np.where(control, message, np.where(with_ports, two, 0)),
            word.PROTOCOL: protocols, word.FIRST: first.values,
            word.LAST: np.where(last.known, last.values, first.values + lasted.values),
            word.PACKETS: sent, word.BYTES: np.where(sums, totals[1].values, counters[1].values),
            word.BACK_PACKETS: answered, word.BACK_BYTES: counters[3].values,
            word.FLAGS: np.where(shown < 0, -1, shown & 0xFF), word.BACK_FLAGS: np.where(shown < 0, -1, shown >> 8),
            word.TELLS: tells, word.VLANS: vlan.values << 12, word.POINT: point.values,
        },
        wrong=wrong,
    )  # fmt: skip


def _tells(table: Table, protocols: Array, sent: Array, answered: Array) -> tuple[Array, Array]:
    """Return the flags of both sides (-1 not told) and the evidence of the arrows and states."""
    tcp = protocols == TCP
    arrow = numbered(table["Dir"], _arrow).values
    letters = numbered(table["State"], _both_flags)
    state = table["State"].values
    ahead, back = tcp & (arrow & _AHEAD != 0) & (arrow & _BOTH == 0), tcp & (arrow & _BACK != 0)
    tells = np.where(ahead, bits.INITIATOR_AB, 0) | np.where(back, bits.INITIATOR_BA, 0)
    tells |= np.where(~tcp & (arrow & _AHEAD != 0), bits.FLAGS_AB, 0)
    tells |= np.where(arrow & _BOTH != 0, bits.ANSWERED, 0)
    opened = np.isin(state, ("REQ", "RST"))
    tells |= np.where(ahead & opened, bits.SYN_AB, 0) | np.where(back & opened, bits.SYN_BA, 0)
    refused = ahead & (state == "RST") & (sent == 1) & (answered == 1)
    tells |= np.where(refused, bits.RST_BA, 0)
    exchange = np.isin(state, ("ACC", "CON", "EST", "CLO")) | ((state == "FIN") & (answered > 0))
    tells |= np.where(tcp & exchange, bits.ANSWERED, 0)
    return np.where(tcp & letters.known, letters.values, -1), tells


def _arrow(text: str) -> int:
    """Return what an arrow says, nothing where there is a question mark in it."""
    if "?" in text:
        return 0
    both = "<" in text and ">" in text
    return _BOTH | _AHEAD if both else _AHEAD if ">" in text else _BACK if "<" in text else 0


def _both_flags(text: str) -> int | None:
    """Return the flags of the source, and those of the target << 8, out of ``SPA_FSPA`` (``ra -Z b``)."""
    mine, mark, theirs = text.partition("_")
    one, other = flags(mine), flags(theirs)
    return None if not mark or one is None or other is None else one | other << 8


def _port(text: str) -> int | None:
    if re.fullmatch(r"0x[0-9a-fA-F]{1,4}", text):
        return int(text, 16)
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) and int(text) < 65536 else None


def _vlan(text: str) -> int | None:
    found = _port(text)
    return None if found is None else found & 0xFFF


FORMAT = RecordFormat(
    name="argus",
    title=Text("argus (ra -c ,)", "argus (ra -c ,)"),
    recognises=_recognises,
    read=_read,
)
