"""Proposed lines and what is set apart: expectations written by hand on the small map of these tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flows_world import AT, MAP, NOON, SECOND, capture_of, judged, network_of, talk

from cloison.flows import table as t
from cloison.flows.audit import Options, audit, audit_report
from cloison.flows.learning.answer import learn_report
from cloison.flows.learning.first import first_map
from cloison.flows.learning.proposal import Proposal, propose
from cloison.flows.learning.written import lines_text
from cloison.flows.wire import IN_CLEAR, START_AB, TEXT_AB, Wire
from cloison.netmodel.assurance.assess import assess_network
from cloison.netmodel.finding import Text
from cloison.netmodel.language.read import read_text
from cloison.netmodel.network import Network, compile_network

_HTTP, _SSH, _TLS = (
    Wire("http", Text("HTTP", "HTTP"), versions=((0x0101, "1.1"),)),
    Wire("ssh", Text("SSH", "SSH"), encrypted=True, versions=((0x0200, "2.0"),)),
    Wire("tls", Text("TLS", "TLS"), encrypted=True, versions=((0x0301, "1.0"), (0x0303, "1.2"), (0x0304, "1.3"))),
)
WIRES = (_HTTP, _SSH, _TLS)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    groups = "groups:\n  fleet: [239.1.1.1]\n"
    text = MAP.replace(groups, groups + "  webs: [web-1, web-2]\n")
    return network_of(text, tmp_path_factory.mktemp("map"))


def proposed(network: Network, *rows: dict[str, Any]) -> Proposal:
    return propose(seen(network, *rows))


def seen(network: Network, *rows: dict[str, Any]) -> Any:
    return audit(network, [("", replace(capture_of(*rows), wires=WIRES))], Options())


def lines(proposal: Proposal) -> list[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    return [(line.sources, line.targets, line.services) for line in proposal.lines]


def apart(proposal: Proposal) -> list[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    return [(line.why, line.sources, line.targets, line.services) for line in proposal.apart]


def test_an_end_is_the_narrowest_place_that_the_map_knows(network: Network) -> None:
    found = proposed(network, talk("10.3.0.5", "10.1.0.11", 22), talk("203.0.113.77", "10.2.0.22", 5432))
    assert lines(found) == [
        (("front-lan",), ("db-2/eth0",), ("postgresql",)),
        (("posts",), ("web-1/eth0",), ("ssh",)),
    ]
    assert not found.apart


def test_services_of_the_same_ends_and_sources_of_the_same_target_are_one_line(network: Network) -> None:
    found = proposed(
        network,
        talk("10.1.0.11", "203.0.113.10", 8443),
        talk("10.1.1.12", "203.0.113.10", 8443),
        talk("10.1.1.12", "203.0.113.10", 22),
        talk("10.1.0.11", "203.0.113.10", 22),
    )
    (line,) = found.lines
    assert line.sources == ("webs",)  # the group that is these two and nothing else
    assert (line.targets, line.services, line.conversations) == (("waf/front",), ("https-alt", "ssh"), 4)


def test_what_a_line_authorises_or_needs_none_is_settled(network: Network) -> None:
    found = proposed(network, talk("10.1.0.11", "10.2.0.21", 5432), talk("203.0.113.66", "203.0.113.67", 22))
    assert (found.lines, found.apart, found.settled) == ((), (), 2)


def test_nothing_doubtful_is_proposed(network: Network) -> None:
    unanswered = {"packets_ba": 0, "evidence": t.SYN_AB}
    found = proposed(
        network,
        talk("8.8.8.8", "203.0.113.10", 3389, **unanswered),  # from a public zone: a scan
        talk("10.1.0.11", "10.3.0.5", 3128, **unanswered),
        talk("10.2.0.21", "10.1.0.11", 5432),  # the matrix has it the other way
        talk("10.1.0.11", "10.99.0.1", 22),  # an address of no subnet
        talk("10.3.0.5", "10.1.0.11", 50001, a_port=50000, evidence=t.PAYLOAD_AB | t.PAYLOAD_BA),  # who began?
        talk("10.3.0.5", "10.2.0.21", 22, first=NOON + 86400 * 30 * SECOND, last=NOON + 86400 * 31 * SECOND),
    )
    assert not found.lines
    assert {(why, services) for why, _, _, services in apart(found)} == {
        ("scan", ("tcp/3389",)),
        ("unanswered", ("tcp/3128",)),
        ("direction", ("tcp/5432",)),
        ("undeclared", ("tcp/22",)),
        ("assumed", ("tcp/50001",)),
        ("expired", ("tcp/22",)),
    }


def test_clear_text_and_other_protocols_are_set_apart(network: Network) -> None:
    found = proposed(
        network,
        talk("10.3.0.5", "10.1.0.11", 23),  # telnet: reputed unsafe
        talk("10.3.0.5", "10.1.0.11", 443, wire_ab=2, wire_ba=2),  # SSH on 443
        talk("10.3.0.5", "10.1.1.12", 8443, wire_ab=1, wire_state=IN_CLEAR),  # HTTP where TLS is expected
        talk("10.3.0.5", "10.1.1.12", 7777, wire_ab=255, wire_state=START_AB | TEXT_AB),  # some text
        talk("10.3.0.5", "10.1.1.12", 7778, wire_ab=3, wire_ba=3, wire_version=0x0304),  # TLS on an unknown port
    )
    assert lines(found) == [(("posts",), ("web-2/eth0",), ("tcp/7778",))]
    assert {(why, services) for why, _, _, services in apart(found)} == {
        ("cleartext", ("tcp/23",)),
        ("wrong-protocol", ("tcp/443",)),
        ("cleartext", ("tcp/8443",)),
        ("cleartext", ("tcp/7777",)),
    }


def test_the_proposed_text_is_a_map_that_lacks_only_justifications(network: Network, tmp_path: Path) -> None:
    found = proposed(network, talk("10.3.0.5", "10.1.0.11", 22), talk("10.1.0.11", "10.3.0.5", 3128, packets_ba=0,
                                                                      evidence=t.SYN_AB))  # fmt: skip
    text = lines_text(found, ["L-001"], "fr")
    assert "L-002:" in text  # L-001 is taken
    assert 'justification: {kind: business, text: "À COMPLÉTER"}' in text
    (tmp_path / "map.yaml").write_text(MAP.partition("flows:")[0] + text, encoding="utf-8")
    again = compile_network(read_text((tmp_path / "map.yaml").read_text(encoding="utf-8"), "map.yaml"), AT)
    (line,) = again.lines
    assert line.flow.justification is not None
    assert line.flow.justification.text == "À COMPLÉTER"
    refused = [item for item in assess_network(again).findings if item.rule == "incomplete-line"]
    assert any("justification" in item.message.say("fr") for item in refused)


def test_a_hostile_file_name_stays_in_its_comment(network: Network) -> None:
    capture = capture_of(talk("10.3.0.5", "10.1.0.11", 22), file="a\nflows: {X: {}}\r# b.pcap")
    text = lines_text(propose(audit(network, [("", capture)])), (), "en")
    assert [line for line in text.splitlines() if not line.lstrip().startswith("#")] == [
        "flows:",
        "  L-001:",
        "    from: posts",
        "    to: web-1/eth0",
        "    services: ssh",
        '    justification: {kind: business, text: "TO BE COMPLETED"}',
    ]


def test_a_first_map_out_of_captures_alone() -> None:
    capture = capture_of(
        talk("10.9.0.7", "10.9.1.20", 443),
        talk("10.9.0.8", "10.9.1.20", 443),
        talk("10.9.0.8", "1.1.1.1", 443),
        talk("fd00:9::7", "fd00:9::20", 22),
        talk("10.77.0.1", "10.78.0.1", 22, packets_ba=0, evidence=t.SYN_AB),  # nothing answered: no subnet of it
    )
    text = first_map([capture])
    network = compile_network(read_text(text.en, "learn"), date(2026, 3, 10))
    assert sorted(network.subnets) == ["net-10-9-0-0", "net-10-9-1-0", "net-fd00-9"]
    assert sorted(network.assets) == ["host-10-9-1-20", "host-fd00-9--20"]
    result = audit(network, [("", capture)])
    found = propose(result)
    assert lines(found) == [
        (("net-10-9-0-0",), ("host-10-9-1-20/net",), ("https",)),
        (("net-10-9-0-0",), ("internet",), ("https",)),
    ]  # the fd00:9::/64 is one subnet: no line is needed inside it
    whole = learn_report(result, found, text).proposed
    assert whole is not None
    for written in (whole.en, whole.fr):
        assert len(compile_network(read_text(written, "learn"), date(2026, 3, 10)).lines) == 2


def test_a_first_map_out_of_flow_records() -> None:
    """Records without flags tell who asked by the port that the catalogue names, as the audit itself takes them."""
    row = talk("10.9.1.5", "10.9.2.7", 443, evidence=0)
    text = first_map([capture_of(row)]).en
    assert '"10.9.1.0/24"' in text
    assert '"10.9.2.0/24"' in text
    assert 'addresses: "10.9.2.7"' in text
    assert 'addresses: "10.9.1.5"' not in text


def test_lines_broader_than_what_was_seen(network: Network) -> None:
    result = judged(
        network,
        talk("203.0.113.10", "10.1.0.77", 443),  # F-002: waf/front to the zone app
        talk("10.1.0.11", "10.2.0.21", 5432),  # F-004: exactly as declared
        talk("10.3.0.5", "172.31.0.1", 123, 17),  # F-010: to any
    )
    data = audit_report(result, network).data
    enough = {line["id"]: line["narrower"] for line in data["lines"] if line["conversations"]}
    assert enough["F-002"] == {"to": ["app-a"]}
    assert enough["F-004"] is None


def test_claims_are_refuted_inside_an_audit(tmp_path: Path) -> None:
    text = MAP.replace("services: https, sensitivity: internal", 'services: https, encryption: {protocol: tls, '
                       'minimum: "1.2"}, sensitivity: internal')  # fmt: skip
    network = network_of(text, tmp_path)
    waf, app = "203.0.113.10", "10.1.0.77"
    result = seen(
        network,
        talk(waf, app, 443, wire_ab=3, wire_ba=3, wire_version=0x0304, wire_cipher=0x1301, wire_packet=9),
        talk(waf, app, 443, a_port=40001, wire_ab=3, wire_ba=3, wire_version=0x0301, wire_cipher=0x2F, wire_packet=9),
        talk(waf, app, 443, a_port=40002, wire_ab=1, wire_ba=1, wire_packet=12),
        talk(waf, app, 443, a_port=40003, wire_ab=2, wire_ba=2, wire_packet=13),
        talk(waf, app, 443, a_port=40004),
    )
    rows = list(audit_report(result, network, every=True).data["conversations"])
    rows.sort(key=lambda row: row["source_port"])
    assert [(row["verdict"], row["reason"], row["severity"], row["wire"]) for row in rows] == [
        ("authorised", None, None, "tls 1.3 0x1301"),
        ("illegitimate", "weak-encryption", "error", "tls 1.0 0x002f"),
        ("illegitimate", "cleartext", "error", "http"),
        ("illegitimate", "wrong-protocol", "error", "ssh"),
        ("authorised", None, None, "not-evaluated"),
    ]
    assert rows[2]["locations"][0]["packet"] == 12  # the packet that shows it
    assert not np.isin(result.verdicts.line, [-1]).any()  # refuted conversations keep the line that they belie
