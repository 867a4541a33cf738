"""time-sources: equipment takes its time inside, and time servers alone ask outside (SecNumCloud 12.8.a).

Time is NTP, the key exchange of NTS, or PTP, towards equipment with the function `time-source` or a relay that leads to
it; what lies beside a source, where `inside` asks for no line, needs none. Time servers themselves may ask outside,
several sources or none (an isolated network, a clock of one's own); one source alone is a remark. Time sources that
keep a clock of their own are as consistent as the map can tell. A map without
any source of time is not evaluated.
"""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.subjects.equipment import (
    equipment_of_service,
    family,
    in_service,
    known,
    of_others,
    of_service,
    on,
    owner_of_others,
    owner_of_service,
    reaching,
    touching,
    with_function,
)
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.protocols import UDP

_TIME = known("ntp", "nts-ke", "ptp")
_NTP = 123
_NO_SOURCE = Text("a source of time (function `time-source`)", "une source de temps (fonction `time-source`)")


def _equipment(network: Network, sources: frozenset[str]) -> Part:
    asked = [facts for facts in equipment_of_service(network) if facts.id not in sources]
    breaches = []
    missing: tuple[Missing, ...] = ()
    if not sources:
        missing = (Missing(Ref("map", network.model.name), _NO_SOURCE),)
    else:
        served = reaching(network, sources, on(_TIME))
        for facts in asked:
            if served.isdisjoint(family(facts)):
                message = say(
                    "no live line leads from {asset} to an internal source of time",
                    "aucune ligne en vigueur ne mène de {asset} à une source de temps interne",
                    asset=facts.id,
                )
                subject = Ref("asset", facts.id)
                breaches.append(Breach(subject, message, cited(network, subject)))
    seen = say(
        "{n} {n:piece|pieces} of equipment of the service, {sources} internal {sources:source|sources} of time",
        "{n} {n:équipement|équipements} du service, {sources} {sources:source|sources} de temps "
        "{sources:interne|internes}",
        n=len(asked),
        sources=sum(not network.assets[name].members for name in sources),
    )
    return Part(seen, {"declared": len(asked)}, tuple(breaches), missing, name="equipment")


def _outward(network: Network) -> list[tuple[Line, tuple[End, ...]]]:
    """Return the live lines of time that leave the service for the outside, with the ends that they reach there."""
    asks = on(_TIME)
    outside, ours = touching(of_others(network)), touching(of_service(network))
    found = []
    for line in network.lines:
        reached = outside(line.targets)
        if reached and line.live and ours(line.sources):
            asked = tuple(target for target in reached if asks(line, target))
            if asked:
                found.append((line, asked))
    return found


def _outside(network: Network, sources: frozenset[str]) -> Part:
    outward = _outward(network)
    breaches = []
    asked: dict[str, int] = {}
    for line, reached in outward:
        others = [source for source in line.sources if not source.assets or not sources.issuperset(source.assets)]
        if others and sources:
            message = say(
                "{line} takes the time outside for {source}, which is no internal source of time",
                "{line} prend l’heure à l’extérieur pour {source}, qui n’est pas une source de temps interne",
                line=line.id,
                source=others[0].id,
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
        asked |= {end.id: len(end.assets) if end.kind in ("asset", "interface") else end.points.size
                  for end in reached}  # fmt: skip
    if len(asked) == 1 and sum(asked.values()) == 1:
        line = outward[0][0]
        message = say(
            "{source} is the only external source of time; several are wanted, or none",
            "{source} est la seule source de temps externe ; il en faut plusieurs, ou aucune",
            source=next(iter(asked)),
        )
        breaches.append(Breach(ref(line), message, cited(network, ref(line)), severity="warning"))
    seen = say(
        "{n} {n:line|lines} of time to the outside",
        "{n} {n:ligne|lignes} de temps vers l’extérieur",
        n=len(outward),
    )
    absent = None
    if not outward:
        absent = say("no line takes the time outside", "aucune ligne ne prend l’heure à l’extérieur")
    return Part(seen, {"declared": len(outward)}, tuple(breaches), absent=absent, name="outside")


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    sources = with_function(network, "time-source")
    return Outcome((_equipment(network, sources), _outside(network, sources)))


def _applies(evidence: Evidence) -> Message | None:
    network = evidence.network
    if any("time-source" not in facts.functions and in_service(network, facts) for facts in network.assets.values()):
        return None
    return say("the map has no equipment of the service", "la carte n’a aucun équipement du service")


def _forbids(network: Network) -> Callable[[Contact], bool]:
    sources = with_function(network, "time-source")
    return lambda contact: (
        bool(sources)
        and (contact.protocol, contact.low) == (UDP, _NTP)
        and owner_of_others(network, contact.target)
        and owner_of_service(network, contact.source)
        and contact.source.asset not in sources
    )


CHECK = Check(
    name="time-sources",
    title=Text(
        "Equipment takes its time from internal sources", "Les équipements prennent l’heure à des sources internes"
    ),
    why=Text(
        "Logs whose clocks disagree cannot be put in order, and whoever gives the time decides when certificates "
        "expire.",
        "Des journaux dont les horloges diffèrent ne s’ordonnent pas, et qui donne l’heure décide de l’expiration des "
        "certificats.",
    ),
    remedy=Text(
        "Write the line of time towards an internal source, and let that source alone ask several ones outside.",
        "Écrire la ligne de temps vers une source interne, et laisser cette seule source en interroger plusieurs à "
        "l’extérieur.",
    ),
    severity="error",
    run=_run,
    refines=("observed",),
    applies=_applies,
    parts=("equipment", "outside"),
    forbids=_forbids,
)
