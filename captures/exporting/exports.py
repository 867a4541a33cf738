"""Export datagrams to batches of records, whatever their version, with what each exporter said before.

Sets of one template are gathered over many datagrams and decoded together. Whatever changes what follows (a template,
a sampling rate) is applied in its place: what came before it is decoded first.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.exporting import elements as el
from cloison.captures.exporting import sampling, sets
from cloison.captures.exporting.columns import Columns, Heads, errors, fill
from cloison.captures.exporting.gaps import Gaps
from cloison.captures.exporting.points import Points
from cloison.captures.exporting.samples import Samples, is_sample
from cloison.captures.exporting.sets import FIXED, MALFORMED, MESSAGE_WIDTH, MOST_SETS, SET_WIDTH
from cloison.captures.exporting.templates import (
    FIXED_LAYOUTS,
    OPTIONS,
    TEMPLATES,
    Key,
    Layout,
    Template,
    Templates,
    read_templates,
)
from cloison.captures.records import BATCH, RECORD_WORDS, Sink
from cloison.flows.compiled import Kernel, compiled
from cloison.netmodel.finding import Message, say

Array = npt.NDArray[Any]

ROOM = 1 << 20  # bytes of datagrams that are gathered
MOST_MESSAGES = 1 << 12
MOST_HELD = 1 << 24  # bytes of data that wait for their template
LIFETIME = 24 * 3600 * 10**9  # ns; of a template over UDP that is not sent again (RFC 7011 section 8.4 leaves it open)
MOST_DOMAINS = 1 << 14  # whose clocks are kept
MOST_RATES = 1 << 18  # of all domains
MOST_EXPORTERS = 1 << 16

_NEUTRAL = {word.FLAGS: -1, word.BACK_FLAGS: -1, word.VNI: -1, word.SAMPLED: 1}
_WRITTEN = (word.PROTOCOL, word.FIRST, word.LAST, word.POINT, word.NUMBER)  # of every record that is not left out


class Exports:
    """The decoder of everything that exporters sent to one source.

    ``fast``: by compiled loops. ``lifetime``: ns after which a template that was not sent again is no more believed; 0
    (of a file of messages): never. ``finish`` must be called at the end.
    """

    def __init__(self, sink: Sink, *, fast: bool = True, lifetime: int = 0) -> None:
        self._sink = sink
        self._fast = fast
        self._lifetime = lifetime
        self._split: Kernel = compiled(sets.split) if fast else sets.split
        self._tally: Kernel = compiled(sets.tally) if fast else sets.tally
        self._gather: Kernel = compiled(sets.gather) if fast else sets.gather
        self._templates = Templates()
        self._rates: OrderedDict[tuple[int, int, int], sampling.Rates] = OrderedDict()
        self._rates_kept = 0
        self._began: OrderedDict[tuple[int, int, int], int] = OrderedDict()
        self._held: OrderedDict[Key, deque[tuple[bytes, Array]]] = OrderedDict()
        self._held_bytes = 0
        self._exporters: dict[str, int] = {}
        self._names: list[str] = []
        self._points = Points(sink)
        self._gaps = Gaps()
        self._samples: Samples | None = None
        self._assumed: Counter[str] = Counter()
        self._left: Counter[str] = Counter()
        self.number = 0  # records so far
        self._sets = np.zeros((2 * MOST_SETS, SET_WIDTH), dtype=np.int64)
        self._flat = np.zeros(0, dtype=np.int64)
        self._out = np.zeros(0, dtype=np.uint8)
        self._window = np.zeros(0, dtype=np.uint8)
        self._messages = np.zeros((MOST_MESSAGES, MESSAGE_WIDTH), dtype=np.int64)
        self._used = self._waiting = 0

    def datagram(self, payload: bytes, exporter: str, time: int = 0) -> None:
        """Take the payload of one UDP datagram that an exporter sent; ``time`` is ns since 1970 of its capture."""
        if is_sample(payload):
            self._flush()
            if self._samples is None:
                self._samples = Samples(self._sink, fast=self._fast)
            self.number = self._samples.datagram(payload, exporter, time, self.number)
            return
        size = len(payload)
        if not len(self._window):
            self._window = np.zeros(ROOM, dtype=np.uint8)
        if self._used + size > ROOM or self._waiting == MOST_MESSAGES:
            self._flush()
        if size > sets.LONGEST or (exporter not in self._exporters and len(self._names) == MOST_EXPORTERS):
            self._leave("record-malformed", 1)  # no datagram is so long; no network has so many exporters
            return
        self._window[self._used : self._used + size] = np.frombuffer(payload, dtype=np.uint8)
        self._messages[self._waiting] = (self._used, self._used + size, self._number(exporter), time)
        self._waiting += 1
        self._used += size

    def take(self, window: Array, messages: Array, count: int, exporter: str = "") -> None:
        """Take the first ``count`` messages of a window (rows of ``sets``' messages) of one exporter."""
        self._flush()
        messages[:count, sets.M_EXPORTER] = self._number(exporter)
        self._messages_of(window, messages, count)

    def finish(self) -> None:
        """Decode what is left, and say what never came."""
        self._flush()
        if self._samples is not None:
            self._samples.finish()
        for held in self._held.values():
            self._leave("record-without-template", len(held))
        self._held.clear()
        for reason, number in sorted(self._left.items()):
            if number:
                self._sink.leave(reason, number)
        self._left.clear()
        for said in self._gaps.said(self._names):
            self._sink.note(said)
        if self._assumed["rate"]:
            self._sink.note(_unsampled(self._assumed["rate"]))
        if self._assumed["clock"]:
            self._sink.note(_undated(self._assumed["clock"]))
        if self._templates.forgotten:
            self._sink.note(_forgotten(self._templates.forgotten))

    def _flush(self) -> None:
        waiting, self._waiting, self._used = self._waiting, 0, 0
        if waiting:
            self._messages_of(self._window, self._messages, waiting)

    def _number(self, exporter: str) -> int:
        number = self._exporters.get(exporter)
        if number is None:
            number = self._exporters[exporter] = len(self._names)
            self._names.append(exporter)
        return number

    def _leave(self, reason: str, number: int) -> None:
        self.number += number
        self._left[reason] += number

    def _messages_of(self, window: Array, messages: Array, count: int) -> None:
        done = 0
        while done < count:
            done, used = map(int, self._split(window, messages, done, count, self._sets))
            self._chunk(window, self._sets[:used].copy())
        self._sink.tick()

    # --- sets, in their order ------------------------------------------------------------------------------------

    def _chunk(self, window: Array, rows: Array) -> None:
        """Decode the sets of some messages; what changes what follows is applied in its place."""
        keys, which = _keys(rows)
        options = {place for place, key in enumerate(keys) if (known := self._templates.get(key)) and known.options}
        ids = rows[:, sets.S_ID]
        control = (ids == TEMPLATES) | (ids == OPTIONS)
        if options:
            control |= np.isin(which, list(options))
        places = {key: place for place, key in enumerate(keys)}
        counts = np.zeros(len(rows), dtype=np.int64)  # records; -1: not known
        waiting: list[int] = np.flatnonzero(control).tolist()
        heapify(waiting)
        start = 0
        while waiting:
            at = heappop(waiting)
            change = self._change(window, rows[at], keys[which[at]])
            if change is None:
                continue
            if at > start:
                self._decode(window, rows, keys, which, counts, start, at)
            start = at
            for key in change():
                place = places.get(key)
                if place is not None and place not in options:
                    options.add(place)
                    for later in (np.flatnonzero(which[at + 1 :] == place) + at + 1).tolist():
                        heappush(waiting, later)
        self._decode(window, rows, keys, which, counts, start, len(rows))
        self._gaps.add(rows, counts)

    def _change(self, window: Array, row: Array, key: Key) -> Callable[[], list[Key]] | None:
        """Return what applies a set that says something new, and returns the options templates that it brings."""
        identifier = int(row[sets.S_ID])
        data = window[row[sets.S_AT] : row[sets.S_STOP]].tobytes()
        if identifier not in (TEMPLATES, OPTIONS):
            return self._option(window, row, key)
        heard = int(row[sets.S_CAPTURED] or row[sets.S_TIME])
        said = read_templates(data, key[2], identifier == OPTIONS, heard)
        if said.malformed:
            self._leave("record-malformed", 1)
        known = self._templates
        news: list[tuple[Key, Template | None]] = []
        if said.all_withdrawn:
            news = [
                (other, None) for other in known.of(*key[:3]) if known.known(other).options == (identifier == OPTIONS)
            ]
        for number, template in said.templates:
            own = (*key[:3], number)
            if template is None or not known.same(own, template):
                news.append((own, template))
        if not news:
            return None
        return lambda: self._install(news)

    def _install(self, news: list[tuple[Key, Template | None]]) -> list[Key]:
        for key, template in news:
            if template is None:
                self._templates.drop(key)
                continue
            self._templates.put(key, template)
            held = self._held.pop(key, None)
            if held:
                self._release(key, template, held)
        return [key for key, template in news if template is not None and template.options]

    def _option(self, window: Array, row: Array, key: Key) -> Callable[[], list[Key]] | None:
        """Read the records of an options template: sampling rates, and when the exporter's clock began."""
        template = self._templates.get(key)
        if template is None or not template.options:
            return None  # it was made a template of data since
        layout = template.layout
        rates, began = sampling.told(layout), layout.has(el.INIT_MS)
        if not layout.sound or not (rates or began) or not layout.least:
            return None
        number, _ = self._tally(window, row[sets.S_AT], row[sets.S_STOP], layout.parts, layout.least)
        if not number:
            return None
        out = np.zeros(number * layout.size, dtype=np.uint8)
        self._gather(window, row[np.newaxis], 0, 1, np.array([number]), layout.parts, out)
        columns = Columns(out, int(number), layout)
        domain = key[:3]
        told: sampling.Rates = {}
        start = 0
        if rates:
            known = self._rates.get(domain, {})
            told = {
                about: rate
                for about, rate in sampling.options(columns, layout, out, int(number)).items()
                if known.get(about) != rate and (about in known or len(known) < sampling.MOST_RATES)
            }
        if began:
            start = int(columns.get(el.INIT_MS).astype(np.int64)[-1])
            start = start * 10**6 if 0 < start < 1 << 42 else 0
            if self._began.get(domain, 0) == start:
                start = 0
        if not told and not start:
            return None

        def change() -> list[Key]:
            if told:
                self._rated(domain, told)
            if start:
                self._began[domain] = start
                self._began.move_to_end(domain)
                if len(self._began) > MOST_DOMAINS:
                    self._began.popitem(last=False)
            return []

        return change

    def _rated(self, domain: tuple[int, int, int], told: sampling.Rates) -> None:
        known = self._rates.setdefault(domain, {})
        self._rates.move_to_end(domain)
        self._rates_kept += len(told.keys() - known.keys())
        known.update(told)
        while self._rates_kept > MOST_RATES and len(self._rates) > 1:
            self._rates_kept -= len(self._rates.popitem(last=False)[1])

    # --- records -------------------------------------------------------------------------------------------------

    def _decode(
        self, window: Array, rows: Array, keys: list[Key], which: Array, counts: Array, start: int, stop: int
    ) -> None:
        """Decode the sets from ``start`` to ``stop``, those of a template together; write their records in counts."""
        ids = rows[start:stop, sets.S_ID]
        bad = ids >= MALFORMED
        if bad.any():
            self._leave("record-malformed", int((ids[bad] - MALFORMED).sum()))
        chosen = np.flatnonzero((ids >= 256) & ~bad) + start
        if not len(chosen):
            return
        groups = []
        for places in _groups(chosen, which[chosen]):
            key = keys[which[places[0]]]
            template = self._templates.get(key)
            fixed = key[3] >= FIXED
            if not fixed and template is not None and self._lifetime:
                late = rows[places, sets.S_CAPTURED] - template.heard > self._lifetime
                if late.any():
                    self._hold(window, rows, key, places[late], counts)
                    places = places[~late]
            if template is None and not fixed:
                self._hold(window, rows, key, places, counts)
                continue
            if not len(places):
                continue
            layout = FIXED_LAYOUTS[key[3] - FIXED] if template is None else template.layout
            self._count(window, rows, places, layout, counts)
            groups.append((places, key, layout))
        after = self.number + np.cumsum(np.maximum(counts[start:stop], 0))
        for places, key, layout in groups:
            self._group(window, rows[places], counts[places], after[places - start] - counts[places], key, layout)
        self.number = int(after[-1])

    def _count(self, window: Array, rows: Array, places: Array, layout: Layout, counts: Array) -> None:
        """Write the number of records of each set of a layout."""
        if layout.least == 0:
            self._leave("record-malformed", len(places))  # records of no length: how many is not known
            return
        if len(layout.parts) == 1 and layout.parts[0] >= 0:
            counts[places] = (rows[places, sets.S_STOP] - rows[places, sets.S_AT]) // layout.least
            return
        for place in places.tolist():
            number, bad = self._tally(window, rows[place, 0], rows[place, 1], layout.parts, layout.least)
            counts[place] = number
            if bad:
                self._leave("record-malformed", 1)

    def _group(self, window: Array, rows: Array, counts: Array, before: Array, key: Key, layout: Layout) -> None:
        """Decode the sets of one layout; ``before`` are the records of the source before each of them."""
        total = int(counts.sum())
        if layout.options:
            self._left["other-record"] += total
            return
        if not layout.sound:
            self._left["record-malformed"] += total
            return
        if not layout.has(el.SOURCE_V4, el.SOURCE_V6):
            self._left["record-not-ip"] += total
            return
        ends = np.cumsum(counts)
        each = -(-total // max(1, round(total / BATCH)))  # batches of about one size
        first = 0
        while first < len(rows):
            done = int(ends[first - 1]) if first else 0
            last = max(int(np.searchsorted(ends, done + each, side="right")), first + 1)
            number = int(ends[last - 1]) - done
            if number:
                self._batch(window, rows[first:last], counts[first:last], before[first:last], number, key, layout)
            first = last

    def _batch(
        self, window: Array, rows: Array, counts: Array, before: Array, number: int, key: Key, layout: Layout
    ) -> None:
        size = number * layout.size
        if len(self._out) < size:
            self._out = np.zeros(max(size, ROOM), dtype=np.uint8)
        self._gather(window, rows, 0, len(rows), counts, layout.parts, self._out)
        place = np.repeat(np.arange(len(rows)), counts)  # of each record's set
        numbers = np.arange(1, number + 1)
        numbers += np.repeat(before - np.cumsum(counts) + counts, counts)
        gone = errors(Columns(self._out, number, layout))
        if len(gone):
            self._left["icmp-error-record"] += len(gone)
            records = self._out[:size].reshape(number, layout.size)
            number -= len(gone)
            for column in (records, place, numbers):
                _close(column, gone)
            if not number:
                return
            place, numbers = place[:number], numbers[:number]
        batch = self._neutral(number)
        columns = Columns(self._out, number, layout)
        domain = key[:3]
        began = self._began.get(domain, 0)
        heads = Heads(_spread(rows[:, sets.S_TIME], place), _spread(rows[:, sets.S_UPTIME], place), began)
        left = fill(batch, columns, layout, heads)
        if (
            layout.has(el.LAST_UPTIME, el.FIRST_UPTIME)
            and key[2] == 10
            and not began
            and not layout.has(el.INIT_MS, el.LAST_MS, el.LAST_S, el.LAST_US, el.LAST_NS)
        ):
            self._assumed["clock"] += number
        self._left.update(left)
        if left.total() == number:
            return
        batch[word.NUMBER] = numbers
        rate = self._rate(rows, place, columns, layout, key)
        if not (isinstance(rate, int) and rate == 1):
            _scale(batch, rate)
        if el.DIRECTION in columns:
            ways = np.array([self._points.of(self._names[key[0]], key, way) for way in ("ingress", "egress", "")])
            batch[word.POINT] = ways[np.minimum(columns.get(el.DIRECTION), 2)]
        else:
            batch[word.POINT] = self._points.of(self._names[key[0]], key, "")
        self._sink.add(self._without(batch) if left else batch)

    def _rate(self, rows: Array, place: Array, columns: Columns, layout: Layout, key: Key) -> Any:
        header = rows[:, sets.S_RATE]
        if key[3] >= FIXED:
            return _spread(np.maximum(header, 1), place) if header.any() else 1
        known = self._rates.get(key[:3], {})
        if not known and not layout.has(el.SAMPLER, el.SELECTOR, *sampling.TELLING):
            return 1
        rate, missing = sampling.applied(columns, layout, known, key[3])
        if missing:
            self._assumed["rate"] += len(place)
        return rate

    def _neutral(self, number: int) -> Array:
        """Return a batch as ``batch_of`` makes it, in memory that is used again."""
        if len(self._flat) < RECORD_WORDS * number:
            self._flat = np.zeros(RECORD_WORDS * max(number, BATCH), dtype=np.int64)
        batch = self._flat[: RECORD_WORDS * number].reshape(RECORD_WORDS, number)
        for row in range(RECORD_WORDS):
            if row not in _WRITTEN:
                batch[row] = _NEUTRAL.get(row, 0)
        return batch

    def _without(self, batch: Array) -> Array:
        """Return a batch without the records that are left out: those at its end take their places."""
        gone = np.flatnonzero(batch[word.PROTOCOL] < 0)
        for row in batch:
            _close(row, gone)
        return np.ascontiguousarray(batch[:, : batch.shape[1] - len(gone)])

    # --- data before its template --------------------------------------------------------------------------------

    def _hold(self, window: Array, rows: Array, key: Key, places: Array, counts: Array) -> None:
        counts[places] = -1
        held = self._held.setdefault(key, deque())
        for place in places.tolist():
            data = window[rows[place, 0] : rows[place, 1]].tobytes()
            held.append((data, rows[place].copy()))
            self._held_bytes += len(data) + 256
        while self._held_bytes > MOST_HELD:  # the oldest first
            oldest = next(iter(self._held.values()))
            gone, _ = oldest.popleft()
            self._held_bytes -= len(gone) + 256
            self._leave("record-without-template", 1)
            if not oldest:
                self._held.popitem(last=False)

    def _release(self, key: Key, template: Template, held: deque[tuple[bytes, Array]]) -> None:
        """Decode what waited for a template that has come."""
        rows = np.array([row for _, row in held])
        sizes = np.array([len(data) for data, _ in held])
        self._held_bytes -= int(sizes.sum()) + 256 * len(held)
        rows[:, sets.S_STOP] = np.cumsum(sizes)
        rows[:, sets.S_AT] = rows[:, sets.S_STOP] - sizes
        window = np.frombuffer(b"".join(data for data, _ in held), dtype=np.uint8).copy()
        counts = np.zeros(len(rows), dtype=np.int64)
        places = np.arange(len(rows))
        self._count(window, rows, places, template.layout, counts)
        after = self.number + np.cumsum(counts)
        self._group(window, rows, counts, after - counts, key, template.layout)
        self.number = int(after[-1])


def _keys(rows: Array) -> tuple[list[Key], Array]:
    """Return the keys of the templates of sets, and the place of each set's key among them."""
    columns = rows[:, [sets.S_EXPORTER, sets.S_DOMAIN, sets.S_VERSION]]
    if not len(rows):
        return [], np.zeros(0, dtype=np.int64)
    if (columns == columns[0]).all():
        domains, domain = columns[:1], np.zeros(len(rows), dtype=np.int64)
    else:
        packed = (columns[:, 0] << 37) | (columns[:, 1] << 4) | np.minimum(columns[:, 2], 15)
        _, first, domain = np.unique(packed, return_index=True, return_inverse=True)
        domains = columns[first]
    packed = (domain.astype(np.int64) << 32) | rows[:, sets.S_ID]
    _, first, which = np.unique(packed, return_index=True, return_inverse=True)
    keys: list[Key] = []
    for place in first.tolist():
        exporter, number, version = domains[domain[place]].tolist()
        keys.append((exporter, number, version, int(rows[place, sets.S_ID])))
    return keys, which.ravel()


def _groups(places: Array, which: Array) -> list[Array]:
    """Return the places of each value of ``which``, in their order."""
    if (which == which[0]).all():
        return [places]
    order = np.argsort(which, kind="stable")
    return np.split(places[order], np.flatnonzero(np.diff(which[order])) + 1)


def _spread(values: Array, place: Array) -> Any:
    """Return the value of each record's set; one number when all are the same."""
    return int(values[0]) if (values == values[0]).all() else values[place]


def _close(column: Array, gone: Array) -> None:
    """Write the last rows of a column over those that are gone (ascending); the rest then comes first."""
    kept = len(column) - len(gone)
    last = np.setdiff1d(np.arange(kept, len(column)), gone, assume_unique=True)
    column[gone[: len(last)]] = column[last]


def _scale(batch: Array, rate: Any) -> None:
    rate = np.maximum(rate, 1)
    batch[word.SAMPLED] = rate
    for row in (word.PACKETS, word.BYTES, word.BACK_PACKETS, word.BACK_BYTES):
        batch[row] = np.minimum(batch[row], ((1 << 62) - 1) // rate) * rate


def _unsampled(count: int) -> Message:
    return say("the sampling rate of {count} {count:record|records} never came: they count as they were sent",
               "le taux d’échantillonnage de {count} {count:enregistrement|enregistrements} n’est jamais venu : leurs "
               "comptes sont pris tels quels", count=count)  # fmt: skip


def _undated(count: int) -> Message:
    return say("{count} {count:record tells its|records tell their} time by a clock whose beginning is not told: the "
               "end of the flow is taken to be when it was exported",
               "{count} {count:enregistrement donne|enregistrements donnent} l’heure d’une horloge dont l’origine "
               "n’est pas dite : la fin du flux est prise à l’instant de l’export", count=count)  # fmt: skip


def _forgotten(count: int) -> Message:
    return say("more templates came than are kept: {count} {count:was|were} forgotten",
               "trop de modèles sont venus pour être tous conservés : {count} {count:a été oublié|ont été oubliés}",
               count=count)  # fmt: skip
