"""administration-tunnel: administration has hardware apart or an encrypting tunnel (SecNumCloud 13.2.c).

SSH or HTTPS is not the tunnel that the clause asks for: alone, it is a remark to be justified, and without even that
the line breaks the rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.ways import on_way
from cloison.netmodel.assurance.subjects.administrators import administers
from cloison.netmodel.assurance.subjects.encryption import encrypts, tunnelled
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.separation import Closure, Thing

_OVER = Text("what it runs on (`over`)", "ce sur quoi il repose (`over`)")


def _own(network: Network, zone: str) -> Iterator[Closure]:
    """Yield what the addresses that a zone has outside its subnets run on."""
    for name in network.zones[zone].zone.over:
        yield network.separation.closure("carrier" if name in network.model.carriers else "asset", name)


def _shared(network: Network) -> frozenset[str]:
    """Return the hardware that also carries something else than administration, outside encryption."""
    found: set[str] = set()
    for name, zone in network.zones.items():
        if zone.nature != "administration":
            for subnet in zone.subnets:
                found |= network.separation.closure("subnet", subnet).bare
            for closure in _own(network, name) if zone.zone.addresses else ():
                found |= closure.bare
    for name, item in network.model.interconnections.items():
        if item.over and not any(network.zones[zone].nature == "administration" for zone in item.between):
            found |= network.separation.closure("interconnection", name).bare
    return frozenset(found)


def _carried(network: Network, line: Line) -> dict[Thing, None]:
    """Return what carries a line.

    That are the subnets of its ends, or their zones where they lie in none; the interconnections on its way that say
    what they run on, and the subnets from one of them to the next.
    """
    things: dict[Thing, None] = {}
    for end in (*line.sources, *line.targets):
        things |= dict.fromkeys(("subnet", name) for name in end.subnets)
        inside = {network.subnets[name].zone for name in end.subnets}
        things |= dict.fromkeys(("zone", name) for name in end.zones if name not in inside)
    for way in line.routes.values():
        things |= dict.fromkeys(
            (kind, name)
            for kind, name in on_way(network, way)
            if kind == "subnet" or (kind == "interconnection" and network.model.interconnections[name].over)
        )
    return things


def _public(network: Network, line: Line) -> list[str]:
    """Return the public networks where a line has an end: they carry everybody's traffic."""
    return [zone for end in (*line.sources, *line.targets) for zone in end.zones if network.zones[zone].public]


def _closures(network: Network, thing: Thing) -> tuple[list[Closure], tuple[Ref, ...]]:
    """Return what a thing runs on, and what about it is not written."""
    kind, name = thing
    closures = list(_own(network, name)) if kind == "zone" else [network.separation.closure(kind, name)]
    lacking = tuple(item for closure in closures for item in closure.undeclared)
    return closures, lacking if closures else (Ref(kind, name),)


def _breach(network: Network, line: Line, hardware: str, encrypted: bool) -> Breach:
    if encrypted:
        message = say(
            "{line} administers over {hardware}, which carries other traffic; its own encryption is not a tunnel",
            "{line} administre sur {hardware}, qui porte d’autres trafics ; son propre chiffrement n’est pas un tunnel",
            line=line.id,
            hardware=hardware,
        )
        remedy = say(
            "Wrap it in a tunnel, or justify before the assessor that its own encryption does as much.",
            "Le placer dans un tunnel, ou justifier devant l’évaluateur que son chiffrement en tient lieu.",
        )
        return Breach(
            ref(line), message, cited(network, ref(line)), along(network, line), severity="warning", remedy=remedy
        )
    message = say(
        "{line} administers in clear over {hardware}, which carries other traffic, and without a tunnel",
        "{line} administre en clair sur {hardware}, qui porte d’autres trafics, et sans tunnel",
        line=line.id,
        hardware=hardware,
    )
    return Breach(ref(line), message, cited(network, ref(line)), along(network, line))


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    lines = [line for line in network.lines if line.live and administers(network, line)]
    shared = _shared(network) if lines else frozenset()
    breaches = []
    missing: dict[Ref, Missing] = {}
    wrapped = apart = 0
    for line in lines:
        if tunnelled(network, line):
            wrapped += 1
            continue
        under = [_closures(network, thing) for thing in _carried(network, line)]
        closures = [closure for found, _ in under for closure in found]
        common = _public(network, line) or sorted(item for closure in closures for item in closure.bare & shared)
        if common:
            breaches.append(_breach(network, line, common[0], encrypts(line)))
            continue
        lacking = [item for _, unsaid in under for item in unsaid]
        for item in lacking:
            missing.setdefault(item, Missing(item, _OVER))
        if not under:
            missing.setdefault(
                ref(line), Missing(ref(line), Text("the subnets of its ends", "les sous-réseaux de ses extrémités"))
            )
        apart += bool(under) and not lacking
    seen = say(
        "{n} {n:line|lines} of infrastructure administration: {apart} on hardware apart, {tunnelled} in a tunnel",
        "{n} {n:ligne|lignes} d’administration de l’infrastructure : {apart} sur du matériel à part, {tunnelled} dans "
        "un tunnel",
        n=len(lines),
        apart=apart,
        tunnelled=wrapped,
    )
    return one(Part(seen, {"declared": len(lines)}, tuple(breaches), tuple(missing.values())))


def _applies(evidence: Evidence) -> Message | None:
    network = evidence.network
    if any(line.live and administers(network, line) for line in network.lines):
        return None
    return say(
        "no live line administers the technical infrastructure",
        "aucune ligne en vigueur n’administre l’infrastructure technique",
    )


CHECK = Check(
    name="administration-tunnel",
    title=Text(
        "Administration has hardware of its own or an encrypting tunnel",
        "L’administration a son propre matériel ou un tunnel chiffrant",
    ),
    why=Text(
        "On shared equipment whoever holds the switch reads the sessions that hold everything else.",
        "Sur un équipement partagé, qui tient le commutateur lit les sessions qui tiennent tout le reste.",
    ),
    remedy=Text(
        "Write the `tunnel` that wraps the line, or carry it on hardware that only administration uses.",
        "Écrire le `tunnel` qui enveloppe la ligne, ou la porter sur un matériel réservé à l’administration.",
    ),
    severity="error",
    run=_run,
    refines=("observed",),
    applies=_applies,
)
