"""What is kept for GitHub, GitLab and pre-commit does what it says: every step run in a shell, with no network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloison.netmodel.language.first_map import FIRST_MAP

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = (ROOT / "action.yml").exists()  # the suite against the wheel has no repository around it
pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
    pytest.mark.skipif(not CHECKOUT, reason="files of the repository, which no wheel holds"),
]
HEAD = """\
cloison: 1
name: small
parties: {us: {kind: provider, country: FR}}
zones:
  a: {owner: us, nature: production, sensitivity: internal, domain: processing}
  b: {owner: us, nature: production, sensitivity: internal, domain: processing}
subnets:
  a-lan: {cidr: 10.1.0.0/24, zone: a}
  b-lan: {cidr: 10.2.0.0/24, zone: b}
assets:
  fw: {functions: filtering, owner: us}
interconnections:
  core: {between: [a, b], through: fw}
"""
LINE = """\
flows:
  F-1: {from: a, to: b, services: %s, responsible: net, justification: {kind: business, text: t}}
"""
RULES = """\
table ip filter {{
  chain forward {{
    type filter hook forward priority 0; policy drop;
    ct state established accept
    ip saddr 10.1.0.0/24 ip daddr 10.2.0.0/24 tcp dport {port} accept
  }}
}}
"""
SOUND, UNSAFE = LINE % "tcp/443", LINE % "telnet"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a repository with two maps and a firewall, whose ``main`` is the commit before the change.

    ``cloison.yaml``, the first map that the program writes, passes every rule; ``map`` is that of the firewall.
    """
    repository = tmp_path / "repository"
    (repository / "map").mkdir(parents=True)
    (repository / "firewalls").mkdir()
    (repository / "map" / "map.yaml").write_text(HEAD + SOUND, encoding="utf-8")
    (repository / "cloison.yaml").write_text(FIRST_MAP.en, encoding="utf-8")
    (repository / "firewalls" / "fw.nft").write_text(RULES.format(port=443), encoding="utf-8")
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "base")
    git(repository, "checkout", "-qb", "change")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, line in (
        ("cloison", f'exec {sys.executable} -m cloison.cli "$@"'),
        ("python", f'printf "%s\\n" "$*" >> {tmp_path / "installed"}'),
    ):
        (tools / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    return repository


def git(repository: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
        cwd=repository, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def shell(words: list[str], repository: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    path = f"{repository.parent / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        words, cwd=repository, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", **environment},
    )  # fmt: skip


# ---------------------------------------------------------------- GitHub

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8")) if CHECKOUT else {}


def github(repository: Path, **given: str) -> list[subprocess.CompletedProcess[str]]:
    """Run the steps of the action as a runner does, each until one fails, and those that run nevertheless."""
    inputs = {name: str(item["default"]) for name, item in ACTION["inputs"].items()}
    inputs |= {name.replace("_", "-"): value for name, value in given.items()}
    done: list[subprocess.CompletedProcess[str]] = []
    for number, step in enumerate(ACTION["runs"]["steps"]):
        condition = step.get("if", "success()")
        asked = all(inputs[name] for name in re.findall(r"inputs\.([a-z-]+) != ''", condition))
        failed = any(item.returncode for item in done)
        if not asked or (failed and "!cancelled()" not in condition):
            continue
        environment = {
            name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: inputs[found[1]], value)
            for name, value in step.get("env", {}).items()
        }
        assert step["shell"] == "bash"
        script = repository.parent / f"step-{number}.sh"
        script.write_text(step["run"], encoding="utf-8")
        environment |= {
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_STEP_SUMMARY": str(repository.parent / f"summary-{number}.md"),
            "RUNNER_TEMP": str(repository.parent),
        }
        done.append(shell(["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)], repository, environment))
    return done


def test_no_input_of_the_action_is_read_as_a_script() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"], "an expression in a script is an injection"
        assert set(step) <= {"name", "if", "shell", "env", "run"}
    for name, item in ACTION["inputs"].items():
        assert set(item) == {"description", "default"}, name
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text("utf-8")))
    assert used == set(ACTION["inputs"])


def test_the_action_passes_a_sound_map(place: Path) -> None:
    install, check = github(place, framework="secnumcloud-3.2\nanssi-cartographie-2018")
    assert install.returncode == 0
    assert (place.parent / "installed").read_text("utf-8").split()[-1] == str(ROOT), "the action's own version"
    assert check.returncode == 0, check.stdout + check.stderr
    assert json.loads((place / "cloison.sarif").read_text("utf-8"))["version"] == "2.1.0"
    summary = (place.parent / "summary-1.md").read_text("utf-8")
    assert "level-1" in summary
    assert "8.1.a" in summary
    assert "::error" not in check.stdout


def test_the_action_annotates_what_it_finds(place: Path) -> None:
    (place / "map" / "map.yaml").write_text(HEAD + UNSAFE, encoding="utf-8")
    _, check = github(place, map="map", lang="fr")
    assert check.returncode == 1, check.stderr
    assert re.search(r"^::error .*file=map/map\.yaml,line=\d+", check.stdout, flags=re.MULTILINE)
    assert "unsafe-service" in check.stdout
    assert "unsafe-service" in (place / "cloison.sarif").read_text("utf-8")


@pytest.mark.parametrize(
    ("port", "code", "word"),
    [("443", 0, "inside"), ("{ 443, 22 }", 1, "outside")],
)
@pytest.mark.parametrize("config", ["firewalls", "\nfw=firewalls/fw.nft\n"])
def test_the_action_says_what_a_change_does(place: Path, config: str, port: str, code: int, word: str) -> None:
    (place / "firewalls" / "fw.nft").write_text(RULES.format(port=port), encoding="utf-8")
    *_, verify = github(place, map="map", config=config, base="main")
    assert verify.returncode == code, verify.stdout + verify.stderr
    assert word in (place.parent / "summary-2.md").read_text("utf-8")


def test_a_base_that_was_not_fetched_is_said(place: Path) -> None:
    *_, verify = github(place, map="map", config="firewalls", base="origin/main")
    assert verify.returncode == 2
    assert "fetch-depth" in verify.stdout


def test_a_new_firewall_is_compared_with_the_matrix_alone(place: Path) -> None:
    (place / "new").mkdir()
    (place / "new" / "fw.nft").write_text(RULES.format(port=443), encoding="utf-8")
    *_, verify = github(place, map="map", config="fw=new/fw.nft", base="main")
    assert verify.returncode == 0, verify.stdout + verify.stderr
    assert "inside" not in (place.parent / "summary-2.md").read_text("utf-8"), "there is no change to judge"


def test_hostile_inputs_of_the_action_stay_words(place: Path) -> None:
    *_, check = github(place, map="$(touch gone); touch gone", config='x"; touch gone #', fail_on="`touch gone`")
    assert check.returncode == 2
    assert not (place / "gone").exists()


# ---------------------------------------------------------------- GitLab


def component(**given: str) -> dict[str, Any]:
    """Return the jobs of the component with its inputs put in, as GitLab does, in the text."""
    header, _, body = (ROOT / "templates" / "cloison.yml").read_text("utf-8").partition("\n---\n")
    specified = yaml.safe_load(header)["spec"]["inputs"]
    inputs = {name: item["default"] for name, item in specified.items()}
    inputs |= {name.replace("_", "-"): value for name, value in given.items()}
    assert set(re.findall(r"inputs\.([a-z-]+)", body)) == set(specified)
    jobs: dict[str, Any] = yaml.safe_load(
        re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda found: str(inputs[found[1]]), body)
    )
    return jobs


def gitlab(repository: Path, job: Mapping[str, Any], **variables: str) -> subprocess.CompletedProcess[str]:
    return shell(["sh", "-ec", "\n".join(job["script"])], repository, {**job["variables"], **variables})


def test_the_component_reports_to_the_merge_request(place: Path) -> None:
    jobs = component()
    done = gitlab(place, jobs["cloison"])
    assert done.returncode == 0, done.stderr
    assert (place.parent / "installed").read_text("utf-8").split()[-1] == "cloison"
    found = json.loads((place / "gl-code-quality-report.json").read_text("utf-8"))
    assert {item["severity"] for item in found} <= {"info", "minor"}, "the first map has no error"
    reports = jobs["cloison"]["artifacts"]["reports"]
    assert all((place / name).exists() for name in (*reports.values(), *jobs["cloison"]["artifacts"]["paths"]))
    (place / "map" / "map.yaml").write_text(HEAD + UNSAFE, encoding="utf-8")
    done = gitlab(place, component(lang="fr", map="map")["cloison"])
    assert done.returncode == 1, done.stderr
    found = json.loads((place / "gl-code-quality-report.json").read_text("utf-8"))
    assert {item["location"]["path"] for item in found} == {"map/map.yaml"}
    assert "<failure" in (place / "cloison.junit.xml").read_text("utf-8")


@pytest.mark.parametrize(("port", "code", "word"), [("443", 0, "inside"), ("{ 443, 22 }", 1, "outside")])
@pytest.mark.parametrize("config", ["firewalls", "fw=firewalls/fw.nft"])
def test_the_component_says_what_a_change_does(place: Path, config: str, port: str, code: int, word: str) -> None:
    (place / "firewalls" / "fw.nft").write_text(RULES.format(port=port), encoding="utf-8")
    job = component(map="map", config=config)["cloison-change"]
    assert job["rules"] == [{"if": f'$CI_PIPELINE_SOURCE == "merge_request_event" && "{config}" != ""'}]
    done = gitlab(place, job, CI_MERGE_REQUEST_DIFF_BASE_SHA=git(place, "rev-parse", "main"))
    assert done.returncode == code, done.stdout + done.stderr
    assert word in (place / "change.md").read_text("utf-8")


# ---------------------------------------------------------------- pre-commit


def pre_commit(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    home = cwd.parent if cwd != ROOT else Path("/nonexistent")
    environment = {"PRE_COMMIT_HOME": str(home / "pre-commit")} if cwd != ROOT else {}
    path = f"{cwd.parent / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *words], cwd=cwd, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", **environment},
    )  # fmt: skip


def test_the_hooks_are_those_that_pre_commit_reads() -> None:
    done = pre_commit("validate-manifest", ".pre-commit-hooks.yaml", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hook_runs_at_a_commit_of_the_map_and_at_no_other(place: Path) -> None:
    """The hook as it is declared but for its installation, which would need the network."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["language"] == "python"
    assert hook["entry"].split()[0] == "cloison", "what the package installs"
    settings = {"repos": [{"repo": "local", "hooks": [{**hook, "language": "system"}]}]}
    (place / ".pre-commit-config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (place / "notes.md").write_text("no map\n", encoding="utf-8")
    git(place, "add", ".")
    other = pre_commit("run", "--files", "notes.md", cwd=place)
    assert other.returncode == 0, other.stdout
    assert "Skipped" in other.stdout
    assert pre_commit("run", "--all-files", cwd=place).returncode == 0
    (place / "cloison.yaml").write_text(HEAD + UNSAFE, encoding="utf-8")
    git(place, "add", ".")
    done = pre_commit("run", cwd=place)
    assert done.returncode == 1, done.stdout
    assert "unsafe-service" in done.stdout


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("cloison.yaml", True),
        ("map/map.yaml", True),
        ("map/matrix.csv", True),
        ("map/inventory.xlsx", True),
        ("map/reviews/2026.csv", True),
        ("docs/map/map.yaml", False),
        ("map/README.md", False),
        ("cloison.yaml.orig", False),
    ],
)
def test_the_hook_looks_at_maps(path: str, wanted: bool) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert (re.search(hook["files"], path) is not None) == wanted
