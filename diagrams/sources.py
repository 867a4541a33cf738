"""The lines of the inputs that findings point at, read once each, as far as they can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cloison.netmodel.finding import Span

LARGEST = 64 * 2**20  # bytes of a file that is opened to show one of its lines


def source_lines(spans: Sequence[Span]) -> Mapping[tuple[str, int], str]:
    """Return the text of each span's first line by (file, line).

    Spreadsheets, captures, files that are gone, too large or not regular have none: a frame is a comfort and never
    a reason to fail.
    """
    wanted: dict[str, set[int]] = {}
    for span in spans:
        if span.line and not span.packet and not span.sheet:
            wanted.setdefault(span.file, set()).add(span.line)
    found: dict[tuple[str, int], str] = {}
    for file, numbers in sorted(wanted.items()):
        path = Path(file)
        try:
            if not path.is_file() or path.stat().st_size > LARGEST:
                continue
            last = max(numbers)
            with path.open("r", encoding="utf-8-sig", errors="replace", newline=None) as lines:
                for number, line in enumerate(lines, 1):
                    if number in numbers:
                        found[file, number] = line.rstrip("\n")
                    if number >= last:
                        break
        except (OSError, ValueError):
            continue
    return found
