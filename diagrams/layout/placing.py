"""Where the labels of flows are written: on their own line, off the boxes and off each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

import numpy as np
from numpy.typing import NDArray

STEP, MOST = 9.0, 80  # points between the places tried on a line; places tried at most
MARGIN = 2.0  # points around a label
HIDDEN_LINE, OFF_MIDDLE, UPRIGHT = 12.0, 0.02, 4.0  # costs: a line under the label, a point off the middle, a vertical
HIDDEN_ARROW, BESIDE = 60.0, 8.0  # costs: an end of its own line under the label, a place beside the line
ARROW = 5.0  # points around the end of a line
CLEAR = ARROW + MARGIN + 1.0  # points between a line and a label beside it

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Left, bottom, right, top, in points."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Route:
    """A flow's corners in points, and its label's size."""

    name: str
    corners: tuple[tuple[float, float], ...]
    width: float
    height: float


def place(
    routes: Sequence[Route], obstacles: Sequence[Rectangle], links: Sequence[Sequence[tuple[float, float]]] = ()
) -> Mapping[str, tuple[float, float]]:
    """Return the centre of each route's label; ``links`` are other lines that labels had better not hide.

    The flows with the shortest way choose first, because they have the fewest places. A place over a box or another
    label is taken only when the line has no other.
    """
    taken = [(item.left, item.bottom, item.right, item.top) for item in obstacles]
    drawn = [*(_steps(corners) for corners in links), *(_segments(item.corners) for item in routes)]
    owners = np.repeat(np.arange(len(drawn)), [len(part) for part in drawn])
    lines = np.vstack([np.empty((0, 4)), *drawn])
    numbers = {item.name: number for number, item in enumerate(routes, len(links))}
    centres: dict[str, tuple[float, float]] = {}
    for item in sorted(routes, key=lambda route: (_length(route.corners), route.name)):
        spots = _spots(item)
        if not len(spots):
            continue
        half = np.array([item.width / 2 + MARGIN, item.height / 2 + MARGIN])
        rectangles = np.hstack([spots[:, :2] - half, spots[:, :2] + half])
        cost = spots[:, 2] + 10_000.0 * _overlap(rectangles, _near(rectangles, np.array(taken).reshape(-1, 4))).sum(
            axis=1
        )
        cost += HIDDEN_ARROW * _met(rectangles, _arrows(item.corners))
        others = _near(rectangles, lines[owners != numbers[item.name]])
        cost += HIDDEN_LINE * _met(rectangles, others)
        best = int(cost.argmin())
        centres[item.name] = (float(spots[best, 0]), float(spots[best, 1]))
        taken.append(tuple(float(value) for value in rectangles[best]))  # type: ignore[arg-type]
    return centres


def _segments(corners: Sequence[tuple[float, float]]) -> Floats:
    pairs = pairwise(corners)
    found = [(min(a, c) - 0.5, min(b, d) - 0.5, max(a, c) + 0.5, max(b, d) + 0.5) for (a, b), (c, d) in pairs]
    return np.array(found, dtype=np.float64).reshape(-1, 4)


def _steps(corners: Sequence[tuple[float, float]]) -> Floats:
    """Return small rectangles along a curve: one around a slanted piece would cover far more than its line."""
    found = []
    for (a, b), (c, d) in pairwise(corners):
        pieces = max(1, int(hypot(c - a, d - b) // STEP))
        for part in range(pieces):
            x, y = a + (c - a) * (part + 0.5) / pieces, b + (d - b) * (part + 0.5) / pieces
            found.append((x - 2, y - 2, x + 2, y + 2))
    return np.array(found, dtype=np.float64).reshape(-1, 4)


def _length(corners: Sequence[tuple[float, float]]) -> float:
    return sum(hypot(c - a, d - b) for (a, b), (c, d) in pairwise(corners))


def _arrows(corners: Sequence[tuple[float, float]]) -> Floats:
    ends = [corners[0], corners[-1]]
    return np.array([(x - ARROW, y - ARROW, x + ARROW, y + ARROW) for x, y in ends], dtype=np.float64)


def _spots(item: Route) -> Floats:
    """Return rows of x, y and own cost: places on the line and beside it, dearer away from its middle."""
    corners = item.corners
    total = _length(corners)
    step = max(STEP, total / MOST)
    found, passed = [], 0.0
    for (a, b), (c, d) in pairwise(corners):
        length = hypot(c - a, d - b)
        upright = UPRIGHT if abs(d - b) > abs(c - a) else 0.0
        for part in range(int(length // step) + 1):
            along = (part * step + step / 2) if length > step else length / 2
            if along > length:
                break
            x, y = a + (c - a) * along / length if length else a, b + (d - b) * along / length if length else b
            off = OFF_MIDDLE * abs(passed + along - total / 2)
            found.append((x, y, upright + off))
            aside, above = (item.width / 2 + CLEAR, 0.0) if upright else (0.0, item.height / 2 + CLEAR)
            found += [(x + aside, y + above, BESIDE + off), (x - aside, y - above, BESIDE + off)]
        passed += length
    return np.array(found, dtype=np.float64).reshape(-1, 3)


def _near(some: Floats, others: Floats) -> Floats:
    """Return those of ``others`` that meet the frame around ``some``."""
    left, bottom, right, top = some[:, 0].min(), some[:, 1].min(), some[:, 2].max(), some[:, 3].max()
    near: Floats = others[
        (others[:, 0] < right) & (others[:, 2] > left) & (others[:, 1] < top) & (others[:, 3] > bottom)
    ]
    return near


def _met(some: Floats, others: Floats) -> Floats:
    """Return with how many of ``others`` each rectangle of ``some`` shares an area."""
    across = (some[:, None, 0] < others[None, :, 2]) & (others[None, :, 0] < some[:, None, 2])
    down = (some[:, None, 1] < others[None, :, 3]) & (others[None, :, 1] < some[:, None, 3])
    met: Floats = (across & down).sum(axis=1).astype(np.float64)
    return met


def _overlap(some: Floats, others: Floats) -> Floats:
    """Return the common area of every rectangle of ``some`` with every one of ``others``."""
    across = np.minimum(some[:, None, 2], others[None, :, 2]) - np.maximum(some[:, None, 0], others[None, :, 0])
    down = np.minimum(some[:, None, 3], others[None, :, 3]) - np.maximum(some[:, None, 1], others[None, :, 1])
    area: Floats = np.clip(across, 0, None) * np.clip(down, 0, None)
    return area
