"""Maps of git revisions: what a word means, what is read, and every refusal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cloison.netmodel.finding import MapError
from cloison.netmodel.language.git import repository_of
from cloison.netmodel.language.read import read_map
from cloison.netmodel.language.revisions import Version, versions

sys.path.insert(0, str(Path(__file__).parent))
from repositories import HAS_GIT, committed, git, started

pytestmark = pytest.mark.skipif(not HAS_GIT, reason="git is not installed")

MAP = "cloison: 1\nname: {name}\nparties: {{p: {{kind: provider}}}}\ntables: {{zones: tables/zones.csv}}\n"
ZONES = "id,owner\n{zone},p\n"


def files(zone: str, folder: str = "") -> dict[str, str]:
    return {f"{folder}cloison.yaml": MAP.format(name=zone), f"{folder}tables/zones.csv": ZONES.format(zone=zone)}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = started(tmp_path / "repository")
    committed(folder, files("first"), "2026-01-01")
    git(folder, "tag", "v1")
    committed(folder, {**files("second"), **files("deep", "a/b/")}, "2026-02-01")
    (folder / "tables/zones.csv").write_text(ZONES.format(zone="third"), encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def zones(version: Version) -> list[str]:
    return list(read_map(version.path, store=version.store).model.zones)


def rules(old: str, new: str) -> list[str]:
    with pytest.raises(MapError) as refused:
        versions(old, new)
    return [finding.rule for finding in refused.value.findings]


@pytest.mark.parametrize(
    ("old", "new", "first", "second"),
    [
        ("v1", "cloison.yaml", ["first"], ["third"]),
        ("v1", "HEAD", ["first"], ["second"]),
        ("HEAD~1", "main", ["first"], ["second"]),
        ("v1:cloison.yaml", "HEAD:a/b", ["first"], ["deep"]),
        ("HEAD:a/b/cloison.yaml", "HEAD", ["deep"], ["deep"]),
        ("HEAD:./a/b", ".", ["deep"], ["third"]),
        ("v1:./cloison.yaml", "HEAD", ["first"], ["second"]),
        ("v1:", "HEAD:", ["first"], ["second"]),
        ("HEAD@{2026-01-15 12:00}:cloison.yaml", "HEAD@{2026-02-15 12:00}:a/b", ["first"], ["deep"]),
        ("a/b", "v1:cloison.yaml", ["deep"], ["first"]),
    ],
)
def test_words_mean_maps_with_their_tables(
    repository: Path, old: str, new: str, first: list[str], second: list[str]
) -> None:
    found = versions(old, new)
    assert [zones(version) for version in found] == [first, second]


def test_a_bare_revision_takes_the_path_of_the_other_side_wherever_one_is(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    old, new = versions("v1", "repository/cloison.yaml")
    assert (zones(old), zones(new)) == (["first"], ["third"])
    monkeypatch.chdir(repository / "a")
    assert zones(versions("HEAD", "b")[0]) == ["deep"]


def test_places_are_those_of_the_revision(repository: Path) -> None:
    old, _ = versions("v1", "HEAD")
    read = read_map(old.path, store=old.store)
    assert str(read.document.span(("zones", "first"), key=True)).startswith("v1:tables/zones.csv:2")
    assert [str(file) for file in read.files] == ["v1:cloison.yaml", "v1:tables/zones.csv"]
    assert old.commit == git(repository, "rev-parse", "v1")


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("v2", "unknown-revision"),
        ("--upload-pack=touch x", "revision"),
        ("-h", "revision"),
        ("^v1", "revision"),
        ("HEAD@{2026-01-15", "revision"),
        (":cloison.yaml", "revision"),
        ("v1\n", "revision"),
        ("v" * 301, "revision"),
        ("v1:a/b", "no-map"),
        ("v1:nowhere.yaml", "no-map"),
        ("nowhere.yaml", "missing-file"),
    ],
)
def test_each_word_that_means_nothing_is_refused(repository: Path, word: str, rule: str) -> None:
    assert rules(word, "cloison.yaml") == [rule]
    assert rules("cloison.yaml", word) == [rule]


def test_what_is_wrong_with_either_side_is_told_at_once(repository: Path) -> None:
    assert rules("v2", "v1:nowhere.yaml") == ["unknown-revision", "no-map"]


def test_the_nearest_names_are_told(repository: Path) -> None:
    with pytest.raises(MapError, match=r"mian.*main"):
        versions("mian", "cloison.yaml")


def test_a_name_that_is_a_file_and_a_revision_is_refused(repository: Path) -> None:
    (repository / "v1").write_text("cloison: 1\nname: here\nzones: {here: {}}\n", encoding="utf-8")
    assert rules("v1", "HEAD:") == ["ambiguous"]
    assert zones(versions("v1:", "HEAD")[0]) == ["first"]
    assert str(versions("./v1", "HEAD:")[0].path) == "v1"


def test_outside_a_repository_and_without_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert rules("v1", "v1") == ["no-repository"]
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PATH", str(elsewhere))
    assert rules("v1", "cloison.yaml") == ["no-git"]
    assert zones(versions("cloison.yaml", "a/b")[1]) == ["deep"]  # files need no git


def test_a_shallow_history_says_so(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "clone")
    monkeypatch.chdir(tmp_path / "clone")
    with pytest.raises(MapError, match="unshallow"):
        versions("HEAD~1", "cloison.yaml")


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda file: file.unlink(), "missing-file"),
        (lambda file: (file.unlink(), file.symlink_to("/etc/passwd")), "not-a-file"),
        (lambda file: file.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "unreadable-file"),
    ],
)
def test_files_of_a_revision_that_cannot_be_read(repository: Path, make: object, rule: str) -> None:
    make(repository / "tables/zones.csv")  # type: ignore[operator]
    committed(repository, {}, "2026-03-01")
    old = versions("HEAD", "HEAD")[0]
    with pytest.raises(MapError) as refused:
        read_map(old.path, store=old.store)
    assert rule in [finding.rule for finding in refused.value.findings]


def test_a_table_outside_the_repository_is_not_read(repository: Path) -> None:
    (repository.parent / "zones.csv").write_text(ZONES.format(zone="outside"), encoding="utf-8")
    committed(repository, {"cloison.yaml": MAP.format(name="x").replace("tables/", "../")}, "2026-03-01")
    old = versions("HEAD", "HEAD")[0]
    with pytest.raises(MapError, match="outside its repository"):
        read_map(old.path, store=old.store)


def test_nothing_of_a_repository_is_run_or_written(repository: Path) -> None:
    mark = repository.parent / "mark"
    hook = f"#!/bin/sh\ntouch {mark}\n"
    for name in ("post-checkout", "reference-transaction", "fsmonitor-watchman"):
        file = repository / ".git/hooks" / name
        file.write_text(hook, encoding="utf-8")
        file.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "filter.x.smudge"):
        git(repository, "config", key, str(repository / ".git/hooks/post-checkout"))
    before = {path: path.stat().st_mtime_ns for path in repository.rglob("*") if path.is_file()}
    for version in versions("v1", "HEAD"):
        zones(version)
    assert not mark.exists()
    assert {path: path.stat().st_mtime_ns for path in repository.rglob("*") if path.is_file()} == before


def program(folder: Path, script: str) -> str:
    """Write a program that is found as git, and return the PATH on which it is."""
    programs = folder / "programs"
    programs.mkdir()
    (programs / "git").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (programs / "git").chmod(0o755)
    return str(programs)


@pytest.mark.parametrize("script", ["exec /bin/sleep 30", "exec >&-; exec /bin/sleep 30"], ids=["mute", "said all"])
def test_a_git_that_hangs_is_stopped(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, script))
    monkeypatch.setattr("cloison.netmodel.language.git.TIME_LIMIT", 0.2)
    assert rules("v1", "HEAD") == ["git"]


def test_a_git_that_never_ends_its_answer_is_stopped(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{program(tmp_path, 'exec yes')}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(MapError) as refused:
        repository_of(repository)
    assert [finding.rule for finding in refused.value.findings] == ["too-large"]


@pytest.mark.parametrize(
    "address", ["ext::sh -c touch% {mark}", "file://{folder}"], ids=["any program", "the other end's program"]
)
def test_what_a_partial_clone_lacks_is_not_fetched(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    mark = tmp_path / "mark"
    blob = git(repository, "rev-parse", "v1:tables/zones.csv")
    (repository / ".git/objects" / blob[:2] / blob[2:]).unlink()
    for key, value in {
        "core.repositoryFormatVersion": "1", "extensions.partialClone": "o", "remote.o.promisor": "true",
        "remote.o.url": address.format(mark=mark, folder=repository), "remote.o.uploadPack": f"touch {mark};",
        "protocol.ext.allow": "always", "protocol.file.allow": "always",
    }.items():  # fmt: skip
        git(repository, "config", key, value)
    real = shutil.which("git")
    before_2_45 = f'unset GIT_NO_LAZY_FETCH\nexec {real} "$@"'
    monkeypatch.setenv("PATH", f"{program(tmp_path, before_2_45)}{os.pathsep}{os.environ['PATH']}")
    old = versions("v1", "HEAD")[0]
    with pytest.raises(MapError):
        zones(old)
    assert not mark.exists()


def test_a_worktree_that_lies_in_another_repository_misleads_nobody(repository: Path) -> None:
    other = started(repository.parent / "other")
    committed(other, files("other"))
    git(repository, "config", "core.worktree", str(other))
    assert zones(versions("HEAD:cloison.yaml", "HEAD:")[0]) == ["second"]
    assert rules("HEAD", "cloison.yaml") == ["no-map"]


def test_grafts_and_replaced_objects_are_left_aside(repository: Path) -> None:
    first, second = git(repository, "rev-parse", "v1"), git(repository, "rev-parse", "HEAD")
    fake = committed(repository, files("fake"), "2026-03-01")
    git(repository, "reset", "-q", "--hard", second)
    (repository / ".git/info/grafts").write_text(f"{second} {fake}\n", encoding="ascii")
    git(repository, "replace", first, fake)
    assert zones(versions("HEAD~1:", "HEAD:")[0]) == ["first"]


def test_the_environment_of_a_hook_misleads_nobody(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = started(repository.parent / "other")
    committed(other, files("other"))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    assert zones(versions("v1", "HEAD")[0]) == ["first"]


def test_names_with_spaces_and_accents(repository: Path) -> None:
    committed(repository, files("été", "mon réseau/"), "2026-03-01")
    assert zones(versions("HEAD:mon réseau", "HEAD:mon réseau/cloison.yaml")[0]) == ["été"]


def test_git_is_really_asked(repository: Path) -> None:
    told = subprocess.run(["git", "show", "v1:tables/zones.csv"], capture_output=True, check=True, env=os.environ)
    old = versions("v1:tables", "HEAD:tables")[0]
    assert [old.store.read(file) for file in old.store.folder(old.path) or ()] == [told.stdout]
