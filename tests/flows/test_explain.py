"""Explanations: which line and which way, or why not and what is nearest."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flows_world import MAP, network_of

from cloison.flows.explain import explain, explain_report
from cloison.netmodel.finding import LANGS, MapError
from cloison.netmodel.network import Network


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return network_of(MAP, tmp_path_factory.mktemp("map"))


def data(network: Network, *asked: str, **more: Any) -> dict[str, Any]:
    answer = explain_report(explain(network, *asked, **more), network)
    return json.loads(json.dumps(answer.data))  # type: ignore[no-any-return]


CASES: list[tuple[tuple[str, str, str], bool, str, list[str], list[tuple[str, str]]]] = [
    # the most specific line first
    (("web-1", "db-1/eth0", "postgresql"), True, "", ["F-004", "F-003"], []),
    (("app", "db-1/eth0", "postgresql"), True, "", ["F-003", "F-004"], []),
    (("internet", "waf/front", "tcp/8443"), True, "", ["F-001"], []),
    (("8.8.8.8", "203.0.113.10", "tcp/8443"), True, "", ["F-001"], []),
    (("10.1.0.5", "10.1.1.6", "ssh"), True, "inside", [], []),
    (("posts", "10.99.0.1", "ntp"), True, "", ["F-010"], []),  # any reaches what is not on the map
    (("web-1", "db-1/eth0", "ssh"), False, "service", [], [("F-003", "service"), ("F-004", "service")]),
    (("db-1/eth0", "web-1", "postgresql"), False, "direction", [], [("F-003", "direction"), ("F-004", "direction")]),
    (("app", "data", "postgresql"), False, "partly", ["F-004", "F-003"], [("F-003", "partly"), ("F-004", "partly")]),
    (("web-1", "db-2", "postgresql"), False, "no-line", [], [("F-003", "zones"), ("F-004", "zones")]),
    (("10.99.0.1", "db-1", "ssh"), False, "unmapped", [], []),
    (("db-2", "waf/front", "ssh"), False, "no-line", [], []),
]


@pytest.mark.parametrize(("asked", "authorised", "reason", "lines", "near"), CASES, ids=[" ".join(c[0]) for c in CASES])
def test_explained(
    network: Network, asked: tuple[str, str, str], authorised: bool, reason: str, lines: list[str],
    near: list[tuple[str, str]],
) -> None:  # fmt: skip
    found = explain(network, *asked)
    assert (found.authorised, found.reason) == (authorised, reason)
    assert [match.line.id for match in found.matches] == lines
    assert [(item.line.id, item.why) for item in found.nearest] == near


def test_without_a_service_whatever_a_line_allows(network: Network) -> None:
    found = explain(network, "waf/front", "app")
    assert found.authorised
    assert data(network, "waf/front", "app")["lines"][0]["services"] == ["tcp/443"]


def test_the_way_and_its_equipment(network: Network) -> None:
    assert data(network, "web-1", "db-1/eth0", "postgresql")["routes"] == [
        {"from": "app", "to": "data", "interconnections": ["core"], "equipment": [["fw"]]}
    ]


def test_the_way_a_refused_flow_would_take(network: Network) -> None:
    assert data(network, "db-2", "waf/front", "ssh")["routes"] == [
        {"from": "data", "to": "front", "interconnections": ["core"], "equipment": [["fw"]]}
    ]


def test_an_outside_address_stands_for_the_ends_inside(network: Network) -> None:
    found = explain(network, "8.8.8.8", "203.0.113.20", "https")
    assert found.authorised
    assert [match.line.id for match in found.matches] == ["F-001"]
    assert [item.id for item in found.translations] == ["vip"]


def test_a_line_that_is_not_live(tmp_path: Path) -> None:
    network = network_of(MAP, tmp_path, at=date(2026, 3, 11))
    found = explain(network, "posts", "data", "ssh")
    assert (found.authorised, found.reason) == (False, "expired")
    assert next((item.line.id, item.why) for item in found.nearest) == ("F-005", "expired")
    assert explain(network_of(MAP, tmp_path, at=date(2026, 3, 10)), "posts", "data", "ssh").authorised


def test_addresses_are_read_in_their_vrf(network: Network) -> None:
    assert explain(network, "10.50.1.1", "waf/front", "https", vrf="acme").authorised
    assert not explain(network, "10.50.1.1", "waf/front", "https", vrf="globex").authorised
    assert explain(network, "10.50.1.1", "waf/front", "https").reason == "unmapped"


def test_a_witness_of_what_is_not_authorised(network: Network) -> None:
    witness = data(network, "app", "data", "postgresql")["witness"]
    assert (witness["protocol"], witness["port"], witness["vrf"]) == ("tcp", 5432, "default")
    assert witness["destination"] != "10.2.0.21"


def test_names_that_mean_nothing_have_their_nearest(network: Network) -> None:
    with pytest.raises(MapError) as caught:
        explain(network, "webb-1", "data-lann", "htps")
    assert [item.message.values["near"][0] for item in caught.value.findings] == ["web-1", "data-lan", "https"]  # type: ignore[index]
    with pytest.raises(MapError):
        explain(network, "web-1", "data", "tcp/70000")
    with pytest.raises(MapError):
        explain(network, "web-1", "10.0.0.300", "ssh")
    with pytest.raises(MapError):
        explain(network, "web-1", "data", "ssh", vrf="nowhere")


def test_the_answer_speaks_both_languages(network: Network) -> None:
    for asked in (case[0] for case in CASES):
        summary = explain_report(explain(network, *asked), network).summary
        assert summary[0].say(LANGS[0]) != summary[0].say(LANGS[1])
