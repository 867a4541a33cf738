"""server-applications: every production server serves an application of the map (SecNumCloud 13.1.a, second bullet).

Production servers are the provider's assets in its zones of nature production, storage, backup or logging, save what
forwards, watches or carries no address there. A server that serves none may be a mistake or a relic: that is to be
justified. Which applications there are at all is the affair of incomplete-inventory.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.perimeter import PROVIDER, is_production
from cloison.netmodel.facts import AssetFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_NATURES = frozenset(("production", "storage", "backup", "logging"))


def _servers(network: Network) -> list[AssetFacts]:
    zones = {
        name
        for name, zone in network.zones.items()
        if zone.owner_kind in PROVIDER and zone.nature in _NATURES and is_production(zone)
    }
    return [
        facts
        for facts in network.assets.values()
        if not facts.members
        and facts.owner_kind in ("", "provider")
        and not facts.forwards
        and "probe" not in facts.functions
        and not zones.isdisjoint(facts.zones)
    ]


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    servers = _servers(network)
    serving = {
        item
        for application in network.model.applications.values()
        for name in application.assets
        for item in (name, *network.assets[name].members)
    }
    breaches = []
    for facts in servers:
        if not serving.isdisjoint((facts.id, facts.cluster or facts.id)):
            continue
        subject = Ref("asset", facts.id)
        message = say(
            "{asset}, in {zones}, serves no application of the map",
            "{asset}, dans {zones}, ne sert aucune application de la carte",
            asset=facts.id,
            zones=facts.zones,
        )
        breaches.append(Breach(subject, message, cited(network, subject)))
    seen = say(
        "{n} production {n:server|servers}, {applications} {applications:application|applications}",
        "{n} {n:serveur|serveurs} de production, {applications} {applications:application|applications}",
        n=len(servers),
        applications=len(network.model.applications),
    )
    return one(Part(seen, {"declared": len(servers)}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    network = evidence.network
    if not _servers(network):
        return say("the map has no production server", "la carte n’a aucun serveur de production")
    if not network.model.applications:
        return say("the map names no application", "la carte ne nomme aucune application")
    return None


CHECK = Check(
    name="server-applications",
    title=Text(
        "Production servers serve a named application",
        "Les serveurs de production servent une application nommée",
    ),
    why=Text(
        "A server of which nobody says what it is for is the one that nobody dares to stop, nor to correct. "
        "Servers are the provider’s assets in its zones of production, storage, backup and logging that neither "
        "forward nor watch.",
        "Le serveur dont nul ne dit à quoi il sert est celui que nul n’ose arrêter, ni corriger. Les serveurs sont "
        "les biens du prestataire dans ses zones de production, de stockage, de sauvegarde et de journalisation, "
        "sauf ce qui achemine ou surveille.",
    ),
    remedy=Text(
        "Name it among the `assets` of the application that it serves, or withdraw it.",
        "Le nommer parmi les `assets` de l’application qu’il sert, ou le retirer.",
    ),
    severity="warning",
    run=_run,
    applies=_applies,
)
