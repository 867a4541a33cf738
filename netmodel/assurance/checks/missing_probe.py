"""missing-probe: a probe watches each interconnection with the outside, and is heard (SecNumCloud 13.3.a).

Public networks and parties that are neither the provider nor a tenant require a probe; the provider's other
information systems and links between sites give a warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.equipment import reaching
from cloison.netmodel.assurance.subjects.joints import Joint, joints
from cloison.netmodel.assurance.subjects.perimeter import is_service, is_system
from cloison.netmodel.facts import ZoneFacts
from cloison.netmodel.finding import Message, Ref, Severity, Text, say
from cloison.netmodel.language.model import Interconnection
from cloison.netmodel.network import Network

_HEARERS = frozenset(("log-collector", "siem"))

_PUBLIC = Text("a public network", "un réseau public")
_THIRD = Text("a third party", "un tiers")
_OWN = Text("another information system of the provider", "un autre système d’information du prestataire")


@dataclass(frozen=True, slots=True)
class _Watched:
    """What probes watch: interconnections by id, and the zones in which an asset's interfaces are watched."""

    interconnections: frozenset[str]
    zones: Mapping[str, frozenset[str]]  # asset -> zones
    assets: frozenset[str]

    @staticmethod
    def of(network: Network) -> _Watched:
        named: set[str] = set()
        zones: dict[str, set[str]] = {}
        for facts in network.assets.values():
            if "probe" not in facts.functions:
                continue
            for name in facts.asset.watches:
                asset, slash, part = name.partition("/")
                if not slash:
                    named.add(name)
                elif part in network.assets[asset].interfaces:
                    for member in (asset, *network.assets[asset].members):
                        zones.setdefault(member, set()).update(network.assets[asset].interfaces[part].zones)
        return _Watched(frozenset(named), {asset: frozenset(found) for asset, found in zones.items()}, frozenset(zones))

    def hears(self, network: Network, joint: Joint) -> bool:
        """Tell whether whatever an asset carries between the outside and the service passes before a probe."""
        members = network.assets[joint.asset].members or (joint.asset,)
        return all(
            joint.outside in (seen := self.zones.get(name, frozenset())) or seen.issuperset(joint.others)
            for name in members
        )

    def covers(self, name: str, interconnection: Interconnection, outside: str) -> bool:
        """Tell whether whatever passes between ``outside`` and the other zones passes before a probe.

        That is so where a stage is watched on all its equals, on the side of the outside zone or on every other side.
        """
        if name in self.interconnections:
            return True
        others = frozenset(interconnection.between) - {outside}
        return any(
            stage and all(outside in (seen := self.zones.get(equal, frozenset())) or others <= seen for equal in stage)
            for stage in interconnection.through
        )


def _outside(zone: ZoneFacts) -> tuple[Text, Severity] | None:
    """Return what a zone is to the service and how much an unwatched interconnection with it weighs."""
    if zone.public:
        return _PUBLIC, "error"
    if zone.owner_kind == "third-party":
        return _THIRD, "error"
    if is_system(zone):
        return _OWN, "warning"
    return None


def _interconnections(network: Network, watched: _Watched) -> tuple[int, list[Breach]]:
    breaches = []
    count = 0
    for name, item in network.model.interconnections.items():
        zones = [network.zones[zone] for zone in item.between if zone in network.zones]
        sides = [(zone, found) for zone in zones if (found := _outside(zone)) is not None]
        if not sides or len(sides) == len(zones):  # between outsides nothing of the service passes
            continue
        count += len(sides)
        for zone, (what, severity) in sides:
            if watched.covers(name, item, zone.id):
                continue
            message = say(
                "no probe watches {name} on the side of {zone}, {what}",
                "aucune sonde ne surveille {name} du côté de {zone}, {what}",
                name=name,
                zone=zone.id,
                what=what,
            )
            subject = Ref("interconnection", name)
            breaches.append(Breach(subject, message, cited(network, subject), severity=severity))
    outside = {name: found for name, zone in network.zones.items() if (found := _outside(zone)) is not None}
    for joint in joints(network, outside):
        count += 1
        if watched.hears(network, joint):
            continue
        what, severity = outside[joint.outside]
        message = say(
            "no probe watches {asset} on the side of {zone}, {what}",
            "aucune sonde ne surveille {asset} du côté de {zone}, {what}",
            asset=joint.asset,
            zone=joint.outside,
            what=what,
        )
        subject = Ref("asset", joint.asset)
        breaches.append(Breach(subject, message, cited(network, subject), severity=severity))
    return count, breaches


def _sites(network: Network, watched: _Watched) -> tuple[int, list[Breach]]:
    """Look at the carriers between sites: a probe hears one on an interconnection over it, or beside it."""
    model = network.model
    breaches = []
    links = [name for name, item in model.carriers.items() if len(item.between) > 1]
    for link in links:
        above = {link}
        while grown := {name for name, item in model.carriers.items() if not above.isdisjoint(item.over)} - above:
            above |= grown
        crossing = [(name, item) for name, item in model.interconnections.items() if not above.isdisjoint(item.over)]
        beside = {asset for name in above for asset in model.carriers[name].ends}
        beside |= {asset for _, item in crossing for stage in item.through for asset in stage}
        heard = any(name in watched.interconnections for name, _ in crossing) or not beside.isdisjoint(watched.assets)
        if not heard:
            message = say(
                "no probe watches {name}, a link between the sites {sites}",
                "aucune sonde ne surveille {name}, liaison entre les sites {sites}",
                name=link,
                sites=model.carriers[link].between,
            )
            subject = Ref("carrier", link)
            breaches.append(Breach(subject, message, cited(network, subject), severity="warning"))
    return len(links), breaches


def _unheard(network: Network, probes: tuple[str, ...]) -> list[Breach]:
    """Return a breach for each probe from which no live line leads to a log collector or a SIEM."""
    if not probes:
        return []
    hearing = {facts.id for facts in network.assets.values() if facts.functions & _HEARERS}  # of any environment
    speaking = reaching(network, hearing, lambda _line, _target: True)
    breaches = []
    for name in probes:
        facts = network.assets[name]
        if speaking.isdisjoint((name, facts.cluster or name, *facts.members)):
            message = say(
                "no live line leads from the probe {name} to a log collector or a SIEM",
                "aucune ligne en vigueur ne mène de la sonde {name} à un collecteur de journaux ou à un SIEM",
                name=name,
            )
            breaches.append(
                Breach(
                    Ref("asset", name),
                    message,
                    cited(network, Ref("asset", name)),
                    remedy=say(
                        "Write the line by which it sends its alerts, or say where they go.",
                        "Écrire la ligne par laquelle elle envoie ses alertes, ou dire où elles vont.",
                    ),
                )
            )
    return breaches


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    watched = _Watched.of(network)
    probes = tuple(name for name, facts in network.assets.items() if "probe" in facts.functions and not facts.cluster)
    sides, breaches = _interconnections(network, watched)
    links, between = _sites(network, watched)
    breaches += between
    if not probes and not breaches:
        message = say("the map has no probe", "la carte n’a aucune sonde")
        breaches.append(
            Breach(Ref("map", network.model.name), message, (network.document.span(("assets",), key=True),))
        )
    seen = say(
        "{probes} {probes:probe|probes}, {sides} {sides:side|sides} of interconnections with the outside, {links} "
        "{links:link|links} between sites",
        "{probes} {probes:sonde|sondes}, {sides} {sides:côté|côtés} d’interconnexions avec l’extérieur, {links} "
        "{links:liaison|liaisons} entre sites",
        probes=len(probes),
        sides=sides,
        links=links,
    )
    heard = say("alerts of {n} {n:probe|probes}", "alertes de {n} {n:sonde|sondes}", n=len(probes))
    none = None if probes else say("the map has no probe", "la carte n’a aucune sonde")
    return Outcome(
        (
            Part(seen, {"declared": len(probes) + sides + links}, tuple(breaches), name="watched"),
            Part(heard, {"declared": len(probes)}, tuple(_unheard(network, probes)), absent=none, name="heard"),
        )
    )


def _applies(evidence: Evidence) -> Message | None:
    if any(is_service(zone) for zone in evidence.network.zones.values()):
        return None
    return say("the map has no zone of the service", "la carte n’a aucune zone du service")


CHECK = Check(
    name="missing-probe",
    title=Text(
        "Probes watch the interconnections with the outside",
        "Des sondes surveillent les interconnexions avec l’extérieur",
    ),
    why=Text(
        "What comes in where nobody watches is found late, if ever.",
        "Ce qui entre là où personne ne regarde se découvre tard, ou jamais.",
    ),
    remedy=Text(
        "Have a probe watch it: write the interconnection, or the interface where all of it passes, in `watches`.",
        "La faire surveiller : écrire l’interconnexion, ou l’interface où tout passe, dans les `watches` d’une sonde.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
    parts=("watched", "heard"),
)
