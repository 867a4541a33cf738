"""When records of one layout began and ended: RFC 7011 section 6.1, RFC 3954 section 5.1 (the exporter's uptime)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.exporting import elements as el
from cloison.captures.exporting.columns import MICRO, MILLI, MOST_MS, SECOND, Columns, Heads, leave_out

Array = npt.NDArray[Any]

ERA = 2_208_988_800  # seconds from 1900 to 1970, NTP's and IPFIX's own times (RFC 7011 section 6.1.9)


def write_times(batch: Array, columns: Columns, heads: Heads, left: Counter[str]) -> None:
    """Write first and last; where nothing is told of one it is the other, where of both it is the export's time."""
    first = _time(columns, heads, left, batch, el.FIRST_MS, el.FIRST_US, el.FIRST_NS, el.FIRST_S, el.FIRST_DELTA,
                  el.FIRST_UPTIME)  # fmt: skip
    last = _time(columns, heads, left, batch, el.LAST_MS, el.LAST_US, el.LAST_NS, el.LAST_S, el.LAST_DELTA,
                 el.LAST_UPTIME)  # fmt: skip
    if last is None and el.OBSERVED_MS in columns:
        last = _milli(columns.get(el.OBSERVED_MS), heads, left, batch)
    if last is None and el.OBSERVED_S in columns:
        last = columns.get(el.OBSERVED_S).astype(np.int64) * SECOND
    duration: Array | None = None
    if el.DURATION_MS in columns:
        duration = (columns.get(el.DURATION_MS).astype(np.int64) & 0xFFFFFFFF) * MILLI
    elif el.DURATION_US in columns:
        duration = (columns.get(el.DURATION_US).astype(np.int64) & 0xFFFFFFFF) * MICRO
    if first is None and last is None:
        last = np.broadcast_to(np.asarray(heads.time, dtype=np.int64), batch.shape[1:])
    if first is None:
        assert last is not None
        first = last - duration if duration is not None else last
    elif last is None:
        last = first + duration if duration is not None else first
    np.minimum(first, last, out=batch[word.FIRST])
    np.maximum(first, last, out=batch[word.LAST])
    for row in (word.FIRST, word.LAST):  # a clock that was never set may tell a time before 1970
        np.maximum(batch[row], 0, out=batch[row])


def _time(
    columns: Columns, heads: Heads, left: Counter[str], batch: Array, milli: int, micro: int, nano: int, second: int,
    delta: int, uptime: int,
) -> Array | None:  # fmt: skip
    if milli in columns:
        return _milli(columns.get(milli), heads, left, batch)
    if nano in columns or micro in columns:
        value = columns.get(nano if nano in columns else micro).astype(np.int64)
        seconds, fraction = (value >> 32) & 0xFFFFFFFF, value & 0xFFFFFFFF
        seconds = np.where(seconds >= ERA, seconds - ERA, seconds + (1 << 32) - ERA)  # after 2036, the next era
        exact = seconds * SECOND + ((fraction * SECOND) >> 32)
        return np.where(value == 0, heads.time, exact)
    if second in columns:
        value = columns.get(second).astype(np.int64)
        return np.where(value == 0, heads.time, (value & 0xFFFFFFFF) * SECOND)
    if delta in columns:
        before: Array = heads.time - (columns.get(delta).astype(np.int64) & 0xFFFFFFFF) * MICRO
        return before
    if uptime not in columns:
        return None
    value = columns.get(uptime).astype(np.uint32)
    found: Array
    if el.INIT_MS in columns:
        value[columns.get(el.INIT_MS) == 0] = 0  # not told after all: it is the export's time
        found = _milli(columns.get(el.INIT_MS), heads, left, batch) + value * np.int64(MILLI)
        return found
    clock = heads.uptime
    if np.min(clock) >= 0:
        # The clock is 32 bits of ms: it begins again after 50 days, so that what counts is the nearest way round.
        age = (np.asarray(clock).astype(np.uint32) - value).view(np.int32)
        found = heads.time - age * np.int64(MILLI)
        return found
    if np.min(heads.began) > 0:
        found = heads.began + value * np.int64(MILLI)
        return found
    # The clock's zero is not told: the last packet is taken to be as old as the export.
    latest = columns.get(el.LAST_UPTIME).astype(np.uint32) if el.LAST_UPTIME in columns else value
    found = heads.time - (latest - value) * np.int64(MILLI)
    return found


def _milli(value: Array, heads: Heads, left: Counter[str], batch: Array) -> Array:
    value = value.astype(np.int64)
    if int(value.view(np.uint64).max()) > MOST_MS:
        bad = value.view(np.uint64) > MOST_MS
        leave_out(batch, bad, left, "record-malformed")
        value[bad] = 0
    value *= MILLI
    if int(value.min()) == 0:
        value = np.where(value == 0, heads.time, value)
    return value
