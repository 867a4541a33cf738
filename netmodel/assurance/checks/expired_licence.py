"""expired-licence: no licence has run out (SecNumCloud 8.1.c).

Its last day is included. Software that says nothing of a licence needs none that could run out, or has it followed
elsewhere: that all of them are followed is declared.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.finding import Message, Ref, Text, say

_SOFTWARE = Text("the software of equipment (`software`)", "les logiciels des équipements (`software`)")


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    breaches = []
    count = dated = 0
    for facts in network.assets.values():
        for place, item in enumerate(facts.asset.software):
            count += 1
            if item.licence is None or item.licence.expires is None:
                continue
            dated += 1
            if item.licence.expires >= evidence.at:
                continue
            subject = Ref("asset", facts.id)
            message = say(
                "the licence of {software} on {asset} ran out on {on}",
                "la licence de {software} sur {asset} a pris fin le {on}",
                software=item.name,
                asset=facts.id,
                on=item.licence.expires,
            )
            breaches.append(Breach(subject, message, cited(network, subject, "software", place)))
    missing = () if count else (Missing(Ref("map", network.model.name), _SOFTWARE),)
    seen = say(
        "{n} {n:software|pieces of software}, {dated} with the end of a licence",
        "{n} {n:logiciel|logiciels}, {dated} avec une fin de licence",
        n=count,
        dated=dated,
    )
    return one(Part(seen, {"declared": count}, tuple(breaches), missing))


def _applies(evidence: Evidence) -> Message | None:
    return None if evidence.network.assets else say("the map has no asset", "la carte n’a aucun bien")


CHECK = Check(
    name="expired-licence",
    title=Text("No licence has run out", "Aucune licence n’est échue"),
    why=Text(
        "Without a licence updates stop, and known flaws stay open.",
        "Sans licence les mises à jour s’arrêtent, et les failles connues restent ouvertes.",
    ),
    remedy=Text(
        "Renew the licence and write its new end, or take the software away.",
        "Renouveler la licence et écrire sa nouvelle fin, ou retirer le logiciel.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
