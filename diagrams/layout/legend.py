"""The band under a drawing: the legend of exactly what is drawn, and the title block."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from cloison.diagrams.layout.boxes import said, text
from cloison.diagrams.layout.look import (
    CELLS,
    CHANGES,
    EDGES,
    NERVE_CENTRE,
    PLANES,
    SENSITIVE,
    SEVERITY,
    SHADES,
    STAR,
    VERTICES,
    Look,
    look,
    shade,
)
from cloison.netmodel.finding import SEVERITIES, Lang, Text
from cloison.netmodel.report import Cluster, Edge, GridCell, Node, Scene


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the title block says: whose map, of which date, which digest, and its marking."""

    map: str
    date: str = ""
    digest: str = ""
    marking: str = ""


DATE = Text("as of {date}", "au {date}")
_DIGEST_SHOWN = len("sha256:") + 12  # enough to tell maps apart; the JSON output has all of it
DIGEST = Text("digest of the map: {digest}", "empreinte de la carte : {digest}")
SHAPES = {"box3d": Text("block", "bloc"), "cds": Text("arrow", "flèche"), "house": Text("house", "maison"),
          "octagon": Text("octagon", "octogone"), "ellipse": Text("ellipse", "ellipse"),
          "hexagon": Text("hexagon", "hexagone"), "box": Text("box", "cadre")}  # fmt: skip
STYLES = {"solid": Text("solid", "trait plein"), "dashed": Text("dashed", "tirets"),
          "dotted": Text("dotted", "pointillé"), "bold": Text("thick", "trait épais")}  # fmt: skip
FLOW_LABEL = Text("a flow's first line, and how many more", "première ligne d’un flux, et combien d’autres")
FLOW_EXAMPLE = "F-001 +12"
WORD = Look(Text("", ""))
HEIGHT = 7  # rows of the legend before it takes another column
CROWDED = 30  # boxes at which the legend is twice as large, because the sheet is seen from further away
SIZE = re.compile(r'(POINT-SIZE|WIDTH)="(\d+)"')  # never in a map's text, whose quotes are escaped


def band(scene: Scene, sheet: Sheet, lang: Lang) -> str:
    """Return the graph's label: legend on the left, title block on the right."""
    samples = [_cell(entry, lang) for entry in entries(scene)]
    high = max(1, min(HEIGHT, len(samples)))
    rows = []
    for row in range(high):
        cells = "".join(samples[row::high]) or "<TD></TD>"
        title = f'<TD ROWSPAN="{high}" ALIGN="LEFT" VALIGN="TOP">{_title(scene, sheet, lang)}</TD>' if row == 0 else ""
        missing = -(-len(samples) // high) - len(samples[row::high])
        rows.append(f"<TR>{cells}{'<TD></TD><TD></TD>' * missing}{title}</TR>")
    times = 1 + min(len(scene.clusters) / CROWDED, 1)
    return SIZE.sub(
        lambda found: f'{found.group(1)}="{round(int(found.group(2)) * times)}"',
        '<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="5" CELLPADDING="2" COLOR="#808080" STYLE="ROUNDED">'
        f"{''.join(rows)}</TABLE>>",
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the legend: a sample ``frame``, a sample ``line`` or a ``word``, and what it says."""

    kind: Literal["frame", "line", "word"]
    title: Text
    look: Look
    inside: Text | str = ""


def entries(scene: Scene) -> tuple[Entry, ...]:
    """Return the legend of exactly what ``scene`` draws."""
    return (
        *_zones(scene), *_equipment(scene), *_edges(scene), *_shades(scene), *_severities(scene), *_changes(scene)
    )  # fmt: skip


def title_lines(scene: Scene, sheet: Sheet, lang: Lang) -> tuple[str, ...]:
    """Return the title block: map, view, day, digest and marking, then what is not drawn."""
    return (
        sheet.map,
        scene.title.say(lang),
        DATE.say(lang).format(date=sheet.date) if sheet.date else "",
        DIGEST.say(lang).format(digest=sheet.digest[:_DIGEST_SHOWN]) if sheet.digest else "",
        sheet.marking.upper(),
        *(item.say(lang) for item in scene.hidden),
    )


def _cell(entry: Entry, lang: Lang) -> str:
    inside = said(entry.inside, lang)
    seen = entry.look
    words = f'<TD ALIGN="LEFT">{text(entry.title.say(lang), size=11, limit=100)}</TD>'
    if entry.kind == "word":
        return f"<TD>{text(inside, size=9 if len(inside) > 1 else 14, bold=len(inside) == 1)}</TD>{words}"
    style = "" if seen.style in ("solid", "bold") else f' STYLE="{seen.style.upper()}"'
    sides = ' SIDES="B"' if entry.kind == "line" else ""
    return (
        f'<TD WIDTH="56" BORDER="{max(seen.width, 1):g}"{sides}{style} COLOR="{seen.line}" BGCOLOR="{seen.fill}">'
        f"{text(inside, size=9)}</TD>{words}"
    )


def _zones(scene: Scene) -> list[Entry]:
    used = {look(item.marks, PLANES, "other")[0] for item in scene.clusters}
    used |= {look(item.marks, PLANES, "other")[0] for item in scene.nodes if item.shape == "peer"}
    found = [Entry("frame", PLANES[plane].title, PLANES[plane]) for plane in PLANES if plane in used]
    if any("sensitive" in item.marks for item in scene.clusters):
        found.append(Entry("frame", SENSITIVE, Look(SENSITIVE, line="#333333", width=5)))
    return found


def _equipment(scene: Scene) -> list[Entry]:
    inside = {item.shape for item in scene.nodes if item.cluster}
    between = {item.shape for item in scene.nodes if not item.cluster}
    found = [Entry("frame", seen.title, seen) for shape, seen in CELLS.items() if shape in inside]
    found += [
        Entry("frame", seen.title, seen, SHAPES[seen.shape])
        for shape, seen in VERTICES.items()
        if shape in between and shape != "peer"
    ]
    boxed: tuple[Cluster | Node, ...] = (*scene.clusters, *scene.nodes)
    if any("nerve-centre" in item.marks for item in boxed):
        found.append(Entry("word", NERVE_CENTRE, WORD, STAR))
    return found


def _changes(scene: Scene) -> list[Entry]:
    cells: tuple[Node | GridCell, ...] = (*scene.grid.nodes, *scene.grid.cells) if scene.grid else ()
    every: tuple[Cluster | Node | Edge | GridCell, ...] = (*scene.clusters, *scene.nodes, *scene.edges, *cells)
    marked = {mark for item in every for mark in item.marks}
    return [Entry("frame", seen.title, seen) for word, seen in CHANGES.items() if word in marked]


def _edges(scene: Scene) -> list[Entry]:
    used = {look(item.marks, EDGES, item.kind)[0] for item in scene.edges}
    found = [Entry("line", seen.title, seen, STYLES[seen.style]) for kind, seen in EDGES.items() if kind in used]
    if any(item.kind == "flow" and len(item.lines) > 1 for item in scene.edges):
        found.append(Entry("word", FLOW_LABEL, WORD, FLOW_EXAMPLE))
    return found


def _shades(scene: Scene) -> list[Entry]:
    if scene.grid is None:
        return []
    used = {shade(cell) for cell in scene.grid.cells}
    return [Entry("frame", seen.title, seen) for word, seen in SHADES.items() if word in used]


def _severities(scene: Scene) -> list[Entry]:
    drawn: tuple[Cluster | Node | Edge | GridCell, ...] = (
        *scene.clusters, *scene.nodes, *scene.edges, *(scene.grid.cells if scene.grid else ()),
    )  # fmt: skip
    used = {item.severity for item in drawn}
    return [
        Entry("frame", SEVERITY[severity].title, SEVERITY[severity], STYLES[SEVERITY[severity].style])
        for severity in SEVERITIES
        if severity in used
    ]


def _title(scene: Scene, sheet: Sheet, lang: Lang) -> str:
    whose, view, *dated, marking = title_lines(replace(scene, hidden=()), sheet, lang)
    lines = [text(whose, size=20, bold=True, limit=60), text(view, size=14, limit=80)]
    lines += [text(line, size=11) for line in dated if line]
    if marking:
        lines.append(text(marking, size=16, bold=True, limit=60))
    lines += [text(item.say(lang), size=10, limit=100) for item in scene.hidden]
    rows = "".join(f'<TR><TD ALIGN="LEFT">{line}</TD></TR>' for line in lines)
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}</TABLE>'
