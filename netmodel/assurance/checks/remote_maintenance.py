"""remote-maintenance: third parties maintain through a bastion, watched, for a time (SecNumCloud 12.13.a).

Remote maintenance or diagnostics is a live line that says its `windows`, or a line of nature `support`, or by which the
infrastructure is administered, from a public network or a third party. Outer packets of tunnels are none. It has to
end on a bastion and nothing else, so that whatever is done is seen as it is done and can be stopped; the bastion has to
send its logs to a collector, as it does for acts of administration; and the line has to end: a window that is not over,
or an `expires`.
Nothing tells a machine whether the person was vetted (7.1.b), so that every such line is asked for the bastion.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, named_alone, ref
from cloison.netmodel.assurance.subjects.administrators import administers
from cloison.netmodel.assurance.subjects.encryption import is_tunnel
from cloison.netmodel.assurance.subjects.equipment import family, is_outside, reaching, touching, with_function
from cloison.netmodel.assurance.subjects.logs import NO_COLLECTOR, carries_logs, collectors
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network


def _lines(network: Network) -> list[Line]:
    outside = touching(lambda end: _is_outside(network, end))
    return [
        line
        for line in network.lines
        if line.live
        and (line.flow.windows or (_maintains(network, line) and outside(line.sources)))
        and not is_tunnel(network, line)
    ]


def _maintains(network: Network, line: Line) -> bool:
    """Tell whether a line maintains or administers the infrastructure: what tenants administer is theirs."""
    return line.nature == "support" or administers(network, line)


def _is_outside(network: Network, end: End) -> bool:
    return end.kind == "any" or any(is_outside(network.zones[zone]) for zone in end.zones)


def _on_bastion(network: Network, end: End) -> bool:
    return named_alone(network, end) and all("bastion" in network.assets[name].functions for name in end.assets)


def _bastion(network: Network, lines: list[Line]) -> Part:
    breaches = []
    for line in lines:
        past = [end for end in line.targets if not _on_bastion(network, end)]
        if past:
            message = say(
                "{line} maintains {target} from afar and passes no bastion",
                "{line} télémaintient {target} sans passer par un bastion",
                line=line.id,
                target=past[0].id,
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    seen = say("{n} {n:line|lines} of remote maintenance", "{n} {n:ligne|lignes} de télémaintenance", n=len(lines))
    return Part(seen, {"declared": len(lines)}, tuple(breaches), name="bastion")


def _logs(network: Network, lines: list[Line]) -> Part:
    bastions = dict.fromkeys(
        name for line in lines for end in line.targets if _on_bastion(network, end) for name in end.assets
    )
    breaches = []
    missing: tuple[Missing, ...] = ()
    absent = None
    if not bastions:
        absent = say("remote maintenance ends on no bastion", "aucune télémaintenance n’aboutit à un bastion")
    elif not collectors(network):
        missing = (Missing(Ref("map", network.model.name), NO_COLLECTOR),)
    else:
        goals = collectors(network) | with_function(network, "siem")
        sources = reaching(network, goals, carries_logs())
        for name in bastions:
            if sources.isdisjoint(family(network.assets[name])):
                message = say(
                    "the bastion {asset} sends what it records to no collector",
                    "le bastion {asset} n’envoie ce qu’il enregistre à aucun collecteur",
                    asset=name,
                )
                breaches.append(Breach(Ref("asset", name), message, cited(network, Ref("asset", name))))
    seen = say("logs of {n} {n:bastion|bastions}", "journaux de {n} {n:bastion|bastions}", n=len(bastions))
    return Part(seen, {"declared": len(bastions)}, tuple(breaches), missing, absent, "logs")


def _end(evidence: Evidence, lines: list[Line]) -> Part:
    network = evidence.network
    breaches = []
    for line in lines:
        last = max((window.end for window in line.flow.windows), default=None)
        if last is not None and last < evidence.at:
            message = say(
                "{line} still stands, and its last window ended on {on}",
                "{line} est encore en vigueur, et sa dernière fenêtre s’est achevée le {on}",
                line=line.id,
                on=last,
            )
        elif last is None and line.flow.expires is None:
            message = say(
                "{line} maintains from afar and has no end: neither `windows` nor `expires`",
                "{line} télémaintient sans fin : ni `windows` ni `expires`",
                line=line.id,
            )
        else:
            continue
        breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    seen = say(
        "the end of {n} {n:line|lines} of remote maintenance",
        "la fin de {n} {n:ligne|lignes} de télémaintenance",
        n=len(lines),
    )
    return Part(seen, {"declared": len(lines)}, tuple(breaches), name="end")


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    lines = _lines(network)
    return Outcome((_bastion(network, lines), _logs(network, lines), _end(evidence, lines)))


def _applies(evidence: Evidence) -> Message | None:
    if _lines(evidence.network):
        return None
    return say("no live line is of remote maintenance", "aucune ligne en vigueur n’est de télémaintenance")


CHECK = Check(
    name="remote-maintenance",
    title=Text(
        "Remote maintenance passes a bastion, is logged, and ends",
        "La télémaintenance passe par un bastion, est journalisée et prend fin",
    ),
    why=Text(
        "Whoever maintains from afar administers the service from a place that the provider does not hold.",
        "Qui maintient à distance administre le service depuis un lieu que le prestataire ne tient pas.",
    ),
    remedy=Text(
        "End the line on a bastion that records, and write the windows in which it may be used, or when it expires.",
        "Terminer la ligne sur un bastion qui enregistre, et écrire les fenêtres où elle peut servir, ou son échéance.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
    parts=("bastion", "logs", "end"),
)
