"""event-correlation: what collectors hold reaches a SIEM (SecNumCloud 12.9.a).

Probes that are heard are the affair of `missing-probe`. A collector that is a SIEM too reaches itself.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.equipment import family, in_service, reaching, with_function
from cloison.netmodel.assurance.subjects.logs import NO_COLLECTOR, collectors
from cloison.netmodel.finding import Message, Ref, Text, say

_NO_SIEM = Text("what correlates events (function `siem`)", "ce qui corrèle les événements (fonction `siem`)")


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    siems = with_function(network, "siem")
    whole = Ref("map", network.model.name)
    held = sorted(name for name in collectors(network) if not network.assets[name].members)
    missing = [
        *([] if siems else [Missing(whole, _NO_SIEM)]),
        *([] if held else [Missing(whole, NO_COLLECTOR)]),
    ]
    breaches = []
    if siems:
        sources = reaching(network, siems, lambda _line, _target: True)
        for name in held:
            if siems.isdisjoint(family(network.assets[name])) and sources.isdisjoint(family(network.assets[name])):
                message = say(
                    "no live line leads from the collector {asset} to a SIEM",
                    "aucune ligne en vigueur ne mène du collecteur {asset} à un SIEM",
                    asset=name,
                )
                breaches.append(Breach(Ref("asset", name), message, cited(network, Ref("asset", name))))
    seen = say(
        "{n} {n:collector|collectors}, {siems} {siems:SIEM|SIEMs}",
        "{n} {n:collecteur|collecteurs}, {siems} SIEM",
        n=len(held),
        siems=sum(not network.assets[name].members for name in siems),
    )
    return one(Part(seen, {"declared": len(held)}, tuple(breaches), tuple(missing)))


def _applies(evidence: Evidence) -> Message | None:
    if any(in_service(evidence.network, facts) for facts in evidence.network.assets.values()):
        return None
    return say("the map has no equipment of the service", "la carte n’a aucun équipement du service")


CHECK = Check(
    name="event-correlation",
    title=Text("Collected events are correlated", "Les événements collectés sont corrélés"),
    why=Text(
        "Logs that nobody puts together tell of an attack only to those who already know of it.",
        "Des journaux que personne ne rapproche ne parlent d’une attaque qu’à qui la connaît déjà.",
    ),
    remedy=Text(
        "Write the line by which the collector hands its events to the SIEM.",
        "Écrire la ligne par laquelle le collecteur remet ses événements au SIEM.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
