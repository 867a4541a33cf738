"""The lines of the inputs that findings point at, read once each, as far as they can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cloison.netmodel.finding import Span

LARGEST = 64 * 2**20  # bytes of a file that is opened to show one of its lines
LONGEST = 2000  # characters of a line that are kept


def source_lines(spans: Sequence[Span]) -> Mapping[tuple[str, int], str]:
    """Return the text of each span's first line by (file, line).

    Spreadsheets, captures, files that are gone, too large or not regular have none: a frame is a comfort and never
    a reason to fail.
    """
    return {place: lines[0] for place, lines in source_entries(spans, 1).items()}


def source_entries(spans: Sequence[Span], most: int) -> Mapping[tuple[str, int], tuple[str, ...]]:
    """Return by (file, line) the lines of the entry that begins there, ``most`` of them at the most.

    An entry of YAML that is written below its key goes on over the lines that are indented further; any other is one
    line. What :func:`source_lines` has no line for has none here.
    """
    wanted: dict[str, set[int]] = {}
    for span in spans:
        if span.line and not span.packet and not span.sheet:
            wanted.setdefault(span.file, set()).add(span.line)
    found: dict[tuple[str, int], list[str]] = {}
    for file, numbers in sorted(wanted.items()):
        path = Path(file)
        try:
            if not path.is_file() or path.stat().st_size > LARGEST:
                continue
            last = max(numbers)
            going: list[list[str]] = []  # entries that the next line may belong to
            with path.open("r", encoding="utf-8-sig", errors="replace", newline=None) as lines:
                for number, text in enumerate(lines, 1):
                    line = text.rstrip("\n")[:LONGEST]
                    going = [entry for entry in going if _belongs(entry, line, most)]
                    for entry in going:
                        entry.append(line)
                    if number in numbers:
                        found[file, number] = [line]
                        if most > 1 and line.rstrip().endswith(":"):
                            going.append(found[file, number])
                    if number >= last and not going:
                        break
        except (OSError, ValueError):
            continue
    return {place: tuple(entry) for place, entry in found.items()}


def _belongs(entry: Sequence[str], line: str, most: int) -> bool:
    return len(entry) < most and bool(line.strip()) and _indent(line) > _indent(entry[0])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
