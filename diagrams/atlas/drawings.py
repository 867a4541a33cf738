"""Scenes as SVG that belongs in a page: each box leads to its entry, each flow names its lines."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

from cloison.diagrams.atlas.neutral import neutral
from cloison.diagrams.atlas.scope import Scope
from cloison.diagrams.atlas.scoped import scoped_scene
from cloison.diagrams.atlas.telling import Teller
from cloison.diagrams.cells import cell_said
from cloison.diagrams.layout.boxes import NAME, as_drawn, said
from cloison.diagrams.layout.dot import drawing, vertex_names
from cloison.diagrams.layout.legend import Sheet
from cloison.diagrams.layout.look import STAR
from cloison.diagrams.layout.picture import pictures
from cloison.diagrams.printable import clipped, printable
from cloison.netmodel.finding import MapError, Message, Ref
from cloison.netmodel.report import Atlas, Cluster, Edge, Node, Scene

AT_ONCE = 2  # layouts that run side by side
LIMIT = 20.0  # seconds for one step of one layout
LARGEST = 8_000_000  # characters of all drawings of a page
PROLOG = re.compile(r"<\?xml[^>]*\?>\s*|<!DOCTYPE[^>]*>\s*|<!--.*?-->\s*", re.DOTALL)
GROUP = re.compile(r'<g id="([^"]*)" class="(node|edge|cluster|graph)"([^>]*)>\s*(?:<title>([^<]*)</title>)?')
OPENING = re.compile(r"<(/?)g\b[^>]*>")
PLAIN = (' font-family="Helvetica,sans-Serif"', ' text-anchor="start"', ' xml:space="preserve"')
NUMBER = re.compile(r"(\d+\.\d)\d+")
PLACED = re.compile(r'(?<=[ ])(?:d|points|c?x|c?y|r[xy]|viewBox|transform)="[-\d.,\seEMCLQAZa-z()]*"')
ELEMENT = re.compile(r"<\w[^<>]*>")
SIZE = re.compile(r'<svg width="[^"]*"\s+height="[^"]*"')
CELL = 2000  # characters of a cell of a table
ARROW = re.compile(r'<g id="f(\d+)" class="edge">\s*<title>([^<]*)</title>')
FLOW = re.compile(r"l?f(\d+)")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A scene as SVG, or why there is none: ``problem`` is empty where only the room was lacking."""

    view: str
    scene: Scene
    svg: str = ""
    problem: Message | None = None


def drawings(atlas: Atlas, sheet: Sheet, scope: Scope, tell: Teller) -> list[Drawn]:
    """Return every scene of the atlas as SVG; where the first has no layout, none is tried."""
    scenes = [(name, neutral(scoped_scene(scene, scope), tell)) for name, scene in atlas.scenes]
    found = _drawn(scenes[:1], sheet, tell)
    if found and found[0].problem is not None:
        return [*found, *(Drawn(name, scene, problem=found[0].problem) for name, scene in scenes[1:])]
    parts = [scenes[number + 1 :: AT_ONCE] for number in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = pool.map(lambda part: _drawn(part, sheet, tell), parts)
    found += [one for several in zip_longest(*made) for one in several if one is not None]
    room = LARGEST
    for number, item in enumerate(found):
        room -= len(item.svg)
        if room < 0 and item.svg:
            room += len(item.svg)
            found[number] = Drawn(item.view, item.scene)
    return found


def laid_out(view: str, scene: Scene, sheet: Sheet, tell: Teller) -> Drawn:
    """Return one scene of a map, in the names that the page tells, as SVG."""
    return _drawn([(view, neutral(scene, tell))], sheet, tell)[0]


def _drawn(scenes: Sequence[tuple[str, Scene]], sheet: Sheet, tell: Teller) -> list[Drawn]:
    """Return scenes as SVG, laid out together."""
    made = pictures([drawing(scene, sheet, tell.lang) for _, scene in scenes], "svg", limit=LIMIT)
    return [
        Drawn(view, scene, problem=found.findings[0].message) if isinstance(found, MapError)
        else Drawn(view, scene, linked(
            found.decode("utf-8"), scene, f"{sheet.map}, {scene.title.say(tell.lang)}", tell,
        ))
        for (view, scene), found in zip(scenes, made, strict=True)
    ]  # fmt: skip


def linked(text: str, scene: Scene, title: str, tell: Teller) -> str:
    """Return the SVG of Graphviz for a page: no id, no comment, its boxes as links, its flows with their lines."""
    names = vertex_names(scene)
    boxes: tuple[Cluster | Node, ...] = (*scene.clusters, *scene.nodes)
    drawn = {names[item.id]: item for item in boxes}
    links = {
        frozenset((names[edge.source].partition(":")[0], names[edge.target].partition(":")[0])): edge
        for edge in scene.edges if edge.kind == "link"
    }  # fmt: skip
    flows = _numbered(scene, names, text)
    cells = _labels(scene, names, tell)
    body = PROLOG.sub("", text)
    for plain in PLAIN:
        body = body.replace(plain, "")
    body = ELEMENT.sub(lambda found: PLACED.sub(_rounded, found.group()), body).replace('"transparent"', '"none"')
    out: list[str] = []
    at = 0
    ends: list[str] = []  # what closes each group that is open
    inside: list[str] = []
    for found in OPENING.finditer(body):
        piece = body[at : found.start()]
        out.append(_celled(piece, cells.get(inside[-1], {}) if inside else {}))
        at = found.end()
        if found.group(1):
            out.append(ends.pop() if ends else "")
            inside.pop()
            continue
        group = GROUP.match(body, found.start())
        opening, closing, name = _opening(found.group(), group, drawn, links, flows, names, tell)
        out.append(opening)
        ends.append(closing)
        inside.append(name)
        if group:
            at = group.end()
    out.append(body[at:])
    svg = SIZE.sub("<svg", "".join(out), count=1)
    said_title = html.escape(printable(title))
    return svg.replace("<svg", f'<svg role="group" aria-label="{said_title}" class="drawing"', 1)


def _rounded(found: re.Match[str]) -> str:
    """Return an attribute of places with one decimal; texts keep every digit of theirs, which may be addresses."""
    return NUMBER.sub(r"\1", found.group())


def _opening(
    plain: str,
    group: re.Match[str] | None,
    drawn: Mapping[str, Cluster | Node],
    links: Mapping[frozenset[str], Edge],
    flows: Mapping[int, Edge],
    names: Mapping[str, str],
    tell: Teller,
) -> tuple[str, str, str]:
    """Return what opens and closes a group, and the name of the box that it is."""
    if group is None:
        return re.sub(r' id="[^"]*"', "", plain), "</g>", ""
    name, kind, rest, title = group.group(1), group.group(2), group.group(3), html.unescape(group.group(4) or "")
    rest = re.sub(r' id="[^"]*"', "", rest)
    flow = FLOW.fullmatch(name if kind == "edge" else title)
    if flow and int(flow.group(1)) in flows:
        return f'<g class="flow"{rest}{_edge(flows[int(flow.group(1))], names)}>', "</g>", ""
    if kind == "edge":
        ends = frozenset(part.partition(":")[0] for part in re.split(r"->|--", title))
        link = links.get(ends)
        return f'<g class="link"{rest}{_edge(link, names) if link else ""}>', "</g>", ""
    key = title.removeprefix("cluster_")
    item = drawn.get(key)
    if kind != "node" or item is None:
        return f'<g class="{kind}"{rest}>', "</g>", ""
    subject = html.escape(_key(item.subject))
    return f'<g class="node" data-v="{key}" data-k="{subject}"{_marks(item)}{rest}>', "</g>", key


def _marks(item: Cluster | Node) -> str:
    return f' data-s="{item.severity}"' if item.severity and item.findings else ""


def _edge(edge: Edge, names: Mapping[str, str]) -> str:
    ends = [names[one].partition(":")[0] for one in (edge.source, edge.target)]
    lines = html.escape(" ".join(quote(printable(one), safe="") for one in edge.lines))
    return f' data-a="{ends[0]}" data-b="{ends[1]}"' + (f' data-l="{lines}"' if lines else "")


def _numbered(scene: Scene, names: Mapping[str, str], text: str) -> dict[int, Edge]:
    """Return the flows by the number that the drawing gives them; it draws those of the same ends in one order."""
    of_ends: dict[tuple[str, str], list[Edge]] = {}
    for edge in sorted(scene.edges, key=lambda edge: (edge.kind, edge.source, edge.target, edge.marks, edge.lines)):
        ends = (names[edge.source].partition(":")[0], names[edge.target].partition(":")[0])
        of_ends.setdefault(ends, []).append(edge)
    found: dict[int, Edge] = {}
    for number, title in sorted((int(number), html.unescape(title)) for number, title in ARROW.findall(text)):
        here, _, there = title.partition("->")
        waiting = of_ends.get((here.partition(":")[0], there.partition(":")[0]))
        if waiting:
            found[number] = waiting.pop(0)
    return found


def _labels(scene: Scene, names: Mapping[str, str], tell: Teller) -> dict[str, dict[str, Cluster | Node]]:
    """Return, for each box, itself and its cells by their label as it is drawn."""
    found: dict[str, dict[str, Cluster | Node]] = {}
    boxes: tuple[Cluster | Node, ...] = (*scene.clusters, *scene.nodes)
    for item in boxes:
        star = f"{STAR} " if "nerve-centre" in item.marks else ""
        label = as_drawn(star + said(item.label, tell.lang), NAME)
        found.setdefault(names[item.id].partition(":")[0], {}).setdefault(label, item)
    return found


TEXT = re.compile(r"<text ([^>]*)>([^<]*)</text>")


def _celled(piece: str, cells: Mapping[str, Cluster | Node]) -> str:
    """Return what is drawn in a box, with its name and those of its cells as links."""
    if not cells:
        return piece

    def link(found: re.Match[str]) -> str:
        node = cells.get(html.unescape(found.group(2)))
        if node is None:
            return found.group()
        key = html.escape(_key(node.subject))
        return f'<a href="#{route(node.subject)}" data-k="{key}">{found.group()}</a>'

    return TEXT.sub(link, piece)


def _key(subject: Ref) -> str:
    return f"{subject.kind}:{printable(subject.id)}"


def route(subject: Ref) -> str:
    """Return the part after ``#`` of the address of an entry in the page."""
    return html.escape(f"{subject.kind}:{quote(printable(subject.id), safe='')}")


def tables(scene: Scene, tell: Teller) -> Iterator[dict[str, Any]]:
    """Yield the tables that say what the scene draws."""
    for table in scene.tables:
        if table.rows:
            yield {
                "id": table.id,
                "title": printable(table.title.say(tell.lang)),
                "columns": [printable(column.say(tell.lang)) for column in table.columns],
                "rows": [[clipped(cell_said(cell, tell.lang), CELL) for cell in row] for row in table.rows],
            }


