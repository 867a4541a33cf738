"""Messages of Cisco firewalls: who opened, how long, how much, what was denied; nothing twice, nothing lost."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from records_forge import SECOND, fed, pairs, record_formats


def ns(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * SECOND  # type: ignore[misc]


HEAD = "Nov 27 2026 09:00:00 fw1 : "
BUILT_OUT = (
    "%ASA-6-302013: Built outbound TCP connection 9 for outside:198.51.100.7/443 (198.51.100.7/443)"
    " to inside:10.1.1.2/53496 (203.0.113.9/40000)"
)
TORN_OUT = (
    "%ASA-6-302014: Teardown TCP connection 9 for outside:198.51.100.7/443 to inside:10.1.1.2/53496"
    " duration 0:01:30 bytes 4242 TCP FINs"
)


def one(text: str) -> dict[str, object]:
    sink, problem = fed("asa", text)
    assert problem is None
    (row,) = sink.rows()
    assert sink.total == len([line for line in text.split("\n") if line])
    return row


def test_outbound_is_opened_by_the_second_end_and_counted_once() -> None:
    sink, problem = fed("asa", f"{HEAD}{BUILT_OUT}\nNov 27 2026 09:01:30 fw1 : {TORN_OUT}\n")
    assert problem is None
    (row,) = sink.rows()
    assert pairs(row) == ("10.1.1.2", 53496, "198.51.100.7", 443, 6)
    assert (row["first"], row["last"]) == (ns(2026, 11, 27, 9, 0, 0), ns(2026, 11, 27, 9, 1, 30))
    assert (row["packets"], row["bytes"], row["back_bytes"], row["number"]) == (0, 4242, 0, 1)
    assert row["tells"] == {"INITIATOR_AB", "ONE_WAY", "ANSWERED"}
    assert row["point"] == ("fw1",)
    assert sink.left == {"other-record": 1}  # the line that built it
    assert "both directions together" in sink.said()
    assert "without a time zone" in sink.said()
    assert "without a year" not in sink.said()


def test_inbound_to_the_firewall_itself_is_opened_by_the_first_end() -> None:
    row = one(
        f"{HEAD}%ASA-6-302013: Built inbound TCP connection 8 for inside:10.1.1.2/12523 (10.1.1.2/12523)"
        " to NP Identity Ifc:10.1.1.1/22 (10.1.1.1/22)\n"
        f"{HEAD}%ASA-6-302014: Teardown TCP connection 8 for inside:10.1.1.2/12523 to NP Identity Ifc:10.1.1.1/22"
        " duration 0:00:00 bytes 0 SYN Timeout\n"
    )
    assert pairs(row) == ("10.1.1.2", 12523, "10.1.1.1", 22, 6)
    assert row["tells"] == {"INITIATOR_AB", "SYN_AB"}  # it asked, and no handshake came of it


def test_a_teardown_alone_does_not_say_who_opened() -> None:
    row = one(f"{HEAD}{TORN_OUT}\n")
    assert pairs(row) == ("198.51.100.7", 443, "10.1.1.2", 53496, 6)
    assert row["tells"] == {"ONE_WAY", "ANSWERED"}
    assert row["first"] == ns(2026, 11, 27, 8, 58, 30)


def test_a_build_alone_has_unknown_counters() -> None:
    row = one(f"{HEAD}{BUILT_OUT}\n")
    assert pairs(row) == ("10.1.1.2", 53496, "198.51.100.7", 443, 6)
    assert (row["packets"], row["bytes"], row["tells"]) == (0, 0, {"INITIATOR_AB", "ONE_WAY"})


def test_the_same_number_at_two_firewalls_or_of_another_connection_is_not_its_end() -> None:
    sink, _ = fed("asa", f"{HEAD}{BUILT_OUT}\n{HEAD.replace('fw1', 'fw2')}{TORN_OUT}\n")
    assert [row["point"] for row in sink.rows()] == [("fw1",), ("fw2",)]
    assert sink.left == {}
    sink, _ = fed("asa", f"{HEAD}{BUILT_OUT}\n{HEAD}{TORN_OUT.replace('53496', '53497')}\n")
    assert [row["sport"] for row in sink.rows()] == [53496, 443]
    assert sink.left == {}


def test_a_number_used_again_is_another_connection() -> None:
    sink, _ = fed("asa", f"{HEAD}{BUILT_OUT}\n{HEAD}{BUILT_OUT.replace('53496', '5000')}\n{HEAD}{TORN_OUT}\n")
    assert sorted((row["sport"], row["bytes"]) for row in sink.rows()) == [(443, 4242), (5000, 0), (53496, 0)]


def test_no_more_connections_than_bounded_wait_for_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloison.captures.logs.openings.MOST_OPEN", 2)
    lines = [BUILT_OUT.replace("connection 9", f"connection {n}").replace("53496", str(n)) for n in (1, 2, 3)]
    ends = [TORN_OUT.replace("connection 9", f"connection {n}").replace("53496", str(n)) for n in (1, 2, 3)]
    sink, _ = fed("asa", "".join(f"{HEAD}{line}\n" for line in lines + ends))
    assert "1 connection was still open when 2 others were" in sink.said()
    assert sorted((row["sport"], row["bytes"]) for row in sink.rows()) == [(1, 0), (2, 4242), (3, 4242), (443, 4242)]
    assert sink.left == {"other-record": 2}


def test_udp_v6_users_and_priority() -> None:
    row = one(
        "<166>2026-11-27T10:00:00.5+01:00 fw %FTD-6-302015: Built inbound UDP connection 77 for"
        " out side:2001:db8::1/5353 (2001:db8::1/5353)(LOCAL\\bob) to dmz:2001:db8:1::9/53 (2001:db8:1::9/53) (bob)\n"
        "<166>2026-11-27T10:02:01.5+01:00 fw %FTD-6-302016: Teardown UDP connection 77 for"
        " out side:2001:db8::1/5353(LOCAL\\bob) to dmz:2001:db8:1::9/53 duration 0:02:01 bytes 180 (bob)\n"
    )
    assert pairs(row) == ("2001:db8::1", 5353, "2001:db8:1::9", 53, 17)
    assert row["first"] == ns(2026, 11, 27, 9, 0, 0) + SECOND // 2
    assert (row["last"], row["bytes"]) == (ns(2026, 11, 27, 9, 2, 1) + SECOND // 2, 180)
    assert row["tells"] == {"INITIATOR_AB", "ONE_WAY"}  # bytes of both directions together: no answer is proved


def test_icmp_with_its_type() -> None:
    row = one(
        f"{HEAD}%ASA-6-302020: Built outbound ICMP connection for faddr 192.0.2.1/0 gaddr 203.0.113.1/512 laddr"
        " 10.0.0.1/512 type 8 code 0\n"
        "Nov 27 2026 09:00:02 fw1 : %ASA-6-302021: Teardown ICMP connection for faddr 192.0.2.1/0 gaddr 203.0.113.1/512"
        " laddr 10.0.0.1/512 type 8 code 0\n"
    )
    assert pairs(row) == ("10.0.0.1", 512, "192.0.2.1", 0x800, 1)
    assert (row["last"], row["tells"]) == (ns(2026, 11, 27, 9, 0, 2), {"INITIATOR_AB", "ONE_WAY"})


def test_icmp_without_its_type_cannot_be_judged() -> None:
    sink, _ = fed("asa", f"{HEAD}%ASA-6-302020: Built inbound ICMP connection for faddr 1.2.3.4/1 gaddr 10.0.0.1/0"
                         " laddr 10.0.0.1/0\n")  # fmt: skip
    assert (sink.added, sink.left) == (0, {"transport-truncated": 1})


def test_gre_and_state_bypass() -> None:
    sink, _ = fed(
        "asa",
        f"{HEAD}%ASA-6-302017: Built inbound GRE connection 4 from outside:192.0.2.5 (192.0.2.5) to"
        " inside:10.0.0.5/355 (203.0.113.5/355)\n"
        f"{HEAD}%ASA-6-302018: Teardown GRE connection 4 from outside:192.0.2.5 (192.0.2.5) to inside:10.0.0.5/355"
        " (203.0.113.5/355) duration 0:02:31 bytes 66429 (bob)\n"
        f"{HEAD}%ASA-6-302303: Built TCP state-bypass connection 5 from dmz:10.2.0.1/4000 (10.2.0.1/4000) to"
        " inside:10.0.0.7/22 (10.0.0.7/22)\n"
        f"{HEAD}%ASA-6-302304: Teardown TCP state-bypass connection 5 from dmz:10.2.0.1/4000 to inside:10.0.0.7/22"
        " duration 0:00:10, bytes 99, Connection timeout\n",
    )
    first, second = sink.rows()
    assert (pairs(first), first["bytes"]) == (("192.0.2.5", 0, "10.0.0.5", 0, 47), 66429)
    assert first["first"] == ns(2026, 11, 27, 8, 57, 29)
    assert (pairs(second), second["bytes"]) == (("10.2.0.1", 4000, "10.0.0.7", 22, 6), 99)
    assert "INITIATOR_AB" in second["tells"]
    assert sink.left == {"other-record": 2}


DENIED = {
    '106023: Deny tcp src outside:192.0.2.1/40000 dst inside:10.0.0.1/23 by access-group "out" [0x0, 0x0]':
        (("192.0.2.1", 40000, "10.0.0.1", 23, 6), 1, {"REFUSED_AB"}),
    '106023: Deny icmp src outside:192.0.2.1 dst inside:10.0.0.1 (type 8, code 0) by access-group "out" [0x0, 0x0]':
        (("192.0.2.1", 0, "10.0.0.1", 0x800, 1), 1, {"REFUSED_AB"}),
    '106023: Deny protocol 50 src outside:192.0.2.1 dst inside:10.0.0.1 by access-group "out"':
        (("192.0.2.1", 0, "10.0.0.1", 0, 50), 1, {"REFUSED_AB"}),
    "106001: Inbound TCP connection denied from 192.0.2.1/40000 to 10.0.0.1/22 flags SYN  on interface outside":
        (("192.0.2.1", 40000, "10.0.0.1", 22, 6), 1, {"REFUSED_AB", "SYN_AB"}),
    "106015: Deny TCP (no connection) from 10.0.0.1/443 to 192.0.2.1/40000 flags SYN ACK  on interface inside":
        (("10.0.0.1", 443, "192.0.2.1", 40000, 6), 1, {"REFUSED_AB", "SYNACK_AB"}),
    "106015: Deny TCP (no connection) from 2001:db8::1/443 to 2001:db8:1::2/40000 flags RST  on interface inside":
        (("2001:db8::1", 443, "2001:db8:1::2", 40000, 6), 1, {"REFUSED_AB", "RST_AB"}),
    '106023: Deny udp src outside:2001:db8::1/443 dst 2001:db8:1::2/40000 by access-group "out"':
        (("2001:db8::1", 443, "2001:db8:1::2", 40000, 17), 1, {"REFUSED_AB"}),
    "106006: Deny inbound UDP from 192.0.2.1/53 to 10.0.0.1/4000 on interface outside":
        (("192.0.2.1", 53, "10.0.0.1", 4000, 17), 1, {"REFUSED_AB"}),
    "106007: Deny inbound UDP from 192.0.2.1/53 to 10.0.0.1/4000 due to DNS Response":
        (("192.0.2.1", 53, "10.0.0.1", 4000, 17), 1, {"REFUSED_AB"}),
    "106014: Deny inbound icmp src outside: 192.0.2.1 dst inside: 10.0.0.1 (type 3, code 1)":
        (("192.0.2.1", 0, "10.0.0.1", 0x301, 1), 1, {"REFUSED_AB"}),
    "106100: access-list out denied tcp outside/192.0.2.1(40000) -> inside/10.0.0.1(25) hit-cnt 7 300-second interval":
        (("192.0.2.1", 40000, "10.0.0.1", 25, 6), 7, {"REFUSED_AB"}),
    "106100: access-list out permitted tcp outside/192.0.2.1(40000) -> inside/10.0.0.1(25) hit-cnt 1 first hit":
        (("192.0.2.1", 40000, "10.0.0.1", 25, 6), 0, {"INITIATOR_AB", "ONE_WAY"}),
    "106100: access-list out denied icmp outside/192.0.2.1(8) -> inside/10.0.0.1(0) hit-cnt 1 first hit [0x1, 0x0]":
        (("192.0.2.1", 0, "10.0.0.1", 0x800, 1), 1, {"REFUSED_AB"}),
    "710003: TCP access denied by ACL from 192.0.2.1/3624 to outside:203.0.113.1/https":
        (("192.0.2.1", 3624, "203.0.113.1", 443, 6), 1, {"REFUSED_AB"}),
    "710005: UDP request discarded from 10.0.0.9/137 to inside:10.0.0.255/137":
        (("10.0.0.9", 137, "10.0.0.255", 137, 17), 1, {"REFUSED_AB"}),
}  # fmt: skip


@pytest.mark.parametrize("message", DENIED)
def test_denied(message: str) -> None:
    ends, packets, tells = DENIED[message]
    row = one(f"{HEAD}%ASA-4-{message}\n")
    assert (pairs(row), row["packets"], row["tells"]) == (ends, packets, tells)
    assert row["first"] == row["last"] == ns(2026, 11, 27, 9, 0, 0)


EVENT = (
    "EventPriority: Low, DeviceUUID: x, InstanceID: 2, FirstPacketSecond: 2026-11-27T09:00:00Z, ConnectionID: 19501,"
    " AccessControlRuleAction: {action}, SrcIP: 10.1.149.14, DstIP: 198.51.100.5, SrcPort: 59370, DstPort: 443,"
    " Protocol: tcp, IngressInterface: in, Prefilter Policy: Default{more}, InitiatorPackets: {packets},"
    " ResponderPackets: {back}, InitiatorBytes: 143, ResponderBytes: {size}, UserAgent: x, SrcIP: 1.2.3.4, DstPort: 1"
)
BEGUN = EVENT.format(action="Allow", more="", packets=1, back=0, size=0)
OVER = EVENT.format(action="Allow", more=", ConnectionDuration: 61", packets=10, back=8, size=4000)


def test_events_of_a_connection_are_one_record() -> None:
    sink, problem = fed("asa", f"{HEAD}%FTD-1-430002: {BEGUN}\nNov 27 2026 09:01:05 fw1 : %FTD-6-430003: {OVER}\n")
    assert problem is None
    (row,) = sink.rows()
    assert pairs(row) == ("10.1.149.14", 59370, "198.51.100.5", 443, 6)
    assert (row["first"], row["last"]) == (ns(2026, 11, 27, 9, 0, 0), ns(2026, 11, 27, 9, 1, 1))
    assert (row["packets"], row["bytes"], row["back_packets"], row["back_bytes"]) == (10, 143, 8, 4000)
    assert (row["tells"], row["point"], row["number"]) == ({"INITIATOR_AB"}, ("fw1", "event"), 1)
    assert sink.left == {"other-record": 1}


def test_events_that_stand_alone() -> None:
    blocked = EVENT.format(action="Block with reset", more="", packets=0, back=0, size=0)
    ping = BEGUN.replace(
        "SrcPort: 59370, DstPort: 443, Protocol: tcp", "ICMPType: Echo Request, ICMPCode: No Code, Protocol: icmp"
    )
    sink, _ = fed("asa", "".join(f"{HEAD}%NGIPS-1-{text}\n" for text in (
        f"430002: {BEGUN}", f"430002: {blocked.replace('19501', '7')}", f"430003: {ping.replace('19501', '8')}",
        f"430003: {ping.replace('Echo Request', 'Sorry')}", f"430003: {OVER.replace('10.1.149.14', '10.1.149')}",
        f"430002: {OVER.replace('SrcPort: 59370, ', '')}", "430001: SrcIP: 10.0.0.1", "430003: {}",
    )))  # fmt: skip
    begun, refused, echo = sink.rows()
    assert (begun["tells"], begun["packets"]) == ({"INITIATOR_AB", "ONE_WAY"}, 0)
    assert (pairs(refused)[:2], refused["tells"]) == (("10.1.149.14", 59370), {"INITIATOR_AB", "REFUSED_AB"})
    assert (pairs(echo), echo["bytes"]) == (("10.1.149.14", 0, "198.51.100.5", 0x800, 1), 143)
    assert sink.left == {"transport-truncated": 1, "record-malformed": 3, "other-record": 1}


@pytest.mark.parametrize(
    ("header", "wanted", "host"),
    [
        ("Nov 27 2026 09:00:00: ", ns(2026, 11, 27, 9), ""),
        ("<166>1 2026-11-27T09:00:00Z fw9 - - - - ", ns(2026, 11, 27, 9), "fw9"),
        ("Nov 27 09:00:07 relay Nov 27 2026 09:00:00 fw9: ", ns(2026, 11, 27, 9), "fw9"),
        ("2026-11-27T09:00:07+02:00 relay :Nov 27 09:00:00 UTC: ", ns(2025, 11, 27, 9), ""),
        ("Feb 29 09:00:00 fw9 ", ns(2024, 2, 29, 9), "fw9"),
        ("Mar  1 09:00:00 fw9 ", ns(2026, 3, 1, 9), "fw9"),
    ],
)
def test_headers(tmp_path: Path, header: str, wanted: int, host: str) -> None:
    log = tmp_path / "log"
    log.write_text(f"{header}{BUILT_OUT}\n", encoding="utf-8")
    os.utime(log, ns=(0, ns(2026, 6, 30, 12)))  # November without a year was last year's
    sink, _ = fed("asa", log)
    (row,) = sink.rows()
    assert (row["first"], row["point"]) == (wanted, (host,))


def test_bad_lines_are_counted_and_cost_nothing_else() -> None:
    bad = {
        b"%ASA-6-302013: Built outbound TCP connection 9 for outside:198.51.100.7/443": "record-malformed",  # cut
        b"%ASA-6-302014: Teardown TCP connection 9 for outside:1.2.3.4/99999 to inside:1.2.3.5/1 duration 0:00:00"
        b" bytes 1": "record-malformed",
        b"%ASA-6-302014: Teardown TCP connection 9 for outside:1.2.3.444/9 to inside:1.2.3.5/1 duration 0:00:00"
        b" bytes 1": "record-malformed",
        b"%ASA-6-302014: Teardown TCP connection 9 for outside:1.2.3.4/9 to inside:1.2.3.5/1 duration 0:00:00"
        b" bytes 99999999999999999999": "record-malformed",
        b"%ASA-5-111008: User 'caf\xe9' executed": "other-record",
        b"no mark at all": "other-record",
        b"\x00\x01\xff": "record-malformed",
        b"%ASA-4-106021: Deny TCP reverse path check from 10.0.0.1 to 10.0.0.2 on interface in": "other-record",
        b"x" * (1 << 20) + b"yz": "record-malformed",
        b"%ASA-4-106023: Deny tcp src a:(" + b"(" * 50_000: "record-malformed",
        b"%ASA-4-106100: access-list " + b"permitted " * 5_000: "record-malformed",
    }
    data = b"".join(HEAD.encode() + line + b"\n" for line in bad) + HEAD.encode() + BUILT_OUT.encode()
    sink, problem = fed("asa", data)
    assert problem is None
    assert (sink.added, sink.total) == (1, len(bad) + 1)
    wanted = list(bad.values())
    assert sink.left == {name: wanted.count(name) for name in set(wanted)}
    assert "not judged: 106021" in sink.said()


def test_without_a_date_nothing_is_judged() -> None:
    sink, _ = fed("asa", f"{BUILT_OUT}\n{BUILT_OUT}\n")
    assert (sink.added, sink.left) == (0, {"record-malformed": 2})
    assert "2 lines without a date" in sink.said()


def test_recognition() -> None:
    recognises = record_formats()["asa"].recognises
    assert recognises(f"first line\n{HEAD}{BUILT_OUT}\n".encode())
    assert not recognises(b"")
    assert not recognises(b"%ASA or not\n")
