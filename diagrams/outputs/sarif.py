"""Findings as SARIF 2.1.0 (OASIS), for code scanning and editors.

Rules have their help, results their path as a code flow and related places, clauses are taxa of the framework, and what
is waived is suppressed. Paths are relative to ``SRCROOT``, the working directory, and columns count code points. The
fingerprint is the finding's own. Sections named below are those of the standard.
"""

from __future__ import annotations

import io
import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cloison import __version__
from cloison.diagrams.grouping import waiver_said
from cloison.diagrams.markdown import escaped
from cloison.diagrams.output import Output
from cloison.diagrams.places import uri
from cloison.diagrams.printable import printable
from cloison.diagrams.proof import step_said, steps_said
from cloison.netmodel.finding import Finding, Lang, Ref, Severity, Span, Step, Text
from cloison.netmodel.report import Asked, Report, Status

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:cloison:sarif")
LEVELS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "note": "note"}
BRACES = re.compile(r"[{}]")
ROOT = Text("the directory where cloison was run", "le répertoire où cloison a été lancé")
ABSENT = Text("not evaluated: {rule}; absent data: {n}", "non évalué : {rule} ; données absentes : {n}")
WHY = Text("Why", "Pourquoi")
REMEDY = Text("What to do", "Que faire")
CLAUSES = Text("Clauses", "Exigences")
Json = dict[str, Any]


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    paper = io.BytesIO()
    for part in _parts(report, lang):
        paper.write(part.encode("utf-8", "replace"))
    return paper.getvalue()


def _parts(report: Report, lang: Lang) -> Iterator[str]:
    """Yield the log, each result in a line of its own, so that they are never there all at once as values."""
    yield f'{{\n"$schema": {_said(SCHEMA)},\n"version": "2.1.0",\n"runs": [{{'
    opened = ""
    for key, value in _run(report, lang).items():
        yield f'{opened}\n"{key}": '
        opened = ","
        if key == "results":
            yield "["
            comma = ""
            for result in value:
                yield f"{comma}\n{_said(result)}"
                comma = ","
            yield "\n]"
        else:
            yield json.dumps(value, ensure_ascii=False, indent=1)
    yield "\n}]\n}\n"


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _run(report: Report, lang: Lang) -> Json:
    """Return the run, its results one by one."""
    taxonomies = [
        _taxonomy(name, [item for item in report.statuses if item.framework == name], report, lang)
        for name in dict.fromkeys(item.framework for item in report.statuses)
    ]
    taxa = {
        item["id"]: _target(item["id"], at, where, taxonomy)
        for where, taxonomy in reversed(list(enumerate(taxonomies)))
        for at, item in enumerate(taxonomy["taxa"])
    }
    rules = [_rule(rule, taxa, lang) for rule in report.rules]
    known = {rule["id"] for rule in rules}
    found = dict.fromkeys(printable(finding.rule) for finding in report.findings)
    rules += [{"id": name} for name in found if name not in known]
    places = {rule["id"]: at for at, rule in enumerate(rules)}
    driver: Json = {"name": "cloison", "version": __version__, "rules": rules}
    if taxonomies:
        driver["supportedTaxonomies"] = [
            {"name": item["name"], "index": at, "guid": item["guid"]} for at, item in enumerate(taxonomies)
        ]
    run: Json = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"cloison/{report.command}/"},
        "language": lang,
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": ROOT.say(lang)}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    _unevaluated(rule, places, lang) for rule in report.rules if rule.missing
                ],
            }
        ],
        "results": _results(report, places, taxa, lang),
    }
    named = report.data.get("map")
    if isinstance(named, Mapping):
        run["properties"] = {"map": printable(str(named.get("name", ""))), "digest": str(named.get("digest", ""))}
    return run | ({"taxonomies": taxonomies} if taxonomies else {})


def _taxonomy(name: str, statuses: Sequence[Status], report: Report, lang: Lang) -> Json:
    """Return a framework as a taxonomy (section 3.19.3), its clauses as taxa with their statuses."""
    title = next((item.title.say(lang) for item in report.frameworks if item.name == name), name)
    return {
        "name": printable(name),
        "guid": str(uuid.uuid5(NAMESPACE, name)),
        "shortDescription": {"text": _message(title)},
        "isComprehensive": False,
        "taxa": [
            {
                "id": printable(item.clause),
                "name": printable(item.title.say(lang)),
                "shortDescription": {"text": _message((item.paraphrase or item.title).say(lang))},
                "properties": {
                    "status": item.status,
                    "reason": printable(item.reason.say(lang)),
                    "kind": item.kind,
                    "decidedBy": item.decided_by,
                    "graphs": list(item.graphs),
                }
                | ({"urn": item.urn} if item.urn else {}),
            }
            for item in statuses
        ],
    }


def _target(clause: str, at: int, where: int, taxonomy: Json) -> Json:
    component = {"name": taxonomy["name"], "index": where, "guid": taxonomy["guid"]}
    return {"id": clause, "index": at, "toolComponent": component}


def _rule(rule: Asked, taxa: Mapping[str, Json], lang: Lang) -> Json:
    clauses = [printable(clause) for clause in rule.clauses]
    title, why, remedy = (text.say(lang) for text in (rule.title, rule.why, rule.remedy))
    parts = [f"**{WHY.say(lang)}**\n\n{escaped(why)}", f"**{REMEDY.say(lang)}**\n\n{escaped(remedy)}"]
    if clauses:
        parts.append(f"**{CLAUSES.say(lang)}**\n\n{escaped(', '.join(clauses))}")
    made: Json = {
        "id": printable(rule.name),
        "shortDescription": {"text": _message(title)},
        "fullDescription": {"text": _message(why)},
        "help": {"text": _message(f"{why} {remedy}"), "markdown": "\n\n".join(parts)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": ["security", "network", *clauses]},
    }
    related = [taxa[clause] for clause in clauses if clause in taxa]
    if related:
        made["relationships"] = [{"target": target, "kinds": ["relevant"]} for target in related]
    return made


def _unevaluated(rule: Asked, places: Mapping[str, int], lang: Lang) -> Json:
    name = printable(rule.name)
    return {
        "level": "note",
        "message": {"text": ABSENT.say(lang).format(rule=_message(name), n=len(rule.missing))},
        "associatedRule": {"id": name, "index": places[name]},
        "descriptor": {"id": "not-evaluated"},
    }


def _results(report: Report, places: Mapping[str, int], taxa: Mapping[str, Json], lang: Lang) -> Iterator[Json]:
    seen: Counter[str] = Counter()
    for finding in report.findings:
        seen[finding.fingerprint] += 1
        yield _result(finding, seen[finding.fingerprint], places, taxa, report, lang)


def _result(
    finding: Finding, occurrence: int, places: Mapping[str, int], taxa: Mapping[str, Json], report: Report, lang: Lang
) -> Json:
    rule = printable(finding.rule)
    made: Json = {
        "ruleId": rule,
        "ruleIndex": places[rule],
        "kind": "fail",
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding.message.say(lang))},
        "locations": [_location(finding.spans[0], finding.subject)] if finding.spans else [],
        "partialFingerprints": {
            "cloison/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint}:{occurrence}",  # the one that GitHub reads
        },
    }
    steps = _steps(finding, lang)
    related = [_location(span) for span in finding.spans[1:]]
    related += [_location(span, said=text) for span, text in steps if span not in finding.spans]
    if related:
        made["relatedLocations"] = [{"id": number, **place} for number, place in enumerate(related, 1)]
    if finding.witness is not None and finding.witness.kind == "path" and steps:
        flow = [{"location": _location(span, said=text)} for span, text in steps]
        made["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    cited = [taxa[clause] for clause in map(printable, finding.clauses) if clause in taxa]
    if cited:
        made["taxa"] = cited
    if "baseline" in report.data:
        made["baselineState"] = "unchanged" if finding.known else "new"
    if finding.waiver is not None:
        said = printable(waiver_said(finding, lang))
        made["suppressions"] = [{"kind": "external", "status": "accepted", "justification": said}]
    proof = [printable(line) for line in steps_said(finding.witness, lang)]
    zones = [printable(zone) for zone in report.zones.get(finding.fingerprint, ())]
    made["properties"] = {
        "graph": finding.graph,
        "subject": printable(f"{finding.subject.kind} {finding.subject.id}"),
        **({"zones": zones} if zones else {}),
        **({"witness": proof} if proof else {}),
        **({"remedy": printable(finding.remedy.say(lang))} if finding.remedy else {}),
    }
    return made


def _steps(finding: Finding, lang: Lang) -> list[tuple[Span, str]]:
    """Return the steps of the witness that have a place; what the others say is told with the next, or the last."""
    placed: list[tuple[Span, str]] = []
    waiting: list[str] = []
    steps: Sequence[Step] = finding.witness.steps if finding.witness else ()
    for step in steps:
        waiting.append(step_said(step, lang))
        if step.span is not None:
            placed.append((step.span, " → ".join(waiting)))
            waiting = []
    if waiting and placed:
        span, text = placed.pop()
        placed.append((span, " → ".join([text, *waiting])))
    return placed


def _location(span: Span, subject: Ref | None = None, said: str = "") -> Json:
    """Return a place; a row of a spreadsheet and a packet of a capture are told in words, not being lines of text."""
    address = uri(span.file)
    artifact: Json = {"uri": address} if address.startswith("file:") else {"uri": address, "uriBaseId": "SRCROOT"}
    physical: Json = {"artifactLocation": artifact}
    if span.line and not span.sheet and not span.packet:
        region: Json = {"startLine": span.line}
        if span.column:
            region["startColumn"] = span.column
        if span.end_line >= span.line:
            region["endLine"] = span.end_line
            if span.end_column and (span.end_line > span.line or span.end_column >= span.column):
                region["endColumn"] = span.end_column
        physical["region"] = region
    elif not said:
        said = str(span)
    made: Json = {"physicalLocation": physical}
    if said:
        made["message"] = {"text": _message(said)}
    if subject is not None:
        made["logicalLocations"] = [{"name": printable(subject.id), "kind": printable(subject.kind)}]
    return made


def _message(text: str) -> str:
    """Return text that is no placeholder (section 3.11.5) and no link (section 3.11.6)."""
    shown = BRACES.sub(lambda found: found.group() * 2, printable(text))
    return shown.replace("[", "\\[").replace("]", "\\]") if "](" in shown else shown


OUTPUT = Output(
    "sarif",
    Text("findings as SARIF 2.1.0, for code scanning", "constats en SARIF 2.1.0, pour l’analyse de code"),
    (".sarif", ".sarif.json"),
    "application/sarif+json",
    _write,
)
