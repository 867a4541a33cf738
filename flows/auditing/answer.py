"""The answer of an audit: its JSON contract (``cloison.audit/1``), its tables and its summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import moment
from cloison.flows.auditing.listed import Listed
from cloison.flows.auditing.narrower import Narrower, narrower
from cloison.flows.auditing.summary import ledger, summary, words
from cloison.flows.auditing.tables import tables
from cloison.flows.judge import AUTHORISED, LOCAL
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report


def audit_report(audit: Audit, network: Network, every: bool = False) -> Report:
    """Return the report of an audit: conversations that are not authorised, or all of them with ``every``.

    ``data["conversations"]`` is a sequence that makes its rows when they are asked for.
    """
    verdict = audit.verdicts.verdict
    bad = audit.verdicts.severity > 0
    rows = np.arange(len(verdict)) if every else np.flatnonzero(bad | _neither(audit))
    enough = narrower(audit)
    claims = {line.id: line.flow.encryption is not None for line in network.lines}
    return Report(
        "audit",
        {
            "schema": "cloison.audit/1",
            "sources": _sources(audit),
            "summary": summary(audit),
            "conversations": Listed(audit, rows, claims),
            "lines": _lines(audit, enough),
            "undecoded": ledger(audit, control=False),
            "control": ledger(audit, control=True),
        },
        audit.findings,
        tables=tables(audit, rows, enough, every=every),
        summary=words(audit),
        marking=network.model.marking,
        title=network.model.name,
    )


def _neither(audit: Audit) -> Any:
    return (audit.verdicts.verdict != AUTHORISED) & (audit.verdicts.verdict != LOCAL)


def _sources(audit: Audit) -> list[dict[str, Any]]:
    return [
        {
            "file": source.file,
            "format": source.format,
            "packets": source.packets,
            "records": source.records,
            "first": moment(source.first) if source.packets + source.records else None,
            "last": moment(source.last) if source.packets + source.records else None,
            "probe": probe or None,
            "problem": source.problem.say("en") if source.problem else None,
            "notes": [note.say("en") for note in source.notes],
        }
        for source, probe in zip(audit.sources, audit.probes, strict=True)
    ]


def _lines(audit: Audit, enough: Mapping[int, Narrower]) -> list[dict[str, Any]]:
    count, last = audit.seen
    return [
        {
            "id": audit.matrix.lines[line],
            "conversations": int(count[line]),
            "last": moment(int(last[line])) if count[line] else None,
            "refuted": int(audit.refuted[line]),
            "narrower": _enough(enough.get(line)),
        }
        for line in audit.live_lines
    ]


def _enough(narrower: Narrower | None) -> dict[str, list[str]] | None:
    """Return what would have been enough of a line, by its keys in a map."""
    if narrower is None:
        return None
    parts = {"from": narrower.sources, "to": narrower.targets, "services": narrower.services}
    return {name: list(found) for name, found in parts.items() if found}
