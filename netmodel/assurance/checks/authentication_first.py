"""authentication-first: who comes from a public network is authenticated before anything else (SecNumCloud 9.6.h).

A device that authenticates (a proxy, a WAF, a bastion or a VPN with `authentication`, or with that function) must stand
on every public way to an administration interface. Where none does, the interface authenticates by itself, and that it
does so before any other exchange is a declaration; an interface that authenticates nobody breaks the rule.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.chains import beginnings, shown, spans
from cloison.netmodel.assurance.searching.exposure import Offered, exposed_past_relays
from cloison.netmodel.assurance.subjects.interfaces import family
from cloison.netmodel.facts import EndpointFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_AUTHENTICATION = Text(
    "how users prove who they are (`authentication`)", "comment on s’y authentifie (`authentication`)"
)


def _interfaces(network: Network) -> tuple[EndpointFacts, ...]:
    return tuple(item for item in network.endpoints.values() if item.endpoint.kind == "administration")


def _devices(network: Network) -> frozenset[str]:
    """Return the assets that authenticate who passes: relays, and what forwards."""
    return frozenset(
        item
        for name, facts in network.assets.items()
        if (facts.relay or facts.forwards)
        and facts.asset.authentication != "none"
        and (facts.asset.authentication or "authentication" in facts.functions)
        for item in family(network, name)
    )


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    every = _interfaces(network)
    starts = beginnings(network, [name for name, zone in network.zones.items() if zone.public])
    devices = _devices(network)
    offered = Offered(network, every)
    _, public = exposed_past_relays(network, starts, offered)
    cut = network.lines_cut(devices) if devices and public else frozenset()
    left = public
    if devices and public:
        _, left = exposed_past_relays(network, starts, offered, lambda _, asset: asset in devices, cut)
    breaches: list[Breach] = []
    missing: list[Missing] = []
    alone = 0
    for item in every:
        if item.id not in left or item.asset in devices:
            continue
        subject = Ref("endpoint", item.id)
        if item.endpoint.authentication == "none":
            hops = left[item.id].hops
            message = say(
                "{endpoint} is reached from a public network, and neither it nor anything before it authenticates",
                "{endpoint} est atteinte depuis un réseau public, et ni elle ni rien avant elle n’authentifie",
                endpoint=item.id,
            )
            breaches.append(
                Breach(subject, message, (entry(network, subject), *spans(network, hops)), shown(network, hops))
            )
        elif not item.endpoint.authentication:
            missing.append(Missing(subject, _AUTHENTICATION))
        else:
            alone += 1
    absent = None
    if not public:
        absent = say(
            "of {n} administration {n:endpoint|endpoints}, none is reached from a public network",
            "sur {n} {n:interface|interfaces} d’administration, aucune n’est atteinte depuis un réseau public",
            n=len(every),
        )
    seen = say(
        "{n} administration {n:endpoint|endpoints} reached from a public network, {alone} of them without a device "
        "that authenticates first",
        "{n} {n:interface|interfaces} d’administration {n:atteinte|atteintes} depuis un réseau public, dont {alone} "
        "sans équipement qui authentifie d’abord",
        n=len(public),
        alone=alone,
    )
    return one(Part(seen, {"declared": len(public)}, tuple(breaches), tuple(missing), absent))


def _applies(evidence: Evidence) -> Message | None:
    if _interfaces(evidence.network):
        return None
    return say("the map has no administration endpoint", "la carte n’a aucune interface d’administration")


CHECK = Check(
    name="authentication-first",
    title=Text(
        "Public administration authenticates before anything else",
        "L’administration publique authentifie avant toute autre chose",
    ),
    why=Text(
        "What an interface says to whoever has not proved who he is can be attacked by anybody. Where no device "
        "authenticates before the interface, it authenticates by itself, and that this comes first is declared.",
        "Ce qu’une interface échange avec qui n’a pas prouvé son identité peut être attaqué par n’importe qui. Là "
        "où aucun équipement n’authentifie avant l’interface, elle le fait elle-même, et que cela vienne d’abord "
        "se déclare.",
    ),
    remedy=Text(
        "Put a proxy that authenticates on every public way to it, and write its `authentication`.",
        "Placer sur chaque chemin public un mandataire qui authentifie, et renseigner son `authentication`.",
    ),
    severity="error",
    run=_run,
    refines=("effective",),
    applies=_applies,
)
