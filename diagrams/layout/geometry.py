"""Where everything of a drawing lies, for formats whose own programs do no layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloison.diagrams.layout.dot import Drawing
from cloison.diagrams.layout.picture import Point, routed, vertices
from cloison.diagrams.layout.process import TIME_LIMIT, run


@dataclass(frozen=True, slots=True)
class Place:
    """Left, top, width and height, in points; the origin is the drawing's upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Geometry:
    """Places of boxes and vertices by their DOT name, of the frames around boxes, and the corners of each flow."""

    boxes: Mapping[str, Place]
    frames: Mapping[str, Place]  # by the DOT name of the box that holds others
    routes: Mapping[str, tuple[Point, ...]]  # by the flow's name, both ends included


def geometry(drawing: Drawing, *, limit: float = TIME_LIMIT) -> Geometry:
    """Return the layout of a drawing as numbers; raises :class:`MapError` with the rule ``no-layout``."""
    answer = json.loads(run("neato", routed(drawing, limit), "-n2", "-Tjson0", limit=limit))
    _, _, _, height = (float(part) for part in answer["bb"].split(","))
    boxes: dict[str, Place] = {}
    frames: dict[str, Place] = {}
    for item in answer.get("objects", ()):
        name = item["name"]
        if name.startswith("cluster_") and "bb" in item:
            left, bottom, right, top = (float(part) for part in item["bb"].split(","))
            frames[name.removeprefix("cluster_")] = Place(left, height - top, right - left, top - bottom)
        elif name.startswith("n") and "pos" in item:
            boxes[name] = _place(item, height)
    routes = {
        item["id"]: tuple((x, height - y) for x, y in vertices(item["pos"]))
        for item in answer.get("edges", ())
        if "id" in item and "pos" in item
    }
    return Geometry(boxes, frames, routes)


def _place(item: Mapping[str, Any], height: float) -> Place:
    x, y = (float(part) for part in item["pos"].split(","))
    wide, tall = float(item["width"]) * 72, float(item["height"]) * 72
    return Place(x - wide / 2, height - y - tall / 2, wide, tall)
