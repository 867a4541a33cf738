"""Findings as people read them: rule by rule, the worst first, and pair of zones by pair of zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cloison.netmodel.finding import SEVERITIES, Finding, Lang, Severity, Span, Text
from cloison.netmodel.report import Asked, Report

SEVERITY: Mapping[Severity, Text] = {
    "error": Text("error", "erreur"),
    "warning": Text("warning", "avertissement"),
    "note": Text("note", "remarque"),
}
COUNTED: Mapping[Severity, tuple[Text, Text]] = {
    "error": (Text("{n} error", "{n} erreur"), Text("{n} errors", "{n} erreurs")),
    "warning": (Text("{n} warning", "{n} avertissement"), Text("{n} warnings", "{n} avertissements")),
    "note": (Text("{n} note", "{n} remarque"), Text("{n} notes", "{n} remarques")),
}
WAIVERS = Text("{n} waived", "{n} sous dérogation")
KNOWNS = Text("{n} known", "{n} connu"), Text("{n} known", "{n} connus")
KNOWN = Text("known from the baseline", "connu de la référence")
WAIVED = Text("waived until {until} by {by}: {why}", "dérogation jusqu’au {until} par {by} : {why}")
ELSEWHERE = Text("in several zones, or in none", "dans plusieurs zones, ou dans aucune")


@dataclass(frozen=True, slots=True)
class Between:
    """The findings of one rule between two zones, in one, or in no particular one."""

    zones: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule; ``asked`` is what the report says of it, where it does."""

    rule: str
    asked: Asked | None
    pairs: tuple[Between, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, pair by pair."""
        return tuple(one for pair in self.pairs for one in pair.findings)

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that the findings bear on, in order."""
        return tuple(sorted({clause for one in self.findings for clause in one.clauses}))


def grouped(report: Report) -> tuple[Group, ...]:
    """Return the findings by rule and pair of zones, the worst first; waived and known ones are last."""
    known = {rule.name: rule for rule in report.rules}
    rules: dict[str, dict[tuple[str, ...], list[Finding]]] = {}
    for finding in report.findings:
        zones = report.zones.get(finding.fingerprint, ())
        rules.setdefault(finding.rule, {}).setdefault(zones, []).append(finding)
    groups = [
        Group(
            rule,
            known.get(rule),
            tuple(
                Between(zones, tuple(sorted(found, key=_order)))
                for zones, found in sorted(pairs.items(), key=lambda item: (not item[0], _worst(item[1]), item[0]))
            ),
        )
        for rule, pairs in rules.items()
    ]
    return tuple(sorted(groups, key=lambda group: (_worst(group.findings), group.rule)))


def zones_said(zones: Sequence[str]) -> str:
    """Return a pair of zones with an arrow, as it is written in the map; nothing for none."""
    return " → ".join(zones)


def heading_said(pair: Between, group: Group, lang: Lang) -> str:
    """Return what stands over the findings of a pair; nothing where no finding of the rule has zones."""
    if pair.zones:
        return zones_said(pair.zones)
    return ELSEWHERE.say(lang) if len(group.pairs) > 1 else ""


def counts_said(findings: Sequence[Finding], lang: Lang) -> list[tuple[Severity | None, str]]:
    """Return how many findings there are by severity, in words, and how many are waived or known (without severity)."""
    said: list[tuple[Severity | None, str]] = []
    for severity in SEVERITIES:
        count = sum(1 for one in findings if one.severity == severity and one.stands)
        if count:
            said.append((severity, COUNTED[severity][count > 1].say(lang).format(n=count)))
    waived = sum(1 for one in findings if one.waiver)
    if waived:
        said.append((None, WAIVERS.say(lang).format(n=waived)))
    known = sum(1 for one in findings if one.known and not one.waiver)
    if known:
        said.append((None, KNOWNS[known > 1].say(lang).format(n=known)))
    return said


def waiver_said(finding: Finding, lang: Lang) -> str:
    """Return who accepted a finding, until when and why, or that an earlier report has it; nothing otherwise."""
    waiver = finding.waiver
    if waiver is None:
        return KNOWN.say(lang) if finding.known else ""
    return WAIVED.say(lang).format(until=waiver.until.isoformat(), by=waiver.by, why=waiver.why)


def rank(finding: Finding) -> int:
    """Return the place of a finding among the severities, 0 for the worst; one that does not stand comes after all."""
    return SEVERITIES.index(finding.severity) if finding.stands else len(SEVERITIES)


def _worst(findings: Sequence[Finding]) -> int:
    return min(map(rank, findings))


def _order(finding: Finding) -> tuple[int, Span, str]:
    return rank(finding), finding.spans[0] if finding.spans else Span(""), finding.fingerprint
