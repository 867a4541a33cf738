"""An audit from outside: merging, scans, lines never seen, the answer and the exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flows_world import AT, MAP, NOON, SECOND, capture_of, judged, network_of, said, talk

from cloison.flows import table as t
from cloison.flows.audit import Options, audit, audit_report
from cloison.flows.observe import observed
from cloison.flows.table import Capture, LineSeen, Source
from cloison.netmodel.finding import LANGS, MapError, say
from cloison.netmodel.network import Network

SILENT = {"evidence": t.SYN_AB, "packets_ba": 0, "bytes_ba": 0}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return network_of(MAP, tmp_path_factory.mktemp("map"))


def report(network: Network, *rows: dict[str, Any], every: bool = False, **more: Any) -> dict[str, Any]:
    result = audit(network, [("", capture_of(*rows, **more))], Options())
    return json.loads(json.dumps(audit_report(result, network, every).data, default=list))  # type: ignore[no-any-return]


# --- the same conversation at two probes


def two(network: Network, one: dict[str, Any], other: dict[str, Any]) -> Any:
    return audit(network, [("", capture_of(one, file="one.pcap")), ("", capture_of(other, file="two.pcap"))])


def test_two_probes_are_one_conversation(network: Network) -> None:
    row = talk("10.1.0.11", "10.2.0.21", 5432, packets_ab=7, packets_ba=3)
    later = talk("10.1.0.11", "10.2.0.21", 5432, packets_ab=6, packets_ba=9, first=NOON + 1000, last=NOON + 2 * SECOND)
    result = two(network, row, later)
    data = audit_report(result, network, True).data
    (entry,) = data["conversations"]
    assert (entry["packets"], entry["bytes"]) == (16, 4500)  # the most of each direction, not the sum
    assert entry["first"] == "2026-03-10T11:00:00.000000Z"
    assert entry["last"] == "2026-03-10T11:00:02.000000Z"
    assert entry["locations"] == [{"file": "one.pcap", "packet": 1}]
    assert {line["id"]: line["conversations"] for line in data["lines"]}["F-004"] == 1


def test_the_best_evidence_wins(network: Network) -> None:
    """One probe saw only the replies, first; the other one the SYN."""
    back = talk("10.2.0.21", "10.1.0.11", 40000, a_port=5432, evidence=t.SYNACK_AB, packets_ba=0, bytes_ba=0)
    whole = talk("10.1.0.11", "10.2.0.21", 5432, first=NOON + 10)
    (entry,) = audit_report(two(network, back, whole), network, True).data["conversations"]
    assert (entry["source"], entry["orientation"], entry["answered"]) == ("10.1.0.11", "certain", "yes")


def test_one_after_the_other_are_two(network: Network) -> None:
    row = talk("10.1.0.11", "10.2.0.21", 5432)
    again = talk("10.1.0.11", "10.2.0.21", 5432, first=NOON + 2 * SECOND, last=NOON + 3 * SECOND)
    assert len(two(network, row, again).verdicts) == 2


def test_overlapping_but_other_ports_are_two(network: Network) -> None:
    row, other = talk("10.1.0.11", "10.2.0.21", 5432), talk("10.1.0.11", "10.2.0.21", 5432, a_port=40001)
    assert len(two(network, row, other).verdicts) == 2


def test_a_port_used_again_at_the_same_instant_is_another_conversation(network: Network) -> None:
    """A reset and a new SYN with one time stamp: one source told them apart, and the most of both is not their sum."""
    row = talk("10.1.0.11", "10.2.0.21", 5432, packets_ab=7, packets_ba=3)
    again = row | {"packets_ab": 5, "packets_ba": 4, "first": NOON + SECOND, "last": NOON + 2 * SECOND}
    elsewhere = talk("10.1.0.11", "10.2.0.22", 5432, vlan=7 << 12)  # so that rows of this capture may repeat at all
    result = audit(network, [("", capture_of(row, again, elsewhere))])
    packets = [entry["packets"] for entry in audit_report(result, network, True).data["conversations"]]
    assert sorted(packets) == [9, 9, 10]


@pytest.mark.parametrize("rotated", [False, True])
def test_what_another_probe_saw_as_one_is_added_before_it_is_compared(network: Network, rotated: bool) -> None:
    row = talk("10.1.0.11", "10.2.0.21", 5432, packets_ab=7, packets_ba=3, errors=1)
    again = row | {"packets_ab": 5, "packets_ba": 4, "first": NOON + SECOND, "last": NOON + 2 * SECOND, "errors": 2}
    whole = row | {"packets_ab": 11, "packets_ba": 7, "last": NOON + 2 * SECOND, "errors": 0}
    one = capture_of(row, again, file="one.pcap")
    if rotated:  # the second conversation began in the second file of the stream
        files = tuple(replace(one.sources[0], file=name, stream=0) for name in ("one1.pcap", "one2.pcap"))
        places = np.array([0, 1], dtype=np.uint32)
        one = replace(one, sources=files, table=replace(one.table, source=places, wire_source=places))
    result = audit(network, [("", one), ("", capture_of(whole, file="two.pcap"))])
    (entry,) = audit_report(result, network, True).data["conversations"]
    assert entry["packets"] == (7 + 5) + (3 + 4)
    assert int(result.table.errors.sum()) == 3
    assert one.table.packets_ab.tolist() == [7, 5]


def test_two_files_of_one_stream_are_one_probe(network: Network) -> None:
    row = talk("10.1.0.11", "10.2.0.21", 5432, packets_ab=7, packets_ba=3)
    again = row | {"packets_ab": 5, "packets_ba": 4, "first": NOON + SECOND, "last": NOON + 2 * SECOND}
    capture = capture_of(row, again)
    files = tuple(replace(capture.sources[0], file=name, stream=3) for name in ("one1.pcap", "one2.pcap"))
    places = np.array([0, 1], dtype=np.uint32)
    capture = replace(capture, sources=files, table=replace(capture.table, source=places, wire_source=places))
    assert len(audit(network, [("", capture)]).verdicts) == 2


def test_queries_whose_identifier_one_source_does_not_tell(network: Network) -> None:
    """Flow records and earlier audits know no identifier: their ping is the one that a capture saw."""
    ping = talk("10.1.0.11", "10.2.0.21", 8 << 8, 1, a_port=77, packets_ab=3, packets_ba=2)
    other = ping | {"a_port": 78, "first": NOON + 10}
    record = ping | {"a_port": 0, "packets_ab": 5, "packets_ba": 4, "first": NOON + 5}
    assert len(two(network, ping, other).verdicts) == 2
    both = audit(network, [("", capture_of(ping, other)), ("", capture_of(record, file="two.pcap"))])
    (entry,) = audit_report(both, network, True).data["conversations"]
    assert entry["packets"] == 6 + 4
    assert len(audit(network, [("", capture_of(ping, other))]).verdicts) == 2


def test_joined_rows_count_their_errors_once_and_leave_what_was_read(network: Network) -> None:
    row = talk("10.1.0.11", "10.2.0.21", 5432, errors=2)
    one, other = capture_of(row, file="one.pcap"), capture_of(row | {"errors": 3, "last": NOON + 9 * SECOND})
    result = audit(network, [("", one), ("", other)])
    assert result.verdicts.row.tolist() == [0]
    assert int(result.table.errors.sum()) == 3
    assert int(result.table.last[0]) == NOON + 9 * SECOND
    assert one.table.last.tolist() == [NOON + SECOND]
    assert one.table.errors.tolist() == [2]


def test_the_same_addresses_of_two_tenants_are_two(network: Network) -> None:
    rows = [talk("10.50.1.1", "203.0.113.10", 443, vni=vni) for vni in (5001, 5002)]
    assert list(said(judged(network, *rows))) == ["authorised F-007", "illegitimate no-line error"]


def test_seen_before_and_after_a_router(network: Network) -> None:
    rows = [talk("10.1.0.11", "10.2.0.21", 5432), talk("10.1.0.11", "10.2.0.21", 5432, vlan=110 << 12)]
    assert len(judged(network, *rows).verdicts) == 1


def test_three_overlap_through_the_middle_one(network: Network) -> None:
    spans = ((0, 4), (3, 8), (7, 9))
    rows = [
        talk("10.1.0.11", "10.2.0.21", 5432, vlan=number << 12, first=NOON + low * SECOND, last=NOON + high * SECOND)
        for number, (low, high) in enumerate(spans, 1)
    ]
    assert len(judged(network, *rows).verdicts) == 1


# --- findings


def test_a_scan_is_one_note(network: Network) -> None:
    rows = [talk("8.8.8.8", f"10.3.0.{host}", port, **SILENT) for host in range(1, 40) for port in (22, 23, 3389)]
    result = judged(network, *rows)
    (finding,) = result.findings
    assert (finding.rule, finding.severity, finding.subject.id) == ("scan", "note", "8.8.8.8")
    assert finding.message.values["targets"] == 39
    assert finding.message.values["services"] == 3
    assert finding.message.values["n"] == 117
    assert result.exit_code() == 0
    assert result.exit_code("note") == 1


def test_a_scan_from_inside_is_one_warning_with_its_extent(network: Network) -> None:
    quiet = [talk("10.1.0.11", f"10.3.0.{host}", port, **SILENT) for host in range(1, 12) for port in (22, 445, 3389)]
    answered = [talk("10.1.0.11", "10.3.0.5", 22, a_port=40001)]
    few = [talk("10.1.1.12", f"10.3.0.{host}", 22, **SILENT) for host in range(2, 34)]
    result = judged(network, *quiet, *answered, *few)
    told = [(item.rule, item.severity, item.subject.id, item.message.values["n"]) for item in result.findings]
    assert told == [
        ("illegitimate-conversation", "error", "web-1/eth0 -> posts tcp/22", 1),  # what was answered is no part of it
        ("scan", "warning", "10.1.0.11", 33),
        ("illegitimate-conversation", "warning", "web-2/eth0 -> posts tcp/22", 32),  # 32 are not more than 32
    ]
    assert result.findings[1].message.say("en") == (
        "10.1.0.11 (web-1/eth0) tried 11 addresses (10.3.0.1 to 10.3.0.11) and 3 services (tcp/22, tcp/3389, tcp/445) "
        "in 33 conversations; nothing answered"
    )


def test_a_finding_a_pair_and_service_with_its_first_packet(network: Network) -> None:
    rows = [
        talk("10.1.0.11", "10.2.0.21", 5432),
        talk("10.1.0.11", "10.3.0.5", 22, a_port=40001, first=NOON + 5),
        talk("10.1.0.11", "10.3.0.5", 22, a_port=40002, first=NOON + 6),
        talk("10.1.0.11", "10.3.0.5", 23, a_port=40003, first=NOON + 7),
    ]
    result = judged(network, *rows)
    told = [(item.rule, item.subject.id, item.spans[0].packet, item.message.values["n"]) for item in result.findings]
    assert told == [
        ("illegitimate-conversation", "web-1/eth0 -> posts tcp/22", 2, 2),
        ("illegitimate-conversation", "web-1/eth0 -> posts tcp/23", 4, 1),
    ]
    witness = result.findings[0].witness
    assert witness is not None
    assert witness.packet["first"] == "2026-03-10T11:00:00.000000Z"
    assert witness.packet["packet"] == 2


def test_a_fingerprint_does_not_depend_on_counts_or_times(network: Network) -> None:
    once = judged(network, talk("10.1.0.11", "10.3.0.5", 22))
    twice = judged(network, talk("10.1.0.11", "10.3.0.5", 22, a_port=1, first=NOON + 5),
                   talk("10.1.0.11", "10.3.0.5", 22, a_port=2, first=NOON + 9))  # fmt: skip
    assert [item.fingerprint for item in once.findings] == [item.fingerprint for item in twice.findings]


def test_an_expired_line_is_named_with_its_place(network: Network) -> None:
    late = NOON + 3 * 86400 * SECOND
    (finding,) = judged(network, talk("10.3.0.5", "10.2.0.21", 22, first=late, last=late)).findings
    assert finding.spans[1] == network.line["F-005"].span


def test_every_message_is_said_in_both_languages(network: Network) -> None:
    rows = [
        talk("10.1.0.11", "10.3.0.5", 22), talk("10.2.0.21", "10.1.0.11", 5432, a_port=40001),
        talk("10.1.0.11", "10.2.0.21", 22, a_port=40002), talk("10.99.0.1", "10.3.0.5", 22),
        talk("10.50.1.1", "203.0.113.10", 443), talk("8.8.8.8", "10.3.0.5", 22, **SILENT),
    ]  # fmt: skip
    result = judged(network, *rows)
    answer = audit_report(result, network)
    said_ = [[item.message.say(lang) for item in result.findings] + [item.say(lang) for item in answer.summary]
             for lang in LANGS]  # fmt: skip
    assert len(said_[0]) == 8
    assert all(one != other for one, other in zip(*said_, strict=True))
    assert not any("{" in text for texts in said_ for text in texts)


# --- the contract


def test_an_entry_has_exactly_the_fields_of_the_contract(network: Network) -> None:
    data = report(network, talk("2001:db8:10::10", "2001:db8:20::21", 128 << 8, 58, a_port=77))
    assert data["schema"] == "cloison.audit/1"
    assert data["conversations"] == [
        {
            "source": "2001:db8:10::10", "source_port": None, "destination": "2001:db8:20::21",
            "protocol": "ipv6-icmp", "port": "128/0", "vrf": "default", "from": "waf/front", "to": "db-1/eth0",
            "verdict": "illegitimate", "reason": "no-line", "rule": None, "severity": "error", "line": None,
            "first": "2026-03-10T11:00:00.000000Z", "last": "2026-03-10T11:00:01.000000Z", "packets": 9,
            "bytes": 4500, "answered": "yes", "orientation": "certain", "wire": None, "server_name": None,
            "alpn": None, "issuer_country": None, "tunnel": None,
            "locations": [{"file": "a.pcap", "packet": 1}],
        }
    ]  # fmt: skip


def test_summary_lines_and_ledger(network: Network) -> None:
    rows = [
        talk("10.1.0.11", "10.2.0.21", 5432), talk("10.1.1.12", "10.2.0.21", 5432),
        talk("10.1.0.11", "10.1.1.12", 22), talk("10.1.0.11", "10.3.0.5", 22), talk("10.99.0.1", "10.3.0.5", 22),
    ]  # fmt: skip
    data = report(network, *rows, ledger={"arp": 3, "mpls": 2, "ethertype": 1})
    assert data["summary"] == {
        "packets": 51, "records": 0, "conversations": 5, "authorised": 2, "assumed": 0, "illegitimate": 1,
        "unmapped": 1, "local": 1, "undecoded": 3, "icmp_errors": 0,
    }  # fmt: skip
    assert [item["verdict"] for item in data["conversations"]] == ["illegitimate", "unmapped"]
    assert data["undecoded"] == [{"reason": "mpls", "packets": 2}, {"reason": "ethertype", "packets": 1}]
    assert data["control"] == [{"reason": "arp", "packets": 3}]
    seen = {item["id"]: (item["conversations"], item["last"]) for item in data["lines"]}
    assert seen["F-003"] == seen["F-004"] == (1, "2026-03-10T11:00:01.000000Z")
    assert seen["F-001"] == (0, None)


def test_all_conversations_on_request(network: Network) -> None:
    rows = [talk("10.1.0.11", "10.2.0.21", 5432), talk("10.1.0.11", "10.1.1.12", 22)]
    assert report(network, *rows)["conversations"] == []
    assert [item["verdict"] for item in report(network, *rows, every=True)["conversations"]] == ["authorised", "local"]


def test_a_claim_of_encryption_is_not_evaluated(tmp_path: Path) -> None:
    text = MAP.replace("services: postgresql,", "services: postgresql, encryption: {protocol: tls},")
    data = report(network_of(text, tmp_path), talk("10.1.0.11", "10.2.0.21", 5432), every=True)
    assert data["conversations"][0]["wire"] == "not-evaluated"


def test_both_conversations_of_a_row_count_their_own_packets(network: Network) -> None:
    row = talk("10.1.0.11", "10.2.0.21", 5432, evidence=t.SYN_AB | t.SYN_BA | t.SYNACK_BA)
    data = report(network, row, every=True)
    assert [(item["source"], item["packets"], item["verdict"]) for item in data["conversations"]] == [
        ("10.1.0.11", 5, "authorised"), ("10.2.0.21", 4, "illegitimate"),
    ]  # fmt: skip


def test_the_same_input_gives_the_same_bytes(network: Network) -> None:
    rows = [talk("10.1.0.11", f"10.3.0.{host}", 22, first=NOON + host % 3) for host in range(1, 30)]
    texts = {json.dumps(report(network, *rows)) for _ in range(2)}
    assert len(texts) == 1


# --- exit codes


def test_exit_codes(network: Network) -> None:
    good = talk("10.1.0.11", "10.2.0.21", 5432)
    assert judged(network, good).exit_code() == 0
    assert judged(network, talk("10.1.0.11", "10.3.0.5", 22)).exit_code() == 1
    assert judged(network, talk("10.1.0.11", "10.3.0.5", 22, **SILENT)).exit_code() == 0  # a warning
    assert judged(network, talk("10.1.0.11", "10.3.0.5", 22, **SILENT)).exit_code("warning") == 1
    undecoded = audit(network, [("", capture_of(good, ledger={"mpls": 2, "ethertype": 7, "arp": 9}))])
    assert undecoded.exit_code() == 3
    assert undecoded.exit_code(allow_undecoded=1) == 3
    assert undecoded.exit_code(allow_undecoded=2) == 0
    assert audit(network, [("", capture_of())]).exit_code() == 3
    cut = capture_of(good)
    short = Capture(cut.table, (Source("a.pcap", "pcap", 9, 0, 1, 2, say("cut short", "coupé")),), {})
    assert audit(network, [("", short)]).exit_code() == 3


def test_an_empty_capture_is_answered(network: Network) -> None:
    data = report(network)
    assert data["summary"]["conversations"] == 0
    assert data["lines"]
    assert audit_report(audit(network, []), network).data["sources"] == []


def test_wrong_names_have_their_nearest(network: Network) -> None:
    capture = capture_of(talk("10.1.0.11", "10.2.0.21", 5432))
    with pytest.raises(MapError) as caught:
        audit(network, [("ids-fron", capture)], Options(vrf="acmee"))
    assert [item.message.values["near"] for item in caught.value.findings] == [("acme",), ("ids-front",)]


def test_names_like_nothing_say_so(network: Network) -> None:
    capture = capture_of(talk("10.1.0.11", "10.2.0.21", 5432))
    with pytest.raises(MapError) as caught:
        audit(network, [("zzzzzzzzzzzz", capture)], Options(vrf="qqqqqqqqqqqq"))
    assert [[item.message.say(lang) for item in caught.value.findings] for lang in LANGS] == [
        ["--vrf: the map has no VRF qqqqqqqqqqqq, and nothing like it",
         "--probe: the map has no asset zzzzzzzzzzzz, and nothing like it"],
        ["--vrf : la carte n’a pas de VRF qqqqqqqqqqqq, ni rien d’approchant",
         "--probe : la carte n’a pas de bien zzzzzzzzzzzz, ni rien d’approchant"],
    ]  # fmt: skip


def test_an_asset_that_is_no_probe_is_refused_with_the_rest(network: Network) -> None:
    capture = capture_of(talk("10.1.0.11", "10.2.0.21", 5432))
    with pytest.raises(MapError) as caught:
        audit(network, [("web-1", capture), ("ids-fron", capture), ("ids-front", capture), ("web-1", capture)])
    assert [(item.rule, item.message.say("en")) for item in caught.value.findings] == [
        ("not-a-probe",
         "--probe: web-1 is not a probe: it has neither the function probe nor anything that it watches"),
        ("unknown-name", "--probe: the map has no asset ids-fron; nearest: ids-front"),
    ]  # fmt: skip


def test_a_probe_may_have_its_function_or_what_it_watches_alone(tmp_path: Path) -> None:
    text = MAP.replace("ids-front: {functions: probe, watches: fw/front}", "ids-front: {watches: fw/front}").replace(
        "ids-acme: {functions: probe, watches: gw/a}", "ids-acme: {functions: probe}"
    )
    capture = capture_of(talk("10.1.0.11", "10.2.0.21", 5432))
    result = audit(network_of(text, tmp_path), [("ids-front", capture), ("ids-acme", capture)])
    assert result.probes == ("ids-front", "ids-acme")


# --- earlier audits read back


def test_lines_that_an_earlier_audit_saw_are_seen(network: Network) -> None:
    """Three of its conversations prove F-004 here; it counted five, and F-006 without naming any."""
    row = talk("10.1.0.11", "10.2.0.21", 5432)
    named = capture_of(*[row | {"a_port": 40000 + number} for number in range(3)])
    (source,) = named.sources
    may = NOON - 200 * 86400 * SECOND
    told = (LineSeen("F-004", 5, may), LineSeen("F-006", 7, may), LineSeen("F-002", 0, 0), LineSeen("F-gone", 9, may))
    earlier = Capture(named.table, (replace(source, lines=told, first=may - SECOND),), {})
    result = audit(network, [("", earlier)])
    data = audit_report(result, network).data
    seen = {line["id"]: (line["conversations"], line["last"]) for line in data["lines"] if line["conversations"]}
    assert seen == {
        "F-004": (5, "2026-03-10T11:00:01.000000Z"),
        "F-006": (7, "2025-08-22T11:00:00.000000Z"),
    }
    assert result.window == (may - SECOND, NOON + SECOND)


def test_an_earlier_audit_in_which_all_was_authorised_is_not_empty(network: Network) -> None:
    told = (LineSeen("F-004", 5, NOON),)
    source = Source("a.json", "cloison-audit", 0, 0, NOON, NOON, lines=told)
    result = audit(network, [("", Capture(t.table_of({}), (source,), {}))])
    assert result.exit_code() == 0
    assert [line["id"] for line in audit_report(result, network).data["lines"] if line["conversations"]] == ["F-004"]


def test_no_narrower_line_is_proposed_where_an_earlier_audit_saw_more(network: Network) -> None:
    def proposed(conversations: int) -> set[str]:
        capture = capture_of(talk("10.3.0.5", "10.2.0.21", 22))
        (source,) = capture.sources
        told = (LineSeen("F-005", conversations, NOON),)
        result = audit(network, [("", Capture(capture.table, (replace(source, lines=told),), {}))])
        return {line["id"] for line in audit_report(result, network).data["lines"] if line["narrower"]}

    assert (proposed(1), proposed(2)) == ({"F-005"}, set())


# --- the observed graph


def test_observed_contacts(network: Network) -> None:
    rows = [
        talk("10.1.0.11", "10.2.0.21", 5432), talk("10.1.0.11", "10.2.0.21", 5432, a_port=40001),
        talk("8.8.8.8", "10.3.0.5", 22, **SILENT),  # stopped: nothing was in contact
        talk("10.1.0.11", "10.3.0.5", 7001, a_port=7000, evidence=0),  # nobody knows who began
        talk("10.99.0.1", "10.3.0.5", 22), talk("fe80::1", "fe80::2", 22),
        talk("203.0.113.10", "10.1.1.12", 443),
    ]  # fmt: skip
    found = observed(judged(network, *rows))
    assert [(edge.contact.source.asset, edge.contact.target.asset, edge.contact.low, edge.conversations,
             edge.span.packet) for edge in found.edges] == [
        ("web-1", "db-1", 5432, 2, 1), ("waf", "web-2", 443, 1, 7),
    ]  # fmt: skip
    assert found.sources == ("a.pcap",)


def test_many_sources_keep_their_files(network: Network) -> None:
    captures = [("", capture_of(talk("10.1.0.11", f"10.3.0.{n}", 22), file=f"{n}.pcap")) for n in range(1, 6)]
    result = audit(network, captures)
    assert np.unique(result.table.source).tolist() == [0, 1, 2, 3, 4]
    assert sorted(item.spans[0].file for item in result.findings)[0] == "1.pcap"
    assert AT.year == 2026


def test_private_networks_that_the_map_has_not(network: Network) -> None:
    """Who opened was there, and who was spoken to only where an answer was seen; public addresses are no networks."""
    rows = [
        talk("10.99.1.5", "10.1.0.11", 443),
        talk("10.1.0.11", "10.99.1.6", 443),
        talk("10.1.0.11", "10.98.1.6", 443, **SILENT),
        talk("172.31.255.1", "10.1.0.11", 443),
        talk("172.32.0.1", "10.1.0.11", 443),
        talk("192.168.255.255", "10.1.0.11", 443),
        talk("fd00:1:2:3::9", "2001:db8:ffff::1", 443),
        talk("8.8.8.8", "10.1.0.11", 443),
        talk("10.50.0.9", "10.1.0.11", 443),  # of a tenant, in a VRF of his
    ]
    seen = observed(audit(network, [("", capture_of(*rows))]))
    assert [(item.prefix, item.conversations) for item in seen.strangers] == [
        ("10.99.1.0/24", 2), ("172.31.255.0/24", 1), ("192.168.255.0/24", 1), ("fd00:1:2:3::/64", 1)
    ]  # fmt: skip
    assert seen.strangers[0].span.packet == 1
