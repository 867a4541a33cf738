"""Graphviz is not there, hangs, crashes or says nothing: one clear line, and never a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from cloison.diagrams.drawing import draw
from cloison.diagrams.layout.picture import picture
from cloison.diagrams.layout.process import run, run_each
from cloison.diagrams.layout.sheet import drawn
from cloison.diagrams.writing import instead_of_picture, write
from cloison.netmodel.finding import Finding, MapError
from cloison.netmodel.network import Network

LIMIT = 1.0  # seconds, where no one waits for a program that hangs
NEATO = shutil.which("neato")


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def refusal(error: pytest.ExceptionInfo[MapError]) -> Finding:
    (finding,) = error.value.findings
    assert finding.rule == "no-layout"
    assert finding.message.say("en").startswith("no picture: ")
    assert finding.message.say("fr").startswith("pas d’image : ")
    return finding


def test_no_graphviz(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, network: Network) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    report = draw(network, ())
    for output in ("svg", "png", "pdf", "drawio"):
        with pytest.raises(MapError) as error:
            write(report, output, "en")
        assert "apt install graphviz" in refusal(error).message.say("fr")
    assert write(report, "mermaid", "en").startswith(b"flowchart")
    files = instead_of_picture(report, tmp_path / "map.svg", "fr")
    assert sorted(files) == [tmp_path / "map.dot", tmp_path / "map.md"]
    assert files[tmp_path / "map.dot"].startswith(b"digraph")
    assert "facade-lan" in files[tmp_path / "map.md"].decode()


def test_a_program_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, "dot", "exec sleep 60")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    start = time.monotonic()
    with pytest.raises(MapError) as error:
        run("dot", "digraph {}", limit=0.3)
    assert time.monotonic() - start < 20
    assert "0.3 s" in refusal(error).message.say("en")


@pytest.mark.parametrize("output", ["svg", "png", "pdf", "drawio"])
@pytest.mark.parametrize(
    ("broken", "script"),
    [("dot", "exec sleep 60"), ("dot", "kill -SEGV $$"), ("neato", "kill -SEGV $$"), ("neato", "exit 0")],
    ids=["dot-hangs", "dot-crashes", "neato-crashes", "neato-silent"],
)
def test_no_output_survives_a_program_that_fails_it(
    output: str, script: str, broken: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, network: Network
) -> None:
    program(tmp_path, broken, script)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    expire = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda words, **how: expire(words, **how | {"timeout": LIMIT}))
    with pytest.raises(MapError) as error:
        write(draw(network, ()), output, "en")
    refusal(error)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'Assertion failed: rank.c' >&2; exit 134", "Assertion failed: rank.c"),
        ("kill -SEGV $$", "exit -11"),
        ("exit 0", "exit 0"),
    ],
    ids=["assertion", "signal", "silence"],
)
def test_a_program_that_fails(script: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, "dot", f"cat >/dev/null; {script}")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(MapError) as error:
        run("dot", "digraph {}")
    assert said in refusal(error).message.say("en")


def test_a_file_that_is_no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "dot").write_bytes(b"\x7fELFnot")
    (tmp_path / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MapError) as error:
        run("dot", "digraph {}")
    assert "could not be started" in refusal(error).message.say("en")


MANY = """
draw() { case $1 in *crash*) printf half; kill -SEGV $$;; *hang*) exec sleep 60;; *) printf 'drawn %s' "$1";; esac; }
echo >> "$COUNT"
case "$*" in
*-O*) for file in "$@"; do case $file in *.gv) draw "$(cat "$file")" > "$file.svg";; esac; done;;
*) draw "$(cat)";;
esac
"""


@pytest.mark.parametrize(
    ("texts", "processes"),
    [
        (["a"], 1), ([f"t{number}" for number in range(12)], 1), (["a", "crash b", "c", "d"], 3), (["crash", "b"], 3),
        (["a", "b", "crash"], 2), (["a", "hang", "c"], 3), (["crash"] * 3, 5), ([], 0),
    ],
)  # fmt: skip
def test_one_process_takes_as_many_as_it_can(
    texts: list[str], processes: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And what is half written when it stops is no answer."""
    program(tmp_path, "dot", MANY)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COUNT", str(tmp_path / "count"))
    found = run_each("dot", texts, "-Tsvg", limit=LIMIT)
    said = [one.decode() if isinstance(one, bytes) else one.findings[0].message.say("en") for one in found]
    for text, answer in zip(texts, said, strict=True):
        wanted = "exit -11" if "crash" in text else "did not end within" if "hang" in text else f"drawn {text}"
        assert wanted in answer
    count = tmp_path / "count"
    assert (len(count.read_text().splitlines()) if count.exists() else 0) == processes


def test_without_room_for_files_each_is_asked_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    program(tmp_path, "dot", MANY)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COUNT", str(tmp_path / "count"))
    monkeypatch.setattr("cloison.diagrams.layout.process.TemporaryDirectory", full)
    assert run_each("dot", ["a", "b"], "-Tsvg") == [b"drawn a", b"drawn b"]


@pytest.mark.skipif(NEATO is None, reason="Graphviz is not installed")
def test_routes_at_right_angles_that_fail_become_straight(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, network: Network
) -> None:
    program(tmp_path, "neato", 'case "$*" in *ortho*) kill -ABRT $$;; esac\nexec ' + str(NEATO) + ' "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert b"003" in picture(drawn(draw(network, ()), "en"), "svg")
