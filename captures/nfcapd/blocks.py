"""The blocks of nfdump's collector files: both layouts, either byte order, each block decompressed within its bound.

Source: nfdump's ``nffile.h`` (layout 1, versions 1.6) and ``nffileV2.h`` (layout 2, versions 1.7). A file is written in
the byte order of the collector's machine.
"""

from __future__ import annotations

import bz2
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.stream import Stream
from cloison.flows.compiled import Int, compiled
from cloison.netmodel.finding import Message, say

Array = npt.NDArray[Any]

MAGIC = 0xA50C
LARGEST = 5 << 20  # bytes of a block, as it lies in the file and decompressed: BUFFSIZE of every version
PLAIN = 1 << 12  # compressed bytes that are measured sooner without compiled code
SHORTEST = 44  # bytes of the shortest record of traffic, that of layout 1
FRONT = 64  # zeros before a block in ``Blocks.room``: what a record does not have is read there
BLOCK_HEADER = 12
HEADERS = {1: 140 + 136, 2: 40}  # layout 1: and the statistics that follow
NONE, LZO, BZ2, LZ4, ZSTD = range(5)
OLD_COMPRESSIONS = ((0x01, LZO), (0x08, BZ2), (0x10, LZ4))  # flags of layout 1
ANONYMISED = 0x02  # flag of layout 1
UNCOMPRESSED = 0x01  # flag of a block of layout 2; those of layout 1 do not count


def layout_of(head: bytes) -> tuple[int, bool] | None:
    """Return the layout of a file and whether it is little-endian, by its first four bytes; ``None`` for another."""
    for little in (True, False):
        if len(head) >= 4:
            magic, layout = struct.unpack_from("<HH" if little else ">HH", head)
            if magic == MAGIC and 1 <= layout <= 9:
                return layout, little
    return None


@dataclass(frozen=True, slots=True)
class Block:
    """What a block says of itself; its bytes are ``room[FRONT:stop]``, none when it cannot be decompressed."""

    number: int
    kind: int
    records: int
    stop: int


class Blocks:
    """The blocks of a stream, one after the other, to the stream's end."""

    def __init__(self, stream: Stream) -> None:
        self.problem: Message | None = None
        self.room = np.zeros(FRONT + LARGEST + 8, dtype=np.uint8)
        self.anonymised = False
        self.lost = 0  # records of a block that is cut
        self.layout, self.little = 0, True
        self._stream = stream
        self._read = self._announced = 0
        self._compression = NONE
        self._over = True
        self._begin()

    def _begin(self) -> None:
        stream = self._stream
        stream.refill(4)
        known = layout_of(stream.window[stream.start : min(stream.stop, stream.start + 4)].tobytes())
        if known is None:
            self.problem = _cut_in_header()
            return
        self.layout, self.little = known
        if self.layout not in HEADERS:
            self.problem = say("its layout {layout} is newer than those that are read (1 and 2)",
                               "sa structure {layout} est plus récente que celles qui sont lues (1 et 2)",
                               layout=self.layout)  # fmt: skip
            return
        size = HEADERS[self.layout]
        if not stream.refill(size):
            self.problem = _cut_in_header()
            return
        head = stream.window[stream.start : stream.start + size].tobytes()
        stream.start += size
        order = "<" if self.little else ">"
        if self.layout == 1:
            flags, self._announced = struct.unpack_from(order + "II", head, 4)
            self._compression = next((way for bit, way in OLD_COMPRESSIONS if flags & bit), NONE)
            self.anonymised = bool(flags & ANONYMISED)
        else:
            self._compression, encrypted, appended = struct.unpack_from(order + "BBH", head, 16)
            appendix, blocks = struct.unpack_from(order + "Q4xI", head, 24)
            self._announced = blocks + (appended if appendix else 0)
            if encrypted:
                self.problem = say("its blocks are encrypted", "ses blocs sont chiffrés")
                return
        if self._compression > ZSTD:
            self.problem = say("its blocks are compressed in a way that is not known ({way})",
                               "ses blocs sont compressés d’une façon inconnue ({way})",
                               way=self._compression)  # fmt: skip
            return
        self._over = False

    def next(self) -> Block | None:
        """Return the next block, its bytes in ``room``; ``None`` at the end, and ``problem`` says whether it is whole.

        A block that cannot be decompressed has no bytes, and ``problem`` says so.
        """
        stream = self._stream
        if self._over:
            return None
        if not stream.refill(BLOCK_HEADER) and stream.start == stream.stop:
            self._end()
            return None
        head = stream.window[stream.start : min(stream.stop, stream.start + BLOCK_HEADER)].tobytes()
        if len(head) < BLOCK_HEADER:
            self._cut(0)
            return None
        records, size, kind, flags = struct.unpack(("<" if self.little else ">") + "IIHH", head)
        if size > LARGEST:
            self._over = True
            self._say(say("block {number}, at byte {offset}, has a length that cannot be: what comes before was judged",
                          "le bloc {number}, à l’octet {offset}, a une longueur impossible : ce qui précède a été jugé",
                          number=self._read + 1, offset=stream.offset + stream.start))  # fmt: skip
            self.lost = 1
            return None
        if not stream.refill(BLOCK_HEADER + size):
            self._cut(records)
            return None
        start = stream.start + BLOCK_HEADER
        data = stream.window[start : start + size]
        stream.start = start + size
        self._read += 1
        way = NONE if self.layout == 2 and flags & UNCOMPRESSED else self._compression
        if way != NONE:
            expanded = expand(way, data)
            if expanded is None:
                self._say(say("block {number} cannot be decompressed to the {most} bytes that a block may have: its "
                              "records were not judged",
                              "le bloc {number} ne se décompresse pas dans les {most} octets qu’un bloc peut avoir : "
                              "ses enregistrements n’ont pas été jugés",
                              number=self._read, most=LARGEST))  # fmt: skip
                return Block(self._read, kind, records, FRONT)
            data = np.frombuffer(expanded, dtype=np.uint8)
        self.room[FRONT : FRONT + len(data)] = data
        return Block(self._read, kind, records, FRONT + len(data))

    def _say(self, problem: Message) -> None:
        self.problem = self.problem or problem

    def _cut(self, records: int) -> None:
        self._over = True
        self.lost = believed(records)
        self._say(say("it is cut inside block {number}: what comes before was judged",
                      "il est tronqué dans le bloc {number} : ce qui précède a été jugé",
                      number=self._read + 1))  # fmt: skip

    def _end(self) -> None:
        self._over = True
        if self._announced == 0 and (self._read or self.layout == 2):
            self._say(say("its collector has not closed it: what it holds so far was judged",
                          "son collecteur ne l’a pas fermé : ce qu’il contient jusqu’ici a été jugé"))  # fmt: skip
        elif self._read < self._announced:
            self._say(say("it ends after {read} of its {announced} blocks: what comes before was judged",
                          "il s’arrête après {read} de ses {announced} blocs : ce qui précède a été jugé",
                          read=self._read, announced=self._announced))  # fmt: skip


def believed(records: int) -> int:
    """Return how many records a block that cannot be read may have had: one, and no more than fit into the largest."""
    return max(1, min(records, LARGEST // SHORTEST))


def _cut_in_header() -> Message:
    return say("it is cut inside its header", "il est tronqué dans son en-tête")


def expand(way: int, data: Array) -> bytes | None:
    """Return what a compressed block holds; ``None`` when it is damaged or more than ``LARGEST`` bytes."""
    try:
        return _WAYS[way](data.tobytes())
    except (OSError, ValueError, MemoryError):
        return None


def _from_lzo(data: bytes) -> bytes | None:
    import lzallright

    measured = np.frombuffer(data, dtype=np.uint8)
    length = int((compiled(lzo_length) if len(data) > PLAIN else lzo_length)(measured, LARGEST))
    if not 0 <= length <= LARGEST:  # the library itself knows no bound
        return None
    try:
        found: bytes = lzallright.LZOCompressor.decompress(data, output_size_hint=max(length, 1))
    except lzallright.LZOError:
        return None
    return found


def _from_bz2(data: bytes) -> bytes | None:
    unpacked = bz2.BZ2Decompressor()
    found = unpacked.decompress(data, LARGEST + 1)
    return found if unpacked.eof and not unpacked.unused_data and len(found) <= LARGEST else None


def _from_lz4(data: bytes) -> bytes | None:
    import lz4.block

    try:
        found: bytes = lz4.block.decompress(data, uncompressed_size=LARGEST)
    except lz4.block.LZ4BlockError:
        return None
    return found


def _from_zstd(data: bytes) -> bytes | None:
    import zstandard

    try:
        if zstandard.frame_content_size(data) > LARGEST:
            return None
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=LARGEST, allow_extra_data=False)
    except zstandard.ZstdError:
        return None


_WAYS = {LZO: _from_lzo, BZ2: _from_bz2, LZ4: _from_lz4, ZSTD: _from_zstd}


def lzo_length(data: Any, most: Int) -> Int:
    """Return how many bytes LZO1X data stand for, -1 when cut; it stops counting beyond ``most``.

    Source: the description of the stream in the Linux kernel's documentation (lzo.rst).
    """
    end = len(data)
    at, out, state = np.int64(0), np.int64(0), np.int64(0)  # state: literals that the last instruction copied, 4 more
    if end > 0 and data[0] > 17:
        out = np.int64(data[0]) - 17
        at = out + 1
        state = min(out, np.int64(4))
    while out <= most:
        if at >= end:
            return np.int64(-1)
        code = np.int64(data[at])
        at += 1
        length = np.int64(0)
        if code >= 64:
            length = (code >> 5) + 1
            trailing = code & 3
            at += 1
        elif code >= 16 or state == 0:
            mask = np.int64(31)
            if code < 16:
                mask = np.int64(15)
            elif code < 32:
                mask = np.int64(7)
            length = code & mask
            if length == 0:
                while at < end and data[at] == 0:
                    length += 255
                    at += 1
                if at >= end:
                    return np.int64(-1)
                length += mask + np.int64(data[at])
                at += 1
            if code < 16:
                length += 3
                out += length
                at += length
                state = np.int64(4)
                continue
            if end - at < 2:
                return np.int64(-1)
            distance = np.int64(data[at]) | (np.int64(data[at + 1]) << 8)
            at += 2
            if code < 32 and code & 8 == 0 and distance < 4:  # the mark of the end
                return out
            length += 2
            trailing = distance & 3
        else:
            length = np.int64(3) if state == 4 else np.int64(2)
            trailing = code & 3
            at += 1
        out += length + trailing
        at += trailing
        state = trailing
    return out
