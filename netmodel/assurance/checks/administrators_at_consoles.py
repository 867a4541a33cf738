"""administrators-at-consoles: the provider's administration does not lead to tenants' consoles (SecNumCloud 9.6.c).

That is the network's part of the clause; that no account of the provider's administrators opens such a console is a
declaration. What serves both, by its audience, is the affair of distinct-interfaces.
"""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.ends import Ends, along, ref
from cloison.netmodel.assurance.subjects.interfaces import (
    administration_zones,
    consoles,
    family,
    joined,
    serves_tenants_alone,
)
from cloison.netmodel.facts import EndpointFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_ZONE = Text("a zone of administration of the provider", "une zone d’administration du prestataire")


def _theirs(network: Network) -> tuple[EndpointFacts, ...]:
    return tuple(item for item in consoles(network) if serves_tenants_alone(network, item))


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    ends = Ends(network)
    zones, theirs = frozenset(administration_zones(network)), _theirs(network)
    breaches = []
    leaving = 0
    for line in network.lines:
        if not line.live or not any(end.kind == "any" or not zones.isdisjoint(end.zones) for end in line.sources):
            continue
        leaving += 1
        found = tuple(item.id for item in joined(network, ends, line, zones, theirs))
        if found:
            message = say(
                "{line} leads from the provider’s administration to {endpoints}, which tenants are offered",
                "{line} mène de l’administration du prestataire à {endpoints}, offerte aux commanditaires",
                line=line.id,
                endpoints=found,
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    missing = () if zones else (Missing(Ref("map", network.model.name), _ZONE),)
    seen = say(
        "{n} administration {n:endpoint|endpoints} of tenants, {lines} {lines:line|lines} out of the provider’s "
        "administration",
        "{n} {n:interface|interfaces} d’administration des commanditaires, {lines} {lines:ligne issue|lignes issues} "
        "de l’administration du prestataire",
        n=len(theirs),
        lines=leaving,
    )
    return one(Part(seen, {"declared": len(theirs)}, tuple(breaches), missing))


def _applies(evidence: Evidence) -> Message | None:
    if _theirs(evidence.network):
        return None
    return say(
        "the map has no administration endpoint of tenants alone",
        "la carte n’a aucune interface d’administration réservée aux commanditaires",
    )


def _forbids(network: Network) -> Callable[[Contact], bool]:
    zones = frozenset(administration_zones(network))
    offered: dict[str, list[EndpointFacts]] = {}
    for item in _theirs(network):
        for name in family(network, item.asset):
            offered.setdefault(name, []).append(item)

    def forbids(contact: Contact) -> bool:
        return contact.source.zone in zones and any(
            (not item.interface or item.interface == contact.target.interface)
            and contact.low in item.service_set.fields(contact.protocol)
            for item in offered.get(contact.target.asset, ())
        )

    return forbids


CHECK = Check(
    name="administrators-at-consoles",
    title=Text(
        "The provider’s administrators do not use the tenants’ consoles",
        "Les administrateurs du prestataire n’emploient pas les consoles des commanditaires",
    ),
    why=Text(
        "A console within tenants’ reach must open no door of the provider’s, even to whoever has stolen its account.",
        "Une console à portée des commanditaires ne doit ouvrir aucune porte du prestataire, fût-ce à qui a volé son "
        "compte.",
    ),
    remedy=Text(
        "Take the line out; the provider administers by interfaces of its own.",
        "Retirer la ligne ; le prestataire administre par ses propres interfaces.",
    ),
    severity="error",
    run=_run,
    refines=("effective", "observed"),
    applies=_applies,
    forbids=_forbids,
)
