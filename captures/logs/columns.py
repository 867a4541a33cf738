"""Columns of text made into the words of records: each distinct text is converted once, and what is wrong is known."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import hexdigits
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.logs.tables import Values
from cloison.captures.packets import ICMP, ICMPV6
from cloison.captures.records import BATCH, RECORD_WORDS, Sink, batch_of
from cloison.captures.telling import RECOGNISERS
from cloison.netmodel.space.protocols import PORTED, PROTOCOLS

Array = npt.NDArray[Any]

PORT, BYTE, SHORT, LONG = (0, 0xFFFF), (0, 0xFF), (0, 0xFFFF), (0, 1 << 62)  # bounds, for ``Values.within``
NAME = 255  # letters of a name that tell one observation point from another
_FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "E": 64, "C": 128}  # RFC 9293, section 3.1
_NAMES = {"icmp6": ICMPV6, "icmpv4": ICMP, "udp-lite": 136, "ipv6-crypt": 50, "ipv6-auth": 51}

WIRES: Mapping[str, int] = {entry.name: number for number, entry in enumerate(RECOGNISERS, 1)}
"""The number that a record's word ``WIRE`` has for each protocol."""


class _Codes(dict[str, int]):
    """The number of each distinct text, given on its first use."""

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self)
        return code


def distinct(texts: Array) -> tuple[list[str], Array]:
    """Return the distinct texts of a column, and which of them each row is (int64)."""
    codes = _Codes()
    which = np.fromiter(map(codes.__getitem__, texts.tolist()), dtype=np.int64, count=len(texts))
    return list(codes), which


def numbered(column: Values, number: Callable[[str], int | None]) -> Values:
    """Return a column of integers out of one of text; a known text for which there is no number is wrong."""
    texts, which = distinct(column.values)
    found = [number(text) for text in texts]
    values = np.array([value or 0 for value in found], dtype=np.int64)
    good = np.array([value is not None for value in found], dtype=bool)
    if not texts:
        return Values(np.zeros(0, dtype=np.int64), column.known, column.wrong)
    known = column.known & good[which]
    return Values(np.where(known, values[which], 0), known, column.wrong | (column.known & ~known))


@dataclass(frozen=True, slots=True)
class Addresses:
    """A column of addresses as two of bit patterns (int64), IPv4 as ``::ffff:a.b.c.d``; see :class:`Values`."""

    high: Array
    low: Array
    known: Array
    wrong: Array

    @property
    def six(self) -> Array:
        """Which are addresses of IPv6."""
        found: Array = (self.high != 0) | (self.low >> 32 != 0xFFFF)
        return found

    def only(self, chosen: Array) -> Addresses:
        """Return the rows of a mask or an index."""
        return Addresses(self.high[chosen], self.low[chosen], self.known[chosen], self.wrong[chosen])


def addresses(column: Values) -> Addresses:
    """Return the addresses of a column of text; one with a zone, a prefix length or a port is wrong."""
    texts, which = distinct(column.values)
    parsed = [_address(text) for text in texts]
    bits = np.frombuffer(b"".join(value or bytes(16) for value in parsed), dtype=">i8").astype(np.int64).reshape(-1, 2)
    good = np.array([value is not None for value in parsed], dtype=bool)
    if not texts:
        return Addresses(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), column.known, column.wrong)
    known = column.known & good[which]
    return Addresses(bits[which, 0], bits[which, 1], known, column.wrong | (column.known & ~known))


def _address(text: str) -> bytes | None:
    try:
        if ":" in text:
            return socket.inet_pton(socket.AF_INET6, text)
        return bytes(10) + b"\xff\xff" + socket.inet_pton(socket.AF_INET, text)
    except (OSError, ValueError):
        return None


def protocol(text: str) -> int | None:
    """Return the number of an IP protocol given by number or by name, in any case."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= 3 and int(text) < 256 else None
    name = text.lower()
    return PROTOCOLS.get(name, _NAMES.get(name))


def flags(text: str) -> int | None:
    """Return TCP's flags out of their letters, in any order; dots, spaces or nothing for those not set (or 0x1b)."""
    text = text.strip()
    if text[:2] in ("0x", "0X"):
        return int(text, 16) if len(text) <= 6 and all(letter in hexdigits for letter in text[2:] or "-") else None
    found = 0
    for letter in text.upper():
        if letter not in _FLAGS and letter not in ". -":
            return None
        found |= _FLAGS.get(letter, 0)
    return found


def ported(protocols: Array) -> Array:
    """Return which of some protocol numbers have ports."""
    return np.isin(protocols, sorted(PORTED))


def icmp(protocols: Array) -> Array:
    """Return which of some protocol numbers are ICMP, of IPv4 or IPv6."""
    return np.isin(protocols, (ICMP, ICMPV6))


def ends(source: Addresses, target: Addresses) -> dict[int, Array]:
    """Return the words of both addresses."""
    return {
        word.SOURCE_HI: source.high, word.SOURCE_LO: source.low,
        word.TARGET_HI: target.high, word.TARGET_LO: target.low,
    }  # fmt: skip


def give(sink: Sink, numbers: Array, words: Mapping[int, Array | int], *, wrong: Array) -> None:
    """Give rows to the sink as records, and leave the wrong ones as malformed.

    ``words`` are the words of :mod:`records` that are known, by row or the same for all; ``numbers`` are the lines.
    A record that ends before it begins, because a clock was set, ends where it begins.
    """
    bad = int(np.count_nonzero(wrong))
    if bad:
        sink.leave("record-malformed", bad)
    rows = np.flatnonzero(~wrong)
    for start in range(0, len(rows), BATCH):
        chosen = rows[start : start + BATCH]
        batch = batch_of(len(chosen))
        for row, values in words.items():
            assert 0 <= row < RECORD_WORDS
            batch[row] = values if isinstance(values, (int, np.integer)) else values[chosen]
        batch[word.NUMBER] = numbers[chosen]
        batch[word.LAST] = np.maximum(batch[word.FIRST], batch[word.LAST])
        sink.add(batch)
