"""unreachable-line: a line joins ends between which the map shows a way."""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import ref
from cloison.netmodel.finding import Message, Ref, Step, Text, Witness, say

_SHOWN = 5  # pairs of zones that a message names


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    breaches = []
    pairs = 0
    for line in network.lines:
        pairs += len(line.routes) + len(line.unrouted)
        if not line.unrouted:
            continue
        message = say(
            "{line}: no sequence of interconnections leads {ways} across transit zones alone",
            "{line} : aucune suite d’interconnexions ne mène {ways} par des zones de transit seulement",
            line=line.id,
            ways=tuple(f"{here} → {there}" for here, there in line.unrouted[:_SHOWN]),
        )
        steps = tuple(Step(Ref("zone", zone)) for zone in line.unrouted[0])
        breaches.append(Breach(ref(line), message, cited(network, ref(line)), Witness("facts", steps)))
    seen = say(
        "{n} {n:line|lines} over {pairs} {pairs:pair|pairs} of different zones",
        "{n} {n:ligne|lignes} sur {pairs} {pairs:couple|couples} de zones différentes",
        n=len(network.lines),
        pairs=pairs,
    )
    return one(Part(seen, {"declared": len(network.lines)}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    return None if evidence.network.lines else say("the matrix has no line", "la matrice n’a aucune ligne")


CHECK = Check(
    name="unreachable-line",
    title=Text("The map shows a way for every line", "La carte montre un chemin pour chaque ligne"),
    why=Text(
        "Either the line is useless, or the map lacks an interconnection through which its traffic passes unseen.",
        "Ou bien la ligne est sans objet, ou bien il manque à la carte une interconnexion que son trafic emprunte.",
    ),
    remedy=Text(
        "Declare the interconnection, or `transit: true` on the zone in between; else take the line out.",
        "Déclarer l’interconnexion, ou `transit: true` sur la zone traversée ; sinon retirer la ligne.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
