"""How the benches measure: whole processes, several runs, medians."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of wall clock and of CPU, peak memory in MB, and the exit code of one process."""

    wall: float
    cpu: float
    memory: float
    code: int


def once(words: Sequence[str], environment: dict[str, str] | None = None, stdin: Path | None = None) -> Run:
    """Run a command to its end, its output thrown away."""
    start = time.perf_counter()
    with (stdin or Path(os.devnull)).open("rb") as given, Path(os.devnull).open("wb") as away:
        process = subprocess.Popen(
            words, stdin=given, stdout=away, stderr=away, env={**os.environ, **(environment or {})}
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)


def median(words: Sequence[str], runs: int = 5, environment: dict[str, str] | None = None) -> Run:
    """Return the medians of several runs, after one that is not counted."""
    once(words, environment)
    taken = [once(words, environment) for _ in range(runs)]
    return Run(
        statistics.median(run.wall for run in taken),
        statistics.median(run.cpu for run in taken),
        statistics.median(run.memory for run in taken),
        taken[-1].code,
    )
