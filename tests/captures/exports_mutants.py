"""Exports damaged at random, the same ones at every run; as a script, they are decoded with compiled kernels."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from io import BytesIO

import numpy as np
from exports_forge import (
    A6,
    B6,
    BASIC,
    EXPORTER,
    NS,
    SECONDS,
    A,
    B,
    Recorder,
    addressed,
    basic,
    detail,
    five,
    flowset,
    nine,
    options9,
    options10,
    packed,
    record5,
    sample,
    sflow,
    template9,
    template10,
    ten,
)

from cloison.captures.exporting.exports import Exports
from cloison.captures.exporting.files import read_messages, read_samples
from cloison.captures.exporting.samples import is_sample
from cloison.captures.exporting.sets import tally
from cloison.captures.stream import Stream
from cloison.flows.compiled import compiled

FRAME = bytes.fromhex("0200000000010200000000020800") + bytes.fromhex(
    "4500003c00004000400600000a0000010a0000029c4001bb0000000000000000500200000000000" + "0" * 41
)


def whole() -> list[bytes]:
    """Return undamaged messages that lead to every branch of the decoders."""
    wide = ((8, 4), (12, 4), (27, 16), (28, 16), (60, 1), (4, 1), (7, 2), (11, 2), (1, 8), (2, 3), (152, 8), (155, 8),
            (32, 2), (48, 1), (61, 1), (58, 2), (351, 8), (233, 1), (226, 4), (228, 2), (89, 1))  # fmt: skip
    record = packed(
        A, B, A6, B6, (4, 1), (6, 1), (40000, 2), (443, 2), (700, 8), (7, 3), (SECONDS * 1000, 8), (0, 8), (0, 2),
        (1, 1), (1, 1), (110, 2), (1 << 56 | 5001, 8), (2, 1), B, (80, 2), (64, 1),
    )  # fmt: skip
    texts = ((82, 65535), (8, 4), (12, 4), (4, 1), (1, 4, 29305), (1, 65535, 9))
    text = b"\x03eth" + packed(A, B, (47, 1), (5, 4)) + b"\xff\x01\x00" + bytes(256)
    ether = sample(FRAME, more=detail(1001, packed((120, 4), (0, 4), (130, 4), (0, 4))))
    return [
        packed((1, 2), (1, 2), (5, 4), (SECONDS, 4), (0, 4)) + bytes(48),
        five(record5(), record5(protocol=1), record5(protocol=17)),
        packed((7, 2), (1, 2), (5, 4), (SECONDS, 4), (0, 12)) + bytes(52),
        nine(template9(300, BASIC), flowset(300, basic() * 5), flowset(301, record)),
        nine(options9(302, ((1, 4),), ((48, 1), (50, 4))), flowset(302, packed((0, 4), (1, 1), (100, 4)) * 2)),
        nine(template9(301, wide), flowset(301, record * 3)),
        ten(template10(303, texts), flowset(303, text * 4), flowset(303, text)),
        ten(options10(304, ((302, 4),), ((305, 4), (306, 4), (160, 8))),
            flowset(304, packed((1, 4), (1, 4), (9, 4), (1, 8)))),
        ten(template10(305, ((82, 65535),)), flowset(305, b"\x03eth\x02lo")),
        ten(flowset(2, packed((303, 2), (0, 2))), flowset(303, text), flowset(3, packed((3, 2), (0, 2)))),
        sflow(ether, sample(FRAME, expanded=True, rate=7), addressed(3, packed((60, 4), (6, 4), A, B) + bytes(16)),
              addressed(4, packed((60, 4), (17, 4), A6, B6) + bytes(16)), b"\0\0\0\2\0\0\0\4abcd"),
    ]  # fmt: skip


def mutants(number: int) -> Iterator[list[bytes]]:
    """Yield so many lists of messages, each with some bytes damaged, lengths lied about, cut or joined."""
    rng = random.Random(11)
    originals = whole()
    for _ in range(number):
        chosen = [bytearray(data) for data in rng.choices(originals, k=6)]
        for data in chosen:
            for _ in range(rng.choice((0, 1, 1, 2, 8))):
                place = rng.randrange(len(data))
                data[place] = rng.choice((0, 1, 2, 4, 255, rng.randrange(256)))
            if rng.random() < 0.2:
                del data[rng.randrange(1, len(data)) :]
            if rng.random() < 0.1:
                data += rng.randbytes(rng.randrange(60))
        yield [bytes(data) for data in chosen]


def read_all(number: int, fast: bool) -> tuple[int, int]:
    """Decode as datagrams and as files; return the records that were decoded and those that were left out."""
    records = left = 0
    for messages in mutants(number):
        sink = Recorder()
        exports = Exports(sink, fast=fast, lifetime=NS)
        for place, data in enumerate(messages):
            exports.datagram(data, EXPORTER, (SECONDS + place) * NS)
        exports.finish()
        # A sampled packet that is a tunnel's is given, and what it carries is given or left as well.
        assert exports.number <= sink.total if any(map(is_sample, messages)) else exports.number == sink.total
        for record in sink.records:
            assert 0 <= record["protocol"] <= 255
            assert all(0 <= port <= 65535 for port in record["ports"])
            assert all(0 <= count < 1 << 63 for count in (*record["counts"], *record.get("back", ())))
            assert 0 <= record["first"] <= record["last"] < 1 << 63
            assert 1 <= record["number"] <= exports.number
        records += len(sink.records)
        left += sink.left.total()
        for read in (read_messages, read_samples):
            data = b"".join(messages)
            read(Stream(BytesIO(data), 0 if fast else len(data)), Recorder())
    return records, left


def bounds_are_checked() -> bool:
    """Return whether an index outside of a window is an exception."""
    try:
        compiled(tally)(np.zeros(8, dtype=np.uint8), 6, 100, np.array([-1, 200]), 2)
        compiled(tally)(np.zeros(8, dtype=np.uint8), 8, 100, np.array([-1, 1]), 2)
    except IndexError:
        return True
    return False


if __name__ == "__main__":
    if "NUMBA_BOUNDSCHECK" in os.environ:
        assert bounds_are_checked()
    print(*read_all(int(sys.argv[1]), True))
