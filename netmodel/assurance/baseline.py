"""An earlier report as a baseline: what it has is known, and only what is new counts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.finding import SEVERITIES, Finding, Graph, MapError, Message, Ref, Severity, Span, say
from cloison.netmodel.language.files import file_error, read_bytes, utf8

SCHEMA = "cloison.check/1"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A finding of an earlier report; ``waived`` says that a waiver covered it then."""

    rule: str
    severity: Severity
    message: str
    subject: Ref
    graph: Graph
    fingerprint: str
    waived: bool


@dataclass(frozen=True, slots=True)
class Baseline:
    """An earlier report: its file, the name and digest of its map, its findings by fingerprint."""

    file: str
    name: str
    digest: str
    findings: Mapping[str, Earlier]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Findings, those that are known marked as such; what is gone since; what was not looked at this time."""

    baseline: Baseline
    findings: tuple[Finding, ...]
    gone: tuple[Earlier, ...]
    not_looked_at: tuple[Earlier, ...]


def read_baseline(path: Path) -> Baseline:
    """Return the baseline in a JSON report of ``cloison check``; raise ``MapError`` for anything else."""
    name = str(path)
    text = utf8(read_bytes(path), name)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused(name, say("This is not JSON: a baseline is an earlier report, written by -o FILE.json",
                                 "Ce n’est pas du JSON : une référence est un rapport antérieur, écrit par "
                                 "-o FICHIER.json")) from None  # fmt: skip
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        raise _refused(name, say("This is no report of `cloison check` ({schema} is wanted, and this is {found})",
                                 "Ce n’est pas un rapport de `cloison check` (il faut {schema}, et c’est {found})",
                                 schema=SCHEMA, found=str(schema)[:40]))  # fmt: skip
    map_, listed = data.get("map"), data.get("findings")
    if not isinstance(map_, dict) or not isinstance(map_.get("name"), str) or not isinstance(listed, list):
        raise _refused(name, say("The report has no map or no list of findings",
                                 "Le rapport n’a pas de carte ou pas de liste de constats"))  # fmt: skip
    found: dict[str, Earlier] = {}
    for place, item in enumerate(listed):
        earlier = _earlier(item)
        if earlier is None:
            raise _refused(name, say("Finding {n} of the report has no fingerprint, or no rule, severity or subject",
                                     "Le constat {n} du rapport n’a pas d’empreinte, de règle, de gravité ou d’objet",
                                     n=place + 1))  # fmt: skip
        known = found.setdefault(earlier.fingerprint, earlier)
        if known.waived and not earlier.waived:
            found[earlier.fingerprint] = earlier
    return Baseline(name, map_["name"], str(map_.get("digest", "")), found)


def baseline_of(findings: Sequence[Finding], file: str, name: str, digest: str) -> Baseline:
    """Return findings of an earlier version as a baseline, as if they had been read from its report."""
    found: dict[str, Earlier] = {}
    for item in findings:
        known = found.get(item.fingerprint)
        if known is None or (known.waived and item.waiver is None):
            found[item.fingerprint] = Earlier(item.rule, item.severity, item.message.say("en"), item.subject,
                                              item.graph, item.fingerprint, item.waiver is not None)  # fmt: skip
    return Baseline(file, name, digest, found)


def compared(findings: Sequence[Finding], baseline: Baseline, evidence: Evidence) -> Comparison:
    """Return findings compared with a baseline; raise ``MapError`` when it is of a map of another name.

    A finding is known when the baseline has it with no waiver, and no less severe: what a waiver covered then and
    covers no more counts again. What was found on graphs of which there is no evidence this time is not gone.
    """
    name = evidence.network.model.name
    given = {"declared": True, "effective": bool(evidence.effective), "observed": evidence.observed is not None}
    if baseline.name != name:
        raise _refused(
            baseline.file,
            say("The baseline is of the map “{other}”, and this one is “{name}”",
                "La référence est de la carte « {other} », et celle-ci est « {name} »",
                other=baseline.name, name=name),
        )  # fmt: skip
    marked = tuple(
        replace(finding, known=True) if _is_known(finding, baseline.findings.get(finding.fingerprint)) else finding
        for finding in findings
    )
    here = {finding.fingerprint for finding in findings}
    absent = [item for key, item in baseline.findings.items() if key not in here and not item.waived]
    absent.sort(key=lambda item: (SEVERITIES.index(item.severity), item.rule, item.subject, item.fingerprint))
    gone = tuple(item for item in absent if given[item.graph])
    return Comparison(baseline, marked, gone, tuple(item for item in absent if not given[item.graph]))


def _is_known(finding: Finding, earlier: Earlier | None) -> bool:
    return earlier is not None and not earlier.waived and (
        SEVERITIES.index(earlier.severity) <= SEVERITIES.index(finding.severity)
    )  # fmt: skip


def _earlier(item: Any) -> Earlier | None:
    if not isinstance(item, dict) or not isinstance(item.get("subject"), dict):
        return None
    rule, print_, severity, subject = item.get("rule"), item.get("fingerprint"), item.get("severity"), item["subject"]
    graph = item.get("graph", "declared")
    if not (isinstance(rule, str) and isinstance(print_, str) and print_ and severity in SEVERITIES):
        return None
    if graph not in ("declared", "effective", "observed"):
        return None
    about = Ref(str(subject.get("kind", "")), str(subject.get("id", "")))
    return Earlier(rule, severity, str(item.get("message", "")), about, graph, print_, item.get("waived") is not None)


def _refused(file: str, message: Message) -> MapError:
    return MapError((file_error("baseline", message, Span(file)),))
