"""The scene of a report as a drawing, with its title block."""

from __future__ import annotations

from cloison.diagrams.layout.dot import Drawing, drawing
from cloison.diagrams.layout.legend import Sheet
from cloison.netmodel.finding import Lang, MapError, Ref, input_error, say
from cloison.netmodel.report import Report, Scene


def only_scene(report: Report) -> Scene:
    """Return the report's first scene; raises :class:`MapError` when it has none."""
    if not report.views:
        raise MapError((input_error("no-drawing", say(
            "the answer of `{command}` has no drawing: choose another format",
            "la réponse de `{command}` n’a pas de dessin : choisir un autre format", command=report.command,
        ), Ref("command", report.command)),))  # fmt: skip
    return report.views[0]


def drawn(report: Report, lang: Lang) -> Drawing:
    """Return the report's scene as DOT, with the name, the date, the digest and the marking of its map."""
    return drawing(only_scene(report), sheet_of(report), lang)


def sheet_of(report: Report) -> Sheet:
    """Return what the title block of a report's drawing says."""
    named = report.data.get("map", {})
    return Sheet(report.title, str(report.data.get("at", "")), str(named.get("digest", "")), report.marking)
