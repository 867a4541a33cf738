"""Decoding of flow records alone, from a raw file to batches: ``python bench/flows.py [--records N] [--runs N]``.

The files are made here: datagrams of 30 records of one fixed-length template with 12 fields, the template again every
1,000 datagrams, from one exporter. NetFlow v9 has times of the exporter's clock and counts of 4 bytes; IPFIX times in
milliseconds since 1970 and counts of 8 bytes; v5 its fixed layout. The target is 10 million records a second.
"""

from __future__ import annotations

import argparse
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cloison.captures.exporting.files import read_messages
from cloison.captures.stream import Stream

TARGET = 10e6
EACH, AGAIN = 30, 1000  # records of a datagram, datagrams after which the template is sent again
NINE = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (1, 4), (2, 4), (22, 4), (21, 4), (10, 4), (61, 1))
TEN = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 2), (1, 8), (2, 8), (152, 8), (153, 8), (10, 4), (61, 1))
SECONDS = 1_700_000_000


class Nothing:
    """A sink that counts."""

    def __init__(self) -> None:
        self.records = self.left = 0

    def add(self, batch: Any) -> None:
        """Count the records of a batch."""
        self.records += batch.shape[1]

    def leave(self, reason: str, count: int = 1) -> None:
        """Count what is left out."""
        self.left += count

    def point(self, *what: object) -> int:
        """Return the only point."""
        return 0

    def note(self, said: object) -> None:
        """Forget it."""

    def tick(self) -> None:
        """Go on."""


def bodies(fields: tuple[tuple[int, int], ...], number: int) -> np.ndarray:
    """Return random records of a layout, side by side, with protocols and clocks that can be."""
    random = np.random.default_rng(1)
    size = sum(length for _, length in fields)
    data = random.integers(0, 256, (number, size), dtype=np.uint8)
    at = 0
    for element, length in fields:
        if element == 4:
            data[:, at] = random.choice([6, 17, 1], number, p=[0.6, 0.37, 0.03])
        elif element in (1, 2):
            data[:, at : at + length - 2] = 0
        elif element == 61:
            data[:, at] &= 1
        elif element in (21, 22):
            data[:, at : at + length] = np.frombuffer(struct.pack(">I", 3_600_000), dtype=np.uint8)
        elif element in (152, 153):
            data[:, at : at + length] = np.frombuffer(struct.pack(">Q", SECONDS * 1000), dtype=np.uint8)
        at += length
    return data


def template(version: int, fields: tuple[tuple[int, int], ...]) -> bytes:
    """Return the set that describes the records."""
    body = struct.pack(">HH", 300, len(fields)) + b"".join(struct.pack(">HH", *field) for field in fields)
    return struct.pack(">HH", 0 if version == 9 else 2, len(body) + 4) + body


def messages(version: int, records: int) -> Iterator[bytes]:
    """Yield the messages of a file."""
    fields = NINE if version == 9 else TEN
    pool = bodies(fields, 1000 * EACH)
    sequence = 0
    for number in range(records // EACH):
        start = number % 1000 * EACH
        body = pool[start : start + EACH].tobytes()
        data = struct.pack(">HH", 300, len(body) + 4) + body
        if number % AGAIN == 0:
            data = template(version, fields) + data
        if version == 9:
            yield struct.pack(">HHIIII", 9, EACH, 3_700_000, SECONDS, sequence, 1) + data
            sequence += 1
        else:
            yield struct.pack(">HHIII", 10, len(data) + 16, SECONDS, sequence, 1) + data
            sequence += EACH


def fives(records: int) -> Iterator[bytes]:
    """Yield messages of version 5."""
    pool = np.random.default_rng(2).integers(0, 256, (1000 * EACH, 48), dtype=np.uint8)
    pool[:, 38] = 17
    pool[:, 16:18] = pool[:, 20:22] = 0
    for number in range(records // EACH):
        start = number % 1000 * EACH
        head = struct.pack(">HHIIIIBBH", 5, EACH, 3_700_000, SECONDS, 0, number * EACH, 0, 0, 0)
        yield head + pool[start : start + EACH].tobytes()


def decode(path: Path) -> tuple[float, float, Nothing]:
    """Return the seconds that decoding took, those of CPU, and what came of it."""
    sink = Nothing()
    with path.open("rb", buffering=0) as raw:
        started, used = time.perf_counter(), time.process_time()
        problem = read_messages(Stream(raw, path.stat().st_size), sink)
        taken, used = time.perf_counter() - started, time.process_time() - used
    assert problem is None, problem
    return taken, used, sink


def main() -> None:
    """Make the files, decode each several times, print rows of the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=5)
    options, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="cloison-bench-") as name:
        for title, made in (
            ("NetFlow v5", fives(options.records)),
            ("NetFlow v9", messages(9, options.records)),
            ("IPFIX", messages(10, options.records)),
        ):
            path = Path(name) / "flows"
            with path.open("wb") as out:
                out.writelines(made)
            decode(path)  # compiled, and in the page cache
            walls, cpus = [], []
            for _ in range(options.runs):
                wall, cpu, sink = decode(path)
                walls.append(wall)
                cpus.append(cpu)
            number = sink.records + sink.left
            if number != options.records // EACH * EACH:
                sys.exit(f"{title}: {number} records came out")
            rate, each = number / statistics.median(walls), number / statistics.median(cpus)
            print(
                f"| {title}: {number / 1e6:g} million records, decoding alone | {statistics.median(walls):.2f} s, "
                f"{rate / 1e6:.1f} million a second, {each / 1e6:.1f} a CPU-second | {TARGET / 1e6:g} million | "
                f"{'met' if rate >= TARGET else 'missed'}; datagrams of {EACH} |",
                flush=True,
            )
            path.unlink()


if __name__ == "__main__":
    main()
