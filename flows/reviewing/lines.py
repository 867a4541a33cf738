"""Points about lines."""

from __future__ import annotations

from cloison.flows.reviewing.matter import Point
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Ref


def at_line(line: Line, message: Message, *route: str | int) -> Point:
    """Return a point about a line, at the place of one of its fields, or of the line."""
    place = line.document.span(("flows", line.id, *route)) if route else line.span
    return Point(Ref("line", line.id), message, (place,))
