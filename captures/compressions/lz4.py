"""lz4: frames one after the other, of blocks of at most 4 MiB (the LZ4 frame format, 1.6.4)."""

from __future__ import annotations

from cloison.captures.compression import Compression, Member
from cloison.netmodel.finding import Text


def _frame() -> Member:
    from lz4.frame import LZ4FrameDecompressor

    frame: Member = LZ4FrameDecompressor()
    return frame


COMPRESSION = Compression(
    name="lz4",
    title=Text("lz4", "lz4"),
    recognises=lambda head: head.startswith(b"\x04\x22\x4d\x18"),
    begin=_frame,
    faults=lambda: (RuntimeError,),
)
