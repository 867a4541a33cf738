"""Exports that lie: bounded time and memory, everything counted, no index outside, no exception."""

from __future__ import annotations

import random
import struct
import time

import exports_mutants
import pytest
from exports_forge import (
    BASIC,
    EXPORTER,
    NS,
    SECONDS,
    Recorder,
    basic,
    decoded,
    five,
    flowset,
    nine,
    record5,
    sflow,
    template9,
    template10,
    ten,
)
from exports_mutants import mutants, read_all

from cloison.captures.exporting.exports import Exports

FEW = 150


def test_undamaged_exports_are_decoded() -> None:
    sink = Recorder()
    exports = Exports(sink, fast=False)
    for data in exports_mutants.whole():
        exports.datagram(data, EXPORTER, SECONDS * NS)
    exports.finish()
    assert len(sink.records) > 20
    assert not sink.left.keys() - {"other-record", "record-not-ip", "record-without-template"}


def test_damaged_exports_with_plain_kernels() -> None:
    records, left = read_all(FEW, False)
    assert records > FEW
    assert left > FEW // 2


def test_mutants_are_the_same_at_every_run() -> None:
    assert list(mutants(20)) == list(mutants(20))


def test_random_bytes_after_a_valid_header() -> None:
    rng = random.Random(5)
    heads = [
        struct.pack(">HHIIIIHH", 5, 30, 1, SECONDS, 0, 0, 0, 0), struct.pack(">HHIIII", 9, 3, 1, SECONDS, 0, 1),
        struct.pack(">HHIII", 10, 1400, SECONDS, 0, 1), struct.pack(">9I", 5, 1, 1, 0, 1, 1, 5, 1, 40),
    ]  # fmt: skip
    for head in heads:
        for _ in range(100):
            found = decoded(head + rng.randbytes(rng.randrange(1400)))
            assert found.total > 0 or head[1] != 5


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0", b"\0\x09", b"\0\x0a\0\x10", b"\0\x05\0\x01", bytes(2000), b"\xff" * 2000,
        five(count=65535), five(record5(), count=64), nine(struct.pack(">HH", 300, 3)),
        nine(struct.pack(">HH", 300, 65535)),
        ten(struct.pack(">HH", 300, 65535)), ten()[:2] + b"\xff\xff" + ten()[4:], nine(flowset(7, bytes(8))),
        nine(flowset(0, struct.pack(">HH", 300, 65535))), ten(flowset(2, struct.pack(">HH", 12, 1) + bytes(4))),
        ten(flowset(3, struct.pack(">HHH", 300, 1, 2) + bytes(8))), ten(flowset(2, b"\x01\x2c\0\1\x80\x01\0\4")),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_counted(data: bytes) -> None:
    found = decoded(data)
    assert found.left["record-malformed"] >= 1
    assert not found.left.keys() - {"record-malformed"}


def test_a_template_that_lies_leaves_the_others() -> None:
    bad = flowset(0, struct.pack(">HH", 301, 9000) + bytes(8))
    found = decoded(nine(bad, template9(300, BASIC), flowset(300, basic())))
    assert len(found.records) == 1
    assert found.left == {"record-malformed": 1}


def seconds(*datagrams: bytes) -> float:
    sink = Recorder()
    exports = Exports(sink, fast=True)
    started = time.process_time()
    for data in datagrams:
        exports.datagram(data, EXPORTER)
    exports.finish()
    assert exports.number == sink.total
    return time.process_time() - started


def test_time_is_bounded() -> None:
    """What costs most for its bytes: each case is a quarter of a megabyte, and takes a second or two of CPU."""
    decoded(nine(template9(300, BASIC), flowset(300, basic())), fast=True)  # compiled
    every = range(256, 5256)
    small = [template9(number, ((8, 4),)) for number in every]
    cases = {
        # a template changes before every record of it
        "changes": [nine(*[template9(300, ((8, 4), (12, 4), (4, 1 + i % 2))) + flowset(300, bytes(9 + i % 2))
                           for i in range(1700)])] * 4,
        "many templates": [nine(*small)[:65_000]] * 4,
        "many domains": [nine(template9(300, BASIC), flowset(300, basic()), domain=i) for i in range(2_500)],
        "sets of nothing": [nine(*[flowset(300, b"")] * 16_000)] * 4,
        "sets without template": [ten(*[flowset(300 + i % 500, b"x") for i in range(13_000)])] * 4,
        "templates of 10,000 fields": [ten(template10(300 + i, [(1, 4)] * 10_000), flowset(300 + i, bytes(9)))
                                       for i in range(6)],
        "empty samples": [sflow(*[struct.pack(">II", 1, 0)] * 8_000)] * 4,
    }  # fmt: skip
    for name, datagrams in cases.items():
        taken = seconds(*datagrams)
        assert taken < 10, (name, taken)


@pytest.mark.slow
def test_templates_are_kept_in_bounded_memory() -> None:
    """500 templates of 40 kB: 16 MiB of them are kept, the data of those that were forgotten waits in vain."""
    sink = Recorder()
    exports = Exports(sink, fast=False)
    template = template10(300, [(8, 4), (12, 4), (4, 1)] + [(210, 0)] * 10_000)
    for number in range(500):
        exports.datagram(ten(template, domain=number), EXPORTER)
    for domain in (0, 499):
        exports.datagram(ten(flowset(300, bytes(range(9))), domain=domain), EXPORTER)
    exports.finish()
    assert len(sink.records) == 1
    assert sink.left == {"record-without-template": 1}
    kept = (1 << 24) // (4 * 10_003 + 256)
    assert f"more templates came than are kept: {500 - kept} were forgotten" in sink.notes
