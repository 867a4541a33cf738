"""A git repository that is only looked at: objects and names, by the program `git` and nothing else of its doing.

Git is run without a shell, with a limit of time and of size. No hook, pager, filter or helper of a repository is run,
no worktree or index is touched, and nothing is fetched: ``GIT_ALLOW_PROTOCOL`` (git(1)) forbids every transport, which
``protocol.allow`` cannot do where a repository's own configuration allows one by name. Replaced objects and grafts, by
which a repository would show another history than its commits have, are left aside. What a user calls a revision never
reaches git as an option: it is refused when it begins with ``-``, and follows ``--end-of-options`` (gitcli(7)).
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

from cloison.netmodel.finding import MapError, Message, Ref, Span, input_error, say
from cloison.netmodel.language.files import LARGEST
from cloison.netmodel.language.names import nearest
from cloison.netmodel.system import why

TIME_LIMIT = 20.0  # seconds of one question
LONGEST = 300  # characters of a revision's name
MOST_SHOWN = 8  # names in a refusal where none is near
MOST_NAMES = 2_000  # branches and tags among which the nearest are looked for
_PART = 1024 * 1024  # bytes that are read at once
_COMPLAINT = 64 * 1024  # bytes of its complaints that are read
_QUIET = (
    "--no-pager", "--literal-pathspecs", "--no-replace-objects", "-c", "core.fsmonitor=false", "-c",
    f"core.hooksPath={os.devnull}", "-c", "core.quotePath=false",
)  # fmt: skip
_ELSEWHERE = (
    "GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF",
    "GIT_SHALLOW_FILE",
)  # fmt: skip
_ALONE = {
    "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "GIT_TERMINAL_PROMPT": "0",
    "GIT_GRAFT_FILE": os.devnull, "LC_ALL": "C",
}  # fmt: skip


class Blob(NamedTuple):
    """An entry of a tree: its mode and kind as git writes them, its object, its size (-1: none), its path."""

    mode: str
    kind: str
    object: str
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository by the directory that git is asked in, and by its own (``.git``); ``top`` is that of its worktree.

    A bare one has no worktree.
    """

    directory: Path
    own: str
    top: Path | None
    shallow: bool

    def commit(self, revision: str) -> str:
        """Return the id of the commit that a revision names; raise :class:`MapError` with the nearest names."""
        unclosed = revision.count("{") != revision.count("}")  # it would take in what is asked of it
        if revision.startswith(("-", "^")) or unclosed or len(revision) > LONGEST or not revision.isprintable():
            raise refused("revision", say("“{name}” cannot be the name of a revision",
                                          "« {name} » ne peut pas être le nom d’une révision",
                                          name=revision[:60]), revision[:60])  # fmt: skip
        code, answer, _ = _run(
            self.directory, self._this, "rev-parse", "--verify", "--quiet", "--end-of-options",
            f"{revision}^{{commit}}"
        )  # fmt: skip
        name = answer.decode("ascii", "replace").strip().splitlines()[-1:]
        if code == 0 and name:
            return name[0]
        names = self.names()
        near = nearest(revision, names) or names[:MOST_SHOWN]
        text = say("There is no revision “{name}” in this repository{near}",
                   "Il n’y a pas de révision « {name} » dans ce dépôt{near}",
                   name=revision, near=_near(near)) if not self.shallow else say(
            "There is no revision “{name}” in this repository, whose history is cut (a shallow clone): fetch all of it "
            "with `git fetch --unshallow`{near}",
            "Il n’y a pas de révision « {name} » dans ce dépôt, dont l’historique est tronqué (clone superficiel) : "
            "récupérez-le en entier avec `git fetch --unshallow`{near}",
            name=revision, near=_near(near))  # fmt: skip
        raise refused("unknown-revision", text, revision)

    def names(self) -> tuple[str, ...]:
        """Return the short names of branches and tags, some thousands at most."""
        answer = self._ask("for-each-ref", f"--count={MOST_NAMES}", "--format=%(refname:short)", "refs/heads",
                           "refs/tags", "refs/remotes")  # fmt: skip
        return ("HEAD", *answer.decode("utf-8", "replace").split())

    def entries(self, commit: str, path: str) -> Iterator[Blob]:
        """Yield what a tree of a commit has at a path, or in the folder where it ends with ``/`` or is empty."""
        answer = self._ask("ls-tree", "-z", "-l", "--full-tree", commit, "--", *([path] if path else []))
        for line in answer.split(b"\0"):
            if line:
                facts, _, name = line.partition(b"\t")
                mode, kind, object_, size = facts.decode("ascii").split()
                yield Blob(mode, kind, object_, int(size) if size.isdigit() else -1, os.fsdecode(name))

    def content(self, blob: Blob) -> bytes:
        """Return the bytes of a file of a tree."""
        return self._ask("cat-file", "blob", blob.object, most=LARGEST)

    def commits(self, commit: str, paths: tuple[str, ...], most: int) -> Iterator[tuple[str, int]]:
        """Yield the commits that led to one and touched some paths, newest first, with their time (seconds).

        One whose time cannot be read is given the last of all.
        """
        answer = self._ask("rev-list", "--full-history", "--no-commit-header", f"--max-count={most}",
                           "--format=%H %ct", commit, "--", *paths)  # fmt: skip
        for line in answer.decode("ascii", "replace").splitlines():
            name, _, seconds = line.partition(" ")
            yield name, int(seconds) if seconds.isdigit() else sys.maxsize

    @property
    def _this(self) -> str:
        """The option for this repository and no other: ``core.worktree`` may lead into somebody else's."""
        return f"--git-dir={self.own}"

    def _ask(self, *words: str, most: int = LARGEST) -> bytes:
        code, answer, said = _run(self.directory, self._this, *words, most=most)
        if code:
            raise refused("git", say("git failed: {why}", "git a échoué : {why}", why=said), str(self.directory))
        return answer


def repository_of(directory: Path) -> Repository:
    """Return the repository in which a directory lies; raise :class:`MapError` where there is none, or no git."""
    code, answer, said = _run(directory, "rev-parse", "--is-shallow-repository", "--is-bare-repository",
                              "--absolute-git-dir")  # fmt: skip
    if code and "dubious ownership" in said:
        raise refused("git", say("git refuses this repository, which belongs to somebody else: {why}",
                                 "git refuse ce dépôt, qui appartient à quelqu’un d’autre : {why}", why=said),
                      str(directory))  # fmt: skip
    if code:
        raise refused("no-repository", say("This directory lies in no git repository, so that there are no revisions",
                                           "Ce répertoire n’est dans aucun dépôt git : il n’y a pas de révisions"),
                      str(directory))  # fmt: skip
    shallow, bare, own = os.fsdecode(answer.removesuffix(b"\n")).split("\n", 2)
    if bare == "true":
        return Repository(directory, own, None, shallow == "true")
    code, answer, said = _run(directory, "rev-parse", "--show-toplevel")
    if code:
        raise refused("git", say("git failed: {why}", "git a échoué : {why}", why=said), str(directory))
    top = Path(os.fsdecode(answer.removesuffix(b"\n")))
    return Repository(top, own, top, shallow == "true")  # paths are told from the top


def refused(rule: str, message: Message, about: str, *spans: Span) -> MapError:
    """Return the refusal of a revision, or of git itself."""
    return MapError((input_error(rule, message, Ref("revision", about), *spans),))


def _near(names: tuple[str, ...]) -> str:
    return f" ({', '.join(names)}?)" if names else ""


def _run(directory: Path, *words: str, most: int = LARGEST) -> tuple[int, bytes, str]:
    """Return what git answers in a directory: its exit code, its output, and what it complains of most."""
    program = shutil.which("git")
    if program is None:
        raise refused("no-git", say("`git` is not on this machine: no revision can be read (Debian: apt install git)",
                                    "`git` n’est pas sur cette machine : aucune révision ne peut être lue "
                                    "(Debian : apt install git)"), "git")  # fmt: skip
    known = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    with TemporaryFile() as said:
        try:
            process = subprocess.Popen(  # noqa: S603 (a list and no shell)
                [program, *_QUIET, *words], cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=said, env={**known, **_ALONE},
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise refused("git", say("git could not be started here: {why}", "git n’a pas pu être lancé ici : {why}",
                                     why=why(error)), str(directory)) from None  # fmt: skip
        answer, late = _answer(process, most + 1)
        said.seek(0)
        lines = said.read(_COMPLAINT).decode("utf-8", "replace").strip().splitlines()
    if late:
        raise refused("git", say("git did not answer within {seconds} s and was stopped",
                                 "git n’a pas répondu en {seconds} s et a été arrêté",
                                 seconds=f"{TIME_LIMIT:g}"), str(directory))  # fmt: skip
    if len(answer) > most:
        raise refused("too-large", say("git answers more than {most} bytes", "git répond plus de {most} octets",
                                       most=most), str(directory))  # fmt: skip
    told = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "-")
    return process.returncode, answer, told[:200]


def _answer(process: subprocess.Popen[bytes], most: int) -> tuple[bytes, bool]:
    """Return what a program answers, cut at some bytes, and whether it took too long; it is stopped in both cases."""
    assert process.stdout is not None
    answer, until = bytearray(), time.monotonic() + TIME_LIMIT
    poll = select.poll()
    poll.register(process.stdout)
    try:
        while len(answer) < most:
            if not poll.poll(_milliseconds(until)):
                return b"", True
            part = os.read(process.stdout.fileno(), min(most - len(answer), _PART))
            if not part:
                process.wait(_milliseconds(until) / 1000)
                break
            answer += part
    except subprocess.TimeoutExpired:
        return b"", True
    finally:  # where it ended, there is nothing to stop
        process.kill()
        process.wait()
        process.stdout.close()
    return bytes(answer), False


def _milliseconds(until: float) -> float:
    return max(until - time.monotonic(), 0) * 1000
