"""Searches of the reach graph as rules need them: chains of lines, where they begin, and how a finding shows them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.assurance.searching.ends import ref
from cloison.netmodel.compiling.references import TUNNELS
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Ref, Span, Step, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.reach import Hop, Reach, Reached

_BY_A_RULE = say("permitted, in no line", "permis, dans aucune ligne")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A live line that a search reached.

    ``vertex`` is the line's, ``first`` the id of the line by which the chain to it left its start (itself when it left
    the start), ``length`` the number of lines, this one included.
    """

    line: Line
    vertex: int
    first: str
    length: int


def arrivals(network: Network, reached: Reached) -> Iterator[Arrival]:
    """Yield every line that was reached, nearest first, once for each address family in which it was."""
    reach = reached.reach
    known: dict[int, tuple[str, int]] = {}
    for vertex in reached.order:
        before = reached.before[vertex]
        if before < 0:
            continue
        first, length = known[before] if before != vertex else ("", 0)
        here = reach.vertices[vertex]
        if here.side == "line":
            last = reach.vertices[before]
            if last.side != "line" or last.id != here.id:  # a line with `between` has a vertex for each of its ends
                first, length = first or here.id, length + 1
            known[vertex] = (first, length)
            yield Arrival(network.line[here.id], vertex, first, length)
        else:
            known[vertex] = (first, length)


def beginnings(network: Network, zones: Collection[str]) -> tuple[int, ...]:
    """Return where somebody starts who sits in one of some zones, or on equipment that has no foot outside them."""
    reach, all_of_them = network.reach, frozenset(zones)
    found = dict.fromkeys(vertex for name in zones for vertex in reach.starts("zone", name))
    for name in zones:
        for asset in network.zones[name].assets:
            if all_of_them.issuperset(reach.homes(asset)):
                found |= dict.fromkeys(reach.find("asset", asset, "out"))
    return tuple(found)


def chain(reached: Reached, vertex: int, *further: int) -> tuple[Hop, ...]:
    """Return the chain to a vertex and, where it is a line's, ``further`` to the place that the line reaches."""
    return reached.reach.told((*reached.trail(vertex), *further))


def shown(network: Network, hops: Sequence[Hop]) -> Witness:
    """Return a chain as a witness: places and lines by turns, each line with its span."""
    steps: list[Step] = []
    for hop in hops:
        if hop.line:
            line = network.line[hop.line]
            steps.append(Step(ref(line), _BY_A_RULE if line.rule else say("by {line}", "par {line}", line=hop.line),
                              entry(network, ref(line))))  # fmt: skip
        note = None
        if hop.lateral:
            note = say("moving where no line is needed", "par un déplacement sans ligne")
        elif steps and not hop.line:
            note = say("where the users of the VPN appear", "où apparaissent les utilisateurs du VPN")
        steps.append(Step(hop.at, note))
    return Witness("path", tuple(steps))


def spans(network: Network, hops: Sequence[Hop]) -> tuple[Span, ...]:
    """Return the places of a chain's lines: the last one first, where the chain can be broken, then from the start.

    Of a chain without a line, return where its end is written.
    """
    lines = [hop.line for hop in hops if hop.line]
    if not lines:
        return tuple(entry(network, hop.at) for hop in hops[-1:])
    return tuple(entry(network, ref(network.line[line])) for line in dict.fromkeys((*lines[-1:], *lines[:-1])))


def told(hops: Sequence[Hop]) -> str:
    """Return a chain on one line: ``internet -F-1-> web -F-2-> db``."""
    text = hops[0].at.id if hops else ""
    for hop in hops[1:]:
        text += f" -{hop.line or '='}-> {hop.at.id}"
    return text


def pivots(hops: Sequence[Hop]) -> tuple[Ref, ...]:
    """Return the places through which a chain goes between its start and its end."""
    return tuple(hop.at for hop in hops[1:-1])


def breaks_everything(network: Network, asset: str) -> bool:
    """Tell whether an asset is a VPN that authenticates and encrypts: the one relay that nothing is taken past."""
    facts = network.assets[asset]
    if "vpn" not in facts.functions or not facts.relay:
        return False
    family = {asset, facts.cluster or asset, *facts.members}
    checked = any(network.model.assets[name].authentication not in ("", "none") for name in family)
    return checked and (
        "encryption" in facts.functions
        or any(
            TUNNELS.get(carrier.protocol.lower(), False) and not family.isdisjoint(carrier.ends)
            for carrier in network.model.carriers.values()
        )
    )


@dataclass(frozen=True, slots=True)
class Leap:
    """Where a search began again behind a relay: the relay, and the search that had reached its endpoint."""

    vertex: int
    reached: Reached


@dataclass(slots=True)
class Through:
    """A search that goes on behind relays, except behind those for which ``stops`` is true.

    Each relay whose endpoint is reached becomes a start of the next search, until no other is reached.
    """

    network: Network
    stops: Callable[[Network, str], bool]

    def search(self, starts: Iterable[int], without_lines: Collection[str] = ()) -> tuple[Reached, dict[int, Leap]]:
        """Return the last search, and how each of its added starts had been reached."""
        reach: Reach = self.network.reach
        begun = list(dict.fromkeys(starts))
        leaps: dict[int, Leap] = {}
        while True:
            reached = reach.reachable(begun, without_lines=without_lines)
            added = []
            for vertex in reached.order:
                here = reach.vertices[vertex]
                if here.side != "relay":
                    continue
                asset = here.id.partition("/")[0]
                if self.stops(self.network, asset):
                    continue
                for out in reach.find("asset", asset, "out"):
                    if out not in reached:
                        leaps[out] = Leap(vertex, reached)
                        added.append(out)
            if not added:
                return reached, leaps
            begun += added

    @staticmethod
    def chain(reached: Reached, leaps: dict[int, Leap], vertex: int, end: int | None = None) -> tuple[Hop, ...]:
        """Return the chain to a vertex, with what led to each relay on its way."""
        hops = chain(reached, vertex) if end is None else chain(reached, vertex, end)
        trail = reached.trail(vertex)
        while trail and trail[0] in leaps:
            leap = leaps[trail[0]]
            hops = (*chain(leap.reached, leap.vertex), *hops[1:])
            trail = leap.reached.trail(leap.vertex)
        return hops
