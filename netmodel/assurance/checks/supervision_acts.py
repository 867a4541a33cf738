"""supervision-acts: a line of supervision does not administer (SecNumCloud section 1.3.2, for 13.2.c and 13.2.e).

Supervision collects and cannot act on what it watches; what can is administration, and owes a tunnel and the rest. A
line of nature supervision that leads to an administration endpoint by its name, or that uses a service by which one
acts on a machine (a remote shell or desktop, telnet, NETCONF, WinRM, IPMI), is to be justified, or to be called what it
is.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.catalogue import CATALOGUE
from cloison.netmodel.space.services import ServiceSet

_ACTING = ServiceSet.union(
    CATALOGUE[name].services
    for name in ("ssh", "telnet", "telnets", "rlogin", "rsh", "rexec", "rdp", "vnc", "winrm", "winrm-https", "ipmi",
                 "netconf-ssh")
)  # fmt: skip


def _supervision(network: Network) -> list[Line]:
    return [line for line in network.lines if line.live and line.nature == "supervision" and line.rule is None]


def _acts(network: Network, line: Line) -> tuple[str, ...]:
    """Return by what a line acts: services, or administration endpoints that it names."""
    named = [end.id for end in line.targets if end.kind == "endpoint"]
    found = [name for name in named if network.endpoints[name].endpoint.kind == "administration"]
    found += [name for name, services in line.services if services.overlaps(_ACTING) and services <= _ACTING]
    return tuple(dict.fromkeys(found))


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    lines = _supervision(network)
    breaches = []
    for line in lines:
        acts = _acts(network, line)
        if acts:
            message = say(
                "{line} is called supervision, and can act on what it watches by {acts}",
                "{line} est dite de supervision, et peut agir sur ce qu’elle surveille par {acts}",
                line=line.id,
                acts=acts,
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    seen = say("{n} {n:line|lines} of supervision", "{n} {n:ligne|lignes} de supervision", n=len(lines))
    return one(Part(seen, {"declared": len(lines)}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    if _supervision(evidence.network):
        return None
    return say("no live line is of nature supervision", "aucune ligne en vigueur n’est de nature supervision")


CHECK = Check(
    name="supervision-acts",
    title=Text("Supervision only looks", "La supervision ne fait que regarder"),
    why=Text(
        "A shell called supervision escapes every rule of administration, and commands all that is watched.",
        "Un accès en commande dit de supervision échappe aux règles d’administration, et commande ce qu’il surveille.",
    ),
    remedy=Text(
        "Give the line the nature administration, with its tunnel, or collect by a service that only reads.",
        "Donner à la ligne la nature administration, avec son tunnel, ou collecter par un service qui ne fait que "
        "lire.",
    ),
    severity="warning",
    run=_run,
    applies=_applies,
)
