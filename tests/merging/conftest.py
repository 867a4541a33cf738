"""The map that the tests of this folder merge workbooks into."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from merging_world import world


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return world(tmp_path)
