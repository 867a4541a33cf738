"""Each command from outside, as a user runs it: exit codes, contracts, files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import in_process
import jsonschema
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LAB = EXAMPLES / "lab"
AT = ("--at", "2026-11-02")


def cloison(*words: str, cwd: Path | None = None) -> in_process.Done:
    return in_process.run(cwd or EXAMPLES, *words)


def started(*words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Return what a process of its own does, with variables of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cloison.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8", **extra},
    )


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['cloison', '--help']\n"
        "from cloison import cli\n"
        "cli.run()\n"
        "heavy = {'numpy', 'numba', 'networkx', 'pydantic', 'openpyxl', 'scapy', 'graphviz', 'yaml', 'rich'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_small_check_imports_no_numba() -> None:
    code = (
        f"import sys; sys.argv = ['cloison', 'check', {str(EXAMPLES / 'nuage')!r}, '--at', '2026-11-02']\n"
        "from cloison import cli\n"
        "assert cli.run() == 0\n"
        "assert 'numba' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_first_map_is_valid_at_once(lang: str, tmp_path: Path) -> None:
    written = cloison("init", str(tmp_path), "--lang", lang)
    assert written.returncode == 0, written.stderr
    checked = cloison("check", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    again = cloison("init", str(tmp_path))
    assert again.returncode == 2
    assert "cloison.yaml" in again.stderr


def test_no_map_at_all(tmp_path: Path) -> None:
    done = cloison("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "cloison init" in done.stderr


def test_schema_is_draft_07_and_accepts_the_lab() -> None:
    schema = json.loads(cloison("schema").stdout)
    jsonschema.Draft7Validator.check_schema(schema)


def test_check_answers_its_contract() -> None:
    done = cloison("check", str(EXAMPLES / "nuage"), *AT, "--format", "json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["schema"] == "cloison.check/1"
    assert set(data["map"]) >= {"name", "digest", "counts"}
    assert len(data["clauses"]) >= 10
    for clause in data["clauses"]:
        assert set(clause) >= {"framework", "clause", "status", "kind", "graphs", "reason", "findings"}


def test_check_of_the_broken_twin_fails_with_places() -> None:
    done = cloison("check", str(EXAMPLES / "nuage-broken"), *AT, "--format", "json")
    assert done.returncode == 1, done.stderr
    for finding in json.loads(done.stdout)["findings"]:
        assert finding["severity"] in ("error", "warning", "note")
        assert finding["fingerprint"]
        assert finding["remedy"]
        if finding["severity"] == "error":
            assert finding["locations"], finding


def test_two_runs_give_the_same_bytes() -> None:
    first = started("check", str(EXAMPLES / "nuage-broken"), *AT, "--format", "json", PYTHONHASHSEED="1")
    second = started("check", str(EXAMPLES / "nuage-broken"), *AT, "--format", "json", PYTHONHASHSEED="2")
    assert first.stdout == second.stdout


def test_audit_answers_its_contract() -> None:
    done = cloison("audit", str(LAB / "map.yaml"), "--probe", f"ids-core={LAB / 'core.pcap'}", "--format", "json")
    assert done.returncode == 1
    data = json.loads(done.stdout)
    assert data["schema"] == "cloison.audit/1"
    assert set(data) >= {"sources", "summary", "conversations", "lines", "undecoded"}
    assert set(data["summary"]) >= {
        "packets", "records", "conversations", "authorised", "assumed", "illegitimate", "unmapped", "local", "undecoded"
    }  # fmt: skip
    fields = {
        "source", "source_port", "destination", "protocol", "port", "vrf", "from", "to", "verdict", "reason",
        "severity", "line", "first", "last", "packets", "bytes", "answered", "orientation", "wire", "tunnel",
    }  # fmt: skip
    assert data["conversations"]
    for item in data["conversations"]:
        assert set(item) >= fields
        assert item["verdict"] != "authorised"


def test_explain_in_three_answers() -> None:
    words = ("explain", str(LAB / "map.yaml"), "--at", "2026-11-02")
    yes = cloison(*words, "--from", "waf-1/front", "--to", "app-1/lan", "--service", "console-tls")
    assert yes.returncode == 0, yes.stderr
    assert "F-002" in yes.stdout
    assert "fw-1" in yes.stdout
    no = cloison(*words, "--from", "internet", "--to", "app-1/lan", "--service", "console-tls")
    assert no.returncode == 1
    unknown = cloison(*words, "--from", "waf-1/frnt", "--to", "app-1/lan")
    assert unknown.returncode == 2
    assert "front" in unknown.stderr


def test_rules_lists_every_rule() -> None:
    data = json.loads(cloison("rules", "--format", "json").stdout)
    names = {rule["name"] for rule in data["rules"]}
    assert names >= {
        "public-to-sensitive", "tenant-isolation", "administration-exposure", "any-service", "expired-line",
        "unsafe-service", "unreachable-line", "shadowed-line", "undeclared-bridge", "overlapping-hardware",
        "administration-tunnel", "application-firewall", "missing-probe", "incomplete-line", "incomplete-inventory",
        "overdue-review",
    }  # fmt: skip
    for rule in data["rules"]:
        assert set(rule) >= {"name", "clauses", "severity", "needs", "remedy"}


@pytest.mark.parametrize("suffix", ["svg", "png", "dot", "md"])
def test_draw_writes_each_form(suffix: str, tmp_path: Path) -> None:
    if suffix in ("svg", "png"):
        import shutil

        if not shutil.which("dot"):
            assert "CLOISON_CI" not in os.environ
            pytest.skip("needs dot")
    target = tmp_path / f"map.{suffix}"
    done = cloison("draw", str(EXAMPLES / "nuage"), *AT, "-o", str(target))
    assert done.returncode == 0, done.stderr
    assert target.stat().st_size > 1000


def test_without_dot_the_rest_is_made(tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    for suffix in ("dot", "md"):
        done = started("draw", str(EXAMPLES / "nuage"), *AT, "-o", str(tmp_path / f"n.{suffix}"), PATH=str(empty))
        assert done.returncode == 0, done.stderr
    done = started("draw", str(EXAMPLES / "nuage"), *AT, "-o", str(tmp_path / "m.svg"), PATH=str(empty))
    assert done.returncode == 2
    assert "dot" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "m.dot").stat().st_size > 1000
    assert (tmp_path / "m.md").stat().st_size > 1000


def test_a_configuration_is_generated(tmp_path: Path) -> None:
    words = ("generate", str(LAB / "map.yaml"), "--device", "fw-1", "--dialect", "nftables", *AT)
    shown = cloison(*words)
    assert shown.returncode == 0, shown.stderr
    assert "the whole matrix and nothing else" in shown.stderr
    file = tmp_path / "fw-1.nft"
    assert cloison(*words, "-o", str(file)).stdout == ""
    assert file.read_text("utf-8") == shown.stdout
    verified = cloison("verify", str(LAB / "map.yaml"), "--config", f"fw-1={file}", *AT)
    assert verified.returncode == 0, verified.stdout


def test_what_cannot_be_generated_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "fw-dev.asa"
    words = ("--dialect", "asa", *AT, "-o", str(file))
    refused = cloison("generate", str(EXAMPLES / "nuage"), "--device", "fw-dev", *words)
    assert refused.returncode == 2
    assert "matrice.csv:74:1" in refused.stderr
    assert not file.exists()
    unknown = cloison("generate", str(LAB / "map.yaml"), "--device", "fw-9", "--dialect", "nftable", "--lang", "fr")
    assert unknown.returncode == 2
    assert "Traceback" not in refused.stderr + unknown.stderr


def test_what_is_not_read_back_equal_is_shown_and_not_written(tmp_path: Path) -> None:
    text = (LAB / "map.yaml").read_text("utf-8")
    file = tmp_path / "map.yaml"
    file.write_text(text.replace("  vip: {on: fw-1,", "  vip: {on: gate-1,"), encoding="utf-8")
    words = ("generate", str(file), "--device", "fw-1", *AT)
    config = tmp_path / "fw-1.xml"
    undecided = cloison(*words, "--dialect", "panos", "-o", str(config))
    assert undecided.returncode == 3, undecided.stderr
    assert "nothing is written" in undecided.stderr
    assert "icmp-echo-request" in undecided.stderr
    assert undecided.stdout == ""
    assert not config.exists()
    rules = tmp_path / "rules"
    both = cloison(*words, "--dialect", "iptables", "-o", str(rules))
    assert both.returncode == 0, both.stderr
    assert sorted(path.name for path in tmp_path.glob("rules*")) == ["rules.v4", "rules.v6"]


def test_several_outputs_in_one_run(tmp_path: Path) -> None:
    words = ["-o", "page.html", "-o", "r.junit.xml", "-o", "github-summary=step", "-o", "github=-"]
    done = cloison("check", str(EXAMPLES / "nuage-broken"), "--at", "2026-11-02", *words, cwd=tmp_path)
    assert done.returncode == 1
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in done.stdout.splitlines())
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (tmp_path / "r.junit.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert "<details>" in (tmp_path / "step").read_text(encoding="utf-8")
    assert re.search(r"\b[1-9]\d* errors", done.stderr)
    refused = cloison(
        "check", str(EXAMPLES / "lab" / "map.yaml"), "-o", "a.wrong", "-o", "c.html", "-o", "b", cwd=tmp_path
    )
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 2  # both, and nothing was written
    assert not (tmp_path / "c.html").exists()
