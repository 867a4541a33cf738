"""The earlier versions of a map in its git history, by digest: from which of them the map of today comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from cloison.netmodel.compiling.digest import digest
from cloison.netmodel.finding import MapError, Message, say
from cloison.netmodel.language.git import Repository, repository_of
from cloison.netmodel.language.read import read_map
from cloison.netmodel.language.revisions import Tree, in_repository

MOST = 1_000  # commits that touched the map
MOST_READ = 200  # versions of the map that are read

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Version:
    """A revision that touched a map: its commit, the day on which it was committed (UTC), and the digest it gives."""

    commit: str
    day: date
    digest: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """The versions that were looked at; ``doubt`` says why others may be missing, nothing where there are none."""

    versions: tuple[Version, ...]
    doubt: Message | None = None

    @property
    def digests(self) -> frozenset[str]:
        """Every digest that is known."""
        return frozenset(version.digest for version in self.versions)

    def at(self, wanted: str) -> Version | None:
        """Return the newest version with a digest."""
        return next((version for version in self.versions if version.digest == wanted), None)


def lineage(path: Path, files: Iterable[Path], wanted: str, near: date, tick: Tick | None = None) -> Lineage | None:
    """Return the versions of the map at a path, made of ``files`` today, until one of a digest is found.

    Nothing where the path lies in no git repository, nothing is committed there, or there is no git. Versions nearest
    to the day ``near`` are read first. When the digest is not among them and ``doubt`` is nothing, no commit that led
    here has it. ``tick`` is told how many versions were read, of how many.
    """
    try:
        repository = repository_of(path if path.is_dir() else path.parent)
        head = repository.commit("HEAD")
    except (MapError, OSError):
        return None
    search = _Search(repository, head, in_repository(repository, path), wanted, tick)
    try:
        return search.run([in_repository(repository, file) for file in files], near)
    except MapError as stopped:
        return Lineage(search.newest_first(), stopped.findings[0].message)


@dataclass(slots=True)
class _Search:
    """A search for a digest; ``read`` has what each commit gave, nothing where it has no map there that reads."""

    repository: Repository
    head: str
    within: str
    wanted: str
    tick: Tick | None
    times: dict[str, int] = field(default_factory=dict)
    read: dict[str, Version | None] = field(default_factory=dict)
    unread: int = 0
    asked: set[str] = field(default_factory=set)  # paths whose history is looked at

    def run(self, files: Iterable[str], near: date) -> Lineage:
        self._ask_about((self.within, *files))
        while True:
            paths = tuple(sorted(self.asked))
            commits = dict(self.repository.commits(self.head, paths, MOST + 1))
            self.times |= commits
            left = sorted((name for name in list(commits)[:MOST] if name not in self.read),
                          key=lambda name: abs((_day(commits[name]) - near).days))  # fmt: skip
            known = len(self.read)
            for number, name in enumerate(left[: MOST_READ - known]):
                if self.tick:
                    self.tick(known + number, known + len(left))
                self.read[name] = found = self._version(name, commits[name])
                if found is not None and found.digest == self.wanted:
                    return Lineage(self.newest_first())
            if len(left) > MOST_READ - known:
                return self._doubtful(say("only {n} versions of the map were looked at in its history",
                                          "seules {n} versions de la carte ont été examinées dans son historique",
                                          n=MOST_READ))  # fmt: skip
            if paths == tuple(sorted(self.asked)):  # no version names a file whose own history was left out
                return self._ended(len(commits) > MOST, near)

    def newest_first(self) -> tuple[Version, ...]:
        found = [version for version in self.read.values() if version is not None]
        return tuple(sorted(found, key=lambda item: (-self.times[item.commit], item.commit)))

    def _ended(self, cut: bool, near: date) -> Lineage:
        found = self.newest_first()
        if self.repository.shallow:
            return self._doubtful(say("the history of this repository is cut (a shallow clone)",
                                      "l’historique de ce dépôt est tronqué (clone superficiel)"))  # fmt: skip
        if cut:
            return self._doubtful(say("only the last {n} commits that touched the map were looked at",
                                      "seuls les {n} derniers commits qui ont touché la carte ont été examinés",
                                      n=MOST))  # fmt: skip
        if self.unread:
            return self._doubtful(say("{n} {n:version|versions} of its history cannot be read today",
                                      "{n} {n:version|versions} de son historique ne {n:se lit|se lisent} plus",
                                      n=self.unread))  # fmt: skip
        if not found:
            return self._doubtful(say("this map is in no commit of its repository",
                                      "cette carte n’est dans aucun commit de son dépôt"))  # fmt: skip
        if near < found[-1].day:
            return self._doubtful(say("its history begins on {on} only", "son historique ne commence que le {on}",
                                      on=found[-1].day))  # fmt: skip
        return Lineage(found)

    def _doubtful(self, why: Message) -> Lineage:
        return Lineage(self.newest_first(), why)

    def _version(self, commit: str, time: int) -> Version | None:
        tree = Tree(self.repository, commit[:12], commit)
        if self.within and tree.entry(self.within) is None:
            return None  # it was deleted here, or has another name
        try:
            model = read_map(tree.path(self.within), store=tree).model
        except MapError:
            self.unread += 1
            return None
        finally:
            self._ask_about(tree.taken)
        return Version(commit, _day(time), digest(model))

    def _ask_about(self, paths: Iterable[str]) -> None:
        """Look at the history of some paths too, but for those in a folder that is looked at whole."""
        for path in paths:
            under = path == self.within or not self.within or path.startswith(f"{self.within}/")
            if path == self.within or not (under or path.startswith("../")):
                self.asked.add(path or ".")


def _day(time: int) -> date:
    try:
        return datetime.fromtimestamp(time, UTC).date()
    except (OverflowError, OSError, ValueError):
        return date.max  # a commit may claim any time
