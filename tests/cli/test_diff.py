"""``cloison diff`` from outside: what it answers of files and revisions, in each output, and its exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import in_process
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "network"))
from repositories import HAS_GIT, committed, git, started

BASE = """cloison: 1
name: Old <b>network</b> | x
parties: {p: {kind: provider}, world: {kind: public}, acme: {kind: tenant}}
zones:
  internet: {owner: world, nature: public, addresses: global}
  front: {owner: p, nature: production, sensitivity: exposed, domain: exposure}
  back: {owner: p, nature: production, sensitivity: sensitive, domain: processing}
subnets:
  front-lan: {cidr: 10.1.0.0/24, zone: front}
  back-lan: {cidr: 10.2.0.0/24, zone: back}
assets:
  fw: {functions: filtering, interfaces: {front: 10.1.0.1, back: 10.2.0.1}}
  web: {interfaces: {lan: 10.1.0.10}}
  db: {interfaces: {lan: 10.2.0.10}}
interconnections: {all: {between: [internet, front, back], through: fw}}
flows:
  F-1: {from: web, to: db, services: https, owner: p, nature: production, sensitivity: sensitive, domain: processing,
    encryption: {protocol: tls}, justification: {kind: business, text: Work}}
"""
OPEN = """  F-2: {from: internet, to: web, services: https, owner: p, nature: production, sensitivity: exposed,
    domain: exposure, encryption: {protocol: tls}, justification: {kind: business, text: Work}}
"""
AT = ("--at", "2026-06-01")


def cloison(folder: Path, *words: str, lang: str = "en") -> in_process.Done:
    return in_process.run(folder, *words, *AT, "--lang", lang)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(BASE + OPEN, encoding="utf-8")
    return tmp_path


def test_the_same_map_is_exit_0_and_says_so(folder: Path) -> None:
    done = cloison(folder, "diff", "old.yaml", "old.yaml")
    assert done.returncode == 0, done.stderr
    assert "the two mean the same" in done.stdout


def test_an_opened_way_to_what_is_sensitive_fails_with_its_contract(folder: Path) -> None:
    done = cloison(folder, "diff", "old.yaml", "new.yaml", "--format", "json")
    assert done.returncode == 1
    data: dict[str, Any] = json.loads(done.stdout)
    assert (data["schema"], data["at"], data["same"], data["decided"]) == ("cloison.diff/1", "2026-06-01", False, True)
    assert (data["old"]["version"], data["new"]["version"], data["old"]["commit"]) == ("old.yaml", "new.yaml", None)
    opened = {item["line"]: item for item in data["flows"]["opened"]}
    assert list(opened) == ["F-2"]
    assert opened["F-2"]["complete"]
    (box,) = opened["F-2"]["boxes"]
    assert (box["from"], box["to"], box["destination"], box["services"]) == (
        ["internet"], ["front"], ["10.1.0.10"], ["tcp/443"],
    )  # fmt: skip
    assert opened["F-2"]["witness"]["destination"] == "10.1.0.10"
    assert data["flows"]["closed"] == []
    chains = {(item["from"], item["to"]["id"]): item for item in data["paths"]["opened"]}
    assert [hop["line"] for hop in chains["internet", "back"]["chain"]] == [None, "F-2", "F-1"]
    assert [item["id"] for item in data["lines"]] == ["F-2"]
    assert data["lines"][0]["opens"]
    assert data["lines"][0]["location"]["line"] == BASE.count("\n") + 1
    assert data["major"]["verdict"] == "major"
    rules = {item["rule"] for item in data["findings"]["new"]}
    assert {"opened-path", "public-to-sensitive"} <= rules
    assert [item["new"] for item in data["clauses"] if item["clause"] == "13.2.a"] == ["non-conformant"]


def test_taking_it_back_is_exit_0(folder: Path) -> None:
    done = cloison(folder, "diff", "new.yaml", "old.yaml", "--format", "json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert [item["line"] for item in data["flows"]["closed"]] == ["F-2"]
    assert "public-to-sensitive" in {item["rule"] for item in data["findings"]["gone"]}
    assert data["findings"]["new"] == []


@pytest.mark.parametrize(("lang", "words"), [("en", "Flows opened"), ("fr", "Flux ouverts")])
def test_markdown_page_and_terminal(folder: Path, lang: str, words: str) -> None:
    done = cloison(folder, "diff", "old.yaml", "new.yaml", "-o", "d.md", "-o", "d.html", "-o", "-", lang=lang)
    assert done.returncode == 1, done.stderr
    page = (folder / "d.html").read_text("utf-8")
    assert page.index(words) < page.index({"en": ">Findings<", "fr": ">Constats<"}[lang])  # first the change
    for text in (done.stdout, (folder / "d.md").read_text("utf-8"), (folder / "d.html").read_text("utf-8")):
        assert words in text
        assert "internet" in text
    assert "<b>" not in (folder / "d.md").read_text("utf-8")
    assert "<b>network" not in (folder / "d.html").read_text("utf-8")


def test_every_reason_why_a_side_cannot_be_used(folder: Path) -> None:
    (folder / "bad.yaml").write_text(BASE.replace("zone: front}", "zone: frnot}"), encoding="utf-8")
    (folder / "worse.yaml").write_text(BASE.replace("owner: p, nature", "ownr: p, nature"), encoding="utf-8")
    done = cloison(folder, "diff", "bad.yaml", "worse.yaml")
    assert done.returncode == 2
    assert "worse.yaml:6:" in done.stderr
    assert "bad.yaml:9:" in done.stderr
    done = cloison(folder, "diff", "old.yaml", "bad.yaml")
    assert done.returncode == 2
    assert "bad.yaml:9:" in done.stderr
    assert "front" in done.stderr


@pytest.mark.skipif(not HAS_GIT, reason="git is not installed")
def test_revisions(folder: Path) -> None:
    started(folder)
    committed(folder, {"cloison.yaml": BASE})
    git(folder, "tag", "v1")
    committed(folder, {"cloison.yaml": BASE + OPEN})
    done = cloison(folder, "diff", "v1", "HEAD", "--format", "json")
    assert done.returncode == 1, done.stderr
    data = json.loads(done.stdout)
    assert data["old"]["commit"] == git(folder, "rev-parse", "v1")
    assert data["new"]["commit"] == git(folder, "rev-parse", "HEAD")
    assert [item["line"] for item in data["flows"]["opened"]] == ["F-2"]
    done = cloison(folder, "diff", "v2", "HEAD")
    assert done.returncode == 2
    assert "v1" in done.stderr
