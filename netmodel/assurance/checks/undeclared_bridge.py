"""undeclared-bridge: an asset with homes in several places that no function and no interconnection explains."""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.finding import Message, Ref, Step, Text, Witness, say


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    breaches = []
    homed = 0
    for facts in network.assets.values():
        homes = tuple(
            dict.fromkeys(place for home in facts.interfaces.values() for place in home.subnets or home.zones)
        )
        if len(homes) < 2:
            continue
        homed += 1
        if facts.forwards or facts.relay:
            continue
        message = say(
            "{asset} has homes in {homes}, and neither a function nor an interconnection that joins them",
            "{asset} est présent dans {homes}, sans fonction ni interconnexion qui les relie",
            asset=facts.id,
            homes=homes,
        )
        steps = tuple(
            Step(
                Ref("interface", home.id),
                say("in {homes}", "dans {homes}", homes=home.subnets or home.zones),
                network.document.span(("assets", facts.id, "interfaces", home.name), key=True),
            )
            for home in facts.interfaces.values()
            if home.zones
        )
        subject = Ref("asset", facts.id)
        breaches.append(Breach(subject, message, cited(network, subject), Witness("facts", steps)))
    seen = say(
        "{n} {n:asset|assets}, {homed} of them with homes in several subnets",
        "{n} {n:bien|biens}, dont {homed} {homed:présent|présents} dans plusieurs sous-réseaux",
        n=len(network.assets),
        homed=homed,
    )
    return one(Part(seen, {"declared": len(network.assets)}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    return None if evidence.network.assets else say("the map has no asset", "la carte n’a aucun bien")


CHECK = Check(
    name="undeclared-bridge",
    title=Text("Only declared equipment joins networks", "Seuls des équipements déclarés relient des réseaux"),
    why=Text(
        "A server with a foot in two networks carries an intruder past the filters between them.",
        "Un serveur qui a un pied dans deux réseaux fait passer un intrus outre le filtrage qui les sépare.",
    ),
    remedy=Text(
        "Give it one network, or declare what it does there: a function, or the interconnection it is part of.",
        "Le ramener à un seul réseau, ou déclarer son rôle : une fonction, ou l’interconnexion dont il fait partie.",
    ),
    severity="warning",
    run=_run,
    applies=_applies,
)
