"""The examples for GitHub and GitLab: their own commands, run in a repository where a firewall changes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MAP = """\
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
flows:
  F-1: {from: a, to: b, services: tcp/443, responsible: net, justification: {kind: business, text: t}}
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


def commands(name: str) -> str:
    """Return the shell commands of an example, without what installs."""
    text = (EXAMPLES / "ci" / name).read_text(encoding="utf-8")
    read = yaml.safe_load(text)
    if name == "github.yml":
        return str(read["jobs"]["verify"]["steps"][-1]["run"])
    return "\n".join(line for line in read["firewalls"]["script"] if not line.startswith("pip "))


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("name", ["github.yml", "gitlab.yml"])
@pytest.mark.parametrize(("port", "code", "word"), [("443", 0, "inside"), ("22", 1, "outside")])
def test_the_commands_of_an_example_answer(tmp_path: Path, name: str, port: str, code: int, word: str) -> None:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
            cwd=tmp_path / "repository", check=True, capture_output=True,
        )  # fmt: skip

    repository = tmp_path / "repository"
    (repository / "map").mkdir(parents=True)
    (repository / "firewalls").mkdir()
    (repository / "map" / "map.yaml").write_text(MAP, encoding="utf-8")
    (repository / "firewalls" / "fw.nft").write_text(RULES.format(port="{ 443, 8443 }"), encoding="utf-8")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "base")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    new = "443" if port == "443" else "{ 443, 8443, 22 }"
    (repository / "firewalls" / "fw.nft").write_text(RULES.format(port=new), encoding="utf-8")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "cloison").write_text(f'#!/bin/sh\nexec {sys.executable} -m cloison.cli "$@"\n', encoding="utf-8")
    (tools / "cloison").chmod(0o755)
    script = commands(name).replace("/tmp/base", str(tmp_path / "base"))
    assert re.search(r"cloison verify .*--base", script)
    done = subprocess.run(
        ["sh", "-ec", script], cwd=repository, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "GITHUB_BASE_REF": "main",
             "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "GITHUB_STEP_SUMMARY": str(repository / "firewalls.md")},
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    assert word in (repository / "firewalls.md").read_text(encoding="utf-8")
