"""Compressed captures: every compression, several members, cut, damaged, greedy, and bombs in bounded memory."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import lz4.frame
import pytest
import zstandard
from captures_forge import START, enhanced, interface, pcap, read_bytes, section
from test_bad_input import problem, refused

from cloison.captures import compressions
from cloison.captures.compression import HEAD, compression_of, decompressed
from cloison.netmodel.registry import load

PACKET = bytes.fromhex("4500001c0000000040110000 0a000001 0a000002 9c40 0202 0008 0000")
WHOLE = pcap([(START + number, PACKET) for number in range(5)], link=101)

Compress = Callable[[bytes], bytes]
COMPRESS: dict[str, Compress] = {
    "bzip2": bz2.compress,
    "gzip": gzip.compress,
    "lz4": lz4.frame.compress,
    "xz": lzma.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
}
MIB = 1 << 20


def test_every_compression_has_its_cases_here() -> None:
    assert list(load(compressions, "COMPRESSION")) == sorted(COMPRESS)


@pytest.mark.parametrize("name", COMPRESS)
def test_recognised_by_its_first_bytes_alone(name: str) -> None:
    packed = COMPRESS[name](WHOLE)
    found = compression_of(packed[:HEAD])
    assert found is not None
    assert found.name == name
    for other in (WHOLE[:HEAD], section()[:HEAD], b"", packed[:2], b"BZhappy birthday", b"\0" * HEAD):
        assert compression_of(other) is None or (other, name) == (packed[:2], "gzip")


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.parametrize("cut", [1, 24, 60, len(WHOLE) - 1])
def test_members_one_after_the_other(tmp_path: Path, name: str, cut: int) -> None:
    compress = COMPRESS[name]
    packed = compress(b"") + compress(WHOLE[:cut]) + bytes(512) + compress(b"") + compress(WHOLE[cut:]) + bytes(64)
    capture = read_bytes(tmp_path, packed)
    assert (capture.sources[0].packets, capture.sources[0].problem) == (5, None)
    assert capture.sources[0].format == f"pcap, {name}"


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_however_few_bytes_are_there_at_once(name: str, size: int) -> None:
    """As a pipe may give them; also where a member gives more than is asked of it at once."""
    whole = os.urandom(1000) + bytes(3 * MIB) + os.urandom(1000)
    packed = COMPRESS[name](whole) + bytes(2 * size + 1) + COMPRESS[name](whole) + bytes(size)
    found = compression_of(packed[:HEAD])
    assert found is not None
    parts = list(decompressed(found, packed[:HEAD], slow(packed, size)))
    assert b"".join(parts) == whole * 2
    assert all(parts)


def slow(packed: bytes, size: int) -> Callable[[int], bytes]:
    rest = BytesIO(packed[HEAD:])
    return lambda wanted: rest.read(min(size, wanted))


def long() -> bytes:
    return pcap([(START + number, PACKET + os.urandom(400)) for number in range(6000)], link=101)


@pytest.mark.parametrize("name", COMPRESS)
def test_cut_short(tmp_path: Path, name: str) -> None:
    packed = COMPRESS[name](long())
    packets, text = problem(tmp_path, packed[: len(packed) * 3 // 4])
    assert 2000 < packets < 4600  # bzip2 gives whole blocks of 900 kB
    assert text == f"its {name} compression is cut short: what comes before was judged"
    packets, again = problem(tmp_path, packed[:-1])
    assert (5000 < packets <= 6000, again) == (True, text)


@pytest.mark.parametrize("name", COMPRESS)
def test_damaged_in_a_later_member(tmp_path: Path, name: str) -> None:
    packed = COMPRESS[name](WHOLE)
    packets, text = problem(tmp_path, packed + packed[:4] + b"\xff" * 40)
    assert packets == 5
    assert text == f"its {name} compression is damaged: what comes before was judged"


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.parametrize("other", COMPRESS)
def test_compressed_twice(tmp_path: Path, name: str, other: str) -> None:
    path = tmp_path / "twice"
    path.write_bytes(COMPRESS[name](COMPRESS[other](WHOLE)))
    assert refused(path) == "it is compressed twice: decompress it once"


def greedy_xz() -> bytes:
    return lzma.compress(WHOLE, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28}])


def greedy_zstd() -> bytes:
    asked = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=asked).compressobj()  # a stream: its window is written
    return packer.compress(WHOLE) + packer.flush()


@pytest.mark.parametrize(("name", "make"), [("xz", greedy_xz), ("zstd", greedy_zstd)])
def test_more_memory_than_is_given(tmp_path: Path, name: str, make: Callable[[], bytes]) -> None:
    packets, text = problem(tmp_path, COMPRESS[name](WHOLE) + make())
    assert packets == 5
    assert text == f"its {name} compression wants more than 128 MiB of memory: what comes before was judged"


READ = """
import re, sys
from cloison.captures.read import read
said = []
source, = read(sys.argv[1:], rare=False, tick=lambda *told: said.append(told)).sources
print(source.packets, len(said), said[-1][0] == said[-1][1], sorted(said) == said,
      re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1], source.problem is None)
"""


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.slow
def test_a_bomb_without_a_record_ends_in_bounded_memory_and_is_told(tmp_path: Path, name: str) -> None:
    """Two gigabytes of one block that is passed over, and a packet after it."""
    compress = COMPRESS[name]
    filling = 2 << 30
    begin = section() + interface(101) + struct.pack("<II", 0x0BAD, filling + 12)
    end = struct.pack("<I", filling + 12) + enhanced(0, 1, PACKET)
    zeros = compress(bytes(64 * MIB))
    path = tmp_path / "bomb.pcapng"
    path.write_bytes(compress(begin) + zeros * (filling // (64 * MIB)) + compress(end))
    assert path.stat().st_size < filling // 200
    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, timeout=300)
    packets, ticks, all_done, ascending, memory, fine = done.stdout.split()
    assert (packets, all_done, ascending, fine) == ("1", "True", "True", "True"), done.stderr
    assert int(ticks) > 20
    assert int(memory) < 300_000  # KiB at most, the interpreter and its libraries included


@pytest.mark.parametrize("name", COMPRESS)
def test_a_bomb_that_is_no_capture_is_refused_at_once(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(COMPRESS[name](bytes(64 * MIB)) * 50)
    assert refused(path).startswith("it is in none of the formats that are read")


def test_a_million_members_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "nothing"
    path.write_bytes(gzip.compress(b"") * 100_000)
    assert refused(path) == "it is empty: not even a header"
    path.write_bytes(gzip.compress(b"") * 100_000 + gzip.compress(WHOLE))
    assert read_bytes(tmp_path, path.read_bytes()).sources[0].packets == 5


def test_a_bomb_of_packets_is_counted_to_its_end(tmp_path: Path) -> None:
    """Zeros after a header are packets of no bytes: each is counted."""
    bomb = lz4.frame.compress(pcap([], link=101) + bytes(16 * 20 * MIB))
    assert read_bytes(tmp_path, bomb).ledger == {"ip-truncated": 20 * MIB}


# A frame of 80 bytes of content (its header: 28b52ffd 24 50) whose block is longer than that, and a byte after it. What
# follows the first five bytes looks like a frame to be skipped: 8 bytes and the 3 that it tells.
LONGER = bytes.fromhex("28b52ffd24 502a4d1803000000 010000 00")


@pytest.mark.parametrize("sizes", [[17], [5, 12], [1] * 17, [4, 13], [5, 5, 5, 2], [6, 11]])
def test_a_damaged_frame_is_damaged_in_whatever_pieces_it_comes(sizes: list[int]) -> None:
    """As the zstd tool says of it: libzstd takes it for nothing when its header comes in two."""
    zstd = load(compressions, "COMPRESSION")["zstd"]
    pieces = iter([LONGER[sum(sizes[:i]) : sum(sizes[: i + 1])] for i in range(len(sizes))])
    with pytest.raises(ValueError, match="zstd"):
        list(decompressed(zstd, next(pieces), lambda wanted: next(pieces, b"")))


@pytest.mark.parametrize("level", [{}, {"write_content_size": False}, {"write_checksum": True}])
@pytest.mark.parametrize("size", [0, 1, 255, 256, 65_791, 65_792, 200_000])
def test_headers_of_every_length_in_pieces(level: dict[str, bool], size: int) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    packed = zstandard.ZstdCompressor(**level).compress(content) + b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    zstd = load(compressions, "COMPRESSION")["zstd"]
    for step in (1, 3, 7):
        rest = BytesIO(packed[step:])
        assert b"".join(decompressed(zstd, packed[:step], lambda _, r=rest, n=step: r.read(n))) == content
    for cut in range(1, min(len(packed), 14)):
        rest = BytesIO(packed[1:-cut])
        if cut < 11:
            with pytest.raises(EOFError):
                list(decompressed(zstd, packed[:1], lambda _, r=rest: r.read(1)))
