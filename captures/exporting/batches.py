"""Sets of one layout to batches for a sink: their records are gathered, decoded by column, scaled and numbered."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.exporting import elements as el
from cloison.captures.exporting import sampling, sets
from cloison.captures.exporting.columns import Columns, Heads
from cloison.captures.exporting.filling import errors, fill
from cloison.captures.exporting.options import Options
from cloison.captures.exporting.points import Points
from cloison.captures.exporting.sets import FIXED
from cloison.captures.exporting.templates import Key, Layout
from cloison.captures.records import BATCH, RECORD_WORDS, Sink
from cloison.flows.compiled import Kernel
from cloison.netmodel.finding import Message, say

Array = npt.NDArray[Any]

ROOM = 1 << 20  # bytes of records, to begin with

_NEUTRAL = {word.FLAGS: -1, word.BACK_FLAGS: -1, word.VNI: -1, word.SAMPLED: 1}
_WRITTEN = (word.PROTOCOL, word.FIRST, word.LAST, word.POINT, word.NUMBER)  # of every record that is not left out


class Batches:
    """What gives a sink its batches; ``left`` counts the records that are in none, by names of ``REASONS``.

    ``names`` are the exporters by number, a list that may grow.
    """

    def __init__(self, sink: Sink, options: Options, names: list[str], gather: Kernel) -> None:
        self._sink = sink
        self._options = options
        self._names = names
        self._gather = gather
        self._points = Points(sink)
        self._flat = np.zeros(0, dtype=np.int64)
        self._out = np.zeros(0, dtype=np.uint8)
        self._unsampled = self._undated = 0
        self.left: Counter[str] = Counter()

    def notes(self) -> list[Message]:
        """Return what was assumed."""
        found = [_unsampled(self._unsampled)] * bool(self._unsampled)
        return found + [_undated(self._undated)] * bool(self._undated)

    def add(self, window: Array, rows: Array, counts: Array, before: Array, key: Key, layout: Layout) -> None:
        """Decode the sets of one layout; ``before`` are the records of the source before each of them."""
        total = int(counts.sum())
        if layout.options:
            self.left["other-record"] += total
            return
        if not layout.sound:
            self.left["record-malformed"] += total
            return
        if not layout.has(el.SOURCE_V4, el.SOURCE_V6):
            self.left["record-not-ip"] += total
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
            self.left["icmp-error-record"] += len(gone)
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
        began = self._options.began.get(domain, 0)
        heads = Heads(_spread(rows[:, sets.S_TIME], place), _spread(rows[:, sets.S_UPTIME], place), began)
        left = fill(batch, columns, layout, heads)
        if (
            layout.has(el.LAST_UPTIME, el.FIRST_UPTIME)
            and key[2] == 10
            and not began
            and not layout.has(el.INIT_MS, el.LAST_MS, el.LAST_S, el.LAST_US, el.LAST_NS)
        ):
            self._undated += number
        self.left.update(left)
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
        known = self._options.rates.get(key[:3], {})
        if not known and not layout.has(el.SAMPLER, el.SELECTOR, *sampling.TELLING):
            return 1
        rate, missing = sampling.applied(columns, layout, known, key[3])
        if missing:
            self._unsampled += len(place)
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
