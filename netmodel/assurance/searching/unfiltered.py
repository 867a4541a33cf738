"""Which places are joined at layer 3 with no filter in between."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cloison.netmodel.assurance.check import Breach
from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.finding import Message, Ref, Span, Step, Witness
from cloison.netmodel.network import Network
from cloison.netmodel.topology import Parts


def filters(network: Network) -> tuple[str, ...]:
    """Return the assets that filter."""
    return tuple(name for name, asset in network.assets.items() if "filtering" in asset.functions)


def meeting(
    network: Network, ours: Collection[str], others: Sequence[str], parts: Parts | None = None
) -> dict[str, list[str]]:
    """Return, for each of the other zones, those of ours to which a way leads past every filter."""
    if not ours or not others:
        return {}
    parts = parts or network.topology.without(filters(network))
    by_part: dict[int, list[str]] = {}
    for zone in ours:
        by_part.setdefault(parts.of(("zone", zone)), []).append(zone)
    by_part.pop(-1, None)
    return {zone: found for zone in others if (found := by_part.get(parts.of(("zone", zone)), []))}


def breach(network: Network, one: str, other: str, message: Message, remedy: Message | None = None) -> Breach:
    """Return the breach on ``one`` that shows the shortest unfiltered way from it to another zone."""
    way = network.topology.route(("zone", one), ("zone", other), avoiding=filters(network)) or ()
    places = [Ref(kind, name.partition("@")[0]) for kind, name in way]
    steps = tuple(Step(place, None, entry(network, place)) for place in places)
    joints: list[Span] = [entry(network, place) for place in places if place.kind in ("asset", "interconnection")]
    subject = Ref("zone", one)
    return Breach(subject, message, (*joints, entry(network, subject)), Witness("path", steps), remedy=remedy)
