"""Captures to conversations: each file is a source, walked, decoded and counted in batches of bounded memory."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO

import numpy as np

from cloison.captures import formats
from cloison.captures import rare as rare_protocols
from cloison.captures.conversations import Conversations, Timeouts
from cloison.captures.frames import parse, parser
from cloison.captures.layer import PLACE_WIDTH
from cloison.captures.packets import LEDGER, PACKET_WIDTH, RECORD_WIDTH, TIME
from cloison.captures.recording import Recorder
from cloison.captures.records import RecordFormat
from cloison.captures.stream import Format, Stream, open_source, unknown_content
from cloison.captures.telling import RECOGNISERS
from cloison.flows.compiled import compiled
from cloison.flows.table import Capture, FlowTable, Source, join, table_of
from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, input_error, say
from cloison.netmodel.registry import load

BATCH = 2048  # packets: their columns stay in the processor's cache
SHORT = 1 << 16  # bytes of a file that is read sooner without compiled code than compiled code can be loaded
HEAD = 32  # bytes that a format of packets gets to recognise itself
RECORDS_HEAD = 1 << 16  # and one of flow records

Tick = Callable[[int, int], None]
Announce = Callable[[Message], None]


@dataclass(frozen=True, slots=True)
class _Options:
    timeouts: Timeouts
    rare: bool
    tick: Tick
    announce: Announce


def read(
    paths: Sequence[str],
    *,
    timeouts: Timeouts | None = None,
    rare: bool = True,
    tick: Tick | None = None,
    announce: Announce | None = None,
) -> Capture:
    """Return the conversations of captures, each path its own source (``-`` is standard input, once).

    A path that cannot be read among others that can is a source with a problem and no packet. ``rare`` lets scapy,
    where it is installed, decode what the kernels do not. ``tick`` is told the bytes done and to do of each path (to
    do is 0 when it is not known); ``announce`` is told when seconds of compilation begin.

    Raises ``MapError`` with a finding for each path when none can be read at all.
    """
    options = _Options(
        timeouts or Timeouts(), rare, tick or (lambda done, total: None), announce or (lambda said: None)
    )
    tables: list[FlowTable] = []
    sources: list[Source] = []
    for number, path in enumerate(paths):
        if path == "-" and "-" in paths[:number]:
            source, table = _unread(
                path, say("standard input can be read once", "l’entrée standard ne se lit qu’une fois")
            )
        else:
            source, table = _one(path, number, options)
        sources.append(source)
        tables.append(table)
    if sources and not any(source.format for source in sources):
        raise MapError(tuple(_finding(source) for source in sources))
    ledger: Counter[str] = Counter()
    for source in sources:
        ledger.update(source.ledger)
    wires = tuple(entry.wire for entry in RECOGNISERS)
    return Capture(join(tables), tuple(sources), dict(sorted(ledger.items())), wires)


def prepare(name: str = "pcap", announce: Announce | None = None) -> float:
    """Compile what reading a format of that name needs; return the seconds that it took, 0 the second time.

    The compiled code is kept beside the source or in the user's cache directory; where neither can be written, or
    what is kept there is damaged, it is compiled for this process alone.
    """
    if name in _prepared:
        return 0.0
    chosen = _formats()[name]
    if announce and compiled(parse).cold:
        announce(say("compiling the packet decoder, once: this takes some seconds",
                     "compilation du décodeur de paquets, une seule fois : quelques secondes"))  # fmt: skip
    started = time.perf_counter()
    options = _Options(Timeouts(), False, lambda done, total: None, lambda said: None)
    _walked(name, Stream(BytesIO(chosen.sample), 0), chosen, 0, options, fast=True, room=1)
    _prepared.add(name)
    return time.perf_counter() - started


_prepared: set[str] = set()


@cache
def _formats() -> Mapping[str, Format]:
    """Return the formats of packets, by name."""
    return {name: entry for name, entry in load(formats, "FORMAT").items() if isinstance(entry, Format)}


@cache
def _record_formats() -> tuple[RecordFormat, ...]:
    """Return the formats of flow records, those with weak marks last."""
    entries = [entry for entry in load(formats, "FORMAT").values() if isinstance(entry, RecordFormat)]
    return tuple(sorted(entries, key=lambda entry: entry.broad))


def _one(path: str, number: int, options: _Options) -> tuple[Source, FlowTable]:
    opened = open_source(path)
    if isinstance(opened, Message):
        return _unread(path, opened)
    raw, size = opened
    with raw:
        stream = Stream(raw, size)
        stream.refill(HEAD)
        head = stream.window[: min(HEAD, stream.stop)].tobytes()
        chosen = next((entry for entry in _formats().values() if entry.recognises(head)), None)
        if chosen is None:
            return _recorded(path, stream, number, options)
        fast = chosen.name in _prepared or not 0 < size <= SHORT or bool(stream.compression)
        if fast:
            prepare(chosen.name, options.announce)
        return _walked(path, stream, chosen, number, options, fast=fast)


def _walked(
    path: str, stream: Stream, chosen: Format, number: int, options: _Options, *, fast: bool, room: int = 1 << 16
) -> tuple[Source, FlowTable]:
    stream.refill(HEAD)
    walker = chosen.walk(stream, fast)
    decode = parser(fast)
    finder = rare_protocols.Finder(decode) if options.rare else None
    conversations = Conversations(options.timeouts, fast, room)
    records = np.zeros((BATCH, RECORD_WIDTH), dtype=np.int64)
    packets = np.zeros((BATCH, PACKET_WIDTH), dtype=np.int64)
    place = np.zeros(PLACE_WIDTH, dtype=np.int64)
    first = last = 0
    with np.errstate(over="ignore"):  # a hash overflows by design, where it is not compiled
        while found := walker.next(records):
            times = records[:found, TIME]
            earliest, latest = int(times.min()), int(times.max())
            first, last = (min(first, earliest), max(last, latest)) if conversations.packets else (earliest, latest)
            decode(stream.window, records, found, packets, place)
            if finder is not None:
                finder.decode(stream.window, records, found, packets)
            conversations.add(stream.window, packets, records, found)
            options.tick(stream.position, stream.size)
    problem = stream.problem or walker.problem
    if problem is None and not conversations.packets:
        problem = say("it holds no packet", "il ne contient aucun paquet")
    ledger = {name: int(count) for name, count in zip(LEDGER, conversations.ledger, strict=True) if count}
    table = conversations.table(number)
    name = f"{chosen.name}, {stream.compression}" if stream.compression else chosen.name
    return Source(path, name, conversations.packets, 0, first, last, problem, dict(sorted(ledger.items()))), table


def _recorded(path: str, stream: Stream, number: int, options: _Options) -> tuple[Source, FlowTable]:
    """Read a source of flow records."""
    stream.refill(RECORDS_HEAD)
    head = stream.window[stream.start : min(stream.stop, stream.start + RECORDS_HEAD)].tobytes()
    chosen = next((entry for entry in _record_formats() if entry.recognises(head)), None)
    if chosen is None:
        return _unread(path, unknown_content(stream))
    fast = not 0 < stream.size <= SHORT or bool(stream.compression)
    recorder = Recorder(options.timeouts, lambda: options.tick(stream.position, stream.size), fast=fast)
    problem = chosen.read(stream, recorder)
    found = recorder.done()
    problem = stream.problem or problem
    if problem is None and not found.records and not found.lines:
        problem = say("it holds no flow record", "il ne contient aucun enregistrement de flux")
    table = replace(found.table, source=np.full(len(found.table), number, dtype="u2"))
    name = f"{chosen.name}, {stream.compression}" if stream.compression else chosen.name
    source = Source(
        path, name, 0, found.records, found.first, found.last, problem, found.ledger, found.notes, found.lines
    )
    return source, table


def _unread(path: str, problem: Message) -> tuple[Source, FlowTable]:
    return Source(path, "", 0, 0, 0, 0, problem), table_of({})


def _finding(source: Source) -> Finding:
    assert source.problem is not None
    return input_error("unreadable-capture", source.problem, Ref("capture", source.file), Span(source.file))
