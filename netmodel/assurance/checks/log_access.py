"""log-access: only logs enter where logs are kept, and those who administer and watch it (SecNumCloud 12.7.a and e).

Logs are kept on the collectors and SIEMs of the service, and in its zones of nature `logging`. What may lead there is a
line of logs, one of administration that leaves zones of administration alone, and one of supervision that leaves zones
of supervision alone: watching a server changes nothing on it (definition of supervision, section 1.3.2). Lines between
places where logs are kept stay among them.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.subjects.equipment import in_service, is_ours, with_function
from cloison.netmodel.assurance.subjects.logs import LOGS, NO_COLLECTOR, collectors
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_FROM = {"administration": "administration", "supervision": "supervision"}  # nature of a line -> of its source zones


def _allowed(network: Network, line: Line, target: End) -> bool:
    if line.nature == "logging":
        return True
    services = line.services_to(target)
    if services and all(offered <= LOGS for _, offered in services):
        return True
    nature = _FROM.get(line.nature)
    return nature is not None and all(
        bool(source.zones) and all(network.zones[zone].nature == nature for zone in source.zones)
        for source in line.sources
    )


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    keepers = collectors(network) | with_function(network, "siem")
    zones = {name for name, zone in network.zones.items() if zone.nature == "logging" and is_ours(zone)}
    missing: tuple[Missing, ...] = ()
    if not keepers and not zones:
        missing = (Missing(Ref("map", network.model.name), NO_COLLECTOR),)
    kept: dict[str, tuple[bool, bool]] = {}  # end -> whether it touches what keeps logs, and nothing else

    def keeps(end: End) -> tuple[bool, bool]:
        found = kept.get(end.id)
        if found is None:
            inside = [name for name in end.assets if name in keepers]
            touches = bool(inside) or not zones.isdisjoint(end.zones) or end.kind == "any"
            only = bool(end.zones) and (zones.issuperset(end.zones) or (
                len(inside) == len(end.assets) > 0 and end.kind not in ("zone", "subnet", "any")))  # fmt: skip
            found = kept[end.id] = touches, only
        return found

    looked = 0
    breaches = []
    for line in network.lines if keepers or zones else ():
        if not line.live:
            continue
        met = [target for target in line.targets if keeps(target)[0]]
        if not met:
            continue
        looked += 1
        if all(keeps(source)[1] for source in line.sources):
            continue
        for target in met:
            if not _allowed(network, line, target):
                message = say(
                    "{line} leads to {target}, where logs are kept, and is neither a line of logs nor one of "
                    "administration or supervision from their own zones",
                    "{line} mène à {target}, où sont gardés les journaux, sans être une ligne de journaux, ni "
                    "d’administration ou de supervision depuis leurs propres zones",
                    line=line.id,
                    target=target.id,
                )
                breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
                break
    seen = say(
        "{n} {n:line|lines} to {assets} {assets:piece|pieces} of equipment and {zones} {zones:zone|zones} of logs",
        "{n} {n:ligne|lignes} vers {assets} {assets:équipement|équipements} et {zones} {zones:zone|zones} de journaux",
        n=looked,
        assets=len(keepers),
        zones=len(zones),
    )
    return one(Part(seen, {"declared": looked + len(keepers) + len(zones)}, tuple(breaches), missing))


def _applies(evidence: Evidence) -> Message | None:
    if any(in_service(evidence.network, facts) for facts in evidence.network.assets.values()):
        return None
    return say("the map has no equipment of the service", "la carte n’a aucun équipement du service")


CHECK = Check(
    name="log-access",
    title=Text(
        "Only logs and those who run it reach the logs",
        "N’atteignent les journaux que les journaux et qui les exploite",
    ),
    why=Text(
        "Whoever reaches the servers of logs by another way can read, erase or forge what would betray him.",
        "Qui atteint les serveurs de journaux par un autre chemin peut lire, effacer ou forger ce qui le trahirait.",
    ),
    remedy=Text(
        "Take the line away, or give it its nature: logging, or administration or supervision from zones of that "
        "nature.",
        "Retirer la ligne, ou lui donner sa nature : journalisation, ou administration ou supervision depuis des zones "
        "de cette nature.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
