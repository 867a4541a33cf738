"""The lines of the matrix that touch one thing, by the zones at their other ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.left_out import counted, left_out
from cloison.diagrams.scenes.parts import line_refs, zone_id
from cloison.diagrams.scenes.traffic import Traffic, aggregated, flow_mark, outer
from cloison.netmodel.facts import End
from cloison.netmodel.finding import Message, Ref, Text
from cloison.netmodel.network import Network
from cloison.netmodel.report import Edge, Table

OUT, IN, INNER = Text("out", "sortant"), Text("in", "entrant"), Text("inside", "interne")


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Ids of live lines out of a thing and into it by zone, and ``inner`` ones, whose two ends touch it.

    ``outside`` lines have their other end in no zone, ``dead`` ones are not in force.
    """

    out: Mapping[str, tuple[str, ...]]
    into: Mapping[str, tuple[str, ...]]
    inner: tuple[str, ...]
    outside: tuple[str, ...]
    dead: tuple[str, ...]

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones at the other ends."""
        return tuple(sorted({*self.out, *self.into}))

    def left(self, findings: int) -> tuple[Message, ...]:
        """Return a sentence for each thing that is not drawn of them, and for findings."""
        inside = counted(
            len(self.inner),
            Text("not drawn: {n} line inside", "non dessinée : {n} ligne interne"),
            Text("not drawn: {n} lines inside", "non dessinées : {n} lignes internes"),
        )
        return (*inside, *left_out(Traffic({}, self.outside, self.dead), findings))


def exchanges(network: Network, touches: Callable[[End], bool], within: Callable[[End], bool]) -> Exchanges:
    """Return the lines that have an end of which ``touches`` is true; ``within`` tells an end that is nothing more."""
    out: dict[str, dict[str, None]] = {}
    into: dict[str, dict[str, None]] = {}
    inner: dict[str, None] = {}
    outside: dict[str, None] = {}
    dead: dict[str, None] = {}
    for line in sorted(network.lines, key=lambda item: item.id):
        for source, target in line.pairs():
            here, there = touches(source), touches(target)
            if not here and not there:
                continue
            if not line.live:
                dead[line.id] = None
                continue
            if here and there:
                inner[line.id] = None
            for touching, other, found in ((here, target, out), (there, source, into)):
                if not touching or within(other):
                    continue
                zones = outer(network, other.zones)
                for zone in zones:
                    found.setdefault(zone, {})[line.id] = None
                if not zones:
                    outside[line.id] = None
    return Exchanges(
        {zone: tuple(ids) for zone, ids in sorted(out.items())},
        {zone: tuple(ids) for zone, ids in sorted(into.items())},
        tuple(inner), tuple(outside), tuple(dead),
    )  # fmt: skip


def exchange_edges(network: Network, found: Exchanges, here: str, concerns: Concerns) -> tuple[Edge, ...]:
    """Return one edge for each zone at the other ends; ``here`` is the id of what is drawn of the thing."""
    natures = {line.id: line.nature for line in network.lines}
    edges = []
    for zone in found.zones:
        forth, back = found.out.get(zone, ()), found.into.get(zone, ())
        ids = tuple(sorted({*forth, *back}))
        source, target = (here, zone_id(zone)) if forth else (zone_id(zone), here)
        marks = [flow_mark(network.zones[zone].public, {natures[name] for name in ids})]
        if forth and back:
            marks.append("both-ways")
        edge = Edge(source, target, "flow", aggregated(ids), tuple(marks), ids)
        edges.append(concerns.on(edge, line_refs(ids)))
    return tuple(edges)


def exchanges_table(network: Network, found: Exchanges) -> Table:
    """Return the lines with their direction, as they are written."""
    rows = []
    for way, by_zone in ((OUT, found.out), (IN, found.into), (INNER, {"": found.inner})):
        for zone, ids in by_zone.items():
            for name in ids:
                line = network.line[name]
                ends = (line.flow.source or line.flow.between, line.flow.to or line.flow.between)
                services = tuple(sorted({service for service, _ in line.services}))
                rows.append((way, zone, name, *ends, services, line.nature))
    return Table("lines", Text("Lines of the matrix", "Lignes de la matrice"), (
        Text("way", "sens"), Text("zone", "zone"), Text("line", "ligne"), Text("from", "de"), Text("to", "vers"),
        Text("services", "services"), Text("nature", "nature"),
    ), tuple(rows))  # fmt: skip


def on_asset(network: Network, name: str) -> frozenset[str]:
    """Return an asset with its members and the cluster that it is of: what lines name for it."""
    facts = network.assets[name]
    return frozenset({name, *facts.members, *((facts.cluster,) if facts.cluster else ())})


def asset_refs(network: Network, name: str) -> list[Ref]:
    """Return what findings about an asset are about."""
    return [Ref("asset", name), *(Ref("asset", member) for member in network.assets[name].members)]
