"""Files that are one stream: a conversation followed over rotated files, whatever their names and order; and no join
where two captures saw the same packets."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import lz4.frame
import numpy as np
import pytest
import zstandard
from captures_forge import SECOND, START, Packets, balanced, enhanced, interface, pcap, section
from scapy.layers.inet import IP, TCP, UDP
from test_conversations import traffic

from cloison.captures.conversations import Conversations, Timeouts
from cloison.captures.read import read
from cloison.captures.telling import RECOGNISERS
from cloison.flows.table import COLUMNS, FIRST_SEEN_LATE, Capture

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"
TELLS_PLACE = ("source", "packet", "wire_source", "wire_packet", "evidence")


def udp(seconds: float, source: str = A, target: str = B, port: int = 514) -> tuple[int, bytes]:
    return START + round(seconds * SECOND), bytes(IP(src=source, dst=target) / UDP(sport=port, dport=514))


def written(folder: Path, files: dict[str, Packets]) -> list[str]:
    for name, packets in files.items():
        (folder / name).write_bytes(pcap(packets, link=101, nano=True))
    return [str(folder / name) for name in files]


def taken(paths: Sequence[str | Path], **options: object) -> Capture:
    capture = read([str(path) for path in paths], rare=False, **options)  # type: ignore[arg-type]
    balanced(capture)
    return capture


def streams(capture: Capture) -> list[list[str]]:
    """Return the names of the files of each stream, in the order of the capture's sources."""
    numbers = sorted({source.stream for source in capture.sources})
    return [[Path(item.file).name for item in capture.sources if item.stream == number] for number in numbers]


def packets(capture: Capture) -> list[int]:
    return (capture.table.packets_ab + capture.table.packets_ba).tolist()


# --- a set of files is the whole capture ------------------------------------------------------------------------------

PACK = {
    "": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".lz4": lz4.frame.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}  # fmt: skip
NAMES = {
    "tcpdump -C": lambda n: f"cap.pcap{n or ''}",
    "tcpdump -W": lambda n: f"cap.pcap{(n + 3) % 7:02}",  # the ring's oldest file is in the middle
    "tcpdump -G": lambda n: f"cap-2026010112{n:02}00.pcap",
    "dumpcap": lambda n: f"cap_{n + 1:05}_2026010112{n:02}00.pcapng",
}


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("seed", range(4))
def test_a_rotated_set_is_the_capture_that_was_cut(tmp_path: Path, names: str, seed: int) -> None:
    dice = random.Random(seed)
    timed = sorted(((time, bytes(packet)) for time, packet in traffic(dice, 400, 6)), key=lambda pair: pair[0])
    (tmp_path / "whole").write_bytes(pcap(timed, link=101, nano=True))
    folder = tmp_path / "set"
    folder.mkdir()
    cuts = [0, *sorted(dice.sample(range(1, 400), 6)), 400]
    frames: dict[str, list[int]] = {}
    for number, (begin, end) in enumerate(pairwise(cuts)):
        suffix = dice.choice(sorted(PACK))
        part = timed[begin:end]
        data = pcap(part, link=101, nano=True)
        if names == "dumpcap":
            clock = b"\x09\x00\x01\x00\x09\x00\x00\x00"  # if_tsresol: ns
            data = section() + interface(101, options=clock) + b"".join(enhanced(0, *packet) for packet in part)
        name = NAMES[names](number) + suffix
        (folder / name).write_bytes(PACK[suffix](data))
        frames[str(folder / name)] = [time for time, _ in part]
    whole, cut = taken([tmp_path / "whole"]), taken([folder])
    assert [source.file for source in cut.sources] == sorted(frames)
    order = np.argsort(cut.table.first, kind="stable")
    for column in COLUMNS:
        if column.name not in TELLS_PLACE:
            one, other = getattr(whole.table, column.name), getattr(cut.table, column.name)
            assert sorted(one.tolist()) == sorted(other.tolist()), column.name
    assert (cut.table.first[order][1:] >= cut.table.first[order][:-1]).all()
    for row in range(len(cut.table)):
        file = cut.sources[int(cut.table.source[row])].file
        assert frames[file][int(cut.table.packet[row]) - 1] == cut.table.first[row]
    for source in cut.sources:
        times = frames[source.file]
        assert (source.packets, source.first, source.last) == (len(times), times[0], times[-1])
    # the evidence too, but for what a pause between two files leaves unknown
    known = ~np.uint32(FIRST_SEEN_LATE)
    assert sorted((whole.table.evidence & known).tolist()) == sorted((cut.table.evidence & known).tolist())
    late = [int((table.evidence & FIRST_SEEN_LATE != 0).sum()) for table in (whole.table, cut.table)]
    assert late[1] <= late[0]


def test_arguments_in_any_order_files_and_directories_mixed(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    paths = written(tmp_path, {f"{name}.pcap": [udp(number), udp(number + 0.5)] for number, name in enumerate("abc")})
    written(tmp_path / "d", {"z.pcap": [udp(3)], "y.pcap": [udp(4)]})
    for order in ([2, 0, 1], [1, 2, 0]):
        capture = taken([*(paths[number] for number in order), tmp_path / "d"])
        assert [Path(source.file).name for source in capture.sources] == [
            *(Path(paths[number]).name for number in order), "y.pcap", "z.pcap",
        ]  # fmt: skip
        assert packets(capture) == [8]
        first = capture.sources[int(capture.table.source[0])]
        assert (Path(first.file).name, capture.table.packet.tolist()) == ("a.pcap", [1])


def test_standard_input_is_put_in_its_place(tmp_path: Path) -> None:
    path, _ = written(tmp_path, {"a.pcap": [udp(2), udp(3)], "b.pcap": [udp(0), udp(1)]})
    code = (
        "import sys; from cloison.captures.read import read; c = read(sys.argv[1:]);"
        "print(len(c.table), c.table.packets_ab.tolist(), c.table.source.tolist(), c.table.packet.tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path, "-"], input=gzip.compress((tmp_path / "b.pcap").read_bytes()),
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    assert done.stdout.decode().split() == ["1", "[4]", "[1]", "[1]"]


# --- what is one stream, and what is not ------------------------------------------------------------------------------


def test_two_captures_of_the_same_time_are_two_streams(tmp_path: Path) -> None:
    paths = written(tmp_path, {"a.pcap": [udp(0), udp(60)], "b.pcap": [udp(1), udp(61)]})
    capture = taken(paths)
    assert streams(capture) == [["a.pcap"], ["b.pcap"]]
    assert packets(capture) == [2, 2]


@pytest.mark.parametrize("times", [[0], [0, 0], [0, 0.2], [0, 0.2, 3]])
@pytest.mark.parametrize("names", [("a.pcap", "b.pcap"), ("cap1.pcap", "cap2.pcap")])
def test_a_copy_is_never_joined_however_short(tmp_path: Path, times: list[float], names: tuple[str, str]) -> None:
    data = [udp(time) for time in times]
    assert packets(taken(written(tmp_path, dict.fromkeys(names, data)))) == [len(data)] * 2


def test_rotated_sets_of_two_probes_in_one_directory(tmp_path: Path) -> None:
    files = {}
    for number in range(4):
        files[f"east-{number:05}.pcap"] = [udp(10 * number + step) for step in range(10)]
        files[f"west-{number:05}.pcap"] = [udp(10 * number + step + 0.25) for step in range(10)]
        files[f"probe1-{number:05}.pcap"] = [udp(10 * number + step + 0.5) for step in range(10)]
        files[f"probe2-{number:05}.pcap"] = [udp(10 * number + step + 0.75) for step in range(10)]
    written(tmp_path, files)
    capture = taken([tmp_path])
    assert [{name.split("-")[0] for name in stream} for stream in streams(capture)] == [
        {"east"}, {"west"}, {"probe1"}, {"probe2"},
    ]  # fmt: skip
    assert packets(capture) == [40] * 4


def test_files_named_otherwise_are_joined_where_nothing_else_goes_on(tmp_path: Path) -> None:
    files = {"monday.pcap": [udp(0), udp(10)], "later.pcap": [udp(20), udp(30)]}
    assert streams(taken(written(tmp_path, files))) == [["monday.pcap", "later.pcap"]]
    files["beside.pcap"] = [udp(1), udp(12)]  # now it is not known which of the two goes on
    assert streams(taken(written(tmp_path, files))) == [["monday.pcap"], ["beside.pcap"], ["later.pcap"]]


def test_a_pause_longer_than_every_limit_begins_a_stream(tmp_path: Path) -> None:
    files = {"cap1.pcap": [udp(0), udp(1)], "cap2.pcap": [udp(301), udp(302)], "cap3.pcap": [udp(603), udp(604)]}
    paths = written(tmp_path, files)
    capture = taken(paths)
    assert streams(capture) == [["cap1.pcap", "cap2.pcap"], ["cap3.pcap"]]
    assert packets(capture) == [2, 2, 2]  # 2 minutes for UDP
    capture = taken(paths, timeouts=Timeouts(udp=400))
    assert streams(capture) == [["cap1.pcap", "cap2.pcap", "cap3.pcap"]]
    assert packets(capture) == [6]


def test_packets_in_disorder_about_a_rotation(tmp_path: Path) -> None:
    before = [udp(step) for step in range(12)]
    files = {"cap1.pcap": before, "cap2.pcap": [udp(10.5), udp(13)]}
    assert packets(taken(written(tmp_path, files))) == [14]
    files = {"a.pcap": before, "b.pcap": [udp(10.5), udp(13)]}  # nothing says that they are one set
    assert packets(taken(written(tmp_path, files))) == [12, 2]
    files = {"cap1.pcap": before, "cap2.pcap": [udp(9.5), udp(13)]}
    assert streams(taken(written(tmp_path, files))) == [["cap1.pcap"], ["cap2.pcap"]]


def test_what_cannot_be_read_is_no_gap_in_the_rest(tmp_path: Path) -> None:
    paths = written(tmp_path, {f"cap{number}.pcap": [udp(number), udp(number + 0.5)] for number in range(5)})
    Path(paths[1]).write_bytes(Path(paths[1]).read_bytes()[:-5])  # still being written, or cut
    Path(paths[2]).write_bytes(b"no capture at all")
    Path(paths[3]).write_bytes(Path(paths[3]).read_bytes()[:24])
    capture = taken([tmp_path])
    assert [source.packets for source in capture.sources] == [2, 1, 0, 0, 2]
    said = [source.problem and source.problem.say("en").split(" (")[0] for source in capture.sources]
    assert said == [
        None, "it is cut inside packet 2, at byte 68: what comes before was judged",
        "it is a text in none of the formats that are read",
        "it holds no packet", None,
    ]  # fmt: skip
    assert packets(capture) == [5]


def test_what_began_in_a_pause_is_not_seen_late(tmp_path: Path) -> None:
    """The first packet after 2 minutes of watching says who began; after a pause nobody watched so long."""
    keep = [udp(step, port=1) for step in range(0, 130, 10)]
    files = {"cap1.pcap": keep, "cap2.pcap": [udp(120.5, port=1), udp(125, C, B)]}
    for pause, late in ((0, True), (20, False)):
        files["cap2.pcap"] = [udp(120.5 + pause, port=1), udp(125 + pause, C, B)]
        table = taken(written(tmp_path, files)).table
        assert [bool(bits & FIRST_SEEN_LATE) for bits in table.evidence.tolist()] == [False, late]


def test_a_protocol_told_in_a_later_file_is_shown_there(tmp_path: Path) -> None:
    def tcp(seconds: float, flags: str, payload: bytes = b"", *, back: bool = False) -> tuple[int, bytes]:
        ends = {"src": B, "dst": A} if back else {"src": A, "dst": B}
        ports = {"sport": 22, "dport": 4000} if back else {"sport": 4000, "dport": 22}
        numbers = {"seq": 1, "ack": 1} if flags != "S" else {"seq": 0}
        return START + round(seconds * SECOND), bytes(IP(**ends) / TCP(flags=flags, **ports, **numbers) / payload)

    files = {
        "cap1.pcap": [udp(0), udp(0.1), tcp(0.2, "S")],
        "cap2.pcap": [udp(1), tcp(1.1, "PA", b"SSH-2.0-x\r\n", back=True), tcp(1.2, "PA", b"SSH-2.0-y\r\n")],
    }
    capture = taken(written(tmp_path, files))
    table = capture.table
    assert table.source.tolist() == [0, 0]
    assert table.packet.tolist() == [1, 3]
    names = [entry.name for entry in RECOGNISERS]
    assert names[int(table.wire_ba[1]) - 1] == "ssh"
    assert (int(table.wire_source[1]), int(table.wire_packet[1])) == (1, 2)
    assert (int(table.wire_source[0]), int(table.wire_packet[0])) == (0, 0)


def test_more_sources_than_sixteen_bits_count() -> None:
    conversations = Conversations(Timeouts(), fast=False, room=1)
    assert conversations.table(70_000, np.array([-1])).source.dtype == np.uint32


def test_many_files_of_one_set(tmp_path: Path) -> None:
    written(tmp_path, {f"cap.pcap{number}": [udp(number)] for number in range(400)})
    capture = taken([tmp_path])
    assert (len(capture.sources), packets(capture)) == (400, [400])
    assert {source.stream for source in capture.sources} == {0}


# --- directories ------------------------------------------------------------------------------------------------------


def test_what_a_directory_holds_beside_its_files_is_said(tmp_path: Path) -> None:
    written(tmp_path, {"b.pcap": [udp(1)], "a.pcap": [udp(0)], ".hidden.pcap": [udp(2)], ".other": [udp(3)]})
    (tmp_path / "sub").mkdir()
    written(tmp_path / "sub", {"c.pcap": [udp(2)]})
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "link.pcap").symlink_to(tmp_path / "a.pcap")
    said: list[str] = []
    french: list[str] = []

    def announce(message: object) -> None:
        said.append(message.say("en"))  # type: ignore[attr-defined]
        french.append(message.say("fr"))  # type: ignore[attr-defined]

    capture = taken([tmp_path], announce=announce)
    assert [Path(source.file).name for source in capture.sources] == ["a.pcap", "b.pcap"]
    assert said == [
        f"{tmp_path}/link.pcap is the same file as {tmp_path}/a.pcap: it is read once",
        f"{tmp_path}: 2 hidden files left out",
        f"{tmp_path}: 1 subdirectory not looked into",
        f"{tmp_path}: 2 entries that are no files left out",
        "2 captures are read as 1 stream",
    ]
    assert not set(said) & set(french)


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    (path,) = written(tmp_path, {"a.pcap": [udp(0), udp(1)]})
    assert packets(taken([path, tmp_path, path, f"{tmp_path}/../{tmp_path.name}/a.pcap"])) == [2]


def test_a_directory_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cloison.netmodel.finding import MapError

    def refuse(_: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("cloison.captures.listing.os.scandir", refuse)
    with pytest.raises(MapError) as caught:
        read([str(tmp_path)])
    assert caught.value.findings[0].message.say("en").startswith("it is a directory that cannot be listed: ")
