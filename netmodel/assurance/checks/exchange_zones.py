"""exchange-zones: locks have devices and a zone of their own, and are heard (SecNumCloud 12.10.c and 12.14.a).

An entry lock has the function `sas-in`, an exit lock `sas-out`. A zone of their own is: no other equipment in their
subnets but locks, what forwards and probes; and no machine, a hypervisor neither, under them that is also under the
rest of the infrastructure. Switches shared with the rest are a remark, for the clauses ask for a zone that is cut off
and not for a network that is physically apart. A lock is heard where a live line of logs leads from it to a collector.
A map without an entry lock, or without an exit lock where lines leave the service, is not evaluated; what passes where
there are some is the affair of `inbound-software` and `outbound-data`.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited, entry
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.equipment import (
    family,
    is_ours,
    of_others,
    of_service,
    reaching,
    touching,
    with_function,
)
from cloison.netmodel.assurance.subjects.logs import NO_COLLECTOR, carries_logs, collectors
from cloison.netmodel.finding import Message, Ref, Step, Text, Witness, say
from cloison.netmodel.network import Network

_LOCKS = ("sas-in", "sas-out")
_LOCK = {
    "sas-in": Text("an entry lock (function `sas-in`)", "un sas d’entrée (fonction `sas-in`)"),
    "sas-out": Text("an exit lock (function `sas-out`)", "un sas de sortie (fonction `sas-out`)"),
}
_OVER = Text("what it runs on (`over`, or `kind: physical`)", "ce sur quoi il repose (`over`, ou `kind: physical`)")


def _apart(network: Network, function: str, leaves: bool) -> Part:
    """Return whether the locks with a function are cut off from the rest of the infrastructure."""
    both = with_function(network, *_LOCKS)
    locks = sorted(name for name in with_function(network, function) if not network.assets[name].members)
    subnets = sorted({subnet for name in locks for subnet in network.assets[name].subnets})
    breaches = [
        Breach(
            Ref("subnet", subnet),
            say(
                "{subnet}, the subnet of {locks}, also holds {others}",
                "{subnet}, le sous-réseau de {locks}, contient aussi {others}",
                subnet=subnet,
                locks=tuple(name for name in locks if subnet in network.assets[name].subnets),
                others=others,
            ),
            cited(network, Ref("subnet", subnet)),
        )
        for subnet in subnets
        if (others := tuple(_others(network, subnet, both)))
    ]
    missing: dict[Ref, Missing] = {}
    under = _under_the_rest(network, both) if locks else {}
    for thing in (*(Ref("asset", name) for name in locks), *(Ref("subnet", name) for name in subnets)):
        closure = network.separation.closure(thing.kind, thing.id)
        for item in closure.undeclared:
            missing.setdefault(item, Missing(item, _OVER))
        shared = sorted(closure.hardware & under.keys(), key=lambda item: (item not in network.assets, item))
        if shared:
            held = tuple(name for name in locks if thing.id == name or thing.id in network.assets[name].subnets)
            breaches.append(_shared(network, thing, held, shared[0], under[shared[0]]))
    zones = {zone for name in locks for zone in network.assets[name].zones}
    seen = say(
        "{n} {n:lock|locks} in {zones} {zones:zone|zones} and {subnets} {subnets:subnet|subnets}",
        "{n} sas dans {zones} {zones:zone|zones} et {subnets} {subnets:sous-réseau|sous-réseaux}",
        n=len(locks),
        zones=len(zones),
        subnets=len(subnets),
    )
    lacking = _no_lock(network, locks, function, leaves)
    absent = _none(locks) if not lacking else None
    return Part(seen, {"declared": len(locks)}, tuple(breaches), (*missing.values(), *lacking), absent, function)


def _heard(network: Network, function: str, leaves: bool) -> Part:
    """Return whether the locks with a function send their logs to a collector."""
    locks = sorted(name for name in with_function(network, function) if not network.assets[name].members)
    goals = collectors(network)
    breaches = []
    missing: tuple[Missing, ...] = ()
    if not goals:
        missing = (Missing(Ref("map", network.model.name), NO_COLLECTOR),)
    else:
        sources = reaching(network, goals | with_function(network, "siem"), carries_logs())
        for name in locks:
            if sources.isdisjoint(family(network.assets[name])):
                message = say(
                    "the lock {asset} sends its logs to no collector",
                    "le sas {asset} n’envoie ses journaux à aucun collecteur",
                    asset=name,
                )
                breaches.append(Breach(Ref("asset", name), message, cited(network, Ref("asset", name))))
    seen = say("logs of {n} {n:lock|locks}", "journaux de {n} sas", n=len(locks))
    lacking = _no_lock(network, locks, function, leaves)
    absent = _none(locks) if not lacking else None
    left = (*(missing if locks else ()), *lacking)
    return Part(seen, {"declared": len(locks)}, tuple(breaches), left, absent, f"{function}-logs")


def _no_lock(network: Network, locks: list[str], function: str, leaves: bool) -> tuple[Missing, ...]:
    """Return the lock that the map does not have and that there is use for: software comes in to every service."""
    if locks or (function == "sas-out" and not leaves):
        return ()
    return (Missing(Ref("map", network.model.name), _LOCK[function]),)


def _leaves(network: Network) -> bool:
    """Tell whether a live line leads out of the service of the provider."""
    outside, ours = touching(of_others(network)), touching(of_service(network))
    return any(line.live and outside(line.targets) and ours(line.sources) for line in network.lines)


def _none(locks: list[str]) -> Message | None:
    return None if locks else say("the map has no such lock", "la carte n’a aucun sas de ce genre")


def _others(network: Network, subnet: str, locks: frozenset[str]) -> list[str]:
    """Return the equipment of a subnet that is no lock, and neither forwards nor is a probe."""
    return [
        name
        for name in network.subnets[subnet].assets
        if name not in locks and not network.assets[name].forwards and "probe" not in network.assets[name].functions
    ]


def _under_the_rest(network: Network, locks: frozenset[str]) -> dict[str, Ref]:
    """Return the hardware under the rest of the service, with what it is under first."""
    under: dict[str, Ref] = {}
    places = {subnet for name in locks for subnet in network.assets[name].subnets}
    for name, facts in network.assets.items():
        if (
            name in locks
            or facts.members
            or facts.forwards
            or not any(is_ours(network.zones[zone]) for zone in facts.zones)
        ):
            continue
        for item in network.separation.closure("asset", name).hardware:
            under.setdefault(item, Ref("asset", name))
    for name, subnet in network.subnets.items():
        if name in places or not is_ours(network.zones[subnet.zone]):
            continue
        for item in network.separation.closure("subnet", name).hardware:
            under.setdefault(item, Ref("subnet", name))
    return under


def _shared(network: Network, thing: Ref, locks: tuple[str, ...], hardware: str, other: Ref) -> Breach:
    machine = hardware in network.assets
    down = network.separation.closure(thing.kind, thing.id).way(hardware)
    up = network.separation.closure(other.kind, other.id).way(hardware)[:-1][::-1]
    message = say(
        "{place}, of {locks}, shares {hardware} with {other}, of the rest of the infrastructure",
        "{place}, de {locks}, partage {hardware} avec {other}, du reste de l’infrastructure",
        place=thing.id,
        locks=locks,
        hardware=hardware,
        other=other.id,
    )
    steps = tuple(Step(place, None, entry(network, place)) for place in (*down, *up))
    remedy: Message | None = None
    if not machine:
        remedy = say(
            "Give the zone a switch of its own, or justify that its VLAN cuts it off.",
            "Donner à la zone un commutateur à elle, ou justifier que son VLAN la cloisonne.",
        )
    return Breach(
        thing, message, cited(network, thing), Witness("path", steps),
        severity="error" if machine else "warning", remedy=remedy,
    )  # fmt: skip


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    leaves = _leaves(network)
    return Outcome(tuple(part(network, function, leaves) for function in _LOCKS for part in (_apart, _heard)))


def _applies(evidence: Evidence) -> Message | None:
    if any(is_ours(zone) for zone in evidence.network.zones.values()):
        return None
    return say("the map has no zone of the service", "la carte n’a aucune zone du service")


CHECK = Check(
    name="exchange-zones",
    title=Text("Locks are apart from the rest, and heard", "Les sas sont à part du reste, et entendus"),
    why=Text(
        "A lock examines what may be hostile: whatever shares its machine or its network is there with it.",
        "Un sas examine ce qui peut être hostile : ce qui partage sa machine ou son réseau s’y trouve avec lui.",
    ),
    remedy=Text(
        "Give the lock a subnet and a machine of its own, and write the line of its logs to a collector.",
        "Donner au sas un sous-réseau et une machine à lui, et écrire la ligne de ses journaux vers un collecteur.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
    parts=("sas-in", "sas-in-logs", "sas-out", "sas-out-logs"),
)
