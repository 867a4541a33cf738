"""A grid as Graphviz's HTML-like table: one row and one column a zone, a shade and a number a cell."""

from __future__ import annotations

from collections.abc import Mapping

from cloison.diagrams.layout.boxes import said, text
from cloison.diagrams.layout.look import CHANGE_SIGNS, FAINT, PLANES, SEVERITY, SHADES, STAR, Look, changed, look, shade
from cloison.diagrams.printable import clipped
from cloison.netmodel.finding import Lang, Severity, Text
from cloison.netmodel.report import Grid, GridCell, Node

CORNER = Text("from ↓ to →", "de ↓ vers →")
SIGNS: Mapping[Severity, str] = {"error": "✗", "warning": "!", "note": "·"}
SIDE = 30  # points of a cell


def numbered(node: Node, number: int, lang: Lang) -> str:
    """Return the words at the head of a row: its number, which heads its column too, and its name."""
    star = f"{STAR} " if "nerve-centre" in node.marks else ""
    return f"{number} {star}{clipped(said(node.label, lang), 40)}"


def count(cell: GridCell) -> str:
    """Return what a cell says: its number of lines, with a sign where findings are on them."""
    sign = next((f"{CHANGE_SIGNS[word]} " for word in cell.marks if word in CHANGE_SIGNS), "")
    return sign + str(len(cell.lines)) + (f" {SIGNS[cell.severity]}" if cell.severity else "")


def cell_look(cell: GridCell) -> Look:
    """Return a cell's shade, in the frame of the worst severity on its lines."""
    seen = SHADES[shade(cell)]
    if edge := changed(cell.marks):
        return Look(seen.title, seen.fill, edge.line, edge.style, edge.width)
    if cell.severity is None:
        return seen
    warned = SEVERITY[cell.severity]
    return Look(seen.title, seen.fill, warned.line, warned.style, warned.width)


def heat(grid: Grid, lang: Lang) -> str:
    """Return the label of a grid."""
    filled = {(cell.row, cell.column): cell for cell in grid.cells}
    heads = "".join(
        f'<TD BGCOLOR="{_plane(node).fill}" WIDTH="{SIDE}">{text(str(number), bold=True)}</TD>'
        for number, node in enumerate(grid.nodes, 1)
    )
    rows = [f"<TR><TD>{text(CORNER.say(lang), colour=FAINT)}</TD>{heads}</TR>"]
    for number, node in enumerate(grid.nodes, 1):
        head = f'<TD ALIGN="RIGHT" BGCOLOR="{_plane(node).fill}">{text(numbered(node, number, lang), bold=True)}</TD>'
        cells = "".join(_cell(filled.get((node.id, other.id))) for other in grid.nodes)
        rows.append(f"<TR>{head}{cells}</TR>")
    return (
        '<<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="1" CELLPADDING="4" COLOR="#d9d9d9">'
        f"{''.join(rows)}</TABLE>>"
    )


def _plane(node: Node) -> Look:
    return look(node.marks, PLANES, "other")[1]


def _cell(cell: GridCell | None) -> str:
    if cell is None:
        return "<TD></TD>"
    seen = cell_look(cell)
    style = "" if seen.style in ("solid", "bold") else f' STYLE="{seen.style.upper()}"'
    return (
        f'<TD BORDER="{seen.width:g}" COLOR="{seen.line}" BGCOLOR="{seen.fill}"{style}>'
        f"{text(count(cell), bold=cell.severity is not None)}</TD>"
    )
