"""overlapping-hardware: what must be apart runs on hardware apart (SecNumCloud 12.3.a and 13.2.b).

Two questions that one flag would confuse. Production and the other environments of the provider must be apart
*physically*: a tunnel that encrypts does not do, nor does virtualisation (section 3.3.2). The service and other
information systems must be apart physically *or by encryption*; hardware that a third party owns is such a system.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.perimeter import is_environment, is_production, is_service, is_system
from cloison.netmodel.assurance.subjects.third_party_carriers import on_third_parties, third_party_carriers
from cloison.netmodel.facts import ZoneFacts
from cloison.netmodel.finding import Message, Ref, Step, Text, Witness
from cloison.netmodel.network import Network
from cloison.netmodel.separation import Closure

_SHOWN = 5  # zones that a message names
_OVER = Text("what it runs on (`over`, or `kind: physical`)", "ce sur quoi il repose (`over`, ou `kind: physical`)")


@dataclass(frozen=True, slots=True)
class _Question:
    """Which zones must be apart from which others, by what hardware, and the words for it."""

    name: str
    ours: Callable[[ZoneFacts], bool]
    others: Callable[[ZoneFacts], bool]
    hardware: Callable[[Closure], frozenset[str]]
    carriers: Callable[[Network], tuple[str, ...]]  # hardware that is as much another as a zone of the others
    seen: Text
    no_ours: Text
    no_others: Text
    breach: Text


_QUESTIONS = (
    _Question(
        "environments",
        is_production,
        is_environment,
        lambda closure: closure.hardware,
        lambda _: (),
        Text(
            "{ours} {ours:zone|zones} of production and {others} of other environments, over {hardware} "
            "{hardware:piece|pieces} of hardware",
            "{ours} {ours:zone|zones} de production et {others} d’autres environnements, sur {hardware} "
            "{hardware:matériel|matériels}",
        ),
        Text("the map has no zone of production", "la carte n’a aucune zone de production"),
        Text(
            "the map has no other environment, such as development",
            "la carte n’a aucun autre environnement, de développement par exemple",
        ),
        Text(
            "{zone}, which is not production, runs on {hardware} like {n} {n:zone that is|zones that are}: {zones}",
            "{zone}, qui n’est pas de production, repose sur {hardware} comme {n} "
            "{n:zone qui en est|zones qui en sont} : {zones}",
        ),
    ),
    _Question(
        "systems",
        is_service,
        is_system,
        lambda closure: closure.bare,
        third_party_carriers,
        Text(
            "{ours} {ours:zone|zones} of the service and {others} of other information systems, over {hardware} "
            "{hardware:piece|pieces} of hardware; {carriers} {carriers:carrier|carriers} of third parties",
            "{ours} {ours:zone|zones} du service et {others} d’autres systèmes d’information, sur {hardware} "
            "{hardware:matériel|matériels} ; {carriers} {carriers:support|supports} de tiers",
        ),
        Text("the map has no zone of the service", "la carte n’a aucune zone du service"),
        Text("the map has no other information system", "la carte n’a aucun autre système d’information"),
        Text(
            "{zone}, of another information system, runs on {hardware}, without encryption, like {n} "
            "{n:zone|zones} of the service: {zones}",
            "{zone}, d’un autre système d’information, repose sur {hardware}, sans chiffrement, comme {n} "
            "{n:zone|zones} du service : {zones}",
        ),
    ),
)


def _answer(network: Network, question: _Question) -> Part:
    """Compare through the hardware, so that pairs of zones are never listed; one breach a zone and a hardware."""
    separation = network.separation
    ours = [name for name, zone in network.zones.items() if question.ours(zone)]
    others = [name for name, zone in network.zones.items() if question.others(zone)]
    carriers = question.carriers(network)
    under: dict[str, list[str]] = {}
    if others:
        for zone in ours:
            for item in sorted(question.hardware(separation.closure("zone", zone))):
                under.setdefault(item, []).append(zone)
    breaches = [
        _breach(network, question, other, item, under[item])
        for other in others
        for item in sorted(question.hardware(separation.closure("zone", other)) & under.keys())
    ]
    if carriers:
        breaches.extend(on_third_parties(network, frozenset(ours)))
    missing: dict[Ref, Missing] = {}
    if ours and (others or carriers):
        for zone in (*others, *ours):
            for lacking in separation.closure("zone", zone).undeclared:
                missing.setdefault(lacking, Missing(lacking, _OVER))
    values = {"ours": len(ours), "others": len(others), "hardware": len(under), "carriers": len(carriers)}
    absent = None
    if not ours or not (others or carriers):
        absent = Message(question.no_ours if others or carriers else question.no_others)
    return Part(
        Message(question.seen, values),
        {"declared": len(ours) * (len(others) + len(carriers))},
        tuple(breaches),
        tuple(missing.values()),
        absent,
        question.name,
    )


def _breach(network: Network, question: _Question, other: str, item: str, zones: list[str]) -> Breach:
    separation = network.separation
    down = separation.closure("zone", other).way(item)
    up = separation.closure("zone", zones[0]).way(item)[:-1][::-1]
    named = (*zones[:_SHOWN], "…") if len(zones) > _SHOWN else tuple(zones)
    message = Message(question.breach, {"zone": other, "hardware": item, "n": len(zones), "zones": named})
    steps = tuple(Step(place, None, entry(network, place)) for place in (*down, *up))
    # what can be changed comes first: the part of the zone that runs there
    changed = down[1] if len(down) > 1 else Ref("zone", other)
    return Breach(
        Ref("zone", other), message, (entry(network, changed), entry(network, down[-1])), Witness("path", steps)
    )


def _run(evidence: Evidence) -> Outcome:
    return Outcome(tuple(_answer(evidence.network, question) for question in _QUESTIONS))


CHECK = Check(
    name="overlapping-hardware",
    title=Text("What must be apart shares no hardware", "Ce qui doit être séparé ne partage aucun matériel"),
    why=Text(
        "VLANs and hypervisors are configurations: one mistake, or one flaw, joins what only they keep apart.",
        "VLAN et hyperviseurs sont des configurations : une erreur ou une faille réunit ce qu’eux seuls séparent.",
    ),
    remedy=Text(
        "Move one of them to hardware of its own; towards other information systems an encrypting tunnel will do.",
        "Placer l’un d’eux sur un matériel à lui ; envers d’autres systèmes d’information, un tunnel chiffrant suffit.",
    ),
    severity="error",
    run=_run,
    parts=("environments", "systems"),
)
