"""Each rule against small maps whose findings are written by hand, on the lines where they are due.

A case is a map. Its first comments say why, at which date (``# at:``), which rules it speaks of where that is not its
folder's (``# rules:``), the result of the rule (``# result:``) and the status of clauses (``# status:``). A comment
``!! error line:F-1 {name: value}`` at the end of a line says that a finding of that severity and subject is due there,
with at least those values; ``!!`` comes again for each further one. Nothing else may be found by those rules.
``# config: fw=ok.nft`` names the configuration of a device, in the same folder, whose comments hold marks as well.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from cloison.flows.configuring.load import read_all
from cloison.flows.effective import effective
from cloison.flows.verify import verify
from cloison.netmodel.assurance.answer import check_report
from cloison.netmodel.assurance.assess import Assessment, assess, assess_network, built_in_checks, built_in_frameworks
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.finding import LANGS, Finding, Message
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network

FOLDER = Path(__file__).parent
CASES = sorted(path for path in FOLDER.rglob("*.yaml") if path.parent != FOLDER)
_MARK = re.compile(
    r"(?:(?P<rule>[a-z0-9-]+) )?(?P<severity>error|warning|note) (?P<subject>[a-z]+:.*?)(?P<values> \{.*)?$"
)


_PLACEHOLDER = re.compile(r"\{[a-z_]+[:}]")  # a rule's own text may have braces


@dataclass(frozen=True)
class Due:
    """A finding that a case's author expects."""

    rule: str
    severity: str
    subject: str
    line: int
    values: str


@dataclass(frozen=True)
class Case:
    """A map and what its author expects."""

    at: date
    rules: frozenset[str]
    result: dict[str, str]
    status: dict[str, str]
    due: tuple[Due, ...]
    config: tuple[str, ...]


def case_of(path: Path) -> Case:
    """Return what the comments of a case say."""
    text = path.read_text(encoding="utf-8")
    said = {
        name: value.strip()
        for name, value in re.findall(r"^# (at|rules|result|status|config):(.*)$", text, flags=re.MULTILINE)
    }
    config = tuple(
        f"{device}={path.parent / file}"
        for device, file in (item.split("=") for item in said.get("config", "").split())
    )
    rules = said.get("rules", path.parent.name).replace(",", " ").split()
    due = []
    texts = [text, *(Path(item.partition("=")[2]).read_text(encoding="utf-8") for item in config)]
    for number, line in (pair for item in texts for pair in enumerate(item.splitlines(), start=1)):
        _, *marks = line.split("!! ")
        for mark in marks:
            found = _MARK.match(mark.strip())
            assert found, f"{path}:{number}: {mark}"
            due.append(
                Due(
                    found["rule"] or rules[0],
                    found["severity"],
                    found["subject"],
                    number,
                    (found["values"] or "").strip(),
                )
            )
    pairs = {name: dict(item.split("=") for item in said.get(name, "").split()) for name in ("result", "status")}
    return Case(
        date.fromisoformat(said.get("at", "2026-06-01")),
        frozenset(rules),
        pairs["result"],
        pairs["status"],
        tuple(due),
        config,
    )


@cache
def answer(path: Path) -> tuple[Network, Assessment]:
    """Return the network of a case and what all rules say of it."""
    case = case_of(path)
    network = compile_network(read_map(path), case.at)
    if not case.config:
        return network, assess_network(network)
    permitted = effective(verify(network, read_all(case.config, network.assets)))
    return network, assess(Evidence(network, network.at, permitted), built_in_checks(), built_in_frameworks())


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def plain(value: object) -> object:
    """Return a value of a message as a case writes it."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if hasattr(value, "en"):
        return value.en
    return value


def key(finding: Finding) -> tuple[str, str, str, int]:
    line = finding.spans[0].line if finding.spans else 0
    return finding.rule, finding.severity, f"{finding.subject.kind}:{finding.subject.id}", line


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_findings(path: Path) -> None:
    case = case_of(path)
    _, assessment = answer(path)
    found = [item for item in assessment.findings if item.rule in case.rules]
    expected = Counter((item.rule, item.severity, item.subject, item.line) for item in case.due)
    assert Counter(map(key, found)) == expected
    for item in case.due:
        if not item.values:
            continue
        wanted = yaml.safe_load(item.values)
        candidates = [
            {name: plain(value) for name, value in one.message.values.items()}
            for one in found
            if key(one) == (item.rule, item.severity, item.subject, item.line)
        ]
        assert any(wanted.items() <= values.items() for values in candidates), (wanted, candidates)


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_results_and_statuses(path: Path) -> None:
    case = case_of(path)
    network, assessment = answer(path)
    report = check_report(assessment, network)
    results = {item["rule"]: item["result"] for item in report.data["rules"]}
    assert {name: results[name] for name in case.result} == case.result
    statuses = {item.clause: item.status for item in report.statuses}
    assert {name: statuses[name] for name in case.status} == case.status


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_every_pass_says_how_much_it_looked_at(path: Path) -> None:
    _, assessment = answer(path)
    for check in assessment.checks:
        for part in assessment.outcomes[check.name].parts:
            if not part.breaches and not part.missing and part.absent is None:
                assert sum(part.looked_at.values()) > 0, check.name
                assert any(str(count) in part.seen.say("en") for count in part.looked_at.values()) or part.seen.values


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_every_text_is_in_both_languages(path: Path) -> None:
    network, assessment = answer(path)
    report = check_report(assessment, network)
    messages: list[Message] = [*report.summary, *(item.reason for item in report.statuses)]
    for finding in report.findings:
        messages += [finding.message, *([finding.remedy] if finding.remedy else [])]
        messages += [step.note for step in (finding.witness.steps if finding.witness else ()) if step.note]
    for message in messages:
        for lang in LANGS:
            said = message.say(lang)
            assert said
            assert not _PLACEHOLDER.search(said), said


def test_every_rule_has_a_passing_and_a_failing_case() -> None:
    for check in built_in_checks():
        cases = [path for path in CASES if path.parent.name == check.name]
        assert any(path.stem.startswith("ok") for path in cases), check.name
        assert any(path.stem.startswith("bad") for path in cases), check.name
    for path in CASES:
        due = case_of(path).due
        assert bool(due) == path.stem.startswith("bad"), path


def test_fingerprints_name_one_finding_each() -> None:
    for path in CASES:
        _, assessment = answer(path)
        prints = [item.fingerprint for item in assessment.findings]
        assert len(prints) == len(set(prints)), path
