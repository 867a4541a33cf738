"""Lines that nobody answers for."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.reviewing.lines import at_line
from cloison.flows.reviewing.matter import Matter, Point, Topic
from cloison.netmodel.finding import Text, say


def _points(matter: Matter) -> Iterator[Point]:
    for line in matter.network.lines:
        if not line.flow.responsible.strip():
            yield at_line(line, say("has no responsible", "n’a pas de responsable"))
        if not line.flow.approved:
            yield at_line(line, say("was approved by nobody", "n’a été approuvée par personne"))


TOPIC = Topic(
    name="responsible",
    place=70,
    title=Text("Lines without a responsible or an approval", "Lignes sans responsable ou sans approbation"),
    why=Text(
        "A line without a responsible has nobody who can say that it is still needed.",
        "Une ligne sans responsable n’a personne qui puisse dire qu’elle sert encore.",
    ),
    points=_points,
)
