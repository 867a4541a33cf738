"""Shells complete commands, options, and the names that the program and the map know."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAP = """\
cloison: 1
name: small
parties: {us: {kind: provider}}
vrfs: {blue: {}}
zones: {front: {owner: us}, "$(touch gone)": {owner: us}, "two words": {owner: us}, "données": {owner: us}}
subnets: {lan: {cidr: 10.0.0.0/24, zone: front}}
assets:
  fw-1: {functions: filtering, interfaces: {lan: 10.0.0.1}}
  ids-1: {functions: probe, interfaces: {lan: 10.0.0.2}}
services: {ours: {ports: tcp/8443}}
"""
CASES = [
    ("cloison dr", {"draw"}),
    ("cloison check --fra", {"--framework"}),
    ("cloison check --lang ", {"en", "fr"}),
    ("cloison check --fail-on ", {"error", "warning", "note"}),
    ("cloison check --framework sec", {"secnumcloud-3.2"}),
    ("cloison check --format term", {"terminal"}),
    ("cloison generate map.yaml --dialect nft", {"nftables"}),
    ("cloison generate map.yaml --device ", {"fw-1"}),
    ("cloison draw map.yaml --view o", {"overview"}),
    ("cloison draw map.yaml --view zone:", {"zone:front", "zone:données"}),
    ("cloison draw -o out.svg map.yaml --view zone:f", {"zone:front"}),
    ("cloison verify map.yaml --config f", {"fw-1="}),
    ("cloison audit map.yaml --probe ", {"ids-1="}),
    ("cloison learn --map map.yaml --probe ", {"ids-1="}),
    ("cloison explain map.yaml --from fw-1/", {"fw-1/lan"}),
    ("cloison explain map.yaml --to fr", {"front"}),
    ("cloison explain map.yaml --service our", {"ours"}),
    ("cloison explain map.yaml --service syslog-", {"syslog-tcp", "syslog-tls"}),
    ("cloison explain map.yaml --vrf b", {"blue"}),
    ("cloison completion ", {"bash", "zsh", "fish"}),
    ("cloison draw broken.yaml --view zone:", set[str]()),
    ("cloison draw large.yaml --view zone:", set[str]()),
    ("cloison draw nowhere.yaml --view zone:", set[str]()),
]  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with maps, and a ``cloison`` that shells find in ``bin``."""
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text(MAP + "zones: {}\n", encoding="utf-8")
    (tmp_path / "large.yaml").write_text(MAP + "#" * (1 << 20) + "\n", encoding="utf-8")
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "cloison"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m cloison.cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return tmp_path


def run(words: list[str], place: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{place / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        words, cwd=place, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "HOME": str(place), **environment},
    )  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), CASES, ids=[line for line, _ in CASES])
def test_what_may_be_meant_is_offered(place: Path, line: str, expected: set[str]) -> None:
    asked = {"_CLOISON_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args", "COLUMNS": "999"}
    done = run(["cloison"], place, _TYPER_COMPLETE_ARGS=line, **asked)
    assert {item.partition("\t")[0] for item in done.stdout.splitlines() if item} == expected, done.stderr
    assert "Traceback" not in done.stderr
    assert not (place / "gone").exists()


CUT = [item for item in CASES if item[0].endswith(("dr", "zone:", "zone:f", "--config f", "fw-1/"))]
BASH = """\
eval "$(cloison completion bash)"
complete -p cloison >/dev/null || exit 9
COMP_LINE=$1 COMP_POINT=${#1}
_cloison_completion cloison
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(("line", "expected"), CUT, ids=[line for line, _ in CUT])
def test_bash_replaces_what_follows_its_last_break(place: Path, line: str, expected: set[str]) -> None:
    done = run(["bash", "--norc", "-c", BASH, "bash", line], place)
    assert done.returncode == 0, done.stderr
    before = max(line.rsplit(None, 1)[-1].rfind(sign) for sign in "=:") + 1 if not line.endswith(" ") else 0
    assert {item for item in done.stdout.splitlines() if item} == {name[before:] for name in expected}
    assert not (place / "gone").exists()


@pytest.mark.skipif(shutil.which("fish") is None and "CLOISON_CI" not in os.environ, reason="fish is not installed")
def test_fish_itself(place: Path) -> None:
    lines = "cloison draw map.yaml --view zone:f", "cloison check m"
    script = "cloison completion fish | source; " + "; ".join(f'complete -C "{line}"' for line in lines)
    done = run(["fish", "--no-config", "-c", script], place)
    assert [line.strip() for line in done.stdout.splitlines()] == ["zone:front", "map.yaml"], done.stderr


@pytest.mark.skipif(shutil.which("zsh") is None and "CLOISON_CI" not in os.environ, reason="zsh is not installed")
def test_zsh_reads_names_with_a_colon(place: Path) -> None:
    line = "cloison draw map.yaml --view zone:"
    done = run(["cloison"], place, _CLOISON_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=line)
    assert done.stdout.split() == ["_arguments", "'*:", ':(("zone\\\\:données"', '"zone\\\\:front"))\'']
    assert run(["zsh", "-n", "-c", done.stdout], place).returncode == 0


@pytest.mark.skipif(shutil.which("zsh") is None and "CLOISON_CI" not in os.environ, reason="zsh is not installed")
def test_zsh_reads_its_script(place: Path) -> None:
    script = 'autoload -Uz compinit; compinit -u; eval "$(cloison completion zsh)"; print $_comps[cloison]'
    done = run(["zsh", "-f", "-c", script], place)
    assert done.stdout.strip() == "_cloison_completion", done.stderr


def test_another_shell_is_refused(place: Path) -> None:
    for language, words in (("en", "none of bash, zsh, fish"), ("fr", "ni bash, ni zsh, ni fish")):
        done = run(["cloison", "completion", "csh", "--lang", language], place)
        assert done.returncode == 2
        assert words in done.stderr
        assert done.stdout == ""


def test_nothing_but_a_shell_that_asks_changes_the_help(place: Path) -> None:
    done = run(["cloison", "--help"], place)
    assert "--install-completion" not in done.stdout
    assert "completion" in done.stdout
