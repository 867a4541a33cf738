"""What a format of flow records is: an exporter's packets, a collector's files, the lines of a log.

A packet format walks packets that are then decoded and counted; a format of records reads what somebody else counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cloison.captures.conversations import Timeouts
from cloison.captures.stream import Stream
from cloison.flows.table import FlowTable
from cloison.netmodel.finding import Message

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Records:
    """What a source of flow records holds.

    ``table`` has one row a two-way conversation (column ``source`` is 0); ``records`` is how many records were read,
    each of them in a row or in ``ledger`` (records by a name of ``REASONS``); ``first`` and ``last`` are ns since
    1970 UTC; ``problem`` says why only a part was read.
    """

    table: FlowTable
    records: int
    ledger: Mapping[str, int]
    first: int
    last: int
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """One format of flow records.

    ``recognises`` is asked with the first bytes of a source (up to ``stream``'s window, uncompressed); ``read`` reads
    the stream to its end in bounded memory, and never raises because of what is in it. ``broad`` formats are asked
    after all others: their marks are weak.
    """

    name: str
    recognises: Callable[[bytes], bool]
    read: Callable[[Stream, Timeouts, Tick], Records]
    broad: bool = False
