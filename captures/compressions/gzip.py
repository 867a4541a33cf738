"""gzip: members one after the other (RFC 1952)."""

from __future__ import annotations

import zlib

from cloison.captures.compression import Compression
from cloison.netmodel.finding import Text


class _Member:
    """A member with the interface of the other compressions: it keeps what it was given beyond what it was asked."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def needs_input(self) -> bool:
        return not self._member.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._member.decompress(self._member.unconsumed_tail + data, most)


COMPRESSION = Compression(
    name="gzip",
    title=Text("gzip", "gzip"),
    recognises=lambda head: head.startswith(b"\x1f\x8b"),
    begin=_Member,
    faults=lambda: (zlib.error,),
)
