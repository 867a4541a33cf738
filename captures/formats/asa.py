"""Cisco ASA, FTD and Firepower syslog: connections built and torn down, connection events, and packets denied.

The two messages of a connection are one record: the first says by its direction who opened it, the last how long it
was and how many bytes passed, in both directions together. A connection whose end is not in the log is a record whose
counters are not known; an end whose beginning is not there does not say who opened it.

A connection event of FTD is told by :mod:`cloison.captures.logs.firepower`.

Source: Cisco Secure Firewall ASA Series Syslog Messages, 106001 to 106100, 302013 to 302021, 302303 to 302306, 710002
to 710005; Cisco document 116149 for who is named first. Real addresses are read, never the mapped ones in parentheses.
"""

from __future__ import annotations

import re
from collections import Counter

from cloison.captures.logs import cisco
from cloison.captures.logs.columns import protocol
from cloison.captures.logs.firepower import ENDED, STARTED, event
from cloison.captures.logs.lines import read_lines
from cloison.captures.logs.openings import Opening, Openings
from cloison.captures.logs.rows import Points, Rows, address, whole
from cloison.captures.logs.syslog import Headers
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.flows.table import ANSWERED, INITIATOR_AB, ONE_WAY, REFUSED_AB, RST_AB, SYN_AB, SYNACK_AB
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED, SCTP, TCP, UDP

Address = tuple[int, int]

SECOND = 10**9

_MARK = re.compile(rb"%(?:ASA|FTD|PIX|FWSM|NGIPS)-(?:[a-z_]+-)?\d-(\d{6}): *")
_BUILT = {"302013": TCP, "302015": UDP, "302303": TCP, "302305": SCTP}
_TORN = {"302014": TCP, "302016": UDP, "302304": TCP, "302306": SCTP}
_PLAINLY = {"106001", "106006", "106007", "106015", "710002", "710003", "710005"}
# packets that were refused, of which the message tells too little: the sender alone, or no ports
_VAGUE = {"106016", "106017", "106018", "106020", "106021", "106022", "313001", "313004", "313005", "322001"}
_SERVICES = {  # names that the firewall writes for its own ports
    "ssh": 22, "telnet": 23, "domain": 53, "tftp": 69, "http": 80, "www": 80, "ntp": 123, "snmp": 161, "https": 443,
    "syslog": 514, "netbios-ns": 137, "netbios-dgm": 138, "bootps": 67, "bootpc": 68, "rip": 520, "isakmp": 500,
}  # fmt: skip


class _Log:
    """The messages of one log."""

    def __init__(self, stream: Stream, sink: Sink) -> None:
        self._sink = sink
        self.rows = Rows(sink)
        self.headers = Headers(stream)
        self._open = Openings(self.rows)
        self._points = Points(sink)
        self.vague: Counter[str] = Counter()
        self.totals = 0

    def line(self, data: bytes, number: int) -> None:
        """Take one line: in a record, with one that comes later, or left."""
        mark = _MARK.search(data)
        if mark is None:
            self._sink.leave("other-record")
            return
        kind = mark[1].decode()
        text = data[mark.end() :].decode("utf-8", "replace").rstrip()
        if not self._is_traffic(kind):
            self.vague[kind] += kind in _VAGUE
            self._sink.leave("other-record")
            return
        header = data[: mark.start()]
        if kind in (STARTED, ENDED):
            self._event(kind, text, header, number)
            return
        when = self.headers.time(header)
        if kind in ("302020", "302021") and " type " not in text:
            self._sink.leave("transport-truncated")  # older firewalls do not say which ICMP message it was
        elif when is None or not self._message(
            kind, text, when[0], self._points(self._host(header[when[1] :])), number
        ):
            self._sink.leave("record-malformed")

    @staticmethod
    def _is_traffic(kind: str) -> bool:
        return (
            kind in _BUILT or kind in _TORN or kind in _PLAINLY
            or kind in (STARTED, ENDED, "302017", "302018", "302020", "302021", "106010", "106014", "106023", "106100")
        )  # fmt: skip

    @staticmethod
    def _host(rest: bytes) -> str:
        """Return the firewall that wrote what follows the time in a header."""
        words = rest.decode("utf-8", "replace").split()
        return next((word.strip(":") for word in words if word.strip(":-")), "")

    def _message(self, kind: str, text: str, time: int, point: int, number: int) -> bool:
        if kind in _BUILT:
            return self._built(cisco.BUILT.match(text), _BUILT[kind], time, point, number)
        if kind in _TORN:
            return self._torn(cisco.TORN_DOWN.match(text), _TORN[kind], time, point, number)
        if kind == "302017":
            found = cisco.TUNNEL_BUILT.match(text)
            ends = _ends(found[3], found[4], "0", "0") if found else None
            return bool(found and ends and self._begun(point, found[2], found[1], ends, 47, time, number))
        if kind == "302018":
            found = cisco.TUNNEL_TORN_DOWN.match(text)
            ends = _ends(found[2], found[3], "0", "0") if found else None
            return bool(found and ends and self._over(
                point, found[1], ends, 47, time, _seconds(found[4], found[5], found[6]), int(found[7]), "", number
            ))  # fmt: skip
        if kind in ("302020", "302021"):
            return self._icmp(cisco.ICMP_EITHER.match(text), kind == "302020", time, point, number)
        if kind in _PLAINLY:
            return self._plain(cisco.PLAIN.match(text), kind == "710002", time, point, number)
        if kind == "106100":
            return self._listed(cisco.LISTED.match(text), time, point, number)
        return self._denied(cisco.DENIED.match(text), time, point, number)

    # --- connections --------------------------------------------------------------------------------------------

    def _built(self, found: re.Match[str] | None, transport: int, time: int, point: int, number: int) -> bool:
        ends = _ends(found[3], found[5], found[4], found[6]) if found else None
        if found is None or ends is None:
            return False
        # what bypasses the state checks is named from the initiator to the responder, without a direction
        return self._begun(point, found[2], found[1] or "inbound", ends, transport, time, number)

    def _begun(
        self, point: int, name: str, direction: str, ends: tuple[Address, Address, int, int], transport: int, time: int,
        number: int,
    ) -> bool:  # fmt: skip
        one, other, one_port, other_port = ends
        if direction == "outbound":  # the firewall names the less trusted side first
            one, other, one_port, other_port = other, one, other_port, one_port
        self._open.keep(
            (point, transport, name), Opening(one, other, one_port, other_port, transport, time, point, number)
        )
        return True

    def _torn(self, found: re.Match[str] | None, transport: int, time: int, point: int, number: int) -> bool:
        ends = _ends(found[2], found[4], found[3], found[5]) if found else None
        size = whole(found[9]) if found else None
        if found is None or ends is None or size is None:
            return False
        return self._over(
            point, found[1], ends, transport, time, _seconds(found[6], found[7], found[8]), size, found[10], number
        )

    def _over(
        self, point: int, name: str, ends: tuple[Address, Address, int, int], transport: int, time: int, seconds: int,
        size: int, reason: str, number: int,
    ) -> bool:  # fmt: skip
        one, other, one_port, other_port = ends
        first, tells = max(time - seconds * SECOND, 0), ONE_WAY
        begun = self._open.take((point, transport, name))
        if begun is not None and {(begun.source, begun.source_port), (begun.target, begun.target_port)} != {
            (one, one_port), (other, other_port)
        }:  # another connection of the same number  # fmt: skip
            self._open.unfinished(begun)
            begun = None
        if begun is not None:
            self._sink.leave("other-record")  # the line that built it: its connection is this one's
            one, other, one_port, other_port = begun.source, begun.target, begun.source_port, begun.target_port
            first, number, tells = min(first, begun.time), begun.number, INITIATOR_AB | ONE_WAY
            if transport == TCP and reason.startswith("SYN Timeout"):  # nobody completed the handshake
                tells = INITIATOR_AB | SYN_AB
        if transport == TCP and (size or reason.startswith("TCP FINs")):
            tells |= ANSWERED  # data passes after the handshake only
        self.totals += size > 0
        self.rows.add(
            one, other, one_port, other_port, transport, first, time, 0, size, number=number, point=point, tells=tells
        )
        return True

    def _icmp(self, found: re.Match[str] | None, built: bool, time: int, point: int, number: int) -> bool:
        ends = _ends(found[2], found[4], found[3], found[5]) if found else None
        if found is None or ends is None:
            return False
        foreign, local, foreign_id, local_id = ends
        key = (point, *ends)
        kind = whole(found[6] or "", 255), whole(found[7] or "", 255)
        if kind[0] is None or kind[1] is None:
            return False
        transport = ICMPV6 if ":" in found[2] else ICMP
        target_port = kind[0] << 8 | kind[1]
        if built:
            one, other, ident = (foreign, local, foreign_id) if found[1] == "inbound" else (local, foreign, local_id)
            self._open.keep(key, Opening(one, other, ident, target_port, transport, time, point, number))
            return True
        begun = self._open.take(key)
        if begun is not None:
            self._sink.leave("other-record")
            self.rows.add(
                begun.source, begun.target, begun.source_port, begun.target_port, transport, min(begun.time, time),
                time, 0, 0, number=begun.number, point=point, tells=INITIATOR_AB | ONE_WAY,
            )  # fmt: skip
        else:
            self.rows.add(
                foreign, local, foreign_id or local_id, target_port, transport, time, time, 0, 0, number=number,
                point=point, tells=ONE_WAY,
            )  # fmt: skip
        return True

    def _event(self, kind: str, text: str, header: bytes, number: int) -> None:
        """Take a connection event. The same connection may be logged as built too: another point never adds up."""
        undated = self.headers.without
        when = self.headers.time(header)
        found = event(kind, text, self.headers, when[0] if when else None)
        if isinstance(found, str):
            self._sink.leave(found)
            return
        self.headers.without = undated  # it has a date of its own
        point = self._points(self._host(header[when[1] :] if when else header), "event")
        ends = found.source, found.target, found.source_port, found.target_port
        key = (point, found.name)
        begun = self._open.take(key) if found.name else None
        if begun is not None and begun[:4] == ends and kind == ENDED:
            self._sink.leave("other-record")  # the line that began it
            number = begun.number
        elif begun is not None:
            self._open.unfinished(begun)
        if kind == STARTED and found.name and not found.tells & REFUSED_AB:
            self._open.keep(key, Opening(*ends, found.protocol, found.first, point, number))
            return
        packets, size, back_packets, back_size = found.counters
        self.rows.add(
            *ends, found.protocol, found.first, found.last, packets, size, number=number, point=point,
            tells=found.tells, back_packets=back_packets, back_size=back_size,
        )  # fmt: skip

    # --- packets ------------------------------------------------------------------------------------------------

    def _plain(self, found: re.Match[str] | None, permitted: bool, time: int, point: int, number: int) -> bool:
        if found is None:
            return False
        port = found[5].rstrip(".")
        ends = _ends(found[2], found[4], found[3], str(_SERVICES.get(port, port)))
        if ends is None:
            return False
        flags = (found[6] or "").split()
        tells = INITIATOR_AB | ONE_WAY if permitted else REFUSED_AB
        if "SYN" in flags:
            tells |= SYNACK_AB if "ACK" in flags else SYN_AB
        if "RST" in flags:
            tells |= RST_AB
        self.rows.add(
            *ends, TCP if found[1] == "TCP" else UDP, time, time, 0 if permitted else 1, 0, number=number, point=point,
            tells=tells,
        )  # fmt: skip
        return True

    def _denied(self, found: re.Match[str] | None, time: int, point: int, number: int) -> bool:
        if found is None:
            return False
        return self._packets(found[1], found[2], found[4], found[3], found[5], found[6], found[7], 1, REFUSED_AB, time,
                             point, number)  # fmt: skip

    def _listed(self, found: re.Match[str] | None, time: int, point: int, number: int) -> bool:
        if found is None:
            return False
        first, second = found[4], found[6]  # ports, or ICMP's type and code
        denied = found[1] == "denied"
        return self._packets(
            found[2], found[3], found[5], first, second, first, second, int(found[7] or 1) if denied else 0,
            REFUSED_AB if denied else INITIATOR_AB | ONE_WAY, time, point, number,
        )  # fmt: skip

    def _packets(
        self, word: str, source: str, target: str, source_port: str | None, target_port: str | None, kind: str | None,
        code: str | None, packets: int, tells: int, time: int, point: int, number: int,
    ) -> bool:  # fmt: skip
        transport = protocol(word)
        if transport is None:
            return False
        if transport in PORTED:
            ends = _ends(source, target, source_port, target_port)
        elif transport in (ICMP, ICMPV6):
            first, second = whole(kind or "", 255), whole(code or "", 255)
            if first is None or second is None:
                return False
            ends = _ends(source, target, "0", str(first << 8 | second))
        else:
            ends = _ends(source, target, "0", "0")
        if ends is None:
            return False
        self.rows.add(*ends, transport, time, time, packets, 0, number=number, point=point, tells=tells)
        return True

    # --- the end ------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Give what waited for an end, and say what was assumed."""
        self._open.close()
        self.rows.close()
        self.headers.say(self._sink)
        if self.totals:
            self._sink.note(say(
                "the firewall counts the bytes of both directions together: they stand on the side of the first end",
                "le pare-feu compte ensemble les octets des deux sens : ils figurent du côté de la première extrémité",
            ))  # fmt: skip
        self._open.say(self._sink)
        if vague := +self.vague:
            self._sink.note(say(
                "{count} {count:message|messages} of refused packets without their ports, not judged: {kinds}",
                "{count} {count:message|messages} de paquets refusés sans leurs ports, non jugés : {kinds}",
                count=vague.total(), kinds=tuple(sorted(vague))))  # fmt: skip


def _ends(
    source: str, target: str, source_port: str | None, target_port: str | None
) -> tuple[Address, Address, int, int] | None:
    one, other = address(source), address(target)
    one_port, other_port = whole(source_port, 65535), whole(target_port, 65535)
    if one is None or other is None or one_port is None or other_port is None:
        return None
    return one, other, one_port, other_port


def _seconds(hours: str, minutes: str, seconds: str) -> int:
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def _recognises(head: bytes) -> bool:
    """Return whether one of the first lines has the mark of a message of these firewalls, not inside JSON."""
    return not head.lstrip().startswith(b"{") and any(_MARK.search(line[:512]) for line in head.split(b"\n")[:32])


def _read(stream: Stream, sink: Sink) -> Message | None:
    log = _Log(stream, sink)
    for lines in read_lines(stream, sink):
        for number, line in zip(lines.numbers.tolist(), lines.data.tobytes().split(b"\n")[:-1], strict=True):
            log.line(line, number)
    log.close()
    return stream.problem


FORMAT = RecordFormat(
    name="asa",
    title=Text("firewall log of Cisco ASA, FTD or Firepower", "journal de pare-feu Cisco ASA, FTD ou Firepower"),
    recognises=_recognises,
    read=_read,
)
