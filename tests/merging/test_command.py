"""``cloison merge`` from outside: exit codes, both languages, files, JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from merging_world import MAP, book, edited

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
import in_process


def cloison(*words: str) -> in_process.Done:
    return in_process.run(Path.cwd(), *words)


def test_the_way_there_and_back(place: Path) -> None:
    path = place.parent / "matrix.xlsx"
    assert cloison("draw", str(place), "-o", str(path), "--at", "2026-06-01").returncode == 0
    same = cloison("merge", str(place), str(path))
    assert (same.returncode, same.stderr) == (0, "")
    edited(path, lambda it: it.put("F-001", "ticket", "CHG-2"))
    shown = cloison("merge", str(place), str(path), "-o", str(place.parent / "changes.json"))
    assert shown.returncode == 1
    assert (place / "map.yaml").read_text("utf-8") == MAP
    data = json.loads((place.parent / "changes.json").read_text("utf-8"))
    assert data["schema"] == "cloison.merge/1"
    assert [(one["line"], one["change"], one["old"], one["new"]) for one in data["changes"]] == [
        ("F-001", "changed", "CHG-1", "CHG-2")
    ]
    (file,) = data["files"]
    assert [line for line in file["diff"].splitlines() if line.startswith("+ ")] == [
        '+  F-001: {from: z1, to: [z2, z3], services: https, responsible: "net", ticket: CHG-2}   # since ever'
    ]
    done = cloison("merge", str(place), str(path), "--write", "--lang", "fr")
    assert done.returncode == 0
    assert "écrit" in done.stderr
    assert (place / "map.yaml").read_text("utf-8") == MAP.replace("CHG-1}", "CHG-2}")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_cannot_be_used(place: Path, lang: str) -> None:
    path = edited(book(place), lambda it: it.put("F-001", "expiry", "soon"))
    for words, said in (
        ((str(path),), "book.xlsx[matrix]:2:"),
        ((str(place.parent / "none.xlsx"),), "none.xlsx"),
        ((str(path), "--ours", "--theirs"), "--ours"),
    ):
        done = cloison("merge", str(place), *words, "--lang", lang)
        assert done.returncode == 2
        assert said in done.stderr + done.stdout
        assert "Traceback" not in done.stderr


def test_a_link_stays_a_link(place: Path) -> None:
    path = edited(book(place), lambda it: it.put("C-10", "ticket", "X"))
    (place / "matrix.csv").rename(place.parent / "real.csv")
    (place / "matrix.csv").symlink_to(place.parent / "real.csv")
    done = cloison("merge", str(place), str(path), "--write")
    assert done.returncode == 0, done.stderr
    assert (place / "matrix.csv").is_symlink()  # what it leads to is rewritten
    assert "CHG-7" not in (place.parent / "real.csv").read_text("utf-8")
