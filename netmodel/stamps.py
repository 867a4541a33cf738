"""What the files of a map looked like, to know when one of them changes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

SUFFIXES = (".yaml", ".yml", ".csv", ".xlsx")  # that a map may be written in, its tables included
MOST = 20_000  # files and folders that are looked at

Stamps = dict[str, tuple[int, int]]


def stamps(places: Iterable[Path]) -> Stamps:
    """Return the time of change (ns) and the size of each file: the files that are named, those of a map beside them.

    Of a folder every file counts; hidden folders are left out, and what cannot be read is as if it were not there.
    """
    found: Stamps = {}
    for place in places:
        for path in _files(place):
            try:
                told = path.stat()
            except OSError:
                continue
            found[str(path)] = (told.st_mtime_ns, told.st_size)
    return found


def _files(place: Path) -> Iterator[Path]:
    folder = place.is_dir()
    if not folder:
        yield place
    left = MOST
    for here, folders, names in os.walk(place if folder else place.parent):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        left -= 1 + len(names)
        if left < 0:
            return
        for name in names:
            if folder or name.endswith(SUFFIXES):
                yield Path(here, name)
