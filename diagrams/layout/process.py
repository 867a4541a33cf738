"""Graphviz's programs as processes of their own, with limits: an assertion in the library kills its process only."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from cloison.netmodel.finding import MapError, Message, Ref, input_error, say

TIME_LIMIT = 60.0  # seconds a step
LARGEST = 256 * 2**20  # bytes of an answer
Program = Literal["dot", "neato"]
RULE = "no-layout"
CLOCK = {"SOURCE_DATE_EPOCH": "0", "TZ": "UTC"}  # a PDF carries its date: later Graphviz takes it from here


def run(program: Program, text: str, *options: str, limit: float = TIME_LIMIT) -> bytes:
    """Return what Graphviz's ``program`` answers to a DOT text.

    Raises :class:`MapError` with the rule ``no-layout`` when the program is not on this machine, crashes, does not
    end within ``limit`` seconds or answers nothing or too much.
    """
    found = shutil.which(program)
    if found is None:
        raise _failure(say(
            "no picture: Graphviz's `{program}` is not on this machine (Debian: apt install graphviz)",
            "pas d’image : le programme `{program}` de Graphviz n’est pas sur cette machine "
            "(Debian : apt install graphviz)", program=program,
        ))  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 (a list and no shell; the text goes by standard input)
            [found, *options], input=text.encode("utf-8"), capture_output=True, timeout=limit, check=False,
            env=os.environ | CLOCK,
        )
    except subprocess.TimeoutExpired as late:
        raise _failure(say(
            "no picture: `{program}` did not end within {seconds} s and was stopped",
            "pas d’image : `{program}` n’a pas fini en {seconds} s et a été arrêté",
            program=program, seconds=f"{limit:g}",
        )) from late  # fmt: skip
    except OSError as broken:
        raise _failure(say(
            "no picture: `{program}` could not be started: {why}",
            "pas d’image : `{program}` n’a pas pu être lancé : {why}",
            program=program, why=broken.strerror or type(broken).__name__,
        )) from broken  # fmt: skip
    if done.returncode != 0 or not done.stdout or len(done.stdout) > LARGEST:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _failure(say(
            "no picture: `{program}` failed (exit {code}): {why}",
            "pas d’image : `{program}` a échoué (code {code}) : {why}",
            program=program, code=done.returncode, why=lines[0][:200] if lines else "-",
        ))  # fmt: skip
    return done.stdout


def run_each(
    program: Program, texts: Sequence[str], *options: str, limit: float = TIME_LIMIT
) -> list[bytes | MapError]:
    """Return what ``program`` answers to each of several DOT texts, or why it does not.

    One process takes as many as it can, since starting one takes longer than a small layout; the text at which it
    stops is given to :func:`run`, and the next process goes on behind it. ``limit`` is that of each process.
    """
    found: list[bytes | MapError] = []
    while len(found) < len(texts):
        found += _together(program, texts[len(found) :], options, limit)
        if len(found) < len(texts):
            try:
                found.append(run(program, texts[len(found)], *options, limit=limit))
            except MapError as problem:
                found.append(problem)
    return found


def _together(program: Program, texts: Sequence[str], options: Sequence[str], limit: float) -> list[bytes]:
    """Return the answers of one process to the first of the texts, as many as are whole for certain."""
    found = shutil.which(program)
    if found is None or len(texts) < 2:
        return []
    try:
        with TemporaryDirectory(prefix="cloison-") as folder:
            return _answered(found, texts, options, limit, Path(folder))
    except OSError:  # no room for files: each text by standard input, then
        return []


def _answered(program: str, texts: Sequence[str], options: Sequence[str], limit: float, folder: Path) -> list[bytes]:
    (form,) = (option.removeprefix("-T") for option in options if option.startswith("-T"))
    files = [folder / f"{number}.gv" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    try:
        done = subprocess.run(  # noqa: S603 (a list and no shell; the names of files are our own)
            [program, *options, "-O", *(file.name for file in files)], stdin=subprocess.DEVNULL, capture_output=True,
            timeout=limit, check=False, env=os.environ | CLOCK, cwd=folder,
        )  # fmt: skip
        whole = done.returncode == 0
    except subprocess.TimeoutExpired:
        whole = False
    written = list(takewhile(Path.exists, (file.with_name(f"{file.name}.{form}") for file in files)))
    kept = written if whole else written[:-1]  # it may have been stopped while it wrote the last one
    return [file.read_bytes() for file in takewhile(lambda file: 0 < file.stat().st_size <= LARGEST, kept)]


def _failure(message: Message) -> MapError:
    return MapError((input_error(RULE, message, Ref("program", "graphviz")),))
