"""A sink that keeps what a format of records gives it, in words that a test can compare."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from typing import Any

from captures_forge import bits, shown

from cloison.captures import formats
from cloison.captures import records as word
from cloison.captures.records import RecordFormat
from cloison.captures.stream import Stream
from cloison.captures.telling import RECOGNISERS
from cloison.netmodel.finding import Message
from cloison.netmodel.registry import load

UNSIGNED = (1 << 64) - 1

FORMATS: dict[str, RecordFormat] = {
    name: entry for name, entry in load(formats, "FORMAT").items() if isinstance(entry, RecordFormat)
}


class Kept:
    """What was given: records in words, reasons, notes."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.left: Counter[str] = Counter()
        self.notes: list[str] = []
        self.points: list[tuple[object, ...]] = [()]
        self.problem: Message | None = None

    def add(self, batch: Any) -> None:
        assert batch.shape[0] == word.RECORD_WORDS
        assert batch.shape[1]
        for column in batch.T.tolist():
            self.records.append(
                {
                    "source": (_address(column, word.SOURCE_HI), column[word.SOURCE_PORT]),
                    "target": (_address(column, word.TARGET_HI), column[word.TARGET_PORT]),
                    "protocol": column[word.PROTOCOL],
                    "times": (column[word.FIRST], column[word.LAST]),
                    "packets": (column[word.PACKETS], column[word.BACK_PACKETS]),
                    "bytes": (column[word.BYTES], column[word.BACK_BYTES]),
                    "flags": (column[word.FLAGS], column[word.BACK_FLAGS]),
                    "tells": bits(column[word.TELLS]),
                    "wire": RECOGNISERS[column[word.WIRE] - 1].name if column[word.WIRE] else "",
                    "vlans": (column[word.VLANS] >> 12, column[word.VLANS] & 0xFFF),
                    "point": self.points[column[word.POINT]],
                    "number": column[word.NUMBER],
                }
            )
        batch[:] = -1  # it may be written over

    def leave(self, reason: str, count: int = 1) -> None:
        assert count >= 0
        self.left[reason] += count

    def point(self, *what: object) -> int:
        if what not in self.points:
            self.points.append(what)
        return self.points.index(what)

    def note(self, said: Message) -> None:
        self.notes.append(said.text.en.format(**said.values))

    def tick(self) -> None:
        pass


def _address(column: list[int], at: int) -> str:
    return shown(column[at] & UNSIGNED, column[at + 1] & UNSIGNED)


def given(data: bytes | str, name: str) -> Kept:
    """Read the text of a log by the format of a name."""
    data = data if isinstance(data, bytes) else data.encode()
    kept = Kept()
    kept.problem = FORMATS[name].read(Stream(BytesIO(data), len(data)), kept)
    kept.left = +kept.left
    return kept


def who_recognises(data: bytes | str) -> list[str]:
    """Return the formats that take a text for their own, but for those that are asked last."""
    data = data if isinstance(data, bytes) else data.encode()
    return [name for name, entry in FORMATS.items() if not entry.broad and entry.recognises(data[: 1 << 16])]
