"""The inventory against what was observed: networks that the map has not, and what nobody heard of."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.observe import observed
from cloison.flows.reviewing.matter import Matter, Point, Topic, without_captures
from cloison.netmodel.finding import Ref, Text, say


def _points(matter: Matter) -> Iterator[Point]:
    assert matter.audit is not None
    seen = observed(matter.audit)
    for stranger in seen.strangers:
        yield Point(
            Ref("network", stranger.prefix),
            say(
                "{prefix} is in no subnet of the map, and {n} {n:conversation was|conversations were} seen from it",
                "{prefix} n’est dans aucun sous-réseau de la carte, et {n} {n:conversation en est venue|conversations "
                "en sont venues}",
                prefix=stranger.prefix,
                n=stranger.conversations,
            ),
            (stranger.span,),
        )
    heard = {owner.asset for edge in seen.edges for owner in (edge.contact.source, edge.contact.target)} - {""}
    network = matter.network
    for name, asset in network.assets.items():
        if asset.points.ranges and name not in heard and asset.cluster not in heard and not set(asset.members) & heard:
            yield Point(
                Ref("asset", name),
                say("{asset} was in no conversation", "{asset} n’a pris part à aucune conversation", asset=name),
                (network.document.span(("assets", name), key=True),),
            )


TOPIC = Topic(
    name="observed",
    place=100,
    title=Text("The inventory against what was observed", "L’inventaire face à ce qui a été observé"),
    why=Text(
        "A network that speaks and is on no map, or equipment on the map that never speaks, is a fault of the map or "
        "of the network.",
        "Un réseau qui parle et n’est sur aucune carte, ou un équipement de la carte qui ne parle jamais, est un "
        "défaut de la carte ou du réseau.",
    ),
    points=_points,
    absent=without_captures,
)
