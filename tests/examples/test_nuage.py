"""The example is a realistic provider that passes every rule, and each fault has exactly its written consequences."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cloison.netmodel.assurance.assess import Assessment, assess_network, built_in_checks, built_in_frameworks
from cloison.netmodel.finding import Finding
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.space.addresses import V4, V6

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = date(2026, 11, 2)


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


twin = _script("twin")
FAULTS: dict[str, Any] = twin.faults()


def _network(folder: Path) -> Network:
    return compile_network(read_map(folder), AT)


# what does not concern an IaaS on its own hardware, without support from elsewhere; faults show each of them
NOT_APPLICABLE = {
    ("data-location", "support"),
    ("distinct-interfaces", "users"),
    ("overdue-review", "version"),
    ("remote-maintenance", "bastion"),
    ("remote-maintenance", "end"),
    ("remote-maintenance", "logs"),
    ("support-bastion", ""),
    ("third-parties-outside-eu", ""),
    ("time-sources", "outside"),
    ("underlying-service", "caas"),
    ("underlying-service", "iaas"),
    ("underlying-service", "paas"),
}
ELSEWHERE = {rule for framework in built_in_frameworks() if not framework.default for rule in framework.only}
ASKED = {check.name for check in built_in_checks()} - ELSEWHERE
CONFIGURED = {check.name for check in built_in_checks() if "effective" in check.needs}  # see test_configurations.py


@cache
def _nuage() -> tuple[Network, Assessment]:
    network = _network(EXAMPLES / "nuage")
    return network, assess_network(network)


def _statuses(assessment: Assessment) -> dict[str, str]:
    return {status.clause: status.status for status in assessment.statuses}


def _told(finding: Finding) -> tuple[str, str, str, str, int]:
    place = finding.spans[0]
    return (
        finding.rule,
        finding.severity,
        f"{finding.subject.kind} {finding.subject.id}",
        Path(place.file).name,
        place.line,
    )


def _expected(files: Mapping[str, str], fault: Mapping[str, Any]) -> list[tuple[str, str, str, str, int]]:
    """Return the written consequences; each says its line by a text that only this line holds."""
    expected = []
    for item in fault["findings"]:
        lines = [number for number, line in enumerate(files[item["file"]].split("\n"), 1) if item["at"] in line]
        assert len(lines) == 1, f"{item['at']} is on lines {lines}"
        expected.append((item["rule"], item["severity"], item["subject"], item["file"], lines[0]))
    return sorted(expected)


def test_it_is_of_a_realistic_size() -> None:
    network, _ = _nuage()
    both = [item for item in network.subnets.values() if item.prefixes & V4 and item.prefixes & V6]
    tenants = [name for name, party in network.model.parties.items() if party.kind == "tenant"]
    rows = (EXAMPLES / "nuage" / "matrice.csv").read_text("utf-8").splitlines()
    assert len(network.zones) >= 14
    assert len(both) >= 40
    assert len(network.assets) >= 120
    assert len(network.lines) >= 80
    assert len(rows) > 40, "most lines come from the matrix's table"
    assert len(tenants) == 3
    assert {site.country for site in network.model.sites.values()} == {"FR"}
    assert len(network.model.sites) == 2


def test_tenants_have_the_same_addresses_apart() -> None:
    network, _ = _nuage()
    lans = [network.subnets[f"{tenant}-web-lan"] for tenant in ("acacia", "bastide", "corvette")]
    assert len({(item.prefixes & V4).ranges for item in lans}) == 1
    assert len({item.vrf for item in lans}) == 3
    assert not lans[0].points & lans[1].points
    sites = [line for line in network.lines if line.id.startswith("T-01.")]
    assert len(sites) == 3
    assert len({line.template for line in sites}) == 1, "one fragment for all"


def test_every_pass_says_how_much_it_looked_at() -> None:
    _, assessment = _nuage()
    assert set(assessment.outcomes) > ASKED, "the user's rules are asked too"
    for name, outcome in assessment.outcomes.items():
        if name in CONFIGURED:
            assert outcome.missing, "without a configuration nothing is said"
            continue
        for part in outcome.parts:
            assert not part.missing, name
            if (name, part.name) in NOT_APPLICABLE:
                assert part.absent is not None, name
                continue
            assert sum(part.looked_at.values()) > 0, name
            assert part.absent is None, name
            assert any(letter.isdigit() for letter in part.seen.say("fr")), name


def test_nothing_is_found() -> None:
    _, assessment = _nuage()
    assert not assessment.findings
    words = _statuses(assessment)
    for clause in ("13.2.e", "18.2.1.b"):
        assert words.pop(clause) == "not-evaluated", "it is about configurations: tests/examples/test_configurations.py"
    assert not set(words.values()) & {"non-conformant", "not-evaluated", "waived"}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_check_exits_with_zero(lang: str) -> None:
    command = [sys.executable, "-m", "cloison.cli", "check", "nuage", "--at", str(AT), "--lang", lang]
    done = subprocess.run(command, cwd=EXAMPLES, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    done = subprocess.run([*command, "--format", "json"], cwd=EXAMPLES, capture_output=True, text=True, timeout=60,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["map"]["name"] == "Nuage Verrière"
    assert answer["findings"] == []


def test_its_maturity_as_a_cartography_is_asked_apart() -> None:
    """What the inventory does not say is the version of systems, and so the first level of one view is not reached."""
    network, _ = _nuage()
    assessment = assess_network(network, wanted=["anssi-cartographie-2018"])
    assert {item.rule for item in assessment.findings} == {"cartography-maturity"}
    assert {item.severity for item in assessment.findings} == {"warning"}, "a level of maturity fails no map"
    assert {status.framework for status in assessment.statuses} == {"anssi-cartographie-2018"}
    words = _statuses(assessment)
    assert words["logical-1"] == "partial"
    assert words["logical-3"] == "not-evaluated", "the level before is not reached"
    assert "conformant" not in words.values(), "every view has attributes that no map holds"


def test_every_rule_has_a_fault() -> None:
    broken = {item["rule"] for fault in FAULTS.values() for item in fault["findings"]}
    network, _ = _nuage()
    assert broken >= ASKED - CONFIGURED
    assert broken >= set(network.model.policy)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_alone_has_its_consequences_and_no_other(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    files = twin.patched(twin.nuage(), fault)
    twin.write(files, tmp_path / "nuage")
    assessment = assess_network(_network(tmp_path / "nuage"))
    assert sorted(_told(finding) for finding in assessment.findings) == _expected(files, fault)
    before, after = _statuses(_nuage()[1]), _statuses(assessment)
    changed = {clause: after.get(clause, "") for clause in {*before, *after} if before.get(clause) != after.get(clause)}
    assert changed == fault["clauses"]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_says_what_it_is_and_why(name: str) -> None:
    fault = FAULTS[name]
    assert set(fault) == {"fault", "why", "change", "findings", "clauses"}
    for words in (fault["fault"], fault["why"]):
        assert set(words) == {"en", "fr"}
        assert len(words["en"]) > 20
        assert len(words["fr"]) > 20
        assert words["en"] != words["fr"]
    assert fault["findings"]


def test_the_twin_is_all_the_faults_together() -> None:
    folder = EXAMPLES / "nuage-broken"
    written = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert written == twin.broken(FAULTS.values()), "run examples/twin.py"


def test_the_twin_shows_every_fault() -> None:
    found = {_told(finding)[:3] for finding in assess_network(_network(EXAMPLES / "nuage-broken")).findings}
    for name, fault in FAULTS.items():
        for item in fault["findings"]:
            if item["severity"] != "note":  # that nothing leads somewhere is undone by a fault that does
                assert (item["rule"], item["severity"], item["subject"]) in found, name


def test_check_of_the_twin_exits_with_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cloison.cli", "check", "nuage-broken", "--at", str(AT), "--format", "json"],
        cwd=EXAMPLES, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert {"error", "warning", "note"} == {item["severity"] for item in json.loads(done.stdout)["findings"]}


def test_a_change_that_is_not_found_once_is_refused() -> None:
    with pytest.raises(ValueError, match="has 0 times"):
        twin.patched({"a.yaml": "x"}, {"change": [{"file": "a.yaml", "replace": "y", "by": "z"}]})
