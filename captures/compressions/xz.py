"""xz: streams one after the other, padded with zeros (the .xz file format, 1.2.1)."""

from __future__ import annotations

from lzma import FORMAT_XZ, LZMADecompressor, LZMAError

from cloison.captures.compression import MEMORY, Compression
from cloison.netmodel.finding import Text


class _Stream:
    """A stream that tells the want of memory from damage, which the library says in words only."""

    def __init__(self) -> None:
        self._stream = LZMADecompressor(FORMAT_XZ, memlimit=MEMORY)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return self._stream.needs_input

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        try:
            return self._stream.decompress(data, most)
        except LZMAError as fault:
            if "emory" in str(fault):
                raise MemoryError(str(fault)) from fault
            raise


COMPRESSION = Compression(
    name="xz",
    title=Text("xz", "xz"),
    recognises=lambda head: head.startswith(b"\xfd7zXZ\x00"),
    begin=_Stream,
    faults=lambda: (LZMAError,),
)
