"""The live lines of a network, gathered by pair of zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.parts import line_refs, zone_id
from cloison.netmodel.facts import Line, ZonePair
from cloison.netmodel.finding import Message, Text
from cloison.netmodel.network import Network
from cloison.netmodel.report import Edge


@dataclass(frozen=True, slots=True)
class Traffic:
    """Ids of live lines by (zone of the initiators, zone of the responders), and those that have no such pair.

    ``outside`` lines have an end in no zone (``any``, or addresses that no zone declares); ``dead`` ones are not yet
    or no longer in force.
    """

    pairs: Mapping[ZonePair, tuple[str, ...]]
    outside: tuple[str, ...]
    dead: tuple[str, ...]


def traffic(network: Network) -> Traffic:
    """Return the network's lines by pair of zones, in the order of their ids."""
    pairs: dict[ZonePair, list[str]] = {}
    outside, dead = [], []
    for line in sorted(network.lines, key=lambda item: item.id):
        if not line.live:
            dead.append(line.id)
            continue
        found = _pairs(network, line)
        for pair in found:
            pairs.setdefault(pair, []).append(line.id)
        if not found or any(end.kind == "any" for end in (*line.sources, *line.targets)):
            outside.append(line.id)
    return Traffic({pair: tuple(ids) for pair, ids in sorted(pairs.items())}, tuple(outside), tuple(dead))


def _pairs(network: Network, line: Line) -> set[ZonePair]:
    """Return the pairs of zones of a line; of a zone and the parts within it, the zone alone."""
    return {
        (here, there)
        for source, target in line.pairs()
        for here in outer(network, source.zones)
        for there in outer(network, target.zones) or ((here,) if target.kind != "any" else ())
    }


def outer(network: Network, zones: Sequence[str]) -> tuple[str, ...]:
    """Return the zones without those that lie within another of them."""
    inner = {part for zone in zones for part in network.zones[zone].parts}
    return tuple(zone for zone in zones if zone not in inner)


def flow_edges(network: Network, pairs: Mapping[ZonePair, Sequence[str]], concerns: Concerns) -> tuple[Edge, ...]:
    """Return one edge for each two zones that exchange anything, in the direction of the initiators or in both."""
    natures = {line.id: line.nature for line in network.lines}
    edges = []
    for here, there in sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}):
        forth, back = pairs.get((here, there), ()), pairs.get((there, here), ())
        ids = tuple(sorted({*forth, *back}))
        source, target = (here, there) if forth else (there, here)
        public = network.zones[here].public or network.zones[there].public
        marks = [flow_mark(public, {natures[name] for name in ids})]
        if forth and back:
            marks.append("both-ways")
        edge = Edge(zone_id(source), zone_id(target), "flow", aggregated(ids), tuple(marks), ids)
        edges.append(concerns.on(edge, line_refs(ids)))
    return tuple(edges)


def flow_mark(public: bool, natures: set[str]) -> str:
    """Return how a flow is drawn: one with the public stands out, whatever its nature."""
    if public:
        return "flow-public"
    if natures <= {"administration"}:
        return "flow-administration"
    return "flow-supervision" if natures <= {"supervision", "logging"} else "flow"


def aggregated(ids: Sequence[str]) -> Message | str:
    """Return ``F-001 +12``: the first line and how many more."""
    if len(ids) == 1:
        return ids[0]
    return Message(Text("{first} +{n}", "{first} +{n}"), {"first": ids[0], "n": len(ids) - 1})
