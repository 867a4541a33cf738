"""In which row each box of a drawing stands: the least sensitive above, and a sheet rather than a strip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

SHEET = 1.414  # width over height of an A series sheet on its side
GAP_ACROSS, GAP_DOWN = 100.0, 140.0  # points between boxes; a row of equipment stands in the vertical gap


@dataclass(frozen=True, slots=True)
class Placed:
    """A box to place: its level (the least is above) and its rough size in points."""

    id: str
    level: int
    width: float
    height: float


def rows(boxes: Sequence[Placed]) -> Mapping[str, int]:
    """Return the row of each box, counted from the top.

    A level is never above a lesser one; a level that is too wide for the sheet takes several rows. The width is the
    candidate that gives the sheet's proportions best.
    """
    if not boxes:
        return {}
    ordered = sorted(boxes, key=lambda item: (item.level, item.id))
    widest = max(item.width for item in ordered)
    total = sum(item.width + GAP_ACROSS for item in ordered)
    candidates = [widest + (total - widest) * step / 24 for step in range(25)]
    return min((_cut(ordered, width) for width in candidates), key=lambda cut: abs(log(_shape(ordered, cut) / SHEET)))


def _cut(ordered: Sequence[Placed], limit: float) -> dict[str, int]:
    by_level: dict[int, list[Placed]] = {}
    for item in ordered:
        by_level.setdefault(item.level, []).append(item)
    placed: dict[str, int] = {}
    row = -1
    for level in sorted(by_level):
        items = by_level[level]
        total = sum(item.width + GAP_ACROSS for item in items)
        share = total / max(1, -(-total // (limit + GAP_ACROSS)))  # rows of one level are equally full
        used = share
        for item in items:
            if used + (item.width + GAP_ACROSS) / 2 > share:
                row, used = row + 1, 0.0
            placed[item.id] = row
            used += item.width + GAP_ACROSS
    return placed


def _shape(ordered: Sequence[Placed], cut: Mapping[str, int]) -> float:
    across: dict[int, float] = {}
    down: dict[int, float] = {}
    for item in ordered:
        row = cut[item.id]
        across[row] = across.get(row, 0.0) + item.width + GAP_ACROSS
        down[row] = max(down.get(row, 0.0), item.height)
    return max(across.values()) / (sum(down.values()) + GAP_DOWN * len(down))
