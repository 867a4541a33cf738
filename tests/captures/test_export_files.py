"""Files of export messages back to back, and exports inside a packet capture."""

from __future__ import annotations

import gzip
import random
import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from captures_forge import START, pcap
from exports_forge import (
    BASIC,
    A,
    B,
    Recorder,
    basic,
    five,
    flowset,
    nine,
    packed,
    record5,
    sample,
    sflow,
    template9,
    template10,
    ten,
)
from scapy.layers.inet import IP, UDP, fragment
from scapy.layers.l2 import Ether

from cloison.captures import formats, wire
from cloison.captures.exported import exported
from cloison.captures.read import read as read_captures
from cloison.captures.recogniser import FOUND, VERSION
from cloison.captures.records import RecordFormat
from cloison.captures.stream import Stream
from cloison.netmodel.registry import load

ETHER = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
FORMATS = {name: entry for name, entry in load(formats, "FORMAT").items() if isinstance(entry, RecordFormat)}
LOOKS = {name: load(wire, "RECOGNISER")[name].look for name in ("netflow", "ipfix", "sflow")}
NINES = [nine(template9(300, BASIC), flowset(300, basic() * 2), sequence=0)] + [
    nine(flowset(300, basic() * 3), sequence=number) for number in range(1, 50)
]
TENS = [ten(template10(300, ((8, 4), (12, 4), (4, 1))), sequence=0)] + [
    ten(flowset(300, packed(A, B, (47, 1)) * 3), sequence=3 * number) for number in range(50)
]
FIVES = [five(record5(), record5(), sequence=2 * number) for number in range(50)]
FLOWS = [sflow(sample(bytes(ETHER / IP(src=A, dst=B) / UDP())), sequence=number) for number in range(50)]
FILES = {
    "netflow": (b"".join(NINES), 2 + 49 * 3),
    "ipfix": (b"".join(TENS), 150),
    "netflow-5": (b"".join(FIVES), 100),
    "sflow": (b"".join(FLOWS), 50),
}


def read(name: str, data: bytes, size: int = -1) -> tuple[Recorder, str | None]:
    """Read a file by the format that recognises it, which must be the one of that name."""
    named = name.partition("-")[0]
    assert [entry.name for entry in FORMATS.values() if entry.recognises(data[: 1 << 16])] == [named]
    sink = Recorder()
    problem = FORMATS[named].read(Stream(BytesIO(data), len(data) if size < 0 else size), sink)
    return sink, None if problem is None else problem.say("en")


@pytest.mark.parametrize("size", [-1, 0])  # a short file is read by plain kernels, one of unknown size by compiled ones
@pytest.mark.parametrize("name", FILES)
def test_files_are_read_whole(name: str, size: int) -> None:
    data, records = FILES[name]
    sink, problem = read(name, data, size)
    assert problem is None
    assert (len(sink.records), sink.left) == (records, {})
    assert not [note for note in sink.notes if "missing" in note]


def test_a_file_longer_than_a_window() -> None:
    data = b"".join(nine(flowset(300, basic() * 30), sequence=number + 1) for number in range(2500))
    sink, problem = read("netflow", NINES[0] + data, 0)
    assert problem is None
    assert (len(sink.records), sink.left, sink.notes) == (2 + 2500 * 30, {}, [])


def test_a_compressed_file() -> None:
    data, records = FILES["netflow"]
    small = gzip.compress(data)
    sink = Recorder()
    assert FORMATS["netflow"].read(Stream(BytesIO(small), len(small)), sink) is None
    assert len(sink.records) == records


def test_versions_may_follow_each_other() -> None:
    """Version 9 does not tell its length: what follows a set is a set or another message, never both."""
    data = NINES[0] + FIVES[0] + NINES[1] + TENS[0] + TENS[1] + NINES[2]
    sink, problem = read("netflow", data)
    assert problem is None
    assert len(sink.records) == 2 + 2 + 3 + 3 + 3


def test_datagrams_filled_with_zeros() -> None:
    """Some exporters always send as many bytes, zeros after their last set."""
    for zeros in (4, 5, 8, 33, 700):
        sink, problem = read("netflow", NINES[0] + bytes(zeros) + NINES[1] + bytes(zeros))
        assert problem is None
        assert (len(sink.records), sink.left) == (5, {})


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_cut(name: str) -> None:
    data, records = FILES[name]
    sink, problem = read(name, data[:-7])
    assert problem is not None
    assert problem.startswith("it is cut inside message 5")
    assert 0 < len(sink.records) < records


def test_a_file_that_is_damaged() -> None:
    sink, problem = read("ipfix", b"".join(TENS[:10]) + b"\xff" * 40 + b"".join(TENS[10:]))
    assert problem is not None
    assert problem.startswith("no message can begin at byte")
    assert len(sink.records) == 27


def test_other_files_are_not_recognised() -> None:
    rng = random.Random(7)
    others = [
        b"", b"\x00\x09", b"\x00\x05" + bytes(22), b"\x00\x01" + bytes(60), bytes(1000), pcap([]),
        b"#separator \\x09\n",
        b'{"event_type":"flow"}\n', struct.pack(">HH", 9, 1) + bytes(60), struct.pack(">HH", 10, 40) + bytes(60),
        struct.pack(">II", 5, 1) + bytes(60),
    ]  # fmt: skip
    others += [bytes([0, version]) + rng.randbytes(200) for version in (1, 5, 7, 9, 10) for _ in range(300)]
    others += [struct.pack(">II", 5, 1) + rng.randbytes(200) for _ in range(300)]
    for data in others:
        assert not [name for name, entry in FORMATS.items() if name in LOOKS and entry.recognises(data)], data[:16]


# --- on the wire -----------------------------------------------------------------------------------------------------


def seen(data: bytes, kept: int | None = None) -> dict[str, int]:
    """Return the recognisers that know a payload, and the version that they tell."""
    window = np.frombuffer(bytes(10) + data + bytes(10), dtype=np.uint8)
    found = {}
    for name, look in LOOKS.items():
        said = int(look(window, 10, 10 + (len(data) if kept is None else kept), len(data), 50000, 2055))
        if said & FOUND:
            found[name] = said >> VERSION & 0xFFFF
    return found


def test_exports_are_recognised_on_the_wire() -> None:
    one = struct.pack(">HHIII", 1, 1, 5, 1_700_000_000, 0) + bytes(48)
    for data, name, version in (
        (FIVES[0], "netflow", 5), (NINES[0], "netflow", 9), (NINES[1], "netflow", 9), (one, "netflow", 1),
        (TENS[1], "ipfix", 0), (FLOWS[0], "sflow", 5),
    ):  # fmt: skip
        assert seen(data) == {name: version}
        assert seen(data, 64 if len(data) > 64 else None) == {name: version}  # cut by the capture
        assert not seen(data[:-1])  # its lengths do not add up
        for length in range(40):
            seen(data, length)  # stays inside


def test_random_datagrams_are_no_exports() -> None:
    rng = random.Random(8)
    for _ in range(3000):
        head = rng.choice([b"\0\1", b"\0\5", b"\0\7", b"\0\x09", b"\0\x0a", b"\0\0\0\5", b"\0\0\0\5\0\0\0\1"])
        assert not seen(head + rng.randbytes(rng.randrange(1, 400)))


# --- inside a capture ------------------------------------------------------------------------------------------------


def carried(data: bytes, source: str = "192.0.2.1", port: int = 2055) -> bytes:
    return bytes(ETHER / IP(src=source, dst="192.0.2.100") / UDP(sport=50000, dport=port) / data)


def test_exports_inside_a_capture(tmp_path: Path) -> None:
    """Two exporters with the same domain and template identifier, IPFIX and sFlow, other traffic between them."""
    turned = ((12, 4), (8, 4), *BASIC[2:])
    payloads = [
        ("192.0.2.1", NINES[0]), ("192.0.2.2", nine(template9(300, turned))), ("192.0.2.9", b"hello"),
        ("192.0.2.2", nine(flowset(300, basic()), sequence=1)), ("192.0.2.1", NINES[1]), ("192.0.2.3", TENS[0]),
        ("192.0.2.3", TENS[1]), ("192.0.2.4", FLOWS[0]), ("192.0.2.5", FIVES[0]),
    ]  # fmt: skip
    packets = [(START + number * 10**9, carried(data, source)) for number, (source, data) in enumerate(payloads)]
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap(packets))
    sink = Recorder()
    assert exported([str(path)], sink) is None
    assert sorted({str(point[0]) for point in sink.points}) == [f"192.0.2.{n}" for n in range(1, 6)]
    by = {exporter: [r for r in sink.records if sink.points[r["point"]][0] == exporter] for exporter in
          (f"192.0.2.{n}" for n in range(1, 6))}  # fmt: skip
    assert [len(records) for records in by.values()] == [5, 1, 3, 1, 2]
    assert by["192.0.2.2"][0]["source"] == B
    assert by["192.0.2.4"][0]["first"] == START + 7 * 10**9  # of sFlow, the time of the capture
    assert sorted(record["number"] for record in sink.records) == list(range(1, 13))
    assert not sink.left
    assert not sink.notes


def test_a_template_holds_in_the_next_file_of_a_rotated_set(tmp_path: Path) -> None:
    """The template lies in the first file, data in the first and in the second: one source, one conversation."""
    parts = [[nine(template9(300, BASIC), flowset(300, basic()))], [nine(flowset(300, basic()), sequence=1)]]
    for number, payloads in enumerate(parts):
        packets = [(START + number * 10**9, carried(data, "192.0.2.1")) for data in payloads]
        (tmp_path / f"a.pcap{number}").write_bytes(pcap(packets))
    capture = read_captures([str(tmp_path)])
    found = [source for source in capture.sources if source.elsewhere]
    assert [(source.records, dict(source.ledger), source.problem) for source in found] == [(2, {}, None)]
    assert [len(capture.table.take(capture.table.source == 2))] == [1]
    alone = read_captures([str(tmp_path / "a.pcap1")])
    assert alone.ledger == {"record-without-template": 1}


def test_an_export_of_which_a_part_was_kept(tmp_path: Path) -> None:
    """A snap length that cuts records, and fragments: what is there is decoded, what is missing is counted."""
    long = carried(five(*[record5()] * 20))
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap([(START, long)], snap=42 + 24 + 48 * 5 + 10))
    sink = Recorder()
    assert exported([str(path)], sink) is None
    assert (len(sink.records), sink.left) == (5, {"record-malformed": 15})
    datagram = IP(src="192.0.2.1", dst="192.0.2.100") / UDP(sport=50000, dport=2055) / nine(
        template9(300, BASIC), flowset(300, basic() * 100))  # fmt: skip
    path.write_bytes(pcap([(START, bytes(ETHER / part)) for part in fragment(datagram, fragsize=1480)]))
    sink = Recorder()
    assert exported([str(path)], sink) is None
    assert sink.left == {"record-malformed": 1}


def test_a_file_that_is_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"nothing")
    assert exported([str(path)], Recorder()) is not None
    assert exported([str(tmp_path / "none")], Recorder()) is not None


def test_an_exporter_whose_clock_was_never_set() -> None:
    """Clocks begin in 1993 on some equipment: its messages are exports all the same."""
    seconds = 730_944_000  # 1993-03-01
    nines = nine(template9(300, BASIC), flowset(300, basic()), seconds=seconds)
    tens = ten(template10(300, ((8, 4), (12, 4), (4, 1))), flowset(300, packed(A, B, (47, 1))), seconds=seconds)
    assert FORMATS["netflow"].recognises(nines)
    assert FORMATS["ipfix"].recognises(tens)
