"""log-collection: each piece of equipment is a source of logs (SecNumCloud 12.6.a).

The list of sources follows from the matrix: what a live line of logs leaves, towards a collector or a relay that leads
to one; what lies where `inside` asks for no line has none to show. Equipment that is no source is a remark to be
justified, for the clause wants a list and not that everything be on it. Collectors and SIEMs hold logs and are not
asked.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.equipment import (
    equipment_of_service,
    family,
    in_service,
    reaching,
    with_function,
)
from cloison.netmodel.assurance.subjects.logs import NO_COLLECTOR, carries_logs, collectors
from cloison.netmodel.finding import Message, Ref, Text, say


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    holders = collectors(network) | with_function(network, "siem")
    asked = [facts for facts in equipment_of_service(network) if facts.id not in holders]
    missing: tuple[Missing, ...] = ()
    breaches = []
    if not collectors(network):
        missing = (Missing(Ref("map", network.model.name), NO_COLLECTOR),)
    else:
        sources = reaching(network, holders, carries_logs())
        for facts in asked:
            if sources.isdisjoint(family(facts)):
                subject = Ref("asset", facts.id)
                message = say(
                    "no live line carries the logs of {asset} to a collector",
                    "aucune ligne en vigueur ne porte les journaux de {asset} à un collecteur",
                    asset=facts.id,
                )
                breaches.append(Breach(subject, message, cited(network, subject)))
    seen = say(
        "{n} {n:piece|pieces} of equipment of the service, {collectors} {collectors:collector|collectors}",
        "{n} {n:équipement|équipements} du service, {collectors} {collectors:collecteur|collecteurs}",
        n=len(asked),
        collectors=len(collectors(network)),
    )
    return one(Part(seen, {"declared": len(asked)}, tuple(breaches), missing))


def _applies(evidence: Evidence) -> Message | None:
    network = evidence.network
    holders = collectors(network) | with_function(network, "siem")
    if any(facts.id not in holders and in_service(network, facts) for facts in network.assets.values()):
        return None
    return say("the map has no equipment of the service", "la carte n’a aucun équipement du service")


CHECK = Check(
    name="log-collection",
    title=Text("Equipment sends its logs to a collector", "Les équipements envoient leurs journaux à un collecteur"),
    why=Text(
        "What leaves no trace elsewhere can be attacked, and its traces erased, without anyone knowing.",
        "Ce qui ne laisse de trace nulle part ailleurs peut être attaqué, et ses traces effacées, à l’insu de tous.",
    ),
    remedy=Text(
        "Write the line by which its logs leave for a collector, or waive the finding and say why it is no source.",
        "Écrire la ligne par laquelle ses journaux partent vers un collecteur, ou accorder une dérogation qui dise "
        "pourquoi il n’est pas une source.",
    ),
    severity="warning",
    run=_run,
    applies=_applies,
)
