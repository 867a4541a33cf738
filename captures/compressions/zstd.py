"""Zstandard: frames one after the other, those to be skipped too (RFC 8878)."""

from __future__ import annotations

from cloison.captures.compression import MEMORY, Compression
from cloison.netmodel.finding import Text

FEED = 1 << 10  # bytes given at once, for what comes out of them cannot be bounded: at most 32 MiB


class _Frame:
    """A frame with the interface of the other compressions: it gives at once all that it can."""

    needs_input = True

    def __init__(self) -> None:
        from zstandard import ZstdDecompressor

        self._frame = ZstdDecompressor(max_window_size=MEMORY).decompressobj()

    @property
    def eof(self) -> bool:
        return self._frame.eof

    @property
    def unused_data(self) -> bytes:
        return self._frame.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        from zstandard import ZstdError

        try:
            return self._frame.decompress(data)
        except ZstdError as fault:
            if "too much memory" in str(fault):
                raise MemoryError(str(fault)) from fault
            raise


def _faults() -> tuple[type[Exception], ...]:
    from zstandard import ZstdError

    return (ZstdError,)


COMPRESSION = Compression(
    name="zstd",
    title=Text("Zstandard", "Zstandard"),
    recognises=lambda head: (
        head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5)
    ),
    begin=_Frame,
    faults=_faults,
    feed=FEED,
)
