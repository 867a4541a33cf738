"""Assessments as a whole: contracts, names, budgets, what captures add, and the reference of the rules."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cloison.netmodel.assurance.answer import check_report, rules_report
from cloison.netmodel.assurance.assess import (
    assess,
    assess_network,
    built_in_checks,
    built_in_frameworks,
    forbidden_by,
)
from cloison.netmodel.assurance.evidence import Contact, Edge, Evidence, Observed
from cloison.netmodel.assurance.searching import crossings
from cloison.netmodel.finding import LANGS, MapError, Span
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.space.ownership import Owner

FOLDER = Path(__file__).parent
HEAD = "cloison: 1\nname: n\nparties: {p: {kind: provider}}\n"


def network_of(path: Path) -> Network:
    return compile_network(read_map(path), date(2026, 6, 1))


def written(tmp_path: Path, text: str) -> Network:
    path = tmp_path / "map.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return network_of(path)


def test_the_json_contract() -> None:
    network = network_of(FOLDER / "public-to-sensitive" / "bad-chain.yaml")
    data = check_report(assess_network(network), network).data
    assert data["schema"] == "cloison.check/1"
    assert set(data["map"]) == {"name", "digest", "counts"}
    found = [item for item in data["findings"] if item["rule"] == "public-to-sensitive"]
    assert set(found[0]) == {
        "rule", "clauses", "severity", "message", "subject", "locations", "graph", "witness", "remedy", "fingerprint",
        "waived", "known",
    }  # fmt: skip
    assert found[0]["clauses"] == ["13.2.a"]
    walked = {tuple(step["id"] for step in item["witness"]["steps"]) for item in found}
    assert ("internet", "F-1", "web", "F-4", "db") in walked
    assert {tuple(place["line"] for place in item["locations"]) for item in found} == {(24, 21), (24, 22, 23)}
    assert set(data["clauses"][0]) == {
        "framework", "clause", "status", "kind", "graphs", "reason", "findings", "urn", "decided_by", "declared",
        "missing", "rules",
    }  # fmt: skip
    assert json.loads(json.dumps(data)) == data


def test_the_same_input_gives_the_same_bytes() -> None:
    path = FOLDER / "tenant-isolation" / "bad-provider.yaml"
    first, second = (
        json.dumps(check_report(assess_network(network), network).data)
        for network in (network_of(path), network_of(path))
    )
    assert first == second


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("waivers: [{rule: expired-lines, on: F-1, why: w, by: b, until: 2027-01-01}]", "expired-lines"),
        ("declarations: [{clause: nine, status: conformant, by: b, on: 2026-01-01}]", "nine"),
        ("declarations: [{clause: 9.6.c, status: conformant, by: b, on: 2026-01-01, framework: iso}]", "iso"),
        ("waivers: [{rule: expired-line, on: nn, why: w, by: b, until: 2027-01-01}]", "nn"),
        ("waivers: [{rule: 13.2.x, on: n, why: w, by: b, until: 2027-01-01}]", "13.2.x"),
        ("declarations: [{clause: 9.6.c, status: conformant, by: b, on: 2026-01-02, until: 2026-01-01}]", "2026-01-02"),
        ("frameworks: [secnumcloud-3.2, anssi-cartography]", "anssi-cartography"),
        ("policy: {r: {forbid: {from: {zones: {nature: office}}, to: {zones: {nature: test}}}}}", "zones"),
    ],
)
def test_unknown_names_and_empty_selections_are_errors(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(MapError) as refused:
        assess_network(written(tmp_path, text))
    assert words in refused.value.findings[0].message.say("fr")
    assert refused.value.findings[0].spans[0].line == 4


def test_what_a_waiver_names_is_told_with_the_nearest(tmp_path: Path) -> None:
    text = "zones: {front: {owner: p, nature: test}}\nwaivers:\n"
    text += "  - {rule: any-servce, on: frnt, why: w, by: b, until: 2027-01-01}\n"
    with pytest.raises(MapError) as refused:
        assess_network(written(tmp_path, text))
    told = [(item.spans[0].line, item.remedy.values["names"][0]) for item in refused.value.findings if item.remedy]
    assert told == [(6, "any-service"), (6, "front")]


def test_a_waiver_has_an_end(tmp_path: Path) -> None:
    with pytest.raises(MapError) as refused:
        written(
            tmp_path,
            "zones: {front: {owner: p, nature: test}}\nwaivers: [{rule: any-service, on: front, why: w, by: b}]",
        )
    assert [(item.rule, item.message.values["missing"]) for item in refused.value.findings] == [
        ("missing-field", ("until",))
    ]


def test_a_declaration_that_ends_before_it_was_made_shows_both_dates(tmp_path: Path) -> None:
    text = "declarations:\n  - clause: 9.6.c\n    status: conformant\n    by: b\n"
    text += "    on: 2026-01-02\n    until: 2026-01-01\n"
    with pytest.raises(MapError) as refused:
        assess_network(written(tmp_path, text))
    assert [(item.rule, [span.line for span in item.spans]) for item in refused.value.findings] == [("dates", [9, 8])]


def test_a_rule_of_lines_lies_nowhere(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="lie nowhere"):
        written(
            tmp_path,
            "zones: {z: {owner: p, nature: test}}\nsubnets: {s: {cidr: 10.0.0.0/24, zone: z}}\n"
            "flows: {F-1: {from: s, to: z, services: ssh}}\n"
            "policy: {r: {forbid: {from: {flows: {services: ssh}}, to: {zones: {nature: test}}}}}\n",
        )


def test_a_waiver_names_a_fragment_or_one_of_its_lines(tmp_path: Path) -> None:
    network = written(
        tmp_path,
        "zones: {a: {owner: p, nature: test}, b: {owner: p, nature: test}}\n"
        "subnets: {sa: {cidr: 10.0.0.0/24, zone: a}, sb: {cidr: 10.1.0.0/24, zone: b}}\n"
        "repeat:\n"
        "  - for: {z: {zones: {nature: test}}}\n"
        "    flows: {L.<z>: {from: <z>, to: <z>, services: ssh, expires: 2026-01-01}}\n"
        "waivers:\n"
        "  - {rule: expired-line, on: L.<z>, why: w, by: b, until: 2027-01-01}\n",
    )
    found = [item for item in assess_network(network).findings if item.rule == "expired-line"]
    assert [item.subject.id for item in found] == ["L.a", "L.b"]
    assert all(item.waiver for item in found)


def test_chains_beyond_the_budget_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    network = network_of(FOLDER / "public-to-sensitive" / "bad-chain.yaml")
    monkeypatch.setattr(crossings, "_MOST_CHAINS", 1)
    found = [item for item in assess_network(network).findings if item.rule == "public-to-sensitive"]
    assert len(found) == 2
    assert found[0].message.values.get("n", found[1].message.values.get("n")) == 1


@pytest.mark.parametrize(
    ("case", "source", "target", "service", "expected"),
    [
        ("public-to-sensitive/bad-chain", Owner("internet"), Owner("data", "data-lan", "db", "lan"), (6, 22), True),
        ("public-to-sensitive/bad-chain", Owner("internet"), Owner("front", "front-lan", "web"), (6, 22), False),
        ("public-to-sensitive/bad-chain", Owner("front", "front-lan"), Owner("data", "data-lan"), (6, 22), False),
        ("tenant-isolation/bad", Owner("acme-net"), Owner("globex-net"), (6, 22), True),
        ("tenant-isolation/bad", Owner("acme-net"), Owner("acme-net", "acme-lan"), (6, 22), False),
        ("administration-exposure/ok", Owner("internet"), Owner("admin", "admin-lan", "hyp", "lan"), (6, 22), True),
        ("administration-exposure/ok", Owner("acme-net"), Owner("admin", "admin-lan", "hyp", "lan"), (6, 443), False),
        ("third-parties-outside-eu/ok", Owner("updates", "updates-lan"), Owner("core", "core-lan"), (6, 443), True),
        ("third-parties-outside-eu/ok", Owner("updates", "updates-lan"), Owner("lock", "lock-lan"), (6, 443), False),
        ("third-parties-outside-eu/ok", Owner("transit", "transit-lan"), Owner("core", "core-lan"), (6, 443), False),
        ("third-parties-outside-eu/bad", Owner("hop", "hop-lan", "unit"), Owner("core", "core-lan"), (6, 443), True),
        ("third-parties-outside-eu/ok-everybody", Owner("payments"), Owner("acme-net", "acme-lan"), (6, 443), False),
        ("shared-directory/ok", Owner("acme-net"), Owner("services", "services-lan", "dir", "lan"), (6, 636), True),
        ("shared-directory/ok", Owner("admin"), Owner("services", "services-lan", "idp", "lan"), (6, 389), True),
        ("shared-directory/ok", Owner("admin"), Owner("services", "services-lan", "idp", "lan"), (6, 22), False),
        ("shared-directory/ok", Owner("admin"), Owner("services", "services-lan", "dir", "lan"), (6, 636), False),
        ("administrators-at-consoles/ok", Owner("admin"), Owner("front", "front-lan", "web", "lan"), (6, 443), True),
        ("administrators-at-consoles/ok", Owner("admin"), Owner("front", "front-lan", "web", "lan"), (6, 22), False),
        ("administrators-at-consoles/ok", Owner("acme-net"), Owner("front", "", "web", "lan"), (6, 443), False),
        ("console-encryption/ok", Owner("internet"), Owner("front", "front-lan", "waf", "lan"), (6, 80), True),
        ("console-encryption/ok", Owner("internet"), Owner("front", "front-lan", "waf", "lan"), (6, 443), False),
        ("console-encryption/ok", Owner("back", "back-lan"), Owner("front", "front-lan", "waf", "lan"), (6, 80), False),
        ("other-systems/ok", Owner("building"), Owner("core", "core-lan"), (6, 22), True),
        ("other-systems/ok", Owner("office"), Owner("core", "core-lan"), (6, 22), False),
        ("other-systems/ok", Owner("building"), Owner("office"), (6, 22), False),
    ],
)
def test_direct_readings_judge_contacts(
    case: str, source: Owner, target: Owner, service: tuple[int, int], expected: bool
) -> None:
    network = network_of(FOLDER / f"{case}.yaml")
    assert (case.partition("/")[0] in forbidden_by(network)(Contact(source, target, *service))) is expected


def test_a_users_rule_judges_contacts() -> None:
    network = network_of(FOLDER / "policy" / "bad.yaml")
    posts, bastion = Owner("admin", "posts"), Owner("mid", "mid-lan", "bastion", "lan")
    prod = Owner("prod", "prod-lan")
    assert "by-the-bastion" in forbidden_by(network)(Contact(posts, prod, 6, 22))
    assert forbidden_by(network)(Contact(bastion, prod, 6, 22)) == ()


def test_captures_refute_and_never_prove() -> None:
    network = network_of(FOLDER / "tenant-isolation" / "ok.yaml")
    contact = Contact(Owner("acme-net", "acme-lan"), Owner("globex-net", "globex-lan"), 6, 22)
    place = Span("tap.pcap", packet=17)
    observed = Observed((Edge(contact, 3, place),), (0, 1), ("tap.pcap",))
    evidence = Evidence(network, network.at, observed=observed)
    answer = assess(evidence, built_in_checks(), built_in_frameworks())
    found = [item for item in answer.findings if item.rule == "tenant-isolation"]
    assert [(item.graph, item.spans) for item in found] == [("observed", (place,))]
    words = {item.clause: (item.status, item.graphs) for item in answer.statuses}
    assert words["9.7.a"] == ("non-conformant", ("declared", "observed"))
    quiet = Evidence(network, network.at, observed=Observed((), (0, 1), ("tap.pcap",)))
    again = assess(quiet, built_in_checks(), built_in_frameworks())
    words = {item.clause: (item.status, item.graphs) for item in again.statuses}
    assert words["9.7.a"][0] == "partial"


def test_the_reference_of_the_rules() -> None:
    report = rules_report()
    entries = {item["name"]: item for item in report.data["rules"]}
    assert entries["overlapping-hardware"]["clauses"] == ["12.3.a", "14.4.a", "14.4.b", "13.2.b"]
    assert entries["unsafe-service"]["clauses"] == ["13.1.a/measures"]
    assert {"expired-waiver", "unused-waiver", "expired-declaration"} <= entries.keys()
    for item in entries.values():
        for name in ("title", "why", "remedy"):
            assert set(item[name]) == set(LANGS)
            assert item[name]["en"] != item[name]["fr"]
    assert report.tables[0].rows[0][0] == min(check.name for check in built_in_checks())


def test_every_clause_is_served_by_rules_that_exist() -> None:
    parts = {
        name for check in built_in_checks() for part in check.parts for name in (check.name, f"{check.name}/{part}")
    }
    for framework in built_in_frameworks():
        names = [clause.id for clause in framework.clauses]
        assert len(names) == len(set(names))
        for clause in framework.clauses:
            assert clause.rules or clause.declared, clause.id
            assert set(clause.rules) <= parts, clause.id
            assert (clause.declared is not None) == (clause.kind in ("P", "D")), clause.id
            for text in (clause.title, clause.paraphrase):
                assert text.en
                assert text.fr
                assert text.en != text.fr


CARTOGRAPHY = "anssi-cartographie-2018"


@pytest.mark.parametrize(
    ("text", "wanted", "shown"),
    [
        ("", (), {"secnumcloud-3.2"}),
        (f"frameworks: {CARTOGRAPHY}", (), {CARTOGRAPHY}),
        (f"frameworks: [secnumcloud-3.2, {CARTOGRAPHY}]", (), {"secnumcloud-3.2", CARTOGRAPHY}),
        (f"frameworks: {CARTOGRAPHY}", ("secnumcloud-3.2",), {"secnumcloud-3.2"}),
        ("", (CARTOGRAPHY,), {CARTOGRAPHY}),
    ],
)
def test_a_run_or_its_map_or_nobody_chooses_frameworks(
    tmp_path: Path, text: str, wanted: tuple[str, ...], shown: set[str]
) -> None:
    assessment = assess_network(written(tmp_path, text), wanted=wanted)
    assert {status.framework for status in assessment.statuses} == shown
    assert ("cartography-maturity" in assessment.outcomes) == (CARTOGRAPHY in shown)
    assert "tenant-isolation" in assessment.outcomes, "rules of segmentation are asked whatever the framework"


def test_what_is_said_of_a_framework_that_is_not_asked_is_left_alone(tmp_path: Path) -> None:
    text = (
        "waivers: [{rule: cartography-maturity, on: n, why: w, by: b, until: 2027-01-01},\n"
        "          {rule: logical-1, on: n, why: w, by: b, until: 2027-01-01},\n"
        "          {rule: expired-line, on: n, why: w, by: b, until: 2027-01-01}]\n"
        f"declarations: [{{clause: level-1, status: partial, by: b, on: 2026-01-01, framework: {CARTOGRAPHY}}}]\n"
    )
    network = written(tmp_path, text)

    def unused(wanted: tuple[str, ...]) -> set[str]:
        found = assess_network(network, wanted=wanted).findings
        return {item.subject.id for item in found if item.rule == "unused-waiver"}

    assert unused(()) == {"expired-line n"}
    assert unused((CARTOGRAPHY,)) == {"expired-line n", "cartography-maturity n", "logical-1 n"}
