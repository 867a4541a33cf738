"""shared-directory: no directory holds both the provider's administrators and the tenants' users (SecNumCloud 9.6.a).

Who asks a directory shows whose accounts it holds: the provider's administration zones on one side; tenants' zones, and
the assets behind the consoles that tenants are offered, on the other. Only services of directories and authentication
count, and what the directory itself offers: to administer its system is not to ask it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.ends import ref
from cloison.netmodel.assurance.subjects.interfaces import administered, administration_zones, consoles, family
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Message, Ref, Step, Text, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.catalogue import CATALOGUE
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import ServiceSet

_ASKED = ServiceSet.union(
    CATALOGUE[name].services
    for name in ("ldap", "ldaps", "global-catalog", "global-catalog-tls", "kerberos", "kpasswd", "radius", "radsec",
                 "tacacs", "tacacs-tls")
)  # fmt: skip
_PROVIDER, _TENANT = "provider", "tenant"


@dataclass(frozen=True, slots=True)
class _Directory:
    """A directory, or a cluster of them: where it answers, on what, and the first line of each side."""

    id: str
    points: IntervalSet
    services: ServiceSet
    asked: dict[str, Line] = field(default_factory=dict)  # provider, tenant


def _directories(network: Network) -> Mapping[str, _Directory]:
    found = {}
    for name, facts in network.assets.items():
        if "directory" not in facts.functions or facts.cluster:
            continue
        own = family(network, name)
        points = IntervalSet.union(item for asset in own for item in network.assets[asset].points.ranges)
        offered = [item.service_set for item in network.endpoints.values() if item.asset in own]
        found[name] = _Directory(name, points, ServiceSet.union((_ASKED, *offered)))
    return found


@dataclass(frozen=True, slots=True)
class _Sides:
    """Whose accounts speak from an end."""

    network: Network
    administration: frozenset[str]
    consoles: frozenset[str]  # the assets of the tenants' consoles, and those behind them
    known: dict[str, frozenset[str]] = field(default_factory=dict)

    @staticmethod
    def of(network: Network) -> _Sides:
        assets = {
            item for facts in consoles(network) for name in (facts.asset, *facts.backends)
            for item in family(network, name)
        }  # fmt: skip
        return _Sides(network, frozenset(administration_zones(network)), frozenset(assets))

    def at(self, end: End) -> frozenset[str]:
        found = self.known.get(end.id)
        if found is None:
            zones, assets = end.zones, end.assets
            if end.kind == "any":
                zones, assets = tuple(self.network.zones), tuple(self.network.assets)
            found = frozenset((
                *((_PROVIDER,) if not self.administration.isdisjoint(zones) else ()),
                *((_TENANT,) if self._tenant(zones, assets) else ()),
            ))  # fmt: skip
            self.known[end.id] = found
        return found

    def _tenant(self, zones: tuple[str, ...], assets: tuple[str, ...]) -> bool:
        return not self.consoles.isdisjoint(assets) or any(
            self.network.zones[zone].owner_kind == "tenant" for zone in zones
        )


def _ask(network: Network, directories: Mapping[str, _Directory]) -> int:
    """Note for each directory who asks it, and return how many lines do."""
    sides = _Sides.of(network)
    near: dict[str, tuple[_Directory, ...]] = {}
    asking = 0
    for line in network.lines if directories else ():
        if not line.live:
            continue
        asks = False
        for target in line.targets:
            if target.id not in near:
                near[target.id] = tuple(
                    item for item in directories.values()
                    if target.kind == "any" or item.points.overlaps(target.points)
                )  # fmt: skip
            for item in near[target.id]:
                if not any(services.overlaps(item.services) for _, services in line.services_to(target)):
                    continue
                asks = True
                for source in line.sources:
                    for side in sides.at(source):
                        item.asked.setdefault(side, line)
        asking += asks
    return asking


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    directories = _directories(network)
    asking = _ask(network, directories)
    breaches = []
    for item in directories.values():
        if len(item.asked) < 2:
            continue
        lines = (item.asked[_PROVIDER], item.asked[_TENANT])
        message = say(
            "the directory {directory} is asked by the provider’s administration ({ours}) and on the tenants’ side "
            "({theirs})",
            "l’annuaire {directory} est interrogé par l’administration du prestataire ({ours}) et du côté des "
            "commanditaires ({theirs})",
            directory=item.id,
            ours=lines[0].id,
            theirs=lines[1].id,
        )
        subject = Ref("asset", item.id)
        steps = tuple(
            Step(ref(line), None, entry(network, ref(line))) for line in {item.id: item for item in lines}.values()
        )
        spans = (*(step.span for step in reversed(steps) if step.span), entry(network, subject))
        breaches.append(Breach(subject, message, spans, Witness("facts", (*steps, Step(subject)))))
    missing: tuple[Missing, ...] = ()
    if not directories:
        missing = (Missing(Ref("map", network.model.name), _DIRECTORY),)
    seen = say(
        "{n} {n:directory|directories}, {lines} {lines:line|lines} that {lines:asks|ask} them",
        "{n} {n:annuaire|annuaires}, {lines} {lines:ligne qui les interroge|lignes qui les interrogent}",
        n=len(directories),
        lines=asking,
    )
    return one(Part(seen, {"declared": len(directories)}, tuple(breaches), missing))


_DIRECTORY = Text(
    "the directory of the provider’s administrators (function `directory`)",
    "l’annuaire des administrateurs du prestataire (fonction `directory`)",
)


def _applies(evidence: Evidence) -> Message | None:
    network = evidence.network
    if _directories(network) or administration_zones(network) or administered(network):
        return None
    return say(
        "the map has neither a directory nor any administration",
        "la carte n’a ni annuaire ni administration",
    )


def _forbids(network: Network) -> Callable[[Contact], bool]:
    directories = _directories(network)
    _ask(network, directories)
    sides = _Sides.of(network)
    of = {asset: item for name, item in directories.items() for asset in family(network, name)}

    def forbids(contact: Contact) -> bool:
        item = of.get(contact.target.asset)
        if item is None or contact.low not in item.services.fields(contact.protocol):
            return False
        zone = network.zones[contact.source.zone]
        if zone.id in sides.administration:
            return _TENANT in item.asked
        theirs = zone.owner_kind == "tenant" or contact.source.asset in sides.consoles
        return theirs and _PROVIDER in item.asked

    return forbids


CHECK = Check(
    name="shared-directory",
    title=Text(
        "Administrators and tenants have directories apart",
        "Administrateurs et commanditaires ont des annuaires distincts",
    ),
    why=Text(
        "In one directory a mistake over a tenant’s account, or a flaw in what serves tenants, makes an "
        "administrator. Who asks a directory shows whose accounts it holds.",
        "Dans un annuaire commun, une erreur sur un compte de commanditaire, ou une faille du côté des "
        "commanditaires, fait un administrateur. Qui interroge un annuaire montre de qui il tient les comptes.",
    ),
    remedy=Text(
        "Give tenants’ accounts a directory of their own, and take out the line that asks the other one.",
        "Donner aux comptes des commanditaires leur propre annuaire, et retirer la ligne qui interroge l’autre.",
    ),
    severity="error",
    run=_run,
    refines=("effective", "observed"),
    applies=_applies,
    forbids=_forbids,
)
