"""Packets that the Linux kernel logged: the LOG target of iptables, the log statement of nftables.

A line is one packet. What the text before ``IN=`` says (DROP, REJECT, UFW BLOCK...) tells whether it was refused; that
nothing answered is never known, because most rules log what opens a conversation and nothing after.

Source: net/netfilter/nf_log_syslog.c of the Linux kernel.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cloison.captures.logs.columns import protocol
from cloison.captures.logs.lines import read_lines
from cloison.captures.logs.rows import Points, Rows, address, whole
from cloison.captures.logs.syslog import Headers
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.flows.table import (
    FIN_AB,
    ICMP_ERROR_AB,
    ONE_WAY,
    REFUSED_AB,
    RST_AB,
    SYN_AB,
    SYNACK_AB,
    UNREACHABLE,
)
from cloison.netmodel.finding import Message, Text
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED, TCP

_START = re.compile(rb"IN=(\S{0,64}) OUT=(\S{0,64}) ")
_ADDRESSES = re.compile(r"(?:^| |\[)SRC=([0-9A-Fa-f:.]{2,45}) DST=([0-9A-Fa-f:.]{2,45}) ")
_FIELD = re.compile(r"(?<!\S)([A-Z]+)=(\S+)")
_FLAGS = re.compile(r" RES=0x[0-9a-f]+ ((?:[A-Z]{3} )*)")
_LATER = re.compile(r" FRAG:\d")
_QUOTED = re.compile(r"\[(SRC=[^\]]*)")
_REFUSED = re.compile(
    r"(?<![a-z])(?:drop|dropped|reject|rejected|deny|denied|block|blocked|discard|discarded)(?![a-z])"
)
_LET = re.compile(r"(?<![a-z])(?:accept|accepted|allow|allowed|pass|passed|permit|permitted)(?![a-z])")
_UPTIME = re.compile(r"\[ *\d+(?:\.\d+)?\]|^\]")
_ERRORS = {ICMP: (3, 4, 5, 11, 12), ICMPV6: (1, 2, 3, 4, 137)}  # RFC 792, RFC 4443, RFC 4861; redirects among them
_REDIRECTS = (5, 137)
_NAMES = {"UDPLITE": 136, "ICMPV6": ICMPV6}  # as the kernel writes them


class _Log:
    """The lines of one log."""

    def __init__(self, stream: Stream, sink: Sink) -> None:
        self._sink = sink
        self.rows = Rows(sink)
        self.headers = Headers(stream)
        self._points = Points(sink)

    def line(self, data: bytes, number: int) -> None:
        """Take one line: in a record, or left."""
        start = _START.search(data)
        if start is None:
            self._sink.leave("other-record")
            return
        text = data[start.end() - 1 :].decode("utf-8", "replace")
        before = data[: start.start()]
        when = self.headers.time(before)
        if when is None:
            self._sink.leave("record-malformed")
            return
        time, end = when
        host, prefix = _named(before[end:].decode("utf-8", "replace"))
        ends = _ADDRESSES.search(text)
        if ends is None or text[: ends.start()].count("["):
            # a packet of another protocol, seen by a bridge: ARP, or none that the kernel takes apart
            self._sink.leave("record-malformed" if " SRC=" in text or " PROTO=" in text else "record-not-ip")
            return
        # a packet and its answer cross the same two interfaces in turn
        crossed = sorted(name.decode("utf-8", "replace") for name in start.groups())
        point = self._points(host, prefix, *crossed)
        reason = self._packet(text, ends, time, point, _verdict(prefix), number)
        if reason:
            self._sink.leave(reason)

    def _packet(self, text: str, ends: re.Match[str], time: int, point: int, tells: int, number: int) -> str:
        """Add the packet; return why it is left, if it is."""
        quoted = _QUOTED.search(text)
        outer = text[ends.start() : quoted.start() if quoted else len(text)]
        source, target = address(ends[1]), address(ends[2])
        fields = _fields(outer)
        transport = _transport(fields)
        size = whole(fields.get("LEN"), 0xFFFFFFFF)
        if source is None or target is None or transport is None or size is None:
            return "record-malformed"
        ports = _ports(fields, transport)
        if ports is None:
            return "fragment" if _LATER.search(outer) else "record-malformed"
        if transport in _ERRORS and ports[1] >> 8 in _ERRORS[transport]:
            return self._error(quoted[1] if quoted else "", ports[1] >> 8, time, point, number)
        if transport == TCP:
            flags = _FLAGS.search(outer)
            tells |= _told(flags[1] if flags else "")
        before = text[: ends.start()]
        vlan = whole(_fields(before).get("VID"), 4094) or 0 if "VID=" in before else 0
        self.rows.add(
            source, target, *ports, transport, time, time, 1, size, number=number, point=point, tells=tells,
            vlans=vlan << 12,
        )  # fmt: skip
        return ""

    def _error(self, quoted: str, kind: int, time: int, point: int, number: int) -> str:
        """Add what an ICMP error tells of the packet that it quotes."""
        ends = _ADDRESSES.match(quoted)
        fields = _fields(quoted)
        transport = _transport(fields)
        source, target = (address(ends[1]), address(ends[2])) if ends else (None, None)
        ports = _ports(fields, transport) if transport is not None else None
        if kind in _REDIRECTS or transport in _ERRORS or source is None or target is None or ports is None:
            return "icmp-error-record"
        assert transport is not None
        tells = ICMP_ERROR_AB | ONE_WAY | (UNREACHABLE if kind in (1, 3) else 0)
        self.rows.add(source, target, *ports, transport, time, time, 0, 0, number=number, point=point, tells=tells)
        return ""


def _fields(text: str) -> dict[str, str]:
    """Return the values of a packet's fields; of one that is written twice (LEN, ID) the first, which is IP's own."""
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(text):
        if name == "ID" and "PROTO" in found:
            name = "ECHO"
        found.setdefault(name, value)
    return found


def _transport(fields: dict[str, str]) -> int | None:
    word = fields.get("PROTO", "")
    return _NAMES.get(word.upper()) or protocol(word)


def _ports(fields: dict[str, str], transport: int) -> tuple[int, int] | None:
    if transport in PORTED:
        one, other = whole(fields.get("SPT"), 65535), whole(fields.get("DPT"), 65535)
        return None if one is None or other is None else (one, other)
    if transport in (ICMP, ICMPV6):
        kind, code = whole(fields.get("TYPE"), 255), whole(fields.get("CODE"), 255)
        return None if kind is None or code is None else (whole(fields.get("ECHO"), 65535) or 0, kind << 8 | code)
    return 0, 0


@lru_cache(maxsize=1 << 8)
def _told(flags: str) -> int:
    words = flags.split()
    tells = 0
    if "SYN" in words:
        tells |= SYNACK_AB if "ACK" in words else SYN_AB
    return tells | (RST_AB if "RST" in words else 0) | (FIN_AB if "FIN" in words else 0)


@lru_cache(maxsize=1 << 10)
def _verdict(prefix: str) -> int:
    """Return what the prefix of a rule tells: refused, or only that it was seen."""
    low = prefix.lower()
    return REFUSED_AB if _REFUSED.search(low) and not _LET.search(low) else ONE_WAY


def _named(text: str) -> tuple[str, str]:
    """Return the host and the prefix in what stands between the time and ``IN=``."""
    before, kernel, prefix = text.partition("kernel")
    if not kernel:
        before, prefix = "", text
    host = next((word for word in before.split() if word.strip("[]-:")), "")
    return host, _UPTIME.sub("", prefix).strip(" :-")


def _recognises(head: bytes) -> bool:
    """Return whether one of the first lines has the kernel's beginning and two addresses, not inside JSON."""
    if head.lstrip().startswith(b"{"):
        return False
    starts = ((line, _START.search(line)) for line in (line[:1024] for line in head.split(b"\n")[:64]))
    return any(start is not None and b"DST=" in line[start.end() :] for line, start in starts)


def _read(stream: Stream, sink: Sink) -> Message | None:
    log = _Log(stream, sink)
    for lines in read_lines(stream, sink):
        for number, line in zip(lines.numbers.tolist(), lines.data.tobytes().split(b"\n")[:-1], strict=True):
            log.line(line, number)
    log.rows.close()
    log.headers.say(sink)
    return stream.problem


FORMAT = RecordFormat(
    name="netfilter",
    title=Text("packets logged by iptables or nftables", "paquets journalisés par iptables ou nftables"),
    recognises=_recognises,
    read=_read,
)
