"""outbound-data: what leaves the service leaves through an exit lock (SecNumCloud 12.14.a).

Looked at is each live line that the service of the provider opens towards a public network or a third party. It has to
leave an exit lock (function `sas-out`). Whatever chain leads there, its last line leaves the service, so that lines by
themselves decide. No output in the sense of the clause (billing, logs for an incident) are: an entry lock that fetches
(nature `exchange-in`), names asked by a relay, time asked by a source of time, routing between routers, and the outer
packets of tunnels between gateways. Networks of tenants are their own; what they send is theirs. A map
without an exit lock does not say where things leave: it is not evaluated, and traffic is not judged by it.
"""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.ends import along, named_alone, ref
from cloison.netmodel.assurance.subjects.encryption import is_tunnel
from cloison.netmodel.assurance.subjects.equipment import (
    is_ours,
    known,
    of_others,
    of_service,
    owner_of_others,
    owner_of_service,
    touching,
    with_function,
)
from cloison.netmodel.facts import AssetFacts, End, Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.services import ServiceSet

_LOCK = Text("an exit lock (function `sas-out`)", "un sas de sortie (fonction `sas-out`)")
_NAMES = known("dns", "dns-tls")
_TIME = known("ntp", "nts-ke", "ptp")
_ROUTES = known("bgp", "bfd", "bfd-multihop", "ospf", "eigrp", "rip", "ripng", "ldp", "pim", "igmp", "vrrp", "hsrp",
                "ping")  # fmt: skip
_TUNNELS = known("ike", "ipsec-nat-t", "esp", "ah", "wireguard", "openvpn")
_EXEMPT: tuple[tuple[ServiceSet, Callable[[AssetFacts], bool]], ...] = (
    (_NAMES, lambda facts: facts.relay),
    (_TIME, lambda facts: "time-source" in facts.functions),
    (_ROUTES, lambda facts: facts.forwards),
    (_TUNNELS, lambda facts: not facts.functions.isdisjoint(("vpn", "encryption"))),
)


def _is_no_output(network: Network, line: Line, source: End, target: End) -> bool:
    """Tell whether what an end sends to another is no output of the service."""
    if not named_alone(network, source):
        return False
    facts = [network.assets[name] for name in source.assets]
    if all("sas-out" in item.functions for item in facts):
        return True
    if line.nature == "exchange-in" and all("sas-in" in item.functions for item in facts):
        return True
    if is_tunnel(network, line) and all(not item.functions.isdisjoint(("vpn", "encryption")) for item in facts):
        return True
    services = line.services_to(target)
    return bool(services) and all(
        any(offered <= allowed and all(may(item) for item in facts) for allowed, may in _EXEMPT)
        for _, offered in services
    )


def _path(network: Network, locks: frozenset[str]) -> Part:
    outside, ours = touching(of_others(network)), touching(of_service(network))
    breaches = []
    looked = 0
    for line in network.lines:
        reached = outside(line.targets)
        leaving = ours(line.sources) if reached and line.live else ()
        if not leaving:
            continue
        pairs = [(source, target) for source, target in line.pairs() if source in leaving and target in reached]
        looked += bool(pairs)
        if not locks:
            continue
        past = next((pair for pair in pairs if not _is_no_output(network, line, *pair)), None)
        if past is not None:
            message = say(
                "{line} leaves the service from {source} to {target} past the exit lock",
                "{line} sort du service de {source} vers {target} sans passer par le sas de sortie",
                line=line.id,
                source=past[0].id,
                target=past[1].id,
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    missing: tuple[Missing, ...] = ()
    absent = None
    if not looked:
        absent = say("no line leaves the service", "aucune ligne ne sort du service")
    elif not locks:
        missing = (Missing(Ref("map", network.model.name), _LOCK),)
    seen = say(
        "{n} {n:line|lines} that leave the service, {locks} exit {locks:lock|locks}",
        "{n} {n:ligne sortante|lignes sortantes} du service, {locks} sas de sortie",
        n=looked,
        locks=sum(not network.assets[name].members for name in locks),
    )
    return Part(seen, {"declared": looked}, tuple(breaches), missing, absent)


def _run(evidence: Evidence) -> Outcome:
    return one(_path(evidence.network, with_function(evidence.network, "sas-out")))


def _applies(evidence: Evidence) -> Message | None:
    if any(is_ours(zone) for zone in evidence.network.zones.values()):
        return None
    return say("the map has no zone of the service", "la carte n’a aucune zone du service")


def _forbids(network: Network) -> Callable[[Contact], bool]:
    if not with_function(network, "sas-out"):
        return lambda _: False  # where the service lets things out is not on this map

    def forbids(contact: Contact) -> bool:
        if not owner_of_others(network, contact.target) or not owner_of_service(network, contact.source):
            return False
        facts = network.assets.get(contact.source.asset)
        if facts is None:
            return True
        if not facts.functions.isdisjoint(("sas-in", "sas-out")):
            return False
        return not any(may(facts) and contact.low in allowed.fields(contact.protocol) for allowed, may in _EXEMPT)

    return forbids


CHECK = Check(
    name="outbound-data",
    title=Text("What leaves the service leaves through an exit lock", "Ce qui sort du service sort par un sas"),
    why=Text(
        "A server that speaks to the outside by itself can send tenants’ data away, and nobody can hold it back.",
        "Un serveur qui parle seul à l’extérieur peut y envoyer les données des commanditaires sans que rien ne les "
        "retienne.",
    ),
    remedy=Text(
        "End the line on the exit lock, and let the lock alone speak to the outside.",
        "Terminer la ligne sur le sas de sortie, et ne laisser que lui parler à l’extérieur.",
    ),
    severity="error",
    run=_run,
    refines=("effective", "observed"),
    applies=_applies,
    forbids=_forbids,
)
