"""single-points-of-failure: what alone takes an application away whose availability is promised (SecNumCloud 17.4.a).

An application is promised where it says so (``available``). It hangs on one thing where it has one asset only, where
all its physical and virtual assets run on one machine, or where some of those whom its lines let in have no way to any
of it without one asset that forwards. A cluster of several members is no single thing; nor is what a risk is studied
for (``risk`` on the asset). This informs, and fails nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited, entry
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.finding import Ref, Step, Text, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.topology import Node, Parts

_PROMISED = Text("applications whose availability is promised (`available`)",
                 "des applications dont la disponibilité est promise (`available`)")  # fmt: skip
_SHOWN = 5


@dataclass(slots=True)
class _Points:
    """The parts into which layer 3 falls without one asset, each computed once."""

    network: Network
    _without: dict[str, Parts] = field(default_factory=dict)

    def without(self, asset: str) -> Parts:
        if asset not in self._without:
            self._without[asset] = self.network.topology.without([asset])
        return self._without[asset]

    def candidates(self, one: Node, others: Iterable[Node]) -> tuple[str, ...]:
        """Return the assets on one way to one of some places: what every way needs is on it."""
        topology = self.network.topology
        for other in others:
            way = topology.route(one, other)
            if way is not None:
                found = {node[1].partition("@")[0]: None for node in way if node[0] == "asset"}
                for kind, name in way:
                    if kind == "interconnection":
                        stages = self.network.model.interconnections[name].through
                        found |= {topology.vertex(stage[0]): None for stage in stages
                                  if len({topology.vertex(asset) for asset in stage}) == 1}  # fmt: skip
                return tuple(found)
        return ()

    def single(self, asset: str) -> bool:
        """Tell whether an asset is one thing, and no risk was studied for it."""
        facts = self.network.assets[asset]
        return len(facts.members) < 2 and not facts.asset.risk


def _places(network: Network, assets: Iterable[str]) -> tuple[Node, ...]:
    """Return where assets lie at layer 3, a cluster's members too."""
    found: dict[Node, None] = {}
    for name in assets:
        for item in (name, *network.assets[name].members):
            facts = network.assets[item]
            found |= dict.fromkeys(("subnet", subnet) for subnet in facts.subnets)
            if not facts.subnets:
                found |= dict.fromkeys(("zone", zone) for zone in facts.zones)
    return tuple(found)


def _of(network: Network, application: str) -> tuple[str, ...]:
    named = network.model.applications[application].assets
    return tuple(dict.fromkeys(asset for item in named for asset in network.ends[item].assets))


def _users(network: Network, assets: frozenset[str]) -> tuple[str, ...]:
    """Return the zones from which lines lead to some assets."""
    family = {member for name in assets for member in (name, *network.assets[name].members)}
    found: dict[str, None] = {}
    for line in network.lines:
        if line.live and any(not family.isdisjoint(end.assets) for end in line.targets):
            found |= dict.fromkeys(zone for end in line.sources for zone in end.zones)
    return tuple(found)


def _lone(network: Network, points: _Points, application: str, assets: tuple[str, ...]) -> Iterator[Breach]:
    """Yield the one asset of an application, or the one machine under all that it has."""
    subject = Ref("application", application)
    if len(assets) == 1:
        if points.single(assets[0]):
            message = say(
                "{application} has one asset only, {asset}",
                "{application} n’a qu’un seul bien, {asset}",
                application=application,
                asset=assets[0],
            )
            yield Breach(
                subject, message, (*cited(network, subject, "assets"), entry(network, Ref("asset", assets[0])))
            )
        return
    closures = [network.separation.closure("asset", name) for name in assets]
    shared = frozenset.intersection(*(closure.hardware for closure in closures)) if closures else frozenset()
    for name in sorted(shared):
        if name in network.assets and points.single(name):
            message = say(
                "every asset of {application} runs on {asset}",
                "tous les biens de {application} reposent sur {asset}",
                application=application,
                asset=name,
            )
            yield Breach(subject, message, (*cited(network, subject, "assets"), entry(network, Ref("asset", name))))


def _cuts(
    network: Network, points: _Points, application: str, assets: tuple[str, ...], users: tuple[str, ...]
) -> Iterator[Breach]:
    """Yield each asset that forwards without which some users have no way to any asset of the application."""
    places = _places(network, assets)
    cut: dict[str, list[str]] = {}
    for user in users:
        start: Node = ("zone", user)
        if any(node == start or (node[0] == "subnet" and network.subnets[node[1]].zone == user) for node in places):
            continue
        for asset in points.candidates(start, places):
            if points.single(asset) and not any(points.without(asset).joined(start, place) for place in places):
                cut.setdefault(asset, []).append(user)
    for asset, zones in cut.items():
        named = (*zones[:_SHOWN], "…") if len(zones) > _SHOWN else tuple(zones)
        message = say(
            "without {asset}, {application} is cut from {n} {n:zone|zones} of those who use it: {zones}",
            "sans {asset}, {application} est coupée de {n} {n:zone|zones} de ceux qui s’en servent : {zones}",
            application=application,
            asset=asset,
            n=len(zones),
            zones=named,
        )
        steps = (
            Step(Ref("zone", zones[0]), None, entry(network, Ref("zone", zones[0]))),
            Step(Ref("asset", asset), None, entry(network, Ref("asset", asset))),
            Step(Ref("application", application), None, entry(network, Ref("application", application))),
        )
        spans = (entry(network, Ref("asset", asset)), entry(network, Ref("application", application)))
        yield Breach(Ref("application", application), message, spans, Witness("path", steps))


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    promised = [name for name, item in network.model.applications.items() if item.available]
    if not promised:
        missing = (Missing(Ref("map", network.model.name), _PROMISED),)
        return one(Part(say("nothing was looked at", "rien n’a été examiné"), {}, missing=missing))
    points = _Points(network)
    breaches: list[Breach] = []
    pairs = 0
    for name in promised:
        assets = _of(network, name)
        users = _users(network, frozenset(assets))
        pairs += len(users)
        breaches += _lone(network, points, name, assets)
        breaches += _cuts(network, points, name, assets, users)
    seen = say(
        "{n} {n:application|applications} whose availability is promised, used from {pairs} {pairs:zone|zones}; "
        "{accepted} {accepted:asset|assets} for which a risk is studied",
        "{n} {n:application|applications} dont la disponibilité est promise, employées depuis {pairs} "
        "{pairs:zone|zones} ; {accepted} {accepted:bien|biens} dont le risque est étudié",
        n=len(promised),
        pairs=pairs,
        accepted=sum(bool(asset.risk) for asset in network.model.assets.values()),
    )
    return one(Part(seen, {"declared": len(promised)}, tuple(breaches)))


CHECK = Check(
    name="single-points-of-failure",
    title=Text("What is promised hangs on no single thing", "Rien de promis ne tient à une seule chose"),
    why=Text(
        "An application that hangs on one machine, or on one way, is as available as that one. Assets of an "
        "application are not known to replace one another: only its last one, or what is under all of them, is told.",
        "Une application qui tient à une machine, ou à un passage, n’est pas plus disponible qu’eux. Rien ne dit que "
        "les biens d’une application se remplacent l’un l’autre : seul est signalé le dernier, ou ce qui les porte "
        "tous.",
    ),
    remedy=Text(
        "Double it (`members`, or two equals in a stage of `through`), or cite the risk that was accepted (`risk`).",
        "Le doubler (`members`, ou deux équivalents dans une étape de `through`), ou citer le risque accepté (`risk`).",
    ),
    severity="note",
    run=_run,
)
