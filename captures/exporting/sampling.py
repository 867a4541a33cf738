"""Sampling: one packet in how many an exporter counts, as its options, its headers or its records say.

Sources: RFC 3954 section 8 and Cisco's sampler options (34, 48, 50); RFC 5477 and IANA's registry (302 to 311).
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.exporting import elements as el
from cloison.captures.exporting.columns import Columns
from cloison.captures.exporting.templates import Layout

Array = npt.NDArray[Any]

TELLING = (el.SAMPLING_INTERVAL, el.SAMPLER_INTERVAL, el.PSAMP_INTERVAL, el.PSAMP_POPULATION, el.PSAMP_PROBABILITY)
ABOUT = (el.SAMPLER, el.SELECTOR, el.INPUT, el.TEMPLATE)  # what a rate may be of, the closest first
WHOLE = 0  # of the whole domain
MOST_RATES = 1 << 14  # of one domain
MOST = (1 << 32) - 1  # one packet in so many

Rates = dict[tuple[int, int], int]  # (what it is of, its number) -> rate


def told(layout: Layout) -> bool:
    """Return whether records of a layout tell a rate."""
    return layout.has(*TELLING)


def rates_of(columns: Columns) -> Array | None:
    """Return the rate that each record tells (int64, 0: none)."""
    found: Array | None = None
    for element in (el.SAMPLING_INTERVAL, el.SAMPLER_INTERVAL):
        if element in columns:
            said = columns.get(element).astype(np.int64)
            found = said if found is None else np.where(found > 0, found, said)
    if found is None and el.PSAMP_INTERVAL in columns:  # so many packets taken, so many passed over
        found = columns.get(el.PSAMP_INTERVAL).astype(np.int64)
        if el.PSAMP_SPACE in columns:
            found = _ratio(found + columns.get(el.PSAMP_SPACE), found)
    if found is None and el.PSAMP_POPULATION in columns and el.PSAMP_SIZE in columns:
        found = _ratio(columns.get(el.PSAMP_POPULATION), columns.get(el.PSAMP_SIZE))
    return None if found is None else np.clip(found, 0, MOST)


def probability_rate(value: bytes) -> int:
    """Return the rate of a probability (a float of 4 or 8 bytes), 0 when it is none."""
    number = struct.unpack(">d" if len(value) == 8 else ">f", value)[0] if len(value) in (4, 8) else 0.0
    return min(round(1 / number), MOST) if 1 / MOST < number <= 1 else 0


def _ratio(whole: Array, part: Array) -> Array:
    part = np.asarray(part, dtype=np.int64)
    found: Array = (np.asarray(whole, dtype=np.int64) + part // 2) // np.maximum(part, 1) * (part > 0)
    return found


def options(columns: Columns, layout: Layout, buffer: Array, number: int) -> Rates:
    """Return the rates that records of an options template tell."""
    said = rates_of(columns)
    if said is None:
        place, size = layout.places[el.PSAMP_PROBABILITY]
        data = buffer.tobytes()
        values = [probability_rate(data[i * layout.size + place :][:size]) for i in range(number)]
        said = np.array(values, dtype=np.int64)
    about = next((element for element in ABOUT if element in columns), WHOLE)
    numbers = columns.get(about).astype(np.int64) if about else np.zeros(number, dtype=np.int64)
    return {
        (about, which): rate for which, rate in zip(numbers.tolist(), said.tolist(), strict=True) if rate > 0
    }  # fmt: skip


def applied(columns: Columns, layout: Layout, known: Rates, template: int) -> tuple[Any, bool]:
    """Return the rate of each record, or one for all, and whether some of it is not known (and so taken as 1)."""
    own = rates_of(columns) if told(layout) else None
    if own is not None and own.all():
        return own, False
    rate, missing = _looked_up(columns, known, template)
    if own is not None:
        return np.where(own > 0, own, rate), missing
    return rate, missing


def _looked_up(columns: Columns, known: Rates, template: int) -> tuple[Any, bool]:
    for element in (el.SAMPLER, el.SELECTOR, el.INPUT):
        if element not in columns or (element == el.INPUT and not any(about == element for about, _ in known)):
            continue
        numbers, place = np.unique(columns.get(element), return_inverse=True)
        found = [known.get((element, number), 0) for number in numbers.tolist()]
        other, missing = _for_all(known, template)
        unknown = any(not rate and number for rate, number in zip(found, numbers.tolist(), strict=True))
        filled = [rate or (other if number else 1) for rate, number in zip(found, numbers.tolist(), strict=True)]
        return np.array(filled, dtype=np.int64)[place.ravel()], unknown and (missing or other == 1)
    return _for_all(known, template)


def _for_all(known: Rates, template: int) -> tuple[int, bool]:
    """Return the rate of records that name no sampler: the template's, the domain's, or the only one that is known."""
    for key in ((el.TEMPLATE, template), (WHOLE, 0)):
        if key in known:
            return known[key], False
    rates = set(known.values())
    if len(rates) == 1:
        return next(iter(rates)), False
    return 1, bool(rates)
