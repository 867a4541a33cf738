"""Every rule asked of one body of evidence: findings with their clauses and waivers, and a status per clause."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import cloison.netmodel.assurance.checks as check_entries
import cloison.netmodel.assurance.frameworks as framework_entries
from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.effective import effective_network, effective_parts
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.framework import Answer, Framework, declared_only, status
from cloison.netmodel.assurance.policy import compiled_policy, policy_checks
from cloison.netmodel.assurance.upkeep import UPKEEP, check_names, expired_declarations, overtaken, waived
from cloison.netmodel.finding import SEVERITIES, Finding, Graph, Message, Ref, Span, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.registry import load
from cloison.netmodel.report import Status
from cloison.netmodel.space.ownership import Owner
from cloison.netmodel.space.services import OPENING, ServiceSet, show

Tick = Callable[[int, int], None]

_GRAPHS: Mapping[Graph, Text] = {
    "declared": Text("a map", "une carte"),
    "effective": Text("a filter configuration", "une configuration de filtrage"),
    "observed": Text("a capture", "une capture"),
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules answered. ``findings`` are sorted: worst first, then by place; ``undecided`` names the user's
    rules that could not be evaluated."""

    checks: tuple[Check, ...]
    outcomes: Mapping[str, Outcome]
    findings: tuple[Finding, ...]
    statuses: tuple[Status, ...]
    undecided: tuple[str, ...] = ()
    frameworks: tuple[Framework, ...] = ()  # those that were chosen


def built_in_checks() -> tuple[Check, ...]:
    """Return every rule of the registry, in the order of their names."""
    return tuple(load(check_entries, "CHECK").values())


def built_in_frameworks() -> tuple[Framework, ...]:
    """Return every framework of the registry, in the order of their names."""
    return tuple(load(framework_entries, "FRAMEWORK").values())


def assess_network(network: Network, tick: Tick | None = None, wanted: Sequence[str] = ()) -> Assessment:
    """Return what the built-in rules and the user's own say of a map alone; raises ``MapError`` like :func:`assess`."""
    return assess(Evidence(network, network.at), built_in_checks(), built_in_frameworks(), tick, wanted)


def assess(
    evidence: Evidence,
    checks: Sequence[Check],
    frameworks: Sequence[Framework],
    tick: Tick | None = None,
    wanted: Sequence[str] = (),
) -> Assessment:
    """Return what the given rules and the user's own say of the evidence, and each clause's status.

    Of the frameworks those are chosen that ``wanted`` names, else those that the map names, else the default ones.
    Raises ``MapError`` for a user's rule that selects nothing, and for a waiver, a declaration or a framework of an
    unknown name.
    """
    network = evidence.network
    own, contradictory = compiled_policy(network)
    clauses = {framework.name: {clause.id for clause in framework.clauses} for framework in frameworks}
    names = {check.name for check in (*checks, *own)} | UPKEEP.keys()
    check_names(network, names, clauses)
    known = wanted or network.model.frameworks
    aside = [item for item in frameworks if not (item.name in known if known else item.default)]
    frameworks = [item for item in frameworks if item not in aside]
    unasked = {rule for item in aside for rule in item.only}
    every = (*(check for check in checks if check.name not in unasked), *own)
    unasked |= {clause.id for item in aside for clause in item.clauses}

    outcomes: dict[str, Outcome] = {}
    made: list[Finding] = list(network.warnings)
    asked: list[tuple[str, Part, int]] = []  # rule, part, how many findings it made (they follow one another)
    starts: list[int] = []
    wider = cache(lambda: effective_network(evidence))
    for place, check in enumerate(every):
        if tick:
            tick(place, len(every))
        outcome = outcomes[check.name] = _ask(check, evidence, wider)
        for part in outcome.parts:
            served = tuple(
                dict.fromkeys(item for framework in frameworks for item in framework.served_by(check.name, part.name))
            )
            starts.append(len(made))
            made += (_finding(check, breach, served) for breach in part.breaches)
            asked.append((check.name, part, len(part.breaches)))
    if tick:
        tick(len(every), len(every))

    def serves(name: str) -> tuple[str, ...]:
        if name in names:
            return (name,)
        return tuple(rule for framework in frameworks for rule in framework.rules_of(name))

    made += contradictory
    yearly = {framework.name: framework.yearly for framework in frameworks}
    after = {framework.name: framework.after for framework in frameworks}
    stale = overtaken(network, evidence.at, evidence.changes, after)
    findings = (
        *waived(network, made, serves, evidence.at, unasked),
        *expired_declarations(network, evidence.at, yearly),
        *stale.values(),
    )
    answers: dict[str, list[tuple[str, Answer]]] = {}
    for start, (rule, part, count) in zip(starts, asked, strict=True):
        answers.setdefault(rule, []).append((part.name, Answer(part, findings[start : start + count])))
    return Assessment(
        every,
        outcomes,
        tuple(sorted(findings, key=_order)),
        tuple(_statuses(evidence, frameworks, answers, stale)),
        tuple(check.name for check in own if outcomes[check.name].missing),
        tuple(frameworks),
    )


def forbidden_by(network: Network) -> Callable[[Contact], tuple[str, ...]]:
    """Return what names, for a contact, the rules that forbid it directly: the built-in ones and the user's."""
    readings = [
        (check.name, check.forbids(network))
        for check in (*built_in_checks(), *policy_checks(network))
        if check.forbids is not None and "observed" in check.refines
    ]
    return lambda contact: tuple(name for name, forbids in readings if forbids(contact))


def _ask(check: Check, evidence: Evidence, wider: Callable[[], Network]) -> Outcome:
    given = _given(evidence)
    lacking = [graph for graph in check.needs if graph not in given]
    if lacking:
        missing = tuple(Missing(Ref("evidence", graph), _GRAPHS[graph]) for graph in lacking)
        nothing = say("nothing was looked at", "rien n’a été examiné")
        return Outcome(tuple(Part(nothing, {}, missing=missing, name=name) for name in check.parts))
    reason = check.applies(evidence)
    if reason is not None:
        return Outcome(tuple(Part(reason, {}, absent=reason, name=name) for name in check.parts))
    outcome = check.run(evidence)
    parts = list(outcome.parts)
    if "effective" in check.refines and evidence.effective:
        parts += effective_parts(check, evidence, outcome, wider)
    if check.forbids is not None and "observed" in check.refines and evidence.observed is not None:
        parts.append(_observed(check, evidence))
    return Outcome(tuple(parts))


def _observed(check: Check, evidence: Evidence) -> Part:
    """Return what captures say of a rule that has a direct reading: they refute, and never prove."""
    assert check.forbids is not None
    assert evidence.observed is not None
    forbids = check.forbids(evidence.network)
    breaches = [
        Breach(
            Ref("zone", edge.contact.target.zone),
            say(
                "{n} {n:conversation|conversations} seen from {source} to {target} on {service}",
                "{n} {n:conversation vue|conversations vues} de {source} vers {target} sur {service}",
                n=edge.conversations,
                source=_place(edge.contact.source),
                target=_place(edge.contact.target),
                service=_service(edge.contact),
            ),
            (edge.span,),
            graph="observed",
        )
        for edge in evidence.observed.edges
        if forbids(edge.contact)
    ]
    count = len(evidence.observed.edges)
    seen = say("{n} observed {n:contact|contacts}", "{n} {n:échange observé|échanges observés}", n=count)
    return Part(seen, {"observed": count}, tuple(breaches))


def _given(evidence: Evidence) -> frozenset[Graph]:
    given: set[Graph] = {"declared"}
    if evidence.effective:
        given.add("effective")
    if evidence.observed is not None:
        given.add("observed")
    return frozenset(given)


def _finding(check: Check, breach: Breach, clauses: tuple[str, ...]) -> Finding:
    return Finding(
        rule=check.name,
        severity=breach.severity or check.severity,
        message=breach.message,
        subject=breach.subject,
        spans=breach.spans,
        witness=breach.witness,
        remedy=breach.remedy or Message(check.remedy),
        clauses=clauses,
        graph=breach.graph,
    )


def _order(finding: Finding) -> tuple[object, ...]:
    return (
        SEVERITIES.index(finding.severity),
        finding.rule,
        finding.spans[0] if finding.spans else _NOWHERE,
        finding.subject,
        finding.fingerprint,
    )


_NOWHERE = Span("")


def _place(owner: Owner) -> str:
    if owner.asset:
        return f"{owner.asset}/{owner.interface}" if owner.interface else owner.asset
    return owner.subnet or owner.zone


def _service(contact: Contact) -> str:
    services = ServiceSet.of((contact.protocol, contact.protocol), (contact.low, contact.low), phases=OPENING)
    return show(services)[0].removesuffix(" new")


def _statuses(
    evidence: Evidence,
    frameworks: Sequence[Framework],
    answers: Mapping[str, Sequence[tuple[str, Answer]]],
    stale: Collection[int],
) -> Iterator[Status]:
    declarations = [item for place, item in enumerate(evidence.network.model.declarations) if place not in stale]
    given = _given(evidence)
    for framework in frameworks:
        held = {clause.id for clause in framework.clauses}
        for clause in framework.clauses:
            served = []
            for name in clause.rules:
                rule, _, wanted = name.partition("/")
                served += [answer for part, answer in answers.get(rule, ()) if not wanted or part == wanted]
            yield status(framework, clause, served, declarations, given, evidence.at)
        latest = {
            item.clause: item
            for item in sorted(declarations, key=lambda item: item.on)
            if item.framework == framework.name
            and item.clause not in held
            and item.on <= evidence.at
            and (item.until is None or evidence.at <= item.until)
        }
        for clause_id in sorted(latest):
            yield declared_only(framework, latest[clause_id])
