"""The drawing as an SVG picture: no version comment, no document type, names for those who point at a box."""

from __future__ import annotations

import html
import re

from cloison.diagrams.layout.dot import titles
from cloison.diagrams.layout.picture import picture
from cloison.diagrams.layout.sheet import drawn, only_scene
from cloison.diagrams.output import Output
from cloison.diagrams.printable import printable
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Report

PROLOG = re.compile(r"<\?xml[^>]*\?>\s*|<!DOCTYPE[^>]*>\s*|<!--.*?-->\s*", re.DOTALL)
TITLE = re.compile(r"<title>([^<]*)</title>")


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    scene = only_scene(report)
    said = titles(scene)
    whole = f"{report.title}, {scene.title.say(lang)}"

    def title(found: re.Match[str]) -> str:
        name = found.group(1)
        words = whole if name == "cloison" else said.get(name, "")
        return f"<title>{html.escape(printable(words))}</title>" if words else ""

    text = picture(drawn(report, lang), "svg").decode("utf-8")
    body = TITLE.sub(title, PROLOG.sub("", text))
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + body).encode("utf-8")


OUTPUT = Output(
    "svg", Text("drawing as an SVG picture", "dessin en image SVG"), (".svg",), "image/svg+xml", _write, picture=True
)
