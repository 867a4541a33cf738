"""pcapng: several sections, each in its byte order, several interfaces with their link types and clocks.

Source: draft-ietf-opsawg-pcapng; the obsolete packet block is read too.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.stream import LARGEST, Format, Stream
from cloison.flows.compiled import Int, compiled
from cloison.netmodel.finding import Message, Text, say

SECTION, INTERFACE, PACKET, SIMPLE, ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6
ORDERS = {b"\x1a\x2b\x3c\x4d": False, b"\x4d\x3c\x2b\x1a": True}  # byte-order magic -> little-endian
MOST_INTERFACES = 1 << 16  # of one section

# Columns of the interfaces (int64): link type; snap length, 0 for none; ns = ticks * factor // divisor, or ticks are
# 2 ** -shift seconds when shift is not 0; offset in ns.
LINK, SNAP, FACTOR, DIVISOR, SHIFT, OFFSET = range(6)
INTERFACE_WIDTH = 6
LATEST = 9_200_000_000_000_000_000  # ns: no time stamp is believed to be later (the year 2261)

# What the walk asks for, beside a number of bytes: no more room, a length that cannot be, a block to be read apart,
# a block to be passed over.
FULL, LIE, APART, OVER = 0, -1, -2, -3


def _half(window: Any, at: Int, little: bool) -> Int:
    if little:
        return np.int64(window[at]) | (np.int64(window[at + 1]) << 8)
    return (np.int64(window[at]) << 8) | np.int64(window[at + 1])


def _word(window: Any, at: Int, little: bool) -> Int:
    if little:
        return _half(window, at, True) | (_half(window, at + 2, True) << 16)
    return (_half(window, at, False) << 16) | _half(window, at + 2, False)


def _time(high: Int, low: Int, interfaces: Any, interface: Int) -> Int:
    """Return ns since 1970, held between 0 and LATEST whatever the file says."""
    if high >= 1 << 31:
        return np.int64(LATEST)
    ticks = (high << 32) | low
    shift = interfaces[interface, 4]
    if shift:
        seconds = ticks >> shift
        part = ticks & ((np.int64(1) << shift) - 1)
        if shift > 30:
            part >>= shift - 30
            shift = np.int64(30)
        if seconds > LATEST // 1000000000 - 1:
            return np.int64(LATEST)
        time = seconds * 1000000000 + ((part * 1000000000) >> shift)
    else:
        factor = interfaces[interface, 2]
        if ticks > LATEST // factor:
            return np.int64(LATEST)
        time = ticks * factor // interfaces[interface, 3]
    offset = interfaces[interface, 5]
    if offset > 0 and time > LATEST - offset:
        return np.int64(LATEST)
    return max(time + offset, np.int64(0))


def walk(
    window: Any, start: Int, stop: Int, little: bool, interfaces: Any, described: Int, last: Int, records: Any
) -> tuple[Int, Int, Int, Int]:
    """Find the packets of ``window[start:stop]``; return their number, where it stopped, what is wanted, the last time.

    A simple packet block has no time of its own: it gets that of the packet before it.
    """
    at = np.int64(start)
    number = 0
    while number < len(records):
        if stop - at < 12:
            return number, at, 12, last
        kind = _word(window, at, little)
        if kind in (SECTION, INTERFACE):
            return number, at, APART, last
        length = _word(window, at + 4, little)
        if length < 12 or length & 3:
            return number, at, LIE, last
        if kind != ENHANCED and kind != SIMPLE and kind != PACKET:
            if stop - at < length:
                return number, at, OVER, last
            at += length
            continue
        if length > LARGEST or length < (16 if kind == SIMPLE else 32):
            return number, at, LIE, last
        if stop - at < length:
            return number, at, length, last
        if _word(window, at + length - 4, little) != length:
            return number, at, LIE, last
        interface = np.int64(0)
        if kind == SIMPLE:
            wire = _word(window, at + 8, little)
            kept = min(wire, length - 16)
            if described > 0 and interfaces[0, 1] > 0:
                kept = min(kept, interfaces[0, 1])
            records[number, 0] = at + 12
        else:
            interface = _word(window, at + 8, little) if kind == ENHANCED else _half(window, at + 8, little)
            kept = _word(window, at + 20, little)
            wire = _word(window, at + 24, little)
            if kept > length - 32:
                return number, at, LIE, last
            records[number, 0] = at + 28
            if interface < described:
                last = _time(_word(window, at + 12, little), _word(window, at + 16, little), interfaces, interface)
        records[number, 1] = kept
        records[number, 2] = wire
        records[number, 3] = last
        records[number, 4] = interfaces[interface, 0] if interface < described else -1
        number += 1
        at += length
    return number, at, FULL, last


class _Pcapng:
    """The packets of a pcapng stream, from its first section header on."""

    def __init__(self, stream: Stream, fast: bool) -> None:
        self.problem: Message | None = None
        self._stream = stream
        self._walk = compiled(walk) if fast else walk
        self._interfaces = np.zeros((8, INTERFACE_WIDTH), dtype=np.int64)
        self._described = 0
        self._little = True
        self._last = 0
        self._read = 0
        self._over = False

    def next(self, records: npt.NDArray[np.int64]) -> int:
        """Fill ``records`` and return how many."""
        stream = self._stream
        while not self._over:
            number, at, wanted, last = self._walk(
                stream.window, stream.start, stream.stop, self._little, self._interfaces, self._described, self._last,
                records,
            )  # fmt: skip
            stream.start = int(at)
            self._last = int(last)
            self._read += int(number)
            if number:
                return int(number)
            self._go_on(int(wanted))
        return 0

    def _go_on(self, wanted: int) -> None:
        """Get what the walk wants, or end with the reason why there is none."""
        stream = self._stream
        if wanted == LIE:
            self._end(_lie(self._read + 1, stream))
        elif wanted == APART:
            self._read_apart()
        elif wanted == OVER:
            self._skip(self._length())
        elif not stream.refill(wanted):
            self._end(None if stream.stop == stream.start else _cut(self._read + 1, stream))

    def _end(self, problem: Message | None) -> None:
        self._over = True
        self.problem = problem

    def _length(self) -> int:
        return self._number(4, 4)

    def _number(self, at: int, size: int) -> int:
        start = self._stream.start + at
        return int.from_bytes(self._stream.window[start : start + size].tobytes(), "little" if self._little else "big")

    def _skip(self, size: int) -> None:
        cut = _cut(self._read + 1, self._stream)
        if not self._stream.skip(size):
            self._end(cut)

    def _read_apart(self) -> None:
        stream = self._stream
        section = self._number(0, 4) == SECTION
        least = 28 if section else 20
        if not stream.refill(least):
            self._end(_cut(self._read + 1, stream))
            return
        if section:
            order = stream.window[stream.start + 8 : stream.start + 12].tobytes()
            if order not in ORDERS:
                self._end(_lie(self._read + 1, stream))
                return
            self._little = ORDERS[order]
            self._described = 0
            if (version := self._number(12, 2)) != 1:
                self._end(say("a section is of version {version} of pcapng, which is not known: the rest is not read",
                              "une section est de la version {version} de pcapng, inconnue : la suite n’est pas lue",
                              version=version))  # fmt: skip
                return
        length = self._length()
        if length < least or length % 4:
            self._end(_lie(self._read + 1, stream))
            return
        if not section and self._described < MOST_INTERFACES:
            # Options longer than any window hold nothing that is needed here.
            if not stream.refill(min(length, LARGEST)):
                self._end(_cut(self._read + 1, stream))
                return
            self._describe(min(length, LARGEST))
        self._skip(length)

    def _describe(self, length: int) -> None:
        """Remember an interface; its options are those of the draft's section 4.2."""
        factor, divisor, shift, offset = 1000, 1, 0, 0
        at = 16
        while at + 4 <= length - 4:
            code, size = self._number(at, 2), self._number(at + 2, 2)
            at += 4
            if code == 0 or at + size > length - 4:
                break
            if code == 9 and size == 1:  # if_tsresol
                exponent = self._number(at, 1)
                if exponent & 0x80:
                    # 2 ** 0 seconds are 10 ** 0 seconds; beyond 63 bits every stamp of 64 bits is 0
                    shift = min(exponent & 0x7F, 62)
                    factor = 10**9
                else:
                    factor, divisor = 10 ** max(9 - exponent, 0), 10 ** min(max(exponent - 9, 0), 18)
            elif code == 14 and size == 8:  # if_tsoffset, signed seconds
                seconds = self._number(at, 8)
                seconds -= (seconds >> 63) << 64
                offset = max(min(seconds, LATEST // 10**9), -LATEST // 10**9) * 10**9
            at += size + -size % 4
        if self._described == len(self._interfaces):
            self._interfaces = np.concatenate([self._interfaces, np.zeros_like(self._interfaces)])
        self._interfaces[self._described] = (self._number(8, 2), self._number(12, 4), factor, divisor, shift, offset)
        self._described += 1


def _lie(packet: int, stream: Stream) -> Message:
    return say("before packet {number}, at byte {offset}, a block cannot be as it says: what comes before was judged",
               "avant le paquet {number}, à l’octet {offset}, un bloc ment sur lui-même : ce qui précède a été jugé",
               number=packet, offset=stream.offset + stream.start)  # fmt: skip


def _cut(packet: int, stream: Stream) -> Message:
    return say("it is cut before packet {number}, at byte {offset}: what comes before was judged",
               "il est tronqué avant le paquet {number}, à l’octet {offset} : ce qui précède a été jugé",
               number=packet, offset=stream.offset + stream.start)  # fmt: skip


def _is_pcapng(head: bytes) -> bool:
    return head[:4] == b"\x0a\x0d\x0d\x0a" and head[8:12] in ORDERS


FORMAT = Format(
    name="pcapng",
    title=Text("packet capture (pcapng)", "capture de paquets (pcapng)"),
    recognises=_is_pcapng,
    walk=_Pcapng,
    sample=(
        struct.pack("<IIIHHqI", SECTION, 28, 0x1A2B3C4D, 1, 0, -1, 28)
        + struct.pack("<IIHHII", INTERFACE, 20, 101, 0, 0, 20)
        + b"".join(struct.pack("<7I", ENHANCED, 52, 0, 0, 1, 20, 20)
                   + struct.pack(">BBHIBB10s", 0x45, 0, 20, 0, 1, 59, bytes([x] * 10))
                   + struct.pack("<I", 52) for x in (1, 2))
    ),
)  # fmt: skip
