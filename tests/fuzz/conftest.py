"""The targets are a module beside the tests, which use the forge of the captures' tests."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "captures")]
