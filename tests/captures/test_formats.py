"""The same packets in every format, byte order, clock and compression are the same conversations."""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import zstandard
from captures_forge import (
    SECOND,
    START,
    balanced,
    block,
    enhanced,
    interface,
    one,
    option,
    pcap,
    read_bytes,
    rows,
    section,
    shown,
)

from cloison.captures import formats
from cloison.captures.read import read
from cloison.captures.stream import Format
from cloison.netmodel.registry import load


def packet(number: int = 1, port: int = 40000) -> bytes:
    """Return a raw IPv4 packet from 10.0.0.<number> with an empty UDP datagram."""
    return struct.pack(
        ">BBHHHBBH4B4BHHHH", 0x45, 0, 28, 0, 0, 64, 17, 0, 10, 0, 0, number, 10, 0, 0, 99, port, 514, 8, 0
    )


PACKETS = [(START + 123456789, packet(1)), (START + SECOND + 999999999, packet(1))]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
def test_pcap_byte_orders_and_clocks(tmp_path: Path, order: str, nano: bool) -> None:
    capture = read_bytes(tmp_path, pcap(PACKETS, link=101, order=order, nano=nano))
    row = one(capture)
    lost = 0 if nano else 789, 0 if nano else 999
    assert (row["first"], row["last"]) == (START + 123456789 - lost[0], START + SECOND + 999999999 - lost[1])
    (source,) = capture.sources
    assert (source.format, source.packets, source.records, source.problem) == ("pcap", 2, 0, None)
    assert (source.first, source.last) == (row["first"], row["last"])


def test_pcap_with_longer_record_headers(tmp_path: Path) -> None:
    assert one(read_bytes(tmp_path, pcap(PACKETS, link=101, variant=True)))["packets"] == (2, 0)


def test_the_upper_bits_of_a_link_type_are_not_the_link_type(tmp_path: Path) -> None:
    assert one(read_bytes(tmp_path, pcap(PACKETS, link=0x14000000 | 101)))["packets"] == (2, 0)


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng(tmp_path: Path, order: str) -> None:
    ticks = (START + 123456789) // 1000
    data = section(order) + interface(101, order) + enhanced(0, ticks, packet(), order) * 2
    capture = read_bytes(tmp_path, data, "a.bin")
    row = one(capture)
    assert (row["first"], row["packets"], capture.sources[0].format) == (ticks * 1000, (2, 0), "pcapng")


CLOCKS = [
    ("default", b"", START // 1000, START),
    ("ns", option(9, b"\x09"), START + 7, START + 7),
    ("ms", option(9, b"\x03"), START // 10**6 + 7, START + 7_000_000),
    ("s", option(9, b"\x00"), START // SECOND, START),
    ("ps", option(9, b"\x0c"), 12_345_678_901_234_567, 12_345_678_901_234),
    ("2^-20", option(9, b"\x94"), (START // SECOND << 20) + (1 << 19), START + SECOND // 2),
    ("2^-32", option(9, b"\xa0"), (START // SECOND << 32) + (1 << 31), START + SECOND // 2),
    ("offset", option(14, struct.pack("<q", 3600)), START // 1000, START + 3600 * SECOND),
    ("offset-before", option(14, struct.pack("<q", -3600)), START // 1000, START - 3600 * SECOND),
    ("both", option(2, b"eth0") + option(9, b"\x09") + option(14, struct.pack("<q", 1)), START, START + SECOND),
    ("offset-lies", option(14, struct.pack("<q", -(1 << 63))), START // 1000, 0),
    ("2^-127", option(9, b"\xff"), START, START * SECOND >> 62),
    ("10^-127", option(9, b"\x7f"), START, START // 10**18),
    ("overflow", option(9, b"\x00"), (1 << 63) - 1, 9_200_000_000_000_000_000),
    ("sign", b"", (1 << 64) - 1, 9_200_000_000_000_000_000),
]  # fmt: skip


@pytest.mark.parametrize(("options", "ticks", "time"), [case[1:] for case in CLOCKS], ids=[case[0] for case in CLOCKS])
def test_pcapng_clocks(tmp_path: Path, options: bytes, ticks: int, time: int) -> None:
    data = section() + interface(101, options=options) + enhanced(0, ticks, packet())
    assert one(read_bytes(tmp_path, data))["first"] == time


def test_pcapng_interfaces_have_their_own_link_type(tmp_path: Path) -> None:
    ethernet = bytes(12) + b"\x08\x00" + packet(2)
    data = section() + interface(101) + interface(1) + interface(147)
    data += enhanced(0, 1, packet(1)) + enhanced(1, 2, ethernet) + enhanced(2, 3, packet(3)) + enhanced(3, 4, packet(4))
    capture = read_bytes(tmp_path, data)
    assert [row["a"] for row in rows(capture)] == [("10.0.0.1", 40000), ("10.0.0.2", 40000)]
    assert capture.ledger == {"link-type": 1, "packet-without-interface": 1}


def test_pcapng_many_interfaces(tmp_path: Path) -> None:
    data = section() + interface(147) * 40 + interface(101) + enhanced(40, 1, packet())
    assert one(read_bytes(tmp_path, data))["packets"] == (1, 0)


def test_pcapng_sections_have_their_own_byte_order_and_interfaces(tmp_path: Path) -> None:
    data = section("<") + interface(101, "<") + enhanced(0, 1, packet(1), "<")
    data += section(">") + interface(1, ">") + enhanced(0, 2, bytes(12) + b"\x08\x00" + packet(2), ">")
    data += section(">") + enhanced(0, 3, packet(3), ">")
    capture = read_bytes(tmp_path, data)
    assert [row["a"] for row in rows(capture)] == [("10.0.0.1", 40000), ("10.0.0.2", 40000)]
    assert capture.ledger == {"packet-without-interface": 1}


def test_pcapng_simple_and_obsolete_packets_and_blocks_to_pass_over(tmp_path: Path) -> None:
    simple = block(3, struct.pack("<I", 1500) + packet(1))
    obsolete = block(2, struct.pack("<HHIIII", 0, 3, 0, 5, 28, 28) + packet(1))
    other = block(5, bytes(20)) + block(4, bytes(8)) + block(0x0BAD, bytes(3_000_000))
    capture = read_bytes(tmp_path, section() + interface(101, snap=28) + obsolete + other + simple)
    row = one(capture)
    assert (row["packets"], row["first"], row["last"]) == ((2, 0), 5000, 5000)


COMPRESSED = {
    "gzip": ("gzip", lambda data: gzip.compress(data)),
    "gzip-members": ("gzip", lambda data: gzip.compress(data[:70]) + gzip.compress(data[70:]) + bytes(512)),
    "zstd": ("zstd", lambda data: zstandard.ZstdCompressor().compress(data)),
    "zstd-frames": (
        "zstd",
        lambda data: (
            b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
            + zstandard.ZstdCompressor().compress(data[:70])
            + zstandard.ZstdCompressor().compress(data[70:])
        ),
    ),
}


@pytest.mark.parametrize("case", COMPRESSED)
@pytest.mark.parametrize("kind", ["pcap", "pcapng"])
def test_compressed_captures(tmp_path: Path, case: str, kind: str) -> None:
    if kind == "pcap":
        data = pcap(PACKETS, link=101)
    else:
        data = section() + interface(101) + enhanced(0, 1, packet()) + enhanced(0, 1000, packet())
    compression, compress = COMPRESSED[case]
    capture = read_bytes(tmp_path, compress(data), "any.name")
    assert one(capture)["packets"] == (2, 0)
    assert capture.sources[0].format == f"{kind}, {compression}"


def test_a_capture_longer_than_the_window(tmp_path: Path) -> None:
    frames = [(START + number * 1000, packet(number % 200, number % 5) + bytes(1000)) for number in range(4000)]
    plain = read_bytes(tmp_path, pcap(frames, link=101))
    assert int(plain.table.packets_ab.sum()) == 4000
    assert len(plain.table) == len({(number % 200, number % 5) for number in range(4000)})
    packed = read_bytes(tmp_path, gzip.compress(pcap(frames, link=101)))
    assert all(np.array_equal(getattr(plain.table, name), getattr(packed.table, name)) for name in ("a_lo", "last"))


def test_standard_input(tmp_path: Path) -> None:
    script = (
        "from cloison.captures.read import read; c = read(['-']); s = c.sources[0];"
        "print(s.file, s.format, s.packets, len(c.table))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=pcap(PACKETS, link=101), capture_output=True, check=True, timeout=120,
        cwd=tmp_path,
    )  # fmt: skip
    assert done.stdout.decode().split() == ["-", "pcap", "2", "1"]


def test_several_files_are_sources_of_their_own(tmp_path: Path) -> None:
    paths = []
    for name in ("b.pcap", "a.pcap"):
        (tmp_path / name).write_bytes(pcap([*PACKETS, (START, bytes(3))], link=101))
        paths.append(str(tmp_path / name))
    capture = read(paths)
    balanced(capture)
    assert [source.file for source in capture.sources] == paths
    assert capture.table.source.tolist() == [0, 1]
    assert capture.ledger == {"ip-malformed": 2}


def test_the_same_capture_read_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    frames = [(START + number, packet(number % 7, number * 31 % 1000)) for number in range(3000)]
    taken = [read_bytes(tmp_path, pcap(frames, link=101)).table for _ in range(2)]
    assert [getattr(taken[0], name).tobytes() for name in taken[0].__slots__] == [
        getattr(taken[1], name).tobytes() for name in taken[1].__slots__
    ]
    assert (np.diff(taken[0].packet.astype(np.int64)) > 0).all()
    assert shown(taken[0].a_hi[1], taken[0].a_lo[1]) == "10.0.0.1"


def test_every_format_recognises_its_sample_and_no_other() -> None:
    entries = {name: entry for name, entry in load(formats, "FORMAT").items() if isinstance(entry, Format)}
    assert list(entries) == ["pcap", "pcapng"]
    for name, entry in entries.items():
        assert [other for other in entries if entries[other].recognises(entry.sample[:32])] == [name]
        assert not any(entry.recognises(head) for head in (b"", b"\xa1", b"cloison: 1", os.devnull.encode()))
