"""The provider's equipment and what the lines of the matrix bring it: to whom its logs go, from whom it has its time.

Equipment of the service is what the provider must list (SecNumCloud 8.1.a) less what lies in other environments and
in other information systems alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from cloison.netmodel.assurance.perimeter import is_environment, is_system
from cloison.netmodel.facts import AssetFacts, End, Line, ZoneFacts
from cloison.netmodel.network import Network
from cloison.netmodel.space.catalogue import CATALOGUE
from cloison.netmodel.space.ownership import Owner
from cloison.netmodel.space.services import ServiceSet

_OURS = frozenset(("", "provider"))


def listed(network: Network, facts: AssetFacts) -> bool:
    """Tell whether the provider must list this: not a cluster, whose members are listed, nor others' equipment.

    Equipment without an owner belongs to whoever owns the zones where it lies.
    """
    if facts.members:
        return False
    kinds = {facts.owner_kind} if facts.owner_kind else {network.zones[zone].owner_kind for zone in facts.zones}
    return not kinds or not kinds.isdisjoint(_OURS)


def is_ours(zone: ZoneFacts) -> bool:
    """Tell whether a zone is the provider's own for the service, whatever it serves there, or nobody's by name."""
    return not zone.public and zone.owner_kind in _OURS and not is_system(zone) and not is_environment(zone)


def is_outside(zone: ZoneFacts) -> bool:
    """Tell whether a zone is a public network or a third party's."""
    return zone.public or zone.owner_kind == "third-party"


def in_service(network: Network, facts: AssetFacts) -> bool:
    """Tell whether an asset is equipment of the service; a member without a home lies where its cluster does.

    What has no home but in public networks is, and what has one in another environment or system and in public networks
    alone is not.
    """
    if not listed(network, facts):
        return False
    names = facts.zones or (network.assets[facts.cluster].zones if facts.cluster else ())
    zones = [network.zones[name] for name in names]
    return all(zone.public for zone in zones) or any(
        not zone.public and not is_system(zone) and not is_environment(zone) for zone in zones
    )


def is_of_service(network: Network, end: End) -> bool:
    """Tell whether an end touches the service of the provider: a zone of its own, or equipment that the end names."""
    if end.kind == "any" or any(is_ours(network.zones[zone]) for zone in end.zones):
        return True
    return any(_some(network, name, in_service) for name in _named(end))


def is_of_others(network: Network, end: End) -> bool:
    """Tell whether an end touches a public network or a third party, other than equipment of the provider there."""
    if end.kind == "any":
        return True
    if not any(is_outside(network.zones[zone]) for zone in end.zones):
        return False
    named = _named(end)
    return len(named) < len(end.leaves) or not all(_some(network, name, listed) for name in named)


def owner_of_service(network: Network, owner: Owner) -> bool:
    """Tell whether an address is of the service of the provider: in a zone of its own, or of its equipment."""
    return is_ours(network.zones[owner.zone]) or (bool(owner.asset) and _some(network, owner.asset, in_service))


def owner_of_others(network: Network, owner: Owner) -> bool:
    """Tell whether an address is of a public network or a third party, and not of the provider's equipment there."""
    return is_outside(network.zones[owner.zone]) and not (bool(owner.asset) and _some(network, owner.asset, listed))


def _named(end: End) -> list[str]:
    """Return the assets that an end names by themselves."""
    return [leaf.id.partition("/")[0] for leaf in end.leaves if leaf.kind in ("asset", "interface")]


def _some(network: Network, name: str, test: Callable[[Network, AssetFacts], bool]) -> bool:
    """Tell whether something holds of an asset, or of a member of the cluster that it is."""
    facts = network.assets[name]
    return test(network, facts) or any(test(network, network.assets[member]) for member in facts.members)


def with_function(network: Network, *functions: str) -> frozenset[str]:
    """Return the equipment of the service with one of the functions, clusters and their members alike."""
    wanted = frozenset(functions)
    found = {
        name
        for name, facts in network.assets.items()
        if not facts.members and not wanted.isdisjoint(facts.functions) and in_service(network, facts)
    }
    return frozenset(found | {network.assets[name].cluster for name in found} - {""})


def family(facts: AssetFacts) -> tuple[str, ...]:
    """Return an asset, the cluster that it is a member of and its own members: what one does the others do."""
    return (facts.id, facts.cluster or facts.id, *facts.members)


def known(*names: str) -> ServiceSet:
    """Return what several well-known services are together; raises ``KeyError`` for a name that is not known."""
    return ServiceSet.union(CATALOGUE[name].services for name in names)


def leading_to(
    network: Network, goals: Collection[str], carries: Callable[[Line, End], bool]
) -> Iterator[tuple[Line, End]]:
    """Yield each live line and end of it by which assets are reached, or a relay's endpoint that leads to them.

    ``carries`` says whether a line towards an end is of the kind that is asked for.
    """
    if not goals:
        return
    behind = {name for name, facts in network.endpoints.items() if any(asset in goals for asset in facts.backends)}
    met: dict[str, bool] = {}
    for line in network.lines:
        if not line.live:
            continue
        for target in line.targets:
            hit = met.get(target.id)
            if hit is None:
                hit = met[target.id] = target.id in behind or any(name in goals for name in target.assets)
            if hit and carries(line, target):
                yield line, target


def senders(pairs: Iterable[tuple[Line, End]]) -> frozenset[str]:
    """Return the assets in the sources of lines."""
    found: set[str] = set()
    seen: set[str] = set()
    for line, _ in pairs:
        for source in line.sources:
            if source.id not in seen:
                seen.add(source.id)
                found.update(source.assets)
    return frozenset(found)


def on(services: ServiceSet) -> Callable[[Line, End], bool]:
    """Return a predicate: whether a line towards an end uses one of some services."""
    known_sets: dict[int, bool] = {}  # compiled services are shared, and live as long as the network

    def holds(line: Line, target: End) -> bool:
        for _, offered in line.services_to(target):
            hit = known_sets.get(id(offered))
            if hit is None:
                hit = known_sets[id(offered)] = offered.overlaps(services)
            if hit:
                return True
        return False

    return holds
