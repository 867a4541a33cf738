"""A tenant's page holds nothing of others, whatever shares equipment, lines and texts with them."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import atlas_pages as pages
import pytest

from cloison.diagrams.atlas.naming import Naming
from cloison.diagrams.atlas.scenes import with_atlas
from cloison.diagrams.drawing import draw
from cloison.diagrams.writing import write
from cloison.netmodel.assurance.answer import check_report
from cloison.netmodel.assurance.assess import assess_network
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report

MAP = pages.ROOT / "tests" / "diagrams" / "two_tenants.yaml"
OTHERS = ("carm", "10.62.", "intern-", "internmodel", "internos", "interngate", "internsite", "internhall", "6.66",
          "00:1b:17", "10.201.", "10.202.")  # fmt: skip


def page_of(tenant: str, **options: Any) -> str:
    network: Network = pages.network(MAP)
    assessment = assess_network(network)
    report = draw(network, assessment.findings, f"tenant:{tenant}")
    report = with_atlas(report, network, check_report(assessment, network), f"tenant:{tenant}", **options)
    return html.unescape(write(report, "html", "en").decode()).replace("\\u003c", "<")


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found.group(1))
    return data


@pytest.fixture(scope="module")
def veridia() -> str:
    return page_of("veridia")


def test_no_name_address_or_text_of_others_is_in_the_file(veridia: str) -> None:
    own = veridia.replace('["vrd-box/front",["10.202.0.65"]', "")  # its own equipment, in a zone of the provider
    assert own != veridia
    for secret in OTHERS:
        assert secret.lower() not in own.lower(), secret
    carmine = page_of("carmine")
    for secret in ("vrd", "10.61.", "internmodel", "10.202.0.65"):
        assert secret not in carmine.lower(), secret


def test_what_is_its_own_is_there(veridia: str) -> None:
    data = data_of(veridia)
    assert {item["id"] for item in data["zones"] if not item.get("named")} == {"vrd-net"}
    assert {item["id"] for item in data["assets"] if not item.get("named")} == {"vrd-vm", "vrd-box"}
    assert {item["id"] for item in data["lines"]} == {"S-1", "S-2", "S-3", "S-4", "V-1"}
    assert next(item for item in data["assets"] if item["id"] == "vrd-vm")["model"] == "vrdmodel"
    (gate,) = (item for item in data["assets"] if item["id"] == "gate")
    assert gate["interfaces"] == [["gate/green", ["10.61.0.1"], ""]]
    lines = {item["id"]: item for item in data["lines"]}
    assert lines["S-3"]["services"] == ["console"]  # of the end that is told
    assert lines["S-3"]["approved"] == ["vrd alice 2026-01-05"]
    assert lines["V-1"]["pairs"] == [["front", "front"]]
    (cores,) = (table["rows"] for table in data["drawings"][0]["tables"] if table["id"] == "interconnections")
    assert cores == [["core", "edge, front, vrd-net", "gate", "yes", "", ""]]


def test_of_findings_only_those_about_its_own_are_told_and_counted(veridia: str) -> None:
    data = data_of(veridia)
    own = {"veridia", "vrd-net", "vrd-lan", "vrd-vm", "vrd-box", "S-1", "S-2", "S-3", "S-4", "V-1"}
    assert data["findings"]
    assert {item["subject"] for item in data["findings"]} <= own
    (waived,) = (item for item in data["findings"] if item["severity"] == "waived")
    assert waived["waiver"] == ["…", "2026-12-31", "…"]
    network: Network = pages.network(MAP)
    counts = [int(number) for number in re.findall(r">(?:ERROR|WARNING|NOTE): (\d+) finding", veridia)]
    standing = [item for item in data["findings"] if item["severity"] != "waived"]
    assert sum(counts) <= len(standing) < len(assess_network(network).findings)


def test_conversations_of_a_line_that_joins_others_are_not_told() -> None:
    seen = [{"id": name, "conversations": 7, "last": "2026-10-01T00:00:00.000Z", "refuted": 1} for name in
            ("S-1", "S-2", "S-4", "V-1", "C-1")]  # fmt: skip
    page = page_of("veridia", audit=Report("audit", {"lines": seen}))
    assert data_of(page)["evidence"]["seen"] == {"S-4": [7, "2026-10-01", 1], "V-1": [7, "2026-10-01", 1]}


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("for globex", False), ("for globex.", False), ("(Globex)", False), ("GLOBEX-VM", False), ("globex_vm", False),
        ("globexia", True), ("a globe", True), ("front-acme", True), ("front", False), ("Front of house", True),
        ("front-acme, front", False), ("Société Générale", False), ("socié", True), ("sent to §§", False),
        ("10.1.0.9", True), ("10.1.0.0/25", True), ("10.2.0.9", False), ("10.1.0.0/16", False), ("10:30, 1.2", True),
        ("[2001:db8:2::1]:443", False), ("2001:db8:1::1", True), ("at 10.2.0.9.", False), ("10.2.0.9:443", False),
        ("", True),
    ],
)  # fmt: skip
def test_a_text_that_names_another_is_known(text: str, allowed: bool) -> None:
    naming = Naming.of(
        ["front-acme", "acme"], ["globex", "front", "Société Générale", "§§", ""], {"globex"},
        ["10.1.0.0/24", "2001:db8:1::/48", "global"],
    )  # fmt: skip
    assert naming.allows(text) is allowed
