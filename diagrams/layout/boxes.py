"""Boxes, cells and vertices as Graphviz's HTML-like labels; every text is escaped here and nowhere else."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from math import ceil, sqrt

from cloison.diagrams.layout.look import CELLS, FAINT, PLANES, SEVERITY, STAR, VERTICES, Look, changed, look
from cloison.diagrams.printable import clipped
from cloison.netmodel.finding import Lang, Message, Severity, Text
from cloison.netmodel.report import Cluster, Node

NAME, DETAIL = 40, 56  # characters; what is longer is whole in the tables
ESCAPE = re.compile(r"\\(?=[NGETHL])")
CELL_SHAPE = 2.0  # wanted width of a box over its height


def said(text: Message | Text | str, lang: Lang) -> str:
    """Return a label's text in ``lang``."""
    return text if isinstance(text, str) else text.say(lang)


def as_drawn(shown: str, limit: int = DETAIL) -> str:
    """Return a text as it is drawn: clipped, its backslashes none that Graphviz reads.

    Graphviz puts the names of its own objects for ``\\N``, ``\\G``, ``\\E``, ``\\T``, ``\\H`` and ``\\L`` (escString),
    in HTML-like labels too and for ``&#92;`` as well; a sign that looks the same stands for such a backslash.
    """
    return ESCAPE.sub("\N{SET MINUS}", clipped(shown, limit))


def text(shown: str, *, size: int = 10, bold: bool = False, colour: str = "", limit: int = DETAIL) -> str:
    """Return escaped text of ``size`` points."""
    safe = html.escape(as_drawn(shown, limit)) or " "
    inner = f"<B>{safe}</B>" if bold else safe
    tint = f' COLOR="{colour}"' if colour else ""
    return f'<FONT POINT-SIZE="{size}"{tint}>{inner}</FONT>'


def badge(findings: int, severity: Severity | None, lang: Lang) -> str:
    """Return the words of a findings badge, such as ``error: 3 findings``; empty when there is none."""
    if not findings or severity is None:
        return ""
    count = Text("{n} finding", "{n} constat") if findings == 1 else Text("{n} findings", "{n} constats")
    colon = " : " if lang == "fr" else ": "
    return SEVERITY[severity].title.say(lang).upper() + colon + count.say(lang).format(n=findings)


def box(cluster: Cluster, cells: Sequence[tuple[str, Node]], lang: Lang) -> str:
    """Return the label of a box: its name, its details, then its cells by kind; each cell has a port."""
    _, plane = look(cluster.marks, PLANES, "other")
    edge = changed(cluster.marks) or plane
    border = 5 if "sensitive" in cluster.marks else edge.width
    style = f"ROUNDED,{edge.style.upper()}" if edge.style != "solid" else "ROUNDED"
    rows = [_row(_starred(cluster.label, cluster.marks, lang, 16))]
    rows += [_row(text(said(item, lang), size=11, colour=FAINT)) for item in cluster.detail]
    warned = badge(len(cluster.findings), cluster.severity, lang)
    if warned and cluster.severity:
        rows.append(_row(_badge(warned, cluster.severity)))
    for kind in CELLS:
        of_kind = [(port, node) for port, node in cells if node.shape == kind]
        if of_kind:
            rows.append(_row(_grid(of_kind, CELLS[kind], lang)))
    return (
        f'<<TABLE BORDER="{border:g}" CELLBORDER="0" CELLSPACING="1" CELLPADDING="2" STYLE="{style}" '
        f'COLOR="{edge.line}" BGCOLOR="{plane.fill}">{"".join(rows)}</TABLE>>'
    )


def vertex(node: Node, lang: Lang) -> str:
    """Return the label of a vertex between the boxes."""
    rows = [_row(_starred(node.label, node.marks, lang, 13))]
    rows += [_row(text(said(item, lang), size=10)) for item in node.detail]
    warned = badge(len(node.findings), node.severity, lang)
    if warned and node.severity:
        rows.append(_row(_badge(warned, node.severity)))
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{"".join(rows)}</TABLE>>'


def vertex_look(node: Node) -> Look:
    """Return how a vertex is drawn; a plane's colours for another zone."""
    if node.shape in VERTICES and node.shape != "peer":
        return VERTICES[node.shape]
    return look(node.marks, PLANES, "other")[1]


def columns(count: int) -> int:
    """Return in how many columns ``count`` cells give a box of a pleasant shape."""
    return max(1, ceil(sqrt(count * CELL_SHAPE * 42 / 130) - 0.4))


def size(cluster: Cluster, cells: Sequence[Node], lang: Lang) -> tuple[float, float]:
    """Return a box's rough width and height in points, enough to decide in which row it is drawn."""
    width, height = 8.0 * len(clipped(said(cluster.label, lang), NAME)), 24.0
    for item in cluster.detail:
        width, height = max(width, 5.4 * len(clipped(said(item, lang), DETAIL))), height + 15
    for kind in CELLS:
        of_kind = [node for node in cells if node.shape == kind]
        if of_kind:
            across = columns(len(of_kind))
            wide = max(max(len(said(part, lang)) for part in (node.label, *node.detail)) for node in of_kind)
            tall = max(1 + len(node.detail) for node in of_kind)
            width = max(width, across * (5.4 * min(wide, DETAIL) + 12))
            height += ceil(len(of_kind) / across) * (13 * tall + 8)
    return width + 16, height + 8


def _starred(label: Message | str, marks: tuple[str, ...], lang: Lang, points: int) -> str:
    star = f"{STAR} " if "nerve-centre" in marks else ""
    return text(star + said(label, lang), size=points, bold=True, limit=NAME)


def _badge(words: str, severity: Severity) -> str:
    seen = SEVERITY[severity]
    return (
        f'<TABLE BORDER="{seen.width:g}" CELLBORDER="0" CELLPADDING="2" COLOR="{seen.line}" BGCOLOR="{seen.fill}">'
        f"<TR><TD>{text(words, size=10, bold=True)}</TD></TR></TABLE>"
    )


def _grid(cells: Sequence[tuple[str, Node]], seen: Look, lang: Lang) -> str:
    across = columns(len(cells))
    rows = []
    for start in range(0, len(cells), across):
        row = "".join(_cell(port, node, seen, lang) for port, node in cells[start : start + across])
        missing = across - len(cells[start : start + across])
        rows.append(f"<TR>{row}{'<TD></TD>' * missing}</TR>")
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="3" CELLPADDING="3">{"".join(rows)}</TABLE>'


def _cell(port: str, node: Node, seen: Look, lang: Lang) -> str:
    warned = SEVERITY[node.severity] if node.severity and node.findings else None
    line, width, fill = (warned.line, warned.width, warned.fill) if warned else (seen.line, seen.width, seen.fill)
    edge, style = changed(node.marks), ""
    if edge:
        line, width, style = edge.line, edge.width, f' STYLE="{edge.style.upper()}"' if edge.style != "solid" else ""
    parts = [_starred(node.label, node.marks, lang, 12)]
    parts += [text(said(item, lang), size=11) for item in node.detail]
    words = badge(len(node.findings), node.severity, lang)
    if words:
        parts.append(text(words, size=9, bold=True))
    return f'<TD PORT="{port}" BORDER="{width:g}" COLOR="{line}" BGCOLOR="{fill}"{style}>{"<BR/>".join(parts)}</TD>'


def _row(inner: str) -> str:
    return f"<TR><TD>{inner}</TD></TR>"
