"""third-party-list: every third party is listed with what it brings (SecNumCloud 15.1.a).

Whoever owns a zone, an asset, a carrier or a flow of the map is one of its parties; a third party says what it
contributes, and a zone whose it is. Third parties of whom the map has no trace (a cleaning company, a
subcontractor's subcontractor), and what each does with personal data, are declared.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_OWNER = Text("whose it is (`owner`)", "à qui elle appartient (`owner`)")
_LEAST = 3  # letters of a contribution that says something


def _third_parties(network: Network) -> tuple[str, ...]:
    return tuple(name for name, party in network.model.parties.items() if party.kind == "third-party")


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    third = _third_parties(network)
    breaches = []
    for name in third:
        if sum(letter.isalpha() for letter in network.model.parties[name].contribution) >= _LEAST:
            continue
        subject = Ref("party", name)
        message = say(
            "the third party {party} does not say what it contributes to the service",
            "le tiers {party} ne dit pas ce qu’il apporte au service",
            party=name,
        )
        breaches.append(Breach(subject, message, cited(network, subject)))
    missing = tuple(
        Missing(Ref("zone", name), _OWNER) for name, zone in network.zones.items() if not zone.owner and not zone.public
    )
    seen = say(
        "{n} third {n:party|parties}, {zones} {zones:zone|zones}, {carriers} {carriers:carrier|carriers}",
        "{n} tiers, {zones} {zones:zone|zones}, {carriers} {carriers:support|supports}",
        n=len(third),
        zones=len(network.zones),
        carriers=len(network.model.carriers),
    )
    return one(Part(seen, {"declared": len(third)}, tuple(breaches), missing))


def _applies(evidence: Evidence) -> Message | None:
    network = evidence.network
    if _third_parties(network) or any(not zone.owner and not zone.public for zone in network.zones.values()):
        return None
    return say("the map has no third party", "la carte n’a aucun tiers")


CHECK = Check(
    name="third-party-list",
    title=Text("Third parties say what they contribute", "Les tiers disent ce qu’ils apportent"),
    why=Text(
        "Whom nobody listed is bound by no contract, and is asked nothing when something goes wrong.",
        "Qui ne figure sur aucune liste n’est tenu par aucun contrat, et nul ne l’interroge en cas d’incident.",
    ),
    remedy=Text(
        "Write the party’s `contribution`, and the owner of each zone.",
        "Renseigner la `contribution` de la partie, et l’appartenance de chaque zone.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
