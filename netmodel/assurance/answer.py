"""Assessments as reports: the JSON contract ``cloison.check/1``, and tables and sentences for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloison.netmodel.assurance.asked import asked, clauses_of, result, seen
from cloison.netmodel.assurance.assess import Assessment, built_in_checks, built_in_frameworks
from cloison.netmodel.assurance.baseline import Comparison, Earlier
from cloison.netmodel.assurance.check import Check, Outcome
from cloison.netmodel.assurance.evidence import Changes
from cloison.netmodel.assurance.framework import STATUS_WORDS, Framework
from cloison.netmodel.assurance.required import Required
from cloison.netmodel.assurance.upkeep import UPKEEP
from cloison.netmodel.assurance.zoning import zones_of
from cloison.netmodel.finding import SEVERITIES, Finding, Message, Severity, Span, Text, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Catalogue, Declared, Report, RuleWord, Status, Table

SEVERITY_WORDS: Mapping[Severity, Text] = {
    "error": Text("error", "erreur"),
    "warning": Text("warning", "avertissement"),
    "note": Text("note", "remarque"),
}
_GRAPH_WORDS = {
    "declared": Text("the map", "la carte"),
    "effective": Text("filter configurations", "les configurations de filtrage"),
    "observed": Text("captures", "les captures"),
}
RESULT_WORDS: Mapping[RuleWord, Text] = {
    "findings": Text("{n} {n:finding|findings}", "{n} {n:constat|constats}"),
    "holds": Text("holds", "tient"),
    "not-evaluated": STATUS_WORDS["not-evaluated"],
    "not-applicable": STATUS_WORDS["not-applicable"],
}
_COUNTED = ("parties", "zones", "subnets", "assets", "interconnections", "endpoints", "services", "groups")


def check_report(
    assessment: Assessment,
    network: Network,
    comparison: Comparison | None = None,
    demanded: Sequence[Required] = (),
    changes: Changes | None = None,
) -> Report:
    """Return what ``cloison check`` answers; ``data`` is ``cloison.check/1``.

    With a ``comparison`` its findings are those of the report: the known ones are told apart, and what is gone. The
    clauses ``demanded`` are told with what became of them, ``changes`` with what they ask for.
    """
    frameworks = assessment.frameworks
    findings = assessment.findings if comparison is None else comparison.findings
    counts = {section: len(getattr(network.model, section)) for section in _COUNTED} | {"lines": len(network.lines)}
    data = {
        "schema": "cloison.check/1",
        "at": network.at.isoformat(),
        "map": {"name": network.model.name, "digest": network.digest, "counts": counts},
        "findings": [finding_data(finding) for finding in findings],
        "clauses": [_status_data(item) for item in assessment.statuses],
        "rules": [_outcome_data(check, assessment.outcomes[check.name]) for check in assessment.checks],
    }
    if comparison is not None:
        data["baseline"] = _comparison_data(comparison)
    if changes is not None:
        data["since"] = {
            "version": changes.since, "digest": changes.digest, "whole": changes.whole,
            **{kind: [{"kind": ref.kind, "id": ref.id} for ref in changes.asks[kind]] for kind in sorted(changes.asks)},
        }  # fmt: skip
    if demanded:
        data["required"] = [
            {"framework": item.status.framework, "clause": item.status.clause, "status": item.status.status,
             "holds": item.holds}
            for item in demanded
        ]  # fmt: skip
    return Report(
        command="check",
        data=data,
        findings=findings,
        statuses=assessment.statuses,
        tables=(*_gone(comparison), _looked_at(assessment)),
        summary=(
            *_summary(assessment, findings, network, comparison), *_since(changes), *(item.said() for item in demanded),
        ),
        marking=network.model.marking,
        title=network.model.name,
        rules=asked(assessment, frameworks),
        frameworks=tuple(Catalogue(item.name, item.title, item.urn) for item in frameworks),
        zones={finding.fingerprint: zones for finding in assessment.findings if (zones := zones_of(network, finding))},
    )


def rules_report(checks: Sequence[Check] | None = None, frameworks: Sequence[Framework] | None = None) -> Report:
    """Return the reference of the rules: name, title, clauses, severity, needs, why and remedy."""
    checks = built_in_checks() if checks is None else checks
    frameworks = built_in_frameworks() if frameworks is None else frameworks
    rows: list[tuple[Any, ...]] = []
    entries: list[dict[str, Any]] = []
    for check in checks:
        clauses = clauses_of(check, frameworks)
        needs = tuple(_GRAPH_WORDS[graph] for graph in check.needs)
        severity = SEVERITY_WORDS[check.severity]
        rows.append((check.name, severity, check.title, clauses, needs, check.why, check.remedy))
        entries.append(
            {
                "name": check.name,
                "severity": check.severity,
                "title": _both(check.title),
                "clauses": list(clauses),
                "needs": list(check.needs),
                "refines": list(check.refines),
                "why": _both(check.why),
                "remedy": _both(check.remedy),
            }
        )
    for name, words in sorted(UPKEEP.items()):
        rows.append((name, SEVERITY_WORDS[words.severity], words.title, (), (), words.why, words.remedy))
        entries.append(
            {
                "name": name,
                "severity": words.severity,
                "title": _both(words.title),
                "clauses": [],
                "needs": [],
                "refines": [],
                "why": _both(words.why),
                "remedy": _both(words.remedy),
            }
        )
    table = Table(
        "rules",
        Text("Rules", "Règles"),
        (
            Text("rule", "règle"),
            Text("severity", "gravité"),
            Text("title", "intitulé"),
            Text("clauses", "exigences"),
            Text("needs", "demande"),
            Text("why", "pourquoi"),
            Text("remedy", "remède"),
        ),
        tuple(rows),
    )
    summary = say(
        "{n} rules; the user's own are written in the map under `policy`",
        "{n} règles ; celles de l’utilisateur s’écrivent dans la carte sous `policy`",
        n=len(entries),
    )
    return Report("rules", {"schema": "cloison.rules/1", "rules": entries}, tables=(table,), summary=(summary,))


def finding_data(finding: Finding) -> dict[str, Any]:
    """Return a finding as the JSON contract writes it; texts are English, languages are for people."""
    waiver = finding.waiver
    return {
        "rule": finding.rule,
        "clauses": list(finding.clauses),
        "severity": finding.severity,
        "message": finding.message.say("en"),
        "subject": {"kind": finding.subject.kind, "id": finding.subject.id},
        "locations": [_location(span) for span in finding.spans],
        "graph": finding.graph,
        "witness": _witness(finding.witness),
        "remedy": finding.remedy.say("en") if finding.remedy else "",
        "fingerprint": finding.fingerprint,
        "waived": {"why": waiver.why, "by": waiver.by, "until": waiver.until.isoformat()} if waiver else None,
        "known": finding.known,
    }


def _comparison_data(comparison: Comparison) -> dict[str, Any]:
    baseline = comparison.baseline
    return {
        "file": baseline.file,
        "map": {"name": baseline.name, "digest": baseline.digest},
        "known": sum(finding.known for finding in comparison.findings),
        "new": sum(finding.stands for finding in comparison.findings),
        "gone": [_earlier_data(item) for item in comparison.gone],
        "not_looked_at": [_earlier_data(item) for item in comparison.not_looked_at],
    }


def _earlier_data(item: Earlier) -> dict[str, Any]:
    return {
        "rule": item.rule, "severity": item.severity, "message": item.message,
        "subject": {"kind": item.subject.kind, "id": item.subject.id}, "graph": item.graph,
        "fingerprint": item.fingerprint,
    }  # fmt: skip


def _gone(comparison: Comparison | None) -> tuple[Table, ...]:
    """Return the table of what a baseline has and is found no more, if there is any."""
    if comparison is None or not comparison.gone:
        return ()
    columns = Text("rule", "règle"), Text("severity", "gravité"), Text("subject", "objet"), Text("message", "message")
    rows = tuple((item.rule, SEVERITY_WORDS[item.severity], item.subject.id, item.message) for item in comparison.gone)
    title = Text("Gone since the baseline", "Disparus depuis la référence")
    return (Table("gone", title, columns, rows),)


def _location(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "sheet": span.sheet,
        "packet": span.packet,
    }


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    steps = [
        {
            "kind": step.subject.kind,
            "id": step.subject.id,
            "note": step.note.say("en") if step.note else "",
            "location": _location(step.span) if step.span else None,
        }
        for step in witness.steps
    ]
    return {"kind": witness.kind, "steps": steps, "packet": dict(witness.packet)}


def _status_data(item: Status) -> dict[str, Any]:
    return {
        "framework": item.framework,
        "clause": item.clause,
        "status": item.status,
        "kind": item.kind,
        "graphs": list(item.graphs),
        "reason": item.reason.say("en"),
        "findings": list(item.findings),
        "urn": item.urn,
        "decided_by": item.decided_by,
        "declared": _declared_data(item.declared) if item.declared is not None else None,
        "missing": [{"kind": one.subject.kind, "id": one.subject.id, "datum": one.datum.en} for one in item.absent],
        "rules": list(item.rules),
    }


def _declared_data(declared: Declared) -> dict[str, Any]:
    return {
        "status": declared.status,
        "by": declared.by,
        "on": declared.on.isoformat(),
        "until": declared.until.isoformat() if declared.until is not None else None,
        "evidence": declared.evidence,
    }


def _outcome_data(check: Check, outcome: Outcome) -> dict[str, Any]:
    return {
        "rule": check.name,
        "result": result(outcome),
        "looked_at": dict(outcome.looked_at),
        "seen": seen(outcome).say("en"),
        "breaches": len(outcome.breaches),
        "missing": [
            {"kind": item.subject.kind, "id": item.subject.id, "datum": item.datum.en} for item in outcome.missing
        ],
    }


def _looked_at(assessment: Assessment) -> Table:
    """Return the table that says of each rule what it looked at, and so what a pass is worth."""
    rows = []
    for check in assessment.checks:
        outcome = assessment.outcomes[check.name]
        rows.append(
            (
                check.name,
                check.title,
                Message(RESULT_WORDS[result(outcome)], {"n": len(outcome.breaches)}),
                seen(outcome),
            )
        )
    return Table(
        "rules",
        Text("What each rule looked at", "Ce que chaque règle a examiné"),
        (Text("rule", "règle"), Text("title", "intitulé"), Text("result", "résultat"), Text("looked at", "examiné")),
        tuple(rows),
    )


def _since(changes: Changes | None) -> tuple[Message, ...]:
    if changes is None:
        return ()
    counts = {kind: len(changes.asks.get(kind, ())) for kind in ("major", "tenants", "losses")}
    told = [
        say("since {since}: a major change, by {n} {n:thing|things}",
            "depuis {since} : un changement majeur, par {n} {n:élément|éléments}", since=changes.since,
            n=counts["major"])
        if counts["major"] else
        say("since {since}: no major change is seen", "depuis {since} : aucun changement majeur n’est vu",
            since=changes.since),
        say("{tenants} {tenants:tenant is|tenants are} touched, {losses} of which {losses:loses|lose} something",
            "{tenants} {tenants:commanditaire touché|commanditaires touchés}, dont {losses} {losses:perd|perdent} "
            "quelque chose", tenants=counts["tenants"], losses=counts["losses"]),
    ]  # fmt: skip
    if not changes.whole:
        told.append(say("not everything that opens or closes was found: the comparison took too long",
                        "tout ce qui s’ouvre ou se ferme n’a pas été trouvé : comparaison trop longue"))  # fmt: skip
    return tuple(told)


def _summary(
    assessment: Assessment, findings: Sequence[Finding], network: Network, comparison: Comparison | None
) -> tuple[Message, ...]:
    standing = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        if finding.stands:
            standing[finding.severity] += 1
    model = network.model
    lines = [
        say(
            "{zones} {zones:zone|zones}, {subnets} {subnets:subnet|subnets}, {assets} {assets:asset|assets} and "
            "{lines} {lines:line|lines} were looked at by {rules} rules",
            "{zones} {zones:zone|zones}, {subnets} {subnets:sous-réseau|sous-réseaux}, {assets} {assets:bien|biens} et "
            "{lines} {lines:ligne|lignes} examinés par {rules} règles",
            zones=len(model.zones),
            subnets=len(model.subnets),
            assets=len(model.assets),
            lines=len(network.lines),
            rules=len(assessment.checks),
        ),
        say(
            "{errors} {errors:error|errors}, {warnings} {warnings:warning|warnings}, {notes} {notes:note|notes}, "
            "{waived} under waiver",
            "{errors} {errors:erreur|erreurs}, {warnings} {warnings:avertissement|avertissements}, "
            "{notes} {notes:remarque|remarques}, {waived} sous dérogation",
            errors=standing["error"],
            warnings=standing["warning"],
            notes=standing["note"],
            waived=sum(finding.waiver is not None for finding in findings),
        ),
    ]
    if comparison is not None:
        lines.append(
            say(
                "{known} known from the baseline and {gone} gone since; {unseen} of it were not looked at",
                "{known} connus de la référence et {gone} disparus depuis ; {unseen} n’ont pas été examinés",
                known=sum(finding.known for finding in findings),
                gone=len(comparison.gone),
                unseen=len(comparison.not_looked_at),
            )
        )
    open_checks = tuple(
        check.name
        for check in assessment.checks
        if assessment.outcomes[check.name].missing and not assessment.outcomes[check.name].breaches
    )
    if open_checks:
        lines.append(
            say("not evaluated for want of data: {rules}", "non évalué faute de données : {rules}", rules=open_checks)
        )
    return tuple(lines)


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "fr": text.fr}
