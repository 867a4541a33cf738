"""nfcapd files made by hand after nfdump's published headers: what is told of them, by hand and by nfdump itself."""

from __future__ import annotations

import os
import random
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from nfcapd_forge import (
    BZ2,
    LZ4,
    LZO,
    ZSTD,
    Kept,
    alike,
    block,
    element,
    exporter_record,
    extension_map,
    flow,
    kept,
    layout1,
    layout2,
    nfdump_says,
    old_flow,
    old_sampler_record,
    packed,
    record,
    sampler_record,
    wide,
)

from cloison.captures.formats.nfcapd import FORMAT
from cloison.captures.nfcapd.blocks import LARGEST, expand, lzo_length
from cloison.flows.compiled import compiled
from cloison.flows.table import ANSWERED, INITIATOR_AB, INITIATOR_BA, REFUSED_AB

NFDUMP = pytest.mark.skipif(
    shutil.which("nfdump") is None and "CLOISON_CI" not in os.environ, reason="nfdump is not installed"
)
WAYS = [0, LZO, BZ2, LZ4, ZSTD]
T = 1_700_000_000_000_000_000


def two(*records: bytes) -> Kept:
    return kept(layout2([block(records)]))


def one(*records: bytes, flags: int = 0) -> Kept:
    return kept(layout1([block(records, kind=2)], flags=flags))


def test_a_flow_of_layout_2() -> None:
    sink = two(flow("10.0.0.1", "10.0.0.2"), flow("2001:db8::1", "2001:db8::2", protocol=17, packets=1 << 40))
    assert sink.rows[0] == {
        "SOURCE": "10.0.0.1", "TARGET": "10.0.0.2", "SOURCE_PORT": 40000, "TARGET_PORT": 443, "PROTOCOL": 6,
        "FIRST": T + 123_000_000, "LAST": T + 1_456_000_000, "PACKETS": 3, "BYTES": 300, "BACK_PACKETS": 0,
        "BACK_BYTES": 0, "FLAGS": 0x1B, "BACK_FLAGS": -1, "TELLS": 0, "WIRE": 0, "VLANS": 0, "VNI": -1, "SAMPLED": 1,
        "POINT": 0, "NUMBER": 1,
    }  # fmt: skip
    assert (sink.rows[1]["SOURCE"], sink.rows[1]["TARGET"]) == ("2001:db8::1", "2001:db8::2")
    assert (sink.rows[1]["PACKETS"], sink.rows[1]["FLAGS"], sink.rows[1]["NUMBER"]) == (1 << 40, -1, 2)
    assert sink == Kept(rows=sink.rows, points=[(1, "")])


# What each element of layout 2 tells: the element, what a row has of it.
VLAN = element(6, struct.pack("<II", 12, 13))
BACK = element(5, struct.pack("<QQQ", 1, 9, 900))
TRANSLATED = element(20, struct.pack("<II", 0xC0000201, 0x0A0000FE)), element(22, struct.pack("<HH", 5555, 8443))
MISC = "<II6BH"  # interfaces, masks, direction, type of service, biflow direction, end reason
SEGMENT = element(38, struct.pack("<4HIIQHB5x", 100, 200, 0, 0, 1, 2, 5001, 0x800, 4))
ELEMENTS: list[tuple[str, list[bytes], dict[str, object]]] = [
    ("vlan", [VLAN], {"VLANS": 12 << 12}),
    ("vlan-out", [element(6, struct.pack("<II", 0, 13))], {"VLANS": 13 << 12}),
    ("two-vlans", [SEGMENT], {"VLANS": 100 << 12 | 200, "VNI": 5001}),
    ("back", [BACK], {"BACK_PACKETS": 9, "BACK_BYTES": 900}),
    ("translation", [*TRANSLATED], {"SOURCE": "10.0.0.1", "SOURCE_PORT": 40000, "TARGET": "10.0.0.254",
                                    "TARGET_PORT": 8443}),
    ("translation6", [element(21, wide("2001:db8:9::1") + wide("2001:db8:9::2"))], {"TARGET": "2001:db8:9::2"}),
    ("no-translation", [element(20, bytes(8)), element(22, bytes(4))], {"TARGET": "10.0.0.2", "TARGET_PORT": 443}),
    ("initiator", [element(4, struct.pack(MISC, 3, 4, 24, 25, 0, 0, 1, 0, 0))], {"TELLS": INITIATOR_AB}),
    ("reverse", [element(4, struct.pack(MISC, 3, 4, 24, 25, 0, 0, 2, 0, 0))], {"TELLS": INITIATOR_BA}),
    ("old-misc", [element(4, struct.pack(MISC, 3, 4, 24, 25, 0, 0, 2, 0, 0)[:12]), element(0x102, b"")], {"TELLS": 0}),
    ("unknown", [element(999, b"????"), element(63, b""), VLAN], {"VLANS": 12 << 12}),
]  # fmt: skip


@pytest.mark.parametrize(("more", "wanted"), [case[1:] for case in ELEMENTS], ids=[case[0] for case in ELEMENTS])
def test_elements_of_layout_2(more: list[bytes], wanted: dict[str, object]) -> None:
    sink = two(flow("10.0.0.1", "10.0.0.2", more=more), flow("10.0.0.3", "10.0.0.4"))
    assert {name: sink.rows[0][name] for name in wanted} == wanted
    plain = {"VLANS": 0, "VNI": -1, "BACK_PACKETS": 0, "TELLS": 0, "TARGET": "10.0.0.4", "TARGET_PORT": 443}
    assert {name: sink.rows[1][name] for name in plain} == plain


def nsel(event: int, extended: int = 0) -> bytes:
    return element(19, struct.pack("<QIHBB", 1_700_000_005_000, 99, extended, event, 0))


def test_events_of_a_firewall() -> None:
    back = element(5, struct.pack("<QQQ", 1, 0, 900))
    events = [(1, b""), (2, back), (3, b""), (4, b""), (5, b"")]
    sink = two(*(
        flow("10.0.0.1", "10.0.0.2", first=0, last=0, packets=0, flags=0, more=[nsel(event), *filter(None, [more])])
        for event, more in events
    ))  # fmt: skip
    assert [row["TELLS"] for row in sink.rows] == [
        INITIATOR_AB, INITIATOR_AB | ANSWERED, REFUSED_AB, 0, INITIATOR_AB,
    ]  # fmt: skip
    assert {(row["FIRST"], row["LAST"], row["FLAGS"]) for row in sink.rows} == {(T + 5_000_000_000,) * 2 + (-1,)}
    assert sink.notes == [
        "5 of its records are events of a firewall or of a translation, which may count no packets",
    ]


def test_a_filter_that_dropped() -> None:
    sink = two(*(flow("10.0.0.1", "10.0.0.2", status=status) for status in (0, 64, 128, 129, 130, 131)))
    assert [row["TELLS"] for row in sink.rows] == [0, 0, 0, REFUSED_AB, REFUSED_AB, 0]


def test_a_translation_without_a_target_is_not_traffic() -> None:
    bound = element(25, struct.pack("<QIBBH", 1_700_000_006_000, 3, 4, 0, 0))
    sink = two(flow("10.0.0.1", "0.0.0.0", more=[bound]), flow("10.0.0.1", "10.0.0.2", more=[bound]))
    assert [(row["TARGET"], row["NUMBER"]) for row in sink.rows] == [("10.0.0.2", 2)]
    assert sink.left == {"other-record": 1}


def test_times_that_are_missing_or_backwards() -> None:
    ms = 1_700_000_000_000
    sink = two(
        flow("10.0.0.1", "10.0.0.2", first=0, last=0, received=ms),
        flow("10.0.0.1", "10.0.0.2", first=ms + 9, last=ms),
        flow("10.0.0.1", "10.0.0.2", first=1 << 63, last=(1 << 64) - 1, packets=(1 << 64) - 1, size=1 << 63),
    )
    assert [(row["FIRST"], row["LAST"]) for row in sink.rows] == [
        (T, T), (T + 9_000_000, T + 9_000_000), (9_200_000_000_000_000_000,) * 2,
    ]  # fmt: skip
    assert (sink.rows[2]["PACKETS"], sink.rows[2]["BYTES"]) == (1 << 62, 1 << 62)


def test_ports_are_those_of_protocols_that_have_them() -> None:
    pairs = {6: (1, 2), 17: (1, 2), 132: (1, 2), 1: (0, 2), 58: (0, 2), 47: (0, 0), 50: (0, 0), 255: (0, 0)}
    sink = two(*(flow("10.0.0.1", "10.0.0.2", protocol=protocol, ports=(1, 2)) for protocol in pairs))
    assert {row["PROTOCOL"]: (row["SOURCE_PORT"], row["TARGET_PORT"]) for row in sink.rows} == pairs


def test_exporters_directions_and_domains_are_points() -> None:
    out = element(4, struct.pack(MISC, 0, 0, 0, 0, 1, 0, 0, 0, 0))
    vrf = element(36, struct.pack("<II", 5, 6))
    sink = two(
        flow("10.0.0.1", "10.0.0.2", exporter=3),
        exporter_record(1, "192.0.2.1", 77), exporter_record(2, "2001:db8::9", 0), exporter_record(3, "192.0.2.3", 0),
        flow("10.0.0.1", "10.0.0.2", exporter=1), flow("10.0.0.1", "10.0.0.2", exporter=2),
        flow("10.0.0.1", "10.0.0.2", exporter=1, more=[out]), flow("10.0.0.1", "10.0.0.2", exporter=1, more=[vrf]),
        flow("10.0.0.1", "10.0.0.2", exporter=3), flow("10.0.0.1", "10.0.0.2", exporter=65535, more=[out]),
    )  # fmt: skip
    assert [sink.points[int(str(row["POINT"]))] for row in sink.rows] == [
        (3, ""), ("192.0.2.1", 77, ""), ("2001:db8::9", 0, ""), ("192.0.2.1", 77, "egress"), ("192.0.2.1", 77, "", 6),
        (3, ""), (65535, "egress"),
    ]  # fmt: skip
    assert not sink.left


@pytest.mark.parametrize("sampler", [sampler_record(1, 100), old_sampler_record(1, 100), sampler_record(0, 100)])
def test_sampling(sampler: bytes) -> None:
    sink = two(sampler, *(flow("10.0.0.1", "10.0.0.2", mark=mark, packets=700) for mark in (0, 2)))
    assert [(row["SAMPLED"], row["PACKETS"]) for row in sink.rows] == [(1, 700), (100, 700)]
    assert sink.notes == [
        "1 of its records is of sampled flows (1:100): the collector had multiplied their counts",
        "1 of its records comes from exporters that sample, and their counts were stored as they came: they are not "
        "scaled",
    ]


def test_sampling_at_a_rate_that_the_file_does_not_tell() -> None:
    sink = two(flow("10.0.0.1", "10.0.0.2", mark=2), sampler_record(1, 1))
    assert sink.rows[0]["SAMPLED"] == 2
    assert sink.notes == ["1 of its records is of sampled flows (?): the collector had multiplied their counts"]


def test_a_rate_beyond_what_can_be_told_is_the_largest() -> None:
    sampler = struct.pack("<HHHHqII", 15, 24, 1, 0, -1, 1, 0xFFFF_FFFF)
    assert two(sampler, flow("10.0.0.1", "10.0.0.2", mark=2)).rows[0]["SAMPLED"] == 0xFFFF_FFFF


def test_addresses_that_were_anonymised_are_said() -> None:
    said = "its addresses are anonymised: they are not those of the network"
    assert two(flow("10.0.0.1", "10.0.0.2", mark=4)).notes == [said]
    assert one(extension_map(0, []), old_flow("10.0.0.1", "10.0.0.2"), flags=2).notes == [said]


EVERY = {
    4: 4, 5: 8, 6: 4, 7: 8, 8: 4, 9: 4, 10: 16, 11: 4, 12: 16, 13: 4, 14: 4, 15: 8, 16: 4, 17: 8, 18: 4, 19: 8, 20: 16,
    21: 16, 22: 40, 23: 4, 24: 16, 25: 4, 26: 8, 27: 8, 38: 4, 39: 8, 40: 32, 41: 24, 42: 24, 43: 72, 45: 24, 46: 12,
    48: 8,
}  # fmt: skip


def old_file(way: int = 0, order: str = "<") -> bytes:
    """Return a file of layout 1 with several maps; each extension is once before counters of the reverse flow."""
    six = [4, 8, 13, 15, 16, 27]
    data = struct.pack(order + "HH4BHHQIQ", 1, 2, 0, 1, 24, 24, 7, 8, 5, 700, 1_700_000_009_000)
    records = [
        extension_map(3, [], order=order),
        extension_map(1, six, 32, order=order),
        exporter_record(1, "192.0.2.1", 77, order=order),
        old_flow("10.0.0.1", "10.0.0.2", number=3, order=order),
        old_flow("2001:db8::1", "2001:db8::2", number=3, wide_counts=True, packets=1 << 40, size=1 << 41, order=order),
        old_flow("10.0.0.3", "10.0.0.4", number=1, extensions=data, mark=128, protocol=17, order=order),
        old_flow("2001:db8::3", "2001:db8::4", number=1, extensions=data, wide_counts=True, order=order),
        old_flow("10.0.0.5", "10.0.0.6", number=3, protocol=1, ports=(0, 8 << 8), order=order),
    ]
    for number, (extension, size) in enumerate(EVERY.items(), 10):
        records.append(extension_map(number, [extension, 14, 16], size + 8, order=order))
        more = struct.pack(order + "II", number, 1000 + number)
        if extension not in (14, 15, 16, 17):
            records.append(
                old_flow("10.0.1.1", "10.0.1.2", number=number, extensions=bytes(size) + more, order=order)
            )  # fmt: skip
    return layout1([block(records, kind=2, way=way, order=order)], way=way, order=order)


@NFDUMP
@pytest.mark.parametrize("way", [0, LZO, BZ2, LZ4])
def test_layout_1_is_read_as_nfdump_reads_it(tmp_path: Path, way: int) -> None:
    assert shutil.which("nfdump"), "in CI nfdump must be there"
    (tmp_path / "old").write_bytes(old_file(way))
    sink = kept(old_file(way))
    flows = nfdump_says(tmp_path / "old")
    assert len(flows) == 5 + len(EVERY) - 4
    assert alike(sink, flows)
    assert sink.problem == ""
    assert not sink.left
    assert [row["SAMPLED"] for row in sink.rows[:5]] == [1, 1, 2, 1, 1]
    assert set(sink.points) == {("192.0.2.1", 77, way) for way in ("", "egress", "ingress")}


@NFDUMP
def test_layout_2_is_read_as_nfdump_reads_it(tmp_path: Path) -> None:
    assert shutil.which("nfdump"), "in CI nfdump must be there"
    records = [
        flow("10.0.0.1", "10.0.0.2", more=more)
        for name, more, _ in ELEMENTS
        if name not in ("two-vlans", "old-misc", "unknown")  # newer than the nfdump that may be there
    ]
    records += [flow("2001:db8::1", "2001:db8::2", more=[element(21, wide("2001:db8:9::1") + wide("2001:db8:9::2"))])]
    (tmp_path / "new").write_bytes(layout2([block(records)]))
    assert alike(kept(layout2([block(records)])), nfdump_says(tmp_path / "new"))


def test_extensions_of_layout_1() -> None:
    """Those that this file's other tests do not compare with nfdump's words, by hand."""
    translated = struct.pack("<II", 0xC0000201, 0x0A0000FE) + struct.pack("<HH", 5555, 8443)
    event = struct.pack("<QIHBBHH", 1_700_000_005_000, 99, 8 << 8 | 0, 3, 0, 1001, 0)
    sink = one(
        extension_map(1, [39, 38], 12), extension_map(2, [37], 20), extension_map(3, [46], 12),
        old_flow("10.0.0.1", "10.0.0.2", number=1, extensions=translated),
        old_flow("10.0.0.1", "10.0.0.2", number=2, extensions=event, protocol=1, ports=(0, 0), first=0, last=0),
        old_flow("10.0.0.1", "10.0.0.2", number=2, extensions=event),
        old_flow("10.0.0.1", "10.0.0.2", number=3, extensions=struct.pack("<BBHII", 1, 0, 0, 5, 6)),
        old_flow("10.0.0.1", "10.0.0.2", number=3, extensions=bytes(16), status=130),
        old_flow("10.0.0.7", "10.0.0.8", number=1, extensions=bytes(12), kind=1, exporter=9, mark=128),
    )  # fmt: skip
    rows = sink.rows
    assert (rows[0]["TARGET"], rows[0]["TARGET_PORT"], rows[0]["SOURCE"]) == ("10.0.0.254", 8443, "10.0.0.1")
    assert (rows[1]["TARGET_PORT"], rows[1]["TELLS"], rows[1]["FIRST"]) == (8 << 8, REFUSED_AB, T + 5_000_000_000)
    assert rows[2]["TARGET_PORT"] == 443
    assert sink.points == [(1, ""), (1, "", 6), (9, "")]
    assert [row["POINT"] for row in rows] == [0, 0, 0, 1, 0, 2]
    assert rows[4]["TELLS"] == REFUSED_AB
    assert (rows[5]["SOURCE"], rows[5]["SAMPLED"], rows[5]["FIRST"]) == ("10.0.0.7", 2, T + 123_000_000)


def test_an_extension_that_is_not_known_hides_what_follows_and_nothing_else() -> None:
    data = struct.pack("<HH", 7, 8) + bytes(20) + struct.pack("<II", 5, 700)
    sink = one(extension_map(1, [13, 60, 14, 16], 32), old_flow("10.0.0.1", "10.0.0.2", number=1, extensions=data))
    assert (sink.rows[0]["VLANS"], sink.rows[0]["BACK_PACKETS"], sink.rows[0]["PACKETS"]) == (7 << 12, 0, 3)
    assert sink.notes == [
        "extension 60 of its records is not known: it and what follows it in them was not read",
    ]


@pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])
def test_the_byte_order_of_the_writer_does_not_matter(plain: bool) -> None:
    assert kept(old_file(order=">"), plain=plain) == kept(old_file(order="<"), plain=plain)
    made = {}
    for order in "<>":
        records = [
            exporter_record(1, "192.0.2.1", 77, order=order), sampler_record(1, 10, order=order),
            flow("10.0.0.1", "10.0.0.2", order=order, mark=2),
            flow("2001:db8::1", "2001:db8::2", order=order, protocol=58, ports=(0, 128 << 8)),
        ]  # fmt: skip
        made[order] = kept(layout2([block(records, order=order, way=LZ4)], order=order, way=LZ4), plain=plain)
    assert made[">"] == made["<"]
    assert made[">"].points == [("192.0.2.1", 77, "")]


@pytest.mark.parametrize("way", WAYS)
def test_more_records_than_a_batch_keep_their_numbers(way: int) -> None:
    records = [flow(f"10.0.{number >> 8}.{number & 255}", "10.9.9.9", packets=number) for number in range(200)]
    blocks = [block(records * 100, way=way), block(records, way=way)]
    sink = kept(layout2(blocks, way=way))
    assert [row["NUMBER"] for row in sink.rows] == list(range(1, 20201))
    assert [row["PACKETS"] for row in sink.rows] == [*range(200)] * 101
    assert sink.rows[16999]["SOURCE"] == "10.0.0.199"


def test_blocks_beyond_those_announced_are_read() -> None:
    data = layout1([block([extension_map(0, []), old_flow("10.0.0.1", "10.0.0.2")], kind=2)])
    sink = kept(data + block([old_flow("10.0.0.3", "10.0.0.4")], kind=2))
    assert [row["SOURCE"] for row in sink.rows] == ["10.0.0.1", "10.0.0.3"]
    assert sink.problem == ""


def test_what_is_not_of_traffic_is_not_counted() -> None:
    quiet = [struct.pack("<HHI", kind, 8, 0) for kind in (3, 4, 5, 6, 8, 12, 13, 14, 0x8001, 0x8002)]
    sink = two(*quiet, exporter_record(1, "192.0.2.1", 0), flow("10.0.0.1", "10.0.0.2"))
    assert len(sink.rows) == 1
    assert not sink.left
    assert two(struct.pack("<HHI", 99, 8, 0), struct.pack("<HH", 0, 4)).left == {"other-record": 2}
    names = struct.pack("<IIHH", 5, 20, 4, 0) + bytes(20)
    histogram = struct.pack("<IIHH", 5, 20, 3, 0) + bytes(20)
    assert kept(layout2([names])) == Kept()
    assert kept(layout1([histogram])) == Kept()


def test_blocks_of_nfdump_1_5_are_counted_and_said() -> None:
    sink = kept(layout1([struct.pack("<IIHH", 5, 20, 1, 0) + bytes(20)]))
    assert sink.left == {"record-malformed": 5}
    assert sink.notes == ["1 of its blocks is of nfdump 1.5, which is not read: nfdump 1.6 converts them"]


GENERIC = struct.pack("<5Q2H4B", 0, 0, 0, 1, 2, 3, 4, 6, 0, 0, 0)
FOUR = element(2, bytes(8))
GOOD = flow("10.0.0.1", "10.0.0.2")


def header(elements: int, body: bytes, length: int = 0) -> bytes:
    return struct.pack("<HHHBBHBB", 11, length or 12 + len(body), elements, 0, 0, 1, 0, 9) + body


LIES: list[tuple[str, bytes, dict[str, int], bool]] = [
    ("no generic element", record([FOUR]), {"record-malformed": 1}, True),
    ("no addresses", record([element(1, GENERIC)]), {"record-not-ip": 1}, True),
    ("a short element", record([element(1, GENERIC[:-1]), FOUR]), {"record-malformed": 1}, True),
    ("fewer elements than it says", header(3, element(1, GENERIC) + FOUR), {"record-malformed": 1}, True),
    ("many elements", header(65535, element(1, GENERIC) + FOUR), {"record-malformed": 1}, True),
    ("an element longer than its record", header(2, struct.pack("<HH", 1, 500) + GENERIC), {"record-malformed": 1},
     True),
    ("an element without length", header(2, element(1, GENERIC) + bytes(8)), {"record-malformed": 1}, True),
    ("a record shorter than its head", struct.pack("<HHI", 11, 8, 0), {"record-malformed": 1}, True),
    ("an old record shorter than its head", struct.pack("<HHI", 10, 8, 0), {"record-malformed": 1}, True),
    ("an old record without its map", old_flow("10.0.0.1", "10.0.0.2", number=9), {"record-without-template": 1}, True),
    ("an old record shorter than its map", extension_map(9, [22], 40) + old_flow("10.0.0.1", "10.0.0.2", number=9),
     {"record-malformed": 1}, True),
    ("a record longer than the block", header(2, element(1, GENERIC) + FOUR, 9999), {"record-malformed": 2}, False),
    ("a record without length", struct.pack("<HH", 11, 0) + bytes(8), {"record-malformed": 2}, False),
    ("a record of three bytes", struct.pack("<HH", 99, 3) + bytes(8), {"record-malformed": 2}, False),
    ("a short map", struct.pack("<HHI", 2, 8, 0), {}, True),
    ("a shorter map", struct.pack("<HH", 2, 4), {}, True),
    ("a map without an end", struct.pack("<HHHHHH", 2, 12, 5, 0, 13, 13), {}, True),
    ("a short exporter", struct.pack("<HHI", 7, 8, 0), {}, True),
    ("a short sampler", struct.pack("<HHI", 15, 8, 0) + struct.pack("<HHI", 9, 8, 0), {}, True),
    ("a sampler of nothing", struct.pack("<HHHHqII", 15, 24, 1, 0, -1, 0, 0), {}, True),
]  # fmt: skip


@pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])
@pytest.mark.parametrize(("bad", "left", "goes_on"), [case[1:] for case in LIES], ids=[case[0] for case in LIES])
def test_records_that_lie(bad: bytes, left: dict[str, int], goes_on: bool, plain: bool) -> None:
    sink = kept(layout2([block([GOOD, bad, GOOD]), block([GOOD])]), plain=plain)
    assert [row["SOURCE"] for row in sink.rows] == ["10.0.0.1"] * (3 if goes_on else 2)
    assert sink.left == left
    assert sink.problem == (
        "" if goes_on else "in block 1 a record has a length that cannot be: what follows it in the block, of 3 "
        "records that it announces, was not judged"
    )  # fmt: skip


def test_a_tail_of_a_block_is_a_record_that_lies() -> None:
    sink = kept(layout2([block([GOOD, b"\x0b"])]))
    assert (len(sink.rows), sink.left) == (1, {"record-malformed": 1})


@pytest.mark.parametrize("way", [LZO, BZ2, LZ4, ZSTD])
def test_a_block_that_swells_or_is_damaged_is_said_and_the_next_one_read(way: int) -> None:
    bomb = packed(way, bytes(LARGEST + 1))
    torn = packed(way, GOOD * 50)[:-7]
    for bad in (bomb, torn, b"\xff" * 100, b""):
        blocks = [struct.pack("<IIHH", 30, len(bad), 3, 0) + bad, block([GOOD], way=way)]
        sink = kept(layout2(blocks, way=way))
        assert len(sink.rows) == 1
        assert sink.left == {"record-malformed": 30}
        assert sink.problem == (
            f"block 1 cannot be decompressed to the {LARGEST} bytes that a block may have: its records were not judged"
        )


@pytest.mark.parametrize("way", [LZO, BZ2, LZ4, ZSTD])
def test_the_largest_block_is_read(way: int) -> None:
    number = LARGEST // len(GOOD)
    sink = kept(layout2([block([GOOD] * number, way=way)], way=way))
    assert len(sink.rows) == number


def test_a_block_that_is_not_compressed_among_others_that_are() -> None:
    blocks = [block([GOOD], flags=1), block([GOOD], way=LZ4)]
    sink = kept(layout2(blocks, way=LZ4))
    assert (len(sink.rows), sink.problem) == (2, "")


def test_lengths_of_blocks_that_lie() -> None:
    huge = struct.pack("<IIHH", 4_000_000_000, LARGEST + 1, 3, 0) + bytes(100)
    sink = kept(layout2([block([GOOD]), huge]))
    assert (len(sink.rows), sink.left) == (1, {"record-malformed": 1})
    assert (
        sink.problem == f"block 2, at byte {52 + len(GOOD)}, has a length that cannot be: what comes before was judged"
    )
    long = struct.pack("<IIHH", 4_000_000_000, LARGEST, 3, 0)
    sink = kept(layout2([block([GOOD]), long]))
    assert (len(sink.rows), sink.left) == (1, {"record-malformed": LARGEST // 44})
    assert sink.problem == "it is cut inside block 2: what comes before was judged"
    assert kept(layout2([struct.pack("<IIHH", 0, 0, 3, 0), block([GOOD])])).problem == ""


def changed(data: bytes, at: int, byte: int) -> bytes:
    return data[:at] + bytes([byte]) + data[at + 1 :]


HEADERS: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda data: changed(data, 17, 1), "its blocks are encrypted"),
    (lambda data: changed(data, 16, 9), "its blocks are compressed in a way that is not known (9)"),
    (lambda data: changed(data, 2, 3), "its layout 3 is newer than those that are read (1 and 2)"),
    (lambda data: changed(data, 36, 4), "it ends after 2 of its 5 blocks: what comes before was judged"),
    (lambda data: data[:39], "it is cut inside its header"),
    (lambda data: data[:4], "it is cut inside its header"),
    (lambda data: data[:40], "it ends after 0 of its 2 blocks: what comes before was judged"),
    (lambda data: data[:45], "it is cut inside block 1: what comes before was judged"),
    (lambda data: layout1([])[:275], "it is cut inside its header"),
    (lambda data: layout1([]), ""),
]


@pytest.mark.parametrize(("change", "problem"), HEADERS)
def test_headers_that_lie(change: Callable[[bytes], bytes], problem: str) -> None:
    assert kept(change(layout2([block([GOOD])]))).problem == problem


def test_only_its_own_magic_is_recognised() -> None:
    for head in (
        b"",
        b"\x0c\xa5\x01",
        b"\x0c\xa5\x00\x01",
        b"\xa5\x0c\x02\x00",
        b"\x0c\xa5\x00\x00",
        b"\xd4\xc3\xb2\xa1",
    ):
        assert not FORMAT.recognises(head)
    for head in (b"\x0c\xa5\x01\0", b"\x0c\xa5\x02\0", b"\xa5\x0c\0\x01", b"\xa5\x0c\0\x02"):
        assert FORMAT.recognises(head)


def test_a_match_of_lzo_at_the_middle_distance_is_no_end() -> None:
    data = random.Random(4).randbytes(1 << 15) * 2
    small = np.frombuffer(packed(LZO, data), dtype=np.uint8)
    assert len(small) < 34_000
    assert lzo_length(small, LARGEST) == compiled(lzo_length)(small, LARGEST) == len(data)


def test_the_length_of_lzo_data_is_what_comes_out_of_them() -> None:
    dice = random.Random(3)
    for _ in range(300):
        size = dice.choice((0, 1, 2, 3, 4, 5, 17, 18, 21, 238, 239, 300, 5000))
        data = dice.choice((
            dice.randbytes(size), bytes(dice.choice(b"ab\0") for _ in range(size)), bytes(size),
            (dice.randbytes(dice.randrange(1, 30)) * size)[:size] + dice.randbytes(3) + bytes(dice.choice((10, 1000))),
        ))  # fmt: skip
        small = np.frombuffer(packed(LZO, data), dtype=np.uint8)
        assert lzo_length(small, LARGEST) == compiled(lzo_length)(small, LARGEST) == len(data)
        assert expand(LZO, small) == data
        for cut in range(0, len(small), max(len(small) // 5, 1)):
            assert lzo_length(small[:cut], LARGEST) == compiled(lzo_length)(small[:cut], LARGEST)
            assert expand(LZO, small[:cut]) is None


@pytest.mark.parametrize("way", WAYS)
def test_no_mutant_escapes(way: int) -> None:
    dice = random.Random(way)
    originals = [layout2([block([
        exporter_record(1, "192.0.2.1", 7), sampler_record(1, 10),
        *(flow("10.0.0.1", "10.0.0.2", more=more) for _, more, _ in ELEMENTS),
    ], way=way)] * 2, way=way)]  # fmt: skip
    if way != ZSTD:
        originals.append(old_file(way))
    for number in range(1200 if "CLOISON_NIGHTLY" in os.environ else 120):
        data = bytearray(originals[number % len(originals)])
        for _ in range(dice.choice((1, 2, 8, 30))):
            data[dice.randrange(4, len(data))] = dice.choice((0, 1, 255, dice.randrange(256)))
        if dice.random() < 0.3:
            del data[dice.randrange(4, len(data)) :]
        sink = kept(bytes(data))
        assert sink == kept(bytes(data), plain=True)
        numbers = [row["NUMBER"] for row in sink.rows]
        assert numbers == sorted(set(map(int, map(str, numbers))))
        assert all(0 <= int(str(row["FIRST"])) <= int(str(row["LAST"])) < 1 << 63 for row in sink.rows)
