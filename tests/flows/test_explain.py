"""Explanations: which line and which way, or why not and what is nearest."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flows_world import MAP, network_of

from cloison.flows.explain import explain, explain_report
from cloison.netmodel.finding import LANGS, Lang, MapError, Text
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


def said(network: Network, *asked: str, lang: Lang = "en", **more: Any) -> list[str]:
    return [item.say(lang) for item in explain_report(explain(network, *asked, **more), network).summary]


def test_without_a_service_what_is_authorised_between_these_ends(network: Network) -> None:
    assert said(network, "waf/front", "app") == [
        "waf/front → app: authorised for tcp/443 only (no service was asked) on 2026-03-10 by F-002"
    ]
    assert said(network, "waf/front", "app", lang="fr") == [
        "waf/front → app : autorisé pour tcp/443 seulement (aucun service n’a été demandé) le 2026-03-10 par F-002"
    ]
    found = data(network, "waf/front", "app")
    assert (found["authorised"], found["services"], found["question"]["services"]) == (True, ["tcp/443"], [])


def test_any_service_asked_is_all_of_them(network: Network) -> None:
    found = data(network, "waf/front", "app", "any")
    assert (found["authorised"], found["reason"], found["services"]) == (False, "partly", ["tcp/443"])
    assert found["question"]["services"] == ["any"]
    assert said(network, "waf/front", "app", "any")[:2] == [
        "waf/front → app, any: not authorised on 2026-03-10: authorised in part only",
        "in part: waf/front → app, tcp/443 by F-002",
    ]


def test_without_a_service_a_part_of_the_ends_is_named(network: Network) -> None:
    assert said(network, "app", "data") == [
        "app → data: authorised in part only on 2026-03-10 (no service was asked)",
        "in part: web-1 → db-1/eth0, tcp/5432 by F-004",
        "in part: app → db-1/eth0, tcp/5432 by F-003",
        "not authorised, for instance: 10.1.0.1 → 10.2.0.1, tcp/5432",
    ]
    assert said(network, "app", "data", lang="fr")[:2] == [
        "app → data : autorisé en partie seulement le 2026-03-10 (aucun service n’a été demandé)",
        "en partie : web-1 → db-1/eth0, tcp/5432 par F-004",
    ]
    found = data(network, "app", "data")
    assert (found["authorised"], found["services"]) == (False, [])
    assert found["parts"] == [
        {"line": "F-004", "from": "web-1", "to": "db-1/eth0", "services": ["tcp/5432"]},
        {"line": "F-003", "from": "app", "to": "db-1/eth0", "services": ["tcp/5432"]},
    ]


def test_a_part_that_has_no_name_is_its_addresses(network: Network) -> None:
    assert said(network, "10.1.0.10-10.1.0.12", "10.2.0.20-10.2.0.21", "postgresql")[1:3] == [
        "in part: web-1 → 10.2.0.21, tcp/5432 by F-004",
        "in part: 10.1.0.10-10.1.0.12 → 10.2.0.21, tcp/5432 by F-003",
    ]


def test_without_a_service_nothing_at_all(network: Network) -> None:
    assert said(network, "db-2", "waf/front") == [
        "db-2 → waf/front: nothing is authorised on 2026-03-10 (no service was asked): no line of the matrix",
        "not authorised, for instance: 10.2.0.22 → 203.0.113.10",
    ]
    assert data(network, "db-2", "waf/front")["services"] == []


def test_lines_that_hold_the_whole_only_together(tmp_path: Path) -> None:
    """Each half of the source has tcp/1000, the first one tcp/2000, and ssh is everybody’s; F-2 allows the least."""
    network = network_of(
        """
        cloison: 1
        name: Deux moitiés
        parties: {aster: {kind: provider}}
        zones:
          left: {owner: aster, nature: production, sensitivity: internal, domain: processing}
          right: {owner: aster, nature: production, sensitivity: internal, domain: processing}
        subnets:
          one: {cidr: 10.1.0.0/25, zone: left}
          two: {cidr: 10.1.0.128/25, zone: left}
          far: {cidr: 10.2.0.0/24, zone: right}
        assets:
          fw: {functions: filtering, interfaces: {a: 10.1.0.1, b: 10.2.0.1}}
        interconnections:
          gate: {between: [left, right], through: fw}
        flows:
          F-1: {from: one, to: far, services: [tcp/1000, tcp/2000]}
          F-2: {from: two, to: far, services: tcp/1000}
          F-3: {from: left, to: far, services: ssh}
        """,
        tmp_path,
    )
    assert data(network, "left", "far")["services"] == ["tcp/22", "tcp/1000"]
    assert said(network, "left", "far")[0] == (
        "left → far: authorised for tcp/22, tcp/1000 only (no service was asked) on 2026-03-10 by F-3, F-2, F-1"
    )
    assert explain(network, "left", "far", "tcp/1000").authorised
    assert not explain(network, "left", "far", "tcp/2000").authorised


def test_two_sources_of_one_line_are_one_whole(tmp_path: Path) -> None:
    text = (
        MAP.replace("F-004: {from: web-1,", "F-004: {from: [web-1, web-2],")
        .replace("fleet: [239.1.1.1]", "fleet: [239.1.1.1]\n  webs: [web-1, web-2]")
        .replace("F-003: {from: app, to: db-1/eth0, services: postgresql", "F-003: {from: app, to: db-2, services: ssh")
    )
    found = explain(network_of(text, tmp_path), "webs", "db-1/eth0", "postgresql")
    assert (found.authorised, [match.line.id for match in found.matches]) == (True, ["F-004"])


def test_an_endpoint_has_its_own_services(tmp_path: Path) -> None:
    text = MAP + "endpoints:\n  console: {asset: waf/front, service: tcp/8443, kind: administration, backends: web-1}\n"
    assert said(network_of(text, tmp_path), "internet", "console")[0] == (
        "internet → console, tcp/8443: authorised on 2026-03-10 by F-001"
    )


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
    assert said(network, "posts", "data", "ssh")[0] == (
        "posts → data, ssh: not authorised on 2026-03-11: F-005 expired on 2026-03-10"
    )
    assert said(network, "posts", "data", "ssh", lang="fr")[0] == (
        "posts → data, ssh : non autorisé le 2026-03-11 : F-005 a expiré le 2026-03-10"
    )
    report = explain_report(explain(network, "posts", "data", "ssh"), network)
    how = {row[0]: row[1] for table in report.tables if table.id == "nearest" for row in table.rows}["F-005"]
    assert how == Text("expired on 2026-03-10", "a expiré le 2026-03-10")
    assert explain(network_of(MAP, tmp_path, at=date(2026, 3, 10)), "posts", "data", "ssh").authorised


def test_a_line_that_is_not_live_yet(tmp_path: Path) -> None:
    network = network_of(MAP, tmp_path, at=date(2025, 12, 31))
    assert said(network, "posts", "data", "ssh")[0] == (
        "posts → data, ssh: not authorised on 2025-12-31: F-005 starts on 2026-01-01"
    )


@pytest.mark.parametrize(
    ("asked", "translations"),
    [
        (("8.8.8.8", "203.0.113.20", "https"), ["vip"]),  # named by its outside address
        (("internet", "waf/front", "tcp/8443"), ["vip"]),  # from a public network, for what it translates
        (("internet", "waf/front", "ssh"), []),  # it translates https alone
        (("gw/a", "waf/front", "tcp/8443"), []),  # comes by other equipment
        (("web-1", "db-1/eth0", "postgresql"), []),  # pool is seen from front and the internet
        (("web-2", "internet", "https"), ["pool"]),
        (("db-2", "internet", "https"), []),  # not behind pool
    ],
)
def test_translations_of_this_flow_only(network: Network, asked: tuple[str, str, str], translations: list[str]) -> None:
    assert [item.id for item in explain(network, *asked).translations] == translations


def test_addresses_are_read_in_their_vrf(network: Network) -> None:
    assert explain(network, "10.50.1.1", "waf/front", "https", vrf="acme").authorised
    assert not explain(network, "10.50.1.1", "waf/front", "https", vrf="globex").authorised
    assert explain(network, "10.50.1.1", "waf/front", "https").reason == "unmapped"


def test_a_witness_of_what_is_not_authorised(network: Network) -> None:
    witness = data(network, "app", "data", "postgresql")["witness"]
    assert (witness["protocol"], witness["port"], witness["vrf"]) == ("tcp", 5432, "default")
    assert witness["destination"] != "10.2.0.21"


@pytest.mark.parametrize(
    ("asked", "source", "destination"),
    [
        (("posts", "waf/front", "ssh"), "10.3.0.1", "203.0.113.10"),
        (("10.3.0.0/24", "203.0.113.0/24", "ssh"), "10.3.0.1", "203.0.113.1"),
        (("10.99.0.0/16", "posts", "ssh"), "10.99.0.1", "10.3.0.1"),  # on no subnet
        (("10.3.0.0", "waf/front", "ssh"), "10.3.0.0", "203.0.113.10"),  # asked for, and nothing else
        (("app-b", "posts", "ssh"), "10.1.1.1", "10.3.0.1"),
    ],
)
def test_a_witness_is_a_host(network: Network, asked: tuple[str, str, str], source: str, destination: str) -> None:
    witness = data(network, *asked)["witness"]
    assert (witness["source"], witness["destination"]) == (source, destination)


def test_bad_texts_name_their_option(network: Network) -> None:
    with pytest.raises(MapError) as caught:
        explain(network, "10.40.0.300", "10.1.0.01", "tcp/70000")
    assert [item.message.say("en") for item in caught.value.findings] == [
        "--from: 10.40.0.300: 300 is above 255",
        "--to: 10.1.0.01: 01 has leading zeros, which some programs read as octal; write 1",
        "--service: tcp/70000: 70000 is not between 1 and 65535",
    ]
    assert caught.value.findings[0].message.say("fr") == "--from : 10.40.0.300 : 300 dépasse 255"


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
