"""The rules as a report gives them: their words, what they answered, what they looked at and what was absent."""

from __future__ import annotations

from collections.abc import Sequence

from cloison.netmodel.assurance.assess import Assessment
from cloison.netmodel.assurance.check import Check, Outcome
from cloison.netmodel.assurance.framework import Framework
from cloison.netmodel.assurance.upkeep import UPKEEP
from cloison.netmodel.finding import Text
from cloison.netmodel.report import Absent, Asked, RuleWord


def asked(assessment: Assessment, frameworks: Sequence[Framework]) -> tuple[Asked, ...]:
    """Return every rule that was asked in the order of asking, then those of upkeep that found something."""
    rules = [
        Asked(
            name=check.name,
            title=check.title,
            why=check.why,
            remedy=check.remedy,
            severity=check.severity,
            result=result(outcome),
            clauses=clauses_of(check, frameworks),
            seen=seen(outcome),
            looked_at=outcome.looked_at,
            missing=tuple(Absent(item.subject, item.datum) for item in outcome.missing),
        )
        for check in assessment.checks
        for outcome in (assessment.outcomes[check.name],)
    ]
    found = {finding.rule for finding in assessment.findings}
    rules += [
        Asked(name, words.title, words.why, words.remedy, words.severity, "findings")
        for name, words in sorted(UPKEEP.items())
        if name in found
    ]
    return tuple(rules)


def result(outcome: Outcome) -> RuleWord:
    """Return what an outcome comes to in one word."""
    if outcome.breaches:
        return "findings"
    if outcome.missing:
        return "not-evaluated"
    if all(part.absent is not None for part in outcome.parts):
        return "not-applicable"
    return "holds"


def seen(outcome: Outcome) -> Text:
    """Return what was looked at, part by part, or why there was nothing to look at."""
    parts = [part.absent if part.absent is not None else part.seen for part in outcome.parts]
    return Text(
        "; ".join(dict.fromkeys(part.say("en") for part in parts)),
        " ; ".join(dict.fromkeys(part.say("fr") for part in parts)),
    )


def clauses_of(check: Check, frameworks: Sequence[Framework]) -> tuple[str, ...]:
    """Return the clauses that a rule serves, in the order of the frameworks."""
    return tuple(
        dict.fromkeys(
            clause
            for framework in frameworks
            for part in check.parts
            for clause in framework.served_by(check.name, part)
        )
    )
