"""change-record: each line of the matrix tells the change that brought it (SecNumCloud 12.2.a).

A ticket and an approval are the trace that a procedure of changes leaves on a map; whether it is followed is declared.
A tenant's own lines are his own changes. A map where no line has a ticket keeps that trace elsewhere: not evaluated.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import ref
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_TICKET = Text("ticket (`ticket`)", "ticket (`ticket`)")
_APPROVAL = Text("approval (`approved`)", "approbation (`approved`)")


def _lines(network: Network) -> list[Line]:
    tenants = {name for name, party in network.model.parties.items() if party.kind == "tenant"}
    return [line for line in network.lines if line.live and line.rule is None and line.owner not in tenants]


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    lines = _lines(network)
    breaches = []
    missing: tuple[Missing, ...] = ()
    if not any(line.flow.ticket for line in lines):
        missing = (Missing(Ref("map", network.model.name), _TICKET),)
    else:
        for line in lines:
            if line.flow.ticket and line.flow.approved:  # most lines
                continue
            lacking = (*(() if line.flow.ticket else (_TICKET,)), *(() if line.flow.approved else (_APPROVAL,)))
            message = say(
                "{line} does not tell the change that brought it: {lacking}",
                "{line} ne dit pas le changement qui l’a introduite : {lacking}",
                line=line.id,
                lacking=lacking,
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line))))
    seen = say("{n} {n:line|lines} of the provider", "{n} {n:ligne|lignes} du prestataire", n=len(lines))
    return one(Part(seen, {"declared": len(lines)}, tuple(breaches), missing))


def _applies(evidence: Evidence) -> Message | None:
    if _lines(evidence.network):
        return None
    return say("the matrix has no live line of the provider", "la matrice n’a aucune ligne du prestataire en vigueur")


CHECK = Check(
    name="change-record",
    title=Text("Each line tells the change that brought it", "Chaque ligne dit le changement qui l’a introduite"),
    why=Text(
        "A line that no change brought was decided by nobody, and nobody will think of taking it away.",
        "Une ligne qu’aucun changement n’a introduite n’a été décidée par personne, et nul ne songera à la retirer.",
    ),
    remedy=Text(
        "Write the reference of the change and who approved it.",
        "Écrire la référence du changement et qui l’a approuvé.",
    ),
    severity="warning",
    run=_run,
    applies=_applies,
)
