"""The inputs that are kept: one file a target, one input a line, in hexadecimal.

Seeds come from the entries themselves and from the forge of the captures' tests; fuzzing adds what leads to new code.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Iterable, Mapping
from pathlib import Path

from fuzz_firewalls import cases

FOLDER = Path(__file__).parent / "corpus"
MOST_BYTES = 1500  # of the inputs of one target that fuzzing adds
LONGEST = 300  # bytes of one of them


def kept(target: str) -> list[bytes]:
    """Return the inputs of a target: those of its file, and the cases of a dialect's tests."""
    return [*_held(target), *cases(target)]


def _held(target: str) -> list[bytes]:
    path = FOLDER / f"{target}.hex"
    return [bytes.fromhex(line) for line in path.read_text("ascii").split("\n")[:-1]] if path.exists() else []


def keep(target: str, inputs: Iterable[bytes]) -> None:
    """Write the inputs of a target, the shortest first, without the cases of a dialect's tests."""
    FOLDER.mkdir(exist_ok=True)
    lines = sorted({data.hex() for data in inputs if data not in cases(target)}, key=lambda line: (len(line), line))
    (FOLDER / f"{target}.hex").write_text("".join(line + "\n" for line in lines), "ascii")


def seeds() -> Mapping[str, list[bytes]]:
    """Return the inputs to begin with, of those targets that have some; any other begins with nothing."""
    import lz4.frame
    import zstandard
    from captures_mutants import frames, whole
    from exports_forge import BASIC, basic, flowset, nine, sample, sflow, template9, template10, ten

    from cloison.captures import formats, wire
    from cloison.captures.stream import Format
    from cloison.netmodel.registry import load

    small = bytes(range(40))
    found = {
        "compression-bzip2": [bz2.compress(small), bz2.compress(b"") + bz2.compress(bytes(100_000))],
        "compression-gzip": [gzip.compress(small, mtime=0) * 2 + bytes(4)],
        "compression-xz": [lzma.compress(small), lzma.compress(bytes(100_000))],
        "compression-lz4": [lz4.frame.compress(small), lz4.frame.compress(bytes(100_000), block_linked=False)],
        "compression-zstd": [zstandard.ZstdCompressor(write_checksum=True).compress(small),
                             b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"],
        "capture": [b"\x00\x01" + bytes((len(frame), 0, 65)) + frame for frame in frames() if len(frame) < 256],
    }  # fmt: skip
    told, data = (template9(300, BASIC), template10(300, BASIC)), flowset(300, basic())
    # files of one exporter that go on from one another, side by side
    found["format-netflow"] = [nine(told[0], data, sequence=7) + nine(data, sequence=8) + nine(data, sequence=9)]
    found["format-ipfix"] = [ten(told[1], data, sequence=7) + ten(data, sequence=8) + ten(data, sequence=9)]
    found["format-sflow"] = [sflow(sample(frames()[0]), sequence=1) + sflow(sample(frames()[1]), sequence=2)]
    found["capture"].append(b"\x00\x01" + b"".join(bytes((len(one), 9, 66)) + one for one in frames()[:9]))
    for name, entry in load(formats, "FORMAT").items():
        if isinstance(entry, Format):
            found[f"format-{name}"] = [entry.sample, *(data[:600] for data in whole() if entry.recognises(data[:32]))]
    for name, entry in load(wire, "RECOGNISER").items():
        found[f"wire-{name}"] = [bytes(6) + bytes([first]) * 9 for first in entry.begins[:4]]
    return found


if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(Path(__file__).parent.parent / "captures"))
    for target, inputs in seeds().items():
        keep(target, [*kept(target), *inputs])
