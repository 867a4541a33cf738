"""The bytes of a source: opened with care, decompressed as they come, in one window of bounded memory.

A window is read, not mapped: mapped pages count as memory of the process, whatever the size of the file.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

from cloison.captures.compression import HEAD, MEMORY, compression_of, decompressed
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.system import why

Array = npt.NDArray[Any]

WINDOW = 1 << 21  # bytes of the window: it stays in the processor's cache
LARGEST = 1 << 24  # bytes of a record that is believed; libpcap believes 256 KiB

# What is recognised to be said, not to be read.
OTHERS = (
    (b"PK\x03\x04", "zip"), (b"\x02\x21\x4c\x18", "lz4 -l"), (b"\x1f\x9d", "compress"), (b"7z\xbc\xaf", "7-Zip"),
)  # fmt: skip


class Walker(Protocol):
    """What a format makes of a stream: records, batch by batch."""

    problem: Message | None

    def next(self, records: Array) -> int:
        """Fill ``records`` (int64, columns of :mod:`packets`) and return how many, 0 at the end.

        Their bytes lie in the stream's window until the next call. ``problem`` then says why the end came early.
        """


class Stream:
    """A window over the bytes of a source; ``window[start:stop]`` (uint8) is what was read and not yet used."""

    def __init__(self, raw: BinaryIO, size: int, room: int = WINDOW) -> None:
        self.size = size  # of the file, 0 when it is not known
        self.position = 0  # bytes of the file that were read, before any decompression
        self.window = np.zeros(room, dtype=np.uint8)
        self._other = self.window[:0]  # the window before: what lies in it stays until the next turn
        self.start = self.stop = 0
        self.offset = 0  # of the window's first byte in the decompressed stream
        self.ended = False
        self.problem: Message | None = None
        self.compression = ""
        self.moved: Callable[[int], None] = lambda position: None  # is told the position as bytes are read
        self.turning: Callable[[], None] = lambda: None  # is told before the window before is written over
        self.modified = 0  # ns since 1970 UTC when the file was last written, 0 when it is not known
        self.handle = -1  # of the file, where it is one that can be read anywhere; what it holds may be compressed
        self._raw = raw
        self._know()
        self._rest = memoryview(b"")
        self._chunks: Iterator[bytes] | None = None
        self._begin()

    def close(self) -> None:
        """Give up the file."""
        self._raw.close()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _know(self) -> None:
        try:
            facts = os.fstat(self._raw.fileno())
        except (AttributeError, OSError, ValueError):  # bytes in memory
            return
        if stat.S_ISREG(facts.st_mode):
            self.modified, self.handle = facts.st_mtime_ns, self._raw.fileno()

    def _begin(self) -> None:
        head = b""
        while len(head) < HEAD and (more := self._read(HEAD - len(head))):
            head += more
        if found := compression_of(head):
            self.compression = found.name
            self._chunks = decompressed(found, head, self._read)
        else:
            self._rest = memoryview(head)

    def _read(self, size: int) -> bytes:
        try:
            data = self._raw.read(self._within(size))
        except OSError as error:
            self.problem = say("it cannot be read any further: {error}", "la lecture s’interrompt : {error}",
                               error=why(error))  # fmt: skip
            return b""
        self.position += len(data)
        if not data:
            self._grown()
        return data

    def _within(self, size: int) -> int:
        """Return how much may be read: a file that grows as fast as it is read would never end."""
        return min(size, self.size - self.position) if self.size else size

    def _grown(self) -> None:
        """Say that a file has become longer since it was opened; what came then is left to another reading."""
        if self.handle >= 0 and self.size <= self.position and os.fstat(self.handle).st_size > self.size > 0:
            self.problem = say("it is still being written: what was whole at the beginning was judged",
                               "il est en cours d’écriture : ce qui y était entier au début a été jugé")  # fmt: skip

    def refill(self, wanted: int) -> bool:
        """Read until ``wanted`` unused bytes are there; return whether they are.

        What was unused moves to the front of the other one of two windows; it is told by ``turning`` before.
        """
        unused = self.stop - self.start
        if self.start or wanted > len(self.window):
            room = len(self.window) if wanted <= len(self.window) else max(wanted, 2 * len(self.window))
            self.turning()
            if len(self._other) < room:
                self._other = np.zeros(room, dtype=np.uint8)
            self._other[:unused] = self.window[self.start : self.stop]
            self.window, self._other = self._other, self.window
        self.offset += self.start
        self.start, self.stop = 0, unused
        while self.stop < len(self.window) and not self.ended:
            self._fill()
        self.moved(self.position)
        return self.stop >= wanted

    def skip(self, size: int) -> bool:
        """Pass over ``size`` bytes, however many; return whether there were as many."""
        while size > self.stop - self.start:
            size -= self.stop - self.start
            self.start = self.stop
            if not self.refill(1):
                return size == 0
        self.start += size
        return True

    def _fill(self) -> None:
        if not self._rest and self._chunks is None:
            view = self.window.data[self.stop : self.stop + self._within(len(self.window) - self.stop)]
            try:
                read = self._raw.readinto(view)  # type: ignore[attr-defined]
            except OSError as error:
                self.problem = say("it cannot be read any further: {error}", "la lecture s’interrompt : {error}",
                                   error=why(error))  # fmt: skip
                read = 0
            self.position += read
            self.stop += read
            self.ended = read == 0
            if self.ended and not self.problem:
                self._grown()
            return
        if not self._rest:
            self._rest = memoryview(self._chunk())
            self.ended = not self._rest
        taken = min(len(self._rest), len(self.window) - self.stop)
        self.window[self.stop : self.stop + taken] = np.frombuffer(self._rest[:taken], dtype=np.uint8)
        self.stop += taken
        self._rest = self._rest[taken:]

    def _chunk(self) -> bytes:
        """Return what is decompressed next, nothing at the end; ``problem`` then says why it came early."""
        assert self._chunks is not None
        try:
            return next(self._chunks, b"")
        except EOFError:
            problem = _cut(self.compression)
        except ValueError:
            problem = _damaged(self.compression)
        except MemoryError:
            problem = _greedy(self.compression)
        self.problem = self.problem or problem  # a cut is no surprise where reading failed
        return b""


def _cut(compression: str) -> Message:
    return say("its {compression} compression is cut short: what comes before was judged",
               "sa compression {compression} est tronquée : ce qui précède a été jugé",
               compression=compression)  # fmt: skip


def _damaged(compression: str) -> Message:
    return say("its {compression} compression is damaged: what comes before was judged",
               "sa compression {compression} est endommagée : ce qui précède a été jugé",
               compression=compression)  # fmt: skip


def _greedy(compression: str) -> Message:
    return say("its {compression} compression wants more than {most} MiB of memory: what comes before was judged",
               "sa compression {compression} demande plus de {most} Mio de mémoire : ce qui précède a été jugé",
               compression=compression, most=MEMORY >> 20)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Format:
    """A capture format, found by its content: ``recognises`` gets the first 32 bytes (fewer in a shorter file).

    ``sample`` is a small valid capture: reading it compiles what reading a large one needs.
    """

    name: str
    title: Text
    recognises: Callable[[bytes], bool]
    walk: Callable[[Stream, bool], Walker]
    sample: bytes


def open_source(path: str) -> tuple[BinaryIO, int] | Message:
    """Open a file, or standard input for ``-``; return it and its size (0: not known), or why not.

    Nothing that could wait for ever is opened: no FIFO, no socket, no device.
    """
    if path == "-":
        if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
            return say("standard input is a terminal: redirect a capture to it",
                       "l’entrée standard est un terminal : redirigez-y une capture")  # fmt: skip
        return os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0), 0
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return say("there is no such file", "ce fichier n’existe pas")
    except PermissionError:
        return say("it may not be read: permission denied", "la lecture n’en est pas permise : accès refusé")
    except (OSError, ValueError) as error:
        return say("it cannot be opened: {error}", "il ne peut pas être ouvert : {error}", error=why(error))
    facts = os.fstat(handle)
    if stat.S_ISREG(facts.st_mode):
        return os.fdopen(handle, "rb", buffering=0), facts.st_size
    os.close(handle)
    if stat.S_ISDIR(facts.st_mode):
        return say("it is a directory: name the captures that are in it",
                   "c’est un répertoire : nommez les captures qu’il contient")  # fmt: skip
    if stat.S_ISFIFO(facts.st_mode):
        return say("it is a pipe, which could wait for ever: give it on standard input (-)",
                   "c’est un tube, qui peut attendre sans fin : donnez-le sur l’entrée standard (-)")  # fmt: skip
    return say("it is a device or a socket, not a capture",
               "c’est un périphérique ou une socket, pas une capture")  # fmt: skip


def unknown_content(stream: Stream, known: Sequence[str]) -> Message:
    """Return why a stream of none of the ``known`` formats is none, as exactly as its first bytes allow."""
    if stream.problem:
        return stream.problem
    head = stream.window[stream.start : min(stream.stop, stream.start + 512)].tobytes()
    if not head:
        return say("it is empty: not even a header", "il est vide : pas même un en-tête")
    for magic, name in OTHERS:
        if head.startswith(magic):
            return say("it is compressed by {name}, which is not read: decompress it first",
                       "il est compressé par {name}, format non lu : décompressez-le d’abord", name=name)  # fmt: skip
    if compression_of(head[:HEAD]):
        return say(
            "it is compressed twice: decompress it once", "il est compressé deux fois : décompressez-le une fois"
        )
    if len(head) < 24 and head[:2] in (b"\xa1\xb2", b"\xd4\xc3", b"\x4d\x3c", b"\x0a\x0d"):
        return say("it is cut inside its header", "il est tronqué dans son en-tête")
    formats = ", ".join(sorted(known))
    if all(byte >= 32 or byte in b"\t\n\r\f" for byte in head):
        return say("it is a text in none of the formats that are read ({formats})",
                   "c’est un texte, qui n’est d’aucun des formats lus ({formats})", formats=formats)  # fmt: skip
    return say("it is in none of the formats that are read ({formats}), by its first bytes ({head})",
               "il n’est d’aucun des formats lus ({formats}), d’après ses premiers octets ({head})",
               formats=formats, head=head[:8].hex(" "))  # fmt: skip
