"""inbound-software: software comes in through an entry lock (SecNumCloud 12.10.c).

What brings software in is a line of nature `exchange-in`. Where it joins the service of the provider to what is not of
it (a public network, a third party, another environment or system), its end in the service has to be an entry lock
(function `sas-in`), whoever opens the conversation: a lock fetches, or is handed. Inside, software goes from the lock
to servers by lines that need no other. Lines that fetch under another nature are seen by `outbound-data`: they leave.
A map without an entry lock is not evaluated.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, named_alone, ref
from cloison.netmodel.assurance.subjects.equipment import is_ours, of_service, with_function
from cloison.netmodel.facts import End
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_LOCK = Text("an entry lock (function `sas-in`)", "un sas d’entrée (fonction `sas-in`)")
_LINE = Text("a live line of incoming exchange (nature `exchange-in`)",
             "une ligne d’échange entrant en vigueur (nature `exchange-in`)")  # fmt: skip


def _mixed(network: Network, end: End) -> bool:
    """Tell whether an end that touches the service also touches what is not of it."""
    return not named_alone(network, end) and any(not is_ours(network.zones[zone]) for zone in end.zones)


def _path(network: Network, locks: frozenset[str]) -> Part:
    breaches = []
    missing: tuple[Missing, ...] = ()
    lines = [line for line in network.lines if line.live and line.nature == "exchange-in"]
    looked = 0
    inside = of_service(network)
    for line in lines:
        ends = (*line.sources, *line.targets)
        ours = {end.id: end for end in ends if inside(end)}
        others = [end for end in ends if end.id not in ours or _mixed(network, end)]
        if not ours or not others:
            continue
        looked += 1
        past = [
            end for end in ours.values() if locks and not (named_alone(network, end) and locks.issuperset(end.assets))
        ]
        if past:
            message = say(
                "{line} brings software to {end} from {other} past the entry lock",
                "{line} apporte des logiciels à {end} depuis {other} sans passer par le sas d’entrée",
                line=line.id,
                end=past[0].id,
                other=others[0].id,
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    if not locks or not lines:
        missing = (Missing(Ref("map", network.model.name), _LOCK if not locks else _LINE),)
    seen = say(
        "{n} {n:line|lines} of incoming exchange, {looked} with the outside",
        "{n} {n:ligne|lignes} d’échange entrant, {looked} avec l’extérieur",
        n=len(lines),
        looked=looked,
    )
    return Part(seen, {"declared": len(lines)}, tuple(breaches), missing)


def _run(evidence: Evidence) -> Outcome:
    return one(_path(evidence.network, with_function(evidence.network, "sas-in")))


def _applies(evidence: Evidence) -> Message | None:
    if any(is_ours(zone) for zone in evidence.network.zones.values()):
        return None
    return say("the map has no zone of the service", "la carte n’a aucune zone du service")


CHECK = Check(
    name="inbound-software",
    title=Text("Software comes in through an entry lock", "Les logiciels entrent par un sas"),
    why=Text(
        "An update is code that runs with every right: what nobody examined is the shortest way into the "
        "infrastructure.",
        "Une mise à jour est du code qui s’exécute avec tous les droits : non examinée, c’est la plus courte des "
        "entrées.",
    ),
    remedy=Text(
        "Let the lock fetch and examine what comes in, and servers take it there.",
        "Laisser le sas aller chercher et examiner ce qui entre, et les serveurs le prendre là.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
