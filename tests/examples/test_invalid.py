"""Maps that cannot be used: each file says its own errors, with their places."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cloison.netmodel.finding import MapError
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import compile_network

INVALID = Path(__file__).parents[2] / "examples" / "invalid"
CASES = sorted(path.name for path in INVALID.iterdir() if path.is_dir() or path.suffix == ".yaml")


def _expected(case: Path) -> list[tuple[str, str, int, int]]:
    text = (case / "map.yaml" if case.is_dir() else case).read_text("utf-8")
    found = []
    for line in text.splitlines():
        if line.startswith("# expected: "):
            rule, file, place = line.removeprefix("# expected: ").split()
            row, _, column = place.partition(":")
            found.append((rule, file, int(row), int(column)))
    return sorted(found)


@pytest.mark.parametrize("name", CASES)
def test_an_invalid_map_has_exactly_its_errors(name: str) -> None:
    expected = _expected(INVALID / name)
    assert expected
    with pytest.raises(MapError) as caught:
        compile_network(read_map(INVALID / name), date(2026, 11, 2))
    places = [(item.rule, item.spans[0]) for item in caught.value.findings]
    assert sorted((rule, Path(span.file).name, span.line, span.column) for rule, span in places) == expected


def test_two_values_are_shown_at_both_places() -> None:
    with pytest.raises(MapError) as caught:
        read_map(INVALID / "two-values")
    spans = caught.value.findings[0].spans
    assert [(Path(span.file).name, span.line, span.column) for span in spans] == [
        ("map.yaml", 11, 16),
        ("inventory.csv", 2, 2),
    ]


def test_the_command_says_where_and_exits_with_two() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cloison.cli", "check", "unknown-name.yaml", "--lang", "fr"],
        cwd=INVALID, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    said = done.stdout + done.stderr
    assert "unknown-name.yaml:16:28" in said
    assert "Traceback" not in said
