"""One tenant: its zones, whole, among those that they meet."""

from __future__ import annotations

from collections.abc import Sequence

from cloison.diagrams.scenes.around import scene_around
from cloison.diagrams.view import View
from cloison.netmodel.finding import Finding, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Scene


def _draw(network: Network, findings: Sequence[Finding], argument: str) -> Scene:
    zones = [name for name, facts in sorted(network.zones.items()) if facts.owner == argument]
    title = say("tenant {tenant}", "commanditaire {tenant}", tenant=argument)
    return scene_around(network, findings, zones, "tenant", title)


def _tenants(network: Network) -> tuple[str, ...]:
    owners = {facts.owner for facts in network.zones.values()}
    return tuple(
        sorted(name for name, party in network.model.parties.items() if party.kind == "tenant" and name in owners)
    )


VIEW = View("tenant", Text("the zones of one tenant", "les zones d’un commanditaire"), _draw, _tenants)
