"""NetFlow and IPFIX messages made by hand, and the records that they are."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from exports_forge import (
    A6,
    B6,
    BASIC,
    EXPORTER,
    NS,
    SECONDS,
    UPTIME,
    A,
    B,
    C,
    Recorder,
    basic,
    decoded,
    five,
    flowset,
    nine,
    options9,
    options10,
    packed,
    record5,
    template9,
    template10,
    ten,
)

from cloison.captures.exporting.exports import Exports

FIRST, LAST = (SECONDS - 2) * NS, SECONDS * NS - NS // 2  # of the forge's records: 2 s and 0.5 s before the export
PLAIN = {
    "source": A, "target": B, "ports": (40000, 443), "protocol": 6, "first": FIRST, "last": LAST,
    "counts": (10, 1000), "number": 1, "point": 0, "flags": 0x1B,
}  # fmt: skip


def one(pairs: Any, *values: Any) -> dict[str, Any]:
    """Return the only record of an IPFIX template of some fields and their values."""
    return decoded(ten(template10(300, pairs), flowset(300, packed(*values)))).only


# --- fixed layouts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fast", [False, True])
def test_version_5(fast: bool) -> None:
    found = decoded(five(record5(), record5(source=C, ports=(53, 53), protocol=17, flags=0, packets=1, octets=60),
                         nanoseconds=500), fast=fast)  # fmt: skip
    assert found.records == [
        {**PLAIN, "first": FIRST + 500, "last": LAST + 500},
        {"source": C, "target": B, "ports": (53, 53), "protocol": 17, "first": FIRST + 500, "last": LAST + 500,
         "counts": (1, 60), "number": 2, "point": 0},
    ]  # fmt: skip
    assert found.points == [(EXPORTER, 0, 5, "")]
    assert not found.notes


def test_version_5_sampled_by_its_header() -> None:
    """The interval is the low 14 bits of the field; the mode above them is often left at 0."""
    for mode in (0, 1, 2):
        assert decoded(five(record5(), sampling=mode << 14 | 100)).only == {
            **PLAIN, "counts": (1000, 100_000), "sampled": 100,
        }  # fmt: skip


def test_version_1_and_7() -> None:
    ends = packed(A, B, "0.0.0.0", (1, 2), (2, 2), (10, 4), (1000, 4), (UPTIME - 2000, 4), (UPTIME - 500, 4),
                  (40000, 2), (443, 2))  # fmt: skip
    head = struct.pack(">HHIII", 1, 1, UPTIME, SECONDS, 0)
    for rest in (7, 11):  # of records of 48 bytes, and as some vendors send it, 52
        assert decoded(head + ends + b"\0\0\x06\0\x1b" + bytes(rest)).only == PLAIN
    seven = struct.pack(">HHIIIII", 7, 1, UPTIME, SECONDS, 0, 5, 0)
    assert decoded(seven + ends + b"\0\x1b\x06" + bytes(9) + b"\xc0\0\2\7").only == PLAIN


def test_the_clock_of_an_exporter_begins_again() -> None:
    """After 49.7 days 32 bits of ms are 0 again: what began 1 s before and is exported 1 s after lasted 2 s."""
    record = basic(first=(1 << 32) - 1000, last=500)
    found = decoded(nine(template9(300, BASIC), flowset(300, record), uptime=1000)).only
    assert (found["first"], found["last"]) == ((SECONDS - 2) * NS, SECONDS * NS - NS // 2)


# --- templates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fast", [False, True])
def test_version_9_and_ipfix_templates(fast: bool) -> None:
    data = flowset(300, basic() + basic(source=C), pad=2)
    nines = decoded(nine(template9(300, BASIC), data), fast=fast)
    assert nines.records == [PLAIN, {**PLAIN, "source": C, "number": 2}]
    times = ((152, 8), (153, 8))
    body = basic()[:-8] + packed((FIRST // 10**6, 8), (LAST // 10**6, 8))
    assert decoded(ten(template10(300, (*BASIC[:-2], *times)), flowset(300, body)), fast=fast).only == PLAIN


def test_data_comes_before_its_template() -> None:
    late = decoded(nine(flowset(300, basic()), sequence=1), nine(template9(300, BASIC), sequence=2))
    assert late.only == PLAIN
    assert not late.left
    never = decoded(nine(flowset(300, basic()), flowset(301, basic())))
    assert never.left == {"record-without-template": 2}


def test_data_that_waits_is_bounded() -> None:
    """Each message holds 60,000 bytes of data without template: 16 MiB of them are kept, the oldest give way."""
    sink = Recorder()
    exports = Exports(sink, fast=False)
    body = flowset(300, bytes(60_000))
    for number in range(400):
        exports.datagram(nine(body, sequence=number), EXPORTER)
    exports.datagram(nine(template9(300, ((1, 60_000),)), sequence=400), EXPORTER)
    exports.finish()
    kept = (1 << 24) // (60_000 + 256)
    assert sink.left["record-without-template"] == 400 - kept
    assert sink.total == 400


def test_a_template_takes_the_place_of_another() -> None:
    """What came before it is decoded as it was described then, in one message too."""
    turned = ((12, 4), (8, 4), *BASIC[2:])
    found = decoded(nine(template9(300, BASIC), flowset(300, basic()), template9(300, turned), flowset(300, basic())))
    assert [(record["source"], record["target"]) for record in found.records] == [(A, B), (B, A)]


def test_a_template_is_withdrawn() -> None:
    pairs = ((8, 4), (12, 4), (4, 1))
    data = flowset(300, packed(A, B, (47, 1)))
    gone = ten(flowset(2, struct.pack(">HH", 300, 0)))
    assert decoded(ten(template10(300, pairs), data), gone, ten(data)).left == {"record-without-template": 1}
    every = ten(flowset(2, struct.pack(">HH", 2, 0)))
    assert decoded(ten(template10(300, pairs)), every, ten(data)).left == {"record-without-template": 1}
    options = ten(flowset(3, struct.pack(">HH", 3, 0)))  # of options templates only
    assert decoded(ten(template10(300, pairs)), options, ten(data)).only["protocol"] == 47


def test_a_template_over_udp_is_not_believed_for_ever() -> None:
    sink = Recorder()
    exports = Exports(sink, fast=False, lifetime=60 * NS)
    start = SECONDS * NS
    exports.datagram(nine(template9(300, BASIC), sequence=0), EXPORTER, start)
    exports.datagram(nine(flowset(300, basic()), sequence=1), EXPORTER, start + 59 * NS)
    exports.datagram(nine(flowset(300, basic()), sequence=2), EXPORTER, start + 61 * NS)
    exports.finish()
    assert len(sink.records) == 1
    assert sink.left == {"record-without-template": 1}


def test_exporters_and_domains_are_apart() -> None:
    """The same template identifier means one thing for each exporter and domain."""
    turned = ((12, 4), (8, 4), *BASIC[2:])
    sink = Recorder()
    exports = Exports(sink, fast=False)
    exports.datagram(nine(template9(300, BASIC), domain=1), "192.0.2.1")
    exports.datagram(nine(template9(300, turned), domain=2), "192.0.2.1")
    exports.datagram(nine(template9(300, turned), domain=1), "192.0.2.2")
    for exporter, domain in (("192.0.2.1", 1), ("192.0.2.1", 2), ("192.0.2.2", 1), ("192.0.2.2", 2)):
        exports.datagram(nine(flowset(300, basic()), domain=domain, sequence=1), exporter)
    exports.finish()
    assert [record["source"] for record in sorted(sink.records, key=lambda one: one["number"])] == [A, B, B]
    assert len({record["point"] for record in sink.records}) == 3
    assert sink.left == {"record-without-template": 1}


def test_a_template_of_ten_thousand_fields() -> None:
    """10,000 fields of 6 bytes with the ends after them: 40 kB of template, records of 60 kB."""
    pairs = [(210, 6)] * 9_990 + [(8, 4), (12, 4), (4, 1)]
    body = bytes(6 * 9_990) + packed(A, B, (47, 1))
    found = decoded(ten(template10(300, pairs)), ten(flowset(300, body)))
    assert (found.only["source"], found.only["target"], found.only["protocol"]) == (A, B, 47)


def test_templates_of_no_length() -> None:
    """Fields of no bytes are absent; records of no bytes cannot be counted."""
    pairs = ((8, 4), (12, 4), (4, 1), (1, 0), (85, 0))
    assert decoded(nine(template9(300, pairs), flowset(300, packed(A, B, (47, 1))))).only["counts"] == (1, 0)
    nothing = decoded(nine(template9(300, ((1, 0), (2, 0))), flowset(300, bytes(40))))
    assert nothing.left == {"record-malformed": 1}


def test_a_field_of_an_impossible_length() -> None:
    """An IPv4 address of 6 bytes, a count of 16: no record of the template is believed."""
    for pairs in (((8, 6), (12, 4), (4, 1)), ((8, 4), (12, 4), (4, 1), (1, 16))):
        body = bytes(sum(size for _, size in pairs))
        assert decoded(nine(template9(300, pairs), flowset(300, body))).left == {"record-malformed": 1}


# --- fields ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fast", [False, True])
def test_fields_of_their_own_length(fast: bool) -> None:
    """A text of 3 bytes, a list of 300 (structured data, skipped by its length), then records of the same template."""
    pairs = ((82, 65535), (8, 4), (12, 4), (4, 1), (293, 65535), (1, 4))
    record = b"\x03eth" + packed(A, B, (47, 1)) + b"\xff" + struct.pack(">H", 300) + bytes(300) + packed((700, 4))
    other = b"\x00" + packed(C, B, (47, 1)) + b"\x00" + packed((800, 4))
    found = decoded(ten(template10(300, pairs), flowset(300, record + other, pad=3)), fast=fast)
    assert [(one["source"], one["counts"]) for one in found.records] == [(A, (1, 700)), (C, (1, 800))]
    assert not found.left


@pytest.mark.parametrize("fast", [False, True])
def test_a_record_of_a_single_text(fast: bool) -> None:
    found = decoded(ten(template10(300, ((82, 65535),)), flowset(300, b"\x03eth\x02lo")), fast=fast)
    assert found.left == {"record-not-ip": 2}
    option = options10(301, ((82, 65535),), ((82, 65535),))
    assert decoded(ten(option, flowset(301, b"\x03eth\x02lo")), fast=fast).left == {"other-record": 1}


def test_a_length_inside_a_record_lies() -> None:
    pairs = ((8, 4), (12, 4), (4, 1), (82, 65535))
    good, bad = packed(A, B, (47, 1)) + b"\x01x", packed(C, B, (47, 1)) + b"\xfexx"
    found = decoded(ten(template10(300, pairs), flowset(300, good + bad)))
    assert found.only["source"] == A
    assert found.left == {"record-malformed": 1}


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8])
def test_counts_of_reduced_size(size: int) -> None:
    """RFC 7011 section 6.2: a count takes as many bytes as it needs."""
    value = min((1 << 8 * size) - 2, 1 << 47)
    assert one(((8, 4), (12, 4), (4, 1), (1, size)), A, B, (47, 1), (value, size))["counts"] == (1, value)


def test_a_count_that_cannot_be() -> None:
    pairs = ((8, 4), (12, 4), (4, 1), (1, 8))
    body = packed(A, B, (47, 1), ((1 << 63) + 1, 8)) + packed(C, B, (47, 1), (5, 8))
    found = decoded(ten(template10(300, pairs), flowset(300, body)))
    assert found.only["source"] == C
    assert found.left == {"record-malformed": 1}


def test_fields_of_enterprises_are_passed_over() -> None:
    """Element 1 of an enterprise is not octetDeltaCount."""
    found = one(((1, 4, 9), (8, 4), (12, 4), (4, 1), (1, 4)), (77, 4), A, B, (47, 1), (700, 4))
    assert found["counts"] == (1, 700)


def test_both_families() -> None:
    assert one(((27, 16), (28, 16), (4, 1), (7, 2), (11, 2)), A6, B6, (17, 1), (1000, 2), (53, 2))["source"] == A6
    pairs = ((8, 4), (12, 4), (27, 16), (28, 16), (4, 1))
    found = decoded(ten(template10(300, pairs), flowset(300, packed(A, B, "::", "::", (47, 1))
                                                         + packed("0.0.0.0", "0.0.0.0", A6, B6, (47, 1)))))  # fmt: skip
    assert [(r["source"], r["target"]) for r in found.records] == [(A, B), (A6, B6)]


def test_counts_of_several_kinds() -> None:
    ends = ((8, 4), (12, 4), (4, 1))
    values = (A, B, (47, 1))
    # what came in and what went out are the same traffic; of an egress record only the second is filled
    assert one((*ends, (1, 4), (23, 4)), *values, (700, 4), (690, 4))["counts"] == (1, 700)
    assert one((*ends, (1, 4), (2, 4), (23, 4), (24, 4)), *values, (0, 4), (0, 4), (690, 4), (3, 4))["counts"] == (
        3,
        690,
    )
    # totals come again with every record of a flow: deltas are believed first, even at 0
    assert one((*ends, (85, 4), (86, 4)), *values, (900, 4), (9, 4))["counts"] == (9, 900)
    assert one((*ends, (1, 4), (85, 4), (2, 4), (86, 4)), *values, (0, 4), (900, 4), (0, 4), (9, 4))["counts"] == (0, 0)


def test_two_way_records_of_ipfix() -> None:
    """RFC 5103: elements of enterprise 29305 are those of the other direction; element 239 says who began."""
    pairs = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 4), (2, 4), (1, 4, 29305), (2, 4, 29305), (6, 2),
             (6, 2, 29305), (239, 1))  # fmt: skip
    values = (A, B, (40000, 2), (443, 2), (6, 1), (700, 4), (7, 4), (9000, 4), (8, 4), (0x1B, 2), (0x13, 2))
    for direction, tells in ((1, {"INITIATOR_AB"}), (2, {"INITIATOR_BA"}), (0, None), (3, None)):
        found = one(pairs, *values, (direction, 1))
        assert (found["counts"], found["back"]) == ((7, 700), (8, 9000))
        assert (found["flags"], found["back_flags"]) == (0x1B, 0x13)
        assert found.get("tells") == tells


def test_initiator_and_responder_counts() -> None:
    pairs = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (231, 4), (232, 4), (298, 4), (299, 4))
    found = one(pairs, A, B, (40000, 2), (443, 2), (6, 1), (700, 4), (9000, 4), (7, 4), (8, 4))
    assert (found["counts"], found["back"], found["tells"]) == ((7, 700), (8, 9000), {"INITIATOR_AB"})


def test_first_flags_of_yaf() -> None:
    """The flags of the first packet and those of the others, in both directions: a SYN alone opened it."""
    yaf = 6871
    pairs = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (14, 1, yaf), (15, 1, yaf), (0x400E, 1, yaf), (0x400F, 1, yaf))
    found = one(pairs, A, B, (40000, 2), (443, 2), (6, 1), (2, 1), (0x19, 1), (0x12, 1), (0x19, 1))
    assert (found["flags"], found["back_flags"], found["tells"]) == (0x1B, 0x1B, {"SYN_AB"})


def test_no_flags_are_flags_not_told() -> None:
    assert "flags" not in decoded(nine(template9(300, BASIC), flowset(300, basic(flags=0)))).only
    assert "flags" not in decoded(nine(template9(300, BASIC), flowset(300, basic(protocol=17, flags=16)))).only


@pytest.mark.parametrize(
    ("pairs", "values", "port"),
    [
        ((), (), 0x0800),  # in the place of the destination's port
        (((32, 2),), ((0x0D00, 2),), 0x0D00),
        (((32, 2),), ((0, 2),), 0x0800),  # left empty
        (((176, 1), (177, 1)), ((5, 1), (1, 1)), 0x0501),
        (((176, 1), (177, 1)), ((0, 1), (0, 1)), 0),  # an echo reply
    ],
)
def test_type_and_code_of_icmp(pairs: Any, values: Any, port: int) -> None:
    found = one(((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), *pairs), A, B, (9, 2), (0x0800, 2), (1, 1), *values)
    assert found["ports"] == (0, port)


def test_type_and_code_of_icmp_for_ipv6() -> None:
    for pairs, values in ((((139, 2),), ((0x8000, 2),)), (((178, 1), (179, 1)), ((128, 1), (0, 1)))):
        assert one(((27, 16), (28, 16), (4, 1), *pairs), A6, B6, (58, 1), *values)["ports"] == (0, 0x8000)


def test_icmp_errors_are_counted_apart() -> None:
    """A record tells that an error was sent, never about what."""
    body = b"".join(basic(protocol=1, ports=(0, kind << 8)) for kind in (3, 4, 11, 12, 5, 8))
    found = decoded(nine(template9(300, BASIC), flowset(300, body)))
    assert found.left == {"icmp-error-record": 4}
    assert sorted(record["ports"][1] >> 8 for record in found.records) == [5, 8]  # a redirect is no error
    six = ((27, 16), (28, 16), (4, 1), (139, 2))
    body = b"".join(packed(A6, B6, (58, 1), (kind << 8, 2)) for kind in (1, 2, 3, 4, 135))
    assert decoded(ten(template10(300, six), flowset(300, body))).left == {"icmp-error-record": 4}


def test_ports_that_are_not_exported() -> None:
    """TCP without ports and ICMP without a type cannot be judged, GRE needs neither."""
    pairs = ((8, 4), (12, 4), (4, 1))
    body = b"".join(packed(A, B, (protocol, 1)) for protocol in (6, 17, 1, 47))
    found = decoded(ten(template10(300, pairs), flowset(300, body)))
    assert found.only["protocol"] == 47
    assert found.left == {"transport-truncated": 3}


def test_ports_named_by_their_protocol() -> None:
    """Elements 180 to 183: the ports of UDP and TCP by themselves, which also tell the protocol."""
    found = one(((8, 4), (12, 4), (182, 2), (183, 2)), A, B, (40000, 2), (443, 2))
    assert (found["protocol"], found["ports"]) == (6, (40000, 443))


def test_a_template_of_icmp_alone() -> None:
    """softflowd leaves the protocol out of its templates of ICMP."""
    assert one(((8, 4), (12, 4), (32, 2)), A, B, (0x0800, 2))["protocol"] == 1
    assert one(((27, 16), (28, 16), (139, 2)), A6, B6, (0x8000, 2))["protocol"] == 58


def test_records_that_are_not_of_ip() -> None:
    layer2 = ((56, 6), (80, 6), (1, 4))
    found = decoded(ten(template10(300, layer2), flowset(300, bytes(16) + bytes(16))))
    assert found.left == {"record-not-ip": 2}
    nowhere = decoded(nine(template9(300, BASIC), flowset(300, basic(source="0.0.0.0", target="0.0.0.0"))))
    assert nowhere.left == {"record-not-ip": 1}


def test_a_protocol_that_is_not_told() -> None:
    found = decoded(ten(template10(300, ((8, 4), (12, 4))), flowset(300, packed(A, B))))
    assert found.left == {"record-malformed": 1}


def test_vlans_and_networks() -> None:
    ends, values = ((8, 4), (12, 4), (4, 1)), (A, B, (47, 1))
    assert one((*ends, (58, 2)), *values, (110, 2))["vlans"] == 110 << 12
    assert one((*ends, (58, 2), (59, 2)), *values, (0, 2), (120, 2))["vlans"] == 120 << 12
    assert one((*ends, (243, 2), (245, 2)), *values, (110, 2), (7, 2))["vlans"] == 110 << 12 | 7
    assert one((*ends, (254, 2)), *values, (130, 2))["vlans"] == 130 << 12
    assert one((*ends, (351, 8)), *values, (1 << 56 | 5001, 8))["vni"] == 5001
    assert "vni" not in one((*ends, (351, 8)), *values, (2 << 56 | 5001, 8))  # NVGRE
    assert "vni" not in one((*ends, (351, 8)), *values, (0, 8))


def test_the_direction_is_part_of_the_point() -> None:
    """A flow that is exported where it comes in and again where it goes out is not seen twice."""
    pairs = (*BASIC, (61, 1))
    found = decoded(nine(template9(300, pairs), flowset(300, basic() + b"\0" + basic() + b"\1" + basic() + b"\7")))
    assert [found.points[record["point"]][-1] for record in found.records] == ["ingress", "egress", ""]


def test_translated_ends() -> None:
    """The real ends are the source before and the destination after translation."""
    pairs = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (225, 4), (226, 4), (227, 2), (228, 2))
    values = (A, "203.0.113.20", (40000, 2), (443, 2), (6, 1), "203.0.113.1", "10.2.0.10", (61000, 2), (8443, 2))
    found = one(pairs, *values)
    assert (found["source"], found["target"], found["ports"]) == (A, "10.2.0.10", (40000, 8443))
    same = one(pairs, *values[:5], "0.0.0.0", "0.0.0.0", (0, 2), (0, 2))  # nothing was translated
    assert (same["target"], same["ports"]) == ("203.0.113.20", (40000, 443))
    six = one(((27, 16), (28, 16), (4, 1), (282, 16)), A6, "2001:db8:99::1", (47, 1), B6)
    assert (six["source"], six["target"]) == (A6, B6)


# --- times -----------------------------------------------------------------------------------------------------------


NTP = 2_208_988_800  # seconds from 1900 to 1970
BEGAN = SECONDS - 9 + NTP << 32


@pytest.mark.parametrize(
    ("pairs", "values", "first", "last"),
    [
        (((150, 4), (151, 4)), ((SECONDS - 9, 4), (SECONDS - 3, 4)), SECONDS - 9, SECONDS - 3),
        (((152, 8), (153, 8)), ((SECONDS * 1000 - 9500, 8), (SECONDS * 1000, 8)), SECONDS - 9.5, SECONDS),
        (((154, 8), (155, 8)), ((BEGAN | 1 << 31, 8), (SECONDS + NTP << 32, 8)), SECONDS - 8.5, SECONDS),
        (((156, 8), (157, 8)), ((BEGAN | 1 << 30, 8), (SECONDS + NTP << 32, 8)), SECONDS - 8.75, SECONDS),
        (((158, 4), (159, 4)), ((9_000_000, 4), (500_000, 4)), SECONDS - 9, SECONDS - 0.5),
        (((152, 8), (161, 4)), (((SECONDS - 9) * 1000, 8), (1500, 4)), SECONDS - 9, SECONDS - 7.5),
        (((153, 8), (162, 4)), (((SECONDS - 9) * 1000, 8), (500_000, 4)), SECONDS - 9.5, SECONDS - 9),
        (((160, 8), (22, 4), (21, 4)), (((SECONDS - 100) * 1000, 8), (90_000, 4), (99_000, 4)), SECONDS - 10,
         SECONDS - 1),
        (((152, 8),), (((SECONDS - 9) * 1000, 8),), SECONDS - 9, SECONDS - 9),
        (((150, 4), (151, 4)), ((SECONDS - 3, 4), (SECONDS - 9, 4)), SECONDS - 9, SECONDS - 3),  # the wrong way round
        ((), (), SECONDS, SECONDS),  # nothing is told: when it was exported
    ],
)  # fmt: skip
def test_times(pairs: Any, values: Any, first: float, last: float) -> None:
    found = one(((8, 4), (12, 4), (4, 1), *pairs), A, B, (47, 1), *values)
    assert (found["first"], found["last"]) == (int(first * 4) * NS // 4, int(last * 4) * NS // 4)


def test_a_clock_whose_beginning_an_option_tells() -> None:
    """systemInitTimeMilliseconds for the whole domain, as exporters of IPFIX that count from their start send it."""
    pairs = ((8, 4), (12, 4), (4, 1), (22, 4), (21, 4))
    record = flowset(300, packed(A, B, (47, 1), (90_000, 4), (99_000, 4)))
    told = options10(301, ((143, 4),), ((160, 8),)), flowset(301, packed((1, 4), ((SECONDS - 100) * 1000, 8)))
    found = decoded(ten(template10(300, pairs), *told, record))
    assert (found.only["first"], found.only["last"]) == ((SECONDS - 10) * NS, (SECONDS - 1) * NS)
    assert found.left == {"other-record": 1}
    assert not found.notes
    unknown = decoded(ten(template10(300, pairs), record))
    assert (unknown.only["first"], unknown.only["last"]) == ((SECONDS - 9) * NS, SECONDS * NS)
    assert unknown.notes == [
        "1 record tells its time by a clock whose beginning is not told: the end of the flow is taken to be when it "
        "was exported"
    ]


def test_a_time_that_cannot_be() -> None:
    found = decoded(ten(template10(300, ((8, 4), (12, 4), (4, 1), (152, 8))),
                        flowset(300, packed(A, B, (47, 1), (1 << 50, 8)))))  # fmt: skip
    assert found.left == {"record-malformed": 1}


# --- sampling --------------------------------------------------------------------------------------------------------


def test_sampling_by_an_option_of_the_whole_exporter() -> None:
    """What comes after the option is scaled; what came before it, in the same message, is not."""
    option = options9(301, ((1, 4),), ((34, 4), (35, 1)))
    told = flowset(301, packed((0, 4), (100, 4), (1, 1)), pad=3)
    data = flowset(300, basic())
    found = decoded(nine(template9(300, BASIC), option, data, told, data))
    assert [record["counts"] for record in found.records] == [(10, 1000), (1000, 100_000)]
    assert [record.get("sampled", 1) for record in found.records] == [1, 100]
    assert found.left == {"other-record": 1}


def test_samplers_by_number() -> None:
    option = options9(301, ((1, 4),), ((48, 1), (49, 1), (50, 4)))
    told = flowset(301, packed((0, 4), (1, 1), (2, 1), (100, 4)) + packed((0, 4), (2, 1), (2, 1), (1000, 4)))
    data = b"".join(basic() + packed((sampler, 1)) for sampler in (1, 2, 0, 9))
    found = decoded(nine(option, told, template9(300, (*BASIC, (48, 1))), flowset(300, data)))
    assert [record.get("sampled", 1) for record in found.records] == [100, 1000, 1, 1]
    assert found.notes == ["the sampling rate of 4 records never came: they count as they were sent"]


def test_selectors_of_psamp() -> None:
    """RFC 5477: 1 packet taken and 499 passed over; 2 of 500; with a probability of 1/64."""
    for pairs, values, rate in (
        (((304, 2), (305, 4), (306, 4)), ((1, 2), (1, 4), (499, 4)), 500),
        (((304, 2), (309, 4), (310, 4)), ((3, 2), (2, 4), (500, 4)), 250),
        (((304, 2), (311, 8)), ((4, 2), struct.pack(">d", 1 / 64)), 64),
    ):
        option = options10(301, ((302, 8),), pairs)
        told = flowset(301, packed((5, 8), *values))
        fields = ((8, 4), (12, 4), (4, 1), (1, 4))
        data = flowset(300, packed(A, B, (47, 1), (10, 4)))
        found = decoded(ten(option, told, template10(300, fields), data))  # the only selector that is known
        assert (found.only["counts"], found.only["sampled"]) == ((rate, 10 * rate), rate)
        data = flowset(300, packed(A, B, (47, 1), (10, 4), (5, 8)))
        assert decoded(ten(option, told, template10(300, (*fields, (302, 8))), data)).only["sampled"] == rate


def test_sampling_of_an_interface_and_in_the_record() -> None:
    option = options9(301, ((2, 4),), ((34, 4),))
    told = flowset(301, packed((7, 4), (100, 4), (8, 4), (200, 4)))
    data = basic() + packed((7, 4)) + basic() + packed((8, 4))
    found = decoded(nine(option, told, template9(300, (*BASIC, (10, 4))), flowset(300, data)))
    assert [record["sampled"] for record in found.records] == [100, 200]
    own = decoded(nine(template9(300, (*BASIC, (34, 4))), flowset(300, basic() + packed((50, 4)))))
    assert (own.only["counts"], own.only["sampled"]) == ((500, 50_000), 50)


def test_scaled_counts_do_not_overflow() -> None:
    pairs = ((8, 4), (12, 4), (4, 1), (1, 8), (34, 4))
    assert one(pairs, A, B, (47, 1), (1 << 47, 8), ((1 << 32) - 1, 4))["counts"][1] < 1 << 62


# --- firewalls -------------------------------------------------------------------------------------------------------


ASA = ((148, 4), (8, 4), (7, 2), (12, 4), (11, 2), (4, 1), (176, 1), (177, 1), (225, 4), (226, 4), (227, 2), (228, 2),
       (233, 1), (33002, 2), (323, 8), (152, 8))  # fmt: skip


def event(kind: int, *counts: Any, protocol: int = 6, ports: tuple[int, int] = (40000, 443)) -> bytes:
    return packed((77, 4), A, (ports[0], 2), "203.0.113.20", (ports[1], 2), (protocol, 1), (8, 1), (0, 1), A,
                  "10.2.0.10", (ports[0], 2), (8443, 2), (kind, 1), (1001, 2), (SECONDS * 1000, 8),
                  (SECONDS * 1000 - 5000, 8), *counts)  # fmt: skip


def test_events_of_a_firewall() -> None:
    """A creation has no traffic, its teardown has it all; what is denied is one packet at least."""
    torn = (*ASA, (231, 4), (232, 4))
    found = decoded(nine(template9(263, ASA), template9(264, torn), flowset(263, event(1) + event(3)),
                         flowset(264, event(1, (700, 4), (9000, 4)) + event(2, (700, 4), (9000, 4)))))  # fmt: skip
    created, denied, counted, over = sorted(found.records, key=lambda one: one["number"])
    ends = (A, "10.2.0.10", (40000, 8443), SECONDS * NS - 5 * NS, SECONDS * NS)
    for record in found.records:
        assert (record["source"], record["target"], record["ports"], record["first"], record["last"]) == ends
    assert (created["counts"], created["tells"]) == ((0, 0), {"INITIATOR_AB"})
    assert (denied["counts"], denied["tells"]) == ((1, 0), {"INITIATOR_AB", "REFUSED_AB"})
    assert (counted["counts"], "back" in counted) == ((0, 0), False)
    assert (over["counts"], over["back"], over["tells"]) == ((1, 700), (1, 9000), {"INITIATOR_AB"})


def test_icmp_of_a_firewall_has_an_identifier() -> None:
    for ports in ((17549, 0), (0, 17549)):
        found = decoded(nine(template9(263, ASA), flowset(263, event(2, protocol=1, ports=ports)))).only
        assert (found["ports"], "tells" in found) == ((17549, 0x0800), False)


def test_early_firewalls_number_their_fields_otherwise() -> None:
    pairs = ((8, 4), (7, 2), (12, 4), (11, 2), (4, 1), (40001, 4), (40002, 4), (40003, 2), (40004, 2), (40005, 1))
    body = packed(A, (40000, 2), "203.0.113.20", (443, 2), (6, 1), A, "10.2.0.10", (40000, 2), (8443, 2), (3, 1))
    found = decoded(nine(template9(263, pairs), flowset(263, body))).only
    assert (found["target"], found["ports"], found["tells"]) == (
        "10.2.0.10", (40000, 8443), {"INITIATOR_AB", "REFUSED_AB"},
    )  # fmt: skip


def test_events_of_one_way_records() -> None:
    """An exporter that counts packets by direction says nothing of who began by telling of an event."""
    found = decoded(nine(template9(300, (*BASIC, (233, 1))), flowset(300, basic() + b"\x03" + basic() + b"\x01")))
    assert [record.get("tells") for record in found.records] == [{"REFUSED_AB"}, None]
    assert [record["counts"] for record in found.records] == [(10, 1000), (10, 1000)]


def test_what_an_access_list_dropped() -> None:
    body = b"".join(basic() + packed((status, 1)) for status in (0x40, 0x81, 0x82, 0x89))
    found = decoded(nine(template9(300, (*BASIC, (89, 1))), flowset(300, body)))
    assert [record.get("tells") for record in found.records] == [None, {"REFUSED_AB"}, {"REFUSED_AB"}, None]


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_said() -> None:
    said = decoded(five(record5(), sequence=100), five(record5(), sequence=101), five(record5(), sequence=112))
    assert said.notes == [f"10 records of {EXPORTER} are missing, by their numbers"]
    data = flowset(300, basic())
    said = decoded(
        nine(template9(300, BASIC), data, sequence=4294967295), nine(data, sequence=0), nine(data, sequence=2)
    )
    assert said.notes == [f"1 message of {EXPORTER} is missing, by their numbers"]
    pairs, data = ((8, 4), (12, 4), (4, 1)), flowset(300, packed(A, B, (47, 1)) * 3)
    option = options10(301, ((143, 4),), ((34, 4),)), flowset(301, packed((1, 4), (1, 4)))
    first = ten(template10(300, pairs), *option, data, sequence=10)  # 3 records and an option: the next is 14
    assert not decoded(first, ten(data, sequence=14)).notes
    assert decoded(first, ten(data, sequence=16)).notes == [f"2 records of {EXPORTER} are missing, by their numbers"]


def test_another_order_is_no_loss() -> None:
    data = flowset(300, basic())
    order = (0, 2, 1, 3, 5, 4, 6)
    assert not decoded(nine(template9(300, BASIC), sequence=4294967295), *(nine(data, sequence=n) for n in order)).notes


def test_records_are_numbered_as_they_come() -> None:
    """Whatever is decoded together: of two templates by turns, an option between them, and v5."""
    turned = ((12, 4), (8, 4), *BASIC[2:])
    option = options9(302, ((1, 4),), ((41, 4),)), flowset(302, bytes(8))
    data = (
        flowset(300, basic(source=A) * 2),
        flowset(301, basic(target=C)),
        *option,
        flowset(300, basic(source="10.0.0.9")),
    )
    found = decoded(nine(template9(300, BASIC), template9(301, turned), *data), five(record5(source="10.0.0.8")))
    assert {record["number"]: record["source"] for record in found.records} == {
        1: A, 2: A, 3: C, 5: "10.0.0.9", 6: "10.0.0.8",
    }  # fmt: skip


def test_no_time_is_before_1970() -> None:
    """An exporter that exports a second after 1970 what its clock saw two seconds ago."""
    for data in (five(record5(), seconds=1), nine(template9(300, BASIC), flowset(300, basic()), seconds=1)):
        found = decoded(data).only
        assert (found["first"], found["last"]) == (0, NS // 2)
