"""administration-workstations: who administers does so from posts for that alone (SecNumCloud 12.12.a).

A line of administration is one of nature `administration`, or towards an endpoint of administration whose audience is
the provider alone. It has to leave a post of administrators, a bastion, or what forwards in a zone of administration.
A post of administrators is equipment with the function `workstation` and a home in a zone of nature `administration`,
where all of its homes have to lie; no line of its own leads to a public network, a third party or the offices, nor to a
service of mail (NT_ADMIN, recommendations 9 and 10). Where a line names a network,
a probe that is managed in it is no source of the line. The outer packets of a tunnel administer nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.subjects.administrators import administers, posts
from cloison.netmodel.assurance.subjects.encryption import is_tunnel
from cloison.netmodel.assurance.subjects.equipment import is_outside, known, listed, on
from cloison.netmodel.assurance.subjects.perimeter import is_system, is_workstation
from cloison.netmodel.facts import End
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_MAIL = known("smtp", "smtps", "submission", "imap", "imaps", "pop3", "pop3s")
_FUNCTION = Text("a function (`workstation`, `bastion`...)", "une fonction (`workstation`, `bastion`...)")
_EQUIPMENT = Text("the equipment in it (`assets`)", "les équipements qui s’y trouvent (`assets`)")
_POSTS = Text("the workstations (function `workstation`)", "les postes de travail (fonction `workstation`)")


def _in_administration(network: Network, end: End) -> bool:
    return bool(end.zones) and all(network.zones[zone].nature == "administration" for zone in end.zones)


def _sources(network: Network) -> Part:
    """Look at what lines of administration leave."""
    breaches = []
    missing: dict[Ref, Missing] = {}
    judged: dict[str, tuple[str, tuple[Ref, ...]]] = {}  # end -> what in it may not administer, what cannot be judged
    lines = [line for line in network.lines if line.live and administers(network, line)]
    for line in lines:
        for source in line.sources:
            if source.id not in judged:
                judged[source.id] = _judge(network, source)
            wrong, unknown = judged[source.id]
            for item in unknown:
                missing.setdefault(item, Missing(item, _FUNCTION if item.kind == "asset" else _EQUIPMENT))
            if wrong:
                message = say(
                    "{line} administers from {source}, which is neither a post of administrators nor a bastion",
                    "{line} administre depuis {source}, qui n’est ni un poste d’administration ni un bastion",
                    line=line.id,
                    source=wrong,
                )
                breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
                break
    seen = say(
        "{n} {n:line|lines} of administration from {ends} {ends:place|places}",
        "{n} {n:ligne|lignes} d’administration depuis {ends} {ends:endroit|endroits}",
        n=len(lines),
        ends=len(judged),
    )
    absent = None
    if not lines:
        absent = say("no live line administers the service", "aucune ligne en vigueur n’administre le service")
    return Part(seen, {"declared": len(lines)}, tuple(breaches), tuple(missing.values()), absent, "sources")


def _judge(network: Network, end: End) -> tuple[str, tuple[Ref, ...]]:
    if not _in_administration(network, end):
        # a bastion may have a foot elsewhere; anything else in such a place is no post of administrators
        return ("" if end.assets and _bastions(network, end) else end.id), ()
    if not end.assets:
        return "", (Ref(end.kind, end.id),)
    unknown = []
    for name in end.assets:
        facts = network.assets[name]
        if is_workstation(network, facts) or "bastion" in facts.functions or facts.forwards:
            continue
        if end.kind in ("zone", "subnet") and "probe" in facts.functions:
            continue
        if facts.functions or not listed(network, facts):
            return name, ()
        unknown.append(Ref("asset", name))
    return "", tuple(unknown)


def _bastions(network: Network, end: End) -> bool:
    return end.kind not in ("zone", "subnet", "any") and all(
        "bastion" in network.assets[name].functions for name in end.assets
    )


def _exclusive(network: Network) -> Part:
    """Look at where posts of administrators have homes, and at where their lines lead."""
    held = posts(network)
    breaches = []
    for name, facts in held.items():
        others = tuple(zone for zone in facts.zones if network.zones[zone].nature != "administration")
        if others:
            message = say(
                "{asset}, a post of administrators, also has a home in {zones}",
                "{asset}, poste d’administration, a aussi une adresse dans {zones}",
                asset=name,
                zones=others,
            )
            breaches.append(Breach(Ref("asset", name), message, cited(network, Ref("asset", name))))
    mail = on(_MAIL)
    leaves: dict[str, str] = {}
    leads: dict[str, bool] = {}
    looked = 0
    for line in network.lines if held else ():
        if not line.live or is_tunnel(network, line):
            continue
        for source in line.sources:
            if source.id not in leaves:
                leaves[source.id] = next((name for name in source.assets if name in held), "")
        post = next((leaves[source.id] for source in line.sources if leaves[source.id]), "")
        if not post:
            continue
        looked += 1
        for target in line.targets:
            if target.id not in leads:
                zones = [network.zones[zone] for zone in target.zones]
                leads[target.id] = target.kind == "any" or any(is_outside(zone) or is_system(zone) for zone in zones)
            if leads[target.id] or mail(line, target):
                message = say(
                    "{line} leads from {asset}, a post of administrators, to {target}",
                    "{line} mène de {asset}, poste d’administration, à {target}",
                    line=line.id,
                    asset=post,
                    target=target.id,
                )
                breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
                break
    seen = say(
        "{n} {n:post|posts} of administrators and {lines} {lines:line|lines} from them",
        "{n} {n:poste|postes} d’administration et {lines} {lines:ligne|lignes} qui en partent",
        n=len(held),
        lines=looked,
    )
    missing = () if held else (Missing(Ref("map", network.model.name), _POSTS),)
    return Part(seen, {"declared": len(held)}, tuple(breaches), missing, name="posts")


def _run(evidence: Evidence) -> Outcome:
    return Outcome((_sources(evidence.network), _exclusive(evidence.network)))


def _applies(evidence: Evidence) -> Message | None:
    network = evidence.network
    if posts(network) or any(line.live and administers(network, line) for line in network.lines):
        return None
    return say(
        "the map has neither a line of administration nor a post of administrators",
        "la carte n’a ni ligne d’administration ni poste d’administration",
    )


def _forbids(network: Network) -> Callable[[Contact], bool]:
    """A post of administrators seen speaking to the outside, or to the offices; where posts have leased addresses, any
    host of their subnet."""
    held = posts(network)
    leased = {
        subnet
        for facts in held.values()
        for home in facts.interfaces.values()
        if home.stands and all(network.zones[zone].nature == "administration" for zone in home.zones)
        for subnet in home.subnets
    }

    def forbids(contact: Contact) -> bool:
        zone = network.zones[contact.target.zone]
        if not is_outside(zone) and not is_system(zone):
            return False
        source = contact.source
        return source.asset in held or (not source.asset and source.subnet in leased)

    return forbids


CHECK = Check(
    name="administration-workstations",
    title=Text(
        "Administration leaves posts that serve nothing else",
        "L’administration part de postes qui ne servent à rien d’autre",
    ),
    why=Text(
        "A post that reads mail and browses is taken one day; if it administers as well, so is all that it "
        "administers.",
        "Un poste qui lit le courrier et navigue est pris un jour ; s’il administre aussi, tout ce qu’il administre "
        "l’est.",
    ),
    remedy=Text(
        "Administer from posts with the function `workstation` in a zone of administration, which lead nowhere else.",
        "Administrer depuis des postes de fonction `workstation` dans une zone d’administration, qui ne mènent nulle "
        "part ailleurs.",
    ),
    severity="error",
    run=_run,
    refines=("observed",),
    applies=_applies,
    parts=("sources", "posts"),
    forbids=_forbids,
)
