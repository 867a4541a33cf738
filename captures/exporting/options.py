"""What exporters say of themselves in records of options: sampling rates, and when their clocks began."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.exporting import elements as el
from cloison.captures.exporting import sampling, sets
from cloison.captures.exporting.columns import MILLI, MOST_MS, Columns
from cloison.captures.exporting.templates import Layout
from cloison.flows.compiled import Kernel

Array = npt.NDArray[Any]
Domain = tuple[int, int, int]  # exporter, domain, version

MOST_CLOCKS = 1 << 14  # that are kept, the oldest giving way
MOST_RATES = 1 << 18  # of all domains


class Options:
    """The options of every domain: ``rates`` as :mod:`sampling` reads them, ``began`` in ns since 1970."""

    def __init__(self, tally: Kernel, gather: Kernel) -> None:
        self._tally = tally
        self._gather = gather
        self._kept = 0
        self.rates: OrderedDict[Domain, sampling.Rates] = OrderedDict()
        self.began: OrderedDict[Domain, int] = OrderedDict()

    def read(self, window: Array, row: Array, domain: Domain, layout: Layout) -> Callable[[], None] | None:
        """Return what applies a set of options, when it says something new."""
        rates, clock = sampling.told(layout), layout.has(el.INIT_MS)
        if not layout.sound or not (rates or clock) or not layout.least:
            return None
        number = int(self._tally(window, row[sets.S_AT], row[sets.S_STOP], layout.parts, layout.least)[0])
        if not number:
            return None
        out = np.zeros(number * layout.size, dtype=np.uint8)
        self._gather(window, row[np.newaxis], 0, 1, np.array([number]), layout.parts, out)
        columns = Columns(out, number, layout)
        told: sampling.Rates = {}
        began = 0
        if rates:
            known = self.rates.get(domain, {})
            told = {
                about: rate
                for about, rate in sampling.options(columns, layout, out, number).items()
                if known.get(about) != rate and (about in known or len(known) < sampling.MOST_RATES)
            }
        if clock:
            began = int(columns.get(el.INIT_MS).astype(np.int64)[-1])
            began = began * MILLI if 0 < began <= MOST_MS else 0
            began = 0 if self.began.get(domain) == began else began
        return (lambda: self.apply(domain, told, began)) if told or began else None

    def apply(self, domain: Domain, told: sampling.Rates, began: int) -> None:
        """Take rates and the beginning of a clock (0: not told) as said."""
        if told:
            known = self.rates.setdefault(domain, {})
            self.rates.move_to_end(domain)
            self._kept += len(told.keys() - known.keys())
            known.update(told)
            while self._kept > MOST_RATES and len(self.rates) > 1:
                self._kept -= len(self.rates.popitem(last=False)[1])
        if began:
            self.began[domain] = began
            self.began.move_to_end(domain)
            if len(self.began) > MOST_CLOCKS:
                self.began.popitem(last=False)
