"""``cloison check --baseline``, ``--require`` and ``--accept``: what counts, what is told, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from in_process import Done, run

MAP = """\
cloison: 1
name: Old network
parties: {p: {kind: provider}}
zones:
  one: {owner: p, nature: production, sensitivity: internal, domain: processing}
  two: {owner: p, nature: development, sensitivity: internal, domain: processing}
subnets:
  one-lan: {cidr: 10.1.0.0/24, zone: one}
  two-lan: {cidr: 10.2.0.0/24, zone: two}
interconnections: {all: {between: [one, two]}}
policy:
  apart: {forbid: {from: {zones: {id: two}}, to: {zones: {id: one}}}}
flows:
"""
LINE = "  {name}: {{from: two-lan, to: one-lan, services: ssh, nature: production, owner: p, sensitivity: internal,\n"
LINE += "    domain: processing, justification: {{kind: business, text: Work on the old network goes on}}}}\n"
FIRST, SECOND = LINE.format(name="F-1"), LINE.format(name="F-2").replace("ssh", "https")


def cloison(folder: Path, *words: str, lang: str = "en") -> Done:
    return run(folder, *words, "--at", "2026-06-01", "--lang", lang)


def written(folder: Path, text: str) -> None:
    (folder / "cloison.yaml").write_text(text, encoding="utf-8")


def baseline(folder: Path, text: str) -> dict[str, Any]:
    written(folder, text)
    cloison(folder, "check", "-o", "baseline.json")
    read: dict[str, Any] = json.loads((folder / "baseline.json").read_text(encoding="utf-8"))
    return read


def report(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = cloison(folder, "check", *words, "--format", "json")
    return done.returncode, json.loads(done.stdout)


def test_what_the_baseline_has_does_not_fail(tmp_path: Path) -> None:
    baseline(tmp_path, MAP + FIRST)
    assert report(tmp_path)[0] == 1
    code, data = report(tmp_path, "--baseline", "baseline.json")
    assert code == 0
    assert data["baseline"]["map"]["name"] == "Old network"
    assert (data["baseline"]["known"], data["baseline"]["new"]) == (len(data["findings"]), 0)
    assert all(item["known"] for item in data["findings"])


def test_what_is_new_fails_and_moved_lines_are_known(tmp_path: Path) -> None:
    baseline(tmp_path, MAP + FIRST)
    written(tmp_path, "# moved\n\n" + MAP.replace("policy:", "\n\npolicy:") + SECOND + FIRST)
    code, data = report(tmp_path, "--baseline", "baseline.json")
    assert code == 1
    new = [(item["rule"], item["subject"]["id"]) for item in data["findings"] if not item["known"]]
    assert ("apart", "F-2") in new
    assert not [name for _, name in new if name == "F-1"]
    assert ("apart", "F-1") in [(item["rule"], item["subject"]["id"]) for item in data["findings"] if item["known"]]


def test_what_is_gone_is_told(tmp_path: Path) -> None:
    baseline(tmp_path, MAP + FIRST + SECOND)
    written(tmp_path, MAP + FIRST)
    code, data = report(tmp_path, "--baseline", "baseline.json")
    assert code == 0
    assert ("apart", "F-2") in [(item["rule"], item["subject"]["id"]) for item in data["baseline"]["gone"]]
    shown = cloison(tmp_path, "check", "--baseline", "baseline.json", lang="fr").stdout
    assert "Disparus depuis la référence" in shown
    assert "connu de la référence" in shown


def test_what_was_found_in_configurations_that_are_not_given_is_not_gone(tmp_path: Path) -> None:
    data = baseline(tmp_path, MAP + FIRST)
    extra = {**data["findings"][0], "graph": "effective", "fingerprint": "0123456789abcdef"}
    (tmp_path / "baseline.json").write_text(
        json.dumps({**data, "findings": [*data["findings"], extra]}), encoding="utf-8"
    )
    found = report(tmp_path, "--baseline", "baseline.json")[1]["baseline"]
    assert found["gone"] == []
    assert [item["fingerprint"] for item in found["not_looked_at"]] == ["0123456789abcdef"]


def test_what_a_waiver_covered_counts_again_without_it(tmp_path: Path) -> None:
    waiver = "waivers: [{rule: apart, on: F-1, why: w, by: b, until: 2026-12-31}]\n"
    baseline(tmp_path, MAP + FIRST + waiver)
    assert report(tmp_path, "--baseline", "baseline.json")[0] == 0
    written(tmp_path, MAP + FIRST)
    assert report(tmp_path, "--baseline", "baseline.json")[0] == 1


def test_what_became_worse_is_new(tmp_path: Path) -> None:
    mild = MAP.replace("{zones: {id: one}}}}", "{zones: {id: one}}}, severity: warning}")
    baseline(tmp_path, mild + FIRST)
    assert report(tmp_path, "--baseline", "baseline.json", "--fail-on", "warning")[0] == 0
    written(tmp_path, MAP + FIRST)
    assert report(tmp_path, "--baseline", "baseline.json")[0] == 1


def test_a_baseline_of_another_map_is_refused(tmp_path: Path) -> None:
    baseline(tmp_path, MAP + FIRST)
    written(tmp_path, MAP.replace("Old network", "Other") + FIRST)
    done = cloison(tmp_path, "check", "--baseline", "baseline.json")
    assert done.returncode == 2
    assert "baseline.json" in done.stderr
    assert "“Old network”" in done.stderr
    assert "« Old network »" in cloison(tmp_path, "check", "--baseline", "baseline.json", lang="fr").stderr


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[" * 100_000,
        "[]",
        "{}",
        '{"schema": "cloison.audit/1"}',
        '{"schema": "cloison.check/1", "findings": []}',
        '{"schema": "cloison.check/1", "map": {"name": "Old network"}, "findings": {}}',
        '{"schema": "cloison.check/1", "map": {"name": "Old network"}, "findings": [3]}',
        '{"schema": "cloison.check/1", "map": {"name": "Old network"}, "findings": [{"rule": "x", "subject": {}}]}',
        '{"schema": "cloison.check/1", "map": {"name": "Old network"}, "findings": [{"rule": "x", "subject": {}, '
        '"severity": ["error"], "fingerprint": "f"}]}',
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    written(tmp_path, MAP + FIRST)
    (tmp_path / "baseline.json").write_text(text, encoding="utf-8")
    done = cloison(tmp_path, "check", "--baseline", "baseline.json")
    assert done.returncode == 2
    assert "baseline.json" in done.stderr


def test_a_missing_baseline_is_refused(tmp_path: Path) -> None:
    written(tmp_path, MAP + FIRST)
    assert cloison(tmp_path, "check", "--baseline", "none.json").returncode == 2


GOOD = MAP.replace(
    "from: {zones: {id: two}}, to: {zones: {id: one}}", "from: {zones: {id: one}}, to: {zones: {id: two}}"
)
GOOD = GOOD.replace("nature: development", "nature: production")  # another environment wants a filter before it
GOOD += FIRST + "waivers: [{rule: missing-probe, on: Old network, why: w, by: b, until: 2026-12-31}]\n"
DECLARED = "declarations: [{clause: 9.5.a, status: conformant, by: b, on: 2026-01-01}]\n"


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        (GOOD, ("13.1.a",), 0),  # conformant
        (GOOD, ("13.2.d",), 0),  # not applicable
        (GOOD, ("9.6.d",), 3),  # nothing to look at, of a clause that always applies
        (GOOD, ("13.1.b",), 3),  # not evaluated
        (GOOD, ("13.3.a",), 1),  # waived
        (GOOD, ("13.3.a", "--accept", "waived"), 0),
        (GOOD, ("13.2.a",), 1),  # partial
        (GOOD, ("13.2.a", "--accept", "partial", "--accept", "waived"), 0),
        (GOOD + DECLARED, ("9.5.a",), 1),
        (GOOD + DECLARED, ("9.5.a", "--accept", "declared"), 0),
        (GOOD + DECLARED, ("secnumcloud-3.2/9.5.a", "--accept", "waived"), 1),
        (GOOD, ("13.1.b", "--require", "13.2.a"), 1),  # what does not hold comes before what is undecided
        (MAP + FIRST, ("13.1.b",), 1),
    ],
)
def test_required_clauses(tmp_path: Path, text: str, words: tuple[str, ...], code: int) -> None:
    written(tmp_path, text)
    done = cloison(tmp_path, "check", "--require", *words, "--format", "json")
    assert done.returncode == code, done.stderr
    clause = words[0].rpartition("/")[2]
    assert clause in [item["clause"] for item in json.loads(done.stdout)["required"]]
    assert clause in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--require", "9.6.dd"), "9.6.d"),
        (("--require", "9.6.d", "--accept", "waved"), "waived"),
    ],
)
def test_words_that_are_none_are_refused_with_the_nearest(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    written(tmp_path, GOOD)
    done = cloison(tmp_path, "check", *words)
    assert done.returncode == 2
    assert told in done.stderr.splitlines()[1]
