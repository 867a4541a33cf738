"""Interconnections of a network as vertices (the equipment that cuts them) and links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.parts import functions_said, joined, zone_id
from cloison.netmodel.facts import ZoneFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.language.model import Interconnection
from cloison.netmodel.network import Network
from cloison.netmodel.report import Edge, Node

NAMED = 2  # interconnections named on one link
MEMBERS = 4  # members of a cluster named in its vertex


@dataclass(frozen=True, slots=True)
class Joints:
    """Vertices, links, and the assets that the vertices stand for."""

    nodes: tuple[Node, ...]
    links: tuple[Edge, ...]
    assets: frozenset[str]


def joints(network: Network, ids: Sequence[str], concerns: Concerns) -> Joints:
    """Return the vertices and links of the interconnections ``ids``.

    One vertex a stage, however many interconnections cross it: redundant equals and the members of a cluster are
    listed in it. A link stands for all interconnections that join the same two ends.
    """
    carried: dict[tuple[str, str], list[str]] = {}  # ends of a link -> interconnections
    stages: dict[str, tuple[str, ...]] = {}
    served: dict[str, list[str]] = {}
    for name in sorted(ids):
        declared = network.model.interconnections[name]
        for source, target in _steps(name, declared, stages):
            carried.setdefault((source, target), []).append(name)
        for stage in declared.through or ((),):
            served.setdefault(_stage_id(name, stage), []).append(name)
    nodes = tuple(_vertex(network, key, stages[key], served[key], concerns) for key in sorted(stages))
    links = tuple(_link(network, ends, names, served, concerns) for ends, names in sorted(carried.items()))
    assets = {part for stage in stages.values() for name in stage for part in (name, *network.assets[name].members)}
    return Joints(nodes, links, frozenset(assets))


def is_nerve_centre(facts: ZoneFacts) -> bool:
    """Return whether an interconnection with this zone is a nerve centre: it is public or a third party's."""
    return facts.public or facts.owner_kind == "third-party"


def _stage_id(interconnection: str, stage: Sequence[str]) -> str:
    return f"stage:{'+'.join(sorted(stage))}" if stage else f"interconnection:{interconnection}"


def _steps(name: str, declared: Interconnection, stages: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Return the links of one interconnection: its first zone, its stages in order, its other zones."""
    chain = []
    for stage in declared.through or ((),):
        key = _stage_id(name, stage)
        stages[key] = tuple(sorted(stage))
        chain.append(key)
    first, *others = declared.between
    steps = [(zone_id(first), chain[0]), *pairwise(chain)]
    return steps + [(zone_id(zone), chain[-1]) for zone in others]


def _vertex(network: Network, key: str, stage: tuple[str, ...], names: Sequence[str], concerns: Concerns) -> Node:
    joined_zones = {zone for name in names for zone in network.model.interconnections[name].between}
    nerve = any(is_nerve_centre(network.zones[zone]) for zone in joined_zones)
    refs = [Ref("interconnection", name) for name in names]
    one = names[0] if len(names) == 1 else ""
    if not stage:
        node = Node(key, Ref("interconnection", names[0]), "crossing", names[0], tuple(_over(network, names)),
                    marks=("nerve-centre",) if nerve else ())  # fmt: skip
        return concerns.on(node, refs)
    facts = [network.assets[name] for name in stage]
    functions = frozenset[str]().union(*(item.functions for item in facts))
    filters = all("filtering" in item.functions for item in facts)
    shape = "filtering" if filters else "relay" if all(item.relay for item in facts) else "routing"
    detail: list[Message | str] = []
    if len(stage) > 1:
        detail.append(say("redundant equals", "équipements redondants"))
    members = [member for item in facts for member in item.members]
    if members:
        more = f" +{len(members) - MEMBERS}" if len(members) > MEMBERS else ""
        detail.append(", ".join(members[:MEMBERS]) + more)
    if functions:
        detail.append(joined(*functions_said(functions)))
    sites = sorted({network.assets[name].asset.site for name in (*stage, *members)} - {""})
    if sites:
        detail.append(", ".join(sites[:2]) + (f" +{len(sites) - 2}" if len(sites) > 2 else ""))
    if one:
        detail.append(_named(one, _over(network, names)))
    node = Node(key, Ref("asset", stage[0]), shape, " / ".join(stage), tuple(detail),
                marks=("nerve-centre",) if nerve or filters or shape == "relay" else ())  # fmt: skip
    return concerns.on(node, [*refs, *(Ref("asset", name) for name in (*stage, *members))])


def _named(name: str, over: tuple[str, ...]) -> Message:
    if over:
        return say("{name} over {over}", "{name} sur {over}", name=name, over=over)
    return say("interconnection {name}", "interconnexion {name}", name=name)


def _over(network: Network, names: Sequence[str]) -> tuple[str, ...]:
    """Return the carriers of interconnections, a tunnel with its protocol."""
    carriers = network.model.carriers
    over = sorted({part for name in names for part in network.model.interconnections[name].over})
    return tuple(f"{part} ({carriers[part].protocol})" if part in carriers and carriers[part].protocol else part
                 for part in over)  # fmt: skip


def _link(
    network: Network, ends: tuple[str, str], names: Sequence[str], served: dict[str, list[str]], concerns: Concerns
) -> Edge:
    """A link is labelled only where its vertex serves several interconnections: else the vertex says it."""
    zones = [end.removeprefix("zone:") for end in ends if end.startswith("zone:")]
    nerve = any(is_nerve_centre(network.zones[zone]) for zone in zones)
    several = any(len(served.get(end, ())) > 1 for end in ends)
    label: Message | str = ""
    if several:
        label = ", ".join(names[:NAMED])
        if len(names) > NAMED:
            label = Message(Text("{names} +{n}", "{names} +{n}"), {"names": label, "n": len(names) - NAMED})
    edge = Edge(ends[0], ends[1], "link", label, ("nerve-link",) if nerve else ("link",))
    return concerns.on(edge, [Ref("interconnection", name) for name in names] if several else [])
