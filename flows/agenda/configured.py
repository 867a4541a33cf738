"""What firewalls permit beyond the matrix, and what they stop of it."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.effective import effective
from cloison.flows.reviewing.matter import Matter, Point, Topic
from cloison.netmodel.finding import Ref, Text


def _points(matter: Matter) -> Iterator[Point]:
    assert matter.verification is not None
    for device, permitted in effective(matter.verification).items():
        for departure in permitted.departures:
            subject = Ref("line", departure.line) if departure.line else Ref("asset", device)
            yield Point(subject, departure.message, departure.spans)


def _absent(matter: Matter) -> Text | None:
    if matter.verification is not None:
        return None
    return Text("no configuration was given (--config)", "aucune configuration n’a été donnée (--config)")


TOPIC = Topic(
    name="configured",
    place=30,
    title=Text("Configurations that depart from the matrix", "Configurations qui s’écartent de la matrice"),
    why=Text(
        "What equipment permits is what is authorised in fact.",
        "Ce que les équipements laissent passer est ce qui est autorisé de fait.",
    ),
    points=_points,
    absent=_absent,
)
