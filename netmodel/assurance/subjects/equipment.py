"""The provider's equipment and what the lines of the matrix bring it: to whom its logs go, from whom it has its time.

Equipment of the service is what the provider must list (SecNumCloud 8.1.a) less what lies in other environments and
in other information systems alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from cloison.netmodel.assurance.subjects.perimeter import PROVIDER, is_environment, is_production, is_system
from cloison.netmodel.facts import AssetFacts, End, Line, ZoneFacts
from cloison.netmodel.network import Network
from cloison.netmodel.space.catalogue import CATALOGUE
from cloison.netmodel.space.ownership import Owner
from cloison.netmodel.space.services import ServiceSet


def listed(network: Network, facts: AssetFacts) -> bool:
    """Tell whether the provider must list this: not a cluster, whose members are listed, nor others' equipment.

    Equipment without an owner belongs to whoever owns the zones where it lies.
    """
    if facts.members:
        return False
    kinds = {facts.owner_kind} if facts.owner_kind else {network.zones[zone].owner_kind for zone in facts.zones}
    return not kinds or not kinds.isdisjoint(PROVIDER)


def is_ours(zone: ZoneFacts) -> bool:
    """Tell whether a zone is the provider's own for the service, whatever it serves there, or nobody's by name."""
    return is_production(zone) and zone.owner_kind != "tenant"


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


def equipment_of_service(network: Network) -> list[AssetFacts]:
    """Return the equipment of the service, in the order of the map."""
    known: dict[tuple[str, str, tuple[str, ...]], bool] = {}  # what decides of most: owner, cluster, zones
    found = []
    for facts in network.assets.values():
        if facts.members:
            continue
        key = facts.owner_kind, facts.cluster, facts.zones
        inside = known.get(key)
        if inside is None:
            inside = known[key] = in_service(network, facts)
        if inside:
            found.append(facts)
    return found


def touching(test: Callable[[End], bool]) -> Callable[[tuple[End, ...]], tuple[End, ...]]:
    """Return what gives the ends of a side of a line of which a test holds; sides and ends are each asked once."""
    sides: dict[int, tuple[End, ...]] = {}  # by identity: lines share their sides, and the network keeps them
    ends: dict[str, bool] = {}

    def of(side: tuple[End, ...]) -> tuple[End, ...]:
        found = sides.get(id(side))
        if found is None:
            for end in side:
                if end.id not in ends:
                    ends[end.id] = test(end)
            found = sides[id(side)] = tuple(end for end in side if ends[end.id])
        return found

    return of


def of_service(network: Network) -> Callable[[End], bool]:
    """Return a predicate: whether an end touches the service of the provider, by a zone of its own, or by equipment
    that the end names."""
    ours = frozenset(name for name, zone in network.zones.items() if is_ours(zone))

    def holds(end: End) -> bool:
        if end.kind == "any" or not ours.isdisjoint(end.zones):
            return True
        return any(_some(network, name, in_service) for name in _named(end))

    return holds


def of_others(network: Network) -> Callable[[End], bool]:
    """Return a predicate: whether an end touches a public network or a third party, other than equipment of the
    provider that it names there."""
    outside = frozenset(name for name, zone in network.zones.items() if is_outside(zone))

    def holds(end: End) -> bool:
        if outside.isdisjoint(end.zones):
            return end.kind == "any"
        named = _named(end)
        return len(named) < len(end.leaves) or not all(_some(network, name, listed) for name in named)

    return holds


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
        if facts.functions
        and not facts.members
        and not wanted.isdisjoint(facts.functions)
        and in_service(network, facts)
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
    met = touching(lambda end: end.id in behind or any(name in goals for name in end.assets))
    for line in network.lines:
        if line.live:
            for target in met(line.targets):
                if carries(line, target):
                    yield line, target


def reaching(network: Network, goals: Collection[str], carries: Callable[[Line, End], bool]) -> frozenset[str]:
    """Return the assets that have a line to one of the goals, or need none: they lie where `inside` asks for none."""
    found: set[str] = set()
    seen: set[int] = set()
    for line, _ in leading_to(network, goals, carries):
        if id(line.sources) not in seen:
            seen.add(id(line.sources))
            for source in line.sources:
                found.update(source.assets)
    for home in (home for name in goals for home in network.assets[name].interfaces.values()):
        for subnet in home.subnets:
            zone = network.zones[network.subnets[subnet].zone]
            if zone.inside == "zone":
                found.update(zone.assets)
            elif zone.inside == "subnet":
                found.update(network.subnets[subnet].assets)
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
