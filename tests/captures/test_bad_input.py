"""Damaged, false and unreadable captures: a clear line in both languages, and nothing dropped without being counted."""

from __future__ import annotations

import gzip
import os
import socket
import struct
import sys
import time
from pathlib import Path

import pytest
import zstandard
from captures_forge import START, balanced, block, enhanced, interface, option, pcap, read_bytes, section

from cloison.captures.read import read
from cloison.flows.ledger import REASONS
from cloison.netmodel.finding import MapError, Message

PACKET = struct.pack(
    ">BBHHHBBH4B4BHHHH", 0x45, 0, 28, 0, 0, 64, 17, 0, 10, 0, 0, 1, 10, 0, 0, 2, 40000, 514, 8, 0
)  # fmt: skip
WHOLE = pcap([(START, PACKET), (START, PACKET)], link=101)
NG = section() + interface(101) + enhanced(0, 1, PACKET) * 2


def said(message: Message | None) -> str:
    """Return the English text, when the French one is another."""
    assert message is not None
    assert message.say("fr") != message.say("en")
    return message.say("en")


def refused(path: Path | str) -> str:
    with pytest.raises(MapError) as caught:
        read([str(path)])
    (finding,) = caught.value.findings
    assert (finding.rule, finding.severity, finding.spans[0].file) == ("unreadable-capture", "error", str(path))
    return said(finding.message)


def problem(folder: Path, data: bytes) -> tuple[int, str]:
    """Return the packets judged all the same, and the problem."""
    capture = read_bytes(folder, data)
    return capture.sources[0].packets, said(capture.sources[0].problem)


REFUSED = {
    "empty": (b"", "it is empty: not even a header"),
    "text": (b"cloison: 1\nname: x\n", "it is a text in none of the formats that are read (argus, asa, "),
    "latin-1": ("réseau\n".encode("latin-1"), "it is a text in none of the formats that are read (argus, asa, "),
    "cut-in-the-magic": (WHOLE[:2], "it is cut inside its header"),
    "zip": (b"PK\x03\x04" + bytes(40), "it is compressed by zip, which is not read"),
    "lz4-legacy": (b"\x02\x21\x4c\x18" + bytes(40), "it is compressed by lz4 -l, which is not read"),
    "twice": (gzip.compress(gzip.compress(WHOLE)), "it is compressed twice"),
    "gzip-of-text": (gzip.compress(b"hello\n"), "it is a text in none of the formats that are read (argus, asa, "),
    "gzip-damaged": (gzip.compress(WHOLE)[:10] + bytes(30), "its gzip compression is damaged"),
    "gzip-cut": (gzip.compress(WHOLE)[:12], "its gzip compression is cut short"),
    "zstd-damaged": (b"\x28\xb5\x2f\xfd" + b"\xff" * 40, "its zstd compression is damaged"),
    "zeros": (bytes(100), "it is in none of the formats that are read (argus, "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_capture_is_refused(tmp_path: Path, case: str) -> None:
    data, start = REFUSED[case]
    path = tmp_path / "false.pcap"
    path.write_bytes(data)
    assert refused(path).startswith(start)


def test_a_missing_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.pcap") == "there is no such file"


def test_a_name_that_no_file_can_have() -> None:
    assert refused("a\0b").startswith("it cannot be opened")


def test_a_directory(tmp_path: Path) -> None:
    assert refused(tmp_path) == "it is a directory that holds no file"


def test_a_named_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    started = time.monotonic()
    assert refused(tmp_path / "pipe").startswith("it is a pipe, which could wait for ever")
    assert time.monotonic() - started < 5


def test_a_device_and_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused("/dev/zero") == "it is a device or a socket, not a capture"
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("s")
        assert refused("s").startswith("it cannot be opened")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(WHOLE)
    path.chmod(0)
    assert refused(path) == "it may not be read: permission denied"


def test_no_permission_whoever_runs_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("cloison.captures.stream.os.open", refuse)
    assert refused(tmp_path / "a.pcap") == "it may not be read: permission denied"


def test_a_terminal_as_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        closed = False

        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    assert refused("-") == "standard input is a terminal: redirect a capture to it"


def test_the_unreadable_among_others_is_a_source_with_its_problem(tmp_path: Path) -> None:
    good = tmp_path / "good.pcap"
    good.write_bytes(WHOLE)
    capture = read([str(tmp_path / "none.pcap"), str(good)])
    bad, fine = capture.sources
    assert (bad.format, bad.packets, said(bad.problem)) == ("", 0, "there is no such file")
    assert (fine.packets, fine.problem) == (2, None)
    assert capture.table.source.tolist() == [1]


def test_every_unreadable_capture_is_named(tmp_path: Path) -> None:
    with pytest.raises(MapError) as caught:
        read([str(tmp_path / "a"), str(tmp_path / "b")])
    assert [finding.spans[0].file[-1] for finding in caught.value.findings] == ["a", "b"]


def test_zero_packets(tmp_path: Path) -> None:
    assert problem(tmp_path, WHOLE[:24]) == (0, "it holds no packet")
    assert problem(tmp_path, section()) == (0, "it holds no packet")


def test_a_pcap_cut_inside_its_header(tmp_path: Path) -> None:
    assert problem(tmp_path, WHOLE[:20]) == (0, "it is cut inside its header")


@pytest.mark.parametrize("cut", [1, 5, 28, 30, 40])
def test_a_pcap_cut_inside_a_record(tmp_path: Path, cut: int) -> None:
    assert problem(tmp_path, WHOLE[:-cut]) == (
        1, "it is cut inside packet 2, at byte 68: what comes before was judged",
    )  # fmt: skip


def test_a_pcap_record_whose_length_lies(tmp_path: Path) -> None:
    lie = WHOLE + struct.pack("<IIII", 1, 1, 0x7FFFFFFF, 60) + bytes(60)
    assert problem(tmp_path, lie) == (
        2, "packet 3, at byte 112, has a length that cannot be: what comes before was judged",
    )  # fmt: skip
    believed = WHOLE + struct.pack("<IIII", 1, 1, 1 << 24, 60) + bytes(60)
    assert problem(tmp_path, believed)[1].startswith("it is cut inside packet 3")


def test_a_length_on_the_wire_that_lies(tmp_path: Path) -> None:
    short = bytearray(WHOLE)
    short[24 + 12 : 24 + 16] = struct.pack("<I", 3)
    capture = read_bytes(tmp_path, bytes(short))
    assert capture.table.bytes_ab.tolist() == [56]


NG_LIES = {
    "block-too-short": block(6, b"")[:4] + struct.pack("<I", 8) + bytes(100),
    "block-not-aligned": struct.pack("<II", 6, 33) + bytes(100),
    "block-too-long": struct.pack("<II", 6, 1 << 30) + bytes(100),
    "trailer": enhanced(0, 1, PACKET)[:-4] + struct.pack("<I", 4),
    "kept": struct.pack("<IIIIIII", 6, 60, 0, 0, 1, 1000, 1000) + bytes(28) + struct.pack("<I", 60),
    "interface-too-short": struct.pack("<II", 1, 8) + bytes(30),
    "byte-order": struct.pack("<II", 0x0A0D0D0A, 28) + bytes(20),
}


@pytest.mark.parametrize("case", NG_LIES)
def test_a_pcapng_block_that_lies(tmp_path: Path, case: str) -> None:
    packets, text = problem(tmp_path, NG + NG_LIES[case])
    assert (packets, text[: text.index(",")]) == (2, "before packet 3")
    assert "a block cannot be as it says" in text


@pytest.mark.parametrize("cut", [1, 4, 20, 50, 59])
def test_a_pcapng_cut_inside_a_block(tmp_path: Path, cut: int) -> None:
    packets, text = problem(tmp_path, NG[:-cut])
    assert packets == 1
    assert text.startswith("it is cut before packet 2, at byte 108")


def test_a_pcapng_cut_inside_a_block_that_is_passed_over(tmp_path: Path) -> None:
    assert problem(tmp_path, NG + block(5, bytes(100))[:-60])[1].startswith("it is cut before packet 3")
    assert problem(tmp_path, NG + interface(1, options=option(2, bytes(100)))[:-60])[1].startswith("it is cut before")


def test_pcapng_of_another_version(tmp_path: Path) -> None:
    packets, text = problem(tmp_path, NG + section(version=2) + NG)
    assert (packets, text) == (2, "a section is of version 2 of pcapng, which is not known: the rest is not read")


def test_options_that_lie_are_not_followed(tmp_path: Path) -> None:
    data = section() + interface(101, options=struct.pack("<HH", 9, 60000)) + enhanced(0, 1, PACKET)
    assert read_bytes(tmp_path, data).sources[0].packets == 1


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_compression_cut_short(tmp_path: Path, compress: object) -> None:
    data = pcap([(START + number, PACKET + os.urandom(400)) for number in range(2000)], link=101)
    packed = compress(data)  # type: ignore[operator]
    packets, text = problem(tmp_path, packed[: len(packed) * 3 // 4])
    assert 500 < packets < 2000
    assert "compression is cut short: what comes before was judged" in text


def test_a_compressed_bomb_is_counted_to_its_end(tmp_path: Path) -> None:
    bomb = zstandard.ZstdCompressor().compress(pcap([], link=101) + bytes(16 << 20))
    assert len(bomb) < 10_000
    assert read_bytes(tmp_path, bomb).ledger == {"ip-truncated": 1 << 20}


def test_an_error_while_reading_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cloison.captures import stream

    path = tmp_path / "a.pcap"
    path.write_bytes(WHOLE)

    opened = stream.open_source(str(path))
    assert isinstance(opened, tuple)
    raw = opened[0]

    class Failing:
        def read(self, size: int) -> bytes:
            return raw.read(size)

        def readinto(self, view: memoryview) -> int:
            raise OSError(5, "Input/output error")

        def fileno(self) -> int:
            return raw.fileno()

        def close(self) -> None:
            raw.close()

    monkeypatch.setattr("cloison.captures.glance.open_source", lambda _: (Failing(), 100))
    (source,) = read([str(path)]).sources
    assert (source.packets, said(source.problem)) == (0, "it cannot be read any further: input or output error")


def test_time_that_goes_backwards(tmp_path: Path) -> None:
    day = 86400 * 10**9
    times = [START, START - 10**9, START + day, START - day, START]
    capture = read_bytes(tmp_path, pcap([(time, PACKET) for time in times], link=101))
    found = list(
        zip(capture.table.first.tolist(), capture.table.last.tolist(), capture.table.packets_ab.tolist(), strict=True)
    )
    assert found == [
        (START - 10**9, START, 2),
        (START + day, START + day, 1),
        (START - day, START - day, 1),
        (START, START, 1),
    ]
    assert (capture.sources[0].first, capture.sources[0].last) == (START - day, START + day)


def test_every_reason_has_both_languages() -> None:
    assert all(reason.text.en and reason.text.fr for reason in REASONS.values())
    assert all(not (reason.control and reason.ip) for reason in REASONS.values())


def test_a_capture_without_conversations_is_balanced(tmp_path: Path) -> None:
    capture = read_bytes(tmp_path, pcap([(START, b"")] * 3, link=1))
    balanced(capture)
    assert capture.ledger == {"frame-truncated": 3}
