"""Drawing to picture, in steps: the architecture is laid out alone, then the flows find their way between the boxes.

Flows that took part in the layout would pull the boxes apart and make it slow (a labelled flow costs ``dot`` more
than ten boxes do). So ``dot`` places the architecture, ``neato -n2`` keeps its positions and routes the flows at
right angles, :mod:`cloison.diagrams.layout.placing` finds a free place for each label, and a last pass draws.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from cloison.diagrams.layout.dot import ACROSS, DOWN, MARGIN, ROUTED, Drawing, FlowText, inserted
from cloison.diagrams.layout.process import TIME_LIMIT, Program, run_each
from cloison.netmodel.finding import MapError

if TYPE_CHECKING:
    from cloison.diagrams.layout.placing import Rectangle

LARGEST_PAGE = 190  # inches; readers of PDF open no page over 200 (ISO 32000-1, annex C)
FINEST, PIXELS = 144.0, 5000.0  # dots an inch; pixels of the longest side: an A3 sheet at 300 dots an inch
BOUNDS = re.compile(r'\bbb="[-\d.]+,[-\d.]+,([\d.]+),([\d.]+)"')
SPACINGS = (  # inches between boxes, between ranks and around the text of a vertex, tried in order
    (ACROSS, DOWN, MARGIN), ("0.79", "0.47", MARGIN), ("0.83", "0.5", "0.1,0.06"), ("0.9", "0.55", "0.12,0.08"),
)  # fmt: skip
ROUTING = 15.0  # seconds for one try at right angles
ROUTE = ("-n2", "-Tdot")  # keep every position, add the routes that are missing
Point = tuple[float, float]
Form = Literal["svg", "png", "pdf"]
Answer = TypeVar("Answer", str, bytes)


def picture(drawing: Drawing, form: Form, *, limit: float = TIME_LIMIT) -> bytes:
    """Return the picture of a drawing; each step has ``limit`` seconds.

    Raises :class:`MapError` with the rule ``no-layout``, see :func:`cloison.diagrams.layout.process.run`.
    """
    return _made(pictures([drawing], form, limit=limit)[0])


def pictures(drawings: Sequence[Drawing], form: Form, *, limit: float = TIME_LIMIT) -> list[bytes | MapError]:
    """Return the picture of each drawing, or why it has none; all of them take each step together."""
    graphs = _routed(drawings, limit)
    labelled = {
        number: graph for number, graph in graphs.items()
        if isinstance(graph, str) and 0 < len(drawings[number].flows) <= ROUTED
    }  # fmt: skip
    for number, found in _each("neato", labelled, "-n2", "-Tjson0", limit=limit).items():
        if isinstance(found, str):
            found = inserted(labelled[number], "\n".join(_labels(drawings[number].flows, json.loads(found))))
        graphs[number] = found
    made: dict[int, bytes | MapError] = {
        number: graph for number, graph in graphs.items() if isinstance(graph, MapError)
    }
    by_options: dict[tuple[str, ...], list[int]] = {}
    for number, graph in graphs.items():
        if isinstance(graph, str):
            by_options.setdefault(_options(form, graph), []).append(number)
    for options, numbers in by_options.items():
        texts = [_made(graphs[number]) for number in numbers]
        made |= zip(numbers, run_each("neato", texts, "-n2", f"-T{form}", *options, limit=limit), strict=True)
    return [made[number] for number in range(len(drawings))]


def routed(drawing: Drawing, limit: float) -> str:
    """Return the graph with everything in its place; raise :class:`MapError` where there is none."""
    return _made(_routed([drawing], limit)[0])


def _routed(drawings: Sequence[Drawing], limit: float) -> dict[int, str | MapError]:
    """Return each graph with everything in its place, or why it has none, by the place of its drawing.

    Graphviz's router at right angles stops on an assertion for one layout in some tens (2.43, ``maze.c``); the same
    boxes a little further apart, or larger, go through. Straight lines are for what still fails, and for many flows.
    """
    left = dict(enumerate(drawings))
    flows = {number: "\n".join(item.statement for item in drawing.flows) for number, drawing in left.items()}
    graphs: dict[int, str | MapError] = {}
    for across, down, margin in SPACINGS:
        spaced = {
            number: inserted(drawing.architecture, f"\tnodesep={across} ranksep={down}").replace(
                f'margin="{MARGIN}"', f'margin="{margin}"'
            )
            for number, drawing in left.items() if 0 < len(drawing.flows) <= ROUTED
        }  # fmt: skip
        placed = _each("dot", spaced, "-Tdot", limit=limit)
        graphs |= {number: found for number, found in placed.items() if isinstance(found, MapError)}
        bare = {number: inserted(found, flows[number]) for number, found in placed.items() if isinstance(found, str)}
        ways = _each("neato", bare, *ROUTE, "-Gsplines=ortho", limit=min(limit, ROUTING))
        graphs |= {number: found for number, found in ways.items() if isinstance(found, str)}
        left = {number: drawing for number, drawing in left.items() if number not in graphs}
    placed = _each("dot", {number: drawing.architecture for number, drawing in left.items()}, "-Tdot", limit=limit)
    graphs |= placed
    bare = {
        number: inserted(found, flows[number])
        for number, found in placed.items() if isinstance(found, str) and flows[number]
    }  # fmt: skip
    return graphs | _each("neato", bare, *ROUTE, "-Gsplines=line", limit=limit)


def _each(program: Program, texts: Mapping[int, str], *options: str, limit: float) -> dict[int, str | MapError]:
    answers = run_each(program, [*texts.values()], *options, limit=limit)
    return {
        number: found if isinstance(found, MapError) else found.decode("utf-8")
        for number, found in zip(texts, answers, strict=True)
    }


def _made(found: Answer | MapError) -> Answer:
    if isinstance(found, MapError):
        raise found
    return found


def _options(form: Form, placed: str) -> tuple[str, ...]:
    if form == "png":
        return (f"-Gdpi={_resolution(placed)}",)
    return (f"-Gsize={LARGEST_PAGE},{LARGEST_PAGE}",) if form == "pdf" else ()


def _resolution(placed: str) -> int:
    """Return the dots an inch at which a picture is fine enough to print and never too large to open."""
    bounds = BOUNDS.search(placed)
    longest = max(float(bounds.group(1)), float(bounds.group(2))) / 72 if bounds else 1.0
    return max(8, int(min(FINEST, PIXELS / max(longest, 1.0))))


def _labels(flows: Sequence[FlowText], geometry: Mapping[str, Any]) -> list[str]:
    """Return the statements of the labels: nodes of their own, at the places that are free."""
    from cloison.diagrams.layout.placing import Route, place  # numpy, which reports without a picture do without

    obstacles = [_rectangle(item) for item in geometry.get("objects", ()) if "pos" in item and "width" in item]
    obstacles += [_around(item["lp"], 30.0, 12.0) for item in geometry.get("edges", ()) if item.get("lp")]
    if geometry.get("lp"):
        obstacles.append(_around(geometry["lp"], float(geometry["lwidth"]) * 72, float(geometry["lheight"]) * 72))
    drawn = [vertices(item["pos"]) for item in geometry.get("edges", ()) if "id" not in item and "pos" in item]
    ways = {item["id"]: vertices(item["pos"]) for item in geometry.get("edges", ()) if "id" in item and "pos" in item}
    routes = [Route(item.name, tuple(ways[item.name]), item.width, item.height) for item in flows
              if item.label and item.name in ways]  # fmt: skip
    labels = {item.name: item.label for item in flows}
    return [
        f'\tl{name} [shape=plain label={labels[name]} pos="{x:.1f},{y:.1f}"]'
        for name, (x, y) in sorted(place(routes, obstacles, drawn).items())
    ]


def _rectangle(item: Mapping[str, Any]) -> Rectangle:
    return _around(item["pos"], float(item["width"]) * 72, float(item["height"]) * 72)


def _around(position: str, width: float, height: float) -> Rectangle:
    from cloison.diagrams.layout.placing import Rectangle

    x, y = (float(part) for part in position.split(","))
    return Rectangle(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def vertices(position: str) -> list[Point]:
    """Return the corners of an edge's path, out of Graphviz's ``e,x,y s,x,y x,y ...`` of cubic Bézier points."""
    points = [part for part in position.split(";")[0].split() if part[0] not in "es"]
    return [(float(x), float(y)) for x, _, y in (part.partition(",") for part in points[::3])]
