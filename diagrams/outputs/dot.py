"""The drawing as DOT text, for any Graphviz."""

from __future__ import annotations

from cloison.diagrams.layout.sheet import drawn
from cloison.diagrams.output import Output
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Report


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    return drawn(report, lang).whole().encode("utf-8")


OUTPUT = Output(
    "dot",
    Text("drawing as DOT text, for Graphviz", "dessin en DOT, pour Graphviz"),
    (".dot", ".gv"),
    "text/vnd.graphviz",
    _write,
    picture=True,
)
