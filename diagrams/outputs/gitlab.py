"""Findings as GitLab's code quality report, which a merge request shows beside the lines that it changes.

One entry a finding, with a fingerprint that no other has; what is waived is told as information. Source: GitLab's
documentation, "Code Quality report format".
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping

from cloison.diagrams.grouping import waiver_said
from cloison.diagrams.output import Output
from cloison.diagrams.places import relative
from cloison.diagrams.printable import printable
from cloison.netmodel.finding import Finding, Lang, Severity, Text
from cloison.netmodel.report import Report

LEVELS: Mapping[Severity, str] = {"error": "critical", "warning": "minor", "note": "info"}


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    seen: Counter[str] = Counter()
    entries = []
    for finding in report.findings:
        seen[finding.fingerprint] += 1
        entries.append(_entry(finding, seen[finding.fingerprint], lang))
    return (json.dumps(entries, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _entry(finding: Finding, occurrence: int, lang: Lang) -> dict[str, object]:
    span = finding.spans[0] if finding.spans else None
    first = max(1, span.line) if span else 1
    lines = {"begin": first} | ({"end": span.end_line} if span and span.end_line > first else {})
    waived = waiver_said(finding, lang)
    words = [finding.message.say(lang), f"({', '.join(finding.clauses)})" if finding.clauses else ""]
    text = " ".join(word for word in words if word) + (f" [{waived}]" if waived else "")
    return {
        "description": printable(text),
        "check_name": printable(finding.rule),
        "fingerprint": hashlib.sha256(f"{finding.fingerprint}:{occurrence}".encode()).hexdigest(),
        "severity": LEVELS[finding.severity] if finding.stands else "info",
        "location": {"path": printable(relative(span.file)) if span and span.file else ".", "lines": lines},
    }


OUTPUT = Output(
    "gitlab",
    Text("findings as a GitLab code quality report", "constats en rapport de qualité du code de GitLab"),
    (".gitlab.json",),
    "application/json",
    _write,
)
