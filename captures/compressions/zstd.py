"""Zstandard: frames one after the other, those to be skipped too (RFC 8878)."""

from __future__ import annotations

from cloison.captures.compression import MEMORY, Compression
from cloison.netmodel.finding import Text

MAGIC, SKIPPABLE = b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18"
FEED = 1 << 10  # bytes given at once, for what comes out of them cannot be bounded: at most 32 MiB


class _Frame:
    """A frame with the interface of the other compressions: it gives at once all that it can.

    Its header is given in one piece: libzstd takes what follows a header that came in two for the frame's beginning,
    and a damaged frame could so be nothing.
    """

    needs_input = True

    def __init__(self) -> None:
        from zstandard import ZstdDecompressor

        self._head: bytes | None = b""
        self._frame = ZstdDecompressor(max_window_size=MEMORY).decompressobj()

    @property
    def eof(self) -> bool:
        return self._frame.eof

    @property
    def unused_data(self) -> bytes:
        return self._frame.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        from zstandard import ZstdError

        if self._head is not None:
            data = self._head + data
            self._head = data if len(data) < _header(data) else None
            if self._head is not None:
                return b""
        try:
            return self._frame.decompress(data)
        except ZstdError as fault:
            if "too much memory" in str(fault):
                raise MemoryError(str(fault)) from fault
            raise


def _header(data: bytes) -> int:
    """Return the bytes of the header with which a frame begins, or how many are needed to know (RFC 8878, 3.1)."""
    if len(data) < 5:
        return 5 if MAGIC.startswith(data[:4]) or SKIPPABLE.startswith(data[1:4]) else 0
    if not data.startswith(MAGIC):
        return 8 if data[1:4] == SKIPPABLE else 0
    told, single = data[4], data[4] >> 5 & 1
    return 6 - single + (0, 1, 2, 4)[told & 3] + (single, 2, 4, 8)[told >> 6]


def _faults() -> tuple[type[Exception], ...]:
    from zstandard import ZstdError

    return (ZstdError,)


COMPRESSION = Compression(
    name="zstd",
    title=Text("Zstandard", "Zstandard"),
    recognises=lambda head: head.startswith(MAGIC) or (head[1:4] == SKIPPABLE and head[0] >> 4 == 5),
    begin=_Frame,
    faults=_faults,
    feed=FEED,
)
