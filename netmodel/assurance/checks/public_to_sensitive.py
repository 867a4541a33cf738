"""public-to-sensitive: nothing leads from a public network to what is sensitive, by a line, a chain or a route.

Three readings of the same wish: a *line* that joins the two; a *chain* of lines through whatever ends no conversation;
a *route* of the layer-3 graph that meets no filter.
"""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited, entry
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.chains import shown, spans
from cloison.netmodel.assurance.searching.crossings import Crossing, crossings, more_chains
from cloison.netmodel.assurance.searching.ends import Ends, along, ref
from cloison.netmodel.assurance.searching.targets import Targets
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Message, Ref, Step, Text, Witness, say
from cloison.netmodel.network import Network

_RELAY_REMEDY = say(
    "A relay in a sensitive place is better moved to a zone of its own, before it.",
    "Un relais placé en lieu sensible gagne à être déplacé dans une zone à lui, en amont.",
)


def _starts(network: Network) -> tuple[str, ...]:
    """Return the outermost public zones."""
    zones = network.zones
    return tuple(
        name for name, zone in zones.items() if zone.public and not (zone.within and zones[zone.within].public)
    )


def _sensitive(network: Network) -> tuple[Ref, ...]:
    zones = [name for name, zone in network.zones.items() if zone.sensitive]
    known = set(zones)
    assets = [name for name, asset in network.assets.items() if asset.sensitive and known.isdisjoint(asset.zones)]
    return (*(Ref("zone", name) for name in zones), *(Ref("asset", name) for name in assets))


def _direct(network: Network, ends: Ends) -> tuple[int, list[Breach], set[tuple[str, Ref]]]:
    """Return how many lines leave public zones, the breaches, and each (line, target) that they join."""
    breaches = []
    joined: set[tuple[str, Ref]] = set()
    from_public = 0
    for line in network.lines:
        if not line.live:
            continue
        zones: dict[str, None] = {}
        exposed: dict[Ref, list[End]] = {}
        public = False
        for source, target in line.pairs():
            here = ends.public(source)
            public = public or bool(here)
            there = ends.sensitive(target) if here else ()
            for zone in here if there else ():
                spoken = ends.within(source, Ref("zone", zone))
                for item in there:
                    if not spoken.isdisjoint(ends.within(target, item)):
                        zones[zone] = None
                        exposed.setdefault(item, []).append(target)
        from_public += public
        if not exposed:
            continue
        joined.update((line.id, item) for item in exposed)
        relayed = all(ends.relay(end) for met in exposed.values() for end in met) and not _taken(network, line)
        message = say(
            "{line} leads straight from {zones} to {targets}, sensitive",
            "{line} mène directement de {zones} à {targets}, sensible",
            line=line.id,
            zones=tuple(zones),
            targets=tuple(item.id for item in exposed),
        )
        breaches.append(
            Breach(
                ref(line),
                message,
                cited(network, ref(line)),
                along(network, line),
                severity="warning" if relayed else None,
                remedy=_RELAY_REMEDY if relayed else None,
            )
        )
    return from_public, breaches, joined


def _taken(network: Network, line: Line) -> bool:
    """Tell whether a line reaches a relay elsewhere than on its endpoints' services: it ends nothing there."""
    reach = network.reach
    return any(
        reach.vertices[vertex].kind == "asset" and network.assets[reach.vertices[vertex].id].relay
        for number in reach.lines.get(line.id, ())
        for vertex in reach.targets[reach.offsets[number] : reach.offsets[number + 1]]
    )


def _chained(network: Network, found: Crossing) -> Breach:
    relayed = found.relayed
    message = say(
        "a chain of lines from {zone} by {first} reaches {target}, sensitive, by {last}",
        "une suite de lignes partie de {zone} par {first} atteint {target}, sensible, par {last}",
        zone=found.start.id,
        first=found.first,
        last=found.last,
        target=found.target.id,
    )
    return Breach(
        found.target,
        message,
        spans(network, found.hops),
        shown(network, found.hops),
        severity="warning" if relayed else None,
        remedy=_RELAY_REMEDY
        if relayed
        else say(
            "Put a relay on the chain, reached on its endpoint alone, or take one of the lines out.",
            "Placer un relais sur la suite, atteint sur sa seule interface, ou retirer l’une des lignes.",
        ),
    )


def _unfiltered(network: Network, starts: tuple[str, ...], sensitive: tuple[Ref, ...]) -> tuple[int, list[Breach]]:
    topology = network.topology
    filters = [name for name, asset in network.assets.items() if "filtering" in asset.functions]
    parts = topology.without(filters)
    breaches = []
    count = 0
    for start in starts:
        for target in sensitive:
            homes = (target.id,) if target.kind == "zone" else network.assets[target.id].zones
            for zone in homes:
                count += 1
                if zone == start or not parts.joined(("zone", start), ("zone", zone)):
                    continue
                way = topology.route(("zone", start), ("zone", zone), avoiding=filters) or ()
                message = say(
                    "at layer 3 a route leads from {zone} to {target}, sensitive, past every filter",
                    "au niveau 3 une route mène de {zone} à {target}, sensible, sans passer par aucun filtrage",
                    zone=start,
                    target=target.id,
                )
                places = [Ref(kind, name.partition("@")[0]) for kind, name in way]
                steps = tuple(Step(place, None, entry(network, place)) for place in places)
                joints = [entry(network, place) for place in places if place.kind in ("asset", "interconnection")]
                breaches.append(
                    Breach(
                        target,
                        message,
                        tuple(joints) or cited(network, target),
                        Witness("path", steps),
                        remedy=say(
                            "Put filtering equipment on this way, or declare the filtering that is there.",
                            "Placer un équipement de filtrage sur ce chemin, ou déclarer celui qui s’y trouve.",
                        ),
                    )
                )
                break
    return count, breaches


def _unconnected(network: Network, start: str) -> bool:
    """Tell whether neither an interconnection nor a line joins a public zone to anything: it says nothing then."""
    inside = {start, *network.zones[start].parts}
    if any(not inside.isdisjoint(item.between) for item in network.model.interconnections.values()):
        return False
    return not any(not inside.isdisjoint(end.zones) for line in network.lines for end in (*line.sources, *line.targets))


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    ends = Ends(network)
    starts, sensitive = _starts(network), _sensitive(network)
    missing = [
        Missing(Ref("zone", name), Text("a sensitivity", "une sensibilité"))
        for name, zone in network.zones.items()
        if not zone.public and not zone.sensitivity and zone.zone.sensitive is None
    ]
    lines, breaches, joined = _direct(network, ends)
    targets = Targets(network, sensitive, alone=True)
    found = crossings(network, tuple(Ref("zone", start) for start in starts), targets, direct=joined)
    breaches += [_chained(network, item) for item in found.chains]
    if found.more:
        breaches.append(more_chains(network, found))
    missing += [
        Missing(Ref("zone", start), Text("an interconnection", "une interconnexion"))
        for start in starts
        if _unconnected(network, start)
    ]
    pairs, routed = _unfiltered(network, starts, sensitive)
    seen = say(
        "{starts} public {starts:zone|zones}, {targets} sensitive {targets:zone or asset|zones and assets}, {lines} "
        "{lines:line|lines} from public zones, {followed} {followed:line|lines} followed in chains, {pairs} "
        "{pairs:pair|pairs} looked at for a route past the filters",
        "{starts} {starts:zone publique|zones publiques}, {targets} {targets:zone ou bien sensible|zones et biens "
        "sensibles}, {lines} {lines:ligne issue|lignes issues} de zones publiques, {followed} "
        "{followed:ligne suivie|lignes suivies} de proche en proche, {pairs} {pairs:couple examiné|couples examinés} "
        "pour une route sans filtrage",
        starts=len(starts),
        targets=len(sensitive),
        lines=lines,
        followed=len(found.lines),
        pairs=pairs,
    )
    return one(Part(seen, {"declared": len(starts) + len(sensitive)}, tuple(breaches + routed), tuple(missing)))


def _applies(evidence: Evidence) -> Message | None:
    network = evidence.network
    if not _starts(network):
        return say("the map has no public zone", "la carte n’a aucune zone publique")
    unknown = any(not zone.public and not zone.sensitivity for zone in network.zones.values())
    if not _sensitive(network) and not unknown:
        return say("nothing on the map is sensitive", "rien sur la carte n’est sensible")
    return None


def _forbids(network: Network) -> Callable[[Contact], bool]:
    def forbids(contact: Contact) -> bool:
        target = network.assets.get(contact.target.asset)
        if target is not None and target.relay:
            return False  # a warning at most
        sensitive = network.zones[contact.target.zone].sensitive or (target is not None and target.sensitive)
        return network.zones[contact.source.zone].public and sensitive

    return forbids


CHECK = Check(
    name="public-to-sensitive",
    title=Text("Nothing public leads to what is sensitive", "Rien de public ne mène à ce qui est sensible"),
    why=Text(
        "Whoever takes one machine of the chain stands before what is most sensitive, with nothing in between.",
        "Qui prend une machine de la suite se trouve devant ce qu’il y a de plus sensible, sans rien entre les deux.",
    ),
    remedy=Text(
        "End the conversation on a relay outside, and let only the relay speak to the inside.",
        "Terminer la conversation sur un relais à l’extérieur, et ne laisser que lui parler à l’intérieur.",
    ),
    severity="error",
    run=_run,
    refines=("effective", "observed"),
    applies=_applies,
    forbids=_forbids,
)
