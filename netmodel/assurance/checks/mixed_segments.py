"""mixed-segments: flows that differ on an axis share no unfiltered segment (SecNumCloud 13.2.a).

The four axes are sensitivity, nature, belonging (whose) and technical domain. A segment is what no filter divides. Two
zones in one segment that differ break the rule: the boundary between them has no control. So do a line whose both ends
lie in one segment and what else is in clear there, when they differ: its own encryption, or a tunnel, separates it. A
line that leaves its segment passes a filter, which separates it. Where a zone lets its hosts speak without a line
(`inside`), its own attributes are those of such flows. Logical separation is enough for this clause: VRFs and filters
are (a VLAN that is routed to others without a filter is not). What a configuration permits beyond the matrix between
two zones that differ breaks the rule on the effective graph.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.segments import Segments
from cloison.netmodel.assurance.searching.unfiltered import breach
from cloison.netmodel.assurance.subjects.encryption import encrypts, is_tunnel, tunnelled
from cloison.netmodel.facts import Line, ZoneFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network


@dataclass(frozen=True, slots=True)
class _Axis:
    """One of the four axes: how it is read of a zone and of a line, and its words."""

    name: str
    of_zone: Callable[[ZoneFacts], str]
    of_line: Callable[[Line], str]
    words: Text


_AXES = (
    _Axis(
        "sensitivity", lambda zone: zone.sensitivity, lambda line: line.sensitivity,
        Text("sensitivity", "sensibilité"),
    ),
    _Axis("nature", lambda zone: zone.nature, lambda line: line.nature, Text("nature", "nature")),
    _Axis("owner", lambda zone: zone.owner, lambda line: line.owner, Text("belonging", "appartenance")),
    _Axis("domain", lambda zone: zone.domain, lambda line: line.domain, Text("technical domain", "domaine technique")),
)  # fmt: skip
_ENCRYPT = say(
    "Encrypt the line or wrap it in a tunnel, or put a filter between its ends.",
    "Chiffrer la ligne ou l’envelopper d’un tunnel, ou placer un filtrage entre ses extrémités.",
)


@dataclass(frozen=True, slots=True)
class _Lines:
    """The live lines that each question looks at: in clear within segments, lacking an attribute, and rules."""

    inner: tuple[tuple[Line, frozenset[int]], ...]
    lacking: tuple[Line, ...]
    rules: tuple[Line, ...]

    @staticmethod
    def of(network: Network, segments: Segments) -> _Lines:
        inner, lacking, rules = [], [], []
        for line in network.lines:
            if not line.live:
                continue
            if line.rule is not None:
                rules.append(line)
                continue
            if not (line.sensitivity and line.nature and line.owner and line.domain):
                lacking.append(line)
            inside = segments.within(line)
            if inside and not (encrypts(line) or tunnelled(network, line) or is_tunnel(network, line)):
                inner.append((line, inside))
        return _Lines(tuple(inner), tuple(lacking), tuple(rules))


def _zones(network: Network, axis: _Axis, segments: Segments) -> tuple[list[Breach], dict[int, str]]:
    """Return the breaches between zones, and the value of the free flows in each segment where there are some."""
    breaches = []
    free: dict[int, str] = {}
    for number, names in segments.zones.items():
        first: dict[str, ZoneFacts] = {}
        for name in names:
            zone = network.zones[name]
            value = axis.of_zone(zone)
            if zone.public or not value:
                continue
            first.setdefault(value, zone)
            if zone.inside != "matrix":
                free.setdefault(number, value)
        one, *others = first.values() or (None,)
        for other in others:
            assert one is not None
            message = say(
                "nothing filters between {zone} and {other}, which differ in {axis}: {value} and {theirs}",
                "rien ne filtre entre {zone} et {other}, qui diffèrent par {axis} : {value} et {theirs}",
                zone=other.id,
                other=one.id,
                axis=axis.words,
                value=axis.of_zone(other),
                theirs=axis.of_zone(one),
            )
            breaches.append(breach(network, other.id, one.id, message))
    return breaches, free


def _inside(
    network: Network, axis: _Axis, inner: tuple[tuple[Line, frozenset[int]], ...], free: dict[int, str]
) -> list[Breach]:
    breaches = []
    known: dict[int, tuple[str, str]] = {number: (value, "") for number, value in free.items()}
    for line, inside in inner:
        value = axis.of_line(line)
        for number in sorted(inside) if value else ():
            other, beside = known.setdefault(number, (value, line.id))
            if other == value:
                continue
            message = say(
                "{line} stays in clear in an unfiltered segment and differs in {axis} from {beside}: {value}, not "
                "{theirs}",
                "{line} reste en clair dans un segment sans filtrage et diffère par {axis} de {beside} : {value}, non "
                "{theirs}",
                line=line.id,
                axis=axis.words,
                beside=beside or Text("what passes there without a line", "ce qui y passe sans ligne"),
                value=value,
                theirs=other,
            )
            breaches.append(
                Breach(ref(line), message, cited(network, ref(line)), along(network, line), remedy=_ENCRYPT)
            )
            break
    return breaches


def _permitted(network: Network, axis: _Axis, rules: tuple[Line, ...]) -> list[Breach]:
    """Return what configurations permit beyond the matrix between zones that differ."""
    breaches = []
    for line in rules:
        for one, other in line.zone_pairs:
            here, there = network.zones[one], network.zones[other]
            values = axis.of_zone(here), axis.of_zone(there)
            if here.public or there.public or not all(values) or values[0] == values[1]:
                continue
            message = say(
                "{line} permits, in no line, what passes from {zone} to {other}, which differ in {axis}: {value} and "
                "{theirs}",
                "{line} permet, dans aucune ligne, ce qui passe de {zone} à {other}, qui diffèrent par {axis} : "
                "{value} et {theirs}",
                line=line.id,
                zone=one,
                other=other,
                axis=axis.words,
                value=values[0],
                theirs=values[1],
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
            break
    return breaches


def _answer(network: Network, axis: _Axis, segments: Segments, lines: _Lines) -> Part:
    between, free = _zones(network, axis, segments)
    breaches = [*between, *_inside(network, axis, lines.inner, free), *_permitted(network, axis, lines.rules)]
    zones = [zone for zone in network.zones.values() if not zone.public]
    missing = [Missing(Ref("zone", zone.id), axis.words) for zone in zones if not axis.of_zone(zone)]
    missing += [Missing(ref(line), axis.words) for line in lines.lacking if not axis.of_line(line)]
    held = {number for number, names in segments.zones.items() if any(not network.zones[name].public for name in names)}
    seen = say(
        "{axis}: {segments} unfiltered {segments:segment|segments}, {zones} {zones:zone|zones}, {lines} "
        "{lines:line|lines} of which {inner} in clear within a segment",
        "{axis} : {segments} {segments:segment|segments} sans filtrage, {zones} {zones:zone|zones}, {lines} "
        "{lines:ligne|lignes} dont {inner} en clair au sein d’un segment",
        axis=axis.words,
        segments=len(held),
        zones=len(zones),
        lines=len(network.lines),
        inner=len(lines.inner),
    )
    return Part(seen, {"declared": len(zones)}, tuple(breaches), tuple(missing), name=axis.name)


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    segments = Segments(network)
    lines = _Lines.of(network, segments)
    return Outcome(tuple(_answer(network, axis, segments, lines) for axis in _AXES))


def _applies(evidence: Evidence) -> Message | None:
    if any(not zone.public for zone in evidence.network.zones.values()):
        return None
    return say("every zone of the map is public", "toutes les zones de la carte sont publiques")


CHECK = Check(
    name="mixed-segments",
    title=Text(
        "Flows that differ share no unfiltered segment",
        "Des flux qui diffèrent ne partagent aucun segment sans filtrage",
    ),
    why=Text(
        "Where nothing filters, whoever holds the least guarded machine reaches and hears what the others "
        "exchange. A line that leaves its segment passes a filter, which separates it; within one, only its own "
        "encryption or a tunnel does. Logical separation is enough here.",
        "Là où rien ne filtre, qui tient la machine la moins gardée atteint et écoute ce qu’échangent les autres. "
        "Une ligne qui quitte son segment passe un filtrage, qui la sépare ; au sein d’un segment, seul son "
        "chiffrement ou un tunnel le fait. Une séparation logique suffit ici.",
    ),
    remedy=Text(
        "Put a filter on the way that is shown, give them VRFs apart, or correct the attribute.",
        "Placer un filtrage sur le chemin montré, leur donner des VRF distinctes, ou corriger l’attribut.",
    ),
    severity="error",
    run=_run,
    refines=("effective",),
    applies=_applies,
    parts=tuple(axis.name for axis in _AXES),
)
