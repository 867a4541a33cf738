"""``cloison check --since``: what a change asks for, clause by clause, and which declarations it overtakes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "network"))
from in_process import run
from repositories import HAS_GIT, committed, started

AT = "2026-06-01"
BASE = """cloison: 1
name: since
parties:
  p: {kind: provider}
  t1: {kind: tenant, risk: R-1}
  t2: {kind: tenant}
zones:
  back: {owner: p, nature: production, sensitivity: sensitive, domain: processing, risk: R-2}
  one: {owner: t1, nature: production, sensitivity: internal, domain: processing}
  two: {owner: t2, nature: production, sensitivity: internal, domain: processing}
subnets:
  back-lan: {cidr: 10.1.0.0/24, zone: back}
  one-lan: {cidr: 10.2.0.0/24, zone: one}
  two-lan: {cidr: 10.3.0.0/24, zone: two}
assets:
  fw: {functions: filtering, interfaces: {back: 10.1.0.1, one: 10.2.0.1, two: 10.3.0.1}}
interconnections: {all: {between: [back, one, two], through: fw}}
flows:
  F-1: {from: one, to: back, services: https, owner: p, nature: production, sensitivity: internal, domain: processing,
    encryption: {protocol: tls}, justification: {kind: business, text: Work}}
"""
MORE_FLOWS = """  F-2: {from: two, to: back, services: https, owner: p, nature: production, sensitivity: internal,
    domain: processing, encryption: {protocol: tls}, justification: {kind: business, text: Work}}
"""
DECLARED = """declarations:
  - {clause: 5.3.h, status: conformant, by: Ines, on: 2026-01-10}
  - {clause: 9.1.b, status: partial, by: Ines, on: 2026-01-10}
  - {clause: 12.2.b, status: conformant, by: Ines, on: 2026-01-10}
  - {clause: 12.2.d, status: conformant, by: Ines, on: 2026-01-10}
  - {clause: 18.2.3.a/architecture, status: conformant, by: Ines, on: 2026-01-10}
  - {clause: 18.2.3.a/configuration, status: non-conformant, by: Ines, on: 2026-01-10}
  - {clause: 18.2.3.a/saas, status: not-applicable, by: Ines, on: 2026-01-10}
"""
ZONE = (
    "  two: {owner: t2,",
    "  lab: {owner: p, nature: test, sensitivity: internal, domain: processing%s}\n  two: {owner: t2,",
)
MAJOR = {"5.3.h", "9.1.b", "18.2.3.a/architecture"}


def judged(folder: Path, old: str, new: str, *words: str) -> dict[str, Any]:
    (folder / "old.yaml").write_text(old, encoding="utf-8")
    (folder / "new.yaml").write_text(new, encoding="utf-8")
    done = run(folder, "check", "new.yaml", "--since", "old.yaml", "--at", AT, "--format", "json", *words)
    assert done.returncode in (0, 1), done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def stale(answer: dict[str, Any]) -> set[str]:
    return {item["subject"]["id"] for item in answer["findings"] if item["rule"] == "overtaken-declaration"}


def status(answer: dict[str, Any], clause: str) -> str:
    return next(str(item["status"]) for item in answer["clauses"] if item["clause"] == clause)


@pytest.mark.parametrize(
    ("before", "after", "overtaken", "touched", "losing"),
    [
        pytest.param(("text: Work", "text: Work"), "", set(), [], [], id="nothing"),
        pytest.param(("text: Work", "text: Bread"), "", set(), [], [], id="a-reason"),
        pytest.param((ZONE[0], ZONE[1] % ""), "", MAJOR, [], [], id="a-zone-of-the-provider"),
        pytest.param(("10.3.0.0/24", "10.3.0.0/25"), "", MAJOR | {"12.2.b"}, ["t2"], [], id="a-subnet-of-a-tenant"),
        # back holds the filter too, through which t2 now comes as far as t1: the path is a change for both
        pytest.param(("", ""), MORE_FLOWS, {"12.2.b"}, ["t1", "t2"], [], id="a-line-more"),
        pytest.param(("protocol: tls", "protocol: ipsec"), "", {"12.2.b"}, ["t1"], [], id="another-encryption"),
        pytest.param(("services: https", "services: [https, ssh]"), "", {"12.2.b"}, ["t1"], [], id="a-wider-line"),
    ],
)
def test_what_a_change_overtakes(
    before: tuple[str, str], after: str, overtaken: set[str], touched: list[str], losing: list[str], tmp_path: Path
) -> None:
    new = BASE.replace(*before, 1) + after
    answer = judged(tmp_path, BASE + DECLARED, new + DECLARED)
    assert stale(answer) == overtaken
    for clause in ("5.3.h", "12.2.b", "12.2.d", "18.2.3.a/architecture"):
        assert status(answer, clause) == ("not-evaluated" if clause in overtaken else "declared"), clause
    assert [item["id"] for item in answer["since"]["tenants"]] == touched
    assert [item["id"] for item in answer["since"]["losses"]] == losing


@pytest.mark.parametrize("change", ["removed", "narrower"])
def test_a_tenant_that_loses_a_flow_is_to_be_told(change: str, tmp_path: Path) -> None:
    old = BASE + MORE_FLOWS
    new = BASE if change == "removed" else old.replace("from: two, to: back, services: https", "from: two, to: back, "
                                                       "services: tcp/8443")  # fmt: skip
    answer = judged(tmp_path, old + DECLARED, new + DECLARED)
    assert stale(answer) == {"12.2.b", "12.2.d"}
    assert "t2" in [item["id"] for item in answer["since"]["losses"]]
    message = next(item["message"] for item in answer["findings"] if item["subject"]["id"] == "12.2.d")
    assert "t2" in message


def test_what_says_that_a_clause_fails_or_does_not_apply_says_so_still(tmp_path: Path) -> None:
    answer = judged(tmp_path, BASE + DECLARED, BASE.replace(ZONE[0], ZONE[1] % "", 1) + DECLARED)
    assert status(answer, "18.2.3.a/configuration") == "non-conformant"
    assert status(answer, "18.2.3.a/saas") == "not-applicable"
    assert status(answer, "9.1.b") == "not-evaluated"


@pytest.mark.parametrize(("day", "holds"), [("2026-05-20", True), ("2026-06-01", True), ("2026-06-02", False)])
def test_a_declaration_made_since_replaces_the_older_one(day: str, holds: bool, tmp_path: Path) -> None:
    again = DECLARED + f"  - {{clause: 5.3.h, status: conformant, by: Ines, on: {day}}}\n"
    answer = judged(tmp_path, BASE + DECLARED, BASE.replace(ZONE[0], ZONE[1] % "", 1) + again)
    assert ("5.3.h" in stale(answer)) is not holds
    assert status(answer, "5.3.h") == ("declared" if holds else "not-evaluated")


@pytest.mark.parametrize(("risk", "named"), [("", ["lab"]), (", risk: R-9", [])])
def test_what_is_new_cites_its_risk(risk: str, named: list[str], tmp_path: Path) -> None:
    """6.5.a: an estimate precedes what brings a zone, an interconnection or equipment."""
    new = BASE.replace(ZONE[0], ZONE[1] % risk, 1)
    answer = judged(tmp_path, BASE, new)
    found = [item for item in answer["findings"] if item["rule"] == "risk-references" and "6.5.a" in item["clauses"]]
    assert [item["subject"]["id"] for item in found] == named
    assert all(item["locations"][0]["file"] == "new.yaml" for item in found)


def test_equipment_and_interconnections_are_covered_by_their_zones(tmp_path: Path) -> None:
    new = BASE.replace("assets:\n", "assets:\n  a: {interfaces: {lan: 10.1.0.9}}\n  b: {interfaces: {lan: 10.2.0.9}}\n")
    answer = judged(tmp_path, BASE, new)
    found = [item["subject"]["id"] for item in answer["findings"] if "6.5.a" in item["clauses"]]
    assert found == ["b"]  # the zone of a cites R-2, that of b nothing


def test_both_languages_and_a_revision(tmp_path: Path) -> None:
    if not HAS_GIT:
        pytest.skip("git is not installed")
    folder = started(tmp_path / "repository")
    committed(folder, {"map.yaml": BASE + DECLARED}, "2026-05-01")
    (folder / "map.yaml").write_text(BASE + MORE_FLOWS + DECLARED, encoding="utf-8")
    words = ("check", "map.yaml", "--since", "HEAD", "--at", AT)
    done = run(folder, *words)
    assert "since HEAD: no major change is seen" in done.stdout
    assert "2 tenants are touched, 0 of which lose something" in done.stdout
    told = run(folder, *words, "--lang", "fr", lang="fr")
    assert "depuis HEAD : aucun changement majeur n’est vu" in told.stdout
    assert "la déclaration sur 12.2.b précède un changement qui touche t1, t2" in " ".join(told.stdout.split())


def test_a_version_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(BASE, encoding="utf-8")
    done = run(tmp_path, "check", "map.yaml", "--since", "nowhere.yaml", "--at", AT)
    assert done.returncode == 2
    assert "nowhere.yaml" in done.stderr
