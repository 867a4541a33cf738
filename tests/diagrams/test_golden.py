"""Golden files of the outputs on the tiny map, checked by eye; CLOISON_GOLDEN=write makes them anew.

Pictures depend on the fonts of the machine: they are tested by what they hold, in the other files.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cloison import __version__
from cloison.diagrams.drawing import draw
from cloison.diagrams.writing import write
from cloison.netmodel.finding import Finding
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report

GOLDEN = Path(__file__).parent / "golden"
CASES = [
    ("overview", "dot", "fr", "overview.fr.dot"),
    ("overview", "dot", "en", "overview.en.dot"),
    ("overview", "markdown", "fr", "overview.fr.md"),
    ("overview", "markdown", "en", "overview.en.md"),
    ("overview", "json", "fr", "overview.json"),
    ("overview", "terminal", "fr", "overview.fr.txt"),
    ("zone:facade", "dot", "fr", "zone.fr.dot"),
    ("plane:administration", "dot", "en", "plane.en.dot"),
    ("tenant:client", "markdown", "fr", "tenant.fr.md"),
    ("zone:facade", "markdown", "en", "zone.en.md"),
]


@pytest.mark.parametrize(("view", "output", "lang", "name"), CASES, ids=[case[3] for case in CASES])
def test_output_is_the_golden_one(
    view: str,
    output: str,
    lang: str,
    name: str,
    network: Network,
    findings: tuple[Finding, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    made = write(draw(network, findings, view), output, "fr" if lang == "fr" else "en")
    path = GOLDEN / name
    if os.environ.get("CLOISON_GOLDEN") == "write":
        path.write_bytes(made)
    assert made.decode() == path.read_text(encoding="utf-8")


CHECKED = [
    ("terminal", "fr", "check.fr.txt"),
    ("terminal", "en", "check.en.txt"),
    ("markdown", "fr", "check.fr.md"),
    ("github-summary", "en", "check.en.summary.md"),
    ("github", "fr", "check.fr.github.txt"),
    ("gitlab", "en", "check.gitlab.json"),
    ("sarif", "fr", "check.fr.sarif"),
    ("junit", "fr", "check.fr.junit.xml"),
    ("csv", "fr", "check.fr.csv"),
    ("oscal", "en", "check.oscal.json"),
    ("html", "fr", "check.fr.html"),
]


@pytest.mark.parametrize(("output", "lang", "name"), CHECKED, ids=[case[2] for case in CHECKED])
def test_what_a_check_answers_is_the_golden_one(
    output: str, lang: str, name: str, checked: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    made = write(checked, output, "fr" if lang == "fr" else "en").replace(__version__.encode(), b"VERSION")
    path = GOLDEN / name
    if os.environ.get("CLOISON_GOLDEN") == "write":
        path.write_bytes(made)
    assert made == path.read_bytes()
