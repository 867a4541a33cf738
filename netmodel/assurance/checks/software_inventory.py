"""software-inventory: each software is listed with its version, where it is installed (SecNumCloud 8.1.b).

Software is written with the equipment that has it. Servers of the service have some: what an application names, what is
virtual, what offers an endpoint, and what has a function of a server. Switches, routers and firewalls may list theirs
and are not asked. A map that lists no software at all keeps that inventory elsewhere: not evaluated.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.equipment import in_service, listed
from cloison.netmodel.facts import AssetFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_SERVING = frozenset(("waf", "proxy", "bastion", "log-collector", "siem", "directory", "sas-in", "sas-out",
                      "hypervisor", "time-source", "probe"))  # fmt: skip
_SOFTWARE = Text("the software of equipment (`software`)", "les logiciels des équipements (`software`)")


def _servers(network: Network) -> list[AssetFacts]:
    named = {name for item in network.model.applications.values() for name in item.assets}
    named |= {endpoint.asset for endpoint in network.endpoints.values()}
    named |= {member for name in named if name in network.assets for member in network.assets[name].members}
    network_gear = frozenset(("filtering", "routing", "vpn"))
    return [
        facts
        for facts in network.assets.values()
        if (facts.asset.kind == "virtual" or facts.id in named or not _SERVING.isdisjoint(facts.functions))
        and network_gear.isdisjoint(facts.functions)
        and in_service(network, facts)
    ]


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    servers = _servers(network)
    holders = [facts for facts in network.assets.values() if facts.asset.software and listed(network, facts)]
    holders += [facts for facts in network.assets.values() if facts.asset.software and facts.members]
    breaches = []
    missing: tuple[Missing, ...] = ()
    count = 0
    for facts in holders:
        subject = Ref("asset", facts.id)
        count += len(facts.asset.software)
        nameless = tuple(item.name for item in facts.asset.software if not item.version)
        if nameless:
            message = say(
                "{asset} lists {software} without a version",
                "{asset} indique {software} sans version",
                asset=facts.id,
                software=nameless,
            )
            breaches.append(Breach(subject, message, cited(network, subject, "software")))
    if not holders:
        missing = (Missing(Ref("map", network.model.name), _SOFTWARE),)
    else:
        for facts in servers:
            cluster = network.assets.get(facts.cluster)
            if facts.asset.software or (cluster is not None and cluster.asset.software):
                continue
            subject = Ref("asset", facts.id)
            message = say("{asset} lists no software", "{asset} n’indique aucun logiciel", asset=facts.id)
            breaches.append(Breach(subject, message, cited(network, subject)))
    seen = say(
        "{n} {n:software|pieces of software} on {holders} {holders:asset|assets}, {servers} {servers:server|servers}",
        "{n} {n:logiciel|logiciels} sur {holders} {holders:bien|biens}, {servers} {servers:serveur|serveurs}",
        n=count,
        holders=len(holders),
        servers=len(servers),
    )
    return one(Part(seen, {"declared": count + len(servers)}, tuple(breaches), missing))


def _applies(evidence: Evidence) -> Message | None:
    network = evidence.network
    if _servers(network) or any(facts.asset.software for facts in network.assets.values()):
        return None
    return say("the map has no server of the service", "la carte n’a aucun serveur du service")


CHECK = Check(
    name="software-inventory",
    title=Text(
        "Software is listed with its version, where it is installed",
        "Les logiciels sont inventoriés avec leur version, là où ils sont installés",
    ),
    why=Text(
        "When a flaw is made public, whoever does not know which machines have the software searches while others "
        "come.",
        "Quand une faille est publiée, qui ignore quelles machines ont le logiciel cherche pendant que d’autres "
        "entrent.",
    ),
    remedy=Text(
        "Write the `software` of the equipment, each with its version.",
        "Écrire le `software` de l’équipement, chaque logiciel avec sa version.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
