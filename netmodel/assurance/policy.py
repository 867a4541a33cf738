"""The user's own rules (``policy``), each as a check like the built-in ones."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from cloison.netmodel.assurance.chains import shown, spans
from cloison.netmodel.assurance.check import Breach, Check, Forbids, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.crossings import Crossing, crossings, more_chains
from cloison.netmodel.assurance.ends import Ends, along, named_alone, ref
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.targets import Targets
from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Ref, Text, say
from cloison.netmodel.language.model import Rule, Selection
from cloison.netmodel.network import Network
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.ownership import Owner

_PLACES = ("zones", "subnets", "assets", "endpoints", "applications", "parties")
_KIND = {"zones": "zone", "subnets": "subnet", "assets": "asset"}


def policy_checks(network: Network) -> tuple[Check, ...]:
    """Return the user's rules as checks, in the order of the map.

    Raises ``MapError`` where a rule speaks of entries that lie nowhere, or lets traffic through what is no asset; that
    a selection selects something was made sure when the map was compiled.
    """
    problems = Problems(network.document)
    checks = tuple(_check(network, name, rule, problems) for name, rule in network.model.policy.items())
    problems.raise_all()
    return checks


def _check(network: Network, name: str, rule: Rule, problems: Problems) -> Check:
    route = ("policy", name, "forbid")
    sources = _Places.of(network, rule.forbid.source, problems, (*route, "source"))
    targets = _Places.of(network, rule.forbid.to, problems, (*route, "to"))
    through: tuple[str, ...] = ()
    if rule.unless is not None:
        if rule.unless.through.section != "assets":
            problems.add(
                "policy",
                say("`through` selects assets", "`through` sélectionne des biens"),
                ("policy", name, "unless", "through"),
            )
        else:
            through = network.select(rule.unless.through)
    title = _title(rule, sources, targets, through)
    why = rule.why or "—"
    return Check(
        name=name,
        title=title,
        why=Text(why, why),
        remedy=Text(
            "Take out or narrow one of the lines shown, or lead the traffic through what the rule allows.",
            "Retirer ou restreindre l’une des lignes montrées, ou faire passer le trafic par ce que la règle permet.",
        ),
        severity=rule.severity,
        run=lambda evidence: _run(evidence, rule, sources, targets, through),
        refines=("effective", "observed"),
        forbids=_forbids(sources, targets, through),
    )


def _title(rule: Rule, sources: _Places, targets: _Places, through: tuple[str, ...]) -> Text:
    here, there = sources.words, targets.words
    if rule.unless is None:
        return Text(f"Nothing leads from {here} to {there}", f"Rien ne mène de {here} à {there}")
    by = _words(rule.unless.through)
    return Text(f"{here} lead to {there} through {by} alone", f"{here} ne mènent à {there} que par {by}")


def _words(selection: Selection) -> str:
    where = ", ".join(f"{name}: {' | '.join(words)}" for name, words in selection.where.items())
    return f"{selection.section} {{{where}}}"


@dataclass(slots=True)
class _Places:
    """What a selection stands for: zones, subnets and assets, and the points that they hold."""

    network: Network
    refs: tuple[Ref, ...]
    words: str
    points: IntervalSet
    _touched: dict[str, tuple[Ref, ...]] = field(default_factory=dict)

    @staticmethod
    def of(network: Network, selection: Selection, problems: Problems, route: tuple[str | int, ...]) -> _Places:
        names = network.select(selection)
        refs: dict[Ref, None] = {}
        if selection.section not in _PLACES:
            problems.add(
                "policy",
                say(
                    "{section} lie nowhere: select zones, subnets, assets, endpoints, applications or parties",
                    "{section} ne sont nulle part : sélectionner des zones, sous-réseaux, biens, interfaces, "
                    "applications ou parties",
                    section=selection.section,
                ),
                route,
            )
        for name in names:
            refs.update(dict.fromkeys(_refs(network, selection.section, name)))
        held = (point for item in refs for point in _points(network, item).ranges)
        return _Places(network, tuple(refs), _words(selection), IntervalSet.union(held))

    def touched(self, end: End) -> tuple[Ref, ...]:
        """Return the selected places that an end touches."""
        found = self._touched.get(end.id)
        if found is None:
            found = ()
            if end.kind == "any":
                found = self.refs
            elif self.points.overlaps(end.points):
                found = tuple(item for item in self.refs if _points(self.network, item).overlaps(end.points))
            self._touched[end.id] = found
        return found

    def hold(self, owner: Owner) -> bool:
        """Tell whether the owner of an address is one of the places, or in one."""
        zones = {owner.zone}
        outer = self.network.zones[owner.zone].within
        while outer and outer not in zones:
            zones.add(outer)
            outer = self.network.zones[outer].within
        own = {Ref("subnet", owner.subnet), Ref("asset", owner.asset), *(Ref("zone", zone) for zone in zones)}
        return not own.isdisjoint(self.refs)


def _refs(network: Network, section: str, name: str) -> tuple[Ref, ...]:
    if section in _KIND:
        return (Ref(_KIND[section], name),)
    if section == "endpoints":
        return (Ref("asset", network.endpoints[name].asset),)
    if section == "applications":
        named = network.model.applications[name].assets
        return tuple(Ref("asset", asset) for item in named for asset in network.ends[item].assets)
    if section == "parties":
        return tuple(Ref("zone", zone) for zone, facts in network.zones.items() if facts.owner == name)
    return ()


def _points(network: Network, item: Ref) -> IntervalSet:
    if item.kind == "zone":
        return network.zones[item.id].points
    if item.kind == "subnet":
        return network.subnets[item.id].points
    return network.assets[item.id].points


def _run(evidence: Evidence, rule: Rule, sources: _Places, targets: _Places, through: tuple[str, ...]) -> Outcome:
    network = evidence.network
    ends = Ends(network)
    allowed = frozenset(through)
    cut = network.lines_cut(allowed) if allowed else frozenset()
    goals = tuple(item for item in targets.refs if not (item.kind == "asset" and item.id in allowed))
    breaches = []
    joined: set[tuple[str, Ref]] = set()
    looked = 0
    for line in network.lines:
        if not line.live or line.id in cut:
            continue
        looked += 1
        here, there = _joined(network, ends, line, sources, targets, allowed)
        if there:
            breaches.append(_direct(network, line, here, there))
            joined.update((line.id, item) for item in there)
    followed: frozenset[str] = frozenset()
    if rule.forbid.path == "any":
        aims = Targets(network, goals, allowed)
        found = crossings(network, sources.refs, aims, without_pivots=allowed, without_lines=cut, direct=joined)
        followed = found.lines
        breaches += [_chained(network, item) for item in found.chains]
        if found.more:
            breaches.append(more_chains(network, found))
    seen = say(
        "{sources} sources, {targets} targets, {lines} lines looked at directly and {followed} in chains; {cut} lines "
        "pass by what the rule allows",
        "{sources} sources, {targets} cibles, {lines} lignes examinées directement et {followed} de proche en proche ; "
        "{cut} lignes passent par ce que la règle permet",
        sources=len(sources.refs),
        targets=len(targets.refs),
        lines=looked,
        followed=len(followed),
        cut=len(cut),
    )
    return one(Part(seen, {"declared": len(sources.refs) + len(targets.refs)}, tuple(breaches)))


def _joined(
    network: Network, ends: Ends, line: Line, sources: _Places, targets: _Places, allowed: frozenset[str]
) -> tuple[Collection[Ref], Collection[Ref]]:
    """Return the sources and the targets that a line joins by itself."""
    here: dict[Ref, None] = {}
    there: dict[Ref, None] = {}
    for source, target in line.pairs():
        start = () if _is_allowed(network, source, allowed) else sources.touched(source)
        goal = targets.touched(target) if start and not _is_allowed(network, target, allowed) else ()
        for place in start if goal else ():
            spoken = ends.within(source, place)
            for other in goal:
                if not spoken.isdisjoint(ends.within(target, other)):
                    here[place] = there[other] = None
    return here, there


def _direct(network: Network, line: Line, here: Collection[Ref], there: Collection[Ref]) -> Breach:
    message = say(
        "{line} leads from {sources} to {targets}",
        "{line} mène de {sources} à {targets}",
        line=line.id,
        sources=tuple(item.id for item in here),
        targets=tuple(item.id for item in there),
    )
    return Breach(ref(line), message, cited(network, ref(line)), along(network, line))


def _is_allowed(network: Network, end: End, allowed: frozenset[str]) -> bool:
    """Tell whether an end is nothing but assets through which the rule lets traffic pass."""
    if not allowed or not named_alone(network, end):
        return False
    return all(
        asset in allowed
        or network.assets[asset].cluster in allowed
        or not allowed.isdisjoint(network.assets[asset].members)
        for asset in end.assets
    )


def _chained(network: Network, found: Crossing) -> Breach:
    message = say(
        "a chain of lines from {source} by {first} reaches {target} by {last}",
        "une suite de lignes partie de {source} par {first} atteint {target} par {last}",
        source=found.start.id,
        first=found.first,
        last=found.last,
        target=found.target.id,
    )
    return Breach(found.target, message, spans(network, found.hops), shown(network, found.hops))


def _forbids(sources: _Places, targets: _Places, through: tuple[str, ...]) -> Forbids:
    def of(network: Network) -> Callable[[Contact], bool]:
        passing = {name for item in through for name in (item, *network.assets[item].members)}
        parts = network.topology.without(passing) if passing else None

        def forbids(contact: Contact) -> bool:
            if not passing.isdisjoint((contact.source.asset, contact.target.asset)):
                return False
            if not (sources.hold(contact.source) and targets.hold(contact.target)):
                return False
            return parts is None or parts.joined(("zone", contact.source.zone), ("zone", contact.target.zone))

        return forbids

    return of
