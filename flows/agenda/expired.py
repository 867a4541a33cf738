"""Lines that are past their date, or will soon be: a firewall forgets none of them by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cloison.flows.reviewing.lines import at_line
from cloison.flows.reviewing.matter import SOON, Matter, Point, Topic
from cloison.netmodel.finding import Text, say


def _points(matter: Matter) -> Iterator[Point]:
    at = matter.network.at
    for line in matter.network.lines:
        expires = line.flow.expires
        if expires is None or expires - at > timedelta(days=SOON):
            continue
        if expires < at:
            message = say("expired on {expires}", "échue depuis le {expires}", expires=expires)
        else:
            message = say("expires on {expires}", "arrive à échéance le {expires}", expires=expires)
        yield at_line(line, message, "expires")


TOPIC = Topic(
    name="expired",
    place=20,
    title=Text("Lines that expired or soon will", "Lignes échues ou bientôt à échéance"),
    why=Text(
        "An expired line authorises nothing, while equipment may still permit it; one about to expire needs its "
        "prolongation or its end to be prepared.",
        "Une ligne échue n’autorise plus rien, alors que des équipements peuvent encore la laisser passer ; celle qui "
        "va échoir demande qu’on prépare sa prolongation ou sa fin.",
    ),
    points=_points,
)
