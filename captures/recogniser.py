"""What a recogniser is: how the first payload bytes of one direction tell which protocol is spoken.

``look`` is asked with ``(window, at, end, length, source, target)``: the payload lies in ``window[at:end]``, it was
``length`` bytes long on the wire (no less than ``end - at``), and ports are those of its sender and of the other side.
It answers 0 when the payload is not its own, else ``FOUND`` with more bits. It is a kernel: 64-bit integers, every
length compared with ``end`` before anything is read, nothing allocated, so that it runs compiled and as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cloison.flows.compiled import Int, Kernel
from cloison.flows.wire import Wire
from cloison.netmodel.finding import Text

# Bits of an answer. Who sent the payload: the initiator, the responder, or the initiator if nobody spoke before.
INITIATOR, RESPONDER, FIRST = 1, 2, 3
ROLE = 3
FOUND = 1 << 2
IN_CLEAR = 1 << 3  # credentials or content follow in clear, whatever the protocol could have gone over to
VERSION, CIPHER, GROUP = 8, 24, 40  # shifts of three fields of 16 bits, whose meanings are the recogniser's
FIELD = 0xFFFF

TCP, UDP = 6, 17


ANY = bytes(range(256))


def either(text: str) -> bytes:
    """Return the bytes of some letters in both cases."""
    return (text.lower() + text.upper()).encode("ascii")


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One protocol on the wire.

    ``name`` is the word that services and lines use for it; ``transports`` are IANA protocol numbers. ``encrypted``:
    what follows is; ``upgrades``: it may go over to TLS after a beginning in clear; ``versions`` are words for its
    version numbers, the weakest first. ``begins`` are the first bytes that a payload of it can have: ``look`` is asked
    of no other. ``records``: it carries flow records, which are read as a source of their own.
    """

    name: str
    title: Text
    transports: tuple[int, ...]
    look: Kernel
    encrypted: bool = False
    upgrades: bool = False
    versions: Mapping[int, str] = field(default_factory=dict)
    begins: bytes = ANY
    records: bool = False

    @property
    def wire(self) -> Wire:
        """What it tells, as an audit knows it."""
        return Wire(self.name, self.title, self.encrypted, self.upgrades, tuple(self.versions.items()))


def word(window: Any, at: Int, end: Int) -> Int:
    """Return four letters in lower case as a 32-bit value, or -1 when they were not kept or are no text."""
    if end - at < 4:
        return np.int64(-1)
    found = np.int64(0)
    for i in range(at, at + 4):
        letter = np.int64(window[i])
        if letter < 9 or letter > 126:
            return np.int64(-1)
        if 65 <= letter <= 90:
            letter |= 32
        found = (found << 8) | letter
    return found


def holds(window: Any, at: Int, end: Int, letters: Int) -> bool:
    """Return whether four letters, in lower case as a 32-bit value, occur in the first line, whatever their case."""
    last = np.int64(0)
    for i in range(at, min(end, at + 256)):
        letter = np.int64(window[i])
        if letter == 10:
            return False
        if 65 <= letter <= 90:
            letter |= 32
        last = ((last << 8) | letter) & 0xFFFFFFFF
        if last == letters and i - at >= 3:
            return True
    return False


def letters(text: str) -> Int:
    """Return four letters as the 32-bit value that :func:`word` and :func:`holds` compare.

    It is numpy's: numba would compile a callee again for each plain integer that is written into the text of a caller.
    """
    data = text.lower().encode("ascii")
    assert len(data) == 4
    return np.int64(int.from_bytes(data, "big"))
