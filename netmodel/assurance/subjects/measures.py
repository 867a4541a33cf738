"""Compensating measures: whether what a measure names really lies on the path of its line."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cloison.netmodel.compiling.references import TUNNELS
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Text
from cloison.netmodel.language.model import Measure
from cloison.netmodel.network import Network

NOTHING_NAMED = Text(
    "it names nothing that could be found on the path", "elle ne nomme rien qui puisse être sur le chemin"
)
_NOTHING_SAID = Text("it says nothing", "elle ne dit rien")
_NO_TUNNEL = Text("{by} is no encrypting tunnel", "{by} n’est pas un tunnel qui chiffre")
_NO_FILTER = Text("{by} has no filtering function", "{by} n’a pas de fonction de filtrage")
_NO_RELAY = Text("{by} is no relay", "{by} n’est pas un relais")
_NO_PROBE = Text("{by} is no probe", "{by} n’est pas une sonde")
_OFF_PATH = Text("{by} is not on the path", "{by} n’est pas sur le chemin")


def fault(network: Network, line: Line, measure: Measure) -> Text | None:
    """Return why a measure does not hold for its line (``{by}`` is what it names), or nothing where it does.

    A procedure is a person's word and is taken; what is typed as equipment must be on every path of the line.
    """
    by = measure.by
    if measure.kind == "procedure" or (measure.kind == "monitoring" and not by):
        return None if measure.text.strip() or by else _NOTHING_SAID
    if not by:
        return NOTHING_NAMED
    if by in network.model.interconnections:
        return None if _crosses(line, by) else _OFF_PATH
    if measure.kind == "tunnel":
        return _tunnel(network, line, by)
    if by in network.model.carriers:
        return None if _carries(network, line, by) else _OFF_PATH
    facts = network.assets.get(by)
    if facts is None:
        return _OFF_PATH
    if measure.kind == "filtering":
        if "filtering" not in facts.functions:
            return _NO_FILTER
        named = {item.by for item in line.flow.compensating if item.kind == "filtering"}
        return None if _passes(network, line, by, named) else _OFF_PATH
    if measure.kind == "relay":
        if not facts.relay:
            return _NO_RELAY
        return None if _ends_on(network, line, by) or _passes(network, line, by, {by}) else _OFF_PATH
    if measure.kind == "monitoring":
        if "probe" not in facts.functions:
            return _NO_PROBE
        return None if _watches(network, line, facts.asset.watches) else _OFF_PATH
    return None if _passes(network, line, by, {by}) else _OFF_PATH


def _crosses(line: Line, interconnection: str) -> bool:
    return bool(line.routes) and not line.unrouted and all(interconnection in way for way in line.routes.values())


def _family(network: Network, name: str) -> frozenset[str]:
    """Return an asset with its cluster: a cluster is one vertex, whichever of its members is named."""
    facts = network.assets[name]
    return frozenset((name, facts.cluster or name, *facts.members))


def _stages(network: Network, way: Iterable[str]) -> Iterable[tuple[str, ...]]:
    return (stage for name in way for stage in network.model.interconnections[name].through)


def _passes(network: Network, line: Line, by: str, named: Collection[str]) -> bool:
    """Tell whether ``by`` stands on every path, and together with the others named leaves no equal to pass by.

    Between zones the line's own ways decide; within a zone, and where the ways do not tell, the layer-3 graph does.
    """
    own = _family(network, by)
    together = frozenset(item for name in named if name in network.assets for item in _family(network, name))
    crossed = bool(line.routes) and all(
        any(not own.isdisjoint(stage) and together.issuperset(stage) for stage in _stages(network, way))
        for way in line.routes.values()
    )
    if crossed and not line.unrouted and not _stays_in_a_zone(line):
        return True
    return line.id in network.topology.lines_cut((line,), together)


def _stays_in_a_zone(line: Line) -> bool:
    return any(not set(source.zones).isdisjoint(target.zones) for source, target in line.pairs())


def _ends_on(network: Network, line: Line, by: str) -> bool:
    family = _family(network, by)
    return any(
        bool(ends) and all(end.assets and family.issuperset(end.assets) for end in ends)
        for ends in (line.sources, line.targets)
    )


def _above(network: Network, carrier: str) -> frozenset[str]:
    """Return a carrier and all carriers that run on it."""
    carriers = network.model.carriers
    found = {carrier}
    while more := {name for name, item in carriers.items() if not found.isdisjoint(item.over)} - found:
        found |= more
    return frozenset(found)


def _runs_over(network: Network, line: Line, carriers: frozenset[str]) -> bool:
    """Tell whether one side of the line, or every way of it, runs over one of the carriers."""
    subnets = network.subnets
    for ends in (line.sources, line.targets):
        if all(
            end.subnets and all(not carriers.isdisjoint(subnets[name].over) for name in end.subnets) for end in ends
        ):
            return True
    return (
        bool(line.routes)
        and not line.unrouted
        and all(
            any(not carriers.isdisjoint(network.model.interconnections[name].over) for name in way)
            for way in line.routes.values()
        )
    )


def _tunnel(network: Network, line: Line, by: str) -> Text | None:
    carrier = network.model.carriers.get(by)
    if carrier is None or carrier.kind != "tunnel" or not TUNNELS.get(carrier.protocol.lower(), False):
        return _NO_TUNNEL
    if _runs_over(network, line, _above(network, by)):
        return None
    gateways = frozenset(item for name in carrier.ends for item in _family(network, name))
    if line.flow.tunnel == by and gateways:
        if all(end.assets and gateways.issuperset(end.assets) for end in (*line.sources, *line.targets)):
            return None  # from one of its ends to another
        if (
            line.routes
            and not line.unrouted
            and all(
                any(not gateways.isdisjoint(stage) for stage in _stages(network, way)) for way in line.routes.values()
            )
        ):
            return None
    return _OFF_PATH


def _carries(network: Network, line: Line, by: str) -> bool:
    """Tell whether both sides of a line run over a carrier."""
    over = _above(network, by)
    return all(
        bool(end.subnets) and all(not over.isdisjoint(network.subnets[name].over) for name in end.subnets)
        for end in (*line.sources, *line.targets)
    )


def _watches(network: Network, line: Line, watched: Iterable[str]) -> bool:
    """Tell whether a probe watches an interconnection, an interface of a stage or a home of an end of the line."""
    for name in watched:
        asset, slash, _ = name.partition("/")
        if not slash:
            if any(name in way for way in line.routes.values()):
                return True
            continue
        family = _family(network, asset)
        if any(not family.isdisjoint(stage) for way in line.routes.values() for stage in _stages(network, way)) or any(
            not family.isdisjoint(end.assets) for end in (*line.sources, *line.targets)
        ):
            return True
    return False
