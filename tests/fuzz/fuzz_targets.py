"""What is fuzzed: a target for every entry of the registries of captures and firewalls, found and never listed.

A target takes bytes, checks what must hold whatever they are, and returns what must be the same with plain and with
compiled kernels. Any exception is a find.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from io import BytesIO
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from captures_forge import START, balanced, pcap
from fuzz_firewalls import firewalls

from cloison.captures import compression, compressions, formats, layers, wire
from cloison.captures import read as reading
from cloison.captures import records as word
from cloison.captures.conversations import Timeouts
from cloison.captures.greetings import HELD_AT, SAME, Heard, hear_offer
from cloison.captures.layer import BEGIN, END, PLACE_WIDTH, REST, UNCLAIMED, VLANS, Layer
from cloison.captures.packets import AT, KEPT, LEDGER, LINK, RECORD_WIDTH, TIME, WIRE
from cloison.captures.recogniser import FIELD, FOUND, GROUP, Recogniser
from cloison.captures.recording import Recorder
from cloison.captures.records import Reading, RecordFormat
from cloison.captures.stream import Format, Stream
from cloison.captures.telling import SHORTEST
from cloison.flows.compiled import compiled
from cloison.flows.ledger import REASONS
from cloison.flows.table import COLUMNS
from cloison.netmodel.finding import MapError, Message
from cloison.netmodel.registry import load

Target = Callable[[bytes, bool], Any]

GUARD = 64  # bytes before and after what a kernel may look at
KINDS = 1 << 19  # no kind is as large
MOST_OUT = 1 << 26  # bytes that are decompressed of one input


def targets() -> Mapping[str, Target]:
    """Return every target by its name."""
    found: dict[str, Target] = {"capture": capture}
    for name, entry in load(formats, "FORMAT").items():
        found[f"format-{name}"] = partial(packets if isinstance(entry, Format) else records, entry)
    for name, entry in load(layers, "LAYER").items():
        found[f"layer-{name}"] = partial(layer, entry)
    for name, entry in load(wire, "RECOGNISER").items():
        found[f"wire-{name}"] = partial(recogniser, entry)
    found["offer"] = offer
    for name, entry in load(compressions, "COMPRESSION").items():
        found[f"compression-{name}"] = partial(member, entry)
    found.update(firewalls())
    return found


# --- formats ----------------------------------------------------------------------------------------------------------


def packets(entry: Format, data: bytes, fast: bool) -> Any:
    """Walk a format of packets: each record lies inside the window, with lengths and times that can be."""
    if len(data) < 16 or compression.compression_of(data[:16]) or not entry.recognises(data[:32]):
        return None
    stream = Stream(BytesIO(data), len(data), 512)  # a window that must move and grow
    stream.size = 0  # standard input: nothing is known of its size
    stream.refill(32)
    walker = entry.walk(stream, fast)
    batch = np.zeros((7, RECORD_WIDTH), dtype=np.int64)
    seen = []
    while number := walker.next(batch):
        assert 0 < number <= len(batch)
        for record in batch[:number].tolist():
            assert record[AT] >= 0
            assert record[KEPT] >= 0
            assert record[AT] + record[KEPT] <= stream.stop <= len(stream.window)
            assert record[WIRE] >= 0
            assert record[TIME] >= 0
            assert -1 <= record[LINK] < 1 << 16
            kept = stream.window[record[AT] : record[AT] + record[KEPT]].tobytes()
            seen.append((kept, record[WIRE], record[TIME], record[LINK]))
        assert sum(len(kept) for kept, *_ in seen) <= len(data)
    assert walker.next(batch) == 0
    return seen, said(walker.problem or stream.problem)


class PlainSink:
    """Counts what a format of records gives, checks every column, and passes it on to the real one."""

    def __init__(self, fast: bool) -> None:
        self.real = Recorder(Timeouts(), lambda: None, fast=fast, room=4)
        self.added = self.left = self.points = 0

    def add(self, batch: Any) -> None:
        assert batch.dtype == np.int64
        assert batch.ndim == 2
        assert batch.shape[0] == word.RECORD_WORDS
        if batch.shape[1]:
            for column, most in _MOST.items():
                assert int(batch[column].min()) >= 0, column
                assert int(batch[column].max()) <= most, column
            for column in (word.FLAGS, word.BACK_FLAGS, word.VNI):
                assert int(batch[column].min()) >= -1, column
            assert int(batch[word.SAMPLED].min()) >= 1
            assert int(batch[word.NUMBER].min()) >= 1
            assert int(batch[word.POINT].max()) < max(self.points, 1)
        self.added += batch.shape[1]
        self.real.add(batch)

    def leave(self, reason: str, count: int = 1) -> None:
        assert reason in REASONS
        assert count >= 0
        self.left += count
        self.real.leave(reason, count)

    def point(self, *what: object) -> int:
        number = self.real.point(*what)
        self.points = max(self.points, number + 1)
        return number

    def note(self, said_: Message) -> None:
        said(said_)
        self.real.note(said_)

    def __getattr__(self, name: str) -> Any:  # what else a sink can be told
        return getattr(self.real, name)


_MOST = {
    word.SOURCE_PORT: 0xFFFF, word.TARGET_PORT: 0xFFFF, word.PROTOCOL: 0xFF, word.FIRST: 1 << 63, word.LAST: 1 << 63,
    word.PACKETS: 1 << 63, word.BYTES: 1 << 63, word.BACK_PACKETS: 1 << 63, word.BACK_BYTES: 1 << 63,
    word.TELLS: 0xFFFFFFFF, word.WIRE: 1 << 60, word.VLANS: 0xFFFFFF, word.SAMPLED: 1 << 63, word.POINT: 0xFFFF,
}  # fmt: skip


def records(entry: RecordFormat, data: bytes, fast: bool) -> Any:
    """Read a format of flow records: each record is added or left, every column within its bounds."""
    if len(data) < 16 or compression.compression_of(data[:16]) or not entry.recognises(data[: 1 << 16]):
        return None
    found = [_read(entry.read, data, fast)]
    if entry.begin is not None:
        assert entry.begin(data[: 1 << 16]) >= 0
    if entry.together is not None:
        parts, reading = list(_parts(entry, data)), entry.together()
        found += [_read(partial(_named, reading, str(place)), part, fast) for place, part in enumerate(parts)]
    return found


def _named(reading: Reading, name: str, stream: Stream, sink: Any) -> Message | None:
    return reading(stream, sink, name)


def _parts(entry: RecordFormat, data: bytes) -> Iterator[bytes]:
    """Cut what was recognised into files that are recognised too, as a rotated set of them."""
    start = 0
    for at in range(16, len(data)):
        if at - start >= 16 and data[at] == 0 and entry.recognises(data[at : at + (1 << 16)]):
            yield data[start:at]
            start = at
    yield data[start:]


def _read(read: Callable[[Stream, Any], Message | None], data: bytes, fast: bool) -> Any:
    stream = Stream(BytesIO(data), 0, 512)
    stream.refill(1)
    sink = PlainSink(fast)
    problem = read(stream, sink)
    recorded = sink.real.done()
    assert recorded.records == sink.added + sink.left
    left = sum(count for reason, count in recorded.ledger.items() if reason != "icmp-error-record")
    assert left <= sink.left
    for name in ("packets_ab", "packets_ba", "bytes_ab", "bytes_ba"):
        assert int(getattr(recorded.table, name).max(initial=0)) < 1 << 63
    return digest(recorded.table), dict(recorded.ledger), recorded.records, said(problem or stream.problem)


# --- kernels ----------------------------------------------------------------------------------------------------------


def guarded(data: bytes, filling: int) -> Any:
    """Return a window in which what may be looked at has bytes of no concern around it."""
    window = np.full(len(data) + 2 * GUARD, filling, dtype=np.uint8)
    window[GUARD : GUARD + len(data)] = np.frombuffer(data, dtype=np.uint8)
    return window


def layer(entry: Layer, data: bytes, fast: bool) -> Any:
    """Read a layer: it looks at nothing outside its place, and what it carries lies inside."""
    if len(data) < 4:
        return None
    kinds = [kind for first, last in entry.claims for kind in (first, last, (first + last) // 2)]
    kind = np.int64(kinds[data[0] % len(kinds)])
    body, rest = data[4:], int.from_bytes(data[1:3], "big")
    read = compiled(entry.read) if fast else entry.read
    found: list[tuple[int, ...]] = []
    for filling in (0, 0xFF):
        place = np.zeros(PLACE_WIDTH, dtype=np.int64)
        place[BEGIN], place[END], place[REST], place[VLANS] = GUARD, GUARD + len(body), rest, data[3] << 12
        with np.errstate(over="ignore"):  # as in the reading of a capture
            carried = int(read(guarded(body, filling), kind, place))
        if carried < 0:
            assert -1 - carried < len(LEDGER)
            found.append((carried,))
            continue
        assert carried < KINDS or carried == UNCLAIMED
        assert GUARD <= place[BEGIN] <= place[END] <= GUARD + len(body)
        assert place[REST] >= 0
        assert 0 <= place[VLANS] < 1 << 24
        found.append((carried, *place.tolist()))
    assert found[0] == found[1], "it looks outside its place"
    return found[0]


def recogniser(entry: Recogniser, data: bytes, fast: bool) -> Any:
    """Ask a recogniser: it looks at nothing outside the payload, and answers in its bits."""
    payload = data[6:]
    if len(payload) < SHORTEST or payload[0] not in entry.begins:
        return None
    source, target, more = (int.from_bytes(data[at : at + 2], "big") for at in (0, 2, 4))
    look = compiled(entry.look) if fast else entry.look
    at, end = np.int64(GUARD), np.int64(GUARD + len(payload))
    length = np.int64(len(payload) + more)
    ports = np.int64(source), np.int64(target)
    with np.errstate(over="ignore"):
        answers = {int(look(guarded(payload, filling), at, end, length, *ports)) for filling in (0, 0xFF)}
    (answer,) = answers
    assert answer == 0 or answer & FOUND
    assert 0 <= answer < (FIELD + 1) << GROUP
    return answer


def offer(data: bytes, fast: bool) -> Any:
    """Keep what a side of SSH offers: nothing outside the payload is looked at, and all that is kept can be read."""
    body = data[1:]
    kernel = compiled(hear_offer) if fast else hear_offer
    found = []
    for filling in (0, 0xFF):
        window, words = guarded(body, filling), np.zeros(4, dtype=np.int64)
        kept = np.zeros(400, dtype=np.uint8), np.zeros((3, 5), dtype=np.int64)
        same, banner = np.zeros(SAME + 1, dtype=np.int64), bool(data and data[0] & 1)
        for side in (0, 1, 0):
            kernel(window, np.int64(GUARD), np.int64(GUARD + len(body)), banner, np.int64(side), words, *kept, same)
        heard = Heard(*kept)
        found.append((heard.of(int(words[2]) >> HELD_AT), heard.lost))
        assert len(found[-1][0].agreed(False)) <= 5
    assert found[0] == found[1], "it looks outside its place"
    return found[0]


def member(entry: compression.Compression, data: bytes, fast: bool) -> Any:
    """Decompress: only the three faults that a compression may have, parts that are never empty nor too large."""
    if not entry.recognises(data[: compression.HEAD]):
        return None
    ends = []
    for size in (1 << 16, 5):
        rest = BytesIO(data[compression.HEAD :])
        total, content = 0, hashlib.sha256()
        fault = ""
        try:
            for part in compression.decompressed(entry, data[: compression.HEAD], partial(_some, rest, size)):
                assert 0 < len(part) <= 1 << 25
                total += len(part)
                content.update(part)
                if total > MOST_OUT:
                    return total
        except (EOFError, ValueError, MemoryError) as caught:
            fault = type(caught).__name__
        ends.append((total, content.hexdigest(), fault))
    assert (ends[0][2] == "") == (ends[1][2] == "")
    if not ends[0][2]:
        assert ends[0] == ends[1]
    return ends


def _some(rest: BytesIO, size: int, wanted: int) -> bytes:
    return rest.read(min(size, wanted))


# --- the whole --------------------------------------------------------------------------------------------------------


def capture(data: bytes, fast: bool) -> Any:
    """Read frames of any link type as a capture: every packet is counted once, and no counter is negative.

    Two bytes are the link type; then, frame by frame, its length, the length on the wire beyond it, seconds.
    """
    link, at, time, timed = int.from_bytes(data[:2], "big"), 2, START, []
    while at + 3 <= len(data):
        size = data[at]
        time += (data[at + 2] - 64) * 10**9
        timed.append((time, data[at + 3 : at + 3 + size]))
        at += 3 + size
    held = reading._prepared
    reading._prepared = held if fast else set()
    try:
        if fast:
            reading.prepare("pcap")
        with NamedTemporaryFile(dir=os.environ.get("XDG_RUNTIME_DIR")) as file:
            file.write(pcap(timed, link=link, nano=True))
            file.flush()
            found = reading.read([file.name], rare=False)
    except MapError:
        return None
    finally:
        reading._prepared = held
    balanced(found)
    assert found.sources[0].packets == len(timed)
    table = found.table
    assert (table.first <= table.last).all()
    assert not len(table) or int(np.bincount(table.source).sum()) == len(table)
    return digest(table), dict(found.ledger), said(found.sources[0].problem)


def digest(table: Any) -> str:
    content = hashlib.sha256()
    for column in COLUMNS:
        content.update(getattr(table, column.name).tobytes())
    return content.hexdigest()


def said(message: Message | None) -> str:
    return message.say("en") + message.say("fr") if message else ""
