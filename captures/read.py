"""Captures to conversations: files are walked, decoded and counted in batches of bounded memory.

Of several files the order in time is looked for first, and those that go on from one another are one stream.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import cycle

import numpy as np

from cloison.captures import rare as rare_protocols
from cloison.captures.conversations import Conversations, Timeouts
from cloison.captures.exported import exported
from cloison.captures.frames import Decoder, parse
from cloison.captures.glance import HEAD, Glance, glance, packet_formats
from cloison.captures.listing import listed
from cloison.captures.meter import Meter, Tick
from cloison.captures.packets import RECORD_WIDTH, TIME
from cloison.captures.pipeline import BUFFERS, Aside, Here, cores
from cloison.captures.recording import Recorder
from cloison.captures.records import Reading, RecordFormat
from cloison.captures.series import Series, next_of
from cloison.captures.stream import Format, Stream
from cloison.captures.telling import RECOGNISERS
from cloison.flows.compiled import compiled
from cloison.flows.table import Capture, FlowTable, Source, join
from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, input_error, say

BATCH = 4096  # packets: their columns stay in the processor's cache
LONG = 1 << 24  # bytes of a file that are worth a second thread
SHORT = 1 << 16  # bytes of files that are read sooner without compiled code than compiled code can be loaded

Announce = Callable[[Message], None]


def read(
    paths: Sequence[str],
    *,
    timeouts: Timeouts | None = None,
    rare: bool = True,
    tick: Tick | None = None,
    announce: Announce | None = None,
) -> Capture:
    """Return the conversations of captures, each file its own source (``-`` is standard input, once).

    A directory stands for the files in it. Files that go on from one another in time are one stream, over which a
    conversation is followed (:mod:`series`). One that cannot be read among others that can is a source with a problem
    and no packet. ``rare`` lets scapy, where it is installed, decode what the kernels do not. ``tick`` is told the
    bytes done and to do (0 when it is not known) and the packets; ``announce`` is told what a directory holds beside
    its files, how files were joined, and when seconds of compilation begin.

    Raises ``MapError`` with a finding for each path when none can be read at all.
    """
    announce = announce or (lambda said: None)
    files = listed(paths, announce)
    glances = [glance(file, alone=len(files) == 1) for file in files]
    sizes = [found.size for found in glances if found.problem is None]
    meter = Meter(tick, sum(sizes) if all(sizes) else 0)
    reader = _Reader(timeouts or Timeouts(), rare, meter, announce, fast=_is_long(glances))
    read_ones = {number: reader.one(number, glances[number]) for number in _in_time(glances)}
    sources = [_known(read_ones[number], reader.streams) for number in range(len(glances))]
    if sources and not any(source.format for source in sources):
        raise MapError(tuple(_finding(source) for source in sources))
    table = join(reader.tables())
    for held in _exporting(table, sources):
        sources += reader.exported(len(sources), held)
    table = join((table, *reader.inside))
    ledger: Counter[str] = Counter()
    for source in sources:
        ledger.update(source.ledger)
    if sum(source.packets > 0 for source in sources) > 1:
        announce(say("{files} captures are read as {streams} {streams:stream|streams}",
                     "{files} captures lues comme {streams} {streams:flot|flots}",
                     files=sum(source.packets > 0 for source in sources), streams=len(reader.streams)))  # fmt: skip
    wires = tuple(entry.wire for entry in RECOGNISERS)
    return Capture(table, tuple(sources), dict(sorted(ledger.items())), wires)


def prepare(name: str = "pcap", announce: Announce | None = None) -> float:
    """Compile what reading a format of that name needs; return the seconds that it took, 0 the second time.

    The compiled code is kept beside the source or in the user's cache directory; where neither can be written, or
    what is kept there is damaged, it is compiled for this process alone.
    """
    if name in _prepared:
        return 0.0
    chosen = packet_formats()[name]
    if announce and compiled(parse).cold:
        announce(say("compiling the packet decoder, once: this takes some seconds",
                     "compilation du décodeur de paquets, une seule fois : quelques secondes"))  # fmt: skip
    started = time.perf_counter()
    series = Series(0, Conversations(Timeouts(), fast=True, room=1), Decoder(True, BATCH))
    _count(Stream(BytesIO(chosen.sample), 0), chosen, series, Meter(), rare=False, fast=True)
    _prepared.add(name)
    return time.perf_counter() - started


_prepared: set[str] = set()


def _exporting(table: FlowTable, sources: Sequence[Source]) -> list[list[Source]]:
    """Return the files of each stream of packets in which exporters sent flow records, in the order of time."""
    numbers = [number for number, entry in enumerate(RECOGNISERS, 1) if entry.records]
    found = np.isin(table.wire_ab, numbers) | np.isin(table.wire_ba, numbers)
    streams = {sources[number].stream for number in np.unique(table.source[found]).tolist()} - {-1}
    held = sorted((source for source in sources if source.packets), key=lambda source: source.first)
    return [[source for source in held if source.stream == stream] for stream in sorted(streams)]


def _in_time(glances: Sequence[Glance]) -> list[int]:
    """Return the numbers of files in the order of their first packets; those whose time is not known come last."""
    times = [(found.begin is None, found.begin or 0, number) for number, found in enumerate(glances)]
    return [number for _, _, number in sorted(times)]


def _is_long(glances: Sequence[Glance]) -> bool:
    """Return whether files are worth the loading of compiled code."""
    known = [found for found in glances if found.chosen]
    return sum(found.size for found in known) > SHORT or any(
        not found.size or found.compression or (found.chosen and found.chosen.name in _prepared) for found in known
    )


class _Reader:
    """Reads files one after the other, in the order of time, into the conversations of their streams."""

    def __init__(self, timeouts: Timeouts, rare: bool, meter: Meter, announce: Announce, *, fast: bool) -> None:
        self.streams: list[Series] = []
        self.inside: list[FlowTable] = []  # what exports inside captures tell
        self._recorded: list[FlowTable] = []
        self._together: dict[Callable[[], Reading], Reading] = {}
        self._timeouts = timeouts
        self._limit = int(timeouts.limits().max())
        self._rare = rare
        self._meter = meter
        self._announce = announce
        self._fast = fast

    def one(self, number: int, found: Glance) -> Source:
        """Read one file, the ``number``-th of the capture."""
        stream = found.open()
        if stream is None or found.chosen is None:
            return Source(found.path, "", 0, 0, 0, 0, found.problem)
        stream.moved = self._meter.at
        with stream:
            if isinstance(found.chosen, Format):
                source = self._packets(number, found, stream, found.chosen)
            else:
                source = self._records(number, found, stream, found.chosen)
        self._meter.end(stream.position)
        name = f"{found.chosen.name}, {stream.compression}" if stream.compression else found.chosen.name
        return replace(source, format=name)

    def _packets(self, number: int, found: Glance, stream: Stream, chosen: Format) -> Source:
        if self._fast:
            prepare(chosen.name, self._announce)
        series = self._series(found)
        series.follow(number, found.path, found.begin or 0)
        first, last, problem = _count(stream, chosen, series, self._meter, rare=self._rare, fast=self._fast)
        series.end = max(series.end, last)
        held = series.counted()
        if problem is None and not held.packets:
            problem = say("it holds no packet", "il ne contient aucun paquet")
        return Source(
            found.path, chosen.name, held.packets, 0, first, last, problem, held.ledger, stream=series.number,
            carried=held.carried, inside=held.inside,
        )  # fmt: skip

    def _records(self, number: int, found: Glance, stream: Stream, chosen: RecordFormat) -> Source:
        recorder = Recorder(self._timeouts, lambda: self._meter.at(stream.position), fast=self._fast)
        if chosen.together is None:
            problem = chosen.read(stream, recorder)
        else:
            if chosen.together not in self._together:
                self._together[chosen.together] = chosen.together()
            problem = self._together[chosen.together](stream, recorder, found.path)
        source, table = _recorded(number, found.path, chosen.name, recorder, stream.problem or problem)
        self._recorded.append(table)
        return source

    def exported(self, number: int, files: Sequence[Source]) -> tuple[Source, ...]:
        """Read the flow records that exporters sent through captures of packets: a source of their own, if any."""
        recorder = Recorder(self._timeouts, lambda: None, fast=self._fast)
        problem = exported((source.file for source in files if source.file != "-"), recorder)
        if any(source.file == "-" for source in files):
            problem = say(
                "exporters sent flow records through it, which are read from a file alone: give it by its name",
                "elle contient des flux exportés, qui ne se lisent que dans un fichier : donnez son nom",
            )
        source, table = _recorded(number, files[0].file, f"exports in {files[0].format}", recorder, problem)
        if problem is None and not source.records:  # they sent templates and options alone
            return ()
        self.inside.append(table)
        return (replace(source, elsewhere=True),)

    def _series(self, found: Glance) -> Series:
        """Return the stream in which a file goes on, or a new one."""
        going_on = None
        if found.begin is not None:
            for series in self.streams:
                series.rest(found.begin - self._limit)
            going_on = next_of(self.streams, found.path, found.begin, self._limit)
        if going_on is None:
            conversations = Conversations(self._timeouts, self._fast, _room(found.size))
            going_on = Series(len(self.streams), conversations, Decoder(self._fast, BATCH, buffers=BUFFERS))
            self.streams.append(going_on)
        return going_on

    def tables(self) -> Iterator[FlowTable]:
        """Yield the conversations of each stream, then those of flow records; nothing can be read afterwards."""
        yield from (series.table() for series in self.streams)
        yield from self._recorded


def _room(size: int) -> int:
    """Return how many conversations to make room for at the beginning: most captures of ``size`` bytes hold fewer."""
    return min(max(1 << 16, 1 << (size // 4096).bit_length()), 1 << 20)


def _recorded(
    number: int, path: str, name: str, recorder: Recorder, problem: Message | None
) -> tuple[Source, FlowTable]:
    """Return the source and the conversations of flow records."""
    held = recorder.done()
    if problem is None and not held.records and not held.lines:
        problem = say("it holds no flow record", "il ne contient aucun enregistrement de flux")
    place = np.full(len(held.table), number, dtype=np.uint32)
    source = Source(
        path, name, 0, held.records, held.first, held.last, problem, held.ledger, held.notes, held.lines,
    )  # fmt: skip
    return source, replace(held.table, source=place, wire_source=place)


def _count(
    stream: Stream, chosen: Format, series: Series, meter: Meter, *, rare: bool, fast: bool
) -> tuple[int, int, Message | None]:
    """Count the packets of a stream; return the earliest and the latest time, and what is wrong."""
    stream.refill(HEAD)
    walker = chosen.walk(stream, fast)
    decoder = series.decoder
    finder = rare_protocols.Finder(decoder) if rare else None
    aside = fast and not 0 < stream.size < LONG and cores() > 1
    counting = Aside(series.conversations.add) if aside else Here(series.conversations.add)
    stream.turning = counting.turn
    buffers = cycle([np.zeros((BATCH, RECORD_WIDTH), dtype=np.int64) for _ in range(BUFFERS if aside else 1)])
    first, last = np.iinfo(np.int64).max, 0
    try:
        with np.errstate(over="ignore"):  # a hash overflows by design, where it is not compiled
            while found := walker.next(records := next(buffers)):
                times = records[:found, TIME]
                first, last = min(first, int(times.min())), max(last, int(times.max()))
                for part, packets in decoder.decode(stream.window, records[:found]):
                    if finder is not None:
                        packets = finder.decode(stream.window, part, packets)
                    counting.add(stream.window, part, packets)
                meter.packets += found
                meter.at(stream.position)
    finally:
        counting.close()
    return min(first, last), last, stream.problem or walker.problem


def _known(source: Source, streams: Sequence[Series]) -> Source:
    """Return a source with what is known of its stream at its end: tunnels, and what was said before encryption."""
    if source.stream < 0:
        return source
    series = streams[source.stream]
    said = series.conversations.heard
    source = replace(source, greetings=said, tunnels=series.decoder.tunnels.named())
    if not said.lost:
        return source
    note = say("{n} {n:name|names} of servers, lists of protocols, certificates or offers of algorithms found no room"
               " and were not kept",
               "{n} {n:nom|noms} de serveurs, listes de protocoles, certificats ou offres d’algorithmes n’ont pas été"
               " gardés, faute de place", n=said.lost)  # fmt: skip
    return replace(source, notes=(*source.notes, note))


def _finding(source: Source) -> Finding:
    assert source.problem is not None
    return input_error("unreadable-capture", source.problem, Ref("capture", source.file), Span(source.file))
