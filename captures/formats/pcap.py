"""pcap: both byte orders, micro and nanoseconds, and the variant with longer record headers.

Source: draft-ietf-opsawg-pcap, and libpcap's savefile.c for the variant (magic 0xa1b2cd34).
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.stream import LARGEST, Format, Stream
from cloison.flows.compiled import Int, compiled
from cloison.netmodel.finding import Message, Text, say

FILE_HEADER = 24
U1, U2, U3 = np.uint64(1), np.uint64(2), np.uint64(3)
# magic as read in big-endian order -> ns per unit of the fraction, bytes of a record's header
MAGICS = {0xA1B2C3D4: (1000, 16), 0xA1B23C4D: (1, 16), 0xA1B2CD34: (1000, 24)}


def _magic(head: bytes) -> tuple[bool, int, int] | None:
    """Return whether the byte order is little-endian, ns per unit, bytes of a record's header."""
    for little in (False, True):
        value = int.from_bytes(head[:4], "little" if little else "big")
        if len(head) >= 4 and value in MAGICS:
            return (little, *MAGICS[value])
    return None


def _word(window: Any, at: Int, little: bool) -> Int:
    i = np.uint64(at)  # an unsigned index cannot count from the end: the compiler joins the bytes into one load
    a, b = np.int64(window[i]), np.int64(window[i + U1])
    c, d = np.int64(window[i + U2]), np.int64(window[i + U3])
    if little:
        return a | (b << 8) | (c << 16) | (d << 24)
    return (a << 24) | (b << 16) | (c << 8) | d


def walk(
    window: Any, start: Int, stop: Int, little: bool, unit: Int, header: Int, link: Int, records: Any
) -> tuple[Int, Int, Int]:
    """Find the whole records of ``window[start:stop]``; return their number, where it stopped, bytes wanted there.

    Bytes wanted is 0 when ``records`` is full, -1 when a record's length is not believed.
    """
    at = np.int64(start)
    number = 0
    while number < len(records):
        if stop - at < header:
            return number, at, header
        kept = _word(window, at + 8, little)
        if kept > LARGEST:
            return number, at, -1
        if stop - at - header < kept:
            return number, at, header + kept
        records[number, 0] = at + header
        records[number, 1] = kept
        records[number, 2] = _word(window, at + 12, little)
        records[number, 3] = _word(window, at, little) * 1000000000 + _word(window, at + 4, little) * unit
        records[number, 4] = link
        number += 1
        at += header + kept
    return number, at, 0


class _Pcap:
    """The records of a pcap stream, whose file header was not read yet."""

    def __init__(self, stream: Stream, fast: bool) -> None:
        self.problem: Message | None = None
        self._stream = stream
        self._walk = compiled(walk) if fast else walk
        self._read = 0
        self._over = False
        head = stream.window[stream.start : min(stream.stop, stream.start + FILE_HEADER)].tobytes()
        magic = _magic(head)
        if magic is None or len(head) < FILE_HEADER:
            self._over = True
            self.problem = say("it is cut inside its header", "il est tronqué dans son en-tête")
            return
        self._little, self._unit, self._header = magic
        # The upper bits of the link type tell the length of a frame check sequence, which IP's own length leaves out.
        self._link = int.from_bytes(head[20:24], "little" if self._little else "big") & 0xFFFF
        stream.start += FILE_HEADER

    def next(self, records: npt.NDArray[np.int64]) -> int:
        """Fill ``records`` and return how many."""
        stream = self._stream
        while not self._over:
            number, at, wanted = self._walk(
                stream.window, stream.start, stream.stop, self._little, self._unit, self._header, self._link, records
            )
            stream.start = int(at)
            self._read += int(number)
            if number:
                return int(number)
            if wanted == -1 or not stream.refill(int(wanted)):
                self._over = True
                self.problem = self._why(int(wanted))
        return 0

    def _why(self, wanted: int) -> Message | None:
        stream = self._stream
        place = {"number": self._read + 1, "offset": stream.offset + stream.start}
        if wanted == -1:
            return say("packet {number}, at byte {offset}, has a length that cannot be: what comes before was judged",
                       "le paquet {number}, à l’octet {offset}, a une longueur impossible : ce qui précède a été jugé",
                       **place)  # fmt: skip
        if stream.problem or stream.stop == stream.start:
            return None
        return say("it is cut inside packet {number}, at byte {offset}: what comes before was judged",
                   "il est tronqué dans le paquet {number}, à l’octet {offset} : ce qui précède a été jugé",
                   **place)  # fmt: skip


FORMAT = Format(
    name="pcap",
    title=Text("packet capture (pcap)", "capture de paquets (pcap)"),
    recognises=lambda head: _magic(head) is not None,
    walk=_Pcap,
    sample=struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    + b"".join(struct.pack("<4I", 1, 0, 20, 20) + struct.pack(">BBHIBB10s", 0x45, 0, 20, 0, 1, 59, bytes([x] * 10))
               for x in (1, 2)),
)  # fmt: skip
