"""The user's own rules (``policy``), each as a check like the built-in ones."""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.assurance.bypass import Joined, bypass
from cloison.netmodel.assurance.chains import shown, spans
from cloison.netmodel.assurance.check import Breach, Check, Forbids, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.crossings import Crossing, more_chains
from cloison.netmodel.assurance.ends import along, ref
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.places import Places
from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.finding import Ref, Text, say
from cloison.netmodel.language.model import Rule, Selection
from cloison.netmodel.network import Network

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
    sources = _selected(network, rule.forbid.source, problems, (*route, "source"))
    targets = _selected(network, rule.forbid.to, problems, (*route, "to"))
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
    title = _title(rule)
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


def _title(rule: Rule) -> Text:
    here, there = _words(rule.forbid.source), _words(rule.forbid.to)
    if rule.unless is None:
        return Text(f"Nothing leads from {here} to {there}", f"Rien ne mène de {here} à {there}")
    by = _words(rule.unless.through)
    return Text(f"{here} lead to {there} through {by} alone", f"{here} ne mènent à {there} que par {by}")


def _words(selection: Selection) -> str:
    where = ", ".join(f"{name}: {' | '.join(words)}" for name, words in selection.where.items())
    return f"{selection.section} {{{where}}}"


def _selected(network: Network, selection: Selection, problems: Problems, route: tuple[str | int, ...]) -> Places:
    """Return what a selection stands for; an error where its section lies nowhere."""
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
    names = network.select(selection)
    refs = dict.fromkeys(item for name in names for item in _refs(network, selection.section, name))
    return Places(network, tuple(refs))


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


def _run(evidence: Evidence, rule: Rule, sources: Places, targets: Places, through: tuple[str, ...]) -> Outcome:
    network = evidence.network
    sources, targets = Places(network, sources.refs), Places(network, targets.refs)
    found = bypass(network, sources, targets, through, chains=rule.forbid.path == "any")
    breaches = [_direct(network, item) for item in found.direct]
    breaches += [_chained(network, item) for item in found.chains.chains]
    if found.chains.more:
        breaches.append(more_chains(network, found.chains))
    seen = say(
        "{sources} sources, {targets} targets, {lines} lines looked at directly and {followed} in chains; {cut} lines "
        "pass by what the rule allows",
        "{sources} sources, {targets} cibles, {lines} lignes examinées directement et {followed} de proche en proche ; "
        "{cut} lignes passent par ce que la règle permet",
        sources=len(sources.refs),
        targets=len(targets.refs),
        lines=found.looked,
        followed=found.followed,
        cut=found.cut,
    )
    return one(Part(seen, {"declared": len(sources.refs) + len(targets.refs)}, tuple(breaches)))


def _direct(network: Network, item: Joined) -> Breach:
    line = item.line
    message = say(
        "{line} leads from {sources} to {targets}",
        "{line} mène de {sources} à {targets}",
        line=line.id,
        sources=tuple(place.id for place in item.sources),
        targets=tuple(place.id for place in item.targets),
    )
    return Breach(ref(line), message, cited(network, ref(line)), along(network, line))


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


def _forbids(sources: Places, targets: Places, through: tuple[str, ...]) -> Forbids:
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
