"""change-control: each line came in by a change that somebody else approved, and there is somewhere to try it (14.2).

A line is the trace that a change leaves on the map: who asked for it, and who approved it (that it has a ticket and an
approval is asked by ``change-record``). A map on which no line says who asked tells nothing of it.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import ref
from cloison.netmodel.assurance.subjects.perimeter import is_environment, is_production
from cloison.netmodel.finding import Ref, Text, say
from cloison.netmodel.network import Network

_REQUESTERS = Text("who asked for each line (`requester`)", "qui a demandé chaque ligne (`requester`)")


def _approval(network: Network) -> Part:
    lines = [line for line in network.lines if line.rule is None]
    seen = say(
        "the requester and the approval of {n} {n:line|lines}",
        "le demandeur et l’approbation de {n} {n:ligne|lignes}",
        n=len(lines),
    )
    subject = Ref("map", network.model.name)
    if not lines:
        absent = say("the matrix has no line", "la matrice n’a aucune ligne")
        return Part(seen, {}, absent=absent, name="approval")
    if not any(line.flow.requester for line in lines):
        return Part(seen, {"declared": len(lines)}, (), (Missing(subject, _REQUESTERS),), name="approval")
    breaches = []
    for line in lines:
        if not line.flow.requester:
            message = say("{line} does not say who asked for it", "{line} ne dit pas qui l’a demandée", line=line.id)
            breaches.append(Breach(ref(line), message, cited(network, ref(line))))
            continue
        alone = {item.by for item in line.flow.approved} == {line.flow.requester}
        if alone:
            message = say(
                "{line} was approved by {by} alone, who had asked for it",
                "{line} n’a été approuvée que par {by}, qui l’avait demandée",
                line=line.id,
                by=line.flow.requester,
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line), "approved")))
    return Part(seen, {"declared": len(lines)}, tuple(breaches), name="approval")


def _preproduction(network: Network) -> Part:
    """Return whether there is an environment of preproduction; a map without any other one tells nothing of it."""
    stages = [name for name, zone in network.zones.items() if is_environment(zone) and zone.nature == "preproduction"]
    others = [name for name, zone in network.zones.items() if is_environment(zone) and name not in stages]
    breaches = []
    missing = []
    absent = None
    if not any(is_production(zone) for zone in network.zones.values()):
        absent = say("the map has no zone of production", "la carte n’a aucune zone de production")
    elif not stages and others:
        subject = Ref("zone", others[0])
        message = say(
            "{zones} {n:is|are} not production, and no zone is preproduction: changes are validated nowhere on the map",
            "{zones} {n:n’est|ne sont} pas de production, et aucune zone n’est de préproduction : les changements ne "
            "sont validés nulle part sur la carte",
            zones=tuple(others),
            n=len(others),
        )
        breaches.append(Breach(subject, message, cited(network, subject)))
    elif not stages:
        missing.append(Missing(Ref("map", network.model.name), _STAGE))
    seen = say(
        "{n} {n:zone|zones} of preproduction, {others} of other environments",
        "{n} {n:zone|zones} de préproduction, {others} d’autres environnements",
        n=len(stages),
        others=len(others),
    )
    return Part(seen, {"declared": len(stages)}, tuple(breaches), tuple(missing), absent, "preproduction")


_STAGE = Text("an environment of preproduction", "un environnement de préproduction")


def _run(evidence: Evidence) -> Outcome:
    return Outcome((_approval(evidence.network), _preproduction(evidence.network)))


CHECK = Check(
    name="change-control",
    title=Text(
        "Every line came in by a change that somebody else approved",
        "Chaque ligne est entrée par un changement que quelqu’un d’autre a approuvé",
    ),
    why=Text(
        "Who asks for an opening does not see its risk: a second pair of eyes, a trace and a place to try it first are "
        "what keeps a matrix from drifting. What two versions of a map differ in says which change brought what.",
        "Qui demande une ouverture n’en voit pas le risque : un second regard, une trace et un lieu d’essai préalable "
        "empêchent une matrice de dériver. La différence entre deux versions d’une carte dit quel changement a "
        "apporté quoi.",
    ),
    remedy=Text(
        "Have the line approved by somebody else, and write `requester` and `approved`.",
        "Faire approuver la ligne par quelqu’un d’autre, et renseigner `requester` et `approved`.",
    ),
    severity="warning",
    run=_run,
    parts=("approval", "preproduction"),
)
