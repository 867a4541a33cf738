"""What accompanies the findings, and grows old: waivers that accept them, declarations that complete them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.finding import Finding, Message, Ref, Severity, Text, Waived, say
from cloison.netmodel.language.model import Waiver
from cloison.netmodel.network import Network

Serves = Callable[[str], Collection[str]]  # rules named by a rule's or a clause's name


@dataclass(frozen=True, slots=True)
class Words:
    """What the reference of rules says of a finding that no check makes."""

    title: Text
    why: Text
    remedy: Text
    severity: Severity


UPKEEP: Mapping[str, Words] = {
    "expired-waiver": Words(
        Text("A waiver is past its date", "Une dérogation est échue"),
        Text(
            "Past its date a waiver accepts nothing: what it covered counts again.",
            "Passé son échéance, une dérogation n’accepte plus rien : ce qu’elle couvrait compte à nouveau.",
        ),
        Text("Correct what it covered, or renew it.", "Corriger ce qu’elle couvrait, ou la renouveler."),
        "error",
    ),
    "unused-waiver": Words(
        Text("A waiver matches no finding", "Une dérogation ne correspond à aucun constat"),
        Text(
            "A waiver that covers nothing hides the next fault of that name.",
            "Une dérogation sans objet cacherait la prochaine faute de ce nom.",
        ),
        Text("Take it out, or correct the names in it.", "La retirer, ou corriger les noms qu’elle porte."),
        "warning",
    ),
    "expired-declaration": Words(
        Text("A declaration is past its date", "Une déclaration est échue"),
        Text(
            "Past its date a declaration attests nothing: its clause is open again.",
            "Passé son échéance, une déclaration n’atteste plus rien : son exigence est de nouveau ouverte.",
        ),
        Text("Verify it again and declare it anew.", "La vérifier de nouveau et la renouveler."),
        "warning",
    ),
}


def waived(
    network: Network, findings: Sequence[Finding], serves: Serves, at: date, unasked: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Return the findings with the waivers that cover them, and a finding for each waiver that is vain.

    A waiver names a rule or a clause, and a subject's id (for a line out of a ``repeat`` its fragment's id will do).
    Of those that name what was not asked (``unasked``: rules and clauses) nothing is said.
    """
    standing = list(findings)
    places: dict[tuple[str, str], list[int]] = {}
    for place, finding in enumerate(findings):
        for name in _names(network, finding.subject):
            places.setdefault((finding.rule, name), []).append(place)
    for place, waiver in enumerate(network.model.waivers):
        if waiver.rule in unasked:
            continue
        covered = [found for rule in serves(waiver.rule) for found in places.get((rule, waiver.on), ())]
        if waiver.until < at:
            standing.append(_expired_waiver(network, place, waiver, len(covered)))
            continue
        if not covered:
            standing.append(_unused_waiver(network, place, waiver))
        for found in covered:
            standing[found] = replace(standing[found], waiver=Waived(waiver.why, waiver.by, waiver.until))
    return tuple(standing)


def expired_declarations(network: Network, at: date) -> Iterator[Finding]:
    """Yield a finding for each declaration past its date that no later one replaces."""
    for place, declaration in enumerate(network.model.declarations):
        if declaration.until is None or declaration.until >= at:
            continue
        if any(
            other.clause == declaration.clause
            and other.framework == declaration.framework
            and other.on > declaration.on
            for other in network.model.declarations
        ):
            continue
        yield _finding(
            network,
            "expired-declaration",
            Ref("declaration", declaration.clause),
            say(
                "the declaration on {clause} expired on {until}",
                "la déclaration sur {clause} est échue depuis le {until}",
                clause=declaration.clause,
                until=declaration.until,
            ),
            ("declarations", place),
        )


def check_names(
    network: Network, rules: Collection[str], clauses: Collection[str], frameworks: Collection[str]
) -> None:
    """Raise ``MapError`` for waivers of no known rule, declarations of no known clause, and unknown frameworks."""
    problems = Problems(network.document)
    for place, framework in enumerate(network.model.frameworks):
        if framework not in frameworks:
            problems.word(framework, frameworks, "frameworks", ("frameworks", place))
    for place, waiver in enumerate(network.model.waivers):
        if waiver.rule not in rules and waiver.rule not in clauses:
            problems.unknown(
                waiver.rule, Text("a rule or a clause", "une règle ou une exigence"), rules, ("waivers", place, "rule")
            )
    for place, declaration in enumerate(network.model.declarations):
        if declaration.framework not in frameworks:
            problems.unknown(
                declaration.framework,
                Text("a framework", "un référentiel"),
                frameworks,
                ("declarations", place, "framework"),
            )
        elif declaration.clause not in clauses and not _numbered(declaration.clause):
            problems.unknown(
                declaration.clause, Text("a clause", "une exigence"), clauses, ("declarations", place, "clause")
            )
    problems.raise_all()


def _numbered(clause: str) -> bool:
    """Tell whether a text is a clause's number such as 9.6.c, of those that no rule serves."""
    parts = clause.split(".")
    return len(parts) > 1 and all(part.isdecimal() or (len(part) == 1 and part.islower()) for part in parts)


def _names(network: Network, subject: Ref) -> set[str]:
    names = {subject.id}
    if subject.kind == "line" and subject.id in network.line:
        names.add(network.line[subject.id].template)
    return names


def _expired_waiver(network: Network, place: int, waiver: Waiver, covered: int) -> Finding:
    return _finding(
        network,
        "expired-waiver",
        Ref("waiver", f"{waiver.rule} {waiver.on}"),
        say(
            "the waiver of {rule} on {on} expired on {until}; it covered {n} {n:finding|findings}",
            "la dérogation à {rule} sur {on} est échue depuis le {until} ; elle couvrait {n} {n:constat|constats}",
            rule=waiver.rule,
            on=waiver.on,
            until=waiver.until,
            n=covered,
        ),
        ("waivers", place),
    )


def _unused_waiver(network: Network, place: int, waiver: Waiver) -> Finding:
    return _finding(
        network,
        "unused-waiver",
        Ref("waiver", f"{waiver.rule} {waiver.on}"),
        say(
            "the waiver of {rule} on {on} matches no finding",
            "la dérogation à {rule} sur {on} ne correspond à aucun constat",
            rule=waiver.rule,
            on=waiver.on,
        ),
        ("waivers", place),
    )


def _finding(network: Network, rule: str, subject: Ref, message: Message, route: tuple[str | int, ...]) -> Finding:
    words = UPKEEP[rule]
    return Finding(
        rule, words.severity, message, subject, (network.document.span(route),), remedy=Message(words.remedy)
    )
