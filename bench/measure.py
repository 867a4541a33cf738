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


# Python keeps compiled modules and buffers its output on an ordinary machine: what says otherwise is not passed on.
_ORDINARY = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def once(words: Sequence[str], environment: dict[str, str] | None = None, giver: Sequence[str] = ()) -> Run:
    """Run a command to its end, its output thrown away; ``giver`` is a command whose output it reads, if any."""
    start = time.perf_counter()
    with Path(os.devnull).open("rb") as nothing, Path(os.devnull).open("wb") as away:
        source = subprocess.Popen(giver, stdout=subprocess.PIPE, env=_ORDINARY) if giver else None
        given = source.stdout if source else nothing
        process = subprocess.Popen(
            words, stdin=given, stdout=away, stderr=away, env={**_ORDINARY, **(environment or {})}
        )
        if source and source.stdout:
            source.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if source:
            source.wait()
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
