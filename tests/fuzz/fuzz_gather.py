"""A plugin of pytest that keeps what the tests of record formats read, the shortest of it, as inputs to begin with:

python -m pytest -p fuzz_gather tests/captures    (with tests/fuzz in PYTHONPATH)
"""

from __future__ import annotations

from typing import Any

from fuzz_corpus import keep, kept

from cloison.captures import formats
from cloison.captures.records import RecordFormat
from cloison.captures.stream import Stream
from cloison.netmodel.registry import load

MOST = 2500  # bytes of one format

_found: dict[str, set[bytes]] = {}


def _watched(name: str, read: Any) -> Any:
    def reading(stream: Stream, sink: Any) -> Any:
        stream.refill(1)
        held = stream.window[stream.start : stream.stop].tobytes()
        if len(held) <= MOST:
            _found.setdefault(name, set()).add(held)
        return read(stream, sink)

    return reading


def pytest_configure() -> None:
    for name, entry in load(formats, "FORMAT").items():
        if isinstance(entry, RecordFormat):
            object.__setattr__(entry, "read", _watched(name, entry.read))


def pytest_unconfigure() -> None:
    for name, inputs in _found.items():
        room, chosen = MOST, []
        # some of every length: the shortest alone would be of one kind
        by_length = sorted(inputs, key=lambda data: (len(data), data))
        for data in by_length[:: max(1, len(by_length) // 12)]:
            if len(data) <= room:
                chosen.append(data)
                room -= len(data)
        keep(f"format-{name}", [*kept(f"format-{name}"), *chosen])
