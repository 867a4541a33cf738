"""Captures to conversations: each file is a source, walked, decoded and counted in batches of bounded memory."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import numpy as np

from cloison.captures import formats
from cloison.captures import rare as rare_protocols
from cloison.captures.conversations import Conversations, Timeouts
from cloison.captures.frames import Decoder, parse
from cloison.captures.packets import LEDGER, RECORD_WIDTH, TIME
from cloison.captures.stream import Format, Stream, open_source, unknown_content
from cloison.captures.telling import RECOGNISERS
from cloison.flows.compiled import compiled
from cloison.flows.table import Capture, FlowTable, Source, join, table_of
from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, input_error, say
from cloison.netmodel.registry import load

BATCH = 2048  # packets: their columns stay in the processor's cache
SHORT = 1 << 16  # bytes of a file that is read sooner without compiled code than compiled code can be loaded
HEAD = 32  # bytes that a format gets to recognise itself

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
    return load(formats, "FORMAT")


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
            return _unread(path, unknown_content(stream))
        fast = chosen.name in _prepared or not 0 < size <= SHORT or bool(stream.compression)
        if fast:
            prepare(chosen.name, options.announce)
        return _walked(path, stream, chosen, number, options, fast=fast)


def _walked(
    path: str, stream: Stream, chosen: Format, number: int, options: _Options, *, fast: bool, room: int = 1 << 16
) -> tuple[Source, FlowTable]:
    stream.refill(HEAD)
    walker = chosen.walk(stream, fast)
    decoder = Decoder(fast, BATCH)
    finder = rare_protocols.Finder(decoder) if options.rare else None
    conversations = Conversations(options.timeouts, fast, room)
    records = np.zeros((BATCH, RECORD_WIDTH), dtype=np.int64)
    first = last = 0
    with np.errstate(over="ignore"):  # a hash overflows by design, where it is not compiled
        while found := walker.next(records):
            times = records[:found, TIME]
            earliest, latest = int(times.min()), int(times.max())
            first, last = (min(first, earliest), max(last, latest)) if conversations.packets else (earliest, latest)
            for part, packets in decoder.decode(stream.window, records[:found]):
                if finder is not None:
                    packets = finder.decode(stream.window, part, packets)
                conversations.add(stream.window, part, packets)
            options.tick(stream.position, stream.size)
    problem = stream.problem or walker.problem
    if problem is None and not conversations.packets:
        problem = say("it holds no packet", "il ne contient aucun paquet")
    ledger, inside = (
        {name: count for name, count in sorted(zip(LEDGER, counts, strict=True)) if count}
        for counts in conversations.ledger.tolist()
    )
    table = conversations.table(number, decoder.tunnels.vnis)
    name = f"{chosen.name}, {stream.compression}" if stream.compression else chosen.name
    source = Source(
        path, name, conversations.packets, 0, first, last, problem, ledger, conversations.carried, inside,
        decoder.tunnels.named(),
    )  # fmt: skip
    return source, table


def _unread(path: str, problem: Message) -> tuple[Source, FlowTable]:
    return Source(path, "", 0, 0, 0, 0, problem), table_of({})


def _finding(source: Source) -> Finding:
    assert source.problem is not None
    return input_error("unreadable-capture", source.problem, Ref("capture", source.file), Span(source.file))
