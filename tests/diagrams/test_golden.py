"""Golden files of the outputs on the tiny map, checked by eye; CLOISON_GOLDEN=write makes them anew.

Pictures depend on the fonts of the machine: they are tested by what they hold, in the other files.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cloison.diagrams.drawing import draw
from cloison.diagrams.writing import write
from cloison.netmodel.finding import Finding
from cloison.netmodel.network import Network

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
