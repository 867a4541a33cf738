"""Export datagrams made by hand, and a sink that keeps what it is given in words that a test can compare."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from cloison.captures import records as word
from cloison.captures.exporting.exports import Exports
from cloison.flows.ledger import REASONS
from cloison.flows.table import EVIDENCE
from cloison.netmodel.finding import Message

SECONDS = 1_700_000_000  # when everything is exported
NS = 10**9
UPTIME = 3_600_000  # ms, the exporter's clock then
EXPORTER = "192.0.2.1"
A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"
A6, B6 = "2001:db8::1", "2001:db8::2"

Pairs = Sequence[tuple[int, ...]]  # element and bytes, with an enterprise's number as the third


class Recorder:
    """A sink that keeps records as dictionaries, and counts what is left out."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.left: Counter[str] = Counter()
        self._points: dict[tuple[object, ...], int] = {}
        self.notes: list[str] = []

    def add(self, batch: Any) -> None:
        assert batch.dtype == "int64"
        assert batch.flags.c_contiguous
        assert batch.shape[0] == word.RECORD_WORDS
        assert batch.shape[1]
        for column in batch.T.tolist():
            self.records.append(told(column))

    def leave(self, reason: str, count: int = 1) -> None:
        assert reason in REASONS
        assert count > 0
        self.left[reason] += count

    def point(self, *what: object) -> int:
        return self._points.setdefault(what, len(self._points))

    @property
    def points(self) -> list[tuple[object, ...]]:
        return list(self._points)

    def note(self, said: Message) -> None:
        assert said.say("fr") != said.say("en")
        self.notes.append(said.say("en"))

    def tick(self) -> None:
        pass

    @property
    def total(self) -> int:
        return len(self.records) + self.left.total()

    @property
    def only(self) -> dict[str, Any]:
        assert len(self.records) == 1, self.records
        return self.records[0]


def told(column: list[int]) -> dict[str, Any]:
    """Return one record in words; what is neutral is left out."""
    address = [
        IPv6Address((high & (1 << 64) - 1) << 64 | low & (1 << 64) - 1)
        for high, low in ((column[word.SOURCE_HI], column[word.SOURCE_LO]),
                          (column[word.TARGET_HI], column[word.TARGET_LO]))
    ]  # fmt: skip
    source, target = (str(one.ipv4_mapped or one) for one in address)
    out = {
        "source": source, "target": target, "ports": (column[word.SOURCE_PORT], column[word.TARGET_PORT]),
        "protocol": column[word.PROTOCOL], "first": column[word.FIRST], "last": column[word.LAST],
        "counts": (column[word.PACKETS], column[word.BYTES]), "number": column[word.NUMBER],
        "point": column[word.POINT],
    }  # fmt: skip
    back = (column[word.BACK_PACKETS], column[word.BACK_BYTES])
    for name, value, neutral in (
        ("back", back, (0, 0)), ("flags", column[word.FLAGS], -1), ("back_flags", column[word.BACK_FLAGS], -1),
        ("vlans", column[word.VLANS], 0), ("vni", column[word.VNI], -1), ("sampled", column[word.SAMPLED], 1),
        ("wire", column[word.WIRE], 0),
    ):  # fmt: skip
        if value != neutral:
            out[name] = value
    tells = {name for name, bit in EVIDENCE.items() if column[word.TELLS] & bit}
    if tells:
        out["tells"] = tells
    return out


def decoded(*datagrams: bytes, fast: bool = False, lifetime: int = 0, time: int = 0) -> Recorder:
    """Decode datagrams of one exporter, to the end."""
    sink = Recorder()
    exports = Exports(sink, fast=fast, lifetime=lifetime)
    for data in datagrams:
        exports.datagram(data, EXPORTER, time)
    exports.finish()
    assert exports.number == sink.total - (len(sink.records) - len({record["number"] for record in sink.records}))
    return sink


def packed(*values: Any) -> bytes:
    """Return values side by side: addresses as text, numbers with their sizes as pairs, bytes as they are."""
    out = b""
    for value in values:
        if isinstance(value, str):
            out += ip_address(value).packed
        elif isinstance(value, tuple):
            out += value[0].to_bytes(value[1], "big")
        else:
            out += value
    return out


def flowset(number: int, body: bytes, pad: int = 0) -> bytes:
    """Return a set with its header; ``pad`` bytes of zeros follow."""
    return struct.pack(">HH", number, len(body) + 4 + pad) + body + bytes(pad)


def fields(pairs: Pairs) -> bytes:
    out = b""
    for element, size, *enterprise in pairs:
        out += struct.pack(">HH", element | (0x8000 if enterprise else 0), size)
        out += struct.pack(">I", enterprise[0]) if enterprise else b""
    return out


def nine(*sets: bytes, domain: int = 1, sequence: int = 0, seconds: int = SECONDS, uptime: int = UPTIME) -> bytes:
    """Return a message of NetFlow v9."""
    return struct.pack(">HHIIII", 9, max(len(sets), 1), uptime, seconds, sequence, domain) + b"".join(sets)


def ten(*sets: bytes, domain: int = 1, sequence: int = 0, seconds: int = SECONDS) -> bytes:
    """Return a message of IPFIX."""
    body = b"".join(sets)
    return struct.pack(">HHIII", 10, len(body) + 16, seconds, sequence, domain) + body


def template9(number: int, pairs: Pairs) -> bytes:
    return flowset(0, struct.pack(">HH", number, len(pairs)) + fields(pairs))


def template10(number: int, pairs: Pairs) -> bytes:
    return flowset(2, struct.pack(">HH", number, len(pairs)) + fields(pairs))


def options9(number: int, scopes: Pairs, pairs: Pairs) -> bytes:
    body = struct.pack(">HHH", number, 4 * len(scopes), 4 * len(pairs)) + fields([*scopes, *pairs])
    return flowset(1, body, -len(body) % 4)


def options10(number: int, scopes: Pairs, pairs: Pairs) -> bytes:
    every = [*scopes, *pairs]
    return flowset(3, struct.pack(">HHH", number, len(every), len(scopes)) + fields(every))


BASIC: Pairs = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (2, 4), (1, 4), (22, 4), (21, 4))


def basic(
    source: str = A, target: str = B, ports: tuple[int, int] = (40000, 443), protocol: int = 6, flags: int = 0x1B,
    packets: int = 10, octets: int = 1000, first: int = UPTIME - 2000, last: int = UPTIME - 500,
) -> bytes:  # fmt: skip
    """Return a record of the template ``BASIC``."""
    return packed(source, target, (ports[0], 2), (ports[1], 2), (protocol, 1), (flags, 1), (packets, 4), (octets, 4),
                  (first, 4), (last, 4))  # fmt: skip


def five(
    *records: bytes, count: int | None = None, sampling: int = 0, sequence: int = 0, engine: int = 0,
    seconds: int = SECONDS, nanoseconds: int = 0,
) -> bytes:  # fmt: skip
    """Return a message of NetFlow v5."""
    number = len(records) if count is None else count
    head = struct.pack(">HHIIIIHH", 5, number, UPTIME, seconds, nanoseconds, sequence, engine, sampling)
    return head + b"".join(records)


def record5(
    source: str = A, target: str = B, ports: tuple[int, int] = (40000, 443), protocol: int = 6, flags: int = 0x1B,
    packets: int = 10, octets: int = 1000,
) -> bytes:  # fmt: skip
    """Return a record of NetFlow v5."""
    return packed(source, target, "0.0.0.0", (1, 2), (2, 2), (packets, 4), (octets, 4), (UPTIME - 2000, 4),
                  (UPTIME - 500, 4), (ports[0], 2), (ports[1], 2), b"\0", (flags, 1), (protocol, 1), b"\0",
                  (65001, 2), (65002, 2), b"\x18\x18", b"\0\0")  # fmt: skip


def sample(
    data: bytes, *, protocol: int = 1, rate: int = 1, wire: int | None = None, source: int = 1, came: int = 1,
    went: int = 2, drops: int = 0, more: bytes = b"", expanded: bool = False,
) -> bytes:  # fmt: skip
    """Return a flow sample with a raw packet header, and other records (``more``, made by ``detail``) after it."""
    head = struct.pack(">IIII", protocol, wire or len(data) + 4, 4, len(data)) + data + bytes(-len(data) % 4)
    body = detail(1, head) + more
    return _sample(body, 1 + (1 if more else 0), rate, source, came, went, drops, expanded)


def addressed(kind: int, body: bytes, *, rate: int = 1) -> bytes:
    """Return a flow sample of which only addresses were kept."""
    return _sample(detail(kind, body), 1, rate, 1, 1, 2, 0, False)


def _sample(body: bytes, number: int, rate: int, source: int, came: int, went: int, drops: int, wide: bool) -> bytes:
    if wide:
        head = struct.pack(">11I", 7, 0, source, rate, 0, drops, 0, came, 0, went, number)
    else:
        head = struct.pack(">8I", 7, source, rate, 0, drops, came, went, number)
    return struct.pack(">II", 3 if wide else 1, len(head) + len(body)) + head + body


def detail(kind: int, body: bytes) -> bytes:
    return struct.pack(">II", kind, len(body)) + body


def sflow(*samples: bytes, agent: str = "192.0.2.9", domain: int = 0, sequence: int = 1, uptime: int = UPTIME) -> bytes:
    """Return an sFlow datagram."""
    address = ip_address(agent)
    kind = 1 if isinstance(address, IPv4Address) else 2
    return (
        struct.pack(">II", 5, kind) + address.packed + struct.pack(">4I", domain, sequence, uptime, len(samples))
        + b"".join(samples)
    )  # fmt: skip
