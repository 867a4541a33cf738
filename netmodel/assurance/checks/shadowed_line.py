"""shadowed-line: a live line that other live lines already authorise in full."""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited, entry
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import ref
from cloison.netmodel.finding import Message, Step, Text, Witness, say
from cloison.netmodel.space.covers import covered


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    live = tuple(line for line in network.lines if line.live)
    covers = covered([line.products for line in live])
    breaches = []
    for cover in covers:
        if cover.decided:
            line, others = live[cover.index], tuple(live[index] for index in cover.by)
            message = say(
                "all that {line} authorises is authorised by {others} too",
                "tout ce que {line} autorise l’est déjà par {others}",
                line=line.id,
                others=tuple(other.id for other in others),
            )
            steps = tuple(Step(ref(other), None, entry(network, ref(other))) for other in others)
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), Witness("facts", steps)))
    undecided = len(covers) - len(breaches)
    seen = say(
        "{n} live {n:line|lines}, {left} of them too entangled to be compared",
        "{n} {n:ligne|lignes} en vigueur, dont {left} trop {left:enchevêtrée pour être comparée|enchevêtrées pour "
        "être comparées}",
        n=len(live),
        left=undecided,
    )
    return one(Part(seen, {"declared": len(live) - undecided}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    if any(line.live for line in evidence.network.lines):
        return None
    return say("the matrix has no live line", "la matrice n’a aucune ligne en vigueur")


CHECK = Check(
    name="shadowed-line",
    title=Text("No line repeats what other lines authorise", "Aucune ligne ne répète ce que d’autres autorisent"),
    why=Text(
        "Taking such a line out would close nothing: its review and its expiry have no effect.",
        "Retirer une telle ligne ne fermerait rien : sa revue et son échéance sont sans effet.",
    ),
    remedy=Text("Take it out, or narrow the wider line.", "La retirer, ou restreindre la ligne plus large."),
    severity="note",
    run=_run,
    applies=_applies,
)
