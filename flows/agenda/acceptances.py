"""What was accepted or declared until a day: waivers and declarations, with what is left of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cloison.flows.reviewing.matter import Matter, Point, Topic
from cloison.netmodel.finding import Ref, Text, say


def _points(matter: Matter) -> Iterator[Point]:
    network = matter.network
    covered = Counter(found.waiver.place for found in matter.assessment.findings if found.waiver is not None)
    for place, waiver in enumerate(network.model.waivers):
        yield Point(
            Ref("waiver", f"{waiver.rule} {waiver.on}"),
            say(
                "{rule} on {on} accepted by {by} until {until}: {n} {n:finding|findings} today",
                "{rule} sur {on} accepté par {by} jusqu’au {until} : {n} {n:constat|constats} aujourd’hui",
                rule=waiver.rule, on=waiver.on, by=waiver.by, until=waiver.until,
                n=covered[place],
            ),
            (network.document.span(("waivers", place)),),
        )  # fmt: skip
    for place, declaration in enumerate(network.model.declarations):
        yield Point(
            Ref("declaration", declaration.clause),
            say(
                "{clause} declared {status} by {by} on {on}",
                "{clause} déclarée {status} par {by} le {on}",
                clause=declaration.clause,
                status=_STATUS[declaration.status],
                by=declaration.by,
                on=declaration.on,
            ),
            (network.document.span(("declarations", place)),),
        )


_STATUS = {
    "conformant": Text("conformant", "conforme"),
    "non-conformant": Text("non-conformant", "non conforme"),
    "partial": Text("partial", "partielle"),
    "not-applicable": Text("not applicable", "sans objet"),
}

TOPIC = Topic(
    name="acceptances",
    place=90,
    title=Text("Waivers and declarations", "Dérogations et déclarations"),
    why=Text(
        "What was accepted for a time is accepted again knowingly, or ends; what no machine can see is declared anew.",
        "Ce qui a été accepté pour un temps l’est à nouveau en connaissance de cause, ou prend fin ; ce qu’aucune "
        "machine ne voit se déclare à nouveau.",
    ),
    points=_points,
)
