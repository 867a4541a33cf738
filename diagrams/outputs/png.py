"""The drawing as a PNG picture."""

from __future__ import annotations

from cloison.diagrams.layout.picture import picture
from cloison.diagrams.layout.sheet import drawn
from cloison.diagrams.output import Output
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Report


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    return picture(drawn(report, lang), "png")


OUTPUT = Output(
    "png", Text("drawing as a PNG picture", "dessin en image PNG"), (".png",), "image/png", _write, binary=True,
    picture=True,
)
