"""The address translations that a flow meets on its way."""

from __future__ import annotations

from collections.abc import Sequence

from cloison.flows.explaining.coverage import Coverage
from cloison.flows.explaining.explanation import Way
from cloison.flows.explaining.question import Place, Question, inside_of, place_of
from cloison.netmodel.facts import TranslationFacts
from cloison.netmodel.network import Network
from cloison.netmodel.space.services import OPENING, ServiceSet


def translations_met(
    network: Network, question: Question, coverage: Coverage, ways: Sequence[Way]
) -> tuple[TranslationFacts, ...]:
    """Return the translations that the flow meets: those that were followed, and those on its way.

    One on the way belongs to equipment that the flow goes through, leads to its end for one of its services, and is
    seen from the side of the other end: where its outside addresses lie, or on a public network.
    """
    found = {item.id: item for item in question.translations}
    stages = {name for way in ways for stage in way.stages for name in stage}
    services = question.services
    if question.open and coverage.matches:
        services = ServiceSet.union(match.services for match in coverage.matches)
    for item in network.translations.values():
        if item.id in found or not stages & _same(network, item.on):
            continue
        ends = [(question.source, question.target)] if item.kind != "destination" else []
        ends += [(question.target, question.source)] if item.kind != "source" else []
        if any(_leads(network, item, end, other) for end, other in ends) and _serves(item, services):
            found[item.id] = item
    return tuple(found.values())


def _same(network: Network, name: str) -> set[str]:
    """Return the ids under which equipment stands on a way: its own, its cluster's, its members'."""
    facts = network.assets.get(name)
    return {name, *(facts.members if facts else ()), *([facts.cluster] if facts and facts.cluster else ())}


def _leads(network: Network, item: TranslationFacts, end: Place, other: Place) -> bool:
    """Say whether what is behind the translation is the end, and the other end is where it is seen from."""
    if end.everything or not inside_of(item).overlaps(end.points):
        return False
    seen = place_of(network, item.id, item.outside).zones
    return other.everything or any(zone in seen or network.zones[zone].public for zone in other.zones)


def _serves(item: TranslationFacts, services: ServiceSet) -> bool:
    return not item.services or any(there.in_phase(OPENING) & services for _, there in item.services)
