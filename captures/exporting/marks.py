"""The marks of export datagrams, strict enough that other UDP traffic is not taken for one.

Each kernel is asked with the bytes of a payload that were kept, ``window[at:end]``, and its length on the wire; it
answers the version, or 0. Lengths must add up to the payload's, or as far as it was kept, and times be after 1990.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be16, be32
from cloison.flows.compiled import Int

SINCE = 631_152_000  # 1990-01-01: clocks that were never set begin later, some in 1993
MOST_V5, MOST_V7, MOST_V1 = 30, 28, 24  # records of a datagram
MOST_SAMPLES = 1024
SECOND = 10**9


def netflow(window: Any, at: Int, end: Int, length: Int) -> Int:
    """Return 1, 5, 7 or 9 for NetFlow of that version (RFC 3954; Cisco's NetFlow Services Solutions Guide)."""
    if end - at < 20:
        return np.int64(0)
    version, number = be16(window, at), be16(window, at + 2)
    if version == 9:
        if be32(window, at + 8) < SINCE or number == 0:
            return np.int64(0)
        return np.int64(9) if _sets(window, at + 20, end, at + length, 9) else np.int64(0)
    if not (version == 1 or version == 5 or version == 7) or number == 0:
        return np.int64(0)
    most = MOST_V5 if version == 5 else MOST_V7 if version == 7 else MOST_V1
    head, size = (16 if version == 1 else 24), (52 if version == 7 else 48)
    longer = version == 1 and length == head + number * 52  # some vendors' records
    if number > most or not (length == head + number * size or longer):
        return np.int64(0)
    return version if be32(window, at + 8) >= SINCE and be32(window, at + 12) < SECOND else np.int64(0)


def ipfix(window: Any, at: Int, end: Int, length: Int) -> Int:
    """Return 10 for an IPFIX message (RFC 7011 section 3.1)."""
    if end - at < 20 or be16(window, at) != 10 or be16(window, at + 2) != length or be32(window, at + 4) < SINCE:
        return np.int64(0)
    return np.int64(10) if _sets(window, at + 16, end, at + length, 10) else np.int64(0)


def sflow(window: Any, at: Int, end: Int, length: Int) -> Int:
    """Return 5 for an sFlow datagram of version 5."""
    if end - at < 28 or be32(window, at) != 5:
        return np.int64(0)
    kind = be32(window, at + 4)
    head = 28 if kind == 1 else 40
    if not (kind == 1 or kind == 2) or end - at < head:
        return np.int64(0)
    number = be32(window, at + head - 4)
    if number == 0 or number > MOST_SAMPLES:
        return np.int64(0)
    stop = at + length
    at += head
    for _ in range(number):
        if at + 8 > stop:
            return np.int64(0)
        if at + 8 > end:
            return np.int64(5)
        at += 8 + be32(window, at + 4)
    return np.int64(5) if at == stop else np.int64(0)


def _sets(window: Any, at: Int, end: Int, stop: Int, version: Int) -> bool:
    """Return whether sets follow each other to the end of a message, at least one of them."""
    found = False
    while stop - at >= 4:
        if end - at < 4:
            return found
        number, length = be16(window, at), be16(window, at + 2)
        if number == 0 and length == 0 and version == 9:  # zeros to the end
            return found
        if length < 4 or length > stop - at:
            return False
        if number < 256 and not (number < 2 if version == 9 else number == 2 or number == 3):
            return False
        found = True
        at += length
    return found
