"""When a conversation ends and another begins, whatever the size of the table; against an evaluation of its own."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from captures_forge import SECOND, START, Packets, one, pcap, read_bytes, rows
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP, UDP
from scapy.packet import Packet

from cloison.captures.conversations import Conversations, Timeouts
from cloison.captures.frames import Decoder
from cloison.captures.packets import RECORD_WIDTH
from cloison.captures.read import read
from cloison.flows.table import FlowTable

C, S = "10.0.0.1", "10.0.0.2"


def tcp(flags: str, *, back: bool = False, payload: str = "") -> Packet:
    if back:
        return IP(src=S, dst=C) / TCP(sport=22, dport=40000, flags=flags) / payload
    return IP(src=C, dst=S) / TCP(sport=40000, dport=22, flags=flags) / payload


def udp(*, back: bool = False) -> Packet:
    return IP(src=S, dst=C) / UDP(sport=514, dport=514) if back else IP(src=C, dst=S) / UDP(sport=514, dport=514)


def at(*timed: tuple[float, Packet]) -> bytes:
    return pcap([(START + int(seconds * SECOND), bytes(packet)) for seconds, packet in timed], link=101)


def counts(folder: Path, data: bytes) -> list[tuple[int, int]]:
    return [row["packets"] for row in rows(read_bytes(folder, data))]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("packet", "limit"),
    [(tcp("A"), 300), (udp(), 120), (IP(src=C, dst=S, proto=47) / b"x", 30)],
    ids=["tcp", "udp", "gre"],
)
def test_inactivity_ends_a_conversation(tmp_path: Path, packet: Packet, limit: int) -> None:
    assert counts(tmp_path, at((0, packet), (limit, packet), (2 * limit, packet))) == [(3, 0)]
    assert counts(tmp_path, at((0, packet), (limit + 0.001, packet))) == [(1, 0), (1, 0)]


def test_the_limits_are_options(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(at((0, tcp("A")), (2, tcp("A")), (2, udp()), (5, udp())))
    capture = read([str(path)], timeouts=Timeouts(tcp=1, udp=10))
    assert capture.table.packets_ab.tolist() == [1, 1, 2]


@pytest.mark.parametrize("end", [tcp("FA"), tcp("FA", back=True), tcp("R"), tcp("RA", back=True)])
def test_a_syn_after_the_end_begins_another_conversation(tmp_path: Path, end: Packet) -> None:
    found = rows(read_bytes(tmp_path, at((0, tcp("S")), (1, end), (2, tcp("A")), (3, tcp("S")), (4, tcp("A")))))
    assert [(row["first"], row["packet"]) for row in found] == [(START, 1), (START + 3 * SECOND, 4)]
    assert "SYN_AB" in found[1]["evidence"]  # type: ignore[operator]
    assert not {"FIN_AB", "FIN_BA", "RST_AB", "RST_BA"} & found[1]["evidence"]  # type: ignore[operator]


def test_a_syn_that_is_sent_again_begins_nothing(tmp_path: Path) -> None:
    assert counts(tmp_path, at((0, tcp("S")), (1, tcp("S")), (3, tcp("S")), (3.1, tcp("SA", back=True)))) == [(3, 1)]


def test_the_other_side_may_begin_after_the_end(tmp_path: Path) -> None:
    data = at((0, tcp("S")), (1, tcp("R", back=True)), (2, tcp("S", back=True)))
    found = rows(read_bytes(tmp_path, data))
    assert [(row["a"], row["packets"]) for row in found] == [((C, 40000), (1, 1)), ((S, 22), (1, 0))]


def test_syns_of_both_sides_stay_evidence_of_both(tmp_path: Path) -> None:
    row = one(read_bytes(tmp_path, at((0, tcp("S")), (0.1, tcp("S", back=True)))))
    assert row["evidence"] == {"SYN_AB", "SYN_BA"}


def test_a_conversation_that_begins_late_says_so(tmp_path: Path) -> None:
    late = rows(read_bytes(tmp_path, at((0, tcp("A")), (120, udp()), (120.5, udp(back=True)))))[1]
    assert "FIRST_SEEN_LATE" not in late["evidence"]  # type: ignore[operator]
    late = rows(read_bytes(tmp_path, at((0, tcp("A")), (121, udp()), (121.5, udp(back=True)))))[1]
    assert "FIRST_SEEN_LATE" in late["evidence"]  # type: ignore[operator]


def test_a_segment_after_a_long_silence_says_nothing_of_who_began(tmp_path: Path) -> None:
    found = rows(read_bytes(tmp_path, at((0, tcp("A")), (900, tcp("A", back=True)))))
    assert [row["evidence"] for row in found] == [set(), set()]


def test_a_packet_to_oneself(tmp_path: Path) -> None:
    land = IP(src=C, dst=C) / TCP(sport=80, dport=80, flags="S")
    row = one(read_bytes(tmp_path, at((0, land), (1, land))))
    assert (row["packets"], row["evidence"]) == ((2, 0), {"SYN_AB"})


# --- against an evaluation in plain Python ---------------------------------------------------------------------------


@dataclass
class Known:
    """A conversation as the design describes it, kept in a dictionary."""

    a: tuple[str, int]
    b: tuple[str, int]
    protocol: int
    number: int
    first: int
    last: int
    packets: list[int] = field(default_factory=lambda: [0, 0])
    ended: bool = False


def evaluated(timed: list[tuple[int, Packet]]) -> list[tuple[object, ...]]:
    """Return (a, b, protocol, packets, first, last, number) of each conversation, from scapy's reading."""
    live: dict[object, Known] = {}
    every = []
    for number, (time, packet) in enumerate(timed, 1):
        layer = packet.getlayer(TCP) or packet.getlayer(UDP)
        ports = (layer.sport, layer.dport) if layer else (0, 0)
        source, target = (packet[IP].src, ports[0]), (packet[IP].dst, ports[1])
        protocol = packet[IP].proto
        key = (frozenset((source, target)), protocol)
        limit = {6: 300, 17: 120}.get(protocol, 30) * SECOND
        known = live.get(key)
        opens = protocol == 6 and layer.flags.S and not layer.flags.A and not layer.flags.R
        if known and (time - known.last > limit or known.first - time > limit or (opens and known.ended)):
            known = None
        if known is None:
            known = live[key] = Known(source, target, protocol, number, time, time)
            every.append(known)
        known.packets[known.a != source] += 1
        known.first, known.last = min(known.first, time), max(known.last, time)
        known.ended |= bool(protocol == 6 and (layer.flags.F or layer.flags.R))
    return [(k.a, k.b, k.protocol, tuple(k.packets), k.first, k.last, k.number) for k in every]


def traffic(dice: random.Random, number: int, hosts: int) -> list[tuple[int, Packet]]:
    """Return packets of a few hosts and ports with pauses about the limits, sometimes back in time."""
    time, out = START, []
    for _ in range(number):
        time += dice.choice((0, 10**6, SECOND, 31 * SECOND, 121 * SECOND, 301 * SECOND, -SECOND, -40 * SECOND)) // 8
        source, target = (f"10.0.0.{dice.randrange(hosts)}" for _ in range(2))
        ports = {"sport": dice.randrange(3), "dport": dice.randrange(3)}
        layer = dice.choice((
            TCP(flags=dice.choice(("S", "SA", "A", "FA", "R", "SF")), **ports), UDP(**ports), b"x",
        ))  # fmt: skip
        out.append((time, IP(src=source, dst=target, **({"proto": 47} if layer == b"x" else {})) / layer))
    return out


def found(capture_rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [
        tuple(row[name] for name in ("a", "b", "protocol", "packets", "first", "last", "packet"))
        for row in capture_rows
    ]


@settings(derandomize=True, deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), number=st.integers(1, 60))
def test_conversations_are_those_of_a_plain_evaluation(
    tmp_path_factory: pytest.TempPathFactory, seed: int, number: int
) -> None:
    timed = traffic(random.Random(seed), number, 4)
    data = pcap([(time, bytes(packet)) for time, packet in timed], link=101, nano=True)
    capture = read_bytes(tmp_path_factory.mktemp("c"), data)
    rebuilt = [(time, IP(bytes(packet))) for time, packet in timed]
    assert found(rows(capture)) == evaluated(rebuilt)


def counted(timed: Packets, *, compiled: bool, room: int) -> FlowTable:
    """Count raw packets without a file, in a table that begins with ``room`` rows."""
    window = np.frombuffer(b"".join(frame for _, frame in timed), dtype=np.uint8).copy()
    records = np.zeros((len(timed), RECORD_WIDTH), dtype=np.int64)
    records[:, 1] = records[:, 2] = [len(frame) for _, frame in timed]
    records[:, 0] = np.cumsum(records[:, 1]) - records[:, 1]
    records[:, 3] = [time for time, _ in timed]
    records[:, 4] = 101
    decoder, conversations = Decoder(compiled, room), Conversations(Timeouts(), compiled, room)
    with np.errstate(over="ignore"):
        for part, packets in decoder.decode(window, records):
            conversations.add(window, part, packets)
    return conversations.table(0, decoder.tunnels.vnis)


def same(left: FlowTable, right: FlowTable) -> bool:
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in left.__slots__)


def test_the_size_of_the_table_changes_nothing() -> None:
    dice = random.Random(5)
    timed = sorted(((time, bytes(packet)) for time, packet in traffic(dice, 1500, 40)), key=lambda pair: pair[0])
    wide = counted(timed, compiled=False, room=1 << 12)
    assert len(wide) > 900
    for room in (1, 7, 64):
        assert same(counted(timed, compiled=False, room=room), wide)


def test_compiled_and_plain_kernels_agree() -> None:
    timed = [(time, bytes(packet)) for time, packet in traffic(random.Random(6), 3000, 30)]
    assert same(counted(timed, compiled=True, room=16), counted(timed, compiled=False, room=16))
