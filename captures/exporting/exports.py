"""Export datagrams to batches of records, whatever their version, with what each exporter said before.

Sets of one template are gathered over many datagrams and decoded together. Whatever changes what follows (a template,
a sampling rate) is applied in its place: what came before it is decoded first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.exporting import sets
from cloison.captures.exporting.batches import Batches
from cloison.captures.exporting.gaps import Gaps
from cloison.captures.exporting.held import Held
from cloison.captures.exporting.lending import Borrowing
from cloison.captures.exporting.options import Options
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
from cloison.captures.records import Sink
from cloison.flows.compiled import Kernel, compiled
from cloison.netmodel.finding import Message, say

Array = npt.NDArray[Any]

ROOM = 1 << 20  # bytes of datagrams that are gathered
MOST_MESSAGES = 1 << 12
LIFETIME = 24 * 3600 * 10**9  # ns; of a template over UDP that is not sent again (RFC 7011 section 8.4 leaves it open)
MOST_EXPORTERS = 1 << 16


class Exports:
    """The decoder of everything that exporters sent to one source.

    ``fast``: by compiled loops. ``lifetime``: ns after which a template that was not sent again is no more believed; 0
    (of a file of messages): never. ``borrowing``: what other files say of the only exporter. ``finish`` must be called
    at the end.
    """

    def __init__(self, sink: Sink, *, fast: bool = True, lifetime: int = 0, borrowing: Borrowing | None = None) -> None:
        self._sink = sink
        self._fast = fast
        self._lifetime = lifetime
        self._borrowing = borrowing
        self._split: Kernel = compiled(sets.split) if fast else sets.split
        self._tally: Kernel = compiled(sets.tally) if fast else sets.tally
        gather: Kernel = compiled(sets.gather) if fast else sets.gather
        self._exporters: dict[str, int] = {}
        self._names: list[str] = []
        self._templates = Templates()
        self._options = Options(self._tally, gather)
        self._held = Held()
        self._batches = Batches(sink, self._options, self._names, gather)
        self._gaps = Gaps()
        self._samples: Samples | None = None
        self.number = 0  # records so far
        self._sets = np.zeros((2 * MOST_SETS, SET_WIDTH), dtype=np.int64)
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
        if self._borrowing is not None:
            for key in self._borrowing.waiting():
                self._borrow(key)
        self._leave("record-without-template", self._held.rest())
        for reason, number in sorted(self._batches.left.items()):
            if number:
                self._sink.leave(reason, number)
        self._batches.left.clear()
        lent = () if self._borrowing is None else self._borrowing.close(self._templates, self._options)
        for said in (*self._gaps.said(self._names), *self._batches.notes(), *lent):
            self._sink.note(said)
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
        self._batches.left[reason] += number

    def _messages_of(self, window: Array, messages: Array, count: int) -> None:
        done = 0
        while done < count:
            done, used = map(int, self._split(window, messages, done, count, self._sets))
            self._chunk(window, self._sets[:used].copy())
        self._sink.tick()

    # --- sets, in their order ------------------------------------------------------------------------------------

    def _chunk(self, window: Array, rows: Array) -> None:
        """Decode the sets of some messages; what changes what follows is applied in its place."""
        if self._borrowing is not None:
            self._borrowing.begin(rows, self._templates, self._options, partial(self._records, window))
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
        if self._borrowing is not None:
            self._borrowing.follow(rows, counts, self._templates, partial(self._records, window))

    def _change(self, window: Array, row: Array, key: Key) -> Callable[[], list[Key]] | None:
        """Return what applies a set that says something new, and returns the options templates that it brings."""
        identifier = int(row[sets.S_ID])
        data = window[row[sets.S_AT] : row[sets.S_STOP]].tobytes()
        if identifier not in (TEMPLATES, OPTIONS):
            template = self._templates.get(key)  # which may have been made one of data since
            if template is None or not template.options:
                return None
            apply = self._options.read(window, row, key[:3], template.layout)
            return None if apply is None else lambda: _nothing(apply)
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
            news += self._borrowing.withdrawn(key, identifier == OPTIONS) if self._borrowing else []
        for number, template in said.templates:
            own = (*key[:3], number)
            if template is None or not known.same(own, template):
                news.append((own, template))
            elif self._borrowing:
                self._borrowing.own(own)
        if not news:
            return None
        return lambda: self._install(news)

    def _install(self, news: list[tuple[Key, Template | None]]) -> list[Key]:
        for key, template in news:
            if self._borrowing:
                self._borrowing.own(key)
            if template is None:
                self._templates.drop(key)
                continue
            self._templates.put(key, template)
            self._release(key, template.layout)
        return [key for key, template in news if template is not None and template.options]

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
                if self._borrowing is None or not self._borrowing.get(key) or self._held.has_room(rows[places]):
                    self._hold(window, rows, key, places, counts)
                    continue
                template = self._borrow(key)
            if not len(places):
                continue
            layout = FIXED_LAYOUTS[key[3] - FIXED] if template is None else template.layout
            self._count(window, rows, places, layout, counts)
            groups.append((places, key, layout))
        after = self.number + np.cumsum(np.maximum(counts[start:stop], 0))
        for places, key, layout in groups:
            if self._borrowing is not None:
                self._borrowing.decoded(key, layout, int(counts[places].sum()))
            self._batches.add(window, rows[places], counts[places], after[places - start] - counts[places], key, layout)
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

    def _hold(self, window: Array, rows: Array, key: Key, places: Array, counts: Array) -> None:
        """Keep sets whose template has not come: how many records they hold is not known."""
        counts[places] = -1
        self._leave("record-without-template", self._held.put(window, rows[places], key))

    def _release(self, key: Key, layout: Layout) -> None:
        """Decode what waited for a template that has come."""
        held = self._held.take(key)
        if held is None:
            return
        window, rows = held
        counts = np.zeros(len(rows), dtype=np.int64)
        self._count(window, rows, np.arange(len(rows)), layout, counts)
        if self._borrowing is not None:
            self._borrowing.decoded(key, layout, int(counts.sum()))
        after = self.number + np.cumsum(counts)
        self._batches.add(window, rows, counts, after - counts, key, layout)
        self.number = int(after[-1])

    def _borrow(self, key: Key) -> Template:
        """Decode what waits by the template that another file lends, and return it."""
        assert self._borrowing is not None
        template = self._borrowing.take(key, self._templates)
        self._release(key, template.layout)
        return template

    def _records(self, window: Array, row: Array, template: Template | None) -> int:
        """Return the records of a set by a template; -1 when none tells."""
        layout = template.layout if template else None
        if layout is None or not layout.least:
            return -1
        return int(self._tally(window, row[sets.S_AT], row[sets.S_STOP], layout.parts, layout.least)[0])


def _nothing(apply: Callable[[], None]) -> list[Key]:
    """Apply a change that brings no template."""
    apply()
    return []


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


def _forgotten(count: int) -> Message:
    return say("more templates came than are kept: {count} {count:was|were} forgotten",
               "trop de modèles sont venus pour être tous conservés : {count} {count:a été oublié|ont été oubliés}",
               count=count)  # fmt: skip
