"""What the rules find and nobody accepted, and the conversations that the matrix does not authorise."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.reviewing.matter import Matter, Point, Topic
from cloison.netmodel.finding import Text


def _points(matter: Matter) -> Iterator[Point]:
    seen = matter.audit.findings if matter.audit is not None else ()
    for finding in (*matter.assessment.findings, *seen):
        if finding.stands and finding.severity != "note":
            yield Point(finding.subject, finding.message, finding.spans)


TOPIC = Topic(
    name="findings",
    place=10,
    title=Text("Unresolved findings", "Constats non résolus"),
    why=Text(
        "Errors and warnings that no waiver covers, of the map or of what was seen, are mended, or accepted for a time "
        "by someone who can.",
        "Les erreurs et avertissements qu’aucune dérogation ne couvre, sur la carte ou sur ce qui a été vu, se "
        "corrigent, ou s’acceptent pour un temps par qui le peut.",
    ),
    points=_points,
)
