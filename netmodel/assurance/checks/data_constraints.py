"""data-constraints: constrained data goes only where it is accepted (SecNumCloud 8.3.b).

A law, a regulation or a sector may constrain data: health data, restricted data. A line says which constraints what it
carries is under (`constraints`), a zone which it meets (`accepts`; a zone that says nothing has the word of the zone
around it). Both ends of such a line have to accept them, which `any` never does. A map that speaks of no constraint
is not evaluated.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_DATA = Text(
    "the constraints of lines (`constraints`) and what zones accept (`accepts`)",
    "les contraintes des lignes (`constraints`) et ce que les zones acceptent (`accepts`)",
)


def _accepted(network: Network, zone: str) -> frozenset[str]:
    """Return the constrained data that a zone accepts, its own word or that of the nearest zone around it."""
    item = network.model.zones[zone]
    while not item.accepts and item.within in network.model.zones:
        item = network.model.zones[item.within]
    return frozenset(item.accepts)


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    accepted: dict[str, frozenset[str]] = {}
    breaches = []
    lines = [line for line in network.lines if line.live and line.flow.constraints]
    for line in lines:
        tags = frozenset(line.flow.constraints)
        ends = (*line.sources, *line.targets)
        if any(end.kind == "any" for end in ends):
            message = say(
                "{line} carries data under {data}, and `any` accepts nothing",
                "{line} porte des données sous {data}, et `any` n’accepte rien",
                line=line.id,
                data=tuple(sorted(tags)),
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
        for zone in dict.fromkeys(zone for end in ends for zone in end.zones):
            if zone not in accepted:
                accepted[zone] = _accepted(network, zone)
            refused = tuple(sorted(tags - accepted[zone]))
            if refused:
                message = say(
                    "{line} carries data under {data}, which the zone {zone} does not accept",
                    "{line} porte des données sous {data}, que la zone {zone} n’accepte pas",
                    line=line.id,
                    data=refused,
                    zone=zone,
                )
                breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    missing = () if lines else (Missing(Ref("map", network.model.name), _DATA),)
    seen = say(
        "{n} {n:line|lines} of constrained data between {zones} {zones:zone|zones}",
        "{n} {n:ligne|lignes} de données soumises à contrainte entre {zones} {zones:zone|zones}",
        n=len(lines),
        zones=len(accepted),
    )
    return one(Part(seen, {"declared": len(lines)}, tuple(breaches), missing))


def _applies(evidence: Evidence) -> Message | None:
    if evidence.network.lines:
        return None
    return say("the matrix has no line", "la matrice n’a aucune ligne")


CHECK = Check(
    name="data-constraints",
    title=Text(
        "Constrained data goes only where it is accepted",
        "Les données sous contrainte ne vont que là où on les accepte",
    ),
    why=Text(
        "Data that the law constrains is out of bounds the day that it rests where its constraint is not kept.",
        "Une donnée que la loi contraint est hors la loi le jour où elle repose là où la contrainte n’est pas tenue.",
    ),
    remedy=Text(
        "Have the zone meet the constraint and write it in its `accepts`, or end the line elsewhere.",
        "Mettre la zone en règle et l’écrire dans ses `accepts`, ou terminer la ligne ailleurs.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
