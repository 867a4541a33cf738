"""Files, directories and git revisions -> where the map of each lies: ``HEAD~3``, ``v1:examples/nuage``, a path."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, input_error, say
from cloison.netmodel.language.files import DISK, LARGEST, Store, file_error
from cloison.netmodel.language.git import Blob, Repository, refused, repository_of
from cloison.netmodel.language.sources import YAML

DEFAULTS = ("cloison.yaml", "map")
_LFS = b"version https://git-lfs.github.com/spec/"
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Tree:
    """The files of a revision, by paths such as ``v1:examples/nuage/zones.yaml``; a link is followed nowhere."""

    repository: Repository
    revision: str
    commit: str
    taken: list[str] = field(default_factory=list, repr=False)  # files that were read
    _seen: dict[str, Blob] = field(default_factory=dict, repr=False)  # what listings of folders showed, by path

    def path(self, within: str) -> Path:
        """Return the path of a file of the repository, counted from its top."""
        return Path(f"{self.revision}:{within}")

    def within(self, path: Path) -> str:
        """Return the path in the repository, the inverse of :meth:`path`."""
        return str(path).removeprefix(str(self.path("x"))[:-1])

    def entry(self, within: str) -> Blob | None:
        """Return what the revision has at a path; nothing where it has nothing."""
        if not within or within.startswith(("/", "../")) or within == "..":
            return None
        if within not in self._seen:
            self._seen.update((item.path, item) for item in self.repository.entries(self.commit, within))
        return self._seen.get(within)

    def folder(self, path: Path) -> list[Path] | None:
        """Return what lies in a folder of the revision, sorted; nothing where the path is no folder."""
        within = self.within(path)
        if within:
            entry = self.entry(within)
            if entry is None or entry.kind != "tree":
                return None
        held = {item.path: item for item in self.repository.entries(self.commit, f"{within}/" if within else "")}
        self._seen.update(held)
        return [self.path(name) for name in sorted(held)]

    def read(self, path: Path) -> bytes:
        """Return the content of a file of the revision."""
        within = self.within(path)

        def refuse(rule: str, message: Message) -> MapError:
            return MapError((file_error(rule, message, Span(str(path))),))

        if within.startswith(("/", "../")):
            raise refuse("missing-file", say("A revision has no file outside its repository",
                                             "Une révision n’a aucun fichier hors de son dépôt"))  # fmt: skip
        entry = self.entry(within)
        if entry is None:
            raise refuse("missing-file", say("The revision {name} has no such file",
                                             "La révision {name} n’a pas ce fichier", name=self.revision))  # fmt: skip
        if entry.kind != "blob" or entry.mode == "120000":
            raise refuse("not-a-file", say("In a revision this is no regular file (a folder, a link or a submodule)",
                                           "Dans une révision, ce n’est pas un fichier ordinaire (un dossier, un lien "
                                           "ou un sous-module)"))  # fmt: skip
        if entry.size > LARGEST:
            raise refuse("too-large", say("The file is larger than {most} bytes",
                                          "Le fichier dépasse {most} octets", most=LARGEST))  # fmt: skip
        self.taken.append(within)
        data = self.repository.content(entry)
        if data.startswith(_LFS):
            message = say("The repository keeps this file in Git LFS, and has only its address",
                          "Le dépôt garde ce fichier dans Git LFS, et n’en a que l’adresse")  # fmt: skip
            raise refuse("unreadable-file", message)
        return data

    def beside(self, file: Path, name: str) -> Path:
        """Return the path of a file that another of the revision names."""
        return self.path(posixpath.normpath(posixpath.join(posixpath.dirname(self.within(file)), name)))


@dataclass(frozen=True, slots=True)
class Version:
    """A map that is meant: what the user called it, its path, where that lies; ``commit`` is empty on disk."""

    shown: str
    path: Path
    store: Store = DISK
    commit: str = ""


def versions(old: str, new: str) -> tuple[Version, Version]:
    """Return the two maps that words mean; raise :class:`MapError` with what is wrong with either.

    A word is a file or a directory, ``REV:path`` (counted from the top of the repository; from here with ``./``), or a
    revision alone, which takes the path of the other side, else ``cloison.yaml`` or ``map/`` here. The repository is
    that in which the other side lies, else that of the working directory.
    """
    problems: list[Finding] = []
    found = [
        _tried(problems, lambda word=word, other=other: _version(word, other))  # type: ignore[misc]
        for word, other in ((old, new), (new, old))
    ]
    if problems or found[0] is None or found[1] is None:
        raise MapError(tuple({problem.fingerprint: problem for problem in problems}.values()))
    return found[0], found[1]


def version(word: str, path: Path) -> Version:
    """Return the map that a word means beside another one, which lies at a path on disk."""
    return _version(word, str(path))


def _tried(problems: list[Finding], made: Callable[[], _Value]) -> _Value | None:
    try:
        return made()
    except MapError as refused_:
        problems += refused_.findings
        return None


def _exists(word: str) -> bool:
    try:
        return bool(word) and Path(word).exists()
    except (OSError, ValueError):
        return False


def _version(word: str, other: str) -> Version:
    here = Path.cwd()
    if _exists(word):
        if _names_a_revision(word, here):
            raise refused("ambiguous", say(
                "“{name}” is a file and a revision: write ./{name} for the one, {name}:PATH for the other",
                "« {name} » est un fichier et une révision : écrire ./{name} pour l’un, {name}:CHEMIN pour l’autre",
                name=word), word)  # fmt: skip
        return Version(word, Path(word))
    revision, colon, within = _parted(word)
    if not revision:
        raise refused("revision", say("“{name}” names no revision", "« {name} » ne nomme aucune révision",
                                      name=word[:60]), word[:60])  # fmt: skip
    if not colon and (Path(word).suffix.lower() in YAML or (os.sep in word and not _in_a_repository(here))):
        raise MapError((input_error("missing-file", say("There is no such file", "Ce fichier n’existe pas"),
                                    Ref("file", word), Span(word)),))  # fmt: skip
    beside = Path(other) if _exists(other) else None
    directory = here if beside is None else beside if beside.is_dir() else beside.parent
    repository = _repository(directory, here)
    tree = Tree(repository, revision, repository.commit(revision))
    if colon:
        return _there(tree, word, (_within(repository, here, within),))
    if beside is not None:
        return _there(tree, word, (in_repository(repository, beside),))
    _, colon, within = _parted(other)
    if colon:
        return _there(tree, word, (_within(repository, here, within),))
    return _there(tree, word, tuple(in_repository(repository, here / name) for name in DEFAULTS))


def _parted(word: str) -> tuple[str, str, str]:
    """Return a revision, a colon and a path; a colon within braces is of the revision: ``HEAD@{yesterday 10:00}``."""
    depth = 0
    for place, letter in enumerate(word):
        if letter == "{":
            depth += 1
        elif letter == "}":
            depth = max(depth - 1, 0)
        elif letter == ":" and not depth:
            return word[:place], ":", word[place + 1 :]
    return word, "", ""


def _within(repository: Repository, here: Path, path: str) -> str:
    """Return the path after a revision's colon: from here where it begins with ``./``, else from the top."""
    if path.startswith(("./", "../")):
        return in_repository(repository, here / path)
    return "" if path == "." else path.strip("/")


def _there(tree: Tree, word: str, names: tuple[str, ...]) -> Version:
    for name in names:
        if not name or tree.entry(name) is not None:
            return Version(word, tree.path(name), tree, tree.commit)
    raise refused("no-map", say("At the revision {name} ({commit}) there is no {paths}",
                                "À la révision {name} ({commit}), il n’y a pas de {paths}",
                                name=tree.revision, commit=tree.commit[:12], paths=names), word)  # fmt: skip


def in_repository(repository: Repository, path: Path) -> str:
    """Return a path on disk as a path in the repository: empty for its top, with ``../`` outside it."""
    if repository.top is None:
        return posixpath.normpath(path.as_posix())
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(repository.top))
    return "" if inside == "." else Path(inside).as_posix()


def _repository(directory: Path, here: Path) -> Repository:
    """Return the repository in which a directory lies, else that of the working directory."""
    try:
        return repository_of(directory)
    except MapError as error:
        if directory == here or error.findings[0].rule != "no-repository":
            raise
    return repository_of(here)


def _in_a_repository(directory: Path) -> bool:
    try:
        repository_of(directory)
    except MapError:
        return False
    return True


def _names_a_revision(word: str, here: Path) -> bool:
    try:
        repository_of(here).commit(word)
    except MapError:
        return False
    return True
