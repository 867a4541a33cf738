"""nfcapd files that nfdump's own tools wrote from forged packets, beside nfdump's own words of them."""

from __future__ import annotations

import os
import random
import shutil
import socket
import struct
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from captures_forge import START, pcap, rows
from nfcapd_forge import LZ4, ZSTD, Kept, alike, as_told, block, flow, kept, layout2, nfdump_says, packed
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Packet

from cloison.captures.read import read

LAB = Path(__file__).parents[2] / "examples" / "lab"
TOOLS = ("nfdump", "nfcapd", "nfpcapd", "softflowd")
MISSING = [tool for tool in TOOLS if shutil.which(tool, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None]
pytestmark = pytest.mark.skipif(
    bool(MISSING) and "CLOISON_CI" not in os.environ, reason=f"not installed: {', '.join(MISSING)}"
)


def forged(dice: random.Random) -> Packet:
    packet: Packet = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    if dice.random() < 0.2:
        packet /= Dot1Q(vlan=dice.choice((7, 110)))
    source, target = dice.sample(range(1, 30), 2)
    six = dice.random() < 0.3
    if six:
        packet /= IPv6(src=f"2001:db8::{source:x}", dst=f"2001:db8::{target:x}")
    else:
        packet /= IP(src=f"10.0.0.{source}", dst=f"10.0.0.{target}")
    ports = {"sport": dice.choice((53, 443, 40000, 40001)), "dport": dice.choice((22, 53, 443, 40000))}
    kind = dice.random()
    if kind < 0.5:
        return packet / TCP(**ports, flags=dice.choice(("S", "SA", "A", "PA", "FA", "R"))) / bytes(dice.randrange(40))
    if kind < 0.8:
        return packet / UDP(**ports) / bytes(dice.randrange(40))
    return packet / (ICMPv6EchoRequest(id=3) if six else ICMP(type=8, id=4))


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert not MISSING, f"in CI these must be there: {MISSING}"
    dice = random.Random(5)
    path = tmp_path_factory.mktemp("packets") / "a.pcap"
    path.write_bytes(pcap([(START + number * 1_000_000, bytes(forged(dice))) for number in range(3000)]))
    return path


@pytest.fixture(scope="module")
def collected(capture: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file that nfpcapd makes of the packets, not compressed."""
    return from_packets(capture, tmp_path_factory.mktemp("flows"), "-o", "fat")


def from_packets(capture: Path, folder: Path, *options: str) -> Path:
    words = ["nfpcapd", "-r", str(capture), "-w", str(folder), *options]
    subprocess.run(words, capture_output=True, timeout=60, check=True)
    (made,) = folder.glob("nfcapd.2*")
    return made


@pytest.mark.parametrize("options", [(), ("-z",), ("-y",)], ids=["none", "lzo", "lz4"])
def test_what_nfpcapd_wrote_is_read_as_nfdump_reads_it(capture: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    made = from_packets(capture, tmp_path, "-o", "fat", *options)
    flows = nfdump_says(made)
    sink = kept(made.read_bytes())
    assert len(flows) > 1500
    assert {flow["proto"] for flow in flows} == {1, 6, 17, 58}
    assert alike(sink, flows)
    assert (sink.problem, sink.notes, +sink.left) == ("", [], {})
    assert [row["NUMBER"] for row in sink.rows] == list(range(1, len(flows) + 1))
    assert sum(int(str(row["PACKETS"])) for row in sink.rows) == 3000


@pytest.mark.parametrize("option", ["", "-z", "-j", "-y"], ids=["none", "lzo", "bz2", "lz4"])
def test_what_nfdump_writes_again_holds_the_same(collected: Path, tmp_path: Path, option: str) -> None:
    again = tmp_path / "again"
    words = ["nfdump", "-q", "-r", str(collected), "-w", str(again), *filter(None, [option])]
    subprocess.run(words, capture_output=True, timeout=60, check=True)
    assert (len(again.read_bytes()) < len(collected.read_bytes()) / 2) == bool(option)
    sink = kept(again.read_bytes())
    assert alike(sink, nfdump_says(again))
    assert sink.rows == kept(collected.read_bytes()).rows
    assert sink.problem == ""


def test_zstandard_blocks_hold_the_same(collected: Path) -> None:
    """This nfdump may be too old to write them: the block of its own file, compressed here."""
    data = collected.read_bytes()
    records, size = struct.unpack_from("<II", data, 40)
    body = data[52 : 52 + size]
    for way in (ZSTD, LZ4):
        small = packed(way, body)
        made = layout2([struct.pack("<IIHH", records, len(small), 3, 0) + small], way=way)
        assert kept(made).rows == kept(data).rows
        assert kept(made).problem == ""


def test_compiled_and_plain_code_read_the_same(collected: Path) -> None:
    data = collected.read_bytes()
    assert kept(data) == kept(data, plain=True)


def through_collector(capture: Path, folder: Path, *options: str) -> tuple[Kept, list[dict[str, object]]]:
    """Export the packets' flows to a collector, and return what both read of its file."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    collector = subprocess.Popen(
        ["nfcapd", "-p", str(port), "-b", "127.0.0.1", "-w", str(folder), "-z", "-B", "8000000"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        listening = f":{port:04X} "
        waited = time.monotonic() + 20
        while listening not in Path("/proc/net/udp").read_text() and time.monotonic() < waited:
            time.sleep(0.05)
        words = ["/usr/sbin/softflowd", "-r", str(capture), "-n", f"127.0.0.1:{port}", *options]
        subprocess.run(words, capture_output=True, timeout=60, check=True)
        time.sleep(0.5)
    finally:
        collector.terminate()
        collector.wait(timeout=30)
    (made,) = folder.glob("nfcapd.2*")
    return kept(made.read_bytes()), nfdump_says(made)


@pytest.mark.parametrize("version", ["5", "9", "10"])
def test_what_a_collector_received_is_read_as_nfdump_reads_it(capture: Path, tmp_path: Path, version: str) -> None:
    sink, flows = through_collector(capture, tmp_path, "-v", version)
    assert len(flows) > 500
    assert alike(sink, flows)
    ways = {"5": {""}, "9": {"ingress", "egress"}, "10": {"ingress", "egress"}}[version]  # softflowd's back is egress
    assert set(sink.points) == {("127.0.0.1", 0, way) for way in ways}
    assert (sink.problem, sink.notes, +sink.left) == ("", [], {})


def test_counters_of_the_reverse_flow_are_the_target_s(capture: Path, tmp_path: Path) -> None:
    sink, flows = through_collector(capture, tmp_path, "-v", "10", "-b")
    assert alike(sink, flows)
    both = sum(flow.get("out_packets", 0) != 0 for flow in flows)
    assert both > 50
    assert [note.split(" have ")[0] for note in sink.notes] == [f"{both} of its records"]


def test_sampled_flows_were_scaled_by_the_collector(capture: Path, tmp_path: Path) -> None:
    sink, flows = through_collector(capture, tmp_path, "-v", "5", "-s", "4")
    assert len(flows) > 100
    assert alike(sink, flows)
    assert {flow["sampled"] for flow in flows} == {1}
    assert {row["SAMPLED"] for row in sink.rows} == {4}
    assert all(int(str(row["PACKETS"])) % 4 == 0 for row in sink.rows)
    assert sink.notes == [
        f"{len(flows)} of its records are of sampled flows (1:4): the collector had multiplied their counts"
    ]


def test_a_file_that_is_cut_says_so_and_gives_what_comes_before(collected: Path) -> None:
    data = collected.read_bytes()
    whole = kept(data).rows
    records, size = struct.unpack_from("<II", data, 40)
    made = data[: 40 + 12 + size] + data[40 : 40 + 12 + size // 2]
    sink = kept(made)
    assert sink.rows == whole
    assert sink.problem == "it is cut inside block 2: what comes before was judged"
    assert +sink.left == {"record-malformed": records}


def test_a_file_that_is_being_written_gives_what_it_holds(collected: Path) -> None:
    data = bytearray(collected.read_bytes())
    appendix = struct.unpack_from("<Q", data, 24)[0]
    struct.pack_into("<HIQII", data, 18, 0, 0, 0, 0, 0)
    sink = kept(bytes(data[:appendix]))
    assert sink.rows == kept(collected.read_bytes()).rows
    assert sink.problem == "its collector has not closed it: what it holds so far was judged"


def test_records_by_hand_are_those_of_the_tool(collected: Path, tmp_path: Path) -> None:
    """The forge of the other tests: what it makes is read by nfdump itself."""
    flows = nfdump_says(collected)[:50]
    made = []
    for told in map(as_told, flows):
        number = {name: value for name, value in told.items() if isinstance(value, int)}
        made.append(flow(
            str(told["SOURCE"]), str(told["TARGET"]), ports=(number["SOURCE_PORT"], number["TARGET_PORT"]),
            protocol=number["PROTOCOL"], flags=max(number["FLAGS"], 0), packets=number["PACKETS"],
            size=number["BYTES"], first=number["FIRST"] // 1_000_000, last=number["LAST"] // 1_000_000,
        ))  # fmt: skip
    (tmp_path / "made").write_bytes(layout2([block(made)]))
    again = nfdump_says(tmp_path / "made")
    assert [{**as_told(one), "VLANS": 0} for one in again] == [{**as_told(one), "VLANS": 0} for one in flows]


def test_conversations_are_those_of_the_packets(capture: Path, collected: Path) -> None:
    """The same packets, read themselves and by a collector's records: what each side sent to the other."""

    def sent(path: Path) -> Counter[tuple[object, ...]]:
        counted: Counter[tuple[object, ...]] = Counter()
        for row in rows(read([str(path)])):
            ends: list[Any] = [row["a"], row["b"]]
            if row["protocol"] in (1, 58):  # a collector does not keep the identifier
                ends = [end[0] for end in ends]
            for side, (one, other) in enumerate((ends, ends[::-1])):
                for what in ("packets", "bytes"):
                    counted[(row["protocol"], one, other, what)] += row[what][side]  # type: ignore[index]
        return +counted

    assert sent(collected) == sent(capture)
    assert sum(count for key, count in sent(collected).items() if key[-1] == "packets") == 3000


@pytest.mark.parametrize("path", sorted(LAB.glob("*.nfcapd")), ids=lambda path: path.stem)
def test_the_lab_s_files_are_read_as_nfdump_reads_them(path: Path) -> None:
    sink, flows = kept(path.read_bytes()), nfdump_says(path)
    assert len(flows) > 10
    assert alike(sink, flows)
    assert (sink.problem, sink.notes, +sink.left) == ("", [], {})
