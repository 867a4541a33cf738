"""other-systems: filters stand between the service and the provider's other information systems (SecNumCloud 9.7.b).

Other systems are the provider's zones with a `system` (or of nature office). That they are apart by hardware or by
encryption is the affair of overlapping-hardware (13.2.b): here every way between the two passes a filter, what filters
permit there is the matrix, and a conversation between two zones that no line joins refutes it.
"""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.unfiltered import breach, meeting
from cloison.netmodel.assurance.subjects.perimeter import is_service, is_system
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.network import Network

_SHOWN = 5  # zones that a message names


def _sides(network: Network) -> tuple[list[str], list[str]]:
    ours = [name for name, zone in network.zones.items() if is_service(zone)]
    others = [name for name, zone in network.zones.items() if is_system(zone) and zone.owner_kind != "third-party"]
    return ours, others


def _joins(line: Line, ours: frozenset[str], others: frozenset[str]) -> bool:
    return any((one in ours and other in others) or (one in others and other in ours) for one, other in line.zone_pairs)


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    ours, others = _sides(network)
    breaches: list[Breach] = []
    for other, zones in meeting(network, ours, others).items():
        message = say(
            "a way leads from {zone}, of another information system, to {n} {n:zone|zones} of the service past every "
            "filter: {zones}",
            "un chemin mène de {zone}, d’un autre système d’information, à {n} {n:zone|zones} du service sans passer "
            "par aucun filtrage : {zones}",
            zone=other,
            n=len(zones),
            zones=(*zones[:_SHOWN], "…") if len(zones) > _SHOWN else tuple(zones),
        )
        breaches.append(breach(network, other, zones[0], message))
    here, there = frozenset(ours), frozenset(others)
    known: dict[tuple[object, ...], bool] = {}
    between = 0
    for line in network.lines:
        if not line.live:
            continue
        key = (*(end.zones for end in line.sources), None, *(end.zones for end in line.targets))
        if key not in known:
            known[key] = _joins(line, here, there)
        if not known[key]:
            continue
        between += 1
        if line.rule is not None:
            message = say(
                "{line} permits, in no line, what passes between the service and another information system",
                "{line} permet, dans aucune ligne, ce qui passe entre le service et un autre système d’information",
                line=line.id,
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    seen = say(
        "{ours} {ours:zone|zones} of the service, {others} of other information systems, {lines} {lines:line|lines} "
        "between them",
        "{ours} {ours:zone|zones} du service, {others} d’autres systèmes d’information, {lines} {lines:ligne|lignes} "
        "entre eux",
        ours=len(ours),
        others=len(others),
        lines=between,
    )
    return one(Part(seen, {"declared": len(ours) * len(others)}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    ours, others = _sides(evidence.network)
    if not others:
        return say(
            "the map has no other information system of the provider (`system`, or nature office)",
            "la carte n’a aucun autre système d’information du prestataire (`system`, ou nature office)",
        )
    return None if ours else say("the map has no zone of the service", "la carte n’a aucune zone du service")


def _forbids(network: Network) -> Callable[[Contact], bool]:
    ours, others = (frozenset(names) for names in _sides(network))
    joined = {pair for line in network.lines if line.live for pair in line.zone_pairs}
    open_ = any(end.kind == "any" for line in network.lines if line.live for end in (*line.sources, *line.targets))

    def forbids(contact: Contact) -> bool:
        pair = contact.source.zone, contact.target.zone
        if not ((pair[0] in ours and pair[1] in others) or (pair[0] in others and pair[1] in ours)):
            return False
        return pair not in joined and not open_

    return forbids


CHECK = Check(
    name="other-systems",
    title=Text(
        "Filters stand between the service and other information systems",
        "Des filtrages séparent le service des autres systèmes d’information",
    ),
    why=Text(
        "Offices are where mail is opened: what gets in there must meet a filter before it meets the service.",
        "C’est à la bureautique qu’on ouvre le courrier : ce qui y entre doit rencontrer un filtrage avant le service.",
    ),
    remedy=Text(
        "Put filtering equipment on the way that is shown, or cut it; narrow the rule to the matrix.",
        "Placer un équipement de filtrage sur le chemin montré, ou le couper ; restreindre la règle à la matrice.",
    ),
    severity="error",
    run=_run,
    refines=("effective", "observed"),
    applies=_applies,
    forbids=_forbids,
)
