"""Findings as JUnit XML: a suite a rule, a case a finding, so that any CI shows what fails and what was not evaluated.

An error fails its case; a warning, a note and what is waived do not, and are told in it. A rule without a finding is
one case, which passes, or is skipped where the rule was not evaluated or does not apply. The form is the one that
Jenkins and GitLab read (Jenkins' xunit plugin, ``junit-10.xsd``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cloison.diagrams.grouping import SEVERITY, grouped, waiver_said, zones_said
from cloison.diagrams.output import Output
from cloison.diagrams.printable import clipped
from cloison.diagrams.proof import steps_said
from cloison.diagrams.xml import Element, document
from cloison.netmodel.assurance.framework import KIND_WORDS
from cloison.netmodel.finding import Finding, Lang, Text
from cloison.netmodel.report import Asked, Report

LONGEST = 250  # characters of a case's name
ABSENT = 20  # absent data that are named
HOLDS = Text("holds", "tient")
NOT_EVALUATED = Text("not evaluated", "non évalué")
NOT_APPLICABLE = Text("not applicable", "sans objet")
WITHOUT = Text("absent: {data} ({subject})", "absent : {data} ({subject})")
MORE = Text("and {n} more", "et {n} de plus")
CLAUSES = Text("clauses: {it}", "exigences : {it}")
BETWEEN = Text("zones: {it}", "zones : {it}")
REMEDY = Text("remedy: {it}", "remède : {it}")
MILDER = Text("{severity}: {subject}", "{severity} : {subject}")
PROOF = Text("proof:", "preuve :")


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    suites = [
        _suite(group.rule, [_case(one, report, lang) for one in group.findings], report) for group in grouped(report)
    ]
    found = {finding.rule for finding in report.findings}
    suites += [_suite(rule.name, [_answered(rule, lang)], report) for rule in report.rules if rule.name not in found]
    total = {name: str(sum(int(suite.attributes[name]) for suite in suites)) for name in ("tests", "failures")}
    named = f"cloison {report.command} {report.title}".strip()
    return document(Element("testsuites", {"name": named, **total, "errors": "0"}, suites))


def _suite(rule: str, cases: Sequence[Element], report: Report) -> Element:
    inside = Counter(child.name for case in cases for child in case.children)
    names: Counter[str] = Counter()
    named = []
    for case in cases:  # two cases of one name would be one to those who read them
        name = case.attributes["name"]
        names[name] += 1
        again = f"{name} ({names[name]})" if names[name] > 1 else name
        named.append(Element("testcase", {"classname": rule, "name": again, "time": "0"}, case.children))
    attributes = {
        "name": rule,
        "tests": str(len(named)),
        "failures": str(inside["failure"]),
        "errors": "0",
        "skipped": str(inside["skipped"]),
        "time": "0",
    }
    at = str(report.data.get("at", ""))
    return Element("testsuite", {**attributes, "timestamp": f"{at}T00:00:00"} if at else attributes, named)


def _case(finding: Finding, report: Report, lang: Lang) -> Element:
    message = clipped(finding.message.say(lang), 4 * LONGEST)
    lines = _lines(finding, report, lang)
    if not finding.stands:
        inside = Element("skipped", {"message": waiver_said(finding, lang)}, lines=lines)
    elif finding.severity == "error":
        inside = Element("failure", {"type": "error", "message": message}, lines=lines)
    else:
        inside = Element("system-out", lines=lines)
    kind = KIND_WORDS.get(finding.subject.kind)
    subject = f"{kind.say(lang) if kind else finding.subject.kind} {finding.subject.id}".strip()
    if finding.severity != "error":
        subject = MILDER.say(lang).format(severity=SEVERITY[finding.severity].say(lang), subject=subject)
    return Element("testcase", {"name": clipped(subject, LONGEST)}, [inside])


def _lines(finding: Finding, report: Report, lang: Lang) -> list[str]:
    lines = [finding.message.say(lang), *map(str, finding.spans)]
    zones = report.zones.get(finding.fingerprint, ())
    if zones:
        lines.append(BETWEEN.say(lang).format(it=zones_said(zones)))
    if finding.clauses:
        lines.append(CLAUSES.say(lang).format(it=", ".join(finding.clauses)))
    steps = steps_said(finding.witness, lang)
    if steps:
        lines += [PROOF.say(lang), *(f"  {step}" for step in steps)]
    if finding.remedy:
        lines.append(REMEDY.say(lang).format(it=finding.remedy.say(lang)))
    return lines


def _answered(rule: Asked, lang: Lang) -> Element:
    seen = rule.seen.say(lang) if rule.seen else ""
    if rule.result == "holds":
        return Element("testcase", {"name": HOLDS.say(lang)}, [Element("system-out", lines=[seen])] if seen else ())
    if rule.result == "not-applicable":
        word, lines = NOT_APPLICABLE.say(lang), [seen]
    else:
        word = NOT_EVALUATED.say(lang)
        lines = [
            WITHOUT.say(lang).format(data=one.datum.say(lang), subject=f"{one.subject.kind} {one.subject.id}".strip())
            for one in rule.missing[:ABSENT]
        ]
        if len(rule.missing) > ABSENT:
            lines.append(MORE.say(lang).format(n=len(rule.missing) - ABSENT))
    return Element("testcase", {"name": word}, [Element("skipped", {"message": word}, lines=lines)])


OUTPUT = Output(
    "junit",
    Text("findings as JUnit XML, for CI", "constats en XML JUnit, pour l’intégration continue"),
    (".junit.xml", ".junit"),
    "application/xml",
    _write,
)
