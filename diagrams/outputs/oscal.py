"""Statuses of clauses as OSCAL assessment results (NIST, 1.1.3), the same bytes for the same report.

A conformant clause is a finding that is satisfied; a non-conformant one is not, with its observations; a partial one is
not satisfied for another reason; a waived one is a risk with a deadline as well. What is declared is an attestation and
no finding, what was not evaluated has neither, and what does not apply is no reviewed control. Identifiers are derived
from names (UUID version 5, RFC 9562).
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloison import __version__
from cloison.diagrams.grouping import waiver_said
from cloison.diagrams.output import Output
from cloison.diagrams.places import uri
from cloison.diagrams.printable import printable
from cloison.diagrams.proof import steps_said
from cloison.diagrams.statuses import STATUS, without_statuses
from cloison.netmodel.finding import Finding, Lang, Text
from cloison.netmodel.report import Report, Status, StatusWord

VERSION = "1.1.3"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:cloison:oscal")
STATES: Mapping[StatusWord, tuple[str, str]] = {
    "conformant": ("satisfied", "pass"),
    "non-conformant": ("not-satisfied", "fail"),
    "partial": ("not-satisfied", "other"),
    "waived": ("not-satisfied", "fail"),
}
COLON = Text(": ", " : ")
NO_TOKEN = re.compile(r"[^\w.\-]")  # RFC-like tokens of OSCAL: letters, digits, dots, hyphens, underscores
TITLE = Text("Assessment of the network map {name}", "Évaluation de la carte réseau {name}")
RESULT = Text("{framework}, as a network map proves it", "{framework}, tel qu’une carte réseau le prouve")
DESCRIPTION = Text(
    "Each clause that bears on a network, judged on the map and on the configurations and captures that were given.",
    "Chaque exigence qui porte sur le réseau, jugée sur la carte et sur les configurations et captures fournies.",
)
PLAN = Text("The rules of cloison {version}", "Les règles de cloison {version}")
PLANNED = Text(
    "There is no assessment plan of its own: every rule of the program was asked of the map.",
    "Il n’y a pas de plan d’évaluation à part : toutes les règles du programme ont été posées à la carte.",
)
UNEVALUATED = Text(
    "without a finding, because deciding data are absent: {clauses}",
    "sans constat, faute de données pour conclure : {clauses}",
)
DECLARED = Text(
    "without a finding, because they rest on declarations: {clauses}",
    "sans constat, car elles reposent sur des déclarations : {clauses}",
)
NOT_APPLIED = Text("not applicable: {clauses}", "sans objet : {clauses}")
NOTHING = Text("No clause was reviewed.", "Aucune exigence n’a été examinée.")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Scribe:
    """What every part of the document needs: the report, the language and the date."""

    report: Report
    lang: Lang

    @property
    def at(self) -> str:
        return f"{self.report.data.get('at') or '1970-01-01'}T00:00:00Z"

    def id(self, *names: str) -> str:
        named = self.report.data.get("map")
        digest = str(named.get("digest", "")) if isinstance(named, Mapping) else ""
        text = json.dumps([self.report.title, digest, self.at, *names])
        return str(uuid.uuid5(NAMESPACE, text))


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    if not report.statuses:
        raise without_statuses("oscal", report.command)
    scribe = _Scribe(report, lang)
    plan = scribe.id("plan")
    frameworks = dict.fromkeys(item.framework for item in report.statuses)
    document = {
        "assessment-results": {
            "uuid": scribe.id("document"),
            "metadata": {
                "title": _line(TITLE.say(lang).format(name=report.title)),
                "last-modified": scribe.at,
                "version": scribe.at[:10],
                "oscal-version": VERSION,
                **({"props": [_prop("marking", report.marking)]} if report.marking else {}),
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [
                _result(scribe, name, [item for item in report.statuses if item.framework == name])
                for name in frameworks
            ],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": PLAN.say(lang).format(version=__version__),
                        "description": PLANNED.say(lang),
                    }
                ]
            },
        }
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _result(scribe: _Scribe, framework: str, statuses: Sequence[Status]) -> Json:
    report, lang = scribe.report, scribe.lang
    title = next((item.title.say(lang) for item in report.frameworks if item.name == framework), framework)
    cited = {fingerprint for item in statuses for fingerprint in item.findings}
    named = {finding.fingerprint: finding for finding in report.findings if finding.fingerprint in cited}
    observed = dict(sorted(named.items()))
    waived = {name: finding for name, finding in observed.items() if finding.waiver is not None}
    result: Json = {
        "uuid": scribe.id("result", framework),
        "title": _line(RESULT.say(lang).format(framework=title)),
        "description": DESCRIPTION.say(lang),
        "start": scribe.at,
        "end": scribe.at,
        "reviewed-controls": _reviewed(statuses, lang),
    }
    attested = [_attestation(scribe, item) for item in statuses if item.status == "declared" or item.declared]
    parts = {
        "attestations": attested,
        "observations": [_observation(scribe, framework, finding) for finding in observed.values()],
        "risks": [_risk(scribe, framework, finding) for finding in waived.values()],
        "findings": [
            _finding(scribe, item, observed.keys(), waived.keys()) for item in statuses if item.status in STATES
        ],
    }
    return result | {name: items for name, items in parts.items() if items}


def _reviewed(statuses: Sequence[Status], lang: Lang) -> Json:
    reviewed = [{"control-id": _token(item)} for item in statuses if item.status != "not-applicable"]
    remarks = [
        words.say(lang).format(clauses=", ".join(printable(item.clause) for item in items))
        for words, word in ((UNEVALUATED, "not-evaluated"), (DECLARED, "declared"), (NOT_APPLIED, "not-applicable"))
        if (items := [item for item in statuses if item.status == word])
    ]
    selection: Json = {"include-controls": reviewed} if reviewed else {"description": NOTHING.say(lang)}
    return {"control-selections": [selection]} | ({"remarks": "\n".join(remarks)} if remarks else {})


def _finding(scribe: _Scribe, item: Status, observed: Iterable[str], waived: Iterable[str]) -> Json:
    state, reason = STATES[item.status]
    look = STATUS[item.status].title.say(scribe.lang)
    known, accepted = set(observed), set(waived)
    related = {
        "related-observations": [
            {"observation-uuid": scribe.id("observation", item.framework, name)}
            for name in item.findings
            if name in known
        ],
        "related-risks": [
            {"risk-uuid": scribe.id("risk", item.framework, name)} for name in item.findings if name in accepted
        ],
    }
    props = [_prop("status", item.status), _prop("evidence-kind", item.kind), _prop("decided-by", item.decided_by)]
    props += [_prop("graph", graph) for graph in item.graphs]
    if item.urn:
        props.append(_prop("urn", item.urn))
    return {
        "uuid": scribe.id("finding", item.framework, item.clause),
        "title": _line(f"{item.clause} {item.title.say(scribe.lang)}"),
        "description": _line(COLON.say(scribe.lang).join([look, item.reason.say(scribe.lang)])),
        "props": props,
        "target": {
            "type": "objective-id",
            "target-id": _token(item),
            "status": {"state": state, "reason": reason, "remarks": _line(item.reason.say(scribe.lang))},
        },
        **{name: items for name, items in related.items() if items},
    }


def _observation(scribe: _Scribe, framework: str, finding: Finding) -> Json:
    lang = scribe.lang
    steps = steps_said(finding.witness, lang)
    made: Json = {
        "uuid": scribe.id("observation", framework, finding.fingerprint),
        "title": _line(finding.rule),
        "description": _line(finding.message.say(lang)),
        "props": [
            _prop("rule", finding.rule),
            _prop("severity", finding.severity),
            _prop("graph", finding.graph),
            _prop("fingerprint", finding.fingerprint),
        ],
        "methods": ["TEST"],
        "types": ["finding"],
        "collected": scribe.at,
    }
    evidence = [
        {"href": uri(span.file) + (f"#L{span.line}" if span.line else ""), "description": _line(str(span))}
        for span in finding.spans
        if span.file
    ]
    if evidence:
        made["relevant-evidence"] = evidence
    remarks = [*steps, *([finding.remedy.say(lang)] if finding.remedy else [])]
    return made | ({"remarks": "\n".join(map(_line, remarks))} if remarks else {})


def _risk(scribe: _Scribe, framework: str, finding: Finding) -> Json:
    assert finding.waiver is not None
    return {
        "uuid": scribe.id("risk", framework, finding.fingerprint),
        "title": _line(finding.rule),
        "description": _line(finding.message.say(scribe.lang)),
        "statement": _line(waiver_said(finding, scribe.lang)),
        "props": [_prop("accepted-by", finding.waiver.by)],
        "status": "deviation-approved",
        "deadline": f"{finding.waiver.until.isoformat()}T23:59:59Z",
        "related-observations": [{"observation-uuid": scribe.id("observation", framework, finding.fingerprint)}],
    }


def _attestation(scribe: _Scribe, item: Status) -> Json:
    part: Json = {
        "uuid": scribe.id("attestation", item.framework, item.clause),
        "name": "assertion",
        "title": _line(f"{item.clause} {item.title.say(scribe.lang)}"),
        "prose": _line(item.reason.say(scribe.lang)),
    }
    told = item.declared
    if told is not None:
        words = {
            "declared-status": told.status,
            "declared-by": told.by,
            "declared-on": told.on.isoformat(),
            "declared-until": told.until.isoformat() if told.until is not None else "",
            "evidence": told.evidence,
        }
        part["props"] = [_prop(name, value) for name, value in words.items() if value]
    return {"parts": [part]}


def _token(item: Status) -> str:
    """Return a clause as a token: it begins with a letter, and a bullet of a clause is told by a dot."""
    return NO_TOKEN.sub("_", f"{item.framework}_{item.clause}".replace("/", "."))


def _prop(name: str, value: str) -> Json:
    return {"name": name, "ns": "urn:cloison", "value": _line(value)}


def _line(text: str) -> str:
    """Return text as one line without a blank at either end and never empty, as OSCAL's strings are."""
    return printable(text).strip() or "-"


OUTPUT = Output(
    "oscal",
    Text("statuses of clauses as OSCAL assessment results", "statuts des exigences en résultats d’évaluation OSCAL"),
    (".oscal.json",),
    "application/oscal+json",
    _write,
)
