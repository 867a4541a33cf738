"""The compiled kernels: inside their bounds on any input, with any state of the cache, and announced when cold."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import captures_mutants
import pytest
from captures_mutants import mutants, read_all

from cloison.captures import read as reading
from cloison.captures.frames import parse
from cloison.flows.compiled import Compiled, compiled
from cloison.netmodel.finding import Message

HERE = Path(__file__).parent
FEW, LIMIT = 400, 600  # captures; s, on a machine that may be busy


def python(code: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *code], capture_output=True, text=True, timeout=LIMIT, cwd=folder,
        env={**os.environ, **environment},
    )  # fmt: skip


def test_damaged_captures_with_plain_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_prepared", set())  # what is short is then read by plain kernels
    refused, packets = read_all(tmp_path, FEW)
    assert 0 < refused < FEW // 2
    assert packets > FEW


def test_damaged_captures_without_compilation(tmp_path: Path) -> None:
    done = python([captures_mutants.__file__, str(FEW // 4)], tmp_path, NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0, done.stderr


def test_mutants_are_the_same_at_every_run() -> None:
    assert list(mutants(20)) == list(mutants(20))


SMALL = """
import sys
import numpy as np
sys.path.insert(0, ".")
from small import loop
from cloison.flows.compiled import compiled
values = np.zeros(3, dtype=np.int64)
cold = compiled(loop).cold
compiled(loop)(values)
print(cold, values.tolist(), compiled(loop).cold)
"""
LOOP = "def loop(values):\n    for at in range(len(values)):\n        values[at] += at + 1\n"


@pytest.mark.compiling
def test_a_damaged_cache_is_no_failure(tmp_path: Path) -> None:
    """What was kept and cannot be read is compiled for this process."""
    (tmp_path / "small.py").write_text(LOOP, encoding="utf-8")
    cache = tmp_path / "numba"
    for cold in ("True", "False", "False"):  # the third is damaged, which only its use tells
        done = python(["-c", SMALL], tmp_path, NUMBA_CACHE_DIR=str(cache))
        assert done.stdout.split(" ", 1) == [cold, "[1, 2, 3] False\n"], done.stderr
        if cold == "False":
            for path in cache.rglob("*.nbi"):
                path.write_bytes(path.read_bytes()[:20])
    assert list(cache.rglob("*.nbi"))


@pytest.mark.compiling
def test_no_place_for_a_cache_is_no_failure(tmp_path: Path) -> None:
    """As on a machine whose home and program files are read-only."""
    (tmp_path / "small.py").write_text(LOOP, encoding="utf-8")
    code = "import numba.core.caching as c\nc.CacheImpl._locator_classes = []\n" + SMALL
    done = python(["-c", code], tmp_path)
    assert done.stdout == "True [1, 2, 3] False\n", done.stderr
    assert not list(tmp_path.rglob("*.nbi"))


def test_an_announcement_has_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Message] = []
    monkeypatch.setattr(Compiled, "cold", True)
    monkeypatch.setattr(reading, "_prepared", set())
    reading.prepare("pcap", said.append)
    (message,) = said
    assert message.say("fr").startswith("compilation du décodeur")
    assert message.say("en").startswith("compiling the packet decoder")
    monkeypatch.undo()
    assert not compiled(parse).cold


def test_short_captures_need_no_numba(tmp_path: Path) -> None:
    """It takes half a second to import and may take ten to compile."""
    shutil.copy(_short(tmp_path), tmp_path / "b.pcap")
    code = "import sys; from cloison.captures.read import read; c = read(['b.pcap'], rare=False); "
    done = python(["-c", code + "print(len(c.table), 'numba' in sys.modules, 'scapy' in sys.modules)"], tmp_path)
    assert done.stdout.split() == ["1", "False", "False"], done.stderr


def _short(folder: Path) -> Path:
    from captures_forge import START, pcap

    path = folder / "a.pcap"
    path.write_bytes(pcap([(START, captures_mutants.frames()[0])]))
    return path
