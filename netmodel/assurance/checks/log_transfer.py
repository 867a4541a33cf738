"""log-transfer: logs travel protected, to dedicated servers on other machines (SecNumCloud 12.7.c).

Confidentiality and integrity are asked of each line of logs: a tunnel that encrypts, or a conversation that does; plain
syslog fails, whatever compensates it elsewhere. A dedicated server collects or correlates logs and does nothing else
that the map knows of. Another machine is another physical one: two virtual machines of one hypervisor are not apart.
A collector of other environments or of another system is none of the service's.
"""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited, entry
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.subjects.encryption import encrypts, tunnelled
from cloison.netmodel.assurance.subjects.equipment import in_service, is_ours, leading_to, on, with_function
from cloison.netmodel.assurance.subjects.logs import NO_COLLECTOR, PLAIN, carries_logs, collectors, shown
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Message, Ref, Step, Text, Witness, say
from cloison.netmodel.language.model import FUNCTIONS
from cloison.netmodel.network import Network
from cloison.netmodel.space.protocols import TCP, UDP

_OTHERS = frozenset(FUNCTIONS) - {"log-collector", "siem", "encryption", "antivirus"}
_CLEAR = frozenset(((UDP, 514), (TCP, 514), (TCP, 601)))
_ENCRYPTION = Text(
    "whether it is encrypted (`encryption` or `tunnel`)", "si elle est chiffrée (`encryption` ou `tunnel`)"
)
_OVER = Text("what it runs on (`over`, or `kind: physical`)", "ce sur quoi il repose (`over`, ou `kind: physical`)")


def _log_lines(network: Network) -> list[tuple[Line, End]]:
    """Return the lines of logs of the service: towards its collectors, or of its logs towards anything else."""
    goals = collectors(network) | with_function(network, "siem")
    found = {(line.id, target.id) for line, target in leading_to(network, goals, carries_logs())}
    named = {line for line, _ in found}
    return [
        (line, target)
        for line in network.lines
        if line.nature == "logging" or line.id in named
        if line.live
        for target in line.targets
        if (line.id, target.id) in found or any(is_ours(network.zones[zone]) for zone in target.zones)
    ]


def _protection(network: Network, pairs: list[tuple[Line, End]]) -> tuple[list[Breach], list[Missing]]:
    breaches: dict[str, Breach] = {}
    missing: dict[str, Missing] = {}
    for line, target in pairs:
        if tunnelled(network, line) or encrypts(line):
            continue
        told = shown(network, line, target)
        if told is None:
            missing.setdefault(line.id, Missing(ref(line), _ENCRYPTION))
        elif not told:
            message = say(
                "{line} carries logs in clear to {target}",
                "{line} porte des journaux en clair vers {target}",
                line=line.id,
                target=target.id,
            )
            breaches.setdefault(line.id, Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    return list(breaches.values()), list(missing.values())


def _elsewhere(network: Network, pairs: list[tuple[Line, End]]) -> list[Breach]:
    """Return a breach for each line of logs that ends on something that is no collector and leads to none."""
    goals = collectors(network) | with_function(network, "siem")
    behind = {name for name, item in network.endpoints.items() if not goals.isdisjoint(item.backends)}
    breaches = []
    for line, target in pairs:
        if target.id in behind or not goals.isdisjoint(target.assets):
            continue
        message = say(
            "{line} carries logs to {target}, which is no central server of logs",
            "{line} porte des journaux vers {target}, qui n’est pas un serveur central de journaux",
            line=line.id,
            target=target.id,
        )
        breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    return breaches


def _dedicated(network: Network) -> list[Breach]:
    breaches = []
    for name in sorted(collectors(network)):
        facts = network.assets[name]
        others = tuple(sorted(facts.functions & _OTHERS))
        if facts.members or not others:
            continue
        message = say(
            "{asset} collects logs and is not dedicated to it: {functions}",
            "{asset} collecte les journaux et n’y est pas dédié : {functions}",
            asset=name,
            functions=others,
        )
        breaches.append(Breach(Ref("asset", name), message, cited(network, Ref("asset", name))))
    return breaches


def _machines(network: Network, pairs: list[tuple[Line, End]]) -> tuple[list[Breach], list[Missing]]:
    """Compare the machines under each source with those under the collectors."""
    goals = {name for name in collectors(network) if not network.assets[name].members}
    under: dict[str, str] = {}
    missing: dict[Ref, Missing] = {}

    def machines(name: str) -> frozenset[str]:
        closure = network.separation.closure("asset", name)
        for item in closure.undeclared:
            missing.setdefault(item, Missing(item, _OVER))
        return frozenset(item for item in closure.hardware if item in network.assets)

    for name in sorted(goals):
        for machine in machines(name):
            under.setdefault(machine, name)
    breaches = []
    sources = dict.fromkeys(name for line, _ in pairs for source in line.sources for name in source.assets)
    for name in sources:
        facts = network.assets[name]
        if name in goals or facts.members or not in_service(network, facts):
            continue
        shared = sorted(machines(name) & under.keys())
        if not shared:
            continue
        other = under[shared[0]]
        down = network.separation.closure("asset", name).way(shared[0])
        up = network.separation.closure("asset", other).way(shared[0])[:-1][::-1]
        message = say(
            "the logs of {asset} are kept by {collector} on the machine that made them, {machine}",
            "les journaux de {asset} sont conservés par {collector} sur la machine qui les a produits, {machine}",
            asset=name,
            collector=other,
            machine=shared[0],
        )
        steps = tuple(Step(place, None, entry(network, place)) for place in (*down, *up))
        subject = Ref("asset", name)
        breaches.append(Breach(subject, message, cited(network, subject), Witness("path", steps)))
    return breaches, list(missing.values())


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    pairs = _log_lines(network)
    clear, unsaid = _protection(network, pairs)
    shared, undeclared = _machines(network, pairs)
    missing = [*unsaid, *undeclared]
    elsewhere = []
    if collectors(network):
        elsewhere = _elsewhere(network, pairs)
    else:
        missing.append(Missing(Ref("map", network.model.name), NO_COLLECTOR))
    lines = len({line.id for line, _ in pairs})
    seen = say(
        "{n} {n:line|lines} of logs, {collectors} {collectors:collector|collectors}",
        "{n} {n:ligne|lignes} de journaux, {collectors} {collectors:collecteur|collecteurs}",
        n=lines,
        collectors=len(collectors(network)),
    )
    if not lines and not missing:
        missing.append(
            Missing(Ref("map", network.model.name), Text("a live line of logs", "une ligne de journaux en vigueur"))
        )
    breaches = (*clear, *elsewhere, *_dedicated(network), *shared)
    return one(Part(seen, {"declared": lines}, breaches, tuple(missing)))


def _applies(evidence: Evidence) -> Message | None:
    if any(in_service(evidence.network, facts) for facts in evidence.network.assets.values()):
        return None
    return say("the map has no equipment of the service", "la carte n’a aucun équipement du service")


def _forbids(network: Network) -> Callable[[Contact], bool]:
    """Plain syslog that reaches a collector refutes, but where a tunnel may have carried it to the place it was "
    "seen."""
    in_tunnels = {
        name
        for line, target in leading_to(network, collectors(network), on(PLAIN))
        if tunnelled(network, line)
        for name in target.assets
    }
    goals = collectors(network) - in_tunnels
    return lambda contact: (contact.protocol, contact.low) in _CLEAR and contact.target.asset in goals


CHECK = Check(
    name="log-transfer",
    title=Text(
        "Logs travel protected to dedicated machines",
        "Les journaux voyagent protégés vers des machines dédiées",
    ),
    why=Text(
        "Logs that can be read or altered on the way, or that lie where they were made, prove nothing after an attack.",
        "Des journaux lisibles ou modifiables en route, ou restés là où ils sont nés, ne prouvent rien après une "
        "attaque.",
    ),
    remedy=Text(
        "Carry logs over TLS or in an encrypting tunnel, to a server that only collects them, on a machine of its own.",
        "Porter les journaux sur TLS ou dans un tunnel chiffrant, vers un serveur qui ne fait que les collecter, sur "
        "une machine à lui.",
    ),
    severity="error",
    run=_run,
    refines=("observed",),
    applies=_applies,
    forbids=_forbids,
)
