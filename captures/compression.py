"""What a compression is, and how its members, one after the other, become bytes in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from cloison.captures import compressions
from cloison.netmodel.finding import Text
from cloison.netmodel.registry import load

MOST = 1 << 20  # bytes that are asked of a member at once, whatever it could give
HEAD = 16  # bytes by which a compression is recognised
CHUNK = 1 << 16
MEMORY = 1 << 27  # bytes of past output that a member may refer to: ``zstd`` without --long, twice ``xz -9``


class Member(Protocol):
    """One member (gzip), stream (bzip2, xz) or frame (zstd, lz4): the interface of the standard library's."""

    @property
    def eof(self) -> bool:
        """Whether its end was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether it gives nothing more before it is given more."""

    @property
    def unused_data(self) -> bytes | None:
        """What was given beyond its end."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Take all of ``data`` and return some bytes: at most ``max_length``, or what little data can become.

        Raises ``MemoryError`` for one that asks for more than ``MEMORY``, and one of its compression's ``faults`` for
        one that is damaged.
        """


@dataclass(frozen=True, slots=True)
class Compression:
    """One compression: ``recognises`` is asked with the first ``HEAD`` bytes of a file, fewer in a shorter one.

    ``feed`` is how many bytes a member is given at once.
    """

    name: str
    title: Text
    recognises: Callable[[bytes], bool]
    begin: Callable[[], Member]
    faults: Callable[[], tuple[type[Exception], ...]]
    feed: int = CHUNK


@cache
def known() -> tuple[Compression, ...]:
    """Return every compression."""
    return tuple(load(compressions, "COMPRESSION").values())


def compression_of(head: bytes) -> Compression | None:
    """Return the compression of a file by its first bytes."""
    return next((entry for entry in known() if entry.recognises(head)), None)


def decompressed(compression: Compression, head: bytes, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield what ``head`` and what ``read`` gives after it (nothing at the end) become, in parts that are not empty.

    Zeros between members and after the last one are passed over: some tools pad to a block. Raises ``EOFError`` when
    it is cut inside a member, ``ValueError`` when it is damaged, ``MemoryError`` when it needs too much memory.
    """
    faults = compression.faults()
    data = head
    while data or (data := read(compression.feed)):
        data = data.lstrip(b"\0")
        if not data:
            continue
        member = compression.begin()
        idle = False  # it gave nothing, and said that it needs nothing
        while not member.eof:
            over = False
            if not data and (member.needs_input or idle):
                data = read(compression.feed)
                over = not data
            given = data[: compression.feed]
            try:
                out = member.decompress(given, MOST)
            except faults as fault:
                raise ValueError(compression.name) from fault
            data = data[len(given) :]
            if out:
                yield out
            elif over and not member.eof:
                raise EOFError(compression.name)
            idle = not out
        data = (member.unused_data or b"") + data
