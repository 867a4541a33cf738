"""What machines read validates against the schemas that their owners published; where each is from: schemas/README.md.

The hostile report is among those that are validated, so that no name can break a form.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import oscal_bindings
import pytest
import xmlschema

from cloison.diagrams.writing import write
from cloison.netmodel.report import Report

SCHEMAS = Path(__file__).parent / "schemas"
REPORTS = ("checked", "broken", "hostile_check", "empty")


@pytest.fixture
def empty() -> Report:
    return Report("check", {"at": "2026-11-24", "map": {"name": "", "digest": ""}})


@pytest.fixture(params=REPORTS)
def report(request: pytest.FixtureRequest) -> Report:
    answer: Report = request.getfixturevalue(request.param)
    return answer


def loaded(report: Report, output: str, lang: str = "fr") -> Any:
    return json.loads(write(report, output, "fr" if lang == "fr" else "en"))


@pytest.fixture(scope="module")
def sarif() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_sarif(report: Report, lang: str, sarif: jsonschema.Draft4Validator) -> None:
    log = loaded(report, "sarif", lang)
    assert [(list(error.path), error.message) for error in sarif.iter_errors(log)] == []
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(report.findings)
    for result in run["results"]:  # what the standard says of indices, and no schema can
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for taxon in result.get("taxa", ()):
            taxonomy = run["taxonomies"][taxon["toolComponent"]["index"]]
            assert taxonomy["guid"] == taxon["toolComponent"]["guid"]
            assert taxonomy["taxa"][taxon["index"]]["id"] == taxon["id"]


def test_sarif_would_not_pass_with_a_wrong_level(checked: Report, sarif: jsonschema.Draft4Validator) -> None:
    log = loaded(checked, "sarif")
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not sarif.is_valid(log)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_junit(report: Report, lang: str) -> None:
    schema = xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))
    content = write(report, "junit", "fr" if lang == "fr" else "en").decode("utf-8")
    assert [error.reason for error in schema.iter_errors(content)] == []
    assert not schema.is_valid(content.replace("<testsuites ", '<testsuites wrong="1" ', 1))


def test_gitlab(report: Report) -> None:
    schema = jsonschema.Draft7Validator(json.loads((SCHEMAS / "codeclimate.json").read_text(encoding="utf-8")))
    entries = loaded(report, "gitlab")
    assert isinstance(entries, list)
    assert len(entries) == len(report.findings)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    for entry in entries:
        assert [error.message for error in schema.iter_errors(entry)] == []
        # the documentation asks for more than the schema: a check's name, a level of the five, a path and a line
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert isinstance(entry["check_name"], str)
        assert not entry["location"]["path"].startswith("./")
        assert entry["location"]["lines"]["begin"] >= 1


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", ["checked", "broken", "hostile_check"])
def test_oscal(name: str, lang: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(name)
    document = loaded(report, "oscal", lang)
    oscal_bindings.parse_oscal(json.dumps(document))
    (result,) = document["assessment-results"]["results"]
    observed = {item["uuid"] for item in result.get("observations", ())}
    risks = {item["uuid"] for item in result.get("risks", ())}
    for finding in result.get("findings", ()):
        assert {item["observation-uuid"] for item in finding.get("related-observations", ())} <= observed
        assert {item["risk-uuid"] for item in finding.get("related-risks", ())} <= risks
    assert document["assessment-results"]["import-ap"]["href"][1:] in {
        item["uuid"] for item in document["assessment-results"]["back-matter"]["resources"]
    }
    identifiers = [item["uuid"] for part in ("findings", "observations", "risks") for item in result.get(part, ())]
    assert len(identifiers) == len(set(identifiers))


def test_oscal_would_not_pass_without_a_plan_or_with_a_word_of_ours(checked: Report) -> None:
    document = loaded(checked, "oscal")
    without = copy.deepcopy(document)
    del without["assessment-results"]["import-ap"]
    more = copy.deepcopy(document)
    more["assessment-results"]["results"][0]["status"] = "partial"
    for wrong in (without, more):
        with pytest.raises(oscal_bindings.OscalParseError):
            oscal_bindings.parse_oscal(json.dumps(wrong))


@pytest.mark.parametrize("output", ["sarif", "junit", "gitlab", "github", "csv", "xlsx", "oscal", "html"])
@pytest.mark.parametrize("name", ["checked", "hostile_check"])
def test_the_same_report_is_the_same_bytes(name: str, output: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(name)
    assert write(report, output, "fr") == write(report, output, "fr")
