"""bzip2: streams one after the other, of blocks of at most 900 kB."""

from __future__ import annotations

from bz2 import BZ2Decompressor

from cloison.captures.compression import Compression
from cloison.netmodel.finding import Text

BLOCK, END = bytes.fromhex("314159265359"), bytes.fromhex("177245385090")  # pi and its square root begin them


COMPRESSION = Compression(
    name="bzip2",
    title=Text("bzip2", "bzip2"),
    recognises=lambda head: head[:3] == b"BZh" and head[3:4].isdigit() and head[4:10] in (BLOCK, END),
    begin=BZ2Decompressor,
    faults=lambda: (OSError,),
)
