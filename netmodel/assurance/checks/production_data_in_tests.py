"""production-data-in-tests: tenants' data reach no other environment, but anonymised and with their consent (14.7.b).

A line between production and another environment may carry data both ways, whoever opens it: each is looked at. What it
carries is what the line says (``data``); where it says nothing, the zone of production must hold none of tenants.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.subjects.holdings import holds
from cloison.netmodel.assurance.subjects.perimeter import is_environment, is_production
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.network import Network

_CARRIES = Text(
    "what it carries (`data`), or what its zones hold",
    "ce qu’elle transporte (`data`), ou ce que contiennent ses zones",
)


def _joined(network: Network, line: Line) -> tuple[list[str], list[str]]:
    """Return the zones of production and the other environments that a line joins; nothing where it joins none."""
    here = {zone for end in line.sources for zone in end.zones}
    there = {zone for end in line.targets for zone in end.zones}
    produced: dict[str, None] = {}
    tested: dict[str, None] = {}
    for one_side, other in ((here, there), (there, here)):
        environments = [name for name in sorted(other) if is_environment(network.zones[name])]
        productions = [name for name in sorted(one_side) if is_production(network.zones[name])]
        if environments and productions:
            produced |= dict.fromkeys(productions)
            tested |= dict.fromkeys(environments)
    return list(produced), list(tested)


def _tenants(network: Network) -> frozenset[str]:
    return frozenset(name for name, party in network.model.parties.items() if party.kind == "tenant")


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    tenants = _tenants(network)
    environments = frozenset(name for name, zone in network.zones.items() if is_environment(zone))
    breaches = []
    missing = []
    looked = 0
    near: dict[str, bool] = {}  # whether an end touches an environment
    for line in network.lines if environments else ():
        if not line.live:
            continue
        for end in (*line.sources, *line.targets):
            if end.id not in near:
                near[end.id] = not environments.isdisjoint(end.zones)
        if not any(near[end.id] for end in (*line.sources, *line.targets)):
            continue
        produced, tested = _joined(network, line)
        if not tested:
            continue
        looked += 1
        data = line.flow.data
        subject = ref(line)
        values: dict[str, str | tuple[str, ...]] = {"line": line.id, "from": tuple(produced), "to": tuple(tested)}
        if "tenant" in data:
            text = Text(
                "{line} carries data of tenants between {from}, of production, and {to}, which is not",
                "{line} transporte des données de commanditaires entre {from}, de production, et {to}, hors production",
            )
            breaches.append(
                Breach(subject, Message(text, values), cited(network, subject, "data"), along(network, line))
            )
        elif "anonymised" in data and not tenants & {item.party for item in line.flow.approved}:
            text = Text(
                "{line} carries anonymised data from {from} to {to}, and no tenant approved it",
                "{line} transporte des données anonymisées de {from} vers {to}, sans l’accord d’aucun commanditaire",
            )
            breaches.append(
                Breach(subject, Message(text, values), cited(network, subject, "data"), along(network, line), "warning",
                       _CONSENT)
            )  # fmt: skip
        elif not data and any(holds(network, network.zones[name], "tenant") is not False for name in produced):
            missing.append(Missing(subject, _CARRIES))
    seen = say(
        "{n} {n:line|lines} between production and other environments",
        "{n} {n:ligne|lignes} entre la production et d’autres environnements",
        n=looked,
    )
    absent = None
    if not looked:
        absent = say(
            "no line of the map joins production to another environment",
            "aucune ligne de la carte ne relie la production à un autre environnement",
        )
    return one(Part(seen, {"declared": looked}, tuple(breaches), tuple(missing), absent))


_CONSENT = say(
    "Record the consent of each tenant whose data they were under `approved`, with its `party`.",
    "Consigner l’accord de chaque commanditaire dont ce sont les données sous `approved`, avec sa `party`.",
)

CHECK = Check(
    name="production-data-in-tests",
    title=Text(
        "No data of tenants go to development or tests",
        "Aucune donnée de commanditaire ne va au développement ni aux tests",
    ),
    why=Text(
        "A test platform has none of the protections of production: what is copied there is no longer protected. Each "
        "line between production and another environment is asked what it carries, whichever side opens it.",
        "Une plateforme de test n’a aucune des protections de la production : ce qu’on y copie n’est plus protégé. À "
        "chaque ligne entre la production et un autre environnement on demande ce qu’elle transporte, quel que soit le "
        "côté qui l’ouvre.",
    ),
    remedy=Text(
        "Cut the line, or anonymise before (`data: anonymised`) with the tenants’ consent; a line that carries none of "
        "their data says so (`data: none`).",
        "Couper la ligne, ou anonymiser avant (`data: anonymised`) avec l’accord des commanditaires ; une ligne qui ne "
        "transporte aucune de leurs données le dit (`data: none`).",
    ),
    severity="error",
    run=_run,
)
