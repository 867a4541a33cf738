"""Tables in lines of a given width, in which no word is ever cut: a grid where it fits, else one block a row.

Cells are folded at spaces only: a word (a name, a path, a time) that is wider than the lines is whole on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

GRIDS = 90  # narrower than this, a grid must fit without folding
GAPS = (3, 2)  # spaces between columns: as they should be, and as they may be for want of room
SPACE = re.compile("(?<!«) (?![;:!?»](?: |$))")  # where a line may end: French parts these signs from their words
HANGING = 4  # spaces before what follows of a block's line

Piece = tuple[str, str]  # text and a style of rich
Line = tuple[Piece, ...]


def grid(heads: Sequence[str], rows: Sequence[Sequence[Piece]], wide: int, colon: str) -> Iterator[Line]:
    """Yield the lines of a table for ``wide`` columns of text; ``colon`` parts a field and its value in a block.

    A column that is empty in every row is left out.
    """
    kept = [at for at in range(len(heads)) if not rows or any(row[at][0] for row in rows)]
    heads = [heads[at] for at in kept]
    rows = [[row[at] for at in kept] for row in rows]
    for gap in GAPS:
        widths = _widths(heads, rows, wide, gap)
        if widths is not None:
            yield from _lines([(head, "bold") for head in heads], widths, gap)
            yield ((" " + "─" * (sum(widths) + gap * (len(widths) - 1)), ""),)
            for row in rows:
                yield from _lines(row, widths, gap)
            return
    yield from _blocks(heads, rows, wide, colon)


def folded(text: str, wide: int, first: int | None = None) -> list[str]:
    """Return ``text`` in lines of at most ``wide`` cells, the first of ``first``, parted at spaces only."""
    room = wide if first is None else first
    lines: list[str] = []
    line = ""
    for word in SPACE.split(text):
        longer = f"{line} {word}" if line else word
        if width(longer) <= room or (not line and room >= wide):
            line = longer
        else:
            lines.append(line)
            line, room = word, wide
    return [*lines, line]


def width(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def _widths(heads: Sequence[str], rows: Sequence[Sequence[Piece]], wide: int, gap: int) -> list[int] | None:
    """Return the columns' widths: as wide as their texts, or the widest ones folded; None when a word has no room."""
    room = wide - 1 - gap * (len(heads) - 1)
    texts = [[head, *(row[at][0] for row in rows)] for at, head in enumerate(heads)]
    whole = [max(map(width, column)) for column in texts]
    if sum(whole) <= room:
        return whole
    least = [max(width(word) for text in column for word in SPACE.split(text)) for column in texts]
    if wide < GRIDS or sum(least) > room:
        return None
    low, high = 0, max(whole)  # the widest limit at which the columns have room
    while low < high:
        limit = (low + high + 1) // 2
        if sum(_limited(whole, least, limit)) <= room:
            low = limit
        else:
            high = limit - 1
    return _limited(whole, least, low)


def _limited(whole: Sequence[int], least: Sequence[int], limit: int) -> list[int]:
    return [max(few, min(all_of_it, limit)) for all_of_it, few in zip(whole, least, strict=True)]


def _lines(row: Sequence[Piece], widths: Sequence[int], gap: int) -> Iterator[Line]:
    cells = [folded(text, room) for (text, _), room in zip(row, widths, strict=True)]
    for number in range(max(map(len, cells))):
        pieces: list[Piece] = []
        for cell, (_, style), room in zip(cells, row, widths, strict=True):
            text = cell[number] if number < len(cell) else ""
            pieces += [(" " * (gap if pieces else 1), ""), (text, style), (" " * (room - width(text)), "")]
        yield tuple(pieces)


def _blocks(heads: Sequence[str], rows: Sequence[Sequence[Piece]], wide: int, colon: str) -> Iterator[Line]:
    for number, row in enumerate(rows):
        if number:
            yield ()
        for head, (text, style) in zip(heads, row, strict=True):
            if text:
                field = f" {head}{colon}"
                first, *others = folded(text, wide - HANGING, wide - width(field))
                yield (field, "bold"), (first, style)
                yield from (((" " * HANGING, ""), (other, style)) for other in others)
