"""What a format of flow records is: an exporter's packets, a collector's files, the lines of a log.

A format of packets walks packets that are then decoded and counted; a format of records reads what somebody else
counted, and gives it in batches to a :class:`Sink`, which makes two-way conversations of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from cloison.captures.stream import Stream
from cloison.flows.table import LineSeen
from cloison.netmodel.finding import Message, Text

Array = npt.NDArray[Any]

# Words of a record: rows of a batch, int64[RECORD_WORDS, records]. Addresses are bit patterns, IPv4 as ::ffff:a.b.c.d.
# Ports: those of TCP, UDP, SCTP...; of ICMP, TARGET_PORT is type << 8 | code of this record's own message, SOURCE_PORT
# the identifier where it is known, else 0. FIRST and LAST: ns since 1970 UTC. PACKETS and BYTES: sent by the source,
# BACK_PACKETS and BACK_BYTES by the target (0 in a one-way record), scaled where SAMPLED is over 1. FLAGS, BACK_FLAGS:
# TCP's flags OR-ed over all packets of that side, -1 not told. TELLS: bits of flows.table.EVIDENCE that the format
# itself is sure of, as if the source were A. WIRE: 1 + index into telling.RECOGNISERS of a protocol that the recorder
# recognised, 0 none. VLANS: outer << 12 | inner, one alone is the outer one. VNI: -1 none. SAMPLED: one packet in so
# many was counted, 1 all. POINT: what ``Sink.point`` returned. NUMBER: of the record in its source, from 1 (of a text
# log: of the line).
(
    SOURCE_HI, SOURCE_LO, TARGET_HI, TARGET_LO, SOURCE_PORT, TARGET_PORT, PROTOCOL, FIRST, LAST, PACKETS, BYTES,
    BACK_PACKETS, BACK_BYTES, FLAGS, BACK_FLAGS, TELLS, WIRE, VLANS, VNI, SAMPLED, POINT, NUMBER,
) = range(22)  # fmt: skip
RECORD_WORDS = 22

# Bits of WIRE above the protocol's number, where the payload itself was looked at: version, cipher and group lie where
# a recogniser writes them. ANSWER: a responder said so. CLEAR: credentials or content went in clear. LOOKED: a sampled
# payload was looked at, whatever it told. GUESSED: it may lie anywhere in a stream of bytes, where chance can have made
# such a beginning: it counts once another payload of its conversation tells the same.
KNOWN_WIRE = 0xFF
CHOICE = ((1 << 48) - 1) << 8  # version, cipher, group
ANSWER, CLEAR, LOOKED, GUESSED = 1 << 56, 1 << 57, 1 << 58, 1 << 59

BATCH = 1 << 14  # records of a batch, about: 3 MB
_NEUTRAL = {FLAGS: -1, BACK_FLAGS: -1, VNI: -1, SAMPLED: 1}


def batch_of(number: int) -> Array:
    """Return a batch of ``number`` records in which nothing is known."""
    batch = np.zeros((RECORD_WORDS, number), dtype=np.int64)
    for word, value in _NEUTRAL.items():
        batch[word] = value
    return batch


class Sink(Protocol):
    """What a format gives its records to. Each record that the source holds is in one ``add`` or one ``leave``."""

    def add(self, batch: Array) -> None:
        """Take the records of a batch, in any order of time; the array may be written over afterwards."""

    def leave(self, reason: str, count: int = 1) -> None:
        """Count records that are in no batch, by a name of ``flows.ledger.REASONS``."""

    def point(self, *what: object) -> int:
        """Return the number of an observation point: exporter first, then domain, direction or others."""

    def note(self, said: Message) -> None:
        """Keep what the reader must know of this source beyond counts, such as a sampling rate that was assumed."""

    def line(self, seen: LineSeen) -> None:
        """Take what an earlier audit says of a line of the matrix."""

    def period(self, first: int, last: int) -> None:
        """Say that the source covers a time (ns since 1970 UTC) that its records alone do not show."""

    def tick(self) -> None:
        """Say that some of the stream was read."""


Reading = Callable[[Stream, Sink, str], Message | None]  # as ``RecordFormat.read``, with the file's name


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """One format of flow records.

    ``recognises`` is asked with the first bytes of a source (at most 64 KiB, uncompressed); ``read`` reads the stream
    to its end in bounded memory and returns why only a part could be read, if so; it never raises because of what the
    stream holds. ``broad`` formats have weak marks: they are asked after all others. Where what one file says may hold
    in another, ``together`` makes the reader of all files of one run, which it is given in the order of their ``begin``
    (ns since 1970, by the first bytes); formats with the same ``together`` share one.
    """

    name: str
    title: Text
    recognises: Callable[[bytes], bool]
    read: Callable[[Stream, Sink], Message | None]
    broad: bool = False
    begin: Callable[[bytes], int] | None = None
    together: Callable[[], Reading] | None = None
