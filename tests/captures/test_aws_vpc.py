"""AWS flow logs: any order of fields, real ends, flags without ACK, what was refused, and gaps that are said."""

from __future__ import annotations

import gzip

import pytest
from records_forge import SECOND, fed, pairs, record_formats

HEADER = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
)
SSH = "2 123456789010 eni-1235b8ca 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
RDP = "2 123456789010 eni-1235b8ca 172.31.9.69 172.31.9.12 49761 3389 6 1 40 1418530010 1418530070 REJECT OK"
SILENT = "2 123456789010 eni-1235b8ca - - - - - - - 1431280876 1431280934 - NODATA"
SKIPPED = "2 123456789010 eni-11111111 - - - - - - - 1431280876 1431280934 - SKIPDATA"


def test_version_2_with_and_without_its_header() -> None:
    lines = [SSH, RDP, SILENT, SKIPPED]
    for head in ("", HEADER + "\n"):
        sink, problem = fed("aws-vpc", head + "\n".join(lines))
        assert problem is None
        first, second = sink.rows()
        assert pairs(first) == ("172.31.16.139", 20641, "172.31.16.21", 22, 6)
        assert (first["first"], first["last"]) == (1418530010 * SECOND, 1418530070 * SECOND)
        assert (first["packets"], first["bytes"], first["flags"]) == (20, 4249, -1)
        assert (first["tells"], first["point"]) == (set(), ("eni-1235b8ca", ""))
        assert (pairs(second), second["tells"]) == (("172.31.9.69", 49761, "172.31.9.12", 3389, 6), {"REFUSED_AB"})
        assert [first["number"], second["number"]] == ([2, 3] if head else [1, 2])
        header = {"other-record": 2} if head else {"other-record": 1}
        assert sink.left == {"record-lost": 1, **header}
        assert sink.total == len(lines) + bool(head)


def test_version_6_address_and_a_time_before_each_record() -> None:
    line = "2014-12-14T04:06:50.000Z " + SSH.replace("172.31.16.139", "2001:db8:1234:a100:8d6e:3477:df66:f105")
    sink, _ = fed("aws-vpc", f"{line}\n")
    assert pairs(sink.rows()[0])[0] == "2001:db8:1234:a100:8d6e:3477:df66:f105"


FLAGS = {
    2: {"FLAGS_AB"}, 3: {"FLAGS_AB", "FIN_AB"}, 18: {"FLAGS_BA", "ANSWERED"}, 19: {"FLAGS_BA", "ANSWERED", "FIN_AB"},
    0: set(), 1: {"FIN_AB"}, 4: {"RST_AB"}, 6: {"FLAGS_AB", "RST_AB"},
}  # fmt: skip


@pytest.mark.parametrize("flags", FLAGS)
def test_flags(flags: int) -> None:
    sink, _ = fed(
        "aws-vpc", f"srcaddr dstaddr srcport dstport protocol start tcp-flags\n10.0.0.1 10.0.0.2 5 6 6 9 {flags}\n"
    )
    (row,) = sink.rows()
    assert row["tells"] == FLAGS[flags]
    assert (row["first"], row["last"], row["packets"]) == (9 * SECOND, 9 * SECOND, 0)
    udp, _ = fed(
        "aws-vpc", f"srcaddr dstaddr srcport dstport protocol start tcp-flags\n10.0.0.1 10.0.0.2 5 6 17 9 {flags}\n"
    )
    assert udp.rows()[0]["tells"] == set()


def test_real_ends_behind_a_gateway_and_the_direction() -> None:
    head = (
        "instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport dstport protocol start end"
        " flow-direction traffic-path"
    )
    sink, _ = fed(
        "aws-vpc",
        f"{head}\n- eni-1 10.0.1.5 10.0.0.220 10.0.1.5 203.0.113.5 39812 80 6 100 160 ingress -\n"
        "- eni-1 10.0.0.220 203.0.113.5 - - 39812 80 6 100 160 egress 8\n"
        "- eni-1 10.0.0.220 203.0.113.5 x - 39812 80 6 100 160 egress 8\n",
    )
    first, second = sink.rows()
    assert (pairs(first), first["point"]) == (("10.0.1.5", 39812, "203.0.113.5", 80, 6), ("eni-1", "inwards"))
    assert (pairs(second), second["point"]) == (("10.0.0.220", 39812, "203.0.113.5", 80, 6), ("eni-1", "outwards"))
    assert sink.left == {"record-malformed": 1, "other-record": 1}


def test_a_request_and_its_answer_are_of_one_point_and_what_passes_through_is_of_two() -> None:
    head = "interface-id flow-direction srcaddr dstaddr srcport dstport protocol start end"
    ask, answer = "10.0.0.1 10.0.0.2 5000 80 6 100 160", "10.0.0.2 10.0.0.1 80 5000 6 100 160"
    sink, _ = fed("aws-vpc", "\n".join([head, f"a egress {ask}", f"a ingress {answer}", f"b ingress {ask}",
                                        f"b egress {answer}", f"a ingress {ask}", f"a egress {answer}"]))  # fmt: skip
    points = [row["point"] for row in sink.rows()]
    assert points[0] == points[1]
    assert points[2] == points[3]
    assert points[4] == points[5]
    assert len(set(points)) == 3


def test_another_header_in_the_middle() -> None:
    other = "start dstaddr srcaddr dstport srcport protocol\n7 10.0.0.2 10.0.0.1 22 5000 6"
    sink, _ = fed("aws-vpc", f"{HEADER}\n{SSH}\n{other}\n{HEADER}\n{RDP}\n")
    assert [(pairs(row)[0], row["number"]) for row in sink.rows()] == [
        ("172.31.16.139", 2), ("10.0.0.1", 4), ("172.31.9.69", 6),
    ]  # fmt: skip
    assert sink.total == 6


def test_headers_without_end_are_not_followed() -> None:
    one = "start dstaddr srcaddr dstport srcport protocol\n7 10.0.0.2 10.0.0.1 22 5000 6\n"
    other = "dstaddr start srcaddr dstport srcport protocol\n10.0.0.2 7 10.0.0.1 22 5000 6\n"
    sink, problem = fed("aws-vpc", (one + other) * 60)
    assert problem is not None
    assert "change more than 100 times" in problem.say("en")
    assert sink.total == 240
    assert (sink.added, sink.left["other-record"]) == (99, 120)
    sink, problem = fed("aws-vpc", f"{HEADER}\n{SSH}\n" * 3000)  # files that were joined
    assert (problem, sink.added, sink.left) == (None, 3000, {"other-record": 3000})


def test_icmp_has_no_type_there() -> None:
    sink, _ = fed("aws-vpc", SSH.replace("20641 22 6", "0 0 1") + "\n" + SSH.replace("20641 22 6", "0 0 50"))
    assert [row["protocol"] for row in sink.rows()] == [50]
    assert sink.left == {"transport-truncated": 1}


def test_bad_records_are_counted() -> None:
    bad = [
        SSH.replace("172.31.16.139", "172.31.16.999"), SSH.replace(" 22 ", " 65536 "), SSH.replace(" 22 ", " - "),
        SSH.replace(" 6 ", " 300 "), SSH.replace(" 4249 ", " 1e3 "), SSH.replace("1418530010", "yesterday"),
        SSH[:40], SSH + " more", "\x00" + SSH, SSH.replace(" 4249 ", " -1 "), SSH.replace(" 20 ", f" {1 << 70} "),
        "x" * 70_000, SSH.replace("1418530010 1418530070", "- -"), SSH.replace("172.31.16.21", "réseau"),
    ]  # fmt: skip
    for line in bad:
        sink, problem = fed("aws-vpc", f"{line}\n")
        assert (sink.added, dict(sink.left), problem) == (0, {"record-malformed": 1}, None), line[:90]
    sink, _ = fed("aws-vpc", "\n".join([*bad, SSH]).encode("latin-1"))
    assert (sink.added, sink.left) == (1, {"record-malformed": len(bad)})


def test_fields_without_which_nothing_can_be_judged() -> None:
    sink, problem = fed("aws-vpc", "srcaddr dstaddr packets\n10.0.0.1 10.0.0.2 7\n10.0.0.1 10.0.0.2 8\n")
    assert problem is not None
    assert problem.say("en").startswith("the flow log was made without the fields srcport, dstport, protocol, start")
    assert sink.left == {"other-record": 1, "record-malformed": 2}


def test_gzip_that_is_cut() -> None:
    data = gzip.compress("\n".join([HEADER, *[SSH] * 5000]).encode())
    sink, problem = fed("aws-vpc", data)
    assert (problem, sink.added) == (None, 5000)
    sink, problem = fed("aws-vpc", data[:-20])
    assert problem is not None
    assert "cut short" in problem.say("en")


def test_recognition() -> None:
    recognises = record_formats()["aws-vpc"].recognises
    for line in (HEADER, SSH, SILENT, "2014-12-14T04:06:50.000Z " + SSH, "srcaddr dstaddr"):
        assert recognises(f"{line}\n".encode()), line
    for line in ("srcaddr,dstaddr", "srcaddr", "2 3 4", "", "the srcaddr: x"):
        assert not recognises(f"{line}\n".encode()), line
