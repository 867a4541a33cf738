"""The history of a map: whether what was reviewed is a version from which it comes (13.1.b)."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from cloison.netmodel.language.read import read_map
from cloison.netmodel.lineage import Lineage, lineage
from cloison.netmodel.network import Network, compile_network

sys.path.insert(0, str(Path(__file__).parent))
from repositories import HAS_GIT, committed, git, started

pytestmark = pytest.mark.skipif(not HAS_GIT, reason="git is not installed")

MAP = "cloison: 1\nname: x\nparties: {{p: {{kind: provider}}}}\nzones: {{{zone}: {{owner: p}}}}\n"
NO_ONE = "sha256:" + "0" * 64


def compiled(path: Path) -> Network:
    return compile_network(read_map(path), date(2026, 11, 2))


def asked(path: Path, wanted: str, near: date = date(2026, 3, 1)) -> Lineage | None:
    return lineage(path, compiled(path).files, wanted, near)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return started(tmp_path / "repository")


def test_each_version_of_a_map_is_found_and_no_other(folder: Path) -> None:
    digests, commits = [], []
    for month in range(1, 5):
        commits.append(committed(folder, {"cloison.yaml": MAP.format(zone=f"z{month}")}, f"2026-{month:02}-01"))
        committed(folder, {"README": f"{month}\n"}, f"2026-{month:02}-15")
        digests.append(compiled(folder / "cloison.yaml").digest)
    for month, (wanted, commit) in enumerate(zip(digests, commits, strict=True), 1):
        found = asked(folder / "cloison.yaml", wanted)
        assert found is not None
        version = found.at(wanted)
        assert version is not None
        assert (version.commit, version.day) == (commit, date(2026, month, 1))
    none = asked(folder / "cloison.yaml", NO_ONE)
    assert none is not None
    assert (none.digests, none.doubt, none.at(NO_ONE)) == (frozenset(digests), None, None)
    assert [version.commit for version in none.versions] == commits[::-1]


def test_versions_nearest_to_the_day_are_read_first(folder: Path) -> None:
    for month in range(1, 10):
        committed(folder, {"cloison.yaml": MAP.format(zone=f"z{month}")}, f"2026-{month:02}-01")
        if month == 4:
            wanted = compiled(folder / "cloison.yaml").digest
    found = asked(folder / "cloison.yaml", wanted, date(2026, 4, 2))
    assert found is not None
    assert [version.day.month for version in found.versions] == [4]


def test_what_a_table_elsewhere_changed_is_a_version_too(folder: Path) -> None:
    text = "cloison: 1\nname: x\nparties: {p: {kind: provider}}\ntables: {zones: ../tables/zones.csv}\n"
    committed(folder, {"map/cloison.yaml": text, "tables/zones.csv": "id,owner\none,p\n"}, "2026-01-01")
    first = compiled(folder / "map").digest
    committed(folder, {"tables/zones.csv": "id,owner\ntwo,p\n"}, "2026-02-01")
    second = compiled(folder / "map").digest
    committed(folder, {"tables/zones.csv": "id,owner\nthree,p\n"}, "2026-03-01")
    # today the map has no table: only its earlier versions tell where to look
    committed(folder, {"map/cloison.yaml": MAP.format(zone="four")}, "2026-04-01")
    for wanted in (first, second):
        found = asked(folder / "map", wanted)
        assert found is not None
        assert found.at(wanted) is not None


def test_a_version_of_a_branch_that_was_not_merged_is_none(folder: Path) -> None:
    committed(folder, {"cloison.yaml": MAP.format(zone="one")}, "2026-01-01")
    git(folder, "switch", "-q", "-c", "side")
    committed(folder, {"cloison.yaml": MAP.format(zone="side")}, "2026-02-01")
    side = compiled(folder / "cloison.yaml").digest
    git(folder, "switch", "-q", "main")
    found = asked(folder / "cloison.yaml", side)
    assert found is not None
    assert (found.at(side), found.doubt) == (None, None)
    git(folder, "merge", "-q", "--no-ff", "-m", "merge", "side", on="2026-03-01")
    committed(folder, {"cloison.yaml": MAP.format(zone="one")}, "2026-04-01")
    found = asked(folder / "cloison.yaml", side)
    assert found is not None
    assert found.at(side) is not None


def test_where_there_is_no_history_nothing_is_told(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "cloison.yaml").write_text(MAP.format(zone="one"), encoding="utf-8")
    assert asked(tmp_path / "cloison.yaml", NO_ONE) is None
    (folder / "cloison.yaml").write_text(MAP.format(zone="one"), encoding="utf-8")
    assert asked(folder / "cloison.yaml", NO_ONE) is None  # no commit at all


def test_what_leaves_a_doubt(folder: Path, tmp_path: Path) -> None:
    path = folder / "cloison.yaml"
    committed(folder, {"README": "x\n"}, "2026-01-01")
    path.write_text(MAP.format(zone="one"), encoding="utf-8")
    uncommitted = asked(path, NO_ONE)
    committed(folder, {}, "2026-02-01")
    too_early = asked(path, NO_ONE, date(2026, 1, 31))
    sure = asked(path, NO_ONE, date(2026, 2, 1))
    committed(folder, {"cloison.yaml": "cloison: 1\nname: x\nzonez: {}\n"}, "2026-03-01")
    committed(folder, {"cloison.yaml": MAP.format(zone="two")}, "2026-04-01")
    unread = asked(path, NO_ONE)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{folder}", "clone")
    shallow = asked(tmp_path / "clone/cloison.yaml", NO_ONE, date(2026, 5, 1))
    assert sure is not None
    assert sure.doubt is None
    for found in (uncommitted, too_early, unread, shallow):
        assert found is not None
        assert found.doubt is not None


def test_a_commit_of_no_time_is_read(folder: Path) -> None:
    path = folder / "cloison.yaml"
    first = committed(folder, {"cloison.yaml": MAP.format(zone="one")}, "2026-01-01")
    wanted = compiled(path).digest
    committed(folder, {"cloison.yaml": MAP.format(zone="two")}, "2026-02-01")
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    (folder / "commit").write_text(f"tree {tree}\nparent {first}\nauthor x\ncommitter nobody\n\nx\n", encoding="ascii")
    git(folder, "update-ref", "HEAD", git(folder, "hash-object", "-t", "commit", "-w", "--literally", "commit"))
    found = asked(path, wanted)
    assert found is not None
    assert found.at(wanted) is not None
    none = asked(path, NO_ONE, date(2025, 12, 31))
    assert none is not None
    assert [version.day for version in none.versions] == [date.max, date(2026, 1, 1)]
    assert none.doubt is not None


def test_the_search_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for month in range(1, 6):
        committed(folder, {"cloison.yaml": MAP.format(zone=f"z{month}")}, f"2026-{month:02}-01")
    monkeypatch.setattr("cloison.netmodel.lineage.MOST_READ", 2)
    found = asked(folder / "cloison.yaml", NO_ONE)
    assert found is not None
    assert (len(found.versions), found.doubt is None) == (2, False)
    monkeypatch.setattr("cloison.netmodel.lineage.MOST_READ", 200)
    monkeypatch.setattr("cloison.netmodel.lineage.MOST", 3)
    found = asked(folder / "cloison.yaml", NO_ONE)
    assert found is not None
    assert (len(found.versions), found.doubt is None) == (3, False)
