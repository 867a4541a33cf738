"""The band under a drawing: the legend of exactly what is drawn, and the title block."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cloison.diagrams.layout.boxes import text
from cloison.diagrams.layout.look import (
    CELLS,
    CHANGES,
    EDGES,
    NERVE_CENTRE,
    PLANES,
    SENSITIVE,
    SEVERITY,
    STAR,
    VERTICES,
    Look,
    look,
)
from cloison.netmodel.finding import SEVERITIES, Lang, Text
from cloison.netmodel.report import Cluster, Edge, Node, Scene


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
SHAPES = {"octagon": Text("octagon", "octogone"), "ellipse": Text("ellipse", "ellipse"),
          "hexagon": Text("hexagon", "hexagone"), "box": Text("box", "cadre")}  # fmt: skip
STYLES = {"solid": Text("solid", "trait plein"), "dashed": Text("dashed", "tirets"),
          "dotted": Text("dotted", "pointillé"), "bold": Text("thick", "trait épais")}  # fmt: skip
FLOW_LABEL = Text("a flow's first line, and how many more", "première ligne d’un flux, et combien d’autres")
FLOW_EXAMPLE = "F-001 +12"
HEIGHT = 7  # rows of the legend before it takes another column
CROWDED = 30  # boxes at which the legend is twice as large, because the sheet is seen from further away
SIZE = re.compile(r'(POINT-SIZE|WIDTH)="(\d+)"')  # never in a map's text, whose quotes are escaped


def band(scene: Scene, sheet: Sheet, lang: Lang) -> str:
    """Return the graph's label: legend on the left, title block on the right."""
    entries = [*_zones(scene, lang), *_equipment(scene, lang), *_edges(scene, lang), *_severities(scene, lang)]
    entries += _changes(scene, lang)
    high = max(1, min(HEIGHT, len(entries)))
    rows = []
    for row in range(high):
        cells = "".join(entries[row::high]) or "<TD></TD>"
        title = f'<TD ROWSPAN="{high}" ALIGN="LEFT" VALIGN="TOP">{_title(scene, sheet, lang)}</TD>' if row == 0 else ""
        missing = -(-len(entries) // high) - len(entries[row::high])
        rows.append(f"<TR>{cells}{'<TD></TD><TD></TD>' * missing}{title}</TR>")
    times = 1 + min(len(scene.clusters) / CROWDED, 1)
    return SIZE.sub(
        lambda found: f'{found.group(1)}="{round(int(found.group(2)) * times)}"',
        '<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="5" CELLPADDING="2" COLOR="#808080" STYLE="ROUNDED">'
        f"{''.join(rows)}</TABLE>>",
    )


def _sample(seen: Look, words: Text, lang: Lang, *, inside: str = "", below: bool = False) -> str:
    style = "" if seen.style in ("solid", "bold") else f' STYLE="{seen.style.upper()}"'
    sides = ' SIDES="B"' if below else ""
    return (
        f'<TD WIDTH="56" BORDER="{max(seen.width, 1):g}"{sides}{style} COLOR="{seen.line}" BGCOLOR="{seen.fill}">'
        f"{text(inside, size=9)}</TD>{_words(words, lang)}"
    )


def _words(words: Text, lang: Lang) -> str:
    return f'<TD ALIGN="LEFT">{text(words.say(lang), size=11, limit=100)}</TD>'


def _zones(scene: Scene, lang: Lang) -> list[str]:
    used = {look(item.marks, PLANES, "other")[0] for item in scene.clusters}
    used |= {look(item.marks, PLANES, "other")[0] for item in scene.nodes if item.shape == "peer"}
    found = [_sample(PLANES[plane], PLANES[plane].title, lang) for plane in PLANES if plane in used]
    if any("sensitive" in item.marks for item in scene.clusters):
        found.append(_sample(Look(SENSITIVE, line="#333333", width=5), SENSITIVE, lang))
    return found


def _equipment(scene: Scene, lang: Lang) -> list[str]:
    inside = {item.shape for item in scene.nodes if item.cluster}
    between = {item.shape for item in scene.nodes if not item.cluster}
    found = [_sample(seen, seen.title, lang) for shape, seen in CELLS.items() if shape in inside]
    found += [
        _sample(seen, seen.title, lang, inside=SHAPES[seen.shape].say(lang))
        for shape, seen in VERTICES.items()
        if shape in between and shape != "peer"
    ]
    boxed: tuple[Cluster | Node, ...] = (*scene.clusters, *scene.nodes)
    if any("nerve-centre" in item.marks for item in boxed):
        found.append(f"<TD>{text(STAR, size=14, bold=True)}</TD>{_words(NERVE_CENTRE, lang)}")
    return found


def _changes(scene: Scene, lang: Lang) -> list[str]:
    marked = {mark for box in scene.clusters for mark in box.marks} | {
        mark for edge in scene.edges for mark in edge.marks
    }
    marked |= {mark for node in scene.nodes for mark in node.marks}
    return [_sample(seen, seen.title, lang) for word, seen in CHANGES.items() if word in marked]


def _edges(scene: Scene, lang: Lang) -> list[str]:
    used = {look(item.marks, EDGES, item.kind)[0] for item in scene.edges}
    found = [
        _sample(seen, seen.title, lang, inside=STYLES[seen.style].say(lang), below=True)
        for kind, seen in EDGES.items()
        if kind in used
    ]
    if any(item.kind == "flow" and len(item.lines) > 1 for item in scene.edges):
        found.append(f"<TD>{text(FLOW_EXAMPLE, size=9)}</TD>{_words(FLOW_LABEL, lang)}")
    return found


def _severities(scene: Scene, lang: Lang) -> list[str]:
    drawn: tuple[Cluster | Node | Edge, ...] = (*scene.clusters, *scene.nodes, *scene.edges)
    used = {item.severity for item in drawn}
    return [
        _sample(SEVERITY[severity], SEVERITY[severity].title, lang, inside=STYLES[SEVERITY[severity].style].say(lang))
        for severity in SEVERITIES
        if severity in used
    ]


def _title(scene: Scene, sheet: Sheet, lang: Lang) -> str:
    lines = [text(sheet.map, size=20, bold=True, limit=60), text(scene.title.say(lang), size=14, limit=80)]
    if sheet.date:
        lines.append(text(DATE.say(lang).format(date=sheet.date), size=11))
    if sheet.digest:
        lines.append(text(DIGEST.say(lang).format(digest=sheet.digest[:_DIGEST_SHOWN]), size=11))
    if sheet.marking:
        lines.append(text(sheet.marking.upper(), size=16, bold=True, limit=60))
    lines += [text(item.say(lang), size=10, limit=100) for item in scene.hidden]
    rows = "".join(f'<TR><TD ALIGN="LEFT">{line}</TD></TR>' for line in lines)
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}</TABLE>'
