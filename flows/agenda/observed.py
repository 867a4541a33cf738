"""The inventory against what was observed: networks that the map has not, and what nobody heard of."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.observe import observed
from cloison.flows.reviewing.matter import Matter, Point, Topic, without_captures
from cloison.flows.reviewing.sight import sight
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
    shown, network, hidden = sight(matter.audit), matter.network, 0
    for name, asset in network.assets.items():
        if not asset.points.ranges or {name, asset.cluster, *asset.members} & shown.speakers:
            continue
        if not shown.shows_any((*asset.subnets, *asset.zones)):
            hidden += 1
            continue
        yield Point(
            Ref("asset", name),
            say("{asset} was in no conversation", "{asset} n’a pris part à aucune conversation", asset=name),
            (network.document.span(("assets", name), key=True),),
        )
    if hidden:
        yield Point(Ref("map", network.model.name), say(
            "{n} {n:asset lies|assets lie} in places of which the captures show nothing: not compared",
            "{n} {n:équipement se trouve|équipements se trouvent} là où les captures ne montrent rien : non "
            "{n:comparé|comparés}",
            n=hidden,
        ))  # fmt: skip


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
