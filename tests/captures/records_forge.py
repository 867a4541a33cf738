"""A plain sink, and what a format gives it, for the tests of formats of records."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from cloison.captures import formats
from cloison.captures.records import (
    BACK_BYTES,
    BACK_PACKETS,
    BYTES,
    FIRST,
    FLAGS,
    LAST,
    NUMBER,
    PACKETS,
    POINT,
    PROTOCOL,
    RECORD_WORDS,
    SAMPLED,
    SOURCE_HI,
    SOURCE_PORT,
    TARGET_HI,
    TARGET_PORT,
    TELLS,
    VLANS,
    VNI,
    WIRE,
    RecordFormat,
)  # fmt: skip
from cloison.captures.stream import Stream
from cloison.flows.ledger import REASONS
from cloison.flows.table import EVIDENCE, LineSeen
from cloison.netmodel.finding import Message
from cloison.netmodel.registry import load
from cloison.netmodel.space.addresses import show

SECOND = 10**9
WORDS = {
    "sport": SOURCE_PORT, "dport": TARGET_PORT, "protocol": PROTOCOL, "first": FIRST, "last": LAST, "packets": PACKETS,
    "bytes": BYTES, "back_packets": BACK_PACKETS, "back_bytes": BACK_BYTES, "flags": FLAGS, "wire": WIRE,
    "vlans": VLANS, "vni": VNI, "sampled": SAMPLED, "number": NUMBER,
}  # fmt: skip


class PlainSink:
    """Keeps everything it is given; ``points`` are what points were made of, from 0."""

    def __init__(self) -> None:
        self.batches: list[Any] = []
        self.left: Counter[str] = Counter()
        self.points: list[tuple[object, ...]] = [()]
        self.notes: list[Message] = []
        self.lines: list[LineSeen] = []
        self.periods: list[tuple[int, int]] = []

    def add(self, batch: Any) -> None:
        assert batch.dtype == np.int64
        assert batch.shape[0] == RECORD_WORDS
        self.batches.append(batch.copy())
        batch[:] = -7  # it may be written over

    def leave(self, reason: str, count: int = 1) -> None:
        assert reason in REASONS
        assert count > 0
        self.left[reason] += count

    def point(self, *what: object) -> int:
        if what not in self.points:
            self.points.append(what)
        return self.points.index(what)

    def note(self, said: Message) -> None:
        assert said.say("fr") != said.say("en")
        self.notes.append(said)

    def line(self, seen: LineSeen) -> None:
        self.lines.append(seen)

    def period(self, first: int, last: int) -> None:
        self.periods.append((first, last))

    def tick(self) -> None:
        pass

    @property
    def added(self) -> int:
        return sum(batch.shape[1] for batch in self.batches)

    @property
    def total(self) -> int:
        return self.added + self.left.total()

    def rows(self) -> list[dict[str, Any]]:
        """Return the records in the order of their numbers, with addresses as text and what they tell as names."""
        found = []
        for batch in self.batches:
            for at in range(batch.shape[1]):
                row: dict[str, Any] = {name: int(batch[word, at]) for name, word in WORDS.items()}
                for name, word in (("source", SOURCE_HI), ("target", TARGET_HI)):
                    high, low = (int(value) & (1 << 64) - 1 for value in batch[word : word + 2, at])
                    row[name] = show(high << 64 | low)
                row["tells"] = {name for name, bit in EVIDENCE.items() if batch[TELLS, at] & bit}
                assert sum(EVIDENCE[name] for name in row["tells"]) == batch[TELLS, at]
                row["point"] = self.points[batch[POINT, at]]
                found.append(row)
        return sorted(found, key=lambda row: int(row["number"]))

    def said(self) -> str:
        return "\n".join(note.say("en") for note in self.notes)


def record_formats() -> dict[str, RecordFormat]:
    return {name: entry for name, entry in load(formats, "FORMAT").items() if isinstance(entry, RecordFormat)}


def fed(name: str, data: bytes | str | Path) -> tuple[PlainSink, Message | None]:
    """Return what a format of records gives of some bytes or of a file, and the problem."""
    entry = record_formats()[name]
    sink = PlainSink()
    raw: BinaryIO
    if isinstance(data, Path):
        with data.open("rb") as raw:
            return sink, entry.read(Stream(raw, data.stat().st_size), sink)
    raw = BytesIO(data if isinstance(data, bytes) else data.encode())
    problem = entry.read(Stream(raw, 0), sink)
    return sink, problem


def pairs(row: dict[str, Any]) -> tuple[str, int, str, int, int]:
    return row["source"], row["sport"], row["target"], row["dport"], row["protocol"]
