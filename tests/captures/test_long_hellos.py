"""A ClientHello that does not lie whole in one segment, as with the key shares of post-quantum exchanges: by hand."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from captures_forge import pcap
from scapy.layers.inet import IP, TCP
from scapy.packet import Raw
from test_greetings import client_hello, extension, record

from cloison.captures import read as reading
from cloison.captures.greetings import HELD_AT, LOST, USED, Heard, arena
from cloison.captures.telling import MOST, SHOWN, WORDS, begin, tell, told
from cloison.flows.compiled import compiled
from cloison.flows.greeting import NOTHING_SAID, Greeting

KEY = 30000 << 48 | 443 << 32 | 6 << 24
SHARE = extension(51, bytes(1220))  # X25519MLKEM768: 1,216 bytes
SAID = Greeting("www.example.org", ("h2", "http/1.1"))
BEFORE = client_hello(b"www.example.org", b"h2", b"http/1.1", first=SHARE)  # the names behind the key share
SETTLED, WAITING = 1 << 40, 1 << 44


class Conversation:
    """The words of one conversation, and what is said of it as segments of A come."""

    def __init__(self, ask: Any = tell, kept: tuple[Any, Any] | None = None) -> None:
        self.words, self.ask = np.zeros(WORDS, dtype=np.int64), ask
        self.knows = (told()[0], *(kept or arena()))
        begin(self.words, np.int64(0), np.int64(1000))
        self.sequence = self.number = 0

    def send(self, data: bytes, at: int | None = None, kept: int | None = None) -> None:
        """Show a segment: of its bytes ``kept`` are there; ``at`` is where it lies, else behind the last."""
        begins = self.sequence if at is None else at
        self.sequence, self.number = begins + len(data), self.number + 1
        if self.words[SHOWN] & SETTLED:
            return
        window = np.frombuffer(data[:kept], dtype=np.uint8).copy()
        place, end, size = np.int64(0), np.int64(len(window)), np.int64(len(data))
        sequence = np.int64((1001 + begins) & 0xFFFFFFFF)
        self.ask(window, place, end, size, sequence, np.int64(KEY), self.words, np.int64(0), False,
                 np.int64(self.number), self.knows)  # fmt: skip

    @property
    def said(self) -> Greeting:
        return Heard(*self.knows[1:]).of(int(self.words[2]) >> HELD_AT)

    @property
    def waits(self) -> bool:
        return bool(self.words[SHOWN] & WAITING)


def told_by(*segments: bytes, ask: Any = tell) -> Conversation:
    conversation = Conversation(ask)
    for data in segments:
        conversation.send(data)
    return conversation


@pytest.mark.parametrize("fast", [False, True])
def test_wherever_it_is_cut_behind_its_suites_the_same_is_said(fast: bool) -> None:
    ask = compiled(tell) if fast else tell
    mixed = extension(23, b"") + SHARE + extension(10, b"x" * 9)
    middle = client_hello(b"www.example.org", b"h2", b"http/1.1", first=mixed)
    for hello in (BEFORE, middle, client_hello(b"www.example.org", b"h2", b"http/1.1")):
        begins = 5 + 4 + 34 + 1 + 4 + 2 + 2 + 2 + 2  # record, message, random, session, suites, compressions, length
        for cut in range(begins, len(hello)):
            found = told_by(hello[:cut], hello[cut:], ask=ask)
            assert found.said == SAID, cut
            assert not found.waits
            assert found.words[SHOWN] & SETTLED


def test_in_three_and_four_segments() -> None:
    source = random.Random(11)
    for _ in range(300):
        places = sorted(source.sample(range(60, len(BEFORE)), source.choice((2, 3))))
        parts = [BEFORE[a:b] for a, b in zip((0, *places), (*places, len(BEFORE)), strict=True)]
        found = told_by(*parts)
        # a name or its header in three pieces is given up; nothing wrong is ever said
        assert found.said.server_name in ("", SAID.server_name)
        assert found.said.alpn in ((), SAID.alpn)
        if min(map(len, parts[1:])) > 60:
            assert found.said == SAID


def test_nothing_behind_the_hello_is_taken_for_it() -> None:
    short = client_hello(b"", first=SHARE)
    more = extension(0, b"\0\x0e\0\0\x0bevil.invali")
    for cut in (600, len(short) - 3, len(short)):
        assert told_by(short[:cut], short[cut:] + more).said == NOTHING_SAID
    # nor a record that says it is longer than its message
    longer = bytearray(short)
    longer[3:5] = (len(short) - 5 + len(more)).to_bytes(2, "big")
    assert told_by(bytes(longer[:600]), bytes(longer[600:]) + more).said == NOTHING_SAID


def test_another_segment_is_not_what_follows() -> None:
    found = Conversation()
    found.send(BEFORE[:700])
    found.send(BEFORE[:700], at=0)  # sent again
    assert found.waits
    found.send(BEFORE[900:], at=900)  # one was lost
    assert (found.waits, found.said) == (True, NOTHING_SAID)
    found.send(BEFORE[700:], at=700)
    assert (found.waits, found.said) == (False, SAID)


def test_what_never_comes_is_waited_for_no_longer_than_some_payloads() -> None:
    found = Conversation()
    found.send(BEFORE[:700])
    for _ in range(MOST):
        found.send(b"encrypted bytes", at=5000)
    assert (found.waits, found.said, found.words[SHOWN] >> 24 & 0xFF) == (False, NOTHING_SAID, MOST)


def test_a_new_connection_of_the_same_ports_goes_on_from_nothing() -> None:
    found = Conversation()
    found.send(BEFORE[:700])
    begin(found.words, np.int64(0), np.int64(1000 + 700))
    found.send(client_hello(b"other.example", b"h2"), at=700)
    assert (found.waits, found.said) == (False, Greeting("other.example", ("h2",)))


def test_what_the_capture_did_not_keep_is_not_guessed() -> None:
    for kept in (80, 300, 699):
        found = Conversation()
        found.send(BEFORE[:700], kept=kept)  # cut inside the key share, that says how long it is
        found.send(BEFORE[700:])
        assert found.said == SAID
    behind = client_hello(b"www.example.org", b"h2", b"http/1.1", first=SHARE)
    found = Conversation()
    found.send(behind[:-3], kept=len(behind) - 15)  # its protocols are the last 18
    found.send(behind[-3:])
    assert found.said == Greeting("www.example.org")
    assert not found.waits


def test_both_are_known_and_nothing_is_waited_for() -> None:
    inner = BEFORE[5 + 4 + 34 + 1 + 4 + 2 + 2 + 2 + 2 :][len(SHARE) :]
    head = b"\x03\x03" + bytes(32) + b"\x04abcd" + b"\x00\x02\x13\x01" + b"\x01\x00"
    hello = record(1, head + (len(inner) + len(SHARE)).to_bytes(2, "big") + inner + SHARE)
    found = Conversation()
    found.send(hello[:600])
    assert (found.waits, found.said, bool(found.words[SHOWN] & SETTLED)) == (False, SAID, True)


def test_what_finds_no_room_is_counted() -> None:
    for room, lines in ((20, 3), (600, 1)):
        found = Conversation(kept=(np.zeros(room, dtype=np.uint8), np.zeros((lines, 6), dtype=np.int64)))
        cut = len(BEFORE) - 10
        found.send(BEFORE[:cut])
        found.send(BEFORE[cut:])
        assert found.said in (NOTHING_SAID, Greeting("www.example.org"))
        assert found.knows[2][0, LOST] > 0
        assert found.knows[2][0, USED] <= room


def test_lengths_that_lie_raise_nothing() -> None:
    source = random.Random(5)
    model = client_hello(b"www.example.org", b"h2", first=extension(51, bytes(90)))
    for _ in range(3000):
        data = bytearray(model)
        for _ in range(source.randrange(1, 6)):
            data[source.randrange(3, len(data))] = source.choice((0, 1, 0x7F, 0x80, 0xFF, source.randrange(256)))
        places = sorted(source.sample(range(1, len(data)), 3))
        told_by(*[bytes(data[a:b]) for a, b in zip((0, *places), (*places, len(data)), strict=True)])


@pytest.mark.parametrize("fast", [False, True])
def test_in_a_capture(fast: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SHORT", 0 if fast else 1 << 20)
    monkeypatch.setattr(reading, "_prepared", set())
    ends = {"src": "192.0.2.1", "dst": "192.0.2.2"}
    sent = [(999, "S", b""), (1000, "A", BEFORE[:1200]), (2200, "PA", BEFORE[1200:])]
    packets = [
        (number, bytes(IP(**ends) / TCP(sport=40000, dport=443, seq=sequence, flags=flags) / Raw(data)))
        for number, (sequence, flags, data) in enumerate(sent)
    ]
    file = tmp_path / "hello.pcap"
    file.write_bytes(pcap(packets, link=101))
    capture = reading.read([str(file)])
    greetings = capture.sources[0].greetings
    assert greetings is not None
    assert greetings.of(int(capture.table.said[0])) == SAID
