"""What the given paths name: files, the files of directories, standard input."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.system import why

Announce = Callable[[Message], None]

_TWICE = Text("{file} is the same file as {other}: it is read once",
              "{file} est le même fichier que {other} : il n’est lu qu’une fois")  # fmt: skip
# what a directory holds beside its files, said with its number
_LEFT = (
    Text("{folder}: {n} hidden {n:file|files} left out",
         "{folder} : {n} {n:fichier caché laissé|fichiers cachés laissés} de côté"),
    Text("{folder}: {n} {n:subdirectory|subdirectories} not looked into",
         "{folder} : {n} {n:sous-répertoire non parcouru|sous-répertoires non parcourus}"),
    Text("{folder}: {n} {n:entry that is no file|entries that are no files} left out",
         "{folder} : {n} {n:entrée qui n’est pas un fichier laissée|entrées qui ne sont pas des fichiers laissées} "
         "de côté"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A file to be read, or standard input (``-``); ``size`` in bytes, 0 when it is not known.

    ``problem`` says why it will not be read.
    """

    path: str
    size: int = 0
    problem: Message | None = None


def listed(paths: Sequence[str], announce: Announce) -> list[File]:
    """Return the files that some paths name, in their order; those of a directory in the order of their names.

    A directory's hidden files are left out and its subdirectories not followed; ``announce`` is told how many. A file
    that is named twice is read once.
    """
    files: list[File] = []
    known: dict[tuple[int, int], str] = {}
    for path in paths:
        for file in _directory(path, announce) if path != "-" and os.path.isdir(path) else [_file(path)]:  # noqa: PTH112
            identity = _identity(file.path)
            if file.path == "-" and any(other.path == "-" for other in files):
                file = File("-", 0, say("standard input can be read once", "l’entrée standard ne se lit qu’une fois"))
            elif identity in known:
                announce(Message(_TWICE, {"file": file.path, "other": known[identity]}))
                continue
            if identity is not None:
                known[identity] = file.path
            files.append(file)
    return files


def _file(path: str) -> File:
    try:
        return File(path, 0 if path == "-" else os.stat(path).st_size)  # noqa: PTH116 - of any text, a NUL in it too
    except (OSError, ValueError):
        return File(path)  # opening it says why


def _identity(path: str) -> tuple[int, int] | None:
    try:
        facts = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return (facts.st_dev, facts.st_ino) if path != "-" and stat.S_ISREG(facts.st_mode) else None


def _directory(path: str, announce: Announce) -> Iterator[File]:
    left = [0] * len(_LEFT)
    found = 0
    try:
        with os.scandir(path) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError as error:
        yield File(path, 0, say("it is a directory that cannot be listed: {error}",
                                "c’est un répertoire qui ne peut pas être parcouru : {error}",
                                error=why(error)))  # fmt: skip
        return
    for entry in entries:
        if entry.name.startswith("."):
            left[0] += 1
        elif entry.is_dir():
            left[1] += 1
        elif not entry.is_file():
            left[2] += 1
        else:
            found += 1
            yield _file(entry.path)
    for text, number in zip(_LEFT, left, strict=True):
        if number:
            announce(Message(text, {"folder": path, "n": number}))
    if not found:
        yield File(path, 0, say("it is a directory that holds no file", "c’est un répertoire sans aucun fichier"))
