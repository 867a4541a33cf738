"""Flow records become the conversations that their packets are; against packets, and by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from captures_forge import SECOND, START, bits, pcap, shown
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
from scapy.packet import Packet

from cloison.captures import records as word
from cloison.captures.conversations import Timeouts
from cloison.captures.read import read
from cloison.captures.recording import Recorded, Recorder
from cloison.flows import table as t
from cloison.flows import wire
from cloison.flows.orient import orient
from cloison.netmodel.finding import say

C, S = "10.0.0.1", "10.0.0.2"
SYN, RST, ACK, FIN = 2, 4, 16, 1


def halves(address: str) -> tuple[int, int]:
    """Return an address as two signed words, IPv4 as ::ffff:a.b.c.d."""
    found = ip_address(address)
    value = int(found) if found.version == 6 else 0xFFFF << 32 | int(found)
    high, low = value >> 64, value & (1 << 64) - 1
    return high - (1 << 64 if high >> 63 else 0), low - (1 << 64 if low >> 63 else 0)


def record(source: str = C, target: str = S, ports: tuple[int, int] = (40000, 443), **more: int) -> dict[int, int]:
    """Return one record by words: by default TCP, one packet of 40 bytes at START."""
    found = {
        word.SOURCE_HI: halves(source)[0], word.SOURCE_LO: halves(source)[1], word.TARGET_HI: halves(target)[0],
        word.TARGET_LO: halves(target)[1], word.SOURCE_PORT: ports[0], word.TARGET_PORT: ports[1], word.PROTOCOL: 6,
        word.FIRST: START, word.LAST: START, word.PACKETS: 1, word.BYTES: 40, word.NUMBER: 1,
    }  # fmt: skip
    return found | {getattr(word, name): value for name, value in more.items()}


def batch(*records: dict[int, int]) -> Any:
    made = word.batch_of(len(records))
    for place, one in enumerate(records):
        for name, value in one.items():
            made[name, place] = value
    return made


def recorded(*records: dict[int, int], fast: bool = False, room: int = 2, timeouts: Timeouts | None = None) -> Recorded:
    recorder = Recorder(timeouts or Timeouts(), lambda: None, fast=fast, room=room)
    recorder.add(batch(*records))
    return recorder.done()


def found(*records: dict[int, int]) -> list[dict[str, Any]]:
    table = recorded(*records).table
    return [
        {
            "a": (shown(table.a_hi[i], table.a_lo[i]), int(table.a_port[i])),
            "b": (shown(table.b_hi[i], table.b_lo[i]), int(table.b_port[i])),
            "packets": (int(table.packets_ab[i]), int(table.packets_ba[i])),
            "bytes": (int(table.bytes_ab[i]), int(table.bytes_ba[i])),
            "evidence": bits(table.evidence[i]),
            "times": ((int(table.first[i]) - START) / SECOND, (int(table.last[i]) - START) / SECOND),
            "packet": int(table.packet[i]),
        }
        for i in range(len(table))
    ]


def back(**more: int) -> dict[int, int]:
    return record(S, C, (443, 40000), **more)


def test_both_directions_are_one_conversation_whatever_their_order() -> None:
    there = record(FIRST=START, LAST=START + 9 * SECOND, PACKETS=5, BYTES=500, NUMBER=2)
    answer = back(FIRST=START + SECOND, LAST=START + 8 * SECOND, PACKETS=3, BYTES=900)
    for records in ((there, answer), (answer, there)):
        (one,) = found(*records)
        assert (one["a"], one["b"]) == ((C, 40000), (S, 443))
        assert (one["packets"], one["bytes"]) == ((5, 3), (500, 900))
        assert (one["times"], one["packet"]) == ((0, 9), 1)
        assert one["evidence"] == set()


def test_records_that_cut_a_long_conversation_join_and_a_silence_parts_them() -> None:
    cut = [record(FIRST=START + i * 300 * SECOND, LAST=START + (i + 1) * 300 * SECOND, NUMBER=i + 1) for i in range(4)]
    assert [one["packets"] for one in found(*cut)] == [(4, 0)]
    late = record(FIRST=START + 1501 * SECOND, LAST=START + 1502 * SECOND, NUMBER=5)
    assert [one["packets"] for one in found(*cut, late)] == [(4, 0), (1, 0)]
    assert [one["packets"] for one in found(*cut, record(FIRST=START + 1500 * SECOND, LAST=START + 1500 * SECOND))] == [
        (5, 0)
    ]


def test_observation_points_vlans_and_overlays_stay_apart() -> None:
    records = [record(), record(POINT=1), record(VLANS=7 << 12), record(VNI=5001)]
    table = recorded(*records).table
    assert table.point.tolist() == [0, 1, 0, 0]
    assert table.vlan.tolist() == [0, 0, 7 << 12, 0]
    assert table.vni.tolist() == [-1, -1, -1, 5001]


def flags(*sides: tuple[str, int, int]) -> set[str]:
    """Return what (side, flags, packets) records tell, each a second after the one before."""
    made = [
        (record if side == "a" else back)(
            FLAGS=value, PACKETS=packets, FIRST=START + place * SECOND, LAST=START + 60 * SECOND, NUMBER=place + 1
        )
        for place, (side, value, packets) in enumerate(sides)
    ]
    (one,) = found(*made)
    assert one["a"][0] == C
    names: set[str] = one["evidence"]
    return names


@pytest.mark.parametrize(
    ("sides", "told"),
    [
        ([("a", SYN, 3)], {"FLAGS_AB", "ONE_WAY"}),
        ([("a", SYN | ACK, 9)], {"ANSWERED", "ONE_WAY"}),  # either side sends these
        ([("a", SYN | ACK, 1)], {"FLAGS_BA", "ANSWERED", "ONE_WAY"}),  # a SYN-ACK alone
        ([("a", RST | ACK, 1)], {"FLAGS_BA", "RST_AB", "ONE_WAY"}),  # a refusal
        ([("a", ACK, 9)], {"ONE_WAY"}),
        ([("a", SYN | ACK, 9), ("b", SYN | ACK, 9)], {"FLAGS_AB", "ANSWERED"}),
        ([("a", SYN | ACK | FIN, 9), ("b", SYN | ACK | FIN, 9)], {"FLAGS_AB", "ANSWERED", "FIN_AB", "FIN_BA"}),
        ([("a", SYN, 1), ("b", RST | ACK, 1)], {"FLAGS_AB", "RST_BA"}),
        ([("a", ACK, 9), ("b", ACK, 9)], set()),  # both in the middle: nothing
        ([("a", -1, 9), ("b", -1, 9)], set()),
    ],
)
def test_flags_of_one_way_records(sides: list[tuple[str, int, int]], told: set[str]) -> None:
    assert flags(*sides) == told


def test_flags_say_nothing_where_both_sides_were_seen_at_once() -> None:
    (one,) = found(record(FLAGS=SYN | ACK, PACKETS=9), back(FLAGS=SYN | ACK, PACKETS=9))
    assert one["evidence"] == {"ANSWERED"}


def test_flags_of_other_protocols_say_nothing() -> None:
    (one,) = found(record(PROTOCOL=17, FLAGS=SYN))
    assert one["evidence"] == {"ONE_WAY"}


def test_an_exporter_that_tells_both_directions_tells_of_silence() -> None:
    two = found(record(ports=(1, 2)), record(S, C, (2, 1)), record(ports=(3, 4), NUMBER=3))
    assert ["ONE_WAY" in one["evidence"] for one in two] == [False, False]
    told = found(record(ports=(1, 2), TELLS=t.INITIATOR_AB), record(ports=(3, 4)))
    assert ["ONE_WAY" in one["evidence"] for one in told] == [False, False]
    counted = found(record(ports=(1, 2), BACK_PACKETS=1, BACK_BYTES=40), record(ports=(3, 4)))
    assert ["ONE_WAY" in one["evidence"] for one in counted] == [False, False]
    assert counted[0]["packets"] == (1, 1)
    apart = found(record(ports=(1, 2)), record(S, C, (2, 1)), record(ports=(3, 4), POINT=1))
    assert ["ONE_WAY" in one["evidence"] for one in apart] == [False, True]


def test_an_exporter_tells_of_silence_when_two_points_of_it_tell_the_two_sides() -> None:
    """Replies are egress at the first exporter; the second one tells one direction."""
    recorder = Recorder(Timeouts(), lambda: None, fast=False)
    points = [recorder.point("x", "in"), recorder.point("x", "out"), recorder.point("y", "in")]
    assert points == [0, 1, 2]
    there, again = record(ports=(1, 2), POINT=0), record(ports=(1, 2), POINT=2)
    answer = record(S, C, (2, 1), POINT=1)
    recorder.add(batch(there, answer, again, *(record(ports=(3, 4), POINT=point) for point in points)))
    table = recorder.done().table
    told = zip(table.point.tolist(), (table.evidence & t.ONE_WAY > 0).tolist(), strict=True)
    assert set(told) == {(0, False), (1, False), (2, True)}


def test_what_a_side_tells_turns_with_it() -> None:
    first = back(TELLS=t.REFUSED_AB, FIRST=START + SECOND, LAST=START + SECOND)
    (one,) = found(first, record(TELLS=t.INITIATOR_AB, NUMBER=2))
    assert one["a"] == (C, 40000)
    assert one["evidence"] == {"REFUSED_BA", "INITIATOR_AB"}


def test_the_first_record_of_a_side_that_only_answers() -> None:
    """A two-way record whose source sent nothing: the target was seen, not the source."""
    (one,) = found(record(PACKETS=0, BYTES=0, BACK_PACKETS=2, BACK_BYTES=80))
    assert (one["a"], one["packets"]) == ((S, 443), (2, 0))


def test_sampling_and_what_was_recognised() -> None:
    table = recorded(record(SAMPLED=1, WIRE=0), record(SAMPLED=100, WIRE=3), record(SAMPLED=10, WIRE=4)).table
    assert (table.sampled.tolist(), table.wire_ab.tolist()) == ([100], [3])


SEEN = word.LOOKED
GUESS = word.LOOKED | word.GUESSED
OLD, NEW = 0x0301 << 8, 0x0303 << 8  # versions
SHOWN = ("wire_ab", "wire_ba", "wire_state", "wire_version", "wire_cipher")


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([SEEN | 3 | NEW], (3, 0, 0, 0x0303, 0)),
        ([GUESS | 3 | NEW], (0, 0, 0, 0, 0)),
        ([GUESS | 3, SEEN, 0, GUESS | 3], (3, 0, 0, 0, 0)),
        # the later guess stands, for what is told once may be chance; what is sure is told by no other
        ([GUESS | 4 | word.CLEAR, GUESS | 3, GUESS | 3], (3, 0, 0, 0, 0)),
        ([GUESS | 3, GUESS | 3, GUESS | 4 | word.CLEAR, GUESS | 4 | word.CLEAR], (3, 0, 0, 0, 0)),
        ([GUESS | 3, GUESS | 4, GUESS | 3, GUESS | 4], (0, 0, 0, 0, 0)),
        # the highest version, unless a responder chose; content in clear is kept
        ([GUESS | 3 | NEW, GUESS | 3 | OLD], (3, 0, 0, 0x0303, 0)),
        ([GUESS | 3 | OLD, GUESS | 3 | NEW], (3, 0, 0, 0x0303, 0)),
        ([GUESS | 3 | NEW, GUESS | 3 | OLD | 0x2F << 24 | word.ANSWER], (3, 0, 0, 0x0301, 0x2F)),
        ([GUESS | 3 | OLD | 0x2F << 24 | word.ANSWER, GUESS | 3 | NEW], (3, 0, 0, 0x0301, 0x2F)),
        ([GUESS | 3, GUESS | 3 | word.CLEAR], (3, 0, wire.IN_CLEAR, 0, 0)),
        # no more than seven payloads are looked at; what a recorder says needs no second one
        ([GUESS | 3, *[SEEN] * 5, GUESS | 3], (3, 0, 0, 0, 0)),
        ([GUESS | 3, *[SEEN] * 6, GUESS | 3], (0, 0, 0, 0, 0)),
        ([0, 3, 4], (3, 0, 0, 0, 0)),
    ],
)
def test_what_sampled_payloads_tell(told: list[int], expected: tuple[int, ...], fast: bool) -> None:
    """Whichever side they are of: what is told is of the conversation."""
    for turned in (0, 1):
        both = [
            record(S, C, (443, 40000), WIRE=one) if (place + turned) % 2 else record(WIRE=one)
            for place, one in enumerate(told)
        ]
        table = recorded(*both, fast=fast).table
        assert [tuple(getattr(table, name).tolist()) for name in SHOWN] == [(value,) for value in expected]


def test_counters_and_times_never_overflow() -> None:
    huge, low = (1 << 63) - 1, -(1 << 63)
    table = recorded(
        record(BYTES=huge, PACKETS=huge, FIRST=huge, LAST=huge), record(BYTES=huge, PACKETS=low, FIRST=low, LAST=huge)
    ).table
    assert table.bytes_ab.tolist() == [(1 << 62) - 1]
    assert (table.packets_ab.tolist(), table.packets_ba.tolist()) == ([(1 << 62) - 1], [0])
    assert (table.first.tolist(), table.last.tolist()) == ([0], [(1 << 62) - 1])


def test_icmp_errors_have_no_conversation_and_are_counted() -> None:
    unreachable = record(PROTOCOL=1, ports=(0, 3 << 8 | 1))
    too_big = record(PROTOCOL=58, ports=(0, 2 << 8))
    made = recorded(unreachable, too_big, record(PROTOCOL=1, ports=(0, 8 << 8)))
    assert (len(made.table), made.records, made.ledger) == (1, 3, {"icmp-error-record": 2})


def test_an_echo_reply_without_its_request_may_be_a_type_that_is_not_known() -> None:
    reply, request = record(S, C, (0, 0), PROTOCOL=1), record(C, S, (0, 8 << 8), PROTOCOL=1)
    (alone,) = found(reply)
    assert (alone["a"], alone["b"]) == ((S, 0), (C, 8 << 8))
    assert alone["evidence"] == {"FLAGS_AB", "FLAGS_BA", "ONE_WAY"}
    (both,) = found(reply, request | {word.FIRST: START - 1, word.LAST: START - 1})
    assert (both["a"], both["b"], both["packets"]) == ((C, 0), (S, 8 << 8), (1, 1))
    assert "QUERY_AB" in both["evidence"]
    assert orient(recorded(reply).table, np.zeros((4, 65536), dtype=bool)).certainty.tolist() == [0]


def test_the_ledger_counts_and_refuses_unknown_reasons() -> None:
    recorder = Recorder(Timeouts(), lambda: None, fast=False)
    recorder.leave("record-malformed", 3)
    recorder.leave("other-record", 0)
    for _ in range(100):
        recorder.note(say("one", "un"))
    with pytest.raises(ValueError, match="no such reason"):
        recorder.leave("nonsense")
    made = recorder.done()
    assert (made.records, made.ledger, len(made.notes)) == (3, {"record-malformed": 3}, 1)


def traffic(dice: random.Random) -> Iterator[tuple[int, Packet]]:
    """Yield packets of a few busy conversations, in order of time, with no silence over 20 s in any of them."""
    talks = []
    for number in range(40):
        six = dice.random() < 0.4
        ends = ("2001:db8::1", "2001:db8::2") if six else (C, S)
        kind = dice.choice(("tcp", "udp", "icmp"))
        talks.append((six, ends, kind, 1024 + number, dice.choice((22, 53, 443))))
    time = START
    for _ in range(1500):
        time += dice.randrange(1, SECOND // 200)
        six, (a, b), kind, one, other = dice.choice(talks)
        answer = dice.random() < 0.45
        source, target = (b, a) if answer else (a, b)
        layer = IPv6(src=source, dst=target) if six else IP(src=source, dst=target)
        size = "x" * dice.randrange(0, 100)
        if kind == "icmp":
            asked, answered = (ICMPv6EchoRequest, ICMPv6EchoReply) if six else (ICMP, ICMP)
            message = (answered if answer else asked)(id=one) if six else ICMP(type=0 if answer else 8, id=one)
            yield time, layer / message / size
        else:
            ports = (other, one) if answer else (one, other)
            upper = TCP(flags="A") if kind == "tcp" else UDP()
            upper.sport, upper.dport = ports
            yield time, layer / upper / size


def one_way(packets: list[tuple[int, Packet]], dice: random.Random) -> list[dict[int, int]]:
    """Return what an exporter makes of packets: one record a direction and 2 s, given out in another order."""
    flows: dict[tuple[Any, ...], dict[int, int]] = {}
    for time, packet in packets:
        layer = packet[IPv6] if IPv6 in packet else packet[IP]
        if TCP in packet or UDP in packet:
            upper = packet[TCP] if TCP in packet else packet[UDP]
            ports, protocol = (upper.sport, upper.dport), 6 if TCP in packet else 17
        else:
            upper = layer.payload
            ports, protocol = (upper.id, upper.type << 8), 58 if IPv6 in packet else 1
        key = (layer.src, layer.dst, ports, protocol, (time - START) // (2 * SECOND))
        size = len(bytes(layer))
        if key in flows:
            flows[key][word.PACKETS] += 1
            flows[key][word.BYTES] += size
            flows[key][word.LAST] = time
        else:
            flows[key] = record(layer.src, layer.dst, ports, PROTOCOL=protocol, FIRST=time, LAST=time, BYTES=size)
    made = list(flows.values())
    dice.shuffle(made)
    for number, one in enumerate(made, 1):
        one[word.NUMBER] = number
    return made


PINGS = t.QUERY_AB | t.QUERY_BA | t.ANSWER_AB | t.ANSWER_BA
SAME = (
    "a_hi", "a_lo", "b_hi", "b_lo", "a_port", "b_port", "protocol", "first", "last", "packets_ab", "packets_ba",
    "bytes_ab", "bytes_ba", "vlan",
)  # fmt: skip


def asked(table: t.FlowTable) -> list[tuple[int, int]]:
    """Return (identifier, what ICMP says of who asked) of the pings; a lone IPv4 reply may be one without a type."""
    pings = table.take(np.isin(table.protocol, (1, 58)))
    told = pings.evidence & np.where(pings.protocol == 1, t.QUERY_AB | t.QUERY_BA, PINGS)
    lone = (pings.protocol == 1) & ((told & t.QUERY_BA != 0) & (pings.packets_ba == 0))
    return sorted(zip(pings.a_port.tolist(), np.where(lone, 0, told).tolist(), strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_records_give_the_conversations_that_their_packets_give(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    packets = list(traffic(dice))
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap([(time, bytes(packet)) for time, packet in packets], link=101, nano=True))
    expected = read([str(path)]).table
    records = one_way(packets, dice)
    plain, fast = recorded(*records).table, recorded(*records, fast=True, room=1).table
    for table in (plain, fast):
        ours = sorted(zip(*(getattr(table, name).tolist() for name in SAME), strict=True))
        assert ours == sorted(zip(*(getattr(expected, name).tolist() for name in SAME), strict=True))
        assert asked(table) == asked(expected)
    for column in t.COLUMNS:
        assert (getattr(plain, column.name) == getattr(fast, column.name)).all(), column.name
