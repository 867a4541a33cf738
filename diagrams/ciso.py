"""Statuses of clauses as CISO Assistant imports an assessment: one row a requirement node, blanks where we say nothing.

Its columns: ``urn``, ``ref_id`` (it wins over the URN, and nodes that are bullets have none), ``assessable`` (rows
without it are left out), ``compliance_result``, ``requirement_progress``, ``observations``; ``name`` and
``description`` are for people. A blank never overwrites what somebody has written there. Only what a machine proves is
a result: a clause that is declared, or partly shown, has an observation and no result. Source: CISO Assistant's
documentation, "Data import wizard", Audits, and its library ``secnumcloud-3.2`` (version 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cloison.diagrams.printable import clipped
from cloison.diagrams.statuses import STATUS
from cloison.netmodel.finding import Finding, Lang, Text
from cloison.netmodel.report import Catalogue, Report, Status, StatusWord

LIBRARY = "urn:intuitem:"
COLUMNS = (
    "urn", "ref_id", "assessable", "name", "description", "compliance_result", "requirement_progress", "observations",
)  # fmt: skip
# what the library itself does not let one assess: results go to their children
PARENTS = frozenset({
    "7.1.a", "7.1.b", "8.5.a", "9.6.f", "9.7.d", "11.1.2.a", "18.2.1.a", "19.6.b", "19.6.c", "19.6.d",
})  # fmt: skip
RESULTS: Mapping[StatusWord, str] = {
    "conformant": "compliant",
    "non-conformant": "non_compliant",
    "not-applicable": "not_applicable",
    "waived": "non_compliant",
}
PROGRESS: Mapping[StatusWord, str] = {
    "conformant": "in_review",  # somebody has to agree
    "not-applicable": "in_review",
    "non-conformant": "in_progress",
    "waived": "in_progress",
    "partial": "in_progress",
    "declared": "in_progress",
}
# of two of our clauses that are one node of the library, the first of these speaks
WORST: tuple[StatusWord, ...] = (
    "non-conformant", "waived", "not-evaluated", "partial", "declared", "conformant", "not-applicable",
)  # fmt: skip
LONGEST = 4000  # characters of an observation
NAMED = 10  # findings that an observation names
MORE = Text("and {n} more", "et {n} de plus")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one framework, in the order of :data:`COLUMNS`."""

    framework: Catalogue
    rows: tuple[tuple[str, ...], ...]


def sheets(report: Report, lang: Lang) -> tuple[Sheet, ...]:
    """Return a sheet for each framework that CISO Assistant has; its own refusals are never written."""
    known = {finding.fingerprint: finding for finding in report.findings}
    made = []
    for framework in report.frameworks:
        if not framework.urn.startswith(LIBRARY):
            continue
        nodes: dict[str, list[Status]] = {}
        for item in report.statuses:
            suffix = item.urn.removeprefix(framework.urn)
            if item.framework == framework.name and item.urn.startswith(framework.urn) and suffix not in PARENTS:
                nodes.setdefault(item.urn, []).append(item)
        rows = tuple(_row(framework, urn, items, known, lang) for urn, items in nodes.items())
        made.append(Sheet(framework, rows))
    return tuple(made)


def _row(
    framework: Catalogue, urn: str, items: Sequence[Status], known: Mapping[str, Finding], lang: Lang
) -> tuple[str, ...]:
    decides = min(items, key=lambda item: WORST.index(item.status))
    suffix = urn.removeprefix(framework.urn)
    said = [_observation(item, known, lang) for item in items if item.status != "not-evaluated"]
    blank = decides.status == "not-evaluated"
    return (
        urn,
        "" if suffix.startswith("node") else suffix,
        "true",
        " / ".join(dict.fromkeys(item.title.say(lang) for item in items)),
        " / ".join(dict.fromkeys(item.paraphrase.say(lang) for item in items if item.paraphrase)),
        RESULTS.get(decides.status, ""),
        PROGRESS.get(decides.status, ""),
        "" if blank else clipped(" | ".join(said), LONGEST),
    )


def _observation(item: Status, known: Mapping[str, Finding], lang: Lang) -> str:
    """Return a status, its reason, the graphs that decided and the findings, in one line."""
    found = [known[name] for name in item.findings if name in known]
    parts = [f"cloison: {STATUS[item.status].title.say(lang)}; {item.reason.say(lang)}"]
    for finding in found[:NAMED]:
        place = f" ({finding.spans[0]})" if finding.spans else ""
        parts.append(f"{finding.rule}: {finding.message.say(lang)}{place} [{finding.fingerprint}]")
    if len(found) > NAMED:
        parts.append(MORE.say(lang).format(n=len(found) - NAMED))
    return "; ".join(parts)
