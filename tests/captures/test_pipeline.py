"""Counting in a thread of its own, and the memory of rows: the result never depends on them."""

from __future__ import annotations

import random
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from captures_forge import SECOND, START, block, enhanced, interface, option, pcap, section
from scapy.layers.inet import IP, TCP

from cloison.captures import memory, read
from cloison.captures.conversations import Conversations, Timeouts
from cloison.captures.frames import Decoder
from cloison.captures.glance import packet_formats
from cloison.captures.memory import Rows
from cloison.captures.meter import Meter
from cloison.captures.pipeline import Aside
from cloison.captures.series import Series
from cloison.captures.stream import Stream
from cloison.flows.table import COLUMNS

ROOMS = (64, 700, 9000)  # bytes of a window: less than a packet, one, some


def frames(seed: int) -> list[bytes]:
    dice = random.Random(seed)
    found = []
    for _ in range(800):
        head = IP(src=f"10.0.0.{dice.randrange(9)}", dst=f"10.1.0.{dice.randrange(9)}")
        segment = TCP(sport=dice.randrange(1, 50), dport=443, flags=dice.choice(["S", "SA", "A", "FA", "R"]))
        found.append(bytes(head / segment / dice.randbytes(dice.choice((0, 3, 100, 700)))))
    return found


def in_blocks(seed: int) -> bytes:
    """Return a pcapng whose packets lie between blocks longer than the window, some to be read and some passed over."""
    dice = random.Random(-seed)
    data = section() + interface(101)
    for number, frame in enumerate(frames(seed)):
        data += enhanced(0, number * 1000, frame)
        if number % 20 == 0:
            data += block(0xBAD, bytes(4 * dice.choice((0, 3, 2000, 9000))))
        if number % 50 == 0:
            data += interface(101, options=option(1, bytes(4 * dice.choice((1, 500, 5000)))) + option(0, b""))
        if number % 200 == 199:
            data += section() + interface(101)
    return data


def counted(data: bytes, room: int, seed: int) -> tuple[Any, ...]:
    """Return everything that is counted in a window of ``room`` bytes; a ``seed`` makes the counting slow."""
    dice = random.Random(seed)
    stream = Stream(BytesIO(data), 0, room)
    stream.refill(32)
    chosen = next(one for one in packet_formats().values() if one.recognises(data[:32]))
    conversations = Conversations(Timeouts(), True, 64)
    add = conversations.add

    def slowly(*batch: Any) -> None:
        time.sleep(dice.random() / 1000 if seed else 0)
        add(*batch)

    conversations.add = slowly  # type: ignore[method-assign]
    series = Series(0, conversations, Decoder(True, read.BATCH, buffers=read.BUFFERS))
    series.follow(0, "a", 0)
    told = read._count(stream, chosen, series, Meter(), rare=False, fast=True)
    table = series.table()
    return told, conversations.ledger.tolist(), [getattr(table, column.name).tolist() for column in COLUMNS]


@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_nothing_is_written_over_before_it_is_counted(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    packets = [(START + number * SECOND // 1000, frame) for number, frame in enumerate(frames(1))]
    data = pcap(packets, link=101, nano=True) if form == "pcap" else in_blocks(1)
    monkeypatch.setattr(read, "cores", lambda: 1)
    at_once = counted(data, 1 << 22, 0)
    monkeypatch.setattr(read, "cores", lambda: 2)
    for room in ROOMS:
        for batch in (3, 16, 64):
            monkeypatch.setattr(read, "BATCH", batch)
            assert counted(data, room, batch) == at_once, (room, batch)


def test_an_error_of_the_counting_is_raised_and_the_thread_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    aside = Aside(lambda window, records, packets: 1 / 0)  # type: ignore[arg-type, return-value]
    nothing = np.zeros(0)
    aside.add(nothing, nothing, nothing)
    aside.add(nothing, nothing, nothing)
    with pytest.raises(ZeroDivisionError):
        aside.add(nothing, nothing, nothing)  # it waits for the first one
    aside.close()
    assert not aside._thread.is_alive()
    late = Aside(lambda window, records, packets: 1 / 0)  # type: ignore[arg-type, return-value]
    late.add(nothing, nothing, nothing)
    with pytest.raises(ZeroDivisionError):
        late.close()
    assert not late._thread.is_alive()


def test_rows_that_are_given_back_are_the_systems_again() -> None:
    rows = Rows(1 << 16, 8)
    rows.rows[:] = 7
    rows.give_back(1000)
    assert (rows.rows[:1000] == 7).all()
    if Path("/proc/self/smaps").exists():  # Linux: what is given back reads as zeros
        assert not rows.rows[2000:].any()


def test_no_rows_at_all() -> None:
    rows = Rows(0, 8)
    assert (len(rows), rows.rows.shape) == (0, (0, 8))
    rows.give_back(0)


@pytest.mark.parametrize("refuses", [True, False])
def test_a_system_that_takes_no_advice(refuses: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel without large pages refuses to be asked for them; another system knows none of these names."""

    class Pages(memory.mmap.mmap):
        def madvise(self, *advice: int) -> None:
            raise OSError(22, "Invalid argument")

    if refuses:
        monkeypatch.setattr(memory.mmap, "mmap", Pages)
    else:
        for name in ("MADV_HUGEPAGE", "MADV_DONTNEED", "MAP_ANONYMOUS"):
            monkeypatch.delattr(memory.mmap, name, raising=False)
    rows = Rows(1 << 20, 8)
    rows.rows[:] = 3
    rows.give_back(1 << 19)
    assert (rows.rows[: 1 << 19] == 3).all()
