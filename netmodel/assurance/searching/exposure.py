"""Exposed endpoints: which of them a search reached, on their own services."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from cloison.netmodel.assurance.searching.chains import Leap, Through, arrivals, breaks_everything
from cloison.netmodel.facts import End, EndpointFacts, Line
from cloison.netmodel.finding import Message, say
from cloison.netmodel.network import Network
from cloison.netmodel.reach import Hop, Reached


@dataclass(slots=True)
class Offered:
    """Endpoints and the lines that lead to them: to their addresses, on one of their services."""

    network: Network
    endpoints: Sequence[EndpointFacts]
    _at: dict[str, tuple[EndpointFacts, ...]] = field(default_factory=dict)

    def by(self, line: Line) -> tuple[EndpointFacts, ...]:
        """Return the endpoints to which a line leads."""
        found: dict[str, EndpointFacts] = {}
        for end in line.targets:
            for endpoint in self._held(end):
                if any(services.overlaps(endpoint.service_set) for _, services in line.services_to(end)):
                    found[endpoint.id] = endpoint
        return tuple(found.values())

    def _held(self, end: End) -> tuple[EndpointFacts, ...]:
        found = self._at.get(end.id)
        if found is None:
            found = self._at[end.id] = tuple(
                endpoint for endpoint in self.endpoints if endpoint.end.points.overlaps(end.points)
            )
        return found


@dataclass(frozen=True, slots=True)
class Exposed:
    """An endpoint that was reached, and the chain by which it was."""

    endpoint: EndpointFacts
    hops: tuple[Hop, ...]


def exposed_past_relays(
    network: Network,
    starts: Iterable[int],
    offered: Offered,
    stops: Callable[[Network, str], bool] = breaks_everything,
    without_lines: Collection[str] = (),
) -> tuple[int, dict[str, Exposed]]:
    """Return how many lines are reached and the endpoints that are, when only a VPN that authenticates and encrypts
    ends a chain: no proxy, no WAF and no bastion does. ``stops`` says which relays do instead."""
    search = Through(network, stops)
    reached, leaps = search.search(starts, without_lines)
    return _exposed(network, reached, leaps, offered)


def _exposed(
    network: Network, reached: Reached, leaps: dict[int, Leap], offered: Offered
) -> tuple[int, dict[str, Exposed]]:
    reach = network.reach
    found: dict[str, Exposed] = {}
    lines = set()
    for item in arrivals(network, reached):
        if item.line.id in lines:
            continue
        lines.add(item.line.id)
        for endpoint in offered.by(item.line):
            if endpoint.id in found:
                continue
            near = reach.targets[reach.offsets[item.vertex] : reach.offsets[item.vertex + 1]]
            place = min(
                (vertex for vertex in near if vertex in reached and reach.vertices[vertex].side != "line"),
                key=lambda vertex: (not _is_on(network, vertex, endpoint), vertex),
                default=None,
            )
            found[endpoint.id] = Exposed(endpoint, Through.chain(reached, leaps, item.vertex, place))
    return len(lines), found


def _is_on(network: Network, vertex: int, endpoint: EndpointFacts) -> bool:
    here = network.reach.vertices[vertex]
    name = here.id.partition("/")[0]
    return here.kind in ("asset", "relay") and name in (endpoint.asset, network.assets[endpoint.asset].cluster)


def none_exposed(consoles: int) -> Message:
    """Return why there is nothing to say of some consoles of tenants: none of them is public."""
    return say(
        "of {n} administration {n:endpoint|endpoints} of tenants, none is exposed to a public network",
        "sur {n} {n:interface|interfaces} d’administration de commanditaires, aucune n’est exposée à un réseau public",
        n=consoles,
    )
