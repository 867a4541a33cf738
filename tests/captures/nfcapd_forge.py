"""Files of nfdump's collector made by hand, after its published headers: layout 1 and 2, either byte order.

Beside them a sink that keeps what it is given, and nfdump's own words of a file.
"""

from __future__ import annotations

import bz2
import json
import os
import struct
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from cloison.captures import records as words
from cloison.captures.formats import nfcapd
from cloison.captures.formats.nfcapd import FORMAT
from cloison.captures.nfcapd import blocks
from cloison.captures.records import BATCH
from cloison.captures.stream import Stream
from cloison.flows.ledger import REASONS
from cloison.netmodel.finding import Message

LZO, BZ2, LZ4, ZSTD = 1, 2, 3, 4
_OLD_FLAGS = {0: 0, LZO: 1, BZ2: 8, LZ4: 16}


def packed(way: int, data: bytes) -> bytes:
    """Return data compressed as nfdump compresses a block."""
    if way == LZO:
        import lzallright

        return bytes(lzallright.LZOCompressor().compress(data))
    if way == BZ2:
        return bz2.compress(data)
    if way == LZ4:
        import lz4.block

        return bytes(lz4.block.compress(data, store_size=False))
    if way == ZSTD:
        import zstandard

        return zstandard.ZstdCompressor().compress(data)
    return data


def block(records: Sequence[bytes], *, kind: int = 3, way: int = 0, order: str = "<", flags: int = 0) -> bytes:
    data = packed(way, b"".join(records))
    return struct.pack(order + "IIHH", len(records), len(data), kind, flags) + data


def layout2(blocks: Sequence[bytes], *, way: int = 0, order: str = "<", encrypted: int = 0) -> bytes:
    """Return a closed file: header, blocks, an appendix with the name of the source."""
    ident = struct.pack(order + "HH", 0x8001, 9) + b"none\0"
    body = b"".join(blocks)
    head = struct.pack(
        order + "HHIQBBHIQII", 0xA50C, 2, 0x01070101, 1_700_000_000, way, encrypted, 1, 0, 40 + len(body), 0,
        len(blocks),
    )  # fmt: skip
    return head + body + block([ident], way=way, order=order)


def layout1(blocks: Sequence[bytes], *, way: int = 0, order: str = "<", flags: int = 0) -> bytes:
    """Return a closed file: header, statistics (none), blocks."""
    head = struct.pack(order + "HHII128s", 0xA50C, 1, _OLD_FLAGS[way] | flags, len(blocks), b"forged")
    return head + bytes(136) + b"".join(blocks)


def element(number: int, data: bytes, *, order: str = "<") -> bytes:
    return struct.pack(order + "HH", number, 4 + len(data)) + data


def flow(
    source: str, target: str, *, ports: tuple[int, int] = (40000, 443), protocol: int = 6, flags: int = 0x1B,
    packets: int = 3, size: int = 300, first: int = 1_700_000_000_123, last: int = 1_700_000_001_456, status: int = 0,
    received: int = 0, exporter: int = 1, mark: int = 0, more: Sequence[bytes] = (), order: str = "<",
) -> bytes:  # fmt: skip
    """Return a record of type 11 (nfxV3.h) with its generic element and its addresses, then ``more`` elements."""
    generic = struct.pack(
        order + "5Q2H4B", first, last, received, packets, size, *ports, protocol, flags, status, 0
    )  # fmt: skip
    elements = [element(1, generic, order=order), _addresses(source, target, order), *more]
    return record(elements, exporter=exporter, mark=mark, order=order)


def record(elements: Sequence[bytes], *, exporter: int = 1, mark: int = 0, order: str = "<") -> bytes:
    body = b"".join(elements)
    return struct.pack(order + "HHHBBHBB", 11, 12 + len(body), len(elements), 0, 0, exporter, mark, 9) + body


def _addresses(source: str, target: str, order: str) -> bytes:
    ends = ip_address(source), ip_address(target)
    if ends[0].version == 4:
        return element(2, struct.pack(order + "II", *map(int, ends)), order=order)
    return element(3, wide(source, order) + wide(target, order), order=order)


def wide(address: str, order: str = "<") -> bytes:
    """Return an IPv6 address as two numbers of the machine."""
    value = int(ip_address(address))
    return struct.pack(order + "QQ", value >> 64, value & 0xFFFF_FFFF_FFFF_FFFF)


def exporter_record(number: int, address: str, identifier: int, *, order: str = "<") -> bytes:
    value = int(ip_address(address))
    return struct.pack(
        order + "HHIQQHHI", 7, 32, 9, value >> 64, value & 0xFFFF_FFFF_FFFF_FFFF, 2 if value >> 32 == 0 else 10,
        number, identifier,
    )  # fmt: skip


def sampler_record(number: int, interval: int, *, order: str = "<") -> bytes:
    return struct.pack(order + "HHHHqII", 15, 24, number, 0, -1, 1, interval - 1)


def old_sampler_record(number: int, interval: int, *, order: str = "<") -> bytes:
    return struct.pack(order + "HHiIHH", 9, 16, -1, interval, 0, number)


def extension_map(number: int, extensions: Sequence[int], size: int = 0, *, order: str = "<") -> bytes:
    """Return the map (nfx.h) of records of 1.6; ``extensions`` from 4 on, ``size`` the bytes of all."""
    words = [*extensions, 0]
    words += [0] * (len(words) % 2)
    return struct.pack(order + f"HHHH{len(words)}H", 2, 8 + 2 * len(words), number, size, *words)


def old_flow(
    source: str, target: str, *, ports: tuple[int, int] = (40000, 443), protocol: int = 6, flags: int = 0x1B,
    packets: int = 3, size: int = 300, first: int = 1_700_000_000_123, last: int = 1_700_000_001_456, status: int = 0,
    exporter: int = 1, mark: int = 0, wide_counts: bool = False, number: int = 0, extensions: bytes = b"",
    kind: int = 10, order: str = "<",
) -> bytes:  # fmt: skip
    """Return a common record of 1.6 (nffile.h): type 10, or 1 with a shorter head; ``number``: of its map."""
    ends = ip_address(source), ip_address(target)
    six = ends[0].version == 6
    mark |= six | (6 if wide_counts else 0)
    body = wide(source, order) + wide(target, order) if six else struct.pack(order + "II", *map(int, ends))
    body += struct.pack(order + ("QQ" if wide_counts else "II"), packets, size) + extensions
    tail = struct.pack(
        order + "HHII4BHH", first % 1000, last % 1000, first // 1000, last // 1000, status, flags, protocol, 0, *ports
    )  # fmt: skip
    if kind == 10:
        tail += struct.pack(order + "HH", exporter, 0)
        middle = struct.pack(order + "HH", mark, number)
    else:
        middle = struct.pack(order + "BBH", mark, exporter, number)
    total = 4 + len(middle) + len(tail) + len(body)
    return struct.pack(order + "HH", kind, total) + middle + tail + body


@dataclass
class Kept:
    """A sink that keeps what it is given."""

    rows: list[dict[str, object]] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    points: list[tuple[object, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problem: str = ""

    def add(self, batch: Any) -> None:
        assert 0 < batch.shape[1] <= BATCH
        for record in batch.T.tolist():
            row: dict[str, object] = {name: record[getattr(words, name)] for name in NAMES}
            row["SOURCE"] = shown(record[words.SOURCE_HI], record[words.SOURCE_LO])
            row["TARGET"] = shown(record[words.TARGET_HI], record[words.TARGET_LO])
            self.rows.append(row)

    def leave(self, reason: str, count: int = 1) -> None:
        assert reason in REASONS
        assert count > 0
        self.left[reason] += count

    def point(self, *what: object) -> int:
        if what not in self.points:
            self.points.append(what)
        return self.points.index(what)

    def note(self, said: Message) -> None:
        self.notes.append(said.say("en"))
        assert said.say("fr") != self.notes[-1]

    def tick(self) -> None:
        pass


NAMES = (
    "SOURCE_PORT", "TARGET_PORT", "PROTOCOL", "FIRST", "LAST", "PACKETS", "BYTES", "BACK_PACKETS", "BACK_BYTES",
    "FLAGS", "BACK_FLAGS", "TELLS", "WIRE", "VLANS", "VNI", "SAMPLED", "POINT", "NUMBER",
)  # fmt: skip


def kept(data: bytes, *, plain: bool = False) -> Kept:
    """Return what the format gives of a file; ``plain``: read without compiled code, whatever its size."""
    with TemporaryFile(buffering=0) as raw, pytest.MonkeyPatch.context() as patch:
        raw.write(data)
        raw.seek(0)
        if plain:
            patch.setattr(nfcapd, "compiled", lambda loop: loop)
            patch.setattr(blocks, "compiled", lambda loop: loop)
        return _kept(Stream(raw, len(data) if plain else 0))


def _kept(stream: Stream) -> Kept:
    stream.refill(64)
    assert FORMAT.recognises(stream.window[stream.start : stream.stop].tobytes())
    sink = Kept()
    problem = FORMAT.read(stream, sink)
    sink.problem = problem.say("en") if problem else ""
    assert problem is None or problem.say("fr") != sink.problem
    return sink


def shown(high: int, low: int) -> str:
    address = IPv6Address((high & 0xFFFF_FFFF_FFFF_FFFF) << 64 | (low & 0xFFFF_FFFF_FFFF_FFFF))
    return str(address.ipv4_mapped or address)


def nfdump_says(path: Path) -> list[dict[str, Any]]:
    """Return the flows of a file in nfdump's own words (``-o json``)."""
    done = subprocess.run(
        ["nfdump", "-q", "-r", str(path), "-o", "json"], capture_output=True, text=True, timeout=60,
        env={**os.environ, "TZ": "UTC"},
    )  # fmt: skip
    text = done.stdout.strip().removeprefix("[").removesuffix("]").strip().removesuffix(",")
    flows: list[dict[str, Any]] = json.loads(f"[{text}]")
    return flows


def as_told(flow: dict[str, Any]) -> dict[str, object]:
    """Return of one of nfdump's flows what a row of ``Kept`` has: real ends, times in ns, flags of TCP."""
    icmp = flow["proto"] in (1, 58)
    after = [flow.get(f"dst{six}_xlt_ip", "") for six in (4, 6)]
    ports = (0, flow["icmp_type"] << 8 | flow["icmp_code"]) if icmp else (flow["src_port"], flow["dst_port"])
    if int(flow.get("dst_xlt_port", 0)):
        ports = (ports[0], int(flow["dst_xlt_port"]))
    flags = sum(1 << bit for bit, letter in enumerate(reversed(flow.get("tcp_flags", ""))) if letter != ".")
    first, last = nanoseconds(flow["first"]), nanoseconds(flow["last"])
    if not first and not last:  # the exporter told no time: when the collector received it
        first = last = nanoseconds(flow["received"])
    vlan = flow.get("src_vlan", 0) or flow.get("dst_vlan", 0)
    return {
        "SOURCE": flow.get("src4_addr") or flow["src6_addr"],
        "TARGET": next((end for end in after if end not in ("", "0.0.0.0", "::")), None)
        or flow.get("dst4_addr") or flow["dst6_addr"],
        "SOURCE_PORT": ports[0], "TARGET_PORT": ports[1], "PROTOCOL": flow["proto"],
        "FIRST": first, "LAST": max(first, last),
        "PACKETS": flow["in_packets"], "BYTES": flow["in_bytes"],
        "BACK_PACKETS": flow.get("out_packets", 0), "BACK_BYTES": flow.get("out_bytes", 0),
        "FLAGS": flags if flags and flow["proto"] == 6 else -1, "VLANS": (vlan & 0xFFF) << 12,
    }  # fmt: skip


def nanoseconds(said: str) -> int:
    moment = datetime.fromisoformat(said).replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1000


def alike(sink: Kept, flows: Sequence[dict[str, Any]]) -> bool:
    """Compare all records with nfdump's flows, in their order; what differs is asserted row by row."""
    assert len(sink.rows) == len(flows)
    for row, flow in zip(sink.rows, flows, strict=True):
        told = as_told(flow)
        assert {name: row[name] for name in told} == told
    return True
