"""One plane: the zones of its natures (administration, supervision, storage...), whole, among those they meet."""

from __future__ import annotations

from collections.abc import Sequence

from cloison.diagrams.layout.look import PLANES
from cloison.diagrams.scenes.around import scene_around
from cloison.diagrams.scenes.parts import zone_marks
from cloison.diagrams.view import View
from cloison.netmodel.finding import Finding, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Scene


def _draw(network: Network, findings: Sequence[Finding], argument: str) -> Scene:
    zones = [name for name, facts in sorted(network.zones.items()) if zone_marks(facts)[0] == argument]
    title = say("plane: {plane}", "plan : {plane}", plane=PLANES[argument].title)
    return scene_around(network, findings, zones, "plane", title)


def _planes(network: Network) -> tuple[str, ...]:
    return tuple(sorted({zone_marks(facts)[0] for facts in network.zones.values()}))


VIEW = View("plane", Text("the zones of one plane", "les zones d’un plan"), _draw, _planes)
