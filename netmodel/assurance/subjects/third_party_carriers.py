"""Hardware of third parties under the service: whose flows cross it, and which of them in clear (SecNumCloud 13.2.b).

A fibre that someone else owns belongs to another information system. What uses it must be reached inside an encrypting
tunnel only. Where a zone says that each of its conversations needs a line, its lines decide; elsewhere conversations
within a subnet are free, and so in clear. A line that encrypts itself is not in clear, but not in a tunnel either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from cloison.netmodel.assurance.check import Breach
from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.assurance.searching.ways import on_way
from cloison.netmodel.assurance.subjects.encryption import encrypts, is_tunnel, tunnelled
from cloison.netmodel.facts import End, Line, Route
from cloison.netmodel.finding import Message, Ref, Step, Text, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.separation import Closure, Thing

_SHOWN = 5  # places and lines that a message names
_IN_CLEAR = Text(
    "{user} lies on {hardware}, which belongs to {owner}, and has internal flows in clear: {things}",
    "{user} repose sur {hardware}, qui appartient à {owner}, avec des flux internes en clair : {things}",
)
_UNWRAPPED = Text(
    "{user} lies on {hardware}, which belongs to {owner}, and its flows have only their own encryption, no tunnel: "
    "{things}",
    "{user} repose sur {hardware}, qui appartient à {owner}, et ses flux n’ont que leur propre chiffrement, pas de "
    "tunnel : {things}",
)
_REMEDY = say(
    "Carry it in a tunnel that encrypts, such as ipsec; in the zone outside the tunnels write `inside: matrix`, so "
    "that nothing but their lines is permitted there.",
    "Le porter dans un tunnel qui chiffre, ipsec par exemple ; dans la zone extérieure aux tunnels, écrire "
    "`inside: matrix`, pour que seules leurs lignes y soient permises.",
)
_JUSTIFY = say(
    "Carry it in a tunnel that encrypts, or justify before the assessor that the lines' own encryption does as much.",
    "Le porter dans un tunnel qui chiffre, ou justifier devant l’évaluateur que le chiffrement des lignes "
    "en tient lieu.",
)


def third_party_carriers(network: Network) -> tuple[str, ...]:
    """Return the hardware carriers whose owner is neither the provider nor a tenant."""
    parties = network.model.parties
    return tuple(
        name
        for name, carrier in network.model.carriers.items()
        if carrier.kind == "hardware"
        and carrier.owner in parties
        and parties[carrier.owner].kind not in ("provider", "tenant")
    )


@dataclass(slots=True)
class _Use:
    """What one entry puts on one carrier: the ways to it, by what is at their top, in clear and merely unwrapped."""

    clear: dict[Ref, tuple[Ref, ...]] = field(default_factory=dict)
    unwrapped: dict[Ref, tuple[Ref, ...]] = field(default_factory=dict)


def on_third_parties(network: Network, service: Collection[str]) -> tuple[Breach, ...]:
    """Return what internal flows of the ``service`` zones lack encryption on third parties' hardware.

    One breach for each entry whose ``over`` names such hardware: a tunnel that does not encrypt is told once, with
    what it carries.
    """
    users = _users(network)
    if not users:
        return ()
    carried = {thing: found for thing in _things(network, service) if (found := _ways(network, thing, users))}
    lines = [line for line in network.lines if line.live and _is_bare(network, line, service)]
    uses: dict[tuple[Ref, str], _Use] = {}

    def add(way: tuple[Ref, ...], line: Line | None = None) -> None:
        for hardware in users[way[-1].kind, way[-1].id]:
            use = uses.setdefault((way[-1], hardware), _Use())
            if line is None:
                use.clear.setdefault(way[0], way)
                continue
            top = Ref("line", line.id)
            (use.unwrapped if encrypts(line) else use.clear).setdefault(top, (top, *way))

    needing = {thing: ways for thing, ways in carried.items() if not _is_free(network, thing)}
    passing = _Passing(network, service, needing)
    for thing, ways in carried.items():
        if thing not in needing:
            for way in ways:
                add(way)
    for line in lines:
        for thing in passing.of(line):
            for way in needing[thing]:
                add(way, line)
        if line.flow.tunnel:
            for way in _ways(network, ("carrier", line.flow.tunnel), users):
                add(way, line)
    return tuple(_breach(network, user, hardware, use) for (user, hardware), use in uses.items())


def _users(network: Network) -> Mapping[Thing, tuple[str, ...]]:
    """Return what names third parties' hardware in its ``over``, tunnels that encrypt left out, with that hardware."""
    theirs = set(third_party_carriers(network))
    if not theirs:
        return {}
    overs: dict[Thing, tuple[str, ...]] = {}
    overs |= {("carrier", name): item.over for name, item in network.model.carriers.items()}
    overs |= {("zone", name): item.zone.over for name, item in network.zones.items()}
    overs |= {("subnet", name): item.over for name, item in network.subnets.items()}
    overs |= {("interconnection", name): item.over for name, item in network.model.interconnections.items()}
    overs |= {("asset", name): item.over for name, item in network.model.assets.items()}
    return {
        thing: tuple(name for name in over if name in theirs)
        for thing, over in overs.items()
        if not theirs.isdisjoint(over) and not network.separation.encrypts(thing)
    }


def _things(network: Network, service: Collection[str]) -> Iterator[Thing]:
    """Yield what internal flows pass: the service's zones, subnets and assets, and what joins two of its zones.

    Assets that forward, relay or end a tunnel over such hardware have a port on it on purpose.
    """
    theirs = set(third_party_carriers(network))
    gateways = {
        end
        for name, item in network.model.carriers.items()
        if network.separation.encrypts(("carrier", name)) and not theirs.isdisjoint(item.over)
        for end in item.ends
    }
    for name, zone in network.zones.items():
        if name in service:
            yield "zone", name
            yield from (("subnet", subnet) for subnet in zone.subnets)
    for name, asset in network.assets.items():
        purposely = asset.forwards or asset.relay or not gateways.isdisjoint((name, asset.cluster))
        if asset.asset.over and not purposely and not set(asset.zones).isdisjoint(service):
            yield "asset", name
    for name, item in network.model.interconnections.items():
        if item.over and sum(zone in service for zone in item.between) > 1:
            yield "interconnection", name


def _ways(network: Network, thing: Thing, users: Collection[Thing]) -> tuple[tuple[Ref, ...], ...]:
    """Return the shortest way down, outside encryption, from a thing to each user that is under it."""
    separation = network.separation
    if thing[0] != "zone":
        return _down(separation.closure(*thing), users)
    # by its own ``over`` alone: its subnets and assets answer for themselves
    found: list[tuple[Ref, ...]] = [(Ref(*thing),)] if thing in users else []
    for name in network.zones[thing[1]].zone.over:
        below = separation.closure("carrier" if name in network.model.carriers else "asset", name)
        found += [(Ref(*thing), *way) for way in _down(below, users)]
    return tuple(found)


def _down(closure: Closure, users: Collection[Thing]) -> tuple[tuple[Ref, ...], ...]:
    return tuple(closure.bare_way(thing) for thing, inside in closure.before if not inside and thing in users)


def _is_free(network: Network, thing: Thing) -> bool:
    """Tell whether conversations within a thing need no line."""
    kind, name = thing
    if kind == "interconnection":
        return False
    if kind == "subnet":
        return network.zones[network.subnets[name].zone].inside != "matrix"
    zones = (name,) if kind == "zone" else network.assets[name].zones
    return any(network.zones[zone].inside != "matrix" for zone in zones)


def _is_bare(network: Network, line: Line, service: Collection[str]) -> bool:
    """Tell whether a line has ends of the service on both sides, and neither is nor has an encrypting tunnel."""

    def ours(end: End) -> bool:
        return not end.zones or any(zone in service for zone in end.zones)  # multicast lies in its sender's zone

    if tunnelled(network, line) or is_tunnel(network, line):
        return False
    return any(map(ours, line.sources)) and any(map(ours, line.targets))


class _Passing:
    """Which of some things a line passes: by its ends, or on the ways between zones of the service."""

    def __init__(self, network: Network, service: Collection[str], things: Collection[Thing]) -> None:
        self.network, self.service, self.things = network, service, things
        self._crossed: dict[Route, tuple[Thing, ...]] = {}

    def of(self, line: Line) -> Iterator[Thing]:
        """Yield the things that a line passes, each once."""
        found: dict[Thing, None] = {}
        for end in (*line.sources, *line.targets):
            found |= dict.fromkeys(("zone", name) for name in end.zones)
            found |= dict.fromkeys(("subnet", name) for name in end.subnets)
            found |= dict.fromkeys(("asset", name) for name in end.assets)
        for (here, there), way in line.routes.items():
            if here in self.service and there in self.service:
                if way not in self._crossed:
                    self._crossed[way] = tuple(on_way(self.network, way))
                found |= dict.fromkeys(self._crossed[way])
        return (thing for thing in found if thing in self.things)


def _breach(network: Network, user: Ref, hardware: str, use: _Use) -> Breach:
    ways = use.clear or use.unwrapped
    owner = network.model.carriers[hardware].owner
    names = tuple(item.id for item in ways)
    named = (*names[:_SHOWN], "…") if len(names) > _SHOWN else names
    text = _IN_CLEAR if use.clear else _UNWRAPPED
    carrier = Ref("carrier", hardware)
    path = (*next(iter(ways.values())), carrier, Ref("party", owner))
    return Breach(
        user,
        Message(text, {"user": user.id, "hardware": hardware, "owner": owner, "things": named}),
        (entry(network, user), entry(network, carrier)),
        Witness("path", tuple(Step(place, None, entry(network, place)) for place in path)),
        severity=None if use.clear else "warning",
        remedy=_REMEDY if use.clear else _JUSTIFY,
    )
