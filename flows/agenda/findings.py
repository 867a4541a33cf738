"""What the rules find and nobody accepted."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.reviewing.matter import Matter, Point, Topic
from cloison.netmodel.finding import Text


def _points(matter: Matter) -> Iterator[Point]:
    for finding in matter.assessment.findings:
        if finding.stands and finding.severity != "note":
            yield Point(finding.subject, finding.message, finding.spans)


TOPIC = Topic(
    name="findings",
    place=10,
    title=Text("Unresolved findings", "Constats non résolus"),
    why=Text(
        "Errors and warnings that no waiver covers are mended, or accepted for a time by someone who can.",
        "Les erreurs et avertissements qu’aucune dérogation ne couvre se corrigent, ou s’acceptent pour un temps par "
        "qui le peut.",
    ),
    points=_points,
)
