"""The wheel holds the tree's modules, all of them and nothing else, and works away from the tree."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import cloison

ROOT = Path(cloison.__file__).parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / "pyproject.toml").exists():
        pytest.skip("runs from a source tree")
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    for name in files:
        if (ROOT / name).is_file() and not name.startswith(("tests/", "examples/")):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_tree(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    tree = {"cloison/__init__.py", "cloison/cli.py", "cloison/py.typed"}
    for part in ("netmodel", "flows", "captures", "diagrams", "terminal", "locale"):
        tree |= {
            f"cloison/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / part).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".po"
        }
    assert inside == tree


def test_the_wheel_works_away_from_the_tree(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1));"
        "import cloison; print(cloison.__file__); from cloison.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(target), "rules", "--format", "json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(target) in done.stdout.splitlines()[0]
    assert "public-to-sensitive" in done.stdout
