"""The compiled kernels with bounds checked: numba's code checks none, here an index outside is an exception.

Kernels that check bounds are compiled once for all of these tests, in the order in which they stand; numba's own key
does not tell them from those that check none, so that they are kept apart.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import captures_mutants
import exports_mutants
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fuzz"))
from fuzz_corpus import kept
from fuzz_targets import targets

HERE = Path(__file__).parent
NIGHTLY = bool(os.environ.get("CLOISON_NIGHTLY"))
CAPTURES, EXPORTS = (20_000, 20_000) if NIGHTLY else (2_000, 1_000)
LIMIT = 3600 if NIGHTLY else 900  # s; many more inputs, on a machine that may be busy
pytestmark = pytest.mark.compiling


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bounds")


def checked(code: list[str], cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *code], capture_output=True, text=True, timeout=LIMIT, cwd=cache,
        env={
            **os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(cache),
            "PYTHONPATH": os.pathsep.join((str(HERE.parent / "fuzz"), str(HERE))),
        },
    )  # fmt: skip


PREPARE = """
import sys
from cloison.captures import read
said = []
seconds = read.prepare("pcap", lambda message: said.append(message.say("en")))
print(len(said), seconds > 1.5, read.prepare("pcap"))
"""


def test_compilation_is_announced_once_and_measured(cache: Path) -> None:
    first = checked(["-c", PREPARE], cache)
    assert first.stdout.split() == ["1", "True", "0.0"], first.stderr
    assert list(cache.rglob("*.nbi"))
    second = checked(["-c", PREPARE], cache)
    assert second.stdout.split()[0] == "0", second.stderr


def test_damaged_captures(cache: Path) -> None:
    done = checked([captures_mutants.__file__, str(CAPTURES)], cache)
    assert done.returncode == 0, done.stderr
    refused, packets = map(int, done.stdout.split())
    assert 0 < refused < CAPTURES // 2
    assert packets > CAPTURES


def test_damaged_exports(cache: Path) -> None:
    done = checked([exports_mutants.__file__, str(EXPORTS)], cache)
    assert done.returncode == 0, done.stderr
    records, left = map(int, done.stdout.split())
    assert records > EXPORTS
    assert left > EXPORTS // 2


REPLAY = """
import sys
from fuzz_corpus import kept
from fuzz_targets import targets
number = 0
for name, run in targets().items():
    for data in kept(name):
        one, other = run(data, False), run(data, True)
        assert one == other, (name, data.hex(), one, other)
        number += 1
print(number)
"""


def test_what_fuzzing_found_is_as_plain(cache: Path) -> None:
    done = checked(["-c", REPLAY], cache)
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) == sum(len(kept(name)) for name in targets())
